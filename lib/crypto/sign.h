/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys on NIST P-384 as AMD's secure processor keeps them, the least significant byte of
 * numbers first: their signatures, and what they agree on with others.
 *
 * Functions return 0 or -errno: -EINVAL when the number is no private key of that curve, -EIO
 * when libcrypto failed.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include <stdint.h>

#include "lib/crypto/verify.h"

#define CRYPTO_P384_SIZE	48

/**
 * crypto_p384_public() - the public key of a private one
 * @private_key: 1 to the curve's order, exclusive
 * @x, @y:	result, of CRYPTO_EC_SIZE bytes each
 */
int crypto_p384_public(const uint8_t private_key[CRYPTO_P384_SIZE], uint8_t *x, uint8_t *y);

/**
 * crypto_p384_sign() - ECDSA (FIPS 186-5)
 * @r, @s:	result, of CRYPTO_EC_SIZE bytes each
 */
int crypto_p384_sign(const uint8_t private_key[CRYPTO_P384_SIZE], const struct crypto_signed *what,
		     uint8_t *r, uint8_t *s);

/**
 * crypto_p384_agree() - ECDH (NIST SP 800-56A) with somebody's public key
 * @x, @y:	theirs, of CRYPTO_EC_SIZE bytes each; -EINVAL too when they are no point
 * @shared:	x of the result, the most significant byte first; the caller wipes it
 */
int crypto_p384_agree(const uint8_t private_key[CRYPTO_P384_SIZE], const uint8_t *x,
		      const uint8_t *y, uint8_t shared[CRYPTO_P384_SIZE]);

#endif
