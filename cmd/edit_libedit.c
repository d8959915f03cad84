// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "cmd/edit.h"
#include "cmd/session.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

#define KEPT	1000		/* lines of history */

struct edit {
	EditLine *el;
	History *history;
	edit_complete_fn complete;
	void *arg;
	const char *prompt;
};

static volatile sig_atomic_t resized;

static void note_resize(int sig)
{
	(void)sig;
	resized = 1;
}

static char *prompt_of(EditLine *el)
{
	struct edit *edit;

	el_get(el, EL_CLIENTDATA, &edit);
	return (char *)edit->prompt;
}

/*
 * A byte as soon as there is one.  libedit reads on after a signal; we do not, so that
 * Ctrl-C gives the line up.  1, or -1 with errno
 */
static int read_byte(EditLine *el, char *byte)
{
	for (;;) {
		ssize_t n;

		if (session_signal()) {
			errno = EINTR;
			return -1;
		}
		if (resized) {
			resized = 0;
			el_resize(el);
			el_set(el, EL_REFRESH);
		}
		n = read(STDIN_FILENO, byte, 1);
		if (n > 0)
			return 1;
		if (!n)
			return 0;
		if (errno != EINTR)
			return -1;
	}
}

static int read_char(EditLine *el, wchar_t *c)
{
	mbstate_t state = { 0 };
	char byte;

	for (int i = 0; i < 6; i++) {
		int n = read_byte(el, &byte);
		size_t used;

		if (n <= 0)
			return n;
		used = mbrtowc(c, &byte, 1, &state);
		if (used != (size_t)-2 && used != (size_t)-1)
			return 1;
		if (used == (size_t)-1)
			break;
	}
	*c = L'?';		/* no character of this locale */
	return 1;
}

/* ---------------------------------------------------------------------- completion */

/* How much all candidates have in common */
static size_t common(const struct complete *c)
{
	size_t len = strlen(c->words[0].word);

	for (size_t i = 1; i < c->nr; i++) {
		size_t n = 0;

		while (n < len && c->words[i].word[n] == c->words[0].word[n])
			n++;
		len = n;
	}
	return len;
}

/* Below the line, in columns as wide as the widest */
static void list(const struct complete *c)
{
	int width = 0, columns;
	char text[256];

	for (size_t i = 0; i < c->nr; i++)
		if ((int)strlen(c->words[i].word) > width)
			width = (int)strlen(c->words[i].word);
	columns = 78 / (width + 2);
	if (columns < 1)
		columns = 1;
	fputc('\n', stderr);
	for (size_t i = 0; i < c->nr; i++)
		fprintf(stderr, "%-*s%s", width + 2,
			text_escape(c->words[i].word, text, sizeof(text)),
			(i + 1) % (size_t)columns && i + 1 < c->nr ? "" : "\n");
}

/* A word as it has to be written to mean itself */
static char *quoted(const char *word, size_t len)
{
	char *text = malloc(2 * len + 1), *to = text;

	for (size_t i = 0; text && i < len; i++) {
		if (strchr(" \t\\'\"$#>", word[i]))
			*to++ = '\\';
		*to++ = word[i];
	}
	if (to)
		*to = '\0';
	return text;
}

static unsigned char insert(EditLine *el, const struct complete *c, size_t typed)
{
	_cleanup_free_ char *text = quoted(c->words[0].word, common(c));
	bool whole = c->nr == 1 && !c->words[0].more;

	if (!text || (strlen(text) <= typed && !whole)) {
		if (c->nr > 1)
			list(c);
		return c->nr > 1 ? CC_REDISPLAY : CC_REFRESH_BEEP;
	}
	el_deletestr(el, (int)typed);
	if (el_insertstr(el, text) || (whole && el_insertstr(el, " ")))
		return CC_ERROR;
	return CC_REFRESH;
}

static unsigned char on_tab(EditLine *el, int key)
{
	const LineInfo *info = el_line(el);
	size_t size = (size_t)(info->cursor - info->buffer), start;
	struct complete result = { 0 };
	unsigned char ret = CC_REFRESH_BEEP;
	struct edit *edit;

	(void)key;
	el_get(el, EL_CLIENTDATA, &edit);
	if (!edit->complete(edit->arg, info->buffer, size, &start, &result) && result.nr)
		ret = insert(el, &result, size - start);
	complete_free(&result);
	return ret;
}

/* ----------------------------------------------------------------- the editor itself */

static void bind_keys(EditLine *el)
{
	el_set(el, EL_ADDFN, "sevadm-complete", "complete the word", on_tab);
	el_set(el, EL_BIND, "^I", "sevadm-complete", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_set(el, EL_BIND, "^W", "ed-delete-prev-word", NULL);
	el_set(el, EL_BIND, "\\e[H", "ed-move-to-beg", NULL);
	el_set(el, EL_BIND, "\\e[F", "ed-move-to-end", NULL);
	el_set(el, EL_BIND, "\\e[3~", "ed-delete-next-char", NULL);
}

struct edit *edit_open(edit_complete_fn fn, void *arg)
{
	struct sigaction action = { .sa_handler = note_resize };
	struct edit *edit = calloc(1, sizeof(*edit));
	HistEvent event;

	if (!edit)
		return NULL;
	setlocale(LC_CTYPE, "");
	edit->complete = fn;
	edit->arg = arg;
	edit->history = history_init();
	edit->el = el_init("sevadm", stdin, stderr, stderr);
	if (!edit->el || !edit->history) {
		edit_close(edit);
		return NULL;
	}
	history(edit->history, &event, H_SETSIZE, KEPT);
	history(edit->history, &event, H_SETUNIQUE, 1);
	el_set(edit->el, EL_CLIENTDATA, edit);
	el_set(edit->el, EL_PROMPT, prompt_of);
	el_set(edit->el, EL_EDITOR, "emacs");
	el_set(edit->el, EL_SIGNAL, 0);
	el_set(edit->el, EL_HIST, history, edit->history);
	el_set(edit->el, EL_GETCFN, read_char);
	bind_keys(edit->el);
	sigemptyset(&action.sa_mask);
	sigaction(SIGWINCH, &action, NULL);
	/* with the terminal as libedit has it nobody else could work; of a command it is an end */
	signal(SIGQUIT, SIG_IGN);
	return edit;
}

void edit_close(struct edit *edit)
{
	if (!edit)
		return;
	if (edit->el)
		el_end(edit->el);
	if (edit->history)
		history_end(edit->history);
	free(edit);
}

int edit_line(struct edit *edit, const char *prompt, char **line)
{
	const char *got;
	int count = 0;

	void (*stop_before)(int) = signal(SIGTSTP, SIG_IGN);

	edit->prompt = prompt;
	/* while a command had the terminal; later it would draw the prompt twice */
	if (resized) {
		resized = 0;
		el_resize(edit->el);
	}
	errno = 0;
	got = el_gets(edit->el, &count);
	signal(SIGTSTP, stop_before);
	if (!got || count <= 0) {
		fputc('\n', stderr);
		return session_signal() ? -EINTR : 0;
	}
	*line = strndup(got, strcspn(got, "\n"));
	return *line ? 1 : -ENOMEM;
}

void edit_remember(struct edit *edit, const char *line)
{
	HistEvent event;

	history(edit->history, &event, H_ENTER, line);
}

void edit_history_each(struct edit *edit, void (*fn)(void *arg, const char *line), void *arg)
{
	HistEvent event;

	for (int ret = history(edit->history, &event, H_LAST); ret >= 0;
	     ret = history(edit->history, &event, H_PREV))
		fn(arg, event.str);
}
