// SPDX-License-Identifier: GPL-2.0-or-later
/* The platform's endorsement key, and the key that sessions are agreed with */
#include "cmd/commands.h"
#include "cmd/keys.h"

static const struct argp_child init_children[] = { { .argp = &keys_init_argp }, { 0 } };
static const struct argp_child file_children[] = { { .argp = &keys_file_argp }, { 0 } };

static error_t parse_none(int key, char *arg, struct argp_state *state)
{
	return key == ARGP_KEY_INIT ? keys_parse_files(key, arg, state, 0, "") : ARGP_ERR_UNKNOWN;
}

static error_t parse_dest(int key, char *arg, struct argp_state *state)
{
	return keys_parse_files(key, arg, state, 1, "the file for it");
}

static error_t parse_import(int key, char *arg, struct argp_state *state)
{
	return keys_parse_files(key, arg, state, 2, "the PEK that the owner signed, and the owner's OCA");
}

static const struct argp pek_gen_argp = {
	.parser = parse_none, .children = init_children,
	.doc = "Give the platform a new endorsement key (PEK_GEN): it is its own then, and what its old "
	       "keys signed or agreed upon is worth nothing.",
}, pdh_gen_argp = {
	.parser = parse_none, .children = init_children,
	.doc = "Give the platform a new key to agree on sessions with (PDH_GEN): launches that were "
	       "prepared for the old one cannot be carried out.",
}, csr_argp = {
	.parser = parse_dest, .args_doc = "DEST", .children = file_children,
	.doc = "Write the platform's PEK for its owner to sign (PEK_CSR).",
}, pek_export_argp = {
	.parser = parse_dest, .args_doc = "DEST", .children = file_children,
	.doc = "Write the certificate of the platform's PEK (PDH_CERT_EXPORT).",
}, pdh_export_argp = {
	.parser = parse_dest, .args_doc = "DEST", .children = file_children,
	.doc = "Write the certificate of the platform's PDH (PDH_CERT_EXPORT).",
}, import_argp = {
	.parser = parse_import, .args_doc = "PEK OCA", .children = init_children,
	.doc = "Give the platform an owner: its PEK, signed by `sevadm csr sign`, and the owner's OCA "
	       "(PEK_CERT_IMPORT).",
};

/* ------------------------------------------------------------------------ pek gen */

static int pek_gen(struct cli *cli, const void *options, struct sevadm_run *run)
{
	return sevadm_keys_change(cli->adm, SEVADM_PEK_GEN, keys_flags(cli, options), run);
}

static int run_pek_gen(struct cli *cli, const void *options)
{
	return keys_change(cli, "the PEK, the PDH and the owner of this platform are lost", pek_gen,
			   options);
}

/* ------------------------------------------------------------------------ pdh gen */

static int pdh_gen(struct cli *cli, const void *options, struct sevadm_run *run)
{
	return sevadm_keys_change(cli->adm, SEVADM_PDH_GEN, keys_flags(cli, options), run);
}

static int run_pdh_gen(struct cli *cli, const void *options)
{
	return keys_change(cli, "the PDH is lost, and launches that were prepared for it", pdh_gen,
			   options);
}

/* ------------------------------------------------------------------------ pek csr */

static int write_csr(struct cli *cli, const struct keys_options *o, const uint8_t *bytes)
{
	const struct sevadm_cert *sorted[CERT_KINDS] = { NULL };
	struct sevadm_failure failure;
	struct sevadm_cert cert;
	size_t nr;

	if (sevadm_cert_parse(bytes, SEVADM_CERT_SIZE, &cert, 1, &nr, &failure) || cert_kind(&cert) != 1)
		return report_error(cli, SEVADM_FAILED, "Report it, with the firmware's version.",
				    "PEK_CSR: what the firmware gave is no PEK");
	sorted[1] = &cert;
	return cert_write(cli, sorted, &o->form, o->files[0]);
}

static int run_csr(struct cli *cli, const void *options)
{
	const struct keys_options *o = options;
	struct sevadm_run record = { 0 };
	uint8_t bytes[SEVADM_CERT_SIZE] = { 0 };
	int code, ret;

	progress_start(cli);
	ret = sevadm_pek_csr(cli->adm, keys_flags(cli, o), bytes, &record);
	if (ret || cli->dry_run)
		return run_report(cli, &record, ret);
	keys_members(cli, &record);
	code = write_csr(cli, o, bytes);
	return code ? code : report_done(cli, "");
}

/* ------------------------------------------------------------------------- export */

static int run_pek_export(struct cli *cli, const void *options)
{
	return keys_export(cli, options, 1U << SEVADM_KEYS_PEK);
}

static int run_pdh_export(struct cli *cli, const void *options)
{
	return keys_export(cli, options, 1U << SEVADM_KEYS_PDH);
}

/* --------------------------------------------------------------------- pek import */

struct import {
	const struct keys_options *o;
	const struct sevadm_cert *pek, *oca;
};

static int import(struct cli *cli, const void *arg, struct sevadm_run *run)
{
	const struct import *in = arg;

	return sevadm_pek_import(cli->adm, in->pek, in->oca, keys_flags(cli, in->o), run);
}

static int run_import(struct cli *cli, const void *options)
{
	const struct keys_options *o = options;
	struct certs *pek = NULL, *oca = NULL;
	int code = certs_read_one(cli, o->files[0], "PEK", &pek);

	if (!code)
		code = certs_read_one(cli, o->files[1], "OCA", &oca);
	code = code ? keys_not_begun(cli, code) :
	       keys_change(cli, "the platform becomes its owner's, until it is reset", import,
			   &(struct import){ o, pek->cert, oca->cert });
	certs_free(oca);
	certs_free(pek);
	return code;
}

#define CHANGES	(CMD_WRITE | CMD_EXCLUSIVE | CMD_DRY_RUN | CMD_CONFIRMS)

const struct command cmd_pek_gen = {
	.name = "pek gen", .summary = "Give the platform a new PEK, and no owner",
	.argp = &pek_gen_argp, .options_size = sizeof(struct keys_options),
	.flags = CHANGES, .run = run_pek_gen,
};

const struct command cmd_pek_csr = {
	.name = "pek csr", .summary = "Write the platform's PEK for its owner to sign",
	.argp = &csr_argp, .options_size = sizeof(struct keys_options),
	.flags = CMD_WRITE | CMD_DRY_RUN, .words = keys_words, .run = run_csr,
};

const struct command cmd_pek_export = {
	.name = "pek export", .summary = "Write the certificate of the platform's PEK",
	.argp = &pek_export_argp, .options_size = sizeof(struct keys_options),
	.flags = CMD_DRY_RUN, .flags_of = keys_flags_of, .words = keys_words, .run = run_pek_export,
};

const struct command cmd_pek_import = {
	.name = "pek import", .summary = "Give the platform an owner, who signed its PEK",
	.argp = &import_argp, .options_size = sizeof(struct keys_options),
	.flags = CHANGES, .words = keys_words, .run = run_import,
};

const struct command cmd_pdh_gen = {
	.name = "pdh gen", .summary = "Give the platform a new PDH",
	.argp = &pdh_gen_argp, .options_size = sizeof(struct keys_options),
	.flags = CHANGES, .run = run_pdh_gen,
};

const struct command cmd_pdh_export = {
	.name = "pdh export", .summary = "Write the certificate of the platform's PDH",
	.argp = &pdh_export_argp, .options_size = sizeof(struct keys_options),
	.flags = CMD_DRY_RUN, .flags_of = keys_flags_of, .words = keys_words, .run = run_pdh_export,
};
