#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --record, replay:, record show, diff and anonymise.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"

rec=$work/rec
# recorded WORDS... - on the simulated host, into $rec
recorded() {
	rm -f "$rec"
	host --record="$rec" "$@"
	recorded_code=$code
	cp "$out" "$work/out.then"
	cp "$err" "$work/err.then"
}
# replayed WORDS... - from $rec
replayed() { run --device="replay:$rec" "$@"; }
bare() { sed '/^Replayed recording /d; /^Simulated host /d; /"simulated": /d; /"replay": /d; /^simulated	/d; /^replay	/d' "$1"; }
same() {
	[ "$code" -eq "$recorded_code" ] && [ "$(bare "$out")" = "$(bare "$work/out.then")" ] &&
		cmp -s "$err" "$work/err.then"
}

# ---- byte for byte

for form in '' --json --porcelain; do
	machine --cpus=64 --snp-guests=3 --sev-guests=1 --stubborn-guests=1
	for words in status 'guests --status' check doctor 'doctor sev' 'teardown --dry-run' teardown 'wbinvd --cpus=0-63' \
		'decommission 1 --running --yes' df-flush 'shutdown --strict --live --yes' \
		'explain --kernel-log' 'kexec --dry-run' 'teardown --guests=stop:5 --yes' 'monitor --once' \
		init 'recover --reload' 'teardown --guests=decommission --yes' status; do
		# the time of day is nobody's answer
		[ "$words" != 'monitor --once' ] || continue
		# shellcheck disable=SC2086 # words
		recorded -q $form $words
		# shellcheck disable=SC2086
		replayed -q $form $words
		ok "${form:-text}: $words" same
	done
done
ok 'text says what it is' 'printed "^Replayed recording\|^replay	yes"'
recorded status --json
replayed status --json
ok 'so does JSON' 'json ".simulated and .replay"'

# what happens around it does not matter to a replay
machine --cpus=64 --snp-guests=2
recorded teardown --guests=decommission --yes --json -q
rm "$sim"
ok 'the host is gone' '[ ! -e "$sim" ]'
replayed teardown --guests=decommission --yes --json -q
ok 'and still answers' same
taskset -c 0 "$SEVADM" --device="replay:$rec" teardown --guests=decommission --yes --json -q >"$out" 2>"$err"
code=$?
ok 'also on one CPU' same
before=$(cat "$rec" | md5sum)
i=0
while [ $i -lt 10 ]; do
	replayed teardown --guests=decommission --yes --json -q --record="$work/rec.$i"
	run record diff --host "$rec" "$work/rec.$i"
	code_is 0 || break
	i=$((i + 1))
done
ok 'ten times the same, whatever the threads do' '[ $i -eq 10 ]'
ok 'and the recording is as it was' '[ "$(cat "$rec" | md5sum)" = "$before" ] && [ "$(stat -c %a "$rec")" = 600 ]'
ok 'no journal, no lock beside it' '[ -z "$(find "$work" -name "rec*.journal*")" ]'

# ---- the first difference

replayed teardown --guests=stop --yes
ok 'another way to end guests' 'code_is 1 && said "the recording differs: .*event [0-9]* of the recording: .signal. is 15 as asked now, 19 as recorded"'
replayed status
ok 'another command' 'code_is 1 && said "the recording differs"'
sed 's/"cpus_online":"0-63"/&/; /SEV_DBG_SHUTDOWN/d' "$rec" >"$work/less"
run --device="replay:$work/less" teardown --guests=decommission --yes
ok 'an event that is not there' 'code_is 1 && said "the recording differs"'
machine --snp-guests=1
recorded guests
cat "$rec" >"$work/more"
tail -n 1 "$rec" >>"$work/more"
run --device="replay:$work/more" guests
ok 'one that nobody asks for' 'code_is 0 && said "warning: .* of the recording w.* not asked for"'

# ---- a command that was killed half way

machine --snp-guests=100
rm -f "$rec"
hold_up '' --record="$rec" decommission --all --running --yes
kill -KILL "$pid"
let_go
ok 'killed' '[ "$code" -eq 137 ]'
run record show "$rec" --json
ok 'every line is whole' 'code_is 0 && json "(.events | length) > 3"'
head -c -9 "$rec" >"$work/half"
run record show "$work/half"
ok 'or the last is half, which is told' 'code_is 0 && printed "Ends in a half line *yes"'

# ---- sessions

machine --snp-guests=1
printf '%s\n' 'status' 'decommission 1 --running --yes' 'expect SUCCESS' 'df-flush' 'expect WBINVD_REQUIRED' \
	'expect snp INIT' 'sleep 2' 'wbinvd' >"$work/script"
recorded run "$work/script"
ok 'a script' 'code_is 0'
sed -i '1d' "$work/out.then"
replayed run "$work/script"
sed -i '1d' "$out"
ok 'replays' same
rm -f "$rec"
printf '%s\n' 'status --porcelain' 'df-flush' | "$SEVADM" --device="sim:$sim" --record="$rec" -q shell >"$work/out.then" 2>"$work/err.then"
recorded_code=$?
printf '%s\n' 'status --porcelain' 'df-flush' | "$SEVADM" --device="replay:$rec" -q shell >"$out" 2>"$err"
code=$?
ok 'so does a shell' same
machine --snp-guests=1
rm -f "$rec"
printf '%s\n' 'df-flush --fault=SNP_DF_FLUSH:status=HWERROR_UNSAFE' 'status' >"$work/lines"
"$SEVADM" --device="sim:$sim" --record="$rec" -q shell <"$work/lines" >"$work/out.then" 2>"$work/err.then"
"$SEVADM" --device="replay:$rec" -q shell <"$work/lines" >"$out" 2>"$err"
ok 'with a fault of one of its commands' '[ "$(bare "$out")" = "$(bare "$work/out.then")" ]'

# ---- faults are recorded as answers

machine --snp-guests=1
recorded df-flush --fault=SNP_DF_FLUSH:status=HWERROR_UNSAFE
replayed df-flush
ok 'what was put in is in the recording' 'code_is 6 && said "HWERROR_UNSAFE"'
for spec in SNP_DF_FLUSH:status=HWERROR_UNSAFE SNP_DF_FLUSH:delay=2s SNP_DF_FLUSH:hang; do
	machine --snp-guests=1
	recorded df-flush -q --json --fault=$spec
	replayed df-flush -q --json --fault=$spec
	ok "$spec: the same line has the same answer, and counts it" same
	replayed df-flush -q --json
	ok "$spec: so has the line without it" '[ "$code" -eq "$recorded_code" ] && ! said "the recording" &&
		[ "$(jq -c .steps "$out")" = "$(jq -c .steps "$work/out.then")" ]'
done
replayed --fault=SNP_DF_FLUSH:status=WBINVD_REQUIRED df-flush
ok 'and another can be put in before that' 'said "WBINVD_REQUIRED (0x000e)"'

# ---- show

recorded decommission 1 --running --yes
run record show "$rec"
ok 'fields by name, the command line, the host' 'code_is 0 && printed "^  Command .*decommission 1 --running --yes" &&
	printed "SEV_DBG_DECOMMISSION" && printed "arg.id = 1" && printed "result.status = .*SUCCESS" && ! printed " /proc"'
run record show --host "$rec"
ok 'with the machine around it' 'code_is 0 && printed "/proc"'
run record show "$rec" --json
ok 'as JSON' 'json ".recording.kernel == \"6.12.117-sim\" and any(.events[]; .what | startswith(\"SEV_DBG_DECOMMISSION\"))"'

# ---- diff

recorded wbinvd
cp "$rec" "$work/one"
recorded wbinvd
run record diff "$work/one" "$rec"
ok 'times do not matter' 'code_is 0'
recorded df-flush
run record diff "$work/one" "$rec"
ok 'requests do, and the first is named' 'code_is 2 && printed "SEV_DBG_"'

# ---- anonymise

machine --snp-guests=2 --units=libvirt
recorded teardown --guests=stop --yes --json -q
run record anonymise "$rec" --output="$work/anon"
ok 'made' 'code_is 0 && [ "$(stat -c %a "$work/anon")" = 600 ]'
ok 'no name is left: of processes, units, files' '! grep -q "qemu-system\|x2dsnp\|$work" "$work/anon" &&
	grep -q qemu-system "$rec" && grep -q x2dsnp "$rec"'
run --device="replay:$work/anon" teardown --guests=stop --yes --json -q
ok 'and replays' 'code_is 0 && json "[.steps[].command] == $(jq -c "[.steps[].command]" "$work/out.then")"'
run record anonymise "$rec" --output="$work/anon"
ok 'nothing is written over' 'code_is 1 || code_is 64' && ok 'and told' one_sentence
run record show "$work/anon"
ok 'it says that it is anonymous' 'printed "Anonymised *yes"'

# ---- no recordings

host --record="$rec" status
ok 'a file that is there' 'code_is 64 && said "is there already"'
host --record=/nowhere/x status
ok 'no place' 'code_is 1 && said "No such file"'
host --record= status
ok 'no file' 'usage_error'
run --record="$work/x" explain 1
ok 'nothing to record' 'code_is 64 && said "opens no host"'
host --record-secrets status
ok 'secrets of what' 'code_is 64'
for bad in '' '{' '{}' '[]' '{"recording":2}' '{"recording":1}' 'null' '{"recording":1,"words":7}'; do
	printf '%s\n' "$bad" >"$work/bad"
	run --device="replay:$work/bad" status
	ok "no recording: '$bad'" 'code_is 1 && [ "$(grep -c "^sevadm" "$err")" = 1 ]'
done
head -c 3000 /dev/urandom >"$work/bad"
run record show "$work/bad"
ok 'noise' 'code_is 1 && one_sentence'
run --device="replay:$work/none" status
ok 'no such file' 'code_is 4 && said "none"'
run --device=replay: status
ok 'no name' 'code_is 64'
sed 's/"thread":0/"thread":-7/; s/"duration_ns":[0-9]*/"duration_ns":1e400/' "$rec" >"$work/bad"
run record show "$work/bad"
ok 'numbers that are none' 'code_is 1 && one_sentence'
printf '%s\033[2J\n' "$(head -n 1 "$rec")" >"$work/bad"
run record show "$work/bad"
ok 'nothing reaches the terminal' '! grep -q "$(printf "\033")" "$out" "$err"'
ulimit_out=$( (ulimit -f 4; trap "" XFSZ; "$SEVADM" --device="sim:$sim" --record="$work/no-room" teardown --dry-run) 2>&1)
code=$?
ok 'a recording that cannot be written to its end is told' '[ "$code" -ne 0 ] && printf "%s" "$ulimit_out" | grep -q "recording is not whole"'
done_testing
