// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processor as a guest sees it: CPUID as its hypervisor gives it, the register in which the
 * hardware tells what it is, and its nodes.
 */
#include <errno.h>
#include <string.h>

#include "sim_internal.h"

#define MSR_SEV_STATUS	0xc0010131u
#define STATUS_SEV	(1u << 0)
#define STATUS_SEV_ES	(1u << 1)
#define STATUS_SNP	(1u << 2)
#define ECX_HYPERVISOR	(1u << 31)

bool guest_has_node(struct sim *s, const char *path)
{
	const struct sim_vm *vm = guest_vm(s);

	return vm && vm->kind == SIM_KIND_SNP && vm->guest.secrets &&
	       !strcmp(path, "/dev/sev-guest");
}

/* On what the processor itself says */
void guest_cpuid(const struct sim *s, uint32_t leaf, uint32_t regs[4])
{
	(void)s;
	if (leaf == 1)
		regs[2] |= ECX_HYPERVISOR;
	if (leaf == 0x40000000) {
		regs[0] = 0x40000001;
		memcpy(&regs[1], "KVMK", 4);
		memcpy(&regs[2], "VMKV", 4);
		memcpy(&regs[3], "M\0\0\0", 4);
	}
	if (leaf == 0x8000001f)
		regs[2] = regs[3] = 0;		/* of ASIDs a guest hears nothing */
}

int guest_msr(struct sim *s, unsigned int cpu, uint32_t index, uint64_t *value)
{
	const struct sim_vm *vm = guest_vm(s);

	if (!vm)
		return -ENODEV;
	if (s->st->m.no_msr || cpu >= vm->vcpus)
		return -ENOENT;
	if (s->st->m.access == SIM_ACCESS_NONE)
		return -EACCES;
	if (index != MSR_SEV_STATUS)
		return -EIO;
	*value = STATUS_SEV | (vm->kind >= SIM_KIND_SEV_ES ? STATUS_SEV_ES : 0) |
		 (vm->kind == SIM_KIND_SNP ? STATUS_SNP : 0);
	return 0;
}
