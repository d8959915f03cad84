#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report show: each field of an SNP guest's attestation report, in each version and of each
# generation, whatever is in it.
#   tests/pki/make_report	makes them, beside the program
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

make=$(dirname "$SEVADM")/tests/pki/make_report
[ -x "$make" ] || {
	skip 'reports of SNP guests' 'there is no make_report'
	done_testing
}
cd "$work" || exit 99

# show WORDS... - of a report that is made so, as JSON
show() {
	"$make" "$@" >report || exit 99
	run report show --json report
}
# bytes N FIRST - so many, each one more than the last, in hexadecimal
bytes() {
	awk -v n="$1" -v first="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%02x", (first + i) % 256 }'
}
# has FILTER - the last is a report of which that is true
has() { code_is 0 && quiet && json ".command == \"report show\" and ($1)"; }

# ---- every field

for version in 2 3 4 5; do
	show version=$version product=genoa svn=7 policy=0x3001f vmpl=2 platform=0xbf author=1 signing=vlek \
		family-id="$(bytes 16 1)" image-id="$(bytes 16 33)" data="$(bytes 64 65)" \
		measurement="$(bytes 48 129)" host-data="$(bytes 32 200)" id-key="$(bytes 48 10)" \
		author-key="$(bytes 48 20)" report-id="$(bytes 32 30)" ma="$(bytes 32 40)" hwid="$(bytes 64 50)" \
		current=0x0604000000000201 reported=0x0503000000000100 committed=0x0402000000000001 \
		launch=0x0301000000000101 fw=1.58.2 committed-fw=1.55.1
	ok "version $version: numbers" "has '.report | .version == $version and .version_known and .guest_svn == 7 and
		.vmpl == 2 and .requester == \"guest\" and .signature_algorithm == 1 and .author_key and
		.signing_key == 1 and .signing_key_name == \"VLEK\" and (.mask_chip_key | not) and
		.key_info == \"0x5\" and .current_firmware == \"1.58.2\" and .committed_firmware == \"1.55.1\"'"
	ok "version $version: bits" "has '.report | .policy == \"0x3001f\" and
		.policy_text == \"api>=0.31,smt\" and .platform_info == \"0xbf\" and
		.platform_info_text == \"smt,tsme,ecc,rapl-dis,ciphertext-hiding,alias-check,tio\" and
		.policy_reserved == \"0x0\" and .platform_info_reserved == \"0x0\" and .key_info_reserved == \"0x0\"'"
	ok "version $version: bytes" "has '.report | .family_id == \"$(bytes 16 1)\" and
		.image_id == \"$(bytes 16 33)\" and .report_data == \"$(bytes 64 65)\" and
		.measurement == \"$(bytes 48 129)\" and .host_data == \"$(bytes 32 200)\" and
		.id_key_digest == \"$(bytes 48 10)\" and .author_key_digest == \"$(bytes 48 20)\" and
		.report_id == \"$(bytes 32 30)\" and .report_id_ma == \"$(bytes 32 40)\" and
		.chip_id == \"$(bytes 64 50)\" and (.chip_id_masked | not) and
		(.r | length) == 144 and (.s | length) == 144'"
	ok "version $version: TCBs" "has '.current_tcb.raw == \"0x604000000000201\" and .current_tcb.bootloader == 1 and
		.current_tcb.tee == 2 and .current_tcb.snp == 4 and .current_tcb.microcode == 6 and
		.reported_tcb.snp == 3 and .committed_tcb.snp == 2 and .launch_tcb.snp == 1 and
		(.launch_tcb | has(\"fmc\") | not) and (has(\"reserved\") | not)'"
done
show version=2
ok 'version 2 has neither CPUID nor mitigations' 'has ".report | (has(\"cpuid_family\") or
	has(\"launch_mitigations\")) | not"'
show version=3 product=turin stepping=3
ok 'version 3 has CPUID' 'has ".report | .cpuid_family == 26 and .cpuid_model == 2 and .cpuid_stepping == 3 and
	.generation == \"Turin\" and .generation_told_by == \"cpuid\" and (has(\"launch_mitigations\") | not)"'
show version=5 launch-mitigations=5 mitigations=0x8000000000000000
ok 'version 5 has mitigations' 'has ".report | .launch_mitigations == \"0x5\" and
	.current_mitigations == \"0x8000000000000000\""'

# ---- generations

show version=3 product=turin fmc=9 bl=8 tee=7 snp=6 ucode=5
ok 'Turin' 'has ".current_tcb | .raw == \"0x500000006070809\" and .fmc == 9 and .bootloader == 8 and .tee == 7 and
	.snp == 6 and .microcode == 5"'
show version=2 product=turin
ok 'Turin, by its id' 'has ".report.generation == \"Turin\" and .report.generation_told_by == \"chip-id\" and
	.launch_tcb.fmc == 1"'
show version=2 product=genoa
ok 'one of two, by its id' 'has ".report.generation == \"Milan or Genoa\" and .launch_tcb.snp == 8"'
show version=2 hwid=masked
ok 'nobody tells' 'has ".report.generation == \"unknown\" and (.report | has(\"generation_told_by\") | not) and
	.report.chip_id_masked and (.current_tcb | .raw == \"0x7308000000000003\" and (.layout_known | not) and
	(has(\"snp\") | not))"'
for generation in milan genoa bergamo siena; do
	run report show --json --generation=$generation report
	ok "told that it is $generation" 'has ".report.generation_told_by == \"option\" and .current_tcb.snp == 8"'
done
run report show --json --generation=turin report
ok 'told that it is turin' 'has ".report.generation == \"Turin\" and .current_tcb.fmc == 3"'
show version=3 product=milan
run report show --json --generation=turin report
ok 'the report knows better' 'has ".report.generation == \"Milan\" and .report.generation_told_by == \"cpuid\""'
show version=5 family=26 model=0x50
ok 'a processor that is not known' 'has ".report.generation == \"unknown\" and .report.generation_told_by == \"cpuid\" and
	(.current_tcb.layout_known | not)"'

# ---- what is not known is shown, and refused by nobody

show version=9 policy=0xf000000004030000 platform=0x8000000000000040 key=0xffffffe0 algo=77 vmpl=12 current=0x0001000000010000
ok 'bits that are not known' 'has ".report | .version == 9 and (.version_known | not) and
	.policy_reserved == \"0xf000000004000000\" and .platform_info_reserved == \"0x8000000000000040\" and
	.key_info_reserved == \"0xffffffe0\" and .signature_algorithm == 77 and .signature_algorithm_name == \"?\" and
	.vmpl == 12" && has ".current_tcb.reserved == \"0x10000\""'
run report show report
ok 'and in text' 'code_is 0 && quiet && printed "^  Policy, reserved  *0xf000000004000000$" &&
	printed "^  Platform, reserved  *0x8000000000000040$" && printed "^  Key info, reserved  *0xffffffe0$" &&
	printed "^  reserved  *0x10000$"'
show set=0x4c:01 set=0x18b:02 set=0x1eb:03 set=0x1ef:04 set=0x1f8:05 patch=0x2d0:06 patch=0x318:07 patch=0x49f:08
ok 'areas that are not zero' 'has "[.reserved[].offset] == [76, 395, 491, 495, 504, 720, 792, 816] and
	.reserved[0].bytes == \"01000000\" and .reserved[7].size == 368"'
show signing=none mask-key=1 vmpl=0xffffffff hwid=masked
ok 'what a host does not tell' 'has ".report | .mask_chip_key and .signing_key_name == \"none\" and .chip_id_masked and
	.requester == \"host\" and (has(\"vmpl\") | not)"'
show signing=5
ok 'another key' 'has ".report | .signing_key == 5 and .signing_key_name == \"?\""'
head -c 1184 /dev/zero >report
run report show --json report
ok 'nothing at all' 'has ".report.version == 0"'
head -c 1184 /dev/zero | tr '\0' '\377' >report
run report show --json report
ok 'all of it' 'has ".report.version == 4294967295 and (.reserved | length) == 8"'

# ---- text, porcelain

show product=turin version=5
run report show report
ok 'text' 'code_is 0 && quiet && printed "^Report$" && printed "^  Version  *5$" && printed "^  Processor  *Turin$" &&
	printed "^  Signing key  *VCEK$" && printed "^Launch TCB$" && printed "^  FMC  *1$" && ! printed reserved'
run report show --porcelain report
ok 'porcelain' 'code_is 0 && printed "^report.version	5$" && printed "^reported_tcb.snp	8$"'

# ---- files

"$make" data=00 >report
od -An -v -tx1 report >report.hex
base64 report >report.b64
for file in report.hex report.b64; do
	run report show --porcelain $file
	cp "$out" $file.out
	run report show --porcelain report
	ok "$file is the same" "code_is 0 && cmp -s $file.out $out"
done
"$SEVADM" report show --json - <report.hex >"$out" 2>"$err"
code=$?
ok 'standard input' 'has ".report.version == 3"'
# none NAME SENTENCE FILE
none() {
	run report show "$3"
	ok "$1" "code_is 2 && silent && one_sentence && said '$2'"
}
head -c 1183 report >bad
none 'a byte less' 'bad: this is no attestation report of an SNP guest: that has 1184 bytes, and here are 1183 (binary)' bad
{ cat report; echo; } >bad
none 'a byte more' 'here are 1185 (binary)' bad
: >bad
none 'nothing' 'here are 0' bad
head -c 208 report >bad
none 'one of SEV' 'attestation show' bad
head -c 20000 /dev/zero >bad
none 'a big file' 'more than 9472 bytes' bad
run report show none
ok 'no file' 'code_is 1 && silent && one_sentence && said "read none: .*ENOENT"'
run report show .
ok 'a directory' 'code_is 1 && silent && one_sentence && said EISDIR'
name=$(printf 'a\033[2J')
cp bad "$name"
run report show "$name"
ok 'a name that would write on the terminal' 'code_is 2 && said "x1b" && ! said "$(printf "\033")"'

# ---- the command line

for words in '' 'report report' '--generation report' '--generation=rome report' '--generation=x report' '--gen=milan report' \
	'--dry-run report'; do
	# shellcheck disable=SC2086 # words
	run report show $words
	ok "usage: '$words'" usage_error
done

done_testing
