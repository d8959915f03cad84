#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libsevadm as others get it: installed, found by pkg-config, its header taken by C of several
# ages and by C++, and the examples of the documentation built with nothing else.  Speaks TAP.
#   SEVADM	the program; the library and its Makefile are beside it
#   top_srcdir	of the sources
set -u
# shellcheck source=tests/cli/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

if ! command -v pkg-config >/dev/null; then
	echo '1..0 # SKIP there is no pkg-config'
	exit 0
fi

# the make that runs the tests is not the one that installs
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL DESTDIR
build=$(dirname "$SEVADM")
root=$work/root
examples=$top_srcdir/docs/examples

# made NAME - what configure found
made() {
	sed -n "s/^$1 = //p" "$build/Makefile"
}

cc=$(made CC)
sanitizers=$(made SEVADM_LDFLAGS | grep -o -e '-fsanitize=[a-z]*' | tr '\n' ' ')
prefix=$(made prefix)

# pc ARG... - pkg-config, to which the library is where it was installed
pc() {
	PKG_CONFIG_PATH=$(dirname "$(find "$root" -name libsevadm.pc)") \
		pkg-config --define-variable="prefix=$root$prefix" "$@"
}

# compiles LANGUAGE STANDARD - the header alone, and strictly
compiles() {
	# shellcheck disable=SC2046,SC2086 # words
	printf '#include <sevadm.h>\nint main(void) { return SEVADM_DONE; }\n' |
		$cc -x "$1" "-std=$2" -pedantic-errors -Wall -Wextra -Werror -fsyntax-only \
		$(pc --cflags libsevadm) - >"$out" 2>"$err"
}

# builds NAME - an example, as a user would
builds() {
	# shellcheck disable=SC2046,SC2086 # words
	$cc -std=c11 -Wall -Wextra -Werror $sanitizers -o "$work/$1" "$examples/$1.c" \
		$(pc --cflags --libs libsevadm) >"$out" 2>"$err"
}

# example NAME ARG... - what was built
example() {
	last=$*
	name=$1
	shift
	code=0
	"$work/$name" "$@" </dev/null >"$out" 2>"$err" || code=$?
}

make -s -C "$build" DESTDIR="$root" install-libLTLIBRARIES install-includeHEADERS \
	install-pkgconfigDATA >"$work/make" 2>&1
code=$?
ok 'the library is installed' 'code_is 0'
ok 'pkg-config knows its version' \
	'[ "$(pc --modversion libsevadm)" = "$("$SEVADM" --version | sed "s/.* //;q")" ]'
for std in c99 c11 gnu17; do
	ok "the header is $std" 'compiles c "$std"'
done
if echo 'int main() {}' | $cc -x c++ -fsyntax-only - 2>/dev/null; then
	ok 'the header is C++' 'compiles c++ c++11'
fi
done_testing
