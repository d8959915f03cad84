/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SNP guest contexts - creation, activation, end
 * (AMD 56860 chapter 8).
 *
 * On hardware the context is in its page; here the page is only marked, and the
 * context kept beside, so that nothing depends on what the host does with it.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define POLICY_DEBUG		(1ull << 19)
#define POLICY_SINGLE_SOCKET	(1ull << 20)

/* The context's address, first field of most commands: 0x16 */
uint32_t psp_fw_params_gctx(struct psp_fw_call *call)
{
	uint64_t gctx = psp_fw_field_pa(call, 0);

	return (gctx & ~PSP_FW_PAGE_MASK) || gctx >> 52 ? PSP_INVALID_PARAM : PSP_SUCCESS;
}

static struct psp_fw_snp_guest *find(struct psp_fw *fw, uint64_t gctx)
{
	for (int i = 0; gctx && i < PSP_FW_MAX_SNP_GUESTS; i++)
		if (fw->snp_guest[i].gctx == gctx)
			return &fw->snp_guest[i];
	return NULL;
}

const struct psp_fw_snp_guest *psp_fw_snp_guest_find(const struct psp_fw *fw, uint64_t gctx)
{
	return find((struct psp_fw *)(uintptr_t)fw, gctx);
}

const struct psp_fw_snp_guest *psp_fw_snp_guest_at(const struct psp_fw *fw, unsigned int idx)
{
	return idx < PSP_FW_MAX_SNP_GUESTS && fw->snp_guest[idx].gctx ? &fw->snp_guest[idx] : NULL;
}

/* 0x10 unless the page is a context that this firmware made */
uint32_t psp_fw_snp_guest_get(struct psp_fw_call *call, struct psp_fw_snp_guest **guest)
{
	uint64_t gctx = psp_fw_field_pa(call, 0);

	if (psp_fw_page_state(call->fw, gctx) != PSP_PAGE_CONTEXT)
		return PSP_INVALID_GUEST;
	*guest = find(call->fw, gctx);
	return *guest ? PSP_SUCCESS : PSP_INVALID_GUEST;
}

/* SNP_GCTX_CREATE: 0x16, 0x1 (table), 0x1A, 0x19, 0x3, 0x17 */
uint32_t psp_fw_run_snp_gctx_create(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint64_t gctx = psp_fw_field_pa(call, 0);
	struct psp_fw_rmp entry;
	int i;

	if (psp_fw_page_get(fw, gctx, &entry) || psp_fw_rmp_state(&entry) != PSP_PAGE_FIRMWARE)
		return PSP_INVALID_PAGE_STATE;
	if (entry.page_2m)
		return PSP_INVALID_PAGE_SIZE;
	if (psp_fw_address_check(fw, gctx, PSP_FW_PAGE_SIZE))
		return PSP_INVALID_CONFIG;
	for (i = 0; i < PSP_FW_MAX_SNP_GUESTS && fw->snp_guest[i].gctx; i++)
		;
	if (i == PSP_FW_MAX_SNP_GUESTS)
		return PSP_RESOURCE_LIMIT;
	psp_fw_fill(fw, gctx, 0, PSP_FW_PAGE_SIZE);
	psp_fw_page_set_state(fw, gctx, PSP_PAGE_CONTEXT);
	memset(&fw->snp_guest[i], 0, sizeof(fw->snp_guest[i]));
	fw->snp_guest[i].gctx = gctx;
	return PSP_SUCCESS;
}

/* What SNP_ACTIVATE and _EX check of the guest: 0x10, 0x2, 0x3, 0x7, 0xD */
static uint32_t activate_guest(struct psp_fw_call *call, uint32_t asid,
			       struct psp_fw_snp_guest **guest)
{
	struct psp_fw *fw = call->fw;
	uint32_t status = psp_fw_snp_guest_get(call, guest);

	if (status)
		return status;
	if ((*guest)->state == PSP_SNP_GSTATE_INIT)
		return PSP_INVALID_GUEST_STATE;
	if (asid && !(*guest)->asid && fw->ops->asid_pages && fw->ops->asid_pages(fw->opaque, asid))
		return PSP_INVALID_CONFIG;
	if (((*guest)->policy & POLICY_SINGLE_SOCKET) && fw->sockets > 1)
		return PSP_POLICY_FAILURE;
	if (!asid || asid > fw->nr_asids)
		return PSP_INVALID_ASID;
	return PSP_SUCCESS;
}

static uint32_t activate(struct psp_fw *fw, struct psp_fw_snp_guest *guest, uint32_t asid,
			 const struct psp_fw_ccxs *on)
{
	uint32_t status = psp_fw_asid_check(fw, asid, on);

	if (status)
		return status;
	if (!psp_fw_asid_in_range(fw, asid, true, true))
		return PSP_INVALID_ASID;
	psp_fw_asid_activate(fw, asid, on, guest->state == PSP_SNP_GSTATE_RUNNING);
	guest->asid = asid;
	return PSP_SUCCESS;
}

/*
 * SNP_ACTIVATE: 0x16, 0x1 (table), 0x10, 0x2, 0x3, 0x7, 0xD, 0xC (taken), 0x12,
 * 0xF, 0xC (not clean everywhere), 0xD (range of SEV without ES).
 */
uint32_t psp_fw_run_snp_activate(struct psp_fw_call *call)
{
	uint32_t asid = psp_fw_get32(call->buf + 8);
	struct psp_fw_snp_guest *guest;
	uint32_t status = activate_guest(call, asid, &guest);

	if (status)
		return status;
	if (psp_fw_asid_taken(call->fw, asid))
		return PSP_ASID_OWNED;
	if (guest->asid)
		return PSP_ACTIVE;
	return activate(call->fw, guest, asid, &call->fw->ccx_all);
}

/* SNP_ACTIVATE_EX has its context in the third field: 0x16 */
uint32_t psp_fw_params_snp_activate_ex(struct psp_fw_call *call)
{
	uint32_t len = psp_fw_get32(call->buf), rsvd = psp_fw_get32(call->buf + 4);

	/* From here on as the other guest commands */
	memmove(call->buf, call->buf + 8, 8);
	if (len != call->cmd->length || rsvd || !psp_fw_get32(call->buf + 0x14) ||
	    psp_fw_get32(call->buf + 0x14) > call->fw->nr_threads)
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

/* The complexes of the listed APIC ids: 0x9, 0x16 */
static uint32_t listed_ccxs(struct psp_fw_call *call, struct psp_fw_ccxs *on)
{
	struct psp_fw *fw = call->fw;
	uint64_t list = psp_fw_field_pa(call, 0x18);
	uint32_t count = psp_fw_get32(call->buf + 0x14);
	uint8_t id[4];

	memset(on, 0, sizeof(*on));
	for (uint32_t i = 0; i < count; i++) {
		unsigned int thread;

		if (psp_fw_read(fw, list + 4 * i, id, sizeof(id)))
			return PSP_INVALID_ADDRESS;
		for (thread = 0; thread < fw->nr_threads; thread++)
			if (psp_fw_thread_enabled(fw, thread) &&
			    fw->thread_apic[thread] == psp_fw_get32(id))
				break;
		if (thread == fw->nr_threads)
			return PSP_INVALID_PARAM;
		on->w[fw->thread_ccx[thread] / 64] |= 1ull << (fw->thread_ccx[thread] % 64);
	}
	return PSP_SUCCESS;
}

/*
 * SNP_ACTIVATE_EX: 0x16, 0x1 (table), 0x15, 0x10, 0x2, 0x3, 0x7, 0xD, 0x12 (another
 * ASID), 0xC (another guest's), 0x9, 0x16, 0xF, 0xC, 0xD.  Repeated with the same
 * ASID it adds complexes.
 */
uint32_t psp_fw_run_snp_activate_ex(struct psp_fw_call *call)
{
	uint32_t asid = psp_fw_get32(call->buf + 0x10);
	struct psp_fw *fw = call->fw;
	struct psp_fw_snp_guest *guest;
	struct psp_fw_ccxs on;
	uint32_t status;

	if (!fw->has_apic)
		return PSP_UNSUPPORTED;
	status = activate_guest(call, asid, &guest);
	if (status)
		return status;
	if (guest->asid && guest->asid != asid)
		return PSP_ACTIVE;
	if (!guest->asid && psp_fw_asid_taken(fw, asid))
		return PSP_ASID_OWNED;
	status = listed_ccxs(call, &on);
	if (status)
		return status;
	for (int i = 0; i < PSP_FW_MAX_CCX / 64; i++)	/* those it has need no second check */
		on.w[i] &= ~(fw->asid[asid].allocated.w[i] | fw->asid[asid].in_use.w[i]);
	return activate(fw, guest, asid, &on);
}

/* SNP_DECOMMISSION: 0x16, 0x1 (table), 0x10; running vCPUs are no obstacle */
uint32_t psp_fw_run_snp_decommission(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	struct psp_fw_snp_guest *guest;
	uint32_t status = psp_fw_snp_guest_get(call, &guest);
	uint64_t gctx;

	if (status)
		return status;
	gctx = guest->gctx;
	if (guest->asid)
		psp_fw_asid_deactivate(fw, guest->asid);
	if (guest->state != PSP_SNP_GSTATE_INIT)
		fw->snp_guest_count--;
	memset(guest, 0, sizeof(*guest));
	/* A migration agent leaves its guests without one */
	for (int i = 0; i < PSP_FW_MAX_SNP_GUESTS; i++)
		if (fw->snp_guest[i].ma_en && fw->snp_guest[i].ma_gctx == gctx)
			fw->snp_guest[i].ma_en = 0;
	psp_fw_page_set_state(fw, gctx, PSP_PAGE_FIRMWARE);
	return PSP_SUCCESS;
}

/* SNP_GUEST_STATUS: 0x16, 0x1 (table), 0x10, 0x9, 0x1A */
uint32_t psp_fw_params_snp_guest_status(struct psp_fw_call *call)
{
	if (!psp_fw_in_page(psp_fw_field_pa(call, 8), 0x20))
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

uint32_t psp_fw_run_snp_guest_status(struct psp_fw_call *call)
{
	struct psp_fw_snp_guest *guest;
	uint8_t out[0x20] = { 0 };
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	psp_fw_put64(out, guest->policy);
	psp_fw_put32(out + 8, guest->asid);
	out[0xc] = guest->state;
	out[0x10] = guest->vcek_dis;
	return psp_fw_output(call->fw, psp_fw_field_pa(call, 8), out, sizeof(out));
}

/* SNP_DBG_DECRYPT, _ENCRYPT: whole pages, 0x16 */
uint32_t psp_fw_params_snp_dbg(struct psp_fw_call *call)
{
	if ((psp_fw_field_pa(call, 8) | psp_fw_field_pa(call, 0x10)) & ~PSP_FW_PAGE_MASK)
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

/*
 * Then 0x1 (table), 0x10, 0x7, 0x9, 0x1A, 0x1C.  The guest's page is the source of
 * DECRYPT, which writes to a Firmware page, and the destination of ENCRYPT, which
 * writes to a page of the guest that is immutable.
 */
uint32_t psp_fw_run_snp_dbg(struct psp_fw_call *call)
{
	bool decrypt = call->cmd->id == PSP_CMD_SNP_DBG_DECRYPT;
	uint64_t src = psp_fw_field_pa(call, 8), dst = psp_fw_field_pa(call, 0x10);
	struct psp_fw_rmp entry = { 0 };
	struct psp_fw_snp_guest *guest;
	uint8_t page[PSP_FW_PAGE_SIZE];
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	if (!(guest->policy & POLICY_DEBUG))
		return PSP_POLICY_FAILURE;
	status = psp_fw_address_check(call->fw, src, PSP_FW_PAGE_SIZE);
	if (!status)
		status = decrypt ? psp_fw_output_check(call->fw, dst, PSP_FW_PAGE_SIZE) :
				   psp_fw_address_check(call->fw, dst, PSP_FW_PAGE_SIZE);
	if (status)
		return status;
	if (psp_fw_page_get(call->fw, decrypt ? src : dst, &entry) || !entry.asid ||
	    (!decrypt && !entry.immutable))
		return PSP_INVALID_PAGE_STATE;
	if (entry.asid != guest->asid)
		return PSP_INVALID_PAGE_OWNER;
	if (psp_fw_read(call->fw, src, page, sizeof(page)) ||
	    psp_fw_write(call->fw, dst, page, sizeof(page)))
		return PSP_INVALID_ADDRESS;
	if (decrypt)
		psp_fw_output_done(call->fw, dst, sizeof(page));
	return PSP_SUCCESS;
}
