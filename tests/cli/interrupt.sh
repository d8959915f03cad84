#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Signals in the middle of a sequence, and one program at a time.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

. "$(dirname "$0")/lib/hold.sh"

# interrupted SIGNAL WORDS...
interrupted() {
	signal=$1
	shift
	# a shell's & has them ignored
	hold_up --default-signal=INT,HUP,TERM "$@"
	last="$* (SIG$signal)"
	kill -"$signal" "$pid"
	let_go
}

for signal in INT TERM HUP; do
	case $signal in INT) number=2 ;; TERM) number=15 ;; HUP) number=1 ;; esac
	machine --snp-guests=100
	interrupted $signal decommission --all --running --yes
	ok "SIG$signal: ends as the signal would have ended it" "code_is $((128 + number))"
	# of SIGINT a shell says nothing
	[ "$signal" = INT ] || ok "SIG$signal: the shell sees a death, no exit code" '[ -s "$work/told" ]'
	ok "SIG$signal: one object tells what was done" 'json "(.plan | length) == 100 and
		(.steps | length) >= 1 and (.steps | length) < 100 and all(.steps[]; .status == 0)"'
	ok "SIG$signal: and that is so" '[ "$(tombstones)" -eq "$(jq ".steps | length" "$out")" ]'
	ok "SIG$signal: how it ended, and how to go on" 'json ".result.done == false and
		.result.exit == 1 and .result.signal == $number" && said "interrupted between two steps" && said "run the same command again"'
	left=$((100 - $(tombstones)))
	host decommission --all --running --yes --json
	ok "SIG$signal: the same command again goes on from there" \
		'code_is 0 && json "(.steps | length) == $left" && [ "$(tombstones)" -eq 100 ]'
done

machine --snp-guests=150
interrupted INT teardown --guests=decommission --yes
ok 'teardown: SIGINT among the decommissions' 'code_is 130 && json ".result.done == false and
	all(.steps[]; .command | IN(\"SIGSTOP\", \"SNP_DECOMMISSION\", \"SIGCONT\"))"'
ok 'VMMs go on whose guests were not reached' \
	'[ "$(frozen)" -eq "$(tombstones)" ] && [ "$(frozen)" -lt 150 ]'
host teardown --guests=decommission --yes --json
ok 'and the same command again brings it down' 'code_is 0 && [ "$(tombstones)" -eq 150 ] &&
	json ".steps[-1].command == \"SNP_PLATFORM_STATUS\""'

# ---- what must not stop it

machine --snp-guests=100
hold_up '--default-signal=INT,TERM --ignore-signal=HUP' decommission --all --running --yes
kill -HUP "$pid"
let_go
ok 'SIGHUP under nohup: goes through' 'code_is 0 && [ "$(tombstones)" -eq 100 ]'

machine --snp-guests=100
"$SEVADM" --device="sim:$sim" teardown --guests=decommission --yes -v 2>&1 </dev/null | true
run sim show "$sim" --json
ok 'a reader that goes away: goes through' 'json ".machine.sev_state == \"UNINIT\" and
	.machine.snp_state == \"UNINIT\"" && [ "$(tombstones)" -eq 100 ]'

# ---- one at a time

machine --snp-guests=100
hold_up --default-signal=INT decommission --all --running --yes
for words in 'teardown --guests=decommission --yes' 'teardown' 'shutdown' 'init' \
	'decommission 1 --running --yes'; do
	# shellcheck disable=SC2086 # words
	host $words --json
	ok "another is at work: $words" 'code_is 5 && one_sentence &&
		said "another sevadm is at work on this host: .sevadm .*decommission --all --running --yes" &&
		said "(process $pid of uid $(id -u), 20[0-9-]*T[0-9:]*Z)" && json ".steps == [] and .result.errno_name == \"EBUSY\""'
done
host teardown --wait=1
ok 'waited for, and not done in time' 'code_is 5 && said "^teardown: waiting for .sevadm " &&
	said "another sevadm is at work"'
"$SEVADM" --device="sim:$sim" teardown --guests=decommission --yes --json --wait </dev/null \
	>"$work/waited" 2>"$work/waited.err" &
waiter=$!
for words in status guests wbinvd 'teardown --guests=stop --dry-run'; do
	# shellcheck disable=SC2086
	host $words --json
	ok "another is at work: $words goes beside it" 'code_is 0'
done
let_go
ok 'and it was not disturbed' 'code_is 0 && [ "$(tombstones)" -eq 100 ]'
code=0
wait $waiter || code=$?
cp "$work/waited" "$out"
cp "$work/waited.err" "$err"
last='teardown --wait'
ok 'once it is done, who waited for it goes on' 'code_is 0 && said "waiting for .sevadm" &&
	json ".result.done and .steps[-1].command == \"SNP_PLATFORM_STATUS\""'
host teardown --guests=decommission --yes --json
ok 'and the next may' 'code_is 0'
for words in 'status --wait' 'guests --wait=3' 'sim show x --wait'; do
	# shellcheck disable=SC2086
	host $words
	ok "$words: there is nothing to wait for" 'code_is 64'
done
for words in --wait=0 --wait=x --wait=; do
	host teardown $words
	ok "$words: usage" 'code_is 64'
done

# ---- bounded

machine --snp-guests=2 --stubborn-guests=1
host teardown --guests=stop:60 --yes --timeout=5 --json
ok '--timeout ends a wait' 'code_is 1 && steps_are "SIGTERM SIGTERM" &&
	said "the 5 seconds of --timeout are over" && said "run the same command again" &&
	json ".result.errno_name == \"ETIME\""'
host teardown --guests=stop:1 --yes --timeout=60 --json
ok 'and the same command again goes on' 'code_is 0'
for words in --timeout=0 --timeout=x --timeout=86401; do
	host teardown $words
	ok "$words: usage" 'code_is 64'
done

done_testing
