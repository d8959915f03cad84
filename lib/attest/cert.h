/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are in the certificates of SEV platforms (AMD 55766, appendices B and C),
 * little-endian.
 */
#ifndef ATTEST_CERT_H
#define ATTEST_CERT_H

#include <stddef.h>
#include <stdint.h>

#include "sevadm.h"

/* SEV certificate */
#define SEV_CERT_SIZE		0x824
#define SEV_CERT_SIGNED		0x414
#define SEV_CERT_USAGE		0x008
#define SEV_CERT_ALGORITHM	0x00c
#define SEV_CERT_CURVE		0x010
#define SEV_CERT_X		0x014
#define SEV_CERT_Y		0x05c
#define SEV_CERT_SIGNATURE	0x414	/* and again 0x208 after it */
#define SEV_CERT_SIGNATURE_SIZE	0x208	/* usage, algorithm, 512 bytes */

/* AMD's CA certificate: exponent, modulus and signature follow the head */
#define CA_CERT_HEAD		0x040
#define CA_CERT_KEY_ID		0x004
#define CA_CERT_CERTIFYING_ID	0x014
#define CA_CERT_USAGE		0x024
#define CA_CERT_EXPONENT_BITS	0x038
#define CA_CERT_MODULUS_BITS	0x03c

enum {
	USAGE_ARK = 0x0, USAGE_ASK = 0x13,
	USAGE_NONE = 0x1000, USAGE_OCA = 0x1001, USAGE_PEK = 0x1002, USAGE_PDH = 0x1003,
	USAGE_CEK = 0x1004,
};

enum {
	ALGORITHM_RSA = 1, ALGORITHM_ECDSA = 2, ALGORITHM_ECDH = 3,
	ALGORITHM_SHA384 = 0x100,	/* beside these */
};

static inline uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* @failure of kind SEVADM_NO, for certificates that are not as they have to be: -@err */
__attribute__((format(printf, 3, 4)))
int attest_refuse(struct sevadm_failure *failure, int err, const char *format, ...);

/* roots.c: whose root has a key with this SHA-256 of its modulus, or NULL; its exponent is 65537 */
const char *root_name(const uint8_t sha256[32]);

#endif
