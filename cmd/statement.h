/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The halves of the language to each other: words (script.c), what they mean (statement.c) */
#ifndef CMD_STATEMENT_H
#define CMD_STATEMENT_H

#include "cmd/script.h"

/* -EINVAL */
__attribute__((format(printf, 3, 4)))
int script_fail(struct script_error *error, unsigned int line, const char *format, ...);

/* What a line with words is about: 0 or -EINVAL */
int statement_understand(struct statement *s, bool interactive, struct script_error *error);

/* Beginnings and ends, expectations and commands: 0, -EINVAL, -EAGAIN */
int statements_match(struct script *script, bool interactive, struct script_error *error);

#endif
