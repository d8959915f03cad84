/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines from a terminal, with editing and history, by libedit; or, in a build without it
 * (edit_none.c), as the terminal itself edits them.
 */
#ifndef CMD_EDIT_H
#define CMD_EDIT_H

#include <stddef.h>

#include "cmd/complete.h"

struct edit;

/**
 * edit_complete_fn - what can stand at the cursor
 * @arg:	edit_open()'s
 * @line, @size: up to the cursor
 * @start:	where the word begins that is completed
 * @result:	to be freed with complete_free(), whatever is returned
 * Return: 0, or -errno: nothing
 */
typedef int (*edit_complete_fn)(void *arg, const char *line, size_t size, size_t *start,
				struct complete *result);

/* Standard input and standard error are a terminal.  NULL: no memory */
struct edit *edit_open(edit_complete_fn fn, void *arg);
void edit_close(struct edit *edit);

/**
 * edit_line - one line
 * @edit:	editor
 * @prompt:	before it
 * @line:	result, without its end, to be freed
 * Return: 1; 0 (no more of them); -EINTR (a signal came, see session_signal()); -ENOMEM
 */
int edit_line(struct edit *edit, const char *prompt, char **line);

/* Lines that were entered, the last of them last */
void edit_remember(struct edit *edit, const char *line);
void edit_history_each(struct edit *edit, void (*fn)(void *arg, const char *line), void *arg);

#endif
