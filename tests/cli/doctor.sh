#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doctor on simulated hosts: what each setting of BIOS, kernel and limits makes of each
# check, what is seen without root, and recordings made into guests.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# ids VERDICT WORD... - in the last report exactly these have it
ids() {
	verdict=$1
	shift
	[ "$(jq -r --arg v "$verdict" '[.checks[] | select(.verdict == $v) | .id] | join(" ")' "$out")" = "$*" ]
}
# is ID VERDICT - that check ended so
is() { [ "$(jq -r --arg id "$1" '.checks[] | select(.id == $id) | .verdict' "$out")" = "$2" ]; }
reason() { jq -r --arg id "$1" '.checks[] | select(.id == $id) | .reason' "$out" | grep -q -e "$2"; }
remedy() { jq -r --arg id "$1" '.checks[] | select(.id == $id) | .remedy' "$out" | grep -q -e "$2"; }
set_to() { "$SEVADM" sim set "$sim" "$@" || exit 99; }

# doctor NAME CODE FAILED WORDS... - exit code, ids that failed, totals; nothing changed
doctor() {
	name=$1
	want=$2
	bad=$3
	shift 3
	keep
	host --json doctor "$@"
	ok "$name" "code_is $want && ids FAIL $bad && unchanged && json '
		.result.done and .simulated and
		(.checks | map(.id) | (unique | length) == length) and
		([.checks[] | select(.verdict == \"FAIL\")] | length) == .diagnosis.fail and
		([.checks[] | select(.verdict == \"WARN\")] | length) == .diagnosis.warn and
		([.checks[] | select(.verdict == \"PASS\")] | length) == .diagnosis.pass and
		([.checks[] | select(.verdict == \"SKIP\")] | length) == .diagnosis.skip and
		(.checks | all(.verdict != \"PASS\" or (has(\"remedy\") | not)))'"
}

# ---- a host in order

machine
doctor 'a host in order' 0 ''
ok 'what it is' 'json ".diagnosis.machine == \"host\" and .diagnosis.feature == \"snp\"" &&
	reason machine "EPYC.*Genoa.*SEV, SEV-ES, SEV-SNP"'
ok 'what is no condition is skipped' 'ids SKIP kdump kvm-secure-tsc hugetlb'
ok 'parents are told' 'json "[.checks[] | select(.id == \"cpuid-sev-snp\")][0].parent == \"cpuid-sev-es\""'
ok 'the registers are those of the machine' 'reason rmp-range "0x1100000 to 0x12fffff" &&
	reason cpuid-asids "^1006 ASIDs; SEV guests without SEV-ES have 100 to 1006"'
doctor 'for SEV alone' 0 '' sev
ok 'and then nothing of SNP is looked at' 'json "[.checks[].id] |
	(any(test(\"snp|rmp|iommu|sev-es\")) | not)" && json ".diagnosis.feature == \"sev\""'
doctor 'for SEV-ES' 0 '' es
ok 'and then of SEV-ES' 'is cpuid-sev-es PASS && json "[.checks[].id] | (any(test(\"snp\")) | not)"'
host doctor
ok 'text is a tree' 'code_is 0 && printed "^processor$" && printed "^  PASS cpuid-sev " &&
	printed "^      PASS cpuid-sev-snp" && printed "^In order: "'
host doctor -q
ok '-q leaves out what is fine' 'code_is 0 && ! printed PASS && printed "^In order: "'
host --porcelain doctor
ok 'porcelain' 'code_is 0 && printed "^checks	PASS	cpuid-sev	processor	.*"'
host doctor dance
ok 'no other feature' 'code_is 64 && said "sev, es or snp"'
host doctor sev es
ok 'one feature' 'code_is 64'
host --dry-run doctor
ok 'no --dry-run' 'code_is 64'

for generation in milan genoa turin; do
	machine --generation=$generation
	doctor "$generation is in order" 0 ''
	ok "$generation by name" "reason cpu-generation -i $generation || is cpu-generation PASS"
done
ok 'Milan has no Secure TSC' '"$SEVADM" sim create --force "$sim" --generation=milan &&
	{ host --json doctor; is cpuid-secure-tsc SKIP; }'
machine --generation=turin --kernel=7.3.4-sim
doctor 'Turin with 7.3' 0 ''
ok 'has Secure TSC for guests' 'is kvm-secure-tsc PASS'
act unload >/dev/null
doctor 'kvm_amd unloaded' 2 'module-kvm-amd dev-kvm fw-snp-state'
ok 'from 7.1 on SYSCFG follows SNP' 'is syscfg-snp SKIP && is syscfg-vmpl SKIP && is fw-sev-state WARN'
ok 'what presupposes it is skipped' 'is kvm-amd-sev SKIP && is kvm-api SKIP && is asids-sev SKIP &&
	reason kvm-api "dev-kvm did not pass"'

# ---- the BIOS

machine --bios=sme-off
doctor 'SMEE off' 2 'syscfg-mem-encrypt syscfg-snp syscfg-vmpl kernel-cpu-flags kvm-amd-sev dev-sev kvm-vm-types'
ok 'SMEE off: said, and no device' 'reason dev-sev "no /dev/sev" && remedy syscfg-mem-encrypt SMEE &&
	is fw-answers SKIP && is fw-version SKIP && is rmp-range PASS'
doctor 'SMEE off: nor for SEV' 2 'syscfg-mem-encrypt kernel-cpu-flags kvm-amd-sev dev-sev kvm-vm-types' sev
machine --bios=snp-off
doctor 'no RMP' 2 'rmp-range syscfg-snp syscfg-vmpl kernel-cpu-flags kvm-amd-sev-snp kvm-vm-types fw-snp-state'
ok 'no RMP: told once' 'reason rmp-range "reserved no memory" && is rmp-size SKIP && is fw-rmp SKIP'
doctor 'no RMP: SEV-ES is in order' 0 '' es
machine --bios=rmp-small
doctor 'an RMP too small' 2 'rmp-size syscfg-snp syscfg-vmpl kernel-cpu-flags kvm-amd-sev-snp kvm-vm-types fw-snp-state'
ok 'an RMP too small: by how much' 'is rmp-range PASS && reason rmp-size "has 1024 KB.*needs 1104 KB"'
machine --bios=no-es-asids
doctor 'no ASIDs for SEV-ES' 2 'cpuid-es-asids kvm-amd-sev-es kvm-vm-types'
ok 'no ASIDs for SEV-ES: SEV has them all' 'reason asids-sev "of 1006" && is asids-sev-es SKIP'
doctor 'no ASIDs for SEV-ES: SEV is in order' 0 '' sev
machine --bios=all-es-asids
doctor 'no ASIDs for SEV' 0 ''
ok 'no ASIDs for SEV is a choice' 'is cpuid-asids WARN && is asids-sev SKIP && reason asids-sev-es "of 1006"'
machine --bios=no-iommu
doctor 'no IOMMU' 2 'syscfg-snp syscfg-vmpl iommu kvm-amd-sev-snp kvm-vm-types fw-snp-state'
run sim create --force "$sim" --bios=sme-off,nonsense
ok 'no such BIOS' 'code_is 64 && said "sme-off"'
run sim create --force "$sim" --bios=no-es-asids,all-es-asids
ok 'ASIDs are for one or the other' 'code_is 64'

# ---- the kernel

machine --cmdline='quiet iommu=pt'
doctor 'iommu=pt' 2 'syscfg-snp syscfg-vmpl iommu kvm-amd-sev-snp kvm-vm-types fw-snp-state'
ok 'iommu=pt: said' 'reason iommu "iommu=pt on"'
machine --cmdline=amd_iommu=off
doctor 'amd_iommu=off' 2 'syscfg-snp syscfg-vmpl iommu kvm-amd-sev-snp kvm-vm-types fw-snp-state'
machine --cmdline=sev=nosnp
doctor 'sev=nosnp' 2 'syscfg-snp syscfg-vmpl kernel-cmdline kernel-cpu-flags kvm-amd-sev-snp kvm-vm-types fw-snp-state'
machine --cmdline=kvm_amd.sev_snp=0
doctor 'kvm_amd.sev_snp=0' 2 'kernel-cmdline kvm-amd-sev-snp kvm-vm-types'
machine --cmdline=kvm_amd.sev_es=0
doctor 'kvm_amd.sev_es=0' 2 'kernel-cmdline kvm-amd-sev-es kvm-vm-types'
doctor 'kvm_amd.sev_es=0 is nothing to SEV' 0 '' sev
machine --cmdline=kvm_amd.sev=0
doctor 'kvm_amd.sev=0' 2 'kernel-cmdline kvm-amd-sev kvm-vm-types fw-snp-state'
machine --offline=5
doctor 'a CPU offline, SNP up' 0 ''
ok 'a CPU offline: a warning' 'is cpus-online WARN && reason cpus-online "CPU 5"'
machine
act crash-load >/dev/null
doctor 'a crash kernel for 6.12' 0 ''
ok 'which does not come up with SNP' 'is kdump WARN && remedy kdump 6.18'
machine --kernel=7.3.4-sim
act crash-load >/dev/null
doctor 'a crash kernel for 7.3' 0 ''
ok 'which does' 'is kdump PASS'
machine --no-patch
doctor 'no companion patch' 0 ''
ok 'which is no condition' 'is dev-sev-debug SKIP'

# ---- firmware

machine
act fail=PLATFORM_STATUS:HWERROR_PLATFORM >/dev/null
host --json doctor
ok 'a firmware that refuses' 'code_is 2 && ids FAIL fw-answers && reason fw-answers "HWERROR_PLATFORM (0x0013)" &&
	is fw-version SKIP'
act timeout=PLATFORM_STATUS >/dev/null
host --json doctor
ok 'a secure processor that is silent' 'code_is 2 && ids FAIL fw-answers && remedy fw-answers cold'

# ---- limits

machine --snp-guests=1
set_to memlock=8192 hugepages=4
doctor 'limits' 0 ''
ok 'limits: what is locked is told' 'is memlock WARN && reason memlock "8 MB of 256 MB" && is hugetlb PASS &&
	reason asids-sev-es "^1 of 99"'

# ---- without root

machine
set_to access=none
doctor 'without root' 0 ''
ok 'without root: what is not known is said' 'is syscfg-mem-encrypt SKIP && reason syscfg-mem-encrypt "not without root" &&
	is dev-sev SKIP && is dev-kvm SKIP && is fw-answers SKIP && reason fw-answers "not without root" &&
	is rmp-range SKIP && is cpuid-sev-snp PASS && is kvm-amd-sev-snp PASS && remedy dev-sev root'
set_to access=rw msr=missing
doctor 'without the module msr' 0 ''
ok 'without the module msr: said' 'is syscfg-snp SKIP && remedy syscfg-snp "modprobe msr" && is fw-answers PASS'

# ---- a recording, and what it would be below a hypervisor

rec=$work/rec
machine
host --record="$rec" --json doctor
run --device="replay:$rec" --json doctor
ok 'a recording answers' 'code_is 0 && json ".replay and .diagnosis.machine == \"host\""'
jq -c . "$rec" | grep -c '"event":"cpuid"' >"$work/count"
ok 'CPUID is recorded' '[ "$(cat "$work/count")" -eq 6 ]'
# below EVENT... - what is asked up to CPUID 8000001F, with the hypervisor's bit; then these
below() {
	{
		jq -c 'if .event == "cpuid" and .leaf == 1 then
			.registers = "00a10f11 00000000 80000000 00000000" else . end' "$rec" |
			sed '/"leaf":2147483679/q'
		printf '%s\n' "$@"
	} >"$work/below"
	run --device="replay:$work/below" --json doctor
}
# event MEMBERS - one of them
event() {
	case $2 in
	-*) outcome="\"errno\":${2#-}" ;;
	*) outcome="\"result\":$2" ;;
	esac
	printf '%s\n' "{\"event\":$1,\"thread\":0,\"cpu\":0,\"time_ns\":900000000,\"duration_ns\":1,$outcome}"
}
status() { event "\"msr\",\"of_cpu\":0,\"register\":3221291313,\"value\":\"$1\"" 0; }
no_status=$(event '"msr","of_cpu":0,"register":3221291313' -13)
vmpl='"read","path":"/sys/devices/system/cpu/sev/vmpl"'
node='"node","path":"/dev/sev-guest"'

# guest NAME STATUS KIND
guest() {
	below "$(status "$2")"
	ok "$1" 'code_is 0 && ids PASS machine && json ".diagnosis.machine == \"guest\" and .diagnosis.fail == 0" &&
		reason machine "guest of '"$3"',"'
}
guest 'a guest of SEV' 0000000000000001 SEV
guest 'a guest of SEV-ES' 0000000000000003 SEV-ES
guest 'a guest of SEV-SNP' 0000000000000007 SEV-SNP
below "$(status 0000000000000000)"
ok 'a virtual machine without SEV' 'code_is 2 && ids FAIL machine && json ".diagnosis.machine == \"neither\""'
below "$no_status" "$(event "$vmpl,\"text\":\"0\\n\"" 2)"
ok 'an SNP guest without root' 'code_is 0 && ids PASS machine && reason machine "guest of SEV-SNP, by what its kernel"'
below "$no_status" "$(event "$vmpl" -2)" "$(event "$node,\"found\":\"char 0600 0 0 -13\"" 0)"
ok 'an SNP guest by its device' 'code_is 0 && ids PASS machine && json ".diagnosis.machine == \"guest\""'
below "$no_status" "$(event "$vmpl" -2)" "$(event "$node" -2)"
ok 'which cannot be told is not guessed' 'code_is 0 && ids SKIP machine && ids FAIL &&
	json ".diagnosis.machine == \"unknown\"" && reason machine "not without root"'

# ---- this machine, as it is, without root

if [ "$(uname -m)" = x86_64 ] && ! [ -e /dev/sev ]; then
	run --json doctor
	ok 'this machine is no host' '{ code_is 2 || code_is 0; } && json ".diagnosis.machine != \"host\" or
		([.checks[] | select(.id == \"dev-sev\")][0].verdict == \"FAIL\")"'
fi
done_testing
