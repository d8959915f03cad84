# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# WBINVD before the decommission does not count: the experiment of the kernel
# lists, one step at a time.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"

# SNP goes down only after SEV
run shutdown --strict --live --yes
expect_code 6
expect_steps "PLATFORM_STATUS=0 SNP_SHUTDOWN_EX=1"

run shutdown --legacy
expect_code 0
run wbinvd
expect_code 0
expect_steps "WBINVDx4"

run decommission "$(guest_id "$a")" --yes
expect_code 5
expect_steps ""
run decommission "$(guest_id "$a")" "$(guest_id "$b")" --running --yes
expect_code 0
expect_steps "SNP_DECOMMISSION=0 SNP_DECOMMISSION=0"

run shutdown --strict
expect_code 6
expect_steps "SNP_SHUTDOWN_EX=15"
expect_said "DFFLUSH_REQUIRED (0x000f)"

run df-flush
expect_code 6
expect_steps "SNP_DF_FLUSH=14"
expect_said "WBINVD_REQUIRED (0x000e)"

run wbinvd
expect_code 0
run df-flush
expect_code 0
expect_steps "SNP_DF_FLUSH=0"
run shutdown --strict
expect_code 0
expect_steps "SNP_SHUTDOWN_EX=0"
expect_platforms UNINIT UNINIT

guest_end "$a"
guest_end "$b"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
