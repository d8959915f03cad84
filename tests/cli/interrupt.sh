#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Signals in the middle of a sequence.  The simulated host knows no waiting, so
# the program is held up by its own progress, a line for each step (-v): standard
# error is a pipe that is full but for one page until the signal is on its way.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# how far it has come, seen from inside
tombstones() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.tombstone)] | length'; }
frozen() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.frozen)] | length'; }

# hold_up ENV-OPTIONS WORDS... - begin, and stand still among the decommissions
hold_up() {
	env_options=$1
	shift
	last="$*"
	rm -f "$work/full"
	mkfifo "$work/full"
	exec 3<>"$work/full"
	head -c 61440 /dev/zero >&3
	# shellcheck disable=SC2086 # options
	env $env_options "$SEVADM" --device="sim:$sim" "$@" -v --json </dev/null 2>"$work/full" \
		>"$work/held" 3>&- &
	pid=$!
	tries=0
	while [ "$(tombstones)" -eq 0 ] && [ $tries -lt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
}

# let_go - read what it has to say, wait for its end
let_go() {
	cat <"$work/full" >"$work/err" 3>&- &
	reader=$!
	code=0
	{ wait $pid || code=$?; } 2>"$work/told"
	exec 3>&-
	wait $reader
	tr -d '\0' <"$work/err" >"$work/err.text"
	mv "$work/err.text" "$err"
	mv "$work/held" "$out"
}

# interrupted SIGNAL WORDS...
interrupted() {
	signal=$1
	shift
	# a shell's & has them ignored
	hold_up --default-signal=INT,HUP,TERM "$@"
	last="$* (SIG$signal)"
	kill -"$signal" $pid
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
		.result.exit == 1" && said "interrupted between two steps" && said "run the same command again"'
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
kill -HUP $pid
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
		said "another sevadm is at work" && json ".steps == [] and .result.errno_name == \"EBUSY\""'
done
for words in status guests wbinvd 'teardown --guests=stop --dry-run'; do
	# shellcheck disable=SC2086
	host $words --json
	ok "another is at work: $words goes beside it" 'code_is 0'
done
let_go
ok 'and it was not disturbed' 'code_is 0 && [ "$(tombstones)" -eq 100 ]'
host teardown --guests=decommission --yes --json
ok 'once it is done, the next may' 'code_is 0'

done_testing
