#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sev-debug(4) against the uapi header: every request, reason and flag is in both.
# Speaks TAP.
#   top_srcdir	of the sources
shopt -s lastpipe	# result counts at the end of a pipe
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
header=$top_srcdir/include/linux/sev-debug.h
page=$top_srcdir/man/sev-debug.4

# same NAME HEADER-PATTERN PAGE-PATTERN: what both say, one name a line
same() {
	sed -n "$2" "$header" | sort >"$tmp/header"
	sed -n "$3" "$page" | sort >"$tmp/page"
	{
		[ -s "$tmp/header" ] || echo 'nothing in the header'
		diff "$tmp/header" "$tmp/page"
	} >"$tmp/diff"
	result "$1" <"$tmp/diff"
}

same 'every request is described' \
	's/^#define \(SEV_DBG_[A-Z_]*\)[[:space:]]*_IO(.*/\1/p' \
	'/^\.Ss Requests/,/^\.S[sh] [^R]/s/^\.It Dv \(SEV_DBG_[A-Z_]*\)$/\1/p'
same 'every request has a line in the table of who may' \
	's/^#define SEV_DBG_\([A-Z_]*\)[[:space:]]*_IO(.*/\1/p' \
	's/^\.It \([A-Z_]*\) Ta .*/\1/p'
same 'every reason is explained' \
	'/R_NONE/d; s/^#define \(SEV_DBG_R_[A-Z_]*\)[[:space:]].*/\1/p' \
	's/^\.It Dv \(SEV_DBG_R_[A-Z_]*\)$/\1/p'

# the errno beside a reason, as the header's comment says it
sed -n 's/^#define \(SEV_DBG_R_[A-Z_]*\).*\/\* \(E[A-Z]*\):.*/\1 \2/p' "$header" |
	while read -r reason errno; do
		grep -A1 "^\.It Dv $reason\$" "$page" | grep -q "^\.Er $errno :" ||
			echo "$reason comes with $errno"
	done | result 'a reason has the errno that the header says'

# the errors, as the kernel's own description has them
for abi in "$top_srcdir"/kernel/patches/*/*-Documentation-*.patch; do
	series=$(basename "$(dirname "$abi")")
	sed -n 's/^+\t\t\(E[A-Z0-9]*\)  *[a-zA-Z].*/\1/p' "$abi" | sort >"$tmp/abi"
	sed -n 's/^\.It Er \(E[A-Z0-9]*\)$/\1/p' "$page" | sort >"$tmp/page"
	{
		[ -s "$tmp/abi" ] || echo 'nothing in the description'
		diff "$tmp/abi" "$tmp/page"
	} | result "$series: the errors are those that the kernel describes"
done
errors() {
	sed -n "/^\.It Er $1\$/,/^\.It Er/p" "$page" | tr '\n' ' '
}
for words in 'DECOMMISSION: not an SNP guest' 'SHUTDOWN .*SEV_DBG_C_STRICT .*not an SNP host' \
	'INIT: .*kdump' 'INIT: .*firmware is too old'; do
	errors EOPNOTSUPP | grep -q "$words" || echo "$words"
done | result 'EOPNOTSUPP: every case is told'

sed -n 's/^#define \(SEV_DBG_[CD]_[A-Z]*\)[[:space:]].*/\1/p' "$header" | while read -r flag; do
	grep -q "^\.Dv $flag\( \|\$\)" "$page" || echo "$flag"
done | result 'every flag of a request is named'

sed -n 's/^\.Va \(.*\)/\1/p' "$page" | tr -d ' .' | grep -v '^errno$' | while read -r member; do
	grep -q "\<$member\>" "$header" || echo "$member"
done | result 'members that are named are there'

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$page" 2>&1 | result 'mandoc has nothing to say'
else
	skip 'mandoc has nothing to say' 'there is no mandoc'
fi

finish
