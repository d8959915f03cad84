// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_COMMAND = 0x200 };

struct explain_options {
	const char *status, *command;
};

static const struct argp_option options[] = {
	{ "command", KEY_COMMAND, "NAME", 0, "The firmware command that answered it" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain_options *o = state->input;

	switch (key) {
	case KEY_COMMAND:
		o->command = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->status)
			argp_error(state, "one status at a time");
		o->status = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->status)
			argp_error(state, "name a status: a number, or a name such as "
				   "DFFLUSH_REQUIRED");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "STATUS",
	.doc = "What a firmware status means, its usual causes, and what to do.",
};

static const struct out_row rows[] = {
	OUT_ROW(struct sevadm_status_info, "status", "Status", OUT_STATUS, status),
	OUT_ROW(struct sevadm_status_info, "name", "Name", OUT_STRING, name),
	OUT_ROW(struct sevadm_status_info, "meaning", "Meaning", OUT_STRING, meaning),
	OUT_ROW(struct sevadm_status_info, "causes", "Usual causes", OUT_STRING, causes),
	OUT_ROW(struct sevadm_status_info, "remedy", "What to do", OUT_STRING, remedy),
	OUT_END
};

static int run(struct cli *cli, const void *options_)
{
	const struct explain_options *o = options_;
	struct sevadm_status_info info;

	switch (sevadm_explain(o->status, o->command, &info)) {
	case 0:
		out_object(cli->out, "explanation", NULL, rows, &info);
		return report_done(cli, "");
	case -ENOENT:
		return report_error(cli, SEVADM_NO, NULL, "no firmware status has the number %.40s",
				    o->status);
	case -ENOKEY:
		return report_error(cli, SEVADM_USAGE, NULL, "there is no firmware command %.64s",
				    o->command);
	default:
		return report_error(cli, SEVADM_USAGE, "Say a number, 0x0f or 15, or a name, "
				    "DFFLUSH_REQUIRED.", "'%.64s' is no firmware status", o->status);
	}
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "Explain a firmware status",
	.argp = &argp,
	.options_size = sizeof(struct explain_options),
	.flags = CMD_OFFLINE,
	.run = run,
};
