#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every source, script, fragment and page names its licence on its first or
# second line, and the right one.  TAP.
#   top_srcdir	of the sources
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"

# What people wrote, in the tree $1: not what configure, automake and libtool made
written() {
	(
		cd "$1" || exit
		find . -type d \( -name .git -o -name build -o -name 'build-*' -o -name autom4te.cache -o \
			-name _build -o -name _inst -o -name 'sevadm-[0-9]*' \) -prune -o -type f -print |
			sed 's|^\./||' | grep -v -e '^m4/' -e '^aclocal\.m4$' -e '^config' -e '~$' \
			-e '\.log$' -e '\.trs$' -e '/\.deps/' -e '/\.libs/'
		echo configure.ac
	) | sort
}

# those that have to name it: by name, or because they start with #!
has_to() {
	written "$1" | while read -r file; do
		case $file in
		*.c | *.h | *.sh | *.test | *.am | *.ac | *.[1-9] | *.list | *.service) echo "$file" ;;
		*) ! head -c 2 "$1/$file" 2>/dev/null | grep -q '#!' || echo "$file" ;;
		esac
	done
}

# FILE: licence wanted there
licence() {
	case $1 in
	include/linux/*) echo 'GPL-2.0-only WITH Linux-syscall-note' ;;
	*) echo 'GPL-2.0-or-later' ;;
	esac
}

# Every file of the tree $1 that does not say so
bad_licences() {
	has_to "$1" | while read -r file; do
		said=$(head -n 2 "$1/$file" | sed -n 's/.*SPDX-License-Identifier: *//p' |
			sed 's| *\*/$||')
		wanted=$(licence "$file")
		[ "$said" = "$wanted" ] || echo "$file: '${said:-nothing}', not '$wanted'"
	done
}

# New files that a kernel patch adds; the ABI files and the configurations of
# selftests name none upstream
bad_patches() {
	for patch in "$1"/kernel/patches/*/*.patch; do
		awk -v patch="${patch##*/}" '
			/^--- / { new = $2 == "/dev/null" }
			/^\+\+\+ b\// { file = $2; at = 0; named = 0 }
			new && /^@@/ { at = 1; next }
			new && at && at <= 2 && /^\+/ {
				if (/SPDX-License-Identifier: GPL-2.0-only/) named = 1
				if (at == 2 && !named && file !~ /Documentation\/ABI|\/config$/) print patch ": " file
				at++
			}' "$patch"
	done
}

has_to "$top_srcdir" >"$tmp/files"
for file in cmd/main.c include/linux/sev-debug.h configure.ac sim/Makemodule.am check kernel/build \
	man/sevadm.8 tests/rules/spdx.sh completions/sevadm; do
	case $file in
	completions/*) continue ;;	# sourced, so no #!
	esac
	grep -qx "$file" "$tmp/files" || echo "$file"
done >"$tmp/bad"
result 'files of every kind are looked at' <"$tmp/bad"
bad_licences "$top_srcdir" >"$tmp/bad"
result 'each names its licence' <"$tmp/bad"
ok 'the completion too' \
	test "$(head -n 2 "$top_srcdir/completions/sevadm" | grep -c 'SPDX.*GPL-2.0-or-later')" -eq 1
bad_patches "$top_srcdir" >"$tmp/bad"
result 'files that the kernel patch adds: GPL-2.0-only' <"$tmp/bad"

# ---- the same, broken

copy=$tmp/copy
mkdir -p "$copy/lib" "$copy/include/linux" "$copy/kernel/patches/6.12" "$copy/man"
touch "$copy/configure.ac"
# noticed NAME RULE PATTERN
noticed() {
	"$2" "$copy" | grep -v '^configure\.ac: ' >"$tmp/out"
	if [ "$(wc -l <"$tmp/out")" -ne 1 ] || ! grep -q "$3" "$tmp/out"; then
		echo 'not noticed, or more than that:'
		cat "$tmp/out"
	fi >"$tmp/bad"
	result "noticed: $1" <"$tmp/bad"
}
echo '/* nothing */' >"$copy/lib/a.c"
noticed 'a source that names none' bad_licences '^lib/a.c: .nothing'
printf '\n\n// SPDX-License-Identifier: GPL-2.0-or-later\n' >"$copy/lib/a.c"
noticed 'one that does so on its third line' bad_licences '^lib/a.c: .nothing'
echo '// SPDX-License-Identifier: MIT' >"$copy/lib/a.c"
noticed 'another licence' bad_licences '^lib/a.c: .MIT'
rm "$copy/lib/a.c"
echo '/* SPDX-License-Identifier: GPL-2.0-or-later */' >"$copy/include/linux/a.h"
noticed 'the interface without the syscall note' bad_licences '^include/linux/a.h: '
rm "$copy/include/linux/a.h"
printf '#!/bin/sh\necho\n' >"$copy/tool"
noticed 'a script without a suffix' bad_licences '^tool: '
rm "$copy/tool"
printf -- '--- /dev/null\n+++ b/drivers/a.c\n@@ -0,0 +1,2 @@\n+// nothing\n+int a;\n' \
	>"$copy/kernel/patches/6.12/0001-a.patch"
noticed 'a file that a patch adds without' bad_patches 'drivers/a.c'

finish
