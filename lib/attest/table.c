// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of certificates that a host hands to SNP guests: entries of 24 bytes, a GUID, an
 * offset and a length, ended by one of zeros (the GHCB specification, AMD 56421).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/crypto/digest.h"

#define ENTRY_SIZE	24
#define PAGE		4096

static const struct {
	const char *guid, *name;
} names[] = {
	{ "63da758d-e664-4564-adc5-f4b93be8accd", "VCEK" },
	{ "a8074bc2-a25a-483e-aae6-39c045a0b8a1", "VLEK" },
	{ "4ab7b379-bbac-4fe4-a02f-05aef327c782", "ASK" },
	{ "c0b406a4-a803-4952-9743-3fb6014cd0ae", "ARK" },
	{ "92f81bc3-5811-4d3d-97ff-d19f88dc67ea", "CRL" },
};

static void take_guid(const uint8_t *p, struct sevadm_table_entry *e)
{
	char *at = e->guid;

	for (int i = 0; i < 16; i++)
		at += sprintf(at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", p[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].guid, e->guid))
			e->name = names[i].name;
}

static int take_data(const uint8_t *table, size_t size, struct sevadm_table_entry *e)
{
	struct crypto_sha256 state = { { 0 } };
	int ret;

	if (e->offset > size || e->length > size - e->offset)
		return 0;
	e->data = table + e->offset;
	ret = crypto_sha256_update(&state, e->data, e->length);
	return ret ? ret : crypto_sha256_final(&state, e->sha256);
}

int sevadm_table_parse(const void *data, size_t size, struct sevadm_table_entry *entries,
		       size_t max, size_t *nr)
{
	static const uint8_t end[ENTRY_SIZE];
	const uint8_t *p = data;
	int ret = 0;

	for (*nr = 0; !ret; p += ENTRY_SIZE, ++*nr) {
		if (size - *nr * ENTRY_SIZE < ENTRY_SIZE)
			return -ENODATA;
		if (!memcmp(p, end, ENTRY_SIZE))
			return 0;
		if (*nr == max)
			return -E2BIG;
		entries[*nr] = (struct sevadm_table_entry){ .offset = le32(p + 16),
							    .length = le32(p + 20) };
		take_guid(p, &entries[*nr]);
		ret = take_data(data, size, &entries[*nr]);
	}
	return ret;
}

/* -------------------------------------------------------------------- lint */

struct lint {
	void (*each)(void *arg, const char *kind, const char *text);
	void *arg;
	unsigned int count;
};

__attribute__((format(printf, 3, 4)))
static void complain(struct lint *lint, const char *kind, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lint->each(lint->arg, kind, text);
	lint->count++;
}

static const char *label(const struct sevadm_table_entry *e)
{
	return e->name ? e->name : e->guid;
}

static void lint_pairs(const struct sevadm_table_entry *e, size_t nr, size_t i, struct lint *lint)
{
	for (size_t k = i + 1; k < nr; k++) {
		if (!strcmp(e[i].guid, e[k].guid))
			complain(lint, "twice", "%s is there twice", label(&e[i]));
		if (e[i].length && e[k].length &&
		    e[i].offset < (uint64_t)e[k].offset + e[k].length &&
		    e[k].offset < (uint64_t)e[i].offset + e[i].length)
			complain(lint, "overlap", "%s and %s share bytes", label(&e[i]), label(&e[k]));
	}
}

static void lint_entry(const struct sevadm_table_entry *e, size_t size, size_t head,
		       struct lint *lint)
{
	if (!e->name)
		complain(lint, "unknown-guid", "nobody knows what %s is", e->guid);
	if (!e->length)
		complain(lint, "empty", "%s has no bytes", label(e));
	if (!e->data)
		complain(lint, "outside", "%s, %u bytes from byte %u on, is not within the %zu bytes "
			 "that there are", label(e), e->length, e->offset, size);
	if (e->offset < head)
		complain(lint, "in-table", "%s begins within the table itself, at byte %u of %zu",
			 label(e), e->offset, head);
}

/* Where the next certificate after @at begins; one that is there already: its end, in @covered */
static size_t next_start(const struct sevadm_table_entry *e, size_t nr, size_t at, size_t size,
			 size_t *covered)
{
	size_t next = size;

	*covered = at;
	for (size_t i = 0; i < nr; i++) {
		if (!e[i].data || !e[i].length)
			continue;
		if (e[i].offset <= at && e[i].offset + (size_t)e[i].length > *covered)
			*covered = e[i].offset + (size_t)e[i].length;
		if (e[i].offset > at && e[i].offset < next)
			next = e[i].offset;
	}
	return next;
}

static bool is_padding(const uint8_t *p, size_t from, size_t size)
{
	for (size_t i = from; i < size; i++)
		if (p[i])
			return false;
	return size % PAGE == 0;
}

/* Bytes that belong to nothing; zeros up to the end of a page are how the kernel wants it */
static void lint_holes(const uint8_t *p, size_t size, const struct sevadm_table_entry *e, size_t nr,
		       size_t head, struct lint *lint)
{
	size_t at = head, covered;

	while (at < size) {
		size_t next = next_start(e, nr, at, size, &covered);

		if (covered == at && !(next == size && is_padding(p, at, size)))
			complain(lint, "hole", "%zu bytes from byte %zu on belong to no certificate",
				 next - at, at);
		at = covered > at ? covered : next;
	}
}

unsigned int sevadm_table_lint(const void *data, size_t size,
			       const struct sevadm_table_entry *entries, size_t nr,
			       void (*each)(void *arg, const char *kind, const char *text), void *arg)
{
	struct lint lint = { .each = each, .arg = arg };
	size_t head = (nr + 1) * ENTRY_SIZE;

	for (size_t i = 0; i < nr; i++) {
		lint_entry(&entries[i], size, head, &lint);
		lint_pairs(entries, nr, i, &lint);
	}
	lint_holes(data, size, entries, nr, head, &lint);
	return lint.count;
}
