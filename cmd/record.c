// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --record, and how a replay ends.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"

int record_begin(struct cli *cli, struct sevadm *adm)
{
	/* in a session there is a recording of all of it, or none */
	if (cli->session && !cli->record_to)
		return sevadm_record_command(adm, cli->words + 1, (size_t)cli->nr_words - 1);
	if (!cli->record_to)
		return 0;
	/* a limit on the size of files is an error to report, not one to die of half way */
	signal(SIGXFSZ, SIG_IGN);
	return sevadm_record(adm, cli->record_to, cli->record_secrets ? SEVADM_RECORD_SECRETS : 0,
			     cli->words + 1, (size_t)cli->nr_words - 1);
}

int record_end(struct cli *cli, struct sevadm *adm, int exit_code)
{
	int err = -sevadm_record_error(adm);
	char first[256], text[400];
	size_t rest;

	/* how it ends is told when the session ends */
	if (cli->session && sevadm_is_replay(adm))
		return exit_code;
	if (err)
		fprintf(stderr, "sevadm: %s: warning: the recording is not whole: %s (%s)\n",
			cli->command->name, strerror(err), strerrorname_np(err));
	if (err && exit_code == SEVADM_DONE)
		exit_code = SEVADM_FAILED;
	/* after a difference there is nothing to be said about the rest */
	if (sevadm_replay_check(adm))
		return exit_code;
	rest = sevadm_replay_rest(adm, first, sizeof(first));
	snprintf(text, sizeof(text), "%zu event%s of the recording %s not asked for, first %s", rest,
		 rest == 1 ? "" : "s", rest == 1 ? "was" : "were", first);
	if (rest)
		report_warning(cli, text);
	return exit_code;
}
