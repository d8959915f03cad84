/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A public key on P-384 that many signatures are verified by: all that depends on the key
 * alone is done once.
 */
#ifndef CRYPTO_VERIFIER_H
#define CRYPTO_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/crypto/verify.h"

struct crypto_verifier;

/**
 * crypto_verifier_new() - ECDSA (FIPS 186-5) with SHA-384
 * @x, @y:	of the key, the most significant byte first
 * @verifier:	result, for crypto_verifier_free(); threads can share it
 * Return: 0; -EINVAL when that is no key, -ENOMEM
 */
int crypto_verifier_new(const uint8_t x[48], const uint8_t y[48],
			struct crypto_verifier **verifier);

/**
 * crypto_verifier_check() - is it a signature by that key?
 * @data:	what was signed, @size bytes
 * @r, @s:	of CRYPTO_EC_SIZE bytes each, the least significant first
 * Return: 0; -EBADMSG when it is not, -EIO when libcrypto failed
 */
int crypto_verifier_check(const struct crypto_verifier *verifier, const void *data, size_t size,
			  const uint8_t *r, const uint8_t *s);

/* NULL is none */
void crypto_verifier_free(struct crypto_verifier *verifier);

#endif
