# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The kernel panics while guests live and the device is in use: by a command that
# the firmware is at, by callers that wait, by open files.  The driver's panic
# notifier must not wait for any of them.
# Ends in a panic.
#   panic.sh [idle]    without a command under way: the notifier shuts SNP down
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

guest_start snp || fail "no SNP guest"
guest_start sev || fail "no SEV guest"
exec 3<>/dev/sev-debug
if [ "${1:-}" != idle ]; then
	sevdbg-fuzz --threads 4 --calls 100000 --seconds 60 >/run/fuzz.log 2>&1 &
	sleep 1
	psp_fault 0x84:delay-ms=4000
	sevdbg-call df-flush &
	wait_for 10 psp_fault_taken || fail "no command is under way"
fi
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
sleep 10
fail "the kernel did not panic"
