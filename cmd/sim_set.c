// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

struct set_options {
	const char *file;
	char **assignments;
	size_t nr;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct set_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!o->file) {
			o->file = arg;
			return 0;
		}
		/* the rest of argv, which outlives us */
		o->assignments = state->argv + state->next - 1;
		o->nr = (size_t)(state->argc - state->next + 1);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!o->nr)
			argp_error(state, "name the file and what is to be set");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* All of them, as sevadm-sim(8) describes them */
static const struct arg_words words[] = {
	{ "PROPERTY", "access={rw|ro|none}|clock=SECONDS|hugepages=N|kernel=RELEASE|"
		      "lockdown={none|integrity|confidentiality}|memlock=KB|"
		      "msr={loaded|missing}|systemctl={works|fails|missing}|"
		      "units={session|libvirt|service|left-service}|virsh={works|fails|missing}|"
		      "wbinvd-us=N" },
	{ 0 }
};

static const struct argp argp = {
	.parser = parse, .args_doc = "FILE PROPERTY...",
	.doc = "Set what a simulated SNP host is like, all of it or nothing: access=rw|ro|none, "
	       "clock=SECONDS, hugepages=N, kernel=RELEASE (after a kexec), "
	       "lockdown=none|integrity|confidentiality, memlock=KB|unlimited, "
	       "msr=loaded|missing, systemctl|virsh=works|fails|missing, "
	       "units=session|libvirt|service|left-service, wbinvd-us=N.",
};

static int run(struct cli *cli, const void *options_)
{
	const struct set_options *o = options_;
	struct sevadm_failure failure;

	if (sevadm_sim_set(o->file, (const char *const *)o->assignments, o->nr, &failure))
		return report_failure(cli, &failure);
	return report_done(cli, "");
}

const struct command cmd_sim_set = {
	.name = "sim set",
	.summary = "Set what a simulated SNP host is like",
	.argp = &argp,
	.words = words,
	.options_size = sizeof(struct set_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED | CMD_ALTERS,
	.run = run,
};
