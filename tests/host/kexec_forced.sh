# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# kexec after a teardown that decommissioned a live guest: every step succeeds, SNP is
# down, and the guest's pages are still assigned.  The CPUs go on checking, so the host
# dies as soon as one of them is written to.  Firmware that could end the checks
# (--psp feature-info=on,x86-shutdown=on) is not asked to while KVM has VMs.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$SNP_GEN" = 1 ] || fail "the next kernel came up"

guest_start snp --mem=32 --launch-kb=16384 || fail "no SNP guest"
run teardown --guests=decommission --yes
expect_code 0
expect_said "must not kexec"
expect_platforms UNINIT UNINIT
log_has console 'kexec_core: Starting new kernel'
machine_dies 'RMP violation, write'
kexec_same
