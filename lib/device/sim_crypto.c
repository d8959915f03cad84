// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lib/crypto as the firmware model wants it.
 */
#include "sim/psp_fw.h"
#include "lib/device/sim_crypto.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "lib/crypto/agree.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/seal.h"
#include "lib/crypto/sign.h"
#include "lib/crypto/verify.h"

_Static_assert(sizeof(struct psp_fw_sha256) == sizeof(struct crypto_sha256), "state of SHA-256");

static int sim_random(void *opaque, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)opaque;
	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sim_sha256_update(void *opaque, struct psp_fw_sha256 *state, const void *data,
			     size_t len)
{
	struct crypto_sha256 s;

	(void)opaque;
	memcpy(&s, state, sizeof(s));
	if (crypto_sha256_update(&s, data, len))
		return -1;
	memcpy(state, &s, sizeof(s));
	return 0;
}

static int sim_sha256_final(void *opaque, const struct psp_fw_sha256 *state, uint8_t digest[32])
{
	struct crypto_sha256 s;

	(void)opaque;
	memcpy(&s, state, sizeof(s));
	return crypto_sha256_final(&s, digest) ? -1 : 0;
}

static int sim_hmac_sha256(void *opaque, const void *key, size_t key_len, const void *data,
			   size_t len, uint8_t mac[32])
{
	(void)opaque;
	return crypto_hmac_sha256(key, key_len, data, len, mac) ? -1 : 0;
}

static int sim_sha384(void *opaque, const void *data, size_t len, uint8_t digest[48])
{
	(void)opaque;
	return crypto_sha384(data, len, digest) ? -1 : 0;
}

static int sim_p384_public(void *opaque, const uint8_t d[48], uint8_t point[144])
{
	(void)opaque;
	return crypto_p384_public(d, point, point + CRYPTO_EC_SIZE) ? -1 : 0;
}

static struct crypto_signed what_is(const struct psp_fw_signed *what)
{
	return (struct crypto_signed){
		.data = what->data, .size = what->len,
		.hash = what->hash == 384 ? CRYPTO_HASH_SHA384 : CRYPTO_HASH_SHA256,
	};
}

static int sim_p384_sign(void *opaque, const uint8_t d[48], const struct psp_fw_signed *what,
			 uint8_t signature[144])
{
	struct crypto_signed s = what_is(what);

	(void)opaque;
	return crypto_p384_sign(d, &s, signature, signature + CRYPTO_EC_SIZE) ? -1 : 0;
}

static int sim_p384_ecdh(void *opaque, const uint8_t d[48], const uint8_t point[144],
			 uint8_t shared[48])
{
	(void)opaque;
	return crypto_p384_agree(d, point, point + CRYPTO_EC_SIZE, shared) ? -1 : 0;
}

static int sim_aes128_ctr(void *opaque, const uint8_t key[16], const uint8_t counter[16],
			  const void *in, size_t len, void *out)
{
	(void)opaque;
	return crypto_aes128_ctr(key, counter, in, len, out) ? -1 : 0;
}

static int sim_verify(void *opaque, const struct psp_fw_public *key,
		      const struct psp_fw_signed *what, const uint8_t *signature)
{
	struct crypto_rsa rsa = { .modulus = key->x, .exponent = key->y, .size = key->bits / 8 };
	struct crypto_ec ec = { .x = key->x, .y = key->y, .bits = key->bits };
	struct crypto_signed s = what_is(what);
	int ret;

	(void)opaque;
	if (key->bits > 384)
		ret = crypto_rsa_pss_verify(&rsa, &s, signature);
	else
		ret = crypto_ecdsa_verify(&ec, &s, signature, signature + CRYPTO_EC_SIZE);
	return ret ? -1 : 0;
}

static struct crypto_aead aead_of(const struct psp_fw_aead *aead)
{
	return (struct crypto_aead){
		.key = aead->key, .iv = aead->iv, .aad = aead->aad, .aad_size = aead->aad_len,
	};
}

static int sim_aes_gcm_open(void *opaque, const struct psp_fw_aead *aead, const void *data,
			    size_t len, const uint8_t tag[16], void *out)
{
	struct crypto_aead a = aead_of(aead);

	(void)opaque;
	return crypto_aes_gcm_open(&a, data, len, tag, out) ? -1 : 0;
}

static int sim_aes_gcm_seal(void *opaque, const struct psp_fw_aead *aead, const void *data,
			    size_t len, uint8_t tag[16], void *out)
{
	struct crypto_aead a = aead_of(aead);

	(void)opaque;
	return crypto_aes_gcm_seal(&a, data, len, tag, out) ? -1 : 0;
}

const struct psp_fw_crypto device_sim_crypto = {
	.random = sim_random,
	.sha256_update = sim_sha256_update,
	.sha256_final = sim_sha256_final,
	.hmac_sha256 = sim_hmac_sha256,
	.sha384 = sim_sha384,
	.p384_public = sim_p384_public,
	.p384_sign = sim_p384_sign,
	.p384_ecdh = sim_p384_ecdh,
	.aes128_ctr = sim_aes128_ctr,
	.verify = sim_verify,
	.aes_gcm_open = sim_aes_gcm_open,
	.aes_gcm_seal = sim_aes_gcm_seal,
};
