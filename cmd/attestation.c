// SPDX-License-Identifier: GPL-2.0-or-later
/* Attestation reports of SEV and SEV-ES guests, offline */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/guest_owner.h"
#include "lib/util/text.h"

struct attestation_options {
	struct owner_chain_options chain;
	const char *report, *nonce, *digest;
	uint32_t policy;
	bool has_policy;
};

static const struct argp_option verify_options[] = {
	{ "nonce", OWNER_KEY_NONCE, "NONCE", 0, "That the report has to have: a file, or hexadecimal" },
	{ "digest", OWNER_KEY_DIGEST, "DIGEST", 0, "The same of the launch digest" },
	OWNER_POLICY("The same of the policy, words or a number"),
	OWNER_ROOT,
	OWNER_UNVERIFIED,
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct attestation_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->report)
			argp_error(state, "one report at a time");
		o->report = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->report)
			argp_error(state, "name the file with the report");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_verify(int key, char *arg, struct argp_state *state)
{
	struct attestation_options *o = state->input;

	switch (key) {
	case OWNER_KEY_NONCE:
		o->nonce = arg;
		return 0;
	case OWNER_KEY_DIGEST:
		o->digest = arg;
		return 0;
	case OWNER_KEY_POLICY:
		o->policy = owner_policy(arg, state);
		o->has_policy = true;
		return 0;
	case OWNER_KEY_ROOT:
		o->chain.root = arg;
		return 0;
	case OWNER_KEY_UNVERIFIED:
		o->chain.unverified = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!o->report) {
			o->report = arg;
			return 0;
		}
		if (o->chain.nr == CERT_FILES_MAX)
			argp_error(state, "no more than %d files at a time", CERT_FILES_MAX);
		o->chain.files[o->chain.nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->chain.nr)
			argp_error(state, "name the report, then the files with the platform's "
				   "certificates, PEK to ARK");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp show_argp = {
	.parser = parse, .args_doc = "REPORT",
	.doc = "Show the attestation report of a SEV or SEV-ES guest, field by field.",
}, verify_argp = {
	.options = verify_options, .parser = parse_verify, .args_doc = "REPORT FILE...",
	.doc = "Check the attestation report of a SEV or SEV-ES guest: the platform's PEK signed it, and "
	       "the platform is genuine. FILE... have the platform's certificates, from the PEK to AMD's "
	       "ARK.",
};

/* -------------------------------------------------------------------- report */

struct report_view {
	char nonce[33], digest[65], policy_text[128], r[145], s[145];
	uint64_t policy;
	uint32_t usage, algorithm, reserved;
	const char *usage_name, *algorithm_name;
	bool has_reserved;
};

#define V struct report_view
static const struct out_row rows[] = {
	OUT_ROW(V, "nonce", "Nonce", OUT_CHARS, nonce),
	OUT_ROW(V, "digest", "Digest", OUT_CHARS, digest),
	OUT_ROW(V, "policy", "Policy", OUT_HEX64, policy),
	OUT_ROW(V, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	OUT_ROW(V, "usage", "Signed by, usage", OUT_U32, usage),
	OUT_ROW(V, "usage_name", "Signed by", OUT_STRING, usage_name),
	OUT_ROW(V, "algorithm", "Algorithm", OUT_U32, algorithm),
	OUT_ROW(V, "algorithm_name", "Algorithm, name", OUT_STRING, algorithm_name),
	OUT_ROW_WHEN(V, "reserved", "Reserved", OUT_U32, reserved, has_reserved),
	OUT_ROW(V, "r", "Signature, r", OUT_CHARS, r),
	OUT_ROW(V, "s", "Signature, s", OUT_CHARS, s),
	OUT_END
};
#undef V

static void show(struct cli *cli, const struct sevadm_attestation *report)
{
	struct report_view view = {
		.policy = report->policy, .usage = report->usage,
		.usage_name = sevadm_cert_usage_name(report->usage),
		.algorithm = report->algorithm,
		.algorithm_name = sevadm_cert_algorithm_name(report->algorithm),
		.reserved = report->reserved, .has_reserved = report->reserved,
	};

	text_hex(view.nonce, report->nonce, sizeof(report->nonce));
	text_hex(view.digest, report->digest, sizeof(report->digest));
	text_hex(view.r, report->signature, 72);
	text_hex(view.s, report->signature + 72, 72);
	sevadm_policy_text(SEVADM_GUEST_SEV, report->policy, view.policy_text,
			   sizeof(view.policy_text));
	out_object(cli->out, "report", "Report", rows, &view);
}

/* @bytes: SEVADM_ATTESTATION_SIZE of room */
static int read_report(struct cli *cli, const char *file, uint8_t *bytes,
		       struct sevadm_attestation *report)
{
	int code = owner_read(cli, file, &(struct owner_bytes){ "an attestation report of a SEV guest",
			      SEVADM_ATTESTATION_SIZE, bytes });

	if (!code)
		sevadm_attestation_parse(bytes, SEVADM_ATTESTATION_SIZE, report);
	return code;
}

static int run_show(struct cli *cli, const void *options)
{
	const struct attestation_options *o = options;
	uint8_t bytes[SEVADM_ATTESTATION_SIZE];
	struct sevadm_attestation report;
	int code = read_report(cli, o->report, bytes, &report);

	if (code)
		return code;
	show(cli, &report);
	return report_done(cli, "");
}

/* -------------------------------------------------------------------- verify */

static int check_signature(struct cli *cli, const struct attestation_options *o,
			   const struct sevadm_attestation *report, const struct sevadm_cert *pek)
{
	switch (sevadm_attestation_verify(report, pek)) {
	case 0:
		return 0;
	case -EBADMSG:
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong signature: this PEK did not sign "
				    "the report, or it was changed", o->report);
	case -EKEYREJECTED:
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong usage: 0x%x signed the report, and a PEK "
				    "has to", o->report, report->usage);
	case -EINVAL:
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong algorithm: this PEK does not sign with "
				    "0x%x", o->report, report->algorithm);
	default:
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto failed");
	}
}

/* What was asked for, and is something else */
static int compare(struct cli *cli, const struct attestation_options *o,
		   const struct sevadm_attestation *report)
{
	uint8_t nonce[16], digest[32];
	int code = 0;

	if (o->nonce)
		code = owner_take(cli, o->nonce, &(struct owner_bytes){ "a nonce", sizeof(nonce), nonce });
	if (!code && o->digest)
		code = owner_take(cli, o->digest, &(struct owner_bytes){ "a launch digest",
				  sizeof(digest), digest });
	if (code)
		return code;
	if (o->nonce && memcmp(nonce, report->nonce, sizeof(nonce)))
		return report_error(cli, SEVADM_NO, "It may be an old one: ask for another.",
				    "%.512s: wrong nonce: the report was not made for this one", o->report);
	if (o->digest && memcmp(digest, report->digest, sizeof(digest)))
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong digest: another guest was launched",
				    o->report);
	if (o->has_policy && o->policy != report->policy)
		return report_error(cli, SEVADM_NO, NULL, "%.512s: wrong policy: 0x%x, and 0x%x was asked for",
				    o->report, report->policy, o->policy);
	return 0;
}

static int run_verify(struct cli *cli, const void *options)
{
	const struct attestation_options *o = options;
	uint8_t bytes[SEVADM_ATTESTATION_SIZE];
	struct owner_chain chain = { .certs = NULL };
	struct sevadm_attestation report;
	int code = read_report(cli, o->report, bytes, &report);

	if (!code)
		code = owner_chain(cli, &o->chain, "PEK", &chain);
	if (!code)
		code = check_signature(cli, o, &report, chain.cert);
	if (!code)
		code = compare(cli, o, &report);
	if (!code) {
		owner_chain_show(cli, &chain);
		show(cli, &report);
		code = report_done(cli, chain.view.trusted ? "the platform is genuine, and signed this report" :
				   "the platform, whosever it is, signed this report");
	}
	owner_chain_free(&chain);
	return code;
}

static const struct arg_words words[] = {
	{ "WORD", OWNER_POLICY_WORDS }, { "REPORT", "FILE" }, { "DIGEST", "FILE" },
	{ "NONCE", "FILE" },
	{ 0 }
};

const struct command cmd_attestation_show = {
	.name = "attestation show",
	.summary = "Show the attestation report of a SEV guest",
	.argp = &show_argp,
	.options_size = sizeof(struct attestation_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_show,
};

const struct command cmd_attestation_verify = {
	.name = "attestation verify",
	.summary = "Check the attestation report of a SEV guest",
	.argp = &verify_argp,
	.options_size = sizeof(struct attestation_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_verify,
};
