// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/sign.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "lib/crypto/key.h"

/* The point that @d stands for, as coordinates */
static int multiply(const EC_GROUP *group, const BIGNUM *d, uint8_t *x, uint8_t *y)
{
	EC_POINT *point = EC_POINT_new(group);
	BIGNUM *bn_x = BN_new(), *bn_y = BN_new();
	int ret = -EIO;

	if (point && bn_x && bn_y && EC_POINT_mul(group, point, d, NULL, NULL, NULL) &&
	    EC_POINT_get_affine_coordinates(group, point, bn_x, bn_y, NULL) &&
	    BN_bn2lebinpad(bn_x, x, CRYPTO_EC_SIZE) > 0 &&
	    BN_bn2lebinpad(bn_y, y, CRYPTO_EC_SIZE) > 0)
		ret = 0;
	BN_free(bn_x);
	BN_free(bn_y);
	EC_POINT_free(point);
	return ret;
}

int crypto_p384_public(const uint8_t private_key[CRYPTO_P384_SIZE], uint8_t *x, uint8_t *y)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	BIGNUM *d = BN_lebin2bn(private_key, CRYPTO_P384_SIZE, NULL);
	int ret = -EIO;

	if (group && d) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
		if (BN_is_zero(d) || BN_cmp(d, EC_GROUP_get0_order(group)) >= 0)
			ret = -EINVAL;
		else
			ret = multiply(group, d, x, y);
	}
	BN_clear_free(d);
	EC_GROUP_free(group);
	ERR_clear_error();
	return ret;
}

/* libcrypto signs with a private key alone: the public one is not made for it */
static EVP_PKEY *key_of(const uint8_t private_key[CRYPTO_P384_SIZE])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *d = BN_secure_new();
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (ctx && d && bld && BN_lebin2bn(private_key, CRYPTO_P384_SIZE, d) &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(d);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* From the form in which libcrypto has a signature */
static int numbers(const uint8_t *der, size_t size, uint8_t *r, uint8_t *s)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)size);
	int ret = -EIO;

	if (sig && BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), r, CRYPTO_EC_SIZE) > 0 &&
	    BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), s, CRYPTO_EC_SIZE) > 0)
		ret = 0;
	ECDSA_SIG_free(sig);
	return ret;
}

int crypto_p384_sign(const uint8_t private_key[CRYPTO_P384_SIZE], const struct crypto_signed *what,
		     uint8_t *r, uint8_t *s)
{
	const char *hash = what->hash == CRYPTO_HASH_SHA384 ? "SHA384" : "SHA256";
	EVP_PKEY *key = key_of(private_key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[128];
	size_t size = sizeof(der);
	int ret = -EIO;

	if (!key)
		ret = -EINVAL;
	else if (ctx && EVP_DigestSignInit_ex(ctx, NULL, hash, NULL, NULL, key, NULL) == 1 &&
		 EVP_DigestSign(ctx, der, &size, what->data, what->size) == 1)
		ret = numbers(der, size, r, s);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ret;
}

int crypto_p384_agree(const uint8_t private_key[CRYPTO_P384_SIZE], const uint8_t *x,
		      const uint8_t *y, uint8_t shared[CRYPTO_P384_SIZE])
{
	struct crypto_ec peer = { .x = x, .y = y, .bits = 384 };
	EVP_PKEY *own = key_of(private_key), *theirs = crypto_ec_key(&peer);
	EVP_PKEY_CTX *ctx = own && theirs ? EVP_PKEY_CTX_new(own, NULL) : NULL;
	size_t size = CRYPTO_P384_SIZE;
	int ret = own && theirs ? -EIO : -EINVAL;

	if (ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
	    EVP_PKEY_derive(ctx, shared, &size) == 1 && size == CRYPTO_P384_SIZE)
		ret = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(theirs);
	ERR_clear_error();
	return ret;
}
