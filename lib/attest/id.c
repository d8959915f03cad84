// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ID block and ID authentication of SNP guests (AMD 56860, SNP_LAUNCH_FINISH and the layouts of
 * ID_BLOCK and ID_AUTH): what the owner says of a guest, and the keys that vouch for it.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/little.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/private_key.h"

#define BLOCK_FAMILY	0x30
#define BLOCK_IMAGE	0x40
#define BLOCK_VERSION	0x50
#define BLOCK_SVN	0x54
#define BLOCK_POLICY	0x58

#define AUTH_AUTHOR_ALGORITHM	0x004
#define AUTH_RESERVED1		0x008
#define AUTH_ID_SIGNATURE	0x040
#define AUTH_ID_KEY		0x240
#define AUTH_RESERVED2		0x644
#define AUTH_KEY_SIGNATURE	0x680
#define AUTH_AUTHOR_KEY		0x880
#define AUTH_RESERVED3		0xc84

#define SIGNATURE_SIZE	512
#define ECDSA_P384	1	/* with SHA-384 */
#define CURVE_P384	2

_Static_assert(AUTH_ID_SIGNATURE + SIGNATURE_SIZE == AUTH_ID_KEY &&
	       AUTH_ID_KEY + SEVADM_ID_KEY_SIZE == AUTH_RESERVED2 &&
	       AUTH_KEY_SIGNATURE + SIGNATURE_SIZE == AUTH_AUTHOR_KEY &&
	       AUTH_AUTHOR_KEY + SEVADM_ID_KEY_SIZE == AUTH_RESERVED3, "nothing lies over another");

void sevadm_id_block_encode(const struct sevadm_id_block *block,
			    uint8_t bytes[SEVADM_ID_BLOCK_SIZE])
{
	memcpy(bytes, block->launch_digest, sizeof(block->launch_digest));
	memcpy(bytes + BLOCK_FAMILY, block->family_id, sizeof(block->family_id));
	memcpy(bytes + BLOCK_IMAGE, block->image_id, sizeof(block->image_id));
	little_put(bytes + BLOCK_VERSION, 4, block->version);
	little_put(bytes + BLOCK_SVN, 4, block->guest_svn);
	little_put(bytes + BLOCK_POLICY, 8, block->policy);
}

void sevadm_id_block_decode(const uint8_t bytes[SEVADM_ID_BLOCK_SIZE],
			    struct sevadm_id_block *block)
{
	memcpy(block->launch_digest, bytes, sizeof(block->launch_digest));
	memcpy(block->family_id, bytes + BLOCK_FAMILY, sizeof(block->family_id));
	memcpy(block->image_id, bytes + BLOCK_IMAGE, sizeof(block->image_id));
	block->version = (uint32_t)little_get(bytes + BLOCK_VERSION, 4);
	block->guest_svn = (uint32_t)little_get(bytes + BLOCK_SVN, 4);
	block->policy = little_get(bytes + BLOCK_POLICY, 8);
}

static int crypto_failed(struct sevadm_failure *failure, int ret)
{
	attest_refuse(failure, -ret, ret == -ENOMEM ? "no memory" : "libcrypto failed");
	failure->kind = SEVADM_FAILED;
	return ret;
}

/* ------------------------------------------------------------------- keys */

/* The same under the name that crypto has for it */
static const struct crypto_key *inner(const struct sevadm_private_key *key)
{
	return (const struct crypto_key *)(uintptr_t)key;
}

/* As ID_AUTH has it: curve, x, y; @whose for a refusal */
static int put_key(const struct crypto_key *key, const char *whose, uint8_t *out,
		   struct sevadm_failure *failure)
{
	unsigned int bits;
	int ret;

	memset(out, 0, SEVADM_ID_KEY_SIZE);
	little_put(out, 4, CURVE_P384);
	ret = crypto_key_public(key, out + 4, out + 4 + CRYPTO_EC_SIZE, &bits);
	if (ret)
		return crypto_failed(failure, ret);
	if (bits != 384)
		return attest_refuse(failure, EPROTONOSUPPORT, "%s is on P-256, and has to be on P-384: "
				     "SNP_LAUNCH_FINISH takes no other", whose);
	return 0;
}

static int read_key(const void *data, size_t size, struct crypto_key **key,
		    struct sevadm_failure *failure)
{
	int ret = crypto_key_read_public(data, size, key);

	switch (ret) {
	case 0:
		return 0;
	case -ENOKEY:
		return attest_refuse(failure, ENOKEY, "the private key is encrypted, and nobody is "
				     "asked for its password: decrypt it, or take the public one");
	case -EPROTONOSUPPORT:
		return attest_refuse(failure, EPROTONOSUPPORT, "the key is not on P-384, as one that "
				     "vouches for SNP guests has to be");
	case -EBADMSG:
		return attest_refuse(failure, EBADMSG, "no key is there, neither as PEM nor as DER, "
				     "nor %d bytes as the firmware has it", SEVADM_ID_KEY_SIZE);
	default:
		return crypto_failed(failure, ret);
	}
}

int sevadm_id_key_digest(const void *data, size_t size, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
			 struct sevadm_failure *failure)
{
	uint8_t bytes[SEVADM_ID_KEY_SIZE];
	struct crypto_key *key = NULL;
	int ret;

	if (size == sizeof(bytes) && little_get(data, 4) == CURVE_P384) {
		memcpy(bytes, data, sizeof(bytes));
		ret = 0;
	} else {
		ret = read_key(data, size, &key, failure);
		if (!ret)
			ret = put_key(key, "the key", bytes, failure);
		crypto_key_free(key);
	}
	if (ret)
		return ret;
	ret = crypto_sha384(bytes, sizeof(bytes), digest);
	return ret ? crypto_failed(failure, ret) : 0;
}

/* -------------------------------------------------------------- signatures */

static int sign(const struct sevadm_private_key *key, const uint8_t *data, size_t size,
		uint8_t *out, struct sevadm_failure *failure)
{
	const struct crypto_signed what = { .data = data, .size = size, .hash = CRYPTO_HASH_SHA384 };
	int ret = crypto_ecdsa_sign(inner(key), &what, out, out + CRYPTO_EC_SIZE);

	return ret ? crypto_failed(failure, ret) : 0;
}

int sevadm_id_auth_new(const uint8_t block[SEVADM_ID_BLOCK_SIZE],
		       const struct sevadm_private_key *id,
		       const struct sevadm_private_key *author, uint8_t auth[SEVADM_ID_AUTH_SIZE],
		       struct sevadm_failure *failure)
{
	int ret;

	memset(auth, 0, SEVADM_ID_AUTH_SIZE);
	little_put(auth, 4, ECDSA_P384);
	ret = put_key(inner(id), "the id key", auth + AUTH_ID_KEY, failure);
	if (!ret)
		ret = sign(id, block, SEVADM_ID_BLOCK_SIZE, auth + AUTH_ID_SIGNATURE, failure);
	if (ret || !author)
		return ret;
	little_put(auth + AUTH_AUTHOR_ALGORITHM, 4, ECDSA_P384);
	ret = put_key(inner(author), "the author key", auth + AUTH_AUTHOR_KEY, failure);
	return ret ? ret : sign(author, auth + AUTH_ID_KEY, SEVADM_ID_KEY_SIZE,
				auth + AUTH_KEY_SIGNATURE, failure);
}

static bool any(const uint8_t *p, size_t from, size_t to)
{
	for (; from < to; from++)
		if (p[from])
			return true;
	return false;
}

/* Unused bytes behind a signature and a key, too */
static bool reserved(const uint8_t *auth, size_t signature, size_t key)
{
	return any(auth, signature + 2 * CRYPTO_EC_SIZE, signature + SIGNATURE_SIZE) ||
	       any(auth, key + 4 + 2 * CRYPTO_EC_SIZE, key + SEVADM_ID_KEY_SIZE);
}

int sevadm_id_auth_decode(const uint8_t auth[SEVADM_ID_AUTH_SIZE], struct sevadm_id_auth *a)
{
	int ret;

	*a = (struct sevadm_id_auth){
		.id_algorithm = (uint32_t)little_get(auth, 4),
		.author_algorithm = (uint32_t)little_get(auth + AUTH_AUTHOR_ALGORITHM, 4),
		.id_curve = (uint32_t)little_get(auth + AUTH_ID_KEY, 4),
		.author_curve = (uint32_t)little_get(auth + AUTH_AUTHOR_KEY, 4),
		.has_author = any(auth, AUTH_KEY_SIGNATURE, AUTH_RESERVED3),
		.reserved = any(auth, AUTH_RESERVED1, AUTH_ID_SIGNATURE) ||
			    any(auth, AUTH_RESERVED2, AUTH_KEY_SIGNATURE) ||
			    any(auth, AUTH_RESERVED3, SEVADM_ID_AUTH_SIZE) ||
			    reserved(auth, AUTH_ID_SIGNATURE, AUTH_ID_KEY) ||
			    reserved(auth, AUTH_KEY_SIGNATURE, AUTH_AUTHOR_KEY),
	};
	ret = crypto_sha384(auth + AUTH_ID_KEY, SEVADM_ID_KEY_SIZE, a->id_key_digest);
	if (!ret && a->has_author)
		ret = crypto_sha384(auth + AUTH_AUTHOR_KEY, SEVADM_ID_KEY_SIZE, a->author_key_digest);
	return ret;
}

/**
 * struct vouched - a signature, its key, and what they stand for
 * @data:	what was signed, @size bytes
 * @signature, @key: offsets in ID_AUTH
 * @algorithm:	offset of that
 * @whose:	the key, @what: the thing signed, for a refusal
 */
struct vouched {
	const uint8_t *data;
	size_t size, signature, key, algorithm;
	const char *whose, *what;
};

static int verify(const uint8_t *auth, const struct vouched *v, struct sevadm_failure *failure)
{
	const struct crypto_ec key = {
		.x = auth + v->key + 4, .y = auth + v->key + 4 + CRYPTO_EC_SIZE, .bits = 384,
	};
	const struct crypto_signed what = { .data = v->data, .size = v->size,
					    .hash = CRYPTO_HASH_SHA384 };
	const uint8_t *r = auth + v->signature;
	int ret;

	if (little_get(auth + v->algorithm, 4) != ECDSA_P384)
		return attest_refuse(failure, EINVAL, "%s: the algorithm is %u, and has to be 1, ECDSA on "
				     "P-384 with SHA-384", v->whose,
				     (unsigned int)little_get(auth + v->algorithm, 4));
	if (little_get(auth + v->key, 4) != CURVE_P384)
		return attest_refuse(failure, EINVAL, "%s: the curve is %u, and has to be 2, P-384",
				     v->whose, (unsigned int)little_get(auth + v->key, 4));
	ret = crypto_ecdsa_verify(&key, &what, r, r + CRYPTO_EC_SIZE);
	if (ret == -EINVAL)
		return attest_refuse(failure, EBADMSG, "wrong key: %s is no point of P-384", v->whose);
	if (ret == -EBADMSG)
		return attest_refuse(failure, EBADMSG, "wrong signature: %s did not sign %s", v->whose,
				     v->what);
	return ret ? crypto_failed(failure, ret) : 0;
}

int sevadm_id_verify(const uint8_t block[SEVADM_ID_BLOCK_SIZE],
		     const uint8_t auth[SEVADM_ID_AUTH_SIZE], bool author,
		     struct sevadm_failure *failure)
{
	const struct vouched id = {
		block, SEVADM_ID_BLOCK_SIZE, AUTH_ID_SIGNATURE, AUTH_ID_KEY, 0,
		"the id key", "this id block",
	}, by = {
		auth + AUTH_ID_KEY, SEVADM_ID_KEY_SIZE, AUTH_KEY_SIGNATURE, AUTH_AUTHOR_KEY,
		AUTH_AUTHOR_ALGORITHM, "the author key", "the id key",
	};
	uint32_t version = (uint32_t)little_get(block + BLOCK_VERSION, 4);
	int ret;

	if (version != 1)
		return attest_refuse(failure, EINVAL, "the id block has version %u, and only 1 is known",
				     version);
	ret = verify(auth, &id, failure);
	return ret || !author ? ret : verify(auth, &by, failure);
}
