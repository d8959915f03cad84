// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-debug, the ioctls that change no firmware state.  Behaves as
 * kernel/'s sev-debug.c, the order of its checks included.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

/* copy_struct_from_user(), after the size in the structure's first word */
int debug_copy_in(void *k, size_t ksize, const void *u)
{
	uint8_t tail[SIM_PAGE];
	uint32_t usize;
	size_t i;

	if (sim_copy_from_user(&usize, u, sizeof(usize)))
		return -EFAULT;
	if (usize > SIM_PAGE)
		return -E2BIG;
	if (usize < ksize)		/* as long as in ABI version 1, or longer */
		return -EINVAL;
	if (sim_copy_from_user(tail, (const char *)u + ksize, usize - ksize))
		return -EFAULT;
	for (i = 0; i < usize - ksize; i++)
		if (tail[i])
			return -E2BIG;
	return sim_copy_from_user(k, u, ksize);
}

int debug_copy_out(void *u, const void *k, size_t ksize)
{
	return sim_copy_to_user(u, k, ksize);
}

int debug_refuse(uint32_t *reason, uint32_t why)
{
	*reason = why;
	return -EBUSY;
}

int debug_explain(struct sim *s, int ret, uint32_t *reason)
{
	if (ret == -EFAULT)		/* the driver did not get a buffer back */
		return -EIO;
	if (ret != -EBUSY || *reason)
		return ret;
	if (s->st->ccp.psp_dead)
		return -ETIMEDOUT;	/* it was not when the call began */
	return -EIO;			/* no command buffer left */
}

/*
 * A command that answers into a page: as long as SNP is up one of the firmware's,
 * which is taken back afterwards.  @data names it @at an offset.
 */
static int query(struct sim *s, uint32_t cmd, void *data, size_t len, size_t at,
		 void *answer, size_t size)
{
	bool up = s->st->ccp.snp_initialized;
	uint32_t page = ccp_alloc_firmware(s, 1);
	uint64_t pa = page ? sim_pa(page) : 0;
	int ret;

	if (!page)
		return -ENOMEM;
	memcpy((char *)data + at, &pa, sizeof(pa));
	ret = ccp_cmd(s, cmd, data, len, NULL);
	if (up && ccp_reclaim(s, page, 1))
		return ret ?: -EIO;	/* the page is leaked */
	if (!ret)
		sim_kernel_read(s, pa, answer, size);
	sim_free(s, page, 1);
	return ret;
}

int debug_snp_fw_state(struct sim *s, uint32_t *state)
{
	struct fwb_snp_status status;
	struct fwb_snp_addr data;
	int ret;

	*state = SEV_DBG_FW_UNKNOWN;
	if (s->st->ccp.psp_dead)
		return -EBUSY;
	if (s->st->ccp.flush_pending) {		/* it answers into pages of its own only */
		*state = PSP_INIT;
		return 0;
	}
	ret = query(s, PSP_CMD_SNP_PLATFORM_STATUS, &data, sizeof(data),
		    offsetof(struct fwb_snp_addr, address), &status, sizeof(status));
	if (!ret)
		*state = status.state;
	return ret;
}

int debug_sev_fw_state(struct sim *s, uint32_t *state)
{
	struct fwb_status status = { 0 };
	uint32_t error;
	int ret;

	*state = SEV_DBG_FW_UNKNOWN;
	if (s->st->ccp.psp_dead)
		return -EBUSY;
	ret = ccp_cmd(s, PSP_CMD_PLATFORM_STATUS, &status, sizeof(status), &error);
	if (!ret)
		*state = status.state;
	return ret;
}

/* What this version of the driver has that not all have */
static uint32_t platform(const struct sim *s)
{
	const struct sim_ccp *c = &s->st->ccp;

	return (c->tio ? SEV_DBG_S_TIO : 0) | (ccp_has_cth(s) ? SEV_DBG_S_CTH : 0) |
	       (ccp_snp_shutdown_flags(s) & FWB_X86_SNP_SHUTDOWN ? SEV_DBG_S_X86_SHUTDOWN : 0);
}

static void fill_info(struct sim *s, struct sev_dbg_info *i)
{
	const struct sim_ccp *c = &s->st->ccp;

	/* first of all: the PSP may turn out to be dead */
	debug_snp_fw_state(s, &i->fw_snp_state);
	debug_sev_fw_state(s, &i->fw_sev_state);

	i->abi_version = SEV_DBG_ABI_VERSION;
	i->features = SEV_DBG_F_GUEST_LIST | SEV_DBG_F_STRICT | SEV_DBG_F_WBINVD_ALL |
		      SEV_DBG_F_GUEST_STATUS | SEV_DBG_F_FW_EXT | SEV_DBG_F_TRACE;
	i->state = platform(s) |
		   (c->psp_dead ? SEV_DBG_S_PSP_DEAD : 0) |
		   (c->snp_initialized ? SEV_DBG_S_SNP_INIT : 0) |
		   (debug_svm_on(s) ? SEV_DBG_S_SVM_ON : 0) |
		   (debug_locked_out(s) ? SEV_DBG_S_INIT_LOCKED : 0) |
		   (s->st->debug.track_lost ? SEV_DBG_S_TRACK_LOST : 0) |
		   (c->tmr ? SEV_DBG_S_BUFFERS : 0) |
		   (ccp_host_snp(s) ? SEV_DBG_S_SNP_HOST : 0) |
		   (c->iommu_failed ? SEV_DBG_S_IOMMU_STUCK : 0);
	i->api_major = c->api_major;
	i->api_minor = c->api_minor;
	i->build = c->build;
	i->rsvd = 0;
	i->nr_snp_guests = debug_count(s, SEV_DBG_KIND_SNP, false);
	i->nr_sev_guests = debug_count(s, SEV_DBG_KIND_SEV, false);
	i->nr_snp_tombstones = debug_count(s, SEV_DBG_KIND_SNP, true);
	i->nr_sev_tombstones = debug_count(s, SEV_DBG_KIND_SEV, true);
	i->leaked_pages = s->st->debug.leaked_pages;
}

static int get_info(struct sim *s, void *arg)
{
	struct sev_dbg_info i;
	int ret = debug_copy_in(&i, sizeof(i), arg);

	if (ret)
		return ret;
	if (i.flags)
		return -EINVAL;
	fill_info(s, &i);
	return debug_copy_out(arg, &i, sizeof(i));
}

static int copy_entry(const struct sev_dbg_guest *guest, char *dst, uint32_t entry_size)
{
	static const uint8_t zero[SIM_PAGE];

	if (sim_copy_to_user(dst, guest, sizeof(*guest)))
		return -EFAULT;
	return sim_copy_to_user(dst + sizeof(*guest), zero, entry_size - sizeof(*guest));
}

static int guest_list(struct sim *s, void *arg)
{
	struct sev_dbg_guest_list l;
	char *dst;
	uint32_t i;
	int ret = debug_copy_in(&l, sizeof(l), arg);

	if (ret)
		return ret;
	if (l.flags || l.entry_size < sizeof(struct sev_dbg_guest) || l.entry_size > SIM_PAGE)
		return -EINVAL;
	l.total = s->st->debug.count;
	l.count = l.capacity < l.total ? l.capacity : l.total;
	dst = (char *)(uintptr_t)l.entries;
	for (i = 0; i < l.count && !ret; i++, dst += l.entry_size)
		ret = copy_entry(&s->st->debug.guest[i].u, dst, l.entry_size);
	if (ret)
		l.count = 0;
	return debug_copy_out(arg, &l, sizeof(l)) ?: ret;
}

static int ask_snp(struct sim *s, const struct sim_tracked *g, struct sev_dbg_guest_status *st)
{
	struct fwb_snp_guest_query data = { .gctx = g->gctx };
	struct fwb_snp_guest_status answer;
	int ret;

	ret = query(s, PSP_CMD_SNP_GUEST_STATUS, &data, sizeof(data),
		    offsetof(struct fwb_snp_guest_query, address), &answer, sizeof(answer));
	if (ret)
		return ret;
	st->state = answer.state;
	st->asid = answer.asid;
	st->policy = answer.policy;
	st->vcek_dis = answer.vcek_dis & 1;
	return 0;
}

static int ask_sev(struct sim *s, const struct sim_tracked *g, struct sev_dbg_guest_status *st)
{
	struct fwb_guest_status data = { .handle = g->u.handle };
	int ret = ccp_cmd(s, PSP_CMD_GUEST_STATUS, &data, sizeof(data), NULL);

	if (ret)
		return ret;
	st->state = data.state;
	st->asid = data.asid;
	st->policy = data.policy;
	return 0;
}

/* One command, two with the SNP_PAGE_RECLAIM of the answer: the trace is for its status */
static int ask(struct sim *s, struct sev_dbg_guest_status *st)
{
	struct sim_trace trace = { 0 };
	struct sim_tracked *g;
	int ret;

	if (s->st->ccp.psp_dead)
		return debug_refuse(&st->reason, SEV_DBG_R_PSP_DEAD);
	g = debug_find_id(s, st->id);
	if (!g || (g->u.flags & SEV_DBG_G_TOMBSTONE))
		return -ENOENT;
	s->trace = &trace;
	ret = g->u.kind == SEV_DBG_KIND_SEV ? ask_sev(s, g, st) : ask_snp(s, g, st);
	s->trace = NULL;
	st->kind = g->u.kind;
	debug_trace_sum(&trace, &st->result, ret);
	return debug_explain(s, ret, &st->reason);
}

static int guest_status(struct sim *s, void *arg)
{
	struct sev_dbg_guest_status in, st;
	int ret = debug_copy_in(&in, sizeof(in), arg);

	if (ret)
		return ret;
	if (in.flags || in.rsvd)
		return -EINVAL;
	st = (struct sev_dbg_guest_status){
		.size = in.size, .id = in.id, .result.status = SEV_DBG_NO_FW_CALL,
	};
	ret = ask(s, &st);
	st.result.err = ret;
	return debug_copy_out(arg, &st, sizeof(st)) ?: ret;
}

static int wbinvd(struct sim *s, void *arg)
{
	struct sev_dbg_wbinvd w;
	unsigned int cpu;
	bool only;
	int ret = debug_copy_in(&w, sizeof(w), arg);

	if (ret)
		return ret;
	if (w.flags || w.rsvd)
		return -EINVAL;
	w.duration_ns = 0;
	cpu = sim_thread_cpu(s, &only);
	if (!only || w.cpu != cpu)
		ret = -EINVAL;
	else
		w.duration_ns = sim_cpu_wbinvd_timed(s, cpu);
	w.cpu = cpu;
	return debug_copy_out(arg, &w, sizeof(w)) ?: ret;
}

static int wbinvd_all(struct sim *s, void *arg)
{
	struct sev_dbg_wbinvd_all w;
	uint64_t t0 = s->st->m.clock_ns;
	int ret = debug_copy_in(&w, sizeof(w), arg);

	if (ret)
		return ret;
	if (w.flags)
		return -EINVAL;
	w.nr_cpus = sim_cpus_online(s);
	w.nr_present = s->st->m.cpus;
	sim_wbinvd_all(s);
	sim_changed(s);
	w.duration_ns = s->st->m.clock_ns - t0;
	return debug_copy_out(arg, &w, sizeof(w));
}

/* Lockdown forbids what changes the firmware's state (LOCKDOWN_DEBUGFS) */
static int may_change(const struct sim *s, bool writable)
{
	if (!writable)
		return -EBADF;
	return s->st->m.lockdown ? -EPERM : 0;
}

int debug_ioctl(struct sim *s, bool writable, unsigned long request, void *arg)
{
	if (!s->st->debug.registered)
		return -ENODEV;
	switch (request) {
	case SEV_DBG_GET_INFO:
		return get_info(s, arg);
	case SEV_DBG_GUEST_LIST:
		return guest_list(s, arg);
	case SEV_DBG_GUEST_STATUS:
		return guest_status(s, arg);
	case SEV_DBG_TRACE:
		return debug_trace(s, arg);
	case SEV_DBG_WBINVD:
		return writable ? wbinvd(s, arg) : -EBADF;
	case SEV_DBG_WBINVD_ALL:
		return writable ? wbinvd_all(s, arg) : -EBADF;
	case SEV_DBG_DECOMMISSION:
		return may_change(s, writable) ?: debug_decommission(s, arg);
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		return may_change(s, writable) ?: debug_cmd(s, request, arg);
	default:
		return -ENOTTY;
	}
}
