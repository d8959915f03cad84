# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# kexec after a teardown that decommissioned a live guest: every step succeeds, SNP is
# down, and the guest's pages are still assigned.  The CPUs go on checking, so the host
# dies as soon as one of them is written to, unless the firmware ended that too.
#   kexec_forced.sh [x86]    with --psp feature-info=on,x86-shutdown=on, on 7.1 or later
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

if [ "$SNP_GEN" = 2 ]; then
	[ "${1:-}" = x86 ] || fail "the next kernel came up"
	[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP is not up"
	pid=$(guest_start snp) || fail "no SNP guest after kexec"
	guest_end "$pid"
	no_kernel_warnings
	exit 0
fi

guest_start snp --mem=32 --launch-kb=16384 || fail "no SNP guest"
run teardown --guests=decommission --yes
expect_code 0
expect_said "must not kexec"
expect_platforms UNINIT UNINIT
if [ "${1:-}" != x86 ]; then
	machine_dies 'RMP violation, write'
fi
kexec_same
