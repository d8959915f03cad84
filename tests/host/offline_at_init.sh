# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SNP_INIT wants SYSCFG.SNP_EN of every core, so CPUs that were never online make it
# fail: the firmware says INVALID_CONFIG, from 7.2 on the kernel does not ask it.
# For emulator/run --append "maxcpus=2" or "nosmt=force".
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"
cpu=/sys/devices/system/cpu

echo "present $(cat $cpu/present), online $(cat $cpu/online), SMT $(cat $cpu/smt/control)"
[ "$(cat $cpu/online)" != "$(cat $cpu/present)" ] || fail "every CPU is online"
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = N ] || fail "SNP is up"
dmesg | grep -i 'SEV\|RMP' || true
case $(uname -r) in
6.*)
	dmesg | grep -q 'SNP_INIT_EX failed rc -5, error 0x3' || fail "the firmware did not say 0x3"
	;;
*)
	! dmesg | grep -q 'SNP_INIT_EX failed' || fail "the firmware was asked"
	dmesg | grep -q 'not all CPUs online' || fail "the kernel does not say why"
	;;
esac
run status
expect_code 0
expect_value snp.state UNINIT
