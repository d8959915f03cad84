// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The attestation report of a SEV or SEV-ES guest, signed with the platform's PEK (AMD 55766,
 * 6.8).
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/attest/session.h"
#include "lib/crypto/verify.h"

int sevadm_attestation_parse(const void *data, size_t size, struct sevadm_attestation *report)
{
	const uint8_t *p = data;

	*report = (struct sevadm_attestation){ .data = NULL };
	if (size != SEVADM_ATTESTATION_SIZE)
		return -EMSGSIZE;
	report->data = p;
	memcpy(report->nonce, p + ATTESTATION_NONCE, sizeof(report->nonce));
	memcpy(report->digest, p + ATTESTATION_DIGEST, sizeof(report->digest));
	report->policy = le32(p + ATTESTATION_POLICY);
	report->usage = le32(p + ATTESTATION_USAGE);
	report->algorithm = le32(p + ATTESTATION_ALGORITHM);
	report->reserved = le32(p + ATTESTATION_RESERVED);
	report->signature = p + ATTESTATION_SIGNATURE;
	return 0;
}

int sevadm_attestation_verify(const struct sevadm_attestation *report,
			      const struct sevadm_cert *pek)
{
	struct crypto_ec key = { .x = pek->x, .y = pek->y, .bits = pek->key_bits };
	struct crypto_signed what = {
		.data = report->data, .size = ATTESTATION_SIGNED,
		.hash = report->algorithm & ALGORITHM_SHA384 ? CRYPTO_HASH_SHA384 : CRYPTO_HASH_SHA256,
	};

	/* neither usage nor algorithm are signed: a key signs with its own algorithm only */
	if (report->usage != USAGE_PEK)
		return -EKEYREJECTED;
	if (pek->ca || pek->usage != USAGE_PEK || report->algorithm != pek->algorithm ||
	    (pek->algorithm & ~(uint32_t)ALGORITHM_SHA384) != ALGORITHM_ECDSA)
		return -EINVAL;
	return crypto_ecdsa_verify(&key, &what, report->signature,
				   report->signature + CRYPTO_EC_SIZE);
}
