#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# monitor: samples in every form, what changed, commands of others, drawing on a
# terminal, the ways it ends; and that it changes nothing.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
LF='
'

# watch ARG... - monitor in the background, into $work/live, until stop
watch() {
	last="monitor $*"
	# a shell ignores SIGINT for what it puts behind
	env --default-signal=INT "$SEVADM" --device="sim:$sim" monitor --interval=0.1 "$@" \
		</dev/null >"$work/live" 2>"$work/live.err" &
	pid=$!
}

# seen FILTER - does one of the samples so far satisfy jq's FILTER?  Waits for it
seen() {
	tries=0
	until jq -se "any(.[]; $1)" "$work/live" >"$work/jq" 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || {
			echo "# no sample with $1; the last: $(tail -n 1 "$work/live")"
			return 1
		}
		sleep 0.05
	done
}

# stop SIGNAL - end it: its exit code, and what it printed as that of a run
stop() {
	code=0
	kill -"$1" "$pid"
	{ wait "$pid" || code=$?; } 2>"$work/told"
	cp "$work/live" "$out"
	cp "$work/live.err" "$err"
}

# samples FILTER - true of all of them together
samples() { jq -se "$1" "$out" >"$work/jq"; }

# ---- one sample

machine --snp-guests=2 --sev-guests=1
keep
host monitor --once
ok 'text: platforms, ASIDs, marks, commands, guests' 'code_is 0 && quiet &&
	printed "^  SEV  *WORKING$" && printed "^  SEV-SNP  *INIT$" &&
	printed "^  Driver  *SNP initialized, KVM is live" && printed "^  ASIDs in use  *1-2,100$" &&
	printed "^  CPUs that owe WBINVD  *0$" && printed "^Last firmware commands$" &&
	printed "LAUNCH_FINISH  *0x0000  SUCCESS  *1226  *qemu" && printed "^  2  *SNP  *2  *running"'
ok 'nothing is drawn' '! grep -q "$(printf "\033")" "$out"'
ok 'nothing was changed' unchanged
host monitor --once --json
ok 'JSON: one line' 'code_is 0 && [ "$(wc -l <"$out")" -eq 1 ]'
ok 'JSON: state, guests, marks' 'json ".sample == 1 and .platform.snp_state == \"INIT\" and
	.platform.asids == \"1-2,100\" and .platform.asids_used == 3 and .platform.wbinvd_owed == 0 and
	.driver.snp_initialized and .list_complete and [.guests[].id] == [1, 2, 3] and .changes == [] and
	.result.done"'
ok 'JSON: the commands of a guest, in order' 'json "[.commands[] | select(.pid == 1200) | .command] |
	[.[0], .[1], .[-1]] == [\"SNP_GCTX_CREATE\", \"SNP_LAUNCH_START\", \"SNP_LAUNCH_FINISH\"]"'
ok 'JSON: numbers go up, and by whom it was is told' 'json ".commands_by == \"driver\" and
	([.commands[].seq] | . == sort and length == (unique | length)) and
	all(.commands[]; .process != \"\" and .errno == 0 and .status_name == \"SUCCESS\")"'
host monitor --once --porcelain
ok 'porcelain' 'code_is 0 && printed "^sample	1$" && printed "^platform.snp_state	INIT$" &&
	printed "^guests	3	SEV	100	running	0x1	1226	qemu-system-x86	" && printed "^result.exit	0$"'
host monitor --count=3 --interval=0.05 --json
ok '--count' 'code_is 0 && samples "length == 3 and [.[].sample] == [1, 2, 3]"'
ok 'its own commands are left out' 'samples "all(.[1:][]; .commands == [])"'
host monitor --count=3 --interval=0.05 --json -v
ok 'but not with -v; and then no number is missing' 'samples "[.[].commands[].seq] as \$s |
	(.[1].commands | length) > 2 and \$s == [range(\$s[0]; \$s[-1] + 1)]"'
ok 'still nothing was changed' unchanged
act access=ro lockdown=confidentiality >"$work/acted"
host monitor --once
ok 'a node to read from is enough, under lockdown too' 'code_is 0'

# ---- what changes

machine --snp-guests=1 --cpus=4
watch --json
seen '.sample > 1'
act start=sev offline=2 >"$work/acted"
ok 'a guest that comes' 'seen ".changes | any(.what == \"guest 2\" and (has(\"before\") | not) and
	.after == \"SEV running, ASID 100\")"'
ok 'a CPU that goes' 'seen ".changes | any(.what == \"cpus_online\" and .before == \"0-3\" and
	.after == \"0-1,3\")"'
ok 'the commands of the launch, with their process' 'seen "[.commands[] | select(.process == \"qemu-system-x86\") |
	.command] | index(\"LAUNCH_START\") != null and .[-1] == \"LAUNCH_FINISH\""'
act fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234 >"$work/acted"
run --device="sim:$sim" df-flush
last='df-flush beside monitor'
ok 'another program works on the host meanwhile' 'code_is 6'
ok 'the status that it got' 'seen ".commands | any(.command == \"SNP_DF_FLUSH\" and
	.status_name == \"HWERROR_PLATFORM\" and .errno_name == \"EIO\" and .fw_ext == \"0x1234\" and
	.process == \"sevadm\")"'
run --device="sim:$sim" teardown --guests=decommission --yes -q
ok 'a CPU that was offline owes a WBINVD' 'code_is 6 && seen ".platform.wbinvd_owed == 1"'
act online=2 >"$work/acted"
run --device="sim:$sim" teardown --guests=decommission --yes -q
ok 'a teardown: states, driver, tombstones' 'code_is 0 &&
	seen ".changes | any(.what == \"snp_state\" and .before == \"INIT\" and .after == \"UNINIT\")" &&
	seen ".platform.sev_state == \"UNINIT\"" &&
	seen ".changes | any(.what == \"guest 1\" and (.after | test(\"tombstone\")))" &&
	seen ".changes | any(.what == \"init_locked\" and .after == \"yes\")"'
stop INT
ok 'SIGINT: 0' 'code_is 0 && quiet'
ok 'each line is whole' 'samples "all(.[]; .command == \"monitor\" and .result.exit == 0)"'
machine --snp-guests=1
watch
sleep 0.3
act start=snp >"$work/acted"
tries=0
until { grep -q '^  guest 2  *SNP running, ASID 2' "$work/live" &&
	grep -q '^  \*  SNP_LAUNCH_FINISH' "$work/live"; } || [ $tries -gt 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
stop TERM
ok 'text: what changed, and marks' 'code_is 0 && printed "^Changed$" &&
	printed "^  guest 2  *SNP running, ASID 2$" && printed "^  \*  2  *SNP" &&
	printed "^  \*  SNP_LAUNCH_FINISH"'
ok 'text: equal neighbours are one line' 'printed "^  \*  SNP_LAUNCH_UPDATE  *[0-9]*  *0x0000"'
ok 'text: blocks' '[ "$(grep -c "^Sample [0-9]*, " "$out")" -eq "$(grep -c "^$" "$out")" ]'

# ---- it goes, and comes back

machine
watch --json
seen '.sample > 1'
mv "$sim" "$work/away"
ok 'a host that goes is told' 'seen ".result.exit == 4 and (.result.message | length) > 0 and
	.changes == [{\"what\": \"host\", \"before\": \"there\", \"after\": \"gone\"}] and
	.platform == {\"asked\": false} and (has(\"commands\") or has(\"guests\") | not)"'
ok 'once' 'sleep 0.5; jq -se "[.[] | select(.result.exit == 4)] | length > 1 and
	all(.[1:][]; .changes == [])" "$work/live" >"$work/jq"'
mv "$work/away" "$sim"
ok 'and waited for' 'seen ".result.exit == 0 and (.changes | any(.what == \"host\" and .after == \"there\"))"'
act kexec >"$work/acted" 2>&1
ok 'a host that boots anew: its commands from the first on' 'seen "[.commands[].command] |
	index(\"SNP_INIT_EX\") != null and index(\"INIT\") != null"'
stop TERM
ok 'SIGTERM: 0' 'code_is 0'
sim_kept=$sim
sim=$work/none
host monitor --once
ok 'none at the first sample: 4' 'code_is 4 && one_sentence'
sim=$sim_kept
machine
act access=none >"$work/acted"
host monitor
ok 'no access at the first sample: 3' 'code_is 3 && one_sentence'

# ---- the secure processor is given up

machine --snp-guests=1
act timeout=SNP_DF_FLUSH >"$work/acted"
host df-flush
host monitor --count=3 --interval=0.05 --json -v
ok 'the driver is not made to ask again' 'code_is 0 && samples "all(.[]; .platform.psp_dead and
	.platform.snp_state == \"unknown\") and all(.[1:][]; .commands == [])"'
ok 'what timed out has no status' 'samples ".[0].commands | any(.command == \"SNP_DF_FLUSH\" and
	.status == -1 and .errno_name == \"ETIMEDOUT\")"'
machine --snp-guests=1 --no-patch
host monitor --count=2 --interval=0.05 --json
ok 'a stock driver: its own commands, counts, no list' 'code_is 0 && samples "all(.[]; .commands_by ==
	\"monitor\" and [.commands[].command] == [\"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"] and
	.firmware_counts.snp == 1 and .guests == [] and (has(\"driver\") | not) and
	(has(\"commands_lost\") | not))"'
host monitor --once
ok 'and that is said' 'printed "^Commands of others are not seen: there is no /dev/sev-debug"'
act timeout=PLATFORM_STATUS >"$work/acted"
host monitor --count=3 --interval=0.05 --json
ok 'given up: asked once, and not again' 'code_is 0 && samples "[.[].commands | length] == [2, 0, 0] and
	[.[].platform.asked] == [true, false, false] and
	all(.[]; .platform.psp_dead)"'
last='status of the machine'
ok 'nor did it cost a page' '[ "$(act leaked)" = 0 ]'

# ---- on a terminal

machine --snp-guests=30
# terminal ROWS COLUMNS TERM ARG... - what a terminal of that size gets
terminal() {
	rows=$1 columns=$2 term=$3
	shift 3
	last="monitor $* on a terminal ($term)"
	code=0
	TERM=$term timeout 20 script -qec "stty rows $rows cols $columns; '$SEVADM' --device='sim:$sim' monitor \
		--interval=0.1 $*" /dev/null </dev/null >"$out" 2>"$err" || code=$?
	esc=$(printf '\033')
}
if command -v script >/dev/null; then
	terminal 12 50 xterm --count=3 --color=never
	ok 'drawn over the one before' 'code_is 0 && [ "$(grep -c "$esc\[H" "$out")" -eq 3 ] &&
		[ "$(grep -c "$esc\[2J" "$out")" -eq 1 ]'
	ok 'as much as fits' 'printed "^-- [0-9]* more lines --" &&
		[ "$(sed "s/$esc\[H/\n/g; s/$esc\[[0-9;?]*[A-Za-z]//g" "$out" | tr -d "\r" | awk "length > 50" | wc -l)" -eq 0 ] &&
		[ "$(sed -n "1,/more lines/p" "$out" | tail -n +2 | wc -l)" -le 12 ]'
	terminal 60 100 xterm --count=2 --color=always
	ok 'all of it, where there is room' '! printed "more lines" && printed "^  30  *SNP" &&
		printed "$esc\[1mPlatform$esc\[0m"'
	terminal 12 50 dumb --count=2 --color=never
	ok 'TERM=dumb: blocks' 'code_is 0 && ! printed "$esc" && printed "^  30  *SNP" &&
		[ "$(grep -c "^Sample " "$out")" -eq 2 ]'
	terminal 12 50 xterm --once --color=never
	ok '--once: no drawing' 'code_is 0 && ! printed "$esc"'
else
	skip 'on a terminal' 'there is no script(1)'
fi

# ---- mistakes

for words in '--interval=0' '--interval=x' '--interval=1x' '--interval=nan' '--interval=-1' '--interval=1e9' \
	'--count=0' '--count=x' '--count=-1' '--once --count=2' 'surplus' '--dry-run' '--wait=1'; do
	# shellcheck disable=SC2086 # words
	host monitor $words
	ok "refused: $words" 'code_is 64'
done
if [ -w /dev/full ]; then
	code=0
	last='monitor into a full disk'
	timeout 20 "$SEVADM" --device="sim:$sim" monitor --interval=0.05 >/dev/full 2>"$err" || code=$?
	ok 'a full disk ends it' 'code_is 1 && said "write to standard output"'
fi

done_testing
