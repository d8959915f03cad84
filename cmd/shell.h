/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The halves of the shell to each other: lines (shell.c), what it tells (shell_talk.c) */
#ifndef CMD_SHELL_H
#define CMD_SHELL_H

#include "cmd/edit.h"
#include "cmd/interpret.h"
#include "cmd/lines.h"

/**
 * struct shell - a shell
 * @in:		carries its lines out
 * @edit:	where lines come from a terminal, else NULL
 * @lines:	where they come from elsewhere
 * @interactive: somebody sits there
 * @pager:	what does not fit on the terminal is paged
 * @look:	the prompt tells what the platforms are
 * @code:	exit code of the last line
 */
struct shell {
	struct interpreter in;
	struct edit *edit;
	struct lines lines;
	bool interactive, pager, look;
	int code;
};

void shell_greet(const struct shell *shell);
/* Of the shell's own words: of all, or of one; false: it is none */
bool shell_help(const char *word);
void shell_prompt(struct shell *shell, char *prompt, size_t size);
/* "set", "set NAME", "set NAME VALUE": 0 or -EINVAL */
int shell_set(struct shell *shell, const struct statement *statement);
int shell_complete(const struct shell *shell, const char *line, size_t size, size_t *start,
		   struct complete *result);

#endif
