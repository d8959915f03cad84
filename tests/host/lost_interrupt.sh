# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The firmware answers, and the interrupt gets lost: for the driver that is no
# answer.  What the command did is done; the list of guests says what was seen.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
id=$(guest_id "$a")
psp_timeout 1
psp_fault 0x90:no-irq
call "ETIMEDOUT reason=NONE cmd=0x90 err=-110 status=0xffffffff ext=0x0 *" decommission running "id=$id"
call "* total=1" list
call "OK state=0x*7 snp=-1 sev=-1 guests=1+0 tombstones=0+0 *" info
call "EBUSY reason=PSP_DEAD *" decommission running "id=$id"
psp_fault_used
guest_alive "$a" || fail "the VMM is gone"
