# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SEV's INIT fails while SNP is down.  What the driver had allocated for it must
# not be used for the INIT that comes with SNP: the size is another one.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

kvm_unload || fail "kvm_amd does not go"
sevdbg-refused legacy-init || fail "legacy-init: exit code $?"
insmod /lib/modules/kvm-amd.ko
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP does not come up"
for kind in snp sev sev-es; do
	pid=$(guest_start $kind) || fail "no $kind guest"
	guest_end "$pid"
done
kvm_unload || fail "kvm_amd does not go"
call "OK state=0x* snp=0 sev=0 guests=0+0 tombstones=0+0 leaked=0" info
pages_accounted
no_kernel_warnings
insmod /lib/modules/kvm-amd.ko
pid=$(guest_start snp) || fail "no SNP guest in the end"
guest_end "$pid"
