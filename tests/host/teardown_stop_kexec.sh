# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# VMMs are ended, everything goes down, and after kexec into the same kernel
# SNP comes up and a guest starts.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

if [ "$SNP_GEN" = 2 ]; then
	run status
	expect_code 0
	expect_value snp.state INIT
	pid=$(guest_start snp) || fail "no SNP guest after kexec"
	guest_end "$pid"
	no_kernel_warnings
	exit 0
fi

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"
c=$(guest_start sev) || fail "no SEV guest"

run teardown --guests=stop:5 --yes
expect_code 0
expect_steps "SIGTERM SIGTERM SIGTERM SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
expect_not_said "kexec"
for pid in "$a" "$b" "$c"; do
	! guest_alive "$pid" || fail "guest $pid is still there"
done
expect_platforms UNINIT UNINIT
expect_value driver.leaked_pages 0
no_kernel_warnings
kexec_same
