# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# kexec after a teardown that decommissioned a live guest: every step succeeds, SNP is
# down, and the guest's pages are still assigned.  The CPUs go on checking, so the host
# dies as soon as one of them is written to.  Firmware that could end the checks
# (--psp feature-info=on,x86-shutdown=on) is not asked to while KVM has VMs.
# A thread that the new kernel can do without must not be all that dies of it.
# Boots with: oops=panic
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$SNP_GEN" = 1 ] || fail "the next kernel came up"

guest_start snp --mem=32 --launch-kb=16384 || fail "no SNP guest"
run teardown --guests=decommission --yes
expect_code 0
expect_said "must not kexec"
expect_platforms UNINIT UNINIT
kexec_dies guest
