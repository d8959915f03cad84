/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include "cmd/cert_files.h"
#include "cmd/cli.h"

/**
 * struct keys_options - what commands about a platform's keys have in common
 * @init:	--init
 * @form:	how files are written
 * @files:	arguments, in their order
 * @full:	--full
 * @cek, @ca:	--cek, --ca
 */
struct keys_options {
	bool init, full;
	struct cert_form form;
	const char *files[2], *cek, *ca[2];
	size_t nr, nr_ca;
};

/* --init; the input is a struct keys_options */
extern const struct argp keys_init_argp;
/* The same, and --encoding */
extern const struct argp keys_file_argp;
/* For the types of their arguments */
extern const struct arg_words keys_words[];

/* For flags_of(): to bring SEV up the device is opened for writing */
unsigned int keys_flags_of(const void *options);

/* SEVADM_KEYS_* that follow from the command line */
unsigned int keys_flags(const struct cli *cli, const struct keys_options *o);

/* Arguments: exactly @nr, or a complaint with @what */
error_t keys_parse_files(int key, char *arg, struct argp_state *state, size_t nr, const char *what);

/* State, owner, and SHA-256 of each key, as a member of the result */
void keys_show(struct cli *cli, const char *key, const char *title, const struct sevadm_keys *keys);

/**
 * keys_change - what is, the question, the change, and what is then
 * @cli:	invocation
 * @question:	what is lost, for confirm()
 * @change:	does it
 * @arg:	for it
 * Return: exit code
 */
int keys_change(struct cli *cli, const char *question,
		int (*change)(struct cli *cli, const void *arg, struct sevadm_run *run),
		const void *arg);

/* An end for the log where a file was refused: @code again */
int keys_not_begun(struct cli *cli, int code);
/* What the firmware was asked for went well: into log and result, before files are written */
void keys_members(struct cli *cli, struct sevadm_run *run);

/* The certificates of @keys that @form wants, into @dest, as the end of a command: exit code */
int keys_export(struct cli *cli, const struct keys_options *o, unsigned int only);

#endif
