/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of the language carried out, for shell and scripts alike */
#ifndef CMD_INTERPRET_H
#define CMD_INTERPRET_H

#include "cmd/script.h"
#include "cmd/session.h"

/**
 * struct capture - what a command wrote
 * @out, @err:	files in memory; -1 where it goes where ours goes
 */
struct capture {
	int out, err;
};

/**
 * struct point - a command, and whether it went as expected
 * @statement:	which
 * @outcome:	how it ended; all zero where it was not even begun
 * @begun:	it was
 * @ok:		as expected; without an expectation, that it succeeded
 * @expected:	what was, in words; empty: that it succeeds
 * @line:	the command as it was meant, with the values of variables
 * @why:	it is not @ok: what came instead
 * @capture:	what it wrote
 */
struct point {
	const struct statement *statement;
	struct outcome outcome;
	bool begun, ok;
	char expected[256], why[512], line[512];
	struct capture capture;
};

struct interpreter;

/**
 * struct interpreter_ops - what shell and scripts do differently
 * @capture_err: a command's standard error is captured, too
 * @written:	a command ended: what it wrote is there to be shown; or NULL
 * @told:	a command, and what was expected of it; or another statement that failed
 * @say:	a line for people
 * @own:	a statement for who sits there, with its exit code: 0 to go on, else it ends there;
 *		or NULL
 */
struct interpreter_ops {
	bool capture_err;
	void (*written)(struct interpreter *in, const struct point *point);
	void (*told)(struct interpreter *in, const struct point *point);
	void (*say)(struct interpreter *in, const char *line);
	int (*own)(struct interpreter *in, const struct statement *statement);
};

/**
 * struct interpreter - on the way through statements
 * @in:		descriptor that commands get as standard input
 * @go_on:	after what was not as expected, too
 * @code:	exit code of the last statement
 * @colour:	what is captured ends on a terminal that has colours
 * @last:	the last command's end, for expectations that come alone
 * @arg:	its owner's
 */
struct interpreter {
	const struct interpreter_ops *ops;
	struct session *session;
	struct script_vars vars;
	int in;
	bool go_on, colour;
	int code;
	struct point last;
	void *arg;
};

/**
 * interpret - carry statements out
 * @in:		interpreter
 * @script:	from script_parse()
 * Return: 0: all of it was as expected, or it goes on after errors; -ECANCELED (a signal
 * came); -EIO (it stopped at what was not as expected); what own() returned
 */
int interpret(struct interpreter *in, const struct script *script);

/* Words as they are meant now, and NULL; or NULL, having told why */
char **interpret_words(struct interpreter *in, const struct statement *s, size_t from);

/* One command with these words; 0, or it could not be begun: -errno */
int interpret_command(struct interpreter *in, const struct statement *s, char *const *words,
		      struct point *point);

/* What was captured, to be freed; @fd may be -1.  NULL: no memory */
char *capture_text(int fd, size_t *size);
void capture_close(struct capture *capture);

void interpreter_free(struct interpreter *in);

#endif
