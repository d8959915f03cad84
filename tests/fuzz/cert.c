// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of SEV platforms: bytes in any encoding, then fields, then the chain.  The same
 * bytes as a table of certificates for SNP guests
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

#define CERTS_MAX	8

static void check_cert(const struct sevadm_cert *c, const uint8_t *bytes, size_t size)
{
	must(c->offset <= size && c->size <= size - c->offset && c->data == bytes + c->offset);
	must(c->signed_size < c->size && c->nr_signatures <= 2);
	for (unsigned int i = 0; i < c->nr_signatures; i++)
		must(c->signatures[i].bytes + c->signatures[i].size <= c->data + c->size);
	must(c->ca ? c->modulus && c->exponent && c->key_id : c->x && c->y);
}

/* Nobody can sign for AMD, so whatever is found must be distrusted */
static void check_chain(const struct sevadm_cert *certs, size_t nr)
{
	struct sevadm_cert_chain chain;

	sevadm_cert_verify(certs, nr, NULL, &chain);
	must(!chain.trusted && chain.broken && chain.broken->why[0]);
	for (int i = 0; i < SEVADM_CERT_LINKS; i++)
		must(chain.links[i].name && chain.links[i].why[0]);
	for (size_t i = 0; i < nr; i++)
		if (certs[i].ca)
			sevadm_cert_verify(certs, nr, &certs[i], &chain);
}

static void count(void *arg, const char *kind, const char *text)
{
	must(kind[0] && text[0]);
	++*(unsigned int *)arg;
}

static void check_table(const uint8_t *data, size_t size)
{
	struct sevadm_table_entry entries[CERTS_MAX];
	unsigned int told = 0;
	size_t nr;
	int ret = sevadm_table_parse(data, size, entries, CERTS_MAX, &nr);

	must(!ret || ret == -ENODATA || ret == -E2BIG);
	must(nr <= CERTS_MAX && nr * 24 <= size);
	for (size_t i = 0; i < nr; i++)
		must(!entries[i].data || (entries[i].data == data + entries[i].offset &&
					  entries[i].length <= size - entries[i].offset));
	if (!ret)
		must(sevadm_table_lint(data, size, entries, nr, count, &told) == told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sevadm_cert certs[CERTS_MAX];
	struct sevadm_failure failure;
	const char *encoding;
	uint8_t *bytes;
	size_t nr;
	int ret;

	must(!sevadm_bytes_decode(data, size, &bytes, &size, &encoding));
	ret = sevadm_cert_parse(bytes, size, certs, CERTS_MAX, &nr, &failure);
	must(nr <= CERTS_MAX && (ret || nr));
	must(!ret || (failure.kind == SEVADM_NO && failure.message[0]));
	for (size_t i = 0; i < nr; i++)
		check_cert(&certs[i], bytes, size);
	check_chain(certs, nr);
	check_table(bytes, size);
	free(bytes);
	return 0;
}
