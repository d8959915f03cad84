# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The host comes up with SNP, guests of each kind start and end, kvm_amd can be
# loaded again, and the kernel has nothing to say about it.

if [ "$HOST_KIND" = emulated ]; then
	[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP is not up"
	cpus=$(cat /sys/devices/system/cpu/online)
	echo "kernel $(uname -r), CPUs $cpus, CPU 0 shares its cache with" \
		"$(cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list)"
fi
if [ -x "$SEVADM" ]; then
	sevadm status || fail "sevadm status: exit $?"
fi

for kind in snp sev sev-es; do
	pid=$(guest_start $kind) || fail "no $kind guest"
	guest_alive "$pid" || fail "$kind guest did not stay"
	echo "$kind guest: process $pid"
	guest_end "$pid"
	! guest_alive "$pid" || fail "$kind guest did not go"
done
pid=$(guest_start snp --launch-only) || fail "no guest that is only being launched"
guest_end "$pid"

kvm_reload || fail "kvm_amd does not come up with SNP again"
pid=$(guest_start snp) || fail "no SNP guest after kvm_reload"
guest_end "$pid"
kernel_warnings || fail "the kernel complained"
