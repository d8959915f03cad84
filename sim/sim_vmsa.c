// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a vCPU of SEV-ES and SNP begins with: the VMSA that KVM makes of what QEMU sets (APM
 * volume 2, appendix B, table B-4; kvm_amd of Linux 6.12.117, sev_es_sync_vmsa()).  Every
 * vCPU begins as the first one does: the firmware's table says nothing else here.
 */
#include <string.h>

#include "sim_launch.h"

#define SIGNATURE	0xa00f11u	/* of an EPYC-Milan, as the VMM asked for */
#define SEV_FEATURES	0x3b0u
#define SNP_ACTIVE	1u

static const struct {
	uint16_t at, size;
	uint64_t value;
} fields[] = {
	/* segments: selector, attributes, limit, base; ES, CS, SS, DS, FS, GS */
	{ 0x002, 2, 0x93 }, { 0x004, 4, 0xffff },
	{ 0x010, 2, 0xf000 }, { 0x012, 2, 0x9b }, { 0x014, 4, 0xffff }, { 0x018, 8, 0xffff0000 },
	{ 0x022, 2, 0x93 }, { 0x024, 4, 0xffff },
	{ 0x032, 2, 0x93 }, { 0x034, 4, 0xffff },
	{ 0x042, 2, 0x93 }, { 0x044, 4, 0xffff },
	{ 0x052, 2, 0x93 }, { 0x054, 4, 0xffff },
	/* GDTR, LDTR, IDTR, TR */
	{ 0x064, 4, 0xffff }, { 0x072, 2, 0x82 }, { 0x074, 4, 0xffff }, { 0x084, 4, 0xffff },
	{ 0x092, 2, 0x8b }, { 0x094, 4, 0xffff },
	{ 0x0d0, 8, 0x1000 },			/* EFER: SVME, by KVM */
	{ 0x148, 8, 0x40 },			/* CR4: MCE, by KVM */
	{ 0x158, 8, 0x10 },			/* CR0: ET; not CD and NW, by KVM */
	{ 0x160, 8, 0x400 }, { 0x168, 8, 0xffff0ff0 },	/* DR7, DR6 */
	{ 0x170, 8, 2 }, { 0x178, 8, 0xfff0 },	/* RFLAGS, RIP */
	{ 0x268, 8, 0x7040600070406ull },	/* PAT */
	{ 0x310, 8, SIGNATURE },		/* RDX */
	{ 0x3e8, 8, 1 },			/* XCR0 */
	{ 0x408, 4, 0x1f80 }, { 0x410, 2, 0x37f },	/* MXCSR, x87 control word */
};

void vm_vmsa(struct sim *s, uint32_t page, bool snp)
{
	uint8_t vmsa[SIM_PAGE] = { 0 };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (uint16_t n = 0; n < fields[i].size; n++)
			vmsa[fields[i].at + n] = (uint8_t)(fields[i].value >> 8 * n);
	vmsa[SEV_FEATURES] = snp ? SNP_ACTIVE : 0;
	sim_kernel_write(s, sim_pa(page), vmsa, sizeof(vmsa));
}
