#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The companion patch is one patch for every kernel series: the same patches, the
# same new files, and the same few lines in functions that were there before.  TAP.
#   top_srcdir	of the sources
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"

# More than this wants a good reason. About half is the wrapper around each command,
# the rest is one to three lines in each of a dozen functions.
MAX_HOOK_LINES=45

# new_files SERIES-DIRECTORY - each with its name before every line; but for the
# version that the ABI file names
new_files() {
	cat "$1"/*.patch | awk '
		/^diff --git / || /^-- $/ { name = "" }
		/^--- / { new = $2 == "/dev/null" }
		/^\+\+\+ / { name = new ? substr($2, 3) : ""; next }
		name != "" && /^\+/ && !/^\+KernelVersion:/ { print name ": " substr($0, 2) }'
}

# hooks SERIES-DIRECTORY - what the patches of the interface itself add to
# functions of sev-dev.c; a hunk that defines a function of ours is no hook
hooks() {
	grep -lE '^\+config CRYPTO_DEV_SP_SEV_DEBUG|^ config CRYPTO_DEV_SP_SEV_DEBUG' \
		"$1"/*.patch | xargs cat | awk '
		function flush() { if (!ours) printf "%s", hunk; hunk = ""; ours = 0 }
		/^diff --git / || /^-- $/ { flush(); here = 0 }
		/^\+\+\+ / { here = $2 == "b/drivers/crypto/ccp/sev-dev.c"; next }
		/^@@ / { flush() }
		here && /^\+[a-z0-9_ ]+ \**sev_debug_[a-z_]+\(.*[^;]$/ { ours = 1 }
		here && /^\+/ { hunk = hunk substr($0, 2) "\n" }
		END { flush() }'
}

first=
for series in "$top_srcdir"/kernel/patches/*/; do
	v=$(basename "$series")
	(cd "$series" && ls) >"$tmp/$v.names"
	new_files "$series" >"$tmp/$v.new"
	# SNP_EN can be cleared by kernels from 7.1 on
	hooks "$series" | sed '/^$/d; s/^static //; /SNP_X86_SHUTDOWN_SUPPORTED/d' \
		>"$tmp/$v.hooks"
	ok "$v: has new files" test -s "$tmp/$v.new"
	ok "$v: has hooks" grep -q sev_debug_answered "$tmp/$v.hooks"
	lines=$(wc -l <"$tmp/$v.hooks")
	ok "$v: no more than $MAX_HOOK_LINES lines of hooks" \
		test "$lines" -le "$MAX_HOOK_LINES"
	if [ -n "$first" ]; then
		ok "$v: the patches of $first" cmp "$tmp/$first.names" "$tmp/$v.names"
		ok "$v: the new files of $first" diff -u "$tmp/$first.new" "$tmp/$v.new"
		ok "$v: the hooks of $first" diff -uw "$tmp/$first.hooks" "$tmp/$v.hooks"
	else
		first=$v
	fi
done
ok 'there are two series' test "$cases" -ge 9

finish
