// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a command that acts on the firmware planned and did, the same shape
 * for all of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "lib/util/cpuset.h"

struct step_view {
	const char *command;
	bool has_guest, has_pid, has_cpu, has_core, has_ccx, has_socket, has_status;
	uint64_t guest;
	uint32_t asid, cpu, core, ccx, socket;
	int32_t pid;
	char cpus[4096];
	uint32_t status;
	bool has_ext;
	uint64_t fw_ext;
	const char *status_name, *error, *reason;
	int32_t err;
	uint32_t count;
	bool many;
	uint64_t duration_ns;
};

static const struct out_row step_rows[] = {
	OUT_ROW(struct step_view, "command", "COMMAND", OUT_STRING, command),
	OUT_ROW_WHEN(struct step_view, "guest", "GUEST", OUT_U64, guest, has_guest),
	OUT_ROW_WHEN(struct step_view, "asid", "ASID", OUT_U32, asid, has_guest),
	OUT_ROW_WHEN(struct step_view, "pid", "PID", OUT_I32, pid, has_pid),
	OUT_ROW_WHEN(struct step_view, "cpu", NULL, OUT_U32, cpu, has_cpu),
	OUT_TEXT_ROW(struct step_view, "CPU", OUT_CHARS, cpus),
	OUT_ROW_WHEN(struct step_view, "count", "COUNT", OUT_U32, count, many),
	OUT_ROW_WHEN(struct step_view, "status", "STATUS", OUT_STATUS, status, has_status),
	OUT_ROW(struct step_view, "status_name", "NAME", OUT_STRING, status_name),
	OUT_ROW(struct step_view, "errno", NULL, OUT_I32, err),
	OUT_ROW(struct step_view, "errno_name", "ERRNO", OUT_STRING, error),
	OUT_ROW(struct step_view, "reason", "REASON", OUT_STRING, reason),
	OUT_ROW(struct step_view, "duration_ns", "TIME", OUT_NS, duration_ns),
	OUT_ROW_WHEN(struct step_view, "fw_ext", "EXTENDED", OUT_HEX64, fw_ext, has_ext),
	OUT_ROW_WHEN(struct step_view, "core", "CORE", OUT_U32, core, has_core),
	OUT_ROW_WHEN(struct step_view, "ccx", "CCX", OUT_U32, ccx, has_ccx),
	OUT_ROW_WHEN(struct step_view, "socket", "SOCKET", OUT_U32, socket, has_socket),
	OUT_END
};

static const struct out_row log_rows[] = {
	OUT_ROW(struct step_view, "command", NULL, OUT_STRING, command),
	OUT_ROW_WHEN(struct step_view, "guest", NULL, OUT_U64, guest, has_guest),
	OUT_ROW_WHEN(struct step_view, "asid", NULL, OUT_U32, asid, has_guest),
	OUT_ROW_WHEN(struct step_view, "pid", NULL, OUT_I32, pid, has_pid),
	OUT_ROW(struct step_view, "cpus", NULL, OUT_CHARS, cpus),
	OUT_ROW_WHEN(struct step_view, "count", NULL, OUT_U32, count, many),
	OUT_ROW_WHEN(struct step_view, "status", NULL, OUT_STATUS, status, has_status),
	OUT_ROW(struct step_view, "status_name", NULL, OUT_STRING, status_name),
	OUT_ROW(struct step_view, "errno", NULL, OUT_I32, err),
	OUT_ROW(struct step_view, "errno_name", NULL, OUT_STRING, error),
	OUT_ROW(struct step_view, "reason", NULL, OUT_STRING, reason),
	OUT_ROW(struct step_view, "duration_ns", NULL, OUT_NS, duration_ns),
	OUT_ROW_WHEN(struct step_view, "fw_ext", NULL, OUT_HEX64, fw_ext, has_ext),
	OUT_END
};

static struct step_view view_of(const struct sevadm_step *step)
{
	return (struct step_view){
		.command = step->command,
		.has_guest = step->has_guest,
		.guest = step->guest,
		.asid = step->asid,
		.has_pid = step->has_pid,
		.pid = step->pid,
		.has_cpu = step->has_cpu,
		.cpu = step->cpu,
		.has_core = step->has_core,
		.has_ccx = step->has_ccx,
		.has_socket = step->has_core,
		.core = step->core,
		.ccx = step->ccx,
		.socket = step->socket,
		.has_status = step->has_status,
		.status = step->status,
		.status_name = step->has_status ? sevadm_status_name(step->status) : NULL,
		.has_ext = step->fw_ext,
		.fw_ext = step->fw_ext,
		.err = step->err,
		.error = step->err ? strerrorname_np(step->err) : NULL,
		.reason = step->reason,
		.count = step->count,
		.many = step->count > 1,
		.duration_ns = step->duration_ns,
	};
}

static bool folds(const struct sevadm_step *step)
{
	return step->kind == SEVADM_STEP_WBINVD && step->has_cpu && !step->err;
}

/*
 * In text the WBINVDs that went well are one line: the CPUs, and the longest.
 * @by_ccx: one for each core complex
 */
static size_t fold(const struct sevadm_run *run, size_t i, bool by_ccx, struct step_view *view)
{
	const struct sevadm_step *first = &run->steps[i];
	struct cpuset cpus = { 0 };

	*view = view_of(&run->steps[i]);
	if (view->has_cpu)
		cpuset_add(&cpus, view->cpu);
	if (folds(&run->steps[i]))
		for (; i + 1 < run->nr_steps && folds(&run->steps[i + 1]); i++) {
			const struct sevadm_step *next = &run->steps[i + 1];

			if (cpuset_has(&cpus, next->cpu) ||
			    (by_ccx && (!first->has_ccx || next->ccx != first->ccx)))
				break;
			cpuset_add(&cpus, next->cpu);
			if (next->duration_ns > view->duration_ns)
				view->duration_ns = next->duration_ns;
		}
	cpuset_format(&cpus, view->cpus, sizeof(view->cpus));
	view->count = cpuset_count(&cpus) ? cpuset_count(&cpus) : view->count;
	view->many = view->count > 1;
	view->has_core = view->has_core && !view->many && by_ccx;
	view->has_ccx = view->has_ccx && by_ccx;
	view->has_socket = view->has_socket && by_ccx;
	return i;
}

static void print_steps(struct cli *cli, const struct sevadm_run *run)
{
	bool text = out_mode(cli->out) == OUT_TEXT;

	/* what only asks has its answer to show; how it asked is for those who want it */
	if (text && !(cli->command->flags & CMD_WRITE) && !cli->verbose)
		return;
	out_list(cli->out, "steps", "Steps", step_rows);
	for (size_t i = 0; i < run->nr_steps; i++) {
		struct step_view view = view_of(&run->steps[i]);

		if (text && cli->verbose < 2) {
			i = fold(run, i, cli->verbose, &view);
		} else if (text && view.has_cpu) {
			snprintf(view.cpus, sizeof(view.cpus), "%u", view.cpu);
		}
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

static void print_members(struct cli *cli, const struct sevadm_run *run)
{
	out_bool(cli->out, "dry_run", run->dry);
	plan_members(cli, run);
	print_steps(cli, run);
	out_strings(cli->out, "warnings", run->warnings, run->nr_warnings);
	cli->reported = true;
}

void run_members(struct cli *cli, const struct sevadm_run *run)
{
	struct sevadm_host host;

	if (out_mode(cli->out) != OUT_TEXT && !sevadm_host_get(cli->adm, &host))
		report_host(cli, &host);
	print_members(cli, run);
	for (size_t i = 0; i < run->nr_steps; i++) {
		if (!run->steps[i].has_status)
			continue;
		cli->has_status = true;
		cli->status = run->steps[i].status;
	}
	for (size_t i = 0; i < run->nr_warnings; i++)
		report_warning(cli, run->warnings[i]);
}

void run_report_nothing(struct cli *cli)
{
	const struct sevadm_run nothing = { .dry = cli->dry_run };

	print_members(cli, &nothing);
}

void run_log_steps(struct out *out, const struct sevadm_run *run)
{
	out_list(out, "steps", NULL, log_rows);
	for (size_t i = 0; run && i < run->nr_steps; i++) {
		struct step_view view;

		i = fold(run, i, false, &view);
		out_list_item(out, &view);
	}
	out_list_end(out);
	out_strings(out, "warnings", run ? run->warnings : NULL, run ? run->nr_warnings : 0);
}

size_t run_log_step(struct out *out, const struct sevadm_run *run, size_t i)
{
	struct step_view view;

	i = fold(run, i, false, &view);
	out_object(out, "step", NULL, log_rows, &view);
	return i;
}

int run_report(struct cli *cli, struct sevadm_run *run, int ret)
{
	int code, unlogged;

	progress_end(cli);
	/* first: who reads our output may take his time */
	unlogged = log_end(cli, run, ret ? sevadm_failure(cli->adm) : NULL);
	run_members(cli, run);
	if (ret)
		code = report_failure(cli, sevadm_failure(cli->adm));
	else if (unlogged)
		code = report_error(cli, SEVADM_FAILED, "What was done stays done.",
				    "all was done, but the log has no record of its end");
	else
		code = report_done(cli, run->dry ? "Nothing was changed" : run->message);
	sevadm_run_free(run);
	return code;
}
