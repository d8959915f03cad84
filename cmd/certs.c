// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of certificates that a host hands to SNP guests, offline */
#include <errno.h>
#include <stdio.h>

#include "cmd/certs.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

struct certs_options {
	const char *file;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct certs_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file with the table");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.parser = parse, .args_doc = "FILE",
	.doc = "Show a table of certificates for SNP guests.",
}, lint_argp = {
	.parser = parse, .args_doc = "FILE",
	.doc = "Tell what is wrong with a table of certificates for SNP guests.",
};

int table_load(struct cli *cli, const char *file, struct table *t)
{
	char name[512];
	int ret = chain_read_bytes(cli, file, &t->data, &t->size);

	/* others wrote it */
	if (!ret)
		ret = chain_drop_privileges(cli);
	if (ret)
		return ret;
	text_escape(file, name, sizeof(name));
	ret = sevadm_table_parse(t->data, t->size, t->entry, TABLE_ENTRIES, &t->nr);
	if (ret == -ENODATA)
		return report_error(cli, SEVADM_NO, NULL, "%s: no table of certificates: no entry "
				    "of zeros ends it", name);
	if (ret == -E2BIG)
		return report_error(cli, SEVADM_NO, NULL, "%s: no table of certificates: more than "
				    "%d entries", name, TABLE_ENTRIES);
	return ret ? report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate SHA-256") : 0;
}

struct entry_view {
	struct sevadm_table_entry e;
	bool inside;
	char sha256[65];
};

static const struct out_row entry_rows[] = {
	OUT_ROW(struct entry_view, "guid", "GUID", OUT_CHARS, e.guid),
	OUT_ROW(struct entry_view, "name", "NAME", OUT_STRING, e.name),
	OUT_ROW(struct entry_view, "offset", "OFFSET", OUT_U32, e.offset),
	OUT_ROW(struct entry_view, "length", "LENGTH", OUT_U32, e.length),
	OUT_ROW(struct entry_view, "inside", "INSIDE", OUT_BOOL, inside),
	OUT_ROW(struct entry_view, "sha256", "SHA-256", OUT_CHARS, sha256),
	OUT_END
};

void table_show(struct cli *cli, const struct table *t)
{
	out_list(cli->out, "entries", NULL, entry_rows);
	for (size_t i = 0; i < t->nr; i++) {
		struct entry_view v = { .e = t->entry[i], .inside = t->entry[i].data };

		for (size_t k = 0; v.inside && k < sizeof(v.e.sha256); k++)
			sprintf(v.sha256 + 2 * k, "%02x", v.e.sha256[k]);
		out_list_item(cli->out, &v);
	}
	out_list_end(cli->out);
}

/* What is in the entries, where it is a certificate; `certs lint` tells where it is none */
static void show_content(struct cli *cli, const struct table *t)
{
	struct sevadm_x509 certs[TABLE_ENTRIES], *found[TABLE_ENTRIES];
	const char *from[TABLE_ENTRIES];
	size_t nr = 0, nr_found[TABLE_ENTRIES];
	struct sevadm_failure failure;

	for (size_t i = 0; i < t->nr; i++) {
		const struct sevadm_table_entry *e = &t->entry[i];

		found[i] = NULL;
		nr_found[i] = 0;
		if (e->data)
			sevadm_x509_read(e->data, e->length, &found[i], &nr_found[i], &failure);
		if (!nr_found[i])
			continue;
		from[nr] = e->name ? e->name : e->guid;
		certs[nr++] = found[i][0];
	}
	if (nr)
		certs_show_list(cli, certs, from, nr);
	certs_show_chips(cli, certs, nr);
	for (size_t i = 0; i < t->nr; i++)
		sevadm_x509_free(found[i], nr_found[i]);
}

static int run_show(struct cli *cli, const void *options)
{
	const struct certs_options *o = options;
	struct table t = { .data = NULL };
	_cleanup_free_ char *data = NULL;
	int code = table_load(cli, o->file, &t);

	data = t.data;
	if (code)
		return code;
	table_show(cli, &t);
	show_content(cli, &t);
	return report_done(cli, "");
}

struct fault_view {
	const char *kind, *text;
};

static const struct out_row fault_rows[] = {
	OUT_ROW(struct fault_view, "kind", "FAULT", OUT_STRING, kind),
	OUT_ROW(struct fault_view, "text", "WHAT", OUT_STRING, text),
	OUT_END
};

static void show_fault(void *out, const char *kind, const char *text)
{
	struct fault_view view = { kind, text };

	out_list_item(out, &view);
}

unsigned int table_lint(struct cli *cli, const struct table *t)
{
	unsigned int faults;

	out_list(cli->out, "table_faults", NULL, fault_rows);
	faults = sevadm_table_lint(t->data, t->size, t->entry, t->nr, show_fault, cli->out);
	out_list_end(cli->out);
	return faults;
}

static int run_lint(struct cli *cli, const void *options)
{
	const struct certs_options *o = options;
	struct table t = { .data = NULL };
	_cleanup_free_ char *data = NULL;
	int code = table_load(cli, o->file, &t);
	unsigned int faults;
	char message[64];

	data = t.data;
	if (code)
		return code;
	faults = table_lint(cli, &t);
	if (!faults)
		return report_done(cli, "nothing is wrong with it");
	snprintf(message, sizeof(message), "%u fault%s", faults, faults == 1 ? "" : "s");
	return report_no(cli, message);
}

const struct command cmd_certs_show = {
	.name = "certs show",
	.summary = "Show a table of certificates for SNP guests",
	.argp = &show_argp,
	.options_size = sizeof(struct certs_options),
	.flags = CMD_OFFLINE,
	.run = run_show,
};

const struct command cmd_certs_lint = {
	.name = "certs lint",
	.summary = "Tell what is wrong with a table of certificates",
	.argp = &lint_argp,
	.options_size = sizeof(struct certs_options),
	.flags = CMD_OFFLINE,
	.run = run_lint,
};
