# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A kernel that came up under the SNP of the one before, with guests of that one still
# in the firmware: it has no /dev/sev, or one that refuses, and check says why, and that
# only a cold reboot mends it.  No hardware lets a kernel come that far (it dies of the
# RMP, see kexec_live), so this is for emulator/run --cpu snp-rmp-check=off.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$SNP_GEN" -le 2 ] || fail "sevadm kexec went, and the kernel behind it came up"
if [ "$SNP_GEN" = 2 ]; then
	run check
	expect_code 2
	awk -F '\t' '$1 == "checks" && $2 == "FAIL"' "$step_dir/out"
	grep -q "^checks	FAIL	device.sev	.*reboot cold" "$step_dir/out" ||
		grep -q "^checks	FAIL	state.half-up	" "$step_dir/out" ||
		fail "check does not say what is wrong"
	# that no kernel is loaded would be enough for check to fail, and is not what is meant
	cat /sys/firmware/initrd >/run/initrd || fail "no initramfs"
	kexec-file load /boot/vmlinuz /run/initrd "$(cat /proc/cmdline)" || fail "kexec-file load"
	run check kexec
	expect_code 2
	awk -F '\t' '$1 == "checks" && $2 == "FAIL" && $3 != "kexec.loaded" { n++ }
		END { exit !n }' "$step_dir/out" || fail "check kexec does not say what is wrong"
	! grep "^checks	FAIL	kexec.loaded	" "$step_dir/out" || fail "the kernel is not loaded"
	run kexec --yes --now
	[ "$code" -ne 0 ] || fail "it went"
	exit 0
fi

guest_start snp || fail "no SNP guest"
kexec_same
