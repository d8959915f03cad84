#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cert: certificates of a platform that are made for this, and what is wrong with them.
#   tests/unit/make_certs	makes them, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/unit/make_certs
[ -x "$make" ] || {
	skip 'certificates' 'there is no make_certs: no unit tests'
	done_testing
}
"$make" "$work" || exit 99
cd "$work" || exit 99
all='pdh.cert pek.cert oca.cert cek.cert ask.cert ark.cert'
# shellcheck disable=SC2086 # names
cat $all >chain

# verify WORDS... - with the root of this chain
verify() {
	run cert verify --root=ark.cert "$@"
}
# damage FILE OFFSET - another byte there, in a file "bad"
damage() {
	cp "$1" bad
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the byte
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=bad bs=1 seek="$2" conv=notrunc 2>dd.log
}

# ---- what is in them

# shellcheck disable=SC2086 # names
run cert show $all
ok 'show' 'code_is 0 && quiet && printed "^PDH" && printed "P-384" && printed "Signature 2, by  *CEK" &&
	printed "$(sha256sum <pek.cert | cut -d" " -f1)"'
run cert show --json chain
ok 'show, JSON' 'code_is 0 && json ".certificates | map(.usage_name) ==
	[\"PDH\", \"PEK\", \"OCA\", \"CEK\", \"ASK\", \"ARK\"] and .[5].modulus[0:1] >= \"8\" and
	.[5].exponent == \"010001\" and (.[1] | .offset == 2084 and .usage == 4098 and .signature2_usage_name == \"CEK\")"'
run cert show --porcelain pek.cert
ok 'show, porcelain' 'code_is 0 && printed "^certificates.pek.cert.*4098.PEK"'
{
	printf '\011\0\0\0\0\0\0\0\003\020\0\0\377'
	cat /dev/zero
} | head -c 2084 >odd
run cert show --json odd
ok 'values that nobody knows' 'code_is 0 && json ".certificates[0] | .version == 9 and .algorithm == 255 and
	(has(\"algorithm_name\") or has(\"curve_name\") | not)"'
printf 'a\033b' >name
cp pek.cert "$(cat name)"
run cert show "$(cat name)"
ok 'a name that would write on the terminal' 'code_is 0 && printed "a.x1bb" && ! printed "$(cat name)"'
for form in 'od -An -v -tx1' base64; do
	$form chain >text
	verify text
	ok "from $form" 'code_is 0 && printed "trusted, by your own root"'
done

# ---- the chain

verify chain
ok 'one file' 'code_is 0 && quiet && ! printed FAIL && ! printed SKIP && printed "^  PEK -> PDH  PASS"'
verify ark.cert cek.cert pdh.cert ask.cert oca.cert pek.cert
ok 'a file each, in any order' 'code_is 0 && printed "your own root, which is none of AMD"'
verify pdh.cert pek.cert oca.cert cek.cert ask.cert
ok 'the root stands in' 'code_is 0'
run cert verify chain
ok 'a root that nobody knows' 'code_is 2 && quiet && printed "^not trusted: ARK: unknown root: "'
run cert verify --json chain
ok 'the same as JSON' 'code_is 2 && json "(.root | has(\"name\") | not) and .links[0].cause == \"unknown-root\" and
	(.links[1:] | map(.verdict) | unique) == [\"PASS\"] and .result.exit == 2"'
for file in $all; do
	damage "$file" 40
	# shellcheck disable=SC2046 # names
	verify bad $(echo "$all" | sed "s/$file//")
	ok "a bit of $file" 'code_is 2 && printed "^not trusted: [A-Z >-]*: \(wrong [sku]\)"'
	# shellcheck disable=SC2046 # names
	verify $(echo "$all" | sed "s/$file//")
	[ "$file" = ark.cert ] || ok "without $file" 'code_is 2 && printed "^not trusted: .*missing link: there is no "'
	head -c 700 "$file" >bad
	verify bad
	ok "the beginning of $file" 'code_is 2 && silent && one_sentence && said "bad: truncated: "'
	{ cat "$file"; echo x; } >bad
	verify bad
	ok "$file and more" 'code_is 2 && silent && one_sentence && said "bad: trailing bytes: "'
done
damage pek.cert 8
verify bad pdh.cert oca.cert cek.cert ask.cert
ok 'a key for something else' 'code_is 2 && printed "twice\|differ"'
printf '\002' | dd of=bad bs=1 seek=9 conv=notrunc 2>dd.log
verify bad pdh.cert oca.cert cek.cert ask.cert
ok 'for what nobody knows' 'code_is 2 && printed "^not trusted: others: wrong usage: 0x"'
cat pek.cert pdh.cert oca.cert cek.cert ask.cert >bad
verify bad
ok 'another order' 'code_is 2 && printed "^not trusted: .*wrong order: "'

# ---- no certificates

echo 'no certificate' >text
for words in show verify; do
	run cert $words text
	ok "$words: something else" 'code_is 2 && silent && one_sentence && said "text: no certificate"'
	run cert $words none
	ok "$words: no file" 'code_is 1 && silent && one_sentence && said "read none: .*ENOENT"'
	head -c 1100000 /dev/zero >big
	run cert $words big
	ok "$words: a big file" 'code_is 1 && silent && one_sentence && said EFBIG'
	run cert $words /
	ok "$words: a directory" 'code_is 1 && silent && one_sentence'
	run cert $words
	ok "$words: nothing" 'usage_error'
	run cert $words 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
	ok "$words: more files than it takes" 'usage_error'
done
for file in pek.cert ask.cert chain; do
	run cert verify --root=$file chain
	ok "no root: $file" 'code_is 1 && silent && one_sentence && said "no root"'
done
run cert verify --root= chain
ok 'an empty name' 'code_is 1 && silent'

done_testing
