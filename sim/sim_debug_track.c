// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The companion patch's book: guests seen in the commands that go by, the
 * tombstones of those that were ended through /dev/sev-debug, and the trace of
 * what a call made the driver do.  Behaves as kernel/'s sev-debug-track.c.
 */
#include <errno.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

static struct sim_tracked *find_gctx(struct sim *s, uint64_t gctx)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (d->guest[i].u.kind == SEV_DBG_KIND_SNP && d->guest[i].gctx == gctx)
			return &d->guest[i];
	return NULL;
}

static struct sim_tracked *find_handle(struct sim *s, uint32_t handle)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (d->guest[i].u.kind == SEV_DBG_KIND_SEV && d->guest[i].u.handle == handle)
			return &d->guest[i];
	return NULL;
}

struct sim_tracked *debug_find_id(struct sim *s, uint64_t id)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (d->guest[i].u.id == id)
			return &d->guest[i];
	return NULL;
}

struct sim_tracked *debug_find_vm(struct sim *s, const struct sim_vm *vm)
{
	if (vm->kind == SIM_KIND_SNP)
		return vm->gctx ? find_gctx(s, sim_pa(vm->gctx)) : NULL;
	return vm->handle ? find_handle(s, vm->handle) : NULL;
}

static void untrack(struct sim *s, struct sim_tracked *g)
{
	struct sim_debug *d = &s->st->debug;

	if (!g)
		return;
	memmove(g, g + 1, (size_t)(&d->guest[d->count] - (g + 1)) * sizeof(*g));
	memset(&d->guest[--d->count], 0, sizeof(*g));
}

static struct sim_tracked *track(struct sim *s, uint32_t kind)
{
	struct sim_debug *d = &s->st->debug;
	struct sim_tracked *g;

	if (d->count == SIM_MAX_TRACKED || d->no_memory) {
		d->no_memory = 0;
		d->track_lost |= kind;
		return NULL;
	}
	g = &d->guest[d->count++];
	memset(g, 0, sizeof(*g));
	g->u.id = d->next_id++;
	g->u.kind = kind;
	g->u.created_boot_ns = s->st->m.clock_ns;
	if (s->current) {
		g->u.tgid = s->current->pid;
		memcpy(g->u.comm, s->current->comm, sizeof(g->u.comm));
	}
	return g;
}

unsigned int debug_count(struct sim *s, uint32_t kind, bool tombstone)
{
	struct sim_debug *d = &s->st->debug;
	unsigned int i, n = 0;

	for (i = 0; i < d->count; i++)
		if ((!kind || d->guest[i].u.kind == kind) &&
		    !!(d->guest[i].u.flags & SEV_DBG_G_TOMBSTONE) == tombstone)
			n++;
	return n;
}

static void bury(struct sim_tracked *g)
{
	g->u.flags |= SEV_DBG_G_TOMBSTONE;
	g->u.flags &= ~SEV_DBG_G_ACTIVE;
	g->u.asid = 0;
}

static void bury_all(struct sim *s, uint32_t kind)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (d->guest[i].u.kind == kind)
			bury(&d->guest[i]);
}

static void forget_tombstones(struct sim *s)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i = 0;

	while (i < d->count)
		if (d->guest[i].u.flags & SEV_DBG_G_TOMBSTONE)
			untrack(s, &d->guest[i]);
		else
			i++;
}

bool debug_svm_on(struct sim *s)
{
	uint32_t i;

	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online && s->st->m.cpu[i].svm)
			return true;
	return false;
}

bool debug_locked_out(struct sim *s)
{
	return s->st->debug.locked_out && debug_svm_on(s);
}

bool debug_init_blocked(struct sim *s)
{
	if (debug_svm_on(s))		/* it would clear VM_HSAVE_PA under KVM */
		return true;
	s->st->debug.locked_out = 0;
	forget_tombstones(s);
	return false;
}

bool debug_sev_init_blocked(struct sim *s)
{
	if (!debug_count(s, SEV_DBG_KIND_SEV, true))
		return false;
	if (debug_svm_on(s))
		return true;
	forget_tombstones(s);
	return false;
}

/*
 * A shutdown that ends RMP enforcement is not for a kernel whose KVM lives: its
 * RMPUPDATE would be #UD.  On the way into another kernel it is.
 */
bool debug_spare_kvm(struct sim *s)
{
	return !s->going_down && debug_svm_on(s);
}

/* What keeps SNP from being shut down is a guest that is still bound to its ASID */
void debug_name_guests(struct sim *s)
{
	struct sim_debug *d = &s->st->debug;
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (d->guest[i].u.asid)
			sim_klog(s, "ccp: %s guest %llu of %s[%d] is active, ASID %u",
				 d->guest[i].u.kind == SEV_DBG_KIND_SNP ? "SNP" : "SEV",
				 (unsigned long long)d->guest[i].u.id, (char *)d->guest[i].u.comm,
				 d->guest[i].u.tgid, d->guest[i].u.asid);
	if (d->track_lost)
		sim_klog(s, "ccp: there may be guests besides");
}

/* The stale-page guard: SNP is down, and a page to be freed is still assigned */
bool debug_pages_stale(struct sim *s, uint32_t page, uint32_t pages)
{
	uint32_t i;

	if (s->st->ccp.snp_initialized)
		return false;
	for (i = 0; i < pages; i++) {
		if (!sim_rmp_assigned(s, page + i))
			continue;
		sim_leak(s, page, pages);
		s->st->debug.leaked_pages += pages;
		return true;
	}
	return false;
}

/* Is @cmd KVM's farewell to a guest that was ended here?  Then it is done. */
bool debug_pre_cmd(struct sim *s, uint32_t cmd, const void *data)
{
	struct sim_tracked *g = NULL;

	switch (cmd) {
	case PSP_CMD_SNP_PAGE_RECLAIM:
		g = find_gctx(s, ((const struct fwb_snp_addr *)data)->address);
		if (g && !g->reclaimed)
			return false;
		break;
	case PSP_CMD_SNP_DECOMMISSION:
		g = find_gctx(s, ((const struct fwb_snp_addr *)data)->address);
		break;
	case PSP_CMD_DEACTIVATE:
	case PSP_CMD_DECOMMISSION:
		g = find_handle(s, ((const struct fwb_handle *)data)->handle);
		break;
	}
	if (!g || !(g->u.flags & SEV_DBG_G_TOMBSTONE))
		return false;
	if (cmd == PSP_CMD_SNP_PAGE_RECLAIM || cmd == PSP_CMD_DECOMMISSION ||
	    (cmd == PSP_CMD_SNP_DECOMMISSION &&
	     !(g->reclaimed && s->st->ccp.snp_initialized)))
		untrack(s, g);
	return true;
}

static void note_snp(struct sim *s, uint32_t cmd, const void *data)
{
	const struct fwb_snp_launch_start *start = data;
	const struct fwb_snp_activate *activate = data;
	struct sim_tracked *g;

	switch (cmd) {
	case PSP_CMD_SNP_GCTX_CREATE:
		untrack(s, find_gctx(s, ((const struct fwb_snp_addr *)data)->address));
		g = track(s, SEV_DBG_KIND_SNP);
		if (g)
			g->gctx = ((const struct fwb_snp_addr *)data)->address;
		break;
	case PSP_CMD_SNP_LAUNCH_START:
		g = find_gctx(s, start->gctx);
		if (g) {
			g->u.policy = start->policy;
			g->u.flags |= SEV_DBG_G_LAUNCHED;
		}
		break;
	case PSP_CMD_SNP_ACTIVATE:
		g = find_gctx(s, activate->gctx);
		if (g) {
			g->u.asid = activate->asid;
			g->u.flags |= SEV_DBG_G_ACTIVE;
		}
		break;
	case PSP_CMD_SNP_LAUNCH_FINISH:
		g = find_gctx(s, ((const struct fwb_snp_launch_finish *)data)->gctx);
		if (g)
			g->u.flags |= SEV_DBG_G_RUNNING;
		break;
	case PSP_CMD_SNP_DECOMMISSION:
		g = find_gctx(s, ((const struct fwb_snp_addr *)data)->address);
		if (g && s->trace)	/* by the device: KVM does not know */
			bury(g);
		else
			untrack(s, g);
		break;
	case PSP_CMD_SNP_SHUTDOWN_EX:	/* whoever asked for it */
		s->st->debug.locked_out = 1;
		s->st->debug.track_lost = 0;
		bury_all(s, SEV_DBG_KIND_SNP);
		break;
	case PSP_CMD_SNP_INIT_EX:
		s->st->debug.track_lost = 0;
		s->st->debug.locked_out = 0;
		break;
	}
}

static void note_sev(struct sim *s, uint32_t cmd, const void *data)
{
	const struct fwb_launch_start *start = data;
	const struct fwb_activate *activate = data;
	const struct fwb_handle *handle = data;
	struct sim_tracked *g;

	switch (cmd) {
	case PSP_CMD_LAUNCH_START:
		untrack(s, find_handle(s, start->handle));
		g = track(s, SEV_DBG_KIND_SEV);
		if (g) {
			g->u.handle = start->handle;
			g->u.policy = start->policy;
			g->u.flags = SEV_DBG_G_LAUNCHED;
		}
		break;
	case PSP_CMD_ACTIVATE:
		g = find_handle(s, activate->handle);
		if (g) {
			g->u.asid = activate->asid;
			g->u.flags |= SEV_DBG_G_ACTIVE;
		}
		break;
	case PSP_CMD_LAUNCH_FINISH:
		g = find_handle(s, handle->handle);
		if (g)
			g->u.flags |= SEV_DBG_G_RUNNING;
		break;
	case PSP_CMD_DEACTIVATE:
		g = find_handle(s, handle->handle);
		if (g) {
			g->u.asid = 0;
			g->u.flags &= ~SEV_DBG_G_ACTIVE;
		}
		break;
	case PSP_CMD_DECOMMISSION:
		untrack(s, find_handle(s, handle->handle));
		break;
	case PSP_CMD_SHUTDOWN:
		s->st->debug.track_lost &= ~(uint32_t)SEV_DBG_KIND_SEV;
		bury_all(s, SEV_DBG_KIND_SEV);
		break;
	}
}

static void trace_add(struct sim_trace *t, uint32_t cmd, int ret, const struct ccp_answer *answer)
{
	struct sev_dbg_result *r = t->count ? &t->entry[t->count - 1] : NULL;

	if (r && r->cmd == cmd && r->err == ret && r->status == answer->status &&
	    r->fw_ext == answer->fw_ext) {
		r->count++;
		r->duration_ns += answer->duration_ns;
		return;
	}
	t->total++;
	if (t->count == SIM_TRACE_MAX)
		return;
	r = &t->entry[t->count++];
	memset(r, 0, sizeof(*r));
	r->cmd = cmd;
	r->err = ret;
	r->status = answer->status;
	r->count = 1;
	r->duration_ns = answer->duration_ns;
	r->fw_ext = answer->fw_ext;
}

static bool is_query(uint32_t cmd)
{
	return cmd == PSP_CMD_PLATFORM_STATUS || cmd == PSP_CMD_SNP_PLATFORM_STATUS;
}

void debug_trace_sum(const struct sim_trace *t, struct sev_dbg_result *res, bool failed)
{
	const struct sev_dbg_result *r, *failure = NULL, *last = NULL, *query = NULL;

	for (r = t->entry; r < t->entry + t->count; r++) {
		if (r->err && is_query(r->cmd))
			query = r;
		else if (r->err)
			failure = r;
		if (!is_query(r->cmd) && r->cmd != PSP_CMD_SNP_PAGE_RECLAIM)
			last = r;
	}
	if (failed && failure)
		*res = *failure;
	else if (last)
		*res = *last;
	else if (failed && query)
		*res = *query;
}

void debug_post_cmd(struct sim *s, uint32_t cmd, const void *data, int ret,
		    const struct ccp_answer *answer)
{
	debug_ring_add(s, cmd, ret, answer);
	if (s->trace)
		trace_add(s->trace, cmd, ret, answer);
	if (answer->status)
		return;
	if (ret && cmd == PSP_CMD_LAUNCH_START) {	/* the handle got lost on the way */
		s->st->debug.track_lost |= SEV_DBG_KIND_SEV;
		return;
	}
	note_sev(s, cmd, data);
	note_snp(s, cmd, data);
}
