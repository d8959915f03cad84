#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sevadm in the initramfs of a crash kernel: initramfs-tools and dracut make images for
# real, with everything that is the machine's replaced by what is made up here, so that no
# privilege is needed; and what runs there, in the shells that an initramfs has.  In a
# crash kernel it runs in tests/host/kdump.sh.  Speaks TAP.
#   top_srcdir	of the sources
set -u
# shellcheck source=tests/cli/lib/tap.sh disable=SC2016,SC2034,SC2154
. "$(dirname "$0")/lib/tap.sh"

rel=6.12.1-test
tools=$work/initramfs-tools		# a copy of initramfs-tools
confdir=$work/conf
mods=$work/mods/lib/modules/$rel
image=$work/image
tree=$work/tree				# the image unpacked
PATH=$PATH:/usr/sbin:/sbin

for program in cpio depmod gcc objcopy; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP there is no $program"
		exit 0
	}
done

# ---- a program as it is installed, and a kernel with a ccp module

program=$(dirname "$SEVADM")/.libs/sevadm
[ -x "$program" ] || program=$SEVADM
mkdir -p "$work/sbin" "$work/share" "$mods/kernel/drivers/crypto/ccp" "$work/boot" "$work/bin"
cp "$program" "$work/sbin/sevadm"
cp "$top_srcdir/initramfs/sevadm-kdump" "$work/share"
echo CONFIG_RD_GZIP=y >"$work/boot/config-$rel"
ccp=$mods/kernel/drivers/crypto/ccp/ccp.ko
echo 'const char text[] = "ccp";' | gcc -c -x c -o "$ccp" - || exit 99
printf 'name=ccp\0vermagic=%s SMP\0license=GPL\0' $rel >"$work/modinfo"
objcopy --add-section .modinfo="$work/modinfo" "$ccp" || exit 99
echo kernel/drivers/crypto/ccp/ccp.ko >"$mods/modules.order"
: >"$mods/modules.builtin"
: >"$mods/modules.builtin.modinfo"
depmod -b "$work/mods" $rel || exit 99

# made FILE.in - as make makes it
made() {
	sed -e "s|@sbindir@|$work/sbin|g" -e "s|@pkgdatadir@|$work/share|g" \
		-e "s|/usr/share/initramfs-tools|$tools|g" "$top_srcdir/initramfs/$1"
}

# has PATTERN - a name in the image
has() { grep -qE "^(\./)?$1\$" "$work/list"; }

# runs_there FILE - the libraries of a program of the image are in it, and it runs
runs_there() {
	local loader libs
	loader=$(find "$tree" -name 'ld-linux-x86-64.so.2' | head -n 1)
	libs=$(find "$tree" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd :)
	"$loader" --inhibit-cache --list --library-path "$libs" "$tree$1" |
		awk '$2 == "=>" { print $3 }' | grep -v "^$tree/" >"$work/outside"
	[ ! -s "$work/outside" ] &&
		"$loader" --inhibit-cache --library-path "$libs" "$tree$1" --version |
		grep -q '^sevadm '
}

unpack() {
	rm -rf "$tree"
	mkdir "$tree"
	: >"$work/list"
	[ -s "$image" ] || return
	gzip -dc "$image" | (cd "$tree" && cpio -i --quiet --no-absolute-filenames -d 2>/dev/null)
	gzip -dc "$image" | cpio -t --quiet 2>/dev/null >"$work/list"
}

# ---- initramfs-tools, as Debian's kdump-tools calls it

# Its own files, but for the names of directories of this machine; modules are asked for
# by modprobe, or from 0.143 on by dracut-install
tools_copy() {
	cp -r /usr/share/initramfs-tools "$tools"
	sed -i -e "s|/usr/share/initramfs-tools|$tools|g" \
		-e "s|/sbin/modprobe|$work/bin/modprobe|" \
		-e "s|--kerneldir \"/lib/modules/|--kerneldir \"$work/mods/lib/modules/|" \
		"$tools/hook-functions"
	find "$tools/hooks" "$tools/scripts" -type f \
		-exec sed -i "s|/usr/share/initramfs-tools|$tools|g" {} +
	sed -e "s|/usr/share/initramfs-tools|$tools|g" \
		-e "s|/boot/config-|$work/boot/config-|" \
		-e "s|^export PATH=.*|export PATH=$work/bin:/usr/sbin:/usr/bin:/sbin:/bin|" \
		"$(command -v mkinitramfs)" >"$work/mkinitramfs"
	printf '#!/bin/sh\nexec %s -d %s "$@"\n' "$(command -v modprobe)" "$work/mods" \
		>"$work/bin/modprobe"
	mkdir -p "$tools/scripts/init-premount"
	made hook.in >"$tools/hooks/sevadm"
	cp "$top_srcdir/initramfs/boot-script" "$tools/scripts/init-premount/sevadm"
	chmod 755 "$tools/hooks/sevadm" "$tools/scripts/init-premount/sevadm" "$work/bin/modprobe"
}

# tools_make - an image of $confdir
tools_make() {
	last="mkinitramfs -d $confdir"
	rm -f "$image"
	code=0
	TMPDIR=$work sh "$work/mkinitramfs" -c gzip -d "$confdir" -o "$image" $rel \
		>"$out" 2>"$err" || code=$?
	unpack
}

# tools_fresh - the confdir of an ordinary initramfs, with nothing of this machine's disks
tools_fresh() {
	rm -rf "$confdir"
	cp -pr /etc/initramfs-tools "$confdir"
	mkdir -p "$confdir/conf.d"
	echo MODULES=list >"$confdir/conf.d/zzz-test"
}

try_tools() {
	tools_copy
	tools_fresh
	tools_make
	ok 'initramfs-tools: an ordinary initramfs is made' 'code_is 0 && has init'
	ok 'and has but the script, which finds nothing to call' \
		'[ "$(grep sevadm "$work/list")" = scripts/init-premount/sevadm ]'

	tools_fresh
	echo KDUMP=y >>"$confdir/initramfs.conf"
	tools_make
	ok 'that of a crash kernel has program, script and module' 'code_is 0 &&
		has usr/sbin/sevadm && has usr/sbin/sevadm-kdump &&
		has scripts/init-premount/sevadm && has ".*/ccp\.ko"'
	ok 'the script is called' \
		'grep -q "^/scripts/init-premount/sevadm" "$tree/scripts/init-premount/ORDER"'
	ok 'sevadm is complete there, and runs' 'runs_there /usr/sbin/sevadm'
	ok 'lsinitramfs sees it as well' '[ "$(lsinitramfs "$image" | grep -c "sbin/sevadm$")" = 1 ]'
	ok 'the script waits for no other' '[ -z "$(sh "$tree/scripts/init-premount/sevadm" prereqs)" ]'

	tools_fresh
	echo KDUMP=y >"$confdir/conf.d/kdump"
	tools_make
	ok 'a file of conf.d says it as well' 'code_is 0 && has usr/sbin/sevadm'

	mv "$work/sbin/sevadm" "$work/sbin/gone"
	tools_make
	ok 'the program is not there: the image is made all the same' 'code_is 0 && has init &&
		! has usr/sbin/sevadm && said "^W: sevadm is not installed"'
	mv "$work/sbin/gone" "$work/sbin/sevadm"
}

if command -v mkinitramfs >/dev/null; then
	try_tools
else
	skip 'initramfs-tools' 'there is no mkinitramfs'
fi

# ---- dracut

base=$work/dracut

# Its own modules, and ours
dracut_copy() {
	local file

	mkdir -p "$base/modules.d/90sevadm" "$work/dracut.conf.d" "$work/dracut.tmp"
	for file in /usr/lib/dracut/* /usr/lib/dracut/modules.d/*; do
		[ "$file" = /usr/lib/dracut/modules.d ] || ln -s "$file" "$base/${file#/usr/lib/dracut/}"
	done
	made module-setup.sh.in >"$base/modules.d/90sevadm/module-setup.sh"
	cp "$top_srcdir/initramfs/sevadm-kdump" "$top_srcdir/initramfs/sevadm-hook.sh" \
		"$base/modules.d/90sevadm"
	chmod 755 "$base/modules.d/90sevadm"/*
}

# dracut_make [OPTION...]
dracut_make() {
	last="dracut $*"
	rm -f "$image"
	code=0
	dracutbasedir=$base dracut --force --conf /dev/null --confdir "$work/dracut.conf.d" \
		--tmpdir "$work/dracut.tmp" --no-hostonly --no-early-microcode --gzip \
		--kmoddir "$mods" "$@" "$image" $rel >"$out" 2>"$err" || code=$?
	unpack
}

# asked ANSWER [VARIABLE=VALUE...] - what check() of the module says
asked() {
	local answer=$1 code=0
	shift
	env "$@" bash -c 'require_binaries() { [ -x "$1" ]; }
		. "$0"; check' "$base/modules.d/90sevadm/module-setup.sh" || code=$?
	[ "$code" = "$answer" ]
}

try_dracut() {
	dracut_copy
	dracut_make -m dash
	ok 'dracut: an ordinary initramfs is without sevadm' \
		'code_is 0 && has usr/bin/dash && ! grep -q sevadm "$work/list"'
	dracut_make -m 'dash sevadm'
	ok 'that of a crash kernel has program, script and module' 'code_is 0 &&
		has usr/sbin/sevadm && has usr/sbin/sevadm-kdump && has ".*/ccp\.ko" &&
		has "(usr|var)/lib/dracut/hooks/pre-mount/10-sevadm-hook\.sh" && has usr/bin/sleep'
	ok 'sevadm is complete there, and runs' 'runs_there /usr/sbin/sevadm'
	ok 'it is taken where the initramfs is for kdump, else only if asked for' '
		asked 255 && asked 0 IN_KDUMP=1 && asked 0 add_dracutmodules="a kdumpbase" &&
		asked 0 dracutmodules="kdump b" && asked 255 add_dracutmodules="kdump-not"'
	mv "$work/sbin/sevadm" "$work/sbin/gone"
	ok 'and never without the program' 'asked 1 IN_KDUMP=1'
	mv "$work/sbin/gone" "$work/sbin/sevadm"
}

if command -v dracut >/dev/null; then
	try_dracut
else
	skip 'dracut' 'there is no dracut'
fi

# ---- what runs in the crash kernel

root=$work/crashed
# shell ARG... - the script, in $shell, on the root that is made up
script() {
	last="$shell sevadm-kdump"
	start=$SECONDS
	code=0
	: >"$root/dev/console"
	$shell "${kdump:-$top_srcdir/initramfs/sevadm-kdump}" "$root" </dev/null >"$out" 2>"$err" || code=$?
	took=$((SECONDS - start))
}
console() { grep -q -e "$1" "$root/dev/console"; }
# stand_in PROGRAM TEXT
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"$root/usr/sbin/$1"
	chmod 755 "$root/usr/sbin/$1"
}

for shell in dash 'busybox sh' bash /usr/lib/klibc/bin/sh; do
	command -v "${shell%% *}" >/dev/null || continue
	rm -rf "$root"
	mkdir -p "$root/proc" "$root/dev" "$root/usr/sbin" "$root/sys/module"
	stand_in modprobe "echo \"\$*\" >>$root/modprobe"
	stand_in sevadm 'echo "ran $*"; echo "and said" >&2; exit 2'
	script
	ok "$shell: in no crash kernel nothing is done" \
		'code_is 0 && silent && quiet && [ ! -s "$root/dev/console" ] && [ ! -e "$root/modprobe" ]'
	: >"$root/proc/vmcore"
	script
	ok "$shell: status and check are told on the console" 'code_is 0 && silent && quiet &&
		console "^ran -q status$" && console "^ran check kdump$" && console "^and said$" &&
		console "exit code 2"'
	ok "$shell: the driver is loaded, and does not wait for long" \
		'[ "$(cat "$root/modprobe")" = "-q ccp psp_cmd_timeout=5" ]'
	rm "$root/modprobe"
	mkdir "$root/sys/module/ccp"
	script
	ok "$shell: a driver that is there is left alone" 'code_is 0 && [ ! -e "$root/modprobe" ]'
	# shellcheck disable=SC2016 # the stand-in's
	stand_in sevadm 'echo $$ >>'"$work/hanging"'; exec sleep 1000'
	sed 's/^seconds=20$/seconds=2/' "$top_srcdir/initramfs/sevadm-kdump" >"$work/short"
	kdump=$work/short
	script
	kdump=
	ok "$shell: the dump does not wait for one that hangs" \
		'code_is 0 && [ "$took" -lt 15 ] && console "the dump does not wait"'
	# it is left to itself, as one that waits in the driver has to be
	# shellcheck disable=SC2046 # numbers
	kill $(cat "$work/hanging")
	rm "$work/hanging"
	rm "$root/usr/sbin/sevadm"
	PATH=/usr/bin:/bin script
	ok "$shell: without the program nothing is done" 'code_is 0 && silent && quiet'
done

done_testing
