# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A CPU that is offline while a guest ends owes its WBINVD: teardown ends there,
# names it, and goes on once it is back, or brings it online by itself and puts it
# back.  A CPU that goes offline afterwards has executed WBINVD on its way.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp) || fail "no SNP guest"
cpu_offline 3

run wbinvd --cpus=3
expect_code 1
expect_said "CPU 3.*offline"
run wbinvd --cpus=9
expect_code 64
expect_said "no CPU 9"

run teardown --guests=decommission --yes
expect_code 6
expect_steps "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx3 SNP_DF_FLUSH=14 WBINVDx3 SNP_DF_FLUSH=14 WBINVDx3 SNP_DF_FLUSH=14"
expect_said "WBINVD_REQUIRED (0x000e)"
expect_said "CPU 3"
expect_said "online"

cpu_online 3
run teardown --guests=decommission --yes
expect_code 0
expect_steps "WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"

guest_end "$a"
kvm_reload || fail "SNP does not come up again"

a=$(guest_start snp) || fail "no SNP guest after the reload"
cpu_offline 3
run teardown --guests=decommission --yes
expect_code 6
expect_said "say --online-cpus"
run teardown --guests=decommission --yes --online-cpus --rolling
expect_code 0
expect_steps "CPU_ONLINE WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0 CPU_OFFLINE"
expect_platforms UNINIT UNINIT
expect_value host.cpus_online 0-2
cpu_online 3
guest_end "$a"
kvm_reload || fail "SNP does not come up again"

# decommission first, then the CPU goes: its way down did the WBINVD
a=$(guest_start snp) || fail "no SNP guest after the reload"
run decommission "$(guest_id "$a")" --running --yes
expect_code 0
cpu_offline 3
run teardown
expect_code 0
expect_steps "SHUTDOWN=0 WBINVDx3 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
cpu_online 3
guest_end "$a"
no_kernel_warnings
