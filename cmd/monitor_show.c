// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sample, member by member.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/monitor.h"
#include "lib/util/cpuset.h"

struct platform_view {
	bool asked, answered, has_sev, has_snp, psp_dead, has_list, marked;
	uint32_t sev_raw, snp_raw, used, owed, dirty;
	const char *sev, *snp;
	char flags[256], asids[256];
};

static const struct out_row platform_rows[] = {
	OUT_ROW(struct platform_view, "asked", NULL, OUT_BOOL, asked),
	OUT_ROW(struct platform_view, "sev_state", "SEV", OUT_STRING, sev),
	OUT_ROW_WHEN(struct platform_view, "sev_state_raw", NULL, OUT_U32, sev_raw, has_sev),
	OUT_ROW(struct platform_view, "snp_state", "SEV-SNP", OUT_STRING, snp),
	OUT_ROW_WHEN(struct platform_view, "snp_state_raw", NULL, OUT_U32, snp_raw, has_snp),
	OUT_ROW_WHEN(struct platform_view, "psp_dead", NULL, OUT_BOOL, psp_dead, answered),
	OUT_TEXT_ROW(struct platform_view, "Driver", OUT_CHARS, flags),
	OUT_ROW(struct platform_view, "asids", "ASIDs in use", OUT_CHARS, asids),
	OUT_ROW_WHEN(struct platform_view, "asids_used", NULL, OUT_U32, used, has_list),
	OUT_ROW_WHEN(struct platform_view, "wbinvd_owed", "CPUs that owe WBINVD", OUT_U32, owed,
		     marked),
	OUT_ROW_WHEN(struct platform_view, "asids_dirty", "ASIDs not clean", OUT_U32, dirty,
		     marked),
	OUT_END
};

static const struct out_row count_rows[] = {
	OUT_ROW(struct sevadm_guests, "snp", "SNP", OUT_U32, fw_snp),
	OUT_ROW(struct sevadm_guests, "sev", "SEV and SEV-ES", OUT_U32, fw_sev),
	OUT_END
};

static const struct out_row change_rows[] = {
	OUT_ROW(struct change, "what", "WHAT", OUT_CHARS, what),
	OUT_ROW(struct change, "before", "BEFORE", OUT_CHARS, before),
	OUT_ROW(struct change, "after", "NOW", OUT_CHARS, after),
	OUT_END
};

struct running_view {
	const char *command;
	uint32_t id;
	int32_t pid;
	uint64_t for_ns;
};

static const struct out_row running_rows[] = {
	OUT_ROW(struct running_view, "command", "Command", OUT_STRING, command),
	OUT_ROW(struct running_view, "command_id", NULL, OUT_U32, id),
	OUT_ROW(struct running_view, "pid", "PID", OUT_I32, pid),
	OUT_ROW(struct running_view, "duration_ns", "For", OUT_NS, for_ns),
	OUT_END
};

struct marked_command {
	const char *mark;
	struct command_view c;
};

static const struct out_row command_rows[] = {
	OUT_TEXT_ROW(struct marked_command, " ", OUT_STRING, mark),
	OUT_ROW_WHEN(struct marked_command, "seq", NULL, OUT_U64, c.seq, c.has_seq),
	OUT_ROW(struct marked_command, "command", "COMMAND", OUT_CHARS, c.name),
	OUT_ROW_WHEN(struct marked_command, "", "COUNT", OUT_U32, c.count, c.many),
	OUT_ROW_WHEN(struct marked_command, "command_id", NULL, OUT_U32, c.id, c.has_id),
	OUT_ROW(struct marked_command, "status", "STATUS", OUT_STATUS, c.status),
	OUT_ROW(struct marked_command, "status_name", "NAME", OUT_STRING, c.status_name),
	OUT_ROW_WHEN(struct marked_command, "fw_ext", "EXTENDED", OUT_HEX64, c.fw_ext, c.has_ext),
	OUT_ROW(struct marked_command, "errno", NULL, OUT_I32, c.err),
	OUT_ROW(struct marked_command, "errno_name", "ERRNO", OUT_STRING, c.error),
	OUT_ROW_WHEN(struct marked_command, "cpu", NULL, OUT_U32, c.cpu, c.has_seq),
	OUT_ROW_WHEN(struct marked_command, "pid", "PID", OUT_I32, c.pid, c.has_seq),
	OUT_ROW(struct marked_command, "process", "PROCESS", OUT_CHARS, c.process),
	OUT_ROW_WHEN(struct marked_command, "time_ns", NULL, OUT_U64, c.time_ns, c.has_seq),
	OUT_ROW(struct marked_command, "duration_ns", "TIME", OUT_NS, c.duration_ns),
	OUT_ROW_WHEN(struct marked_command, "", "AGO", OUT_NS, c.ago_ns, c.has_seq),
	OUT_END
};

struct live_guest {
	struct sevadm_guest guest;
	const char *mark, *kind, *state;
};

static const struct out_row guest_rows[] = {
	OUT_TEXT_ROW(struct live_guest, " ", OUT_STRING, mark),
	OUT_ROW(struct live_guest, "id", "ID", OUT_U64, guest.id),
	OUT_ROW(struct live_guest, "kind", "KIND", OUT_STRING, kind),
	OUT_ROW(struct live_guest, "asid", "ASID", OUT_U32, guest.asid),
	OUT_ROW(struct live_guest, "state", "STATE", OUT_STRING, state),
	OUT_ROW(struct live_guest, "policy", NULL, OUT_HEX64, guest.policy),
	OUT_ROW(struct live_guest, "pid", "PID", OUT_I32, guest.pid),
	OUT_ROW(struct live_guest, "process", "PROCESS", OUT_CHARS, guest.comm),
	OUT_ROW(struct live_guest, "age_ns", "AGE", OUT_NS, guest.age_ns),
	OUT_END
};

const char *monitor_guest_state(const struct sevadm_guest *guest)
{
	static const char *const states[] = { "init", "launching", "running", "tombstone" };

	return states[guest->state];
}

const char *monitor_guest_kind(const struct sevadm_guest *guest)
{
	static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };

	return kinds[guest->kind];
}

unsigned int monitor_asids(const struct sevadm_guests *guests, char *buf, size_t size)
{
	struct cpuset set = { 0 };	/* numbers like others */

	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].asid)
			cpuset_add(&set, guests->guests[i].asid);
	cpuset_format(&set, buf, size);
	return cpuset_count(&set);
}

/* What is so, in words; what is not goes without saying */
static void flags_text(const struct sevadm_live *live, char *buf, size_t size)
{
	const struct sevadm_driver *d = &live->driver;
	const struct {
		bool is;
		const char *text;
	} flags[] = {
		{ live->psp_dead, "secure processor given up" },
		{ d->mismatch, "driver and firmware differ" },
		{ d->iommu_stuck, "IOMMU holds pages" },
		{ d->track_lost, "list of guests incomplete" },
		{ d->init_locked, "INIT locked out" },
		{ d->snp_init, "SNP initialized" },
		{ d->svm_on, "KVM is live" },
		{ d->buffers, "firmware owns SEV buffers" },
		{ d->tio, "SEV-TIO is up" },
		{ d->leaked_pages, "pages leaked" },
		{ d->nr_snp_tombstones || d->nr_sev_tombstones, "tombstones" },
	};
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].is && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 flags[i].text);
}

static void show_platform(struct cli *cli, const struct moment *m)
{
	const struct sevadm_live *live = &m->live;
	struct platform_view view = {
		.asked = m->asked,
		.answered = m->answered,
		.has_sev = live->sev_state != SEVADM_NO_FW_CALL,
		.has_snp = live->snp_state != SEVADM_NO_FW_CALL,
		.sev_raw = live->sev_state,
		.snp_raw = live->snp_state,
		.psp_dead = live->psp_dead,
		.has_list = live->guests.has_list,
		.marked = m->marked,
		.owed = m->owed,
		.dirty = m->dirty,
	};

	if (m->answered) {
		view.sev = view.has_sev ? sevadm_sev_state_name(live->sev_state) : "unknown";
		view.snp = view.has_snp ? sevadm_snp_state_name(live->snp_state) : "unknown";
		view.used = monitor_asids(&live->guests, view.asids, sizeof(view.asids));
		flags_text(live, view.flags, sizeof(view.flags));
	}
	if (m->answered || out_mode(cli->out) != OUT_TEXT)
		out_object(cli->out, "platform", "Platform", platform_rows, &view);
	/* all of it; text says what is so in one line */
	if (live->driver.known && out_mode(cli->out) != OUT_TEXT)
		status_show_driver(cli, &live->driver);
}

static void show_changes(struct cli *cli, const struct moment *m)
{
	out_list(cli->out, "changes", "Changed", change_rows);
	for (size_t i = 0; i < m->nr_changes; i++)
		out_list_item(cli->out, &m->changes[i]);
	out_list_end(cli->out);
}

static bool changed(const struct moment *m, uint64_t guest)
{
	char what[48];

	snprintf(what, sizeof(what), "guest %" PRIu64, guest);
	for (size_t i = 0; i < m->nr_changes; i++)
		if (!strcmp(m->changes[i].what, what))
			return true;
	return false;
}

static void show_guests(struct cli *cli, const struct moment *m)
{
	const struct sevadm_guests *guests = &m->live.guests;

	if (!m->answered)
		return;
	out_bool(cli->out, "list_complete", guests->has_list && !guests->track_lost);
	/* firmware that was not asked counts nothing */
	if (guests->fw_snp != SEVADM_NO_FW_CALL && guests->fw_sev != SEVADM_NO_FW_CALL)
		out_object(cli->out, "firmware_counts", "Guests that the firmware counts",
			   count_rows, guests);
	out_list(cli->out, "guests", "Guests", guest_rows);
	for (size_t i = 0; i < guests->nr_guests; i++) {
		struct live_guest view = { .guest = guests->guests[i] };

		view.kind = monitor_guest_kind(&view.guest);
		view.state = monitor_guest_state(&view.guest);
		view.mark = changed(m, view.guest.id) ? "*" : NULL;
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

/* ---------------------------------------------------------------- commands */

static struct command_view view_of_entry(const struct sevadm_trace_entry *e, uint64_t now)
{
	uint64_t end = e->time_ns + e->duration_ns;
	struct command_view view = {
		.has_seq = true, .has_id = true, .isnew = true,
		.seq = e->seq, .id = e->id, .cpu = e->cpu, .pid = e->pid,
		.time_ns = e->time_ns, .duration_ns = e->duration_ns,
		.ago_ns = now > end ? now - end : 0,
		.status = e->status, .status_name = sevadm_status_name(e->status),
		.has_ext = e->fw_ext, .fw_ext = e->fw_ext,
		.err = e->err, .error = e->err ? strerrorname_np(e->err) : NULL,
	};

	if (strcmp(e->command, "?"))
		snprintf(view.name, sizeof(view.name), "%s", e->command);
	else
		snprintf(view.name, sizeof(view.name), "0x%03" PRIx32, e->id);
	snprintf(view.process, sizeof(view.process), "%s", e->comm);
	return view;
}

static struct command_view view_of_step(const struct sevadm_step *step)
{
	struct command_view view = {
		.isnew = true,
		.duration_ns = step->duration_ns,
		.status = step->status, .status_name = sevadm_status_name(step->status),
		.has_ext = step->fw_ext, .fw_ext = step->fw_ext,
		.err = step->err, .error = step->err ? strerrorname_np(step->err) : NULL,
	};

	snprintf(view.name, sizeof(view.name), "%s", step->command);
	return view;
}

static bool equal(const struct command_view *a, const struct command_view *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->process, b->process) && a->pid == b->pid &&
	       a->status == b->status && a->err == b->err && a->fw_ext == b->fw_ext &&
	       a->isnew == b->isnew;
}

static void keep(struct recent *recent, const struct command_view *view)
{
	struct command_view *last = recent->nr ? &recent->list[recent->nr - 1] : NULL;
	struct command_view kept = *view;

	kept.count = 1;
	if (last && equal(last, view)) {
		kept.count = last->count + 1;
		kept.duration_ns += last->duration_ns;
		recent->nr--;
	} else if (recent->nr == RECENT_MAX) {
		memmove(&recent->list[0], &recent->list[1],
			--recent->nr * sizeof(recent->list[0]));
	}
	kept.many = kept.count > 1;
	kept.end_ns = view->time_ns + view->duration_ns;
	recent->list[recent->nr++] = kept;
}

/* In text the last ones stay; elsewhere each is told once */
static void tell(struct cli *cli, struct recent *recent, const struct command_view *view)
{
	struct marked_command all = { .c = *view };

	keep(recent, view);
	if (out_mode(cli->out) != OUT_TEXT)
		out_list_item(cli->out, &all);
}

static void show_recent(struct cli *cli, const struct moment *m, const struct recent *recent)
{
	for (size_t i = 0; i < recent->nr; i++) {
		struct marked_command view = {
			.c = recent->list[i],
			.mark = recent->list[i].isnew && m->number > 1 ? "*" : NULL,
		};

		out_list_item(cli->out, &view);
	}
}

static void age(struct recent *recent, uint64_t now)
{
	for (size_t i = 0; i < recent->nr; i++) {
		struct command_view *c = &recent->list[i];

		c->isnew = false;
		c->ago_ns = now > c->end_ns ? now - c->end_ns : 0;
	}
}

/* Our own questions would push out what others did */
static bool ours(const struct cli *cli, const struct sevadm_trace_entry *e)
{
	return e->pid == getpid() && !cli->verbose;
}

static void show_commands(struct cli *cli, const struct moment *m, struct recent *recent)
{
	bool own = m->trace_err == -ENOENT || m->trace_err == -ENOTTY;

	if (m->trace_err && !own)
		return;
	age(recent, m->live.now_ns);
	out_string(cli->out, "commands_by", own ? "monitor" : "driver");
	if (!own)
		out_number(cli->out, "commands_lost", (int64_t)m->trace.lost);
	out_list(cli->out, "commands", own ? "Firmware commands of this program" :
		 "Last firmware commands", command_rows);
	for (size_t i = 0; i < m->trace.nr_entries; i++) {
		struct command_view view = view_of_entry(&m->trace.entries[i], m->live.now_ns);

		if (!ours(cli, &m->trace.entries[i]))
			tell(cli, recent, &view);
	}
	for (size_t i = 0; own && i < m->record.nr_steps; i++) {
		struct command_view view = view_of_step(&m->record.steps[i]);

		tell(cli, recent, &view);
	}
	if (out_mode(cli->out) == OUT_TEXT)
		show_recent(cli, m, recent);
	out_list_end(cli->out);
	if (m->trace.lost && m->number > 1)
		out_text(cli->out, "%" PRIu64 " more came between the samples and were not kept.",
			 m->trace.lost);
	if (own)
		out_text(cli->out, m->trace_err == -ENOENT ?
			 "Commands of others are not seen: there is no /dev/sev-debug." :
			 "Commands of others are not seen: the companion patch is older than this.");
}

static void show_running(struct cli *cli, const struct moment *m)
{
	struct running_view view = {
		.command = m->trace.running, .id = m->trace.running_id,
		.pid = m->trace.running_pid, .for_ns = m->trace.running_ns,
	};

	if (!view.command)
		return;
	out_object(cli->out, "running", "The driver waits for the firmware", running_rows, &view);
	if (m->hangs)
		out_text(cli->out, "Nothing else is asked until it ends.");
}

void monitor_show(struct cli *cli, const struct moment *m, struct recent *recent)
{
	const struct sevadm_host *host = &m->live.host;

	out_number(cli->out, "sample", (int64_t)m->number);
	out_string(cli->out, "time", m->time);
	out_text(cli->out, "Sample %" PRIu64 ", %s, kernel %s, CPUs %s%s%s", m->number, m->time,
		 host->kernel[0] ? host->kernel : "?", host->cpus_online,
		 host->cpus_offline[0] ? ", offline " : "", host->cpus_offline);
	show_running(cli, m);
	show_platform(cli, m);
	show_changes(cli, m);
	show_commands(cli, m, recent);
	show_guests(cli, m);
}
