#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# config show, diff, set, reset, and commit: before, after, and what refuses, on a host of each
# generation; on a terminal; recorded and replayed.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# ---- each generation

for generation in milan genoa turin; do
	machine --generation=$generation
	case $generation in
	milan) after=0x4618000000000004 now=219 ;;
	genoa) after=0x4617000000000009 now=72 ;;
	turin) after=0x4600000004010101 now=81 ;;
	esac
	host config show --json
	ok "$generation: nothing lowered" 'code_is 0 && json ".config.differs == false and
		all(.components[]; .current == .reported and (has(\"after\") | not)) and
		(.components | last == {\"name\": \"microcode\", \"current\": $now, \"reported\": $now})"'
	host config diff
	ok "$generation: no difference" 'code_is 0'
	host config set --microcode=70 --json --yes
	ok "$generation: one component, the rest stays" 'code_is 0 && json ".config_after.reported_tcb == \"$after\" and
		.config_now == .config_after and .config.reported_tcb != \"$after\" and
		([.steps[].command] | index(\"SNP_CONFIG\") != null)"'
	ok "$generation: its certificate" 'json ".meaning | any(test(\"fetched anew\"))"'
	host config diff --json
	ok "$generation: a difference" 'code_is 2 && json ".config.differs and .result.exit == 2"'
	host status --json
	ok "$generation: as status has it" 'json ".reported_tcb.raw == \"$after\" and .reported_tcb.microcode == 70"'
	host config set --microcode=70 --yes
	ok "$generation: so already" 'code_is 0 && printed "so already" && ! printed SNP_CONFIG'
	host config set --microcode=255 --yes
	ok "$generation: above the current one" 'code_is 2 && said "microcode 255 is above the current $now" &&
		! printed SNP_CONFIG'
	host config set --fmc=0 --yes
	[ $generation = turin ] || ok "$generation: no FMC" 'code_is 2 && one_sentence &&
		said "has no FMC" && said "Leave --fmc out"'
	[ $generation != turin ] || ok 'turin: an FMC' 'code_is 0 && printed "^  fmc  *1  *1  *0$"'
	host config set --tcb=0x0000010100000000 --yes
	ok "$generation: reserved" 'code_is 2 && said "is reserved" && ! printed SNP_CONFIG'
	host commit --json --yes
	ok "$generation: a commit raises it" 'code_is 0 && json ".config_now.differs == false and
		.committed_version == .would_commit_version and (.committed_version | test(\"^1\\\\.5[58]\\\\.\")) and any(.meaning[]; test(\"cannot be undone\"))"'
done

# ---- masks, whole numbers, zeros

machine --generation=genoa
host config set --mask-chip-id=on --mask-chip-key=on --yes
ok 'masks' 'code_is 0 && printed "no certificate of its VCEK" && printed "signature of zeros"'
host config show --json
ok 'as the firmware has them' 'json ".config.mask_chip_id and .config.mask_chip_key and .config.differs == false"'
host config set --mask-chip-key=off --yes
ok 'one of them off' 'code_is 0 && printed "signed again" && ! printed "name the chip again"'
host config set --tcb=0x1000000000000001 --json --yes
ok 'a whole number' 'code_is 0 && json ".config_now.reported_tcb == \"0x1000000000000001\" and .config_now.mask_chip_id"'
host config reset --json --yes
ok 'reset' 'code_is 0 && json ".config_after == {\"mask_chip_id\": false, \"mask_chip_key\": false,
	\"reported_tcb\": \"0x4817000000000009\", \"differs\": false} and .config_now == .config_after and
	all(.components[]; .after == .current) and (.meaning | any(test(\"zeros\")))"'
host config set --snp=3 --yes
host config set --tcb=0 --json --yes
ok 'zeros are the current one' 'code_is 0 && json ".config.reported_tcb == \"0x4803000000000009\" and
	.config_after.reported_tcb == \"0x4817000000000009\" and .config_now == .config_after"'
host config set --snp=3 --yes

# ---- the command line

for words in set 'set --snp' 'set --snp=256' 'set --snp=-1' 'set --snp=x' 'set --mask-chip-id=yes' \
	'set --tcb=0x10000000000000000' 'set --tcb=1 --snp=1' 'set 1' 'show 1' 'reset 1' 'diff 1' 'show --snp=1'; do
	# shellcheck disable=SC2086 # words
	host config $words
	ok "config $words" 'usage_error'
done
for words in 'config set --snp=1' 'config reset' commit; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "$words: nobody to ask" 'code_is 64 && one_sentence && said "nobody to ask"'
done
host config set --snp=1 --dry-run
ok 'a dry run' 'code_is 0 && printed "SNP_CONFIG  *1 " && printed "Nothing was changed"'
host commit --dry-run --json
ok 'of a commit' 'code_is 0 && json ".dry_run and ([.plan[].command] == [\"SNP_COMMIT\"]) and
	([.steps[].command] | index(\"SNP_COMMIT\") | not) and .would_commit_version == \"1.55.25\" and
	(has(\"committed_version\") | not)"'
host config show --json
ok 'changes nothing' 'json ".config.reported_tcb == \"0x4803000000000009\""'

# ---- on a terminal

answer() {
	code=0
	printf '%s\n' "$1" >"$work/answer"
	shift
	timeout 30 script -qec "'$SEVADM' --device=sim:$sim $*" "$work/typescript" <"$work/answer" >"$out" 2>"$err" ||
		code=$?
}
if command -v script >/dev/null; then
	answer n config set --snp=2
	ok 'no' 'code_is 1 && printed "AFTER" && printed "Go on" && printed "not confirmed"'
	host config show --json
	ok 'is no' 'json ".config.reported_tcb == \"0x4803000000000009\""'
	answer y config set --snp=2
	ok 'yes' 'code_is 0 && printed "Configuration now"'
	answer n commit
	ok 'a commit is asked about' 'code_is 1 && printed "never be rolled back" && printed "lowest that loads" &&
		! printed "was committed"'
else
	skip 'a terminal' 'there is no script(1)'
fi

# ---- who refuses

refuse() {
	machine --generation=genoa "$@"
}
refuse
for fault in 'SNP_CONFIG:status=INVALID_PARAM' 'SNP_CONFIG:status=HWERROR_UNSAFE'; do
	host --fault=$fault config set --snp=1 --yes
	ok "$fault" 'code_is 6 && said "SNP_CONFIG: firmware refused"'
done
host --fault=SNP_COMMIT:status=INVALID_LEN commit --yes
ok 'SNP_COMMIT refused' 'code_is 6 && ! printed "was committed" && said "SNP_COMMIT: firmware refused: INVALID_LEN"'
host --fault=SNP_CONFIG:errno=ENODEV config set --snp=1 --yes
ok 'ENODEV' 'code_is 4 && said "SNP is down, and Linux 6.12.117-sim does not bring it up" && said "Load kvm_amd"'
host --fault=SNP_CONFIG:errno=EINVAL config set --snp=1 --yes
ok 'EINVAL of a kernel that has it' 'code_is 1 && said "does not take its arguments"'
host --fault=SNP_COMMIT:errno=ENOTTY commit --yes
ok 'ENOTTY' 'code_is 4 && said "not that of the ccp driver"'
host --fault=SNP_CONFIG:hang config set --snp=1 --yes
ok 'silence' 'code_is 1 && said "did not answer in time" && ! printed "Configuration now"'
host --fault=SNP_PLATFORM_STATUS:errno=EINVAL config show
ok 'no SNP' 'code_is 4 && said "no SEV-SNP here"'
host --fault=SNP_PLATFORM_STATUS:status=HWERROR_PLATFORM config show
ok 'no answer' 'code_is 6'

host shutdown
ok 'SNP goes down' 'code_is 0'
for words in '--yes' '--dry-run' ''; do
	# shellcheck disable=SC2086 # words
	host config set --snp=1 $words
	[ -n "$words" ] || ok 'nobody to ask comes first' 'code_is 64'
	[ -z "$words" ] || ok "not issued, nor planned: $words" 'code_is 4 && one_sentence && said "Load kvm_amd" &&
		said "SNP_CONFIG: SNP is down, and Linux 6.12.117-sim does not bring it up for that: not issued" &&
		! printed "SNP_CONFIG"'
done
host config reset --dry-run --json
ok 'reset: the same' 'code_is 4 && json ".plan == [] and ([.steps[].command] | index(\"SNP_CONFIG\") | not)"'
host commit --yes
ok 'a commit needs no SNP' 'code_is 0 && printed "^Version 1.55.25 was committed"'
if command -v script >/dev/null; then
	answer y config set --snp=1
	ok 'and nobody is asked' 'code_is 4 && ! printed "Go on" && printed "not issued"'
fi
for kernel in 6.16.1-sim 7.1.5-sim 6.18.3-sim 6.12.60-sim; do
	refuse --kernel=$kernel
	host shutdown
	host config set --snp=1 --yes
	ok "$kernel: not issued" 'code_is 4 && said "from under VMs" && said "$kernel" && ! printed "SNP_CONFIG  *-"'
	host commit --yes
	ok "$kernel: nor a commit" 'code_is 4 && said "SNP_COMMIT.*not issued"'
done
refuse --kernel=6.11.2-sim
host shutdown
for words in 'config set --snp=1 --dry-run' 'commit --yes'; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "6.11: $words" 'code_is 4 && said "the driver of Linux 6.11.*SNP is down" && ! printed "SNP_CO"'
done
refuse
act access=ro >"$work/acted"
host config show
ok 'a node to read from is enough to look' 'code_is 0'
host config set --snp=1 --yes
ok 'and not to change' 'code_is 3'

# ---- recorded, and replayed without a host

refuse
host --record="$work/rec" config set --snp=5 --mask-chip-id=on --json --yes
cp "$out" "$work/recorded"
rm "$sim"
run --device="replay:$work/rec" config set --snp=5 --mask-chip-id=on --json --yes
ok 'replay' 'code_is 0 && json ".replay and .config_now.reported_tcb == \"0x4805000000000009\""'
run record show --verbose "$work/rec"
ok 'what was asked for is in it' 'printed SNP_SET_CONFIG'
run --device="replay:$work/rec" config set --snp=6 --mask-chip-id=on --yes
ok 'another is another' 'code_is 1'

# ---- in the log

refuse
host --log="$work/log" config set --snp=99 --yes
ok 'what failed before has an end' '[ "$(jq -s length "$work/log")" -ge 2 ] &&
	jq -se "last.result.done == false" "$work/log" >/dev/null'
done_testing
