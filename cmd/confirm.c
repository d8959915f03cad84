// SPDX-License-Identifier: GPL-2.0-or-later
/* Is that what you want?  "No" is the default, and nobody to ask is an answer, too */
#include <stdio.h>
#include <unistd.h>

#include "cmd/cli.h"

bool confirm_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool confirm(struct cli *cli, const char *question)
{
	char answer[8] = "";

	if (cli->yes || cli->dry_run)
		return true;
	/* what it is about was printed before */
	fflush(stdout);
	fprintf(stderr, "sevadm: %s: %s. Go on? [y/N] ", cli->command->name, question);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int confirm_declined(struct cli *cli, struct sevadm_run *run)
{
	static const struct sevadm_failure declined = {
		.kind = SEVADM_FAILED, .status = SEVADM_NO_FW_CALL,
		.message = "not confirmed, nothing was changed",
	};
	int code;

	log_end(cli, run, &declined);
	run_members(cli, run);
	code = report_failure(cli, &declined);
	sevadm_run_free(run);
	return code;
}
