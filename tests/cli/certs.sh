#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# certs: tables of certificates for SNP guests, sound ones and others.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

ARK='\300\264\6\244\250\3\111\122\227\103\77\266\1\114\320\256'
ASK='\112\267\263\171\273\254\117\344\240\57\5\256\363\47\307\202'

# entry GUID OFFSET LENGTH - one of a table; numbers below 256
entry() {
	# shellcheck disable=SC2059 # bytes
	printf "$1\\$(printf %o "$2")\\0\\0\\0\\$(printf %o "$3")\\0\\0\\0"
}
zeros() {
	head -c "$1" /dev/zero
}

pki=$(dirname "$SEVADM")/tests/pki/make_pki
for product in milan turin; do
	mkdir "$work/$product"
	"$pki" all "$work/$product" product=$product || exit 99
done
cd "$work" || exit 99
# of FILE... - a directory "some" with copies of these of Milan
some() {
	rm -rf some
	mkdir some
	for one in "$@"; do cp "milan/$one" some/; done
}
size() {
	wc -c <"$1"
}

# ---- import

run certs import milan/ark.der milan/ask.der milan/vcek.der good
ok 'import' 'code_is 0 && quiet && [ "$(stat -c %a good)" = 600 ] && ! ls good.* 2>err'
{ entry "$ARK" 96 0; } | head -c 20 >head
ok 'as the specification has it' 'head -c 20 good | cmp - head &&
	tail -c +97 good | cat - /dev/null | cmp - "$(cat milan/ark.der milan/ask.der milan/vcek.der >all; echo all)"'
cp good before
run certs import milan/vcek.der milan/cert_chain good
ok 'any order, PEM: the same' 'code_is 0 && cmp good before'
some ark.der ask.der vcek.der
cp milan/cert_chain some/readme
run certs import some good
ok 'a directory, what is there twice once: the same' 'code_is 0 && cmp good before'
run certs import milan/vlek_chain milan/vlek.der milan/crl vlek
ok 'a VLEK and a list' 'code_is 0 && printed "^  4ab7b379-.*  ASK " && printed "  VLEK " && printed "  CRL "'
run certs import --dry-run milan/vlek_chain milan/vlek.der good
ok 'a dry run' 'code_is 0 && printed "Nothing was changed" && cmp good before'
run certs import --json some good
ok 'JSON' 'code_is 0 && json "[.entries[].name] == [\"ARK\",\"ASK\",\"VCEK\"] and (.table_faults | length) == 0"'

# refused NAME SENTENCE FILE... - nothing is written
refused() {
	name=$1 sentence=$2
	shift 2
	run certs import "$@" good
	ok "$name" "code_is 2 && cmp good before && { said '$sentence' || printed '$sentence'; }"
}
refused 'ASK and ASVK' 'there are an ASK and an ASVK, for which a table has one place' milan
"$pki" vcek snp=9 >other.vcek
refused 'two VCEKs' 'there are two VCEKs that differ' some other.vcek
refused 'another product' 'chain *ASK -> VCEK: wrong product: the VCEK is of Turin' milan/cert_chain turin/vcek.der
"$pki" vcek flip=-1 >other.vcek
refused 'a bit' 'chain *ASK -> VCEK: wrong signature' milan/cert_chain other.vcek
"$pki" ask cn=Somebody issuer=Nobody >other
refused 'one without a place' 'the certificate of Somebody has no place in a table' other
"$pki" vcek omit=4 >other.vcek
refused 'an incomplete VCEK' 'wrong extension: of the VCEK: hwID is missing' milan/cert_chain other.vcek
head -c 100 milan/vcek.der >other
refused 'the beginning of one' 'truncated' milan/cert_chain other
"$pki" vcek until=2024-01-01 >other.vcek
run certs import milan/cert_chain other.vcek expired
ok 'dates are for who verifies' 'code_is 0'
run certs import milan/none good
ok 'no file' 'code_is 1 && one_sentence && said ENOENT'
run certs import milan/vcek.der none/table
ok 'no such directory' 'code_is 1 && said "write none/table: .*ENOENT"'
run certs import some .
ok 'a directory for a table' 'code_is 1 && said EISDIR'

# ---- show

run certs show good
ok 'show' 'code_is 0 && quiet && printed "c0b406a4-a803-4952-9743-3fb6014cd0ae  ARK   96 " &&
	printed "4ab7b379-bbac-4fe4-a02f-05aef327c782  ASK .*$(sha256sum <milan/ask.der | cut -d" " -f1)" &&
	printed "^  VCEK  VCEK  SEV-VCEK .*2044-04-03T19:23:43Z" && printed "^  TCB  *0x7308000000000003" && printed "^  HWID  *d4f9"'
run certs show --json good
ok 'as JSON' 'code_is 0 && json ".entries | length == 3 and .[1].offset == 96 + $(size milan/ark.der) and
	.[1].length == $(size milan/ask.der) and .[1].inside" &&
	json "[.certificates[] | .from, .kind] == [\"ARK\",\"ARK\",\"ASK\",\"ASK\",\"VCEK\",\"VCEK\"] and .vcek.microcode == 115"'
run certs show --json vlek
ok 'an ASVK in the place of an ASK' 'code_is 0 && json ".certificates[1] | .from == \"ASK\" and .kind == \"ASVK\""'

# ---- export

run certs export good out.d
ok 'export' 'code_is 0 && quiet && cmp out.d/ark.der milan/ark.der && cmp out.d/ask.der milan/ask.der &&
	cmp out.d/vcek.der milan/vcek.der && [ "$(ls out.d | wc -l)" -eq 3 ] && [ "$(stat -c %a out.d out.d/ark.der | tr "\n" " ")" = "700 600 " ]'
run certs export --pem good pem.d
ok 'as PEM' 'code_is 0 && grep -qx -e "-----BEGIN CERTIFICATE-----" pem.d/vcek.pem && [ "$(wc -L <pem.d/vcek.pem)" -eq 64 ]'
run certs import pem.d good
ok 'and back' 'code_is 0 && cmp good before'
run certs export --pem vlek pem2.d
ok 'ASK and ASVK by their content, lists as lists' 'code_is 0 && [ "$(ls pem2.d | tr "\n" " ")" = "ark.pem asvk.pem crl.pem vlek.pem " ] &&
	grep -qx -e "-----BEGIN X509 CRL-----" pem2.d/crl.pem && run certs verify --ca --root=milan/ark.der --crl=require pem2.d && code_is 0'
run certs export --dry-run good dry.d
ok 'a dry run' 'code_is 0 && printed "dry.d/vcek.der" && [ ! -e dry.d ]'
run certs export --json good out.d
ok 'JSON' 'code_is 0 && json "[.files[] | .file, .holds, .encoding] == [\"out.d/ark.der\",\"ARK\",\"DER\",\"out.d/ask.der\",\"ASK\",\"DER\",\"out.d/vcek.der\",\"VCEK\",\"DER\"]"'
{ entry 'abcdefghijklmnop' 72 2; entry "$ARK" 74 3; zeros 24; printf 'xxark'; } >odd
run certs export odd odd.d
ok 'what is no certificate' 'code_is 0 && [ "$(cat odd.d/61626364-6566-6768-696a-6b6c6d6e6f70.bin)" = xx ] &&
	[ "$(cat odd.d/c0b406a4-a803-4952-9743-3fb6014cd0ae.bin)" = ark ]'
{ entry "$ARK" 72 2; entry "$ARK" 74 3; zeros 24; printf 'xxark'; } >odd
run certs export odd odd2.d
ok 'two of a name' 'code_is 0 && [ "$(ls odd2.d | wc -l)" -eq 2 ] && [ "$(cat odd2.d/*-2.bin)" = ark ]'
{ entry "$ARK" 48 5; zeros 24; printf 'ark.'; } >odd
run certs export odd odd3.d
ok 'one that is not within' 'code_is 2 && silent && [ ! -e odd3.d ] && said "ARK, 5 bytes from byte 48 on, is not within the table"'
run certs export good good
ok 'a file for a directory' 'code_is 1 && silent && said ENOTDIR'
chmod 500 out.d
cp out.d/ark.der kept
if [ "$(id -u)" -ne 0 ]; then
	run certs export vlek out.d
	ok 'a directory that may not be written' 'code_is 3 && silent && cmp kept out.d/ark.der && [ "$(ls out.d | wc -l)" -eq 3 ]'
fi
chmod 700 out.d
run certs export milan/ark.der out.d
ok 'no table' 'code_is 2 && silent && said "no table of certificates"'

# ---- lint

run certs lint good
ok 'nothing is wrong' 'code_is 0 && printed "nothing is wrong"'
{ cat good; zeros $((8192 - $(size good))); } >page
run certs lint page
ok 'zeros up to the end of a page' 'code_is 0'
zeros 24 >empty
run certs lint empty
ok 'a table of nothing' 'code_is 0'

# le VALUE - 32 bits
le() {
	# shellcheck disable=SC2059 # bytes
	printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8 & 255)))\\0\\0"
}
# table_of GUID FILE... - a table whose entries all have this GUID
table_of() {
	guid=$1
	shift
	at=$(($# * 24 + 24))
	for one in "$@"; do
		# shellcheck disable=SC2059 # bytes
		printf "$guid"
		le $at
		le "$(size "$one")"
		at=$((at + $(size "$one")))
	done
	zeros 24
	cat "$@"
}
# wrong NAME KIND SENTENCE - what lint finds in the table "bad"
wrong() {
	run certs lint bad
	ok "$1" "code_is 2 && printed '^  $2  *$3' && printed '^1 fault'"
}
"$pki" ark form=pem >ark.pem
table_of "$ARK" ark.pem >bad
wrong 'PEM' pem 'ARK is PEM'
table_of "$ARK" milan/ask.der >bad
wrong 'another kind' wrong-kind 'ASK is in the place of ARK'
{ cat milan/ark.der; zeros 3; } >padded
table_of "$ARK" padded >bad
wrong 'bytes behind a certificate' trailing 'ARK: trailing bytes: the 3 bytes'
cat milan/ask.der milan/ark.der >two
table_of "$ASK" two >bad
wrong 'two in one' several 'ASK is more than one certificate'
base64 milan/ark.der >text
table_of "$ARK" text >bad
wrong 'base64' text 'ARK is text'
head -c 500 milan/ark.der >cut
table_of "$ARK" cut >bad
wrong 'one that is cut off' no-certificate 'ARK: truncated'
{ cat good; printf x; } >bad
wrong 'bytes behind all' trailing '1 bytes from byte .* none is behind them'
table_of '\354\256\014\017\225\002\103\261\257\242\012\342\340\325\145\266' text >bad
run certs lint bad
ok 'what Google adds is known' 'code_is 0'
run certs show bad
ok 'and named' 'code_is 0 && printed "Google platform info"'

# faulty NAME KINDS - what lint finds in the table "bad"
faulty() {
	run certs lint --json "$work/bad"
	ok "$1" "code_is 2 && json '[.table_faults[].kind | select(. != \"no-certificate\")] == $2'"
	run certs show "$work/bad"
	ok "$1: shown all the same" 'code_is 0'
}
{ entry "$ARK" 72 4; entry 'abcdefghijklmnop' 76 2; zeros 24; printf 'ark.xx'; } >bad
faulty 'an unknown GUID' '["unknown-guid"]'
{ entry "$ARK" 72 4; entry "$ASK" 74 4; zeros 24; printf 'ark.xx'; } >bad
faulty 'an overlap' '["overlap"]'
run certs export bad shared.d
ok 'an overlap: not taken apart' 'code_is 2 && one_sentence && said "ARK and ASK share bytes" && [ ! -e shared.d ]'
{ entry "$ARK" 24 4; entry "$ASK" 72 4; zeros 24; printf 'ark.'; } >bad
run certs export bad shared.d
ok 'nor what lies in the table itself' 'code_is 2 && one_sentence && said "begins within the table" && [ ! -e shared.d ]'
{ entry "$ARK" 72 4; entry "$ARK" 76 2; zeros 24; printf 'ark.xx'; } >bad
faulty 'one twice' '["twice"]'
{ entry "$ARK" 50 4; zeros 24; printf 'ark...'; } >bad
faulty 'a hole before' '["hole"]'
{ entry "$ARK" 48 4; zeros 24; printf 'ark...'; } >bad
faulty 'a hole behind' '["trailing"]'
{ entry "$ARK" 48 3; entry "$ASK" 72 1; zeros 24; printf 'x'; } >bad
faulty 'within the table' '["in-table"]'
{ entry "$ARK" 48 5; zeros 24; printf 'ark.'; } >bad
faulty 'outside' '["outside","trailing"]'
{ entry "$ARK" 48 0; zeros 24; } >bad
faulty 'empty' '["empty"]'
# shellcheck disable=SC2059 # bytes
{ printf "$ARK"'\60\0\0\0\377\377\377\377'; zeros 24; } >bad
faulty 'a length that wraps' '["outside"]'

# ---- no tables

for words in show lint; do
	entry "$ARK" 24 4 >"$work/bad"
	run certs $words "$work/bad"
	ok "$words: no end" 'code_is 2 && silent && one_sentence && said "no entry of zeros"'
	run certs $words /dev/null
	ok "$words: nothing" 'code_is 2 && silent && one_sentence'
	for _ in $(seq 65); do entry "$ARK" 24 4; done >"$work/bad"
	zeros 24 >>"$work/bad"
	run certs $words "$work/bad"
	ok "$words: too many" 'code_is 2 && silent && one_sentence && said "more than 64"'
	run certs $words "$work/none"
	ok "$words: no file" 'code_is 1 && silent && one_sentence && said ENOENT'
	run certs $words
	ok "$words: no name" 'usage_error'
	run certs $words 1 2
	ok "$words: two" 'usage_error'
done

# ---- the command line

for words in '' x '--pem x y' "$(seq -s ' ' 34)"; do
	# shellcheck disable=SC2086 # words
	run certs import $words
	ok "import: '$words'" usage_error
done
for words in '' x 'x y z' '--pem' '--pem x'; do
	# shellcheck disable=SC2086 # words
	run certs export $words
	ok "export: '$words'" usage_error
done

done_testing
