// SPDX-License-Identifier: GPL-2.0-or-later
/* Chains of the keys that signed reports, each made once: whose they are is their identity */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/vek_chain.h"

#define BUCKETS	4096
/* Chip ids can be anybody's invention, and memory is not: what is beyond is made anew each time */
#define KEPT	16384

struct entry {
	struct sevadm_vek_chain *chain;
	struct entry *next;
};

struct sevadm_vek_chains {
	const struct sevadm_x509 *certs;
	size_t nr;
	struct sevadm_x509_want want;
	pthread_rwlock_t lock;
	struct entry *buckets[BUCKETS];
	size_t kept;
};

int sevadm_vek_chains_new(const struct sevadm_x509 *certs, size_t nr,
			  const struct sevadm_x509_want *want, struct sevadm_vek_chains **chains)
{
	struct sevadm_vek_chains *c = calloc(1, sizeof(*c));

	*chains = NULL;
	if (!c || pthread_rwlock_init(&c->lock, NULL)) {
		free(c);
		return -ENOMEM;
	}
	c->certs = certs;
	c->nr = nr;
	c->want = *want;
	*chains = c;
	return 0;
}

void sevadm_vek_chains_free(struct sevadm_vek_chains *chains)
{
	if (!chains)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		struct entry *next;

		for (struct entry *e = chains->buckets[i]; e; e = next) {
			next = e->next;
			sevadm_vek_chain_free(e->chain);
			free(e);
		}
	}
	pthread_rwlock_destroy(&chains->lock);
	free(chains);
}

/* FNV-1a of chip and TCB */
static struct entry **bucket(struct sevadm_vek_chains *chains, const struct sevadm_report *report)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < sizeof(report->chip_id); i++)
		hash = (hash ^ report->chip_id[i]) * 0x100000001b3ULL;
	hash = (hash ^ report->reported_tcb.raw) * 0x100000001b3ULL;
	return &chains->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static const struct sevadm_vek_chain *look(struct entry *e, const struct sevadm_report *report)
{
	for (; e; e = e->next)
		if (sevadm_vek_chain_fits(e->chain, report))
			return e->chain;
	return NULL;
}

/* Another thread may have made the same in the meantime: the first one stays */
static const struct sevadm_vek_chain *keep(struct sevadm_vek_chains *chains,
					   const struct sevadm_report *report,
					   struct sevadm_vek_chain *chain)
{
	struct entry **at = bucket(chains, report), *e = NULL;
	const struct sevadm_vek_chain *first;

	pthread_rwlock_wrlock(&chains->lock);
	first = look(*at, report);
	if (!first && chains->kept < KEPT)
		e = malloc(sizeof(*e));
	if (e) {
		*e = (struct entry){ .chain = chain, .next = *at };
		*at = e;
		chains->kept++;
		chain->kept = true;
	}
	pthread_rwlock_unlock(&chains->lock);
	if (first)
		sevadm_vek_chain_free(chain);
	return first ? first : chain;
}

int sevadm_vek_chains_get(struct sevadm_vek_chains *chains, const struct sevadm_report *report,
			  const struct sevadm_vek_chain **chain)
{
	struct sevadm_vek_chain *made;
	int ret;

	pthread_rwlock_rdlock(&chains->lock);
	*chain = look(*bucket(chains, report), report);
	pthread_rwlock_unlock(&chains->lock);
	if (*chain)
		return 0;
	ret = sevadm_vek_chain_new(chains->certs, chains->nr, &chains->want, report, &made);
	if (!ret)
		*chain = keep(chains, report, made);
	return ret;
}

void sevadm_vek_chains_put(struct sevadm_vek_chains *chains, const struct sevadm_vek_chain *chain)
{
	(void)chains;
	if (chain && !chain->kept)
		sevadm_vek_chain_free((struct sevadm_vek_chain *)chain);
}
