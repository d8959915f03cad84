/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writers.  A command fills plain structs; a static row table says which
 * members there are, and serves text, JSON and porcelain alike.  Nothing here
 * knows what SEV is.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * OUT_DOCUMENT: in a language of its own, which the command writes itself; members, tables
 * and text print nothing
 */
enum out_mode { OUT_TEXT, OUT_JSON, OUT_PORCELAIN, OUT_DOCUMENT };

enum out_format {
	OUT_BOOL,	/* bool: yes and no; true and false */
	OUT_U8, OUT_U16, OUT_U32, OUT_U64, OUT_I32, OUT_I64,
	OUT_HEX64,	/* uint64_t mask: 0x...; in JSON a string */
	OUT_STATUS,	/* uint32_t: 0x....; in JSON a number, -1 for all ones */
	OUT_STRING,	/* const char *; NULL counts as absent */
	OUT_CHARS,	/* char[]; empty counts as absent */
	OUT_NS,		/* uint64_t nanoseconds: in text a fitting unit */
};

/**
 * struct out_row - a member of a struct as people and scripts see it
 * @key:	in JSON and porcelain, frozen once released; "" for text only
 * @label:	in text; NULL to leave it out there
 * @format:	how
 * @offset:	where
 * @when:	offset of a bool that tells whether it is there, plus 1; 0 for always
 */
struct out_row {
	const char *key, *label;
	enum out_format format;
	size_t offset, when;
};

#define OUT_ROW(type, key, label, format, member) \
	{ key, label, format, offsetof(type, member), 0 }
#define OUT_ROW_WHEN(type, key, label, format, member, cond) \
	{ key, label, format, offsetof(type, member), offsetof(type, cond) + 1 }
/* For people only: what text says in another way than the rest */
#define OUT_TEXT_ROW(type, label, format, member) \
	{ "", label, format, offsetof(type, member), 0 }
#define OUT_END { NULL, NULL, OUT_BOOL, 0, 0 }

struct out;

/* NULL when memory is short */
struct out *out_new(enum out_mode mode, bool color);
/* Another of the same form, for a part of the result; to @to instead of stdout */
struct out *out_like(const struct out *out, FILE *to);
/* Write what is still held back, release: 0 or -errno of stdout */
int out_finish(struct out *out);

/* With OUT_JSON: all of it as one line, to be freed, instead of printing it; release.  Or NULL */
char *out_line(struct out *out);

enum out_mode out_mode(const struct out *out);

/* A member of the result itself */
void out_string(struct out *out, const char *key, const char *value);
void out_number(struct out *out, const char *key, int64_t value);
void out_bool(struct out *out, const char *key, bool value);

/* One struct; @title heads it in text, NULL for no heading */
void out_object(struct out *out, const char *key, const char *title, const struct out_row *rows,
		const void *object);

/* Many structs of one kind: a table in text */
void out_list(struct out *out, const char *key, const char *title, const struct out_row *rows);
void out_list_item(struct out *out, const void *object);
void out_list_end(struct out *out);

/* An array of sentences */
void out_strings(struct out *out, const char *key, char *const *strings, size_t nr);

/* A line of text that neither JSON nor porcelain has */
__attribute__((format(printf, 2, 3)))
void out_text(struct out *out, const char *format, ...);

#endif
