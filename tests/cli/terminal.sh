#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shell on a terminal: tmux types, and looks at the screen.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"

if ! command -v tmux >/dev/null; then
	skip 'the shell on a terminal' 'there is no tmux'
	done_testing
fi
"$SEVADM" shell --version >/dev/null || exit 99
editing=yes
ldd "$SEVADM" | grep -q libedit || editing=''
TMUX_TMPDIR=$work
# libedit keeps the names of functions that were added to it (EL_ADDFN) to the end; what is
# ours is looked after where there is no terminal
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export TMUX_TMPDIR ASAN_OPTIONS
trap 'tm kill-server 2>/dev/null; rm -rf "$work"' EXIT

# a server of its own for each shell: one that is ending takes no more
server=0
tm() { tmux -L "sevadm$server" -f /dev/null "$@"; }

# shell ARG... - a shell in a terminal of its own; $term is what that calls itself
term=screen
shell() {
	tm kill-server 2>/dev/null
	server=$((server + 1))
	mkdir -p "$work/home"
	last="shell $*"
	tm new-session -d -x 100 -y 30 "env HOME=$work/home TERM=$term PAGER='${pager-cat}' LC_ALL=C.UTF-8 \
		$SEVADM --device=sim:$sim $* shell 2>&1; echo left with \$?; sleep 60"
	shows '>$'
}

type_() { tm send-keys -l -- "$1"; }
key() { tm send-keys "$@"; }
enter() { type_ "$1" && key Enter; }

screen() {
	tm capture-pane -p -S -500 >"$out" 2>"$err"
}

# shows PATTERN - within ten seconds
shows() {
	shows_left=100
	until screen && sed '/^$/d' "$out" | grep -q -e "$1"; do
		shows_left=$((shows_left - 1))
		[ $shows_left -gt 0 ] || return 1
		sleep 0.1
	done
}

# prompt PATTERN - the last line is a prompt, with this
prompt() {
	prompt_left=100
	until screen && sed '/^$/d' "$out" | tail -n 1 | grep -q -e "$1"; do
		prompt_left=$((prompt_left - 1))
		[ $prompt_left -gt 0 ] || return 1
		sleep 0.1
	done
}

machine --snp-guests=2 --stubborn-guests=1 --sev-guests=1
shell
ok 'a prompt tells host and platforms' 'prompt "^sim:host.sim SEV:WORKING SNP:INIT>$"'

# ---- completion

if [ -n "$editing" ]; then
	type_ 'df'
	key Tab
	ok 'a command completes' 'prompt "> df-flush$"'
	type_ '--leg'
	key Tab
	ok 'and its option' 'prompt "> df-flush --legacy$"'
	key C-u
	type_ 's'
	key Tab
	ok 'several are listed' 'shows "^shell *shutdown *sim *status\|shutdown .*status" && prompt "> s$"'
	key C-u
	type_ 'explain WBIN'
	key Tab
	ok 'a status' 'prompt "> explain WBINVD_REQUIRED$"'
	key C-u
	type_ 'on-error c'
	key Tab
	ok 'what the shell itself knows' 'prompt "> on-error continue$"'
	key C-u
	type_ 'sim sho'
	key Tab
	ok 'the second word of a command' 'prompt "> sim show$"'
	key C-u
	before=$("$SEVADM" --porcelain sim show "$sim" | md5sum)
	type_ 'decommission '
	key Tab
	ok 'ids of guests' 'shows "^1 *2$\|^1 .*2 *$"'
	ok 'and nothing happened to the host' '[ "$("$SEVADM" --porcelain sim show "$sim" | md5sum)" = "$before" ]'
	key C-u
fi

# ---- a destructive command, refused and accepted

enter 'decommission 1 --running'
ok 'it asks' 'shows "guests will be lost. Go on? \[y/N\]"'
tm resize-window -x 90 -y 30
sleep 0.3
tm resize-window -x 100 -y 30
enter n
ok 'no, though the terminal changed meanwhile: nothing was done' 'shows "not confirmed, nothing was done" && prompt "SNP:INIT exit 1>$"'
enter 'decommission 1 --running'
shows 'exit 1> decommission'
key Enter
ok 'nor by Enter alone' 'prompt "SNP:INIT exit 1>$" && [ "$(grep -c "not confirmed" "$out")" = 2 ]'
if [ -n "$editing" ]; then
	key Up
	prompt '> decommission 1 --running$'
	key Enter
else
	enter 'decommission 1 --running'
fi
sleep 0.5
enter y
ok 'yes: it is done, and the prompt has its status' 'shows "1 guest was decommissioned" && prompt "SNP:INIT SUCCESS>$"'
enter 'df-flush'
ok 'another status' 'prompt "SNP:INIT WBINVD_REQUIRED>$"'

# ---- Ctrl-C, and what else a terminal sends

# without libedit the terminal is as everybody has it, and both are the terminal's own affair
if [ -n "$editing" ]; then
	key C-\\
	key C-z
fi
enter 'explain 4'
ok 'Ctrl-\ and Ctrl-Z while a line is written do nothing' 'shows "INVALID_LEN" && prompt "> *$"'
type_ 'junk that is not meant'
# what is not read yet, the terminal drops at Ctrl-C
prompt '> junk that is not meant$'
key C-c
ok 'Ctrl-C gives a line up' 'prompt "SNP:INIT>$" && shows "junk that is not meant"'
# what takes its time: another one is at work
kept=$sim
sim=$work/other.sim
"$SEVADM" sim create "$sim" --snp-guests=100 >"$work/create" || exit 99
hold_up '' decommission --all --running --yes
enter "--device=sim:$sim teardown --guests=stop --yes --wait"
ok 'a command that waits' 'shows "^teardown: waiting for"'
key C-c
ok 'Ctrl-C stops the command, not the shell' 'prompt "SEV:[A-Z]* SNP:INIT .*>$" && shows "a signal ended it: Interrupt"'
let_go
ok 'and what it was to do was not done' '[ "$("$SEVADM" --json sim show "$sim" | jq .machine.snp_state)" = "\"INIT\"" ]'
sim=$kept
enter 'sleep 600'
sleep 0.3
key C-c
ok 'on a simulated host sleeping takes no time' 'prompt "SNP:INIT.*>$"'
then=$("$SEVADM" --json sim show "$sim" | jq .machine.uptime_ns)
enter 'watch explain 1 1s'
sleep 2.5
key C-c
ok 'watch takes its own time, not the simulated host'"'"'s' 'prompt "SNP:INIT.*>$" &&
	[ "$(grep -c "^every 1.0 s" "$out")" -le 4 ] &&
	[ $(($("$SEVADM" --json sim show "$sim" | jq .machine.uptime_ns) - then)) -lt 900000000 ]'
enter 'watch explain 1 0.2s'
ok 'watch begins' 'shows "every 0.2 s, Ctrl-C ends it"'
sleep 0.7
key C-c
ok 'and ends' 'prompt "SNP:INIT.*>$"'
enter 'watch df-flush 0.2s'
ok 'but for what changes nothing' 'shows "only commands that change nothing" && prompt "SNP:INIT.*>$"'

# ---- resize

type_ 'explain '
tm resize-window -x 60 -y 20
type_ '0xf'
sleep 0.3
key Enter
ok 'the terminal becomes smaller while a line is typed' 'shows "DFFLUSH_REQUIRED"'
tm resize-window -x 132 -y 40
if [ -n "$editing" ]; then
	key Up
	prompt '> explain 0xf$'
	key Home
	key C-k
fi
enter 'explain 0xe'
# the prompt is back: what is typed before is the command's
ok 'and larger' 'shows "WBINVD_REQUIRED" && prompt "SNP:INIT[^>]*> *$"'

# ---- the end, and history

key C-d
ok 'Ctrl-D leaves, with the last exit code' 'shows "left with 0"'
if [ -n "$editing" ]; then
	file=$work/home/.local/state/sevadm/history
	ok 'history is kept, for its owner alone' '[ "$(stat -c %a "$file")" = 600 ] &&
		[ "$(stat -c %a "$(dirname "$file")")" = 700 ] && grep -qx "explain 0xf" "$file"'
	shell
	key Up
	ok 'for the next shell' 'prompt "> explain 0xe$"'
	key C-u
	enter ' explain 3'
	shows 'INVALID_CONFIG'
	enter 'exit'
	shows 'left with'
	ok 'but for lines that begin with a blank' '! grep -q "explain 3" "$file"'
	chmod 777 "$work/home"
	printf 'explain 77\n' >"$file.other"
	ln -sf "$file.other" "$file"
	shell
	key Up
	sleep 0.3
	ok 'a link in its place is not read' 'prompt "INIT>$"'
	enter 'exit'
	shows 'left with'
fi

# ---- pager

pager='sed s/^/paged:/' && shell
enter 'status'
ok 'what does not fit is paged' 'shows "^paged:Simulated host" && prompt ">$"'
enter 'explain 1'
ok 'what fits is not' 'shows "^Name .*INVALID_PLATFORM_STATE" && prompt ">$"'
enter 'set pager off'
enter 'status'
ok 'nor what is not to be' 'shows "^Simulated host" && prompt ">$"'
enter 'exit'
shows 'left with'

# ---- terminals that cannot do much

term=dumb shell
enter 'explain 0xe'
ok 'TERM=dumb' 'shows "WBINVD_REQUIRED" && prompt ">$"'
enter 'status'
ok 'has no pager' 'shows "^Simulated host" && prompt ">$"'
enter exit
ok 'and ends' 'shows "left with 0"'
term=no-such-terminal shell
enter 'explain 0xe'
ok 'a terminal that nobody knows' 'shows "WBINVD_REQUIRED" && prompt ">$"'
enter exit
shows 'left with'

if command -v script >/dev/null; then
	printf 'explain 0xe\nstatus\nexit\n' | TERM=vt100 PAGER=cat HOME=$work/home script -qec \
		"$SEVADM --device=sim:$sim shell" /dev/null >"$out" 2>"$err"
	code=$?
	ok 'a serial line, which tells no size' 'code_is 0 && printed "WBINVD_REQUIRED" && printed "SEV:[A-Z]* SNP:INIT>"'
fi

if command -v script >/dev/null; then
	machine --snp-guests=1
	printf 'set look off\nteardown --guests=stop --yes\nexit\n' | TERM=dumb HOME=$work/home script -qec \
		"$SEVADM --device=sim:$sim shell" /dev/null >"$out" 2>"$err"
	ok 'TERM=dumb: not one sequence is sent' 'printed "SEV and SEV-SNP are down" && ! grep -q "$(printf "\033")" "$out"'
fi

# ---- signals to the shell itself

term=screen shell
pid=$(pgrep -f "^$SEVADM --device=sim:$sim  *shell" | head -n 1)
kill -TERM "$pid"
ok 'SIGTERM ends it' 'shows "left with 143\|Terminated"'
done_testing
