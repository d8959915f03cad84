/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `sevadm monitor` share: monitor.c samples, monitor_changes.c
 * compares, monitor_show.c shows, screen.c puts it on a terminal.
 */
#ifndef CMD_MONITOR_H
#define CMD_MONITOR_H

#include "cmd/cli.h"
#include "sevadm.h"

#define RECENT_MAX	10	/* commands that text shows */

/**
 * struct change - what is not as it was
 * @what:	a member of the result, or a guest
 * @before, @after: empty where there was or is none
 */
struct change {
	char what[48], before[96], after[96];
};

/**
 * struct moment - one sample
 * @number:	from 1
 * @time:	wall clock, RFC 3339
 * @answered:	@live tells of this moment
 * @asked:	the firmware was, or the driver on its behalf
 * @hangs:	the driver waits for a command, so that nothing else was asked
 * @live:	of the host
 * @trace:	commands since the sample before
 * @trace_err:	0 or -errno: why @trace is empty
 * @marked:	a simulated host: @owed and @dirty are known
 * @owed:	CPUs that owe a WBINVD
 * @dirty:	ASIDs that are not clean
 * @record:	commands of our own, where the driver keeps none
 * @failure:	why there was no answer
 * @changes:	since the last answer
 * @nr_changes:	of them
 */
struct moment {
	uint64_t number;
	char time[40];
	bool answered, asked, hangs;
	struct sevadm_live live;
	struct sevadm_trace trace;
	int trace_err;
	bool marked;
	uint32_t owed, dirty;
	struct sevadm_run record;
	struct sevadm_failure failure;
	struct change *changes;
	size_t nr_changes;
};

/* A command as it is shown, in text with equal neighbours; @isnew: since the sample before */
struct command_view {
	uint64_t seq, time_ns, end_ns, ago_ns, duration_ns, fw_ext;
	char name[40], process[64];
	uint32_t id, status, cpu;
	const char *status_name, *error;
	int32_t err, pid;
	uint32_t count;
	bool many;
	bool has_id, has_seq, has_ext, isnew;
};

/* The last commands, for text; the oldest first */
struct recent {
	struct command_view list[RECENT_MAX];
	size_t nr;
};

/* What differs between the last answer, which may be NULL, and this: 0 or -ENOMEM */
int monitor_compare(const struct moment *before, struct moment *now);
/* A change of its own */
int monitor_change(struct moment *moment, const char *what, const char *before,
		   const char *after);

/* Every member of a sample but its head and its end; takes what is new into @recent */
void monitor_show(struct cli *cli, const struct moment *moment, struct recent *recent);
/* The ASIDs that guests are bound to, as a list; how many */
unsigned int monitor_asids(const struct sevadm_guests *guests, char *buf, size_t size);
const char *monitor_guest_state(const struct sevadm_guest *guest);
const char *monitor_guest_kind(const struct sevadm_guest *guest);

/* From the top left on, as much as fits; @fresh: what is there is not ours */
void screen_draw(const char *text, bool fresh);

#endif
