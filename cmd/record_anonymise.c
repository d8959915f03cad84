// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_OUTPUT = 0x200 };

struct anonymise_options {
	const char *file, *output;
};

static const struct argp_option options[] = {
	{ "output", KEY_OUTPUT, "FILE", 0, "Where to, a new file" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct anonymise_options *o = state->input;

	switch (key) {
	case KEY_OUTPUT:
		o->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file || !o->output || !*o->output)
			argp_error(state, "name the recording, and with --output where to");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "A copy of a recording without the names of processes, guests and files, which "
	       "replays as it does.",
};

static int run(struct cli *cli, const void *options_)
{
	const struct anonymise_options *o = options_;
	struct sevadm_failure failure;

	if (sevadm_recording_anonymise(o->file, o->output, &failure))
		return report_failure(cli, &failure);
	return report_done(cli, "Look at it before you give it away: `sevadm record show --host`");
}

const struct command cmd_record_anonymise = {
	.name = "record anonymise",
	.summary = "Take the names out of a recording",
	.argp = &argp,
	.options_size = sizeof(struct anonymise_options),
	.flags = CMD_OFFLINE | CMD_ALTERS,
	.run = run,
};
