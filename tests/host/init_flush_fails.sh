# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SNP_DF_FLUSH fails when SNP is initialized, as it does with a CPU offline: SNP
# is not up then, but it must come up when kvm_amd is loaded again.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

# snp_up YES|NO - did kvm_amd find SNP up?
snp_up() {
	[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = "$1" ]
}

# healthy - nothing is left of it: INIT is not locked out (8), no list is incomplete
healthy() {
	state=$(sevdbg-call info | sed 's/.* state=0x\([0-9a-f]*\).*/\1/')
	[ $((0x$state & 0x19)) = 0 ] || fail "state 0x$state"
}

kvm_unload || fail "kvm_amd does not go"
psp_fault 0x84:status=0xe
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
psp_fault_used
snp_up N || fail "SNP is up without its SNP_DF_FLUSH"
call "OK *" info
kvm_reload || fail "SNP does not come up again: $(sevdbg-call info)"
healthy
pid=$(guest_start snp) || fail "no SNP guest"
guest_end "$pid"

# the real thing; kernels from 7.2 on do not even try
kvm_unload || fail "kvm_amd does not go"
cpu_offline 3
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load with a CPU offline"
snp_up N || fail "SNP is up with a CPU offline"
call "OK *" info
cpu_online 3
kvm_reload || fail "SNP does not come up again: $(sevdbg-call info)"
healthy
pid=$(guest_start snp) || fail "no SNP guest"
guest_end "$pid"
kvm_unload || fail "kvm_amd does not go"
pages_accounted
forgotten_by_kvm
no_kernel_warnings
