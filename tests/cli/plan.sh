#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The plan of a teardown and its order: one graph in four forms, the statuses it
# speaks of, and that nothing is changed by it.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
reader=$top_srcdir/tests/cli/lib/graph.py
python=/usr/bin/python3

# edge AFTER STEP TOLD-BY STATUS - of commands; - for "no status": every such pair has it
edge() {
	json "[.plan[]] as \$p | [.plan_edges[] | select(\$p[.after - 1].command == \"$1\" and
		\$p[.step - 1].command == \"$2\")] | length > 0 and
		all(.[]; (.told_by // \"-\") == \"$3\" and (.status_name // \"-\") == \"$4\" and
			has(\"status\") == (\"$4\" != \"-\") and (.why | length) > 0)"
}
no_edge() {
	json "[.plan[]] as \$p | all(.plan_edges[]; \$p[.after - 1].command != \"$1\" or
		\$p[.step - 1].command != \"$2\")"
}
# what has to be so of every plan
sound() {
	json '.plan as $p | [.plan[].step] == [range(1; ($p | length) + 1)] and
		all(.plan_edges[]; .after >= 1 and .after < .step and .step <= ($p | length)) and
		([.plan_edges[] | [.after, .step]] | length == (unique | length)) and
		all(.plan_edges[]; has("told_by") == has("status") and has("status") == has("status_name"))'
}

# ---- what has to come before what

machine --snp-guests=2 --sev-guests=1 --leaked-guests=1
keep
host teardown --guests=decommission --plan=json
ok '--plan=json: a dry run' 'code_is 0 && sound && unchanged && json ".dry_run and .steps == [] and
	.result.message == \"Nothing was changed\""'
ok 'a guest is decommissioned after its VMM stood still: no status tells' \
	'edge SIGSTOP SNP_DECOMMISSION - -'
ok 'and so is SHUTDOWN' 'edge SIGSTOP SHUTDOWN - -'
ok 'WBINVD after SNP_DECOMMISSION: the flush tells' \
	'edge SNP_DECOMMISSION WBINVD SNP_DF_FLUSH WBINVD_REQUIRED'
ok 'WBINVD after SHUTDOWN: the flush tells' 'edge SHUTDOWN WBINVD SNP_DF_FLUSH WBINVD_REQUIRED'
ok 'SNP_DF_FLUSH after WBINVD' 'edge WBINVD SNP_DF_FLUSH SNP_DF_FLUSH WBINVD_REQUIRED'
ok 'SNP_SHUTDOWN_EX after SNP_DF_FLUSH' \
	'edge SNP_DF_FLUSH SNP_SHUTDOWN_EX SNP_SHUTDOWN_EX DFFLUSH_REQUIRED'
ok 'SNP_SHUTDOWN_EX after SNP_DECOMMISSION' \
	'edge SNP_DECOMMISSION SNP_SHUTDOWN_EX SNP_SHUTDOWN_EX DFFLUSH_REQUIRED'
ok 'SNP_SHUTDOWN_EX after SHUTDOWN' \
	'edge SHUTDOWN SNP_SHUTDOWN_EX SNP_SHUTDOWN_EX INVALID_PLATFORM_STATE'
ok 'the proofs: no status tells' 'edge SHUTDOWN PLATFORM_STATUS - - &&
	edge SNP_SHUTDOWN_EX SNP_PLATFORM_STATUS - -'
ok 'SNP guests and SHUTDOWN know no order' 'no_edge SNP_DECOMMISSION SHUTDOWN'
ok 'a status is also a number' 'json "[.plan_edges[].status | select(.)] | unique == [1, 14, 15]"'
ok 'three guests: three edges into WBINVD, three into the end' 'json "[.plan[]] as \$p |
	[.plan_edges[] | select(\$p[.after - 1].command == \"SNP_DECOMMISSION\")] | length == 6"'

host teardown --guests=stop --plan=json
ok '--guests=stop: SIGTERM first; what it leaves is decommissioned' 'code_is 0 && sound &&
	edge SIGTERM SNP_DECOMMISSION - - && edge SIGTERM SHUTDOWN - - &&
	edge SIGTERM WBINVD SNP_DF_FLUSH WBINVD_REQUIRED &&
	edge SIGTERM SNP_SHUTDOWN_EX SNP_SHUTDOWN_EX DFFLUSH_REQUIRED'
host teardown --guests=stop --broadcast --plan=json
ok '--broadcast: the same of WBINVD_ALL' 'sound && edge SHUTDOWN WBINVD_ALL SNP_DF_FLUSH WBINVD_REQUIRED &&
	edge WBINVD_ALL SNP_DF_FLUSH SNP_DF_FLUSH WBINVD_REQUIRED'
host shutdown --dry-run --json
ok 'shutdown has an order, too' 'code_is 0 && sound &&
	edge SHUTDOWN SNP_SHUTDOWN_EX SNP_SHUTDOWN_EX INVALID_PLATFORM_STATE'
host df-flush --dry-run --json
ok 'a single step has none' 'json ".plan_edges == []" && sound'

# ---- in text and porcelain

host teardown --guests=decommission --plan=text
cp "$out" "$work/text"
ok '--plan=text: like guests are one line' 'code_is 0 && unchanged && printed "^Order$" &&
	printed "^  2-4 *1 *no status tells " && printed "^  6 *2-4 *SNP_DF_FLUSH: WBINVD_REQUIRED (0x000e)"'
host teardown --guests=decommission --dry-run
ok 'as --dry-run prints it' 'cmp -s "$out" "$work/text"'
host teardown --guests=decommission --dry-run --porcelain
ok 'porcelain: the number of a step is the last of 7 fields' '[ "$(awk -F "\t" \
	"\$1 == \"plan\" { if (NF != 7 || \$7 != ++n) bad++ } END { print n, bad + 0 }" "$out")" = "10 0" ]'
ok 'porcelain: plan_edges: step, after, status, name, who tells, why' \
	'grep -q "^plan_edges	6	5	14	WBINVD_REQUIRED	SNP_DF_FLUSH	a SEV guest " "$out" &&
	grep -q "^plan_edges	2	1				a vCPU " "$out"'

# ---- as a picture

pictures() {
	# shellcheck disable=SC2086 # an option, or none
	host teardown $1 --plan=json
	cp "$out" "$work/plan.json"
	shown=$(printf '%s\n' "$sim" | sed 's/\\/\\x5c/')
	for kind in dot mermaid; do
		# shellcheck disable=SC2086
		host teardown $1 --plan=$kind
		cp "$out" "$work/plan.$kind"
		if [ -x "$python" ]; then
			ok "$kind, $2: what the plan has, and nothing else" 'quiet &&
				"$python" "$reader" $kind "$work/plan.$kind" "$work/plan.json" >"$work/title"'
			ok "$kind, $2: says that the host is simulated" \
				'[ "$(cut -d: -f1 "$work/title")" = "sevadm teardown, simulated host $shown" ]'
		else
			skip "$kind, $2" 'there is no python3'
		fi
	done
	if command -v dot >/dev/null; then
		ok "dot, $2: graphviz takes it" 'dot -Tplain "$work/plan.dot" >"$work/plain" 2>"$work/said" &&
			[ ! -s "$work/said" ] &&
			[ "$(grep -c "^node " "$work/plain")" -eq "$(jq ".plan | length" "$work/plan.json")" ] &&
			[ "$(grep -c "^edge " "$work/plain")" -eq "$(jq ".plan_edges | length" "$work/plan.json")" ]'
	else
		skip "dot, $2: graphviz takes it" 'there is no graphviz'
	fi
}
pictures --guests=decommission 'guests decommissioned'
pictures --guests=stop 'guests stopped'
ok 'no picture changes anything' 'unchanged'
machine
pictures '' 'no guests'
host teardown
pictures '' 'down already'
ok 'and it says so' 'grep -q "nothing to do" "$work/plan.dot" && grep -q "nothing to do" "$work/plan.mermaid"'
kept_sim=$sim
sim="$work/a \"quote\", a \\ and <b>#1&\`.sim"
machine --snp-guests=1
pictures --guests=stop 'a name with all that needs escaping'
sim=$kept_sim

# ---- the parts that refuse: a reader that took anything would prove nothing

if [ -x "$python" ]; then
	machine --snp-guests=1
	host teardown --guests=stop --plan=json
	cp "$out" "$work/plan.json"
	for kind in dot mermaid; do
		host teardown --guests=stop --plan=$kind
		for change in '/s2 /d' 's/SNP_DF_FLUSH:/SNP_DF_FLUSH;/' '$d' 's/"//' '3s/$/x/' \
			's/0x000e/0x000f/' 's/-> s\|| s/&9/'; do
			sed "$change" "$out" >"$work/broken"
			ok "$kind: noticed: $change" '! "$python" "$reader" $kind "$work/broken" \
				"$work/plan.json" >"$work/said" 2>&1'
		done
	done
fi

# ---- a plan that may not be carried out is shown all the same

machine --snp-guests=1
keep
host teardown --plan=dot
ok 'guests are alive: the picture, and exit 5' 'code_is 5 && one_sentence && printed "^digraph" &&
	said "1 guest is alive" && unchanged'
run --device="sim:$work/none" teardown --plan=dot
ok 'no host: no picture' 'code_is 4 && silent && one_sentence'
host teardown --guests=stop --plan=mermaid --yes
ok '--yes does not make it act' 'code_is 0 && printed "^flowchart TD$" && unchanged'
host teardown --guests=stop --plan=dot --dry-run
ok '--dry-run beside it is no mistake' 'code_is 0 && printed "^digraph" && unchanged'
keep
for value in '' x DOT dots; do
	host teardown --plan="$value"
	ok "--plan='$value'" 'usage_error && said "--plan takes" && untouched'
done
for words in '--json --plan=dot' '--plan=text --json' '--porcelain --plan=json' '--porcelain --plan=mermaid'; do
	# shellcheck disable=SC2086
	host teardown $words
	ok "$words" 'code_is 64 && said "two forms of the result at once" && untouched'
done
host teardown --json --plan=json
ok '--json --plan=json is one form' 'code_is 5 && json ".dry_run"'
host teardown --plan=json --jobs=x
ok 'a usage error with --plan=json is JSON' 'code_is 64 && json ".result.exit == 64"'
host status --plan=dot
ok 'what has no plan does not know it' 'usage_error'

# ---- a kexec's: with its image and the jump

machine --snp-guests=1
keep
host kexec --guests=stop --kernel=x --plan=json
ok 'kexec --plan=json: the image comes first, the jump last' 'code_is 0 && sound && unchanged &&
	json ".dry_run and .plan[0].command == \"KEXEC_FILE_LOAD\" and
	.plan[-1].command == \"systemctl kexec\""'
ok 'the jump comes after both proofs and the image' 'json "[.plan[]] as \$p | [.plan_edges[] |
	select(.step == (\$p | length)) | \$p[.after - 1].command] | sort ==
	[\"KEXEC_FILE_LOAD\", \"PLATFORM_STATUS\", \"SNP_PLATFORM_STATUS\"]"'
host kexec --guests=stop --kernel=x --plan=dot
ok 'kexec --plan=dot' 'code_is 0 && printed "^digraph" && printed "systemctl kexec" && unchanged'
host kexec --plan=mermaid
ok 'where a check forbids it: the picture, and exit 2' 'code_is 2 && printed "^flowchart TD$" &&
	said "must not kexec" && unchanged'

# ---- what it says of the firmware is so

# answers COMMAND STATUS - the last step of the last run
answers() { json ".steps[-1].command == \"$1\" and .steps[-1].status_name == \"$2\""; }
machine --snp-guests=1
host wbinvd --json
host decommission --all --running --yes --json
host df-flush --json
ok 'WBINVD before SNP_DECOMMISSION: WBINVD_REQUIRED at the flush' \
	'code_is 6 && answers SNP_DF_FLUSH WBINVD_REQUIRED'
machine --sev-guests=1
host shutdown --legacy --live --yes --json
host shutdown --strict --json
ok 'SNP_SHUTDOWN_EX before SNP_DF_FLUSH: DFFLUSH_REQUIRED' \
	'code_is 6 && answers SNP_SHUTDOWN_EX DFFLUSH_REQUIRED'
host df-flush --json
host shutdown --strict --json
ok 'after it: done' 'code_is 0 && answers SNP_SHUTDOWN_EX SUCCESS'
machine --snp-guests=1
host shutdown --legacy --live --yes --json
host wbinvd --json
host df-flush --json
ok 'with a guest active the flush is good' 'code_is 0 && answers SNP_DF_FLUSH SUCCESS'
host shutdown --strict --live --yes --json
ok 'and SNP_SHUTDOWN_EX answers DFFLUSH_REQUIRED' 'code_is 6 && answers SNP_SHUTDOWN_EX DFFLUSH_REQUIRED'

done_testing
