# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the rules of the tree share: TAP, and a directory to work in.  Sourced by
# each of them:
#   . "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
#	top_srcdir	of the sources; absolute from here on
#	tmp		the directory, which goes in the end
set -u
LC_ALL=C
export LC_ALL
top_srcdir=$(realpath "${top_srcdir:-$(dirname "$0")/../..}") || exit 99
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

cases=0 failures=0

# tell NAME STATUS - one case, good if STATUS is 0; else $tmp/said says why
tell() {
	cases=$((cases + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $cases - $1"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $1"
		head -n 60 "$tmp/said" | sed 's/^/# /'
	fi
}

# result NAME - good if nothing was said about it (standard input).  At the end of a
# pipe it counts in bash with lastpipe only.
result() {
	cat >"$tmp/said"
	[ ! -s "$tmp/said" ]
	tell "$1" $?
}

# ok NAME COMMAND... - good if that succeeds
ok() {
	ok_name=$1
	shift
	"$@" >"$tmp/said" 2>&1
	tell "$ok_name" $?
}

# skip NAME WHY
skip() {
	cases=$((cases + 1))
	echo "ok $cases - $1 # SKIP $2"
}

# finish - the plan, and the exit status of the script
finish() {
	echo "1..$cases"
	[ "$failures" -eq 0 ]
}
