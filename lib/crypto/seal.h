/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authenticated encryption, by OpenSSL's libcrypto.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

/**
 * crypto_aes_gcm_open() - decrypt by AES-256-GCM (NIST SP 800-38D), no additional data
 * @iv:		12 bytes
 * @out:	result, of @size bytes; not to be used on failure
 * Return: 0; -EBADMSG when the tag is not that of the rest, -EIO when libcrypto failed
 */
int crypto_aes_gcm_open(const uint8_t key[32], const uint8_t iv[12], const void *data, size_t size,
			const uint8_t tag[16], void *out);

#endif
