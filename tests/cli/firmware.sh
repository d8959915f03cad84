#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# firmware show: what runs, what the driver looks for and finds, and the header of a file.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

for generation in milan genoa turin; do
	machine --generation=$generation
	case $generation in
	milan) names='"amd_sev_fam19h_model01h.sbin", "amd_sev_fam19h_model0xh.sbin"' file=0 version=1.55.25 ;;
	genoa) names='"amd_sev_fam19h_model11h.sbin", "amd_sev_fam19h_model1xh.sbin"' file=1 version=1.55.25 ;;
	turin) names='"amd_sev_fam1ah_model02h.sbin", "amd_sev_fam1ah_model0xh.sbin"' file='' version=1.58.2 ;;
	esac
	host firmware show --json
	ok "$generation: what runs, and the driver's names" 'code_is 0 && json ".running.version == \"$version\" and
		.wanted == [$names, \"sev.fw\"]"'
	[ -z "$file" ] || ok "$generation: the file of the line" 'json ".firmware_files == [
		{\"path\": \"/lib/firmware/amd/amd_sev_fam19h_model${file}xh.sbin\", \"taken\": true}]"'
	[ -n "$file" ] || ok "$generation: no file" 'json ".firmware_files == [] and
		(.next_load[0] | test(\"stays the one of the BIOS\"))"'
done
host firmware show
ok 'committed is not told' 'code_is 0 && printed "committed version is not told"'
host --fault=PLATFORM_STATUS:status=HWERROR_PLATFORM firmware show
ok 'no answer' 'code_is 6'

# ---- a file

{
	head -c 16 /dev/zero
	printf '$PS1\0\2\0\0'
	head -c 24 /dev/zero
	printf '\1\0\0\0\2\0\0\0key fingerprint!'
	head -c 24 /dev/zero
	printf '\31\67\1\0'
	head -c 8 /dev/zero
	printf '\0\5\0\0'
	head -c 12 /dev/zero
	printf '\71\3'
	head -c 130 /dev/zero
	head -c 1024 /dev/zero
} >"$work/image"
run firmware show "$work/image" --json
ok 'a header' 'code_is 0 && json ".image | .known and .size == 1280 and .size_total == 1280 and
	.size_signed == 512 and .signature_size == 512 and .version == \"19370100\" and .type == 57 and
	.subtype == 3 and .signed == 1 and .sig_id == 2 and .key_id == \"6b65792066696e6765727072696e7421\""'
ok 'is offline' 'json "has(\"simulated\") | not"'
head -c 300 /dev/zero >"$work/zeros"
run firmware show "$work/zeros" --json
ok 'none' 'code_is 2 && json ".image == {\"size\": 300, \"known\": false}"'
head -c 255 "$work/image" >"$work/short"
run firmware show "$work/short"
ok 'too short' 'code_is 1 && one_sentence && said "255 bytes are too short"'
run firmware show "$work/nowhere"
ok 'no file' 'code_is 1 && one_sentence && said ENOENT'
run firmware show "$work/image" "$work/image"
ok 'two' 'usage_error'
done_testing
