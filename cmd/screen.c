// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A text that is drawn over the one before: home, and each line cleared to its end.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/monitor.h"
#include "cmd/terminal.h"

#define CLEAR_LINE	"\033[K"

/* How many bytes of a line @columns have room for; sequences for colour take none */
static size_t fitting(const char *line, size_t len, unsigned int columns)
{
	size_t i = 0;

	while (i < len) {
		if (line[i] == '\033') {
			while (i < len && line[i] != 'm')
				i++;
		} else if (!columns--) {
			break;
		}
		i++;
	}
	return i;
}

static unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

void screen_draw(const char *text, bool fresh)
{
	unsigned int rows, columns, lines = count_lines(text), shown;

	terminal_size(&rows, &columns);
	/* the last line says what is missing; none ends in a line feed, which would scroll */
	shown = lines > rows ? rows - 1 : lines;
	fputs(fresh ? "\033[2J\033[H" : "\033[H", stdout);
	for (unsigned int i = 0; i < shown; i++) {
		const char *end = strchr(text, '\n');

		printf("%.*s\033[0m" CLEAR_LINE "%s",
		       (int)fitting(text, (size_t)(end - text), columns), text,
		       i + 1 < rows ? "\n" : "");
		text = end + 1;
	}
	if (shown < lines) {
		char more[48];

		snprintf(more, sizeof(more), "-- %u more lines --", lines - shown);
		printf("%.*s" CLEAR_LINE, (int)columns, more);
	}
	fputs("\033[J", stdout);
}
