#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sevadm-teardown.service, as it is installed: systemd takes it, it is off until somebody
# enables it, it stands where it has to, and it gets no more than it needs.  Without a
# systemd that runs.  What it does is in tests/host/kexec_systemd.sh.  Speaks TAP.
#   top_srcdir	of the sources
set -u
# shellcheck source=tests/cli/lib/tap.sh disable=SC2016,SC2034,SC2154
. "$(dirname "$0")/lib/tap.sh"

if ! command -v systemd-analyze >/dev/null; then
	echo '1..0 # SKIP there is no systemd-analyze'
	exit 0
fi

# SYSTEMD_LOG_LEVEL and the like are not to change what is said
unset SYSTEMD_LOG_LEVEL SYSTEMD_UNIT_PATH
made=$(dirname "$SEVADM")/systemd/sevadm-teardown.service
unit_in=$top_srcdir/systemd/sevadm-teardown.service.in
root=$work/root
lib=$root/usr/lib/systemd/system
unit=$work/sevadm-teardown.service
MAX_EXPOSURE=42		# of 100, as systemd-analyze counts

# tool COMMAND... - one of systemd's
tool() {
	last=$*
	code=0
	"$@" >"$out" 2>"$err" || code=$?
}

# The unit with a program that is there
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$made" >"$unit"
mkdir -p "$lib" "$lib-preset"
ln -s usr/lib "$root/lib"
cp "$unit" "$lib"
cp "$top_srcdir/systemd/80-sevadm.preset" "$lib-preset"
printf '[Service]\nExecStart=/bin/true\n' >"$lib/systemd-kexec.service"

# ---- what make makes of it

ok 'no place holder is left' '! grep -q "@[a-z]*dir@" "$made"'
ok 'it is the source but for the directory' \
	'[ "$(diff "$made" "$unit_in" | grep -c "^[<>]")" = 2 ]'
sed -n 's/^ExecStart=[^ ]* //p' "$made" >"$work/args"
ok 'it runs one command, of sevadm' \
	'[ "$(wc -l <"$work/args")" = 1 ] && grep -q "^ExecStart=/.*/sevadm kexec " "$made"'
machine --snp-guests=1 --offline=1
act kexec-load >"$work/acted"
# shellcheck disable=SC2046 # words
host $(cat "$work/args")
ok 'the program takes it, and tears down without a jump' \
	'code_is 0 && printed "nothing stands in the way of a kexec"'

# ---- systemd takes it

tool systemd-analyze verify --man=no "$unit"
ok 'systemd takes it, and has nothing to say' 'code_is 0 && quiet && silent'
sed 's/^FailureAction=/&nonsense-/' "$unit" >"$lib/broken.service"
tool systemd-analyze verify --man=no "$lib/broken.service"
ok 'noticed: a value that systemd does not know' 'said "FailureAction"'
rm "$lib/broken.service"

tool systemd-analyze security --offline=yes --no-pager --threshold=$MAX_EXPOSURE "$unit"
ok 'it gets no more than it needs' 'code_is 0'
sed '/^CapabilityBoundingSet=/d' "$unit" >"$work/loose.service"
tool systemd-analyze security --offline=yes --no-pager --threshold=$MAX_EXPOSURE \
	"$work/loose.service"
ok 'noticed: every capability' '! code_is 0'

# ---- off, on, off

links() { (cd "$root" && find etc -type l 2>/dev/null | sort); }
tool systemctl --root="$root" is-enabled sevadm-teardown.service
ok 'it is off' 'printed "^disabled$"'
tool systemctl --root="$root" preset-all
ok 'the first boot of an image leaves it off' 'code_is 0 && ! links | grep -q sevadm'
mv "$lib-preset" "$work/preset"
mkdir "$work/other"
cp -r "$root" "$work/other"
tool systemctl --root="$work/other/root" preset-all
ok 'which is our preset'"'"'s doing' '[ -L "$work/other/root/etc/systemd/system/systemd-kexec.service.requires/sevadm-teardown.service" ]'
mv "$work/preset" "$lib-preset"
tool systemctl --root="$root" enable sevadm-teardown.service
ok 'enabled: the jump depends on it' 'code_is 0 &&
	[ "$(links | grep sevadm)" = etc/systemd/system/systemd-kexec.service.requires/sevadm-teardown.service ]'
tool systemctl --root="$root" disable sevadm-teardown.service
ok 'disabled: nothing is left' 'code_is 0 && ! links | grep -q sevadm'

# ---- what is easily broken and seldom seen

# has SECTION LINE
has() { sed -n "/^\[$1\]/,/^\[/p" "$unit" | grep -qx "$2"; }
ok 'behind services and mounts, before the jump' '
	has Unit "After=shutdown.target umount.target" &&
	has Unit "Before=final.target systemd-kexec.service" && has Unit DefaultDependencies=no'
ok 'a failure resets the machine' 'has Unit FailureAction=reboot-force'
ok 'nobody starts it by hand' 'has Unit RefuseManualStart=yes'
ok 'nothing that wants mounts' '
	! grep -qE "^(PrivateTmp|RequiresMountsFor|(Runtime|State|Logs|Cache)Directory|Root)=?" "$unit"'
ok 'the sentence is on the console' 'has Service StandardOutput=journal+console &&
	has Service StandardError=journal+console'

# ---- where make puts it

# puts ARG... - make install of the data alone, from the build that runs this
puts() {
	rm -rf "${work:?}/dest"
	make -C "$(dirname "$SEVADM")" -s install-data DESTDIR="$work/dest" "$@" >"$out" 2>&1
	code=$?
	last="make install-data $*"
}
if [ -f "$(dirname "$SEVADM")/Makefile" ]; then
	puts systemdsystemunitdir=/units/system
	dir=$(sed -n 's/^SYSTEMD_UNITS_TRUE = //p' "$(dirname "$SEVADM")/Makefile")
	if [ "$dir" = '#' ]; then
		ok 'configured without units: none is installed' 'code_is 0 && [ ! -e "$work/dest/units" ]'
	else
		ok 'unit and preset are installed, under DESTDIR' 'code_is 0 &&
			[ -f "$work/dest/units/system/sevadm-teardown.service" ] &&
			[ -f "$work/dest/units/system-preset/80-sevadm.preset" ] &&
			[ ! -e "$work/dest/etc" ]'
	fi
fi

done_testing
