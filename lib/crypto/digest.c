// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/digest.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/* Nobody reads libcrypto's queue of errors */
static int failed(void)
{
	ERR_clear_error();
	return -EIO;
}

int crypto_sha384(const void *data, size_t len, uint8_t digest[CRYPTO_SHA384_SIZE])
{
	if (!EVP_Q_digest(NULL, "SHA384", NULL, data, len, digest, NULL))
		return failed();
	return 0;
}

int crypto_sha512(const void *data, size_t len, uint8_t digest[CRYPTO_SHA512_SIZE])
{
	if (!EVP_Q_digest(NULL, "SHA512", NULL, data, len, digest, NULL))
		return failed();
	return 0;
}

int crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
		       uint8_t mac[CRYPTO_SHA256_SIZE])
{
	if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, data, len, mac,
		       CRYPTO_SHA256_SIZE, NULL))
		return failed();
	return 0;
}
