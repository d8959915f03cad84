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
		{\"path\": \"/lib/firmware/amd/amd_sev_fam19h_model${file}xh.sbin\", \"taken\": true,
		\"version\": \"$version\", \"what\": \"the same as what runs\"}]"'
	[ -n "$file" ] || ok "$generation: no file" 'json ".firmware_files == [] and
		(.next_load[0] | test(\"stays the one of the BIOS\"))"'
done
host firmware show
ok 'committed is not told' 'code_is 0 && printed "committed version is not told"'
host --fault=PLATFORM_STATUS:status=HWERROR_PLATFORM firmware show
ok 'no answer' 'code_is 6'

# ---- another file in the place of the one that is taken: in a recording

machine --generation=genoa
host --record="$work/rec" firmware show --json
run --device="replay:$work/rec" firmware show --json
ok 'replayed' 'code_is 0 && json ".firmware_files[0].version == \"1.55.25\" and (.next_load[0] | test(\"runs already\"))"'
host --record="$work/commit" commit --dry-run --json
ok 'a commit: it still loads' 'code_is 0 && json ".next_load[0] | test(\"model1xh.sbin, which ccp loads next, is 1.55.25: it loads after a commit\")"'

# other CHANGE COMMAND... - with the file's bytes changed by jq
other() {
	jq -c "if .event == \"read\" and (.path | endswith(\".sbin\")) then .text |= ($1) |
		.result = (.text | length) else . end" "$work/${2%% *}" >"$work/changed" || exit 99
	shift
	[ "$1" = rec ] && set -- firmware show
	# shellcheck disable=SC2068 # words
	run --device="replay:$work/changed" "$@" --json
}
newer='.[:96] + "\u001e" + .[97:]' older='.[:96] + "\u0014" + .[97:]'
other "$newer" rec
ok 'newer' 'code_is 0 && json ".firmware_files[0] | .taken and .version == \"1.55.30\" and .what == \"newer than what runs\"" &&
	json ".next_load[0] | test(\"newer than what runs\")"'
other "$older" rec
ok 'older' 'code_is 0 && json ".firmware_files[0].version == \"1.55.20\" and
	(.next_load[0] | test(\"older than what runs, and the firmware refuses it if\"))"'
other "$newer" commit --dry-run
ok 'a commit: newer' 'code_is 0 && json ".next_load == [\"/lib/firmware/amd/amd_sev_fam19h_model1xh.sbin, which ccp loads next, is 1.55.30: it loads after a commit, too\"]"'
other "$older" commit --dry-run
ok 'a commit: older' 'code_is 0 && json ".next_load[0] | test(\"is 1.55.20: the firmware refuses it after a commit\")"'
other '""' rec
ok 'empty' 'code_is 2 && json ".firmware_files[0] | .what == \"it is empty\" and (has(\"version\") | not)" &&
	json ".result.message == \"The file that the driver takes is no whole firmware image: it is empty\""'
other '""' commit --dry-run
ok 'a commit: empty' 'code_is 0 && json ".next_load[0] | test(\"tells no version\")"'
other '.[:600]' rec
ok 'cut' 'code_is 2 && json ".firmware_files[0] | .version == \"1.55.25\" and .what == \"it is truncated: 600 of 1280 bytes\""'
other '.[:16] + "PS1$" + .[20:]' rec
ok 'foreign' 'code_is 2 && json ".firmware_files[0].what | test(\"no firmware image\")" && json ".next_load[0] | test(\"cannot take it\")"'
jq -c 'if .event == "read" and (.path | endswith(".sbin")) then del(.text, .result) | .errno = 13 else . end' \
	"$work/rec" >"$work/changed"
run --device="replay:$work/changed" firmware show --json
ok 'not to be read' 'code_is 0 && json ".firmware_files[0].what == \"it cannot be read: Permission denied (EACCES)\""'

jq -c 'if .request == "PLATFORM_STATUS" then .out.data |= "000e" + .[4:] else . end' "$work/rec" >"$work/changed"
run --device="replay:$work/changed" firmware show --json
ok 'API 0.14 takes none' 'code_is 0 && json ".running.version == \"0.14.25\" and .firmware_files[0].taken == false and
	(.next_load[0] | test(\"too old\"))"'

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
	head -c 144 /dev/zero
	head -c 1024 /dev/zero
} >"$work/image"
run firmware show "$work/image" --json
ok 'an image' 'code_is 0 && json ".image | .known and .whole and .size == 1280 and .size_total == 1280 and
	.size_signed == 512 and .signature_size == 512 and .version == \"1.55.25\" and
	.signed == 1 and .sig_id == 2 and .signature == \"RSA 4096, SHA-384\" and
	.encrypted == 0 and (has(\"size_packed\") | not) and
	.key_id == \"6b65792066696e6765727072696e7421\""'
ok 'is offline' 'json "has(\"simulated\") | not"'
head -c 1279 "$work/image" >"$work/cut"
run firmware show "$work/cut"
ok 'cut' 'code_is 2 && one_sentence && said "cut: it is truncated: 1279 of 1280 bytes" && said "Fetch it again" &&
	printed "^  Version  *1.55.25$"'
head -c 256 "$work/image" >"$work/cut"
run firmware show "$work/cut" --json
ok 'a header alone' 'code_is 2 && json ".image.known and (.image.whole | not) and (.result.message | test(\"256 of 1280\"))"'
{ printf '\3757zXZ\0'; head -c 90 /dev/zero; } >"$work/image.xz"
{ printf '(\265/\375'; head -c 900 /dev/zero; } >"$work/image.zst"
for packed in xz zst; do
	run firmware show "$work/image.$packed"
	ok "image.$packed" 'code_is 2 && one_sentence && said "it is compressed, by $packed" && said "Decompress it first"'
done
head -c 300 /dev/zero >"$work/zeros"
run firmware show "$work/zeros" --json
ok 'none' 'code_is 2 && json ".image == {\"size\": 300, \"known\": false, \"whole\": false}" && said "no firmware image"'
head -c 255 "$work/image" >"$work/short"
run firmware show "$work/short"
ok 'too short' 'code_is 2 && one_sentence && said "255 bytes are too short"'
: >"$work/empty"
run firmware show "$work/empty"
ok 'empty' 'code_is 2 && one_sentence && said "it is empty"'
head -c 9000000 /dev/zero >"$work/large"
run firmware show "$work/large"
ok 'too large' 'code_is 2 && one_sentence && said EFBIG'
run firmware show "$work/nowhere"
ok 'no file' 'code_is 1 && one_sentence && said ENOENT && said "Name a file"'
run firmware show "$work/image" "$work/image"
ok 'two' 'usage_error'
done_testing
