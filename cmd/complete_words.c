// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "cmd/complete.h"
#include "lib/util/text.h"

/* The words are those of argv, which outlives us */
struct words_options {
	char **words;
	size_t nr;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct words_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARG:
		o->words = state->argv + state->next - 1;
		o->nr = (size_t)(state->argc - state->next + 1);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!o->nr)
			argp_error(state, "give the words, the one that is being typed last");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse, .args_doc = "-- [WORD...] CURRENT",
	.doc = "For the completion of a shell: what CURRENT, behind the words before it, can become; "
	       "a line for each, with a description behind a tab.  A line that begins with a tab "
	       "says what stands before the name of a file.  Issues no command and opens no device.",
};

/* A line is one word: what could not be one is left out */
static bool fits_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static int run(struct cli *cli, const void *options_)
{
	const struct words_options *o = options_;
	const struct complete_context context = { .device = cli->device };
	struct complete result;
	char about[512];
	int ret;

	if (out_mode(cli->out) != OUT_TEXT)
		return report_error(cli, SEVADM_USAGE, NULL, "this command prints lines for a shell, "
				    "and nothing else");
	ret = complete(o->words, o->nr - 1, o->words[o->nr - 1], &context, &result);
	for (size_t i = 0; i < result.nr && !ret; i++) {
		const struct complete_word *word = &result.words[i];

		if (!fits_line(word->word))
			continue;
		printf("%s%s%s\n", word->word, word->description ? "\t" : "",
		       text_escape(word->description ? word->description : "", about,
				   sizeof(about)));
	}
	if (!ret && result.files && fits_line(result.files))
		printf("\t%s\n", result.files);
	complete_free(&result);
	return ret ? report_error(cli, SEVADM_FAILED, NULL, "no memory") : 0;
}

const struct command cmd_complete = {
	.name = "complete",
	.summary = "Tell what a command line can be continued with",
	.argp = &argp,
	.options_size = sizeof(struct words_options),
	.flags = CMD_OFFLINE | CMD_HIDDEN,
	.run = run,
};
