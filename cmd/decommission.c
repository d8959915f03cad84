// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

enum { KEY_ALL = 0x200, KEY_RUNNING };

struct decommission_options {
	uint64_t *ids;
	size_t nr;
	bool all, running;
};

static const struct argp_option options[] = {
	{ "all", KEY_ALL, NULL, 0, "Every SNP guest there is" },
	{ "running", KEY_RUNNING, NULL, 0, "Also guests whose launch is finished: they are lost" },
	{ 0 }
};

static void add_id(struct decommission_options *o, const char *arg, struct argp_state *state)
{
	uint64_t id, *ids;

	if (text_u64(arg, UINT64_MAX, &id))
		argp_error(state, "'%s' is not the id of a guest; `sevadm guests` lists them", arg);
	for (size_t i = 0; i < o->nr; i++)
		if (o->ids[i] == id)
			argp_error(state, "guest %s is named twice", arg);
	ids = reallocarray(o->ids, o->nr + 1, sizeof(*ids));
	if (!ids)
		argp_failure(state, SEVADM_FAILED, 0, "out of memory");
	o->ids = ids;
	o->ids[o->nr++] = id;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct decommission_options *o = state->input;

	switch (key) {
	case KEY_ALL:
		o->all = true;
		return 0;
	case KEY_RUNNING:
		o->running = true;
		return 0;
	case ARGP_KEY_ARG:
		add_id(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (o->all == !!o->nr)
			argp_error(state, "name guests by id, or say --all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "ID...\n--all",
	.doc = "Take SNP guests from the firmware. KVM keeps what it holds of them until their "
	       "VMMs end.",
};

static int run(struct cli *cli, const void *options_)
{
	const struct decommission_options *o = options_;
	struct sevadm_run record = { 0 };
	int ret;

	progress_start(cli);
	ret = sevadm_decommission(cli->adm, o->ids, o->nr, o->running, cli->dry_run, &record);
	free(o->ids);
	return run_report(cli, &record, ret);
}

const struct command cmd_decommission = {
	.name = "decommission",
	.summary = "Take guests from the firmware (SNP_DECOMMISSION)",
	.argp = &argp,
	.options_size = sizeof(struct decommission_options),
	.flags = CMD_DRY_RUN | CMD_DESTRUCTIVE | CMD_WRITE | CMD_SURVEY,
	.run = run,
};
