// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

enum { KEY_GUESTS = 0x200, KEY_BROADCAST, KEY_JOBS };

#define STOP_SECONDS	30

static const struct argp_option options[] = {
	{ "guests", KEY_GUESTS, "refuse|stop[:SECONDS]|decommission", 0,
	  "What to do with guests that are there: refuse (default); stop ends their VMMs, with "
	  "SIGKILL after SECONDS (30), and KVM decommissions; decommission freezes the VMMs and "
	  "takes the guests from under them" },
	{ "broadcast", KEY_BROADCAST, NULL, 0,
	  "The kernel's own WBINVD on all CPUs instead of a worker on each" },
	{ "jobs", KEY_JOBS, "N", 0, "At most N workers of WBINVD at once" },
	{ 0 }
};

static void parse_guests(struct sevadm_teardown_options *o, const char *arg,
			 struct argp_state *state)
{
	uint64_t seconds = STOP_SECONDS;

	if (!strcmp(arg, "refuse")) {
		o->guests = SEVADM_GUESTS_REFUSE;
	} else if (!strcmp(arg, "decommission")) {
		o->guests = SEVADM_GUESTS_DECOMMISSION;
	} else if (!strncmp(arg, "stop", 4) &&
		   (!arg[4] || (arg[4] == ':' && !text_u64(arg + 5, 86400, &seconds)))) {
		o->guests = SEVADM_GUESTS_STOP;
		o->stop_seconds = (unsigned int)seconds;
	} else {
		argp_error(state, "--guests takes refuse, stop[:SECONDS] or decommission, "
			   "not '%s'", arg);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sevadm_teardown_options *o = state->input;
	uint64_t jobs;

	switch (key) {
	case KEY_GUESTS:
		parse_guests(o, arg, state);
		return 0;
	case KEY_BROADCAST:
		o->wbinvd.broadcast = true;
		return 0;
	case KEY_JOBS:
		if (text_u64(arg, UINT16_MAX, &jobs) || !jobs)
			argp_error(state, "--jobs takes a number from 1, not '%s'", arg);
		o->wbinvd.jobs = (unsigned int)jobs;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp teardown_argp = { .options = options, .parser = parse };

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Bring SEV and SEV-SNP down in the one order that works, and prove it.",
};

/* Without guests nothing is lost: KVM brings SNP up again when it is loaded anew */
static unsigned int flags_of(const void *options_)
{
	const struct sevadm_teardown_options *o = options_;

	return o->guests == SEVADM_GUESTS_REFUSE ? 0 : CMD_DESTRUCTIVE | CMD_KILL;
}

static int run(struct cli *cli, const void *options_)
{
	struct sevadm_teardown_options o = *(const struct sevadm_teardown_options *)options_;
	struct sevadm_run record = { 0 };

	o.dry = cli->dry_run;
	progress_start(cli);
	return run_report(cli, &record, sevadm_teardown(cli->adm, &o, &record));
}

const struct command cmd_teardown = {
	.name = "teardown",
	.summary = "Bring SEV and SEV-SNP down, ready for kexec",
	.argp = &argp,
	.options_size = sizeof(struct sevadm_teardown_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE | CMD_SURVEY | CMD_STOCK,
	.flags_of = flags_of,
	.run = run,
};
