// SPDX-License-Identifier: GPL-2.0-or-later
/* ID blocks of SNP guests, and who vouches for them, offline: what is in them, and digests */
#include "cmd/id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"
#include "lib/util/text.h"

/* Of ID authentication in hexadecimal, with lines; and more than any key */
#define FILE_MAX	16384

/* ------------------------------------------------------------------- files */

/* What has the size of one of the two is that, else as the text says */
static int decode(const char *data, size_t size, uint8_t **bytes, size_t *nr)
{
	const char *encoding;

	if (size != SEVADM_ID_BLOCK_SIZE && size != SEVADM_ID_AUTH_SIZE)
		return sevadm_bytes_decode(data, size, bytes, nr, &encoding);
	*bytes = malloc(size);
	if (!*bytes)
		return -ENOMEM;
	memcpy(*bytes, data, size);
	*nr = size;
	return 0;
}

int id_read(struct cli *cli, const char *file, struct id_files *f)
{
	char name[512], *data = NULL;
	uint8_t *bytes = NULL;
	size_t size, nr = 0;
	int code = measure_read_file(cli, file, FILE_MAX, &data, &size);

	if (code)
		return code;
	text_escape(file, name, sizeof(name));
	if (decode(data, size, &bytes, &nr))
		code = report_error(cli, SEVADM_FAILED, NULL, "no memory");
	else if (nr == SEVADM_ID_BLOCK_SIZE && !f->has_block)
		memcpy(f->block, bytes, nr), f->has_block = true;
	else if (nr == SEVADM_ID_AUTH_SIZE && !f->has_auth)
		memcpy(f->auth, bytes, nr), f->has_auth = true;
	else if (nr == SEVADM_ID_BLOCK_SIZE || nr == SEVADM_ID_AUTH_SIZE)
		code = report_error(cli, SEVADM_NO, NULL, "%s: a second id %s, and one is enough", name,
				    nr == SEVADM_ID_BLOCK_SIZE ? "block" : "authentication");
	else
		code = report_error(cli, SEVADM_NO, NULL, "%s: neither an id block, of %d bytes, nor id "
				    "authentication, of %d: it has %zu", name, SEVADM_ID_BLOCK_SIZE,
				    SEVADM_ID_AUTH_SIZE, nr);
	free(bytes);
	free(data);
	return code;
}

/* -------------------------------------------------------------------- show */

struct block_view {
	char digest[2 * SEVADM_SNP_DIGEST_SIZE + 1], family[33], image[33], policy_text[128];
	uint32_t version, svn;
	uint64_t policy;
};

#define V struct block_view
static const struct out_row block_rows[] = {
	OUT_ROW(V, "launch_digest", "Launch digest", OUT_CHARS, digest),
	OUT_ROW(V, "family_id", "Family id", OUT_CHARS, family),
	OUT_ROW(V, "image_id", "Image id", OUT_CHARS, image),
	OUT_ROW(V, "version", "Version", OUT_U32, version),
	OUT_ROW(V, "guest_svn", "Guest SVN", OUT_U32, svn),
	OUT_ROW(V, "policy", "Policy", OUT_HEX64, policy),
	OUT_ROW(V, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	OUT_END
};
#undef V

void id_show_block(struct cli *cli, const uint8_t *bytes)
{
	struct sevadm_id_block b;
	struct block_view v;

	sevadm_id_block_decode(bytes, &b);
	v.version = b.version;
	v.svn = b.guest_svn;
	v.policy = b.policy;
	text_hex(v.digest, b.launch_digest, sizeof(b.launch_digest));
	text_hex(v.family, b.family_id, sizeof(b.family_id));
	text_hex(v.image, b.image_id, sizeof(b.image_id));
	sevadm_policy_text(SEVADM_GUEST_SNP, b.policy, v.policy_text, sizeof(v.policy_text));
	out_object(cli->out, "id_block", "ID block", block_rows, &v);
}

struct auth_view {
	uint32_t id_algorithm, author_algorithm, id_curve, author_curve;
	char id_key[2 * SEVADM_SNP_DIGEST_SIZE + 1], author_key[2 * SEVADM_SNP_DIGEST_SIZE + 1];
	const char *verdict;
	bool has_author, reserved;
};

#define V struct auth_view
static const struct out_row auth_rows[] = {
	OUT_ROW(V, "id_algorithm", "ID key, algorithm", OUT_U32, id_algorithm),
	OUT_ROW(V, "id_curve", "ID key, curve", OUT_U32, id_curve),
	OUT_ROW(V, "id_key_digest", "ID key, digest", OUT_CHARS, id_key),
	OUT_ROW(V, "author_key_enabled", "Author key", OUT_BOOL, has_author),
	OUT_ROW_WHEN(V, "author_algorithm", "Author key, algorithm", OUT_U32, author_algorithm,
		     has_author),
	OUT_ROW_WHEN(V, "author_curve", "Author key, curve", OUT_U32, author_curve, has_author),
	OUT_ROW(V, "author_key_digest", "Author key, digest", OUT_CHARS, author_key),
	OUT_ROW(V, "reserved", "Reserved bytes set", OUT_BOOL, reserved),
	OUT_ROW(V, "signatures", "Signatures", OUT_STRING, verdict),
	OUT_END
};
#undef V

int id_show_auth(struct cli *cli, const uint8_t *bytes, const char *verdict)
{
	struct sevadm_id_auth a;
	struct auth_view v = { .verdict = verdict };

	if (sevadm_id_auth_decode(bytes, &a))
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate a digest");
	v.id_algorithm = a.id_algorithm;
	v.author_algorithm = a.author_algorithm;
	v.id_curve = a.id_curve;
	v.author_curve = a.author_curve;
	v.has_author = a.has_author;
	v.reserved = a.reserved;
	text_hex(v.id_key, a.id_key_digest, sizeof(a.id_key_digest));
	if (a.has_author)
		text_hex(v.author_key, a.author_key_digest, sizeof(a.author_key_digest));
	out_object(cli->out, "id_auth", "ID authentication", auth_rows, &v);
	return 0;
}

enum { KEY_DIGEST = 0x200 };

struct show_options {
	const char *files[2];
	size_t nr;
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	bool has_digest;
};

static const struct argp_option show_list[] = {
	{ "digest", KEY_DIGEST, "HEX", 0, "The launch digest that the id block has to be for" },
	{ 0 }
};

static error_t parse_show(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	switch (key) {
	case KEY_DIGEST:
		if (!measure_bytes(arg, o->digest, sizeof(o->digest)))
			argp_error(state, "--digest has to be 48 bytes in hexadecimal or base64");
		o->has_digest = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr == 2)
			argp_error(state, "two files at most: the id block and the id authentication");
		o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->nr)
			argp_error(state, "name the file with the id block, the id authentication, or both");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.options = show_list, .parser = parse_show, .args_doc = "FILE...",
	.doc = "Show an id block, id authentication, or both, whose signatures are verified then.",
};

/* Both are there: would the firmware take them?  An author's key counts where there is one */
static int verify(struct cli *cli, const struct id_files *f, struct sevadm_failure *failure)
{
	struct sevadm_id_auth a;
	int ret = sevadm_id_auth_decode(f->auth, &a);

	if (!ret)
		ret = sevadm_id_verify(f->block, f->auth, a.has_author, failure);
	if (ret && ret != -EINVAL && ret != -EBADMSG)
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot verify a signature");
	id_show_block(cli, f->block);
	return id_show_auth(cli, f->auth, ret ? "wrong" : "good");
}

static int run_show(struct cli *cli, const void *options)
{
	const struct show_options *o = options;
	struct sevadm_failure failure = { .message = "" };
	struct id_files f = { .has_block = false };
	int code = 0;

	for (size_t i = 0; i < o->nr && !code; i++)
		code = id_read(cli, o->files[i], &f);
	if (!code && o->has_digest && !f.has_block)
		code = report_error(cli, SEVADM_NO, NULL, "there is no id block to compare --digest with");
	if (code)
		return code;
	if (f.has_block && f.has_auth)
		code = verify(cli, &f, &failure);
	else if (f.has_block)
		id_show_block(cli, f.block);
	else
		code = id_show_auth(cli, f.auth, NULL);
	if (code)
		return code;
	if (failure.message[0])
		return report_no(cli, failure.message);
	if (o->has_digest && memcmp(o->digest, f.block, sizeof(o->digest)))
		return report_no(cli, "the id block is for another launch digest");
	return report_done(cli, "");
}

/* ------------------------------------------------------------------ digest */

struct digest_options {
	const char *file;
};

static error_t parse_digest(int key, char *arg, struct argp_state *state)
{
	struct digest_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file with the key");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp digest_argp = {
	.parser = parse_digest, .args_doc = "FILE",
	.doc = "Calculate the digest of a key as it is in attestation reports, of the id key and of the "
	       "author's.  FILE is a public or a private key, PEM or DER.",
};

struct key_view {
	char digest[2 * SEVADM_SNP_DIGEST_SIZE + 1];
};

static const struct out_row key_rows[] = {
	OUT_ROW(struct key_view, "digest", "Key digest", OUT_CHARS, digest),
	OUT_END
};

static int run_digest(struct cli *cli, const void *options)
{
	const struct digest_options *o = options;
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure;
	struct key_view view;
	char *data = NULL;
	size_t size = 0;
	int code = measure_read_file(cli, o->file, FILE_MAX, &data, &size);

	if (code)
		return code;
	if (sevadm_id_key_digest(data, size, digest, &failure))
		code = measure_failure(cli, o->file, &failure);
	explicit_bzero(data, size);
	free(data);
	if (code)
		return code;
	text_hex(view.digest, digest, sizeof(digest));
	out_object(cli->out, "key", NULL, key_rows, &view);
	return report_done(cli, "");
}

const struct command cmd_id_digest = {
	.name = "id digest",
	.summary = "Calculate the digest of a key that vouches for SNP guests",
	.argp = &digest_argp,
	.options_size = sizeof(struct digest_options),
	.flags = CMD_OFFLINE,
	.run = run_digest,
};

const struct command cmd_id_show = {
	.name = "id show",
	.summary = "Show and verify an id block of an SNP guest",
	.argp = &show_argp,
	.options_size = sizeof(struct show_options),
	.flags = CMD_OFFLINE,
	.run = run_show,
};
