# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# kexec -e with nothing torn down, while an SNP guest lives: the driver's own shutdown
# fails, kexec goes on, and the host is lost.  The old kernel writes to a page of the
# guest when it puts the new one in its place, with nobody left to tell of the fault;
# if it is lucky, the new one does when it comes to such a page, or to the IOMMU's.
# A thread that the new kernel can do without must not be all that dies of it.
# Boots with: oops=panic
. "${HOST_TESTS:-/tests/host}/lib/calls.sh"

[ "$SNP_GEN" = 1 ] || fail "the next kernel came up"

# enough of it that there is something of it where the new kernel goes
guest_start snp --mem=32 --launch-kb=16384 || fail "no SNP guest"
log_has psp 'SNP_SHUTDOWN_EX.*DFFLUSH_REQUIRED'
log_has console 'SEV-SNP firmware shutdown failed, rc -5, error 0xf'
kexec_dies any
