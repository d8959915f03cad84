# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# SNP guests are decommissioned through the device under live VMMs, in all states
# of their launch.  The VMMs end as if nothing had been; no page is lost of which
# the kernel does not say so.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp --launch-only) || fail "no guest that is being launched"
c=$(guest_start snp --vcpus 4 --mem 8 --launch-kb 1024) || fail "no larger SNP guest"
for pid in "$a" "$b" "$c"; do
	id=$(guest_id "$pid")
	call "OK reason=NONE cmd=0x90 err=0 status=0x0 *" decommission running "id=$id"
	call "EALREADY reason=NONE cmd=0x0 err=-114 status=0xffffffff *" decommission running "id=$id"
	call "ENOENT reason=NONE *" status "id=$id"
	guest_alive "$pid" || fail "the VMM is gone"
done
call "OK * guests=0+0 tombstones=3+0 leaked=0" info
call "EBUSY reason=TOMBSTONES *" shutdown

# others come and go beside them
d=$(guest_start snp) || fail "no SNP guest beside tombstones"
call "OK * guests=1+0 tombstones=3+0 leaked=0" info
guest_end "$d"
for pid in "$a" "$b" "$c"; do
	guest_end "$pid"
done
call "OK count=0 total=0" list
call "OK * guests=0+0 tombstones=0+0 leaked=0" info
kernel_warnings || fail "the kernel complained"

# with SNP up the driver has pages of its own there
kvm_unload || fail "kvm_amd does not go"
call "OK state=0x* snp=0 sev=0 *" info
pages_accounted
[ ! -s "$step_dir/named" ] || fail "pages were given up"
insmod /lib/modules/kvm-amd.ko
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"
no_kernel_warnings
