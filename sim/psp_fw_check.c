/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: whether a state that was read from a file can be trusted.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define WORDS	(PSP_FW_MAX_CCX / 64)

/* Who has an ASID, while guests are counted */
struct holders {
	uint16_t count[PSP_FW_MAX_ASID + 1];
	uint8_t running[PSP_FW_MAX_ASID + 1];
};

static bool is_bool(uint8_t value)
{
	return value <= 1;
}

static bool thread_bits_ok(const uint64_t *bits, uint32_t nr_threads)
{
	for (uint32_t i = nr_threads; i < PSP_FW_MAX_THREADS; i++)
		if (bits[i / 64] >> (i % 64) & 1)
			return false;
	return true;
}

static const char *check_shape(const struct psp_fw *fw)
{
	struct psp_fw_ccxs all = { 0 };

	if (fw->magic != PSP_FW_MAGIC || fw->size != sizeof(*fw))
		return "not a firmware state of this version";
	if (!fw->nr_threads || fw->nr_threads > PSP_FW_MAX_THREADS)
		return "number of threads out of range";
	if (!fw->nr_asids || fw->nr_asids > PSP_FW_MAX_ASID)
		return "number of ASIDs out of range";
	if (!fw->sockets || fw->sockets > PSP_FW_MAX_SOCKETS || fw->generation > PSP_FW_TURIN)
		return "sockets or generation out of range";
	if ((fw->switches & ~PSP_FW_SWITCHES) || (fw->conditions & ~PSP_FW_CONDITIONS) ||
	    !is_bool(fw->smt) || !is_bool(fw->feature_info) || !is_bool(fw->has_apic) ||
	    !is_bool(fw->cth) || !is_bool(fw->tio) ||
	    ((fw->cth || fw->tio) && !fw->feature_info))
		return "unknown switch";
	if (!thread_bits_ok(fw->thread_enabled, fw->nr_threads) ||
	    !thread_bits_ok(fw->wbinvd_done, fw->nr_threads))
		return "mark of a thread that does not exist";
	for (uint32_t i = 0; i < fw->nr_threads; i++) {
		uint16_t ccx = fw->thread_ccx[i];

		if (ccx >= PSP_FW_MAX_CCX)
			return "core complex out of range";
		if (psp_fw_thread_enabled(fw, i))
			all.w[ccx / 64] |= 1ull << (ccx % 64);
	}
	if (psp_fw_ccxs_empty(&all) || memcmp(&all, &fw->ccx_all, sizeof(all)))
		return "core complexes disagree with threads";
	return NULL;
}

static const char *check_platform(const struct psp_fw *fw)
{
	if (fw->sev_state > PSP_WORKING || fw->snp_state > PSP_INIT)
		return "platform state out of range";
	if (!is_bool(fw->rmp_initialized) || !is_bool(fw->es) || !is_bool(fw->mask_chip_id) ||
	    !is_bool(fw->mask_chip_key) || !is_bool(fw->vlek_loaded) || !is_bool(fw->flushed) ||
	    !is_bool(fw->owned))
		return "flag out of range";
	if (fw->snp_state == PSP_INIT && !fw->rmp_initialized)
		return "SNP is up without an RMP";
	if (fw->max_snp_asid && (!fw->cth || fw->snp_state != PSP_INIT ||
				 fw->max_snp_asid > fw->nr_asids))
		return "ciphertext hiding that cannot be";
	if (fw->snp_state == PSP_INIT && fw->rmp_end <= fw->rmp_base)
		return "RMP of no length";
	if (fw->sev_state == PSP_UNINIT && (fw->tmr_len || fw->nv_len || fw->es))
		return "SEV buffers while SEV is down";
	if (fw->nv_len && fw->nv_len != PSP_FW_NV_LENGTH)
		return "length of the non-volatile area";
	if ((fw->tmr_address | fw->nv_address | fw->rmp_base | fw->rmp_end) >> 52)
		return "address out of range";
	return psp_fw_keys_check(&fw->keys);
}

static const char *check_sev_guests(const struct psp_fw *fw, struct holders *h)
{
	uint32_t count = 0;

	for (int i = 0; i < PSP_FW_MAX_SEV_GUESTS; i++) {
		const struct psp_fw_sev_guest *g = &fw->sev_guest[i];

		if (g->state > PSP_GSTATE_SENT || !is_bool(g->has_digest) ||
		    !is_bool(g->has_keys) || !is_bool(g->has_ld))
			return "SEV guest state out of range";
		if (g->asid > fw->nr_asids)
			return "ASID out of range";
		if (g->state == PSP_GSTATE_INVALID) {
			if (g->asid)
				return "ASID without a SEV guest";
			continue;
		}
		count++;
		if (!g->asid)
			continue;
		h->count[g->asid]++;
		h->running[g->asid] |= g->state == PSP_GSTATE_RUNNING ||
				       g->state == PSP_GSTATE_SUPDATE ||
				       g->state == PSP_GSTATE_SENT;
	}
	if (count != fw->sev_guest_count)
		return "number of SEV guests is wrong";
	if ((fw->sev_state == PSP_WORKING) != (count != 0))
		return "SEV platform state disagrees with its guests";
	return NULL;
}

/* An address names one guest only */
static bool gctx_twice(const struct psp_fw *fw, int slot)
{
	for (int i = 0; i < slot; i++)
		if (fw->snp_guest[i].gctx == fw->snp_guest[slot].gctx)
			return true;
	return false;
}

static const char *check_snp_guests(const struct psp_fw *fw, struct holders *h)
{
	uint32_t count = 0;

	for (int i = 0; i < PSP_FW_MAX_SNP_GUESTS; i++) {
		const struct psp_fw_snp_guest *g = &fw->snp_guest[i];

		if (!g->gctx) {
			if (g->asid || g->state)
				return "SNP guest without a context";
			continue;
		}
		if (fw->snp_state == PSP_UNINIT)
			return "SNP guest while SNP is down";
		if ((g->gctx & ~PSP_FW_PAGE_MASK) || g->gctx >> 52 || gctx_twice(fw, i))
			return "address of a context is wrong";
		if (g->state > PSP_SNP_GSTATE_RUNNING || !is_bool(g->has_digest) ||
		    !is_bool(g->imi) || !is_bool(g->ma_en) || !is_bool(g->is_ma) ||
		    !is_bool(g->vcek_dis) || !is_bool(g->id_block) || !is_bool(g->author_en) ||
		    (g->author_en && !g->id_block))
			return "SNP guest state out of range";
		if (g->asid > fw->nr_asids)
			return "ASID out of range";
		if (g->state == PSP_SNP_GSTATE_INIT && g->asid)
			return "SNP guest activated before its launch";
		count += g->state != PSP_SNP_GSTATE_INIT;
		if (!g->asid)
			continue;
		h->count[g->asid]++;
		h->running[g->asid] |= g->state == PSP_SNP_GSTATE_RUNNING;
	}
	return count == fw->snp_guest_count ? NULL : "number of SNP guests is wrong";
}

/* Four disjoint sets that make up the machine, once anything was initialized */
static const char *check_asid(const struct psp_fw *fw, uint32_t asid, const struct holders *h)
{
	const struct psp_fw_asid *a = &fw->asid[asid];
	bool up = fw->sev_state != PSP_UNINIT || fw->snp_state != PSP_UNINIT;

	for (int i = 0; i < WORDS; i++) {
		uint64_t c = a->clean.w[i], d = a->dirty.w[i];
		uint64_t l = a->allocated.w[i], u = a->in_use.w[i];

		if ((c & d) | (c & l) | (c & u) | (d & l) | (d & u) | (l & u))
			return "core complex in two sets of an ASID";
		if ((c | d | l | u) & ~fw->ccx_all.w[i])
			return "core complex that does not exist";
		if (up && (c | d | l | u) != fw->ccx_all.w[i])
			return "core complex in no set of an ASID";
	}
	if (h->count[asid] > 1)
		return "ASID of two guests";
	if (h->count[asid] != psp_fw_asid_taken(fw, asid))
		return "ASID taken disagrees with its guest";
	if (h->count[asid] && psp_fw_ccxs_empty(h->running[asid] ? &a->in_use : &a->allocated))
		return "ASID runnable disagrees with its guest";
	return NULL;
}

const char *psp_fw_check(const struct psp_fw *fw)
{
	struct holders holders = { 0 };
	const char *error = check_shape(fw);

	if (!error)
		error = check_platform(fw);
	if (!error)
		error = check_sev_guests(fw, &holders);
	if (!error)
		error = check_snp_guests(fw, &holders);
	for (uint32_t asid = 1; !error && asid <= fw->nr_asids; asid++)
		error = check_asid(fw, asid, &holders);
	return error;
}
