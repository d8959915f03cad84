// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/agree.h"

#include <errno.h>
#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "lib/crypto/key.h"

static bool coordinate(EVP_PKEY *key, const char *name, uint8_t out[CRYPTO_EC_SIZE])
{
	BIGNUM *bn = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &bn) == 1 &&
		  BN_bn2lebinpad(bn, out, CRYPTO_EC_SIZE) == CRYPTO_EC_SIZE;

	BN_free(bn);
	return ok;
}

static bool derive(EVP_PKEY *own, EVP_PKEY *peer, uint8_t shared[CRYPTO_SHARED_MAX], size_t *size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	bool ok;

	*size = CRYPTO_SHARED_MAX;
	ok = ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	     EVP_PKEY_derive(ctx, shared, size) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

int crypto_ecdh(const struct crypto_ec *peer, uint8_t x[CRYPTO_EC_SIZE], uint8_t y[CRYPTO_EC_SIZE],
		uint8_t shared[CRYPTO_SHARED_MAX], size_t *size)
{
	EVP_PKEY *theirs = crypto_ec_key(peer);
	EVP_PKEY *own = theirs ? EVP_EC_gen(peer->bits == 384 ? "P-384" : "P-256") : NULL;
	int ret = theirs ? -EIO : -EINVAL;

	if (own && coordinate(own, OSSL_PKEY_PARAM_EC_PUB_X, x) &&
	    coordinate(own, OSSL_PKEY_PARAM_EC_PUB_Y, y) && derive(own, theirs, shared, size))
		ret = 0;
	EVP_PKEY_free(own);
	EVP_PKEY_free(theirs);
	ERR_clear_error();
	return ret;
}

int crypto_aes128_ctr(const uint8_t key[CRYPTO_AES128_SIZE],
		      const uint8_t counter[CRYPTO_AES128_SIZE], const void *in, size_t len,
		      void *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done = 0, ret = -EIO;

	if (ctx && len <= INT_MAX &&
	    EVP_EncryptInit_ex2(ctx, EVP_aes_128_ctr(), key, counter, NULL) == 1 &&
	    EVP_EncryptUpdate(ctx, out, &done, in, (int)len) == 1 && (size_t)done == len)
		ret = 0;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

int crypto_random(void *out, size_t len)
{
	int ok = len <= INT_MAX && RAND_priv_bytes(out, (int)len) == 1;

	ERR_clear_error();
	return ok ? 0 : -EIO;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return !CRYPTO_memcmp(a, b, len);
}
