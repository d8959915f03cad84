// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_HOST = 0x200 };

struct diff_options {
	const char *files[2];
	unsigned int nr;
	bool host;
};

static const struct argp_option options[] = {
	{ "host", KEY_HOST, NULL, 0, "Also what was only read from the host" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff_options *o = state->input;

	switch (key) {
	case KEY_HOST:
		o->host = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr == 2)
			argp_error(state, "two recordings, no more");
		else
			o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->nr < 2)
			argp_error(state, "name two recordings");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE FILE",
	.doc = "Do two recordings tell the same, but for times and pids?",
};

static int run(struct cli *cli, const void *options_)
{
	const struct diff_options *o = options_;
	struct sevadm_recording *a = NULL, *b = NULL;
	struct sevadm_failure failure;
	char text[1024];
	int ret;

	if (sevadm_recording_open(&a, o->files[0], &failure) ||
	    sevadm_recording_open(&b, o->files[1], &failure)) {
		sevadm_recording_close(a);
		return report_failure(cli, &failure);
	}
	ret = sevadm_recording_diff(a, b, o->host, text, sizeof(text));
	sevadm_recording_close(a);
	sevadm_recording_close(b);
	if (ret < 0)
		return report_error(cli, SEVADM_FAILED, NULL, "out of memory");
	return ret ? report_no(cli, text) : report_done(cli, "no difference");
}

const struct command cmd_record_diff = {
	.name = "record diff",
	.summary = "Compare two recordings",
	.argp = &argp,
	.options_size = sizeof(struct diff_options),
	.flags = CMD_OFFLINE,
	.run = run,
};
