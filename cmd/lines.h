/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of standard input.  Not by stdio: its buffer would be a child's as well, which
 * gives back to a file, when it exits, what it has not read.
 */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct lines - where the reading is; all zero at the beginning
 * @buf:	read, from @at to @end not yet given out
 */
struct lines {
	char buf[4096];
	size_t at, end;
	bool over;
};

/* The next, without its end, to be freed.  1; 0: no more; -EINTR: a signal; -errno */
int lines_next(struct lines *lines, char **line);

#endif
