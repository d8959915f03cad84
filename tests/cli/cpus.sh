#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# CPUs that are offline, brought online for a teardown and put back; and WBINVD on
# one core complex after the other.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

proof='PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'
end="SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 $proof"
inside() { "$SEVADM" --json sim show "$sim" | jq -e "$1" >"$work/inside"; }
down='.machine.sev_state == "UNINIT" and .machine.snp_state == "UNINIT"'
# online LIST - the CPUs that are
online() { "$SEVADM" --device="sim:$sim" --json status | jq -e --arg list "$1" '.host.cpus_online == $list' >"$work/online"; }

machine --snp-guests=1 --offline=5,7
keep
host teardown --guests=decommission --yes --dry-run --json
ok 'without --online-cpus: named in the plan' 'code_is 0 && unchanged &&
	said "warning: CPU 5,7 is offline.*--online-cpus brings it online"'
host teardown --guests=decommission --yes --dry-run --online-cpus --json
ok 'with it: the plan brings them online, first, and puts them back, last' 'code_is 0 && unchanged &&
	json ".plan[0].command == \"CPU_ONLINE\" and .plan[0].count == 2 and
		.plan[-1].command == \"CPU_OFFLINE\" and
		([.plan[] | select(.command == \"WBINVD\")][0].count == 8) and .warnings == []"'
host teardown --online-cpus --json
ok 'refused for guests: no CPU was touched' 'code_is 5 && unchanged && steps_are ""'
host teardown --guests=decommission --yes --json
ok 'WBINVD_REQUIRED: the remedy names the option' 'code_is 6 && said "Bring CPU 5,7 online" &&
	said "or say --online-cpus"'
host teardown --guests=stop --yes --online-cpus --json
ok 'with it: down, and they are offline again' 'code_is 0 && inside "$down" && online 0-4,6 &&
	steps_are "CPU_ONLINE CPU_ONLINE SIGTERM SIGCONT WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 \
$proof CPU_OFFLINE CPU_OFFLINE" && json "[.steps[] | select(.command | startswith(\"CPU_\")) | .cpu] ==
		[5,7,5,7]"'
host teardown --online-cpus --json
ok 'nothing to do: nothing is brought online' 'code_is 0 && steps_are ""'

machine --snp-guests=2 --offline=5
act fail=SNP_DF_FLUSH:0x14 >/dev/null
host teardown --guests=stop --yes --online-cpus --json
ok 'a failure: put back all the same' 'code_is 6 && online 0-4,6-7 &&
	steps_are "CPU_ONLINE SIGTERM SIGTERM SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=20 CPU_OFFLINE"'
machine --snp-guests=2 --offline=5
host teardown --guests=stop --yes --only=1 --online-cpus --json
ok 'a part of the guests: no flush, no CPU' 'code_is 5 && steps_are SIGTERM'

# ---- CPUs that do not come

for how in off forceoff; do
	machine --snp-guests=1
	act smt=$how >/dev/null
	host teardown --guests=stop --yes --online-cpus --json
	ok "SMT $how: said, with nothing done" 'code_is 1 && steps_are "CPU_ONLINE!EPERM" &&
		said "CPU 4 cannot be brought online: SMT is off (/sys/devices/system/cpu/smt/control says .$how.)" &&
		inside ".guests[0].running" && online 0-3'
	case $how in
	off) ok 'SMT off: how to turn it on' 'said "echo on >/sys"' ;;
	*) ok 'SMT forceoff: how to boot' 'said "Boot without nosmt=force"' ;;
	esac
done
machine --snp-guests=1 --offline=3
act smt=off >/dev/null
host teardown --guests=stop --yes --online-cpus --json
ok 'those that came before it are put back' 'code_is 1 && online 0-2 &&
	steps_are "CPU_ONLINE CPU_ONLINE!EPERM CPU_OFFLINE"'
machine --snp-guests=1 --offline=6
act allow=0-5 >/dev/null
host teardown --guests=stop --yes --json --online-cpus
ok 'one that we may not run on: before a guest is ended' 'code_is 1 && inside ".guests[0].running" &&
	said "outside this process.s cpuset"'

# ---- one core complex at a time

machine --cpus=16 --cores-per-ccx=2 --snp-guests=1
host teardown --guests=stop --yes --rolling --json
ok '--rolling' 'code_is 0 && inside "$down" && json "[.steps[] | select(.command == \"WBINVD\") | .ccx] ==
	[0,0,0,0,1,1,1,1,2,2,2,2,3,3,3,3]"'
host wbinvd --rolling --jobs=1 --json
ok 'wbinvd --rolling --jobs=1' 'code_is 0 && steps_are WBINVDx16'
for words in 'wbinvd --broadcast --rolling' 'teardown --broadcast --rolling' 'teardown --broadcast --jobs=2'; do
	# shellcheck disable=SC2086 # words
	host $words
	ok "$words: usage" 'code_is 64'
done

# ---- who asks to stop is heard between two WBINVDs of one worker

machine --cpus=64 --wbinvd-us=1000000
host teardown --jobs=1 --timeout=3 --json
ok '--timeout ends a long row of WBINVDs' 'code_is 1 && said "the 3 seconds of --timeout are over" &&
	json "[.steps[] | select(.command == \"WBINVD\")] | length as \$n | \$n >= 1 and \$n < 10"'
ok 'SHUTDOWN does it on all at once, and that is said' 'said "warning: the driver.s SHUTDOWN executes WBINVD on all CPUs"'
host teardown --jobs=8 --json
ok 'and the same again completes' 'code_is 0 && json "[.steps[] | select(.command == \"WBINVD\")] | length == 64"'

done_testing
