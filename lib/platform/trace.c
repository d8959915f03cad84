// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last firmware commands, as the driver keeps them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

#define TRACE_ROOM	1024	/* more than any driver keeps */

static void entry_of(const struct sev_dbg_trace_entry *e, struct sevadm_trace_entry *entry)
{
	char comm[sizeof(e->comm) + 1] = "";

	memcpy(comm, e->comm, sizeof(e->comm));
	*entry = (struct sevadm_trace_entry){
		.seq = e->seq,
		.time_ns = e->time_ns,
		.duration_ns = e->duration_ns,
		.command = command_name((uint16_t)e->cmd),
		.id = e->cmd,
		.status = e->status,
		.fw_ext = e->fw_ext,
		.err = -e->err,
		.cpu = e->cpu,
		.pid = e->tgid,
	};
	text_escape(comm, entry->comm, sizeof(entry->comm));
}

/* A driver that was loaded anew begins with a number of its own: that is no gap */
static uint64_t lost(const struct sev_dbg_trace *t, const struct sev_dbg_trace_entry *entries)
{
	uint64_t next = t->after + 1 > t->first ? t->after + 1 : t->first;

	return t->count && entries[0].seq > next ? entries[0].seq - next : 0;
}

int sevadm_trace_get(struct sevadm *adm, uint64_t after, struct sevadm_trace *trace)
{
	_cleanup_free_ struct sev_dbg_trace_entry *entries = calloc(TRACE_ROOM, sizeof(*entries));
	struct sev_dbg_trace t = {
		.after = after, .capacity = TRACE_ROOM, .entries = (uintptr_t)entries,
	};
	uint64_t now;
	int ret;

	*trace = (struct sevadm_trace){ 0 };
	if (!entries)
		return core_fail_errno(adm, ENOMEM, "read the last firmware commands");
	ret = request_trace(adm, &t);
	/* the machine was booted anew: its numbers are lower */
	if (!ret && t.last < after) {
		t.after = 0;
		ret = request_trace(adm, &t);
	}
	if (ret == -ENOENT || ret == -ENOTTY || ret == -EINTR)
		return ret;
	if (!ret && t.count > TRACE_ROOM)	/* whatever a driver says */
		ret = -EPROTO;
	if (!ret)
		trace->entries = calloc(t.count + 1, sizeof(*trace->entries));
	if (!ret && !trace->entries)
		ret = -ENOMEM;
	if (ret)
		return core_fail_errno(adm, -ret, "read the last firmware commands");
	for (; trace->nr_entries < t.count; trace->nr_entries++)
		entry_of(&entries[trace->nr_entries], &trace->entries[trace->nr_entries]);
	trace->last = t.last;
	trace->lost = lost(&t, entries);
	now = adm->host->ops->clock(adm->host);
	if (t.running_cmd) {
		trace->running = command_name((uint16_t)t.running_cmd);
		trace->running_id = t.running_cmd;
		trace->running_pid = t.running_tgid;
		trace->running_ns = now > t.running_since_ns ? now - t.running_since_ns : 0;
	}
	return 0;
}

void sevadm_trace_free(struct sevadm_trace *trace)
{
	free(trace->entries);
	*trace = (struct sevadm_trace){ 0 };
}
