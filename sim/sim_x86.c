// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processor as software sees it: CPUID and model-specific registers, and the nodes by
 * which KVM and the devices are asked.
 */
#include <errno.h>
#include <string.h>

#include "sim_internal.h"

#define C_BIT		51u
#define SYSCFG_MFDM	(1ull << 19)
#define SYSCFG_MEM	(1ull << 23)
#define SYSCFG_SNP	(1ull << 24)
#define SYSCFG_VMPL	(1ull << 25)
#define VMSA_SECURE_TSC	(1ull << 9)

/* Bit 8 of 8000001F is Secure TSC */
static const struct {
	uint32_t sev_eax;
	const char *brand;
} processors[] = {
	[PSP_FW_MILAN] = { 0x1003f, "AMD EPYC 7763 simulated Processor" },
	[PSP_FW_GENOA] = { 0x1057f, "AMD EPYC 9654 simulated Processor" },
	[PSP_FW_TURIN] = { 0x1057f, "AMD EPYC 9755 simulated Processor" },
};

static void vendor(uint32_t regs[4])
{
	memcpy(&regs[1], "Auth", 4);
	memcpy(&regs[3], "enti", 4);
	memcpy(&regs[2], "cAMD", 4);
}

static int cpuid(const struct sim *s, uint32_t leaf, uint32_t regs[4])
{
	uint32_t g = s->st->m.cpu_generation;
	char brand[48] = "";

	memset(regs, 0, 4 * sizeof(*regs));
	switch (leaf) {
	case 0:
		regs[0] = 0x10;
		vendor(regs);
		return 0;
	case 1:
		regs[0] = s->st->fw.signature;
		return 0;
	case 0x80000000:
		regs[0] = 0x80000028;
		vendor(regs);
		return 0;
	case 0x80000002: case 0x80000003: case 0x80000004:
		strcpy(brand, processors[g].brand);
		memcpy(regs, brand + 16 * (leaf - 0x80000002), 16);
		return 0;
	case 0x8000001f:
		regs[0] = processors[g].sev_eax;
		regs[1] = C_BIT | 5u << 6 | 4u << 12;
		regs[2] = s->st->kvm.max_sev_asid;
		regs[3] = s->st->kvm.min_sev_asid;
		return 0;
	default:
		return leaf <= 0x10 || (leaf > 0x80000000 && leaf <= 0x80000028) ? 0 : -ENOENT;
	}
}

int sim_cpuid(struct sim *s, uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	int ret = sim_enter(s, false);

	(void)subleaf;
	if (ret)
		return ret;
	ret = cpuid(s, leaf, regs);
	if (s->inside && leaf >> 28 == 4)
		ret = leaf == 0x40000000 ? 0 : -ENOENT;
	if (s->inside && !ret)
		guest_cpuid(s, leaf, regs);
	return sim_leave(s, ret);
}

static int msr(struct sim *s, unsigned int cpu, uint32_t index, uint64_t *value)
{
	const struct sim_machine *m = &s->st->m;
	struct psp_fw_thread_regs regs;

	if (m->no_msr || cpu >= m->cpus)
		return -ENOENT;
	if (m->access == SIM_ACCESS_NONE)
		return -EACCES;
	if (!m->cpu[cpu].online)
		return -ENXIO;
	sim_fw_ops.thread_regs(s, cpu, &regs);
	switch (index) {
	case 0xc0010010:
		*value = (regs.mfdm ? SYSCFG_MFDM : 0) | (regs.mem_enc ? SYSCFG_MEM : 0) |
			 (regs.snp_en ? SYSCFG_SNP : 0) | (regs.vmpl_en ? SYSCFG_VMPL : 0);
		return 0;
	case 0xc0010132:
		*value = regs.rmp_base;
		return 0;
	case 0xc0010133:
		*value = regs.rmp_end;
		return 0;
	default:
		return -EIO;
	}
}

int sim_msr_read(struct sim *s, unsigned int cpu, uint32_t index, uint64_t *value)
{
	int ret = sim_enter(s, false);

	*value = 0;
	if (ret)
		return ret;
	return sim_leave(s, s->inside ? guest_msr(s, cpu, index, value) :
					msr(s, cpu, index, value));
}

int sim_node_look(struct sim *s, const char *path, uint32_t *mode, int *open_err, bool *device)
{
	const struct sim_machine *m = &s->st->m;
	int ret = sim_enter(s, false);
	bool there;

	if (ret)
		return ret;
	if (s->inside)
		there = guest_has_node(s, path);
	else
		there = (!strcmp(path, "/dev/sev") && s->st->ccp.probed) ||
			(!strcmp(path, "/dev/sev-debug") && s->st->debug.registered) ||
			(!strcmp(path, "/dev/kvm") && s->st->kvm.loaded);
	*device = there;
	*mode = strcmp(path, "/dev/kvm") ? 0600 : 0660;
	*open_err = m->access == SIM_ACCESS_RW ? 0 : -EACCES;
	return sim_leave(s, there ? 0 : -ENOENT);
}

static bool kernel_before(const struct sim_machine *m, uint32_t major, uint32_t minor)
{
	return m->kernel_major < major || (m->kernel_major == major && m->kernel_minor < minor);
}

static int kvm(struct sim *s, enum sim_kvm_question what, uint64_t *value)
{
	const struct sim_kvm *k = &s->st->kvm;
	const struct sim_machine *m = &s->st->m;

	if (!k->loaded || s->inside)
		return -ENOENT;
	if (m->access != SIM_ACCESS_RW)
		return -EACCES;
	switch (what) {
	case SIM_KVM_API:
		*value = 12;
		return 0;
	case SIM_KVM_VM_TYPES:
		*value = 1u | (k->sev ? 1u << 2 : 0) | (k->sev_es ? 1u << 3 : 0) |
			 (k->sev_snp ? 1u << 4 : 0);
		return 0;
	case SIM_KVM_VMSA_FEATURES:
		if (!k->sev_es)
			return -ENXIO;
		*value = 1u << 5;		/* DebugSwap */
		if (k->sev_snp && !kernel_before(m, 6, 18) &&
		    processors[m->cpu_generation].sev_eax & 1u << 8)
			*value |= VMSA_SECURE_TSC;
		return 0;
	default:
		return -EINVAL;
	}
}

int sim_kvm_ask(struct sim *s, enum sim_kvm_question what, uint64_t *value)
{
	int ret = sim_enter(s, false);

	return ret ? ret : sim_leave(s, kvm(s, what, value));
}

/* --- how the BIOS was set up and what the kernel was told --------------------- */

static const char *const bios_names[] = {
	"sme-off", "snp-off", "rmp-small", "no-es-asids", "all-es-asids", "no-iommu", NULL,
};

void sim_bios_names(uint32_t bios, char *list, size_t size)
{
	struct sim_text t = { .buf = list, .size = size - 1 };
	uint32_t i;

	memset(list, 0, size);
	for (i = 0; bios_names[i]; i++)
		if (bios & 1u << i)
			text_add(&t, "%s%s", t.len ? "," : "", bios_names[i]);
}

int sim_bios_parse(const char *list, uint32_t *bios)
{
	*bios = 0;
	while (list && *list) {
		size_t len = strcspn(list, ",");
		uint32_t i;

		for (i = 0; bios_names[i]; i++)
			if (strlen(bios_names[i]) == len && !strncmp(bios_names[i], list, len))
				break;
		if (!bios_names[i])
			return -EINVAL;
		*bios |= 1u << i;
		list += len + (list[len] == ',');
	}
	return (*bios & SIM_BIOS_NO_ES) && (*bios & SIM_BIOS_ALL_ES) ? -EINVAL : 0;
}

/* A word of the command line, to its end */
bool sim_booted_with(const struct sim *s, const char *word)
{
	const char *at = s->st->m.cmdline;
	size_t len = strlen(word);

	for (; *at; at += strcspn(at, " "), at += strspn(at, " "))
		if (!strncmp(at, word, len) && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

/* snp_probe_rmptable_info() and iommu_snp_enable(): does the kernel run as an SNP host? */
bool sim_host_snp(const struct sim *s)
{
	return sim_cpu_snp(s) && !(s->st->m.bios & SIM_BIOS_NO_IOMMU) &&
	       !sim_booted_with(s, "iommu=pt") && !sim_booted_with(s, "iommu=off") &&
	       !sim_booted_with(s, "amd_iommu=off");
}

/* Does the kernel leave SNP among the processor's flags? */
bool sim_cpu_snp(const struct sim *s)
{
	return !(s->st->m.bios & (SIM_BIOS_SME_OFF | SIM_BIOS_SNP_OFF | SIM_BIOS_RMP_SMALL)) &&
	       !sim_booted_with(s, "sev=nosnp");
}
