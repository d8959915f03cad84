#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hosts without the companion patch, simulated: VMMs are ended, kvm_amd is unloaded,
# and the driver's messages are read for what it discards.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

states() {
	"$SEVADM" --json sim show "$sim" | jq -e --arg sev "$1" --arg snp "$2" \
		'.machine.sev_state == $sev and .machine.snp_state == $snp' >"$work/states"
}
down() { states UNINIT UNINIT; }
proof='PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'

machine --no-patch
host teardown --json
ok 'no guests: kvm_amd is unloaded, and that is proved' 'code_is 0 && down &&
	steps_are "rmmod kvm_amd $proof"'
ok 'it is said which statuses were not seen, and why' \
	'json ".warnings | any(contains(\"no status was seen\"))"'
host teardown --json
ok 'once more: nothing to do' 'code_is 0 && steps_are "" && json ".result.message | contains(\"already\")"'
host recover --reload
ok 'kvm_amd comes back' 'code_is 0 && states INIT INIT'
host recover --reload --json
ok 'or is loaded anew' 'code_is 0 && steps_are "rmmod kvm_amd modprobe kvm_amd" && states INIT INIT'
host recover
ok 'without the patch there is nothing else to recover with' 'code_is 4'

machine --no-patch --snp-guests=2 --sev-guests=1
keep
host teardown
ok 'guests: refused' 'code_is 5 && unchanged && said "holds an encrypted guest" && said "1200"'
host teardown --guests=decommission --yes
ok 'decommission: not to be had' 'code_is 4 && unchanged && said "/dev/sev-debug.*ENOENT"'
host teardown --guests=stop --dry-run --json
ok 'a plan' 'code_is 0 && unchanged && json "[.plan[].command] == [\"SIGTERM\", \"rmmod kvm_amd\",
	\"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"]"'
host teardown --guests=stop --yes --json
ok 'guests: stopped' 'code_is 0 && down && steps_are "SIGTERM SIGTERM SIGTERM rmmod kvm_amd $proof"'
ok 'kexec works' '[ "$(act kexec)" = 2 ]'

machine --no-patch --snp-guests=1
act start=plain >/dev/null
keep
host teardown --guests=stop --yes
ok 'a VM without encryption keeps kvm_amd: refused before anything is ended' \
	'code_is 5 && unchanged && said "without encryption"'
machine --no-patch --snp-guests=1 --leaked-guests=1
host teardown --guests=stop --yes
ok 'a leaked context: the counts say so' 'code_is 5 && said "still counts 0 SEV and 1 SNP guests"'

# what the driver logs is told as if it had been seen
machine --no-patch --snp-guests=1 --offline=3
host teardown --guests=stop --yes --json
ok 'SNP_DF_FLUSH refused: by the log' 'code_is 6 && json ".result.status == 14" && states UNINIT INIT &&
	said "CPU 3" && json ".steps[] | select(.command == \"SNP_DF_FLUSH\" and .status == 14 and
	.reason == \"as the driver logged it\")"'
act online=3 load >/dev/null
host teardown
ok 'its remedy helps' 'code_is 0 && down'
machine --no-patch --snp-guests=1 --offline=3
host teardown --online-cpus --guests=stop --yes --json
ok '--online-cpus' 'code_is 0 && down && steps_are "CPU_ONLINE SIGTERM rmmod kvm_amd $proof CPU_OFFLINE"'
for command in SHUTDOWN SNP_SHUTDOWN_EX; do
	machine --no-patch
	act fail=$command:HWERROR_PLATFORM:2 >/dev/null
	host teardown
	ok "$command refused: by the log" 'code_is 6 &&
		said "$command: firmware refused, as the driver logged: HWERROR_PLATFORM (0x0013)"'
done
machine --no-patch
act iommu-fails >/dev/null
host teardown
ok 'the IOMMU holds pages: by the log' 'code_is 1 && said "IOMMU"'
machine --no-patch
act timeout=SHUTDOWN >/dev/null
host teardown
ok 'a secure processor that dies in the middle' 'code_is 1 && said "did not answer in time" &&
	said "Reboot cold"'
host check
ok 'and check says so' 'code_is 2 && printed "FAIL  psp.alive"'
act load >/dev/null
keep
host recover --reload
ok 'nor does recover pretend' 'code_is 5 && said "Reboot cold" && unchanged'
machine --no-patch --snp-guests=1
act timeout=PLATFORM_STATUS >/dev/null
host status
keep
host teardown --guests=stop --yes
ok 'one that is dead already: nothing is done' 'code_is 5 && said "Reboot cold" && unchanged'

machine --no-patch --leaked-guests=1
keep
host --json check kexec
ok 'a context that leaked: not ready' 'code_is 2 && json ".checks | any(.id == \"guests.listed\" and
	.verdict == \"FAIL\")"'
host teardown
ok 'and kvm_amd stays' 'code_is 5 && unchanged && said "still counts 0 SEV and 1 SNP"'
machine --no-patch
act unload offline=3 load online=3 >/dev/null
keep
host teardown
ok 'half up: named, and left alone' 'code_is 1 && unchanged && said "does not know" && said "reboot cold"'
host recover --reload
ok 'loading anew does not help, and is not done' 'code_is 1 && unchanged && said "does not know" && said "reboot cold"'
machine --no-patch
act unload fail=DF_FLUSH:HWERROR_PLATFORM load >/dev/null
keep
host teardown
ok 'a kvm_amd that found no SEV: what it would not bring down is named' 'code_is 1 && unchanged &&
	said "was loaded without finding SEV" && said "recover --reload"'
host recover --reload
ok 'and loading anew helps' 'code_is 0'
host teardown
ok 'after which the teardown completes' 'code_is 0'

machine --no-patch --snp-guests=2
keep
host teardown --rolling
ok '--rolling is a promise that a stock driver cannot keep' 'code_is 4 && unchanged'
host teardown
ok 'each VMM is named' 'code_is 5 && said "1200" && said "1213"'

# what is told of an earlier shutdown is not this one's
machine --no-patch
act fail=SNP_SHUTDOWN_EX:HWERROR_PLATFORM unload load >/dev/null
host teardown
ok 'old messages are passed over' 'code_is 0 && down'

machine --no-patch --snp-guests=1
act kexec-load >/dev/null
host kexec --guests=stop --yes
ok 'kexec' 'code_is 0 && [ "$("$SEVADM" --json sim show "$sim" | jq .machine.boots)" = 2 ]'

done_testing
