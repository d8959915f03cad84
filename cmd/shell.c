// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shell: every command of the program without the program's name, on one host that
 * stays open.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/edit.h"
#include "cmd/history.h"
#include "cmd/interpret.h"
#include "cmd/lines.h"
#include "cmd/pager.h"
#include "cmd/shell.h"
#include "cmd/terminal.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define LEAVE	1		/* own() of interpret(): the shell ends */

enum { KEY_READ_ONLY = 0x200 };

struct shell_options {
	bool read_only;
};

static const struct argp_option options[] = {
	{ "read-only", KEY_READ_ONLY, NULL, 0, "Refuse the commands that change something" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct shell_options *o = state->input;

	(void)arg;
	if (key != KEY_READ_ONLY)
		return ARGP_ERR_UNKNOWN;
	o->read_only = true;
	return 0;
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Give commands one after the other, without the program's name, to a host that "
	       "stays open.",
};

/* ---------------------------------------------------------------------- a command */

static void written(struct interpreter *in, const struct point *point)
{
	const struct shell *shell = in->arg;
	_cleanup_free_ char *text = NULL;
	size_t size;

	text = capture_text(point->capture.out, &size);
	if (text && size)
		pager_show(text, size, shell->interactive && shell->pager, in->session->look);
}

static void told(struct interpreter *in, const struct point *point)
{
	char text[1024];

	(void)in;
	/* it has told what went wrong by itself */
	if (point->begun && !point->expected[0] && !point->outcome.signal)
		return;
	if (!point->ok)
		fprintf(stderr, "sevadm: %s\n", text_escape(point->why, text, sizeof(text)));
	else if (point->expected[0])
		fprintf(stderr, "as expected: %s\n",
			text_escape(point->expected, text, sizeof(text)));
}

static void say(struct interpreter *in, const char *line)
{
	char text[SCRIPT_LINE];

	(void)in;
	printf("%s\n", text_escape(line, text, sizeof(text)));
	fflush(stdout);
}

/* ------------------------------------------------------------------- own statements */

static void history_line(void *arg, const char *line)
{
	char text[SCRIPT_LINE];

	(void)arg;
	printf("%s\n", text_escape(line, text, sizeof(text)));
}

/* One round; false: it ends here */
static bool watch_once(struct interpreter *in, const struct statement *s, char *const *words)
{
	struct point point = { .capture = { -1, -1 } };
	bool smart = terminal_is_smart(STDOUT_FILENO);
	time_t now = time(NULL);
	char when[32];
	int ret;

	strftime(when, sizeof(when), "%T", localtime(&now));
	printf("%severy %.1f s, Ctrl-C ends it, %s\n", smart ? "\033[H\033[2J" : "\n",
	       (double)s->number / 1e9, when);
	fflush(stdout);
	ret = interpret_command(in, s, words, &point);
	if (!ret)
		written(in, &point);
	capture_close(&point.capture);
	/* a line that is not taken now will not be taken the next time */
	return !ret && !session_signal() && point.outcome.exit != SEVADM_USAGE;
}

/* A command again and again; only one that changes nothing */
static int watch(struct interpreter *in, const struct statement *s)
{
	struct shell *shell = in->arg;
	bool read_only = in->session->read_only, pager = shell->pager;
	char **words = interpret_words(in, s, 1);

	in->code = words && shell->interactive ? SEVADM_DONE : SEVADM_USAGE;
	if (!shell->interactive)
		fputs("sevadm: watch is for who sits at a terminal\n", stderr);
	if (!words || !shell->interactive) {
		script_words_free(words);
		return 0;
	}
	in->session->read_only = true;
	shell->pager = false;
	while (watch_once(in, s, words) && !session_sleep(in->session, s->number, false))
		;
	in->session->read_only = read_only;
	shell->pager = pager;
	fputc('\n', stderr);
	script_words_free(words);
	session_forget_signal();
	return 0;
}

static int help(struct interpreter *in, const struct statement *s)
{
	char *words[4] = { 0 };
	struct point point = { .capture = { -1, -1 } };
	size_t nr = 0;

	if (s->nr > 1 && shell_help(s->words[1]))
		return 0;
	for (size_t i = 1; i < s->nr && nr < 2; i++)
		words[nr++] = s->words[i];
	words[nr] = (char *)"--help";
	if (!interpret_command(in, s, words, &point))
		written(in, &point);
	in->code = point.outcome.exit;
	capture_close(&point.capture);
	if (!nr)
		shell_help(NULL);
	return 0;
}

static int own(struct interpreter *in, const struct statement *s)
{
	struct shell *shell = in->arg;

	switch (s->kind) {
	case STATEMENT_EXIT:
		return LEAVE;
	case STATEMENT_SET:
		in->code = shell_set(shell, s) ? SEVADM_USAGE : SEVADM_DONE;
		return 0;
	case STATEMENT_HELP:
		return help(in, s);
	case STATEMENT_WATCH:
		return watch(in, s);
	case STATEMENT_HISTORY:
		if (shell->edit)
			edit_history_each(shell->edit, history_line, NULL);
		fflush(stdout);
		return 0;
	default:
		return 0;
	}
}

static const struct interpreter_ops ops = {
	.written = written, .told = told, .say = say, .own = own,
};

/* ------------------------------------------------------------------------- lines */

/* More of a repeat, until its end is there: 0, or what edit_line() returned */
static int more(struct shell *shell, char **text)
{
	_cleanup_free_ char *line = NULL;
	char *both;
	int ret = shell->interactive ? edit_line(shell->edit, "...> ", &line) :
		  lines_next(&shell->lines, &line);

	if (ret <= 0)
		return ret ? ret : -ENODATA;
	if (asprintf(&both, "%s\n%s", *text, line) < 0)
		return -ENOMEM;
	free(*text);
	*text = both;
	return 0;
}

/* To statements; 0, or it was told why not */
static int understand(struct shell *shell, char **text, struct script *script)
{
	struct script_error error;
	int ret;

	for (;;) {
		ret = script_parse(*text, strlen(*text), true, script, &error);
		if (ret != -EAGAIN)
			break;
		script_free(script);
		ret = more(shell, text);
		if (ret)
			break;
	}
	if (ret == -EINVAL || ret == -ENODATA)
		fprintf(stderr, "sevadm: %s\n", error.text);
	else if (ret == -ENOMEM)
		fputs("sevadm: there is no memory left\n", stderr);
	return ret;
}

/* The lines of a repeat one by one, as they were entered */
static void remember(struct shell *shell, const char *text)
{
	_cleanup_free_ char *copy = shell->edit ? strdup(text) : NULL;
	char *rest = copy, *line;

	while (copy && (line = strsep(&rest, "\n")))
		if (line[0] && line[0] != ' ')
			edit_remember(shell->edit, line);
}

/* A line, and those that belong to it: LEAVE to end */
static int carry_out(struct shell *shell, char **text)
{
	struct interpreter *in = &shell->in;
	struct script script;
	int ret = understand(shell, text, &script);

	remember(shell, *text);
	in->code = shell->code;
	if (ret)
		in->code = SEVADM_USAGE;
	else
		ret = interpret(in, &script);
	shell->code = in->code;
	in->last.statement = NULL;
	script_free(&script);
	return ret == LEAVE ? LEAVE : 0;
}

/* TERM and HUP end the shell, INT what it was about to do */
static bool goes_on(void)
{
	int sig = session_signal();

	if (sig == SIGINT)
		session_forget_signal();
	return !sig || sig == SIGINT;
}

static void loop(struct shell *shell)
{
	char prompt[512];
	int ret = 0;

	while (ret != LEAVE && goes_on()) {
		_cleanup_free_ char *line = NULL;

		if (shell->interactive) {
			shell_prompt(shell, prompt, sizeof(prompt));
			ret = edit_line(shell->edit, prompt, &line);
		} else {
			ret = lines_next(&shell->lines, &line);
		}
		if (ret == -EINTR)
			continue;
		if (ret <= 0)
			break;
		ret = carry_out(shell, &line);
	}
}

static int complete_line(void *arg, const char *line, size_t size, size_t *start,
			 struct complete *result)
{
	const struct shell *shell = arg;

	return shell_complete(shell, line, size, start, result);
}

/* The children print what there is to print: we have no result of our own */
static int become_silent(struct cli *cli)
{
	free(out_line(cli->out));
	cli->out = out_new(OUT_DOCUMENT, false);
	return cli->out ? 0 : SEVADM_FAILED;
}

/* As outside of a shell */
static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return !(no && no[0]) && terminal_is_smart(STDOUT_FILENO);
}

static int talk(struct cli *cli, struct session *session)
{
	_cleanup_close_ int nothing = file_open_nothing();
	struct shell shell = {
		.interactive = isatty(STDIN_FILENO) && isatty(STDERR_FILENO), .pager = true,
		.look = true,
		.in = {
			.ops = &ops, .session = session, .go_on = true, .arg = &shell,
			.colour = wants_colour(),
			.last.capture = { -1, -1 },
		},
	};

	/* what commands would read are the lines to come */
	shell.in.in = shell.interactive ? STDIN_FILENO : nothing;
	if (shell.interactive) {
		shell.edit = edit_open(complete_line, &shell);
		if (!shell.edit)
			return report_error(cli, SEVADM_FAILED, NULL, "the terminal cannot be used");
		history_load(shell.edit);
		shell_greet(&shell);
	}
	loop(&shell);
	if (shell.edit) {
		int ret = history_save(shell.edit);

		if (ret)
			fprintf(stderr, "sevadm: shell: warning: the history cannot be written: %s\n",
				strerror(-ret));
	}
	edit_close(shell.edit);
	interpreter_free(&shell.in);
	cli->stopped_by = session_signal();
	return shell.code;
}

static int run(struct cli *cli, const void *options_)
{
	const struct shell_options *o = options_;
	struct session *session;
	int ret;

	if (cli->session)
		return report_error(cli, SEVADM_USAGE, NULL, "this is a shell, or a script, already");
	ret = session_open(cli, o->read_only, &session);
	if (!ret)
		ret = become_silent(cli);
	if (!ret)
		ret = talk(cli, session);
	return session_end(cli, session, ret);
}

const struct command cmd_shell = {
	.name = "shell",
	.summary = "Give commands one after the other",
	.argp = &argp,
	.options_size = sizeof(struct shell_options),
	.flags = CMD_SESSION,
	.run = run,
};
