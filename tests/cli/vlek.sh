#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vlek show, verify, load: what is in a wrapped VLEK, and each thing that can be wrong with it.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
machine --generation=genoa

# stick FILE TCB - one with that TCB, as printf has bytes; the rest is made up
stick() {
	{
		printf '\1\2\3\4\5\6\7\10\11\12\13\14\0\0\0\0'
		head -c 384 /dev/zero | tr '\0' k
		# shellcheck disable=SC2059 # bytes
		printf "$2"
		printf '\0\0\0\0\0\0\0\0a tag, 16 bytes.'
	} >"$work/$1"
}
stick good '\11\0\0\0\0\0\27\110'
stick other '\1\2\0\0\0\0\3\4'
stick turin '\1\2\3\4\0\0\0\5'
head -c 431 "$work/good" >"$work/short"
{ cat "$work/good"; printf x; } >"$work/long"
head -c 432 /dev/zero >"$work/zeros"
{ head -c 13 "$work/good"; printf x; tail -c 418 "$work/good"; } >"$work/dirty"
xxd -p "$work/good" >"$work/hex" 2>/dev/null || od -An -v -tx1 "$work/good" >"$work/hex"
base64 "$work/good" >"$work/base64"

# ---- show

run vlek show --generation=milan "$work/other" --json
ok 'show, without a host' 'code_is 0 && json ".hashstick | [.iv, .tcb, .bootloader, .tee, .snp, .microcode] ==
	[\"0102030405060708090a0b0c\", \"0x403000000000201\", 1, 2, 3, 4] and (has(\"fmc\") | not)" &&
	json ".hashstick.tag == \"61207461672c2031362062797465732e\" and (has(\"simulated\") | not)"'
ok 'whose layout, and who says so' 'json ".hashstick | [.generation, .generation_from] == [\"Milan\", \"--generation\"]"'
run vlek show --generation=genoa "$work/turin"
ok 'reserved bytes: as it stands there' 'code_is 2 && printed "TCB  *0x500000004030201" && ! printed "Boot loader" &&
	printed "none of Genoa, by --generation: probably another generation"'
run vlek show --generation=milan "$work/zeros"
ok 'zeros' 'code_is 2 && printed "^It is all zeros"'
run vlek show --generation=milan "$work/dirty"
ok 'damaged' 'code_is 2 && printed "^Bytes that have to be zero are not"'
run vlek show --generation=turin "$work/turin" --json
ok 'Turin' 'code_is 0 && json ".hashstick | [.fmc, .bootloader, .tee, .snp, .microcode] == [1, 2, 3, 4, 5]"'
host vlek show "$work/good" --json
ok 'by the generation of the host' 'code_is 0 && json ".simulated and .hashstick.snp == 23 and
	.hashstick.generation == \"Genoa\" and .hashstick.generation_from == \"this host\u0027s processor\""'
for form in hex base64; do
	host vlek verify "$work/$form"
	ok "in $form" 'code_is 0'
done

# ---- verify

host vlek verify "$work/good" --json
ok 'good' 'code_is 0 && json "[.vlek_checks[].good] == [true, true, true]" && quiet'
host vlek verify "$work/other" --json
ok 'another TCB' 'code_is 2 && json ".result.message | test(\"for TCB 0x403000000000201, and the host reports 0x4817000000000009\")"'
host vlek verify "$work/zeros"
ok 'zeros' 'code_is 2 && printed "^it is all zeros: there is no key in it$"'
host vlek verify "$work/dirty"
ok 'reserved' 'code_is 2 && printed "^bytes that have to be zero are not"'
for command in show verify load; do
	host vlek $command "$work/short"
	ok "$command: 431" 'code_is 2 && one_sentence && said "shorter: 431"'
	host vlek $command "$work/long"
	ok "$command: 433" 'code_is 2 && one_sentence && said "longer: 433"'
	host vlek $command "$work/none"
	ok "$command: no file" 'code_is 1 && one_sentence && said ENOENT && said "Name a file"'
	host vlek $command
	ok "$command: no word" 'usage_error && said "name a file"'
	host vlek $command "$work/good" "$work/good"
	ok "$command: two" 'usage_error'
	host vlek $command "$sim"
	ok "$command: far too large" 'code_is 2 && one_sentence && said EFBIG && said "has 432 bytes"'
done
host vlek show --generation=rome "$work/good"
ok 'no such generation' 'usage_error && said "not .rome."'

# ---- load

for bad in zeros dirty other; do
	host vlek load "$work/$bad" --json
	ok "load: $bad" 'code_is 2 && said "not loaded" && json "[.steps[].command] | index(\"SNP_VLEK_LOAD\") | not"'
done
host vlek load --force "$work/other"
ok 'the firmware has the last word' 'code_is 6 && said "SNP_VLEK_LOAD: firmware refused: BAD_SVN (0x0021)"'
host --fault=SNP_VLEK_LOAD:status=BAD_MEASUREMENT vlek load "$work/good"
ok 'not for this chip' 'code_is 6 && said BAD_MEASUREMENT && said "made for this processor"'
host --fault=SNP_VLEK_LOAD:errno=EINVAL --fault=SNP_PLATFORM_STATUS:delay=1us vlek load "$work/good"
ok 'EINVAL' 'code_is 1 && said "does not take its arguments"'
host --fault=SNP_VLEK_LOAD:status=SUCCESS vlek load "$work/good" --json
ok 'load' 'code_is 0 && json ".vlek_before == false and .config_now.differs == false"'
host vlek load --dry-run "$work/good"
ok 'a dry run' 'code_is 0 && printed "SNP_VLEK_LOAD  *1 " && printed "Nothing was changed"'
host shutdown
for words in --dry-run ''; do
	# shellcheck disable=SC2086 # words
	host vlek load $words "$work/good"
	ok "SNP is down: not issued, nor planned: $words" 'code_is 4 && one_sentence && ! printed SNP_VLEK_LOAD &&
		said "SNP_VLEK_LOAD: SNP is down, and Linux 6.12.117-sim does not bring it up for that: not issued"'
done

# ---- a key, though wrapped, is not recorded

machine --generation=genoa
host --record="$work/rec" vlek load --force "$work/other"
ok 'masked' 'code_is 6 && ! grep -q 6b6b6b6b "$work/rec" && ! grep -q a2tra2tr "$work/rec"'
run --device="replay:$work/rec" vlek load --force "$work/other"
ok 'so it is not replayed' 'code_is 1 && said "masked"'
host --record="$work/whole" --record-secrets vlek load --force "$work/other"
run --device="replay:$work/whole" vlek load --force "$work/other"
ok 'but where it was wanted in' 'code_is 6 && said BAD_SVN'
done_testing
