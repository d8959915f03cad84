# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The machine is reset in the middle of a teardown, at the flush; memory keeps its
# content.  The next kernel finds SNP down, whatever pages the RMP in that memory
# still says are assigned, and brings it up.
# Is reset
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

if [ "$SNP_GEN" = 2 ]; then
	expect_platforms INIT INIT
	expect_value driver.leaked_pages 0
	pid=$(guest_start snp) || fail "no SNP guest after the reset"
	guest_end "$pid"
	run teardown
	expect_code 0
	expect_steps "SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
	no_kernel_warnings
	exit 0
fi

guest_start snp >/dev/null || fail "no SNP guest"
psp_fault 0x84:reset
run teardown --guests=decommission --yes
fail "the machine was not reset: exit code $code, steps $steps"
