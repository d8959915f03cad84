# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this room, which set $top.

cache=${SEVADM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sevadm}/kernel
quiet='' work=''

die() {
	printf '%s: %s\n' "kernel/${0##*/}" "$1" >&2
	[ $# -lt 2 ] || printf '  %s\n' "${@:2}" >&2
	exit 1
}

say() {
	[ -n "$quiet" ] || printf '%s: %s\n' "kernel/${0##*/}" "$*" >&2
}

bad_usage() {
	printf '%s: %s\n' "kernel/${0##*/}" "$*" >&2
	usage >&2
	exit 64
}

cleanup() {
	[ -z "$work" ] || rm -rf "$work"
}

# A directory appears under its final name only when it is whole.
new_work() {		# beside $1
	mkdir -p "$1"
	work=$(mktemp -d "$1/.tmp.XXXXXX")
	chmod 755 "$work"
}

finish_work() {		# final name $1
	rm -rf "$1"
	mv -T "$work" "$1"
	work=''
}

have_tools() {
	local tool missing=''

	for tool in "$@"; do
		command -v "$tool" >/dev/null || missing="$missing $tool"
	done
	[ -z "$missing" ] || die "not installed:$missing" \
		"the Debian packages needed are listed in ${needs:-kernel/full.packages}"
}

# 16 hex digits over stdin
digest() {
	sha256sum | cut -c 1-16
}

# ------------------------------------------------------------- suites of Debian

# Where to look when the machine's own suites do not have a series: the backports
# of a release that may be newer than this one, and what comes later.
SUITES='trixie-backports forky sid'

# apt in suite $1, with sources and lists of its own; '' is the machine's apt
suite_apt() {		# suite $1, tool $2, argument...
	local suite=$1 tool=$2 dir=$cache/suites/$1
	shift 2
	if [ -z "$suite" ]; then
		"$tool" -q "$@"
	else
		"$tool" -q -o Dir::Etc::sourcelist="$(cat "$dir/sources")" \
			-o Dir::Etc::sourceparts=/dev/null -o Dir::State::Lists="$dir/lists" \
			-o Dir::Cache="$dir/cache" -o Acquire::Languages=none \
			-o APT::Sandbox::User="$(id -un)" "$@"
	fi
}

# A suite that is gone, or that cannot be verified, is no error.
read_suite() {		# suite $1
	local dir=$cache/suites/$1 sources

	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	sources=$("$top/emulator/apt-sources" "$1" "$dir") || return 1
	# binary packages only: the lists of sources are as long again
	sed -i -e '/^deb-src /d' -e 's/^\(Types:\).*/\1 deb/' "$sources"
	printf '%s\n' "$sources" >"$dir/sources"
	say "reading the package lists of $1"
	# several of our scripts may want them at once
	(
		flock 8
		suite_apt "$1" apt-get -o APT::Update::Error-Mode=any update
	) 8>"$dir/lock" >"$dir/log" 2>&1 || {
		say "leaving $1 out: $(grep '^[EW]:' "$dir/log" | head -n 1)"
		return 1
	}
}

# find_in_suites COMMAND...: COMMAND SUITE prints what the suite has, a version
# first, or nothing.  Printed is the newest, and its suite if that is none of the
# machine's own; those go before all others.
find_in_suites() {
	local suite found best='' where=''

	found=$("$@" '')
	if [ -n "$found" ]; then
		printf '%s\n' "$found"
		return 0
	fi
	for suite in $SUITES; do
		read_suite "$suite" || continue
		found=$("$@" "$suite")
		[ -n "$found" ] || continue
		if [ -z "$best" ] ||
		   dpkg --compare-versions "${found%% *}" gt "${best%% *}"; then
			best=$found where=$suite
		fi
	done
	[ -n "$best" ] || return 1
	printf '%s %s\n' "$best" "$where"
}
