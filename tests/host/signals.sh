# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Behind a slow command others wait, and a signal ends their wait: before
# anything was done, never after.  The slow command itself goes on.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
id=$(guest_id "$a")
delay=5000
[ ! -e /sys/kernel/debug/kmemleak ] || delay=20000	# all is slow there
psp_fault 0x84:delay-ms=$delay
sevdbg-call df-flush >"$step_dir/slow" 2>&1 &
slow=$!
wait_for 5 psp_fault_taken || fail "the slow command does not come"

n=0 waiters=
for waiting in info list "status id=$id" "decommission running id=$id" df-flush \
	"shutdown live tombstones" "shutdown legacy live" "shutdown strict live" init; do
	n=$((n + 1))
	# shellcheck disable=SC2086 # words
	sevdbg-call $waiting >"$step_dir/waiter.$n" 2>&1 &
	waiters="$waiters $!"
done
sevdbg-call df-flush >"$step_dir/killed" 2>&1 &
killed=$!
sleep 1
for pid in $waiters $slow; do
	kill -USR1 "$pid" || fail "process $pid did not wait"
done
kill -KILL "$killed" || fail "process $killed did not wait"
# shellcheck disable=SC2086 # pids
settled $waiters $killed
guest_alive "$slow" || fail "they waited for the slow command: $(cat "$step_dir/slow")"
for i in $(seq "$n"); do
	echo "$(cat "$step_dir/waiter.$i")"
	case $(cat "$step_dir/waiter.$i") in
	"EINTR reason=NONE cmd=0x0 err=-4 status=0xffffffff ext=0x0 count=0"*) ;;
	EINTR | "EINTR count=0 total=0") [ "$i" -le 2 ] || fail "waiter $i has no result" ;;
	*) fail "waiter $i was not interrupted" ;;
	esac
done
[ ! -s "$step_dir/killed" ] || fail "the killed one has something to say"
wait "$slow" || fail "the slow command failed"
grep -q "^OK reason=NONE cmd=0x84 err=0 status=0x0" "$step_dir/slow" ||
	fail "the slow command: $(cat "$step_dir/slow")"

# none of them did anything
call "OK state=0x*6 snp=1 sev=1 guests=1+0 tombstones=0+0 leaked=0" info
guest_end "$a"
no_kernel_warnings
