// SPDX-License-Identifier: GPL-2.0-or-later
/* certs verify: is this the chain of a genuine chip? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/certs.h"
#include "cmd/commands.h"
#include "lib/util/text.h"

enum { KEY_ROOT = 0x200, KEY_TIME, KEY_CRL, KEY_HWID, KEY_TCB, KEY_HOST, KEY_CA };

struct verify_options {
	struct chain_paths paths;
	const char *root, *crl;
	bool has_time, crl_wanted, host, ca_only;
	int64_t time;
	uint8_t hwid[SEVADM_CHIP_ID_SIZE];
	size_t hwid_size;
	bool has_tcb;
	struct sevadm_tcb tcb;
};

static const struct argp_option options[] = {
	{ "root", KEY_ROOT, "FILE", 0,
	  "Trust the ARK in FILE instead of those of AMD's that are known" },
	{ "time", KEY_TIME, "TIME", 0,
	  "Verify as of TIME (2026-11-28 or 2026-11-28T12:00:00Z) instead of now" },
	{ "crl", KEY_CRL, "require|FILE", 0,
	  "There has to be a list of revoked certificates, in FILE or among the rest" },
	{ "hwid", KEY_HWID, "HEX", 0, "The chip that the VCEK has to be of" },
	{ "tcb", KEY_TCB, "VALUE|PART=N[,PART=N...]", 0,
	  "The TCB that VCEK or VLEK have to be of; parts are bootloader, tee, snp, microcode and, "
	  "of Turin, fmc" },
	{ "host", KEY_HOST, NULL, 0, "Chip and reported TCB have to be those of this host" },
	{ "ca", KEY_CA, NULL, 0, "Neither VCEK nor VLEK is needed" },
	{ 0 }
};

/* ----------------------------------------------------------------- options */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

static void take_hwid(const char *arg, struct argp_state *state, struct verify_options *o)
{
	size_t digits = strlen(arg);

	if (digits != 128 && digits != 16)
		argp_error(state, "an id of a chip has 128 hexadecimal digits, or Turin's 16, not %zu",
			   digits);
	for (size_t i = 0; i < digits; i += 2) {
		int high = hex_digit(arg[i]), low = hex_digit(arg[i + 1]);

		if (high < 0 || low < 0)
			argp_error(state, "'%s' is no id of a chip in hexadecimal", arg);
		o->hwid[i / 2] = (uint8_t)(high << 4 | low);
	}
	o->hwid_size = digits / 2;
}

static void take_part(const char *name, size_t len, uint8_t value, struct argp_state *state,
		      struct sevadm_tcb *tcb)
{
	struct {
		const char *name;
		uint8_t *value;
	} parts[] = {
		{ "fmc", &tcb->fmc }, { "bootloader", &tcb->bootloader }, { "tee", &tcb->tee },
		{ "snp", &tcb->snp }, { "microcode", &tcb->microcode },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strlen(parts[i].name) == len && !strncmp(parts[i].name, name, len)) {
			*parts[i].value = value;
			tcb->has_fmc |= !i;
			return;
		}
	argp_error(state, "a TCB has the parts bootloader, tee, snp, microcode and fmc, not '%.*s'",
		   (int)len, name);
}

/* All that is not named is 0.  Where the parts go in the value depends on the FMC */
static void take_tcb(const char *arg, struct argp_state *state, struct verify_options *o)
{
	struct sevadm_tcb *tcb = &o->tcb;
	uint64_t value;

	*tcb = (struct sevadm_tcb){ .known = false };
	o->has_tcb = true;
	if (!strchr(arg, '=')) {
		if (text_u64(arg, UINT64_MAX, &tcb->raw))
			argp_error(state, "'%s' is no TCB: neither a number nor PART=N", arg);
		return;
	}
	for (const char *at = arg; *at; at += strcspn(at, ","), at += *at == ',') {
		size_t name = strcspn(at, "=,");
		char number[24];

		snprintf(number, sizeof(number), "%.*s", at[name] == '=' ?
			 (int)strcspn(at + name + 1, ",") : 0, at + name + (at[name] == '='));
		if (text_u64(number, UINT8_MAX, &value))
			argp_error(state, "'%s' is no part of a TCB, which is from 0 to 255", at);
		take_part(at, name, (uint8_t)value, state, tcb);
	}
	tcb->known = true;
	tcb->raw = tcb->has_fmc ? tcb->fmc | (uint64_t)tcb->bootloader << 8 |
				  (uint64_t)tcb->tee << 16 | (uint64_t)tcb->snp << 24 :
		   tcb->bootloader | (uint64_t)tcb->tee << 8 | (uint64_t)tcb->snp << 48;
	tcb->raw |= (uint64_t)tcb->microcode << 56;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verify_options *o = state->input;

	switch (key) {
	case KEY_ROOT:
		o->root = arg;
		return 0;
	case KEY_TIME:
		o->time = certs_take_time(arg, state);
		o->has_time = true;
		return 0;
	case KEY_CRL:
		o->crl_wanted = true;
		o->crl = strcmp(arg, "require") ? arg : NULL;
		return 0;
	case KEY_HWID:
		take_hwid(arg, state, o);
		return 0;
	case KEY_TCB:
		take_tcb(arg, state, o);
		return 0;
	case KEY_HOST:
		o->host = true;
		return 0;
	case KEY_CA:
		o->ca_only = true;
		return 0;
	case ARGP_KEY_ARG:
		certs_take_path(arg, state, &o->paths);
		return 0;
	case ARGP_KEY_END:
		if (!o->paths.nr)
			argp_error(state, "name a directory or files with certificates");
		if (o->host && (o->has_tcb || o->hwid_size))
			argp_error(state, "--host says chip and TCB: neither --hwid nor --tcb besides");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE...",
	.doc = "Check the chain of a chip's certificates (VCEK or VLEK) from AMD's root on. Each FILE "
	       "is a directory or holds certificates or lists of revoked ones, DER or PEM, whatever "
	       "its name, or is the table that the host hands to guests.",
};

/* -------------------------------------------------------------------- host */

/* Which of the chips of this host the VCEK is of; the first if it is of none of them */
static size_t find_chip(const struct sevadm_identifier *id, const struct chain_certs *certs)
{
	for (size_t i = 0; i < certs->nr; i++)
		for (size_t k = 0; certs->cert[i].kind == SEVADM_X509_VCEK && k < id->nr; k++)
			if (!memcmp(id->ids[k], certs->cert[i].hwid, certs->cert[i].hwid_size))
				return k;
	return 0;
}

static bool has_kind(const struct chain_certs *certs, enum sevadm_x509_kind kind)
{
	for (size_t i = 0; i < certs->nr; i++)
		if (certs->cert[i].kind == kind)
			return true;
	return false;
}

/* What this host has, for @want to point to */
struct facts {
	struct sevadm_identifier id;
	struct sevadm_status status;
};

static int ask_host(struct cli *cli, const struct chain_certs *certs, struct facts *facts)
{
	if (sevadm_status_get(cli->adm, &facts->status, NULL) && !facts->status.snp.known)
		return report_failure(cli, sevadm_failure(cli->adm));
	/* a VLEK is of no chip */
	if (has_kind(certs, SEVADM_X509_VCEK) && sevadm_identifier_get(cli->adm, &facts->id, NULL))
		return report_failure(cli, sevadm_failure(cli->adm));
	return 0;
}

/* ------------------------------------------------------------------ result */

struct link_view {
	const char *link, *verdict, *cause, *why;
	char label[48];
	uint32_t depth;
};

static const struct out_row link_rows[] = {
	OUT_ROW(struct link_view, "link", NULL, OUT_STRING, link),
	OUT_TEXT_ROW(struct link_view, "LINK", OUT_CHARS, label),
	OUT_ROW(struct link_view, "depth", NULL, OUT_U32, depth),
	OUT_ROW(struct link_view, "verdict", "VERDICT", OUT_STRING, verdict),
	OUT_ROW(struct link_view, "cause", NULL, OUT_STRING, cause),
	OUT_ROW(struct link_view, "why", "WHY", OUT_STRING, why),
	OUT_END
};

static const char *cause_name(enum sevadm_cert_cause cause)
{
	static const char *const names[] = {
		NULL, "missing", "twice", "unknown-root", "version", "wrong-usage", "wrong-key",
		"signature", "order", "crypto", "name", "algorithm", "extension", "product",
		"not-yet-valid", "expired", "revoked", "tcb", "hwid",
	};

	return names[cause];
}

static void show_links(struct cli *cli, const struct sevadm_x509_chain *chain)
{
	static const char *const verdicts[] = { "PASS", "FAIL", "SKIP" };

	out_list(cli->out, "links", NULL, link_rows);
	for (size_t i = 0; i < chain->nr_links; i++) {
		const struct sevadm_x509_link *link = &chain->links[i];
		struct link_view view = {
			.link = link->name, .verdict = verdicts[link->verdict],
			.cause = cause_name(link->cause), .why = link->why, .depth = link->depth,
		};

		snprintf(view.label, sizeof(view.label), "%*s%s", 2 * (int)link->depth, "", link->name);
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

struct root_view {
	const char *name;
	char sha256[65];
};

static const struct out_row root_rows[] = {
	OUT_ROW(struct root_view, "name", "Root", OUT_STRING, name),
	OUT_ROW(struct root_view, "key_sha256", "SHA-256 of its modulus", OUT_CHARS, sha256),
	OUT_END
};

static void show_root(struct cli *cli, const struct sevadm_x509_chain *chain)
{
	const struct sevadm_x509 *ark = chain->cert[SEVADM_X509_ARK];
	struct root_view view = { .name = chain->root };

	for (size_t i = 0; ark && i < sizeof(ark->key_sha256); i++)
		sprintf(view.sha256 + 2 * i, "%02x", ark->key_sha256[i]);
	if (ark)
		out_object(cli->out, "root", NULL, root_rows, &view);
}

static int tell(struct cli *cli, const struct chain_certs *certs, const struct sevadm_x509_chain *chain,
		int64_t when)
{
	char message[400], safe[1200], at[32];

	show_root(cli, chain);
	certs_show_list(cli, certs->cert, certs->file, certs->nr);
	certs_show_chips(cli, certs->cert, certs->nr);
	out_string(cli->out, "time", certs_time(when, at, sizeof(at)));
	show_links(cli, chain);
	if (!chain->trusted) {
		snprintf(message, sizeof(message), "not trusted: %s: %s", chain->broken->name,
			 chain->broken->why);
		return report_no(cli, text_escape(message, safe, sizeof(safe)));
	}
	if (!strcmp(chain->root, "own"))
		return report_done(cli, "trusted, by your own root, which need not be one of AMD's");
	snprintf(message, sizeof(message), "trusted, by AMD's root for %s", chain->root);
	return report_done(cli, message);
}

static int verify(struct cli *cli, const struct verify_options *o, const struct chain_certs *certs,
		  const struct sevadm_x509_want *want)
{
	struct facts facts = { .id = { .nr = 0 } };
	struct sevadm_x509_want all = *want;
	struct sevadm_x509_chain chain;
	int code = o->host ? ask_host(cli, certs, &facts) : 0;

	if (code)
		return code;
	if (o->host)
		all.tcb = &facts.status.snp.reported_tcb;
	if (facts.id.nr) {
		all.hwid = facts.id.ids[find_chip(&facts.id, certs)];
		all.hwid_size = SEVADM_CHIP_ID_SIZE;
	}
	sevadm_x509_verify(certs->cert, certs->nr, &all, &chain);
	return tell(cli, certs, &chain, want->time);
}

static int run(struct cli *cli, const void *options_)
{
	const struct verify_options *o = options_;
	struct chain_paths root_path = { .path = { o->root }, .nr = o->root ? 1 : 0 };
	struct chain_paths paths = o->paths;
	struct sevadm_x509_want want = {
		.time = o->has_time ? o->time : time(NULL), .crl = o->crl_wanted,
		.ca_only = o->ca_only, .hwid = o->hwid_size ? o->hwid : NULL,
		.hwid_size = o->hwid_size, .tcb = o->has_tcb ? &o->tcb : NULL,
	};
	struct chain_certs root, certs = { .nr = 0 };
	int code;

	if (o->crl)
		paths.path[paths.nr++] = o->crl;
	code = chain_load(cli, &root_path, &root);
	if (!code)
		code = chain_load(cli, &paths, &certs);
	if (!code && o->root)
		code = chain_parse(cli, &root);
	if (!code && o->root)
		code = certs_find_root(cli, o->root, &root, &want.root);
	if (!code)
		code = chain_parse(cli, &certs);
	if (!code)
		code = verify(cli, o, &certs, &want);
	chain_free(&root);
	chain_free(&certs);
	return code;
}

static unsigned int flags_of(const void *options_)
{
	const struct verify_options *o = options_;

	return o->host ? CMD_ONLINE : 0;
}

const struct command cmd_certs_verify = {
	.name = "certs verify",
	.summary = "Check the chain of a chip's certificates",
	.argp = &argp,
	.options_size = sizeof(struct verify_options),
	.flags = CMD_OFFLINE,
	.flags_of = flags_of,
	.run = run,
};
