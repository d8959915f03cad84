#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What teardown does to VMMs that somebody manages: domains of libvirt's, services
# of systemd's, processes of a session; how it freezes them; and that it keeps its
# hands off what was not named.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

end='SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'

# inside FILTER - true of the machine, seen from inside
inside() { "$SEVADM" --json sim show "$sim" | jq -e "$1" >"$work/inside"; }
down='.machine.sev_state == "UNINIT" and .machine.snp_state == "UNINIT"'
vmms() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.leaked | not)] | length'; }
# ids of the guests, by pid
id_of() { "$SEVADM" --device="sim:$sim" --json guests 2>/dev/null | jq ".guests[] | select(.pid == $1) | .id"; }
reason() { json ".steps[] | select(.command == \"$1\") | .reason == \"$2\""; }

# ---- stop: who manages it is asked

machine
libvirt=$(act start=snp@libvirt)
service=$(act start=sev@service)
session=$(act start=snp@session)
host teardown --guests=stop --dry-run --json
ok 'the plan says who will be asked' 'code_is 0 && json "[.plan[].command][0:3] == [\"virsh shutdown\",
	\"systemctl stop\", \"SIGTERM\"]"'
host teardown --guests=decommission --dry-run --json
ok 'and who will be frozen, who stopped' 'code_is 0 && json "[.plan[] | {command, count}][0:2] ==
	[{command: \"FREEZE\", count: 2}, {command: \"SIGSTOP\", count: 1}]"'
host teardown --guests=stop --yes --json
ok 'each is asked in its own way' 'code_is 0 && inside "$down" && [ "$(vmms)" = 0 ] &&
	steps_are "virsh shutdown systemctl stop SIGTERM $end" && json ".warnings == []"'
ok 'libvirt by the name of the domain, systemd by that of the unit' \
	'reason "virsh shutdown" "snp-$libvirt: exit status 0" &&
	reason "systemctl stop" "vm@$service.service: exit status 0" &&
	json "[.steps[] | select(.pid) | .pid] == [$libvirt, $service, $session]"'

machine
libvirt=$(act start-stubborn=snp@libvirt)
service=$(act start-stubborn=snp@service)
session=$(act start-stubborn=snp@session)
before=$("$SEVADM" --porcelain sim show "$sim" | awk '$1 == "machine.uptime_ns" { print $2 }')
host teardown --guests=stop:20 --yes --json
after=$("$SEVADM" --porcelain sim show "$sim" | awk '$1 == "machine.uptime_ns" { print $2 }')
ok 'those that do not listen are ended by force, libvirt by its own' 'code_is 0 &&
	steps_are "virsh shutdown systemctl stop SIGTERM SIGKILL SIGKILL virsh destroy $end" &&
	inside "$down" && json "[.steps[] | select(.command == \"SIGKILL\") | .pid] ==
		[$service, $session]"'
ok 'the seconds are for all of them together' \
	'[ $(((after - before) / 1000000000)) -ge 20 ] && [ $(((after - before) / 1000000000)) -lt 35 ]'
machine --snp-guests=1 --units=libvirt --stubborn-guests=1
host teardown --guests=stop:0 --yes --json
ok 'stop:0: no ACPI request that nobody would wait for' 'code_is 0 &&
	steps_are "SIGTERM virsh destroy $end"'

for state in missing fails; do
	machine --snp-guests=2 --units=libvirt
	act start=snp@service program=virsh:$state program=systemctl:$state >/dev/null
	host teardown --guests=stop --yes --json
	case $state in
	missing) asked='virsh shutdown!ENOENT SIGTERM SIGTERM systemctl show!ENOENT SIGTERM' ;;
	fails) asked='virsh shutdown!EIO SIGTERM virsh shutdown!EIO SIGTERM systemctl stop!EIO SIGTERM' ;;
	esac
	ok "virsh and systemctl: $state: a signal does it" 'code_is 0 && inside "$down" &&
		steps_are "$asked $end" && said "warning: virsh shutdown for qemu-system-x86.*failed" &&
		said "warning: systemctl s[a-z]* for qemu-system-x86.*failed" && said "sent a signal"'
done
ok 'with its exit status and what it said' \
	'said "vm@[0-9]*.service: exit status 1: Failed to connect to bus: Connection refused"'

machine --snp-guests=2 --units=service
act start=plain@service start=plain >/dev/null
host teardown --guests=stop --yes --json
ok 'no unit is stopped but those of guests' 'code_is 0 &&
	steps_are "systemctl stop systemctl stop $end" &&
	json "[.processes // [] | .[]] | length == 0"'
host guests --json
ok 'the others run' 'json "(.processes | length) == 2"'

machine --snp-guests=1 --units=left-service
host teardown --guests=stop:20 --yes --json
ok 'a service of which systemd ends no process: SIGTERM, not SIGKILL, is what it hears first' \
	'code_is 0 && steps_are "systemctl stop SIGTERM $end" && [ "$(vmms)" = 0 ]'

# ---- decommission: frozen by the cgroup where that is the VMM's alone

machine
libvirt=$(act start=snp@libvirt)
service=$(act start=snp@service)
session=$(act start=snp)
host teardown --guests=decommission --yes --json
ok 'frozen by cgroup, or stopped where it is shared' 'code_is 0 && inside "$down" &&
	steps_are "FREEZE FREEZE SIGSTOP SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 $end" &&
	inside "all(.guests[]; .frozen)"'
ok 'what stays frozen is named, with its end' \
	'said "VMM $service is frozen; end it with .echo 1 >./sys/fs/cgroup/system.slice/system-vm.slice/vm@$service.service/cgroup.kill" &&
	said "VMM $libvirt is frozen; .*/machine-qemu.*scope/cgroup.kill" &&
	said "1 VMM is stopped (SIGSTOP): $session; end it with .kill -KILL"'
host teardown --guests=stop --yes --json
ok '--guests=stop ends them later' 'code_is 0 && [ "$(vmms)" = 0 ] && ! said "is frozen"'
machine --snp-guests=1 --units=libvirt
act fail=SHUTDOWN:0x14 >/dev/null
host teardown --guests=decommission --yes --json
host teardown --guests=stop --yes --json
ok 'and those of a teardown that failed half way' 'code_is 0 && [ "$(vmms)" = 0 ] &&
	steps_are "SIGTERM THAW SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 \
PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"'

machine --snp-guests=2 --units=service
act fail=SNP_DECOMMISSION:0x14 >/dev/null
host teardown --guests=decommission --yes --json
ok 'a failure: exactly what was frozen is thawed' 'code_is 6 &&
	steps_are "FREEZE FREEZE SNP_DECOMMISSION=20 THAW THAW" && inside "all(.guests[]; .running)" &&
	! said "is frozen"'

# ---- --only

machine --snp-guests=3 --leaked-guests=1
keep
for words in '--only=9' '--only=1,9' '--only=9,1'; do
	for mode in stop decommission; do
		host teardown --guests=$mode --yes $words --json
		ok "$mode $words: an unknown id, before anything is done" 'code_is 1 && unchanged &&
			said "there is no guest with id 9" && steps_are ""'
	done
done
keep
for words in '--only=' '--only=x' '--only=1,' '--only=1,,2' '--only=,1' '--only=1,1' '--only=1,2,0x1'; do
	host teardown --guests=stop --yes "$words"
	ok "$words: usage" 'code_is 64 && untouched'
done
host teardown --only=1
ok '--only wants to be told what to do' 'code_is 64 && said "only wants --guests" && untouched'
host teardown --guests=stop --only=2
ok '--only asks as well' 'code_is 64 && said "nobody to ask" && untouched'
host teardown --guests=decommission --only=2 --dry-run --json
ok 'the plan ends with what was named' 'code_is 0 && unchanged &&
	json "[.plan[].command] == [\"SIGSTOP\", \"SNP_DECOMMISSION\"] and .plan[1].guest == 2"'

host teardown --guests=decommission --yes --only=2 --json
ok 'one guest is decommissioned, no other; then it ends' 'code_is 5 &&
	steps_are "SIGSTOP SNP_DECOMMISSION=0" && said "3 guests that were not named are alive: id 1 .*id 3 .*id 4" &&
	said "What was asked for is done" && inside "[.guests[] | select(.tombstone) | .asid] == [2] and
		[.guests[] | select(.frozen) | .asid] == [2]"'
host teardown --guests=decommission --yes --only=2 --json
ok 'once more: it is done, and nothing else is' 'code_is 5 && steps_are "" &&
	said "3 guests that were not named are alive" && said "What was asked for is done"'
host teardown --guests=stop --yes --only=2 --json
ok 'but its VMM can be ended' 'code_is 5 && steps_are "SIGTERM SIGCONT" && [ "$(vmms)" = 2 ]'
host teardown --guests=stop --yes --only=2,3,4 --dry-run --json
ok 'one that has ended meanwhile does not hinder the others' 'code_is 0 &&
	said "warning: guest 2 has ended already" && json "[.plan[].command] == [\"SIGTERM\", \"SNP_DECOMMISSION\"]"'
host teardown --guests=stop --yes --only=3,4 --json
ok 'a leaked context by its id, beside a VMM' 'code_is 5 && steps_are "SIGTERM SNP_DECOMMISSION=0" &&
	said "1 guest that was not named is alive: id 1 " && [ "$(vmms)" = 1 ]'
host teardown --guests=stop --yes --only=1 --json
ok 'the last of them: all the way down' 'code_is 0 && steps_are "SIGTERM $end" && inside "$down"'

machine --snp-guests=1 --sev-guests=1
host teardown --guests=decommission --yes --only=2 --json
ok 'a SEV guest beside others cannot be decommissioned' 'code_is 5 && steps_are "" &&
	said "id 2 (SEV, .*ends only with SEV as a whole" && said "guests=stop"'
host teardown --guests=stop --yes --only=2 --json
ok 'its VMM can be ended' 'code_is 5 && steps_are "SIGTERM" && said "id 1 (SNP"'
machine --sev-guests=1
host teardown --guests=decommission --yes --only=1 --json
ok 'alone it ends with SEV' 'code_is 0 && steps_are "SIGSTOP $end"'
machine --sev-guests=2 --units=service
act start=sev-es@service >/dev/null
host teardown --guests=stop --yes --only=1,2,3 --json
ok 'all of them named: as without --only' 'code_is 0 &&
	steps_are "systemctl stop systemctl stop systemctl stop $end"'

# ---- --leaked

machine --snp-guests=1 --leaked-guests=2
keep
host teardown --leaked --json
ok '--leaked: guests that are alive refuse, and only they are named' 'code_is 5 && unchanged &&
	steps_are "" && said "1 guest is alive: id 1 " && ! said "id 2"'
host teardown --leaked --guests=stop --yes
ok '--leaked goes with nothing else' 'code_is 64 && unchanged'
act kill=1200 >/dev/null
host teardown
ok 'without it leaked contexts refuse' 'code_is 5 && said "2 guests are alive"'
host teardown --leaked --dry-run --json
ok 'its plan' 'code_is 0 && json "[.plan[].command][0:3] == [\"SNP_DECOMMISSION\",
	\"SNP_DECOMMISSION\", \"SHUTDOWN\"]"'
host teardown --leaked --json
ok 'with it they are decommissioned, and it goes down' 'code_is 0 && inside "$down" &&
	steps_are "SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 $end"'

done_testing
