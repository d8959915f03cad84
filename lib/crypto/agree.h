/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two sides that share a secret need: they agree on it, and then encrypt and compare.
 *
 * Functions return 0 or -errno: -EIO when libcrypto failed.
 */
#ifndef CRYPTO_AGREE_H
#define CRYPTO_AGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/crypto/verify.h"

#define CRYPTO_AES128_SIZE	16	/* key and counter block */
#define CRYPTO_SHARED_MAX	48	/* x of a point on P-384 */

/**
 * crypto_ecdh() - agree with the owner of @peer by a key that is made for this and given up
 * @peer:	their public key
 * @x, @y:	the public half of ours, the least significant byte first
 * @shared:	x of the point that both sides come to, the most significant byte first (NIST SP
 *		800-56A); the caller wipes it
 * @size:	of it: 48 or 32
 * Return: 0; -EINVAL when @peer is no key
 */
int crypto_ecdh(const struct crypto_ec *peer, uint8_t x[CRYPTO_EC_SIZE], uint8_t y[CRYPTO_EC_SIZE],
		uint8_t shared[CRYPTO_SHARED_MAX], size_t *size);

/**
 * crypto_aes128_ctr() - AES-128 in counter mode (NIST SP 800-38A): both ways
 * @counter:	the first counter block
 * @in, @out:	of @len bytes each; may be the same
 */
int crypto_aes128_ctr(const uint8_t key[CRYPTO_AES128_SIZE],
		      const uint8_t counter[CRYPTO_AES128_SIZE], const void *in, size_t len,
		      void *out);

/**
 * crypto_random() - bytes that nobody foresees, fit for keys
 */
int crypto_random(void *out, size_t len);

/* Are they the same?  How long that takes tells nothing of where they differ */
bool crypto_equal(const void *a, const void *b, size_t len);

#endif
