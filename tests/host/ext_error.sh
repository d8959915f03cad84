# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What the firmware leaves in the registers of the command buffer beside a
# failure is reported, and nothing is when it leaves nothing: the buffer's
# address is still in them then.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
c=$(guest_start sev) || fail "no SEV guest"
id=$(guest_id "$a")
sev_id=$(guest_id "$c")

call "OK reason=NONE cmd=0x84 err=0 status=0x0 ext=0x0 *" df-flush
call "EIO reason=NONE cmd=0x86 err=-5 status=0x1 ext=0x0 *" shutdown strict live

# both registers, one of them, none; and left beside a success
psp_fault 0x84:status=0x3,ext=0x1122334455667788
call "EIO reason=NONE cmd=0x84 err=-5 status=0x3 ext=0x1122334455667788 *" df-flush
psp_fault 0x84:status=0x3,ext=0x5566778800000000
call "EIO * status=0x3 ext=0x5566778800000000 *" df-flush
psp_fault 0x84:status=0x24
call "EIO * status=0x24 ext=0x0 *" df-flush
psp_fault 0x84:ext=0x1122334455667788
call "OK * status=0x0 ext=0x0 *" df-flush

# a command with a buffer: its address stays in the registers
psp_fault 0x92:status=0x6
call "EIO * cmd=0x92 err=-5 status=0x6 ext=0x0 *" status "id=$id"
psp_fault 0x92:status=0x6,ext=0x77
call "EIO * cmd=0x92 err=-5 status=0x6 ext=0x77 *" status "id=$id"
psp_fault 0x23:status=0x10,ext=0x78
call "EIO * cmd=0x23 err=-5 status=0x10 ext=0x78 *" status "id=$sev_id"
psp_fault 0x86:status=0x9,ext=0x7900000000
call "EIO * cmd=0x86 err=-5 status=0x9 ext=0x7900000000 *" shutdown strict live
psp_fault 0x90:status=0x9,ext=0x7a
call "EIO * cmd=0x90 err=-5 status=0x9 ext=0x7a *" decommission running "id=$id"
psp_fault_used

# nothing of it changed anything
call "OK *" status "id=$id"
call "OK *" status "id=$sev_id"
guest_end "$a"
guest_end "$c"
no_kernel_warnings
