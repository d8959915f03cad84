// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --fault: answers that are put in on a simulated host.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/session.h"
#include "lib/util/text.h"

static const struct out_row rows[] = {
	OUT_ROW(struct sevadm_fault, "fault", "FAULT", OUT_STRING, spec),
	OUT_ROW(struct sevadm_fault, "asked", "ASKED", OUT_U64, asked),
	OUT_ROW(struct sevadm_fault, "used", "USED", OUT_U64, used),
	OUT_END
};

int fault_take(struct cli *cli, const char *spec, struct sevadm_failure *failure)
{
	size_t max = sizeof(cli->faults) / sizeof(cli->faults[0]);

	if (cli->nr_faults == max) {
		snprintf(failure->message, sizeof(failure->message), "%zu at most", max);
		return -ENOSPC;
	}
	if (sevadm_fault_check(spec, failure))
		return -EINVAL;
	cli->faults[cli->nr_faults++] = spec;
	return 0;
}

int fault_allowed(struct cli *cli)
{
	if (!cli->nr_faults)
		return 0;
	if (cli->flags & CMD_OFFLINE && !(cli->flags & CMD_ONLINE))
		return report_error(cli, SEVADM_USAGE, NULL, "this command opens no device: no "
				    "--fault");
	if (!strcmp(cli->device, "kernel"))
		return report_error(cli, SEVADM_USAGE, "Say --device=sim:FILE.",
				    "--fault is for simulated hosts, never for a real one");
	return 0;
}

int fault_put_in(struct cli *cli, struct sevadm *adm)
{
	int ret = 0;

	for (size_t i = 0; i < cli->nr_faults && !ret; i++)
		ret = sevadm_fault_add(adm, cli->faults[i]);
	return ret;
}

const char *fault_text(const struct cli *cli)
{
	struct sevadm *adm = session_has(cli->session, cli->device, false);
	struct sevadm_fault fault;

	return cli->nr_faults || !sevadm_fault_get(adm, 0, &fault) ?
	       ", with answers that --fault puts in" : "";
}

/* Those of a session may happen to a later command: the session warns of them */
void fault_report(struct cli *cli, struct sevadm *adm)
{
	struct sevadm_fault fault;
	char spec[512], text[640];
	size_t i, nr;

	for (nr = 0; !sevadm_fault_get(adm, nr, &fault);)
		nr++;
	if (!nr)
		return;
	/* a script's report in text is TAP */
	if (!(cli->flags & CMD_SESSION) || out_mode(cli->out) != OUT_TEXT) {
		out_list(cli->out, "faults", "Faults", rows);
		for (i = 0; !sevadm_fault_get(adm, i, &fault); i++)
			out_list_item(cli->out, &fault);
		out_list_end(cli->out);
	}
	for (i = nr - (cli->nr_faults < nr ? cli->nr_faults : nr);
	     !sevadm_fault_get(adm, i, &fault); i++) {
		if (fault.used)
			continue;
		snprintf(text, sizeof(text), "the fault %s never happened: %s",
			 text_escape(fault.spec, spec, sizeof(spec)), fault.asked ?
			 "there were too few such requests" : "there was no such request");
		report_warning(cli, text);
	}
}
