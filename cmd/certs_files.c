// SPDX-License-Identifier: GPL-2.0-or-later
/* Files and directories of certificates, read before privileges are dropped, parsed after */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/certs.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define FILES_MAX	256
#define FILE_SIZE_MAX	(1U << 20)

/* @data: NULL where there is more of it than any certificate has */
struct chain_file {
	char *name, *data;
	size_t size;
	bool of_directory;
};

int chain_cannot(struct cli *cli, const char *what, const char *file, int err)
{
	char name[512];

	text_escape(file, name, sizeof(name));
	return report_error(cli, err == EACCES ? SEVADM_PERMISSION : SEVADM_FAILED,
			    err == EFBIG ? "Name a file that holds certificates alone." : NULL,
			    "%s %s: %s (%s)", what, name, strerror(err), strerrorname_np(err));
}

int chain_read_bytes(struct cli *cli, const char *file, char **data, size_t *size)
{
	int ret = file_read_all(file, FILE_SIZE_MAX, data, size);

	return ret ? chain_cannot(cli, "read", file, -ret) : 0;
}

int chain_drop_privileges(struct cli *cli)
{
	int ret = sevadm_drop_privileges(NULL, 0);

	return ret ? report_error(cli, SEVADM_FAILED, NULL, "drop privileges: %s (%s)",
				  strerror(-ret), strerrorname_np(-ret)) : 0;
}

/* ----------------------------------------------------------------- reading */

/* @name is ours from here on */
static int add_file(struct cli *cli, struct chain_certs *certs, char *name, bool of_directory)
{
	struct chain_file *f;
	int ret;

	if (certs->nr_files == FILES_MAX) {
		free(name);
		return report_error(cli, SEVADM_FAILED, "Name those that are meant.",
				    "there are more than %d files", FILES_MAX);
	}
	f = &certs->files[certs->nr_files++];
	*f = (struct chain_file){ .name = name, .of_directory = of_directory };
	ret = file_read_all(name, FILE_SIZE_MAX, &f->data, &f->size);
	if (ret == -EFBIG && of_directory)
		return 0;
	return ret ? chain_cannot(cli, "read", name, -ret) : 0;
}

static int add_directory(struct cli *cli, struct chain_certs *certs, const char *path, char **names,
			 size_t nr)
{
	int code = 0;

	if (!nr)
		code = report_error(cli, SEVADM_NO, NULL, "%.512s: there is no file in it", path);
	for (size_t i = 0; i < nr; i++)
		if (code)
			free(names[i]);
		else
			code = add_file(cli, certs, names[i], true);
	free(names);
	return code;
}

static int add_path(struct cli *cli, struct chain_certs *certs, const char *path)
{
	char **names, *name;
	size_t nr;
	int ret = strcmp(path, "-") ? file_list(path, &names, &nr) : -ENOTDIR;

	if (!ret)
		return add_directory(cli, certs, path, names, nr);
	if (ret != -ENOTDIR)
		return chain_cannot(cli, "read", path, -ret);
	name = strdup(path);
	return name ? add_file(cli, certs, name, false) :
		      report_error(cli, SEVADM_FAILED, NULL, "no memory");
}

/* ----------------------------------------------------------------- parsing */

static int join(struct cli *cli, struct chain_certs *certs, const struct chain_file *f,
		struct sevadm_x509 *cert, size_t nr)
{
	struct sevadm_x509 *all = realloc(certs->cert, (certs->nr + nr + 1) * sizeof(*all));
	const char **file;

	if (all)
		certs->cert = all;
	file = realloc(certs->file, (certs->nr + nr + 1) * sizeof(*file));
	if (file)
		certs->file = file;
	if (!all || !file) {
		sevadm_x509_free(cert, nr);
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	}
	for (size_t i = 0; i < nr; i++) {
		all[certs->nr] = cert[i];
		file[certs->nr++] = f->name;
	}
	/* what they point to is the list's now */
	free(cert);
	return 0;
}

static void warn_of(struct cli *cli, const char *file)
{
	char text[700], name[512];

	snprintf(text, sizeof(text), "%s: nothing of a chain of certificates: left out",
		 text_escape(file, name, sizeof(name)));
	report_warning(cli, text);
}

/* A table for guests with its certificates; -ENODATA: it is none, or has none */
static int parse_table(struct cli *cli, struct chain_certs *certs, const struct chain_file *f)
{
	struct sevadm_table_entry entry[TABLE_ENTRIES];
	struct sevadm_failure failure;
	struct sevadm_x509 *cert;
	size_t nr = 0, nr_certs, found = 0;
	char name[512];
	int code = 0;

	if (sevadm_table_parse(f->data, f->size, entry, TABLE_ENTRIES, &nr))
		return -ENODATA;
	for (size_t i = 0; i < nr && !code; i++) {
		if (!entry[i].name || !entry[i].data || !strcmp(entry[i].name, "Google platform info"))
			continue;
		found++;
		if (sevadm_x509_read(entry[i].data, entry[i].length, &cert, &nr_certs, &failure)) {
			sevadm_x509_free(cert, nr_certs);
			return report_error(cli, failure.kind, NULL, "%s: the table's %s: %s",
					    text_escape(f->name, name, sizeof(name)), entry[i].name,
					    failure.message);
		}
		code = join(cli, certs, f, cert, nr_certs);
	}
	return found ? code : -ENODATA;
}

static int parse_file(struct cli *cli, struct chain_certs *certs, const struct chain_file *f)
{
	struct sevadm_failure failure;
	struct sevadm_x509 *cert;
	char name[512];
	size_t nr;
	int ret;

	if (!f->data) {
		warn_of(cli, f->name);
		return 0;
	}
	ret = sevadm_x509_read(f->data, f->size, &cert, &nr, &failure);
	if (!ret)
		return join(cli, certs, f, cert, nr);
	sevadm_x509_free(cert, nr);
	if (ret == -ENODATA) {
		int code = parse_table(cli, certs, f);

		if (code != -ENODATA)
			return code;
	}
	if (ret == -ENODATA && f->of_directory) {
		warn_of(cli, f->name);
		return 0;
	}
	return report_error(cli, failure.kind, "Give certificates as PEM or DER, whole.", "%s: %s",
			    text_escape(f->name, name, sizeof(name)), failure.message);
}

int chain_load(struct cli *cli, const struct chain_paths *paths, struct chain_certs *certs)
{
	int code = 0;

	*certs = (struct chain_certs){ .files = calloc(FILES_MAX, sizeof(*certs->files)) };
	if (!certs->files)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	for (size_t i = 0; i < paths->nr && !code; i++)
		code = add_path(cli, certs, paths->path[i]);
	return code;
}

int chain_parse(struct cli *cli, struct chain_certs *certs)
{
	int code = chain_drop_privileges(cli);

	for (size_t i = 0; i < certs->nr_files && !code; i++)
		code = parse_file(cli, certs, &certs->files[i]);
	if (!code && !certs->nr)
		code = report_error(cli, SEVADM_NO, NULL, "there is no certificate");
	return code;
}

void chain_free(struct chain_certs *certs)
{
	sevadm_x509_free(certs->cert, certs->nr);
	free(certs->file);
	for (size_t i = 0; i < certs->nr_files; i++) {
		free(certs->files[i].name);
		free(certs->files[i].data);
	}
	free(certs->files);
}
