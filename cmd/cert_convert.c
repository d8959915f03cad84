// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates of SEV platforms from files of one form into files of another */
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/commands.h"

struct convert_options {
	const char *files[CERT_FILES_MAX + 1];	/* the last is where they go */
	size_t nr;
	struct cert_form form;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct convert_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->form;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr > CERT_FILES_MAX)
			argp_error(state, "no more than %d files at a time", CERT_FILES_MAX);
		o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->nr < 2)
			argp_error(state, "name files with certificates, and at the end the file or "
				   "directory for them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &cert_form_argp }, { 0 } };
static const struct argp argp = {
	.parser = parse, .args_doc = "FILE... DEST", .children = children,
	.doc = "Write certificates of SEV platforms in another form: one file for all, in the order "
	       "PDH, PEK, OCA, CEK, ASK, ARK, or, where DEST is a directory, one for each.",
};

/* By kind; the same twice is once, and two that differ are one too many: exit code */
static int sort_out(struct cli *cli, const struct certs *certs,
		    const struct sevadm_cert *sorted[CERT_KINDS])
{
	for (size_t i = 0; i < certs->nr; i++) {
		const struct sevadm_cert *c = &certs->cert[i];
		int kind = cert_kind(c);

		if (kind < 0)
			return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong usage: 0x%x, of the "
					    "certificate at byte %zu, is none of a chain",
					    certs->file[i], c->usage, c->offset);
		if (sorted[kind] && memcmp(sorted[kind]->sha256, c->sha256, sizeof(c->sha256)))
			return report_error(cli, SEVADM_NO, NULL, "%.512s: there are two %s that differ",
					    certs->file[i], cert_kinds[kind]);
		sorted[kind] = c;
	}
	return 0;
}

static int run(struct cli *cli, const void *options)
{
	const struct convert_options *o = options;
	const struct sevadm_cert *sorted[CERT_KINDS] = { NULL };
	struct certs *certs;
	int code = certs_read(cli, o->files, o->nr - 1, &certs);

	if (!code)
		code = sort_out(cli, certs, sorted);
	if (!code)
		code = cert_write(cli, sorted, &o->form, o->files[o->nr - 1]);
	if (!code)
		code = report_done(cli, cli->dry_run ? "Nothing was changed" : "");
	certs_free(certs);
	return code;
}

const struct command cmd_cert_convert = {
	.name = "cert convert",
	.summary = "Write certificates of SEV platforms in another form",
	.argp = &argp,
	.options_size = sizeof(struct convert_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = cert_form_words,
	.run = run,
};
