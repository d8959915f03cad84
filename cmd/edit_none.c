// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In a build without libedit the terminal's own line discipline edits, there is no
 * completion, and history is a list that nothing goes back to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/edit.h"
#include "cmd/lines.h"
#include "cmd/script.h"

#define KEPT	1000

struct edit {
	struct lines lines;
	char *kept[KEPT];
	size_t nr;
};

struct edit *edit_open(edit_complete_fn fn, void *arg)
{
	(void)fn;
	(void)arg;
	return calloc(1, sizeof(struct edit));
}

void edit_close(struct edit *edit)
{
	for (size_t i = 0; edit && i < edit->nr; i++)
		free(edit->kept[i]);
	free(edit);
}

int edit_line(struct edit *edit, const char *prompt, char **line)
{
	int ret;

	fputs(prompt, stderr);
	fflush(stderr);
	ret = lines_next(&edit->lines, line);
	if (ret <= 0)
		fputc('\n', stderr);
	return ret;
}

void edit_remember(struct edit *edit, const char *line)
{
	if (edit->nr == KEPT) {
		free(edit->kept[0]);
		memmove(edit->kept, edit->kept + 1, (KEPT - 1) * sizeof(edit->kept[0]));
		edit->nr--;
	}
	edit->kept[edit->nr] = strdup(line);
	edit->nr += !!edit->kept[edit->nr];
}

void edit_history_each(struct edit *edit, void (*fn)(void *arg, const char *line), void *arg)
{
	for (size_t i = 0; i < edit->nr; i++)
		fn(arg, edit->kept[i]);
}
