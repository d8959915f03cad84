#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Signals in the middle of a sequence.  The simulated host knows no waiting, so
# the program is held up by its own progress: standard error is a pipe that is
# full but for one page until the signal is on its way.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# how far it has come, seen from inside
tombstones() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.tombstone)] | length'; }
frozen() { "$SEVADM" --json sim show "$sim" | jq '[.guests[] | select(.frozen)] | length'; }

# interrupted SIGNAL WORDS... - while it decommissions
interrupted() {
	signal=$1
	shift
	last="$* (SIG$signal)"
	rm -f "$work/full"
	mkfifo "$work/full"
	exec 3<>"$work/full"
	head -c 61440 /dev/zero >&3
	# a shell's & has it ignored
	env --default-signal=INT,HUP,TERM "$SEVADM" --device="sim:$sim" "$@" --json \
		</dev/null 2>"$work/full" >"$out" 3>&- &
	pid=$!
	tries=0
	while [ "$(tombstones)" -eq 0 ] && [ $tries -lt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	kill -"$signal" $pid
	cat <"$work/full" >"$work/err" 3>&- &
	reader=$!
	code=0
	{ wait $pid || code=$?; } 2>"$work/told"
	exec 3>&-
	wait $reader
	tr -d '\0' <"$work/err" >"$work/err.text"
	mv "$work/err.text" "$err"
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

# ignored is ignored
machine --snp-guests=100
rm -f "$work/full"
mkfifo "$work/full"
exec 3<>"$work/full"
head -c 61440 /dev/zero >&3
env --default-signal=INT,TERM --ignore-signal=HUP "$SEVADM" --device="sim:$sim" decommission --all \
	--running --yes </dev/null 2>"$work/full" >"$out" 3>&- &
pid=$!
tries=0
while [ "$(tombstones)" -eq 0 ] && [ $tries -lt 200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill -HUP $pid
cat <"$work/full" >/dev/null 3>&- &
code=0
wait $pid || code=$?
exec 3>&-
last='decommission under nohup, SIGHUP'
ok 'SIGHUP under nohup: goes through' 'code_is 0 && [ "$(tombstones)" -eq 100 ]'

done_testing
