// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of shell and scripts (cmd/script.c, cmd/statement.c).  The input is a script.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cmd/script.h"
#include "fuzz.h"

static unsigned int lines_of(const uint8_t *data, size_t size)
{
	unsigned int n = 0;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n' || i + 1 == size;
	return n;
}

static bool is_escaped(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static void check_error(const struct script_error *error, unsigned int lines)
{
	must(memchr(error->text, 0, sizeof(error->text)));
	must(error->text[0]);
	must(is_escaped(error->text));
	must(error->line >= 1 && error->line <= lines);
}

/* Marks are for variables alone: one after the other, and a name between them */
static void check_marks(const char *word)
{
	for (; *word; word++) {
		const char *end;

		must(*word != '\2');
		if (*word != '\1')
			continue;
		end = strchr(word, '\2');
		must(end && script_is_name(word + 1, (size_t)(end - word - 1)));
		word = end;
	}
}

/* Gives each variable that is missed a value, until none is */
static void check_expansion(const char *word)
{
	struct script_vars vars = { 0 };
	char missing[64], *text;

	check_marks(word);
	text = script_expand(word, &vars, missing);
	must(!text == script_has_variable(word));
	must(!text || !strcmp(text, word));
	while (!text) {
		must(script_is_name(missing, strlen(missing)) && !script_var(&vars, missing));
		must(!script_var_set(&vars, missing, "a value, longer than it had to be"));
		must(!strcmp(script_var(&vars, missing), "a value, longer than it had to be"));
		must(!script_var_set(&vars, missing, ""));
		text = script_expand(word, &vars, missing);
	}
	must(!script_has_variable(text) && !strchr(text, '\2') && strlen(text) <= strlen(word));
	free(text);
	script_vars_free(&vars);
}

/* Digits, perhaps a point and more of them, perhaps a unit */
static bool is_duration(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	text += digits;
	if (!digits)
		return false;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return !*text || !strcmp(text, "s") || !strcmp(text, "ms") || !strcmp(text, "m");
}

static void check_statement(const struct statement *s, bool interactive)
{
	must(s->nr >= 1 && s->words && !s->words[s->nr]);
	for (size_t i = 0; i < s->nr; i++) {
		must(s->words[i]);
		check_expansion(s->words[i]);
	}
	must(s->text && s->text[0] && !strpbrk(s->text, "\n\r\1\2"));
	must(!strchr(" \t", s->text[0]) && !strchr(" \t", s->text[strlen(s->text) - 1]));
	must(!s->output || s->output[0]);
	if (s->output)
		check_expansion(s->output);
	must(interactive || s->kind < STATEMENT_WATCH);
	if (s->kind == STATEMENT_SLEEP) {
		must(is_duration(s->words[1]) && s->number <= 86400000000000);
	} else if (s->kind == STATEMENT_REPEAT) {
		must(s->number <= SCRIPT_REPEAT);
	} else if (s->kind == STATEMENT_WATCH) {
		must(s->nr >= 2 && s->number >= 100000000);
	}
}

static void check_pairs(const struct script *script)
{
	size_t depth = 0;

	for (size_t i = 0; i < script->nr; i++) {
		const struct statement *s = &script->list[i];

		must(!i || s->line > script->list[i - 1].line);
		if (s->kind == STATEMENT_REPEAT) {
			must(++depth <= SCRIPT_DEPTH);
			must(s->other > i && s->other < script->nr);
			must(script->list[s->other].kind == STATEMENT_END);
			must(script->list[s->other].other == i);
		} else if (s->kind == STATEMENT_END) {
			must(depth--);
			must(s->other < i && script->list[s->other].other == i);
		}
	}
	must(!depth);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same(const struct statement *a, const struct statement *b)
{
	if (a->kind != b->kind || a->nr != b->nr || a->append != b->append ||
	    a->expect != b->expect || a->number != b->number || a->other != b->other ||
	    !same_text(a->output, b->output) || !same_text(a->text, b->text))
		return false;
	for (size_t i = 0; i < a->nr; i++)
		if (strcmp(a->words[i], b->words[i]))
			return false;
	return true;
}

/* What was understood, written down again, is understood the same */
static void check_again(const struct script *script, bool interactive)
{
	struct script_error error = { 0 };
	struct script again;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	must(f);
	for (size_t i = 0; i < script->nr; i++)
		fprintf(f, "%s\r\n", script->list[i].text);
	must(!fclose(f));
	must(!script_parse(text, size, interactive, &again, &error));
	must(again.nr == script->nr);
	for (size_t i = 0; i < script->nr; i++)
		must(same(&script->list[i], &again.list[i]) && again.list[i].line == i + 1);
	script_free(&again);
	free(text);
}

static void try_parse(const uint8_t *data, size_t size, bool interactive)
{
	struct script_error error = { 0 };
	struct script script;
	int ret = script_parse((const char *)data, size, interactive, &script, &error);

	must(!ret || ret == -EINVAL || ret == -EAGAIN);
	if (ret) {
		check_error(&error, lines_of(data, size));
	} else {
		for (size_t i = 0; i < script.nr; i++)
			check_statement(&script.list[i], interactive);
		must(!script.nr || script.list[script.nr - 1].line <= lines_of(data, size));
		check_pairs(&script);
		check_again(&script, interactive);
	}
	script_free(&script);
	must(!script.nr && !script.list);
}

/* The cursor at the end of each line, and in the middle of it */
static void try_split(const char *text, size_t size)
{
	char **words;
	size_t start = SIZE_MAX;
	int nr = script_split(text, size, &words, &start);

	if (nr < 0) {
		must(nr == -EINVAL && !words);
		return;
	}
	must(nr >= 1 && start <= size && words);
	for (int i = 0; i < nr; i++)
		must(words[i] && !script_has_variable(words[i]));
	must(!words[nr]);
	/* what stands before the word that is being written holds the others */
	must(start < size || !words[nr - 1][0]);
	script_words_free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	try_parse(data, size, false);
	try_parse(data, size, true);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - text) - at : size - at;

		/* a line is no longer than this where it is edited */
		if (length <= SCRIPT_LINE) {
			try_split(text + at, length);
			try_split(text + at, length / 2);
		}
		at += length + 1;
	}
	return 0;
}
