/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authenticated encryption, by OpenSSL's libcrypto.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct crypto_aead - what AES-256-GCM (NIST SP 800-38D) takes beside the text
 * @key:	32 bytes
 * @iv:		12 bytes, never twice with one key
 * @aad:	authenticated together with the text, @aad_size bytes
 */
struct crypto_aead {
	const uint8_t *key, *iv;
	const void *aad;
	size_t aad_size;
};

/**
 * crypto_aes_gcm_open() - decrypt, and check what it was sealed with
 * @out:	result, of @size bytes; not to be used on failure
 * Return: 0; -EBADMSG when the tag is not that of the rest, -EIO when libcrypto failed
 */
int crypto_aes_gcm_open(const struct crypto_aead *aead, const void *data, size_t size,
			const uint8_t tag[16], void *out);

/**
 * crypto_aes_gcm_seal() - encrypt
 * @tag:	result
 * @out:	result, of @size bytes
 * Return: 0; -EIO when libcrypto failed
 */
int crypto_aes_gcm_seal(const struct crypto_aead *aead, const void *data, size_t size,
			uint8_t tag[16], void *out);

#endif
