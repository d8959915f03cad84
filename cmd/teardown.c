// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

enum { KEY_GUESTS = 0x200, KEY_BROADCAST, KEY_JOBS, KEY_PLAN };

#define STOP_SECONDS	30

struct teardown_options {
	struct sevadm_teardown_options lib;
	enum { PLAN_NONE, PLAN_TEXT, PLAN_JSON, PLAN_DOT, PLAN_MERMAID } plan;
};

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

static const struct argp_option own_options[] = {
	{ "plan", KEY_PLAN, "text|json|dot|mermaid", 0,
	  "Print the plan in this form and change nothing, as with --dry-run" },
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

static void parse_plan(struct teardown_options *t, const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "text", "json", "dot", "mermaid" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(arg, names[i])) {
			t->plan = PLAN_TEXT + i;
			return;
		}
	argp_error(state, "--plan takes text, json, dot or mermaid, not '%s'", arg);
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

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct teardown_options *t = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &t->lib;
		return 0;
	case KEY_PLAN:
		parse_plan(t, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &teardown_argp }, { 0 } };

static const struct argp argp = {
	.options = own_options, .parser = parse_own, .children = children,
	.doc = "Bring SEV and SEV-SNP down in the one order that works, and prove it.",
};

/* Without guests nothing is lost: KVM brings SNP up again when it is loaded anew */
static unsigned int flags_of(const void *options_)
{
	const struct teardown_options *t = options_;

	return (t->lib.guests == SEVADM_GUESTS_REFUSE ? 0 : CMD_DESTRUCTIVE | CMD_KILL) |
	       (t->plan ? CMD_PLAN_ONLY : 0);
}

static bool mode_of(const void *options_, enum out_mode *mode)
{
	const struct teardown_options *t = options_;

	*mode = t->plan == PLAN_TEXT ? OUT_TEXT : t->plan == PLAN_JSON ? OUT_JSON : OUT_DOCUMENT;
	return t->plan;
}

static int run(struct cli *cli, const void *options_)
{
	const struct teardown_options *t = options_;
	struct sevadm_teardown_options o = t->lib;
	struct sevadm_run record = { 0 };
	int ret;

	o.dry = cli->dry_run;
	progress_start(cli);
	ret = sevadm_teardown(cli->adm, &o, &record);
	/* one that was made is shown, though it may not be carried out; see the exit code */
	if (t->plan >= PLAN_DOT && (!ret || record.nr_plan))
		plan_graph(cli, t->plan == PLAN_DOT ? GRAPH_DOT : GRAPH_MERMAID, &record);
	return run_report(cli, &record, ret);
}

const struct command cmd_teardown = {
	.name = "teardown",
	.summary = "Bring SEV and SEV-SNP down, ready for kexec",
	.argp = &argp,
	.options_size = sizeof(struct teardown_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE | CMD_SURVEY | CMD_STOCK,
	.flags_of = flags_of,
	.mode_of = mode_of,
	.run = run,
};
