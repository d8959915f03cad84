# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The selftest that the companion patch brings to the kernel: on a host in use,
# with a guest; without KVM, down and up; and without the device, where it skips.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

command -v sev_debug_test >/dev/null || fail "the kernel comes without its selftest"

# selftest PASSED SKIPPED - so many at least, so many exactly, and none fails
selftest() {
	sev_debug_test >"$step_dir/ksft" 2>&1 || fail "exit code $?: $(grep -v "^#  *RUN\|OK" "$step_dir/ksft")"
	totals=$(grep '^# Totals:' "$step_dir/ksft") || fail "$(cat "$step_dir/ksft")"
	echo "$totals"
	case $totals in
	*" fail:0 "*" skip:$2 error:0"*) ;;
	*) fail "$totals: $(cat "$step_dir/ksft")" ;;
	esac
	passed=${totals#*pass:}
	[ "${passed%% *}" -ge "$1" ] || fail "only ${passed%% *} passed"
}

# what could do harm is skipped
pid=$(guest_start snp) || fail "no guest"
selftest 15 2
guest_alive "$pid" || fail "the guest is gone"

# with a guest SNP is not taken down, and the guest lives on
SEV_DEBUG_DESTRUCTIVE=1
export SEV_DEBUG_DESTRUCTIVE
selftest 16 1
sevdbg-call list | grep -q 'count=1' || fail "the guest is gone: $(sevdbg-call list)"
guest_end "$pid"

# and without KVM it goes down, and comes up
kvm_unload || fail "kvm_amd does not go"
selftest 16 1
no_kernel_warnings

rmmod ccp
selftest 0 17
insmod /lib/modules/ccp.ko
insmod /lib/modules/kvm-amd.ko
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"
no_kernel_warnings
