// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates of SEV platforms into files, as sevctl's and sev-tool's are */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/file_set.h"

enum { KEY_ENCODING = 0x240, KEY_ONLY };

enum { OCA = 2 };
#define OCA_FILE_MAX	16384
const char *const cert_kinds[CERT_KINDS] = { "PDH", "PEK", "OCA", "CEK", "ASK", "ARK" };
/* sev-tool's */
static const char *const names[CERT_KINDS] = {
	"pdh.cert", "pek.cert", "oca.cert", "cek.cert", "ask.cert", "ark.cert",
};

int cert_kind(const struct sevadm_cert *cert)
{
	const char *usage = sevadm_cert_usage_name(cert->usage);

	for (int i = 0; usage && i < CERT_KINDS; i++)
		if (!strcmp(usage, cert_kinds[i]) && cert->ca == (i >= 4))
			return i;
	return -1;
}

/* ------------------------------------------------------------------- the options */

#define ENCODING \
	{ "encoding", KEY_ENCODING, "binary|hex|base64", 0, \
	  "How files are written; binary if not said" }

static const struct argp_option encoding_options[] = { ENCODING, { 0 } }, form_options[] = {
	ENCODING,
	{ "only", KEY_ONLY, "KIND[,KIND...]", 0,
	  "These certificates only: pdh, pek, oca, cek, ask, ark" },
	{ 0 }
};

const struct arg_words cert_form_words[] = {
	{ "KIND", "pdh|pek|oca|cek|ask|ark" },
	{ "DEST", "FILE" },
	{ 0 }
};

static void parse_only(const char *arg, struct cert_form *form, struct argp_state *state)
{
	_cleanup_free_ char *copy = strdup(arg);
	char *rest = copy, *word;

	while (copy && (word = strsep(&rest, ","))) {
		int kind = -1;

		for (int i = 0; i < CERT_KINDS; i++)
			if (!strcasecmp(word, cert_kinds[i]))
				kind = i;
		if (kind < 0)
			argp_error(state, "--only takes pdh, pek, oca, cek, ask, ark, not '%s'", word);
		form->only |= 1U << kind;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cert_form *form = state->input;

	switch (key) {
	case KEY_ENCODING:
		if (strcmp(arg, "binary") && strcmp(arg, "hex") && strcmp(arg, "base64"))
			argp_error(state, "--encoding takes binary, hex or base64, not '%s'", arg);
		form->encoding = arg;
		return 0;
	case KEY_ONLY:
		parse_only(arg, form, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp cert_form_argp = { .options = form_options, .parser = parse };
const struct argp cert_encoding_argp = { .options = encoding_options, .parser = parse };

/* -------------------------------------------------------------------- the result */

struct written_view {
	const char *file, *certificates, *encoding;
	uint64_t size;
};

static const struct out_row written_rows[] = {
	OUT_ROW(struct written_view, "file", "FILE", OUT_STRING, file),
	OUT_ROW(struct written_view, "holds", "HOLDS", OUT_STRING, certificates),
	OUT_ROW(struct written_view, "encoding", "ENCODING", OUT_STRING, encoding),
	OUT_ROW(struct written_view, "size", "SIZE", OUT_U64, size),
	OUT_END
};

void cert_written_begin(struct cli *cli)
{
	out_list(cli->out, "files", cli->dry_run ? "Files that would be written" : "Files",
		 written_rows);
}

void cert_written(struct cli *cli, const char *file, const char *what, const char *encoding,
		  size_t size)
{
	const struct written_view view = { file, what, encoding, size };

	out_list_item(cli->out, &view);
}

void cert_written_end(struct cli *cli)
{
	out_list_end(cli->out);
}

int cert_cannot_write(struct cli *cli, const char *file, int err)
{
	enum sevadm_class class = err == EACCES || err == EPERM || err == EROFS ?
				  SEVADM_PERMISSION : SEVADM_FAILED;

	if (err == EEXIST)
		return report_error(cli, class, "Name another, or take it away yourself.",
				    "%.512s is there already, and a private key or its certificate is not "
				    "written over", file);
	return report_error(cli, class, err == ENOENT ? "Make the directory first." : NULL, "write %.512s: %s (%s)", file, strerror(err),
			    strerrorname_np(err));
}

/* ------------------------------------------------------------------- the writing */

/**
 * struct part - a file to be
 * @path, @text: to be freed
 * @holds:	what is in it, for people
 * @oca:	the OCA's, under the name that everybody gives it; else NULL
 */
struct part {
	char *path, holds[64];
	const uint8_t *oca;
	uint8_t *text;
	size_t size;
};

struct parts {
	struct part part[CERT_KINDS];
	size_t nr;
};

static void free_parts(struct parts *parts)
{
	for (size_t i = 0; i < parts->nr; i++) {
		free(parts->part[i].path);
		free(parts->part[i].text);
	}
}

/* Those of @kinds, bits, into one file; @name: in the directory @dest, or NULL */
static int add_part(struct parts *parts, const struct sevadm_cert *const cert[CERT_KINDS],
		    unsigned int kinds, const struct cert_form *form, const char *dest,
		    const char *name)
{
	struct part *part = &parts->part[parts->nr++];
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t size = 0;

	*part = (struct part){ .path = NULL };
	if (asprintf(&part->path, "%s%s%s", dest, name ? "/" : "", name ? name : "") < 0) {
		part->path = NULL;
		return -ENOMEM;
	}
	for (int i = 0; i < CERT_KINDS; i++)
		size += kinds & 1U << i ? cert[i]->size : 0;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	size = 0;
	for (int i = 0; i < CERT_KINDS; i++) {
		size_t used = strlen(part->holds);

		if (!(kinds & 1U << i))
			continue;
		memcpy(bytes + size, cert[i]->data, cert[i]->size);
		size += cert[i]->size;
		snprintf(part->holds + used, sizeof(part->holds) - used, "%s%s", used ? ", " : "",
			 cert_kinds[i]);
	}
	part->oca = name && kinds == 1U << OCA ? cert[OCA]->data : NULL;
	return sevadm_bytes_encode(bytes, size, form->encoding ? form->encoding : "binary",
				   &part->text, &part->size);
}

/* Is there an OCA's certificate already, of somebody else, whose only copy that may be? */
static bool is_anothers(const struct part *part)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	_cleanup_free_ char *there = NULL;
	const char *encoding;
	size_t size;
	int ret = file_read(part->path, OCA_FILE_MAX, &there, &size);

	if (ret == -ENOENT || ret == -EISDIR)
		return false;		/* it is not lost, or cannot be */
	if (!ret)
		ret = sevadm_bytes_decode(there, size, &bytes, &size, &encoding);
	return ret || size != SEVADM_CERT_SIZE || memcmp(bytes, part->oca, size);
}

static int write_parts(struct cli *cli, const struct parts *parts, const struct cert_form *form)
{
	struct file_new files[CERT_KINDS];
	size_t failed = 0;
	int ret = 0;

	for (size_t i = 0; i < parts->nr; i++)
		if (parts->part[i].oca && is_anothers(&parts->part[i]))
			return report_error(cli, SEVADM_FAILED, "Name another directory, or leave it out with "
					    "--only.", "%.512s is there already, and is another "
					    "certificate: an owner's is not written over",
					    parts->part[i].path);
	for (size_t i = 0; i < parts->nr; i++)
		files[i] = (struct file_new){ .path = parts->part[i].path, .data = parts->part[i].text,
					      .size = parts->part[i].size, .mode = 0600 };
	if (!cli->dry_run)
		ret = file_write_set(files, parts->nr, &failed);
	if (ret)
		return cert_cannot_write(cli, files[failed].path, -ret);
	cert_written_begin(cli);
	for (size_t i = 0; i < parts->nr; i++)
		cert_written(cli, parts->part[i].path, parts->part[i].holds,
			     form->encoding ? form->encoding : "binary", parts->part[i].size);
	cert_written_end(cli);
	return 0;
}

int cert_write(struct cli *cli, const struct sevadm_cert *const cert[CERT_KINDS],
	       const struct cert_form *form, const char *dest)
{
	bool each = file_is_directory(dest);
	unsigned int there = 0, wanted;
	struct parts parts = { .nr = 0 };
	int ret = 0;

	for (int i = 0; i < CERT_KINDS; i++)
		there |= cert[i] ? 1U << i : 0;
	wanted = form->only ? form->only : there;
	for (int i = 0; i < CERT_KINDS; i++)
		if (wanted & ~there & 1U << i)
			return report_error(cli, SEVADM_NO, NULL, "there is no %s to write", cert_kinds[i]);
	for (int i = 0; i < CERT_KINDS && each && !ret; i++)
		if (wanted & 1U << i)
			ret = add_part(&parts, cert, 1U << i, form, dest, names[i]);
	if (!each)
		ret = add_part(&parts, cert, wanted, form, dest, NULL);
	ret = ret ? report_error(cli, SEVADM_FAILED, NULL, "no memory") :
	      write_parts(cli, &parts, form);
	free_parts(&parts);
	return ret;
}
