// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/out/out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/util/text.h"

#define CELL_MAX	4096	/* the longest sentence, every byte of it escaped */

struct out {
	enum out_mode mode;
	FILE *to;
	bool color, failed;
	json_object *root, *array;
	/* a table is held back until its widths are known */
	const struct out_row *rows;
	const char *key, *title;
	char **cells;
	size_t nr_cells, nr_columns;
};

struct out *out_new(enum out_mode mode, bool color)
{
	struct out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->mode = mode;
	out->to = stdout;
	out->color = color;
	out->root = mode == OUT_JSON ? json_object_new_object() : NULL;
	if (mode == OUT_JSON && !out->root) {
		free(out);
		return NULL;
	}
	return out;
}

struct out *out_like(const struct out *out, FILE *to)
{
	struct out *like = out_new(out->mode, out->color);

	if (like)
		like->to = to;
	return like;
}

int out_finish(struct out *out)
{
	int ret = out->failed ? -ENOMEM : 0;

	if (out->mode == OUT_JSON) {
		fprintf(out->to, "%s\n",
			json_object_to_json_string_ext(out->root, JSON_C_TO_STRING_PRETTY |
						       JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(out->root);
	}
	if (fflush(out->to) || ferror(out->to))
		ret = errno ? -errno : -EIO;
	free(out);
	return ret;
}

char *out_line(struct out *out)
{
	char *line = NULL;

	if (!out->failed && asprintf(&line, "%s\n",
				     json_object_to_json_string_ext(out->root,
					JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		line = NULL;
	json_object_put(out->root);
	free(out);
	return line;
}

enum out_mode out_mode(const struct out *out)
{
	return out->mode;
}

static void add(struct out *out, json_object *to, const char *key, json_object *value)
{
	if (!value || json_object_object_add(to, key, value))
		out->failed = true;
}

/* ------------------------------------------------------------ one member */

static bool is_there(const struct out_row *row, const char *object)
{
	const char *at = object + row->offset;

	if (row->when && !*(const bool *)(object + row->when - 1))
		return false;
	if (row->format == OUT_STRING)
		return *(const char *const *)at;
	return row->format != OUT_CHARS || *at;
}

static uint64_t number(enum out_format format, const void *at)
{
	switch (format) {
	case OUT_BOOL:
		return *(const bool *)at;
	case OUT_U8:
		return *(const uint8_t *)at;
	case OUT_U16:
		return *(const uint16_t *)at;
	case OUT_U32:
	case OUT_STATUS:
		return *(const uint32_t *)at;
	case OUT_I32:
		return (uint64_t)(int64_t)*(const int32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

/* Of the character there (RFC 3629): its bytes, or 0 if it is none */
static size_t utf8_length(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, a surrogate, beyond the last */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* JSON is UTF-8: a byte that is not becomes \xNN, as text from outside has it elsewhere */
static json_object *json_text(const char *text)
{
	static const char hex[] = "0123456789abcdef";
	char *clean = malloc(4 * strlen(text) + 1), *to = clean;
	json_object *json;
	size_t n;

	if (!clean)
		return NULL;
	for (; *text; text += n) {
		n = utf8_length(text);
		if (n) {
			to = mempcpy(to, text, n);
			continue;
		}
		n = 1;
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[(unsigned char)*text >> 4];
		*to++ = hex[(unsigned char)*text & 15];
	}
	*to = '\0';
	json = json_object_new_string(clean);
	free(clean);
	return json;
}

static json_object *json_of(const struct out_row *row, const char *object)
{
	const char *at = object + row->offset;
	char hex[24];

	switch (row->format) {
	case OUT_BOOL:
		return json_object_new_boolean(*(const bool *)at);
	case OUT_HEX64:
		snprintf(hex, sizeof(hex), "0x%" PRIx64, number(row->format, at));
		return json_object_new_string(hex);
	case OUT_STATUS:
		return json_object_new_int64((int32_t)number(row->format, at));
	case OUT_STRING:
		return json_text(*(const char *const *)at);
	case OUT_CHARS:
		return json_text(at);
	case OUT_I32:
	case OUT_I64:
		return json_object_new_int64((int64_t)number(row->format, at));
	default:
		return json_object_new_uint64(number(row->format, at));
	}
}

static void duration(uint64_t ns, char *buf, size_t size)
{
	static const struct { uint64_t ns; const char *unit; } units[] = {
		{ 86400000000000, "d" }, { 3600000000000, "h" }, { 60000000000, "min" },
		{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ns >= units[i].ns) {
			snprintf(buf, size, "%.1f %s", (double)ns / (double)units[i].ns,
				 units[i].unit);
			return;
		}
	snprintf(buf, size, "%" PRIu64 " ns", ns);
}

static void text_of(enum out_mode mode, const struct out_row *row, const char *object, char *buf,
		    size_t size)
{
	const char *at = object + row->offset;
	uint64_t value;

	if (row->format == OUT_STRING || row->format == OUT_CHARS) {
		text_escape(row->format == OUT_CHARS ? at : *(const char *const *)at, buf, size);
		return;
	}
	value = number(row->format, at);
	if (row->format == OUT_BOOL)
		snprintf(buf, size, "%s", value ? "yes" : "no");
	else if (row->format == OUT_HEX64)
		snprintf(buf, size, "0x%" PRIx64, value);
	else if (row->format == OUT_STATUS && mode == OUT_TEXT && value != UINT32_MAX)
		snprintf(buf, size, "0x%04" PRIx64, value);
	else if (row->format == OUT_STATUS)
		snprintf(buf, size, "%" PRId32, (int32_t)value);
	else if (row->format == OUT_NS && mode == OUT_TEXT)
		duration(value, buf, size);
	else if (row->format == OUT_I32 || row->format == OUT_I64)
		snprintf(buf, size, "%" PRId64, (int64_t)value);
	else
		snprintf(buf, size, "%" PRIu64, value);
}

/* ----------------------------------------------------- members of the result */

static void plain(struct out *out, const char *key, const char *value)
{
	if (out->mode == OUT_PORCELAIN)
		fprintf(out->to, "%s\t%s\n", key, value);
}

void out_string(struct out *out, const char *key, const char *value)
{
	if (out->mode == OUT_JSON)
		add(out, out->root, key, json_text(value));
	plain(out, key, value);
}

void out_number(struct out *out, const char *key, int64_t value)
{
	char text[24];

	if (out->mode == OUT_JSON)
		add(out, out->root, key, json_object_new_int64(value));
	snprintf(text, sizeof(text), "%" PRId64, value);
	plain(out, key, text);
}

void out_bool(struct out *out, const char *key, bool value)
{
	if (out->mode == OUT_JSON)
		add(out, out->root, key, json_object_new_boolean(value));
	plain(out, key, value ? "yes" : "no");
}

void out_strings(struct out *out, const char *key, char *const *strings, size_t nr)
{
	json_object *array = out->mode == OUT_JSON ? json_object_new_array() : NULL;

	for (size_t i = 0; i < nr; i++) {
		if (array)
			json_object_array_add(array, json_text(strings[i]));
		plain(out, key, strings[i]);
	}
	if (out->mode == OUT_JSON)
		add(out, out->root, key, array);
}

static void title(const struct out *out, const char *text)
{
	if (text)
		fprintf(out->to, out->color ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

static json_object *json_object_of(struct out *out, const struct out_row *rows, const void *object)
{
	json_object *json = json_object_new_object();

	for (const struct out_row *row = rows; json && row->key; row++)
		if (row->key[0] && is_there(row, object))
			add(out, json, row->key, json_of(row, object));
	return json;
}

void out_object(struct out *out, const char *key, const char *heading, const struct out_row *rows,
		const void *object)
{
	char cell[CELL_MAX];
	int width = 0;

	if (out->mode == OUT_JSON) {
		add(out, out->root, key, json_object_of(out, rows, object));
		return;
	}
	for (const struct out_row *row = rows; row->key; row++)
		if (row->label && (int)strlen(row->label) > width)
			width = (int)strlen(row->label);
	if (out->mode == OUT_DOCUMENT)
		return;
	if (out->mode == OUT_TEXT)
		title(out, heading);
	for (const struct out_row *row = rows; row->key; row++) {
		if (!is_there(row, object) || (!row->key[0] && out->mode != OUT_TEXT))
			continue;
		text_of(out->mode, row, object, cell, sizeof(cell));
		if (out->mode == OUT_PORCELAIN)
			fprintf(out->to, "%s.%s\t%s\n", key, row->key, cell);
		else if (row->label)
			fprintf(out->to, "%s%-*s  %s\n", heading ? "  " : "", width, row->label, cell);
	}
}

/* ------------------------------------------------------------------- tables */

void out_list(struct out *out, const char *key, const char *heading, const struct out_row *rows)
{
	out->rows = rows;
	out->key = key;
	out->title = heading;
	out->cells = NULL;
	out->nr_cells = out->nr_columns = 0;
	out->array = out->mode == OUT_JSON ? json_object_new_array() : NULL;
	if (out->mode == OUT_JSON)
		add(out, out->root, key, out->array);
	for (const struct out_row *row = rows; row->key; row++)
		if (row->label)
			out->nr_columns++;
}

static void hold_cell(struct out *out, const char *text)
{
	if (!(out->nr_cells & (out->nr_cells - 1))) {
		size_t size = out->nr_cells ? out->nr_cells * 2 : 1;
		char **cells = reallocarray(out->cells, size, sizeof(*cells));

		if (!cells) {
			out->failed = true;
			return;
		}
		out->cells = cells;
	}
	out->cells[out->nr_cells] = strdup(text);
	if (!out->cells[out->nr_cells])
		out->failed = true;
	else
		out->nr_cells++;
}

void out_list_item(struct out *out, const void *object)
{
	char cell[CELL_MAX];

	if (out->mode == OUT_JSON) {
		if (out->array)
			json_object_array_add(out->array, json_object_of(out, out->rows, object));
		return;
	}
	if (out->mode == OUT_DOCUMENT)
		return;
	if (out->mode == OUT_PORCELAIN)
		fputs(out->key, out->to);
	for (const struct out_row *row = out->rows; row->key; row++) {
		cell[0] = '\0';
		if (!row->key[0] && out->mode != OUT_TEXT)
			continue;
		if (is_there(row, object))
			text_of(out->mode, row, object, cell, sizeof(cell));
		if (out->mode == OUT_PORCELAIN)
			fprintf(out->to, "\t%s", cell);
		else if (row->label)
			hold_cell(out, cell);
	}
	if (out->mode == OUT_PORCELAIN)
		fputc('\n', out->to);
}

/* A column of width 0 has nothing in any row */
static void print_row(FILE *to, const int *width, const char *const *cells, size_t nr)
{
	int pad = 0;

	for (size_t i = 0; i < nr; i++) {
		if (!width[i])
			continue;
		/* no blanks behind the last text of a line */
		if (cells[i][0])
			fprintf(to, "%*s%s", pad + 2, "", cells[i]);
		pad = cells[i][0] ? width[i] - (int)strlen(cells[i]) : pad + 2 + width[i];
	}
	fputc('\n', to);
}

static void print_table(struct out *out)
{
	const char *heads[64];
	int width[64] = { 0 };
	size_t n = 0;

	for (const struct out_row *row = out->rows; row->key && n < 64; row++)
		if (row->label)
			heads[n++] = row->label;
	for (size_t i = 0; i < out->nr_cells; i++)
		if ((int)strlen(out->cells[i]) > width[i % n])
			width[i % n] = (int)strlen(out->cells[i]);
	for (size_t i = 0; i < n; i++)
		if (width[i] && (int)strlen(heads[i]) > width[i])
			width[i] = (int)strlen(heads[i]);
	title(out, out->title);
	print_row(out->to, width, heads, n);
	for (size_t i = 0; i + n <= out->nr_cells; i += n)
		print_row(out->to, width, (const char *const *)&out->cells[i], n);
}

void out_list_end(struct out *out)
{
	if (out->mode == OUT_TEXT && out->nr_cells)
		print_table(out);
	for (size_t i = 0; i < out->nr_cells; i++)
		free(out->cells[i]);
	free(out->cells);
	out->cells = NULL;
	out->nr_cells = 0;
	out->array = NULL;
}

void out_text(struct out *out, const char *format, ...)
{
	va_list ap;

	if (out->mode != OUT_TEXT)
		return;
	va_start(ap, format);
	vfprintf(out->to, format, ap);
	va_end(ap);
	fputc('\n', out->to);
}
