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
"$SEVADM" record anonymise "$rec" --output="$rec.nobody" >/dev/null
run --device="replay:$rec.nobody" --json doctor
ok 'and one without names' 'code_is 0 && is kernel-config PASS && is rmp-size PASS && is iommu PASS && is memlock PASS'
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

# ---- a recording changed here and there: what no simulated host is

host --record="$rec.es" doctor es
# KVM is asked for the kernel's release in between
jq -c . "$rec" | tac | sed '0,/osrelease/{/osrelease/d}' | tac >"$rec.kvm"

# with NAME CODE ID VERDICT PATTERN JQ [FEATURE] - so it ends, and so it is told
with() {
	jq -c "$6" "$rec${7:+.$7}" >"$work/changed"
	case ${7-} in
	es) run --device="replay:$work/changed" --json doctor es ;;
	*) run --device="replay:$work/changed" --json doctor ;;
	esac
	ok "$1" "code_is $2 && is $3 $4 && reason $3 '$5'"
}
# jq: regs(LEAF; REGISTER; VALUE), msr(NUMBER; CPU; VALUE), text(PATH; VALUE), found(PATH; VALUE),
# kvm(QUESTION; VALUE), fw(REQUEST; OFFSET; BYTES), absent(PATH)
lib='def regs($l; $i; $v): if .event == "cpuid" and .leaf == $l then
		.registers |= (split(" ") | .[$i] = $v | join(" ")) else . end;
	def msr($r; $c; $v): if .event == "msr" and .register == $r and ($c < 0 or .of_cpu == $c) then
		.value = $v else . end;
	def text($p; $v): if .event == "read" and .path == $p then .text = $v | .result = ($v | length) else . end;
	def absent($p): if (.event == "read" or .event == "node" or .event == "list") and .path == $p then
		del(.text, .found, .names, .result) | .errno = 2 else . end;
	def found($p; $v): if .event == "node" and .path == $p then .found = $v else . end;
	def kvm($q; $v): if .event == "kvm" and .question == $q then .value = $v else . end;
	def fw($r; $at; $v): if .request == $r then
		.out.data |= (.[0:2 * $at] + $v + .[2 * $at + ($v | length):]) else . end;
	def unasked(f): select(f | not);'
sev=2147483679 syscfg=3221291024 base=3221291314 end=3221291315
status='fw("PLATFORM_STATUS"; ' snp='fw("SNP_PLATFORM_STATUS"; '

with 'as it is' 0 cpuid-c-bit PASS 'bit 51' "$lib ."
with 'no EPYC' 0 cpu-brand WARN 'no EPYC' "$lib regs(2147483650; 0; \"20444d42\") | regs(2147483650; 1; \"20202020\")"
with 'a generation to come' 0 cpu-generation WARN unknown "$lib regs(1; 0; \"00c00f11\")"
with 'no SME' 2 cpuid-sme FAIL 'no SME' "$lib regs($sev; 0; \"0001057e\")"
with 'no page flush, and none needed' 0 cpuid-page-flush PASS 'none needed' "$lib regs($sev; 0; \"0001057b\")"
with 'no page flush' 0 cpuid-page-flush WARN 'flushes whole caches' "$lib regs($sev; 0; \"0001017b\")"
with 'a C-bit that cannot be' 2 cpuid-c-bit FAIL 'bit 3,' "$lib regs($sev; 1; \"00004143\")"
with 'no VMPLs' 2 cpuid-vmpl FAIL 'EAX bit 5' "$lib regs($sev; 0; \"0001055f\")"
with '0 VMPLs' 2 cpuid-vmpl FAIL '0 of them' "$lib regs($sev; 1; \"00000173\")"
with 'no ASIDs' 2 cpuid-asids FAIL '0 guests' "$lib regs($sev; 2; \"00000000\")"
for id in syscfg-snp syscfg-vmpl syscfg-mem-encrypt; do
	with "$id: another on one CPU" 2 "$id" FAIL 'some CPUs only: CPU 3' \
		"$lib msr($syscfg; 3; \"0000000000080000\")"
done
with 'another RMP on one CPU' 2 rmp-range FAIL 'CPU 7 has another' \
	"$lib msr($base; 7; \"0000000001200000\") | unasked(.path == \"/proc/zoneinfo\")"
with 'an RMP at no whole megabyte' 2 rmp-range FAIL 'makes no sense' \
	"$lib msr($base; -1; \"0000000001101000\") | unasked(.path == \"/proc/zoneinfo\")"
with 'an RMP that ends before it begins' 2 rmp-range FAIL 'makes no sense' \
	"$lib msr($end; -1; \"0000000000ffffff\") | unasked(.path == \"/proc/zoneinfo\")"
with 'how much memory is not known' 0 rmp-size SKIP zoneinfo "$lib absent(\"/proc/zoneinfo\")"
with 'no configuration' 0 kernel-config SKIP ENOENT "$lib absent(\"/boot/config-6.12.117-sim\")"
with 'a kernel built without' 2 kernel-config FAIL 'without CONFIG_KVM_AMD_SEV$' \
	"$lib text(\"/boot/config-6.12.117-sim\"; \"CONFIG_KVM_AMD=m\\n# CONFIG_KVM_AMD_SEV is not set\\nCONFIG_CRYPTO_DEV_SP_PSP=y\\nCONFIG_AMD_MEM_ENCRYPT=y\\n\")"
with 'no command line' 0 kernel-cmdline SKIP 'cannot be read' "$lib absent(\"/proc/cmdline\")"
with 'nor the IOMMU then' 0 iommu SKIP 'not known' "$lib absent(\"/proc/cmdline\")"
with 'mem_encrypt=off is no harm' 0 kernel-cmdline PASS 'own memory' "$lib text(\"/proc/cmdline\"; \"mem_encrypt=off\\n\")"
with 'an old kernel' 2 kernel-version FAIL '6.8.0' "$lib text(\"/proc/sys/kernel/osrelease\"; \"6.8.0\\n\") |
	if .event == \"read\" and .path == \"/boot/config-6.12.117-sim\" then .path = \"/boot/config-6.8.0\" else . end"
with 'no flags' 0 kernel-cpu-flags SKIP 'no flags' "$lib absent(\"/proc/cpuinfo\")"
with 'a parameter that is not there' 2 kvm-amd-sev-snp FAIL 'has no parameter' \
	"$lib absent(\"/sys/module/kvm_amd/parameters/sev_snp\")"
with 'a device for everybody' 0 dev-sev WARN 'everybody (0666)' "$lib found(\"/dev/sev\"; \"char 0666 0 0 0\")"
with 'a device that does not open' 2 dev-sev FAIL 'cannot be opened (EIO)' "$lib found(\"/dev/sev\"; \"char 0600 0 0 -5\")"
with 'a file in its place' 2 dev-sev FAIL 'no device' "$lib found(\"/dev/sev\"; \"other 0600 0 0 0\")"
with 'a /dev/kvm that does not open' 2 dev-kvm FAIL 'ENODEV' \
	"$lib found(\"/dev/kvm\"; \"char 0660 0 0 -19\") | unasked(.event == \"kvm\")" kvm
with 'another interface' 2 kvm-api FAIL 'version 11' \
	"$lib kvm(0; \"000000000000000b\") | unasked(.event == \"kvm\" and .question > 0)" kvm
with 'a KVM without SNP' 2 kvm-vm-types FAIL 'of SEV-SNP' "$lib kvm(1; \"000000000000000d\")"
with 'firmware 1.50' 2 fw-version FAIL '1.50.*from 1.51' "$lib $status 1; \"32\")"
with 'firmware 1.50 is enough for SEV-ES' 0 fw-version PASS '1.50' "$lib $status 1; \"32\")" es
with 'firmware 2.0 is newer' 0 fw-version PASS '2.0' "$lib $status 0; \"0200\")"
with 'SEV without SEV-ES' 2 fw-sev-es FAIL without "$lib $status 3; \"00000000\")"
with 'SEV is down' 0 fw-sev-state WARN UNINIT "$lib $status 2; \"00\")"
with 'of whose SEV-ES nothing is told' 0 fw-sev-es SKIP 'only once' "$lib $status 2; \"00\")"
with 'an RMP that is not initialised' 2 fw-rmp FAIL 'not initialised' "$lib $snp 3; \"00\")"
with 'aliases were looked for' 0 fw-alias-check PASS searched "$lib $snp 3; \"03\")"
with 'a TCB behind' 0 fw-tcb WARN 'behind the current' "$lib $snp 24; \"0800\")"
with 'a TCB ahead' 2 fw-tcb FAIL 'above the current' "$lib $snp 24; \"0a00\")"
with 'ASIDs used up' 0 asids-sev-es WARN '99 of 99' "$lib text(\"/sys/fs/cgroup/misc.current\"; \"sev 0\\nsev_es 99\\n\")"
with 'no ASIDs by the misc controller' 2 asids-sev-es FAIL 'no ASID' \
	"$lib text(\"/sys/fs/cgroup/misc.capacity\"; \"sev 907\\n\")"
with 'no word of memory' 0 memlock SKIP meminfo "$lib absent(\"/proc/meminfo\")"
with 'nor of huge pages' 0 hugetlb SKIP 'does not tell' "$lib absent(\"/proc/meminfo\")"
with 'no huge pages left' 0 hugetlb WARN '0 of 4' \
	"$lib text(\"/proc/meminfo\"; \"MemTotal: 1 kB\\nHugePages_Total: 4\\nHugePages_Free: 0\\nHugepagesize: 2048 kB\\n\")"
with 'no /dev/sev-debug that opens' 0 dev-sev-debug SKIP 'EACCES' \
	"$lib if .recording then .node_errno = [0, 13] else . end"

# neither: another vendor, and an AMD processor that has none; what comes after is not asked
neither() {
	jq -c "$lib $2" "$rec" | sed "/\"leaf\":$3,/q" >"$work/changed"
	run --device="replay:$work/changed" --json doctor
	ok "$1" "code_is 2 && ids FAIL machine && ids PASS && json '.diagnosis.machine == \"neither\"' && reason machine '$4'"
}
neither 'another vendor' 'regs(0; 1; "756e6547") | regs(0; 3; "49656e69") | regs(0; 2; "6c65746e")' 2147483652 \
	'of GenuineIntel, not of AMD'
neither 'a desktop' "regs(1; 0; \"00870f10\") | regs($sev; 0; \"00000000\")" $sev 'has no SEV'

# a Rome: SEV-ES is all there is to ask for
jq -c "$lib regs(1; 0; \"00830f10\") | regs($sev; 0; \"0001000f\")" "$rec.es" >"$work/changed"
run --device="replay:$work/changed" --json doctor
ok 'a Rome is examined for SEV-ES' 'code_is 0 && json ".diagnosis.feature == \"es\"" && reason cpu-generation Rome &&
	ids FAIL'

# ---- this machine, as it is, without root

if [ "$(uname -m)" = x86_64 ] && ! [ -e /dev/sev ]; then
	run --json doctor
	ok 'this machine is no host' '{ code_is 2 || code_is 0; } && json ".diagnosis.machine != \"host\" or
		([.checks[] | select(.id == \"dev-sev\")][0].verdict == \"FAIL\")"'
fi
done_testing
