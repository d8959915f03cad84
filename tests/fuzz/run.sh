#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fuzzers: each over its corpus, and over a number of inputs made of it, the same ones
# each time.  An input that fails is kept beside the program.  TAP.
#   fuzz_dir	where they were built
#   top_srcdir	of the sources
#   FUZZ_SECONDS  as long for each instead, what is found on the way kept and used again
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
fuzz_dir=${fuzz_dir:-tests/fuzz}
LC_ALL=C
export LC_ALL

TMPDIR=$(mktemp -d) || exit 99
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT TERM
n=0
bad=0

# ok NAME COMMAND...: its output where it fails
ok() {
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$TMPDIR/out" 2>&1; then
		echo "ok $n - $name"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $name"
	echo "# ran: $*"
	# by our own engine, by libFuzzer
	sed -n 's/.*its input is kept in /# input: /p; s/.*Test unit written to /# input: /p' "$TMPDIR/out"
	tail -60 "$TMPDIR/out" | sed 's/^/# /'
}

# ---- would they notice?

# finds WORD WHAT OPTION... - what begins with the word fails, and is kept
finds() {
	word=$1 what=$2
	shift 2
	rm -rf "$TMPDIR/kept"
	mkdir "$TMPDIR/kept"
	! "$fuzz_dir/notice" -artifact_prefix="$TMPDIR/kept/" "$@" || return
	# shellcheck disable=SC2086 # * for whatever it was
	grep -q "^$word" "$TMPDIR"/kept/$what-* || {
		echo "not kept, but:"
		ls "$TMPDIR/kept"
		return 1
	}
}

# given WORD WHAT - among the inputs that are there
given() {
	rm -rf "$TMPDIR/one"
	mkdir "$TMPDIR/one"
	echo nothing >"$TMPDIR/one/nothing"
	printf %s "$1" >"$TMPDIR/one/word"
	finds "$1" "$2" -runs=0 -timeout=1 "$TMPDIR/one"
}

has() { nm "$fuzz_dir/notice" | grep -q " __$1_"; }

mkdir "$TMPDIR/near"
printf MUSS >"$TMPDIR/near/word"
ok 'what has no fault passes' "$fuzz_dir/notice" -runs=0 "$TMPDIR/near"
ok 'noticed: what must hold' given MUST crash
ok 'noticed: a signal' given SIGNAL crash
ok 'noticed: what takes too long' given HANG timeout
! has asan || ok 'noticed: a byte too far' given BEYOND crash
! has asan || ok 'noticed: memory that is lost' given LOSE leak
! has ubsan || ok 'noticed: what C does not define' given SHIFT crash
# whichever fault comes first: an engine that looks at what is compared finds any of them
ok 'found: what is one letter off' finds '\(MUST\|SIGNAL\|HANG\|BEYOND\|SHIFT\|LOSE\)' '*' \
	-runs=200000 -seed=1 -timeout=1 "$TMPDIR/near"

# ---- the targets

# fuzz TARGET RUNS
fuzz() {
	corpus=$top_srcdir/tests/fuzz/corpus/$1
	dict=$top_srcdir/tests/fuzz/$1.dict
	set -- "$1" "$2" -timeout=30 -artifact_prefix="$fuzz_dir/$1."
	[ ! -f "$dict" ] || set -- "$@" -dict="$dict"
	target=$1 runs=$2
	shift 2
	if [ -z "${FUZZ_SECONDS-}" ]; then
		ok "$target: its corpus" "$fuzz_dir/$target" "$@" -runs=0 "$corpus"
		ok "$target: $runs inputs made of it" "$fuzz_dir/$target" "$@" -runs="$runs" -seed=1 "$corpus"
		return
	fi
	mkdir -p "$fuzz_dir/found/$target"
	ok "$target: for $FUZZ_SECONDS s" "$fuzz_dir/$target" "$@" -max_total_time="$FUZZ_SECONDS" \
		"$fuzz_dir/found/$target" "$corpus"
	grep -hE '^(Done|stat::number_of_executed_units|[0-9]+ runs)' "$TMPDIR/out" | sed "s/^/# $target: /"
}

fuzz cert 2000
fuzz fault 300
fuzz id 2000
fuzz igvm 5000
fuzz like 200
fuzz owner 20000
fuzz ovmf 2000
fuzz policy 2000
fuzz recording 20000
fuzz report 2000
fuzz script 20000
fuzz sim_file 300
fuzz text 10000
fuzz x509 2000

echo "1..$n"
[ "$bad" -eq 0 ]
