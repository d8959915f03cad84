// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command line that is being typed: what it is about so far, and what comes next.
 */
#include "cmd/complete.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"

/* What argp adds by itself */
static const struct argp_option built_in[] = {
	{ "help", '?', NULL, 0, "Give this help list", 0 },
	{ "usage", 0x100, NULL, 0, "Give a short usage message", 0 },
	{ "version", 'V', NULL, 0, "Print program version", 0 },
	{ 0 }
};

/* ---------------------------------------------------------------------- the result */

void complete_add(struct complete_line *line, const char *word, const char *description)
{
	struct complete *result = line->result;
	struct complete_word *list, new = { .more = *word && strchr("=,:@", word[strlen(word) - 1]) };

	for (size_t i = 0; i < result->nr; i++)
		if (!strcmp(result->words[i].word, word))
			return;
	list = reallocarray(result->words, result->nr + 1, sizeof(*list));
	if (!list) {
		line->ret = -ENOMEM;
		return;
	}
	result->words = list;
	new.word = strdup(word);
	new.description = description ? strdup(description) : NULL;
	if (!new.word || (description && !new.description)) {
		free(new.word);
		free(new.description);
		line->ret = -ENOMEM;
		return;
	}
	list[result->nr++] = new;
}

void complete_free(struct complete *result)
{
	for (size_t i = 0; i < result->nr; i++) {
		free(result->words[i].word);
		free(result->words[i].description);
	}
	free(result->words);
	free(result->files);
	*result = (struct complete){ 0 };
}

const struct sevadm_noted *complete_noted(struct complete_line *line)
{
	const struct complete_context *context = line->context;

	if (context && context->noted && line->device == context->device)
		return context->noted;
	/* what cannot be had is not offered, and that is all */
	if (!line->has_noted)
		sevadm_noted_get(line->device, &line->noted);
	line->has_noted = true;
	return &line->noted;
}

/* ------------------------------------------------------------------------- options */

static bool is_end(const struct argp_option *o)
{
	return !o->name && !o->key && !o->doc;
}

static bool is_shown(const struct argp_option *o)
{
	return !(o->flags & (OPTION_HIDDEN | OPTION_DOC));
}

static bool is_short(const struct argp_option *o)
{
	return o->key > 0 && o->key <= 0x7f && isprint(o->key) && !(o->flags & OPTION_DOC);
}

/* Each option of an argp and of those that it is made of, until @fn finds what it wants */
static const struct argp_option *each_option(const struct argp *argp,
					     bool (*fn)(void *arg, const struct argp_option *o),
					     void *arg)
{
	const struct argp_option *found;

	for (const struct argp_option *o = argp->options; o && !is_end(o); o++)
		if (fn(arg, o))
			return o;
	for (const struct argp_child *c = argp->children; c && c->argp; c++) {
		found = each_option(c->argp, fn, arg);
		if (found)
			return found;
	}
	return NULL;
}

/* Of the line's command, of every command, of argp */
static const struct argp_option *each_known(const struct complete_line *line,
					    bool (*fn)(void *arg, const struct argp_option *o),
					    void *arg)
{
	static const struct argp argp = { .options = built_in };
	const struct argp_option *found = NULL;

	/* a built-in of a shell has none */
	if (line->extra)
		return NULL;
	if (line->command && line->command->argp)
		found = each_option(line->command->argp, fn, arg);
	if (!found)
		found = each_option(&global_argp, fn, arg);
	return found ? found : each_option(&argp, fn, arg);
}

struct name {
	const char *text;
	size_t len;
};

static bool has_name(void *arg, const struct argp_option *o)
{
	const struct name *name = arg;

	return o->name && strlen(o->name) == name->len && !strncmp(o->name, name->text, name->len);
}

static bool has_letter(void *arg, const struct argp_option *o)
{
	return is_short(o) && o->key == *(const char *)arg;
}

static bool wants_value(const struct argp_option *o)
{
	return o && o->arg && !(o->flags & OPTION_ARG_OPTIONAL);
}

struct offer {
	struct complete_line *line;
	const char *text;
};

static void offer(const struct offer *offer, const char *word, const char *description)
{
	if (!strncmp(word, offer->text, strlen(offer->text)))
		complete_add(offer->line, word, description);
}

static bool offer_option(void *arg, const struct argp_option *o)
{
	char word[80];

	if (!is_shown(o))
		return false;
	if (is_short(o)) {
		snprintf(word, sizeof(word), "-%c", o->key);
		offer(arg, word, o->doc);
	}
	if (!o->name)
		return false;
	snprintf(word, sizeof(word), "--%s%s", o->name, wants_value(o) ? "=" : "");
	offer(arg, word, o->doc);
	if (o->arg && !wants_value(o)) {
		snprintf(word, sizeof(word), "--%s=", o->name);
		offer(arg, word, o->doc);
	}
	return false;
}

static void complete_option_value(struct complete_line *line, const struct argp_option *o,
				  const char *before, const char *text)
{
	char name[80];
	const char *pattern = NULL;

	if (!o || !o->arg)
		return;
	snprintf(name, sizeof(name), "--%s", o->name ? o->name : "");
	if (line->command)
		pattern = arg_words_find(line->command->words, name, strlen(name));
	complete_value(line, pattern ? pattern : o->arg, before, text);
}

/* "--name=", "--na", "-" */
static void complete_option(struct complete_line *line, const char *current)
{
	const char *equals = strchr(current, '=');
	struct offer options = { line, current };
	struct name name = { current + 2, equals ? (size_t)(equals - current) - 2 : 0 };
	char before[80];

	if (strncmp(current, "--", 2) || !equals) {
		each_known(line, offer_option, &options);
		return;
	}
	if (name.len + 4 > sizeof(before))
		return;
	snprintf(before, sizeof(before), "%.*s", (int)name.len + 3, current);
	complete_option_value(line, each_known(line, has_name, &name), before, equals + 1);
}

/* ------------------------------------------------------------------ words before it */

static void look_at_option(struct complete_line *line, const char *word)
{
	const char *equals = strchr(word, '=');
	struct name name = { word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word) - 2 };
	const struct argp_option *o;

	if (!strncmp(word, "--", 2)) {
		if (equals && !strncmp(word, "--device=", 9))
			line->device = equals + 1;
		o = equals ? NULL : each_known(line, has_name, &name);
		if (wants_value(o))
			line->valued = o;
		return;
	}
	for (const char *letter = word + 1; *letter; letter++) {
		o = each_known(line, has_letter, (void *)letter);
		if (!o || !o->arg)
			continue;
		if (wants_value(o) && !letter[1])
			line->valued = o;
		return;		/* the rest is its value */
	}
}

static bool is_group(const char *word)
{
	size_t len = strlen(word);

	for (const struct command *const *c = commands; *c; c++)
		if (!strncmp((*c)->name, word, len) && (*c)->name[len] == ' ')
			return true;
	return false;
}

static void look_at_name(struct complete_line *line, const char *word)
{
	char *names[2] = { (char *)(line->group ? line->group : word), (char *)word };
	const struct complete_extra *extra = line->context ? line->context->extra : NULL;
	int used;

	line->command = command_by_words(names, line->group ? 2 : 1, &used);
	for (; !line->command && !line->group && extra && extra->name && !line->extra; extra++)
		if (!strcmp(extra->name, word))
			line->extra = extra;
	if (line->command || line->extra)
		return;
	line->lost = line->group || !is_group(word);
	line->group = word;
}

static void look_at(struct complete_line *line, const char *word)
{
	if (line->valued) {
		if (line->valued->name && !strcmp(line->valued->name, "device"))
			line->device = word;
		line->valued = NULL;
	} else if (!line->no_options && !strcmp(word, "--")) {
		line->no_options = true;
	} else if (!line->no_options && word[0] == '-' && word[1]) {
		look_at_option(line, word);
	} else if (!line->command && !line->extra && !line->lost) {
		look_at_name(line, word);
	} else {
		line->args[line->nr_args++] = word;
	}
}

/* ------------------------------------------------------------------------ arguments */

/* What follows the first word in the names of a group: "act, create, show" */
static void describe_group(const char *word, size_t len, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const struct command *const *c = commands; *c; c++)
		if (!strncmp((*c)->name, word, len) && (*c)->name[len] == ' ' &&
		    !((*c)->flags & CMD_HIDDEN) && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? ", " : "", (*c)->name + len + 1);
}

void complete_commands(struct complete_line *line, const char *text)
{
	const struct complete_extra *extra = line->context ? line->context->extra : NULL;
	struct offer words = { line, text };
	char word[64], about[128];

	for (const struct command *const *c = commands; *c; c++) {
		size_t len = strcspn((*c)->name, " ");

		if ((*c)->flags & CMD_HIDDEN)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)len, (*c)->name);
		if ((*c)->name[len])
			describe_group((*c)->name, len, about, sizeof(about));
		offer(&words, word, (*c)->name[len] ? about : (*c)->summary);
	}
	for (; extra && extra->name; extra++)
		offer(&words, extra->name, extra->summary);
}

static void complete_second(struct complete_line *line, const char *text)
{
	size_t len = strlen(line->group);
	struct offer words = { line, text };

	for (const struct command *const *c = commands; *c; c++)
		if (!((*c)->flags & CMD_HIDDEN) && !strncmp((*c)->name, line->group, len) &&
		    (*c)->name[len] == ' ')
			offer(&words, (*c)->name + len + 1, (*c)->summary);
}

/* The @index-th word of a line of args_doc, the last one if that may be repeated */
static bool arg_pattern(const char *doc, size_t index, char *pattern, size_t size)
{
	const char *end = doc + strcspn(doc, "\n"), *at = doc;
	size_t len;

	while (at < end) {
		len = strcspn(at, " \n");
		snprintf(pattern, size, "%.*s", (int)len, at);
		if (!index || (at + len >= end && strstr(pattern, "...")))
			return true;
		index--;
		at += len;
		at += strspn(at, " ");
	}
	return false;
}

static void complete_argument(struct complete_line *line, const char *text)
{
	const struct argp *argp = line->command ? line->command->argp : NULL;
	const char *doc = line->extra ? line->extra->args : argp ? argp->args_doc : NULL;
	char pattern[256];

	while (doc && *doc) {
		/* one that is an option is completed as such */
		if (*doc != '-' && arg_pattern(doc, line->nr_args, pattern, sizeof(pattern)))
			complete_value(line, pattern, "", text);
		doc += strcspn(doc, "\n");
		doc += *doc == '\n';
	}
}

int complete(char *const *words, size_t nr, const char *current,
	     const struct complete_context *context, struct complete *result)
{
	struct complete_line line = { .context = context, .result = result };

	*result = (struct complete){ 0 };
	line.device = context && context->device ? context->device : "kernel";
	line.args = calloc(nr + 1, sizeof(*line.args));
	if (!line.args)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		look_at(&line, words[i]);
	if (line.valued)
		complete_option_value(&line, line.valued, "", current);
	else if (current[0] == '-' && !line.no_options)
		complete_option(&line, current);
	else if (line.command || line.extra)
		complete_argument(&line, current);
	else if (!line.group)
		complete_commands(&line, current);
	else if (!line.lost)
		complete_second(&line, current);
	sevadm_noted_free(&line.noted);
	free(line.args);
	return line.ret;
}
