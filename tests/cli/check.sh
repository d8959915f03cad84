#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check on simulated hosts: for every state that a host can be in, which checks
# fail, and that nothing is changed by looking.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"

# failed GOAL - the ids that failed there, sorted, a word each
failed() {
	host --json check "$1"
	jq -r '[.checks[] | select(.verdict == "FAIL") | .id] | sort | join(" ")' "$out"
}
# ids VERDICT WORD... - in the last report exactly these have it
ids() {
	verdict=$1
	shift
	[ "$(jq -r --arg v "$verdict" '[.checks[] | select(.verdict == $v) | .id] | unique | join(" ")' \
		"$out")" = "$*" ]
}
# reason ID PATTERN - a check of that id says so
reason() { jq -r --arg id "$1" '.checks[] | select(.id == $id) | .reason' "$out" | grep -q -e "$2"; }
remedy() { jq -r --arg id "$1" '.checks[] | select(.id == $id) | .remedy' "$out" | grep -q -e "$2"; }

# checks NAME GOAL CODE FAILED - exit code, the ids that failed, the totals, nothing changed
checks() {
	keep
	host --json check "$2"
	ok "$1" "code_is $3 && ids FAIL ${4-} && unchanged && json '.readiness.goal == \"$2\" and
		.readiness.ready == (.result.exit == 0) and .result.done == true and .simulated == true and
		([.checks[] | select(.verdict == \"FAIL\")] | length) == .readiness.fail and
		([.checks[] | select(.verdict == \"WARN\")] | length) == .readiness.warn and
		([.checks[] | select(.verdict == \"PASS\")] | length) == .readiness.pass and
		([.checks[] | select(.verdict == \"SKIP\")] | length) == .readiness.skip and
		(.checks | all((.verdict == \"FAIL\" or .verdict == \"WARN\") == has(\"remedy\")))'"
}

# ---- a host without guests

machine
checks 'no guests: ready for a teardown' teardown 0
ok 'no guests: nothing to warn of' 'ids WARN && ids SKIP'
checks 'no image: not ready for a kexec' kexec 2 kexec.loaded
checks 'no crash kernel: not ready for a crash' kdump 2 kdump.loaded
act kexec-load crash-load >/dev/null
checks 'image loaded: ready' kexec 0
ok 'kexec: what the kernel leaves is told' 'reason kernel.rmp "every VM has to end"'
checks 'crash kernel loaded: ready' kdump 0
host check
ok 'teardown is what is asked for without a word' 'code_is 0 && printed "^Ready for teardown:"'
host check -q kexec
ok '-q leaves out what is fine' 'code_is 0 && ! printed "^PASS" && printed "^Ready for kexec"'
host check dance
ok 'no other goal' 'code_is 64'
host --dry-run check
ok 'no --dry-run' 'code_is 64'
host --porcelain check kexec
ok 'porcelain has the same' 'code_is 0 && printed "^checks	PASS	psp.alive	.*	$"'

act kexec-disable >/dev/null
host --json check kexec
ok 'loading forbidden: a warning where an image is there' 'code_is 0 && ids WARN kexec.allowed'

# ---- guests

machine --snp-guests=1 --sev-guests=1 --sev-es-guests=1 --launching-guests=1 --vcpus=3
checks 'guests: each is named' teardown 2 guest
ok 'by kind, ASID, vCPUs and process' 'reason guest "^guest 1 (SNP, ASID 1, 3 vCPUs) of qemu-system-x86.1200. is alive" &&
	[ "$(jq "[.checks[] | select(.id == \"guest\")] | length" "$out")" = 4 ] &&
	remedy guest "guests=stop"'
ok 'counts agree' 'reason guests.listed "same guests: 2 SEV, 2 SNP" && reason guests.charged ": 4" &&
	reason vms.held "4 VMs"'
act crash-load >/dev/null
checks '6.12 with guests: a crash kernel would die' kdump 2 kdump.snp
machine --kernel=7.3.4-sim --snp-guests=1
act crash-load >/dev/null
checks '7.3 with a guest: a crash kernel comes up' kdump 0

machine --snp-guests=1
act kill=1200 >/dev/null
checks 'a guest that ended leaves nothing' teardown 0
machine --leaked-guests=2
checks 'leaked contexts' teardown 2 guest.leaked
ok 'KVM goes on charging for them' 'reason guests.charged "same guests: 2"'
machine --sev-guests=1
act kexec-load fail=DECOMMISSION:HWERROR_PLATFORM kill=1200 >/dev/null
checks 'a leaked context of SEV' kexec 2 guest.leaked
ok 'goes with SEV itself' 'remedy guest.leaked "teardown --leaked"'
host recover
ok 'recover does not claim that there is nothing' 'code_is 0 && said "goes with SEV itself" &&
	printed "nothing here that this command could mend"'
host teardown
ok 'a plain teardown refuses' 'code_is 5'
host kexec --guests=stop --yes
ok 'a kexec that stops guests passes' 'code_is 0 && act warnings | grep -qx 0'
machine --sev-guests=2
act fail=DECOMMISSION:HWERROR_PLATFORM kill=1200 >/dev/null
host teardown --leaked
ok 'not while another SEV guest is alive' 'code_is 5 && said "1 guest is alive: id 2"'
act kill=1213 >/dev/null
host teardown --leaked --json
ok 'it goes with SHUTDOWN' 'code_is 0 && json ".steps[0].command == \"SHUTDOWN\""'
machine
act tracking-fails start=snp >/dev/null
checks 'a list that is incomplete, and a VM that nothing explains' teardown 2 \
	"guests.listed vm.before-launch"

machine --snp-guests=1
host -q teardown --guests=decommission --yes
act kexec-load >/dev/null
checks 'decommissioned under its VMM: no kexec' kexec 2 guest.tombstone
ok 'the process is named' 'reason guest.tombstone "1200" && reason state.init-locked "locked out"'
checks 'but a teardown has nothing against it' teardown 0
act kill=1200 >/dev/null
checks 'its end leaks a page: no kexec' kexec 2 pages.leaked
ok 'and it is said why' 'reason pages.leaked "enough to reset"'

# ---- CPUs

machine --cpus=8 --offline=3,5
checks 'CPUs offline' teardown 2 cpus.online
ok 'they are named' 'reason cpus.online "CPU 3,5 is offline" && remedy cpus.online "online-cpus"'
act online=3 online=5 allow=0-5 >/dev/null
checks 'a cpuset' teardown 2 cpus.reach
ok 'what is outside is named' 'reason cpus.reach "CPU 6-7"'

# ---- the kernel and its modules

machine
act lockdown=integrity >/dev/null
checks 'lockdown' teardown 2 lockdown
machine --no-patch
act lockdown=integrity kexec-load >/dev/null
host --json check kexec
ok 'lockdown without the companion patch' 'code_is 0 && ids WARN "device.sev-debug lockdown"'
machine --no-patch --offline=3 --snp-guests=1
host -q teardown --guests=stop --yes
act online=3 kexec-load >/dev/null
checks 'what a failed teardown left on a stock driver: not ready' teardown 2 module.kvm_amd
checks 'nor for a kexec' kexec 2 module.kvm_amd
ok 'and how to go on' 'remedy module.kvm_amd "recover --reload"'
host recover --reload
checks 'which helps' teardown 0
machine --no-patch --kernel=6.14.3
host --json check
ok 'a driver that keeps SNP up' 'code_is 0 && ids WARN "device.sev-debug kernel.shutdown"'
host teardown
ok 'says so afterwards' 'code_is 1 && said "keeps them up until ccp goes" && said "Do not kexec"'
checks 'and so does the check' teardown 2 module.kvm_amd
machine --no-patch
act kexec-load iommu-fails >/dev/null
host -q teardown
checks 'a stock driver whose IOMMU kept pages' kexec 2 state.iommu
act load >/dev/null
checks 'SNP that came up again has them again' kexec 0
host -q teardown
checks 'and gives them back' kexec 0
machine --no-patch
act allow=0-1 >/dev/null
checks 'a stock driver does its WBINVD by itself: no cpuset matters' teardown 0
machine
act kexec-disable >/dev/null
checks 'no image, and none can be loaded' kexec 2 kexec.loaded
ok 'a remedy that can be followed' 'remedy kexec.loaded "reboot"'
machine --cpus=8
act smt=forceoff >/dev/null
checks 'siblings that cannot be brought online' teardown 2 cpus.online
ok 'it is SMT that has to come on' 'remedy cpus.online "smt/control"'
machine
act unload >/dev/null
checks 'kvm_amd not loaded' teardown 0
ok 'is told' 'reason module.kvm_amd "not loaded"'
act access=ro >/dev/null
checks 'devices that may be read only' teardown 2 "device.sev device.sev-debug"
act access=none >/dev/null
checks 'devices that may not be opened' teardown 2 "device.sev device.sev-debug"

# ---- states that a host does not leave by itself

machine
act timeout=SNP_DF_FLUSH >/dev/null
host -q teardown
checks 'a dead secure processor' teardown 2 psp.alive
ok 'wants a cold reboot' 'remedy psp.alive "cold"'
# a page for an answer that does not come would never be given back
before=$(act leaked)
for command in status guests check; do host $command; done
ok 'asking a dead secure processor leaks no page' '[ "$(act leaked)" = "$before" ]'
machine --no-patch
act timeout=SNP_PLATFORM_STATUS >/dev/null
host status
checks 'the same on a stock driver' teardown 2 psp.alive

machine
act unload offline=3 load >/dev/null
checks 'SNP half up' teardown 2 "cpus.online state.half-up"
ok 'has a cure' 'remedy state.half-up "sevadm recover"'
machine --no-patch
act unload fail=DF_FLUSH:HWERROR_PLATFORM load >/dev/null
checks 'a kvm_amd that found no SEV, on a stock driver' teardown 2 module.kvm_amd
ok 'is loaded anew' 'remedy module.kvm_amd "sevadm recover --reload"'
machine --no-patch
act unload offline=3 load >/dev/null
checks 'SNP half up on a stock driver' teardown 2 "cpus.online state.half-up"
ok 'has none' 'remedy state.half-up "reboot cold"'

machine
act iommu-fails >/dev/null
host -q teardown
checks 'the IOMMU holds pages' teardown 2 state.iommu
machine --tio
checks 'SEV-TIO is up' teardown 2 tio

machine --no-patch --snp-guests=1
checks 'a stock driver: processes, no guests' teardown 2 vm
ok 'and a warning that the patch is missing' 'ids WARN "device.sev-debug"'
act kill=1200 >/dev/null
checks 'a stock driver without guests' teardown 0

# ---- what others do, or did

machine --snp-guests=1
act start-stubborn=snp >/dev/null
"$SEVADM" --device=sim:"$sim" -q decommission 1 --running --yes >"$work/done" 2>&1
# a run that was killed: its last line is missing
sed -i '$d' "$sim.journal"
host --json check
ok 'a run that was killed is told of' 'reason journal "did not come to its end" && ids WARN "guest.tombstone journal"'
machine --snp-guests=150
hold_up --default-signal=INT decommission --all --running --yes
last='check, while another is at work'
"$SEVADM" --device="sim:$sim" --json check >"$work/checked" 2>"$work/said" </dev/null
let_go
mv "$work/checked" "$out"
ok 'somebody who is at work just now is named' 'reason lock "at work.*decommission --all"'
host --json check
ok 'and not when it has ended' '! reason lock . && ! reason journal .'

# what the processor is, of this machine itself: no simulated one is not AMD's
run --json check
case $(sed -n 's/^vendor_id.*: //p' /proc/cpuinfo | head -n 1) in
AuthenticAMD) ok 'the processor of this machine' 'reason cpu "SEV-SNP"' ;;
*) ok 'the processor of this machine' 'code_is 2 && reason cpu "no processor of AMD" ' ;;
esac

run check --device=sim:"$work/none"
ok 'no machine at all is a failure, not an answer' 'code_is 4'

done_testing
