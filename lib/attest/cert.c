// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/attest/cert.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/crypto/digest.h"

/* ------------------------------------------------------------------ names */

static const struct {
	uint32_t value;
	const char *name;
} usages[] = {
	{ USAGE_ARK, "ARK" }, { USAGE_ASK, "ASK" }, { USAGE_NONE, "NONE" }, { USAGE_OCA, "OCA" },
	{ USAGE_PEK, "PEK" }, { USAGE_PDH, "PDH" }, { USAGE_CEK, "CEK" },
}, algorithms[] = {
	{ 0, "NONE" },
	{ ALGORITHM_RSA, "RSA_SHA256" }, { ALGORITHM_RSA | ALGORITHM_SHA384, "RSA_SHA384" },
	{ ALGORITHM_ECDSA, "ECDSA_SHA256" }, { ALGORITHM_ECDSA | ALGORITHM_SHA384, "ECDSA_SHA384" },
	{ ALGORITHM_ECDH, "ECDH_SHA256" }, { ALGORITHM_ECDH | ALGORITHM_SHA384, "ECDH_SHA384" },
};

const char *sevadm_cert_usage_name(uint32_t usage)
{
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
		if (usages[i].value == usage)
			return usages[i].name;
	return NULL;
}

const char *sevadm_cert_algorithm_name(uint32_t algorithm)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].value == algorithm)
			return algorithms[i].name;
	return NULL;
}

const char *sevadm_cert_curve_name(uint32_t curve)
{
	return curve == 1 ? "P-256" : curve == 2 ? "P-384" : NULL;
}

/* ---------------------------------------------------------------- parsing */

/* Size of the CA certificate that begins at @p, 0 if none does */
static size_t ca_size(const uint8_t *p, size_t size)
{
	uint32_t bits;

	if (size < CA_CERT_HEAD)
		return 0;
	bits = le32(p + CA_CERT_MODULUS_BITS);
	if ((bits != 2048 && bits != 4096) || le32(p + CA_CERT_EXPONENT_BITS) != bits)
		return 0;
	return CA_CERT_HEAD + 3 * (bits / 8);
}

/* Either will do: what is unknown is shown, but not any file at all */
static bool looks_sev(const uint8_t *p, size_t size)
{
	uint32_t usage;

	if (size < SEV_CERT_ALGORITHM)
		return false;
	usage = le32(p + SEV_CERT_USAGE);
	return le32(p) == 1 || (usage >= USAGE_NONE && usage <= USAGE_CEK);
}

static void parse_signature(const uint8_t *p, struct sevadm_cert_signature *sig)
{
	sig->usage = le32(p);
	sig->algorithm = le32(p + 4);
	sig->bytes = p + 8;
	sig->size = SEV_CERT_SIGNATURE_SIZE - 8;
}

static void parse_sev(const uint8_t *p, struct sevadm_cert *c)
{
	c->api_major = p[4];
	c->api_minor = p[5];
	c->usage = le32(p + SEV_CERT_USAGE);
	c->algorithm = le32(p + SEV_CERT_ALGORITHM);
	c->curve = le32(p + SEV_CERT_CURVE);
	c->x = p + SEV_CERT_X;
	c->y = p + SEV_CERT_Y;
	c->key_bits = c->curve == 1 ? 256 : c->curve == 2 ? 384 : 0;
	c->signed_size = SEV_CERT_SIGNED;
	for (int i = 0; i < 2; i++)
		parse_signature(p + SEV_CERT_SIGNATURE + i * SEV_CERT_SIGNATURE_SIZE,
				&c->signatures[i]);
	c->nr_signatures = 2;
}

/* The file does not say what it was signed with: it follows from the size of AMD's keys */
static void parse_ca(const uint8_t *p, struct sevadm_cert *c)
{
	size_t len;

	c->ca = true;
	c->usage = le32(p + CA_CERT_USAGE);
	c->key_bits = le32(p + CA_CERT_MODULUS_BITS);
	len = c->key_bits / 8;
	c->algorithm = ALGORITHM_RSA | (c->key_bits == 4096 ? ALGORITHM_SHA384 : 0);
	c->key_id = p + CA_CERT_KEY_ID;
	c->certifying_id = p + CA_CERT_CERTIFYING_ID;
	c->exponent = p + CA_CERT_HEAD;
	c->modulus = c->exponent + len;
	c->signed_size = CA_CERT_HEAD + 2 * len;
	c->signatures[0] = (struct sevadm_cert_signature){
		.usage = USAGE_ARK, .algorithm = c->algorithm,
		.bytes = p + c->signed_size, .size = len,
	};
	c->nr_signatures = 1;
}

/* As who publishes a root's hash has it: the modulus, the most significant byte first */
static int hash_modulus(struct sevadm_cert *c)
{
	struct crypto_sha256 state = { { 0 } };
	int ret = 0;

	for (size_t i = c->key_bits / 8; i-- && !ret;)
		ret = crypto_sha256_update(&state, c->modulus + i, 1);
	return ret ? ret : crypto_sha256_final(&state, c->key_sha256);
}

static int hash(struct sevadm_cert *c)
{
	struct crypto_sha256 whole = { { 0 } }, key = { { 0 } };
	int ret = crypto_sha256_update(&whole, c->data, c->size);

	if (!ret)
		ret = crypto_sha256_final(&whole, c->sha256);
	if (!ret && c->ca)
		return hash_modulus(c);
	if (!ret)
		ret = crypto_sha256_update(&key, c->data + SEV_CERT_CURVE,
					   SEV_CERT_SIGNED - SEV_CERT_CURVE);
	return ret ? ret : crypto_sha256_final(&key, c->key_sha256);
}

int attest_refuse(struct sevadm_failure *failure, int err, const char *format, ...)
{
	va_list args;

	*failure = (struct sevadm_failure){ .kind = SEVADM_NO, .err = err,
					    .status = SEVADM_NO_FW_CALL };
	va_start(args, format);
	vsnprintf(failure->message, sizeof(failure->message), format, args);
	va_end(args);
	return -err;
}

/* Why what is at @offset is no certificate, or not a whole one */
static int no_cert(const uint8_t *p, size_t offset, size_t size, struct sevadm_failure *failure)
{
	size_t wanted = ca_size(p + offset, size - offset);

	if (!wanted && looks_sev(p + offset, size - offset))
		wanted = SEV_CERT_SIZE;
	if (wanted)
		return attest_refuse(failure, ENODATA, "truncated: the certificate at byte %zu has %zu of "
			      "%zu bytes", offset, size - offset, wanted);
	if (offset)
		return attest_refuse(failure, EOVERFLOW, "trailing bytes: the %zu bytes from byte %zu on are "
			      "no certificate", size - offset, offset);
	return attest_refuse(failure, EBADMSG, "no certificate of a SEV platform is there");
}

int sevadm_cert_parse(const void *data, size_t size, struct sevadm_cert *certs, size_t max,
		      size_t *nr, struct sevadm_failure *failure)
{
	const uint8_t *p = data;
	size_t offset = 0;

	*nr = 0;
	do {
		size_t left = size - offset, ca = left ? ca_size(p + offset, left) : 0;
		struct sevadm_cert *c = &certs[*nr];
		size_t len = ca ? ca : SEV_CERT_SIZE;

		if (left < len || (!ca && !looks_sev(p + offset, left)))
			return no_cert(p, offset, size, failure);
		if (*nr == max)
			return attest_refuse(failure, E2BIG, "there are more than %zu certificates", max);
		*c = (struct sevadm_cert){ .offset = offset, .data = p + offset, .size = len,
					   .version = le32(p + offset) };
		if (ca)
			parse_ca(c->data, c);
		else
			parse_sev(c->data, c);
		if (hash(c))
			return attest_refuse(failure, EIO, "libcrypto cannot calculate SHA-256");
		(*nr)++;
		offset += len;
	} while (offset < size);
	return 0;
}
