// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates of SEV platforms, offline */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

enum { KEY_ROOT = 0x200 };

/* Numbers of 4096 bits, in hexadecimal */
#define NUMBER_TEXT	(2 * 512 + 1)

struct cert_options {
	const char *files[CERT_FILES_MAX], *root;
	size_t nr;
};

static const struct argp_option verify_options[] = {
	{ "root", KEY_ROOT, "FILE", 0,
	  "Trust the ARK in FILE instead of those of AMD's that are known" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cert_options *o = state->input;

	switch (key) {
	case KEY_ROOT:
		o->root = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr == CERT_FILES_MAX)
			argp_error(state, "no more than %d files at a time", CERT_FILES_MAX);
		o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->nr)
			argp_error(state, "name a file with certificates");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.parser = parse, .args_doc = "FILE...",
	.doc = "Show certificates of SEV platforms (PDH, PEK, OCA, CEK, ASK, ARK), field by field.",
}, verify_argp = {
	.options = verify_options, .parser = parse, .args_doc = "FILE...",
	.doc = "Check the chain of a SEV platform from AMD's root to its PDH, signature by signature.",
};

/* -------------------------------------------------------------------- show */

struct cert_view {
	const char *file, *encoding, *format, *usage_name, *algorithm_name, *curve_name;
	uint64_t offset, size;
	uint32_t version, api_major, api_minor, usage, algorithm, curve, key_bits;
	char key_id[33], certifying_id[33], x[145], y[145];
	char exponent[NUMBER_TEXT], modulus[NUMBER_TEXT], key_sha256[65], sha256[65];
	bool platform;
	uint32_t sig_usage[2], sig_algorithm[2];
	const char *sig_usage_name[2], *sig_algorithm_name[2];
	char sig[2][NUMBER_TEXT];
};

#define V struct cert_view
static const struct out_row cert_rows[] = {
	OUT_ROW(V, "file", "File", OUT_STRING, file),
	OUT_ROW(V, "encoding", "Encoding", OUT_STRING, encoding),
	OUT_ROW(V, "offset", "Offset", OUT_U64, offset),
	OUT_ROW(V, "size", "Size", OUT_U64, size),
	OUT_ROW(V, "format", "Format", OUT_STRING, format),
	OUT_ROW(V, "version", "Version", OUT_U32, version),
	OUT_ROW_WHEN(V, "api_major", "API, major", OUT_U32, api_major, platform),
	OUT_ROW_WHEN(V, "api_minor", "API, minor", OUT_U32, api_minor, platform),
	OUT_ROW(V, "usage", "Usage", OUT_U32, usage),
	OUT_ROW(V, "usage_name", "Usage, name", OUT_STRING, usage_name),
	OUT_ROW_WHEN(V, "algorithm", "Algorithm", OUT_U32, algorithm, platform),
	OUT_ROW(V, "algorithm_name", "Algorithm, name", OUT_STRING, algorithm_name),
	OUT_ROW_WHEN(V, "curve", "Curve", OUT_U32, curve, platform),
	OUT_ROW(V, "curve_name", "Curve, name", OUT_STRING, curve_name),
	OUT_ROW(V, "key_bits", "Key, bits", OUT_U32, key_bits),
	OUT_ROW(V, "key_id", "Key id", OUT_CHARS, key_id),
	OUT_ROW(V, "certifying_id", "Certifying key's id", OUT_CHARS, certifying_id),
	OUT_ROW(V, "x", "Key, x", OUT_CHARS, x),
	OUT_ROW(V, "y", "Key, y", OUT_CHARS, y),
	OUT_ROW(V, "exponent", "Key, exponent", OUT_CHARS, exponent),
	OUT_ROW(V, "modulus", "Key, modulus", OUT_CHARS, modulus),
	OUT_ROW(V, "key_sha256", "Key, SHA-256", OUT_CHARS, key_sha256),
	OUT_ROW_WHEN(V, "signature1_usage", "Signature 1, usage", OUT_U32, sig_usage[0], platform),
	OUT_ROW_WHEN(V, "signature1_usage_name", "Signature 1, by", OUT_STRING, sig_usage_name[0],
		     platform),
	OUT_ROW_WHEN(V, "signature1_algorithm", "Signature 1, algorithm", OUT_U32, sig_algorithm[0],
		     platform),
	OUT_ROW_WHEN(V, "signature1_algorithm_name", "Signature 1, algorithm's name", OUT_STRING,
		     sig_algorithm_name[0], platform),
	OUT_ROW(V, "signature1", "Signature 1", OUT_CHARS, sig[0]),
	OUT_ROW_WHEN(V, "signature2_usage", "Signature 2, usage", OUT_U32, sig_usage[1], platform),
	OUT_ROW_WHEN(V, "signature2_usage_name", "Signature 2, by", OUT_STRING, sig_usage_name[1],
		     platform),
	OUT_ROW_WHEN(V, "signature2_algorithm", "Signature 2, algorithm", OUT_U32, sig_algorithm[1],
		     platform),
	OUT_ROW_WHEN(V, "signature2_algorithm_name", "Signature 2, algorithm's name", OUT_STRING,
		     sig_algorithm_name[1], platform),
	OUT_ROW(V, "signature2", "Signature 2", OUT_CHARS, sig[1]),
	OUT_ROW(V, "sha256", "SHA-256", OUT_CHARS, sha256),
	OUT_END
};
#undef V

/* A number whose least significant byte is first, without zeros before it */
static void number(char *out, const uint8_t *bytes, size_t size)
{
	uint8_t turned[512];
	size_t zeros = 0;

	for (size_t i = 0; bytes && i < size; i++)
		turned[i] = bytes[size - 1 - i];
	while (bytes && zeros + 1 < size && !turned[zeros])
		zeros++;
	text_hex(out, turned + zeros, bytes ? size - zeros : 0);
}

static void view_signature(const struct sevadm_cert_signature *sig, struct cert_view *v, int i)
{
	size_t size = sig->size;

	v->sig_usage[i] = sig->usage;
	v->sig_algorithm[i] = sig->algorithm;
	v->sig_usage_name[i] = sevadm_cert_usage_name(sig->usage);
	v->sig_algorithm_name[i] = sevadm_cert_algorithm_name(sig->algorithm);
	while (size && !sig->bytes[size - 1])
		size--;
	text_hex(v->sig[i], sig->bytes, size);
}

static void view_cert(const struct sevadm_cert *c, struct cert_view *v)
{
	size_t len = c->key_bits / 8;

	v->format = c->ca ? "ca" : "sev";
	v->platform = !c->ca;
	v->offset = c->offset;
	v->size = c->size;
	v->version = c->version;
	v->api_major = c->api_major;
	v->api_minor = c->api_minor;
	v->usage = c->usage;
	v->usage_name = sevadm_cert_usage_name(c->usage);
	v->algorithm = c->algorithm;
	v->algorithm_name = sevadm_cert_algorithm_name(c->algorithm);
	v->curve = c->curve;
	v->curve_name = sevadm_cert_curve_name(c->curve);
	v->key_bits = c->key_bits;
	text_hex(v->key_id, c->key_id, c->ca ? 16 : 0);
	text_hex(v->certifying_id, c->certifying_id, c->ca ? 16 : 0);
	number(v->x, c->x, 72);
	number(v->y, c->y, 72);
	number(v->exponent, c->exponent, len);
	number(v->modulus, c->modulus, len);
	text_hex(v->key_sha256, c->key_sha256, sizeof(c->key_sha256));
	text_hex(v->sha256, c->sha256, sizeof(c->sha256));
	for (unsigned int i = 0; i < c->nr_signatures; i++)
		view_signature(&c->signatures[i], v, (int)i);
}

static void show_certs(struct cli *cli, const struct certs *certs)
{
	bool text = out_mode(cli->out) == OUT_TEXT;

	if (!text)
		out_list(cli->out, "certificates", NULL, cert_rows);
	for (size_t i = 0; i < certs->nr; i++) {
		struct cert_view view = { .file = certs->file[i], .encoding = certs->encoding[i] };

		view_cert(&certs->cert[i], &view);
		if (text)
			out_object(cli->out, "certificate",
				   view.usage_name ? view.usage_name : "Certificate", cert_rows, &view);
		else
			out_list_item(cli->out, &view);
	}
	if (!text)
		out_list_end(cli->out);
}

static int run_show(struct cli *cli, const void *options)
{
	struct certs *certs;
	const struct cert_options *o = options;
	int code = certs_read(cli, o->files, o->nr, &certs);

	if (!code) {
		show_certs(cli, certs);
		code = report_done(cli, "");
	}
	certs_free(certs);
	return code;
}

/* ------------------------------------------------------------------ verify */

struct link_view {
	const char *link, *verdict, *cause, *why;
};

static const struct out_row link_rows[] = {
	OUT_ROW(struct link_view, "link", "LINK", OUT_STRING, link),
	OUT_ROW(struct link_view, "verdict", "VERDICT", OUT_STRING, verdict),
	OUT_ROW(struct link_view, "cause", NULL, OUT_STRING, cause),
	OUT_ROW(struct link_view, "why", "WHY", OUT_STRING, why),
	OUT_END
};

struct root_view {
	const char *name;
	char sha256[65];
};

static const struct out_row root_rows[] = {
	OUT_ROW(struct root_view, "name", "Root", OUT_STRING, name),
	OUT_ROW(struct root_view, "key_sha256", "SHA-256 of its modulus", OUT_CHARS, sha256),
	OUT_END
};

static bool is_one_of(const char *name, const char *const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

const struct sevadm_cert_link *cert_show_links(struct cli *cli, const struct sevadm_cert_chain *chain,
					       const char *const *names, size_t nr)
{
	static const char *const verdicts[] = { "PASS", "FAIL", "SKIP" };
	static const char *const causes[] = {
		NULL, "missing", "twice", "unknown-root", "version", "wrong-usage", "wrong-key",
		"signature", "order", "crypto",
	};
	const struct sevadm_cert_link *bad = NULL;

	out_list(cli->out, "links", NULL, link_rows);
	for (int i = 0; i < SEVADM_CERT_LINKS; i++) {
		const struct sevadm_cert_link *link = &chain->links[i];
		struct link_view view = { link->name, verdicts[link->verdict], causes[link->cause],
					  link->why };

		if (names && !is_one_of(link->name, names, nr))
			continue;
		out_list_item(cli->out, &view);
		if (!bad && link->verdict == SEVADM_CERT_FAIL)
			bad = link;
	}
	out_list_end(cli->out);
	return bad;
}

static void show_chain(struct cli *cli, const struct sevadm_cert_chain *chain)
{
	struct root_view root = { .name = chain->root };

	if (chain->has_root) {
		text_hex(root.sha256, chain->root_sha256, sizeof(chain->root_sha256));
		out_object(cli->out, "root", NULL, root_rows, &root);
	}
	cert_show_links(cli, chain, NULL, 0);
}

static int tell_verdict(struct cli *cli, const struct sevadm_cert_chain *chain)
{
	char message[256];

	show_chain(cli, chain);
	if (!chain->trusted) {
		snprintf(message, sizeof(message), "not trusted: %s: %s", chain->broken->name,
			 chain->broken->why);
		return report_no(cli, message);
	}
	if (!strcmp(chain->root, "own"))
		return report_done(cli, "trusted, by your own root, which is none of AMD's");
	snprintf(message, sizeof(message), "trusted, by AMD's root for %s", chain->root);
	return report_done(cli, message);
}

/* The one ARK in the file of --root, or NULL: exit code */
static int read_root(struct cli *cli, const char *file, struct certs **certs)
{
	int code = certs_read(cli, &file, 1, certs);
	const struct sevadm_cert *root = *certs ? (*certs)->cert : NULL;

	if (!code && ((*certs)->nr != 1 || !root->ca || root->usage))
		code = report_error(cli, SEVADM_FAILED, "Name a file with one ARK, and nothing else.",
				    "%.512s: this is no root", file);
	return code;
}

static int run_verify(struct cli *cli, const void *options)
{
	const struct cert_options *o = options;
	struct certs *certs = NULL, *root = NULL;
	struct sevadm_cert_chain chain;
	int code = o->root ? read_root(cli, o->root, &root) : 0;

	if (!code)
		code = certs_read(cli, o->files, o->nr, &certs);
	if (!code) {
		sevadm_cert_verify(certs->cert, certs->nr, root ? root->cert : NULL, &chain);
		code = tell_verdict(cli, &chain);
	}
	certs_free(certs);
	certs_free(root);
	return code;
}

const struct command cmd_cert_show = {
	.name = "cert show",
	.summary = "Show certificates of SEV platforms",
	.argp = &show_argp,
	.options_size = sizeof(struct cert_options),
	.flags = CMD_OFFLINE,
	.run = run_show,
};

const struct command cmd_cert_verify = {
	.name = "cert verify",
	.summary = "Check the chain of certificates of a SEV platform",
	.argp = &verify_argp,
	.options_size = sizeof(struct cert_options),
	.flags = CMD_OFFLINE,
	.run = run_verify,
};
