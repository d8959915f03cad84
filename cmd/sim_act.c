// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cli.h"
#include "cmd/commands.h"

struct act_options {
	const char *file;
	char **actions;
	size_t nr;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct act_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!o->file) {
			o->file = arg;
			return 0;
		}
		/* the rest of argv, which outlives us */
		o->actions = state->argv + state->next - 1;
		o->nr = (size_t)(state->argc - state->next + 1);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!o->nr)
			argp_error(state, "name the file and what is to happen");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse, .args_doc = "FILE ACTION...",
	.doc = "Let something happen to a simulated SNP host: offline=LIST, online=LIST, "
	       "start=snp|sev|sev-es|snp-launching[:VCPUS], kill=PID, reload, unload, load, kexec, "
	       "fail=COMMAND:STATUS[:COUNT[:EXTENDED]], timeout=COMMAND, deaf=CPU.",
};

struct action_view {
	const char *action;
	int64_t result;
};

static const struct out_row rows[] = {
	OUT_ROW(struct action_view, "action", NULL, OUT_STRING, action),
	OUT_ROW(struct action_view, "result", NULL, OUT_I64, result),
	OUT_END
};

static int run(struct cli *cli, const void *options_)
{
	const struct act_options *o = options_;
	struct sevadm_failure failure = { .kind = SEVADM_DONE };
	int ret = 0;

	out_list(cli->out, "actions", NULL, rows);
	for (size_t i = 0; i < o->nr && !ret; i++) {
		struct action_view view = { .action = o->actions[i] };

		ret = sevadm_sim_act(o->file, o->actions[i], &view.result, &failure);
		if (ret)
			break;
		if (out_mode(cli->out) != OUT_TEXT)
			out_list_item(cli->out, &view);
		out_text(cli->out, "%" PRId64, view.result);
	}
	out_list_end(cli->out);
	return ret ? report_failure(cli, &failure) : report_done(cli, "");
}

/* All of them, as sevadm-sim(8) describes them */
static const struct arg_words words[] = {
	{ "ACTION", "offline=LIST|online=LIST|start=VM|start-stubborn=VM|launch=LAUNCH|secret=PID,header=FILE,payload=FILE[,into=FILE]|"
		    "attest=PID,nonce=HEX,report=FILE|finish=PID|kill=PID|end=PID|reload|unload|load|"
		    "kexec-load|crash-load|kexec-disable|kexec|"
		    "fail=COMMAND:STATUS[:COUNT[:EXTENDED]]|firmware=VERSION[:TCB]|timeout=COMMAND|deaf=LIST|vanish=LIST|"
		    "iommu-fails|tracking-fails|lockdown={none|integrity|confidentiality}|"
		    "smt={on|off|forceoff}|program={virsh|systemctl}:{works|fails|missing}|"
		    "allow=LIST|access={rw|ro|none}|guest-error={busy|CODE}[:COUNT]|"
		    "guest-certs={FILE|none}|guest-vmpl=ID:VMPL|sleep=SECONDS|warnings|leaked|snp" },
	{ "VM", "{snp|snp-launching|sev|sev-es|plain}[:VCPUS][@UNIT]" },
	{ "LAUNCH", "{snp|sev|sev-es}[:VCPUS][@UNIT][,LAUNCH_WORD...]" },
	{ "LAUNCH_WORD", "policy=NUMBER|memory=FILE|godh=FILE|session=FILE|measurement=FILE|id-block=FILE|"
			 "id-auth=FILE|author-key={yes|no}|vcek={yes|no}|host-data=HEX" },
	{ "UNIT", "{session|libvirt|service|left-service}" },
	{ 0 }
};

const struct command cmd_sim_act = {
	.name = "sim act",
	.summary = "Let something happen to a simulated SNP host",
	.argp = &argp,
	.words = words,
	.options_size = sizeof(struct act_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED | CMD_ALTERS,
	.run = run,
};
