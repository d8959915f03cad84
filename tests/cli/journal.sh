#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The journal: what was done to a host and by whom, also by a program that was
# killed; and that nothing depends on it.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"

journal=$sim.journal
# lines FILTER - true of the journal's lines, taken together
lines() { jq -se "$1" "$journal" >"$work/lines"; }

machine --snp-guests=2 --offline=3
host status
host teardown --guests=stop --yes --dry-run
ok 'what changes nothing writes none' '[ ! -e "$journal" ]'
host teardown --guests=stop --yes --online-cpus -q
ok 'it is JSON, a line each' 'code_is 0 && lines "length > 8 and all(.[]; .time and .pid and .event)"'
ok 'begin: who, and what' 'lines ".[0].event == \"begin\" and .[0].uid == $(id -u) and
	(.[0].command | endswith(\"teardown --guests=stop --yes --online-cpus -q\")) and .[0].boot"'
ok 'each step, WBINVDs that went well in one' 'lines "[.[] | select(.event == \"step\") | .step] ==
	[\"CPU_ONLINE\", \"SIGTERM\", \"SIGTERM\", \"SHUTDOWN\", \"SNP_PAGE_RECLAIM\", \"WBINVD\",
	 \"SNP_DF_FLUSH\", \"SNP_SHUTDOWN_EX\", \"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\", \"CPU_OFFLINE\"] and
	([.[] | select(.step == \"WBINVD\") | .count] == [8]) and
	([.[] | select(.step == \"SNP_SHUTDOWN_EX\") | .status] == [0])"'
ok 'end: how' 'lines ".[-1].event == \"end\" and .[-1].exit == 0"'
ok 'nobody else may read it' '[ "$(stat -c %a "$journal")" = 600 ]'
host teardown
ok 'the next one is appended' 'lines "[.[] | select(.event == \"begin\")] | length == 2"'
act kexec >/dev/null
host shutdown
ok 'each boot has its own, the one before is kept' 'lines "[.[] | select(.event == \"begin\")] | length == 1" &&
	[ "$(grep -c "\"begin\"" "$journal.1")" -eq 2 ]'

# ---- killed

machine --snp-guests=100
ok 'a new host has no journal' '[ ! -e "$journal" ] && [ ! -e "$journal.1" ]'
hold_up --default-signal=INT decommission --all --running --yes
kill -KILL "$pid"
let_go
killed=$pid
ok 'killed in the middle' 'code_is 137 && lines ".[-1].event == \"step\""'
host teardown
ok 'the next teardown tells of it' 'code_is 5 && said "warning: .sevadm .*decommission --all --running --yes" &&
	said "(process $killed of uid .*did not come to its end; the last step that it noted was SNP_DECOMMISSION of guest"'
host teardown --guests=stop --yes
ok 'but not the one after that; it comes to its end' 'code_is 0 && ! said "did not come to its end"'

# ---- nothing depends on it

machine --snp-guests=1
mkdir "$journal"
host teardown --guests=stop --yes
ok 'it cannot be written: done all the same' 'code_is 0'
rmdir "$journal"
machine --snp-guests=1
echo precious >"$work/precious"
ln -s "$work/precious" "$journal"
host teardown --guests=stop --yes
ok 'a link is not followed' 'code_is 0 && [ "$(cat "$work/precious")" = precious ]'
rm "$journal"
ln "$work/precious" "$journal"
host teardown
ok 'nor is a file that has another name' 'code_is 0 && [ "$(cat "$work/precious")" = precious ]'
rm "$journal"
machine --snp-guests=1
head -c 300000 /dev/urandom >"$journal"
host teardown --guests=stop --yes
ok 'rubbish in it is put aside' 'code_is 0 && lines ".[0].event == \"begin\"" && [ -s "$journal.1" ]'
machine --snp-guests=1
printf '{"event":"begin","boot":"00000000-0000-4000-8000-000000000001","pid":7,"command":"\\u001b[2J\033[2J%%s"}\n' >"$journal"
host teardown
ok 'what stands in it is escaped' 'code_is 5 && said "process 7 " && ! grep -q "$(printf "\033")" "$err"'
machine
yes '{"event":"begin","boot":"00000000-0000-4000-8000-000000000001","pid":7,"command":"x"}' |
	head -c 2000000 >"$journal"
host teardown -q
ok 'it does not grow for ever' 'code_is 0 && [ "$(stat -c %s "$journal")" -lt 10000 ]'

# ---- a run that wrote much, and did not come to its end

machine --snp-guests=1
host -q teardown --guests=stop --yes
grep '"event":"step"' "$journal" | head -n 1 >"$work/step"
{ cat "$journal"; head -n 1 "$journal"; yes "$(cat "$work/step")" | head -n 2000; } >"$work/long"
cat "$work/long" >"$journal"
host check
ok 'its beginning is found a long way back' '[ "$(wc -c <"$journal")" -gt 150000 ] &&
	printed "WARN  journal .*did not come to its end"'

done_testing
