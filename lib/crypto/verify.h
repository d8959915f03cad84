/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures with numbers as AMD's secure processor keeps them, the least significant byte
 * first.
 *
 * Functions return 0 or -errno: -EBADMSG when the signature is not that of this key over
 * these bytes, -EINVAL when the key is none, -EIO when libcrypto failed.
 */
#ifndef CRYPTO_VERIFY_H
#define CRYPTO_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A coordinate, or r or s of a signature */
#define CRYPTO_EC_SIZE	72

enum crypto_hash { CRYPTO_HASH_SHA256, CRYPTO_HASH_SHA384 };

/**
 * struct crypto_rsa - a public key
 * @modulus, @exponent: of @size bytes each
 */
struct crypto_rsa {
	const uint8_t *modulus, *exponent;
	size_t size;
};

/**
 * struct crypto_ec - a public key
 * @x, @y:	of CRYPTO_EC_SIZE bytes each
 * @bits:	256 or 384, of the NIST curve
 */
struct crypto_ec {
	const uint8_t *x, *y;
	unsigned int bits;
};

/* What was signed, and how it was hashed */
struct crypto_signed {
	const void *data;
	size_t size;
	enum crypto_hash hash;
};

/**
 * crypto_rsa_pss_verify() - RSASSA-PSS (RFC 8017), a salt as long as the digest
 * @signature:	of as many bytes as the modulus has
 */
int crypto_rsa_pss_verify(const struct crypto_rsa *key, const struct crypto_signed *what,
			  const uint8_t *signature);

/* Is it a point of its curve, and so a key at all? */
bool crypto_ec_is_point(const struct crypto_ec *key);

/**
 * crypto_ecdsa_verify() - ECDSA (FIPS 186-5)
 * @r, @s:	of CRYPTO_EC_SIZE bytes each
 */
int crypto_ecdsa_verify(const struct crypto_ec *key, const struct crypto_signed *what,
			const uint8_t *r, const uint8_t *s);

#endif
