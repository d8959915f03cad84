// SPDX-License-Identifier: GPL-2.0-or-later
#include "sign.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pki.h"

static void die(const char *what, const char *of)
{
	fprintf(stderr, "%s: %s\n", what, of);
	exit(EXIT_FAILURE);
}

const char *pki_key_path(const char *name, char *buf, size_t size)
{
	const char *keys = getenv("PKI_KEYS");

	if (strchr(name, '/'))
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s/%s.pem", keys ? keys : PKI_KEYS, name);
	return buf;
}

void *sign_key(const char *name)
{
	char path[1024];
	FILE *f = fopen(pki_key_path(name, path, sizeof(path)), "r");
	EVP_PKEY *key;

	if (!f)
		die("no such key", path);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	if (!key) {
		rewind(f);
		key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	}
	fclose(f);
	if (!key)
		die("no key", path);
	return key;
}

void sign_key_free(void *key)
{
	EVP_PKEY_free(key);
}

void sign_public_key(struct der *d, void *key)
{
	unsigned char *bytes = NULL;
	int size = i2d_PUBKEY(key, &bytes);

	if (size <= 0)
		die("libcrypto", "i2d_PUBKEY()");
	der_add(d, bytes, (size_t)size);
	OPENSSL_free(bytes);
}

void sign_key_id(void *key, uint8_t id[20])
{
	struct der d = { .size = 0 };

	sign_public_key(&d, key);
	if (!EVP_Q_digest(NULL, "SHA1", NULL, d.bytes, d.size, id, NULL))
		die("libcrypto", "SHA1");
}

/* ---------------------------------------------------------------- algorithms */

static bool is_rsa(void *key)
{
	return EVP_PKEY_is_a(key, "RSA");
}

static const char *hash_oid(const struct sign_how *how)
{
	return strcmp(how->hash, "SHA256") ? "2.16.840.1.101.3.4.2.2" : "2.16.840.1.101.3.4.2.1";
}

static void add_hash(struct der *d, const struct sign_how *how)
{
	size_t at = der_begin(d, DER_SEQUENCE);

	der_oid(d, hash_oid(how));
	der_value(d, DER_NULL, "", 0);
	der_end(d, at);
}

static void add_pss(struct der *d, const struct sign_how *how)
{
	size_t all = der_begin(d, DER_SEQUENCE), part = der_begin(d, DER_CONSTRUCTED), mask;

	add_hash(d, how);
	der_end(d, part);
	part = der_begin(d, DER_CONSTRUCTED | 1);
	mask = der_begin(d, DER_SEQUENCE);
	der_oid(d, "1.2.840.113549.1.1.8");
	add_hash(d, how);
	der_end(d, mask);
	der_end(d, part);
	part = der_begin(d, DER_CONSTRUCTED | 2);
	der_number(d, (uint64_t)how->salt);
	der_end(d, part);
	part = der_begin(d, DER_CONSTRUCTED | 3);
	der_number(d, 1);
	der_end(d, part);
	der_end(d, all);
}

void sign_algorithm(struct der *d, void *signer, const struct sign_how *how)
{
	bool sha256 = !strcmp(how->hash, "SHA256");
	size_t at = der_begin(d, DER_SEQUENCE);

	if (!is_rsa(signer)) {
		der_oid(d, sha256 ? "1.2.840.10045.4.3.2" : "1.2.840.10045.4.3.3");
	} else if (!strcmp(how->padding, "pss")) {
		der_oid(d, "1.2.840.113549.1.1.10");
		add_pss(d, how);
	} else {
		der_oid(d, sha256 ? "1.2.840.113549.1.1.11" : "1.2.840.113549.1.1.12");
		der_value(d, DER_NULL, "", 0);
	}
	der_end(d, at);
}

/* ---------------------------------------------------------------- signatures */

void sign_bytes(struct der *d, void *signer, const struct sign_how *how, const void *bytes,
		size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024] = { 0 };
	size_t len = sizeof(signature) - 1;
	EVP_PKEY_CTX *options;

	if (!ctx || EVP_DigestSignInit_ex(ctx, &options, how->hash, NULL, NULL, signer, NULL) != 1)
		die("libcrypto cannot sign with", how->hash);
	if (is_rsa(signer) && !strcmp(how->padding, "pss") &&
	    (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, how->salt) != 1))
		die("libcrypto", "PSS");
	if (EVP_DigestSign(ctx, signature + 1, &len, bytes, size) != 1)
		die("libcrypto", "EVP_DigestSign()");
	EVP_MD_CTX_free(ctx);
	/* how many bits are not used: none */
	der_value(d, DER_BITS, signature, 1 + len);
}

void sign_report(void *signer, const void *bytes, size_t size, uint8_t out[144])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[256];
	const unsigned char *at = der;
	size_t len = sizeof(der);
	ECDSA_SIG *sig;

	if (EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, signer) != 1 ||
	    EVP_DigestSign(ctx, der, &len, bytes, size) != 1)
		die("libcrypto", "EVP_DigestSign()");
	sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	if (!sig || BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), out, 72) != 72 ||
	    BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), out + 72, 72) != 72)
		die("libcrypto", "no signature of ECDSA");
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}
