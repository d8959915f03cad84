// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An owner's certificates (AMD 55766, 2.1.3 and appendix C): the OCA, and its signature on
 * the PEK of a platform.
 */
#include <errno.h>
#include <string.h>

#include "lib/attest/cert.h"
#include "lib/crypto/private_key.h"
#include "lib/crypto/verify.h"

/* The same under the name that the public header has for it */
static struct crypto_key *inner(const struct sevadm_private_key *key)
{
	return (struct crypto_key *)(uintptr_t)key;
}

static struct sevadm_private_key *outer(struct crypto_key *key)
{
	return (struct sevadm_private_key *)(uintptr_t)key;
}

static int crypto_failed(struct sevadm_failure *failure, int ret)
{
	int err = ret == -ENOMEM ? ENOMEM : EIO;

	attest_refuse(failure, err, err == ENOMEM ? "no memory" : "libcrypto failed");
	failure->kind = SEVADM_FAILED;
	return -err;
}

int sevadm_private_key_new(unsigned int bits, struct sevadm_private_key **key,
			   struct sevadm_failure *failure)
{
	struct crypto_key *made;
	int ret;

	*key = NULL;
	if (bits != 256 && bits != 384)
		return attest_refuse(failure, EINVAL, "there is no curve of %u bits for it: 256 or "
				     "384", bits);
	ret = crypto_key_generate(bits, &made);
	*key = outer(made);
	return ret ? crypto_failed(failure, ret) : 0;
}

int sevadm_private_key_read(const void *data, size_t size, struct sevadm_private_key **key,
			    struct sevadm_failure *failure)
{
	struct crypto_key *read;
	int ret = crypto_key_read(data, size, &read);

	*key = outer(read);
	switch (ret) {
	case 0:
		return 0;
	case -ENOKEY:
		return attest_refuse(failure, ENOKEY, "the private key is encrypted, and nobody is "
				     "asked for its password: decrypt it first");
	case -EPROTONOSUPPORT:
		return attest_refuse(failure, EPROTONOSUPPORT, "the private key is not on P-384 or "
				     "P-256: the firmware knows no other");
	case -EBADMSG:
		return attest_refuse(failure, EBADMSG, "no private key is there, neither as PEM nor "
				     "as DER");
	default:
		return crypto_failed(failure, ret);
	}
}

int sevadm_private_key_pem(const struct sevadm_private_key *key, char **pem, size_t *size,
			   struct sevadm_failure *failure)
{
	int ret = crypto_key_pem(inner(key), pem, size);

	return ret ? crypto_failed(failure, ret) : 0;
}

void sevadm_private_key_free(struct sevadm_private_key *key)
{
	crypto_key_free(inner(key));
}

/* By the key of an OCA with @algorithm, into the place @slot of @cert */
static int sign(const struct crypto_key *key, uint32_t algorithm, uint8_t *cert, int slot)
{
	uint8_t *place = cert + SEV_CERT_SIGNATURE + slot * SEV_CERT_SIGNATURE_SIZE;
	const struct crypto_signed what = {
		.data = cert, .size = SEV_CERT_SIGNED,
		.hash = algorithm & ALGORITHM_SHA384 ? CRYPTO_HASH_SHA384 : CRYPTO_HASH_SHA256,
	};

	memset(place, 0, SEV_CERT_SIGNATURE_SIZE);
	put_le32(place, USAGE_OCA);
	put_le32(place + 4, algorithm);
	return crypto_ecdsa_sign(key, &what, place + 8, place + 8 + CRYPTO_EC_SIZE);
}

int sevadm_oca_new(const struct sevadm_private_key *key, uint8_t *cert,
		   struct sevadm_failure *failure)
{
	unsigned int bits;
	int ret;

	memset(cert, 0, SEV_CERT_SIZE);
	put_le32(cert, 1);
	put_le32(cert + SEV_CERT_USAGE, USAGE_OCA);
	put_le32(cert + SEV_CERT_ALGORITHM, ALGORITHM_ECDSA);
	ret = crypto_key_public(inner(key), cert + SEV_CERT_X, cert + SEV_CERT_Y, &bits);
	if (ret)
		return crypto_failed(failure, ret);
	put_le32(cert + SEV_CERT_CURVE, bits == 384 ? 2 : 1);
	put_le32(cert + SEV_CERT_SIGNATURE + SEV_CERT_SIGNATURE_SIZE, USAGE_NONE);
	ret = sign(inner(key), ALGORITHM_ECDSA, cert, 0);
	return ret ? crypto_failed(failure, ret) : 0;
}

int sevadm_oca_check(const struct sevadm_cert *oca, const struct sevadm_private_key *key,
		     struct sevadm_failure *failure)
{
	uint8_t x[CRYPTO_EC_SIZE], y[CRYPTO_EC_SIZE];
	struct sevadm_cert_link link;
	unsigned int bits;
	int ret;

	if (oca->ca || oca->usage != USAGE_OCA)
		return attest_refuse(failure, EBADMSG, "wrong usage: 0x%x is not that of an OCA",
				     oca->usage);
	sevadm_cert_check(oca, oca, &link);
	if (link.verdict != SEVADM_CERT_PASS)
		return attest_refuse(failure, EBADMSG, "the OCA's certificate is not signed by itself: "
				     "%s", link.why);
	ret = crypto_key_public(inner(key), x, y, &bits);
	if (ret)
		return crypto_failed(failure, ret);
	if (bits != oca->key_bits || memcmp(x, oca->x, sizeof(x)) || memcmp(y, oca->y, sizeof(y)))
		return attest_refuse(failure, EINVAL, "wrong key: the private key is not that of this "
				     "OCA");
	return 0;
}

static bool is_free(const struct sevadm_cert_signature *sig)
{
	return !sig->algorithm && (!sig->usage || sig->usage == USAGE_NONE);
}

/* Has it the key that a PEK has?  The place that is free, or a refusal */
static int check_csr(const struct sevadm_cert *csr, struct sevadm_failure *failure)
{
	const struct crypto_ec point = { csr->x, csr->y, csr->key_bits };
	int slot = -1;

	if (csr->ca || csr->usage != USAGE_PEK)
		return attest_refuse(failure, EBADMSG, "wrong usage: 0x%x is not that of a PEK, which "
				     "PEK_CSR gives", csr->usage);
	if (csr->version != 1)
		return attest_refuse(failure, EBADMSG, "the PEK has version %u, and only 1 is known",
				     csr->version);
	if (!csr->key_bits || (csr->algorithm & ~(uint32_t)ALGORITHM_SHA384) != ALGORITHM_ECDSA)
		return attest_refuse(failure, EBADMSG, "wrong key: algorithm 0x%x and curve 0x%x are not "
				     "those of a PEK", csr->algorithm, csr->curve);
	if (!crypto_ec_is_point(&point))
		return attest_refuse(failure, EBADMSG, "damaged: the PEK's key is no point of P-%u",
				     csr->key_bits);
	for (int i = 1; i >= 0; i--) {
		if (csr->signatures[i].usage == USAGE_OCA && !is_free(&csr->signatures[i]))
			return attest_refuse(failure, EALREADY, "the PEK is signed by an OCA already: take "
					     "it as PEK_CSR gives it");
		if (is_free(&csr->signatures[i]))
			slot = i;
	}
	if (slot < 0)
		return attest_refuse(failure, EALREADY, "both places for signatures on the PEK are "
				     "taken: take it as PEK_CSR gives it");
	return slot;
}

int sevadm_csr_sign(const struct sevadm_cert *csr, const struct sevadm_cert *oca,
		    const struct sevadm_private_key *key, uint8_t *cert,
		    struct sevadm_failure *failure)
{
	int slot = check_csr(csr, failure), ret;

	if (slot < 0)
		return slot;
	ret = sevadm_oca_check(oca, key, failure);
	if (ret)
		return ret;
	memcpy(cert, csr->data, SEV_CERT_SIZE);
	for (int i = 0; i < 2; i++)
		if (is_free(&csr->signatures[i]))
			put_le32(cert + SEV_CERT_SIGNATURE + i * SEV_CERT_SIGNATURE_SIZE, USAGE_NONE);
	ret = sign(inner(key), oca->algorithm, cert, slot);
	return ret ? crypto_failed(failure, ret) : 0;
}

int sevadm_private_key_der(const struct sevadm_private_key *key, char **der, size_t *size,
			   struct sevadm_failure *failure)
{
	int ret = crypto_key_der(inner(key), der, size);

	return ret ? crypto_failed(failure, ret) : 0;
}
