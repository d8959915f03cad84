// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_LEGACY = 0x200 };

struct df_flush_options {
	bool legacy;
};

static const struct argp_option options[] = {
	{ "legacy", KEY_LEGACY, NULL, 0, "DF_FLUSH of SEV instead of SNP_DF_FLUSH" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct df_flush_options *o = state->input;

	(void)arg;
	if (key != KEY_LEGACY)
		return ARGP_ERR_UNKNOWN;
	o->legacy = true;
	return 0;
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Flush the data fabric: makes the ASIDs of guests that ended clean again.",
};

static int run(struct cli *cli, const void *options_)
{
	const struct df_flush_options *o = options_;
	struct sevadm_run record = { 0 };

	progress_start(cli);
	return run_report(cli, &record,
			  sevadm_df_flush(cli->adm, o->legacy, cli->dry_run, &record));
}

const struct command cmd_df_flush = {
	.name = "df-flush",
	.summary = "Flush the data fabric (SNP_DF_FLUSH)",
	.argp = &argp,
	.options_size = sizeof(struct df_flush_options),
	.flags = CMD_DRY_RUN | CMD_WRITE,
	.run = run,
};
