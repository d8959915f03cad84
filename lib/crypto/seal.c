// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/seal.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/* Up to the text's end */
static bool text(EVP_CIPHER_CTX *ctx, const struct crypto_aead *aead, bool seal, const void *data,
		 size_t size, void *out)
{
	int len = 0;

	return ctx && size <= INT_MAX && aead->aad_size <= INT_MAX &&
	       EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, aead->key, aead->iv, seal) == 1 &&
	       (!aead->aad_size ||
		EVP_CipherUpdate(ctx, NULL, &len, aead->aad, (int)aead->aad_size) == 1) &&
	       EVP_CipherUpdate(ctx, out, &len, data, (int)size) == 1;
}

int crypto_aes_gcm_open(const struct crypto_aead *aead, const void *data, size_t size,
			const uint8_t tag[16], void *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t want[16], none[16];
	int len = 0, ret = -EIO;

	memcpy(want, tag, sizeof(want));
	if (text(ctx, aead, false, data, size, out) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof(want), want) == 1)
		ret = EVP_CipherFinal_ex(ctx, none, &len) == 1 ? 0 : -EBADMSG;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

int crypto_aes_gcm_seal(const struct crypto_aead *aead, const void *data, size_t size,
			uint8_t tag[16], void *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t none[16];
	int len = 0, ret = -EIO;

	if (text(ctx, aead, true, data, size, out) &&
	    EVP_CipherFinal_ex(ctx, none, &len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, tag) == 1)
		ret = 0;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}
