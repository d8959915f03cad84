// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wrong with a table of certificates: with its layout, and with what is in it */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/table.h"
#include "lib/attest/x509.h"

#define PAGE		4096

struct lint {
	void (*each)(void *arg, const char *kind, const char *text);
	void *arg;
	unsigned int count;
};

__attribute__((format(printf, 3, 4)))
static void complain(struct lint *lint, const char *kind, const char *format, ...)
{
	char text[400];
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
			complain(lint, next == size ? "trailing" : "hole", "%zu bytes from byte %zu on "
				 "belong to no certificate%s", next - at, at,
				 next == size ? ", and none is behind them" : "");
		at = covered > at ? covered : next;
	}
}

/* ------------------------------------------------------- what is in an entry */

/* Those of all entries */
struct content {
	struct sevadm_x509 *certs;
	size_t nr;
};

/* Which GUID is an ASK's and which an ASVK's is the same question */
static bool is_kind(const struct sevadm_table_entry *e, const struct sevadm_x509 *c)
{
	const char *kind = c->kind == SEVADM_X509_ASVK ? "ASK" : sevadm_x509_kind_name(c->kind);

	return !strcmp(e->name, kind);
}

static bool is_certificate(const struct sevadm_table_entry *e)
{
	static const char *const names[] = { "VCEK", "VLEK", "ASK", "ARK", "CRL" };

	for (size_t i = 0; e->name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], e->name))
			return e->data && e->length;
	return false;
}

/* @certs are the list's from here on */
static void keep(struct content *content, struct sevadm_x509 *certs, size_t nr)
{
	struct sevadm_x509 *all = realloc(content->certs, (content->nr + nr + 1) * sizeof(*all));

	if (!all) {
		sevadm_x509_free(certs, nr);
		return;
	}
	if (nr)
		memcpy(all + content->nr, certs, nr * sizeof(*all));
	free(certs);
	content->certs = all;
	content->nr += nr;
}

static void lint_content(const struct sevadm_table_entry *e, struct content *content,
			 struct lint *lint)
{
	struct sevadm_failure failure;
	struct sevadm_x509 *certs;
	size_t nr;
	int ret;

	if (!is_certificate(e))
		return;
	ret = sevadm_x509_read(e->data, e->length, &certs, &nr, &failure);
	if (ret)
		complain(lint, ret == -EOVERFLOW ? "trailing" : "no-certificate", "%s: %s", label(e),
			 failure.message);
	else if (certs->pem || nr > 1 || certs->size != e->length)
		complain(lint, certs->pem ? "pem" : nr > 1 ? "several" : "text", "%s is %s: guests want "
			 "one certificate, as DER", label(e), certs->pem ? "PEM" : nr > 1 ?
			 "more than one certificate" : "text");
	if (nr && !is_kind(e, certs))
		complain(lint, "wrong-kind", "%s is in the place of %s", sevadm_x509_kind_name(certs->kind),
			 label(e));
	keep(content, certs, nr);
}

/* Neither trust nor dates: what would never fit, whoever looks at it and when */
static bool is_of_the_table(enum sevadm_cert_cause cause)
{
	return cause != SEVADM_CERT_MISSING && cause != SEVADM_CERT_UNKNOWN_ROOT &&
	       cause != SEVADM_CERT_EXPIRED && cause != SEVADM_CERT_NOT_YET;
}

static void lint_chain(const struct content *content, struct lint *lint)
{
	struct sevadm_x509_want want = { .ca_only = true };
	struct sevadm_x509_chain chain;

	for (size_t i = 0; i < content->nr; i++)
		if (content->certs[i].from > want.time)
			want.time = content->certs[i].from;
	sevadm_x509_verify(content->certs, content->nr, &want, &chain);
	for (size_t i = 0; i < chain.nr_links; i++)
		if (chain.links[i].verdict == SEVADM_CERT_FAIL && is_of_the_table(chain.links[i].cause))
			complain(lint, "chain", "%s: %s", chain.links[i].name, chain.links[i].why);
}

unsigned int sevadm_table_lint(const void *data, size_t size,
			       const struct sevadm_table_entry *entries, size_t nr,
			       void (*each)(void *arg, const char *kind, const char *text), void *arg)
{
	struct lint lint = { .each = each, .arg = arg };
	struct content content = { .certs = NULL };
	size_t head = (nr + 1) * TABLE_ENTRY;

	for (size_t i = 0; i < nr; i++) {
		lint_entry(&entries[i], size, head, &lint);
		lint_pairs(entries, nr, i, &lint);
	}
	lint_holes(data, size, entries, nr, head, &lint);
	for (size_t i = 0; i < nr; i++)
		lint_content(&entries[i], &content, &lint);
	lint_chain(&content, &lint);
	sevadm_x509_free(content.certs, content.nr);
	return lint.count;
}
