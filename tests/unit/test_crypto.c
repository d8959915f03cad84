/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_crypto.h"

#include <openssl/evp.h>
#include <sys/random.h>

/* The state is the number of a calculation here, from 1 */
static EVP_MD_CTX *calculations[PSP_FW_MAX_SEV_GUESTS];

static EVP_MD_CTX **calculation(const struct psp_fw_sha256 *state)
{
	if (!state->b[0] || state->b[0] > PSP_FW_MAX_SEV_GUESTS)
		return NULL;
	return &calculations[state->b[0] - 1];
}

static int begin(struct psp_fw_sha256 *state)
{
	for (uint64_t i = 0; i < PSP_FW_MAX_SEV_GUESTS; i++) {
		if (calculations[i])
			continue;
		calculations[i] = EVP_MD_CTX_new();
		state->b[0] = i + 1;
		return EVP_DigestInit_ex(calculations[i], EVP_sha256(), NULL) ? 0 : -1;
	}
	return -1;
}

static int test_sha256_update(void *opaque, struct psp_fw_sha256 *state, const void *data,
			      size_t len)
{
	EVP_MD_CTX **ctx;

	(void)opaque;
	if (!state->b[0] && begin(state))
		return -1;
	ctx = calculation(state);
	return ctx && *ctx && EVP_DigestUpdate(*ctx, data, len) ? 0 : -1;
}

static int test_sha256_final(void *opaque, const struct psp_fw_sha256 *state, uint8_t digest[32])
{
	EVP_MD_CTX **ctx = calculation(state), *copy;
	int ok;

	(void)opaque;
	if (!state->b[0])
		return EVP_Q_digest(NULL, "SHA256", NULL, "", 0, digest, NULL) ? 0 : -1;
	if (!ctx || !*ctx)
		return -1;
	copy = EVP_MD_CTX_new();
	ok = EVP_MD_CTX_copy_ex(copy, *ctx) && EVP_DigestFinal_ex(copy, digest, NULL);
	EVP_MD_CTX_free(copy);
	return ok ? 0 : -1;
}

static void test_sha256_drop(void *opaque, struct psp_fw_sha256 *state)
{
	EVP_MD_CTX **ctx = calculation(state);

	(void)opaque;
	if (!ctx)
		return;
	EVP_MD_CTX_free(*ctx);
	*ctx = NULL;
}

unsigned int test_crypto_open(void)
{
	unsigned int n = 0;

	for (int i = 0; i < PSP_FW_MAX_SEV_GUESTS; i++)
		n += calculations[i] != NULL;
	return n;
}

static int test_random(void *opaque, void *buf, size_t len)
{
	(void)opaque;
	return getrandom(buf, len, 0) == (ssize_t)len ? 0 : -1;
}

static int test_hmac_sha256(void *opaque, const void *key, size_t key_len, const void *data,
			    size_t len, uint8_t mac[32])
{
	(void)opaque;
	return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, data, len, mac, 32,
			 NULL) ? 0 : -1;
}

static int test_sha384(void *opaque, const void *data, size_t len, uint8_t digest[48])
{
	(void)opaque;
	return EVP_Q_digest(NULL, "SHA384", NULL, data, len, digest, NULL) ? 0 : -1;
}

const struct psp_fw_crypto test_crypto = {
	.random = test_random,
	.sha256_update = test_sha256_update,
	.sha256_final = test_sha256_final,
	.sha256_drop = test_sha256_drop,
	.hmac_sha256 = test_hmac_sha256,
	.sha384 = test_sha384,
};
