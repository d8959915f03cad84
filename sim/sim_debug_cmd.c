// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-debug, the ioctls that change firmware state.  Behaves as kernel/'s
 * sev-debug-cmd.c and its part of sev-dev.c.
 */
#include <errno.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

static const struct sev_dbg_result nothing_done = { .status = SEV_DBG_NO_FW_CALL };

static void reclaim_context(struct sim *s, uint64_t id)
{
	struct sim_tracked *g = debug_find_id(s, id);
	struct fwb_snp_addr data = { .address = g->gctx };

	if (ccp_cmd(s, PSP_CMD_SNP_PAGE_RECLAIM, &data, sizeof(data), NULL) ||
	    sim_rmp_shared(s, sim_page_of(g->gctx)))
		sim_klog(s, "ccp: context page of guest %llu not reclaimed", (unsigned long long)id);
	else
		g->reclaimed = 1;
}

#define DECOMMISSION_LOG	"ccp: SNP_DECOMMISSION of guest"

/* The rate limit: a burst of 10 (the real one lets another 10 through every 5 s) */
static bool decommissions_fill_log(const struct sim *s)
{
	const struct sim_machine *m = &s->st->m;
	uint64_t i, first = m->klog_count - 10;

	if (m->klog_count < 10)
		return false;
	for (i = first; i < m->klog_count; i++)
		if (!strstr(m->klog[i % SIM_KLOG_LINES], DECOMMISSION_LOG))
			return false;
	return true;
}

static int decommission(struct sim *s, struct sev_dbg_guest_cmd *c, struct sim_trace *trace)
{
	struct fwb_snp_addr data;
	struct sim_tracked *g;
	int ret;

	if (s->st->ccp.psp_dead)
		return debug_refuse(&c->reason, SEV_DBG_R_PSP_DEAD);
	g = debug_find_id(s, c->id);
	if (!g)
		return -ENOENT;
	if (g->u.kind != SEV_DBG_KIND_SNP)
		return -EOPNOTSUPP;
	if (g->u.flags & SEV_DBG_G_TOMBSTONE)
		return -EALREADY;
	if ((g->u.flags & SEV_DBG_G_RUNNING) && !(c->flags & SEV_DBG_D_RUNNING))
		return debug_refuse(&c->reason, SEV_DBG_R_RUNNING);

	if (!decommissions_fill_log(s))
		sim_klog(s, DECOMMISSION_LOG " %llu of %s[%d] through /dev/sev-debug",
			 (unsigned long long)g->u.id, (char *)g->u.comm, g->u.tgid);
	s->trace = trace;
	data.address = g->gctx;
	ret = ccp_cmd(s, PSP_CMD_SNP_DECOMMISSION, &data, sizeof(data), NULL);
	if (!ret)
		reclaim_context(s, c->id);
	s->trace = NULL;
	if (trace->count)
		c->result = trace->entry[0];
	return debug_explain(s, ret, &c->reason);
}

int debug_decommission(struct sim *s, void *arg)
{
	struct sim_trace trace = { 0 };
	struct sev_dbg_guest_cmd c;
	int ret = debug_copy_in(&c, sizeof(c), arg);

	if (ret)
		return ret;
	if (c.flags & ~SEV_DBG_D_RUNNING || c.rsvd)
		return -EINVAL;
	c.result = nothing_done;
	c.reason = SEV_DBG_R_NONE;
	ret = debug_copy_out(arg, &c, sizeof(c));
	if (ret)
		return ret;
	ret = decommission(s, &c, &trace);
	c.result.err = ret;
	return debug_copy_out(arg, &c, sizeof(c)) ?: ret;
}

/* SHUTDOWN of SEV, then the buffers that it had */
static int shutdown_sev(struct sim *s)
{
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = ccp_sev_shutdown(s, &error);

	if (!ret)
		ccp_free_tmr(s);
	return ret;
}

static int iommu_result(struct sim *s, uint32_t *reason)
{
	if (!s->st->ccp.iommu_failed)
		return 0;
	*reason = SEV_DBG_R_IOMMU;
	return -EIO;
}

/*
 * SEV's buffers would stay behind as firmware pages if SNP_SHUTDOWN_EX succeeded.
 * It does not while SEV is up: let the firmware say so then.
 */
static int may_shutdown_snp(struct sim *s, uint32_t *reason)
{
	uint32_t state;
	int ret;

	if (!ccp_host_snp(s))
		return -EOPNOTSUPP;
	if (!s->st->ccp.tmr)
		return 0;
	ret = debug_sev_fw_state(s, &state);
	if (!ret && state == PSP_UNINIT)
		return debug_refuse(reason, SEV_DBG_R_BUFFERS);
	return ret;
}

/* An initialization that stopped half way counts */
static bool snp_is_up(const struct sim *s)
{
	return s->st->ccp.snp_initialized || s->st->ccp.flush_pending;
}

/* One SNP_SHUTDOWN_EX; the host's part too if that took SNP down, or if it failed last time */
static int shutdown_snp(struct sim *s, uint32_t *error, uint32_t *reason)
{
	struct fwb_snp_shutdown_ex data = { .len = sizeof(data),
					    .flags = ccp_snp_shutdown_flags(s) };
	bool was_up = snp_is_up(s);
	int ret;

	if (!was_up || debug_spare_kvm(s))
		data.flags &= ~FWB_X86_SNP_SHUTDOWN;
	ret = ccp_cmd(s, PSP_CMD_SNP_SHUTDOWN_EX, &data, sizeof(data), error);
	if (ret)
		return ret;
	if (was_up || s->st->ccp.iommu_failed)
		ccp_snp_shutdown_host(s);
	return iommu_result(s, reason);
}

/*
 * The driver's full path, but SEV's failure ends it, results are kept, and SNP is
 * shut down in a way that KVM survives.
 */
static int shutdown_all(struct sim *s, uint32_t *reason)
{
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = shutdown_sev(s);

	if (ret || !ccp_host_snp(s))
		return ret;
	sim_wbinvd_all(s);
	ret = shutdown_snp(s, &error, reason);
	if (ret && error == PSP_DFFLUSH_REQUIRED) {
		ret = ccp_cmd(s, PSP_CMD_SNP_DF_FLUSH, NULL, 0, &error);
		if (!ret)
			ret = shutdown_snp(s, &error, reason);
	}
	if (snp_is_up(s))
		debug_name_guests(s);
	return ret;
}

static int do_shutdown(struct sim *s, struct sev_dbg_cmd *c)
{
	bool legacy = c->flags & SEV_DBG_C_LEGACY;
	bool strict = c->flags & SEV_DBG_C_STRICT;
	uint32_t kind = legacy ? SEV_DBG_KIND_SEV : 0;
	int ret;

	if (!(c->flags & SEV_DBG_C_LIVE)) {
		if (debug_count(s, kind, false))
			return debug_refuse(&c->reason, SEV_DBG_R_GUESTS);
		if (s->st->debug.track_lost & (kind ? kind : UINT32_MAX))
			return debug_refuse(&c->reason, SEV_DBG_R_TRACK_LOST);
	}
	if (!(c->flags & SEV_DBG_C_TOMBSTONES) && debug_count(s, kind, true))
		return debug_refuse(&c->reason, SEV_DBG_R_TOMBSTONES);
	if (s->st->ccp.tio)		/* it would have to be taken down first */
		return debug_refuse(&c->reason, SEV_DBG_R_TIO);
	if (strict) {
		ret = may_shutdown_snp(s, &c->reason);
		if (ret)
			return ret;
	}
	sim_klog(s, "ccp: SHUTDOWN (%s%s%s) through /dev/sev-debug",
		 legacy ? "LEGACY" : strict ? "STRICT" : "full",
		 c->flags & SEV_DBG_C_LIVE ? ", LIVE" : "",
		 c->flags & SEV_DBG_C_TOMBSTONES ? ", TOMBSTONES" : "");
	if (legacy)
		return shutdown_sev(s);
	return strict ? shutdown_snp(s, NULL, &c->reason) : shutdown_all(s, &c->reason);
}

static int may_init(struct sim *s, struct sev_dbg_cmd *c)
{
	if (ccp_host_snp(s) && !s->st->ccp.snp_initialized) {
		if (sim_cpus_online(s) != s->st->m.cpus) {
			c->reason = SEV_DBG_R_CPUS_OFFLINE;
			return -EOPNOTSUPP;
		}
		if (debug_locked_out(s))
			return debug_refuse(&c->reason, SEV_DBG_R_INIT_LOCKED);
		if (debug_svm_on(s))
			return debug_refuse(&c->reason, SEV_DBG_R_SVM_ON);
		if (ccp_would_init_tio(s))
			return debug_refuse(&c->reason, SEV_DBG_R_TIO);
		if (ccp_has_cth(s)) {	/* KVM would find SNP up, and believe that it hides */
			c->reason = SEV_DBG_R_CTH;
			return -EOPNOTSUPP;
		}
	}
	if (debug_sev_init_blocked(s))
		return debug_refuse(&c->reason, SEV_DBG_R_TOMBSTONES);
	return 0;
}

static int do_init(struct sim *s, struct sev_dbg_cmd *c)
{
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = may_init(s, c);

	if (ret)
		return ret;
	sim_klog(s, "ccp: INIT through /dev/sev-debug");
	return ccp_platform_init(s, 0, &error);
}

static int run(struct sim *s, unsigned long request, struct sev_dbg_cmd *c)
{
	if (s->st->ccp.psp_dead)
		return debug_refuse(&c->reason, SEV_DBG_R_PSP_DEAD);
	if (request == SEV_DBG_SHUTDOWN)
		return do_shutdown(s, c);
	if (request == SEV_DBG_INIT)
		return do_init(s, c);
	return ccp_cmd(s, c->flags & SEV_DBG_C_LEGACY ? PSP_CMD_DF_FLUSH : PSP_CMD_SNP_DF_FLUSH,
		       NULL, 0, NULL);
}

static int check(unsigned long request, const struct sev_dbg_cmd *c)
{
	uint32_t allowed = 0;

	if (request == SEV_DBG_DF_FLUSH)
		allowed = SEV_DBG_C_LEGACY;
	else if (request == SEV_DBG_SHUTDOWN)
		allowed = SEV_DBG_C_LEGACY | SEV_DBG_C_STRICT | SEV_DBG_C_LIVE |
			  SEV_DBG_C_TOMBSTONES;
	if (c->flags & ~allowed || c->rsvd)
		return -EINVAL;
	if ((c->flags & SEV_DBG_C_LEGACY) && (c->flags & SEV_DBG_C_STRICT))
		return -EINVAL;
	if (!c->trace)
		return c->trace_entry_size ? -EINVAL : 0;
	if (c->trace_entry_size < sizeof(struct sev_dbg_result) || c->trace_entry_size > SIM_PAGE)
		return -EINVAL;
	return 0;
}

/* Can all that may be written there be written?  Leaves it zero. */
static int probe_trace(const struct sev_dbg_cmd *c)
{
	static const uint8_t zero[SIM_PAGE];
	uint32_t n = c->trace_capacity < SIM_TRACE_MAX ? c->trace_capacity : SIM_TRACE_MAX;
	char *dst = (char *)(uintptr_t)c->trace;

	for (; c->trace && n; n--, dst += c->trace_entry_size)
		if (sim_copy_to_user(dst, zero, c->trace_entry_size))
			return -EFAULT;
	return 0;
}

static int copy_trace(struct sev_dbg_cmd *c, const struct sim_trace *trace)
{
	char *dst = (char *)(uintptr_t)c->trace;
	uint32_t i;

	c->trace_total = trace->total;
	if (!c->trace)
		return 0;
	c->trace_count = trace->count < c->trace_capacity ? trace->count : c->trace_capacity;
	for (i = 0; i < c->trace_count; i++, dst += c->trace_entry_size)
		if (sim_copy_to_user(dst, &trace->entry[i], sizeof(trace->entry[i])))
			return -EFAULT;
	return 0;
}

int debug_cmd(struct sim *s, unsigned long request, void *arg)
{
	struct sim_trace trace = { 0 };
	struct sev_dbg_cmd c;
	int ret;

	ret = debug_copy_in(&c, sizeof(c), arg) ?: check(request, &c);
	if (ret)
		return ret;
	c.result = nothing_done;
	c.reason = SEV_DBG_R_NONE;
	c.trace_count = 0;
	c.trace_total = 0;
	ret = probe_trace(&c) ?: debug_copy_out(arg, &c, sizeof(c));
	if (ret)
		return ret;

	s->trace = &trace;
	ret = run(s, request, &c);
	s->trace = NULL;
	ret = debug_explain(s, ret, &c.reason);
	debug_trace_sum(&trace, &c.result, ret && c.reason != SEV_DBG_R_IOMMU);
	c.result.err = ret;
	if (copy_trace(&c, &trace))
		ret = -EFAULT;
	return debug_copy_out(arg, &c, sizeof(c)) ?: ret;
}
