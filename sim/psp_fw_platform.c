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

uint32_t psp_fw_run_nop(struct psp_fw_call *call)
{
	(void)call;
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
 * 0x1A, [EX: 0x18], 0x9, 0x4, 0x13 (keys).
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
		status = psp_fw_kept_pages(fw, a->nv_address, a->nv_len);
	if (!status && es)
		status = psp_fw_kept_pages(fw, a->tmr_address, a->tmr_len);
	if (!status && a->ex)
		status = psp_fw_nv_load(fw, a->nv_address);
	if (!status)
		status = init_tmr(fw, a);
	if (!status)
		status = psp_fw_identity_make(fw);
	if (status)
		return status;

	fw->nv_address = a->ex ? a->nv_address : 0;
	fw->nv_len = a->ex ? a->nv_len : 0;
	fw->tmr_address = es ? a->tmr_address : 0;
	fw->tmr_len = es ? a->tmr_len : 0;
	fw->es = es;
	fw->flushed = 0;
	fw->sev_state = PSP_INIT;
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

/* FACTORY_RESET: 0x1 (table); the next INIT makes other keys */
uint32_t psp_fw_run_factory_reset(struct psp_fw_call *call)
{
	psp_fw_identity_forget(call->fw);
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
