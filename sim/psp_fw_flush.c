/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: which ASIDs may have left something in a cache, and where.
 *
 * The mark is kept per core complex, the proof per thread: a complex is flushed
 * once each of its threads has executed WBINVD since the mark was made.  Every
 * complex is, for each ASID, in one of four sets:
 *
 *	clean -> allocated (ACTIVATE) -> in use (LAUNCH_FINISH)
 *	  ^           |                     |
 *	  +-----------+ DECOMMISSION        | DECOMMISSION, DEACTIVATE, SHUTDOWN
 *	  +--- DF_FLUSH --- dirty <---------+
 */
#include "psp_fw_internal.h"

#define WORDS	(PSP_FW_MAX_CCX / 64)

static bool equal(const struct psp_fw_ccxs *a, const struct psp_fw_ccxs *b)
{
	for (int i = 0; i < WORDS; i++)
		if (a->w[i] != b->w[i])
			return false;
	return true;
}

static bool intersect(const struct psp_fw_ccxs *a, const struct psp_fw_ccxs *b)
{
	for (int i = 0; i < WORDS; i++)
		if (a->w[i] & b->w[i])
			return true;
	return false;
}

/* Move what of @which is in @from over to @to */
static void move(struct psp_fw_ccxs *from, struct psp_fw_ccxs *to, const struct psp_fw_ccxs *which)
{
	for (int i = 0; i < WORDS; i++) {
		uint64_t bits = from->w[i] & which->w[i];

		from->w[i] &= ~bits;
		to->w[i] |= bits;
	}
}

void psp_fw_wbinvd(struct psp_fw *fw, unsigned int thread)
{
	if (thread < fw->nr_threads)
		__atomic_fetch_or(&fw->wbinvd_done[thread / 64], 1ull << (thread % 64),
				  __ATOMIC_SEQ_CST);
}

bool psp_fw_wbinvd_done(const struct psp_fw *fw, unsigned int thread)
{
	return thread < fw->nr_threads &&
	       __atomic_load_n(&fw->wbinvd_done[thread / 64], __ATOMIC_SEQ_CST) >>
	       (thread % 64) & 1;
}

bool psp_fw_thread_enabled(const struct psp_fw *fw, unsigned int thread)
{
	return thread < fw->nr_threads && (fw->thread_enabled[thread / 64] >> (thread % 64) & 1);
}

static bool ccx_has_thread(const struct psp_fw *fw, unsigned int ccx)
{
	for (unsigned int thread = 0; thread < fw->nr_threads; thread++)
		if (fw->thread_ccx[thread] == ccx && psp_fw_thread_enabled(fw, thread))
			return true;
	return false;
}

/* Where nothing is known, as before the first INIT, it stays so */
static void ccx_appears(struct psp_fw *fw, unsigned int ccx)
{
	for (uint32_t asid = 1; asid <= fw->nr_asids; asid++) {
		struct psp_fw_asid *a = &fw->asid[asid];

		if (!psp_fw_ccxs_empty(&a->clean) || !psp_fw_ccxs_empty(&a->dirty) ||
		    psp_fw_asid_taken(fw, asid))
			a->dirty.w[ccx / 64] |= 1ull << (ccx % 64);
	}
}

static void ccx_disappears(struct psp_fw *fw, unsigned int ccx)
{
	uint64_t bit = 1ull << (ccx % 64);

	for (uint32_t asid = 1; asid <= fw->nr_asids; asid++) {
		struct psp_fw_asid *a = &fw->asid[asid];

		a->clean.w[ccx / 64] &= ~bit;
		a->dirty.w[ccx / 64] &= ~bit;
		a->allocated.w[ccx / 64] &= ~bit;
		a->in_use.w[ccx / 64] &= ~bit;
	}
}

void psp_fw_thread_enable(struct psp_fw *fw, unsigned int thread, bool on)
{
	uint64_t bit = 1ull << (thread % 64);
	unsigned int ccx;
	bool had, has;

	if (thread >= fw->nr_threads || psp_fw_thread_enabled(fw, thread) == on)
		return;
	ccx = fw->thread_ccx[thread];
	had = psp_fw_ccxs_has(&fw->ccx_all, ccx);
	fw->thread_enabled[thread / 64] ^= bit;
	__atomic_fetch_and(&fw->wbinvd_done[thread / 64], ~bit, __ATOMIC_SEQ_CST);
	has = ccx_has_thread(fw, ccx);
	if (had == has)
		return;
	fw->ccx_all.w[ccx / 64] ^= 1ull << (ccx % 64);
	if (has)
		ccx_appears(fw, ccx);
	else
		ccx_disappears(fw, ccx);
}

const struct psp_fw_asid *psp_fw_asid_sets(const struct psp_fw *fw, uint32_t asid)
{
	return asid && asid <= fw->nr_asids ? &fw->asid[asid] : NULL;
}

/* What every core of these complexes flushed so far no longer counts */
static void clear_done(struct psp_fw *fw, const struct psp_fw_ccxs *set)
{
	for (unsigned int word = 0; word * 64 < fw->nr_threads; word++) {
		uint64_t bits = 0;

		for (unsigned int bit = 0; bit < 64 && word * 64 + bit < fw->nr_threads; bit++)
			if (psp_fw_ccxs_has(set, fw->thread_ccx[word * 64 + bit]))
				bits |= 1ull << bit;
		if (bits)
			__atomic_fetch_and(&fw->wbinvd_done[word], ~bits, __ATOMIC_SEQ_CST);
	}
}

/* The complexes all of whose enabled threads have executed WBINVD since */
static struct psp_fw_ccxs flushed_ccxs(const struct psp_fw *fw)
{
	struct psp_fw_ccxs done = fw->ccx_all;

	for (unsigned int thread = 0; thread < fw->nr_threads; thread++) {
		unsigned int ccx = fw->thread_ccx[thread];

		if (psp_fw_thread_enabled(fw, thread) && !psp_fw_wbinvd_done(fw, thread))
			done.w[ccx / 64] &= ~(1ull << (ccx % 64));
	}
	return done;
}

/* SNP_INIT, SNP_INIT_EX, and INIT while SNP is UNINIT: nothing is known to be flushed */
void psp_fw_asids_all_dirty(struct psp_fw *fw)
{
	for (uint32_t asid = 1; asid <= fw->nr_asids; asid++)
		fw->asid[asid] = (struct psp_fw_asid) { .dirty = fw->ccx_all };
	clear_done(fw, &fw->ccx_all);
}

bool psp_fw_asids_all_clean(const struct psp_fw *fw)
{
	for (uint32_t asid = 1; asid <= fw->nr_asids; asid++)
		if (!equal(&fw->asid[asid].clean, &fw->ccx_all))
			return false;
	return true;
}

/* Does a guest have the ASID, anywhere? */
bool psp_fw_asid_taken(const struct psp_fw *fw, uint32_t asid)
{
	return !psp_fw_ccxs_empty(&fw->asid[asid].allocated) ||
	       !psp_fw_ccxs_empty(&fw->asid[asid].in_use);
}

/* Can the ASID be activated on the complexes @on?  0xF, 0xC */
uint32_t psp_fw_asid_check(const struct psp_fw *fw, uint32_t asid, const struct psp_fw_ccxs *on)
{
	const struct psp_fw_asid *a = &fw->asid[asid];
	struct psp_fw_ccxs clean = { 0 };

	if (intersect(&a->dirty, on))
		return PSP_DFFLUSH_REQUIRED;
	for (int i = 0; i < WORDS; i++)
		clean.w[i] = a->clean.w[i] & on->w[i];
	return equal(&clean, on) ? PSP_SUCCESS : PSP_ASID_OWNED;
}

/*
 * Give the complexes @on to the ASID's guest.  @running: it finished its launch
 * before, so that the ASID becomes runnable there at once.
 */
void psp_fw_asid_activate(struct psp_fw *fw, uint32_t asid, const struct psp_fw_ccxs *on,
			  bool running)
{
	struct psp_fw_asid *a = &fw->asid[asid];

	move(&a->clean, running ? &a->in_use : &a->allocated, on);
}

/*
 * SEV-ES and SNP guests have the ASIDs below min_sev_asid, plain SEV guests the rest;
 * with ciphertext hiding SNP guests have the lower part, which is theirs alone.
 */
bool psp_fw_asid_in_range(const struct psp_fw *fw, uint32_t asid, bool es, bool snp)
{
	if (fw->max_snp_asid && snp != (asid <= fw->max_snp_asid))
		return false;
	return fw->min_sev_asid <= 1 || (es || snp) == (asid < fw->min_sev_asid);
}

/* The guest's launch is finished: it can leave something in caches from now on */
void psp_fw_asid_run(struct psp_fw *fw, uint32_t asid)
{
	struct psp_fw_asid *a = &fw->asid[asid];

	move(&a->allocated, &a->in_use, &fw->ccx_all);
}

void psp_fw_asid_deactivate(struct psp_fw *fw, uint32_t asid)
{
	struct psp_fw_asid *a = &fw->asid[asid];

	if (fw->switches & PSP_FW_LAUNCH_DIRTIES)
		move(&a->allocated, &a->in_use, &fw->ccx_all);
	else
		move(&a->allocated, &a->clean, &fw->ccx_all);
	if (psp_fw_ccxs_empty(&a->in_use))
		return;
	clear_done(fw, &a->in_use);
	move(&a->in_use, &a->dirty, &fw->ccx_all);
}

/*
 * DF_FLUSH, SNP_DF_FLUSH: 0x1 (table), 0xE.
 *
 * With nothing dirty it still wants every thread's WBINVD, and a mark stays
 * until something clears it, so that a second flush needs no second WBINVD.
 */
uint32_t psp_fw_run_df_flush(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	struct psp_fw_ccxs done = flushed_ccxs(fw);
	bool all = equal(&done, &fw->ccx_all);

	if (all || !(fw->switches & PSP_FW_FLUSH_ALL_OR_NOTHING))
		for (uint32_t asid = 1; asid <= fw->nr_asids; asid++)
			move(&fw->asid[asid].dirty, &fw->asid[asid].clean, &done);
	if (!all)
		return PSP_WBINVD_REQUIRED;
	fw->flushed = 1;
	return PSP_SUCCESS;
}
