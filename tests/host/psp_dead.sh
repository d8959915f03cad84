# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A command that is not answered in time: the driver gives the PSP up, every call
# that would ask it says so, and modules go and come nevertheless.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

psp_timeout 1
exec 3<>/dev/sev-debug

# an answer that comes late, but in time, is one
psp_fault 0x84:delay-ms=500
call "OK * status=0x0 *" df-flush

psp_fault 0x84:hang
call "ETIMEDOUT reason=NONE cmd=0x84 err=-110 status=0xffffffff ext=0x0 count=1 *" -f 3 df-flush
call "OK state=0x*7 snp=-1 sev=-1 guests=0+0 *" -f 3 info
call "OK count=0 total=0" -f 3 list
for dead in "status id=1" "decommission id=1" df-flush "df-flush legacy" shutdown "shutdown legacy" \
	"shutdown strict live tombstones" init; do
	# shellcheck disable=SC2086 # words
	call "EBUSY reason=PSP_DEAD cmd=0x0 err=-16 status=0xffffffff ext=0x0 count=0*" -f 3 $dead
done
call "OK cpu=1" -f 3 wbinvd cpu=1
call "OK cpus=4/4" -f 3 wbinvd-all
psp_fault_used

! guest_start snp >/dev/null 2>&1 || fail "a guest started without a PSP"
kvm_unload || fail "kvm_amd does not go"
! rmmod ccp 2>/dev/null || fail "ccp went with its device open"
call "EBUSY reason=PSP_DEAD *" -f 3 df-flush
exec 3>&-
rmmod ccp || fail "ccp does not go"
[ ! -e /dev/sev-debug ] || fail "the node stayed"

# it hangs still: the driver finds out when it comes again
insmod /lib/modules/ccp.ko psp_probe_timeout=1 || fail "ccp does not come again"
if [ -e /dev/sev-debug ]; then
	call "EBUSY reason=PSP_DEAD *" df-flush
fi
insmod /lib/modules/kvm-amd.ko || echo "kvm_amd: not without a PSP"
no_kernel_warnings
