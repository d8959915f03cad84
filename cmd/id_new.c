// SPDX-License-Identifier: GPL-2.0-or-later
/* ID blocks of SNP guests are made, and vouched for, offline */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/commands.h"
#include "cmd/id.h"
#include "cmd/measure.h"
#include "lib/util/cleanup.h"
#include "lib/util/file_set.h"
#include "lib/util/text.h"

/* Keys of the options; cert_encoding_argp has its own */
enum {
	KEY_DIGEST = 0x300, KEY_FAMILY, KEY_IMAGE, KEY_SVN, KEY_POLICY,
	KEY_ID, KEY_NEW_ID, KEY_AUTHOR, KEY_NEW_AUTHOR,
};

#define POLICY_SMT	(1ULL << 16)
#define POLICY_ONE	(1ULL << 17)	/* reserved, and has to be set */
#define POLICY_DEBUG	(1ULL << 19)

static const struct argp_child encoding_children[] = { { .argp = &cert_encoding_argp }, { 0 } };

/* ------------------------------------------------------------------- block */

struct block_options {
	struct cert_form form;
	struct sevadm_id_block block;
	const char *file;
	bool has_digest;
};

static const struct argp_option block_list[] = {
	{ "digest", KEY_DIGEST, "HEX", 0, "The guest's launch digest, which `measure` calculates", 0 },
	{ "family-id", KEY_FAMILY, "HEX", 0, "Of the owner's guests, 16 bytes (default: zeros)", 0 },
	{ "image-id", KEY_IMAGE, "HEX", 0, "Of this image, 16 bytes (default: zeros)", 0 },
	{ "guest-svn", KEY_SVN, "NUMBER", 0, "Security version of this image (default: 0)", 0 },
	{ "policy", KEY_POLICY, "NUMBER", 0, "That the guest is launched with (default: 0x30000)", 0 },
	{ 0 }
};

static void take_bytes(struct argp_state *state, const char *option, const char *arg, uint8_t *out,
		       size_t size)
{
	if (!measure_bytes(arg, out, size))
		argp_error(state, "%s has to be %zu bytes in hexadecimal or base64", option, size);
}

static uint64_t take_number(struct argp_state *state, const char *option, const char *arg,
			    uint64_t max)
{
	uint64_t value = 0;

	if (text_u64(arg, max, &value))
		argp_error(state, "%s has to be a number up to %#llx", option, (unsigned long long)max);
	return value;
}

static error_t parse_block(int key, char *arg, struct argp_state *state)
{
	struct block_options *o = state->input;
	struct sevadm_id_block *b = &o->block;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->form;
		b->policy = POLICY_SMT | POLICY_ONE;
		b->version = 1;
		return 0;
	case KEY_DIGEST:
		take_bytes(state, "--digest", arg, b->launch_digest, sizeof(b->launch_digest));
		o->has_digest = true;
		return 0;
	case KEY_FAMILY:
		take_bytes(state, "--family-id", arg, b->family_id, sizeof(b->family_id));
		return 0;
	case KEY_IMAGE:
		take_bytes(state, "--image-id", arg, b->image_id, sizeof(b->image_id));
		return 0;
	case KEY_SVN:
		b->guest_svn = (uint32_t)take_number(state, "--guest-svn", arg, UINT32_MAX);
		return 0;
	case KEY_POLICY:
		b->policy = take_number(state, "--policy", arg, UINT64_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file || !*o->file || !o->has_digest)
			argp_error(state, "name the file that is to hold it, and the guest's launch digest "
				   "with --digest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp block_argp = {
	.options = block_list, .parser = parse_block, .args_doc = "FILE", .children = encoding_children,
	.doc = "Write an id block: what the owner says of an SNP guest, of 96 bytes.  The firmware "
	       "launches no other guest with it, once `id auth` has vouched for it.",
};

/**
 * struct outputs - files that are written together
 * @what, @encoding: of each, for the result
 * @bytes:	to be wiped and freed
 */
struct outputs {
	struct file_new file[3];
	const char *what[3], *encoding[3];
	char *bytes[3];
	size_t nr;
};

static void outputs_free(struct outputs *o)
{
	for (size_t i = 0; i < o->nr; i++) {
		explicit_bzero(o->bytes[i], o->file[i].size);
		free(o->bytes[i]);
	}
}

/* Takes @bytes over */
static void outputs_add(struct outputs *o, const char *path, const char *what, const char *encoding,
			char *bytes, size_t size)
{
	bool key = !strcmp(encoding, "PEM");

	o->file[o->nr] = (struct file_new){ .path = path, .data = bytes, .size = size, .mode = 0600,
					    .keep = key };
	o->what[o->nr] = what;
	o->encoding[o->nr] = encoding;
	o->bytes[o->nr++] = bytes;
}

static int outputs_encode(struct cli *cli, struct outputs *o, const char *path, const char *what,
			  const struct cert_form *form, const uint8_t *data, size_t size)
{
	const char *encoding = form->encoding ? form->encoding : "binary";
	uint8_t *text;
	size_t nr;

	if (sevadm_bytes_encode(data, size, encoding, &text, &nr))
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	outputs_add(o, path, what, encoding, (char *)text, nr);
	return 0;
}

static int outputs_write(struct cli *cli, const struct outputs *o)
{
	size_t failed = 0;
	int ret = cli->dry_run ? 0 : file_write_set(o->file, o->nr, &failed);
	char name[512];

	if (ret == -EEXIST)
		return report_error(cli, SEVADM_FAILED, "Take another file for the new key.", "%s is there "
				    "already, and a private key is written over nothing",
				    text_escape(o->file[failed].path, name, sizeof(name)));
	return ret ? cert_cannot_write(cli, o->file[failed].path, -ret) : 0;
}

static void outputs_show(struct cli *cli, const struct outputs *o)
{
	cert_written_begin(cli);
	for (size_t i = 0; i < o->nr; i++)
		cert_written(cli, o->file[i].path, o->what[i], o->encoding[i], o->file[i].size);
	cert_written_end(cli);
}

static int run_block(struct cli *cli, const void *options)
{
	const struct block_options *o = options;
	uint8_t bytes[SEVADM_ID_BLOCK_SIZE];
	struct outputs files = { .nr = 0 };
	int code;

	if (!(o->block.policy & POLICY_ONE))
		report_warning(cli, "without bit 17 of --policy no SNP guest can be launched");
	if (o->block.policy & POLICY_DEBUG)
		report_warning(cli, "with bit 19 of --policy the host can read and write the guest's memory");
	sevadm_id_block_encode(&o->block, bytes);
	code = outputs_encode(cli, &files, o->file, "id block", &o->form, bytes, sizeof(bytes));
	if (!code)
		code = outputs_write(cli, &files);
	if (!code) {
		id_show_block(cli, bytes);
		outputs_show(cli, &files);
	}
	outputs_free(&files);
	return code ? code : report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}

/* -------------------------------------------------------------------- auth */

/**
 * struct auth_options - who is to vouch
 * @key:	files of the id key and of the author's, NULL without one
 * @make:	it is to be made and written there
 */
struct auth_options {
	struct cert_form form;
	const char *block, *auth, *key[2];
	bool make[2];
};

static const struct argp_option auth_list[] = {
	{ "id-key", KEY_ID, "FILE", 0, "Private key that signs the id block, on P-384", 0 },
	{ "new-id-key", KEY_NEW_ID, "FILE", 0, "Make one, and write it there", 0 },
	{ "author-key", KEY_AUTHOR, "FILE", 0, "Private key that signs the id key, on P-384", 0 },
	{ "new-author-key", KEY_NEW_AUTHOR, "FILE", 0, "Make one, and write it there", 0 },
	{ 0 }
};

static void take_key(struct argp_state *state, struct auth_options *o, int which, bool make,
		     const char *file)
{
	if (o->key[which])
		argp_error(state, "%s key: one of them, in a file or new", which ? "an author" : "an id");
	if (!*file)
		argp_error(state, "name a file for the %s key", which ? "author" : "id");
	o->key[which] = file;
	o->make[which] = make;
}

static void check_auth(struct argp_state *state, const struct auth_options *o)
{
	if (!o->auth || !*o->auth)
		argp_error(state, "name the file with the id block, and one for the id authentication");
	if (!o->key[0])
		argp_error(state, "name the key that vouches with --id-key, or say with --new-id-key where a "
			   "new one is to go");
	for (int i = 0; i < 2; i++)
		if (o->make[i] && (!strcmp(o->key[i], o->auth) || (o->key[!i] && !strcmp(o->key[0], o->key[1]))))
			argp_error(state, "a new key wants a file of its own");
}

static error_t parse_auth(int key, char *arg, struct argp_state *state)
{
	struct auth_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->form;
		return 0;
	case KEY_ID:
	case KEY_NEW_ID:
		take_key(state, o, 0, key == KEY_NEW_ID, arg);
		return 0;
	case KEY_AUTHOR:
	case KEY_NEW_AUTHOR:
		take_key(state, o, 1, key == KEY_NEW_AUTHOR, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "two files only: the id block and the id authentication");
		*(state->arg_num ? &o->auth : &o->block) = arg;
		return 0;
	case ARGP_KEY_END:
		check_auth(state, o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp auth_argp = {
	.options = auth_list, .parser = parse_auth, .args_doc = "BLOCK AUTH",
	.children = encoding_children,
	.doc = "Vouch for the id block in the file BLOCK: write id authentication, of 4096 bytes, to the "
	       "file AUTH.",
};

static int make_key(struct cli *cli, const char *file, const char *what, struct outputs *files,
		    struct sevadm_private_key **key)
{
	struct sevadm_failure failure;
	char *pem;
	size_t size;

	if (sevadm_private_key_new(384, key, &failure) ||
	    sevadm_private_key_pem(*key, &pem, &size, &failure))
		return report_error(cli, failure.kind, NULL, "%s", failure.message);
	outputs_add(files, file, what, "PEM", pem, size);
	return 0;
}

/* New ones come first: without them the rest is worth nothing */
static int take_keys(struct cli *cli, const struct auth_options *o, struct outputs *files,
		     struct sevadm_private_key *key[2])
{
	static const char *const what[] = { "id key", "author key" };
	int code = 0;

	for (int i = 0; i < 2 && !code; i++) {
		if (!o->key[i])
			continue;
		code = o->make[i] ? make_key(cli, o->key[i], what[i], files, &key[i]) :
		       oca_read_key(cli, o->key[i], &key[i]);
	}
	return code;
}

/* What QEMU is told, to be freed; NULL: no memory */
static char *qemu_words(const uint8_t *block, const uint8_t *auth, bool author)
{
	_cleanup_free_ uint8_t *block_text = NULL;
	_cleanup_free_ uint8_t *auth_text = NULL;
	struct sevadm_id_block b;
	size_t size, auth_size;
	char *line;

	if (sevadm_bytes_encode(block, SEVADM_ID_BLOCK_SIZE, "base64", &block_text, &size) ||
	    sevadm_bytes_encode(auth, SEVADM_ID_AUTH_SIZE, "base64", &auth_text, &auth_size))
		return NULL;
	sevadm_id_block_decode(block, &b);
	/* without the ends of lines */
	if (asprintf(&line, "-object sev-snp-guest,id=sev0,policy=0x%llx,%sid-block=%.*s,id-auth=%.*s",
		     (unsigned long long)b.policy, author ? "author-key-enabled=on," : "",
		     (int)size - 1, (char *)block_text, (int)auth_size - 1, (char *)auth_text) < 0)
		return NULL;
	return line;
}

struct qemu_view {
	const char *line;
};

/* For people a line of its own, that can be copied */
static const struct out_row qemu_rows[] = {
	OUT_ROW(struct qemu_view, "object", NULL, OUT_STRING, line),
	OUT_END
};

static int vouch(struct cli *cli, const struct auth_options *o, const uint8_t *block,
		 struct sevadm_private_key *const key[2], struct outputs *files)
{
	_cleanup_free_ char *line = NULL;
	uint8_t auth[SEVADM_ID_AUTH_SIZE];
	struct sevadm_failure failure;
	int code;

	if (sevadm_id_auth_new(block, key[0], key[1], auth, &failure))
		return report_error(cli, failure.kind, NULL, "%s", failure.message);
	/* it has to be good for the firmware: also where the block is not ours */
	if (sevadm_id_verify(block, auth, key[1], &failure))
		return measure_failure(cli, o->block, &failure);
	line = qemu_words(block, auth, key[1]);
	if (!line)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	code = outputs_encode(cli, files, o->auth, "id authentication", &o->form, auth, sizeof(auth));
	if (!code)
		code = outputs_write(cli, files);
	if (!code)
		code = id_show_auth(cli, auth, "good");
	if (code)
		return code;
	outputs_show(cli, files);
	if (out_mode(cli->out) != OUT_TEXT)
		out_object(cli->out, "qemu", NULL, qemu_rows, &(struct qemu_view){ line });
	out_text(cli->out, "%s\n", line);
	return 0;
}

static int run_auth(struct cli *cli, const void *options)
{
	const struct auth_options *o = options;
	struct sevadm_private_key *key[2] = { NULL, NULL };
	struct outputs files = { .nr = 0 };
	struct id_files in = { .has_block = false };
	int code = id_read(cli, o->block, &in);

	if (!code && !in.has_block)
		code = report_error(cli, SEVADM_NO, NULL, "there is id authentication where the id block "
				    "should be");
	if (!code)
		code = take_keys(cli, o, &files, key);
	if (!code)
		code = vouch(cli, o, in.block, key, &files);
	for (int i = 0; i < 2; i++)
		sevadm_private_key_free(key[i]);
	outputs_free(&files);
	if (code)
		return code;
	return report_done(cli, cli->dry_run ? "Nothing was changed" : o->make[0] || o->make[1] ?
			   "Keep the private keys where nobody else reads them" : "");
}

static const struct arg_words words[] = {
	{ "BLOCK", "FILE" }, { "AUTH", "FILE" }, { 0 }
};

const struct command cmd_id_auth = {
	.name = "id auth",
	.summary = "Vouch for an id block of an SNP guest",
	.argp = &auth_argp,
	.options_size = sizeof(struct auth_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_auth,
};

const struct command cmd_id_block = {
	.name = "id block",
	.summary = "Write an id block of an SNP guest",
	.argp = &block_argp,
	.options_size = sizeof(struct block_options),
	.flags = CMD_OFFLINE | CMD_ALTERS | CMD_DRY_RUN,
	.words = words,
	.run = run_block,
};
