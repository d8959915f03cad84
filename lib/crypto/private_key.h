/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private keys on the NIST curves, and signatures by them; public ones as files have them.
 *
 * Functions return 0 or -errno: -EIO when libcrypto failed.  What libcrypto holds of a
 * private key it wipes before the memory is given up.
 */
#ifndef CRYPTO_PRIVATE_KEY_H
#define CRYPTO_PRIVATE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/crypto/verify.h"

struct crypto_key;

/**
 * crypto_key_generate() - a new private key
 * @bits:	256 or 384, of the NIST curve
 */
int crypto_key_generate(unsigned int bits, struct crypto_key **key);

/**
 * crypto_key_read() - a private key in PEM or DER, PKCS #8 or as openssl ec has it
 * Return: 0; -EBADMSG when it is none, -ENOKEY when it is encrypted, -EPROTONOSUPPORT when
 * it is none on P-256 or P-384, -ENOMEM
 */
int crypto_key_read(const void *data, size_t size, struct crypto_key **key);

/**
 * crypto_key_read_public() - a public key in PEM or DER (SubjectPublicKeyInfo), or a private
 * one, of which nothing but the public half is wanted
 * Return: as crypto_key_read()
 */
int crypto_key_read_public(const void *data, size_t size, struct crypto_key **key);

/**
 * crypto_key_pem() - a private key as PEM, PKCS #8, without encryption
 * @pem:	result, for the caller to wipe and free
 */
int crypto_key_pem(const struct crypto_key *key, char **pem, size_t *size);

/**
 * crypto_key_der() - the same as DER: SEC 1 or PKCS #1
 * @der:	result, for the caller to wipe and free
 */
int crypto_key_der(const struct crypto_key *key, char **der, size_t *size);

/**
 * crypto_key_public() - what everybody may know of it
 * @x, @y:	coordinates, the least significant byte first
 * @bits:	256 or 384
 */
int crypto_key_public(const struct crypto_key *key, uint8_t x[CRYPTO_EC_SIZE],
		      uint8_t y[CRYPTO_EC_SIZE], unsigned int *bits);

/**
 * crypto_ecdsa_sign() - ECDSA (FIPS 186-5)
 * @r, @s:	result, the least significant byte first
 */
int crypto_ecdsa_sign(const struct crypto_key *key, const struct crypto_signed *what,
		      uint8_t r[CRYPTO_EC_SIZE], uint8_t s[CRYPTO_EC_SIZE]);

/* Wiped and given up; NULL is none */
void crypto_key_free(struct crypto_key *key);

#endif
