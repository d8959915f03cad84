// SPDX-License-Identifier: GPL-2.0-or-later
/* key derive: inside an SNP guest, a key that only such a guest gets */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/guest_output.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum { KEY_ROOT = 0x200, KEY_FIELDS, KEY_SVN, KEY_TCB, KEY_VECTOR, KEY_VERSION };

/* @named, @valued: fields of --fields, and those that have an option of their own for their value */
struct derive_options {
	struct guest_output output;
	struct sevadm_key_request request;
	uint32_t named, valued;
};

#define OF_VALUES	(SEVADM_KEY_GUEST_SVN | SEVADM_KEY_TCB_VERSION)

#define FIELD_WORDS "guest_policy, image_id, family_id, measurement, guest_svn, tcb_version, " \
		    "launch_mit_vector"

static const struct argp_option options[] = {
	{ "root", KEY_ROOT, "auto|vcek|vlek|vmrk", 0,
	  "The secret that it comes from; auto, if not said, is the VLEK if there is one, else the VCEK" },
	{ "fields", KEY_FIELDS, "FIELD[,FIELD...]", 0, "What of the guest goes into it: " FIELD_WORDS },
	GUEST_VMPL("Level of privilege that goes into it; that of the kernel if not said"),
	{ "guest-svn", KEY_SVN, "NUMBER", 0, "Goes into it; none above the guest's own" },
	{ "tcb-version", KEY_TCB, "NUMBER", 0, "Goes into it, raw; none above the committed one" },
	{ "launch-mit-vector", KEY_VECTOR, "NUMBER", 0, "Goes into it, of version 2 of the message" },
	{ "msg-version", KEY_VERSION, "1|2", 0, "Of the message; the least that will do if not said" },
	GUEST_ENCODING, GUEST_TIMEOUT,
	{ "tty", GUEST_KEY_TTY, NULL, 0, "Show the key although standard output is a terminal" },
	{ 0 }
};

static void take_fields(const char *arg, uint32_t *fields, struct argp_state *state)
{
	_cleanup_free_ char *copy = strdup(arg);
	char *rest = copy, *word;

	while (copy && (word = strsep(&rest, ","))) {
		unsigned int bit = 0;

		while (sevadm_key_field_name(bit) && strcmp(sevadm_key_field_name(bit), word))
			bit++;
		if (!sevadm_key_field_name(bit))
			argp_error(state, "--fields takes " FIELD_WORDS ", not '%s'", word);
		*fields |= 1U << bit;
	}
}

static uint64_t number(const char *arg, uint64_t max, const char *option, struct argp_state *state)
{
	uint64_t value = 0;

	if (text_u64(arg, max, &value))
		argp_error(state, "%s takes a number of %d bits, not '%s'", option,
			   max > UINT32_MAX ? 64 : 32, arg);
	return value;
}

static const char *const roots[] = { "auto", "vcek", "vlek", "vmrk" };

static void take_root(const char *arg, enum sevadm_guest_root *root, struct argp_state *state)
{
	for (int i = 0; i <= SEVADM_GUEST_ROOT_VMRK; i++)
		if (!strcmp(arg, roots[i])) {
			*root = (enum sevadm_guest_root)i;
			return;
		}
	argp_error(state, "--root takes auto, vcek, vlek or vmrk, not '%s'", arg);
}

/* A value that is given goes into the key */
static error_t parse_value(int key, char *arg, struct argp_state *state)
{
	struct derive_options *o = state->input;
	struct sevadm_key_request *r = &o->request;

	switch (key) {
	case KEY_SVN:
		r->guest_svn = (uint32_t)number(arg, UINT32_MAX, "--guest-svn", state);
		r->fields |= SEVADM_KEY_GUEST_SVN;
		o->valued |= SEVADM_KEY_GUEST_SVN;
		return 0;
	case KEY_TCB:
		r->tcb_version = number(arg, UINT64_MAX, "--tcb-version", state);
		r->fields |= SEVADM_KEY_TCB_VERSION;
		o->valued |= SEVADM_KEY_TCB_VERSION;
		return 0;
	case KEY_VECTOR:
		r->launch_mit_vector = number(arg, UINT64_MAX, "--launch-mit-vector", state);
		r->fields |= SEVADM_KEY_LAUNCH_MIT_VECTOR;
		return 0;
	case KEY_VERSION:
		if (strcmp(arg, "1") && strcmp(arg, "2"))
			argp_error(state, "--msg-version takes 1 or 2, not '%s'", arg);
		r->version = (uint8_t)(*arg - '0');
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct derive_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		o->output.secret = true;
		o->request.timeout_ns = GUEST_TIMEOUT_DEFAULT * 1000000000ULL;
		return 0;
	case KEY_ROOT:
		take_root(arg, &o->request.root, state);
		return 0;
	case KEY_FIELDS:
		take_fields(arg, &o->named, state);
		o->request.fields |= o->named;
		return 0;
	case GUEST_KEY_VMPL:
		o->request.vmpl = guest_output_vmpl(arg, state);
		o->request.has_vmpl = true;
		return 0;
	case GUEST_KEY_ENCODING:
		guest_output_encoding(&o->output, arg, state);
		return 0;
	case GUEST_KEY_TIMEOUT:
		o->request.timeout_ns = guest_output_timeout(arg, state);
		return 0;
	case GUEST_KEY_TTY:
		o->output.tty = true;
		return 0;
	case ARGP_KEY_ARG:
		guest_output_take(&o->output, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (o->named & ~o->valued & OF_VALUES)
			argp_error(state, "%s wants its value: %s", o->named & ~o->valued & SEVADM_KEY_GUEST_SVN ?
				   "guest_svn" : "tcb_version",
				   o->named & ~o->valued & SEVADM_KEY_GUEST_SVN ? "--guest-svn" : "--tcb-version");
		if (o->request.version == 1 && o->request.fields & SEVADM_KEY_LAUNCH_MIT_VECTOR)
			argp_error(state, "launch_mit_vector came with version 2 of the message");
		return 0;
	default:
		return parse_value(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "[FILE]",
	.doc = "Inside an SNP guest, have the firmware derive a key of 32 bytes, which no guest gets that "
	       "differs in what goes into it: into FILE, which must not be there yet, or with nothing "
	       "else to standard output, which must not be a terminal.",
};

/* ------------------------------------------------------------ what comes of it */

struct derived_view {
	const char *root, *file, *encoding;
	char fields[128];
	uint32_t vmpl, msg_version, guest_svn;
	uint64_t tcb_version;
	bool has_svn, has_tcb;
};

static const struct out_row derived_rows[] = {
	OUT_ROW(struct derived_view, "root", "Root", OUT_STRING, root),
	OUT_ROW(struct derived_view, "fields", "Fields", OUT_CHARS, fields),
	OUT_ROW(struct derived_view, "vmpl", "VMPL", OUT_U32, vmpl),
	OUT_ROW_WHEN(struct derived_view, "guest_svn", "Guest SVN", OUT_U32, guest_svn, has_svn),
	OUT_ROW_WHEN(struct derived_view, "tcb_version", "TCB version", OUT_HEX64, tcb_version, has_tcb),
	OUT_ROW(struct derived_view, "msg_version", "Version of the message", OUT_U32, msg_version),
	OUT_ROW(struct derived_view, "file", "File", OUT_STRING, file),
	OUT_ROW(struct derived_view, "encoding", "Encoding", OUT_STRING, encoding),
	OUT_END
};

static void show(struct cli *cli, const struct derive_options *o)
{
	const struct sevadm_key_request *r = &o->request;
	struct derived_view view = {
		.root = roots[r->root], .file = o->output.file, .vmpl = r->vmpl,
		.encoding = o->output.encoding ? o->output.encoding : "binary",
		.msg_version = r->version, .guest_svn = r->guest_svn, .tcb_version = r->tcb_version,
		.has_svn = r->fields & SEVADM_KEY_GUEST_SVN, .has_tcb = r->fields & SEVADM_KEY_TCB_VERSION,
	};
	size_t used = 0;

	for (unsigned int bit = 0; sevadm_key_field_name(bit); bit++)
		if (r->fields >> bit & 1)
			used += (size_t)snprintf(view.fields + used, sizeof(view.fields) - used, "%s%s",
						 used ? "," : "", sevadm_key_field_name(bit));
	out_object(cli->out, "key", "Key", derived_rows, &view);
}

static int run(struct cli *cli, const void *options_)
{
	struct derive_options o = *(const struct derive_options *)options_;
	struct sevadm_run record = { 0 };
	uint8_t key[SEVADM_GUEST_KEY_SIZE];
	int ret, code = guest_output_check(cli, &o.output);

	if (code)
		return code;
	progress_start(cli);
	ret = sevadm_guest_key_derive(cli->adm, &o.request, key, &record);
	code = ret || sevadm_replay_check(cli->adm) ? -1 :
	       guest_output_write(cli, &o.output, key, sizeof(key), NULL, 0);
	explicit_bzero(key, sizeof(key));
	if (code > 0) {
		progress_end(cli);
		sevadm_run_free(&record);
		return code;
	}
	if (!code)
		show(cli, &o);
	if (!code && !o.request.fields && o.request.root != SEVADM_GUEST_ROOT_VMRK)
		report_warning(cli, "nothing of the guest goes into it: every guest of this chip gets the same "
			       "key at this VMPL");
	return run_report(cli, &record, ret);
}

/* To standard output it is the key and nothing else */
static bool mode_of(const void *options_, enum out_mode *mode)
{
	*mode = OUT_DOCUMENT;
	return !((const struct derive_options *)options_)->output.file;
}

static const struct arg_words words[] = {
	{ "FIELD", "guest_policy|image_id|family_id|measurement|guest_svn|tcb_version|launch_mit_vector" },
	{ 0 }
};

const struct command cmd_key_derive = {
	.name = "key derive",
	.summary = "In an SNP guest: have the firmware derive a key",
	.argp = &argp,
	.options_size = sizeof(struct derive_options),
	.words = words,
	.mode_of = mode_of,
	.run = run,
};
