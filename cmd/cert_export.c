// SPDX-License-Identifier: GPL-2.0-or-later
/* The chain of this platform, as sevctl's export has it */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/keys.h"

enum { KEY_FULL = 0x280, KEY_CEK, KEY_CA };

static const struct argp_option options[] = {
	{ "full", KEY_FULL, NULL, 0, "With AMD's ASK and ARK, which --ca names" },
	{ "cek", KEY_CEK, "FILE", 0,
	  "The CEK that AMD signed, instead of the firmware's own, which AMD did not sign" },
	{ "ca", KEY_CA, "FILE", 0, "AMD's ASK and ARK; twice for a file each" },
	{ 0 }
};

static error_t parse_form(int key, char *arg, struct argp_state *state)
{
	struct keys_options *o = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &o->form;
	state->child_inputs[1] = o;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct keys_options *o = state->input;

	switch (key) {
	case KEY_FULL:
		o->full = true;
		return 0;
	case KEY_CEK:
		o->cek = arg;
		return 0;
	case KEY_CA:
		if (o->nr_ca == 2)
			argp_error(state, "--ca can be said twice, for the ASK and the ARK");
		o->ca[o->nr_ca++] = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (o->full && !o->nr_ca)
			argp_error(state, "--full wants AMD's ASK and ARK, by --ca");
		if (o->nr_ca && !o->full)
			argp_error(state, "--ca goes with --full");
		return 0;
	default:
		return keys_parse_files(key, arg, state, 1, "a file for the chain, or a directory");
	}
}

static const struct argp_child form_children[] = {
	{ .argp = &cert_form_argp }, { .argp = &keys_init_argp }, { 0 }
};
static const struct argp form_argp = {
	.parser = parse_form, .children = form_children,
};
static const struct argp_child children[] = { { .argp = &form_argp }, { 0 } };
static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "DEST", .children = children,
	.doc = "Write this platform's certificates (PDH_CERT_EXPORT): PDH, PEK, OCA, CEK in one file, or, "
	       "where DEST is a directory, each in its own.",
};

/* What there is beside the firmware's, from files */
struct amd {
	struct certs *cek, *ca;
};

static int read_amd(struct cli *cli, const struct keys_options *o, struct amd *amd)
{
	int code = o->cek ? certs_read_one(cli, o->cek, "CEK", &amd->cek) : 0;

	if (!code && o->nr_ca)
		code = certs_read(cli, o->ca, o->nr_ca, &amd->ca);
	return code;
}

static int take_cek(struct cli *cli, const struct keys_options *o, const struct amd *amd,
		    const struct sevadm_cert *sorted[CERT_KINDS])
{
	const struct sevadm_cert *cek = amd->cek->cert;

	if (memcmp(cek->key_sha256, sorted[SEVADM_KEYS_CEK]->key_sha256, sizeof(cek->key_sha256)))
		return report_error(cli, SEVADM_NO, "`sevadm show urls` tells where that of this chip is.",
				    "%.512s: this is the CEK of another chip", o->cek);
	sorted[SEVADM_KEYS_CEK] = cek;
	return 0;
}

static int take_ca(struct cli *cli, const struct amd *amd,
		   const struct sevadm_cert *sorted[CERT_KINDS])
{
	for (size_t i = 0; i < amd->ca->nr; i++) {
		int kind = cert_kind(&amd->ca->cert[i]);

		if (kind < SEVADM_KEYS || sorted[kind])
			return report_error(cli, SEVADM_NO, NULL, "%.512s: one ASK and one ARK are wanted, and "
					    "nothing else", amd->ca->file[i]);
		sorted[kind] = &amd->ca->cert[i];
	}
	for (int kind = SEVADM_KEYS; kind < CERT_KINDS; kind++)
		if (!sorted[kind])
			return report_error(cli, SEVADM_NO, NULL, "--ca: there is no %s", cert_kinds[kind]);
	return 0;
}

/* Nothing is written that does not hold together; whose root it is, is for who reads it */
static int check_links(struct cli *cli, const struct sevadm_cert *const sorted[CERT_KINDS])
{
	struct sevadm_cert certs[CERT_KINDS];
	struct sevadm_cert_chain chain;
	size_t nr = 0;

	for (int i = 0; i < CERT_KINDS; i++)
		if (sorted[i])
			certs[nr++] = *sorted[i];
	/* each is from its own file: in any order */
	for (size_t i = 0; i < nr; i++)
		certs[i].offset = 0;
	sevadm_cert_verify(certs, nr, NULL, &chain);
	for (int i = 1; i < SEVADM_CERT_LINKS; i++)
		if (chain.links[i].verdict == SEVADM_CERT_FAIL)
			return report_error(cli, SEVADM_NO, "The CEK that AMD signed is named by --cek; `sevadm "
					    "show urls` tells where it is.", "%s: %s: nothing was written",
					    chain.links[i].name, chain.links[i].why);
	return 0;
}

static int write_chain(struct cli *cli, const struct keys_options *o, const struct amd *amd,
		       const struct sevadm_keys *keys)
{
	const struct sevadm_cert *sorted[CERT_KINDS] = { NULL };
	int code = 0;

	for (int i = 0; i < SEVADM_KEYS; i++)
		sorted[i] = &keys->certs[i];
	if (amd->cek)
		code = take_cek(cli, o, amd, sorted);
	if (!code && amd->ca)
		code = take_ca(cli, amd, sorted);
	if (!code)
		code = check_links(cli, sorted);
	return code ? code : cert_write(cli, sorted, &o->form, o->files[0]);
}

static int run(struct cli *cli, const void *options_)
{
	const struct keys_options *o = options_;
	struct sevadm_run record = { .dry = cli->dry_run };
	struct amd amd = { NULL, NULL };
	struct sevadm_keys keys;
	int code = read_amd(cli, o, &amd), ret = 0;

	if (code)
		keys_not_begun(cli, code);
	else
		ret = sevadm_keys_get(cli->adm, keys_flags(cli, o), &keys, &record);
	if (ret) {
		code = run_report(cli, &record, ret);
	} else if (!code) {
		keys_members(cli, &record);
		code = write_chain(cli, o, &amd, &keys);
		code = code ? code : report_done(cli, cli->dry_run ? "Nothing was changed" : "");
	}
	sevadm_run_free(&record);
	certs_free(amd.ca);
	certs_free(amd.cek);
	return code;
}

const struct command cmd_cert_export = {
	.name = "cert export",
	.summary = "Write the certificates of this platform",
	.argp = &argp,
	.options_size = sizeof(struct keys_options),
	.flags = CMD_DRY_RUN,
	.flags_of = keys_flags_of,
	.words = keys_words,
	.run = run,
};
