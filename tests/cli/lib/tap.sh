# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the scripts of tests/cli share.  Wanted of the caller: SEVADM, the
# program, and top_srcdir; a script run by hand finds both.
#
#	. "$(dirname "$0")/lib/tap.sh"
#	run status --json
#	ok 'status says JSON' 'code_is 0 && json ".schema == 1"'
#	done_testing
#
# ok evaluates its second argument: predicates below, joined by && and !.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
SEVADM=${SEVADM:-$top_srcdir/build/check/sevadm}
export SEVADM top_srcdir
LC_ALL=C
export LC_ALL
unset NO_COLOR

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
out=$work/out
err=$work/err
sim=$work/host.sim
tap_n=0
tap_bad=0
code=0

# run ARG... - the program, nobody at its standard input
run() {
	last=$*
	code=0
	"$SEVADM" "$@" </dev/null >"$out" 2>"$err" || code=$?
}

# host ARG... - the program on the simulated host of this script
host() {
	run --device="sim:$sim" "$@"
}

# machine OPTION... - a new simulated host in its place
machine() {
	"$SEVADM" sim create --force "$sim" "$@" >"$work/create" 2>&1 || {
		echo "# sim create $*: $(cat "$work/create")"
		exit 99
	}
}

# act ACTION... - let it happen; prints the numbers
act() {
	"$SEVADM" sim act "$sim" "$@" 2>"$work/act" || {
		echo "# sim act $*: $(cat "$work/act")" >&2
		exit 99
	}
}

# ok NAME CONDITION
ok() {
	tap_n=$((tap_n + 1))
	if eval "$2"; then
		echo "ok $tap_n - $1"
		return
	fi
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $1"
	echo "# wanted: $2"
	echo "# ran: sevadm ${last-}: exit $code"
	sed 's/^/# out: /' "$out" | head -40
	sed 's/^/# err: /' "$err" | head -20
}

# skip NAME WHY
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

done_testing() {
	echo "1..$tap_n"
	[ "$tap_bad" -eq 0 ] || exit 1
	exit 0
}

# ---- predicates on the last run

code_is() { [ "$code" -eq "$1" ]; }

# standard error and standard output, by basic regular expression
said() { grep -q -e "$1" "$err"; }
printed() { grep -q -e "$1" "$out"; }
silent() { [ ! -s "$out" ]; }
quiet() { [ ! -s "$err" ]; }

# json FILTER - true of the one object on standard output
json() {
	[ "$(jq -s length "$out" 2>/dev/null)" = 1 ] && jq -e "$1" "$out" >/dev/null
}

# with_flipped FILE OFFSET - its bytes, of that one the lowest bit the other way round
with_flipped() {
	head -c "$2" "$1"
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %03o $(($(od -An -tu1 -j "$2" -N 1 "$1") ^ 1)))"
	tail -c +"$(($2 + 2))" "$1"
}

# One complaint in the program's name, and no more than one line of advice
one_sentence() {
	[ "$(grep -c '^sevadm' "$err")" -eq 1 ] && [ "$(wc -l <"$err")" -le 2 ]
}

# A complaint about the command line, as argp or we make it
usage_error() {
	code_is 64 && silent && [ "$(grep -c '^sevadm[a-z -]*: ' "$err")" -eq 1 ]
}

# steps - one word for each, as tests/host/lib/steps.sh has it, from JSON
steps() {
	jq -r '[.steps[] | select(.command != "SNP_PAGE_RECLAIM") | .command +
		(if .errno != 0 and (.status // -1) <= 0 then "!" + .errno_name
		 elif has("status") then "=" + (.status | tostring) else "" end)] as $s |
		reduce $s[] as $x ([]; if $x == "WBINVD" and (.[-1] // "" | startswith("WBINVDx"))
			then .[-1] = "WBINVDx" + (.[-1][7:] | tonumber + 1 | tostring)
			elif $x == "WBINVD" then . + ["WBINVDx1"] else . + [$x] end) | join(" ")' "$out"
}

# steps_are WORDS
steps_are() {
	[ "$(steps)" = "$1" ] || {
		echo "# steps: $(steps)"
		return 1
	}
}

# ---- has the machine changed?

# What the machine holds, but for its clock, which goes on with every question
state_of() {
	"$SEVADM" --porcelain sim show "$sim" | grep -v '^machine.uptime_ns'
}

keep() {
	state_of >"$work/kept"
	sha256sum <"$sim" >"$work/kept.sum"
}

# nothing that anybody holds has changed
unchanged() {
	state_of >"$work/now"
	[ -s "$work/now" ] && diff -u "$work/kept" "$work/now" >"$work/diff" && return
	sed 's/^/# /' "$work/diff"
	return 1
}

# not a byte of the file has changed: it was not even opened
untouched() { [ "$(sha256sum <"$sim")" = "$(cat "$work/kept.sum")" ]; }
