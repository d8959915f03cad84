// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two events, member by member and field by field, and the first that differs by its name.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/recording.h"
#include "lib/util/text.h"
#include "sevadm.h"

#define SHOWN	96	/* of a string, at most */

struct pair {
	const struct recording_event *a, *b;
	const char *a_is, *b_is;
	unsigned int flags;
	char *text;
	size_t size;
};

static void shorten(const struct recording_bytes *bytes, char *out, size_t size)
{
	char plain[SHOWN + 1];
	size_t n = bytes->size < SHOWN ? bytes->size : SHOWN;

	if (!bytes->data) {
		snprintf(out, size, "nothing");
		return;
	}
	/* words of a command line end in NUL */
	for (size_t i = 0; i < n; i++)
		plain[i] = bytes->data[i] ? bytes->data[i] : ' ';
	plain[n] = '\0';
	out[0] = '\'';
	text_escape(plain, out + 1, size - 8);
	strcat(out, bytes->size > n ? "'..." : "'");
}

void recording_describe(const struct recording_event *event, char *text, size_t size)
{
	const struct recording_shape *shape = &recording_shapes[event->kind];
	const struct recording_request *row = recording_request_of(event);
	char word[SHOWN * 4 + 16];
	size_t used;

	if (event->kind == RECORDING_IOCTL && row)
		snprintf(text, size, "%s", row->name);
	else if (event->kind == RECORDING_IOCTL)
		snprintf(text, size, "unknown request 0x%lx", event->request);
	else
		snprintf(text, size, "%s", shape->name);
	used = strlen(text);
	for (size_t i = 0; i < event->nr_words && used < size; i++) {
		shorten(&event->words[i], word, sizeof(word));
		used += (size_t)snprintf(text + used, size - used, " %s", word);
	}
	if (shape->flags & SHAPE_PID0 && used < size)
		used += (size_t)snprintf(text + used, size - used, " %" PRId64, event->numbers[0]);
	if (recording_any_order(event) >= 0 && used < size)
		snprintf(text + used, size - used, " of CPU %" PRId64, recording_any_order(event));
}

static void put_bytes(const unsigned char *at, size_t size, char *text, size_t room)
{
	for (size_t i = 0; i < size && 2 * i + 2 < room; i++)
		sprintf(text + 2 * i, "%02x", at[i]);
}

static uint64_t value_of(const struct recording_field *field, const void *structure)
{
	const unsigned char *at = (const unsigned char *)structure + field->offset;
	uint64_t value = 0;

	for (size_t i = 0; i < field->size && i < sizeof(value); i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

void recording_field_text(const struct recording_field *field, const void *structure, char *text,
			  size_t size)
{
	const char *at = (const char *)structure + field->offset;
	uint64_t value = value_of(field, structure);
	char plain[65];

	text[0] = '\0';
	switch (field->format) {
	case FIELD_U:
		snprintf(text, size, "%" PRIu64, value);
		break;
	case FIELD_S:
		snprintf(text, size, "%" PRId32, (int32_t)value);
		break;
	case FIELD_HEX:
		snprintf(text, size, "0x%" PRIx64, value);
		break;
	case FIELD_FWSTATUS:
		if (value == SEVADM_NO_FW_CALL)
			snprintf(text, size, "firmware not called");
		else
			snprintf(text, size, "%s (0x%04" PRIx64 ")",
				 sevadm_status_name((uint32_t)value), value);
		break;
	case FIELD_CHARS:
		snprintf(plain, sizeof(plain), "%.*s", (int)field->size, at);
		text_escape(plain, text, size);
		break;
	case FIELD_BYTES:
		put_bytes((const unsigned char *)at, field->size, text, size);
		break;
	}
}

static bool number_is(const struct pair *p, const char *name, int64_t a, int64_t b)
{
	if (a == b)
		return true;
	snprintf(p->text, p->size, "'%s' is %" PRId64 " as %s, %" PRId64 " as %s", name, a, p->a_is,
		 b, p->b_is);
	return false;
}

static bool bytes_are(const struct pair *p, const char *name, const struct recording_bytes *a,
		      const struct recording_bytes *b)
{
	char x[SHOWN * 4 + 16], y[SHOWN * 4 + 16];

	if (a->size == b->size && !a->data == !b->data &&
	    (!a->size || !memcmp(a->data, b->data, a->size)))
		return true;
	shorten(a, x, sizeof(x));
	shorten(b, y, sizeof(y));
	snprintf(p->text, p->size, "'%s' is %.200s as %s, %.200s as %s", name, x, p->a_is, y,
		 p->b_is);
	return false;
}

static bool lists_are(const struct pair *p, const char *name, const struct recording_bytes *a,
		      size_t nr_a, const struct recording_bytes *b, size_t nr_b)
{
	for (size_t i = 0; i < nr_a && i < nr_b; i++)
		if (!bytes_are(p, name, &a[i], &b[i]))
			return false;
	if (nr_a == nr_b)
		return true;
	snprintf(p->text, p->size, "'%s' has %zu parts as %s, %zu as %s", name, nr_a, p->a_is, nr_b,
		 p->b_is);
	return false;
}

/* --------------------------------------------------------------------------- ioctls */

static bool field_is(const struct pair *p, const struct recording_part *part,
		     const struct recording_field *field, size_t index, const char *a,
		     const char *b)
{
	char x[160], y[160], which[32] = "";
	unsigned int left_out = FIELD_POINTER | (p->flags & COMPARE_RESULTS ? FIELD_TIME | FIELD_PID :
						 0);

	if (field->flags & left_out || !memcmp(a + field->offset, b + field->offset, field->size))
		return true;
	recording_field_text(field, a, x, sizeof(x));
	recording_field_text(field, b, y, sizeof(y));
	if (part->capacity)
		snprintf(which, sizeof(which), " number %zu", index);
	snprintf(p->text, p->size, "field %s of %s (%s%s) is %s as %s, %s as %s", field->name,
		 part->type, part->name, which, x, p->a_is, y, p->b_is);
	return false;
}

static bool buffer_is(const struct pair *p, const struct recording_part *part,
		      const struct recording_bytes *a, const struct recording_bytes *b)
{
	if (!a->data != !b->data) {
		snprintf(p->text, p->size, "buffer '%s' (%s) is there only as %s", part->name,
			 part->type, a->data ? p->a_is : p->b_is);
		return false;
	}
	for (size_t at = 0; at + part->size <= a->size && at + part->size <= b->size;
	     at += part->size)
		for (const struct recording_field *f = part->fields; f->name; f++)
			if (!field_is(p, part, f, at / part->size, a->data + at, b->data + at))
				return false;
	if (a->size == b->size)
		return true;
	snprintf(p->text, p->size, "buffer '%s' (%s) has %zu bytes as %s, %zu as %s", part->name,
		 part->type, a->size, p->a_is, b->size, p->b_is);
	return false;
}

static bool ioctl_is(const struct pair *p)
{
	const struct recording_request *row = recording_request_of(p->a);

	if (!number_is(p, "number", (int64_t)p->a->request, (int64_t)p->b->request))
		return false;
	for (unsigned int i = 0; row && i < RECORDING_PARTS && row->parts[i].name; i++) {
		const struct recording_buffer *a = &p->a->parts[i], *b = &p->b->parts[i];

		if (a->masked || b->masked)
			continue;
		if (!buffer_is(p, &row->parts[i], &a->in, &b->in))
			return false;
		if (p->flags & COMPARE_RESULTS && !buffer_is(p, &row->parts[i], &a->out, &b->out))
			return false;
	}
	return true;
}

/* ----------------------------------------------------------------------------- host */

static bool host_is(const struct pair *p)
{
	const struct recording_shape *shape = &recording_shapes[p->a->kind];
	const unsigned int times[] = { SHAPE_TIME0, SHAPE_TIME1 };

	if (shape->list) {
		if (!lists_are(p, shape->words[0], p->a->words, p->a->nr_words, p->b->words,
			       p->b->nr_words))
			return false;
	} else {
		for (size_t i = 0; i < RECORDING_WORDS && shape->words[i]; i++)
			if (!bytes_are(p, shape->words[i], &p->a->words[i], &p->b->words[i]))
				return false;
	}
	for (size_t i = 0; i < RECORDING_NUMBERS && shape->numbers[i]; i++) {
		if (shape->flags & times[i] ||
		    (!i && p->flags & COMPARE_RESULTS && shape->flags & SHAPE_PID0))
			continue;
		if (!number_is(p, shape->numbers[i], p->a->numbers[i], p->b->numbers[i]))
			return false;
	}
	/* of processes /proc tells another thing each time */
	if (p->a->nr_words && p->a->words[0].data && !strncmp(p->a->words[0].data, "/proc", 5) &&
	    p->flags & COMPARE_RESULTS)
		return true;
	return !(p->flags & COMPARE_RESULTS) || !shape->got ||
	       lists_are(p, shape->got, p->a->got, p->a->nr_got, p->b->got, p->b->nr_got);
}

/* A pid may come back, where a process was opened */
static bool result_is(const struct pair *p)
{
	int64_t a = p->a->result, b = p->b->result;

	if (p->a->kind == RECORDING_OPEN || p->a->kind == RECORDING_CLOCK) {
		a = a < 0 ? a : 0;
		b = b < 0 ? b : 0;
	}
	return number_is(p, "errno", a < 0 ? -a : 0, b < 0 ? -b : 0) &&
	       number_is(p, "result", a, b) && number_is(p, "begun", p->a->begun, p->b->begun);
}

bool recording_compare(const struct recording_event *a, const struct recording_event *b,
		       const char *a_is, const char *b_is, unsigned int flags, char *text,
		       size_t size)
{
	const struct pair p = { a, b, a_is, b_is, flags, text, size };
	const struct recording_request *x = recording_request_of(a), *y = recording_request_of(b);
	char first[256], second[256];

	text[0] = '\0';
	if (a->kind != b->kind || x != y || (!x && a->kind == RECORDING_IOCTL &&
					     a->request != b->request)) {
		recording_describe(a, first, sizeof(first));
		recording_describe(b, second, sizeof(second));
		snprintf(text, size, "it is %s as %s, %s as %s", first, a_is, second, b_is);
		return false;
	}
	if (!(a->kind == RECORDING_IOCTL ? ioctl_is(&p) : host_is(&p)))
		return false;
	return !(flags & COMPARE_RESULTS) || result_is(&p);
}
