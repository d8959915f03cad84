/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: commands on single pages (AMD 56860, SNP_PAGE_*).
 */
#include "psp_fw_internal.h"

/* SNP_PAGE_RECLAIM: 0x16; bit 0 is the page size */
uint32_t psp_fw_params_snp_page_reclaim(struct psp_fw_call *call)
{
	return psp_fw_get64(call->buf) & 0xffe ? PSP_INVALID_PARAM : PSP_SUCCESS;
}

/* Then 0x1 (table), 0x9, 0x19, 0x9 (2 MB alignment), 0x1A */
uint32_t psp_fw_run_snp_page_reclaim(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint64_t pa = psp_fw_field_pa(call, 0) & ~1ull;
	bool large = call->buf[0] & 1;
	struct psp_fw_rmp entry;

	if (psp_fw_address_check(fw, pa, PSP_FW_PAGE_SIZE))
		return PSP_INVALID_ADDRESS;
	if (psp_fw_page_get(fw, pa, &entry))
		return PSP_INVALID_PAGE_STATE;
	if (large != entry.page_2m)
		return PSP_INVALID_PAGE_SIZE;
	if (large && (pa & (PSP_FW_2M - 1)))
		return PSP_INVALID_ADDRESS;
	switch (psp_fw_rmp_state(&entry)) {
	case PSP_PAGE_METADATA:
	case PSP_PAGE_FIRMWARE:
		entry.gpa = 0;
		entry.immutable = 0;
		break;
	case PSP_PAGE_PRE_GUEST:
	case PSP_PAGE_PRE_SWAP:
		entry.immutable = 0;
		break;
	case PSP_PAGE_RECLAIM:
		return PSP_SUCCESS;
	case PSP_PAGE_HYPERVISOR:
	case PSP_PAGE_GUEST_INVALID:
	case PSP_PAGE_GUEST_VALID:
		return fw->switches & PSP_FW_RECLAIM_STRICT ? PSP_INVALID_PAGE_STATE :
							      PSP_SUCCESS;
	default:
		return PSP_INVALID_PAGE_STATE;
	}
	return psp_fw_page_set(fw, pa, &entry) ? PSP_INVALID_PAGE_STATE : PSP_SUCCESS;
}

/* SNP_PAGE_MD_INIT: 0x16 */
uint32_t psp_fw_params_snp_page_md_init(struct psp_fw_call *call)
{
	return psp_fw_get64(call->buf) & ~PSP_FW_PAGE_MASK ? PSP_INVALID_PARAM : PSP_SUCCESS;
}

/* Then 0x1 (table), 0x9, 0x1A, 0x19: Firmware to Metadata, no entry in it */
uint32_t psp_fw_run_snp_page_md_init(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 0);
	struct psp_fw_rmp entry;

	if (psp_fw_address_check(call->fw, pa, PSP_FW_PAGE_SIZE))
		return PSP_INVALID_ADDRESS;
	if (psp_fw_page_get(call->fw, pa, &entry) ||
	    psp_fw_rmp_state(&entry) != PSP_PAGE_FIRMWARE)
		return PSP_INVALID_PAGE_STATE;
	if (entry.page_2m)
		return PSP_INVALID_PAGE_SIZE;
	psp_fw_fill(call->fw, pa, 0, PSP_FW_PAGE_SIZE);
	psp_fw_page_set_state(call->fw, pa, PSP_PAGE_METADATA);
	return PSP_SUCCESS;
}

/* SNP_PAGE_UNSMASH: 0x16 */
uint32_t psp_fw_params_snp_page_unsmash(struct psp_fw_call *call)
{
	return psp_fw_get64(call->buf) & (PSP_FW_2M - 1) ? PSP_INVALID_PARAM : PSP_SUCCESS;
}

/*
 * Then 0x1 (table), 0x9, 0x19 (is one already), 0x1A, 0x1C: 512 pages that a 2 MB
 * page could have been smashed into, all Pre-Guest or all Pre-Swap, become one.
 */
uint32_t psp_fw_run_snp_page_unsmash(struct psp_fw_call *call)
{
	uint64_t base = psp_fw_field_pa(call, 0);
	struct psp_fw_rmp first, entry;
	enum psp_page_state state;

	if (psp_fw_address_check(call->fw, base, PSP_FW_2M))
		return PSP_INVALID_ADDRESS;
	if (psp_fw_page_get(call->fw, base, &first))
		return PSP_INVALID_PAGE_STATE;
	if (first.page_2m)
		return PSP_INVALID_PAGE_SIZE;
	state = psp_fw_rmp_state(&first);
	if ((state != PSP_PAGE_PRE_GUEST && state != PSP_PAGE_PRE_SWAP) || first.vmsa ||
	    (first.gpa & (PSP_FW_2M - 1)))
		return PSP_INVALID_PAGE_STATE;
	for (uint64_t off = PSP_FW_PAGE_SIZE; off < PSP_FW_2M; off += PSP_FW_PAGE_SIZE) {
		if (psp_fw_page_get(call->fw, base + off, &entry) ||
		    psp_fw_rmp_state(&entry) != state || entry.vmsa ||
		    entry.gpa != first.gpa + off)
			return PSP_INVALID_PAGE_STATE;
		if (entry.asid != first.asid)
			return PSP_INVALID_PAGE_OWNER;
	}
	entry = (struct psp_fw_rmp) { 0 };
	for (uint64_t off = PSP_FW_PAGE_SIZE; off < PSP_FW_2M; off += PSP_FW_PAGE_SIZE)
		psp_fw_page_set(call->fw, base + off, &entry);
	first.page_2m = 1;
	psp_fw_page_set(call->fw, base, &first);
	return PSP_SUCCESS;
}

/* Commands that exist, that Linux never issues, and that are not modelled */
uint32_t psp_fw_run_unsupported(struct psp_fw_call *call)
{
	(void)call;
	return PSP_UNSUPPORTED;
}
