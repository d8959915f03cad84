/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_CERT_FILES_H
#define CMD_CERT_FILES_H

#include "cmd/cli.h"

#define CERT_FILES_MAX	16	/* at a time */
#define CERTS_MAX	32	/* in all of them */

/**
 * struct certs - certificates, and the bytes and the file that each is from
 * @cert:	they point into @bytes
 * @file, @encoding: of each
 * @bytes:	of each file
 */
struct certs {
	struct sevadm_cert cert[CERTS_MAX];
	const char *file[CERTS_MAX], *encoding[CERTS_MAX];
	uint8_t *bytes[CERT_FILES_MAX];
	size_t nr, nr_files;
};

/* Exit code; what could be read is in @certs even if the rest could not */
int certs_read(struct cli *cli, const char *const *files, size_t nr, struct certs **certs);
/* A file with one certificate of that usage; @what names it in a refusal: exit code */
int certs_read_one(struct cli *cli, const char *file, const char *usage, struct certs **certs);
/* NULL is none */
void certs_free(struct certs *certs);

/* ---- cert.c */

/* Those of @names, NULL: all, as a member of the result; the first of them that fails, or NULL */
const struct sevadm_cert_link *cert_show_links(struct cli *cli, const struct sevadm_cert_chain *chain,
					       const char *const *names, size_t nr);

/* ---- cert_write.c */

/* PDH, PEK, OCA, CEK, ASK, ARK: the order of files, and what a set of them is named by */
#define CERT_KINDS	6
extern const char *const cert_kinds[CERT_KINDS];
/* -1: it is none of them */
int cert_kind(const struct sevadm_cert *cert);

/* --encoding=binary|hex|base64 and --only=NAME[,NAME...]; the input is a struct cert_form */
extern const struct argp cert_form_argp;
/* The former alone, for what is one certificate */
extern const struct argp cert_encoding_argp;
extern const struct arg_words cert_form_words[];

/**
 * struct cert_form - how certificates are written
 * @encoding:	NULL: binary
 * @only:	bits of cert_kinds; 0: all
 */
struct cert_form {
	const char *encoding;
	unsigned int only;
};

/**
 * cert_write - into one file, in the order of files, or into a directory, each its own
 * @cli:	with --dry-run nothing is written
 * @cert:	by kind; NULL where there is none
 * @form:	how
 * @dest:	a directory takes pdh.cert, pek.cert, ...
 * Return: exit code.  What was, or would be, written is a member of the result
 */
int cert_write(struct cli *cli, const struct sevadm_cert *const cert[CERT_KINDS],
	       const struct cert_form *form, const char *dest);

/* A file that could not be written: exit code */
int cert_cannot_write(struct cli *cli, const char *file, int err);

/* What was written, for the result: a list of them, from here to the end */
void cert_written_begin(struct cli *cli);
void cert_written(struct cli *cli, const char *file, const char *what, const char *encoding,
		  size_t size);
void cert_written_end(struct cli *cli);

/* ---- oca.c */

/* A private key out of a file, which is wiped from where it was read to: exit code */
int oca_read_key(struct cli *cli, const char *file, struct sevadm_private_key **key);

#endif
