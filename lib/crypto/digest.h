/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digests and message authentication codes, by OpenSSL's libcrypto.
 *
 * Functions return 0 or -errno: -EIO when libcrypto failed.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define CRYPTO_SHA256_SIZE	32
#define CRYPTO_SHA384_SIZE	48
#define CRYPTO_SHA512_SIZE	64

/**
 * struct crypto_sha256 - a SHA-256 calculation (FIPS 180-4) that is not at its end
 * @word:	its intermediate state; all zero is the beginning
 *
 * Holds no pointers and nothing to free: it can be copied, kept in a file and
 * continued by another process with the same libcrypto.
 */
struct crypto_sha256 {
	uint64_t word[16];
};

/**
 * crypto_sha256_update() - begin or continue a calculation
 * @state:	unchanged on failure
 * @data:	what to add
 * @len:	of @data, in bytes
 * Return: 0; -EINVAL when @state is none that this function left
 */
int crypto_sha256_update(struct crypto_sha256 *state, const void *data, size_t len);

/**
 * crypto_sha256_final() - the digest of what a calculation got so far
 * @state:	can go on
 * @digest:	result
 * Return: 0 or -EINVAL, as crypto_sha256_update()
 */
int crypto_sha256_final(const struct crypto_sha256 *state, uint8_t digest[CRYPTO_SHA256_SIZE]);

/**
 * crypto_sha384() - SHA-384 (FIPS 180-4) of @len bytes at @data
 */
int crypto_sha384(const void *data, size_t len, uint8_t digest[CRYPTO_SHA384_SIZE]);

/**
 * crypto_sha512() - SHA-512 (FIPS 180-4) of @len bytes at @data
 */
int crypto_sha512(const void *data, size_t len, uint8_t digest[CRYPTO_SHA512_SIZE]);

/**
 * crypto_hmac_sha256() - HMAC-SHA-256 (RFC 2104, RFC 4231) of @len bytes at @data
 * @key:	of @key_len bytes, any number
 */
int crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
		       uint8_t mac[CRYPTO_SHA256_SIZE]);

#endif
