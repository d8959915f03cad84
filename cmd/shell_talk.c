// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/shell.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

/* ------------------------------------------------------------------------- settings */

static const char *const modes[] = { "text", "json", "porcelain", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const switches[] = { "off", "on", NULL };
static const char *const levels[] = { "0", "1", "2", NULL };

enum setting_id { SET_COLOR, SET_FORMAT, SET_LOOK, SET_PAGER, SET_QUIET, SET_VERBOSE, SET_YES };

static const struct setting {
	const char *name;
	enum setting_id id;
	const char *const *values;
	const char *what;
} settings[] = {
	{ "color", SET_COLOR, colors, "colour in text" },
	{ "format", SET_FORMAT, modes, "of results" },
	{ "look", SET_LOOK, switches, "the prompt asks what the platforms are" },
	{ "pager", SET_PAGER, switches, "for what does not fit on the terminal" },
	{ "quiet", SET_QUIET, switches, "no progress" },
	{ "verbose", SET_VERBOSE, levels, "a line of progress for each step" },
	{ "yes", SET_YES, switches, "do not ask before something is lost" },
};

#define NR_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

static unsigned int get(const struct shell *shell, enum setting_id id)
{
	const struct cli *cli = &shell->in.session->cli;

	switch (id) {
	case SET_COLOR:
		return cli->color;
	case SET_FORMAT:
		return cli->mode;
	case SET_LOOK:
		return shell->look;
	case SET_PAGER:
		return shell->pager;
	case SET_QUIET:
		return cli->quiet;
	case SET_VERBOSE:
		return cli->verbose;
	case SET_YES:
		return cli->yes;
	}
	return 0;
}

static void put(struct shell *shell, enum setting_id id, unsigned int value)
{
	struct cli *cli = &shell->in.session->cli;

	switch (id) {
	case SET_COLOR:
		cli->color = value;
		break;
	case SET_FORMAT:
		cli->mode = value;
		break;
	case SET_LOOK:
		shell->look = value;
		break;
	case SET_PAGER:
		shell->pager = value;
		break;
	case SET_QUIET:
		cli->quiet = value;
		break;
	case SET_VERBOSE:
		cli->verbose = value;
		break;
	case SET_YES:
		cli->yes = value;
		break;
	}
}

static void show(const struct shell *shell, const struct setting *setting)
{
	unsigned int value = get(shell, setting->id);

	/* -vvv is no more than -vv */
	if (setting->id == SET_VERBOSE && value > 2)
		value = 2;
	printf("%-8s %-10s %s\n", setting->name, setting->values[value], setting->what);
}

static const struct setting *find(const char *name)
{
	for (size_t i = 0; i < NR_SETTINGS; i++)
		if (!strcmp(settings[i].name, name))
			return &settings[i];
	return NULL;
}

static int change(struct shell *shell, const struct setting *setting, const char *word)
{
	char text[64];

	for (unsigned int i = 0; setting->values[i]; i++)
		if (!strcmp(setting->values[i], word)) {
			put(shell, setting->id, i);
			return 0;
		}
	fprintf(stderr, "sevadm: %s is never '%s', but", setting->name,
		text_escape(word, text, sizeof(text)));
	for (unsigned int i = 0; setting->values[i]; i++)
		fprintf(stderr, "%s %s", i ? "," : "", setting->values[i]);
	fputc('\n', stderr);
	return -EINVAL;
}

int shell_set(struct shell *shell, const struct statement *s)
{
	const struct setting *setting = s->nr > 1 ? find(s->words[1]) : NULL;
	char text[64];

	if (s->nr > 3 || (s->nr > 1 && !setting)) {
		fprintf(stderr, "sevadm: it is written: set, or set NAME VALUE; there is no '%s'\n",
			text_escape(s->words[s->nr > 3 ? 3 : 1], text, sizeof(text)));
		return -EINVAL;
	}
	if (s->nr == 3)
		return change(shell, setting, s->words[2]);
	for (size_t i = 0; i < NR_SETTINGS; i++)
		if (!setting || setting == &settings[i])
			show(shell, &settings[i]);
	fflush(stdout);
	return 0;
}

/* -------------------------------------------------------------------------- the rest */

static const struct complete_extra extras[] = {
	{ "echo", "print a line", "TEXT" },
	{ "exit", "leave the shell", NULL },
	{ "expect", "check how the command before it ended",
	  "STATUS|exit|errno|output|sev|snp|guests" },
	{ "help", "about a command", "COMMAND" },
	{ "history", "what was entered", NULL },
	{ "let", "a variable: let NAME = VALUE", NULL },
	{ "on-error", "what to do after an error", "stop|continue" },
	{ "pick", "a guest or a CPU into a variable: pick NAME guest [KIND] [STATE] [N]", NULL },
	{ "quit", "leave the shell", NULL },
	{ "repeat", "lines up to end, N times", NULL },
	{ "set", "settings of the shell", "color|format|look|pager|quiet|verbose|yes" },
	{ "sleep", "wait: sleep 1.5s", NULL },
	{ "time", "a command, and how long it took", "COMMAND" },
	{ "watch", "a command again and again: watch status 1s", "COMMAND" },
	{ 0 }
};

void shell_greet(const struct shell *shell)
{
	char device[256];

	fprintf(stderr, "sevadm shell on %s%s.  help lists what there is; Ctrl-D leaves.\n",
		text_escape(shell->in.session->cli.device, device, sizeof(device)),
		shell->in.session->read_only ? ", for looking only" : "");
}

bool shell_help(const char *word)
{
	for (const struct complete_extra *e = extras; word && e->name; e++) {
		if (strcmp(e->name, word))
			continue;
		printf("%s%s%s: %s\n", e->name, e->args ? " " : "", e->args ? e->args : "", e->summary);
		fflush(stdout);
		return true;
	}
	if (word)
		return false;
	puts("\nOf the shell:");
	for (const struct complete_extra *e = extras; e->name; e++)
		printf("  %-16s %s\n", e->name, e->summary);
	puts("\n> FILE and >> FILE behind a command put its result there; # begins a comment.");
	fflush(stdout);
	return true;
}

/* "sim:host.s SEV:INIT SNP:INIT WBINVD_REQUIRED> " */
void shell_prompt(struct shell *shell, char *prompt, size_t size)
{
	const struct session *session = shell->in.session;
	const struct picture *now = shell->look ? session_look(shell->in.session) : NULL;
	const struct outcome *last = &shell->in.last.outcome;
	const char *device = session->cli.device, *slash = strrchr(device, '/');
	char name[128], states[64] = "", status[64] = "";

	if (!strncmp(device, "sim:", 4) && slash)
		snprintf(name, sizeof(name), "sim:%.100s", slash + 1);
	else
		snprintf(name, sizeof(name), "%.100s", device);
	if (now)
		snprintf(states, sizeof(states), " SEV:%s SNP:%s", now->sev[0] ? now->sev : "?",
			 now->snp[0] ? now->snp : "?");
	if (shell->in.last.begun && last->told && last->status != SEVADM_NO_FW_CALL)
		snprintf(status, sizeof(status), " %s", sevadm_status_name(last->status));
	else if (shell->in.last.begun && last->exit)
		snprintf(status, sizeof(status), " exit %d", last->exit);
	snprintf(prompt, size, "%s%s%s%s> ", text_escape(name, (char[256]){ 0 }, 256),
		 session->read_only ? " (read-only)" : "", states, status);
}

/* What a prefix has behind it is a command with nothing before it */
static bool is_prefix(const char *word)
{
	return !strcmp(word, "time") || !strcmp(word, "watch") || !strcmp(word, "help");
}

int shell_complete(const struct shell *shell, const char *line, size_t size, size_t *start,
		   struct complete *result)
{
	struct complete_context context = { .device = shell->in.session->cli.device,
					    .extra = extras };
	char **words;
	int nr = script_split(line, size, &words, start), ret;
	size_t from;

	if (nr < 0)
		return nr;
	from = nr > 1 && is_prefix(words[0]);
	if (from)
		context.extra = NULL;
	ret = complete(words + from, (size_t)nr - 1 - from, words[nr - 1], &context, result);
	script_words_free(words);
	return ret;
}
