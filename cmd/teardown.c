// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum { KEY_GUESTS = 0x200, KEY_BROADCAST, KEY_JOBS, KEY_ONLY, KEY_LEAKED, KEY_ROLLING,
       KEY_ONLINE, KEY_TIMEOUT };

#define STOP_SECONDS	30

/* @only: what --only says, until its numbers have a place to stand in */
struct teardown_options {
	struct sevadm_teardown_options lib;
	const char *only;
	enum plan_form plan;
};

static const struct argp_option options[] = {
	{ "guests", KEY_GUESTS, "refuse|stop[:SECONDS]|decommission", 0,
	  "What to do with guests that are there: refuse (default); stop ends their VMMs, by force "
	  "after SECONDS (30), and KVM decommissions; decommission, which kexec refuses, freezes "
	  "the VMMs and takes the guests from under them" },
	{ "leaked", KEY_LEAKED, NULL, 0,
	  "Decommission contexts that no process owns; guests that are alive still refuse" },
	{ "broadcast", KEY_BROADCAST, NULL, 0,
	  "The kernel's own WBINVD on all CPUs instead of a worker on each" },
	{ "jobs", KEY_JOBS, "N", 0, "At most N workers of WBINVD at once" },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0,
	  "End it after SECONDS, between two steps; what was done stays done" },
	{ "rolling", KEY_ROLLING, NULL, 0, "WBINVD on one core complex after the other" },
	{ "online-cpus", KEY_ONLINE, NULL, 0,
	  "Bring CPUs that are offline online for it, and put them back at the end" },
	{ 0 }
};

static const struct argp_option own_options[] = {
	{ "only", KEY_ONLY, "ID[,ID...]", 0,
	  "Stop or decommission these guests, and no other" },
	{ 0 }
};

/* The next of a list of ids; false at its end, or where it is none */
static bool next_id(const char **list, uint64_t *id)
{
	size_t len = strcspn(*list, ",");
	char word[24];

	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len + ((*list)[len] == ',' && (*list)[len + 1]);
	return !text_u64(word, UINT64_MAX, id);
}

static void check_only(const char *arg, struct argp_state *state)
{
	const char *rest = arg, *others;
	uint64_t id, other;

	do {
		if (!next_id(&rest, &id))
			argp_error(state, "--only takes ids of guests, as 1,3, not '%s'; `sevadm "
				   "guests` lists them", arg);
		for (others = rest; *others;) {
			if (!next_id(&others, &other))
				break;
			if (other == id)
				argp_error(state, "guest %llu is named twice",
					   (unsigned long long)id);
		}
	} while (*rest);
}

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
	uint64_t jobs, seconds;

	switch (key) {
	case KEY_TIMEOUT:
		if (text_u64(arg, 86400, &seconds) || !seconds)
			argp_error(state, "--timeout takes seconds, 1 to 86400, not '%s'", arg);
		o->timeout_seconds = (unsigned int)seconds;
		return 0;
	case KEY_LEAKED:
		o->leaked = true;
		return 0;
	case KEY_GUESTS:
		parse_guests(o, arg, state);
		return 0;
	case KEY_BROADCAST:
		o->wbinvd.broadcast = true;
		return 0;
	case KEY_ROLLING:
		o->wbinvd.rolling = true;
		return 0;
	case KEY_ONLINE:
		o->online_cpus = true;
		return 0;
	case KEY_JOBS:
		if (text_u64(arg, UINT16_MAX, &jobs) || !jobs)
			argp_error(state, "--jobs takes a number from 1, not '%s'", arg);
		o->wbinvd.jobs = (unsigned int)jobs;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (o->wbinvd.broadcast && (o->wbinvd.rolling || o->wbinvd.jobs))
			argp_error(state, "--broadcast reaches all CPUs at once: no --jobs, no "
				   "--rolling");
		if (o->leaked && o->guests != SEVADM_GUESTS_REFUSE)
			argp_error(state, "--leaked is for contexts alone; --guests=%s takes them "
				   "along", o->guests == SEVADM_GUESTS_STOP ? "stop" :
				   "decommission");
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
		state->child_inputs[1] = &t->plan;
		return 0;
	case KEY_ONLY:
		check_only(arg, state);
		t->only = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (t->only && t->lib.guests == SEVADM_GUESTS_REFUSE)
			argp_error(state, "--only wants --guests=stop or --guests=decommission");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &teardown_argp }, { .argp = &plan_argp }, { 0 }
};

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
	return plan_mode(((const struct teardown_options *)options_)->plan, mode);
}

static int perform(struct sevadm *adm, const struct teardown_options *t, bool dry,
		   struct sevadm_run *record)
{
	struct sevadm_teardown_options o = t->lib;
	const char *rest = t->only ? t->only : "";
	/* no more ids than characters */
	_cleanup_free_ uint64_t *only = calloc(strlen(rest) + 1, sizeof(*only));

	if (!only)
		return -ENOMEM;
	while (*rest && next_id(&rest, &only[o.nr_only]))
		o.nr_only++;
	o.only = o.nr_only ? only : NULL;
	o.dry = dry;
	return sevadm_teardown(adm, &o, record);
}

static int sequence(struct sevadm *adm, const void *options_, struct sevadm_run *record)
{
	return perform(adm, options_, false, record);
}

static int run(struct cli *cli, const void *options_)
{
	const struct teardown_options *t = options_;
	struct sevadm_run record = { 0 };
	int ret;

	progress_start(cli);
	ret = perform(cli->adm, t, cli->dry_run, &record);
	if (ret == -ENOMEM && !sevadm_failure(cli->adm)->err)
		return report_error(cli, SEVADM_FAILED, NULL, "out of memory");
	plan_show(cli, t->plan, &record, ret);
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
	.sequence = sequence,
};
