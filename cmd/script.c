// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line of the language is words, as in sh(1): blanks between them, '...', "..." and \
 * to have what else would mean something, # for a comment, > FILE and >> FILE at the
 * end, $NAME and ${NAME} for a variable.  Nothing is split again after that, ! is a
 * character as any other, and one line is one statement.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/script.h"
#include "cmd/statement.h"
#include "lib/util/text.h"

/* In a word, around the name of a variable; no line may hold these */
#define VAR_BEGIN	'\1'
#define VAR_END		'\2'
#define NAME_MAX_SIZE	63

int script_fail(struct script_error *error, unsigned int line, const char *format, ...)
{
	char text[sizeof(error->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	error->line = line;
	text_escape(text, error->text, sizeof(error->text));
	return -EINVAL;
}

bool script_is_name(const char *name, size_t size)
{
	if (!size || size > NAME_MAX_SIZE || isdigit((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	return true;
}

/* ------------------------------------------------------------------------ words */

/**
 * struct reader - in a line, on the way through it
 * @at, @end:	what is left
 * @word:	being made: never longer than the line, but for the marks of variables
 * @quoted:	there was a quote, so that it is a word although nothing is in it
 * @open:	the line ends within quotes, or behind a backslash
 */
struct reader {
	const char *at, *end;
	char word[2 * SCRIPT_LINE];
	size_t used;
	bool quoted, open;
};

static void put(struct reader *r, char c)
{
	if (r->used < sizeof(r->word) - 1)
		r->word[r->used++] = c;
}

/* $NAME, ${NAME}; a $ before anything else is a $.  false: ${ without its end */
static bool read_variable(struct reader *r)
{
	bool braces = r->at + 1 < r->end && r->at[1] == '{';
	const char *name = r->at + 1 + braces;
	size_t size = 0;

	while (name + size < r->end && (isalnum((unsigned char)name[size]) || name[size] == '_'))
		size++;
	if (!braces && !script_is_name(name, size)) {
		put(r, *r->at++);
		return true;
	}
	if (braces && (!script_is_name(name, size) || name + size >= r->end || name[size] != '}'))
		return false;
	put(r, VAR_BEGIN);
	for (size_t i = 0; i < size; i++)
		put(r, name[i]);
	put(r, VAR_END);
	r->at = name + size + braces;
	return true;
}

/* Between quotes, to the second of them; false: a variable that is none */
static bool read_quoted(struct reader *r, char quote)
{
	r->quoted = true;
	for (r->at++; r->at < r->end && *r->at != quote;) {
		if (quote == '"' && *r->at == '$') {
			if (!read_variable(r))
				return false;
			continue;
		}
		if (quote == '"' && *r->at == '\\' && r->at + 1 < r->end &&
		    strchr("\"\\$", r->at[1]))
			r->at++;
		put(r, *r->at++);
	}
	r->open = r->at >= r->end;
	r->at += !r->open;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One word, which there is; false: a variable that is none */
static bool read_word(struct reader *r)
{
	r->used = 0;
	r->quoted = false;
	while (r->at < r->end && !is_blank(*r->at) && *r->at != '>') {
		char c = *r->at;

		if (c == '\'' || c == '"') {
			if (!read_quoted(r, c))
				return false;
		} else if (c == '$') {
			if (!read_variable(r))
				return false;
		} else if (c == '\\') {
			r->open = ++r->at >= r->end;
			r->quoted = true;
			if (!r->open)
				put(r, *r->at++);
		} else {
			put(r, c);
			r->at++;
		}
	}
	r->word[r->used] = '\0';
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool is_over(const struct reader *r)
{
	return r->at >= r->end || *r->at == '#';
}

/* One more at the end, which NULL follows: 0 or -ENOMEM */
static int add_word(char ***words, size_t *nr, const char *word)
{
	char **larger = reallocarray(*words, *nr + 2, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	*words = larger;
	larger[*nr] = strdup(word);
	larger[*nr + 1] = NULL;
	return larger[(*nr)++] ? 0 : -ENOMEM;
}

void script_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static int read_output(struct reader *r, struct statement *s, struct script_error *error)
{
	if (s->output)
		return script_fail(error, s->line, "a result goes to one file, not to two");
	s->append = r->at + 1 < r->end && r->at[1] == '>';
	r->at += 1 + s->append;
	skip_blanks(r);
	if (is_over(r) || *r->at == '>' || !read_word(r) || !r->used)
		return script_fail(error, s->line, "'>' wants the name of a file behind it");
	s->output = strdup(r->word);
	return s->output ? 0 : -ENOMEM;
}

/* A line into words */
static int read_line(const char *line, size_t size, struct statement *s,
		     struct script_error *error)
{
	struct reader r = { .at = line, .end = line + size };
	int ret = 0;

	for (skip_blanks(&r); !ret && !is_over(&r); skip_blanks(&r)) {
		if (*r.at == '>')
			ret = read_output(&r, s, error);
		else if (s->output)
			ret = script_fail(error, s->line, "nothing may follow the file that the "
					  "result goes to");
		else if (!read_word(&r))
			ret = script_fail(error, s->line, "'${' is not followed by a name and '}'; "
					  "to mean the character, quote it: '$'");
		else
			ret = add_word(&s->words, &s->nr, r.word);
		if (!ret && r.open)
			ret = script_fail(error, s->line, "a quote, or a backslash, is not ended");
	}
	return ret;
}

int script_split(const char *text, size_t size, char ***words, size_t *start)
{
	struct reader r = { .at = text, .end = text + size };
	size_t nr = 0;
	int ret = 0;

	*words = NULL;
	for (skip_blanks(&r); !ret && !is_over(&r); skip_blanks(&r)) {
		*start = (size_t)(r.at - text);
		if (*r.at == '>' || !read_word(&r) || memchr(r.word, VAR_BEGIN, r.used))
			ret = -EINVAL;
		else
			ret = add_word(words, &nr, r.word);
		if (!ret && r.at == r.end)
			return (int)nr;
	}
	if (!ret && r.at < r.end)		/* a comment */
		ret = -EINVAL;
	*start = size;
	if (!ret)
		ret = add_word(words, &nr, "");
	if (!ret)
		return (int)nr;
	script_words_free(*words);
	*words = NULL;
	return ret;
}

/* -------------------------------------------------------------------- variables */

static size_t find_var(const struct script_vars *vars, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < vars->nr; i++)
		if (!strncmp(vars->list[i], name, size) && vars->list[i][size] == '=')
			break;
	return i;
}

int script_var_set(struct script_vars *vars, const char *name, const char *value)
{
	size_t i = find_var(vars, name, strlen(name));
	char **larger, *text;

	if (asprintf(&text, "%s=%s", name, value) < 0)
		return -ENOMEM;
	if (i < vars->nr) {
		free(vars->list[i]);
		vars->list[i] = text;
		return 0;
	}
	larger = reallocarray(vars->list, vars->nr + 1, sizeof(*larger));
	if (!larger) {
		free(text);
		return -ENOMEM;
	}
	vars->list = larger;
	larger[vars->nr++] = text;
	return 0;
}

const char *script_var(const struct script_vars *vars, const char *name)
{
	size_t i = find_var(vars, name, strlen(name));

	return i < vars->nr ? vars->list[i] + strlen(name) + 1 : NULL;
}

void script_vars_free(struct script_vars *vars)
{
	for (size_t i = 0; i < vars->nr; i++)
		free(vars->list[i]);
	free(vars->list);
	*vars = (struct script_vars){ 0 };
}

bool script_has_variable(const char *word)
{
	return strchr(word, VAR_BEGIN);
}

char *script_expand(const char *word, const struct script_vars *vars, char *missing)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	bool ok = f;

	missing[0] = '\0';
	while (ok && *word) {
		const char *end = *word == VAR_BEGIN ? strchr(word, VAR_END) : NULL;
		size_t i;

		if (!end) {
			fputc(*word++, f);
			continue;
		}
		i = find_var(vars, word + 1, (size_t)(end - word - 1));
		ok = i < vars->nr;
		if (ok)
			fputs(strchr(vars->list[i], '=') + 1, f);
		else
			snprintf(missing, NAME_MAX_SIZE + 1, "%.*s", (int)(end - word - 1),
				 word + 1);
		word = end + 1;
	}
	if (f && fclose(f))
		ok = false;
	if (ok)
		return text;
	free(text);
	return NULL;
}

/* ------------------------------------------------------------------------ lines */

static void free_statement(struct statement *s)
{
	script_words_free(s->words);
	free(s->text);
	free(s->output);
}

void script_free(struct script *script)
{
	for (size_t i = 0; i < script->nr; i++)
		free_statement(&script->list[i]);
	free(script->list);
	*script = (struct script){ 0 };
}

/* What no line holds: the marks of variables are among them */
static bool is_text(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return false;
	return true;
}

static int add_statement(struct script *script, const struct statement *s)
{
	struct statement *list = script->list;

	if (!(script->nr & (script->nr - 1)))	/* a power of two: full */
		list = reallocarray(list, script->nr ? script->nr * 2 : 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	script->list = list;
	list[script->nr++] = *s;
	return 0;
}

static int parse_line(const char *line, size_t size, unsigned int number, bool interactive,
		      struct script *script, struct script_error *error)
{
	struct statement s = { .line = number };
	int ret;

	if (size && line[size - 1] == '\r')
		size--;
	if (size > SCRIPT_LINE)
		return script_fail(error, number, "a line has %d bytes at most", SCRIPT_LINE);
	if (!is_text(line, size))
		return script_fail(error, number, "there is a control character in it");
	while (size && is_blank(line[size - 1]))
		size--;
	while (size && is_blank(*line)) {
		line++;
		size--;
	}
	ret = read_line(line, size, &s, error);
	if (!ret && s.nr) {
		s.text = strndup(line, size);
		ret = s.text ? statement_understand(&s, interactive, error) : -ENOMEM;
	} else if (!ret && s.output) {
		ret = script_fail(error, number, "there is no command whose result could go to "
				  "that file");
	}
	if (!ret && s.nr)
		ret = add_statement(script, &s);
	if (ret || !s.nr)
		free_statement(&s);
	return ret;
}

int script_parse(const char *text, size_t size, bool interactive, struct script *script,
		 struct script_error *error)
{
	unsigned int number = 0;
	int ret = 0;

	*script = (struct script){ 0 };
	for (size_t at = 0; !ret && at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - text) - at : size - at;

		if (++number > SCRIPT_LINES)
			return script_fail(error, number, "a script has %d lines at most",
					   SCRIPT_LINES);
		ret = parse_line(text + at, length, number, interactive, script, error);
		at += length + 1;
	}
	return ret ? ret : statements_match(script, interactive, error);
}
