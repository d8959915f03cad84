# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Guests run: teardown refuses and names them.  Told to decommission, it does,
# with every status 0, and says that this host must not kexec.  The VMMs then
# end without the kernel complaining, and SNP comes up again with kvm_amd.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"
c=$(guest_start sev) || fail "no SEV guest"

run guests
expect_code 0
expect_value firmware_counts.snp 2
expect_value firmware_counts.sev 1

run teardown
expect_code 5
expect_steps ""
for pid in "$a" "$b" "$c"; do
	expect_said "\[$pid\]"
	guest_alive "$pid" || fail "guest $pid is gone"
done
expect_platforms WORKING INIT

# nothing to ask, and nobody to answer: destructive without --yes
run teardown --guests=decommission
expect_code 64
expect_steps ""

run teardown --guests=decommission --yes --dry-run
expect_code 0
expect_steps ""
expect_platforms WORKING INIT

run teardown --guests=decommission --yes
expect_code 0
expect_steps "SIGSTOP SIGSTOP SIGSTOP SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
expect_said "must not kexec"
expect_platforms UNINIT UNINIT

# it is down: once more changes nothing
run teardown
expect_code 0
expect_steps ""

# no guest comes up on a host that was shut down under KVM
! guest_start snp >/dev/null 2>&1 || fail "a guest started while SNP was down"

for pid in "$a" "$b" "$c"; do
	guest_end "$pid"
done
no_kernel_warnings

kvm_reload || fail "SNP does not come up again"
pid=$(guest_start snp) || fail "no guest after the reload"
guest_end "$pid"
no_kernel_warnings
