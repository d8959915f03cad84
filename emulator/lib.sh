# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Shared by emulator/build and emulator/run, which set $top.

cache=${SEVADM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sevadm}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "${EXIT_SETUP:-1}"
}

# key FILE... - 16 hex digits over names and contents; words on stdin count too
key() {
	{
		cat
		for f in "$@"; do
			printf '%s ' "${f#"$top"/}"
			sha256sum < "$f"
		done
	} | sha256sum | cut -c1-16
}

# what compiled code depends on besides its sources
toolchain() {
	gcc -dumpfullversion -dumpmachine
	sed -n 's/^VERSION_ID=//p' /etc/os-release
}

# complain about those of emulator/packages that are not installed
need_packages() {
	local p missing=
	while read -r p; do
		case $p in ''|'#'*) continue;; esac
		dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q ' installed$' ||
			missing="$missing $p"
	done < "$top/emulator/packages"
	[ -z "$missing" ] || die "these packages are missing:$missing"
}

# put_same SOURCE TARGET - copy, but leave an equal target's time alone
put_same() {
	cmp -s "$1" "$2" || cp "$1" "$2"
}
