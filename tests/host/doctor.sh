# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The doctor on a host that runs SNP guests: by the real CPUID, registers, KVM and driver, and
# by the simulated ones alike.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# verdict ID - of that check in the last report
verdict() { awk -F '\t' -v id="$1" '$1 == "checks" && $3 == id { print $2 }' "$step_dir/doctor"; }
examine() {
	code=0
	sevadm --porcelain doctor >"$step_dir/doctor" 2>&1 || code=$?
	cat "$step_dir/doctor"
}

# as a kernel has it that does not build it in
[ "$HOST_KIND" = simulated ] || [ -e /dev/cpu/0/msr ] || insmod /lib/modules/msr.ko || fail 'no msr'
examine
for id in machine cpuid-sev cpuid-sev-es cpuid-sev-snp syscfg-mem-encrypt syscfg-snp syscfg-vmpl \
	rmp-range rmp-size dev-sev-debug kernel-version kernel-cmdline kernel-cpu-flags cpus-online iommu module-ccp \
	module-kvm-amd kvm-amd-sev kvm-amd-sev-es kvm-amd-sev-snp dev-sev dev-kvm kvm-api kvm-vm-types \
	kvm-vmsa-features fw-answers fw-version fw-sev-state fw-sev-es fw-snp-state fw-rmp fw-tcb \
	asids-sev-es; do
	[ "$(verdict $id)" = PASS ] || fail "$id: $(grep "	$id	" "$step_dir/doctor")"
done
[ "$code" -eq 0 ] || fail "exit $code"
grep -q '^diagnosis.machine	host$' "$step_dir/doctor" || fail 'no host'
