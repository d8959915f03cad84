# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# A program that stands still in the middle of its work: the simulated host knows no
# waiting, so it is held up by its own progress, a line for each step (-v).  Standard error is a pipe that is
# full but for one page until it is let go.  Sourced after tap.sh.

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
	{ wait "$pid" || code=$?; } 2>"$work/told"
	exec 3>&-
	wait $reader
	tr -d '\0' <"$work/err" >"$work/err.text"
	mv "$work/err.text" "$err"
	mv "$work/held" "$out"
}
