// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of chips and lists of revoked ones: DER or PEM, their extensions, the chain, and
 * the table that is made of them.  The same bytes as such a table
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

#define ENTRIES_MAX	8

static bool is_text(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

static void check_cert(const struct sevadm_x509 *c)
{
	bool vek = c->kind == SEVADM_X509_VCEK || c->kind == SEVADM_X509_VLEK;

	must(c->der && c->size && c->kind < SEVADM_X509_KINDS);
	must(is_text(c->subject, sizeof(c->subject)) && is_text(c->issuer, sizeof(c->issuer)));
	must(is_text(c->product_name, sizeof(c->product_name)) && is_text(c->csp, sizeof(c->csp)));
	must(is_text(c->fault, sizeof(c->fault)) && is_text(c->signature, sizeof(c->signature)));
	must(!c->hwid_size || c->hwid_size == 8 || c->hwid_size == 64);
	must(vek || (!c->fault[0] && !c->hwid_size && !c->tcb.known));
	if (vek && !c->fault[0] && c->kind == SEVADM_X509_VCEK)
		must(c->hwid_size && c->product_name[0]);
}

/* What is written is read again as the same */
static void check_encoding(const struct sevadm_x509 *c, bool pem)
{
	struct sevadm_failure failure;
	struct sevadm_x509 *again;
	uint8_t *text;
	size_t size, nr;

	must(!sevadm_x509_encode(c, pem, &text, &size));
	must(!sevadm_x509_read(text, size, &again, &nr, &failure) && nr == 1);
	must(again->pem == pem && !memcmp(again->sha256, c->sha256, sizeof(c->sha256)));
	sevadm_x509_free(again, nr);
	free(text);
}

/* Nobody can sign for AMD; those of the tests' own can */
static void check_chain(const struct sevadm_x509 *certs, size_t nr)
{
	struct sevadm_x509_want want = { .time = 1800000000 };
	struct sevadm_x509_chain chain;

	sevadm_x509_verify(certs, nr, &want, &chain);
	must(!chain.trusted && chain.broken && chain.nr_links <= SEVADM_X509_LINKS);
	for (size_t i = 0; i < chain.nr_links; i++)
		must(chain.links[i].name && chain.links[i].why[0]);
	for (size_t i = 0; i < nr; i++) {
		want = (struct sevadm_x509_want){ .time = certs[i].from, .root = &certs[i],
						  .tcb = &certs[i].tcb, .hwid = certs[i].hwid,
						  .hwid_size = certs[i].hwid_size };
		sevadm_x509_verify(certs, nr, &want, &chain);
		must(chain.trusted == !chain.broken);
	}
}

static void count(void *arg, const char *kind, const char *text)
{
	must(kind[0] && text[0]);
	++*(unsigned int *)arg;
}

static void check_table(const uint8_t *data, size_t size)
{
	struct sevadm_table_entry entries[ENTRIES_MAX];
	unsigned int told = 0;
	size_t nr;

	if (!sevadm_table_parse(data, size, entries, ENTRIES_MAX, &nr))
		must(sevadm_table_lint(data, size, entries, nr, count, &told) == told);
}

/* One that we make has no fault of layout: each entry is one of those that went in */
static void check_made(const struct sevadm_x509 *certs, size_t nr)
{
	struct sevadm_table_entry entries[ENTRIES_MAX];
	struct sevadm_failure failure;
	size_t size, nr_entries;
	uint8_t *table;

	if (sevadm_table_make(certs, nr, &table, &size, &failure)) {
		must(failure.message[0]);
		return;
	}
	must(!sevadm_table_parse(table, size, entries, ENTRIES_MAX, &nr_entries));
	for (size_t i = 0; i < nr_entries; i++) {
		bool found = false;

		must(entries[i].data && entries[i].name);
		for (size_t k = 0; k < nr; k++)
			found |= !memcmp(certs[k].sha256, entries[i].sha256, sizeof(certs[k].sha256));
		must(found);
	}
	check_table(table, size);
	free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sevadm_failure failure;
	struct sevadm_x509 *certs;
	size_t nr;
	int ret = sevadm_x509_read(data, size, &certs, &nr, &failure);

	must(ret || nr);
	must(!ret || failure.message[0]);
	for (size_t i = 0; i < nr; i++) {
		check_cert(&certs[i]);
		check_encoding(&certs[i], false);
		check_encoding(&certs[i], true);
	}
	check_chain(certs, nr);
	check_made(certs, nr);
	check_table(data, size);
	sevadm_x509_free(certs, nr);
	return 0;
}
