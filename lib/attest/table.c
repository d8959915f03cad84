// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of certificates that a host hands to SNP guests: entries of 24 bytes, a GUID, an
 * offset and a length, ended by one of zeros (the GHCB specification, AMD 56421).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/table.h"
#include "lib/crypto/digest.h"

static const struct {
	const char *guid, *name;
} names[] = {
	{ "63da758d-e664-4564-adc5-f4b93be8accd", "VCEK" },
	{ "a8074bc2-a25a-483e-aae6-39c045a0b8a1", "VLEK" },
	{ "4ab7b379-bbac-4fe4-a02f-05aef327c782", "ASK" },
	{ "c0b406a4-a803-4952-9743-3fb6014cd0ae", "ARK" },
	{ "92f81bc3-5811-4d3d-97ff-d19f88dc67ea", "CRL" },
	{ "ecae0c0f-9502-43b1-afa2-0ae2e0d565b6", "Google platform info" },
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
	static const uint8_t end[TABLE_ENTRY];
	const uint8_t *p = data;
	int ret = 0;

	for (*nr = 0; !ret; p += TABLE_ENTRY, ++*nr) {
		if (size - *nr * TABLE_ENTRY < TABLE_ENTRY)
			return -ENODATA;
		if (!memcmp(p, end, TABLE_ENTRY))
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

/* -------------------------------------------------------------------- make */

/* The order of a table, and the name of the GUID of each */
static const struct {
	enum sevadm_x509_kind kind;
	const char *name;
} order[] = {
	{ SEVADM_X509_ARK, "ARK" }, { SEVADM_X509_ASK, "ASK" }, { SEVADM_X509_ASVK, "ASK" },
	{ SEVADM_X509_VCEK, "VCEK" }, { SEVADM_X509_VLEK, "VLEK" }, { SEVADM_X509_CRL, "CRL" },
};

#define NR_ORDER	(sizeof(order) / sizeof(order[0]))

static int sort_out(const struct sevadm_x509 *certs, size_t nr,
		    const struct sevadm_x509 *place[SEVADM_X509_KINDS],
		    struct sevadm_failure *failure)
{
	for (size_t i = 0; i < nr; i++) {
		const struct sevadm_x509 *c = &certs[i], *there = place[c->kind];

		if (c->kind == SEVADM_X509_OTHER)
			return attest_refuse(failure, EINVAL, "the certificate of %s has no place in a "
					     "table", c->subject[0] ? c->subject : "nobody");
		if (there && memcmp(there->sha256, c->sha256, sizeof(c->sha256)))
			return attest_refuse(failure, EEXIST, "there are two %ss that differ, and a "
					     "table has a place for one", sevadm_x509_kind_name(c->kind));
		place[c->kind] = c;
	}
	if (place[SEVADM_X509_ASK] && place[SEVADM_X509_ASVK])
		return attest_refuse(failure, EEXIST, "there are an ASK and an ASVK, for which a table "
				     "has one place: leave out the one of them that did not sign");
	return nr ? 0 : attest_refuse(failure, ENODATA, "there is no certificate");
}

static void put_guid(uint8_t *p, const char *name)
{
	const char *at = names[0].guid;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			at = names[i].guid;
	for (int i = 0; i < 16; i++, at += 2) {
		at += *at == '-';
		sscanf(at, "%2hhx", &p[i]);
	}
}

static uint8_t *lay_out(const struct sevadm_x509 *const place[SEVADM_X509_KINDS], size_t *size)
{
	size_t at = TABLE_ENTRY, nr = 0;
	uint8_t *table;

	for (size_t i = 0; i < NR_ORDER; i++)
		if (place[order[i].kind])
			at += TABLE_ENTRY + place[order[i].kind]->size;
	*size = at;
	table = calloc(1, at);
	for (size_t i = 0; i < NR_ORDER; i++)
		nr += place[order[i].kind] ? 1 : 0;
	at = (nr + 1) * TABLE_ENTRY;
	nr = 0;
	for (size_t i = 0; table && i < NR_ORDER; i++) {
		const struct sevadm_x509 *c = place[order[i].kind];
		uint8_t *entry = table + nr * TABLE_ENTRY;

		if (!c)
			continue;
		put_guid(entry, order[i].name);
		put_le32(entry + 16, (uint32_t)at);
		put_le32(entry + 20, (uint32_t)c->size);
		memcpy(table + at, c->der, c->size);
		at += c->size;
		nr++;
	}
	return table;
}

int sevadm_table_make(const struct sevadm_x509 *certs, size_t nr, uint8_t **table, size_t *size,
		      struct sevadm_failure *failure)
{
	const struct sevadm_x509 *place[SEVADM_X509_KINDS] = { NULL };
	int ret = sort_out(certs, nr, place, failure);

	if (ret)
		return ret;
	*table = lay_out(place, size);
	return *table ? 0 : attest_refuse(failure, ENOMEM, "no memory");
}
