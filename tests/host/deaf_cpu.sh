# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A CPU whose WBINVD the firmware never sees: no round of flushing gets through,
# and as every CPU is online nobody can say which one it is.  SNP stays up; once
# the CPU's WBINVD counts again, the same command goes on where it was.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp) || fail "no SNP guest"
psp_fault deaf-cpu=2
psp_fault_used

run teardown --guests=decommission --yes
expect_code 6
expect_steps "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 SNP_DF_FLUSH=14"
expect_said "WBINVD_REQUIRED (0x000e)"
expect_said "every CPU online"
expect_not_said "CPU 2"
expect_platforms UNINIT INIT

# it is one thread: with the others' marks still there, its own is all that is missing
psp_fault deaf-cpu=none
run wbinvd --cpus=2
expect_code 0
run df-flush
expect_code 0
run teardown --guests=decommission --yes
expect_code 0
expect_steps "WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"

guest_end "$a"
kvm_reload || fail "SNP does not come up again"
no_kernel_warnings
