# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# INIT_EX succeeds, but the driver cannot write what the firmware wants kept to its
# file.  SEV is up then, the firmware has the buffers, and the driver knows both:
# all can be shut down, initialized again, and used.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

rmmod kvm_amd && rmmod ccp || fail "ccp does not go"
insmod /lib/modules/ccp.ko init_ex_path=/run/none/nv
insmod /lib/modules/kvm-amd.ko || fail "kvm_amd does not load"
dmesg | grep 'SEV: could not open file for write' || fail "the file could be written"
# KVM, which was told of an error, does without
! guest_start snp || fail "an SNP guest started"
call "OK state=0x* snp=1 sev=1 guests=0+0 *" info

# down, by the driver itself
kvm_unload || fail "kvm_amd does not go"
call "OK state=0x* snp=1 sev=1 guests=0+0 *" info
call "OK reason=NONE *" shutdown
call "OK state=0x* snp=0 sev=0 guests=0+0 tombstones=0+0 leaked=0" info
pages_accounted
[ ! -s "$step_dir/named" ] || fail "pages were given up"

# up again, and to be used as it is by a KVM that comes later
call "EIO reason=NONE cmd=0xd err=-5 status=0x0 *" init
call "OK state=0x* snp=1 sev=1 guests=0+0 *" info
mkdir /run/none
insmod /lib/modules/kvm-amd.ko
for kind in snp sev sev-es; do
	pid=$(guest_start $kind) || fail "no $kind guest"
	guest_end "$pid"
done
kvm_unload || fail "kvm_amd does not go"
call "OK state=0x* snp=0 sev=0 guests=0+0 tombstones=0+0 leaked=0" info

insmod /lib/modules/kvm-amd.ko
[ "$(wc -c </run/none/nv)" = 32768 ] || fail "the firmware's data were not written"
pid=$(guest_start snp) || fail "no SNP guest in the end"
guest_end "$pid"
# which loses its credentials at each call in 6.12
forgotten_by_kvm open_file_as_root
no_kernel_warnings
