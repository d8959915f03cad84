#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# teardown on simulated hosts: guests of every kind and temper, commands that
# fail, CPUs that do not flush, a secure processor that goes silent; and how it
# asks before guests are lost.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

proof='PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'
end="SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"

# states SEV SNP - what the machine's firmware holds, seen from inside
states() {
	"$SEVADM" --json sim show "$sim" | jq -e --arg sev "$1" --arg snp "$2" \
		'.machine.sev_state == $sev and .machine.snp_state == $snp' >"$work/states"
}
down() { states UNINIT UNINIT; }
# VMMs that still exist
vmms() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.leaked | not)] | length'; }
# nothing is left assigned and the machine survives it
kexec_works() { [ "$("$SEVADM" sim act "$sim" kexec 2>/dev/null)" = 2 ]; }

# ---- nothing to end

machine
host teardown --json
ok 'no guests: down' 'code_is 0 && steps_are "$end" && down && json ".warnings == []"'
host teardown --json
ok 'once more: nothing to do' 'code_is 0 && steps_are "" && json ".plan == [] and
	(.result.message | contains(\"down already\"))"'
ok 'kexec works' kexec_works

# ---- each kind of guest

for kind in snp sev sev-es launching; do
	machine --$kind-guests=2
	keep
	host teardown
	ok "$kind guests: refused, named, unchanged" 'code_is 5 && one_sentence &&
		said "2 guests are alive" && said "\[1200\].*\[1213\]" && unchanged'
	host teardown --guests=refuse
	ok "$kind guests: --guests=refuse is the default" 'code_is 5 && unchanged'
	host teardown --guests=stop --yes --json
	ok "$kind guests: stopped" 'code_is 0 && down && steps_are "SIGTERM SIGTERM $end" &&
		[ "$(vmms)" = 0 ] && json ".warnings == []"'
	ok "$kind guests: kexec works after stop" kexec_works

	machine --$kind-guests=2
	host teardown --guests=decommission --yes --json
	case $kind in
	snp|launching) decommission='SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 ' ;;
	*) decommission= ;;
	esac
	ok "$kind guests: decommissioned" 'code_is 0 && down && [ "$(vmms)" = 2 ] &&
		steps_are "SIGSTOP SIGSTOP $decommission$end"'
	ok "$kind guests: it is said that their VMMs stand still" \
		'json ".warnings | any(contains(\"2 VMMs are stopped\"))" && said "warning:.*kill -KILL"'
	case $kind in
	snp|launching)
		ok "$kind guests: it is said that the host must not kexec" \
			'json ".warnings | any(contains(\"must not kexec\"))"'
		# the machine dies of it, as a real one would
		run sim act "$sim" kexec
		ok "$kind guests: and rightly so" 'code_is 1 && said "died"'
		;;
	*)
		ok "$kind guests: kexec is not spoken of" 'json ".warnings | all(contains(\"kexec\") | not)"'
		;;
	esac
done

machine --snp-guests=1
host teardown
ok 'one guest is' 'code_is 5 && said "1 guest is alive: id 1 (SNP, ASID 1, qemu-system-x86\[1200\])"'

# ---- leaked contexts

machine --leaked-guests=2 --snp-guests=1
host teardown --json
ok 'leaked contexts are guests' 'code_is 5 && said "3 guests are alive" &&
	said "no such process any more"'
host guests
ok 'guests tells which no process explains' 'said "no process explains guest 2" &&
	said "no process explains guest 3" && ! said "explains guest 1"'
host teardown --guests=stop --yes --json
ok '--guests=stop: what nobody holds is decommissioned' 'code_is 0 && down &&
	steps_are "SIGTERM SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 $end"'
machine --leaked-guests=1
host teardown --guests=decommission --yes --json
ok '--guests=decommission of leaked contexts alone' 'code_is 0 && down &&
	steps_are "SNP_DECOMMISSION=0 $end"'

# ---- VMMs that do not go

machine --snp-guests=3 --stubborn-guests=1
host teardown --guests=stop:1 --yes --json
ok 'a VMM that ignores SIGTERM is killed' 'code_is 0 && down && [ "$(vmms)" = 0 ] &&
	steps_are "SIGTERM SIGTERM SIGTERM SIGKILL $end" &&
	json "[.steps[] | select(.command == \"SIGKILL\") | .pid] == [1200]"'
machine --snp-guests=1 --stubborn-guests=1
host teardown --guests=stop:0 --yes --json
ok '--guests=stop:0 waits for nobody' 'code_is 0 && steps_are "SIGTERM SIGKILL $end"'
machine --snp-guests=1
pid=$(act start=plain)
host teardown --guests=stop --yes --json
ok 'a VM that is not encrypted is left alone' 'code_is 0 && down && steps_are "SIGTERM $end" &&
	json "[.steps[].pid] | index($pid) == null"'
host guests --json
ok 'and is still there' 'json ".processes[] | select(.pid == $pid) | .sev == false"'

# ---- guests that come and go

machine --snp-guests=1
host guests --json
machine_pid=$(jq .guests[0].pid "$out")
act kill="$machine_pid" >/dev/null
host teardown --guests=stop --yes --json
ok 'a guest that ended before: nothing to stop' 'code_is 0 && steps_are "$end"'

# ---- --broadcast, --jobs

machine --snp-guests=2
host teardown --guests=stop --yes --broadcast --json
ok '--broadcast' 'code_is 0 && down && steps_are "SIGTERM SIGTERM SHUTDOWN=0 WBINVD_ALL \
SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof" &&
	json ".steps[] | select(.command == \"WBINVD_ALL\") | .count == 8"'
machine --snp-guests=1
host teardown --guests=stop --yes --jobs=3 --json
ok '--jobs=3' 'code_is 0 && down && steps_are "SIGTERM $end"'

# ---- CPUs

machine --snp-guests=1 --offline=5,7
host teardown --guests=decommission --yes --json
ok 'CPUs offline while a guest ended: both named, with the remedy' 'code_is 6 &&
	said "WBINVD_REQUIRED (0x000e)" && said "CPU 5,7 is offline" && said "Bring CPU 5,7 online" &&
	steps_are "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx6 SNP_DF_FLUSH=14 \
WBINVDx6 SNP_DF_FLUSH=14 WBINVDx6 SNP_DF_FLUSH=14" && states UNINIT INIT'
act online=5 >/dev/null
host teardown --json
ok 'one of them back: the other is named' 'code_is 6 && said "CPU 7 is offline" && ! said "CPU 5"'
act online=7 >/dev/null
host teardown --json
ok 'both: down, only what was left to do' 'code_is 0 && down &&
	steps_are "WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"'

machine --snp-guests=1
act deaf=2 >/dev/null
host teardown --guests=stop --yes --json
ok 'a CPU that does not do it: three rounds, then the end' 'code_is 6 &&
	said "WBINVD_REQUIRED (0x000e) in each of 3 rounds, with every CPU online" && said "reboot cold" &&
	steps_are "SIGTERM SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=14 WBINVDx8 SNP_DF_FLUSH=14 \
WBINVDx8 SNP_DF_FLUSH=14" && states UNINIT INIT'
machine --snp-guests=1
act allow=0-3 >/dev/null
host teardown --guests=stop --yes --json
ok 'CPUs outside our cpuset are named, before anything is done' \
	'code_is 1 && said "CPU 4-7: outside this process.s cpuset" && said "say --broadcast" &&
	steps_are "" && states INIT INIT'
host wbinvd --json
ok 'wbinvd says it of each' 'code_is 1 && json "[.steps[] |
	select(.reason // \"\" | test(\"outside this process.s cpuset\")) | .cpu] == [4,5,6,7]"'
host teardown --guests=stop --broadcast --yes --json
ok '--broadcast reaches them' 'code_is 0 && down'

# ---- what an administrator may run into at night

machine --snp-guests=1 --sev-guests=1
act fail=SHUTDOWN:0x14 >/dev/null
host teardown --guests=decommission --yes --json
ok 'SEV SHUTDOWN fails: who still has a guest goes on, who has none is named' 'code_is 6 &&
	steps_are "SIGSTOP SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=20 SIGCONT" &&
	said "1 VMM is stopped (SIGSTOP): 1200" && said "must not kexec"'
host teardown --guests=stop --yes --json
ok 'a stopped VMM is let go on to hear SIGTERM' 'code_is 0 && down &&
	steps_are "SIGTERM SIGCONT SIGTERM SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"'

machine
act tracking-fails start=sev >/dev/null
host teardown --guests=decommission --yes --json
ok 'an incomplete list: a guest that cannot be frozen is not lost' \
	'code_is 5 && said "list of .* is incomplete" && steps_are "" && states WORKING INIT'
host teardown --json
ok 'nor without --guests' 'code_is 5 && said "list of .* is incomplete" && steps_are ""'

# lost without a trace: the VM is gone, and what the firmware counts is nothing
machine
act tracking-fails >/dev/null
pid=$(act start=sev)
act kill="$pid" >/dev/null
host teardown --json
ok 'an incomplete list, but no guest counted: down' 'code_is 0 && down'
host teardown --json
ok 'and down already' 'code_is 0 && steps_are ""'

machine --snp-guests=1
act lockdown=integrity >/dev/null
for words in 'teardown --guests=stop --yes' 'teardown --guests=decommission --yes'; do
	host $words --json
	ok "$words under lockdown: refused while nothing was done" \
		'code_is 3 && said "locked down" && steps_are "" && [ "$(vmms)" -eq 1 ]'
done

machine --snp-guests=1
act fail=SNP_DECOMMISSION:HWERROR_PLATFORM >/dev/null
host teardown --guests=stop --yes --json
ok 'KVM could not decommission: said, with the way on' \
	'code_is 5 && said "KVM still holds it" && said "the same command again"'
host teardown --guests=stop --yes --json
ok 'which it is' 'code_is 0 && down'

machine
act iommu-fails >/dev/null
host teardown --json
ok 'the IOMMU keeps its pages: not done' 'code_is 1 && said "IOMMU" && said "if they stay, do not kexec; reboot"'
host teardown --json
ok 'nor the second time' 'code_is 1 && said "IOMMU" && said "if they stay, do not kexec; reboot"'
host status --json
ok 'status shows it' 'code_is 0 && json ".driver.iommu_stuck == true" && said "must not kexec"'
host shutdown --strict
ok 'the remedy it names' 'code_is 0'
host status --json
ok 'and they are given back' 'code_is 0 && json ".driver.iommu_stuck == false" && quiet'

# ---- what the firmware refuses

# refused COMMAND STATUS NAME WORDS STEPS - the sequence ends there, at once
refused() {
	ok "$1: $3: exit 6, at once" "code_is 6 && said '^sevadm: teardown: $1: firmware refused: $3 ' &&
		steps_are '$4' && json '.result.status == $2 and .result.status_name == \"$3\"'"
	ok "$1: $3: with the advice" "[ -n \"\$(jq -r .result.remedy \"\$out\")\" ] && said '$5'"
}
machine --snp-guests=3
act fail=SNP_DECOMMISSION:0x14 >/dev/null
host teardown --guests=decommission --yes --json
refused SNP_DECOMMISSION 20 HWERROR_UNSAFE \
	'SIGSTOP SIGSTOP SIGSTOP SNP_DECOMMISSION=20 SIGCONT SIGCONT SIGCONT' 'reboot cold'
ok 'the VMMs go on: their guests are there' '[ "$(vmms)" = 3 ] && states INIT INIT &&
	"$SEVADM" --json sim show "$sim" | jq -e "all(.guests[]; .frozen | not)" >"$work/frozen"'
for status in INVALID_GUEST INVALID_ADDRESS; do
	machine --snp-guests=3
	act fail=SNP_DECOMMISSION:$status >/dev/null
	host decommission --all --running --yes --json
	ok "SNP_DECOMMISSION: $status: gone already, the others follow" 'code_is 0 &&
		said "guest 1 was gone already" && json "[.steps[].status_name] ==
			[\"$status\", \"SUCCESS\", \"SUCCESS\"]"'
done
machine --snp-guests=1
act fail=SHUTDOWN:HWERROR_UNSAFE >/dev/null
host teardown --guests=stop --yes --json
refused SHUTDOWN 20 HWERROR_UNSAFE 'SIGTERM SHUTDOWN=20' 'reboot cold'
machine --snp-guests=1
act fail=SNP_DF_FLUSH:0x13 >/dev/null
host teardown --guests=stop --yes --json
refused SNP_DF_FLUSH 19 HWERROR_PLATFORM 'SIGTERM SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=19' 'reboot cold'
machine --snp-guests=1
act fail=SNP_SHUTDOWN_EX:0x28 >/dev/null
host teardown --guests=stop --yes --json
refused SNP_SHUTDOWN_EX 40 SHUTDOWN_INCOMPLETE \
	'SIGTERM SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=40' 'Do not kexec'
host teardown --json
ok 'the same command goes on from there' 'code_is 0 && down &&
	steps_are "WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"'
machine
act fail=SNP_SHUTDOWN_EX:DFFLUSH_REQUIRED >/dev/null
host teardown --json
ok 'DFFLUSH_REQUIRED once: one more flush' 'code_is 0 && down && steps_are "SHUTDOWN=0 WBINVDx8 \
SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"'
machine
act fail=SNP_SHUTDOWN_EX:DFFLUSH_REQUIRED:2 >/dev/null
host teardown --json
ok 'DFFLUSH_REQUIRED twice: a guest is still active' 'code_is 6 &&
	said "DFFLUSH_REQUIRED (0x000f)" && said "a guest is still active" && steps_are "SHUTDOWN=0 \
WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15"'
machine
act fail=SNP_DF_FLUSH:WBINVD_REQUIRED:2 >/dev/null
host teardown --json
ok 'WBINVD_REQUIRED twice: the third round does it' 'code_is 0 && down && steps_are "SHUTDOWN=0 \
WBINVDx8 SNP_DF_FLUSH=14 WBINVDx8 SNP_DF_FLUSH=14 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"'
machine
act fail=SNP_DF_FLUSH:0x7e >/dev/null
host teardown --json
ok 'a status that is not assigned' 'code_is 6 && said "firmware refused: ? (0x007e)" &&
	said "unassigned" && json ".result.status == 126"'
machine
act fail=SNP_PLATFORM_STATUS:INVALID_PAGE_STATE:9 >/dev/null
host teardown --json
ok 'the proof fails: not done' 'code_is 6 && said "SNP_PLATFORM_STATUS: firmware refused" &&
	json ".result.done == false"'


# ---- a secure processor that goes silent

for command in SNP_DECOMMISSION SHUTDOWN SNP_DF_FLUSH SNP_SHUTDOWN_EX; do
	machine --snp-guests=2
	act timeout=$command >/dev/null
	host teardown --guests=decommission --yes --json
	ok "$command never answers: ETIMEDOUT, reboot cold" 'code_is 1 && said "$command.*ETIMEDOUT" &&
		said "reboot cold" && json ".result.errno_name == \"ETIMEDOUT\""'
	for words in 'teardown --guests=stop --yes' 'decommission --all --running --yes' status \
		df-flush shutdown init; do
		# shellcheck disable=SC2086 # words
		host $words --json
		ok "$command never answered: $words: EBUSY, reboot cold" 'code_is 5 &&
			json ".result.errno_name == \"EBUSY\"" && said "timed out earlier" && said "[Rr]eboot cold"'
	done
	host guests --json
	ok "$command never answered: guests makes no count up" 'json ".firmware_counts == {}"'
done

# ---- asking

machine --snp-guests=1 --sev-guests=1
keep
id=1
for words in 'teardown --guests=stop' 'teardown --guests=decommission' \
	'decommission --all --running' \
	"decommission $id --running" 'shutdown --live' 'shutdown --legacy --live'; do
	# shellcheck disable=SC2086
	host $words
	ok "$words: nobody to ask, no --yes: 64, nothing is touched" 'code_is 64 && one_sentence &&
		said "nobody to ask" && said "Say --yes" && untouched'
	# shellcheck disable=SC2086
	host $words --dry-run
	ok "$words --dry-run asks nothing, changes nothing" 'code_is 0 && ! said "Go on" && unchanged'
	keep
done

# asked ANSWER WORDS... - on a terminal, answered there
asked() {
	answer=$1
	shift
	last="$* (on a terminal, answered '$answer')"
	{ sleep 0.2; [ -z "$answer" ] || echo "$answer"; } | TERM=dumb script -qec \
		"\"$SEVADM\" --device=\"sim:$sim\" $* -q" /dev/null >"$out" 2>"$err"
	code=$?
}
if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	for answer in n N no '' ' ' x Ny; do
		asked "$answer" teardown --guests=stop
		ok "answered '$answer': nothing is done" 'code_is 1 && printed "guests will be lost" &&
			printed "not confirmed, nothing was done" && untouched'
	done
	asked y decommission --all --running
	ok 'decommission, answered y' 'code_is 0 && printed "1 guest was decommissioned"'
	asked yes teardown --guests=stop
	ok 'teardown, answered yes' 'code_is 0 && printed "SEV and SEV-SNP are down" && down'
	machine
	asked '' teardown
	ok 'nothing is asked where nothing is lost' 'code_is 0 && ! printed "Go on" && down'
	# an answer is not taken from a file
	machine --snp-guests=1
	keep
	echo y >"$work/yes"
	code=0
	"$SEVADM" --device="sim:$sim" teardown --guests=stop <"$work/yes" >"$out" 2>"$err" || code=$?
	last='teardown --guests=stop <file'
	ok 'a file does not answer' 'code_is 64 && untouched'
else
	skip 'asking on a terminal' 'script(1) makes none'
fi

done_testing
