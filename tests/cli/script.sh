#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: the language of scripts, what is expected, the report.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"

# script LINE... - run these lines on the simulated host; options in $with
with=''
script() {
	printf '%s\n' "$@" >"$work/script"
	# shellcheck disable=SC2086 # options
	host run $with "$work/script"
}

# refused LINE... - no script: a usage error that names the line, and nothing was done
refused() {
	script "$@"
	usage_error && said "script:$at: $why" && said '^Nothing was done\.$'
}

# points - "ok 1 ok 4": each point's verdict and line
points() {
	sed -n 's/^\(\(not \)\?ok\) [0-9]* - line \([0-9]*\): .*/\1 \3/p' "$out" | tr '\n' ' '
}

machine --snp-guests=2 --sev-guests=1

# ---- words

script 'echo a  "b  c" '"'d \$x'"' \"\$ x\" e\#f #g' 'echo "a\"b\\"  # rest' 'echo "" x'
ok 'blanks, quotes, backslashes, comments' 'code_is 0 && printed "^# a b  c d \$x \"\$ x\" e#f$" &&
	printed "^# a\"b.x5c$" && printed "^#  x$"'
script 'let a = "x y"' 'let b = ${a}z' 'echo $a-$b' 'let a = 1' 'echo $a$b'
ok 'variables, which are not split again' 'printed "^# x y-x yz$" && printed "^# 1x yz$"'
printf 'echo $who' >"$work/script"
host run "$work/script" who=me
ok 'one from the command line; no end of the last line' 'code_is 0 && printed "^# me$"'
printf 'status\r\n\r\n' >"$work/script"
host run "$work/script"
ok 'lines of another system' 'code_is 0 && [ "$(points)" = "ok 1 " ]'
script 'echo hello > '"$work/hello" 'echo world >> '"$work/hello" 'status --porcelain >'"$work/status"
ok 'results into files' '[ "$(cat "$work/hello")" = "hello
world" ] && grep -q "^sev.state	" "$work/status" && [ "$(stat -c %a "$work/status")" = 600 ]'
script 'status > /nowhere/x' 'expect exit 0'
ok 'a file that cannot be written is the command'"'"'s failure, and it was not carried out' 'code_is 2 &&
	[ "$(points)" = "not ok 1 " ] && printed "^# it was not carried out: .*cannot be opened: No such file"'

# ---- what is expected

script 'shutdown --strict --live --yes' 'expect INVALID_PLATFORM_STATE' 'expect 1' 'expect exit 6' \
	'expect SEV_RET_INVALID_PLATFORM_STATE' 'status' 'expect sev WORKING' 'expect snp INIT' \
	'expect guests 3' 'decommission 99 --yes' 'expect errno ENOENT' 'expect NO_FW_CALL' \
	'guests' 'expect output qemu-system'
ok 'statuses by name and number, exit codes, errnos, states, guests, what was printed' 'code_is 0 &&
	[ "$(points)" = "ok 1 ok 6 ok 10 ok 13 " ] && printed "^1..4$" && printed "^# 4 of 4 as expected"'
for line in 'expect SUCCESS' 'expect WBINVD_REQUIRED' 'expect exit 0' 'expect errno EBUSY' \
	'expect output nothing-like-it' 'expect sev UNINIT' 'expect snp UNINIT' 'expect guests 2'; do
	script 'shutdown --strict --live --yes' "$line"
	ok "not so: $line" 'code_is 2 && [ "$(points)" = "not ok 1 " ] && printed "^# .* expected\|should be\|is not in"'
done
script 'shutdown --strict --live --yes' 'status'
ok 'without an expectation a command has to succeed' 'code_is 2 && [ "$(points)" = "not ok 1 " ] &&
	printed "^# 0 of 1 as expected; what comes after it was not done$" && printed "^# err: .*INVALID_PLATFORM_STATE"'
script 'on-error continue' 'df-flush' 'expect 0xf' 'status' 'on-error stop' 'shutdown --strict --live --yes' 'status'
ok 'on-error' 'code_is 2 && [ "$(points)" = "not ok 2 ok 4 not ok 6 " ]'
script 'repeat 2' '  status' '  repeat 2' '    explain 1' '    expect output INVALID' '  end' 'end' \
	'repeat 0' 'df-flush' 'end'
ok 'repeat, within another, and never' 'code_is 0 && [ "$(points)" = "ok 2 ok 4 ok 4 ok 2 ok 4 ok 4 " ]'
script 'repeat 3' 'status' 'expect guests 0' 'end'
ok 'a repeat ends at what was not as expected' 'code_is 2 && [ "$(points)" = "not ok 2 " ]'

# ---- guests and CPUs by what they are

script 'pick a guest snp running' 'pick b guest snp 2' 'pick c guest sev' 'pick d cpu online 3' 'echo $a $b $c $d'
ok 'pick' 'code_is 0 && printed "^# 1 2 3 2$"'
script 'pick a guest sev-es' 'status'
ok 'one that is not there' 'code_is 2 && [ "$(points)" = "not ok 1 " ] && printed "^# there is no such guest$"'
script 'pick a cpu offline'
ok 'no CPU is offline' 'code_is 2 && printed "^# there is no such CPU$"'
script 'on-error continue' 'decommission $nobody' 'echo $nobody' 'status'
ok 'a variable that there is not' 'code_is 2 && [ "$(points)" = "not ok 2 not ok 3 ok 4 " ] &&
	printed "^# there is no variable .nobody.$"'
act kill=1200 >/dev/null
script 'pick g guest snp' 'decommission $g --running --yes' 'expect SUCCESS' 'sleep 90' 'guests'
ok 'and then it is used; to sleep takes no time on a simulated host' 'code_is 0 && [ "$(points)" = "ok 2 ok 5 " ]'

# ---- no scripts

at=1
why='a quote, or a backslash' && ok 'a quote that is not ended' 'refused "echo \"x"'
why='a quote, or a backslash' && ok 'a backslash at the end' 'refused "echo x\\"'
why="'\${' is not followed" && ok 'no variable' 'refused "echo \${x"'
why='there is a control character' && ok 'a control character' 'refused "$(printf "echo \001x")"'
why='.>. wants the name' && ok 'no file' 'refused "status >"'
why='a result goes to one file' && ok 'two files' 'refused "status > a > b"'
why='nothing may follow' && ok 'words behind the file' 'refused "status > a b"'
at=2 why='what the command prints goes to a file' && ok 'a file is not looked at' 'refused "status > a" "expect output x"'
at=1
why='.sleep. has no result' && ok 'no result' 'refused "sleep 1 > a"'
why='there is no command whose' && ok 'a file alone' 'refused "> a"'
why='it is written: sleep' && ok 'sleep' 'refused "sleep soon" && refused "sleep" && refused "sleep 1e9" &&
	refused "sleep 0x10" && refused "sleep -1" && refused "sleep 2000m" &&
	refused "sleep 1E3" && refused "sleep 0X10" && refused "sleep \"\"" && refused "sleep 1.2.3"'
why='it is written: repeat' && ok 'repeat' 'refused "repeat" && refused "repeat -1" && refused "repeat 1000001"'
why='it is written: let' && ok 'let' 'refused "let x" && refused "let x=1"'
why='a variable.s name' && ok 'names' 'refused "let 1x = 1" && refused "pick a-b guest"'
why='no guest is .fast.' && ok 'pick' 'refused "pick x guest fast" && refused "pick x guest snp fast 1"'
why='no CPU is .0.' && ok 'the first is 1' 'refused "pick x cpu online 0"'
why='it is written: on-error' && ok 'on-error' 'refused "on-error ignore"'
why='nothing was begun' && ok 'end' 'refused "end"'
why='this repeat has no end' && ok 'no end' 'refused "repeat 2" status'
why='there is no command before it' && ok 'nothing before expect' 'refused "expect SUCCESS"'
why='.watch. is for who sits' && ok 'what is for a terminal' 'refused "watch status"'
why='.time. wants a command' && ok 'time' 'refused time && refused "time sleep 1"'
why='what is expected is fixed' && ok 'no variable in what is expected' 'refused "expect \$x"'
why='what stands behind' && ok 'nor behind sleep' 'refused "sleep \$x"'
at=2
why='the firmware has no status' && ok 'a status' 'refused status "expect NONSENSE" && refused status "expect 0x12345"'
why='there is no errno' && ok 'an errno' 'refused status "expect errno ESOMETHING"'
why='SEV is never .READY.' && ok 'a state' 'refused status "expect sev READY"'
why='SNP is never .WORKING.' && ok 'a state of the other platform' 'refused status "expect snp WORKING"'
why='.expect exit. wants a number' && ok 'an exit code' 'refused status "expect exit 256"'
why='nothing is known of .luck.' && ok 'something else' 'refused status "expect luck 1"'
at=3
why='sevadm status: unrecognized option' && ok 'what a command does not take, before the first is carried out' \
	'refused "shutdown --legacy --yes" "sleep 1" "status --nonsense" && [ "$(act snp)" = 1 ]'
why='sevadm: there is no command .nonsense.' && ok 'no command' 'refused status "# x" nonsense'
why='.*a script has nobody to talk to' && ok 'a shell' 'refused status "" shell'
script "$(head -c 5000 /dev/zero | tr '\0' x)"
ok 'a line that is too long' 'usage_error && said "4096 bytes at most"'
i=0
: >"$work/deep"
while [ $i -lt 9 ]; do echo 'repeat 1'; i=$((i + 1)); done >"$work/deep"
host run "$work/deep"
ok 'too deep' 'usage_error && said "deep:9: there are more than 8"'
host run "$work/none"
ok 'no such file' 'code_is 1 && one_sentence && said "none cannot be read: No such file"'
host run /
ok 'a directory' 'code_is 1 && one_sentence && said "EISDIR"'
host run
ok 'no script' 'usage_error'
host run "$work/deep" 1x=2
ok 'no variable' 'usage_error'
echo "run $work/self" >"$work/self"
host run "$work/self"
ok 'a script that runs itself ends' 'code_is 2 && printed "not ok 1 - line 1"'

# ---- the report

script 'status' 'df-flush' 'expect WBINVD_REQUIRED' 'df-flush'
with=--json script 'status' 'df-flush' 'expect WBINVD_REQUIRED' 'df-flush'
ok 'as JSON' 'code_is 2 && json ".schema == 1 and .command == \"run\" and .simulated and
	([.points[] | [.line, .ok, .exit]] == [[1, true, 0], [2, true, 6], [4, false, 6]]) and
	.points[1].status == 14 and .points[1].status_name == \"WBINVD_REQUIRED\" and
	.points[1].expected == \"WBINVD_REQUIRED\" and .points[1].errno_name == \"EIO\" and
	(.points[0].output | contains(\"Platform\") or contains(\"SEV\")) and (.points[2].why | contains(\"exit code 6\")) and
	.passed == 2 and .failed == 1 and .result.done and .result.exit == 2"'
with=--porcelain script 'status' 'df-flush'
ok 'as porcelain' '[ "$(grep -c "^points	" "$out")" = 2 ]'
with=-v script 'explain 1 #x' 'echo done' 'time explain 1'
ok 'with what each command wrote' 'code_is 0 && printed "^# out: Name .*INVALID_PLATFORM_STATE" &&
	printed "^# real 0\." && printed "ok 1 - line 1: explain 1 \\\\#x$"'
echo '# nothing' >"$work/script"
host run "$work/script"
ok 'no command at all' 'code_is 0 && printed "^1\.\.0 # SKIP "'
script 'let x = 1' 'explain $x'
ok 'what variables were' 'printed "^# ran: explain 1$"'
with=--json script 'let x = 1' 'explain $x' 'echo a remark'
ok 'in JSON, too, and remarks' 'json ".points[0].ran == \"explain 1\" and .remarks == [\"a remark\"]"'
with=''
script 'df-flush' 'expect 0x4321'
ok 'a status that nobody knows yet can be expected' 'code_is 2 && printed "^# ? (0x4321) was expected"'
script 'explain "a\\b" # c'
ok 'names are escaped once' 'printed "ok 1 - line 1: explain \"a.x5c.x5cb\" .# c$"'
python3 -c '
import socket, subprocess, sys
a, b = socket.socketpair()
a.send(b"explain 1\n"); a.close()
sys.exit(subprocess.run(sys.argv[1:], stdin=b).returncode)' "$SEVADM" run - >"$out" 2>"$err"
code=$?
ok 'standard input can be a socket' 'code_is 0 && printed "^ok 1 "'
with=--dry-run script 'shutdown --legacy --yes' '' 'pick x guest'
ok 'only shown' 'code_is 0 && printed "^ *1  shutdown --legacy --yes$" && printed "^ *3  pick x guest$" && [ "$(act snp)" = 1 ]'
with=--read-only script 'status' 'shutdown --legacy --yes' 'expect exit 64' 'shutdown --legacy --dry-run'
ok 'one that may change nothing' 'code_is 0 && [ "$(points)" = "ok 1 ok 2 ok 4 " ]'
with=--read-only script "--device=sim:$sim shutdown --legacy --yes" 'expect exit 64' "--device=sim:$sim/../host.sim shutdown --legacy --yes" 'expect exit 64'
ok 'nor on another host' 'code_is 0'
with=--read-only script "sim create --force $work/new.sim" 'expect exit 64' "sim act $sim start=snp" 'expect exit 64'
ok 'nor of a simulated one, from outside' 'code_is 0 && [ ! -e "$work/new.sim" ]'
with=''
printf 'status --porcelain\nexplain 1\n' | "$SEVADM" --device="sim:$sim" run - >"$out" 2>"$err"
ok 'from standard input, which no command reads' '[ "$(points)" = "ok 1 ok 2 " ]'
printf '%s\n' 'sleep 0.1' 'decommission 2 --running' 'expect exit 64' >"$work/script"
host run "$work/script"
ok 'nobody is asked' 'code_is 0 && [ "$(points)" = "ok 2 " ]'
script 'explain "'"$(printf '\033')"'"'
ok 'no control character reaches the terminal' 'usage_error'

# ---- signals

machine --snp-guests=100
printf '%s\n' status 'teardown --guests=stop --yes --wait' status >"$work/script"
hold_up '' decommission --all --running --yes
held=$pid
env --default-signal=INT "$SEVADM" --device="sim:$sim" run "$work/script" >"$work/tap" 2>&1 &
pid=$!
tries=0
until grep -q '^ok 1' "$work/tap" || [ $tries -gt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
sleep 0.5
kill -INT $pid
ended=0
wait $pid || ended=$?
pid=$held
let_go
cp "$work/tap" "$out"
code=$ended
ok 'a signal ends the command at hand, and the script' 'code_is 130 && [ "$(points)" = "ok 1 not ok 2 " ] &&
	printed "^# a signal ended it: Interrupt" && printed "^Bail out! "'
host run "$work/script"
ok 'and it can be run again' 'code_is 0 && [ "$(points)" = "ok 1 ok 2 ok 3 " ]'

# ---- faults that hold for all of it

machine --snp-guests=1
printf '%s\n' wbinvd df-flush 'expect SUCCESS' df-flush 'expect 0x13' df-flush 'expect SUCCESS' >"$work/script"
with='--fault=SNP_DF_FLUSH#2:status=0x13 --fault=WBINVD@cpu=77:errno=EIO'
host run $with "$work/script"
ok 'the second of its kind, whichever command that is' 'code_is 0 && said "WBINVD@cpu=77.* never happened" &&
	! said "DF_FLUSH.* never happened"'

done_testing
