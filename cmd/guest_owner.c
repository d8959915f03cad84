// SPDX-License-Identifier: GPL-2.0-or-later
/* What the owner of a SEV guest has in files and on command lines */
#include "cmd/guest_owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/file.h"
#include "lib/util/text.h"

/* More than any key or measurement needs in any encoding, and less than would move when read */
#define SMALL_FILE	4000

uint32_t owner_policy(const char *arg, struct argp_state *state)
{
	uint32_t policy = 0;
	int ret = sevadm_policy_parse(arg, &policy);

	if (ret == -ERANGE)
		argp_error(state, "--policy has 32 bits, and '%s' has more", arg);
	else if (ret)
		argp_error(state, "--policy takes a number, or words with commas between: nodbg, noks, es, "
			   "nosend, domain, sev, api=MAJOR.MINOR; not '%s'", arg);
	return policy;
}

void owner_api(const char *arg, struct sevadm_measured_guest *guest, struct argp_state *state)
{
	uint8_t *const parts[3] = { &guest->api_major, &guest->api_minor, &guest->build };
	char copy[16] = "", *rest = copy;
	uint64_t value = 0;
	int ret = strlen(arg) < sizeof(copy) ? 0 : -EINVAL;

	if (!ret)
		strcpy(copy, arg);
	for (int i = 0; i < 3 && !ret; i++) {
		const char *word = strsep(&rest, ".");

		ret = word ? text_u64(word, 0xff, &value) : -EINVAL;
		*parts[i] = (uint8_t)value;
	}
	if (ret || rest)
		argp_error(state, "--api takes MAJOR.MINOR.BUILD, as 1.55.25, not '%s'", arg);
}

/* --------------------------------------------------------------------- bytes */

static int cannot_read(struct cli *cli, const char *file, int err)
{
	return report_error(cli, err == EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "read %.512s: %s (%s)", file, strerror(err), strerrorname_np(err));
}

int owner_secret(struct cli *cli, const char *file, char **data, size_t *size)
{
	int ret = file_read(file, SEVADM_SECRET_MAX, data, size);

	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: a secret has no more than %d bytes",
				    file, SEVADM_SECRET_MAX);
	return ret ? cannot_read(cli, file, -ret) : 0;
}

int owner_file(struct cli *cli, const char *file, size_t max, char **data, size_t *size)
{
	int ret = file_read_all(file, max, data, size);

	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: more than %zu bytes are there", file,
				    max);
	return ret ? cannot_read(cli, file, -ret) : 0;
}

/* What a text turned out to be */
struct found {
	size_t size;
	const char *encoding;
};

/* 0, -EINVAL: the text does not stand for so many bytes.  What is as long as they are is they */
static int decode(const char *text, size_t size, bool binary, const struct owner_bytes *bytes,
		  struct found *found)
{
	uint8_t *decoded;
	size_t nr;
	int ret;

	if (binary && size == bytes->size) {
		memcpy(bytes->out, text, size);
		return 0;
	}
	ret = sevadm_bytes_decode(text, size, &decoded, &nr, &found->encoding);
	if (ret)
		return ret;
	found->size = nr;
	ret = nr == bytes->size && (binary || strcmp(found->encoding, "binary")) ? 0 : -EINVAL;
	if (!ret)
		memcpy(bytes->out, decoded, nr);
	explicit_bzero(decoded, nr);
	free(decoded);
	return ret;
}

int owner_read(struct cli *cli, const char *file, const struct owner_bytes *bytes)
{
	struct found found;
	char *text = NULL;
	size_t size = 0;
	int ret = file_read_all(file, SMALL_FILE, &text, &size);

	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: this is not %s: it has more than %d "
				    "bytes", file, bytes->what, SMALL_FILE);
	if (ret)
		return cannot_read(cli, file, -ret);
	ret = decode(text, size, true, bytes, &found);
	explicit_bzero(text, size);
	free(text);
	if (ret == -ENOMEM)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	return ret ? report_error(cli, SEVADM_NO, NULL, "%.512s: this is not %s: that has %zu bytes, and "
				  "here are %zu (%s)", file, bytes->what, bytes->size, found.size,
				  found.encoding) : 0;
}

int owner_take(struct cli *cli, const char *text, const struct owner_bytes *bytes)
{
	struct found found = { .size = 0 };

	if (!decode(text, strlen(text), false, bytes, &found))
		return 0;
	if (file_exists(text) || !strcmp(text, "-"))
		return owner_read(cli, text, bytes);
	return report_error(cli, SEVADM_NO, "Give it in hexadecimal or base64, or name a file.",
			    "'%.128s': this is neither a file nor %s, which has %zu bytes", text,
			    bytes->what, bytes->size);
}

/* --------------------------------------------------------------------- chain */

static const struct out_row chain_rows[] = {
	OUT_ROW(struct owner_chain_view, "trusted", "Trusted", OUT_BOOL, trusted),
	OUT_ROW(struct owner_chain_view, "root", "Root", OUT_STRING, root),
	OUT_ROW(struct owner_chain_view, "missing", "Missing", OUT_CHARS, missing),
	OUT_END
};

static int find(struct cli *cli, const char *usage, struct owner_chain *chain)
{
	for (size_t i = 0; i < chain->certs->nr; i++) {
		int kind = cert_kind(&chain->certs->cert[i]);

		if (kind >= 0 && !strcmp(cert_kinds[kind], usage))
			chain->cert = &chain->certs->cert[i];
	}
	return chain->cert ? 0 : report_error(cli, SEVADM_NO, NULL, "there is no %s among the "
					      "certificates", usage);
}

/* What fails is never forgiven; what is missing is, on request.  The PDH is nothing to the PEK */
static int judge(struct cli *cli, const struct owner_chain_options *o, const char *usage,
		 struct owner_chain *chain)
{
	const struct sevadm_cert_link *worst = NULL;
	struct sevadm_cert_chain found;

	sevadm_cert_verify(chain->certs->cert, chain->certs->nr, chain->root ? chain->root->cert : NULL,
			   &found);
	for (int i = 0; i < SEVADM_CERT_LINKS; i++) {
		const struct sevadm_cert_link *link = &found.links[i];

		if (link->verdict == SEVADM_CERT_PASS ||
		    (!strcmp(usage, "PEK") && !strcmp(link->name, "PEK -> PDH") &&
		     link->verdict == SEVADM_CERT_SKIP))
			continue;
		if (!worst || (worst->verdict == SEVADM_CERT_SKIP && link->verdict == SEVADM_CERT_FAIL))
			worst = link;
	}
	chain->view.trusted = !worst;
	chain->view.root = worst ? NULL : found.root;
	if (!worst)
		return 0;
	if (worst->verdict == SEVADM_CERT_FAIL)
		return report_error(cli, SEVADM_NO, "See each link with `sevadm cert verify`.",
				    "the platform is not trusted: %s: %s", worst->name, worst->why);
	if (!o->unverified)
		return report_error(cli, SEVADM_NO, "Add the certificates that are missing, or say "
				    "--unverified if you know by other means whose this is.",
				    "nobody vouches for the platform: %s: %s", worst->name, worst->why);
	snprintf(chain->view.missing, sizeof(chain->view.missing), "%s: %s", worst->name, worst->why);
	return 0;
}

int owner_chain(struct cli *cli, const struct owner_chain_options *o, const char *usage,
		struct owner_chain *chain)
{
	int code = o->root ? certs_read_one(cli, o->root, "ARK", &chain->root) : 0;

	if (!code)
		code = certs_read(cli, o->files, o->nr, &chain->certs);
	if (!code)
		code = find(cli, usage, chain);
	return code ? code : judge(cli, o, usage, chain);
}

void owner_chain_free(struct owner_chain *chain)
{
	certs_free(chain->certs);
	certs_free(chain->root);
}

void owner_chain_show(struct cli *cli, const struct owner_chain *chain)
{
	out_object(cli->out, "chain", "Platform", chain_rows, &chain->view);
	if (!chain->view.trusted)
		report_warning(cli, "the platform was not verified: it can be anybody's");
}
