#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The forms of the result: one JSON shape for all commands that issue firmware
# commands, frozen columns of porcelain, text with and without colour,
# and a standard output that cannot be written.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
esc=$(printf '\033')

# ---- JSON: the same members everywhere

# The whole shape: members, their types, those of plan, steps and result
shape='
def typed($o; $k; $t): ($o | has($k)) and ($o[$k] | type) == $t;
def maybe($o; $k; $t): ($o | has($k) | not) or ($o[$k] | type) == $t;
typed(.; "schema"; "number") and .schema == 1 and typed(.; "command"; "string") and
typed(.; "simulated"; "boolean") and typed(.; "dry_run"; "boolean") and
(if has("host") then .host | (typed(.; "kernel"; "string") and typed(.; "cpus_present"; "string") and
	typed(.; "cpus_online"; "string") and maybe(.; "cpus_offline"; "string") and
	typed(.; "sev_debug"; "boolean")) else .steps == [] end) and
typed(.; "plan"; "array") and typed(.; "steps"; "array") and typed(.; "warnings"; "array") and
all(.warnings[]; type == "string") and
all(.plan[]; typed(.; "command"; "string") and typed(.; "count"; "number") and
	typed(.; "why"; "string") and maybe(.; "guest"; "number") and has("guest") == has("asid") and
	typed(.; "step"; "number")) and
all(.plan[] | keys[]; IN("command", "guest", "asid", "count", "why", "step")) and
typed(.; "plan_edges"; "array") and
all(.plan_edges[]; typed(.; "step"; "number") and typed(.; "after"; "number") and
	maybe(.; "status"; "number") and typed(.; "why"; "string")) and
all(.plan_edges[] | keys[]; IN("step", "after", "status", "status_name", "told_by", "why")) and
all(.steps[]; typed(.; "command"; "string") and typed(.; "errno"; "number") and
	typed(.; "duration_ns"; "number") and maybe(.; "guest"; "number") and
	maybe(.; "asid"; "number") and maybe(.; "pid"; "number") and maybe(.; "cpu"; "number") and
	maybe(.; "count"; "number") and maybe(.; "status"; "number") and
	maybe(.; "status_name"; "string") and has("status") == has("status_name") and
	maybe(.; "errno_name"; "string") and (.errno != 0) == has("errno_name") and
	maybe(.; "reason"; "string") and maybe(.; "fw_ext"; "string") and
	maybe(.; "core"; "number") and maybe(.; "ccx"; "number") and maybe(.; "socket"; "number")) and
all(.steps[] | keys[]; IN("command", "guest", "asid", "pid", "cpu", "count", "status",
	"status_name", "errno", "errno_name", "reason", "duration_ns", "fw_ext",
	"core", "ccx", "socket")) and
(.result | typed(.; "done"; "boolean") and typed(.; "exit"; "number") and
	typed(.; "message"; "string") and .done == (.exit == 0) and
	maybe(.; "status"; "number") and maybe(.; "status_name"; "string") and
	maybe(.; "fw_ext"; "string") and (.done or (.message | length) > 0)) and
all(.result | keys[]; IN("done", "exit", "message", "remedy", "errno", "errno_name", "status",
	"status_name", "fw_ext"))'

# shaped NAME WORDS... - the last run; its exit code is the result's
shaped() {
	ok "$1: one object of the one shape" 'json "$shape" &&
		[ "$(jq .result.exit "$out")" -eq "$code" ]'
}

machine --snp-guests=2 --sev-guests=1 --sev-es-guests=1 --leaked-guests=1 --launching-guests=1 \
	--offline=5
for words in status guests 'guests --status' 'wbinvd --dry-run' wbinvd 'wbinvd --jobs=2 --cpus=0-2' \
	'wbinvd --cpus=5' 'wbinvd --broadcast' 'df-flush --dry-run' df-flush 'df-flush --legacy' \
	'shutdown --dry-run' shutdown 'shutdown --legacy' 'shutdown --strict' init 'init --dry-run' \
	'decommission 99 --yes' 'decommission 1' 'decommission 1 --yes' \
	'decommission --all --dry-run' 'decommission 1 --running --yes' teardown \
	'teardown --dry-run' 'teardown --guests=stop' 'teardown --guests=stop --dry-run' \
	'teardown --guests=decommission --dry-run' 'teardown --guests=decommission --yes' \
	teardown status guests shutdown; do
	# shellcheck disable=SC2086 # words
	host --json $words
	shaped "$words"
	name=${words%% *}
	ok "$words: says what it is and where" \
		"json '.command == \"$name\" and .simulated and (.host or .result.exit == 64)'"
	case $words in
	*--dry-run) ok "$words: plan, no change" 'json ".dry_run and
		all(.steps[]; .command | IN(\"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"))"' ;;
	esac
done
machine --snp-guests=1 --no-patch
for words in status guests 'guests --status' wbinvd df-flush shutdown init 'decommission --all --yes' \
	'teardown --guests=stop --yes'; do
	# shellcheck disable=SC2086
	host --json $words
	shaped "no patch: $words"
	# shellcheck disable=SC2086
	run --device="sim:$work/none" --json $words
	shaped "no host: $words"
	ok "no host: $words: done false, exit 4" 'json ".result.done == false and .result.exit == 4 and
		.result.message != \"\" and (has(\"host\") | not)"'
	# shellcheck disable=SC2086
	run --json $words
	shaped "this machine: $words"
	ok "this machine: $words: not simulated" 'json ".simulated == false"'
done

machine --snp-guests=1 --sev-guests=1 --offline=5
host --json guests
ok 'numbers are numbers, masks are strings' 'json ".guests[0] |
	(.id | type) == \"number\" and (.asid | type) == \"number\" and (.pid | type) == \"number\" and
	(.age_ns | type) == \"number\" and .policy == \"0x30000\" and .held == true and
	.kind == \"SNP\" and .state == \"running\""'
host --json status
ok 'the firmware by name and by number' 'json ".snp.state == \"INIT\" and .snp.state_raw == 1 and
	.sev.state == \"WORKING\" and .sev.state_raw == 2 and (.current_tcb.raw | startswith(\"0x\")) and
	(.current_tcb.microcode | type) == \"number\" and .driver.snp_guests == 1 and
	.driver.sev_guests == 1 and .host.cpus_offline == \"5\""'
host --json teardown --guests=stop --yes
ok 'a WBINVD for each CPU, in order' 'json "[.steps[] | select(.command == \"WBINVD\") | .cpu] ==
	([0, 1, 2, 3, 4, 6, 7] | . + . + .)"'
ok 'a refusal: the status by number and by name, and in the result' 'code_is 6 &&
	json ".steps[-1] == (.steps[-1] + {\"command\": \"SNP_DF_FLUSH\", \"status\": 14,
		\"status_name\": \"WBINVD_REQUIRED\", \"errno\": 5, \"errno_name\": \"EIO\"}) and
	.result.status == 14 and .result.status_name == \"WBINVD_REQUIRED\" and
	(.result.message | contains(\"CPU 5\")) and (.result.remedy | contains(\"online\"))"'
ok 'as on standard error' '[ "$(jq -r .result.message "$out")" = \
	"$(sed -n "s/^sevadm: teardown: \(SNP_DF.*\)/\1/p" "$err")" ] &&
	[ "$(jq -r .result.remedy "$out")" = "$(tail -1 "$err")" ]'
run explain 15 --json
ok 'explain' 'json ".command == \"explain\" and .explanation.status == 15 and
	.explanation.name == \"DFFLUSH_REQUIRED\" and .result.done and (has(\"simulated\") | not)"'
run explain -- -1 --json
run --json explain -- -1
ok 'explain -1' 'json ".explanation.status == -1 and .explanation.name == \"NO_FW_CALL\""'

# ---- porcelain: columns that scripts count on

# columns KEY NUMBER - of every such line of the last run, of which there are some
columns() {
	awk -F '\t' -v key="$1" -v n="$2" '$1 == key { seen++; if (NF != n) bad++ }
		END { exit !seen || bad }' "$out"
}
machine --snp-guests=2 --sev-guests=1 --leaked-guests=1
host --porcelain guests
ok 'porcelain: guests have 17 columns' 'code_is 0 && columns guests 17'
ok 'their order is id, kind, ASID, state, policy, words, pid, process, held, age; the rest empty' \
	'grep -q "^guests	1	SNP	1	running	0x30000	[^	]*	[0-9]*	qemu-system-x86	yes	[0-9]*						$" "$out"'
ok 'porcelain: processes have 8 columns' 'columns processes 8'
ok 'porcelain: warnings have 2' 'columns warnings 2'
host --porcelain status
ok 'porcelain: everything else is a key and a value' \
	'awk -F "\t" "\$1 != \"steps\" && NF != 2 { bad++ } END { exit bad }" "$out"'
for line in 'schema	1' 'command	status' 'simulated	yes' 'snp.state	INIT' 'sev.state	WORKING' \
	'driver.leaked_pages	0' 'host.cpus_online	0-7' 'result.done	yes' 'result.exit	0'; do
	ok "porcelain: $line" 'grep -qx "$line" "$out"'
done
host --porcelain teardown --guests=stop --dry-run
ok 'porcelain: plan has 7 columns' 'code_is 0 && columns plan 7'
ok 'porcelain: plan_edges have 7' 'columns plan_edges 7'
host --porcelain teardown --guests=decommission --yes
ok 'porcelain: steps have 17 columns' 'code_is 0 && columns steps 17'
ok 'a decommission: guest, ASID, status, name, errno' \
	'grep -q "^steps	SNP_DECOMMISSION	1	1				0	SUCCESS	0			[0-9]*				$" "$out"'
ok 'a WBINVD: its CPU, no status' 'grep -q "^steps	WBINVD				7				0			[0-9]*		[0-9]*	0	0$" "$out"'
ok 'a signal: its process' 'grep -q "^steps	SIGSTOP			[0-9]*					0			[0-9]*				$" "$out"'
for generation in milan genoa turin; do
	machine --generation=$generation --snp-guests=1
	host --json status
	case $generation in
	turin*) wanted='(.current_tcb | has("fmc")) and .snp.feature_info' ;;
	*) wanted='(.current_tcb | has("fmc") | not) and (.snp.feature_info | not)' ;;
	esac
	ok "generation $generation: the TCB by its layout" 'code_is 0 && json "$wanted"'
	run sim create --force "$sim" --generation=$generation --sev-guests=600
	case $generation in
	milan*) ok 'milan: no more guests than ASIDs' 'code_is 64 && said "at most 509"' ;;
	*) ok "$generation: as many as ASIDs" 'code_is 0' ;;
	esac
done
run sim create --force "$sim" --generation=naples
ok 'no other generation' 'code_is 64 && said "milan, genoa or turin"'
machine --sev-guests=1
host --porcelain shutdown --legacy
ok 'a refusal of the driver: -1, NO_FW_CALL, errno, its name, the reason' \
	'grep -q "^steps	SHUTDOWN						-1	NO_FW_CALL	16	EBUSY	guests are alive	0				$" "$out"'
ok 'the end: no, the code, the sentence, the remedy, the errno' 'grep -qx "result.done	no" "$out" &&
	grep -qx "result.exit	5" "$out" && grep -q "^result.message	SHUTDOWN: " "$out" &&
	grep -q "^result.remedy	See" "$out" && grep -qx "result.errno_name	EBUSY" "$out"'
machine --snp-guests=20
host --json teardown
cp "$out" "$work/json"
host --porcelain teardown
ok 'a long sentence is whole in both' '[ "$(jq -r .result.message "$work/json")" = \
	"$(sed -n "s/^result.message	//p" "$out")" ]'
run --porcelain sim act "$sim" snp leaked
ok 'porcelain: actions have 3 columns' 'columns actions 3'
run --porcelain sim show "$sim"
ok 'porcelain: guests of sim show have 13' 'columns guests 13'

# ---- text

machine --snp-guests=1
host status
ok 'text says that the host is simulated' 'printed "^Simulated host $sim$"'
ok 'and nothing of colour' '! printed "$esc"'
host status --color=always
ok '--color=always: headings in bold' 'printed "$esc\[1mSEV-SNP$esc\[0m"'
NO_COLOR=1
export NO_COLOR
host status --color=always
ok '--color is stronger than NO_COLOR' 'printed "$esc\[1m"'
unset NO_COLOR
host status --color=always --json
ok 'no colour in JSON' '! printed "$esc" && json .'
host status --color=always --porcelain
ok 'nor in porcelain' '! printed "$esc"'

# on a terminal of its own: terminal WORDS...; what it showed is in $out
terminal() {
	last="$* (on a terminal)"
	script -qec "\"$SEVADM\" --device=\"sim:$sim\" $*" /dev/null </dev/null >"$out" 2>"$err"
	code=$?
}
if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	terminal status
	ok 'a terminal: headings in bold' 'code_is 0 && printed "$esc\[1mSEV-SNP"'
	terminal status --color=never
	ok '--color=never there' 'code_is 0 && ! printed "$esc\["'
	NO_COLOR=1 terminal status
	ok 'NO_COLOR there' 'code_is 0 && ! printed "$esc\["'
	NO_COLOR='' terminal status
	ok 'an empty NO_COLOR does not count' 'printed "$esc\[1m"'
else
	skip 'a terminal: headings in bold' 'script(1) makes none'
fi

# ---- WBINVDs in the table

machine --snp-guests=2
host teardown --guests=decommission --yes
ok 'in the table WBINVDs that went well are one line' '[ "$(grep -c "WBINVD  *0-7" "$out")" -eq 1 ] &&
	[ "$(grep -c "^  WBINVD" "$out")" -eq 1 ]'
machine --snp-guests=2
host teardown --guests=decommission --yes -v
ok '-v: each WBINVD a line of progress, in the table each core complex' 'code_is 0 &&
	[ "$(grep -c "WBINVD CPU [0-7]: done" "$err")" -eq 8 ] &&
	[ "$(grep -c "^  WBINVD  " "$out")" -eq 1 ] && printed "COMMAND.* CCX  *SOCKET"'
machine --cpus=16 --cores-per-ccx=2 --sockets=2
host wbinvd -v -q
ok '-v: the CPUs of each complex, siblings too' 'code_is 0 && printed "WBINVD  *0-1,8-9  *4 .* 0 *0$" &&
	printed "WBINVD  *2-3,10-11  *4 .* 1 *0$" && printed "WBINVD  *6-7,14-15  *4 .* 3 *1$"'
host wbinvd -vv -q
ok '-vv: each CPU, with its core' 'code_is 0 && [ "$(grep -c "^  WBINVD  " "$out")" -eq 16 ] &&
	printed "COMMAND.* CORE  *CCX  *SOCKET" && printed "WBINVD  *15  .* 3  *3  *1$"'
host wbinvd --json
ok 'JSON: core, ccx and socket of each' 'code_is 0 &&
	json ".steps[] | select(.cpu == 9) | .core == 1 and .ccx == 0 and .socket == 0"'
for option in -q --quiet; do
	machine --snp-guests=2
	host teardown --guests=stop --yes $option
	ok "$option: no progress, the result all the same" 'code_is 0 && quiet && printed SNP_SHUTDOWN_EX'
done
machine --snp-guests=2
host teardown -q
ok '-q: failures are said' 'code_is 5 && one_sentence'
host teardown --guests=decommission --yes -q
ok '-q: warnings are said' 'code_is 0 && said "warning: " && ! said "step "'

# ---- standard output that cannot be written

if [ -c /dev/full ]; then
	machine
	for words in --help --usage --version 'teardown --help' 'wbinvd --version' 'explain 15' \
		'explain 15 --json' status 'status --json' 'guests --porcelain' 'wbinvd -q' \
		'teardown -q' "sim show $sim" "sim show $sim --json" "sim act $sim snp"; do
		code=0
		# shellcheck disable=SC2086
		"$SEVADM" --device="sim:$sim" $words </dev/null >/dev/full 2>"$err" || code=$?
		last="$words >/dev/full"
		: >"$out"
		ok "${words%% /*} >/dev/full" 'code_is 1 && [ "$(wc -l <"$err")" -eq 1 ] &&
			said "^sevadm: write to standard output: No space left"'
	done
	code=0
	"$SEVADM" explain nonsense </dev/null >/dev/full 2>"$err" || code=$?
	ok 'a usage error stays one: nothing was to be written' 'code_is 64'
fi
code=0
"$SEVADM" explain 15 </dev/null >&- 2>"$err" || code=$?
last='explain 15 >&-'
ok 'standard output closed' 'code_is 1 && said "write to standard output"'

done_testing
