#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The companion patch of every kernel series carries include/linux/sev-debug.h
# to the letter.  TAP.
#   top_srcdir	of the sources
set -u
LC_ALL=C
export LC_ALL
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
header=$top_srcdir/include/linux/sev-debug.h

# carried SERIES-DIRECTORY - the header as its patches leave it behind; it is
# added by one of them and not touched again
carried() {
	cat "$1"/*.patch | awk '
		/^diff --git / || /^-- $/ { ours = 0 }
		/^--- / { new = $2 == "/dev/null" }
		/^\+\+\+ / {
			ours = $2 == "b/include/uapi/linux/sev-debug.h"
			if (ours && (!new || seen++)) print "changed by a second patch"
			next
		}
		ours && /^\+/ { print substr($0, 2) }'
}

n=0 bad=0
# ok NAME COMMAND...
ok() {
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $n - $name"
	else
		bad=$((bad + 1))
		echo "not ok $n - $name"
		head -40 "$tmp/said" | sed 's/^/# /'
	fi
}

ok 'there is a series' test -e "$top_srcdir/kernel/patches/6.12"
for series in "$top_srcdir"/kernel/patches/*/; do
	name=$(basename "$series")
	carried "$series" >"$tmp/carried"
	ok "$name: adds the header" test -s "$tmp/carried"
	ok "$name: to the letter" diff -u "$header" "$tmp/carried"
done

# ---- the same, broken

mkdir "$tmp/series"
cp "$top_srcdir"/kernel/patches/6.12/*.patch "$tmp/series"
chmod u+w "$tmp/series"/*
carried "$top_srcdir/kernel/patches/6.12" >"$tmp/before"
sed -i 's/^+#define SEV_DBG_ABI_VERSION.*/+#define SEV_DBG_ABI_VERSION 99/' "$tmp/series"/*.patch
carried "$tmp/series" >"$tmp/after"
differ() { ! cmp -s "$1" "$2"; }
ok 'another number is noticed' differ "$tmp/before" "$tmp/after"
cat >"$tmp/series/9999-more.patch" <<'EOF'
diff --git a/include/uapi/linux/sev-debug.h b/include/uapi/linux/sev-debug.h
--- a/include/uapi/linux/sev-debug.h
+++ b/include/uapi/linux/sev-debug.h
@@ -1 +1,2 @@
+#define MORE
EOF
carried "$tmp/series" >"$tmp/more"
ok 'a second patch is noticed' differ "$tmp/after" "$tmp/more"

echo "1..$n"
[ "$bad" -eq 0 ]
