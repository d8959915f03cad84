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
