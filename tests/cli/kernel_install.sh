#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel/install on a made-up root directory: what it does, and that it changes
# nothing where it refuses.  Speaks TAP.
set -u
# shellcheck source=tests/cli/lib/tap.sh disable=SC2016,SC2034,SC2154
. "$(dirname "$0")/lib/tap.sh"

if ! command -v depmod >/dev/null || ! command -v objcopy >/dev/null || ! command -v gcc >/dev/null
then
	echo '1..0 # SKIP there is no depmod, objcopy or gcc'
	exit 0
fi

rel=6.12.1-test
root=$work/root
mods=$root/lib/modules/$rel
ours=$mods/updates/ccp.ko

# module FILE VERMAGIC TEXT [FIELD=VALUE] - an object that kmod takes for ccp.ko
module() {
	echo "const char text[] = \"$3\";" | gcc -c -x c -o "$1" - ||
		exit 99
	printf 'name=ccp\0vermagic=%s SMP\0%s\0' "$2" "${4-license=GPL}" >"$work/modinfo"
	printf '%s' "$3" | sha256sum | cut -c1-36 >"$work/id"
	objcopy --add-section .modinfo="$work/modinfo" \
		--add-section .note.gnu.build-id="$work/id" \
		--set-section-flags .note.gnu.build-id=alloc,readonly "$1" || exit 99
}

# A kernel with a stock ccp.ko, running, that wants no signatures
fresh() {
	rm -rf "${work:?}/root"
	mkdir -p "$mods/kernel/drivers/crypto/ccp" "$root/boot" "$root/proc/sys/kernel" \
		"$root/sys/module/module/parameters" "$root/sys/module/ccp/notes" \
		"$root/sys/module/ccp/holders/kvm_amd" "$root/sys/kernel/security" "$root/dev" \
		"$mods/build/scripts" "$root/usr/src/linux-headers-$rel"
	cp "$work/stock.ko" "$mods/kernel/drivers/crypto/ccp/ccp.ko"
	echo 'kernel/drivers/crypto/ccp/ccp.ko' >"$mods/modules.order"
	echo 'kernel/fs/ext4/ext4.ko' >"$mods/modules.builtin"
	: >"$mods/modules.builtin.modinfo"
	echo $rel >"$root/proc/sys/kernel/osrelease"
	echo N >"$root/sys/module/module/parameters/sig_enforce"
	echo '[none] integrity confidentiality' >"$root/sys/kernel/security/lockdown"
	echo 'CONFIG_MODULES=y' >"$root/boot/config-$rel"
	echo '0x0 x vmlinux EXPORT_SYMBOL' >"$root/usr/src/linux-headers-$rel/Module.symvers"
	running "$work/stock.ko"
	# as the kernel's own: what it was called with, and the mark at the end
	printf '#!/bin/sh\necho "$1 $2 $3" >%s\nprintf "%%s\\n" "~Module signature appended~" >>"$4"\n' \
		"$work/signed-with" >"$mods/build/scripts/sign-file"
	chmod +x "$mods/build/scripts/sign-file"
	depmod -b "$root" $rel
}

# running MODULE - what the kernel says of the one in memory
running() {
	objcopy -O binary --only-section=.note.gnu.build-id "$1" \
		"$root/sys/module/ccp/notes/.note.gnu.build-id"
}

install_() {
	last="kernel/install $*"
	code=0
	"$top_srcdir/kernel/install" --root "$root" "$@" </dev/null >"$out" 2>"$err" || code=$?
}

files() { (cd "$root" && find . -type f -exec sha256sum {} + | sort -k2); }
remember() { files >"$work/before"; }
nothing_changed() { files | diff "$work/before" - >"$work/diff"; }

# refuses NAME PATTERN ARG... - said why, changed nothing
refuses() {
	name=$1 pattern=$2
	shift 2
	remember
	install_ "$@"
	ok "$name" 'code_is 1 && said "$pattern" && silent && nothing_changed'
}

# modprobe_takes FILE
modprobe_takes() { [ "$(modinfo -b "$root" -k $rel -n ccp)" -ef "$1" ]; }

module "$work/stock.ko" $rel 'the stock one'
module "$work/ours.ko" $rel 'sev-debug'
module "$work/ours2.ko" $rel 'sev-debug, rebuilt'
module "$work/variant.ko" $rel 'sev-debug' 'sev_debug_test_variant=no-tombstones'
module "$work/other.ko" 6.1.0-other 'sev-debug'
cp "$work/ours.ko" "$work/signed.ko"
echo '~Module signature appended~' >>"$work/signed.ko"
: >"$work/key"
: >"$work/cert"

# ---- install, status, remove

fresh
remember
install_ --status
ok 'status: the stock one is loaded and would be' \
	'code_is 0 && printed "^kernel .*$rel (running)" && printed "^loaded .*the stock one" &&
	printed "^modprobe .*kernel/drivers/crypto/ccp/ccp.ko (stock, not signed)" &&
	printed "^device .*not there" && nothing_changed'

install_ --module "$work/ours.ko"
ok 'it is beside the stock one, and modprobe takes it' \
	'code_is 0 && silent && cmp -s "$work/ours.ko" "$ours" && modprobe_takes "$ours" &&
	cmp -s "$work/stock.ko" "$mods/kernel/drivers/crypto/ccp/ccp.ko"'
ok 'nothing else is left beside it' '[ "$(ls -A "$mods/updates")" = ccp.ko ]'
ok 'it says what to do next' 'said "modprobe -r kvm_amd ccp" && said "taint itself (E)"'

install_ --status
ok 'status: the stock one is loaded, the patched one would be' \
	'code_is 0 && printed "^loaded .*the stock one" &&
	printed "^modprobe .*updates/ccp.ko (patched, not signed)"'
running "$work/ours.ko"
: >"$root/dev/sev-debug"
install_ --status
ok 'status: after the reload' \
	'printed "^loaded .*updates/ccp.ko" && printed "^device .*sev-debug is there"'
running "$work/ours2.ko"
install_ --status
ok 'status: loaded is neither of them' 'printed "^loaded .*another one"'

install_ --module "$work/ours2.ko"
ok 'a second install replaces the first' 'code_is 0 && cmp -s "$work/ours2.ko" "$ours"'

install_ --remove
ok 'removed: modprobe takes the stock one again' \
	'code_is 0 && [ ! -e "$mods/updates" ] &&
	modprobe_takes "$mods/kernel/drivers/crypto/ccp/ccp.ko"'
install_ --remove
ok 'removed again: nothing to do' 'code_is 0 && said "nothing to remove"'

# ---- signatures

install_ --module "$work/ours.ko" --key "$work/key" --cert "$work/cert"
ok 'signed with the key and the certificate' \
	'code_is 0 && [ "$(cat "$work/signed-with")" = "sha256 $work/key $work/cert" ] &&
	tail -c 28 "$ours" | grep -q "~Module signature appended~"'
ok 'the module that was given is not touched' '! grep -q "~Module sig" "$work/ours.ko"'

fresh
echo 'CONFIG_MODULE_SIG_HASH="sha512"' >>"$root/boot/config-$rel"
install_ --module "$work/ours.ko" --key "$work/key" --cert "$work/cert"
ok 'with the hash of that kernel' 'grep -q "^sha512 " "$work/signed-with"'

fresh
printf '#!/bin/sh\nexit 1\n' >"$mods/build/scripts/sign-file"
refuses 'a key that does not sign' 'cannot be signed' \
	--module "$work/ours.ko" --key "$work/key" --cert "$work/cert"
ok 'and nothing is left over' '[ ! -e "$ours" ] && [ -z "$(ls -A "$mods/updates" 2>/dev/null)" ]'
refuses 'a key that is not there' 'cannot read the key' \
	--module "$work/ours.ko" --key "$work/nokey" --cert "$work/cert"

fresh
echo Y >"$root/sys/module/module/parameters/sig_enforce"
refuses 'unsigned where signatures are enforced' 'signed modules only: module.sig_enforce' \
	--module "$work/ours.ko"
install_ --module "$work/signed.ko"
ok 'a module that is signed already' 'code_is 0 && said "if the certificate is enrolled"'
fresh
echo 'none [integrity] confidentiality' >"$root/sys/kernel/security/lockdown"
refuses 'unsigned under lockdown' 'signed modules only: lockdown (integrity)' \
	--module "$work/ours.ko"
install_ --module "$work/ours.ko" --key "$work/key" --cert "$work/cert"
ok 'lockdown: says what it will refuse' 'code_is 0 && said "lockdown refuses every call"'
fresh
echo 'CONFIG_MODULE_SIG_FORCE=y' >>"$root/boot/config-$rel"
refuses 'unsigned where the configuration forces signatures' 'CONFIG_MODULE_SIG_FORCE' \
	--module "$work/ours.ko"
fresh
mkdir -p "$root/sys/firmware/efi/efivars"
printf '\006\000\000\000\001' \
	>"$root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
refuses 'unsigned with Secure Boot' 'signed modules only: Secure Boot' --module "$work/ours.ko"

# ---- where the stock one cannot be replaced

fresh
echo 'kernel/drivers/crypto/ccp/ccp.ko' >>"$mods/modules.builtin"
refuses 'ccp is built in' 'no module: it cannot be replaced' --module "$work/ours.ko"
fresh
echo '# CONFIG_MODULES is not set' >"$root/boot/config-$rel"
refuses 'a kernel without modules' 'takes no modules' --module "$work/ours.ko"
fresh
rm "$mods/kernel/drivers/crypto/ccp/ccp.ko"
refuses 'a kernel without ccp' 'has no ccp.ko' --module "$work/ours.ko"
refuses 'a kernel that is not installed' 'is not installed' --for 6.12.9-none \
	--module "$work/ours.ko"
fresh
rm "$root/usr/src/linux-headers-$rel/Module.symvers"
refuses 'no headers to build with' 'headers of .* are missing'
fresh
echo '0x0 x drivers/crypto/ccp/ccp EXPORT_SYMBOL' \
	>"$root/usr/src/linux-headers-$rel/Module.symvers"
refuses 'headers without what the kernel exports' 'nothing of vmlinux'
fresh
mkdir -p "$mods/updates/dkms"
cp "$work/ours.ko" "$mods/updates/dkms/ccp.ko"
refuses 'another replacement is there' 'another ccp.ko already' --module "$work/ours.ko"

# ---- modules that are not to be installed

fresh
refuses 'a module for another kernel' 'is for 6.1.0-other' --module "$work/other.ko"
refuses 'a module without the patch' 'without the companion patch' --module "$work/stock.ko"
refuses 'a test variant' 'never on a host' --module "$work/variant.ko"
refuses 'no module at all' 'is no ccp.ko' --module "$work/key"
refuses 'a file that is not there' 'cannot read' --module "$work/nothing"
mkdir -p "$mods/updates"
cp "$work/stock.ko" "$ours"
refuses 'a module of somebody else is not overwritten' "somebody else's" \
	--module "$work/ours.ko"
refuses 'nor removed' "somebody else's" --remove

# depmod that does not prefer it: everything back
fresh
mkdir -p "$work/bin"
install_ --module "$work/ours.ko"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/depmod"
chmod +x "$work/bin/depmod"
remember
PATH=$work/bin:$PATH install_ --module "$work/ours2.ko"
ok 'depmod fails: the one before is back' 'code_is 1 && said "as it was" && nothing_changed'
ok 'and nothing is left beside it' '[ "$(ls -A "$mods/updates")" = ccp.ko ]'

# ---- command lines

for args in '--key k' '--nonsense' '--for' '--for ../../etc' '--remove --status' \
	'--remove --module x' 'file'; do
	remember
	# shellcheck disable=SC2086 # words
	install_ $args
	ok "usage: $args" 'code_is 64 && silent && said "^kernel/install: " && nothing_changed'
done

done_testing
