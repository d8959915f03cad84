# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Loses power in the middle of a teardown, at SNP_SHUTDOWN_EX: before the firmware
# did it, or with the argument "execute" after.  What comes up again knows nothing
# of it, takes guests, and can be torn down.
# Loses power
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

if [ "$SNP_GEN" = 2 ]; then
	expect_platforms INIT INIT
	run guests
	expect_code 0
	expect_value firmware_counts.snp 0
	pid=$(guest_start snp) || fail "no SNP guest after the power cut"
	run teardown --guests=stop:5 --yes
	expect_code 0
	expect_steps "SIGTERM SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
	! guest_alive "$pid" || fail "guest $pid is still there"
	expect_platforms UNINIT UNINIT
	no_kernel_warnings
	exit 0
fi

guest_start snp >/dev/null || fail "no SNP guest"
psp_fault "0x86:power-cut${1:+,$1}"
run teardown --guests=stop:5 --yes
fail "there was no power cut: exit code $code, steps $steps"
