// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/verify.h"

/* In the order of files */
enum { PDH, PEK, OCA, CEK, ASK, ARK, NR_KEYS };

static const uint32_t usage_of[NR_KEYS] = {
	USAGE_PDH, USAGE_PEK, USAGE_OCA, USAGE_CEK, USAGE_ASK, USAGE_ARK,
};

static const struct {
	const char *name;
	int signer, subject;
} links[SEVADM_CERT_LINKS] = {
	{ "ARK", ARK, ARK },		/* who vouches for it */
	{ "ARK -> ARK", ARK, ARK }, { "ARK -> ASK", ARK, ASK }, { "ASK -> CEK", ASK, CEK },
	{ "CEK -> PEK", CEK, PEK }, { "OCA -> OCA", OCA, OCA }, { "OCA -> PEK", OCA, PEK },
	{ "PEK -> PDH", PEK, PDH },
	{ "others", NR_KEYS, NR_KEYS },
};

/* The certificates by what they are for; @twice: there are two that differ; @other: for nothing */
struct keys {
	const struct sevadm_cert *cert[NR_KEYS], *other;
	bool twice[NR_KEYS], order[NR_KEYS];
};

__attribute__((format(printf, 4, 5)))
static void say(struct sevadm_cert_link *link, enum sevadm_cert_verdict verdict,
		enum sevadm_cert_cause cause, const char *format, ...)
{
	va_list args;

	link->verdict = verdict;
	link->cause = cause;
	va_start(args, format);
	vsnprintf(link->why, sizeof(link->why), format, args);
	va_end(args);
}

static const char *key_name(int key)
{
	return sevadm_cert_usage_name(usage_of[key]);
}

/* A number of the usages of AMD's CA in a platform's layout is no CA key, nor the reverse */
static int key_of(const struct sevadm_cert *c)
{
	for (int key = 0; key < NR_KEYS; key++)
		if (c->usage == usage_of[key] && c->ca == (key >= ASK))
			return key;
	return -1;
}

static void sort_out(const struct sevadm_cert *certs, size_t nr, struct keys *keys)
{
	int before = -1;

	*keys = (struct keys){ .cert = { NULL } };
	for (size_t i = 0; i < nr; i++) {
		const struct sevadm_cert *c = &certs[i];
		int key = key_of(c);

		if (!c->offset)
			before = -1;
		if (key < 0) {
			keys->other = c;
			continue;
		}
		if (key < before)
			keys->order[key] = true;
		before = key;
		if (keys->cert[key] && memcmp(keys->cert[key]->sha256, c->sha256, sizeof(c->sha256)))
			keys->twice[key] = true;
		keys->cert[key] = c;
	}
}

/* ---------------------------------------------------------------- one signature */

/* Can this key sign like that? */
static bool algorithm_fits(const struct sevadm_cert *signer, uint32_t algorithm)
{
	if (signer->ca)
		return algorithm == signer->algorithm;
	return algorithm == signer->algorithm &&
	       (algorithm & ~(uint32_t)ALGORITHM_SHA384) == ALGORITHM_ECDSA;
}

static int check_signature(const struct sevadm_cert *signer, const struct sevadm_cert *subject,
			   const struct sevadm_cert_signature *sig)
{
	struct crypto_signed what = {
		.data = subject->data, .size = subject->signed_size,
		.hash = sig->algorithm & ALGORITHM_SHA384 ? CRYPTO_HASH_SHA384 : CRYPTO_HASH_SHA256,
	};
	struct crypto_rsa rsa = { .modulus = signer->modulus, .exponent = signer->exponent,
				  .size = signer->key_bits / 8 };
	struct crypto_ec ec = { .x = signer->x, .y = signer->y, .bits = signer->key_bits };

	if (!algorithm_fits(signer, sig->algorithm))
		return -EINVAL;
	if (!signer->ca)
		return crypto_ecdsa_verify(&ec, &what, sig->bytes, sig->bytes + CRYPTO_EC_SIZE);
	return rsa.size > sig->size ? -EINVAL : crypto_rsa_pss_verify(&rsa, &what, sig->bytes);
}

/* The signature on @subject by a key of @signer's usage, in whichever place it is; or NULL */
static const struct sevadm_cert_signature *find_signature(const struct sevadm_cert *signer,
							  const struct sevadm_cert *subject)
{
	if (subject->ca)
		return &subject->signatures[0];
	for (unsigned int i = 0; i < subject->nr_signatures; i++)
		if (subject->signatures[i].usage == signer->usage)
			return &subject->signatures[i];
	return NULL;
}

static void check_pair(const struct sevadm_cert *signer, const struct sevadm_cert *subject,
		       const char *by, const char *on, struct sevadm_cert_link *link)
{
	const struct sevadm_cert_signature *sig = find_signature(signer, subject);

	if (subject->ca && memcmp(subject->certifying_id, signer->key_id, 16)) {
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_USAGE,
		    "wrong usage: the %s says that a key with another id than this %s certifies it",
		    on, by);
		return;
	}
	if (!sig) {
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_USAGE,
		    "wrong usage: no signature on the %s is by a key of usage %s", on, by);
		return;
	}
	switch (check_signature(signer, subject, sig)) {
	case 0:
		say(link, SEVADM_CERT_PASS, SEVADM_CERT_NO_CAUSE, "the %s signed the %s", by, on);
		break;
	case -EBADMSG:
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_SIGNATURE,
		    "wrong signature: the %s did not sign this %s", by, on);
		break;
	case -EINVAL:
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_KEY,
		    "wrong key: curve, algorithm or numbers of the %s are none that can sign the %s",
		    by, on);
		break;
	default:
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_CRYPTO, "libcrypto failed");
	}
}

void sevadm_cert_check(const struct sevadm_cert *signer, const struct sevadm_cert *subject,
		       struct sevadm_cert_link *link)
{
	int by = key_of(signer), on = key_of(subject);

	*link = (struct sevadm_cert_link){ .name = "link" };
	for (int i = 1; i < SEVADM_CERT_LINKS; i++)
		if (links[i].signer == by && links[i].subject == on)
			link->name = links[i].name;
	if (by < 0 || on < 0)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_USAGE, "wrong usage: 0x%x is none of a "
		    "chain", by < 0 ? signer->usage : subject->usage);
	else
		check_pair(signer, subject, key_name(by), key_name(on), link);
}

/* ------------------------------------------------------------------- the chain */

/* What can be said of either end of a link before its signature is looked at: is that all? */
static bool check_end(const struct keys *keys, int key, struct sevadm_cert_link *link)
{
	const struct sevadm_cert *c = keys->cert[key];
	const char *name = key_name(key);

	if (!c)
		say(link, SEVADM_CERT_SKIP, SEVADM_CERT_MISSING, "missing link: there is no %s", name);
	else if (keys->twice[key])
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_TWICE, "there are two %s that differ", name);
	else if (keys->order[key])
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_ORDER,
		    "wrong order: in its file the %s is not where PDH, PEK, OCA, CEK, ASK, ARK has it",
		    name);
	else if (c->version != 1)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_VERSION,
		    "the %s has version %u, and only 1 is known", name, c->version);
	else if (key == PDH && (c->algorithm & ~(uint32_t)ALGORITHM_SHA384) != ALGORITHM_ECDH)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_KEY,
		    "wrong key: the algorithm of the PDH, 0x%x, is not ECDH", c->algorithm);
	else if (key == PDH && !c->key_bits)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_KEY,
		    "wrong key: the curve of the PDH, 0x%x, is none", c->curve);
	else
		return true;
	return false;
}

/* Of both, where one fails and another is missing the failure */
static bool check_ends(const struct keys *keys, int signer, int subject,
		       struct sevadm_cert_link *link)
{
	bool there = check_end(keys, signer, link);
	struct sevadm_cert_link other = *link;

	if (!there && link->verdict == SEVADM_CERT_FAIL)
		return false;
	if (check_end(keys, subject, &other))
		return there;
	if (there || other.verdict == SEVADM_CERT_FAIL)
		*link = other;
	return false;
}

/* The same key: its usage and ids are in what it signed of itself */
static bool same_key(const struct sevadm_cert *a, const struct sevadm_cert *b)
{
	size_t len = a->key_bits / 8;

	return a->key_bits == b->key_bits && !memcmp(a->modulus, b->modulus, len) &&
	       !memcmp(a->exponent, b->exponent, len);
}

static bool is_f4(const struct sevadm_cert *ark)
{
	static const uint8_t f4[3] = { 1, 0, 1 };

	for (size_t i = sizeof(f4); i < ark->key_bits / 8; i++)
		if (ark->exponent[i])
			return false;
	return !memcmp(ark->exponent, f4, sizeof(f4));
}

static const char *who_vouches(const struct sevadm_cert *ark, const struct sevadm_cert *own,
			       const uint8_t digest[CRYPTO_SHA256_SIZE])
{
	if (own)
		return same_key(ark, own) ? "own" : NULL;
	return is_f4(ark) ? root_name(digest) : NULL;
}

static void check_root(const struct keys *keys, const struct sevadm_cert *own,
		       struct sevadm_cert_chain *chain)
{
	struct sevadm_cert_link *link = &chain->links[0];

	if (!check_end(keys, ARK, link))
		return;
	memcpy(chain->root_sha256, keys->cert[ARK]->key_sha256, sizeof(chain->root_sha256));
	chain->has_root = true;
	chain->root = who_vouches(keys->cert[ARK], own, chain->root_sha256);
	if (!chain->root)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_UNKNOWN_ROOT, "unknown root: the ARK is %s",
		    own ? "not that of --root" : "none of AMD's that are known");
	else
		say(link, SEVADM_CERT_PASS, SEVADM_CERT_NO_CAUSE, own ?
		    "the ARK is your own root" : "the ARK is AMD's for %s", chain->root);
}

static void check_others(const struct keys *keys, struct sevadm_cert_link *link)
{
	if (keys->other)
		say(link, SEVADM_CERT_FAIL, SEVADM_CERT_WRONG_USAGE,
		    "wrong usage: 0x%x, of the certificate at byte %zu, is none of this chain",
		    keys->other->usage, keys->other->offset);
	else
		say(link, SEVADM_CERT_PASS, SEVADM_CERT_NO_CAUSE, "there are no others");
}

/* What failed says more than what could not be tried */
static void sum_up(struct sevadm_cert_chain *chain)
{
	for (int verdict = SEVADM_CERT_FAIL; verdict <= SEVADM_CERT_SKIP && !chain->broken; verdict++)
		for (int i = 0; i < SEVADM_CERT_LINKS && !chain->broken; i++)
			if ((int)chain->links[i].verdict == verdict)
				chain->broken = &chain->links[i];
	chain->trusted = !chain->broken;
}

void sevadm_cert_verify(const struct sevadm_cert *certs, size_t nr, const struct sevadm_cert *root,
			struct sevadm_cert_chain *chain)
{
	struct keys keys;

	*chain = (struct sevadm_cert_chain){ .trusted = false };
	sort_out(certs, nr, &keys);
	if (root && !keys.cert[ARK])
		keys.cert[ARK] = root;
	for (int i = 0; i < SEVADM_CERT_LINKS; i++) {
		struct sevadm_cert_link *link = &chain->links[i];
		int signer = links[i].signer, subject = links[i].subject;

		link->name = links[i].name;
		if (!i)
			check_root(&keys, root, chain);
		else if (signer == NR_KEYS)
			check_others(&keys, link);
		else if (check_ends(&keys, signer, subject, link))
			check_pair(keys.cert[signer], keys.cert[subject], key_name(signer),
				   key_name(subject), link);
	}
	sum_up(chain);
}
