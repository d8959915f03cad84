// SPDX-License-Identifier: GPL-2.0-or-later
#include "der.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void der_add(struct der *d, const void *bytes, size_t size)
{
	if (size > DER_MAX - d->size) {
		fprintf(stderr, "more than %d bytes of DER\n", DER_MAX);
		exit(EXIT_FAILURE);
	}
	memcpy(d->bytes + d->size, bytes, size);
	d->size += size;
}

static void add_byte(struct der *d, size_t byte)
{
	uint8_t b = (uint8_t)byte;

	der_add(d, &b, 1);
}

static void add_length(struct der *d, size_t size)
{
	if (size < 0x80) {
		add_byte(d, size);
	} else if (size < 0x100) {
		add_byte(d, 0x81);
		add_byte(d, size);
	} else {
		add_byte(d, 0x82);
		add_byte(d, size >> 8);
		add_byte(d, size);
	}
}

size_t der_begin(struct der *d, int tag)
{
	add_byte(d, (size_t)tag);
	return d->size;
}

/* The length is known now, and goes before what is there already */
void der_end(struct der *d, size_t at)
{
	struct der inner;
	size_t size = d->size - at;

	memcpy(inner.bytes, d->bytes + at, size);
	d->size = at;
	add_length(d, size);
	der_add(d, inner.bytes, size);
}

void der_value(struct der *d, int tag, const void *bytes, size_t size)
{
	add_byte(d, (size_t)tag);
	add_length(d, size);
	der_add(d, bytes, size);
}

void der_text(struct der *d, int tag, const char *text)
{
	der_value(d, tag, text, strlen(text));
}

void der_number(struct der *d, uint64_t value)
{
	uint8_t bytes[9] = { 0 };
	size_t from = 0;

	for (int i = 0; i < 8; i++)
		bytes[8 - i] = (uint8_t)(value >> 8 * i);
	/* as short as can be, and not negative */
	while (from < 8 && !bytes[from] && !(bytes[from + 1] & 0x80))
		from++;
	der_value(d, DER_INTEGER, bytes + from, sizeof(bytes) - from);
}

static void add_arc(struct der *d, unsigned long arc)
{
	for (int shift = 28; shift > 0; shift -= 7)
		if (arc >> shift)
			add_byte(d, 0x80 | (arc >> shift & 0x7f));
	add_byte(d, arc & 0x7f);
}

void der_oid(struct der *d, const char *dotted)
{
	size_t at = der_begin(d, DER_OID);
	unsigned long first, arc;
	char *end;

	first = strtoul(dotted, &end, 10);
	arc = strtoul(end + 1, &end, 10);
	add_arc(d, 40 * first + arc);
	while (*end == '.') {
		arc = strtoul(end + 1, &end, 10);
		add_arc(d, arc);
	}
	der_end(d, at);
}

void der_time(struct der *d, int64_t when)
{
	time_t seconds = when;
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	if (tm.tm_year < 150)
		der_text(d, DER_UTC, text + 2);
	else
		der_text(d, DER_TIME, text);
}
