// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

struct recover_options {
	bool reload;
};

enum { KEY_RELOAD = 0x200 };

static const struct argp_option options[] = {
	{ "reload", KEY_RELOAD, NULL, 0, "Load kvm_amd anew afterwards, which brings SNP up" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct recover_options *o = state->input;

	(void)arg;
	if (key != KEY_RELOAD)
		return ARGP_ERR_UNKNOWN;
	o->reload = true;
	return 0;
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Bring a host out of a state that it does not leave by itself.  No guest that a "
	       "process holds is touched.",
};

static unsigned int flags_of(const void *options_)
{
	return ((const struct recover_options *)options_)->reload ? CMD_MODULE : 0;
}

static int run(struct cli *cli, const void *options_)
{
	const struct recover_options *o = options_;
	struct sevadm_run record = { 0 };

	progress_start(cli);
	return run_report(cli, &record, sevadm_recover(cli->adm, o->reload, cli->dry_run, &record));
}

static int sequence(struct sevadm *adm, const void *options_, struct sevadm_run *record)
{
	return sevadm_recover(adm, ((const struct recover_options *)options_)->reload, false, record);
}

const struct command cmd_recover = {
	.name = "recover",
	.summary = "Bring a host out of a state that it does not leave by itself",
	.argp = &argp,
	.options_size = sizeof(struct recover_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE | CMD_SURVEY,
	.flags_of = flags_of,
	.run = run,
	.sequence = sequence,
};
