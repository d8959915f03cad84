// SPDX-License-Identifier: GPL-2.0-or-later
/* Where AMD has the certificates of a chip, to be fetched by whom and where it suits */
#include <string.h>

#include "cmd/certs_kds.h"
#include "cmd/commands.h"

struct url_options {
	struct certs_chip chip;
	unsigned int wanted;		/* bits of enum certs_what; 0: all that there are */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct url_options *o = state->input;
	enum certs_what what;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->chip;
		return 0;
	case ARGP_KEY_ARG:
		if (!certs_by_word(arg, &what))
			argp_error(state, "certs url takes cek, cek-ca, vcek, ca, crl, vlek, vlek-ca or "
				   "vlek-crl, not '%s'", arg);
		else
			o->wanted |= CERTS_BIT(what);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &certs_chip_argp }, { 0 } };
static const struct argp argp = {
	.parser = parse, .children = children,
	.args_doc = "[cek|cek-ca|vcek|ca|crl|vlek|vlek-ca|vlek-crl...]",
	.doc = "Print where AMD has the certificates of a chip, this host's unless another is named. "
	       "Nothing is fetched.",
};

struct url_view {
	const char *what, *url;
	uint32_t socket;
	bool has_socket;
};

static const struct out_row url_rows[] = {
	OUT_ROW(struct url_view, "what", NULL, OUT_STRING, what),
	OUT_ROW_WHEN(struct url_view, "socket", NULL, OUT_U32, socket, has_socket),
	OUT_ROW(struct url_view, "url", NULL, OUT_STRING, url),
	OUT_END
};

/* Of those that were asked for, is there one that has no address?  Exit code */
static int check(struct cli *cli, const struct certs_chip *chip, unsigned int wanted)
{
	char url[512];

	for (int i = 0; i < CERTS_WHATS; i++) {
		int ret = wanted & CERTS_BIT(i) ? certs_url(chip, (enum certs_what)i, url, sizeof(url)) :
			  0;

		if (ret)
			return certs_no_url(cli, chip, (enum certs_what)i, ret);
	}
	return 0;
}

/* In text nothing but the addresses, a line each: they go on to other programs */
static int show(struct cli *cli, const struct certs_chip *chip, unsigned int wanted)
{
	bool text = out_mode(cli->out) == OUT_TEXT, host = cli->adm && !chip->hwid;
	int shown = 0;

	if (!text)
		out_list(cli->out, "urls", NULL, url_rows);
	for (int i = 0; i < CERTS_WHATS; i++) {
		char url[512];
		struct url_view view = { .what = certs_word((enum certs_what)i), .url = url,
					 .socket = chip->socket,
					 .has_socket = host && CERTS_BIT(i) & CERTS_OF_CHIP };

		if ((wanted && !(wanted & CERTS_BIT(i))) ||
		    certs_url(chip, (enum certs_what)i, url, sizeof(url)))
			continue;
		shown++;
		if (text)
			out_text(cli->out, "%s", url);
		else
			out_list_item(cli->out, &view);
	}
	if (!text)
		out_list_end(cli->out);
	return shown;
}

static int run(struct cli *cli, const void *options_)
{
	const struct url_options *o = options_;
	struct certs_chip chip = o->chip;
	struct sevadm_run record = { 0 };
	int code;

	code = certs_chip_ask(cli, &chip, o->wanted ? o->wanted : CERTS_BIT(CERTS_WHATS) - 1, &record);
	if (!code)
		code = check(cli, &chip, o->wanted);
	if (!code) {
		bool any = show(cli, &chip, o->wanted);

		if (cli->adm)
			run_members(cli, &record);
		code = any ? report_done(cli, "") :
		       report_error(cli, SEVADM_ABSENT, NULL, "no address can be made for this processor");
	}
	sevadm_run_free(&record);
	return code;
}

static unsigned int flags_of(const void *options_)
{
	const struct url_options *o = options_;

	return certs_chip_given(&o->chip, o->wanted) ? CMD_OFFLINE : 0;
}

const struct command cmd_certs_url = {
	.name = "certs url",
	.summary = "Print where AMD has the certificates of a chip",
	.argp = &argp,
	.options_size = sizeof(struct url_options),
	.flags_of = flags_of,
	.run = run,
};
