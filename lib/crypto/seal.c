// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/seal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>

int crypto_aes_gcm_open(const uint8_t key[32], const uint8_t iv[12], const void *data, size_t size,
			const uint8_t tag[16], void *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t want[16], *end = out;
	int len = 0, ret = -EIO;

	memcpy(want, tag, sizeof(want));
	if (ctx && size <= INT_MAX &&
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv) == 1 &&
	    EVP_DecryptUpdate(ctx, out, &len, data, (int)size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof(want), want) == 1)
		ret = EVP_DecryptFinal_ex(ctx, end + len, &len) == 1 ? 0 : -EBADMSG;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}
