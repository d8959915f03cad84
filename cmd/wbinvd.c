// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/cpuset.h"
#include "lib/util/text.h"

enum { KEY_CPUS = 0x200, KEY_JOBS, KEY_BROADCAST, KEY_ROLLING };

static const struct argp_option options[] = {
	{ "cpus", KEY_CPUS, "LIST", 0, "On these CPUs (0-3,8), not on all that are online" },
	{ "jobs", KEY_JOBS, "N", 0, "At most N workers at once" },
	{ "rolling", KEY_ROLLING, NULL, 0, "One core complex after the other" },
	{ "broadcast", KEY_BROADCAST, NULL, 0,
	  "The kernel's own WBINVD on all CPUs: one call, far cheaper, no proof per CPU" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sevadm_wbinvd_options *o = state->input;
	struct cpuset set;
	uint64_t jobs;

	switch (key) {
	case KEY_CPUS:
		if (cpuset_parse(arg, &set) || !cpuset_count(&set))
			argp_error(state, "'%s' is not a list of CPUs; one looks like 0-3,8", arg);
		o->cpus = arg;
		return 0;
	case KEY_JOBS:
		if (text_u64(arg, UINT16_MAX, &jobs) || !jobs)
			argp_error(state, "--jobs takes a number from 1, not '%s'", arg);
		o->jobs = (unsigned int)jobs;
		return 0;
	case KEY_ROLLING:
		o->rolling = true;
		return 0;
	case KEY_BROADCAST:
		o->broadcast = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (o->broadcast && (o->cpus || o->jobs || o->rolling))
			argp_error(state, "--broadcast reaches all CPUs at once: no --cpus, no "
				   "--jobs, no --rolling");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Write back and invalidate the caches of each CPU, by a worker pinned to it.",
};

static int run(struct cli *cli, const void *options_)
{
	struct sevadm_run record = { 0 };

	progress_start(cli);
	return run_report(cli, &record,
			  sevadm_wbinvd(cli->adm, options_, cli->dry_run, &record));
}

const struct command cmd_wbinvd = {
	.name = "wbinvd",
	.summary = "Write back and invalidate caches, CPU by CPU",
	.argp = &argp,
	.options_size = sizeof(struct sevadm_wbinvd_options),
	.flags = CMD_DRY_RUN | CMD_WRITE,
	.run = run,
};
