// SPDX-License-Identifier: GPL-2.0-or-later
/* certs import, certs export: files of certificates and the table that guests are given */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/certs.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/file_set.h"
#include "lib/util/text.h"

enum { KEY_PEM = 0x200 };

struct import_options {
	struct chain_paths paths;	/* and the table, the last */
};

struct export_options {
	const char *table, *dir;
	bool pem;
};

static const struct argp_option export_options[] = {
	{ "pem", KEY_PEM, NULL, 0, "Certificates as PEM instead of DER" },
	{ 0 }
};

static error_t parse_import(int key, char *arg, struct argp_state *state)
{
	struct import_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->paths.nr > CHAIN_PATHS)
			argp_error(state, "no more than %d files at a time", CHAIN_PATHS);
		o->paths.path[o->paths.nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->paths.nr < 2)
			argp_error(state, "name a directory or files with certificates, and the table "
				   "to be");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_export(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;

	switch (key) {
	case KEY_PEM:
		o->pem = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->dir)
			argp_error(state, "one table and one directory at a time");
		*(o->table ? &o->dir : &o->table) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->dir)
			argp_error(state, "name the table, and a directory for what is in it");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp import_argp = {
	.parser = parse_import, .args_doc = "FILE... TABLE",
	.doc = "Make a table of certificates for SNP guests. Each FILE is a directory or holds "
	       "certificates, DER or PEM, or is such a table, whatever its name; each is recognised "
	       "by its content.",
}, export_argp = {
	.options = export_options, .parser = parse_export, .args_doc = "TABLE DIRECTORY",
	.doc = "Write what is in a table of certificates for SNP guests into a directory, a file each.",
};

/* ------------------------------------------------------------------ import */

/* Of one that is to be, too: only one without a fault is written */
static int write_table(struct cli *cli, const char *file, const struct table *t)
{
	int ret;

	table_show(cli, t);
	if (table_lint(cli, t))
		return report_no(cli, "these certificates do not belong together: nothing was written");
	ret = cli->dry_run ? 0 : file_replace(file, t->data, t->size, 0600);
	if (ret)
		return chain_cannot(cli, "write", file, -ret);
	return report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

static int make_table(struct cli *cli, const char *file, const struct chain_certs *certs)
{
	struct table t = { .data = NULL };
	struct sevadm_failure failure;
	_cleanup_free_ uint8_t *bytes = NULL;
	char message[1200];
	int ret = sevadm_table_make(certs->cert, certs->nr, &bytes, &t.size, &failure);

	if (ret)
		return report_error(cli, failure.kind, NULL, "%s",
				    text_escape(failure.message, message, sizeof(message)));
	t.data = (char *)bytes;
	ret = sevadm_table_parse(t.data, t.size, t.entry, TABLE_ENTRIES, &t.nr);
	if (ret)
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate SHA-256");
	return write_table(cli, file, &t);
}

static int run_import(struct cli *cli, const void *options)
{
	const struct import_options *o = options;
	struct chain_paths paths = o->paths;
	const char *file = paths.path[--paths.nr];
	struct chain_certs certs;
	int code = chain_load(cli, &paths, &certs);

	if (!code)
		code = chain_parse(cli, &certs);
	if (!code)
		code = make_table(cli, file, &certs);
	chain_free(&certs);
	return code;
}

/* ------------------------------------------------------------------ export */

/**
 * struct part - a file to be
 * @path, @text: to be freed
 * @holds:	what is in it, for people
 */
struct part {
	char *path;
	const char *holds;
	bool certificate;
	uint8_t *text;
	size_t size;
};

/* As "vcek"; what is no certificate has the name of its GUID */
static void name_of(const struct sevadm_table_entry *e, const struct sevadm_x509 *c, char name[64])
{
	if (!c || c->kind == SEVADM_X509_OTHER) {
		snprintf(name, 64, "%s", e->guid);
		return;
	}
	snprintf(name, 64, "%s", sevadm_x509_kind_name(c->kind));
	for (char *p = name; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
}

/* A name that no file before has */
static int add_path(const char *dir, const char *name, const char *suffix, struct part *parts,
		    size_t nr)
{
	for (int n = 1;; n++) {
		bool taken = false;
		char number[16] = "";

		if (n > 1)
			snprintf(number, sizeof(number), "-%d", n);
		free(parts[nr].path);
		if (asprintf(&parts[nr].path, "%s/%s%s.%s", dir, name, number, suffix) < 0) {
			parts[nr].path = NULL;
			return -ENOMEM;
		}
		for (size_t i = 0; i < nr; i++)
			taken |= !strcmp(parts[i].path, parts[nr].path);
		if (!taken)
			return 0;
	}
}

/* What the GUID says is told, what the content says counts */
static int add_part(const struct export_options *o, const struct sevadm_table_entry *e,
		    struct part *parts, size_t nr)
{
	struct sevadm_failure failure;
	struct sevadm_x509 *certs = NULL;
	struct part *part = &parts[nr];
	size_t nr_certs = 0;
	char name[64];
	int ret = sevadm_x509_read(e->data, e->length, &certs, &nr_certs, &failure);

	part->certificate = !ret && nr_certs == 1;
	part->holds = part->certificate ? sevadm_x509_kind_name(certs->kind) :
		      e->name ? e->name : e->guid;
	name_of(e, part->certificate ? certs : NULL, name);
	ret = part->certificate ? sevadm_x509_encode(certs, o->pem, &part->text, &part->size) :
	      sevadm_bytes_encode(e->data, e->length, "binary", &part->text, &part->size);
	if (!ret)
		ret = add_path(o->dir, name, !part->certificate ? "bin" : o->pem ? "pem" : "der", parts,
			       nr);
	sevadm_x509_free(certs, nr_certs);
	return ret;
}

static int write_parts(struct cli *cli, const char *dir, const struct part *parts, size_t nr)
{
	struct file_new files[TABLE_ENTRIES];
	size_t failed = 0;
	int ret = cli->dry_run ? 0 : file_make_directory(dir);

	if (ret)
		return chain_cannot(cli, "make the directory", dir, -ret);
	for (size_t i = 0; i < nr; i++)
		files[i] = (struct file_new){ .path = parts[i].path, .data = parts[i].text,
					      .size = parts[i].size, .mode = 0600 };
	ret = cli->dry_run ? 0 : file_write_set(files, nr, &failed);
	return ret ? chain_cannot(cli, "write", files[failed].path, -ret) : 0;
}

static void show_parts(struct cli *cli, const struct part *parts, size_t nr, bool pem)
{
	cert_written_begin(cli);
	for (size_t i = 0; i < nr; i++)
		cert_written(cli, parts[i].path, parts[i].holds, !parts[i].certificate ? "binary" :
			     pem ? "PEM" : "DER", parts[i].size);
	cert_written_end(cli);
}

/* What cannot be taken apart: whose bytes those are nobody can say */
static void find_shared(void *arg, const char *kind, const char *text)
{
	struct sevadm_failure *failure = arg;

	if (!failure->message[0] && (!strcmp(kind, "overlap") || !strcmp(kind, "in-table")))
		snprintf(failure->message, sizeof(failure->message), "%s", text);
}

int table_write_files(struct cli *cli, const struct table *t, const char *dir, bool pem)
{
	const struct export_options o = { .dir = dir, .pem = pem };
	struct part parts[TABLE_ENTRIES] = { { .path = NULL } };
	struct sevadm_failure shared = { .message = "" };
	int ret = 0;

	for (size_t i = 0; i < t->nr; i++)
		if (!t->entry[i].data)
			return report_error(cli, SEVADM_NO, "`sevadm certs lint` tells what is wrong with it.",
					    "%s, %u bytes from byte %u on, is not within the table: nothing "
					    "was written", t->entry[i].name ? t->entry[i].name :
					    t->entry[i].guid, t->entry[i].length, t->entry[i].offset);
	sevadm_table_lint(t->data, t->size, t->entry, t->nr, find_shared, &shared);
	if (shared.message[0])
		return report_error(cli, SEVADM_NO, "`sevadm certs lint` tells what is wrong with it.",
				    "%s: nothing was written", shared.message);
	for (size_t i = 0; i < t->nr && !ret; i++)
		ret = add_part(&o, &t->entry[i], parts, i);
	ret = ret ? report_error(cli, SEVADM_FAILED, NULL, "no memory") :
	      write_parts(cli, dir, parts, t->nr);
	if (!ret)
		show_parts(cli, parts, t->nr, pem);
	for (size_t i = 0; i < t->nr; i++) {
		free(parts[i].path);
		free(parts[i].text);
	}
	return ret;
}

static int run_export(struct cli *cli, const void *options)
{
	const struct export_options *o = options;
	struct table t = { .data = NULL };
	_cleanup_free_ char *data = NULL;
	int code = table_load(cli, o->table, &t);

	data = t.data;
	if (!code)
		code = table_write_files(cli, &t, o->dir, o->pem);
	return code ? code : report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

static const struct arg_words words[] = { { "TABLE", "FILE" }, { "DIRECTORY", "FILE" }, { 0 } };

const struct command cmd_certs_import = {
	.name = "certs import",
	.summary = "Make a table of certificates for SNP guests",
	.argp = &import_argp,
	.options_size = sizeof(struct import_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_import,
};

const struct command cmd_certs_export = {
	.name = "certs export",
	.summary = "Take a table of certificates apart",
	.argp = &export_argp,
	.options_size = sizeof(struct export_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_export,
};
