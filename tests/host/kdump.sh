# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The kernel panics with SNP up and a kdump kernel loaded.  The driver's notifier shuts
# SNP down if it can, and the kdump kernel finds the memory of the old one.  If a guest
# lives it cannot: the IOMMUs then stay with the buffers of the old kernel, of which a
# kernel older than 6.18 dies, and which a newer one goes on to use.
#   kdump.sh [none|ended|snp|sev]    which guest lives, or did
# Boots with: crashkernel=256M
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

guest=${1:-none}
case $guest in
none | ended) stays_up='' ;;
snp | sev) stays_up=yes ;;
*) fail "which guest?" ;;
esac

# at_least MAJOR MINOR - is the kernel of that series, or a newer one?
at_least() {
	IFS=.- read -r major minor _ <<-END
		$(uname -r)
	END
	[ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}

# said PATTERN - does the kernel's log have it?
said() {
	dmesg | grep -E "$1"
}

# judged VERDICT ID [PATTERN] - did check say so?
judged() {
	grep "^checks	$1	$2	.*${3-}" "$step_dir/out" || fail "check does not say $1 of $2"
}

# What sevadm says in the kdump kernel, and on its console before the dump
checked() {
	run check kdump
	expect_code 0
	judged PASS kdump.memory
	if [ -n "$stays_up" ]; then
		judged WARN kdump.left 'left SNP up'
		judged PASS kdump.iommu "with the old one's buffers"
	else
		judged PASS kdump.left 'brought SNP down'
		judged PASS kdump.iommu
	fi
	sevadm-kdump || fail "sevadm-kdump: exit status $?"
	log_has console 'sevadm: what the kernel that crashed left'
	log_has console "the kernel that crashed ${stays_up:+left SNP up}"
	log_has console 'sevadm: that was all .exit code 0'
}

# In the kdump kernel
saved() {
	echo "kdump kernel $(uname -r)"
	[ -s /proc/vmcore ] || fail "there is no /proc/vmcore"
	dd if=/proc/vmcore of=/dev/null bs=1M count=32 || fail "the old memory cannot be read"
	! said 'Completion-Wait loop timed out' || fail "the IOMMU does not answer"
	said 'AMD-Vi: Interrupt remapping enabled' || fail "no interrupt remapping"
	[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = N ] || fail "SNP is up again"
	if at_least 6 18; then
		said 'AMD-Vi: Reused DEV table from previous kernel' ||
			fail "the device table was not taken over"
		said 'AMD-Vi: Re-using command buffer from the previous kernel' ||
			fail "the command buffer was not taken over"
	fi
	# the firmware refuses the driver's pages as long as SNP is up
	if [ -n "$stays_up" ]; then
		said 'failed to get status. Error: 0x|PLATFORM_STATUS command failed' ||
			fail "the firmware is not as the old kernel left it"
	else
		! said 'failed to get status|PLATFORM_STATUS command failed' ||
			fail "SNP is still up"
	fi
}

if [ "$SNP_GEN" = 2 ]; then
	saved
	checked
	exit 0
fi

case $guest in
none) ;;
ended)
	pid=$(guest_start snp) || fail "no SNP guest"
	guest_end "$pid"
	;;
*) guest_start "$guest" || fail "no $guest guest" ;;
esac
log_has console 'Kernel panic - not syncing: sysrq triggered crash'
case $guest in
none | ended) log_has psp 'SNP_SHUTDOWN_EX.*SUCCESS' ;;
snp)
	log_has psp 'SNP_SHUTDOWN_EX.*DFFLUSH_REQUIRED'
	log_has console 'SEV-SNP firmware shutdown failed, rc -5, error 0xf'
	;;
sev)
	# the other CPUs' WBINVD came before the SHUTDOWN that wants it
	log_has psp 'SNP_DF_FLUSH.*WBINVD_REQUIRED'
	log_has console 'SEV-SNP DF_FLUSH failed, ret = -5, error = 0xe'
	;;
esac
if [ -n "$stays_up" ] && ! at_least 6 18; then
	# emulator/run takes the check of the timer away: on a slow machine it fails
	# by mistake.  Here it has to fail: the timer's interrupt goes to CPU 0, as the
	# old kernel had it, and the kdump kernel runs on the one that panicked.
	kdump_load no_timer_check
	log_has console 'AMD-Vi: Completion-Wait loop timed out'
	machine_dies "Kernel panic - not syncing: timer doesn.t work through Interrupt-remapped IO-APIC"
else
	kdump_load
fi
kernel_panic
