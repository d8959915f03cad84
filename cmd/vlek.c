// SPDX-License-Identifier: GPL-2.0-or-later
/* Wrapped VLEKs, "hashsticks": shown, checked against a host, loaded */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "cmd/commands.h"
#include "cmd/config_show.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define FILE_SIZE_MAX	4096		/* in hexadecimal, with lines */

enum { KEY_GENERATION = 0x200, KEY_FORCE };

struct vlek_options {
	const char *file;
	enum sevadm_generation generation;
	bool force;
};

static const struct argp_option show_options[] = {
	{ "generation", KEY_GENERATION, "milan|genoa|turin", 0,
	  "Of the processor that it is for, instead of this host's" },
	{ 0 }
}, load_options[] = {
	{ "force", KEY_FORCE, NULL, 0, "Also where its TCB is not the reported one" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct vlek_options *o = state->input;

	switch (key) {
	case KEY_GENERATION:
		for (int g = SEVADM_GENERATION_MILAN; g <= SEVADM_GENERATION_TURIN; g++)
			if (!strcasecmp(arg, sevadm_generation_name(g)))
				o->generation = g;
		if (!o->generation)
			argp_error(state, "--generation takes milan, genoa or turin, not '%s'", arg);
		return 0;
	case KEY_FORCE:
		o->force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name a file with a wrapped VLEK");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.options = show_options, .parser = parse, .args_doc = "FILE",
	.doc = "Show a wrapped VLEK, of 432 bytes, in binary, hexadecimal or base64.",
}, verify_argp = {
	.parser = parse, .args_doc = "FILE",
	.doc = "Check whether this host's firmware would take a wrapped VLEK, as far as that can be "
	       "told.  Changes nothing; exit code 2 where it would not.",
}, load_argp = {
	.options = load_options, .parser = parse, .args_doc = "FILE",
	.doc = "Check a wrapped VLEK as `vlek verify` does, and load it (SNP_VLEK_LOAD).  It is there "
	       "until SNP goes down, or another one is loaded; no guest loses anything by it, so "
	       "nobody is asked.",
};

/* One that was read, the generation by which its TCB is decoded, and who says that */
struct vlek {
	struct sevadm_hashstick stick;
	enum sevadm_generation generation;
	const char *from;
};

/* Exit code */
static int read_file(struct cli *cli, const struct vlek_options *o, struct sevadm_run *run,
		     struct vlek *v)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ uint8_t *bytes = NULL;
	struct sevadm_processor processor;
	struct sevadm_failure failure;
	char name[512];
	const char *encoding;
	size_t size;
	int ret = file_read_all(o->file, FILE_SIZE_MAX, &text, &size);

	if (!ret)
		ret = sevadm_bytes_decode(text, size, &bytes, &size, &encoding);
	if (ret)
		return config_fail(cli, run, ret == -EACCES ? SEVADM_PERMISSION :
			    ret == -EFBIG ? SEVADM_NO : SEVADM_FAILED,
			    ret == -EFBIG ? "A wrapped VLEK has 432 bytes." :
			    ret == -EACCES ? "Be root, or who may read it." :
			    "Name a file that is there and can be read.",
			    "read %.512s: %s (%s)", text_escape(o->file, name, sizeof(name)),
			    strerror(-ret), strerrorname_np(-ret));
	*v = (struct vlek){ .generation = o->generation, .from = "--generation" };
	if (!v->generation) {
		sevadm_processor_get(cli->adm, &processor);
		v->generation = processor.generation;
		v->from = "this host's processor";
	}
	ret = sevadm_hashstick_parse(bytes, size, v->generation, &v->stick, &failure);
	return ret ? config_fail(cli, run, failure.kind, "Fetch it again.", "%.512s: %s",
			  text_escape(o->file, name, sizeof(name)), failure.message) : 0;
}

/* ----------------------------------------------------------------------- show */

struct stick_view {
	char iv[25], tag[33];
	const char *generation, *from;
	struct sevadm_tcb t;
	bool reserved, empty;
};

#define V struct stick_view
static const struct out_row stick_rows[] = {
	OUT_ROW(V, "iv", "IV", OUT_CHARS, iv),
	OUT_ROW(V, "generation", "Decoded as one of", OUT_STRING, generation),
	OUT_ROW(V, "generation_from", "Because of", OUT_STRING, from),
	OUT_ROW(V, "tcb", "TCB", OUT_HEX64, t.raw),
	OUT_ROW(V, "layout_known", "Layout known", OUT_BOOL, t.known),
	OUT_ROW_WHEN(V, "fmc", "FMC", OUT_U8, t.fmc, t.has_fmc),
	OUT_ROW_WHEN(V, "bootloader", "Boot loader", OUT_U8, t.bootloader, t.known),
	OUT_ROW_WHEN(V, "tee", "TEE", OUT_U8, t.tee, t.known),
	OUT_ROW_WHEN(V, "snp", "SNP", OUT_U8, t.snp, t.known),
	OUT_ROW_WHEN(V, "microcode", "Microcode", OUT_U8, t.microcode, t.known),
	OUT_ROW(V, "tcb_reserved", "TCB, reserved", OUT_HEX64, t.reserved),
	OUT_ROW(V, "tag", "Tag", OUT_CHARS, tag),
	OUT_ROW(V, "reserved", "Reserved bytes set", OUT_BOOL, reserved),
	OUT_ROW(V, "empty", "All zeros", OUT_BOOL, empty),
	OUT_END
};

/* A TCB with reserved bytes is not of this layout: what it would say by it is not told */
static void print_stick(struct cli *cli, const struct vlek *v)
{
	const struct sevadm_hashstick *h = &v->stick;
	struct stick_view view = {
		.generation = sevadm_generation_name(v->generation), .from = v->from,
		.t = h->tcb, .reserved = h->reserved, .empty = h->empty,
	};

	if (h->tcb.reserved)
		view.t.known = view.t.has_fmc = false;
	text_hex(view.iv, h->iv, sizeof(h->iv));
	text_hex(view.tag, h->tag, sizeof(h->tag));
	out_object(cli->out, "hashstick", "Wrapped VLEK", stick_rows, &view);
}

static unsigned int show_flags(const void *options)
{
	return ((const struct vlek_options *)options)->generation ? 0 : CMD_ONLINE;
}

static int run_show(struct cli *cli, const void *options)
{
	struct sevadm_run nothing = { 0 };
	struct vlek v;
	char text[160];
	int code = read_file(cli, options, &nothing, &v);

	if (code)
		return code;
	print_stick(cli, &v);
	if (v.stick.empty)
		return report_no(cli, "It is all zeros: there is no key in it");
	if (v.stick.reserved)
		return report_no(cli, "Bytes that have to be zero are not: this is no wrapped VLEK, or a "
				 "damaged one");
	if (!v.stick.tcb.reserved)
		return report_done(cli, "");
	snprintf(text, sizeof(text), "Its TCB is none of %s, by %s: probably another generation, say "
		 "which with --generation", sevadm_generation_name(v.generation), v.from);
	return report_no(cli, text);
}

/* ---------------------------------------------------------------------- check */

static const struct out_row check_rows[] = {
	OUT_ROW(struct sevadm_vlek_check, "name", "CHECK", OUT_STRING, name),
	OUT_ROW(struct sevadm_vlek_check, "good", "GOOD", OUT_BOOL, good),
	OUT_ROW(struct sevadm_vlek_check, "why", "WHY", OUT_CHARS, why),
	OUT_END
};

static void print_checks(struct cli *cli, const struct sevadm_vlek_check *checks)
{
	out_list(cli->out, "vlek_checks", "Checks", check_rows);
	for (size_t i = 0; i < SEVADM_VLEK_CHECKS; i++)
		out_list_item(cli->out, &checks[i]);
	out_list_end(cli->out);
}

/* Of those, the first that says no */
static const struct sevadm_vlek_check *first_bad(const struct sevadm_vlek_check *checks)
{
	for (size_t i = 0; i < SEVADM_VLEK_CHECKS; i++)
		if (!checks[i].good)
			return &checks[i];
	return NULL;
}

/* Both begin alike: exit code */
static int look(struct cli *cli, const struct vlek_options *o, struct sevadm_run *run,
		struct sevadm_hashstick *h, struct sevadm_status *status,
		struct sevadm_vlek_check *checks)
{
	struct vlek v;
	int code = read_file(cli, o, run, &v);

	if (code)
		return code;
	code = config_ask(cli, run, status);
	if (code)
		return code;
	print_stick(cli, &v);
	*h = v.stick;
	sevadm_vlek_check(h, &status->snp, checks);
	print_checks(cli, checks);
	return 0;
}

static int run_verify(struct cli *cli, const void *options)
{
	struct sevadm_vlek_check checks[SEVADM_VLEK_CHECKS];
	struct sevadm_run record = { 0 };
	struct sevadm_hashstick h;
	struct sevadm_status status;
	int code = look(cli, options, &record, &h, &status, checks);

	if (code)
		return code;
	run_members(cli, &record);
	sevadm_run_free(&record);
	if (first_bad(checks))
		return report_no(cli, first_bad(checks)->why);
	return report_done(cli, "Nothing speaks against it; whether it was wrapped for this chip the "
			   "firmware tells when it is loaded");
}

static int run_load(struct cli *cli, const void *options)
{
	const struct vlek_options *o = options;
	struct sevadm_vlek_check checks[SEVADM_VLEK_CHECKS];
	struct sevadm_run record = { .dry = cli->dry_run };
	struct sevadm_hashstick h;
	struct sevadm_status status;
	const struct sevadm_vlek_check *bad;
	char name[512];
	int ret, code = look(cli, o, &record, &h, &status, checks);

	if (code)
		return code;
	bad = first_bad(checks);
	if (bad && !(o->force && !strcmp(bad->name, "tcb")))
		return config_fail(cli, &record, SEVADM_NO,
				   "Fetch one for this host and its reported TCB.",
				   "%.512s: %s: not loaded",
				   text_escape(o->file, name, sizeof(name)), bad->why);
	out_bool(cli->out, "vlek_before", status.snp.vlek);
	out_text(cli->out, status.snp.vlek ? "A VLEK is loaded, which this one replaces" :
					     "No VLEK is loaded yet");
	progress_start(cli);
	ret = sevadm_vlek_load(cli->adm, &h, cli->dry_run, &record);
	if (!ret && !cli->dry_run)
		ret = config_now(cli, &record);
	return run_report(cli, &record, ret);
}

const struct command cmd_vlek_show = {
	.name = "vlek show",
	.summary = "Show a wrapped VLEK",
	.argp = &show_argp,
	.options_size = sizeof(struct vlek_options),
	.flags = CMD_OFFLINE,
	.flags_of = show_flags,
	.run = run_show,
};

const struct command cmd_vlek_verify = {
	.name = "vlek verify",
	.summary = "Check a wrapped VLEK against this host",
	.argp = &verify_argp,
	.options_size = sizeof(struct vlek_options),
	.run = run_verify,
};

const struct command cmd_vlek_load = {
	.name = "vlek load",
	.summary = "Load a wrapped VLEK (SNP_VLEK_LOAD)",
	.argp = &load_argp,
	.options_size = sizeof(struct vlek_options),
	.flags = CMD_DRY_RUN | CMD_EXCLUSIVE | CMD_WRITE,
	.run = run_load,
};
