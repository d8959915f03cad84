/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command line can be continued with, out of the table of commands alone: names,
 * options, and the texts that --help shows for what they take, which act as types (struct
 * arg_words in cmd/cli.h).  Opens no device: of a host it knows what sevadm_noted_get() does.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "sevadm.h"

/**
 * struct complete_word - one that the current word can become
 * @word:	the whole of it
 * @description: a few words about it, or NULL
 * @more:	it goes on: no blank behind it
 */
struct complete_word {
	char *word, *description;
	bool more;
};

/**
 * struct complete - the result
 * @words:	in the order of the table
 * @nr:		of them
 * @files:	what stands before the name of a file that can be there as well; NULL: none can
 */
struct complete {
	struct complete_word *words;
	size_t nr;
	char *files;
};

/**
 * struct complete_extra - a command that is not in the table: a built-in of a shell
 * @name:	one word; NULL ends the list
 * @summary:	for the description
 * @args:	what it takes, as args_doc of argp; or NULL
 */
struct complete_extra {
	const char *name, *summary, *args;
};

/**
 * struct complete_context - where the line will be carried out
 * @device:	unless the line names one; NULL: "kernel"
 * @noted:	what is known of that device's host; NULL: looked up if it is wanted
 * @extra:	further commands, or NULL
 */
struct complete_context {
	const char *device;
	const struct sevadm_noted *noted;
	const struct complete_extra *extra;
};

/**
 * complete - what a command line can be continued with
 * @words:	those before the current one, without the program's name
 * @nr:		of them
 * @current:	up to the cursor, may be empty
 * @context:	or NULL
 * @result:	to be freed with complete_free(), whatever is returned
 * Return: 0 or -ENOMEM
 */
int complete(char *const *words, size_t nr, const char *current,
	     const struct complete_context *context, struct complete *result);

void complete_free(struct complete *result);

/* ---- between complete.c and complete_value.c */

/**
 * struct complete_line - a line as it was understood so far
 * @device:	that it is about
 * @command:	of the table, or
 * @extra:	another one, or
 * @group:	the first word of a name of two
 * @lost:	there is no such command
 * @no_options:	after "--"
 * @valued:	the option whose value comes next
 * @args:	that the command has already
 * @nr_args:	of them
 */
struct complete_line {
	const struct complete_context *context;
	const char *device;
	const struct command *command;
	const struct complete_extra *extra;
	const char *group;
	bool lost, no_options;
	const struct argp_option *valued;
	const char **args;
	size_t nr_args;
	struct sevadm_noted noted;
	bool has_noted;
	struct complete *result;
	int ret;
};

void complete_add(struct complete_line *line, const char *word, const char *description);
/* The host that the line is about, looked up once */
const struct sevadm_noted *complete_noted(struct complete_line *line);
/* The first words of all commands that start with @text */
void complete_commands(struct complete_line *line, const char *text);
/* A value of the shape @pattern, @text of it typed; @before it in the same word */
void complete_value(struct complete_line *line, const char *pattern, const char *before,
		    const char *text);

/* ---- complete_types.c */

/**
 * struct complete_type - a type whose values are known
 * @name:	in capitals
 * @each:	calls @fn for each value that starts as @text does, or that @text starts with
 */
struct complete_type {
	const char *name;
	void (*each)(struct complete_line *line, const char *before, const char *text,
		     void (*fn)(void *arg, const char *value, const char *description), void *arg);
};

/* NULL: anything can stand there */
const struct complete_type *complete_type(const char *name, size_t len);

#endif
