// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

static const struct argp argp = {
	.doc = "Bring SNP and SEV up by the driver. Reloading kvm_amd does the same and is what "
	       "most hosts want.",
};

static int run(struct cli *cli, const void *options)
{
	struct sevadm_run record = { 0 };

	(void)options;
	progress_start(cli);
	return run_report(cli, &record, sevadm_init(cli->adm, cli->dry_run, &record));
}

const struct command cmd_init = {
	.name = "init",
	.summary = "Bring SNP and SEV up (SNP_INIT_EX, INIT)",
	.argp = &argp,
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE,
	.run = run,
};
