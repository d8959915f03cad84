# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# kexec -e with nothing torn down, while an SNP guest lives: the driver's own shutdown
# fails, kexec goes on, and the host is lost.  Either the old kernel writes to a page of
# the guest when it puts the new one in its place, with nobody left to tell of the
# fault; or the new one finds IOMMUs that do not take its buffers.
#   kexec_live.sh [rmp|iommu]    which of the two it has to be
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

[ "$SNP_GEN" = 1 ] || fail "the next kernel came up"

# enough of it that there is something of it where the new kernel goes
guest_start snp --mem=32 --launch-kb=16384 || fail "no SNP guest"
log_has psp 'SNP_SHUTDOWN_EX.*DFFLUSH_REQUIRED'
log_has console 'SEV-SNP firmware shutdown failed, rc -5, error 0xf'
log_has console 'kexec_core: Starting new kernel'
fault='Triple fault'
timer="Kernel panic - not syncing: timer doesn.t work through Interrupt-remapped IO-APIC"
case ${1:-} in
'') machine_dies "$fault|$timer" ;;
rmp)
	log_has qemu 'RMP violation, write'
	machine_dies "$fault"
	;;
iommu)
	log_has console 'AMD-Vi: Completion-Wait loop timed out'
	machine_dies "$timer"
	;;
*) fail "$1?" ;;
esac
kexec_same
