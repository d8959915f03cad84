// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec.h"
#include "sign.h"

#define AMD_OID "1.3.6.1.4.1.3704.1."

/* ------------------------------------------------------------------- names */

static void add_name_part(struct der *d, const char *oid, int tag, const char *text)
{
	size_t set = der_begin(d, DER_SET), sequence = der_begin(d, DER_SEQUENCE);

	der_oid(d, oid);
	der_text(d, tag, text);
	der_end(d, sequence);
	der_end(d, set);
}

/* AMD's order */
static void add_name(struct der *d, const char *cn)
{
	size_t at = der_begin(d, DER_SEQUENCE);

	add_name_part(d, "2.5.4.11", DER_UTF8, "Engineering");
	add_name_part(d, "2.5.4.6", DER_PRINTABLE, "US");
	add_name_part(d, "2.5.4.7", DER_UTF8, "Santa Clara");
	add_name_part(d, "2.5.4.8", DER_UTF8, "CA");
	add_name_part(d, "2.5.4.10", DER_UTF8, "Advanced Micro Devices");
	add_name_part(d, "2.5.4.3", DER_UTF8, cn);
	der_end(d, at);
}

/* -------------------------------------------------------------- extensions */

/* What @value holds becomes that of an extension, as many times as it is wanted */
static void add_extension(struct der *d, const struct spec *s, const char *oid, bool critical,
			  const struct der *value)
{
	const char *suffix = !strncmp(oid, AMD_OID, strlen(AMD_OID)) ? oid + strlen(AMD_OID) : oid;
	int times = !strcmp(s->omit, suffix) ? 0 : !strcmp(s->repeat, suffix) ? 2 : 1;

	while (times--) {
		size_t at = der_begin(d, DER_SEQUENCE);

		der_oid(d, oid);
		if (critical)
			der_value(d, DER_BOOLEAN, "\xff", 1);
		der_value(d, DER_OCTETS, value->bytes, value->size);
		der_end(d, at);
	}
}

static void add_number(struct der *d, const struct spec *s, const char *oid, uint64_t number)
{
	struct der value = { .size = 0 };

	der_number(&value, number);
	add_extension(d, s, oid, false, &value);
}

static void add_text(struct der *d, const struct spec *s, const char *oid, const char *text)
{
	struct der value = { .size = 0 };

	der_text(&value, DER_IA5, text);
	add_extension(d, s, oid, false, &value);
}

static void add_hwid(struct der *d, const struct spec *s)
{
	struct der value = { .size = 0 };

	if (s->hwid_octets)
		der_value(&value, DER_OCTETS, s->hwid, s->hwid_size);
	else
		der_add(&value, s->hwid, s->hwid_size);
	add_extension(d, s, AMD_OID "4", false, &value);
}

/* In the order that AMD has */
static void add_vek_extensions(struct der *d, const struct spec *s)
{
	static const int order[] = { 1, 2, 4, 5, 6, 7, 3, 8, 9 };
	char oid[64];

	add_number(d, s, AMD_OID "1", s->struct_version);
	add_text(d, s, AMD_OID "2", s->product_name);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		snprintf(oid, sizeof(oid), AMD_OID "3.%d", order[i]);
		if (order[i] != 9 || s->has_fmc)
			add_number(d, s, oid, s->spl[order[i]]);
	}
	if (s->hwid_size)
		add_hwid(d, s);
	if (s->csp[0])
		add_text(d, s, AMD_OID "5", s->csp);
}

static void add_key_id(struct der *d, const struct spec *s, const char *oid, int tag, void *key)
{
	struct der value = { .size = 0 };
	uint8_t id[20];
	size_t at = 0;

	sign_key_id(key, id);
	if (tag != DER_OCTETS)
		at = der_begin(&value, DER_SEQUENCE);
	der_value(&value, tag, id, sizeof(id));
	if (at)
		der_end(&value, at);
	add_extension(d, s, oid, false, &value);
}

static void add_constraints(struct der *d, const struct spec *s, bool root)
{
	struct der value = { .size = 0 };
	size_t at = der_begin(&value, DER_SEQUENCE);

	if (s->ca)
		der_value(&value, DER_BOOLEAN, "\xff", 1);
	if (s->ca && !root)
		der_number(&value, 0);
	der_end(&value, at);
	add_extension(d, s, "2.5.29.19", true, &value);
	value.size = 0;
	/* keyCertSign, and cRLSign for the root; as many unused bits as AMD says */
	der_value(&value, DER_BITS, root ? "\x01\x06" : "\x01\x04", 2);
	add_extension(d, s, "2.5.29.15", true, &value);
}

static void add_crl_address(struct der *d, const struct spec *s)
{
	struct der value = { .size = 0 };
	size_t list = der_begin(&value, DER_SEQUENCE), point = der_begin(&value, DER_SEQUENCE);
	size_t name = der_begin(&value, DER_CONSTRUCTED), full = der_begin(&value, DER_CONSTRUCTED);
	char text[128];

	snprintf(text, sizeof(text), "https://kdsintf.amd.com/%s/v1/%s/crl",
		 s->kind == SPEC_ASVK ? "vlek" : "vcek", s->product);
	der_text(&value, DER_CONTEXT | 6, text);
	der_end(&value, full);
	der_end(&value, name);
	der_end(&value, point);
	der_end(&value, list);
	add_extension(d, s, "2.5.29.31", false, &value);
}

static void add_extensions(struct der *d, const struct spec *s, void *key, void *signer)
{
	size_t outer = der_begin(d, DER_CONSTRUCTED | 3), at = der_begin(d, DER_SEQUENCE);
	bool root = s->kind == SPEC_ARK;

	if (s->kind == SPEC_VCEK || s->kind == SPEC_VLEK) {
		add_vek_extensions(d, s);
	} else {
		add_key_id(d, s, "2.5.29.14", DER_OCTETS, key);
		if (!root)
			add_key_id(d, s, "2.5.29.35", DER_CONTEXT, signer);
		add_constraints(d, s, root);
		add_crl_address(d, s);
	}
	der_end(d, at);
	der_end(d, outer);
}

/* ------------------------------------------------------------ what is signed */

static void certificate(struct der *d, const struct spec *s, void *signer)
{
	size_t at = der_begin(d, DER_SEQUENCE), inner = der_begin(d, DER_CONSTRUCTED);
	void *key = sign_key(s->key);

	der_number(d, 2);
	der_end(d, inner);
	der_number(d, s->serial);
	sign_algorithm(d, signer, &s->how);
	add_name(d, s->issuer);
	inner = der_begin(d, DER_SEQUENCE);
	der_time(d, s->from);
	der_time(d, s->until);
	der_end(d, inner);
	add_name(d, s->cn);
	sign_public_key(d, key);
	add_extensions(d, s, key, signer);
	der_end(d, at);
	sign_key_free(key);
}

static void add_revoked(struct der *d, const struct spec *s)
{
	size_t list;

	if (!s->nr_revoked)
		return;
	list = der_begin(d, DER_SEQUENCE);
	for (size_t i = 0; i < s->nr_revoked; i++) {
		size_t at = der_begin(d, DER_SEQUENCE);

		der_number(d, s->revoked[i]);
		der_time(d, s->from);
		der_end(d, at);
	}
	der_end(d, list);
}

static void revocations(struct der *d, const struct spec *s, void *signer)
{
	size_t at = der_begin(d, DER_SEQUENCE), outer, inner;

	der_number(d, 1);
	sign_algorithm(d, signer, &s->how);
	add_name(d, s->issuer);
	der_time(d, s->from);
	if (s->until)
		der_time(d, s->until);
	add_revoked(d, s);
	outer = der_begin(d, DER_CONSTRUCTED);
	inner = der_begin(d, DER_SEQUENCE);
	add_key_id(d, s, "2.5.29.35", DER_CONTEXT, signer);
	add_number(d, s, "2.5.29.20", s->serial);
	der_end(d, inner);
	der_end(d, outer);
	der_end(d, at);
}

void pki_make(const char *what, struct der *der)
{
	struct spec s;
	void *signer;
	size_t at;
	struct der body = { .size = 0 };

	spec_read(what, &s);
	signer = sign_key(s.signer);
	if (s.kind == SPEC_CRL)
		revocations(&body, &s, signer);
	else
		certificate(&body, &s, signer);
	der->size = 0;
	at = der_begin(der, DER_SEQUENCE);
	der_add(der, body.bytes, body.size);
	sign_algorithm(der, signer, &s.how);
	sign_bytes(der, signer, &s.how, body.bytes, body.size);
	der_end(der, at);
	sign_key_free(signer);
	if (s.flip && (size_t)labs(s.flip) < der->size)
		der->bytes[s.flip < 0 ? der->size - (size_t)-s.flip : (size_t)s.flip] ^= 1;
	if (s.cut && s.cut < der->size)
		der->size -= s.cut;
}
