/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of shell and scripts: text in, statements out.  Nothing is done here,
 * and nothing is opened.
 */
#ifndef CMD_SCRIPT_H
#define CMD_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_LINE	4096		/* bytes of a line */
#define SCRIPT_LINES	100000
#define SCRIPT_DEPTH	8		/* of repeats in repeats */
#define SCRIPT_REPEAT	1000000

enum statement_kind {
	STATEMENT_COMMAND,	/* of the program's */
	STATEMENT_EXPECT,	/* about the command before it */
	STATEMENT_ON_ERROR,
	STATEMENT_REPEAT, STATEMENT_END,
	STATEMENT_SLEEP,
	STATEMENT_LET, STATEMENT_PICK,
	STATEMENT_ECHO,
	STATEMENT_TIME,		/* words: the command */
	/* for who sits there */
	STATEMENT_WATCH,
	STATEMENT_SET, STATEMENT_HELP, STATEMENT_HISTORY, STATEMENT_EXIT,
};

/* The words that begin lines other than commands, sorted; NULL past the last */
const char *statement_name(size_t i);

enum expectation {
	EXPECT_STATUS,		/* @number: of the firmware */
	EXPECT_EXIT,		/* @number: exit code */
	EXPECT_ERRNO,		/* @number */
	EXPECT_OUTPUT,		/* the last word occurs in what it printed */
	EXPECT_SEV, EXPECT_SNP,	/* the last word is the platform's state afterwards */
	EXPECT_GUESTS,		/* @number: how many the list has afterwards */
};

/**
 * struct statement - one line
 * @line:	its number, from 1
 * @words:	of it, the name of what it is among them, in the form that script_expand()
 *		takes; @nr of them, and NULL
 * @text:	the line as it was written, without blanks around it
 * @output:	"> FILE", in the same form as words, or NULL; @append: ">> FILE"
 * @expect:	STATEMENT_EXPECT: what about
 * @number:	of STATEMENT_EXPECT; STATEMENT_REPEAT: how often; STATEMENT_SLEEP and _WATCH:
 *		nanoseconds; STATEMENT_ON_ERROR: 1 to go on
 * @other:	STATEMENT_REPEAT: index of its end; STATEMENT_END: of its beginning
 */
struct statement {
	enum statement_kind kind;
	unsigned int line;
	char **words;
	size_t nr;
	char *text, *output;
	bool append;
	enum expectation expect;
	uint64_t number;
	size_t other;
};

struct script {
	struct statement *list;
	size_t nr;
};

/**
 * struct script_error - why it is no script
 * @line:	which
 * @text:	one sentence, escaped
 */
struct script_error {
	unsigned int line;
	char text[320];
};

/**
 * script_parse - text to statements
 * @text, @size: what was written; need not end in NUL
 * @interactive: somebody sits there: what is for them is allowed
 * @script:	result, to be freed whatever this returns
 * @error:	what is wrong with it
 * Return: 0; -EINVAL; -EAGAIN (a repeat has no end yet); -ENOMEM
 */
int script_parse(const char *text, size_t size, bool interactive, struct script *script,
		 struct script_error *error);
void script_free(struct script *script);

/**
 * struct script_vars - variables
 * @list:	"NAME=VALUE" each
 */
struct script_vars {
	char **list;
	size_t nr;
};

/* A letter or _, then letters, digits and _; up to @size of it */
bool script_is_name(const char *name, size_t size);
/* 0 or -ENOMEM */
int script_var_set(struct script_vars *vars, const char *name, const char *value);
const char *script_var(const struct script_vars *vars, const char *name);
void script_vars_free(struct script_vars *vars);

/* Is there a variable in this word of a statement? */
bool script_has_variable(const char *word);

/**
 * script_expand - a word of a statement as it is meant now
 * @word:	from struct statement
 * @vars:	variables
 * @missing:	on failure: which there is not; 64 bytes
 * Return: the word, to be freed; NULL: there is no such variable, or (@missing is empty) memory
 */
char *script_expand(const char *word, const struct script_vars *vars, char *missing);

/**
 * script_split - the words of a line that is being written, for completion
 * @text, @size: up to the cursor
 * @words:	result, to be freed with script_words_free(): without quotes, the last of them
 *		the one that the cursor is at the end of, empty behind a blank; and NULL
 * @start:	where that begins in @text
 * Return: how many, or -errno: nothing can be completed there
 */
int script_split(const char *text, size_t size, char ***words, size_t *start);
void script_words_free(char **words);

#endif
