# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Debian's own ccp.ko, without the companion patch: check says what can be known,
# teardown ends VMMs, unloads kvm_amd and reads the driver's messages, recover loads it
# again.
# Boots with: sevadm.ccp=ccp-stock
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# what modprobe(8) is on a host with an index of its modules
mkdir -p /usr/sbin
printf '#!/bin/sh\n[ "$*" = kvm_amd ] && exec insmod /lib/modules/kvm-amd.ko\n' >/usr/sbin/modprobe
chmod 755 /usr/sbin/modprobe

[ ! -e /dev/sev-debug ] || fail "this is not the stock driver"
run check
expect_code 0
a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
run check
expect_code 2
for pid in "$a" "$b"; do
	grep "^checks	FAIL	vm	.*\[$pid\]" "$step_dir/out" || fail "check does not name $pid"
done
run teardown
expect_code 5
run teardown --guests=decommission --yes
expect_code 4
guest_alive "$a" || fail "the guest is gone"

# a CPU that is offline when a guest ends: the driver's own flush is refused
cpu_offline 3
run teardown --guests=stop:5 --yes
expect_code 6
expect_steps "SIGTERM SIGTERM rmmod kvm_amd SNP_DF_FLUSH=14 SNP_DF_FLUSH=14"
expect_said "CPU 3"
expect_platforms UNINIT INIT
run check
expect_code 2
cpu_online 3
# with every CPU there it is the lack of kvm_amd that is left
run check
expect_code 2
grep "^checks	FAIL	module.kvm_amd	.*recover --reload" "$step_dir/out" ||
	fail "check does not name what is left"
run recover --reload
expect_code 0
expect_steps "modprobe kvm_amd"

a=$(guest_start snp) || fail "no SNP guest after that"
run teardown --guests=stop:5 --yes
expect_code 0
expect_steps "SIGTERM rmmod kvm_amd PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
expect_said "no status was seen"
expect_platforms UNINIT UNINIT
run recover --reload
expect_code 0
a=$(guest_start snp) || fail "no SNP guest after the reload"
guest_end "$a"

# kvm_amd is loaded with a CPU offline: SNP is up, the driver does not know, and without
# the companion patch nothing mends that.  From 7.2 on the kernel refuses it itself.
case $(uname -r) in
6.*)
	kvm_unload
	cpu_offline 3
	insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
	cpu_online 3
	run check
	expect_code 2
	grep "^checks	FAIL	state.half-up	.*reboot cold" "$step_dir/out" ||
		fail "check does not name the state"
	run teardown
	expect_code 1
	expect_said "reboot cold"
	run recover --reload
	expect_code 1
	expect_said "reboot cold"
	[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = N ] || fail "SNP came up by itself"
	run check
	expect_code 2
	;;
esac
no_kernel_warnings
