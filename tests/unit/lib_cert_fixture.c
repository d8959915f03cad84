// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib_cert_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "libcrypto: %s\n", what);
	exit(99);
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void put_number(EVP_PKEY *key, const char *name, uint8_t *out, int size)
{
	BIGNUM *bn = NULL;

	must(EVP_PKEY_get_bn_param(key, name, &bn), name);
	must(BN_bn2lebinpad(bn, out, size) == size, "size");
	BN_free(bn);
}

/* ------------------------------------------------------------------- bodies */

static void make_ca(struct fix_chain *c, int which, uint32_t usage)
{
	size_t len = c->shape.rsa_bits / 8;
	uint8_t *p = c->cert[which];

	c->key[which] = EVP_RSA_gen(c->shape.rsa_bits);
	must(c->key[which] != NULL, "RSA key");
	c->size[which] = 0x40 + 3 * len;
	put32(p, 1);
	memset(p + 0x04, which == FIX_ARK ? 0xaa : 0xbb, 16);
	memset(p + 0x14, 0xaa, 16);
	put32(p + 0x24, usage);
	put32(p + 0x38, c->shape.rsa_bits);
	put32(p + 0x3c, c->shape.rsa_bits);
	put_number(c->key[which], OSSL_PKEY_PARAM_RSA_E, p + 0x40, (int)len);
	put_number(c->key[which], OSSL_PKEY_PARAM_RSA_N, p + 0x40 + len, (int)len);
}

static void make_sev(struct fix_chain *c, int which, uint32_t usage, uint32_t algorithm)
{
	uint8_t *p = c->cert[which];

	c->key[which] = EVP_EC_gen(c->shape.curve == 1 ? "P-256" : "P-384");
	must(c->key[which] != NULL, "EC key");
	c->size[which] = FIX_SEV_SIZE;
	put32(p, 1);
	p[4] = 1;
	p[5] = 55;
	put32(p + 0x08, usage);
	put32(p + 0x0c, algorithm);
	put32(p + 0x10, c->shape.curve);
	put_number(c->key[which], OSSL_PKEY_PARAM_EC_PUB_X, p + 0x14, 72);
	put_number(c->key[which], OSSL_PKEY_PARAM_EC_PUB_Y, p + 0x5c, 72);
	put32(p + 0x414, 0x1000);
	put32(p + 0x61c, 0x1000);
}

/* --------------------------------------------------------------- signatures */

static size_t sign(EVP_PKEY *key, int sha384, int pss, const uint8_t *data, size_t size,
		   uint8_t *out, size_t room)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;

	must(ctx && EVP_DigestSignInit_ex(ctx, &options, sha384 ? "SHA384" : "SHA256", NULL, NULL,
					  key, NULL) == 1, "sign");
	if (pss) {
		must(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1, "padding");
		must(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1, "salt");
	}
	must(EVP_DigestSign(ctx, out, &room, data, size) == 1, "sign");
	EVP_MD_CTX_free(ctx);
	return room;
}

static void sign_rsa(struct fix_chain *c, int by, const uint8_t *data, size_t size, uint8_t *out)
{
	uint8_t sig[512];
	size_t len = sign(c->key[by], c->shape.rsa_bits == 4096, 1, data, size, sig, sizeof(sig));

	for (size_t i = 0; i < len; i++)
		out[i] = sig[len - 1 - i];
}

static void sign_ec(struct fix_chain *c, int by, const uint8_t *data, size_t size, uint8_t *out)
{
	uint8_t der[256];
	const uint8_t *at = der;
	size_t len = sign(c->key[by], c->shape.ecdsa & 0x100, 0, data, size, der, sizeof(der));
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);

	must(sig && BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), out, 72) == 72 &&
	     BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), out + 72, 72) == 72, "r, s");
	ECDSA_SIG_free(sig);
}

/* Of @on by @by, in the place @slot of a platform's */
static void sign_one(struct fix_chain *c, int by, int on, int slot)
{
	uint8_t *p = c->cert[on], *place = p + 0x414 + slot * 0x208;

	if (on >= FIX_ASK) {
		sign_rsa(c, by, p, c->size[on] - c->shape.rsa_bits / 8,
			 p + c->size[on] - c->shape.rsa_bits / 8);
		return;
	}
	memset(place, 0, 0x208);
	if (by >= FIX_ASK) {
		put32(place, 0x13);
		put32(place + 4, c->shape.rsa_bits == 4096 ? 0x101 : 1);
		sign_rsa(c, by, p, 0x414, place + 8);
		return;
	}
	memcpy(place, c->cert[by] + 0x08, 4);
	put32(place + 4, c->shape.ecdsa);
	sign_ec(c, by, p, 0x414, place + 8);
}

void fix_sign(struct fix_chain *c)
{
	sign_one(c, FIX_ARK, FIX_ARK, 0);
	sign_one(c, FIX_ARK, FIX_ASK, 0);
	sign_one(c, FIX_ASK, FIX_CEK, 0);
	sign_one(c, FIX_OCA, FIX_OCA, 0);
	sign_one(c, FIX_OCA, FIX_PEK, 0);
	sign_one(c, FIX_CEK, FIX_PEK, 1);
	sign_one(c, FIX_PEK, FIX_PDH, 0);
}

/* Nonce and digest are what counts up from 3; a SEV-ES guest that is not to be debugged */
void fix_report(struct fix_chain *c, uint8_t *report)
{
	memset(report, 0, FIX_REPORT_SIZE);
	for (int i = 0; i < 0x30; i++)
		report[i] = (uint8_t)(3 + i);
	put32(report + 0x30, 5);
	put32(report + 0x34, 0x1002);
	put32(report + 0x38, c->shape.ecdsa);
	sign_ec(c, FIX_PEK, report, 0x34, report + 0x40);
}

/* ---------------------------------------------------------------- the chain */

void fix_make(struct fix_chain *c, struct fix_shape shape)
{
	*c = (struct fix_chain){ .shape = shape };
	make_ca(c, FIX_ARK, 0);
	make_ca(c, FIX_ASK, 0x13);
	make_sev(c, FIX_CEK, 0x1004, shape.ecdsa);
	make_sev(c, FIX_OCA, 0x1001, shape.ecdsa);
	make_sev(c, FIX_PEK, 0x1002, shape.ecdsa);
	make_sev(c, FIX_PDH, 0x1003, shape.ecdsa + 1);
	fix_sign(c);
}

void fix_free(struct fix_chain *c)
{
	for (int i = 0; i < FIX_WHOLE; i++)
		EVP_PKEY_free(c->key[i]);
}

size_t fix_join(const struct fix_chain *c, uint8_t *out)
{
	size_t size = 0;

	for (int i = 0; i < FIX_WHOLE; i++) {
		memcpy(out + size, c->cert[i], c->size[i]);
		size += c->size[i];
	}
	return size;
}
