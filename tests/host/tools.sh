# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What programs of others see of this machine (rdmsr, cpuid, lscpu, lstopo,
# turbostat ...) agrees with what the kernel says, and with itself.
# Needs: tools

out=/run/tools
mkdir -p "$out"
for module in msr cpuid; do
	[ -e "/dev/cpu/0/$module" ] || insmod "/lib/modules/$module.ko" || fail "no $module.ko"
done
dmesg > "$out/dmesg"
cpus=$(grep -c '^processor' /proc/cpuinfo)

# msr REGISTER - its value, which has to be the same on every CPU
msr() {
	rdmsr -a "$1" > "$out/msr" || fail "rdmsr $1: exit status $?"
	[ "$(wc -l < "$out/msr")" -eq "$cpus" ] || fail "rdmsr $1: not $cpus values"
	[ "$(sort -u "$out/msr" | wc -l)" -eq 1 ] ||
		fail "MSR $1 differs from CPU to CPU: $(paste -sd ' ' "$out/msr")"
	head -n 1 "$out/msr" | sed 's/^/0x/'
}

# leaf LEAF [SUBLEAF] - "EAX EBX ECX EDX" of each CPU, a line each
leaf() {
	cpuid -r -l "$1" -s "${2:-0}" > "$out/leaf" || fail "cpuid -l $1: exit status $?"
	sed -n 's/.*eax=\(0x[0-9a-f]*\) ebx=\(0x[0-9a-f]*\) ecx=\(0x[0-9a-f]*\) edx=\(0x[0-9a-f]*\).*/\1 \2 \3 \4/p' \
		"$out/leaf"
}

# same WHAT A B
same() {
	[ "$2" = "$3" ] || fail "$1: $2, but $3"
	echo "$1: $2"
}

# bits VALUE MASK WHAT - all of them are set
bits() {
	[ $(($1 & $2)) -eq $(($2)) ] || fail "$3: $1 lacks bits of $2"
	echo "$3: $1"
}

# --- SNP, from the registers

# SYSCFG: memory encryption (23), SNP (24), VMPL (25); HWCR: SmmLock (0)
bits "$(msr 0xc0010010)" 0x3800000 SYSCFG
bits "$(msr 0xc0010015)" 1 HWCR
base=$(msr 0xc0010132)
end=$(msr 0xc0010133)
same 'RMP, of MSRs and dmesg' "$(printf '[0x%016x - 0x%016x]' "$base" "$end")" \
	"$(sed -n 's/.*RMP table physical range \(.*\)/\1/p' "$out/dmesg" | tr -d '\r')"
[ $((base % 0x2000)) -eq 0 ] || fail "RMP_BASE $base is not aligned"
# 16 KB, and 16 bytes for each page of memory below the RMP at least
[ $(((end - base + 1 - 0x4000) / 16)) -ge $((base >> 12)) ] || fail "the RMP is too small"
# the RMP is memory that the kernel does not have
awk -v base="$base" 'BEGIN { base = substr(base, 3) }
	/System RAM/ { split($1, range, "-"); while (length(base) < length(range[1])) base = "0" base
		if (base >= range[1] && base <= range[2]) exit 1 }' /proc/iomem ||
	fail "the RMP is in what /proc/iomem has as System RAM"
# a host is no encrypted guest
same 'SEV_STATUS' "$(msr 0xc0010131)" 0x0

# EFER.SVME (12) and a page of its own for each CPU, while KVM keeps SVM on; for SNP
# it does all the time
bits "$(msr 0xc0000080)" 0x1000 EFER
rdmsr -a 0xc0010117 > "$out/hsave" || fail "rdmsr VM_HSAVE_PA"
[ "$(sort -u "$out/hsave" | wc -l)" -eq "$cpus" ] || fail "CPUs share a VM_HSAVE_PA"
while read -r pa; do
	if [ $((0x$pa)) -eq 0 ] || [ $((0x$pa & 0xfff)) -ne 0 ]; then
		fail "VM_HSAVE_PA is $pa"
	fi
done < "$out/hsave"
echo "VM_HSAVE_PA: $(paste -sd ' ' "$out/hsave")"
# TSC_AUX is how RDTSCP tells CPUs apart; Linux puts the CPU's number there
same TSC_AUX "$(rdmsr -a 0xc0000103 | paste -sd ' ')" \
	"$(awk '/^processor/ { printf "%s%x", n++ ? " " : "", $3 }' /proc/cpuinfo)"

# --- SNP, from CPUID

[ "$(leaf 0x8000001f | sort -u | wc -l)" -eq 1 ] || fail "leaf 8000001F differs among CPUs"
# shellcheck disable=SC2046
set -- $(leaf 0x8000001f | head -n 1)
bits "$1" 0x1f 'SME, SEV, page flush, SEV-ES, SNP'
asids=$(($3)) min_sev=$(($4))
same 'ASIDs for SEV, of CPUID and kvm_amd' "$min_sev - $asids" \
	"$(sed -n 's/.*SEV enabled (ASIDs \(.*\)).*/\1/p' "$out/dmesg")"
# a kernel that knows AMD-SB-3023 has no SEV-ES beside Turin's SNP: see generation.sh
same 'ASIDs for SEV-ES, of CPUID and kvm_amd' "1 - $((min_sev - 1))" \
	"$(sed -n 's/.*SEV-ES \(enabled\|unusable\) (ASIDs \(.*\)).*/\2/p' "$out/dmesg")"
if [ -e /sys/fs/cgroup/misc.capacity ]; then
	same 'ASIDs for SEV, of CPUID and the misc cgroup' "$((asids - min_sev + 1))" \
		"$(awk '$1 == "sev" { print $2 }' /sys/fs/cgroup/misc.capacity)"
fi
cpuid -1 -l 0x8000001f > "$out/1f" || fail "cpuid -l 0x8000001f"
for line in 'SEV-SNP: SEV secure nested paging *= true' 'number of VM permission levels *= 0x4' \
	'encryption bit position in PTE *= 0x33'; do
	grep -q "$line" "$out/1f" || fail "cpuid has no '$line': $(cat "$out/1f")"
done
# shellcheck disable=SC2046
set -- $(leaf 0x8000000a | head -n 1)
nasid=$(($2))
# those of encrypted guests are some of all
[ "$nasid" -gt "$asids" ] ||
	fail "Fn8000_000A has $nasid ASIDs in all, Fn8000_001F $asids for encrypted guests"
# nothing is behind the last leaf of a range
# shellcheck disable=SC2046
set -- $(leaf 0 | head -n 1)
for behind in $(($1 + 1)) 0x3fffffff 0x80000fff 0xa0000000; do
	same "leaf $behind" "$(leaf "$behind" | sort -u)" \
		'0x00000000 0x00000000 0x00000000 0x00000000'
done
# shellcheck disable=SC2046
set -- $(leaf 0x80000000 | head -n 1)
[ $(($1)) -ge $((0x8000001f)) ] || fail "the highest leaf is $1"
for flag in sev sev_es sev_snp svm npt; do
	grep -q "^flags.* $flag\( \|\$\)" /proc/cpuinfo || fail "no $flag in /proc/cpuinfo"
done

# MONITOR: the flag and the size of a line
# shellcheck disable=SC2046
set -- $(leaf 5 | head -n 1)
if grep -q '^flags.* monitor ' /proc/cpuinfo; then
	same 'lines that MONITOR watches, smallest and largest' "$1 $2" '0x00000040 0x00000040'
fi
# the time stamp counter is an MSR, too, and goes on
before=0x$(rdmsr -p 0 0x10)
after=0x$(rdmsr -p 0 0x10)
[ $((after)) -gt $((before)) ] || fail "MSR 10h does not count: $before, $after"
echo "MSR 10h: $before, then $after"

# --- topology: APIC IDs, who shares a core, who shares the L3

count() {
	cat /sys/devices/system/cpu/cpu[0-9]*/"$1" | sort -u | wc -l
}

# the first line of a field in each CPU's leaf; $1 of the line, $2 leaf, $3 subleaf
field() {
	leaf "$2" "${3:-0}" | awk -v n="$1" '{ print $n }'
}

same 'APIC IDs, of leaf B and 8000001E' "$(field 4 0xb | sort | paste -sd ' ')" \
	"$(field 1 0x8000001e | sort | paste -sd ' ')"
[ "$(field 4 0xb | sort -u | wc -l)" -eq "$cpus" ] || fail "two CPUs have the same APIC ID"
threads=$(($(field 2 0xb | head -n 1)))
same 'threads of a core, of leaf B and 8000001E' "$threads" \
	"$((($(field 2 0x8000001e | head -n 1) >> 8 & 0xff) + 1))"
sockets=$(count topology/physical_package_id)
same 'CoreIds of a package, of 8000001E, and its cores' \
	"$(field 2 0x8000001e | sort -u | wc -l)" "$((cpus / threads / sockets))"
same 'cores, of leaf B and /sys' "$((cpus / threads))" "$(count topology/core_cpus_list)"
share=$((($(field 1 0x8000001d 3 | head -n 1) >> 14 & 0xfff) + 1))
same 'L3 caches, of 8000001D and /sys' "$(((cpus + share - 1) / share))" \
	"$(count cache/index3/shared_cpu_list)"

lscpu -p=CPU,CORE,SOCKET,NODE | grep -v '^#' > "$out/lscpu" || fail "lscpu"
same 'CPUs and cores, of lscpu' "$(wc -l < "$out/lscpu") $(cut -d, -f2 "$out/lscpu" | sort -u | wc -l)" \
	"$cpus $((cpus / threads))"
# only what concerns the processor: there is little else in this machine
lstopo-no-graphics --no-io --no-collapse --of console > "$out/lstopo" 2>&1 ||
	fail "lstopo: $(cat "$out/lstopo")"
! grep -qiE 'warning|error|invalid|inconsist' "$out/lstopo" || fail "lstopo: $(cat "$out/lstopo")"
same 'cores, threads, L3 caches, of lstopo' \
	"$(grep -o 'Core L#' "$out/lstopo" | wc -l) $(grep -o 'PU L#' "$out/lstopo" | wc -l) $(
		grep -o 'L3 L#' "$out/lstopo" | wc -l)" \
	"$((cpus / threads)) $cpus $(count cache/index3/shared_cpu_list)"

# --- the others end well, and tell the same

turbostat --quiet --show CPU,TSC_MHz sleep 1 > "$out/turbostat" 2>&1 ||
	fail "turbostat: $(cat "$out/turbostat")"
awk '$1 ~ /^[0-9]+$/ && $2 > 0 { n++ } END { print n + 0 }' "$out/turbostat" > "$out/n"
same 'CPUs with a time stamp counter that runs, of turbostat' "$(cat "$out/n")" "$cpus"
x86info -a > "$out/x86info" 2>&1 || fail "x86info: $(tail -n 5 "$out/x86info")"
same 'ASIDs in all, of x86info' \
	"$(sed -n 's/^SVM: revision 1, \([0-9]*\) ASIDs/\1/p' "$out/x86info")" "$nasid"
cpupower idle-info > "$out/cpupower" 2>&1 || fail "cpupower: $(cat "$out/cpupower")"
grep -q 'analyzing CPU' "$out/cpupower" || fail "cpupower: $(cat "$out/cpupower")"

# --- looking changed nothing, and the registers that may not change do not

! wrmsr 0xc0010132 0 2> /dev/null || fail "RMP_BASE can be written while SNP is on"
same 'RMP_BASE after an attempt to move it' "$(msr 0xc0010132)" "$base"
kernel_warnings || fail "the kernel complained"
