// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_LEGACY = 0x200, KEY_STRICT, KEY_LIVE };

struct shutdown_options {
	enum sevadm_shutdown_mode mode;
	bool live;
};

static const struct argp_option options[] = {
	{ "legacy", KEY_LEGACY, NULL, 0, "SEV SHUTDOWN alone" },
	{ "strict", KEY_STRICT, NULL, 0,
	  "One SNP_SHUTDOWN_EX, without the WBINVD and SNP_DF_FLUSH that the driver adds" },
	{ "live", KEY_LIVE, NULL, 0,
	  "Also with guests alive: SEV SHUTDOWN ends SEV and SEV-ES guests" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct shutdown_options *o = state->input;

	(void)arg;
	switch (key) {
	case KEY_LEGACY:
	case KEY_STRICT:
		if (o->mode != SEVADM_SHUTDOWN_DRIVER)
			argp_error(state, "say --legacy or --strict, once");
		o->mode = key == KEY_LEGACY ? SEVADM_SHUTDOWN_LEGACY : SEVADM_SHUTDOWN_STRICT;
		return 0;
	case KEY_LIVE:
		o->live = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Shut the firmware down: by the driver's whole path, or one half of it.",
};

static unsigned int flags_of(const void *options_)
{
	const struct shutdown_options *o = options_;

	return o->live ? CMD_DESTRUCTIVE : 0;
}

static int run(struct cli *cli, const void *options_)
{
	const struct shutdown_options *o = options_;
	struct sevadm_run record = { 0 };

	progress_start(cli);
	return run_report(cli, &record,
			  sevadm_shutdown(cli->adm, o->mode, o->live, cli->dry_run, &record));
}

const struct command cmd_shutdown = {
	.name = "shutdown",
	.summary = "Shut the firmware down (SHUTDOWN, SNP_SHUTDOWN_EX)",
	.argp = &argp,
	.options_size = sizeof(struct shutdown_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE,
	.flags_of = flags_of,
	.run = run,
};
