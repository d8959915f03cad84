// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/private_key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

struct crypto_key {
	EVP_PKEY *pkey;
	unsigned int bits;
};

/* Nobody reads libcrypto's queue of errors */
static int done(int ret)
{
	ERR_clear_error();
	return ret;
}

/* Takes @pkey over, whatever comes of it */
static int wrap(EVP_PKEY *pkey, struct crypto_key **key)
{
	char group[32] = "";
	unsigned int bits;

	if (!EVP_PKEY_is_a(pkey, "EC"))
		bits = 0;
	else if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1)
		bits = 0;
	else
		bits = !strcmp(group, SN_secp384r1) ? 384 :
		       !strcmp(group, SN_X9_62_prime256v1) ? 256 : 0;
	*key = bits ? calloc(1, sizeof(**key)) : NULL;
	if (!*key) {
		EVP_PKEY_free(pkey);
		return bits ? -ENOMEM : -EPROTONOSUPPORT;
	}
	(*key)->pkey = pkey;
	(*key)->bits = bits;
	return 0;
}

int crypto_key_generate(unsigned int bits, struct crypto_key **key)
{
	EVP_PKEY *pkey = EVP_EC_gen(bits == 384 ? "P-384" : "P-256");

	*key = NULL;
	return done(pkey ? wrap(pkey, key) : -EIO);
}

/* Asked for a password: it is encrypted, and nobody is asked */
static int no_password(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

/* PEM begins with a line of its own; DER with a byte that no text has */
static EVP_PKEY *read_either(const void *data, size_t size, bool *encrypted)
{
	const unsigned char *der = data;
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	if (size && *der == 0x30)
		return d2i_AutoPrivateKey(NULL, &der, (long)size);
	bio = BIO_new_mem_buf(data, (int)size);
	if (bio)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, encrypted);
	BIO_free(bio);
	return pkey;
}

int crypto_key_read(const void *data, size_t size, struct crypto_key **key)
{
	bool encrypted = false;
	EVP_PKEY *pkey = read_either(data, size, &encrypted);

	*key = NULL;
	if (!pkey)
		return done(encrypted ? -ENOKEY : -EBADMSG);
	return done(wrap(pkey, key));
}

/* Of a public key PEM and DER have the same names */
static EVP_PKEY *read_public(const void *data, size_t size)
{
	const unsigned char *der = data;
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	if (size && *der == 0x30)
		return d2i_PUBKEY(NULL, &der, (long)size);
	bio = BIO_new_mem_buf(data, (int)size);
	if (bio)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return pkey;
}

int crypto_key_read_public(const void *data, size_t size, struct crypto_key **key)
{
	EVP_PKEY *pkey = read_public(data, size);

	if (pkey)
		return done(wrap(pkey, key));
	return crypto_key_read(data, size, key);
}

int crypto_key_pem(const struct crypto_key *key, char **pem, size_t *size)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long len;
	int ret = -EIO;

	*pem = NULL;
	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		goto out;
	len = BIO_get_mem_data(bio, &text);
	*pem = malloc((size_t)len + 1);
	ret = -ENOMEM;
	if (!*pem)
		goto out;
	memcpy(*pem, text, (size_t)len);
	(*pem)[len] = '\0';
	*size = (size_t)len;
	ret = 0;
out:
	BIO_free(bio);
	return done(ret);
}

int crypto_key_der(const struct crypto_key *key, char **der, size_t *size)
{
	unsigned char *end;
	int len = i2d_PrivateKey(key->pkey, NULL);

	*der = len > 0 ? malloc((size_t)len) : NULL;
	if (len <= 0)
		return done(-EIO);
	if (!*der)
		return done(-ENOMEM);
	end = (unsigned char *)*der;
	*size = (size_t)i2d_PrivateKey(key->pkey, &end);
	return done(0);
}

static int coordinate(const struct crypto_key *key, const char *name, uint8_t out[CRYPTO_EC_SIZE])
{
	BIGNUM *bn = NULL;
	int ret = -EIO;

	if (EVP_PKEY_get_bn_param(key->pkey, name, &bn) == 1 &&
	    BN_bn2lebinpad(bn, out, CRYPTO_EC_SIZE) == CRYPTO_EC_SIZE)
		ret = 0;
	BN_free(bn);
	return ret;
}

int crypto_key_public(const struct crypto_key *key, uint8_t x[CRYPTO_EC_SIZE],
		      uint8_t y[CRYPTO_EC_SIZE], unsigned int *bits)
{
	int ret = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x);

	if (!ret)
		ret = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y);
	*bits = key->bits;
	return done(ret);
}

static int split(const uint8_t *der, size_t size, uint8_t r[CRYPTO_EC_SIZE],
		 uint8_t s[CRYPTO_EC_SIZE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)size);
	int ret = -EIO;

	if (sig && BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), r, CRYPTO_EC_SIZE) == CRYPTO_EC_SIZE &&
	    BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), s, CRYPTO_EC_SIZE) == CRYPTO_EC_SIZE)
		ret = 0;
	ECDSA_SIG_free(sig);
	return ret;
}

int crypto_ecdsa_sign(const struct crypto_key *key, const struct crypto_signed *what,
		      uint8_t r[CRYPTO_EC_SIZE], uint8_t s[CRYPTO_EC_SIZE])
{
	const char *hash = what->hash == CRYPTO_HASH_SHA384 ? "SHA384" : "SHA256";
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[128];	/* of P-384: 104 at most */
	size_t size = sizeof(der);
	int ret = -EIO;

	if (ctx && EVP_DigestSignInit_ex(ctx, NULL, hash, NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, der, &size, what->data, what->size) == 1)
		ret = split(der, size, r, s);
	EVP_MD_CTX_free(ctx);
	return done(ret);
}

void crypto_key_free(struct crypto_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}
