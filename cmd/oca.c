// SPDX-License-Identifier: GPL-2.0-or-later
/* An owner's certificate authority, offline: its key and certificate, and the PEK it signs */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/file_set.h"

enum { KEY_CURVE = 0x200, KEY_FORM };

/* A private key of 4096 bits as PEM is shorter */
#define KEY_FILE_MAX	4000

static int wrong_key(struct cli *cli, const char *file, const struct sevadm_failure *failure)
{
	return report_error(cli, failure->kind, failure->err == ENOKEY ?
			    "openssl pkey -in FILE -out PLAIN decrypts it." : NULL, "%.512s: %s", file,
			    failure->message);
}

int oca_read_key(struct cli *cli, const char *file, struct sevadm_private_key **key)
{
	struct sevadm_failure failure;
	char *text = NULL;
	size_t size = 0;
	int ret = file_read_all(file, KEY_FILE_MAX, &text, &size), code = 0;

	*key = NULL;
	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: this is no private key: it has more "
				    "than %d bytes", file, KEY_FILE_MAX);
	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
				    "read %.512s: %s (%s)", file, strerror(-ret), strerrorname_np(-ret));
	if (sevadm_private_key_read(text, size, key, &failure))
		code = wrong_key(cli, file, &failure);
	explicit_bzero(text, size);
	free(text);
	return code;
}

/* --------------------------------------------------------------------- oca new */

struct new_options {
	const char *cert, *key;
	unsigned int bits;
	bool der;
};

static const struct argp_option new_list[] = {
	{ "curve", KEY_CURVE, "P-384|P-256", 0, "Of the key; P-384 if not said, as others' tools want" },
	{ "key-form", KEY_FORM, "pem|der", 0, "Of the private key's file; pem if not said, der for sevctl" },
	{ 0 }
};

static error_t parse_new(int key, char *arg, struct argp_state *state)
{
	struct new_options *o = state->input;

	switch (key) {
	case KEY_CURVE:
		if (strcmp(arg, "P-384") && strcmp(arg, "P-256"))
			argp_error(state, "--curve takes P-384 or P-256, not '%s'", arg);
		o->bits = arg[2] == '3' ? 384 : 256;
		return 0;
	case KEY_FORM:
		if (strcmp(arg, "pem") && strcmp(arg, "der"))
			argp_error(state, "--key-form takes pem or der, not '%s'", arg);
		o->der = !strcmp(arg, "der");
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "two files only: the certificate and the private key");
		*(state->arg_num ? &o->key : &o->cert) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->key)
			argp_error(state, "name a file for the certificate and one for the private key");
		if (!strcmp(o->key, o->cert))
			argp_error(state, "the certificate and the private key want a file each");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp new_argp = {
	.options = new_list, .parser = parse_new, .args_doc = "CERT KEY",
	.doc = "Make an owner's certificate authority (OCA): a private key and the "
	       "certificate that it signed for itself.",
};

static int write_new(struct cli *cli, const struct new_options *o, const uint8_t *cert,
		     const char *key, size_t size)
{
	/* the key first: a certificate without it is worth nothing */
	const struct file_new files[] = {
		{ .path = o->key, .data = key, .size = size, .mode = 0600, .keep = true },
		{ .path = o->cert, .data = cert, .size = SEVADM_CERT_SIZE, .mode = 0600, .keep = true },
	};
	size_t failed = 0;
	int ret = 0;

	if (!cli->dry_run)
		ret = file_write_set(files, 2, &failed);
	if (ret)
		return cert_cannot_write(cli, files[failed].path, -ret);
	cert_written_begin(cli);
	cert_written(cli, o->cert, "OCA", "binary", SEVADM_CERT_SIZE);
	cert_written(cli, o->key, "private key", o->der ? "DER" : "PEM", size);
	cert_written_end(cli);
	return report_done(cli, cli->dry_run ? "Nothing was changed" :
			   "Keep the private key where nobody else reads it");
}

static int run_new(struct cli *cli, const void *options)
{
	const struct new_options *o = options;
	struct sevadm_private_key *key = NULL;
	uint8_t cert[SEVADM_CERT_SIZE];
	struct sevadm_failure failure;
	char *file = NULL;
	size_t size = 0;
	int ret, code;

	ret = sevadm_private_key_new(o->bits ? o->bits : 384, &key, &failure);
	if (!ret)
		ret = sevadm_oca_new(key, cert, &failure);
	if (!ret)
		ret = o->der ? sevadm_private_key_der(key, &file, &size, &failure) :
		      sevadm_private_key_pem(key, &file, &size, &failure);
	code = ret ? report_error(cli, failure.kind, NULL, "%s", failure.message) :
	       write_new(cli, o, cert, file, size);
	if (file)
		explicit_bzero(file, size);
	free(file);
	sevadm_private_key_free(key);
	return code;
}

/* -------------------------------------------------------------------- csr sign */

struct sign_options {
	const char *files[4];
	size_t nr;
	struct cert_form form;
};

static error_t parse_sign(int key, char *arg, struct argp_state *state)
{
	struct sign_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->form;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr == 4)
			argp_error(state, "four files only: CSR, OCA, KEY, SIGNED");
		o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->nr < 4)
			argp_error(state, "name the CSR, the OCA's certificate, its private key, and a "
				   "file for the PEK that is signed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child sign_children[] = { { .argp = &cert_encoding_argp }, { 0 } };
static const struct argp sign_argp = {
	.parser = parse_sign, .args_doc = "CSR OCA KEY SIGNED", .children = sign_children,
	.doc = "Sign a platform's PEK, as `sevadm pek csr` wrote it, with the private key of an "
	       "owner's certificate authority (OCA).",
};

static int write_signed(struct cli *cli, const struct sign_options *o, const uint8_t *bytes)
{
	const struct sevadm_cert *sorted[CERT_KINDS] = { NULL };
	struct sevadm_failure failure;
	struct sevadm_cert cert;
	size_t nr;
	int code;

	if (sevadm_cert_parse(bytes, SEVADM_CERT_SIZE, &cert, 1, &nr, &failure))
		return report_error(cli, failure.kind, NULL, "%s", failure.message);
	sorted[cert_kind(&cert)] = &cert;
	code = cert_write(cli, sorted, &o->form, o->files[3]);
	return code ? code : report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

static int run_sign(struct cli *cli, const void *options)
{
	const struct sign_options *o = options;
	struct certs *csr = NULL, *oca = NULL;
	struct sevadm_private_key *key = NULL;
	uint8_t bytes[SEVADM_CERT_SIZE];
	struct sevadm_failure failure;
	int code = certs_read_one(cli, o->files[0], "PEK", &csr);

	if (!code)
		code = certs_read_one(cli, o->files[1], "OCA", &oca);
	if (!code)
		code = oca_read_key(cli, o->files[2], &key);
	if (!code && sevadm_csr_sign(csr->cert, oca->cert, key, bytes, &failure))
		code = report_error(cli, failure.kind, NULL, "%s", failure.message);
	if (!code)
		code = write_signed(cli, o, bytes);
	sevadm_private_key_free(key);
	certs_free(oca);
	certs_free(csr);
	return code;
}

static const struct arg_words words[] = {
	{ "CERT", "FILE" }, { "KEY", "FILE" }, { "CSR", "FILE" }, { "OCA", "FILE" },
	{ "SIGNED", "FILE" },
	{ 0 }
};

const struct command cmd_oca_new = {
	.name = "oca new",
	.summary = "Make an owner's certificate authority",
	.argp = &new_argp,
	.options_size = sizeof(struct new_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_new,
};

const struct command cmd_csr_sign = {
	.name = "csr sign",
	.summary = "Sign a platform's PEK as its owner",
	.argp = &sign_argp,
	.options_size = sizeof(struct sign_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_sign,
};
