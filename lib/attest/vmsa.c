// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page with the registers that a virtual processor begins with (AMD 24593, appendix B,
 * table B-4).  What is in it after a reset is KVM's and the VMM's doing: svm.c and sev.c of
 * Linux, x86_cpu_reset() of QEMU.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/little.h"
#include "sevadm.h"

#define SEGMENTS(name, at) \
	{ name ".selector", at, 2 }, { name ".attrib", at + 2, 2 }, { name ".limit", at + 4, 4 }, \
	{ name ".base", at + 8, 8 }

static const struct {
	const char *name;
	uint16_t offset, size;
} fields[] = {
	SEGMENTS("es", 0x00), SEGMENTS("cs", 0x10), SEGMENTS("ss", 0x20), SEGMENTS("ds", 0x30),
	SEGMENTS("fs", 0x40), SEGMENTS("gs", 0x50), SEGMENTS("gdtr", 0x60), SEGMENTS("ldtr", 0x70),
	SEGMENTS("idtr", 0x80), SEGMENTS("tr", 0x90),
	{ "pl0_ssp", 0xa0, 8 }, { "pl1_ssp", 0xa8, 8 }, { "pl2_ssp", 0xb0, 8 }, { "pl3_ssp", 0xb8, 8 },
	{ "u_cet", 0xc0, 8 }, { "vmpl", 0xca, 1 }, { "cpl", 0xcb, 1 }, { "efer", 0xd0, 8 },
	{ "xss", 0x140, 8 }, { "cr4", 0x148, 8 }, { "cr3", 0x150, 8 }, { "cr0", 0x158, 8 },
	{ "dr7", 0x160, 8 }, { "dr6", 0x168, 8 }, { "rflags", 0x170, 8 }, { "rip", 0x178, 8 },
	{ "dr0", 0x180, 8 }, { "dr1", 0x188, 8 }, { "dr2", 0x190, 8 }, { "dr3", 0x198, 8 },
	{ "dr0_mask", 0x1a0, 8 }, { "dr1_mask", 0x1a8, 8 }, { "dr2_mask", 0x1b0, 8 },
	{ "dr3_mask", 0x1b8, 8 }, { "rsp", 0x1d8, 8 }, { "s_cet", 0x1e0, 8 }, { "ssp", 0x1e8, 8 },
	{ "isst_addr", 0x1f0, 8 }, { "rax", 0x1f8, 8 }, { "star", 0x200, 8 }, { "lstar", 0x208, 8 },
	{ "cstar", 0x210, 8 }, { "sfmask", 0x218, 8 }, { "kernel_gs_base", 0x220, 8 },
	{ "sysenter_cs", 0x228, 8 }, { "sysenter_esp", 0x230, 8 }, { "sysenter_eip", 0x238, 8 },
	{ "cr2", 0x240, 8 }, { "g_pat", 0x268, 8 }, { "dbgctl", 0x270, 8 }, { "br_from", 0x278, 8 },
	{ "br_to", 0x280, 8 }, { "last_excp_from", 0x288, 8 }, { "last_excp_to", 0x290, 8 },
	{ "pkru", 0x2e8, 4 }, { "tsc_aux", 0x2ec, 4 }, { "tsc_scale", 0x2f0, 8 },
	{ "tsc_offset", 0x2f8, 8 }, { "reg_prot_nonce", 0x300, 8 }, { "rcx", 0x308, 8 },
	{ "rdx", 0x310, 8 }, { "rbx", 0x318, 8 }, { "rbp", 0x328, 8 }, { "rsi", 0x330, 8 },
	{ "rdi", 0x338, 8 }, { "r8", 0x340, 8 }, { "r9", 0x348, 8 }, { "r10", 0x350, 8 },
	{ "r11", 0x358, 8 }, { "r12", 0x360, 8 }, { "r13", 0x368, 8 }, { "r14", 0x370, 8 },
	{ "r15", 0x378, 8 }, { "guest_exit_info_1", 0x390, 8 }, { "guest_exit_info_2", 0x398, 8 },
	{ "guest_exit_int_info", 0x3a0, 8 }, { "guest_nrip", 0x3a8, 8 }, { "sev_features", 0x3b0, 8 },
	{ "vintr_ctrl", 0x3b8, 8 }, { "guest_exit_code", 0x3c0, 8 }, { "virtual_tom", 0x3c8, 8 },
	{ "tlb_id", 0x3d0, 8 }, { "pcpu_id", 0x3d8, 8 }, { "event_inj", 0x3e0, 8 },
	{ "xcr0", 0x3e8, 8 }, { "x87_dp", 0x400, 8 }, { "mxcsr", 0x408, 4 }, { "x87_ftw", 0x40c, 2 },
	{ "x87_fsw", 0x40e, 2 }, { "x87_fcw", 0x410, 2 }, { "x87_fop", 0x412, 2 },
	{ "x87_ds", 0x414, 2 }, { "x87_cs", 0x416, 2 }, { "x87_rip", 0x418, 8 },
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

bool sevadm_vmsa_field(const uint8_t *page, size_t index, struct sevadm_vmsa_field *field)
{
	if (index >= NR_FIELDS)
		return false;
	*field = (struct sevadm_vmsa_field){
		.name = fields[index].name,
		.offset = fields[index].offset,
		.size = fields[index].size,
		.value = little_get(page + fields[index].offset, fields[index].size),
	};
	return true;
}

unsigned int sevadm_vmsa_others(const uint8_t *page, unsigned int offset)
{
	size_t next = 0;

	for (; offset < SEVADM_VMSA_SIZE; offset++) {
		while (next < NR_FIELDS && fields[next].offset + fields[next].size <= offset)
			next++;
		if (page[offset] && (next == NR_FIELDS || offset < fields[next].offset))
			break;
	}
	return offset < SEVADM_VMSA_SIZE ? offset : SEVADM_VMSA_SIZE;
}

int sevadm_vmsa_set(uint8_t *page, const char *name, uint64_t value)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		if (strcmp(fields[i].name, name))
			continue;
		if (fields[i].size < 8 && value >> 8 * fields[i].size)
			return -ERANGE;
		little_put(page + fields[i].offset, fields[i].size, value);
		return 0;
	}
	return -ENOENT;
}

static void put(uint8_t *page, const char *name, uint64_t value)
{
	sevadm_vmsa_set(page, name, value);
}

/* What KVM has for every VMM: the processor after INIT, with EFER.SVME and CR4.MCE of the host */
static void build_common(uint8_t *page)
{
	static const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{ "es.attrib", 0x93 }, { "ds.attrib", 0x93 }, { "fs.attrib", 0x93 },
		{ "gs.attrib", 0x93 }, { "ldtr.attrib", 0x82 }, { "es.limit", 0xffff },
		{ "cs.limit", 0xffff }, { "ss.limit", 0xffff }, { "ds.limit", 0xffff },
		{ "fs.limit", 0xffff }, { "gs.limit", 0xffff }, { "gdtr.limit", 0xffff },
		{ "idtr.limit", 0xffff }, { "ldtr.limit", 0xffff }, { "tr.limit", 0xffff },
		{ "efer", 0x1000 }, { "cr4", 0x40 }, { "cr0", 0x10 }, { "dr7", 0x400 },
		{ "dr6", 0xffff0ff0 }, { "rflags", 0x2 }, { "g_pat", 0x0007040600070406 },
		{ "xcr0", 0x1 },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		put(page, values[i].name, values[i].value);
}

/* Where it begins: the first one at the end of the firmware, the others where that says */
static void build_start(uint8_t *page, uint32_t eip)
{
	put(page, "cs.selector", 0xf000);
	put(page, "cs.base", eip & 0xffff0000);
	put(page, "rip", eip & 0xffff);
}

/* libkrun has no firmware for the others, which begin in memory of the kernel's */
static void build_krun(uint8_t *page, bool first)
{
	if (!first) {
		put(page, "cs.selector", 0x9100);
		put(page, "cs.base", 0x91000);
		put(page, "rip", 0);
		return;
	}
	put(page, "rsi", 0x7000);
	put(page, "rbp", 0x8ff0);
	put(page, "rsp", 0x8ff0);
}

void sevadm_vmsa_build(const struct sevadm_vmsa *vmsa, uint8_t page[SEVADM_VMSA_SIZE])
{
	static const struct {
		uint16_t cs_first, cs, ss, tr;
	} attribs[] = {
		[SEVADM_VMM_QEMU] = { 0x9b, 0x9b, 0x93, 0x8b },
		[SEVADM_VMM_EC2] = { 0x9a, 0x9b, 0x92, 0x83 },
		[SEVADM_VMM_KRUN] = { 0x9a, 0x9a, 0x92, 0x83 },
	};
	bool first = !vmsa->index;

	memset(page, 0, SEVADM_VMSA_SIZE);
	build_common(page);
	build_start(page, first ? 0xfffffff0 : vmsa->reset_eip);
	put(page, "cs.attrib", first ? attribs[vmsa->vmm].cs_first : attribs[vmsa->vmm].cs);
	put(page, "ss.attrib", attribs[vmsa->vmm].ss);
	put(page, "tr.attrib", attribs[vmsa->vmm].tr);
	put(page, "sev_features", vmsa->features);
	if (vmsa->vmm == SEVADM_VMM_QEMU)
		put(page, "rdx", vmsa->signature);
	if (vmsa->vmm == SEVADM_VMM_KRUN)
		build_krun(page, first);
	if (vmsa->vmm != SEVADM_VMM_EC2 && !vmsa->legacy) {
		put(page, "mxcsr", 0x1f80);
		put(page, "x87_fcw", 0x37f);
	}
}

/* ------------------------------------------------------------------- names */

const char *sevadm_sev_feature_name(unsigned int bit)
{
	static const char *const names[] = {
		"SNPActive", "vTOM", "ReflectVC", "RestrictedInjection", "AlternateInjection",
		"DebugSwap", "PreventHostIBS", "BTBIsolation", "VmplSSS", "SecureTSC",
		"VmgexitParameter", [12] = "IbsVirtualization", [14] = "VmsaRegProt",
		[15] = "SmtProtection",
	};

	return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}

uint32_t sevadm_cpu_signature(unsigned int family, unsigned int model, unsigned int stepping)
{
	unsigned int low = family > 0xf ? 0xf : family;

	return (family - low) << 20 | (model >> 4) << 16 | low << 8 | (model & 0xf) << 4 | stepping;
}

const struct sevadm_vcpu_type *sevadm_vcpu_type(size_t index)
{
	/* QEMU, target/i386/cpu.c: versions of a model have its signature */
	static const struct sevadm_vcpu_type types[] = {
		{ "EPYC", 0x800f12 }, { "EPYC-v1", 0x800f12 }, { "EPYC-v2", 0x800f12 },
		{ "EPYC-IBPB", 0x800f12 }, { "EPYC-v3", 0x800f12 }, { "EPYC-v4", 0x800f12 },
		{ "EPYC-v5", 0x800f12 },
		{ "EPYC-Rome", 0x830f10 }, { "EPYC-Rome-v1", 0x830f10 }, { "EPYC-Rome-v2", 0x830f10 },
		{ "EPYC-Rome-v3", 0x830f10 }, { "EPYC-Rome-v4", 0x830f10 },
		{ "EPYC-Rome-v5", 0x830f10 },
		{ "EPYC-Milan", 0xa00f11 }, { "EPYC-Milan-v1", 0xa00f11 },
		{ "EPYC-Milan-v2", 0xa00f11 }, { "EPYC-Milan-v3", 0xa00f11 },
		{ "EPYC-Genoa", 0xa10f10 }, { "EPYC-Genoa-v1", 0xa10f10 },
		{ "EPYC-Genoa-v2", 0xa10f10 },
		{ "EPYC-Turin", 0xb00f00 }, { "EPYC-Turin-v1", 0xb00f00 },
	};

	return index < sizeof(types) / sizeof(types[0]) ? &types[index] : NULL;
}
