// SPDX-License-Identifier: GPL-2.0-or-later
/* Which certificates are those of a report, and do they hold? */
#include "lib/attest/vek_chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What certificates are chosen from, and for what */
struct pile {
	const struct sevadm_x509 *certs;
	size_t nr;
	const struct sevadm_x509_want *want;
	const struct sevadm_report *report;
	struct sevadm_vek_chain *chain;
};

static void take(struct pile *pile, const struct sevadm_x509 *c)
{
	pile->chain->certs[pile->chain->nr++] = *c;
}

/* Of an id, what follows the 8 bytes of Turin's is zero */
static bool is_chip(const struct sevadm_x509 *vcek, const uint8_t *chip_id)
{
	uint8_t hwid[SEVADM_CHIP_ID_SIZE] = { 0 };

	memcpy(hwid, vcek->hwid, vcek->hwid_size);
	return vcek->hwid_size && !memcmp(hwid, chip_id, sizeof(hwid));
}

/* How well it fits: the chip before the TCB before the generation before its validity */
static unsigned int score(const struct pile *pile, const struct sevadm_x509 *c)
{
	const struct sevadm_report *r = pile->report;
	bool then = pile->want->time >= c->from && (!c->has_until || pile->want->time <= c->until);

	return (unsigned int)is_chip(c, r->chip_id) << 3 |
	       (unsigned int)(c->tcb.known && c->tcb.raw == r->reported_tcb.raw) << 2 |
	       (unsigned int)(c->generation && c->generation == r->generation) << 1 |
	       (unsigned int)then;
}

static const struct sevadm_x509 *find_vek(const struct pile *pile)
{
	const struct sevadm_x509 *best = NULL;

	for (size_t i = 0; i < pile->nr; i++) {
		const struct sevadm_x509 *c = &pile->certs[i];
		unsigned int is = score(pile, c), was = best ? score(pile, best) : 0;

		/* AMD makes them anew whenever they are asked for: of two the later one */
		if (c->kind == pile->chain->kind &&
		    (!best || is > was || (is == was && c->from > best->from)))
			best = c;
	}
	return best;
}

/*
 * All of that kind and product, for two that differ are worth a word.  Where there is none, the
 * first of another product, which says more than that there is none; but not where the caller's
 * root would stand in.
 */
static void take_kind(struct pile *pile, enum sevadm_x509_kind kind, const char *product)
{
	const struct sevadm_x509 *other = NULL;
	bool stands_in = kind == SEVADM_X509_ARK && pile->want->root, any = false;

	for (size_t i = 0; i < pile->nr; i++) {
		const struct sevadm_x509 *c = &pile->certs[i];

		if (c->kind != kind)
			continue;
		if (*product && strcmp(c->product, product)) {
			other = other ? other : c;
			continue;
		}
		take(pile, c);
		any = true;
	}
	if (!any && other && !stands_in && kind != SEVADM_X509_CRL)
		take(pile, other);
}

static void choose(struct pile *pile)
{
	struct sevadm_vek_chain *chain = pile->chain;
	bool vlek = chain->kind == SEVADM_X509_VLEK;
	const struct sevadm_x509 *vek = find_vek(pile);
	const char *product = "";

	if (pile->report->generation != SEVADM_GENERATION_UNKNOWN)
		product = sevadm_generation_name(pile->report->generation);
	if (vek)
		product = vek->product;
	take_kind(pile, SEVADM_X509_ARK, product);
	take_kind(pile, vlek ? SEVADM_X509_ASVK : SEVADM_X509_ASK, product);
	take_kind(pile, SEVADM_X509_CRL, product);
	if (vek)
		take(pile, vek);
}

static bool has_kind(const struct pile *pile, enum sevadm_x509_kind kind)
{
	for (size_t i = 0; i < pile->nr; i++)
		if (pile->certs[i].kind == kind)
			return true;
	return false;
}

/* Of a number that is not known the caller may want to know whether it is one of these after all */
static enum sevadm_x509_kind kind_of(const struct pile *pile)
{
	switch (pile->report->signing_key) {
	case SEVADM_REPORT_VCEK:
		return SEVADM_X509_VCEK;
	case SEVADM_REPORT_VLEK:
		return SEVADM_X509_VLEK;
	default:
		return has_kind(pile, SEVADM_X509_VLEK) && !has_kind(pile, SEVADM_X509_VCEK) ?
		       SEVADM_X509_VLEK : SEVADM_X509_VCEK;
	}
}

static void remember(struct sevadm_vek_chain *chain, const struct sevadm_report *report)
{
	chain->signing_key = report->signing_key;
	chain->tcb = report->reported_tcb.raw;
	chain->family = report->cpuid_family;
	chain->model = report->cpuid_model;
	memcpy(chain->chip_id, report->chip_id, sizeof(chain->chip_id));
}

int sevadm_vek_chain_new(const struct sevadm_x509 *certs, size_t nr,
			 const struct sevadm_x509_want *want, const struct sevadm_report *report,
			 struct sevadm_vek_chain **chain)
{
	/* chip and TCB are compared with each report, not with the first of them */
	struct sevadm_x509_want all = { .time = want->time, .root = want->root, .crl = want->crl,
					.ca_only = true };
	struct sevadm_vek_chain *c = calloc(1, sizeof(*c));
	struct pile pile = { .certs = certs, .nr = nr, .want = want, .report = report, .chain = c };

	*chain = NULL;
	if (c)
		c->certs = calloc(nr + 1, sizeof(*c->certs));
	if (!c || !c->certs) {
		free(c);
		return -ENOMEM;
	}
	remember(c, report);
	c->kind = kind_of(&pile);
	choose(&pile);
	sevadm_x509_verify(c->certs, c->nr, &all, &c->chain);
	c->vek = c->chain.cert[c->kind];
	if (c->vek && crypto_verifier_new(c->vek->x, c->vek->y, &c->verifier) == -ENOMEM) {
		sevadm_vek_chain_free(c);
		return -ENOMEM;
	}
	*chain = c;
	return 0;
}

void sevadm_vek_chain_free(struct sevadm_vek_chain *chain)
{
	if (!chain)
		return;
	crypto_verifier_free(chain->verifier);
	free(chain->certs);
	free(chain);
}

bool sevadm_vek_chain_fits(const struct sevadm_vek_chain *chain, const struct sevadm_report *report)
{
	return chain->signing_key == report->signing_key && chain->tcb == report->reported_tcb.raw &&
	       chain->family == report->cpuid_family && chain->model == report->cpuid_model &&
	       !memcmp(chain->chip_id, report->chip_id, sizeof(chain->chip_id));
}

const struct sevadm_x509_chain *sevadm_vek_chain_get(const struct sevadm_vek_chain *chain)
{
	return &chain->chain;
}

enum sevadm_generation sevadm_vek_chain_generation(const struct sevadm_vek_chain *chain)
{
	return chain->vek ? chain->vek->generation : SEVADM_GENERATION_UNKNOWN;
}
