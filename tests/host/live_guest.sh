# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SNP_SHUTDOWN_EX answers DFFLUSH_REQUIRED straight after a good SNP_DF_FLUSH
# for as long as a guest is active, launched or only being launched.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp) || fail "no SNP guest"
run shutdown --legacy
expect_code 0
run wbinvd --broadcast
expect_code 0
expect_steps "WBINVD_ALL"
run df-flush
expect_code 0
run shutdown --strict
expect_code 5
expect_steps "SNP_SHUTDOWN_EX!EBUSY"
run shutdown --strict --live --yes
expect_code 6
expect_steps "SNP_SHUTDOWN_EX=15"
guest_end "$a"

b=$(guest_start snp --launch-only) || fail "no guest that is being launched"
run wbinvd --jobs=2
expect_code 0
expect_steps "WBINVDx4"
run shutdown --legacy
expect_code 0
run df-flush
expect_code 0
run shutdown --strict --live --yes
expect_code 6
expect_steps "SNP_SHUTDOWN_EX=15"
# it never ran: no flush is needed once it is gone
run decommission --all --yes
expect_code 0
expect_steps "SNP_DECOMMISSION=0"
run shutdown --strict
expect_code 0
expect_steps "SNP_SHUTDOWN_EX=0"
guest_end "$b"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
