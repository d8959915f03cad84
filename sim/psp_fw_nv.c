/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what the SEV platform keeps without power, and the area in
 * memory that INIT_EX gives for it (AMD 55766, INIT_EX).
 */
#include <string.h>

#include "psp_fw_internal.h"

/*
 * Our own layout of the 32 KB non-volatile area; AMD's is not published, and
 * encrypted.  An area of one repeated byte, 00 or FF, is one that was never
 * written.
 *
 *	00 magic	08 sum of what follows	0C owned
 *	10 PEK generation	14 PDH generation	18 struct psp_fw_keys
 */
#define NV_MAGIC	0x3230414e56564553ull	/* "SEVVNA02" */
#define NV_KEYS		0x18
#define NV_USED		(NV_KEYS + sizeof(struct psp_fw_keys))

/* FNV-1a, 32 bits: finds damage, proves nothing */
static uint32_t nv_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0x811c9dc5u;

	while (len--)
		sum = (sum ^ *p++) * 0x01000193u;
	return sum;
}

/* Write what the platform keeps to the area that INIT_EX gave, if it did */
void psp_fw_nv_store(struct psp_fw *fw)
{
	uint8_t area[NV_USED];

	if (!fw->nv_len)
		return;
	psp_fw_put64(area, NV_MAGIC);
	psp_fw_put32(area + 0xc, fw->owned);
	psp_fw_put32(area + 0x10, fw->pek_generation);
	psp_fw_put32(area + 0x14, fw->pdh_generation);
	memcpy(area + NV_KEYS, &fw->keys, sizeof(fw->keys));
	psp_fw_put32(area + 8, nv_sum(area + 0xc, NV_USED - 0xc));
	psp_fw_write(fw, fw->nv_address, area, sizeof(area));
}

/* Under SNP a buffer that the firmware keeps must have been given to it */
uint32_t psp_fw_kept_pages(struct psp_fw *fw, uint64_t pa, uint64_t len)
{
	for (uint64_t page = pa & PSP_FW_PAGE_MASK; page < pa + len; page += PSP_FW_PAGE_SIZE)
		if (!psp_fw_page_writable(fw, page))
			return PSP_INVALID_PAGE_STATE;
	return PSP_SUCCESS;
}

/* Can the area still be written?  Its pages may have been reclaimed since INIT_EX: 0x1A */
uint32_t psp_fw_nv_check(struct psp_fw *fw)
{
	return psp_fw_kept_pages(fw, fw->nv_address, fw->nv_len);
}

/* Self-owned, and without keys until the next INIT */
void psp_fw_identity_forget(struct psp_fw *fw)
{
	fw->owned = 0;
	fw->pek_generation = 0;
	fw->pdh_generation = 0;
	memset(&fw->keys, 0, sizeof(fw->keys));
}

static bool nv_fresh(const uint8_t *area)
{
	for (size_t i = 1; i < NV_USED; i++)
		if (area[i] != area[0])
			return false;
	return area[0] == 0 || area[0] == 0xff;
}

static bool nv_sound(const uint8_t *area, struct psp_fw_keys *keys)
{
	memcpy(keys, area + NV_KEYS, sizeof(*keys));
	return psp_fw_get64(area) == NV_MAGIC && psp_fw_get32(area + 0xc) <= 1 &&
	       psp_fw_get32(area + 8) == nv_sum(area + 0xc, NV_USED - 0xc) &&
	       !psp_fw_keys_check(keys);
}

/* Read it back: 0x18, after which the area is erased and the next INIT_EX succeeds */
uint32_t psp_fw_nv_load(struct psp_fw *fw, uint64_t pa)
{
	struct psp_fw_keys keys;
	uint8_t area[NV_USED];

	if (psp_fw_read(fw, pa, area, sizeof(area)))
		return PSP_INVALID_ADDRESS;
	if (nv_fresh(area)) {
		psp_fw_identity_forget(fw);
		return PSP_SUCCESS;
	}
	if (!nv_sound(area, &keys)) {
		psp_fw_fill(fw, pa, 0, PSP_FW_NV_LENGTH);
		return PSP_SECURE_DATA_INVALID;
	}
	fw->owned = (uint8_t)psp_fw_get32(area + 0xc);
	fw->pek_generation = psp_fw_get32(area + 0x10);
	fw->pdh_generation = psp_fw_get32(area + 0x14);
	fw->keys = keys;
	return PSP_SUCCESS;
}
