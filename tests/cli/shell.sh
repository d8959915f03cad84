#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shell, where no terminal is: lines from a pipe.  terminal.sh has the rest.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

# lines LINE... - to a shell on the simulated host; options in $with
with=''
lines() {
	last="shell <<$*"
	code=0
	# shellcheck disable=SC2086 # options
	printf '%s\n' "$@" | HOME=$work "$SEVADM" --device="sim:$sim" $with shell >"$out" 2>"$err" || code=$?
}

machine --snp-guests=2
lines 'status --porcelain' 'guests --json' 'explain 1'
ok 'commands, one after the other' 'code_is 0 && quiet && printed "^sev.state	WORKING\|^sev.state	INIT" &&
	printed "\"guests\":" && printed "INVALID_PLATFORM_STATE"'
lines 'nonsense' 'status --nonsense' 'echo "x' 'sleep soon' 'explain 1'
ok 'what is none is told, and it goes on' 'code_is 0 && [ "$(grep -c "^sevadm" "$err")" = 4 ] && printed "INVALID_PLATFORM_STATE"'
lines 'explain 1' 'explain 0x1234'
ok 'the exit code is that of the last' 'code_is 2'
for line in 'pick g guest sev-es:2' 'let x = $nobody' 'echo $nobody' 'set nonsense' 'set color blue' 'help nonsense' 'watch status'; do
	lines 'explain 1' "$line"
	ok "also of what is no command: $line" '[ "$code" -ne 0 ]'
done
lines 'explain 0x1234' 'echo hi'
ok 'and the last may be good' 'code_is 0'
lines 'df-flush' 'expect WBINVD_REQUIRED'
ok 'an expectation that is not met is 2' 'code_is 2'
lines 'exit' 'explain 1'
ok 'exit' 'code_is 0 && silent'
lines 'quit' 'explain 1'
ok 'quit' 'code_is 0 && silent'
lines 'decommission 1 --running'
ok 'nobody is asked' 'code_is 64 && said "nobody to ask" && said "Say --yes"'
lines 'set yes on' 'pick g guest snp 1' 'decommission $g --running' 'expect SUCCESS' 'expect WBINVD_REQUIRED'
ok 'a setting, a variable, expectations' 'code_is 2 && said "^as expected: SUCCESS$" &&
	said "^sevadm: WBINVD_REQUIRED (0x000e) was expected, SUCCESS (0x0000) came$"'
lines 'expect SUCCESS'
ok 'nothing to expect something of' 'code_is 2 && said "there was no command before"'
lines 'repeat 2' 'echo a' 'repeat 2' 'echo b' 'end' 'end' 'echo c'
ok 'repeat, over lines' '[ "$(tr -d "\n" <"$out")" = abbabbc ]'
lines 'repeat 2' 'echo a'
ok 'and without its end' 'silent && said "this repeat has no end"'
lines 'set' 'set format json' 'explain 1' 'set format' 'set format xml' 'set nonsense' 'set verbose 1 2'
ok 'settings' 'printed "^format *text " && printed "\"status\": *1" && printed "^format *json" &&
	said "format is never .xml., but text, json, porcelain" && [ "$(grep -c "there is no" "$err")" = 2 ]'
lines 'help' 'help df-flush' 'help sim create' 'help watch'
ok 'help' 'code_is 0 && printed "^Of the shell:" && printed "^  repeat " && printed "Usage: sevadm df-flush" &&
	printed "Usage: sevadm sim create" && printed "^watch COMMAND: "'
for word in $("$SEVADM" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\).*/\1/p' | sort -u); do
	grep -q "^  $word " "$out" || echo "$word"
done >"$work/missing"
ok 'help lists every command' '[ ! -s "$work/missing" ]'
lines 'time explain 1' 'explain 1 > '"$work/file" 'watch explain 1' 'shell' 'history'
ok 'time, a result into a file, watch, a shell in a shell' 'printed "^real 0\." && grep -q INVALID_PLATFORM "$work/file" &&
	said "watch is for who sits" && said "this is a shell"'
ok 'no history is written without a terminal' '[ ! -e "$work/.local" ]'
with=--json lines 'explain 1'
ok 'global options hold for each command, and the shell has no result of its own' 'json ".explanation.status == 1"'
with=-v lines 'df-flush'
ok 'among them -v' 'said "step 1: SNP_DF_FLUSH"'
with=''
code=0
printf 'shutdown --legacy --yes\nexpect exit 64\nstatus\n' |
	"$SEVADM" --device="sim:$sim" shell --read-only >"$out" 2>"$err" || code=$?
ok 'one that changes nothing' 'code_is 0 && said "only commands that change nothing" && printed "^SEV$"'
printf 'run -\nexplain 1\n' | "$SEVADM" --device="sim:$sim" shell >"$out" 2>"$err"
ok 'a script in it does not read its lines' 'printed "INVALID_PLATFORM_STATE"'
echo 'explain 1' >"$work/script"
lines "run $work/script" 'set yes on' "run $work/script" "--device=sim:$work/none status"
ok 'but its own' '[ "$(grep -c "^ok 1 - line 1" "$out")" = 2 ] && said "no such simulated machine" && code_is 4'
printf 'explain 1' | "$SEVADM" --device="sim:$sim" shell >"$out" 2>"$err"
ok 'no end of the last line' 'printed "INVALID_PLATFORM_STATE"'
printf 'explain 1\n' >"$work/script"
i=0
while [ $i -lt 400 ]; do echo "echo $i"; i=$((i + 1)); done >>"$work/script"
"$SEVADM" --device="sim:$sim" shell <"$work/script" >"$out" 2>"$err"
ok 'from a file, each line once' '[ "$(grep -c "^[0-9]*$" "$out")" = 400 ] && [ "$(tail -n 1 "$out")" = 399 ]'
run --device="sim:$work/none" shell
ok 'no such host' 'code_is 4 && one_sentence && said "no such simulated machine"'
host --json shell --nonsense
ok 'a mistake is told as JSON, too' 'code_is 64 && json ".result.exit == 64"'

# two shells, one host: each sees what the other did
machine --snp-guests=1
mkfifo "$work/a"
"$SEVADM" --device="sim:$sim" shell <"$work/a" >"$work/a.out" 2>&1 &
exec 9>"$work/a"
echo 'decommission 1 --running --yes' >&9
tries=0
until grep -q decommissioned "$work/a.out" || [ $tries -gt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
lines 'guests --porcelain'
ok 'another shell sees what one did' 'printed "^guests	1	SNP	.*tombstone"'
exec 9>&-
wait
done_testing
