/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the SEV platform - INIT, INIT_EX, SHUTDOWN and what describes
 * it (AMD 55766 chapter 5).
 */
#include <string.h>

#include "psp_fw_internal.h"

#define INIT_FLAG_ES	(1u << 0)
#define INIT_EX_LENGTH	0x24u
#define TMR_LENGTH	(1u << 20)
#define TMR_LENGTH_SNP	(2u << 20)

/*
 * Our own layout of the 32 KB non-volatile area; AMD's is not published.  An
 * area of one repeated byte, 00 or FF, is one that was never written.
 *
 *	00 magic	08 sum of what follows	0C owned
 *	10 PEK generation	14 PDH generation	18.. zero
 */
#define NV_MAGIC	0x3130414e56564553ull	/* "SEVVNA01" */
#define NV_USED		0x18

uint32_t psp_fw_run_nop(struct psp_fw_call *call)
{
	(void)call;
	return PSP_SUCCESS;
}

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
	uint8_t head[NV_USED];

	if (!fw->nv_len)
		return;
	psp_fw_put64(head, NV_MAGIC);
	psp_fw_put32(head + 0xc, fw->owned);
	psp_fw_put32(head + 0x10, fw->pek_generation);
	psp_fw_put32(head + 0x14, fw->pdh_generation);
	psp_fw_put32(head + 8, nv_sum(head + 0xc, NV_USED - 0xc));
	psp_fw_write(fw, fw->nv_address, head, sizeof(head));
}

/* Under SNP a buffer that the firmware keeps must have been given to it */
static uint32_t kept_pages(struct psp_fw *fw, uint64_t pa, uint64_t len)
{
	for (uint64_t page = pa & PSP_FW_PAGE_MASK; page < pa + len; page += PSP_FW_PAGE_SIZE)
		if (!psp_fw_page_writable(fw, page))
			return PSP_INVALID_PAGE_STATE;
	return PSP_SUCCESS;
}

/* Can the area still be written?  Its pages may have been reclaimed since INIT_EX: 0x1A */
uint32_t psp_fw_nv_check(struct psp_fw *fw)
{
	return kept_pages(fw, fw->nv_address, fw->nv_len);
}

static bool nv_fresh(const uint8_t *head)
{
	for (int i = 1; i < NV_USED; i++)
		if (head[i] != head[0])
			return false;
	return head[0] == 0 || head[0] == 0xff;
}

/* Read it back: 0x18, after which the area is erased and the next INIT_EX succeeds */
static uint32_t nv_load(struct psp_fw *fw, uint64_t pa)
{
	uint8_t head[NV_USED];

	if (psp_fw_read(fw, pa, head, sizeof(head)))
		return PSP_INVALID_ADDRESS;
	if (nv_fresh(head)) {
		fw->owned = 0;
		fw->pek_generation = 0;
		fw->pdh_generation = 0;
		return PSP_SUCCESS;
	}
	if (psp_fw_get64(head) != NV_MAGIC || psp_fw_get32(head + 0xc) > 1 ||
	    psp_fw_get32(head + 8) != nv_sum(head + 0xc, NV_USED - 0xc)) {
		psp_fw_fill(fw, pa, 0, PSP_FW_NV_LENGTH);
		return PSP_SECURE_DATA_INVALID;
	}
	fw->owned = (uint8_t)psp_fw_get32(head + 0xc);
	fw->pek_generation = psp_fw_get32(head + 0x10);
	fw->pdh_generation = psp_fw_get32(head + 0x14);
	return PSP_SUCCESS;
}

/* 0x13 without memory encryption; 0x1 with SNP on in the cores but no RMP */
static uint32_t init_cores(const struct psp_fw *fw, bool *snp_en)
{
	struct psp_fw_thread_regs regs;

	*snp_en = false;
	for (unsigned int thread = 0; thread < fw->nr_threads; thread++) {
		if (!psp_fw_thread_enabled(fw, thread))
			continue;
		memset(&regs, 0, sizeof(regs));
		fw->ops->thread_regs(fw->opaque, thread, &regs);
		if (!regs.mem_enc)
			return PSP_HWERROR_PLATFORM;
		*snp_en |= regs.snp_en;
	}
	return PSP_SUCCESS;
}

struct init_args {
	uint32_t length, flags, reserved;	/* length: INIT_EX only */
	uint64_t tmr_address, nv_address;
	uint32_t tmr_len, nv_len;
	bool ex;
};

static uint32_t init_nv(struct psp_fw *fw, const struct init_args *a)
{
	if (!a->ex)
		return PSP_SUCCESS;
	if (a->length != INIT_EX_LENGTH)
		return PSP_INVALID_LEN;
	if (a->nv_address & ~PSP_FW_PAGE_MASK)
		return PSP_INVALID_ADDRESS;
	if (a->nv_len != PSP_FW_NV_LENGTH)
		return PSP_INVALID_LEN;
	return psp_fw_address_check(fw, a->nv_address, a->nv_len);
}

static uint32_t init_tmr(struct psp_fw *fw, const struct init_args *a)
{
	uint32_t want = fw->rmp_initialized ? TMR_LENGTH_SNP : TMR_LENGTH;

	if (!(a->flags & INIT_FLAG_ES))
		return PSP_SUCCESS;
	if (a->tmr_address & (want - 1))
		return PSP_INVALID_ADDRESS;
	if (a->tmr_len != want)
		return PSP_INVALID_LEN;
	return psp_fw_address_check(fw, a->tmr_address, a->tmr_len);
}

/*
 * INIT, INIT_EX: 0x1 (table), 0x13, 0x3, 0x1 (RMP), [EX: 0x4, 0x9, 0x4],
 * 0x1A, [EX: 0x18], 0x9, 0x4.
 */
static uint32_t do_init(struct psp_fw *fw, const struct init_args *a)
{
	bool es = a->flags & INIT_FLAG_ES, snp_en;
	uint32_t status = init_cores(fw, &snp_en);

	if (status)
		return status;
	if (a->reserved || (a->flags & ~INIT_FLAG_ES))
		return PSP_INVALID_CONFIG;
	if (snp_en && !fw->rmp_initialized)
		return PSP_INVALID_PLATFORM_STATE;
	status = init_nv(fw, a);
	if (!status && a->ex)
		status = kept_pages(fw, a->nv_address, a->nv_len);
	if (!status && es)
		status = kept_pages(fw, a->tmr_address, a->tmr_len);
	if (!status && a->ex)
		status = nv_load(fw, a->nv_address);
	if (!status)
		status = init_tmr(fw, a);
	if (status)
		return status;

	fw->nv_address = a->ex ? a->nv_address : 0;
	fw->nv_len = a->ex ? a->nv_len : 0;
	fw->tmr_address = es ? a->tmr_address : 0;
	fw->tmr_len = es ? a->tmr_len : 0;
	fw->es = es;
	fw->flushed = 0;
	fw->sev_state = PSP_INIT;
	if (!fw->pek_generation)
		fw->pek_generation = 1;
	if (!fw->pdh_generation)
		fw->pdh_generation = 1;
	psp_fw_nv_store(fw);
	if (fw->snp_state == PSP_UNINIT)
		psp_fw_asids_all_dirty(fw);
	return PSP_SUCCESS;
}

uint32_t psp_fw_run_init(struct psp_fw_call *call)
{
	struct init_args args = {
		.flags = psp_fw_get32(call->buf),
		.reserved = psp_fw_get32(call->buf + 4),
		.tmr_address = psp_fw_field_pa(call, 8),
		.tmr_len = psp_fw_get32(call->buf + 0x10),
	};

	return do_init(call->fw, &args);
}

uint32_t psp_fw_run_init_ex(struct psp_fw_call *call)
{
	struct init_args args = {
		.length = psp_fw_get32(call->buf),
		.flags = psp_fw_get32(call->buf + 4),
		.tmr_address = psp_fw_field_pa(call, 8),
		.tmr_len = psp_fw_get32(call->buf + 0x10),
		.reserved = psp_fw_get32(call->buf + 0x14),
		.nv_address = psp_fw_field_pa(call, 0x18),
		.nv_len = psp_fw_get32(call->buf + 0x20),
		.ex = true,
	};

	return do_init(call->fw, &args);
}

/* SHUTDOWN: in any state; takes every guest with it, without a word */
uint32_t psp_fw_run_shutdown(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;

	for (int i = 0; i < PSP_FW_MAX_SEV_GUESTS; i++) {
		if (fw->sev_guest[i].state && fw->sev_guest[i].asid)
			psp_fw_asid_deactivate(fw, fw->sev_guest[i].asid);
		psp_fw_sev_guest_free(fw, &fw->sev_guest[i]);
	}
	fw->sev_guest_count = 0;
	fw->sev_state = PSP_UNINIT;
	fw->es = 0;
	fw->tmr_address = 0;
	fw->tmr_len = 0;
	fw->nv_address = 0;
	fw->nv_len = 0;
	return PSP_SUCCESS;
}

/* FACTORY_RESET: 0x1 (table) */
uint32_t psp_fw_run_factory_reset(struct psp_fw_call *call)
{
	call->fw->owned = 0;
	call->fw->pek_generation = 0;
	call->fw->pdh_generation = 0;
	return PSP_SUCCESS;
}

/* PLATFORM_STATUS: any state; owner, ES and count are 0 in UNINIT */
uint32_t psp_fw_run_platform_status(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	bool up = fw->sev_state != PSP_UNINIT;

	memset(call->buf, 0, call->cmd->length);
	call->buf[0] = fw->api_major;
	call->buf[1] = fw->api_minor;
	call->buf[2] = fw->sev_state;
	if (up)
		psp_fw_put32(call->buf + 3, (uint32_t)fw->owned | (uint32_t)fw->es << 8);
	call->buf[7] = fw->build;
	psp_fw_put32(call->buf + 8, up ? fw->sev_guest_count : 0);
	call->written = true;
	return PSP_SUCCESS;
}

/* GET_ID: any state; 0x4 with the length needed, then 0x9, 0x1A */
uint32_t psp_fw_run_get_id(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint32_t need = 64 * fw->sockets;
	uint32_t len = psp_fw_get32(call->buf + 8);

	psp_fw_put32(call->buf + 8, need);
	call->written = true;
	if (len < need)
		return PSP_INVALID_LEN;
	return psp_fw_output(fw, psp_fw_field_pa(call, 0), fw->chip_id, need);
}
