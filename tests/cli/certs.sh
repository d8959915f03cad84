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

{ entry "$ARK" 72 4; entry "$ASK" 76 6; zeros 24; printf 'ark.ask...'; } >"$work/good"
run certs show "$work/good"
ok 'show' 'code_is 0 && quiet && printed "c0b406a4-a803-4952-9743-3fb6014cd0ae  ARK   72 " &&
	printed "4ab7b379-bbac-4fe4-a02f-05aef327c782  ASK .*$(printf ask... | sha256sum | cut -d" " -f1)"'
run certs show --json "$work/good"
ok 'as JSON' 'code_is 0 && json ".entries | length == 2 and .[1].offset == 76 and .[1].length == 6 and .[1].inside"'
run certs lint "$work/good"
ok 'nothing is wrong' 'code_is 0 && printed "nothing is wrong"'
{ cat "$work/good"; zeros $((4096 - 82)); } >"$work/page"
run certs lint "$work/page"
ok 'zeros up to the end of a page' 'code_is 0'
zeros 24 >"$work/empty"
run certs lint "$work/empty"
ok 'a table of nothing' 'code_is 0'

# faulty NAME KINDS - what lint finds in the table on standard input
faulty() {
	cat >"$work/bad"
	run certs lint --json "$work/bad"
	ok "$1" "code_is 2 && json '[.table_faults[].kind] == $2'"
	run certs show "$work/bad"
	ok "$1: shown all the same" 'code_is 0'
}
{ entry "$ARK" 72 4; entry 'abcdefghijklmnop' 76 2; zeros 24; printf 'ark.xx'; } |
	faulty 'an unknown GUID' '["unknown-guid"]'
{ entry "$ARK" 72 4; entry "$ASK" 74 4; zeros 24; printf 'ark.xx'; } | faulty 'an overlap' '["overlap"]'
{ entry "$ARK" 72 4; entry "$ARK" 76 2; zeros 24; printf 'ark.xx'; } | faulty 'one twice' '["twice"]'
{ entry "$ARK" 50 4; zeros 24; printf 'ark...'; } | faulty 'a hole before' '["hole"]'
{ entry "$ARK" 48 4; zeros 24; printf 'ark...'; } | faulty 'a hole behind' '["hole"]'
{ entry "$ARK" 48 3; entry "$ASK" 72 1; zeros 24; printf 'x'; } | faulty 'within the table' '["in-table"]'
{ entry "$ARK" 48 5; zeros 24; printf 'ark.'; } | faulty 'outside' '["outside","hole"]'
{ entry "$ARK" 48 0; zeros 24; } | faulty 'empty' '["empty"]'
# shellcheck disable=SC2059 # bytes
{ printf "$ARK"'\60\0\0\0\377\377\377\377'; zeros 24; } | faulty 'a length that wraps' '["outside"]'

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

done_testing
