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

# ---- the examples

ok 'verify-report is built' 'builds verify-report && quiet'
pki=$build/tests/pki/make_pki
make=$build/tests/pki/make_report
if [ -x "$pki" ] && [ -x "$make" ]; then
	measurement=$(printf '%096d' 7)
	nonce=$(printf '%0128d' 9)
	mkdir "$work/milan"
	"$pki" all "$work/milan" product=milan
	cat "$work/milan/vcek.der" "$work/milan/ask.der" "$work/milan/ark.der" >"$work/certs"
	"$make" measurement="$measurement" data="$nonce" >"$work/report"
	SEVADM_ROOT=$work/milan/ark.der
	export SEVADM_ROOT
	example verify-report "$work/report" "$measurement" "$nonce" "$work/certs"
	ok 'verify-report: yes' 'code_is 0 && quiet && printed "^yes"'
	example verify-report "$work/report" "$measurement" "$(printf '%0128d' 8)" "$work/certs"
	ok 'another nonce' 'code_is 2 && printed "^no: report_data is"'
	example verify-report "$work/report" "$(printf '%096d' 8)" "$nonce" "$work/certs"
	ok 'another guest' 'code_is 2 && printed "^no: measurement is"'
	"$make" measurement="$measurement" data="$nonce" flip=80 >"$work/bad"
	example verify-report "$work/bad" "$measurement" "$nonce" "$work/certs"
	ok 'damaged' 'code_is 2 && printed "^no: signature"'
	unset SEVADM_ROOT
	example verify-report "$work/report" "$measurement" "$nonce" "$work/certs"
	ok 'the root of the tests is nobody to anybody else' 'code_is 2 && printed "^no: ARK"'
	example verify-report "$work/certs" "$measurement" "$nonce" "$work/certs"
	ok 'no report' 'code_is 1 && silent && said "has 1186 bytes or more"'
fi

ok 'get-report is built' 'builds get-report && quiet'
machine --snp-guests=1
SEVADM_DEVICE=sim-guest:1:$sim
export SEVADM_DEVICE
nonce=$(printf '%0128d' 5)
example get-report "$nonce"
cp "$out" "$work/report"
ok 'get-report' 'code_is 0 && quiet && [ "$(wc -c <"$work/report")" -eq 1184 ]'
run report show --json "$work/report"
ok 'with the nonce in it' 'json ".report.report_data == \"$nonce\""'
example get-report 12
ok 'no nonce' 'code_is 64 && silent'
SEVADM_DEVICE=sim-guest:7:$sim
example get-report "$nonce"
ok 'no guest' '! code_is 0 && silent && [ -s "$err" ]'
done_testing
