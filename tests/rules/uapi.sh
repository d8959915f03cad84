#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The companion patch of every kernel series carries include/linux/sev-debug.h
# to the letter.  TAP.
#   top_srcdir	of the sources
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"
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

finish
