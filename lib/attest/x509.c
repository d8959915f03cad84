// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of certificates: PEM and DER taken apart, and what each is for */
#include "lib/attest/x509.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/digest.h"

#define CERTS_MAX	64
#define TAG_SEQUENCE	0x30

static const char *const kinds[SEVADM_X509_KINDS] = {
	"other", "ARK", "ASK", "ASVK", "VCEK", "VLEK", "CRL",
};

const char *sevadm_x509_kind_name(enum sevadm_x509_kind kind)
{
	return (unsigned int)kind < SEVADM_X509_KINDS ? kinds[kind] : kinds[0];
}

void sevadm_x509_free(struct sevadm_x509 *certs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(certs[i].der);
	free(certs);
}

__attribute__((format(printf, 3, 4)))
static int refuse(struct sevadm_failure *failure, int err, const char *format, ...)
{
	va_list args;

	*failure = (struct sevadm_failure){ .kind = err == ENOMEM ? SEVADM_FAILED : SEVADM_NO,
					    .err = err, .status = SEVADM_NO_FW_CALL };
	va_start(args, format);
	vsnprintf(failure->message, sizeof(failure->message), format, args);
	va_end(args);
	return -err;
}

/* ------------------------------------------------------------- one certificate */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/*
 * Names alone decide where nothing else does: one that was misnamed is to be called that,
 * and not something else
 */
static enum sevadm_x509_kind kind_of(const struct sevadm_x509 *c, bool crl)
{
	const char *name = c->subject;

	if (crl)
		return SEVADM_X509_CRL;
	if (!strcmp(name, "SEV-VCEK"))
		return SEVADM_X509_VCEK;
	if (!strcmp(name, "SEV-VLEK"))
		return SEVADM_X509_VLEK;
	if (x509_has_extensions(c))
		return begins(c->issuer, "SEV-VLEK") ? SEVADM_X509_VLEK : SEVADM_X509_VCEK;
	if (begins(name, "SEV-VLEK-"))
		return SEVADM_X509_ASVK;
	if (begins(name, "SEV-"))
		return SEVADM_X509_ASK;
	if (begins(name, "ARK-"))
		return SEVADM_X509_ARK;
	return c->ca && begins(c->issuer, "ARK-") ? SEVADM_X509_ASK : SEVADM_X509_OTHER;
}

/* As in "ARK-Milan", "SEV-Milan", "SEV-VLEK-Milan" */
static void take_product(struct sevadm_x509 *c)
{
	bool vek = c->kind == SEVADM_X509_VCEK || c->kind == SEVADM_X509_VLEK;
	const char *name = c->kind == SEVADM_X509_CRL || vek ? c->issuer : c->subject;
	const char *dash = strrchr(name, '-');

	if (c->kind == SEVADM_X509_OTHER || !dash)
		return;
	snprintf(c->product, sizeof(c->product), "%.*s", (int)sizeof(c->product) - 1, dash + 1);
	for (int g = SEVADM_GENERATION_MILAN; g <= SEVADM_GENERATION_TURIN; g++)
		if (!strcmp(c->product, sevadm_generation_name((enum sevadm_generation)g)))
			c->generation = (enum sevadm_generation)g;
}

static void take_signature(const struct crypto_x509_how *how, struct sevadm_x509 *c)
{
	if (how->pss)
		snprintf(c->signature, sizeof(c->signature), "RSASSA-PSS, %s, MGF1 with %s, salt of "
			 "%ld bytes", how->hash, how->mask_hash, how->salt);
	else
		snprintf(c->signature, sizeof(c->signature), "%s", how->name);
	c->signed_well = how->pss && !strcmp(how->hash, "SHA384") &&
			 !strcmp(how->mask_hash, "SHA384") && how->salt == 48 && how->trailer == 1;
}

static void take_fields(const struct crypto_x509 *x, struct sevadm_x509 *c)
{
	memcpy(c->subject, x->subject, sizeof(c->subject));
	memcpy(c->issuer, x->issuer, sizeof(c->issuer));
	memcpy(c->serial, x->serial, sizeof(c->serial));
	memcpy(c->key, x->key.name, sizeof(c->key));
	memcpy(c->curve, x->key.curve, sizeof(c->curve));
	memcpy(c->key_sha256, x->key.sha256, sizeof(c->key_sha256));
	memcpy(c->x, x->key.x, sizeof(c->x));
	memcpy(c->y, x->key.y, sizeof(c->y));
	c->self = x->self;
	c->from = x->from;
	c->until = x->until;
	c->has_until = x->has_until;
	c->nr_revoked = x->nr_revoked;
	c->key_bits = x->key.bits;
	c->f4 = x->key.f4;
	c->ca = x->ca;
	c->signs_crls = x->signs_crls;
}

/* @der is ours from here on, also where it fails */
static int take(uint8_t *der, size_t size, struct sevadm_x509 *c)
{
	struct crypto_sha256 state = { { 0 } };
	struct crypto_x509 x;
	int ret;

	*c = (struct sevadm_x509){ .der = der, .size = size };
	ret = crypto_x509_parse(x509_der(c), &x);
	if (!ret)
		ret = crypto_sha256_update(&state, der, size);
	if (!ret)
		ret = crypto_sha256_final(&state, c->sha256);
	if (ret) {
		free(der);
		c->der = NULL;
		return ret;
	}
	take_fields(&x, c);
	take_signature(&x.how, c);
	c->kind = kind_of(c, x.crl);
	take_product(c);
	if (c->kind == SEVADM_X509_VCEK || c->kind == SEVADM_X509_VLEK)
		x509_take_extensions(c);
	return 0;
}

int sevadm_x509_encode(const struct sevadm_x509 *c, bool pem, uint8_t **text, size_t *nr_text)
{
	const char *label = c->kind == SEVADM_X509_CRL ? "X509 CRL" : "CERTIFICATE";
	uint8_t *digits;
	size_t nr, room;
	char *out;
	int ret, n;

	if (!pem)
		return sevadm_bytes_encode(c->der, c->size, "binary", text, nr_text);
	ret = sevadm_bytes_encode(c->der, c->size, "base64", &digits, &nr);
	if (ret)
		return ret;
	while (nr && digits[nr - 1] == '\n')
		nr--;
	room = nr + nr / 64 + 128;
	out = malloc(room);
	if (out) {
		n = snprintf(out, room, "-----BEGIN %s-----\n", label);
		for (size_t i = 0; i < nr; i += 64)
			n += snprintf(out + n, room - (size_t)n, "%.*s\n",
				      (int)(nr - i < 64 ? nr - i : 64), (char *)digits + i);
		n += snprintf(out + n, room - (size_t)n, "-----END %s-----\n", label);
		*text = (uint8_t *)out;
		*nr_text = (size_t)n;
	}
	free(digits);
	return out ? 0 : -ENOMEM;
}

/* -------------------------------------------------------------------- files */

struct reader {
	struct sevadm_x509 *certs;
	size_t nr;
	struct sevadm_failure *failure;
};

static int add(struct reader *r, const uint8_t *der, size_t size, bool pem, size_t offset)
{
	struct sevadm_x509 *larger;
	uint8_t *copy;
	int ret;

	if (r->nr == CERTS_MAX)
		return refuse(r->failure, E2BIG, "there are more than %d certificates", CERTS_MAX);
	larger = realloc(r->certs, (r->nr + 1) * sizeof(*larger));
	if (larger)
		r->certs = larger;
	copy = malloc(size + 1);
	if (!larger || !copy) {
		free(copy);
		return refuse(r->failure, ENOMEM, "no memory");
	}
	memcpy(copy, der, size);
	ret = take(copy, size, &r->certs[r->nr]);
	if (ret)
		return refuse(r->failure, EBADMSG, "what is at byte %zu is neither an X.509 "
			      "certificate nor a list of revoked ones", offset);
	r->certs[r->nr++].pem = pem;
	return 0;
}

/* Size of the SEQUENCE at @p with its head, 0: none; more than @size: it is cut off */
static size_t sequence_size(const uint8_t *p, size_t size)
{
	size_t bytes, value = 0;

	if (size < 2 || p[0] != TAG_SEQUENCE || p[1] < 0x81 || p[1] > 0x83)
		return 0;
	bytes = p[1] & 0x7f;
	if (size < 2 + bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | p[2 + i];
	return 2 + bytes + value;
}

static int read_der(struct reader *r, const uint8_t *p, size_t size)
{
	size_t at = 0;
	int ret = 0;

	while (!ret && at < size) {
		size_t len = sequence_size(p + at, size - at);

		if (!len && !at)
			return refuse(r->failure, ENODATA, "there is neither an X.509 certificate nor a "
				      "list of revoked ones");
		if (!len)
			return refuse(r->failure, EOVERFLOW, "trailing bytes: the %zu bytes from byte %zu "
				      "on are no certificate", size - at, at);
		if (len > size - at)
			return refuse(r->failure, EBADMSG, "truncated: what is at byte %zu has %zu of "
				      "%zu bytes", at, size - at, len);
		ret = add(r, p + at, len, false, at);
		at += len;
	}
	return ret;
}

static int read_pem(struct reader *r, const char *text, const char *begin, const char *label)
{
	const char *from = strchr(begin, '\n');
	bool known = begins(label, "CERTIFICATE-----") || begins(label, "X509 CRL-----");
	const char *end = from ? strstr(from, "-----END ") : NULL;
	const char *encoding;
	uint8_t *der;
	size_t size;
	int ret;

	if (!known)
		return 0;
	if (!end)
		return refuse(r->failure, EBADMSG, "truncated: the PEM at byte %zu has no end",
			      (size_t)(begin - text));
	if (sevadm_bytes_decode(from, (size_t)(end - from), &der, &size, &encoding))
		return refuse(r->failure, ENOMEM, "no memory");
	if (strcmp(encoding, "base64"))
		ret = refuse(r->failure, EBADMSG, "the PEM at byte %zu is no base64",
			     (size_t)(begin - text));
	else
		ret = add(r, der, size, true, (size_t)(begin - text));
	free(der);
	return ret;
}

/* Each block, whatever is between them; other kinds of PEM, as keys, are left alone */
static int read_pems(struct reader *r, const char *text)
{
	static const char mark[] = "-----BEGIN ";
	int ret = 0;

	for (const char *at = text; !ret && (at = strstr(at, mark)); at += strlen(mark))
		ret = read_pem(r, text, at, at + strlen(mark));
	if (!ret && !r->nr)
		return refuse(r->failure, ENODATA, "there is neither an X.509 certificate nor a list "
			      "of revoked ones in the PEM");
	return ret;
}

int sevadm_x509_read(const void *data, size_t size, struct sevadm_x509 **certs, size_t *nr,
		     struct sevadm_failure *failure)
{
	struct reader r = { .failure = failure };
	char *text = malloc(size + 1);
	const char *encoding;
	uint8_t *bytes = NULL;
	size_t nr_bytes;
	int ret;

	if (text) {
		if (size)
			memcpy(text, data, size);
		text[size] = '\0';
	}
	if (!text || sevadm_bytes_decode(data, size, &bytes, &nr_bytes, &encoding))
		ret = refuse(failure, ENOMEM, "no memory");
	else if (!memchr(text, 0, size) && strstr(text, "-----BEGIN "))
		ret = read_pems(&r, text);
	else if (!nr_bytes)
		ret = refuse(failure, ENODATA, "there is nothing in it");
	else
		ret = read_der(&r, bytes, nr_bytes);
	free(text);
	free(bytes);
	*certs = r.certs;
	*nr = r.nr;
	return ret;
}
