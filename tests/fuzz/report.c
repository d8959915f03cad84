// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attestation reports of SNP guests, and who signed them.  An input is a byte of what is accepted,
 * one with the generation, a report, then certificates.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

#define HEAD	2
#define NOW	1795867200	/* 2026-11-28, when those of the corpus are valid */

static bool is_there(const char *text, size_t size)
{
	return text[0] && memchr(text, 0, size);
}

static void check_report(const struct sevadm_report *r, const uint8_t *data)
{
	char text[128];

	must(!memcmp(r->data, data, SEVADM_REPORT_SIZE));
	must(r->nr_reserved <= SEVADM_REPORT_AREAS);
	for (size_t i = 0; i < r->nr_reserved; i++)
		must(r->reserved[i].size &&
		     r->reserved[i].offset + r->reserved[i].size <= SEVADM_REPORT_SIZE);
	must(r->signing_key < 8 && r->known == (r->version >= 2 && r->version <= 5));
	must(r->current_tcb.known == r->launch_tcb.known &&
	     r->reported_tcb.has_fmc == r->committed_tcb.has_fmc);
	must(r->generation == SEVADM_GENERATION_UNKNOWN || r->current_tcb.known);
	must(strlen(sevadm_platform_info_text(r->platform_info, text, sizeof(text))) < sizeof(text));
	must(is_there(sevadm_report_key_name(r->signing_key), 5));
	must(is_there(sevadm_policy_text(SEVADM_GUEST_SNP, r->policy, text, sizeof(text)),
		      sizeof(text)));
}

static bool passes(const struct sevadm_report_verdict *v, const char *name)
{
	for (size_t i = 0; i < v->nr_checks; i++)
		if (!strcmp(v->checks[i].name, name))
			return v->checks[i].verdict == SEVADM_CERT_PASS;
	return false;
}

static void check_verdict(const struct sevadm_report_verdict *v)
{
	must(v->nr_checks && v->nr_checks <= SEVADM_REPORT_CHECKS && v->trusted == !v->broken);
	for (size_t i = 0; i < v->nr_checks; i++) {
		must(v->checks[i].name && is_there(v->checks[i].why, sizeof(v->checks[i].why)));
		must(!v->checks[i].accepted || v->checks[i].verdict == SEVADM_CERT_SKIP);
	}
}

/* Whose signature it is decides, whatever is accepted; another bit is another report */
static void check_trusted(const struct sevadm_report *r, const struct sevadm_vek_chain *chain,
			  const struct sevadm_report_verdict *v)
{
	static struct sevadm_report_verdict other;
	struct sevadm_report changed = *r;

	if (!v->trusted || !v->root)
		return;
	must(passes(v, "signature") && passes(v, "ARK -> ARK"));
	changed.data[0x50] ^= 1;
	sevadm_report_verify(&changed, chain, ~0U, &other);
	must(!other.trusted && !passes(&other, "signature"));
}

static void check_chain(const struct sevadm_x509 *certs, size_t nr, const struct sevadm_x509 *root,
			const struct sevadm_report *r, unsigned int accept)
{
	static struct sevadm_report_verdict verdict;
	struct sevadm_x509_want want = { .time = NOW, .root = root, .crl = accept & 0x40 };
	struct sevadm_vek_chain *chain;

	must(!sevadm_vek_chain_new(certs, nr, &want, r, &chain));
	must(sevadm_vek_chain_fits(chain, r) && sevadm_vek_chain_get(chain)->nr_links);
	sevadm_report_verify(r, chain, 0, &verdict);
	check_verdict(&verdict);
	/* nobody can sign for AMD; those of the tests' own can */
	must(root || !verdict.trusted);
	check_trusted(r, chain, &verdict);
	sevadm_report_verify(r, chain, accept, &verdict);
	check_verdict(&verdict);
	must(root || !verdict.trusted || !verdict.root);
	check_trusted(r, chain, &verdict);
	sevadm_vek_chain_free(chain);
}

static const struct sevadm_x509 *find_root(const struct sevadm_x509 *certs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (certs[i].kind == SEVADM_X509_ARK)
			return &certs[i];
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sevadm_report report;
	static struct sevadm_report_verdict verdict;
	struct sevadm_failure failure;
	struct sevadm_x509 *certs;
	size_t nr, rest;

	if (size < HEAD + SEVADM_REPORT_SIZE) {
		must(sevadm_report_decode(data, size, 0, &report) == -EMSGSIZE ||
		     size == SEVADM_REPORT_SIZE);
		return 0;
	}
	rest = size - HEAD - SEVADM_REPORT_SIZE;
	must(!sevadm_report_decode(data + HEAD, SEVADM_REPORT_SIZE,
				   (enum sevadm_generation)(data[1] % 4), &report));
	check_report(&report, data + HEAD);
	sevadm_report_verify(&report, NULL, 0, &verdict);
	check_verdict(&verdict);
	must(!verdict.trusted);
	sevadm_x509_read(data + HEAD + SEVADM_REPORT_SIZE, rest, &certs, &nr, &failure);
	check_chain(certs, nr, NULL, &report, data[0]);
	if (find_root(certs, nr))
		check_chain(certs, nr, find_root(certs, nr), &report, data[0]);
	sevadm_x509_free(certs, nr);
	return 0;
}
