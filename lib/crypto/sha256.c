// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-256 whose state can be kept.  OpenSSL 3.0 deprecates these functions in
 * favour of EVP, whose contexts are opaque and die with the process; that of
 * SHA256_Update() is a plain structure, and the only one it offers.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "lib/crypto/digest.h"

#include <errno.h>
#include <string.h>
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct crypto_sha256), "no room for SHA-256");
_Static_assert(SHA256_DIGEST_LENGTH == CRYPTO_SHA256_SIZE, "size of the digest");

/* libcrypto believes what it finds there, and a file can be damaged */
static int get_state(SHA256_CTX *ctx, const struct crypto_sha256 *state)
{
	static const struct crypto_sha256 beginning;

	if (!memcmp(state, &beginning, sizeof(beginning)))
		return SHA256_Init(ctx) ? 0 : -EIO;
	memcpy(ctx, state, sizeof(*ctx));
	if (ctx->md_len != SHA256_DIGEST_LENGTH || ctx->num != (ctx->Nl >> 3) % SHA256_CBLOCK)
		return -EINVAL;
	return 0;
}

int crypto_sha256_update(struct crypto_sha256 *state, const void *data, size_t len)
{
	SHA256_CTX ctx;
	int ret = get_state(&ctx, state);

	if (ret)
		return ret;
	if (!SHA256_Update(&ctx, data, len))
		return -EIO;
	memcpy(state, &ctx, sizeof(ctx));
	return 0;
}

int crypto_sha256_final(const struct crypto_sha256 *state, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	SHA256_CTX ctx;
	int ret = get_state(&ctx, state);

	if (ret)
		return ret;
	return SHA256_Final(digest, &ctx) ? 0 : -EIO;
}
