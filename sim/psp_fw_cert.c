/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: keys of the SEV platform and their certificates (AMD 55766,
 * chapter 2 and appendix C).
 *
 * Keys are on P-384, signatures by ECDSA with SHA-256, as firmware from Rome on
 * has them; numbers are little-endian, of 72 bytes in a certificate.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define CERT_USAGE		0x08u
#define CERT_ALGORITHM		0x0cu
#define CERT_KEY		0x10u	/* ECDSA, ECDH: curve, x, y */
#define CERT_KEY_LENGTH		1028u	/* RSA: bits of the modulus, exponent, modulus */
#define CERT_SIGNED		0x414u
#define CERT_SIGNATURE(slot)	(CERT_SIGNED + (slot) * 0x208u)	/* usage, algorithm, numbers */

#define ALGORITHM_RSA		1u
#define ALGORITHM_ECDSA		2u
#define ALGORITHM_ECDH		3u
#define ALGORITHM_SHA384	0x100u

#define CURVE_P256		1u
#define CURVE_P384		2u

#define ATTEMPTS		8	/* a random number is no key once in 2^189 times */

bool psp_fw_can_sign(const struct psp_fw *fw)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	return crypto && crypto->random && crypto->hmac_sha256 && crypto->p384_public &&
	       crypto->p384_sign;
}

int psp_fw_key_new(struct psp_fw *fw, uint8_t d[48], uint8_t point[144])
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	for (int i = 0; i < ATTEMPTS; i++) {
		if (crypto->random(fw->opaque, d, 48))
			return -1;
		if (!crypto->p384_public(fw->opaque, d, point))
			return 0;
	}
	return -1;
}

/* HMAC-SHA-256(the chip's secret, 0 | message), and with 1: 64 bytes */
static int expand(const struct psp_fw *fw, const uint8_t *message, size_t len, uint8_t out[64])
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	static const uint8_t none[sizeof(fw->chip_secret)];
	bool own = memcmp(fw->chip_secret, none, sizeof(none));
	const uint8_t *key = own ? fw->chip_secret : fw->chip_id[0];
	uint8_t block[96];

	for (uint8_t i = 0; i < 2; i++) {
		block[0] = i;
		memcpy(block + 1, message, len);
		if (crypto->hmac_sha256(fw->opaque, key, own ? sizeof(fw->chip_secret) : 64,
					block, 1 + len, out + 32 * i))
			return -1;
	}
	return 0;
}

/*
 * The chip's own key of that name, the same whenever it is asked for: 48 bytes of
 * expand(attempt | label | 0 | context), in the first attempt that is a key
 */
static int derive(const struct psp_fw *fw, const char *label, const void *context, size_t len,
		  uint8_t d[48], uint8_t point[144])
{
	size_t name = strlen(label) + 1;
	uint8_t message[32], out[64];

	memcpy(message + 1, label, name);
	memcpy(message + 1 + name, context, len);
	for (uint8_t i = 0; i < ATTEMPTS; i++) {
		message[0] = i;
		if (expand(fw, message, 1 + name + len, out))
			return -1;
		memcpy(d, out, 48);
		if (!fw->ops->crypto->p384_public(fw->opaque, d, point))
			return 0;
	}
	return -1;
}

int psp_fw_cek(const struct psp_fw *fw, uint8_t d[48], uint8_t cert[PSP_FW_CERT_LENGTH])
{
	uint8_t point[144];

	if (!psp_fw_can_sign(fw) || derive(fw, "CEK", "", 0, d, point))
		return -1;
	psp_fw_cert_make(fw, PSP_USAGE_CEK, point, cert);
	return 0;
}

int psp_fw_vcek(const struct psp_fw *fw, uint64_t tcb, uint8_t d[48], uint8_t point[144])
{
	uint8_t version[8];

	psp_fw_put64(version, tcb);
	return psp_fw_can_sign(fw) ? derive(fw, "VCEK", version, 8, d, point) : -1;
}

/* What AMD wraps is not published; here a private key is at its beginning */
int psp_fw_vlek(const struct psp_fw *fw, const uint8_t plain[384], uint8_t d[48],
		uint8_t point[144])
{
	memcpy(d, plain, 48);
	return psp_fw_can_sign(fw) ? fw->ops->crypto->p384_public(fw->opaque, d, point) : -1;
}

/* HMAC-SHA-256 of a name alone: 32 bytes that only this chip has */
static int own_bytes(const struct psp_fw *fw, const char *label, uint8_t key[32])
{
	uint8_t out[64];

	if (!fw->ops->crypto || !fw->ops->crypto->hmac_sha256 ||
	    expand(fw, (const uint8_t *)label, strlen(label) + 1, out))
		return -1;
	memcpy(key, out, 32);
	return 0;
}

int psp_fw_chip_root(const struct psp_fw *fw, uint8_t root[32])
{
	return own_bytes(fw, "guest keys", root);
}

int psp_fw_vlek_wrapping_key(const struct psp_fw *fw, uint8_t key[32])
{
	return own_bytes(fw, "VLEK wrapping", key);
}

void psp_fw_cert_unsigned(uint8_t cert[PSP_FW_CERT_LENGTH])
{
	memset(cert + CERT_SIGNED, 0, PSP_FW_CERT_LENGTH - CERT_SIGNED);
	psp_fw_put32(cert + CERT_SIGNATURE(0), PSP_USAGE_NONE);
	psp_fw_put32(cert + CERT_SIGNATURE(1), PSP_USAGE_NONE);
}

void psp_fw_cert_make(const struct psp_fw *fw, uint32_t usage, const uint8_t point[144],
		      uint8_t cert[PSP_FW_CERT_LENGTH])
{
	memset(cert, 0, PSP_FW_CERT_LENGTH);
	psp_fw_put32(cert, 1);
	cert[4] = fw->api_major;
	cert[5] = fw->api_minor;
	psp_fw_put32(cert + CERT_USAGE, usage);
	psp_fw_put32(cert + CERT_ALGORITHM,
		     usage == PSP_USAGE_PDH ? ALGORITHM_ECDH : ALGORITHM_ECDSA);
	psp_fw_put32(cert + CERT_KEY, CURVE_P384);
	memcpy(cert + CERT_KEY + 4, point, 144);
	psp_fw_cert_unsigned(cert);
}

int psp_fw_cert_sign(struct psp_fw *fw, uint8_t cert[PSP_FW_CERT_LENGTH], int slot,
		     uint32_t usage, const uint8_t d[48])
{
	const struct psp_fw_signed what = { .data = cert, .len = CERT_SIGNED, .hash = 256 };
	uint8_t *place = cert + CERT_SIGNATURE(slot);

	psp_fw_put32(place, usage);
	psp_fw_put32(place + 4, ALGORITHM_ECDSA);
	return fw->ops->crypto->p384_sign(fw->opaque, d, &what, place + 8);
}

static bool is_cert(const uint8_t *cert, uint32_t usage)
{
	return psp_fw_get32(cert) == 1 && psp_fw_get32(cert + CERT_USAGE) == usage;
}

uint32_t psp_fw_cert_algorithm(const uint8_t cert[PSP_FW_CERT_LENGTH])
{
	return psp_fw_get32(cert + CERT_ALGORITHM);
}

/* The point of somebody's PDH, which may be anything yet; -1 where it is none on our curve */
int psp_fw_cert_pdh(const uint8_t cert[PSP_FW_CERT_LENGTH], uint8_t point[144])
{
	if (!is_cert(cert, PSP_USAGE_PDH) ||
	    (psp_fw_cert_algorithm(cert) & ~ALGORITHM_SHA384) != ALGORITHM_ECDH ||
	    psp_fw_get32(cert + CERT_KEY) != CURVE_P384)
		return -1;
	memcpy(point, cert + CERT_KEY + 4, 144);
	return 0;
}

const char *psp_fw_keys_check(const struct psp_fw_keys *keys)
{
	static const struct psp_fw_keys none;

	if (!keys->present)
		return memcmp(keys, &none, sizeof(none)) ? "keys of a platform without" : NULL;
	if (keys->present > 1 || !is_cert(keys->oca, PSP_USAGE_OCA) ||
	    !is_cert(keys->pek, PSP_USAGE_PEK) || !is_cert(keys->pdh, PSP_USAGE_PDH))
		return "certificates of the platform are none";
	return NULL;
}

/* The key that a certificate is about: false if none that can sign */
static bool signer(const uint8_t *cert, struct psp_fw_public *key)
{
	uint32_t first = psp_fw_get32(cert + CERT_KEY);

	switch (psp_fw_get32(cert + CERT_ALGORITHM) & ~ALGORITHM_SHA384) {
	case ALGORITHM_RSA:
		*key = (struct psp_fw_public){ .bits = first, .x = cert + CERT_KEY + 4 + 512,
					       .y = cert + CERT_KEY + 4 };
		return first == 2048 || first == 4096;
	case ALGORITHM_ECDSA:
		*key = (struct psp_fw_public){ .bits = first == CURVE_P256 ? 256 : 384,
					       .x = cert + CERT_KEY + 4, .y = cert + CERT_KEY + 76 };
		return first == CURVE_P256 || first == CURVE_P384;
	default:
		return false;
	}
}

/* The signature on @cert by the OCA, in whichever place it is, or NULL */
static const uint8_t *signature_by(const uint8_t *cert, const uint8_t *oca)
{
	for (int slot = 0; slot < 2; slot++) {
		const uint8_t *place = cert + CERT_SIGNATURE(slot);

		if (psp_fw_get32(place) == PSP_USAGE_OCA &&
		    psp_fw_get32(place + 4) == psp_fw_get32(oca + CERT_ALGORITHM))
			return place + 8;
	}
	return NULL;
}

static bool signed_by(struct psp_fw *fw, const uint8_t *cert, const uint8_t *oca,
		      const struct psp_fw_public *key)
{
	bool sha384 = psp_fw_get32(oca + CERT_ALGORITHM) & ALGORITHM_SHA384;
	const struct psp_fw_signed what = { .data = cert, .len = CERT_SIGNED,
					    .hash = sha384 ? 384 : 256 };

	return !fw->ops->crypto->verify(fw->opaque, key, &what, signature_by(cert, oca));
}

/*
 * An owner's OCA and our PEK, signed by it: 0x6 (version, usage, key, another PEK
 * than ours, no signature of that kind), then 0xA
 */
uint32_t psp_fw_cert_import_check(struct psp_fw *fw, const uint8_t pek[PSP_FW_CERT_LENGTH],
				  const uint8_t oca[PSP_FW_CERT_LENGTH])
{
	struct psp_fw_public key;

	if (!is_cert(pek, PSP_USAGE_PEK) || !is_cert(oca, PSP_USAGE_OCA) || !signer(oca, &key) ||
	    memcmp(pek + CERT_ALGORITHM, fw->keys.pek + CERT_ALGORITHM, 4 + CERT_KEY_LENGTH) ||
	    !signature_by(oca, oca) || !signature_by(pek, oca))
		return PSP_INVALID_CERTIFICATE;
	if (!signed_by(fw, oca, oca, &key) || !signed_by(fw, pek, oca, &key))
		return PSP_BAD_SIGNATURE;
	return PSP_SUCCESS;
}

/* The PEK's certificate as its owner signed it, that signature in the first place */
void psp_fw_cert_take(const uint8_t pek[PSP_FW_CERT_LENGTH], const uint8_t oca[PSP_FW_CERT_LENGTH],
		      uint8_t out[PSP_FW_CERT_LENGTH])
{
	memcpy(out, pek, PSP_FW_CERT_LENGTH);
	psp_fw_cert_unsigned(out);
	memcpy(out + CERT_SIGNATURE(0), signature_by(pek, oca) - 8,
	       CERT_SIGNATURE(1) - CERT_SIGNATURE(0));
}
