# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A command that hangs is seen, by a question that does not wait for it; a driver that
# is loaded anew in the middle; and a secure processor that was given up is left alone.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

delay=6000
[ ! -e /sys/kernel/debug/kmemleak ] || delay=20000	# all is slow there
psp_timeout 60
tab=$(printf '\t')

# ---- everything else waits

psp_fault "0x84:delay-ms=$delay"
sevdbg-call df-flush >"$step_dir/flush" 2>&1 &
flush=$!
wait_for 5 psp_fault_taken || fail "the slow command does not come"
sleep 2
sevdbg-call info >"$step_dir/info" 2>&1 &
info=$!
call "* running=0x84" trace
run monitor --count=2 --interval=0.3
expect_code 0
expect_value running.command SNP_DF_FLUSH
expect_value running.pid "$flush"
expect_value platform.asked no
kill -0 "$info" 2>/dev/null || fail "GET_INFO did not wait: it hangs no more"
wait "$flush" || fail "SNP_DF_FLUSH: $(cat "$step_dir/flush")"
wait "$info" || fail "GET_INFO: $(cat "$step_dir/info")"
call "* running=0x0" trace
run monitor --once
expect_value platform.asked yes
awk -F '\t' -v pid="$flush" '$1 == "commands" && $3 == "SNP_DF_FLUSH" && $5 == 0 && $11 == pid &&
	$14 >= 5000000000 { n++ } END { exit n != 1 }' "$step_dir/out" || fail "it took no 6 s"

# a question that waits is given up for a signal
psp_fault "0x84:delay-ms=$delay"
sevdbg-call df-flush >"$step_dir/flush" 2>&1 &
flush=$!
sleep 0.3
"$SEVADM" monitor >"$step_dir/live" 2>&1 &
watcher=$!
sleep 0.7
kill -TERM "$watcher"
wait "$watcher" || fail "monitor, interrupted: exit code $?"
kill -0 "$flush" 2>/dev/null || fail "monitor waited for the command"
wait "$flush" || fail "SNP_DF_FLUSH: $(cat "$step_dir/flush")"

# ---- the driver goes and comes

before=$(sevdbg-call trace | sed -n 's/.* last=\([0-9]*\) .*/\1/p')
"$SEVADM" --porcelain monitor --interval=0.2 >"$step_dir/live" 2>&1 &
watcher=$!
sleep 1
kvm_unload || fail "kvm_amd does not go"
wait_for 20 rmmod ccp || fail "ccp does not go"
wait_for 20 grep -q "^changes${tab}host${tab}there${tab}gone" "$step_dir/live" || fail "no change to gone"
insmod /lib/modules/ccp.ko || fail "ccp does not come"
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not come"
wait_for 20 grep -q "^changes${tab}host${tab}gone${tab}there" "$step_dir/live" || fail "no change to there"
sleep 1
kill -TERM "$watcher"
wait "$watcher" || fail "monitor: exit code $?"
grep -q "^result.exit${tab}4" "$step_dir/live" || fail "that the device was gone was not told"
# the pages of a TMR are more than the driver keeps commands; a new driver's numbers are no gap
awk -F '\t' '$1 == "commands_lost" && $2 > 2000 { bad = 1; print } END { exit bad }' \
	"$step_dir/live" || fail "the new driver's numbers were taken for a gap"
awk -F '\t' -v before="$before" '$1 == "commands" && $3 == "SNP_INIT_EX" && $2 > before { n++ }
	END { exit n < 1 }' "$step_dir/live" || fail "the new driver's numbers are lower"

# ---- it never answers

psp_timeout 1
psp_fault 0x84:hang
call "ETIMEDOUT *" df-flush
run -v monitor --count=3 --interval=0.2
expect_code 0
expect_value platform.psp_dead yes
awk -F '\t' '$1 == "commands" && $3 == "SNP_DF_FLUSH" && $5 == -1 && $8 == 110 { n++ }
	END { exit n != 1 }' "$step_dir/out" || fail "the command that timed out is not there"
[ "$(awk -F '\t' '$1 == "sample" { s = $2 } $1 == "commands" && s > 1' "$step_dir/out" | wc -l)" -eq 0 ] ||
	fail "the firmware was asked again"
no_kernel_warnings
