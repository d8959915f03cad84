# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Callers are stopped wherever they are: by SIGSTOP, by the freezer of a cgroup
# and, if the kernel can be told to try, by a suspend that ends before the machine
# sleeps.  Nobody gets an answer that was not given, and all go on afterwards.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
id=$(guest_id "$a")

# callers - some for each way, a slow command first
callers() {
	psp_fault 0x84:delay-ms=1500
	sevdbg-call df-flush >"$step_dir/caller.0" 2>&1 &
	pids=$!
	wait_for 5 psp_fault_taken || fail "the slow command does not come"
	for i in 1 2 3 4 5; do
		set -- "status id=$id" info list df-flush "status id=$id"
		shift $((i - 1))
		# shellcheck disable=SC2086 # words
		sevdbg-call $1 >"$step_dir/caller.$i" 2>&1 &
		pids="$pids $!"
	done
	sleep 0.3
}

# went_on WHAT PATTERN - all have an answer like that
went_on() {
	# shellcheck disable=SC2086 # pids
	settled $pids
	for i in 0 1 2 3 4 5; do
		grep -q "$2" "$step_dir/caller.$i" ||
			fail "$1: caller $i says '$(cat "$step_dir/caller.$i")'"
	done
	echo "$1: all callers went on"
}

# a stopped process that waits for the mutex begins anew, or is told so
callers
# shellcheck disable=SC2086 # pids
kill -STOP $pids
sleep 2
# shellcheck disable=SC2086 # pids
kill -CONT $pids
went_on SIGSTOP '^OK \|^EINTR'

callers
mkdir /sys/fs/cgroup/frozen
for pid in $pids; do
	echo "$pid" >/sys/fs/cgroup/frozen/cgroup.procs
done
echo 1 >/sys/fs/cgroup/frozen/cgroup.freeze
sleep 2
echo 0 >/sys/fs/cgroup/frozen/cgroup.freeze
went_on freezer '^OK \|^EINTR'

# suspended LEVEL - as far as that, callers or not
suspended() {
	echo "$1" >/sys/power/pm_test
	echo freeze >/sys/power/state 2>"$step_dir/pm"
}

# Debian's kernel cannot be told to try
if [ -w /sys/power/pm_test ]; then
	for level in freezer devices; do
		callers
		if suspended "$level"; then
			went_on "suspend up to $level" '^OK \|^EINTR'
		else
			# one that waits for the firmware cannot be frozen
			went_on "refused suspend up to $level" '^OK \|^EINTR'
			cat "$step_dir/pm"
			suspended "$level" || fail "no suspend up to $level: $(cat "$step_dir/pm")"
		fi
	done
elif [ -e /sys/kernel/debug/kmemleak ]; then
	fail "this kernel should have pm_test"
fi

psp_fault_used
call "OK *" status "id=$id"
call "OK state=0x*6 snp=1 sev=1 guests=1+0 tombstones=0+0 leaked=0" info
guest_end "$a"
no_kernel_warnings
