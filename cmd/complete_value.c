// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts that --help shows for what an option or a command takes, read as types:
 *   word		that word
 *   a|b		one of them; a{b|c}d inside of a longer one
 *   a[b]		b can follow; [b...] more than once
 *   NAME		a type: of the command's own (struct arg_words), of complete_types.c,
 *			FILE, or anything
 * What was typed is followed through the text; where it ends, the text goes on to the next
 * place at which there is a choice.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/complete.h"

/* What an open type is made of: not of what separates the parts of a value */
#define SEPARATORS	",:@="

struct span {
	const char *at, *end;
};

/* What comes after a group */
struct rest {
	struct span span;
	const struct rest *next;
};

/**
 * struct walk - how far one way through the text has come
 * @text:	that was typed and is not accounted for
 * @len:	of the word so far
 * @grown:	the word has more than was typed
 * @choice:	a choice was made on the way: what is optional after it is not offered unasked
 * @open:	what came last could be anything, so there is nothing to say about it
 * @description: of the last value that was chosen
 */
struct walk {
	struct complete_line *line;
	const char *before;
	const char *text;
	char word[1024];
	size_t len;
	bool grown, choice, open;
	const char *description;
};

static void choose(const struct walk *w, struct span span, const struct rest *rest);
static void go_on(const struct walk *w, struct span span, const struct rest *rest);

const char *arg_words_find(const struct arg_words *words, const char *name, size_t len)
{
	for (; words && words->of; words++)
		if (strlen(words->of) == len && !strncmp(words->of, name, len))
			return words->words;
	return NULL;
}

static void offer(const struct walk *w)
{
	char word[sizeof(w->word) + 128];

	if (!w->len || (w->open && !w->grown))
		return;
	snprintf(word, sizeof(word), "%s%s", w->before, w->word);
	complete_add(w->line, word, w->description);
}

/* @value follows, as far as what was typed agrees */
static bool append(struct walk *w, const char *value, size_t len)
{
	size_t typed = strlen(w->text), same = typed < len ? typed : len;

	if (strncmp(w->text, value, same) || w->len + len >= sizeof(w->word))
		return false;
	memcpy(w->word + w->len, value, len);
	w->len += len;
	w->word[w->len] = '\0';
	w->text += same;
	w->grown |= len > same;
	w->open = false;
	return true;
}

static bool is_type(const char *at, const char *end)
{
	return at < end && isupper((unsigned char)*at);
}

static size_t type_length(struct span span)
{
	size_t n = 0;

	while (span.at + n < span.end && (isupper((unsigned char)span.at[n]) || span.at[n] == '_'))
		n++;
	return n;
}

static bool is_dots(struct span span)
{
	return span.end - span.at >= 3 && !strncmp(span.at, "...", 3);
}

static size_t literal_length(struct span span)
{
	size_t n = 0;

	while (span.at + n < span.end && !strchr("[]{}|", span.at[n]) &&
	       !is_type(span.at + n, span.end) &&
	       !is_dots((struct span){ span.at + n, span.end }))
		n++;
	return n;
}

/* Where the group that begins at @at ends */
static const char *closing(struct span span)
{
	int depth = 0;

	for (const char *at = span.at; at < span.end; at++) {
		depth += (*at == '[' || *at == '{') - (*at == ']' || *at == '}');
		if (!depth)
			return at;
	}
	return span.end - 1;
}

/* ---------------------------------------------------------------------------- types */

struct each {
	const struct walk *w;
	struct span left;
	const struct rest *rest;
};

static void try_value(void *arg, const char *value, const char *description)
{
	const struct each *each = arg;
	struct walk w = *each->w;

	w.description = description;
	w.choice = true;
	if (append(&w, value, strlen(value)))
		go_on(&w, each->left, each->rest);
}

static void take_file(const struct walk *w)
{
	char *files = NULL;

	if (w->line->result->files)
		return;
	if (asprintf(&files, "%s%s", w->before, w->word) < 0) {
		w->line->ret = -ENOMEM;
		return;
	}
	w->line->result->files = files;
}

static void take_anything(const struct walk *w, struct span left, const struct rest *rest)
{
	struct walk next = *w;
	size_t len = strcspn(w->text, SEPARATORS);

	if (!len || !append(&next, w->text, len))
		return;
	next.open = true;
	go_on(&next, left, rest);
}

static void take_type(const struct walk *w, struct span span, const struct rest *rest)
{
	const struct command *command = w->line->command;
	size_t len = type_length(span);
	const char *own = arg_words_find(command ? command->words : NULL, span.at, len);
	struct span left = { span.at + len, span.end };
	struct each each = { w, left, rest };
	const struct complete_type *type = complete_type(span.at, len);

	if (own) {
		struct rest after = { left, rest };
		struct walk next = *w;

		/* not a choice that stands within another */
		next.choice |= w->len > 0;
		choose(&next, (struct span){ own, own + strlen(own) }, &after);
	} else if (w->grown) {
		offer(w);		/* here is the next choice */
	} else if (len == 4 && !strncmp(span.at, "FILE", 4)) {
		take_file(w);
	} else if (type) {
		char before[sizeof(w->word)];

		strcpy(before, w->word);
		type->each(w->line, before, w->text, try_value, &each);
		/* what has a name has a number, and not every guest is known */
		if (isdigit((unsigned char)*w->text))
			take_anything(w, left, rest);
	} else {
		take_anything(w, left, rest);
	}
}

/* --------------------------------------------------------------------------- groups */

static void take_optional(const struct walk *w, struct span span, const struct rest *rest)
{
	const char *close = closing(span);
	struct span inner = { span.at + 1, close }, left = { close + 1, span.end };
	bool repeated = inner.end - inner.at >= 3 && is_dots((struct span){ inner.end - 3, inner.end });
	struct rest after = { repeated ? span : left, rest };

	go_on(w, left, rest);
	if (!*w->text && w->len && (repeated || (w->grown && w->choice)))
		return;
	choose(w, inner, &after);
}

static void take_choice(const struct walk *w, struct span span, const struct rest *rest)
{
	const char *close = closing(span);
	struct rest after = { { close + 1, span.end }, rest };
	struct walk next = *w;

	if (w->grown) {
		offer(w);
		return;
	}
	next.choice = true;
	choose(&next, (struct span){ span.at + 1, close }, &after);
}

/* One way, without alternatives at its own level */
static void go_on(const struct walk *w, struct span span, const struct rest *rest)
{
	struct walk next;
	size_t len;

	while (is_dots(span))
		span.at += 3;
	if (span.at >= span.end) {
		if (rest)
			go_on(w, rest->span, rest->next);
		else if (!*w->text)
			offer(w);
		return;
	}
	if (*span.at == '[') {
		take_optional(w, span, rest);
	} else if (*span.at == '{') {
		take_choice(w, span, rest);
	} else if (is_type(span.at, span.end)) {
		take_type(w, span, rest);
	} else {
		next = *w;
		len = literal_length(span);
		if (len && append(&next, span.at, len))
			go_on(&next, (struct span){ span.at + len, span.end }, rest);
	}
}

/* Each alternative */
static void choose(const struct walk *w, struct span span, const struct rest *rest)
{
	const char *from = span.at;
	int depth = 0;

	for (const char *at = span.at; at <= span.end; at++) {
		if (at == span.end || (*at == '|' && !depth)) {
			go_on(w, (struct span){ from, at }, rest);
			from = at + 1;
		} else {
			depth += (*at == '[' || *at == '{') - (*at == ']' || *at == '}');
		}
	}
}

void complete_value(struct complete_line *line, const char *pattern, const char *before,
		    const char *text)
{
	struct walk w = { .line = line, .before = before, .text = text };

	choose(&w, (struct span){ pattern, pattern + strlen(pattern) }, NULL);
}
