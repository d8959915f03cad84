# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# States that a host does not leave by itself, with the real driver: check names each,
# recover has the cure where there is one.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

# failed ID - check says so
failed() {
	run check
	expect_code 2
	grep "^checks	FAIL	$1	" "$step_dir/out" || fail "check does not name $1"
}

mkdir -p /usr/sbin
printf '#!/bin/sh\n[ "$*" = kvm_amd ] && exec insmod /lib/modules/kvm-amd.ko\n' >/usr/sbin/modprobe
chmod 755 /usr/sbin/modprobe

# a context leaks: KVM's DECOMMISSION fails when the VM goes.  KVM warns of it.
splat_expected 'WARNING: .* snp_decommission_context'
a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"
psp_fault 0x90:status=0x13
guest_end "$a"
psp_fault_used
failed guest.leaked
run recover
expect_code 0
expect_steps "SNP_DECOMMISSION=0"
run check
! grep "guest.leaked" "$step_dir/out" || fail "the context is still there"
guest_alive "$b" || fail "the guest beside it is gone"
guest_end "$b"
run teardown
expect_code 0

# kvm_amd is loaded with a CPU offline.  From 7.2 on the kernel refuses that itself.
kvm_unload
cpu_offline 3
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = N ] || fail "SNP is up"
case $(uname -r) in
6.*)
	failed state.half-up
	run recover --reload
	expect_code 1
	expect_said "CPU 3 is offline"
	grep "^steps	CPU_ONLINE" "$step_dir/out" || fail "the CPU was not brought online"
	run check
	! grep "state.half-up" "$step_dir/out" || fail "SNP is still up"
	;;
esac
cpu_online 3
run recover --reload
expect_code 0
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP is not up"
a=$(guest_start snp) || fail "no SNP guest after that"
guest_end "$a"

# the secure processor goes silent
psp_timeout 1
psp_fault 0x84:hang
run teardown
expect_code 1
expect_said "reboot cold"
leaked=$(dmesg | grep -c 'Leaking PFN') || true
failed psp.alive
run status
run guests
run check kexec
expect_code 2
[ "$(dmesg | grep -c 'Leaking PFN')" = "$leaked" ] || fail "asking a dead PSP leaks pages"
run recover
expect_code 5
expect_said "Reboot cold"
