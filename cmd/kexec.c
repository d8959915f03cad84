// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_KERNEL = 0x300, KEY_INITRD, KEY_APPEND, KEY_NOW, KEY_NO_EXEC };

static const struct argp_option options[] = {
	{ "kernel", KEY_KERNEL, "FILE", 0,
	  "Load this kernel first, rather than go to the one that is loaded" },
	{ "initrd", KEY_INITRD, "FILE", 0, "Its initramfs" },
	{ "append", KEY_APPEND, "LINE", 0, "Its command line" },
	{ "now", KEY_NOW, NULL, 0, "At once, without systemd ending the services first" },
	{ "no-exec", KEY_NO_EXEC, NULL, 0, "Stop before the jump" },
	{ 0 }
};

struct kexec_options {
	struct sevadm_kexec_options lib;
	enum plan_form plan;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct kexec_options *k = state->input;
	struct sevadm_kexec_options *o = &k->lib;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->teardown;
		state->child_inputs[1] = &k->plan;
		return 0;
	case KEY_KERNEL:
		o->kernel = arg;
		return 0;
	case KEY_INITRD:
		o->initrd = arg;
		return 0;
	case KEY_APPEND:
		o->append = arg;
		return 0;
	case KEY_NOW:
		o->now = true;
		return 0;
	case KEY_NO_EXEC:
		o->no_exec = true;
		return 0;
	case ARGP_KEY_END:
		if (o->now && o->no_exec)
			argp_error(state, "say --now or --no-exec, not both");
		if ((o->initrd || o->append) && !o->kernel)
			argp_error(state, "--initrd and --append go with --kernel");
		if (o->teardown.guests == SEVADM_GUESTS_DECOMMISSION)
			argp_error(state, "--guests=decommission leaves pages in the RMP, of which "
				   "the next kernel dies: say --guests=stop");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &teardown_argp }, { .argp = &plan_argp }, { 0 }
};

static const struct argp argp = {
	.options = options, .parser = parse, .children = children,
	.doc = "Bring SEV and SEV-SNP down, prove that nothing was left behind, and go to the "
	       "next kernel.",
};

static unsigned int flags_of(const void *options_)
{
	const struct kexec_options *k = options_;
	const struct sevadm_kexec_options *o = &k->lib;

	return (k->plan ? CMD_PLAN_ONLY : 0) |
	       (o->teardown.guests == SEVADM_GUESTS_REFUSE ? 0 : CMD_DESTRUCTIVE | CMD_KILL) |
	       (o->no_exec ? 0 : CMD_REBOOTS) | (o->kernel || !o->no_exec ? CMD_BOOT : 0);
}

static bool mode_of(const void *options_, enum out_mode *mode)
{
	return plan_mode(((const struct kexec_options *)options_)->plan, mode);
}

static int run(struct cli *cli, const void *options_)
{
	const struct kexec_options *k = options_;
	struct sevadm_kexec_options o = k->lib;
	struct sevadm_run record = { 0 };
	int ret;

	o.teardown.dry = cli->dry_run;
	cli->run = &record;
	progress_start(cli);
	ret = sevadm_kexec(cli->adm, &o, &record);
	plan_show(cli, k->plan, &record, ret);
	return run_report(cli, &record, ret);
}

/* No next kernel survives the pages that a decommissioned guest leaves */
static const struct arg_words words[] = { { "--guests", "refuse|stop[:SECONDS]" }, { 0 } };

const struct command cmd_kexec = {
	.name = "kexec",
	.summary = "Tear down, prove it, and go to the next kernel",
	.argp = &argp,
	.words = words,
	.options_size = sizeof(struct kexec_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE | CMD_SURVEY | CMD_STOCK | CMD_RESURVEY,
	.flags_of = flags_of,
	.mode_of = mode_of,
	.run = run,
};
