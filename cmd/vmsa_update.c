// SPDX-License-Identifier: GPL-2.0-or-later
/* A page with the registers that a virtual processor begins with gets other ones, offline */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define CHANGES_MAX	64

enum { KEY_SET = 0x300 };

/* A register, and what it is to be */
struct change {
	char name[24];
	uint64_t value;
};

struct update_options {
	struct measure_options guest;
	struct change set[CHANGES_MAX];
	size_t nr;
};

static const struct argp_option options[] = {
	{ "set", KEY_SET, "REGISTER=NUMBER", 0, "A register, as `vmsa show` names it", 0 },
	{ "vcpu-type", MEASURE_VCPU_TYPE, "NAME", 0, "Its processor, as QEMU names it: rdx", 0 },
	{ "vcpu-sig", MEASURE_VCPU_SIG, "SIGNATURE", 0, "The same by EAX of its CPUID 1", 0 },
	{ "vcpu-family", MEASURE_FAMILY, "NUMBER", 0, "The same by its family ...", 0 },
	{ "vcpu-model", MEASURE_MODEL, "NUMBER", 0, "... its model ...", 0 },
	{ "vcpu-stepping", MEASURE_STEPPING, "NUMBER", 0, "... and its stepping", 0 },
	{ "guest-features", MEASURE_FEATURES, "MASK", 0, "SEV_FEATURES: sev_features", 0 },
	{ "ovmf", MEASURE_OVMF, "FILE", 0, "The guest's firmware, which says where processors other "
	  "than the first begin: cs.base, rip", 0 },
	{ 0 }
};

static void take_set(struct argp_state *state, struct update_options *o, const char *arg)
{
	const char *sign = strchr(arg, '=');
	uint8_t page[SEVADM_VMSA_SIZE] = { 0 };
	struct change *c = &o->set[o->nr];
	int ret;

	if (o->nr == CHANGES_MAX)
		argp_error(state, "no more than %d registers at a time", CHANGES_MAX);
	if (!sign || text_u64(sign + 1, UINT64_MAX, &c->value))
		argp_error(state, "--set takes REGISTER=NUMBER, not '%s'", arg);
	snprintf(c->name, sizeof(c->name), "%.*s", (int)(sign - arg), arg);
	ret = sevadm_vmsa_set(page, c->name, c->value);
	if (ret == -ENOENT)
		argp_error(state, "--set: there is no such register, `vmsa show --all` names those that there "
			   "are: '%s'", c->name);
	else if (ret)
		argp_error(state, "--set: that is more than the register %s holds", c->name);
	o->nr++;
}

static void check(struct argp_state *state, const struct update_options *o)
{
	const struct measure_options *g = &o->guest;

	if (!g->file || !*g->file)
		argp_error(state, "name the file with the VMSA");
	measure_check(state, g, false);
	if (!o->nr && !g->has_signature && !g->cpu[0] && !g->has_features && !g->ovmf)
		argp_error(state, "say what is to be another: --set, --vcpu-type, --guest-features, --ovmf");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct update_options *o = state->input;
	struct measure_options *guest = &o->guest;
	error_t ret;

	switch (key) {
	case KEY_SET:
		take_set(state, o, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (guest->file)
			argp_error(state, "one file at a time");
		guest->file = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, o);
		return 0;
	default:
		state->input = guest;
		ret = measure_parse(key, arg, state);
		state->input = o;
		return ret;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "Change registers in the page that a virtual processor begins with; the rest of it stays "
	       "as it is.",
};

/* --------------------------------------------------------------------- run */

struct change_view {
	const char *name;
	char before[19], after[19];
};

static const struct out_row change_rows[] = {
	OUT_ROW(struct change_view, "name", "REGISTER", OUT_STRING, name),
	OUT_ROW(struct change_view, "before", "BEFORE", OUT_CHARS, before),
	OUT_ROW(struct change_view, "after", "AFTER", OUT_CHARS, after),
	OUT_END
};

static void show_changes(struct cli *cli, const uint8_t *before, const uint8_t *after)
{
	struct sevadm_vmsa_field old, new;

	out_list(cli->out, "changes", NULL, change_rows);
	for (size_t i = 0; sevadm_vmsa_field(before, i, &old); i++) {
		struct change_view v = { .name = old.name };

		sevadm_vmsa_field(after, i, &new);
		if (old.value == new.value)
			continue;
		snprintf(v.before, sizeof(v.before), "0x%" PRIx64, old.value);
		snprintf(v.after, sizeof(v.after), "0x%" PRIx64, new.value);
		out_list_item(cli->out, &v);
	}
	out_list_end(cli->out);
}

/* Where the processor begins, by the firmware: exit code */
static int set_reset(struct cli *cli, const struct measure_options *o, uint8_t *page)
{
	struct measure_guest guest;
	int code = measure_read(cli, o, SEVADM_LAUNCH_SEV_ES, &guest);

	if (!code && !guest.ovmf.has_reset)
		code = report_error(cli, SEVADM_FAILED, NULL, "firmware image: it does not say where a "
				    "second virtual processor begins");
	if (!code) {
		sevadm_vmsa_set(page, "cs.base", guest.ovmf.reset_eip & 0xffff0000);
		sevadm_vmsa_set(page, "rip", guest.ovmf.reset_eip & 0xffff);
	}
	measure_free(&guest);
	return code;
}

/* --set comes last: what is said by itself counts */
static int change(struct cli *cli, const struct update_options *o, uint8_t *page)
{
	const struct measure_options *g = &o->guest;
	int code = g->ovmf ? set_reset(cli, g, page) : 0;

	if (code)
		return code;
	if (g->has_signature || g->cpu[0])
		sevadm_vmsa_set(page, "rdx", measure_signature(g));
	if (g->has_features)
		sevadm_vmsa_set(page, "sev_features", g->features);
	for (size_t i = 0; i < o->nr; i++)
		sevadm_vmsa_set(page, o->set[i].name, o->set[i].value);
	return 0;
}

static int update(struct cli *cli, const struct update_options *o, const uint8_t *before)
{
	uint8_t page[SEVADM_VMSA_SIZE];
	char name[512];
	int code, ret;

	memcpy(page, before, sizeof(page));
	code = change(cli, o, page);
	if (code)
		return code;
	ret = cli->dry_run ? 0 : file_replace(o->guest.file, page, sizeof(page), 0600);
	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
				    "write %s: %s (%s)", text_escape(o->guest.file, name, sizeof(name)),
				    strerror(-ret), strerrorname_np(-ret));
	show_changes(cli, before, page);
	return report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

static int run(struct cli *cli, const void *options_)
{
	const struct update_options *o = options_;
	char *page = NULL, name[512];
	size_t size;
	int code = measure_read_file(cli, o->guest.file, 1U << 20, &page, &size);

	if (code)
		return code;
	if (size != SEVADM_VMSA_SIZE)
		code = report_error(cli, SEVADM_NO, NULL, "%s: no VMSA: it has %zu bytes, and not %d",
				    text_escape(o->guest.file, name, sizeof(name)), size,
				    SEVADM_VMSA_SIZE);
	else
		code = update(cli, o, (const uint8_t *)page);
	free(page);
	return code;
}

const struct command cmd_vmsa_update = {
	.name = "vmsa update",
	.summary = "Change registers of a virtual processor",
	.argp = &argp,
	.options_size = sizeof(struct update_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = measure_words,
	.run = run,
};
