# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What newer firmware can do and newer kernels make use of; run with the property of
# the PSP that this is about.
#   features.sh cth	ciphertext hiding: only kvm_amd may initialize SNP
#   features.sh x86	SNP_SHUTDOWN_EX that clears SNP_EN: not while KVM has VMs
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

# state BIT - is it set?
state() {
	bits=$(sevdbg-call info | sed 's/.* state=0x\([0-9a-f]*\).*/\1/')
	[ $((0x$bits & $1)) != 0 ]
}

# kernels before 7.1 make no use of either
case $(uname -r) in
6.*)
	! state 0x600 || fail "it claims what it cannot: $(sevdbg-call info)"
	exit 0
	;;
esac

case $1 in
cth)
	state 0x200 || fail "no ciphertext hiding: $(sevdbg-call info)"
	rmmod kvm_amd
	call "EOPNOTSUPP reason=CTH*" init
	;;
x86)
	state 0x400 || fail "SNP_SHUTDOWN_EX cannot clear SNP_EN: $(sevdbg-call info)"
	# under KVM, with a guest that ends afterwards: its pages are made shared then
	pid=$(guest_start snp) || fail "no guest"
	call "OK *" decommission running "id=$(guest_id "$pid")"
	call "OK *" shutdown legacy tombstones
	call "OK *" wbinvd-all
	call "OK *" df-flush
	call "OK *" shutdown strict tombstones
	call "OK * snp=0 *" info
	guest_end "$pid"
	no_kernel_warnings
	;;
esac
rmmod kvm_amd 2>/dev/null || true
insmod /lib/modules/kvm-amd.ko
[ "$(cat /sys/module/kvm_amd/parameters/sev_snp)" = Y ] || fail "SNP does not come up again"
pid=$(guest_start snp) || fail "no guest in the end"
guest_end "$pid"
no_kernel_warnings
