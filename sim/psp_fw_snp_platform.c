/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the SNP platform - SNP_INIT, SNP_SHUTDOWN, status,
 * configuration (AMD 56860 chapter 8).
 */
#include <string.h>

#include "psp_fw_internal.h"

#define INIT_RMP	(1u << 0)
#define INIT_LIST	(1u << 1)
#define INIT_CTH	(1u << 3)	/* CIPHERTEXT_HIDING_EN, with MAX_SNP_ASID at 0x10 */
#define INIT_TIO	(1u << 4)
#define RMP_ALIGN	(1ull << 20)
#define RANGE_MAX	((PSP_FW_PAGE_SIZE - 8) / 16)	/* the list is one page */

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

/* SNP_INIT has no buffer and means INIT_RMP */
static uint32_t init_flags(const struct psp_fw_call *call)
{
	return call->cmd->length ? psp_fw_get32(call->buf) : INIT_RMP;
}

/* What SNP_INIT_EX may ask for is what FEATURE_INFO offers; the rest is reserved */
static bool init_reserved_ok(const struct psp_fw_call *call)
{
	const struct psp_fw *fw = call->fw;
	uint32_t known = INIT_RMP | INIT_LIST | (fw->cth ? INIT_CTH : 0) |
			 (fw->tio ? INIT_TIO : 0);
	size_t rsvd = init_flags(call) & INIT_CTH ? 0x12 : 0x10;

	return !(init_flags(call) & ~known) && !psp_fw_get32(call->buf + 4) &&
	       all_zero(call->buf + rsvd, 0x40 - rsvd);
}

static uint32_t init_max_snp_asid(const struct psp_fw_call *call)
{
	return init_flags(call) & INIT_CTH ? psp_fw_get32(call->buf + 0x10) & 0xffff : 0;
}

/* 0x16, 0x13 */
uint32_t psp_fw_params_snp_init(struct psp_fw_call *call)
{
	const struct psp_fw *fw = call->fw;
	uint32_t max = fw->min_sev_asid > 1 ? fw->min_sev_asid - 1 : fw->nr_asids;

	if (call->cmd->length && !init_reserved_ok(call))
		return PSP_INVALID_PARAM;
	if ((init_flags(call) & INIT_CTH) &&
	    (!init_max_snp_asid(call) || init_max_snp_asid(call) > max))
		return PSP_INVALID_PARAM;
	if (call->fw->conditions & PSP_FW_DIAGNOSTIC)
		return PSP_HWERROR_PLATFORM;
	return PSP_SUCCESS;
}

/* Every core set up alike and for SNP: 0x3, 0x15, 0x3 */
static uint32_t init_cores(struct psp_fw *fw, bool init_rmp, struct psp_fw_thread_regs *first)
{
	struct psp_fw_thread_regs regs;
	bool have_first = false, hsave = false;

	memset(first, 0, sizeof(*first));
	for (unsigned int thread = 0; thread < fw->nr_threads; thread++) {
		if (!psp_fw_thread_enabled(fw, thread))
			continue;
		memset(&regs, 0, sizeof(regs));
		fw->ops->thread_regs(fw->opaque, thread, &regs);
		if (!have_first)
			*first = regs;
		have_first = true;
		if (!regs.mem_enc || !regs.snp_en || !regs.vmpl_en || !regs.mfdm ||
		    !regs.smm_lock || regs.tseg_bad)
			return PSP_INVALID_CONFIG;
		if (regs.rmp_base != first->rmp_base || regs.rmp_end != first->rmp_end)
			return PSP_INVALID_CONFIG;
		hsave |= regs.hsave_pa != 0;
	}
	if ((first->rmp_base & (RMP_ALIGN - 1)) || ((first->rmp_end + 1) & (RMP_ALIGN - 1)) ||
	    first->rmp_end <= first->rmp_base)
		return PSP_INVALID_CONFIG;
	if (first->rmp_base & PSP_FW_C_BIT)
		return PSP_UNSUPPORTED;
	return init_rmp && hsave ? PSP_INVALID_CONFIG : PSP_SUCCESS;
}

/*
 * Call @op for each page of each listed range, as far as an RMP covers it; 0x26
 * for a list that makes no sense or if @op says so.
 */
static uint32_t each_listed(struct psp_fw *fw, uint64_t list,
			    int (*op)(struct psp_fw *fw, uint64_t pa))
{
	uint8_t range[16];
	uint32_t n;

	if (psp_fw_read(fw, list, range, 8))
		return PSP_INVALID_ADDRESS;
	n = psp_fw_get32(range);
	if (n > RANGE_MAX)
		return PSP_RMP_INITIALIZATION_FAILED;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t pa, count;

		if (psp_fw_read(fw, list + 8 + 16 * i, range, sizeof(range)))
			return PSP_INVALID_ADDRESS;
		pa = psp_fw_get64(range) & ~PSP_FW_C_BIT;
		count = psp_fw_get32(range + 8);
		if (pa & ~PSP_FW_PAGE_MASK)
			return PSP_RMP_INITIALIZATION_FAILED;
		for (; count; count--, pa += PSP_FW_PAGE_SIZE) {
			if (psp_fw_page_state(fw, pa) == PSP_PAGE_DEFAULT)
				break;	/* the table ends here, and so for the rest */
			if (op(fw, pa))
				return PSP_RMP_INITIALIZATION_FAILED;
		}
	}
	return PSP_SUCCESS;
}

static int range_check(struct psp_fw *fw, uint64_t pa)
{
	enum psp_page_state state;

	if (!fw->rmp_initialized)
		return 0;	/* what the table says now means nothing */
	state = psp_fw_page_state(fw, pa);
	return state == PSP_PAGE_HYPERVISOR || state == PSP_PAGE_HV_FIXED ||
	       state == PSP_PAGE_FIRMWARE ? 0 : -1;
}

static int range_fix(struct psp_fw *fw, uint64_t pa)
{
	if (psp_fw_page_state(fw, pa) != PSP_PAGE_HYPERVISOR)
		return 0;	/* the RMP itself */
	return psp_fw_page_set_state(fw, pa, PSP_PAGE_HV_FIXED);
}

static void iommu_pages_set(struct psp_fw *fw, enum psp_page_state state)
{
	uint64_t pa, count;

	if (!fw->ops->iommu_pages)
		return;
	for (unsigned int i = 0; fw->ops->iommu_pages(fw->opaque, i, &pa, &count); i++)
		for (; count; count--, pa += PSP_FW_PAGE_SIZE)
			psp_fw_page_set_state(fw, pa, state);
}

static uint32_t init_rmp(struct psp_fw *fw, uint64_t list, bool have_list)
{
	uint32_t status = PSP_SUCCESS;

	if (have_list)
		status = each_listed(fw, list, range_check);
	if (status)
		return status;
	if (fw->ops->rmp_init(fw->opaque))
		return PSP_RMP_INITIALIZATION_FAILED;
	if (have_list)
		status = each_listed(fw, list, range_fix);
	return status;
}

static void forget_guests(struct psp_fw *fw)
{
	memset(fw->snp_guest, 0, sizeof(fw->snp_guest));
	fw->snp_guest_count = 0;
}

/*
 * SNP_INIT, SNP_INIT_EX: 0x16, 0x13, 0x1 (table), 0x14, 0x20, 0x16 (list without
 * INIT_RMP), 0x3, 0x15, 0x3 (HSAVE_PA), 0x26.
 */
uint32_t psp_fw_run_snp_init(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint32_t flags = init_flags(call), status;
	struct psp_fw_thread_regs regs;

	if (fw->conditions & PSP_FW_UNLOCKED)
		return PSP_HWERROR_UNSAFE;
	if (!(flags & INIT_RMP) && (!fw->rmp_initialized || fw->rmp_tcb != fw->current_tcb))
		return PSP_RMP_INIT_REQUIRED;
	if ((flags & INIT_LIST) && !(flags & INIT_RMP))
		return PSP_INVALID_PARAM;
	status = init_cores(fw, flags & INIT_RMP, &regs);
	if (!status && (flags & INIT_RMP))
		status = init_rmp(fw, psp_fw_field_pa(call, 8), flags & INIT_LIST);
	if (status)
		return status;

	if (flags & INIT_RMP)
		fw->rmp_tcb = fw->current_tcb;
	iommu_pages_set(fw, PSP_PAGE_FIRMWARE_IOMMU);
	fw->rmp_base = regs.rmp_base;
	fw->rmp_end = regs.rmp_end;
	fw->rmp_initialized = 1;
	fw->flushed = 0;
	fw->snp_state = PSP_INIT;
	fw->max_snp_asid = init_max_snp_asid(call);
	forget_guests(fw);
	psp_fw_asids_all_dirty(fw);
	return PSP_SUCCESS;
}

/* SNP_SHUTDOWN_EX: length and flags, 0x16 */
static uint32_t shutdown_params(const struct psp_fw_call *call, bool *iommu, bool *x86)
{
	uint32_t flags;

	*iommu = *x86 = false;
	if (!call->cmd->length)
		return PSP_SUCCESS;
	flags = psp_fw_get32(call->buf + 4);
	if (psp_fw_get32(call->buf) != call->cmd->length || (flags & ~3u))
		return PSP_INVALID_PARAM;
	*iommu = flags & 1;
	*x86 = flags & 2;
	if (*x86 && (!*iommu || !call->fw->ops->snp_disable))
		return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

/*
 * SNP_SHUTDOWN, SNP_SHUTDOWN_EX: 0x1 (SEV up), SUCCESS in UNINIT, 0xF, 0x16, 0x28.
 * A guest that is still activated is an ASID that is not clean: 0xF as well.
 */
uint32_t psp_fw_run_snp_shutdown(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	bool iommu, x86;
	uint32_t status;

	if (fw->snp_state == PSP_UNINIT)
		return fw->switches & PSP_FW_SHUTDOWN_STRICT ? PSP_INVALID_PLATFORM_STATE :
							       PSP_SUCCESS;
	if (!psp_fw_asids_all_clean(fw))
		return PSP_DFFLUSH_REQUIRED;
	status = shutdown_params(call, &iommu, &x86);
	if (status)
		return status;
	if (iommu) {
		iommu_pages_set(fw, PSP_PAGE_RECLAIM);
		fw->rmp_initialized = 0;
	}
	fw->snp_state = PSP_UNINIT;
	fw->max_snp_asid = 0;
	fw->vlek_loaded = 0;
	memset(fw->vlek, 0, sizeof(fw->vlek));
	forget_guests(fw);
	if (x86 && fw->ops->snp_disable(fw->opaque))
		return PSP_SHUTDOWN_INCOMPLETE;
	return PSP_SUCCESS;
}

/* SNP_PLATFORM_STATUS: 0x16, 0x9, 0x1A; any state */
uint32_t psp_fw_params_snp_platform_status(struct psp_fw_call *call)
{
	return psp_fw_in_page(psp_fw_field_pa(call, 0), 0x20) ? PSP_SUCCESS : PSP_INVALID_PARAM;
}

uint32_t psp_fw_run_snp_platform_status(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint8_t out[0x20] = { fw->api_major, fw->api_minor, fw->snp_state, fw->rmp_initialized };

	psp_fw_put32(out + 4, fw->build);
	psp_fw_put32(out + 8, (uint32_t)fw->mask_chip_id | (uint32_t)fw->mask_chip_key << 1 |
		     (uint32_t)fw->vlek_loaded << 2 | (uint32_t)fw->feature_info << 3 |
		     (uint32_t)fw->cth << 5 | (fw->max_snp_asid ? 1u << 6 : 0));
	psp_fw_put32(out + 0xc, fw->snp_guest_count);
	psp_fw_put64(out + 0x10, fw->current_tcb);
	psp_fw_put64(out + 0x18, fw->reported_tcb);
	return psp_fw_output(fw, psp_fw_field_pa(call, 0), out, sizeof(out));
}

/*
 * SNP_CONFIG: 0x16; any state.  A TCB_VERSION is eight numbers, one byte each,
 * reserved ones 0, whatever the generation: each must be at most the installed.
 */
uint32_t psp_fw_params_snp_config(struct psp_fw_call *call)
{
	if ((psp_fw_get32(call->buf + 8) & ~3u) || !all_zero(call->buf + 0xc, 0x34))
		return PSP_INVALID_PARAM;
	for (int i = 0; i < 8; i++)
		if (call->buf[i] > (call->fw->current_tcb >> (8 * i) & 0xff))
			return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

/* A TCB of zeros stands for the current one (AMD 56860, "ReportedTcb") */
uint32_t psp_fw_run_snp_config(struct psp_fw_call *call)
{
	uint32_t flags = psp_fw_get32(call->buf + 8);
	uint64_t tcb = psp_fw_get64(call->buf);

	psp_fw_reported_tcb_set(call->fw, tcb ? tcb : call->fw->current_tcb);
	call->fw->mask_chip_id = flags & 1;
	call->fw->mask_chip_key = flags >> 1 & 1;
	return PSP_SUCCESS;
}

/* SNP_FEATURE_INFO: 0x11 where it does not exist, 0x16, 0x9, 0x1A; any state */
uint32_t psp_fw_params_snp_feature_info(struct psp_fw_call *call)
{
	if (!call->fw->feature_info)
		return PSP_INVALID_COMMAND;
	if (psp_fw_get32(call->buf) != call->cmd->length || psp_fw_get32(call->buf + 4) ||
	    !psp_fw_in_page(psp_fw_field_pa(call, 8), 16))
		return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

uint32_t psp_fw_run_snp_feature_info(struct psp_fw_call *call)
{
	uint8_t out[16] = { 0 };	/* eax ebx ecx edx of Fn8000_0024 */

	psp_fw_put32(out + 4, call->fw->tio ? 1u << 1 : 0);
	psp_fw_put32(out + 8, 1u << 0 | (call->fw->ops->snp_disable ? 1u << 1 : 0) |
			      (call->fw->cth ? 1u << 3 : 0));
	return psp_fw_output(call->fw, psp_fw_field_pa(call, 8), out, sizeof(out));
}
