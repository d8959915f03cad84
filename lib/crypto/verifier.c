// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/verifier.h"

#include <errno.h>
#include <stdlib.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/crypto/digest.h"
#include "lib/crypto/key.h"

#define NUMBER		48
#define DER_MAX		(2 + 2 * (2 + 1 + NUMBER))	/* short enough for lengths of one byte */
#define TAG_SEQUENCE	0x30
#define TAG_INTEGER	0x02

/* @ctx: ready to verify; whoever does takes a copy, for one at a time can use it */
struct crypto_verifier {
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
};

void crypto_verifier_free(struct crypto_verifier *verifier)
{
	if (!verifier)
		return;
	EVP_PKEY_CTX_free(verifier->ctx);
	EVP_PKEY_free(verifier->key);
	free(verifier);
}

int crypto_verifier_new(const uint8_t x[NUMBER], const uint8_t y[NUMBER],
			struct crypto_verifier **verifier)
{
	struct crypto_verifier *v = calloc(1, sizeof(*v));
	uint8_t turned[2][CRYPTO_EC_SIZE] = { { 0 } };
	struct crypto_ec ec = { .x = turned[0], .y = turned[1], .bits = 384 };

	*verifier = NULL;
	if (!v)
		return -ENOMEM;
	for (int i = 0; i < NUMBER; i++) {
		turned[0][i] = x[NUMBER - 1 - i];
		turned[1][i] = y[NUMBER - 1 - i];
	}
	v->key = crypto_ec_key(&ec);
	v->ctx = v->key ? EVP_PKEY_CTX_new_from_pkey(NULL, v->key, NULL) : NULL;
	if (!v->ctx || EVP_PKEY_verify_init(v->ctx) != 1) {
		crypto_verifier_free(v);
		ERR_clear_error();
		return -EINVAL;
	}
	*verifier = v;
	return 0;
}

/* An INTEGER (X.690, 8.3): no zeros before it but the one that says it is not negative */
static size_t put_integer(const uint8_t number[CRYPTO_EC_SIZE], uint8_t *out)
{
	size_t bytes = NUMBER, at = 2;

	while (bytes > 1 && !number[bytes - 1])
		bytes--;
	out[0] = TAG_INTEGER;
	out[1] = (uint8_t)bytes;
	if (number[bytes - 1] & 0x80) {
		out[1]++;
		out[at++] = 0;
	}
	while (bytes)
		out[at++] = number[--bytes];
	return at;
}

static int fits(const uint8_t number[CRYPTO_EC_SIZE])
{
	for (int i = NUMBER; i < CRYPTO_EC_SIZE; i++)
		if (number[i])
			return 0;
	return 1;
}

int crypto_verifier_check(const struct crypto_verifier *verifier, const void *data, size_t size,
			  const uint8_t *r, const uint8_t *s)
{
	uint8_t digest[CRYPTO_SHA384_SIZE], der[DER_MAX] = { TAG_SEQUENCE };
	size_t len = 2;
	EVP_PKEY_CTX *ctx;
	int ret;

	if (!fits(r) || !fits(s))
		return -EBADMSG;
	len += put_integer(r, der + len);
	len += put_integer(s, der + len);
	der[1] = (uint8_t)(len - 2);
	ret = crypto_sha384(data, size, digest);
	if (ret)
		return ret;
	ctx = EVP_PKEY_CTX_dup(verifier->ctx);
	if (!ctx)
		ret = -EIO;
	else if (EVP_PKEY_verify(ctx, der, len, digest, sizeof(digest)) != 1)
		ret = -EBADMSG;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}
