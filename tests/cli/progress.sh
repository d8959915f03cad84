#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Progress on standard error: on a terminal a line for each phase, redrawn five times
# a second at most; elsewhere a plain line when a phase is over; none with -q.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
seconds='[0-9]*\.[0-9] s'

# ---- no terminal

machine --snp-guests=2 --sev-guests=1 --leaked-guests=1
host teardown --guests=stop --yes
cat >"$work/phases" <<EOF2
^teardown: ending guests: 4/4 guests, $seconds\$
^teardown: SHUTDOWN: $seconds\$
^teardown: WBINVD: 8/8 CPUs, $seconds\$
^teardown: SNP_DF_FLUSH: $seconds\$
^teardown: SNP_SHUTDOWN_EX: $seconds\$
^teardown: proof: $seconds\$
EOF2
# phases FILE - each line of it, in order, is as wanted, and there is no other
phases() {
	[ "$(wc -l <"$1")" -eq "$(wc -l <"$work/phases")" ] || return
	n=0
	while read -r want; do
		n=$((n + 1))
		sed -n "${n}p" "$1" | grep -q -e "$want" || return
	done <"$work/phases"
}
ok 'a plain line for each phase, in order, and nothing else' 'code_is 0 && phases "$err" &&
	! grep -q "$(printf "[\\033\\r]")" "$err"'
ok 'none of it on standard output' '! printed "^teardown:"'
machine --snp-guests=2 --sev-guests=1
host teardown --guests=decommission --yes
ok 'decommission: SEV guests end in SHUTDOWN, not before' 'said "ending guests: 2/2 guests"'
machine
host teardown
ok 'no guests: no such phase' 'code_is 0 && ! said "ending guests" && said "WBINVD: 8/8 CPUs"'
host teardown
ok 'nothing to do: nothing to show' 'code_is 0 && quiet'
machine --snp-guests=1
host teardown --guests=stop --yes --broadcast
ok '--broadcast: a phase that counts nothing' "said '^teardown: WBINVD_ALL: $seconds\$'"
machine --snp-guests=1
for words in 'teardown --dry-run --guests=stop' 'wbinvd --dry-run' status guests; do
	# shellcheck disable=SC2086
	host $words
	ok "$words: no phases" 'code_is 0 && quiet'
done
host wbinvd --cpus=1-3
ok 'wbinvd: so many as were asked for' 'code_is 0 && said "^wbinvd: WBINVD: 3/3 CPUs, "'
host wbinvd --cpus=1-2 --json
ok 'beside JSON, too' 'code_is 0 && said "^wbinvd: WBINVD: 2/2 CPUs, " && json .'
machine --snp-guests=3
host decommission --all --running --yes
ok 'decommission' 'code_is 0 && said "^decommission: SNP_DECOMMISSION: 3/3 guests, "'
for words in 'df-flush --legacy' 'shutdown --legacy'; do
	# shellcheck disable=SC2086
	host $words
	ok "$words" '[ "$(grep -c "^${words% *}: [A-Z_]*: " "$err")" -eq 1 ]'
done

machine
host kexec --yes --kernel=vmlinuz
ok 'kexec: loading, teardown and jump' 'code_is 0 && [ "$(cut -d: -f2 "$err" | tr -d "\n")" = \
	" KEXEC_FILE_LOAD SHUTDOWN WBINVD SNP_DF_FLUSH SNP_SHUTDOWN_EX proof systemctl kexec" ]'
machine --no-patch --snp-guests=1
host teardown --guests=stop --yes
ok 'without the patch: what kvm_amd does is one phase' 'code_is 0 && [ "$(grep -v warning "$err" |
	cut -d: -f2 | tr -d "\n")" = " ending guests rmmod kvm_amd proof" ]'

# ---- phases that fail

machine --snp-guests=1
act deaf=2 >"$work/acted"
host teardown --guests=stop --yes
ok 'three rounds are three phases each' 'code_is 6 && [ "$(grep -c ": WBINVD: 8/8" "$err")" -eq 3 ] &&
	[ "$(grep -c "^teardown: SNP_DF_FLUSH: failed after $seconds\$" "$err")" -eq 3 ]'
host wbinvd --cpus=0-3 -q
machine --offline=6
host wbinvd --cpus=5-6
ok 'a CPU that did not do it is not counted' 'code_is 1 && said "^wbinvd: WBINVD: 1/2 CPUs, failed after "'
machine --snp-guests=3
act fail=SNP_DECOMMISSION:0x14 >"$work/acted"
host teardown --guests=decommission --yes
ok 'guests that did not end' 'code_is 6 && said "ending guests: 0/3 guests, failed after "'

# ---- -v and -q

machine --snp-guests=2
host teardown --guests=decommission --yes -v
ok '-v: a line for each step besides' 'code_is 0 &&
	said "^teardown: step 1: SIGSTOP pid [0-9]*: done$" && said "SNP_DECOMMISSION guest 1: SUCCESS" &&
	said "SNP_DF_FLUSH: SUCCESS" && [ "$(grep -c "WBINVD CPU [0-7]: done" "$err")" -eq 8 ] &&
	said "^teardown: WBINVD: 8/8 CPUs, "'
machine --snp-guests=2
host teardown --guests=decommission --yes
ok 'and none without' '! said "step "'
for option in -q --quiet '-q -v'; do
	machine --snp-guests=2
	# shellcheck disable=SC2086
	host teardown --guests=stop --yes $option
	ok "$option: no progress, the result all the same" 'code_is 0 && quiet && printed SNP_SHUTDOWN_EX'
done
machine --snp-guests=2
host teardown -q
ok '-q: failures are said' 'code_is 5 && one_sentence'
host teardown --guests=decommission --yes -q
ok '-q: warnings are said' 'code_is 0 && said "warning: " && ! said "teardown: WBINVD"'

# ---- on a terminal

# terminal WORDS... - what it got is in $out, a write a line; what stays is in $work/screen
terminal() {
	last="$* (on a terminal)"
	code=0
	"$python" "$top_srcdir/tests/cli/lib/on_terminal.py" "$SEVADM" --device="sim:$sim" "$@" \
		</dev/null >"$out" 2>"$err" || code=$?
	"$python" -c '
import ast, re, sys
got = "".join(ast.literal_eval(line.split(" ", 1)[1]) for line in open(sys.argv[1]))
# carriage return and erase: the line is written anew
print("\n".join(re.sub(r"^.*\r\x1b\[K", "", line) for line in got.replace("\r\n", "\n").split("\n")),
	end="")' "$out" >"$work/screen"
	cut -d " " -f 2- "$out" | sed "s/^'//; s/'\$//" | tr -d '\n' >"$work/raw"
	redraws=$(grep -o '\\r\\x1b\[K' "$work/raw" | wc -l)
}
if [ -x "$python" ]; then
	machine --snp-guests=2 --sev-guests=1 --leaked-guests=1
	terminal teardown --guests=stop --yes
	ok 'a terminal: in the end a line for each phase, too' 'code_is 0 && phases "$work/screen"'
	ok 'of which each was there from its beginning' '[ "$redraws" -ge 6 ] &&
		grep -q "WBINVD: 0/8 CPUs, 0.0 s" "$work/raw"'
	machine --cpus=1024
	terminal teardown
	ok '1,024 CPUs, done and total' 'code_is 0 && grep -q "WBINVD: 0/1024 CPUs" "$work/raw" &&
		grep -q "^teardown: WBINVD: 1024/1024 CPUs, $seconds$" "$work/screen"'
	# a thousand guests are a thousand times news
	machine --snp-guests=900
	terminal decommission --all --running --yes
	took=$(sed -n 's/.*guests, \([0-9]*\)\.[0-9] s.*/\1/p' "$work/screen")
	ok 'redrawn five times a second at most' 'code_is 0 && [ -n "$took" ] &&
		grep -q "SNP_DECOMMISSION: 900/900 guests" "$work/screen" &&
		[ "$redraws" -le $((5 * (took + 1) + 1)) ]'
	machine --snp-guests=2
	terminal teardown --guests=decommission --yes -v -q
	ok '-q there: only warnings' 'code_is 0 && [ "$redraws" -eq 0 ] && ! grep -q -v warning "$work/screen"'
	machine --snp-guests=2
	terminal teardown --guests=decommission --yes -v
	ok '-v there: steps and phases, each a whole line' 'code_is 0 &&
		[ "$(grep -c "^teardown: step [0-9]*: " "$work/screen")" -ge 14 ] &&
		[ "$(grep -c "^teardown: [A-Za-z_ ]*: \([0-9/]* [A-Za-z]*, \)\?$seconds$" "$work/screen")" -eq 6 ]'
	machine --snp-guests=1
	act fail=SNP_DF_FLUSH:0x13 >"$work/acted"
	terminal teardown --guests=stop --yes
	ok 'a failure is a line of its own, behind its phase' 'code_is 6 &&
		grep -q "^teardown: SNP_DF_FLUSH: failed after $seconds$" "$work/screen" &&
		grep -q "^sevadm: teardown: SNP_DF_FLUSH: firmware refused" "$work/screen"'
else
	skip 'on a terminal' 'there is no python3'
fi

done_testing
