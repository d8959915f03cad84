#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The DKMS package: added, built and installed in directories of its own, against
# the headers that kernel/build keeps.  Speaks TAP.
set -u
# shellcheck source=tests/cli/lib/tap.sh disable=SC2034,SC2154
. "$(dirname "$0")/lib/tap.sh"

SEVADM_CACHE=${SEVADM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sevadm}
export SEVADM_CACHE
# the newest of those that can be built with the compiler there is
headers=''
for dir in $(find "$SEVADM_CACHE/kernel/packages" -maxdepth 5 2>/dev/null \
	-path '*/usr/src/linux-headers-*-amd64' | sort -V); do
	cc=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\).*/\1/p' "$dir/.config")
	! command -v "${cc:-none}" >/dev/null || headers=$dir
done
if ! command -v dkms >/dev/null; then
	echo '1..0 # SKIP there is no dkms'
	exit 0
fi
if [ -z "$headers" ] || [ ! -d "$SEVADM_CACHE/kernel/sources" ]; then
	echo '1..0 # SKIP there are no headers: kernel/build has not run yet'
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo '1..0 # SKIP dkms wants root, even for directories of its own'
	exit 0
fi
rel=${headers##*/linux-headers-}
mkdir "$work/src" "$work/tree" "$work/inst" "$work/inst/$rel"

dkms_() {
	verb=$1
	shift
	last="dkms $verb $*"
	code=0
	dkms "$verb" --dkmstree "$work/tree" --sourcetree "$work/src" --installtree "$work/inst" \
		--no-depmod -m sevadm-ccp -v "$version" "$@" </dev/null >"$out" 2>"$err" || code=$?
}

"$top_srcdir/kernel/dkms/make" "$work/src" >"$out" 2>"$err" || code=$?
package=$(cat "$out")
version=${package##*/sevadm-ccp-}
ok 'the package has a version that follows the patches' \
	'code_is 0 && [ -f "$package/dkms.conf" ] && expr "$version" : "[0-9.]*\.[0-9a-f]\{8\}$" >/dev/null'
ok 'it has nothing of the driver' '! find "$package" -name "*.c" | grep -q .'

dkms_ add
ok 'dkms takes it' 'code_is 0'
dkms_ build -k "$rel" --kernelsourcedir "$headers"
ok 'dkms builds it' 'code_is 0'
[ "$code" -eq 0 ] || sed 's/^/# /' "$work/tree/sevadm-ccp/$version/build/make.log" 2>/dev/null
dkms_ install -k "$rel" --kernelsourcedir "$headers"
module=$work/inst/$rel/updates/dkms/ccp.ko
ok 'and installs it under updates' 'code_is 0 && [ -f "$module" ]'
ok 'a module for that kernel, with the patch' \
	'[ "$(modinfo -F vermagic "$module" | cut -d" " -f1)" = "$rel" ] && grep -qa sev-debug "$module"'

# a kernel that no series is for
dkms_ build -k 6.1.0-0-amd64 --kernelsourcedir "$headers"
ok 'no build for a kernel without a series' '! code_is 0 &&
	cat "$out" "$err" | grep -q BUILD_EXCLUSIVE && [ ! -d "$work/tree/sevadm-ccp/$version/6.1.0-0-amd64" ]'

dkms_ remove --all
ok 'removed' 'code_is 0 && [ ! -e "$module" ]'

done_testing
