// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum { KEY_ALL = 0x200, KEY_RUNNING };

struct decommission_options {
	char **words;		/* ids, checked; in argv */
	size_t nr;
	bool all, running;
};

static const struct argp_option options[] = {
	{ "all", KEY_ALL, NULL, 0, "Every SNP guest there is" },
	{ "running", KEY_RUNNING, NULL, 0, "Also guests whose launch is finished: they are lost" },
	{ 0 }
};

static void check_ids(const struct decommission_options *o, struct argp_state *state)
{
	for (size_t i = 0; i < o->nr; i++) {
		uint64_t id, other;

		if (text_u64(o->words[i], UINT64_MAX, &id))
			argp_error(state, "'%s' is not the id of a guest; `sevadm guests` lists "
				   "them", o->words[i]);
		for (size_t j = 0; j < i; j++)
			if (!text_u64(o->words[j], UINT64_MAX, &other) && other == id)
				argp_error(state, "guest %s is named twice", o->words[i]);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct decommission_options *o = state->input;

	(void)arg;
	switch (key) {
	case KEY_ALL:
		o->all = true;
		return 0;
	case KEY_RUNNING:
		o->running = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->words = state->argv + state->next;
		o->nr = (size_t)(state->argc - state->next);
		check_ids(o, state);
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
	_cleanup_free_ uint64_t *ids = calloc(o->nr + 1, sizeof(*ids));
	struct sevadm_run record = { 0 };

	if (!ids)
		return report_error(cli, SEVADM_FAILED, NULL, "out of memory");
	for (size_t i = 0; i < o->nr; i++)
		text_u64(o->words[i], UINT64_MAX, &ids[i]);
	progress_start(cli);
	return run_report(cli, &record,
			  sevadm_decommission(cli->adm, o->all ? NULL : ids, o->nr, o->running,
					      cli->dry_run, &record));
}

static const struct arg_words words[] = { { "ID", "SNP_GUEST" }, { 0 } };

const struct command cmd_decommission = {
	.name = "decommission",
	.summary = "Take guests from the firmware (SNP_DECOMMISSION)",
	.argp = &argp,
	.words = words,
	.options_size = sizeof(struct decommission_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_DESTRUCTIVE | CMD_WRITE | CMD_SURVEY,
	.run = run,
};
