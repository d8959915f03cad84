/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates of chips: what the commands that read them share */
#ifndef CMD_CERTS_H
#define CMD_CERTS_H

#include "cmd/cli.h"

#define CHAIN_PATHS	32

/* What was named on the command line */
struct chain_paths {
	const char *path[CHAIN_PATHS + 1];	/* and one that an option names */
	size_t nr;
};

/**
 * struct chain_certs - certificates, and the file that each is from
 * @cert, @file: @nr of each; a name can stand for several certificates
 * @files, @nr_files: what was read
 */
struct chain_certs {
	struct sevadm_x509 *cert;
	const char **file;
	size_t nr;
	struct chain_file *files;
	size_t nr_files;
};

/* ---- certs_files.c */

/**
 * chain_load - read the files, and the files of the directories
 * @cli:	the command's
 * @paths:	their names
 * @certs:	result, for chain_free() also on failure
 * Return: the exit code, with a failure reported
 */
int chain_load(struct cli *cli, const struct chain_paths *paths, struct chain_certs *certs);

/**
 * chain_parse - what they hold, once the privileges are gone: others wrote it
 * @cli:	the command's
 * @certs:	of chain_load()
 * Return: the exit code, with a failure reported.  A file of a directory that has nothing of the
 * kind is warned of, one that was named by itself is a failure
 */
int chain_parse(struct cli *cli, struct chain_certs *certs);
void chain_free(struct chain_certs *certs);

/* A file with a failure reported: the exit code.  @data is to be freed */
int chain_read_bytes(struct cli *cli, const char *file, char **data, size_t *size);
/* No more privileges than a user's: the exit code */
int chain_drop_privileges(struct cli *cli);
int chain_cannot(struct cli *cli, const char *what, const char *file, int err);

/* ---- certs_options.c */

/* A time in seconds since 1970, RFC 3339, or a day, which begins in Greenwich; argp answers for others */
int64_t certs_take_time(const char *arg, struct argp_state *state);
/* One more of @paths; argp answers where there are too many */
void certs_take_path(const char *arg, struct argp_state *state, struct chain_paths *paths);
/* The one ARK that --root has to be, among what was read of @file: exit code */
int certs_find_root(struct cli *cli, const char *file, const struct chain_certs *certs,
		    const struct sevadm_x509 **root);

/* ---- certs_view.c */

/* A list "certificates" of @cert, each with the name of where it is from */
void certs_show_list(struct cli *cli, const struct sevadm_x509 *cert, const char *const *from,
		     size_t nr);
/* What those of chips and providers say of these, as "vcek" and "vlek" */
void certs_show_chips(struct cli *cli, const struct sevadm_x509 *cert, size_t nr);
/* Seconds since 1970 as RFC 3339 has them, to be printed */
const char *certs_time(int64_t seconds, char *buf, size_t size);

/* ---- certs.c */

#define TABLE_ENTRIES	64

/* A table for guests, @data to be freed; the entries point into it */
struct table {
	char *data;
	size_t size, nr;
	struct sevadm_table_entry entry[TABLE_ENTRIES];
};

/* Read and taken apart, privileges given up in between: the exit code */
int table_load(struct cli *cli, const char *file, struct table *t);
/* A list "entries" */
void table_show(struct cli *cli, const struct table *t);
/* A list "table_faults"; how many there are */
unsigned int table_lint(struct cli *cli, const struct table *t);

/* What is in it, a file each in @dir: the exit code, with a failure reported */
int table_write_files(struct cli *cli, const struct table *t, const char *dir, bool pem);

#endif
