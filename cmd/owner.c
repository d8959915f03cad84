// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose platform is it?  And all of it back to how it left the factory */
#include "cmd/commands.h"
#include "cmd/keys.h"

static const struct argp_child init_children[] = { { .argp = &keys_init_argp }, { 0 } };

static error_t parse_init(int key, char *arg, struct argp_state *state)
{
	return key == ARGP_KEY_INIT ? keys_parse_files(key, arg, state, 0, "") : ARGP_ERR_UNKNOWN;
}

static error_t parse_external(int key, char *arg, struct argp_state *state)
{
	return key == ARGP_KEY_INIT ? 0 : keys_parse_files(key, arg, state, 2, "the owner's OCA, and its "
							   "private key");
}

static const struct argp show_argp = {
	.parser = parse_init, .children = init_children,
	.doc = "Show whose platform this is, its keys, and whether they signed each other.",
}, self_argp = {
	.parser = parse_init, .children = init_children,
	.doc = "Make the platform its own: a new PEK, which its owner did not sign (PEK_GEN).",
}, external_argp = {
	.parser = parse_external, .args_doc = "OCA KEY",
	.doc = "Give the platform an owner at once: PEK_CSR, the signature by the OCA's private key, and "
	       "PEK_CERT_IMPORT.",
}, reset_argp = {
	.doc = "Forget the platform's PEK, PDH and owner (PLATFORM_RESET): all of it is made anew when "
	       "SEV comes up the next time.",
};

/* ---------------------------------------------------------------------- owner show */

/* The links between the platform's own: AMD's are not there to be asked */
static int show_links(struct cli *cli, const struct sevadm_keys *keys)
{
	static const char *const own[] = { "CEK -> PEK", "OCA -> OCA", "OCA -> PEK", "PEK -> PDH" };
	struct sevadm_cert_chain chain;
	const struct sevadm_cert_link *bad;

	sevadm_cert_verify(keys->certs, SEVADM_KEYS, NULL, &chain);
	bad = cert_show_links(cli, &chain, own, sizeof(own) / sizeof(own[0]));
	if (!bad)
		return report_done(cli, "");
	return report_no(cli, bad->why);
}

static int run_show(struct cli *cli, const void *options)
{
	const struct keys_options *o = options;
	struct sevadm_run record = { 0 };
	struct sevadm_keys keys;
	int ret = sevadm_keys_get(cli->adm, o->init ? SEVADM_KEYS_INIT : SEVADM_KEYS_LOOK, &keys,
				  &record);

	if (!ret)
		keys_show(cli, "keys", "Keys", &keys);
	run_members(cli, &record);
	sevadm_run_free(&record);
	if (ret)
		return report_failure(cli, sevadm_failure(cli->adm));
	return keys.known ? show_links(cli, &keys) : report_done(cli, "");
}

/* ---------------------------------------------------------------------- owner self */

static int make_own(struct cli *cli, const void *options, struct sevadm_run *run)
{
	return sevadm_keys_change(cli->adm, SEVADM_PEK_GEN, keys_flags(cli, options), run);
}

static int run_self(struct cli *cli, const void *options)
{
	return keys_change(cli, "the PEK, the PDH and the owner of this platform are lost", make_own,
			   options);
}

/* ------------------------------------------------------------------ owner external */

struct external {
	const struct keys_options *o;
	const struct sevadm_cert *oca;
	const struct sevadm_private_key *key;
};

static int set_owner(struct cli *cli, const void *arg, struct sevadm_run *run)
{
	const struct external *in = arg;

	return sevadm_owner_set(cli->adm, in->oca, in->key, keys_flags(cli, in->o), run);
}

static int run_external(struct cli *cli, const void *options)
{
	const struct keys_options *o = options;
	struct sevadm_private_key *key = NULL;
	struct certs *oca = NULL;
	int code = certs_read_one(cli, o->files[0], "OCA", &oca);

	if (!code)
		code = oca_read_key(cli, o->files[1], &key);
	code = code ? keys_not_begun(cli, code) :
	       keys_change(cli, "the platform becomes its owner's, until it is reset", set_owner,
			   &(struct external){ o, oca->cert, key });
	sevadm_private_key_free(key);
	certs_free(oca);
	return code;
}

/* --------------------------------------------------------------------------- reset */

static int reset(struct cli *cli, const void *options, struct sevadm_run *run)
{
	(void)options;
	return sevadm_keys_change(cli->adm, SEVADM_FACTORY_RESET,
				  cli->dry_run ? SEVADM_KEYS_DRY : 0, run);
}

static int run_reset(struct cli *cli, const void *options)
{
	return keys_change(cli, "the PEK, the PDH and the owner of this platform are lost, and SEV goes "
			   "down", reset, options);
}

#define CHANGES	(CMD_WRITE | CMD_EXCLUSIVE | CMD_DRY_RUN | CMD_CONFIRMS)

const struct command cmd_owner_show = {
	.name = "owner show", .summary = "Show whose platform this is, and its keys",
	.argp = &show_argp, .options_size = sizeof(struct keys_options),
	.flags_of = keys_flags_of, .run = run_show,
};

const struct command cmd_owner_self = {
	.name = "owner self", .summary = "Make the platform its own",
	.argp = &self_argp, .options_size = sizeof(struct keys_options),
	.flags = CHANGES, .run = run_self,
};

const struct command cmd_owner_external = {
	.name = "owner external", .summary = "Give the platform an owner at once",
	.argp = &external_argp, .options_size = sizeof(struct keys_options),
	.flags = CHANGES, .words = keys_words, .run = run_external,
};

const struct command cmd_reset = {
	.name = "reset", .summary = "Forget the platform's keys and owner (PLATFORM_RESET)",
	.argp = &reset_argp, .flags = CHANGES, .run = run_reset,
};
