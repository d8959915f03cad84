// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"

struct check_options {
	enum sevadm_goal goal;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *o = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num)
		return ARGP_ERR_UNKNOWN;
	for (int goal = SEVADM_GOAL_TEARDOWN; goal <= SEVADM_GOAL_KDUMP; goal++) {
		if (strcmp(arg, sevadm_goal_name(goal)))
			continue;
		o->goal = goal;
		return 0;
	}
	argp_error(state, "check takes teardown, kexec or kdump, not '%s'", arg);
	return 0;
}

static const struct argp argp = {
	.parser = parse, .args_doc = "[teardown|kexec|kdump]",
	.doc = "Tell whether this host is ready for it, and what stands in the way.  Changes "
	       "nothing.",
};

struct view {
	const char *verdict, *id, *reason, *remedy;
};

static const struct out_row rows[] = {
	OUT_ROW(struct view, "verdict", "", OUT_STRING, verdict),
	OUT_ROW(struct view, "id", "", OUT_STRING, id),
	OUT_ROW(struct view, "reason", "", OUT_STRING, reason),
	OUT_ROW(struct view, "remedy", NULL, OUT_STRING, remedy),
	OUT_END
};

struct summary {
	const char *goal;
	bool ready;
	uint32_t pass, warn, fail, skip;
};

static const struct out_row summary_rows[] = {
	OUT_ROW(struct summary, "goal", NULL, OUT_STRING, goal),
	OUT_ROW(struct summary, "ready", NULL, OUT_BOOL, ready),
	OUT_ROW(struct summary, "pass", NULL, OUT_U32, pass),
	OUT_ROW(struct summary, "warn", NULL, OUT_U32, warn),
	OUT_ROW(struct summary, "fail", NULL, OUT_U32, fail),
	OUT_ROW(struct summary, "skip", NULL, OUT_U32, skip),
	OUT_END
};

/* For people what is fine comes short, and each remedy below its reason */
static void print_text(struct cli *cli, const struct sevadm_readiness *r)
{
	for (size_t i = 0; i < r->nr_checks; i++) {
		const struct sevadm_check *check = &r->checks[i];
		bool fine = check->verdict == SEVADM_PASS || check->verdict == SEVADM_SKIP;

		if (cli->quiet && fine)
			continue;
		out_text(cli->out, "%s  %-20s %s", sevadm_verdict_name(check->verdict), check->id,
			 check->reason);
		if (check->remedy)
			out_text(cli->out, "      %-20s -> %s", "", check->remedy);
	}
}

static void print(struct cli *cli, const struct sevadm_readiness *r)
{
	struct summary summary = {
		.goal = sevadm_goal_name(r->goal), .ready = r->ready,
		.pass = r->counts[SEVADM_PASS], .warn = r->counts[SEVADM_WARN],
		.fail = r->counts[SEVADM_FAIL], .skip = r->counts[SEVADM_SKIP],
	};

	if (out_mode(cli->out) == OUT_TEXT) {
		print_text(cli, r);
		return;
	}
	out_object(cli->out, "readiness", NULL, summary_rows, &summary);
	out_list(cli->out, "checks", NULL, rows);
	for (size_t i = 0; i < r->nr_checks; i++) {
		struct view view = {
			.verdict = sevadm_verdict_name(r->checks[i].verdict),
			.id = r->checks[i].id,
			.reason = r->checks[i].reason,
			.remedy = r->checks[i].remedy,
		};

		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

static int run(struct cli *cli, const void *options_)
{
	const struct check_options *o = options_;
	struct sevadm_readiness r;
	char message[128];
	int ret = sevadm_check(cli->adm, o->goal, &r);

	if (!ret) {
		print(cli, &r);
		run_report_nothing(cli);
		snprintf(message, sizeof(message), "%s for %s: %u passed, %u warning%s, %u failed, "
			 "%u skipped", r.ready ? "Ready" : "Not ready", sevadm_goal_name(o->goal),
			 r.counts[SEVADM_PASS], r.counts[SEVADM_WARN],
			 r.counts[SEVADM_WARN] == 1 ? "" : "s", r.counts[SEVADM_FAIL],
			 r.counts[SEVADM_SKIP]);
		ret = r.ready ? report_done(cli, message) : report_no(cli, message);
	} else {
		ret = report_failure(cli, sevadm_failure(cli->adm));
	}
	sevadm_readiness_free(&r);
	return ret;
}

const struct command cmd_check = {
	.name = "check",
	.summary = "Tell whether this host is ready for a teardown, kexec or crash dump",
	.argp = &argp,
	.options_size = sizeof(struct check_options),
	.flags = CMD_SURVEY,
	.run = run,
};
