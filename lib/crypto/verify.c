// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/verify.h"

#include <errno.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "lib/crypto/key.h"

#define EC_BYTES_MAX	48

static const char *hash_name(enum crypto_hash hash)
{
	return hash == CRYPTO_HASH_SHA384 ? "SHA384" : "SHA256";
}

/* libcrypto looks at the key here: a point that is not on its curve is none */
static EVP_PKEY *key_of(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static int verify(EVP_PKEY *key, const struct crypto_signed *what, const uint8_t *signature,
		  size_t size, int padding)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;
	int ret = -EIO;

	if (!ctx || EVP_DigestVerifyInit_ex(ctx, &options, hash_name(what->hash), NULL, NULL, key,
					    NULL) != 1)
		goto out;
	if (padding && (EVP_PKEY_CTX_set_rsa_padding(options, padding) != 1 ||
			EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
		goto out;
	ret = EVP_DigestVerify(ctx, signature, size, what->data, what->size) == 1 ? 0 : -EBADMSG;
out:
	EVP_MD_CTX_free(ctx);
	return ret;
}

static EVP_PKEY *rsa_key(const struct crypto_rsa *rsa)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_lebin2bn(rsa->modulus, (int)rsa->size, NULL);
	BIGNUM *e = BN_lebin2bn(rsa->exponent, (int)rsa->size, NULL);
	EVP_PKEY *key = NULL;

	/* an exponent of 1 or an even one would let anything pass, or nothing */
	if (bld && n && e && BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
	    BN_num_bits(n) == (int)rsa->size * 8 && BN_num_bits(e) <= 64 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		key = key_of("RSA", bld);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(bld);
	return key;
}

int crypto_rsa_pss_verify(const struct crypto_rsa *rsa, const struct crypto_signed *what,
			  const uint8_t *signature)
{
	uint8_t reversed[512];
	EVP_PKEY *key;
	int ret = -EINVAL;

	if (rsa->size > sizeof(reversed))
		return -EINVAL;
	key = rsa_key(rsa);
	for (size_t i = 0; i < rsa->size; i++)
		reversed[i] = signature[rsa->size - 1 - i];
	if (key)
		ret = verify(key, what, reversed, rsa->size, RSA_PKCS1_PSS_PADDING);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ret;
}

/* The number as @bytes bytes, the most significant first: does it fit? */
static int turn(const uint8_t number[CRYPTO_EC_SIZE], uint8_t *out, size_t bytes)
{
	for (size_t i = bytes; i < CRYPTO_EC_SIZE; i++)
		if (number[i])
			return -EINVAL;
	for (size_t i = 0; i < bytes; i++)
		out[i] = number[bytes - 1 - i];
	return 0;
}

EVP_PKEY *crypto_ec_key(const struct crypto_ec *ec)
{
	size_t bytes = ec->bits / 8;
	uint8_t point[1 + 2 * EC_BYTES_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM_BLD *bld;
	EVP_PKEY *key = NULL;

	if (ec->bits != 256 && ec->bits != 384)
		return NULL;
	if (turn(ec->x, point + 1, bytes) || turn(ec->y, point + 1 + bytes, bytes))
		return NULL;
	bld = OSSL_PARAM_BLD_new();
	if (bld &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
					    ec->bits == 384 ? "P-384" : "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * bytes))
		key = key_of("EC", bld);
	OSSL_PARAM_BLD_free(bld);
	return key;
}

bool crypto_ec_is_point(const struct crypto_ec *ec)
{
	EVP_PKEY *key = crypto_ec_key(ec);

	EVP_PKEY_free(key);
	ERR_clear_error();
	return key;
}

int crypto_ecdsa_verify(const struct crypto_ec *ec, const struct crypto_signed *what,
			const uint8_t *r, const uint8_t *s)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *bn_r = BN_lebin2bn(r, CRYPTO_EC_SIZE, NULL);
	BIGNUM *bn_s = BN_lebin2bn(s, CRYPTO_EC_SIZE, NULL);
	EVP_PKEY *key = crypto_ec_key(ec);
	unsigned char *der = NULL;
	int len = -1, ret = -EIO;

	if (sig && bn_r && bn_s && ECDSA_SIG_set0(sig, bn_r, bn_s)) {
		bn_r = NULL;
		bn_s = NULL;
		len = i2d_ECDSA_SIG(sig, &der);
	}
	if (!key)
		ret = -EINVAL;
	else if (len > 0)
		ret = verify(key, what, der, (size_t)len, 0);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	BN_free(bn_r);
	BN_free(bn_s);
	ECDSA_SIG_free(sig);
	ERR_clear_error();
	return ret;
}
