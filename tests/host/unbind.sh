# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The driver leaves its device while the node is open and calls are under way;
# the module stays as long as a file is open, and no longer.
#   unbind.sh [ROUNDS]    of unloading and loading under load (4)
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

kvm_unload || fail "kvm_amd does not go"
pci=$(basename "$(ls -d /sys/bus/pci/drivers/ccp/0*)")

exec 3<>/dev/sev-debug
psp_fault 0x84:delay-ms=2000
sevdbg-call df-flush >"$step_dir/slow" 2>&1 &
slow=$!
wait_for 5 psp_fault_taken || fail "the slow command does not come"
waiters=
for i in 1 2 3 4; do
	sevdbg-call df-flush >"$step_dir/waiter.$i" 2>&1 &
	waiters="$waiters $!"
done
sleep 0.3
echo "$pci" >/sys/bus/pci/drivers/ccp/unbind || fail "unbind"
# shellcheck disable=SC2086 # pids
settled $slow $waiters
cat "$step_dir/slow" "$step_dir"/waiter.*
# SNP is down: this is the firmware's answer
answer='EIO reason=NONE cmd=0x84 err=-5 status=0x1 '
grep -q "^$answer" "$step_dir/slow" || fail "what was under way did not come to its end"
for i in 1 2 3 4; do
	grep -q "^$answer\|^ENODEV reason=NONE cmd=0x0 err=-19 status=0xffffffff " \
		"$step_dir/waiter.$i" || fail "waiter $i"
done
[ ! -e /dev/sev-debug ] || fail "the node stayed"
with_wbinvd=yes all_calls "ENODEV*" -f 3
! rmmod ccp 2>/dev/null || fail "ccp went with its device open"
exec 3>&-
rmmod ccp || fail "ccp does not go"

# over and over, while others open it and call
stop=$step_dir/stop
for i in 1 2 3; do
	while [ ! -e "$stop" ]; do
		sevdbg-call "$([ $i = 1 ] && echo list || echo info)" >"$step_dir/load.$i" 2>&1 ||
			sleep 0.01
	done &
	waiters="$waiters $!"
done
rounds=0
while [ "$rounds" -lt "${1:-4}" ]; do
	insmod /lib/modules/ccp.ko || fail "ccp does not come again"
	sleep "0.$((rounds % 4 + 1))"
	wait_for 20 rmmod ccp 2>/dev/null || fail "ccp does not go under load"
	rounds=$((rounds + 1))
done
touch "$stop"
# shellcheck disable=SC2086 # pids
settled $waiters
echo "ccp went and came $rounds times"

insmod /lib/modules/ccp.ko && insmod /lib/modules/kvm-amd.ko || fail "the modules do not come again"
pid=$(guest_start snp) || fail "no guest in the end"
call "OK * guests=1+0 *" info
guest_end "$pid"
no_kernel_warnings
