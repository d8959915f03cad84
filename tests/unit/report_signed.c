// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_signed.h"

#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

/* Numbers are little-endian, of 72 bytes */
bool report_signed(const uint8_t *r, const uint8_t point[144])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_PKEY *key = NULL;
	uint8_t raw[97] = { 4 }, *der = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("group", (char[]){ "P-384" }, 0),
		OSSL_PARAM_construct_octet_string("pub", raw, sizeof(raw)),
		OSSL_PARAM_construct_end(),
	};
	int len;
	bool good;

	for (int i = 0; i < 48; i++) {
		raw[1 + i] = point[47 - i];
		raw[49 + i] = point[72 + 47 - i];
	}
	ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	ECDSA_SIG_set0(sig, BN_lebin2bn(r + 0x2a0, 72, NULL), BN_lebin2bn(r + 0x2e8, 72, NULL));
	len = i2d_ECDSA_SIG(sig, &der);
	ck_assert_int_eq(EVP_DigestVerifyInit(md, NULL, EVP_sha384(), NULL, key), 1);
	good = EVP_DigestVerify(md, der, (size_t)len, r, 0x2a0) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	EVP_MD_CTX_free(md);
	return good;
}
