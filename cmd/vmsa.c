// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages with the registers that a virtual processor begins with, offline */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

/* ------------------------------------------------------------------- build */

static const struct argp_option build_options[] = {
	{ "vcpu", MEASURE_INDEX, "NUMBER", 0, "Which of its processors (default: 0, the first)", 0 },
	{ "ovmf", MEASURE_OVMF, "FILE", 0, "The guest's firmware, which says where processors other "
	  "than the first begin", 0 },
	MEASURE_OPTIONS_VCPU, { 0 }
};

static error_t parse_build(int key, char *arg, struct argp_state *state)
{
	struct measure_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file || !*o->file)
			argp_error(state, "name the file that is to hold it");
		if (o->index && !o->ovmf && o->vmm != SEVADM_VMM_KRUN)
			argp_error(state, "name the firmware with --ovmf: processors other than the first "
				   "begin where it says");
		measure_check(state, o, true);
		return 0;
	default:
		return measure_parse(key, arg, state);
	}
}

static const struct argp build_argp = {
	.options = build_options, .parser = parse_build, .args_doc = "FILE",
	.doc = "Write the page with the registers that a virtual processor begins with.",
};

static int write_page(struct cli *cli, const char *file, const uint8_t *page)
{
	int ret = file_replace(file, page, SEVADM_VMSA_SIZE, 0600);
	char name[1024];

	if (!ret)
		return 0;
	return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "write %s: %s (%s)", text_escape(file, name, sizeof(name) / 2),
			    strerror(-ret), strerrorname_np(-ret));
}

static void show_page(struct cli *cli, const uint8_t *page, bool all);

/* Where the processor begins, by the firmware, if there is one: exit code */
static int read_reset(struct cli *cli, const struct measure_options *o, uint32_t *eip)
{
	struct measure_guest guest;
	int code = measure_read(cli, o, SEVADM_LAUNCH_SEV_ES, &guest);

	*eip = guest.ovmf.reset_eip;
	if (!code && o->index && !guest.ovmf.has_reset)
		code = report_error(cli, SEVADM_FAILED, NULL, "firmware image: it does not say where a "
				    "second virtual processor begins");
	measure_free(&guest);
	return code;
}

static int run_build(struct cli *cli, const void *options)
{
	const struct measure_options *o = options;
	struct sevadm_vmsa vmsa = {
		.vmm = o->vmm, .index = o->index, .features = o->features, .legacy = o->legacy,
		.signature = measure_signature(o),
	};
	uint8_t page[SEVADM_VMSA_SIZE];
	int code = o->ovmf ? read_reset(cli, o, &vmsa.reset_eip) : 0;

	if (code)
		return code;
	sevadm_vmsa_build(&vmsa, page);
	code = write_page(cli, o->file, page);
	if (code)
		return code;
	show_page(cli, page, false);
	return report_done(cli, "");
}

/* -------------------------------------------------------------------- show */

enum { KEY_ALL = 0x300 };

struct show_options {
	const char *file;
	bool all;
};

static const struct argp_option show_options[] = {
	{ "all", KEY_ALL, NULL, 0, "Registers that are zero, too", 0 },
	{ 0 }
};

static error_t parse_show(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	switch (key) {
	case KEY_ALL:
		o->all = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file with the VMSA");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.options = show_options, .parser = parse_show, .args_doc = "FILE",
	.doc = "Show the registers that a virtual processor begins with.",
};

struct page_view {
	char sha256[65], features[256];
};

static const struct out_row page_rows[] = {
	OUT_ROW(struct page_view, "sha256", "SHA-256", OUT_CHARS, sha256),
	OUT_ROW(struct page_view, "sev_features_names", "SEV_FEATURES, names", OUT_CHARS, features),
	OUT_END
};

struct register_view {
	const char *name;
	char offset[6], value[19];
	uint32_t size;
};

static const struct out_row register_rows[] = {
	OUT_ROW(struct register_view, "name", "REGISTER", OUT_STRING, name),
	OUT_ROW(struct register_view, "offset", "OFFSET", OUT_CHARS, offset),
	OUT_ROW(struct register_view, "size", "SIZE", OUT_U32, size),
	OUT_ROW(struct register_view, "value", "VALUE", OUT_CHARS, value),
	OUT_END
};

struct other_view {
	char offset[6], value[5];
};

static const struct out_row other_rows[] = {
	OUT_ROW(struct other_view, "offset", "OFFSET", OUT_CHARS, offset),
	OUT_ROW(struct other_view, "value", "BYTE THAT NOBODY KNOWS", OUT_CHARS, value),
	OUT_END
};

static void show_others(struct cli *cli, const uint8_t *page)
{
	unsigned int at = sevadm_vmsa_others(page, 0);

	if (at == SEVADM_VMSA_SIZE && out_mode(cli->out) == OUT_TEXT)
		return;
	out_list(cli->out, "others", "Others", other_rows);
	for (; at < SEVADM_VMSA_SIZE; at = sevadm_vmsa_others(page, at + 1)) {
		struct other_view v;

		snprintf(v.offset, sizeof(v.offset), "0x%03x", at);
		snprintf(v.value, sizeof(v.value), "0x%02x", page[at]);
		out_list_item(cli->out, &v);
	}
	out_list_end(cli->out);
}

static void show_page(struct cli *cli, const uint8_t *page, bool all)
{
	struct sevadm_vmsa_field f;
	struct page_view v = { "" };
	uint8_t sha256[32];

	if (!sevadm_bytes_hash(page, SEVADM_VMSA_SIZE, sha256))
		text_hex(v.sha256, sha256, sizeof(sha256));
	for (size_t i = 0; sevadm_vmsa_field(page, i, &f); i++)
		if (!strcmp(f.name, "sev_features"))
			measure_features(f.value, v.features, sizeof(v.features));
	out_object(cli->out, "vmsa", NULL, page_rows, &v);
	out_list(cli->out, "registers", NULL, register_rows);
	for (size_t i = 0; sevadm_vmsa_field(page, i, &f); i++) {
		struct register_view r = { .name = f.name, .size = f.size };

		snprintf(r.offset, sizeof(r.offset), "0x%03x", f.offset);
		snprintf(r.value, sizeof(r.value), "0x%llx", (unsigned long long)f.value);
		if (f.value || all)
			out_list_item(cli->out, &r);
	}
	out_list_end(cli->out);
	show_others(cli, page);
}

static int run_show(struct cli *cli, const void *options)
{
	const struct show_options *o = options;
	char *page, name[1024];
	size_t size;
	int code = measure_read_file(cli, o->file, 1U << 20, &page, &size);

	if (code)
		return code;
	if (size != SEVADM_VMSA_SIZE) {
		code = report_error(cli, SEVADM_NO, NULL, "%s: no VMSA: it has %zu bytes, and not %d",
				    text_escape(o->file, name, sizeof(name) / 2), size, SEVADM_VMSA_SIZE);
	} else {
		show_page(cli, (const uint8_t *)page, o->all);
		code = report_done(cli, "");
	}
	free(page);
	return code;
}

const struct command cmd_vmsa_build = {
	.name = "vmsa build",
	.summary = "Write the page with the registers of a virtual processor",
	.argp = &build_argp,
	.options_size = sizeof(struct measure_options),
	.flags = CMD_OFFLINE | CMD_ALTERS,
	.words = measure_words,
	.run = run_build,
};

const struct command cmd_vmsa_show = {
	.name = "vmsa show",
	.summary = "Show the registers of a virtual processor",
	.argp = &show_argp,
	.options_size = sizeof(struct show_options),
	.flags = CMD_OFFLINE,
	.run = run_show,
};
