# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Something of everything for the PSP's log, which psp_log.test reads: guests of two
# kinds come and go, commands fail, are late, and are done though the answer says that
# they failed.
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
c=$(guest_start sev-es) || fail "no SEV-ES guest"
psp_fault 0x84:status=0x13
call "EIO * status=0x13 *" df-flush
psp_fault 0x84:delay-ms=300
call "OK *" df-flush
psp_fault 0x84:status=0x3,execute
call "EIO * status=0x3 *" df-flush
psp_fault_used
call "EIO * cmd=0x86 err=-5 status=0x1 *" shutdown strict live
guest_end "$b"
guest_end "$c"
guest_end "$a"
run teardown
expect_code 0
kvm_reload || fail "SNP does not come up again"
no_kernel_warnings
