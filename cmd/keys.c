// SPDX-License-Identifier: GPL-2.0-or-later
/* What the commands about a platform's keys have in common */
#include "cmd/keys.h"
#include "lib/util/text.h"

#include <string.h>

enum { KEY_INIT = 0x260 };

/* ------------------------------------------------------------------- command line */

static const struct argp_option init_options[] = {
	{ "init", KEY_INIT, NULL, 0,
	  "Where SEV is down, let the driver bring it up for this, and SEV and SNP down after it" },
	{ 0 }
};

static error_t parse_init(int key, char *arg, struct argp_state *state)
{
	struct keys_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		if (state->child_inputs)
			state->child_inputs[0] = &o->form;
		return 0;
	case KEY_INIT:
		o->init = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child encoding[] = { { .argp = &cert_encoding_argp }, { 0 } };
const struct argp keys_init_argp = { .options = init_options, .parser = parse_init };
const struct argp keys_file_argp = {
	.options = init_options, .parser = parse_init, .children = encoding,
};

const struct arg_words keys_words[] = {
	{ "KIND", "pdh|pek|oca|cek|ask|ark" },
	{ "DEST", "FILE" }, { "PEK", "FILE" }, { "OCA", "FILE" }, { "KEY", "FILE" },
	{ 0 }
};

unsigned int keys_flags_of(const void *options)
{
	const struct keys_options *o = options;

	return o->init ? CMD_WRITE | CMD_EXCLUSIVE : 0;
}

unsigned int keys_flags(const struct cli *cli, const struct keys_options *o)
{
	return (o->init ? SEVADM_KEYS_INIT : 0) | (cli->dry_run ? SEVADM_KEYS_DRY : 0);
}

error_t keys_parse_files(int key, char *arg, struct argp_state *state, size_t nr, const char *what)
{
	struct keys_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		return 0;
	case ARGP_KEY_ARG:
		if (o->nr == nr)
			argp_error(state, "there is one too many: '%s'", arg);
		o->files[o->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->nr < nr)
			argp_error(state, "name %s", what);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ------------------------------------------------------------------------- result */

struct keys_view {
	uint8_t sev_state, snp_state;
	const char *sev_state_name, *snp_state_name, *owner;
	bool has_snp;
	uint32_t guests;
	char sha256[SEVADM_KEYS][65];
};

#define V struct keys_view
static const struct out_row keys_rows[] = {
	OUT_ROW(V, "sev_state", NULL, OUT_U8, sev_state),
	OUT_ROW(V, "sev_state_name", "SEV", OUT_STRING, sev_state_name),
	OUT_ROW_WHEN(V, "snp_state", NULL, OUT_U8, snp_state, has_snp),
	OUT_ROW_WHEN(V, "snp_state_name", "SNP", OUT_STRING, snp_state_name, has_snp),
	OUT_ROW(V, "sev_guests", "Guests of SEV", OUT_U32, guests),
	OUT_ROW(V, "owner", "Owner", OUT_STRING, owner),
	OUT_ROW(V, "pdh_sha256", "PDH, SHA-256", OUT_CHARS, sha256[SEVADM_KEYS_PDH]),
	OUT_ROW(V, "pek_sha256", "PEK, SHA-256", OUT_CHARS, sha256[SEVADM_KEYS_PEK]),
	OUT_ROW(V, "oca_sha256", "OCA, SHA-256", OUT_CHARS, sha256[SEVADM_KEYS_OCA]),
	OUT_ROW(V, "cek_sha256", "CEK, SHA-256", OUT_CHARS, sha256[SEVADM_KEYS_CEK]),
	OUT_END
};
#undef V

void keys_show(struct cli *cli, const char *key, const char *title, const struct sevadm_keys *keys)
{
	struct keys_view view = {
		.sev_state = keys->sev.state, .sev_state_name = sevadm_sev_state_name(keys->sev.state),
		.has_snp = keys->snp.known, .snp_state = keys->snp.state,
		.snp_state_name = sevadm_snp_state_name(keys->snp.state),
		.guests = keys->sev.guest_count,
		/* while SEV is down the firmware tells of no owner, which does not mean that there is none */
		.owner = !keys->sev.state ? NULL : keys->sev.owned ? "external" : "self",
	};

	for (int i = 0; keys->known && i < SEVADM_KEYS; i++)
		text_hex(view.sha256[i], keys->certs[i].key_sha256, sizeof(keys->certs[i].key_sha256));
	out_object(cli->out, key, title, keys_rows, &view);
	if (!keys->sev.state)
		out_text(cli->out, "  SEV is down: the firmware tells neither owner nor keys");
}

/* What would be refused is refused before anybody is asked for it */
static int try_dry(struct cli *cli,
		   int (*change)(struct cli *cli, const void *arg, struct sevadm_run *run),
		   const void *arg)
{
	struct sevadm_run scratch = { 0 };
	int ret = 0;

	if (!cli->yes && !cli->dry_run) {
		cli->dry_run = true;
		ret = change(cli, arg, &scratch);
		cli->dry_run = false;
	}
	sevadm_run_free(&scratch);
	return ret;
}

int keys_change(struct cli *cli, const char *question,
		int (*change)(struct cli *cli, const void *arg, struct sevadm_run *run),
		const void *arg)
{
	struct sevadm_run record = { 0 };
	struct sevadm_keys keys;
	int ret = sevadm_keys_get(cli->adm, SEVADM_KEYS_LOOK, &keys, &record);

	if (!ret)
		keys_show(cli, "before", "Before", &keys);
	if (!ret)
		ret = try_dry(cli, change, arg);
	if (!ret && !confirm(cli, question))
		return confirm_declined(cli, &record);
	progress_start(cli);
	if (!ret)
		ret = change(cli, arg, &record);
	if (!ret && !cli->dry_run) {
		ret = sevadm_keys_get(cli->adm, SEVADM_KEYS_LOOK, &keys, &record);
		if (!ret)
			keys_show(cli, "after", "After", &keys);
	}
	return run_report(cli, &record, ret);
}

int keys_not_begun(struct cli *cli, int code)
{
	const struct sevadm_failure failure = {
		.kind = (enum sevadm_class)code, .status = SEVADM_NO_FW_CALL,
		.message = "not begun: a file cannot be read, or does not hold what it has to",
	};

	log_end(cli, NULL, &failure);
	return code;
}

void keys_members(struct cli *cli, struct sevadm_run *run)
{
	progress_end(cli);
	log_end(cli, run, NULL);
	run_members(cli, run);
	sevadm_run_free(run);
}

int keys_export(struct cli *cli, const struct keys_options *o, unsigned int only)
{
	const struct sevadm_cert *sorted[CERT_KINDS] = { NULL };
	struct cert_form form = o->form;
	struct sevadm_run record = { .dry = cli->dry_run };
	struct sevadm_keys keys;
	int code, ret = sevadm_keys_get(cli->adm, keys_flags(cli, o), &keys, &record);

	if (ret)
		return run_report(cli, &record, ret);
	keys_members(cli, &record);
	form.only = only;
	for (int i = 0; i < SEVADM_KEYS; i++)
		sorted[i] = &keys.certs[i];
	code = cert_write(cli, sorted, &form, o->files[0]);
	return code ? code : report_done(cli, cli->dry_run ? "Nothing was changed" : "");
}
