// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/script.h"
#include "cmd/session.h"

/* 1, 0 at the end, -errno */
static int fill(struct lines *lines)
{
	ssize_t n;

	do {
		if (session_signal())
			return -EINTR;
		n = read(STDIN_FILENO, lines->buf, sizeof(lines->buf));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	lines->at = 0;
	lines->end = (size_t)n;
	return n > 0;
}

int lines_next(struct lines *lines, char **line)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int ret = f ? 1 : -ENOMEM;
	bool any = false;

	while (ret > 0) {
		char c;

		if (lines->at == lines->end) {
			ret = fill(lines);
			continue;
		}
		c = lines->buf[lines->at++];
		any = true;
		if (c == '\n')
			break;
		/* what is longer is no line of ours: the parser says so, if it gets a bit more */
		if (ftell(f) <= SCRIPT_LINE)
			fputc(c, f);
	}
	if (f && fclose(f))
		ret = -ENOMEM;
	if (ret < 0 || !any) {
		free(text);
		return ret;
	}
	*line = text;
	return 1;
}
