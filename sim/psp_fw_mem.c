/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: system memory, and what the RMP lets the firmware do with it.
 */
#include <string.h>

#include "psp_fw_internal.h"

/* Metadata and Firmware-IOMMU differ from Firmware in the GPA field only */
#define GPA_METADATA	(1ull << 12)
#define GPA_IOMMU	(2ull << 12)

static bool address_valid(uint64_t pa, uint64_t len)
{
	return pa + len >= pa && !((pa + len) >> 52);
}

/* Call @op for each part of a range that lies within one page */
static int each_page(struct psp_fw *fw, uint64_t pa, uint8_t *buf, size_t len,
		     int (*op)(struct psp_fw *fw, uint64_t pa, uint8_t *buf, size_t len))
{
	if (!address_valid(pa, len))
		return -1;
	while (len) {
		size_t part = PSP_FW_PAGE_SIZE - (pa & ~PSP_FW_PAGE_MASK);

		if (part > len)
			part = len;
		if (op(fw, pa, buf, part))
			return -1;
		pa += part;
		buf += part;
		len -= part;
	}
	return 0;
}

static int read_part(struct psp_fw *fw, uint64_t pa, uint8_t *buf, size_t len)
{
	return fw->ops->mem_read(fw->opaque, pa, buf, len);
}

static int write_part(struct psp_fw *fw, uint64_t pa, uint8_t *buf, size_t len)
{
	return fw->ops->mem_write(fw->opaque, pa, buf, len);
}

int psp_fw_read(struct psp_fw *fw, uint64_t pa, void *buf, size_t len)
{
	return each_page(fw, pa & ~PSP_FW_C_BIT, buf, len, read_part);
}

int psp_fw_write(struct psp_fw *fw, uint64_t pa, const void *buf, size_t len)
{
	return each_page(fw, pa & ~PSP_FW_C_BIT, (uint8_t *)(uintptr_t)buf, len, write_part);
}

int psp_fw_fill(struct psp_fw *fw, uint64_t pa, uint8_t byte, size_t len)
{
	uint8_t page[PSP_FW_PAGE_SIZE];

	memset(page, byte, sizeof(page));
	while (len) {
		size_t part = len < sizeof(page) ? len : sizeof(page);

		if (psp_fw_write(fw, pa, page, part))
			return -1;
		pa += part;
		len -= part;
	}
	return 0;
}

static bool overlap(uint64_t pa, uint64_t len, uint64_t start, uint64_t start_len)
{
	return start_len && pa < start + start_len && start < pa + len;
}

/*
 * May a command name these addresses at all?  Not those beyond memory, nor those
 * that the platform keeps for itself: the RMP and the TMR.
 */
uint32_t psp_fw_address_check(struct psp_fw *fw, uint64_t pa, uint64_t len)
{
	uint8_t byte;

	pa &= ~PSP_FW_C_BIT;
	if (!len || !address_valid(pa, len))
		return PSP_INVALID_ADDRESS;
	if (fw->snp_state == PSP_INIT &&
	    overlap(pa, len, fw->rmp_base, fw->rmp_end - fw->rmp_base + 1))
		return PSP_INVALID_ADDRESS;
	if (fw->sev_state != PSP_UNINIT && overlap(pa, len, fw->tmr_address, fw->tmr_len))
		return PSP_INVALID_ADDRESS;
	for (uint64_t page = pa & PSP_FW_PAGE_MASK; page < pa + len; page += PSP_FW_PAGE_SIZE)
		if (psp_fw_read(fw, page < pa ? pa : page, &byte, 1))
			return PSP_INVALID_ADDRESS;
	return PSP_SUCCESS;
}

/* The entry that governs @pa: that of the 2 MB page around it if there is one */
int psp_fw_page_get(struct psp_fw *fw, uint64_t pa, struct psp_fw_rmp *entry)
{
	uint64_t large = pa & ~(PSP_FW_2M - 1);

	if (!fw->ops->rmp_get(fw->opaque, large, entry) && entry->assigned && entry->page_2m)
		return 0;
	return fw->ops->rmp_get(fw->opaque, pa & PSP_FW_PAGE_MASK, entry);
}

int psp_fw_page_set(struct psp_fw *fw, uint64_t pa, const struct psp_fw_rmp *entry)
{
	return fw->ops->rmp_set(fw->opaque, pa & (entry->page_2m ? ~(PSP_FW_2M - 1) :
							PSP_FW_PAGE_MASK), entry);
}

enum psp_page_state psp_fw_rmp_state(const struct psp_fw_rmp *e)
{
	if (!e->assigned)
		return e->immutable ? PSP_PAGE_HV_FIXED : PSP_PAGE_HYPERVISOR;
	if (e->asid) {
		if (e->immutable)
			return e->validated ? PSP_PAGE_PRE_SWAP : PSP_PAGE_PRE_GUEST;
		return e->validated ? PSP_PAGE_GUEST_VALID : PSP_PAGE_GUEST_INVALID;
	}
	if (!e->immutable)
		return PSP_PAGE_RECLAIM;
	if (e->vmsa)
		return PSP_PAGE_CONTEXT;
	if (e->gpa == GPA_IOMMU)
		return PSP_PAGE_FIRMWARE_IOMMU;
	return e->gpa ? PSP_PAGE_METADATA : PSP_PAGE_FIRMWARE;
}

enum psp_page_state psp_fw_page_state(struct psp_fw *fw, uint64_t pa)
{
	struct psp_fw_rmp entry;

	if (psp_fw_page_get(fw, pa & ~PSP_FW_C_BIT, &entry))
		return PSP_PAGE_DEFAULT;
	return psp_fw_rmp_state(&entry);
}

/* Bring a 4 KB page that no guest owns into a state: 0 or -1 */
int psp_fw_page_set_state(struct psp_fw *fw, uint64_t pa, enum psp_page_state state)
{
	struct psp_fw_rmp entry = { .assigned = 1, .immutable = 1 };

	switch (state) {
	case PSP_PAGE_FIRMWARE:
		break;
	case PSP_PAGE_FIRMWARE_IOMMU:
		entry.gpa = GPA_IOMMU;
		break;
	case PSP_PAGE_METADATA:
		entry.gpa = GPA_METADATA;
		break;
	case PSP_PAGE_CONTEXT:
		entry.vmsa = 1;
		break;
	case PSP_PAGE_RECLAIM:
		entry.immutable = 0;
		break;
	case PSP_PAGE_HV_FIXED:
		entry.assigned = 0;
		break;
	default:
		return -1;
	}
	return psp_fw_page_set(fw, pa & ~PSP_FW_C_BIT, &entry);
}

/* Under SNP the firmware writes only what was given to it, or what no RMP covers */
bool psp_fw_page_writable(struct psp_fw *fw, uint64_t pa)
{
	enum psp_page_state state;

	if (fw->snp_state != PSP_INIT)
		return true;
	state = psp_fw_page_state(fw, pa);
	return state == PSP_PAGE_FIRMWARE || state == PSP_PAGE_DEFAULT;
}

uint32_t psp_fw_output_check(struct psp_fw *fw, uint64_t pa, uint64_t len)
{
	uint32_t status = psp_fw_address_check(fw, pa, len);

	if (status)
		return status;
	pa &= ~PSP_FW_C_BIT;
	for (uint64_t page = pa & PSP_FW_PAGE_MASK; page < pa + len; page += PSP_FW_PAGE_SIZE)
		if (!psp_fw_page_writable(fw, page))
			return PSP_INVALID_PAGE_STATE;
	return PSP_SUCCESS;
}

/* The firmware has written these pages */
void psp_fw_output_done(struct psp_fw *fw, uint64_t pa, uint64_t len)
{
	if (fw->snp_state != PSP_INIT || !(fw->switches & PSP_FW_OUTPUT_RECLAIM))
		return;
	pa &= ~PSP_FW_C_BIT;
	for (uint64_t page = pa & PSP_FW_PAGE_MASK; page < pa + len; page += PSP_FW_PAGE_SIZE)
		if (psp_fw_page_state(fw, page) == PSP_PAGE_FIRMWARE)
			psp_fw_page_set_state(fw, page, PSP_PAGE_RECLAIM);
}

/* Check, write, hand over */
uint32_t psp_fw_output(struct psp_fw *fw, uint64_t pa, const void *buf, size_t len)
{
	uint32_t status = psp_fw_output_check(fw, pa, len);

	if (status)
		return status;
	if (psp_fw_write(fw, pa, buf, len))
		return PSP_INVALID_ADDRESS;
	psp_fw_output_done(fw, pa, len);
	return PSP_SUCCESS;
}
