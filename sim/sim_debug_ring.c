// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The companion patch's last commands.  Behaves as kernel/'s sev-debug-ring.c; a
 * command of a simulated host is over before anybody could see it run.
 */
#include <errno.h>
#include <string.h>

#include "sim_internal.h"

/* Our own process is none of the machine's: it goes by its real number */
static void by_whom(const struct sim *s, struct sev_dbg_trace_entry *e)
{
	if (s->current) {
		e->tgid = s->current->pid;
		memcpy(e->comm, s->current->comm, sizeof(e->comm));
	} else {
		e->tgid = s->pid;
		strncpy((char *)e->comm, program_invocation_short_name, sizeof(e->comm) - 1);
	}
}

void debug_ring_add(struct sim *s, uint32_t cmd, int ret, const struct ccp_answer *answer)
{
	struct sim_ring *r = &s->st->debug.ring;
	struct sev_dbg_trace_entry e = {
		.time_ns = s->st->m.clock_ns - answer->duration_ns,
		.duration_ns = answer->duration_ns,
		.fw_ext = answer->fw_ext,
		.cmd = cmd,
		.err = ret,
		.status = answer->status,
	};
	bool only;

	e.cpu = sim_thread_cpu(s, &only);
	by_whom(s, &e);
	if (!r->last) {
		r->first = e.time_ns + 1;
		r->last = r->first - 1;
	}
	e.seq = ++r->last;
	r->entry[e.seq % SIM_RING_SIZE] = e;
}

/* Where what is newer than @after begins; beyond the last if nothing is */
static uint64_t newer(const struct sim_ring *r, uint64_t after)
{
	uint64_t seq;

	if (!r->last || after >= r->last)
		return r->last + 1;
	seq = after < r->first ? r->first : after + 1;
	return r->last - seq >= SIM_RING_SIZE ? r->last - SIM_RING_SIZE + 1 : seq;
}

static int copy_entry(const struct sev_dbg_trace_entry *e, char *dst, uint32_t entry_size)
{
	static const uint8_t zero[SIM_PAGE];

	if (sim_copy_to_user(dst, e, sizeof(*e)))
		return -EFAULT;
	return sim_copy_to_user(dst + sizeof(*e), zero, entry_size - sizeof(*e));
}

int debug_trace(struct sim *s, void *arg)
{
	const struct sim_ring *r = &s->st->debug.ring;
	struct sev_dbg_trace in, t;
	uint64_t seq;
	char *dst;
	int ret = debug_copy_in(&in, sizeof(in), arg);

	if (ret)
		return ret;
	if (in.flags || in.rsvd || in.entry_size < sizeof(r->entry[0]) || in.entry_size > SIM_PAGE)
		return -EINVAL;
	t = (struct sev_dbg_trace){
		.size = in.size, .entry_size = in.entry_size, .capacity = in.capacity,
		.after = in.after, .first = r->first, .last = r->last, .entries = in.entries,
	};
	dst = (char *)(uintptr_t)t.entries;
	for (seq = newer(r, t.after); seq <= r->last && t.count < t.capacity && !ret; seq++) {
		ret = copy_entry(&r->entry[seq % SIM_RING_SIZE], dst, t.entry_size);
		dst += t.entry_size;
		t.count++;
	}
	if (ret)
		t.count = 0;
	return debug_copy_out(arg, &t, sizeof(t)) ?: ret;
}
