# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Faults that come from outside the machine, by QEMU's monitor: the next command
# fails, a CPU's WBINVD does not count.
#   outside.sh [STATUS]    with --psp fault=0x84:status=STATUS,,skip=1: one that was armed
#                          before the machine started, for the flush after SNP_INIT_EX's
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

if [ $# -gt 0 ]; then
	call "EIO reason=NONE cmd=0x84 err=-5 status=$1 *" df-flush
	psp_fault_used
	call "OK reason=NONE cmd=0x84 err=0 status=0x0 *" df-flush
	exit 0
fi

machine_monitor qom-set psp fault 0x84:status=0x13
call "EIO reason=NONE cmd=0x84 err=-5 status=0x13 *" df-flush
psp_fault_used
call "OK reason=NONE cmd=0x84 err=0 status=0x0 *" df-flush

machine_monitor qom-set psp fault hang
case $(psp-fault) in
*hang*) ;;
*) fail "the fault is not armed: $(psp-fault)" ;;
esac
machine_monitor qom-set psp fault none
psp_fault_used
# what the monitor refuses is a failure
! (machine_monitor qom-set psp fault nonsense) || fail "the monitor took nonsense"
! (machine_monitor no-such-command) || fail "the monitor took a command that there is not"
psp_fault_used
call "OK reason=NONE cmd=0x84 err=0 status=0x0 *" df-flush

# a guest that ran makes its CPUs' caches count
machine_monitor qom-set psp deaf-cpu 2
pid=$(guest_start snp) || fail "no SNP guest"
guest_end "$pid"
call "OK *" wbinvd-all
call "EIO reason=NONE cmd=0x84 err=-5 status=0xe *" df-flush
machine_monitor qom-set psp deaf-cpu -1
call "EIO reason=NONE cmd=0x84 err=-5 status=0xe *" df-flush
call "OK *" wbinvd-all
call "OK reason=NONE cmd=0x84 err=0 status=0x0 *" df-flush
no_kernel_warnings
