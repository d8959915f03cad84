/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what the owner of a SEV guest and the firmware send each other,
 * sealed with keys that the two alone have (AMD 55766, 2.2.2, 4.7 and chapter 6).
 */
#include <string.h>

#include "psp_fw_internal.h"

#define KEY		16u
/* Session */
#define NONCE		0u
#define WRAP_TK		16u	/* TEK, TIK */
#define WRAP_IV		48u
#define WRAP_MAC	64u
#define POLICY_MAC	96u
/* Header of a packet */
#define PACKET_IV	4u
#define PACKET_MAC	20u
#define COMPRESSED	1u
/* The first byte of what is authenticated */
#define CONTEXT_SECRET	0x01u
/* Attestation report */
#define REPORT_DIGEST	0x10u
#define REPORT_POLICY	0x30u
#define REPORT_SIGNED	0x34u
#define REPORT_USAGE	0x34u
#define REPORT_ALGORITHM 0x38u
#define REPORT_SIGNATURE 0x40u

/* May LAUNCH_START take a session from its owner? */
static bool can_open(const struct psp_fw *fw)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	return fw->keys.present && crypto && crypto->p384_ecdh && crypto->hmac_sha256 &&
	       crypto->aes128_ctr;
}

/*
 * NIST SP 800-108, counter mode with HMAC-SHA-256, one block of it: 1, @label, 0,
 * @context, 128 bits; the first half of the result
 */
static int derive(struct psp_fw *fw, const uint8_t *key, size_t key_len, const char *label,
		  const uint8_t *context, uint8_t out[KEY])
{
	size_t name = strlen(label), len = 4;
	uint8_t message[4 + 18 + KEY + 4], mac[32];

	psp_fw_put32(message, 1);
	memcpy(message + len, label, name + 1);
	len += name + 1;
	if (context) {
		memcpy(message + len, context, KEY);
		len += KEY;
	}
	psp_fw_put32(message + len, 8 * KEY);
	if (fw->ops->crypto->hmac_sha256(fw->opaque, key, key_len, message, len + 4, mac))
		return -1;
	memcpy(out, mac, KEY);
	return 0;
}

/* The keys that wrap: 0x6 (the owner's is none), 0x13 */
static uint32_t wrapping_keys(struct psp_fw *fw, const uint8_t *cert, const uint8_t *blob,
			      uint8_t kek[KEY], uint8_t kik[KEY])
{
	uint8_t point[144], shared[48], master[KEY];

	if (psp_fw_cert_pdh(cert, point) ||
	    fw->ops->crypto->p384_ecdh(fw->opaque, fw->keys.pdh_key, point, shared))
		return PSP_INVALID_CERTIFICATE;
	if (derive(fw, shared, sizeof(shared), "sev-master-secret", blob + NONCE, master) ||
	    derive(fw, master, KEY, "sev-kek", NULL, kek) ||
	    derive(fw, master, KEY, "sev-kik", NULL, kik))
		return PSP_HWERROR_PLATFORM;
	return PSP_SUCCESS;
}

/* Is @mac that of the data?  0xB, 0x13 */
static uint32_t mac_check(struct psp_fw *fw, const uint8_t key[KEY], const void *data, size_t len,
			  const uint8_t mac[32])
{
	uint8_t mine[32];

	if (fw->ops->crypto->hmac_sha256(fw->opaque, key, KEY, data, len, mine))
		return PSP_HWERROR_PLATFORM;
	return memcmp(mine, mac, sizeof(mine)) ? PSP_BAD_MEASUREMENT : PSP_SUCCESS;
}

/*
 * TEK and TIK of a session that was made for this PDH and this policy: 0x13 (no keys),
 * 0x6, 0xB (wrapped keys, then policy)
 */
uint32_t psp_fw_session_open(struct psp_fw *fw, const uint8_t cert[PSP_FW_CERT_LENGTH],
			     const uint8_t blob[PSP_FW_SESSION_LENGTH], uint32_t policy,
			     uint8_t keys[2 * KEY])
{
	uint8_t kek[KEY], kik[KEY], word[4];
	uint32_t status;

	if (!can_open(fw))
		return PSP_HWERROR_PLATFORM;
	status = wrapping_keys(fw, cert, blob, kek, kik);
	if (!status)
		status = mac_check(fw, kik, blob + WRAP_TK, 2 * KEY, blob + WRAP_MAC);
	if (status)
		return status;
	if (fw->ops->crypto->aes128_ctr(fw->opaque, kek, blob + WRAP_IV, blob + WRAP_TK, 2 * KEY,
					keys))
		return PSP_HWERROR_PLATFORM;
	psp_fw_put32(word, policy);
	return mac_check(fw, keys + KEY, word, sizeof(word), blob + POLICY_MAC);
}

/*
 * A secret, sealed by who knows the guest's keys and measurement; @data is of @len bytes,
 * no more than PSP_FW_SECRET_MAX, and comes back in the clear.  0x13 (no keys), 0xB, 0x16
 * (reserved flags), 0x15 (compressed: how is not documented)
 */
uint32_t psp_fw_secret_open(struct psp_fw *fw, const struct psp_fw_sev_guest *guest,
			    const uint8_t hdr[PSP_FW_PACKET_HDR_LENGTH], uint8_t *data, uint32_t len)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t all[29 + PSP_FW_SECRET_MAX + 32] = { CONTEXT_SECRET };
	uint32_t status;

	if (!crypto || !crypto->hmac_sha256 || !crypto->aes128_ctr || !guest->has_keys ||
	    len > PSP_FW_SECRET_MAX)
		return PSP_HWERROR_PLATFORM;
	memcpy(all + 1, hdr, PACKET_MAC);		/* flags, IV */
	psp_fw_put32(all + 21, len);			/* in the guest */
	psp_fw_put32(all + 25, len);			/* as it came */
	memcpy(all + 29, data, len);
	memcpy(all + 29 + len, guest->measure, 32);
	status = mac_check(fw, guest->tik, all, 29 + len + 32, hdr + PACKET_MAC);
	if (status)
		return status;
	if (psp_fw_get32(hdr) & ~COMPRESSED)
		return PSP_INVALID_PARAM;
	if (psp_fw_get32(hdr) & COMPRESSED)
		return PSP_UNSUPPORTED;
	if (crypto->aes128_ctr(fw->opaque, guest->tek, hdr + PACKET_IV, data, len, data))
		return PSP_HWERROR_PLATFORM;
	return PSP_SUCCESS;
}

/* What was launched, with the asker's nonce, signed by the PEK: 0x13 */
uint32_t psp_fw_report_make(struct psp_fw *fw, const struct psp_fw_sev_guest *guest,
			    const uint8_t nonce[16], uint8_t report[PSP_FW_REPORT_LENGTH])
{
	const struct psp_fw_signed what = { .data = report, .len = REPORT_SIGNED, .hash = 256 };

	if (!psp_fw_can_sign(fw) || !fw->keys.present || !guest->has_ld)
		return PSP_HWERROR_PLATFORM;
	memset(report, 0, PSP_FW_REPORT_LENGTH);
	memcpy(report, nonce, 16);
	memcpy(report + REPORT_DIGEST, guest->ld, sizeof(guest->ld));
	psp_fw_put32(report + REPORT_POLICY, guest->policy);
	psp_fw_put32(report + REPORT_USAGE, PSP_USAGE_PEK);
	psp_fw_put32(report + REPORT_ALGORITHM, psp_fw_cert_algorithm(fw->keys.pek));
	return fw->ops->crypto->p384_sign(fw->opaque, fw->keys.pek_key, &what,
					  report + REPORT_SIGNATURE) ? PSP_HWERROR_PLATFORM :
								       PSP_SUCCESS;
}
