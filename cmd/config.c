// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/config_show.h"
#include "lib/util/text.h"

enum {
	KEY_FMC = 0x200, KEY_BOOTLOADER, KEY_TEE, KEY_SNP, KEY_MICROCODE, KEY_TCB, KEY_CHIP_ID,
	KEY_CHIP_KEY,
};

struct config_options {
	struct sevadm_config_change change;
	bool any, component;
};

static const struct argp_option options[] = {
	{ "bootloader", KEY_BOOTLOADER, "N", 0, "Of the reported TCB: the boot loader's" },
	{ "tee", KEY_TEE, "N", 0, "Of the reported TCB: the TEE's" },
	{ "snp", KEY_SNP, "N", 0, "Of the reported TCB: the SNP firmware's" },
	{ "microcode", KEY_MICROCODE, "N", 0, "Of the reported TCB: the microcode's" },
	{ "fmc", KEY_FMC, "N", 0, "Of the reported TCB, Turin only: the FMC's" },
	{ "tcb", KEY_TCB, "N", 0, "The whole reported TCB as one number of 64 bits" },
	{ "mask-chip-id", KEY_CHIP_ID, "on|off", 0, "Reports name no chip" },
	{ "mask-chip-key", KEY_CHIP_KEY, "on|off", 0, "Reports are not signed" },
	{ 0 }
};

static uint64_t number(struct argp_state *state, const char *what, const char *text, uint64_t max)
{
	uint64_t value = 0;

	if (text_u64(text, max, &value))
		argp_error(state, "--%s takes a number from 0 to 0x%llx, not '%s'", what,
			   (unsigned long long)max, text);
	return value;
}

static int on_off(struct argp_state *state, const char *what, const char *text)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		argp_error(state, "--%s takes on or off, not '%s'", what, text);
	return !strcmp(text, "on");
}

static void begin(struct config_options *o)
{
	struct sevadm_config_change *c = &o->change;

	c->fmc = c->bootloader = c->tee = c->snp = c->microcode = SEVADM_CONFIG_SAME;
	c->mask_chip_id = c->mask_chip_key = SEVADM_CONFIG_SAME;
}

static error_t parse_component(struct config_options *o, int key, char *arg,
			       struct argp_state *state)
{
	static const char *const names[] = { "fmc", "bootloader", "tee", "snp", "microcode" };
	struct sevadm_config_change *c = &o->change;
	int *const values[] = { &c->fmc, &c->bootloader, &c->tee, &c->snp, &c->microcode };

	*values[key - KEY_FMC] = (int)number(state, names[key - KEY_FMC], arg, UINT8_MAX);
	o->component = true;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct config_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		begin(o);
		return 0;
	case KEY_FMC ... KEY_MICROCODE:
		o->any = true;
		return parse_component(o, key, arg, state);
	case KEY_TCB:
		o->any = o->change.has_raw = true;
		o->change.raw = number(state, "tcb", arg, UINT64_MAX);
		return 0;
	case KEY_CHIP_ID:
		o->any = true;
		o->change.mask_chip_id = on_off(state, "mask-chip-id", arg);
		return 0;
	case KEY_CHIP_KEY:
		o->any = true;
		o->change.mask_chip_key = on_off(state, "mask-chip-key", arg);
		return 0;
	case ARGP_KEY_END:
		if (o->change.has_raw && o->component)
			argp_error(state, "say --tcb or its components, not both");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_set(int key, char *arg, struct argp_state *state)
{
	const struct config_options *o = state->input;

	if (key == ARGP_KEY_END && !o->any)
		argp_error(state, "say what to set: a component, --tcb or a mask");
	return parse(key, arg, state);
}

static error_t parse_nothing(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	begin(state->input);
	return 0;
}

static const struct argp set_argp = {
	.options = options, .parser = parse_set,
	.doc = "Set what attestation reports tell (SNP_CONFIG): their TCB, at most the current one, "
	       "and whether they name the chip and are signed by its key.  What is not named stays.",
}, diff_argp = {
	.options = options, .parser = parse,
	.doc = "Compare the reported TCB with the current one and, with options, with what `config "
	       "set` would make of it.  Changes nothing; exit code 2 where they differ.",
}, reset_argp = {
	.parser = parse_nothing,
	.doc = "Report the current TCB again, name the chip and sign: a configuration of zeros "
	       "(SNP_CONFIG).",
}, show_argp = {
	.parser = parse_nothing,
	.doc = "Show what attestation reports tell, and what that means for guests' certificates.  "
	       "Changes nothing.",
}, commit_argp = {
	.doc = "Commit the firmware that runs (SNP_COMMIT): no lower version loads any more, for good.",
};

/* ------------------------------------------------------------------- commands */

static int run_show(struct cli *cli, const void *options_)
{
	struct sevadm_run record = { 0 };
	struct sevadm_status status;
	int code = config_ask(cli, &record, &status);

	(void)options_;
	if (code)
		return code;
	config_show(cli, &status.snp, NULL);
	config_meaning(cli, &status.snp, NULL, false);
	return run_report(cli, &record, 0);
}

static bool same(const struct sevadm_snp_status *now, const struct sevadm_config *after)
{
	return now->reported_tcb.raw == after->reported_tcb.raw &&
	       now->mask_chip_id == after->mask_chip_id &&
	       now->mask_chip_key == after->mask_chip_key;
}

static int run_diff(struct cli *cli, const void *options_)
{
	const struct config_options *o = options_;
	struct sevadm_run record = { 0 };
	struct sevadm_status status;
	struct sevadm_config after;
	int ret, code = config_ask(cli, &record, &status);

	if (code)
		return code;
	ret = sevadm_config_plan(cli->adm, &status.snp, &o->change, &after);
	if (ret)
		return run_report(cli, &record, ret);
	config_show(cli, &status.snp, o->any ? &after : NULL);
	config_meaning(cli, &status.snp, o->any ? &after : NULL, false);
	run_members(cli, &record);
	sevadm_run_free(&record);
	if (o->any && !same(&status.snp, &after))
		return report_no(cli, "That would be different");
	if (status.snp.reported_tcb.raw != status.snp.current_tcb.raw)
		return report_no(cli, "The reported TCB is not the current one");
	return report_done(cli, "There is no difference");
}

/* Before anybody is asked: would it be issued at all?  @config NULL: a commit */
static int allowed(struct cli *cli, const struct sevadm_config *config)
{
	struct sevadm_run tried = { .dry = true };
	int ret = config ? sevadm_config_set(cli->adm, config, true, &tried) :
			   sevadm_commit(cli->adm, true, &tried);

	sevadm_run_free(&tried);
	return ret;
}

static int set(struct cli *cli, const struct sevadm_config_change *change)
{
	struct sevadm_run record = { .dry = cli->dry_run };
	struct sevadm_status status;
	struct sevadm_config after;
	int ret, code = config_ask(cli, &record, &status);

	if (code)
		return code;
	ret = sevadm_config_plan(cli->adm, &status.snp, change, &after);
	if (ret)
		return run_report(cli, &record, ret);
	config_show(cli, &status.snp, &after);
	config_meaning(cli, &status.snp, &after, false);
	if (!after.zeros && same(&status.snp, &after)) {
		snprintf(record.message, sizeof(record.message), "It is so already");
		return run_report(cli, &record, 0);
	}
	ret = allowed(cli, &after);
	if (ret)
		return run_report(cli, &record, ret);
	if (!confirm(cli, "what attestation reports tell will change"))
		return confirm_declined(cli, &record);
	progress_start(cli);
	ret = sevadm_config_set(cli->adm, &after, cli->dry_run, &record);
	if (!ret && !cli->dry_run)
		ret = config_now(cli, &record);
	return run_report(cli, &record, ret);
}

static int run_set(struct cli *cli, const void *options_)
{
	return set(cli, &((const struct config_options *)options_)->change);
}

static int run_reset(struct cli *cli, const void *options_)
{
	struct sevadm_config_change change = ((const struct config_options *)options_)->change;

	change.reset = true;
	return set(cli, &change);
}

/* Would the file that the driver loads next be refused after it? */
static void say_next_load(struct cli *cli, const struct sevadm_status *status)
{
	struct sevadm_firmware_file files[1];
	char names[3][64], path[1024], text[1200], *texts[] = { text };
	const struct sevadm_image *image = &files[0].image;
	size_t nr = sevadm_firmware_find(cli->adm, &status->sev, files, 1, names);

	if (!status->sev.known || !nr || !files[0].taken)
		return;
	text_escape(files[0].path, path, sizeof(path));
	if (files[0].err || !image->known)
		snprintf(text, sizeof(text), "%s, which ccp loads next, tells no version", path);
	else
		snprintf(text, sizeof(text), "%s, which ccp loads next, is %u.%u.%u: %s", path,
			 image->api_major, image->api_minor, image->build,
			 sevadm_image_compare(image, &status->sev) < 0 ?
			 "the firmware refuses it after a commit" : "it loads after a commit, too");
	out_text(cli->out, "  %s", text);
	out_strings(cli->out, "next_load", texts, 1);
}

static int run_commit(struct cli *cli, const void *options_)
{
	struct sevadm_run record = { .dry = cli->dry_run };
	struct sevadm_status status;
	struct sevadm_config after;
	int ret, code = config_ask(cli, &record, &status);
	char version[64];

	(void)options_;
	if (code)
		return code;
	after = (struct sevadm_config){
		.reported_tcb = status.snp.current_tcb,
		.mask_chip_id = status.snp.mask_chip_id, .mask_chip_key = status.snp.mask_chip_key,
	};
	snprintf(version, sizeof(version), "%u.%u.%u", status.snp.api_major, status.snp.api_minor,
		 status.snp.build);
	out_string(cli->out, "would_commit_version", version);
	out_text(cli->out, "Version %s would be the lowest that loads", version);
	config_show(cli, &status.snp, &after);
	config_meaning(cli, &status.snp, &after, true);
	say_next_load(cli, &status);
	ret = allowed(cli, NULL);
	if (ret)
		return run_report(cli, &record, ret);
	if (!confirm(cli, "this firmware can never be rolled back after it"))
		return confirm_declined(cli, &record);
	progress_start(cli);
	ret = sevadm_commit(cli->adm, cli->dry_run, &record);
	if (!ret && !cli->dry_run) {
		out_string(cli->out, "committed_version", version);
		out_text(cli->out, "Version %s was committed: no lower one loads any more", version);
		ret = config_now(cli, &record);
	}
	return run_report(cli, &record, ret);
}

#define CHANGES (CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE | CMD_CONFIRMS)

const struct command cmd_config_show = {
	.name = "config show",
	.summary = "Show what attestation reports tell",
	.argp = &show_argp,
	.options_size = sizeof(struct config_options),
	.run = run_show,
};

const struct command cmd_config_diff = {
	.name = "config diff",
	.summary = "Compare reported and current TCB",
	.argp = &diff_argp,
	.options_size = sizeof(struct config_options),
	.run = run_diff,
};

const struct command cmd_config_set = {
	.name = "config set",
	.summary = "Set what attestation reports tell (SNP_CONFIG)",
	.argp = &set_argp,
	.options_size = sizeof(struct config_options),
	.flags = CHANGES,
	.run = run_set,
};

const struct command cmd_config_reset = {
	.name = "config reset",
	.summary = "Report the current TCB, mask nothing (SNP_CONFIG)",
	.argp = &reset_argp,
	.options_size = sizeof(struct config_options),
	.flags = CHANGES,
	.run = run_reset,
};

const struct command cmd_commit = {
	.name = "commit",
	.summary = "Let no lower firmware load any more (SNP_COMMIT)",
	.argp = &commit_argp,
	.flags = CHANGES,
	.run = run_commit,
};
