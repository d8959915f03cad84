// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/crypto/x509.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Either of them, or none */
struct object {
	X509 *cert;
	X509_CRL *crl;
};

/*
 * Certificates that were taken apart lately.  Of a chain each is asked several things, and
 * libcrypto makes its key ready each time it parses one: more work than all signatures of the
 * chain together.  Found again by its bytes, so that nobody has to tell when they are gone.
 */
#define KEPT	8

static struct {
	pthread_mutex_t lock;
	uint64_t now;
	struct kept {
		X509 *cert;
		uint8_t *der;
		size_t size;
		uint64_t used;
	} of[KEPT];
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static X509 *find_kept(struct crypto_der der)
{
	X509 *cert = NULL;

	pthread_mutex_lock(&kept.lock);
	for (size_t i = 0; i < KEPT && !cert; i++) {
		struct kept *k = &kept.of[i];

		if (!k->cert || k->size != der.size || memcmp(k->der, der.data, der.size))
			continue;
		k->used = ++kept.now;
		cert = k->cert;
		X509_up_ref(cert);
	}
	pthread_mutex_unlock(&kept.lock);
	return cert;
}

/* In place of the one that nobody asked for the longest */
static void keep(struct crypto_der der, X509 *cert)
{
	struct kept new = { .cert = cert, .der = malloc(der.size), .size = der.size }, old;
	struct kept *oldest = &kept.of[0];

	if (!new.der)
		return;
	memcpy(new.der, der.data, der.size);
	X509_up_ref(cert);
	pthread_mutex_lock(&kept.lock);
	for (size_t i = 1; i < KEPT; i++)
		if (kept.of[i].used < oldest->used)
			oldest = &kept.of[i];
	new.used = ++kept.now;
	old = *oldest;
	*oldest = new;
	pthread_mutex_unlock(&kept.lock);
	X509_free(old.cert);
	free(old.der);
}

static int open_object(struct crypto_der der, struct object *o)
{
	const unsigned char *at = der.data;

	*o = (struct object){ .cert = find_kept(der) };
	if (o->cert)
		return 0;
	if (der.size > INT_MAX)
		return -EBADMSG;
	o->cert = d2i_X509(NULL, &at, (long)der.size);
	if (!o->cert) {
		at = der.data;
		o->crl = d2i_X509_CRL(NULL, &at, (long)der.size);
	}
	if ((!o->cert && !o->crl) || at != der.data + der.size)
		return -EBADMSG;
	if (o->cert)
		keep(der, o->cert);
	return 0;
}

/* Nobody reads libcrypto's queue of errors */
static void close_object(struct object *o)
{
	X509_free(o->cert);
	X509_CRL_free(o->crl);
	ERR_clear_error();
}

/* ------------------------------------------------------------------ fields */

/* The one common name, if there is no NUL in it */
static void take_name(const X509_NAME *name, char *out, size_t size)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1), len;
	unsigned char *text = NULL;

	*out = '\0';
	if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
		return;
	len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (len > 0 && strlen((char *)text) == (size_t)len && (size_t)len < size)
		memcpy(out, text, (size_t)len + 1);
	if (len >= 0)
		OPENSSL_free(text);
}

static int take_time(const ASN1_TIME *when, int64_t *seconds)
{
	struct tm tm = { 0 };

	if (!ASN1_TIME_to_tm(when, &tm))
		return -EBADMSG;
	*seconds = timegm(&tm);
	return 0;
}

static void take_serial(const ASN1_INTEGER *serial, char *out, size_t size)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = bn ? BN_bn2hex(bn) : NULL;

	snprintf(out, size, "%s", hex ? hex : "");
	OPENSSL_free(hex);
	BN_free(bn);
}

static void hash_name(const X509_ALGOR *algorithm, char *out, size_t size)
{
	const ASN1_OBJECT *oid;

	/* what is left out is SHA-1 */
	if (!algorithm) {
		snprintf(out, size, "SHA1");
		return;
	}
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	snprintf(out, size, "%s", OBJ_nid2sn(OBJ_obj2nid(oid)));
}

static void take_mask(const X509_ALGOR *mask, char *out, size_t size)
{
	const ASN1_OBJECT *oid;
	const void *value;
	X509_ALGOR *hash;
	int type;

	if (!mask) {
		snprintf(out, size, "SHA1");
		return;
	}
	X509_ALGOR_get0(&oid, &type, &value, mask);
	hash = OBJ_obj2nid(oid) == NID_mgf1 && type == V_ASN1_SEQUENCE ?
	       ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR)) : NULL;
	if (hash)
		hash_name(hash, out, size);
	else
		snprintf(out, size, "another");
	X509_ALGOR_free(hash);
}

static void take_how(const X509_ALGOR *algorithm, struct crypto_x509_how *how)
{
	const ASN1_OBJECT *oid;
	RSA_PSS_PARAMS *pss;
	const void *value;
	int type;

	X509_ALGOR_get0(&oid, &type, &value, algorithm);
	OBJ_obj2txt(how->name, sizeof(how->name), oid, 0);
	if (OBJ_obj2nid(oid) != NID_rsassaPss || type != V_ASN1_SEQUENCE)
		return;
	pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	if (!pss)
		return;
	how->pss = true;
	hash_name(pss->hashAlgorithm, how->hash, sizeof(how->hash));
	take_mask(pss->maskGenAlgorithm, how->mask_hash, sizeof(how->mask_hash));
	how->salt = pss->saltLength ? ASN1_INTEGER_get(pss->saltLength) : 20;
	how->trailer = pss->trailerField ? ASN1_INTEGER_get(pss->trailerField) : 1;
	RSA_PSS_PARAMS_free(pss);
}

/* -------------------------------------------------------------------- keys */

static void take_rsa(EVP_PKEY *pkey, struct crypto_x509_key *key)
{
	BIGNUM *n = NULL, *e = NULL;
	uint8_t bytes[2048];

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_num_bytes(n) <= (int)sizeof(bytes)) {
		key->f4 = BN_is_word(e, RSA_F4);
		EVP_Q_digest(NULL, "SHA256", NULL, bytes, (size_t)BN_bn2bin(n, bytes), key->sha256,
			     NULL);
	}
	BN_free(n);
	BN_free(e);
}

static void take_ec(EVP_PKEY *pkey, struct crypto_x509_key *key)
{
	BIGNUM *x = NULL, *y = NULL;
	char group[32];
	const char *nist;
	size_t len;

	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) != 1)
		return;
	nist = EC_curve_nid2nist(OBJ_sn2nid(group));
	snprintf(key->curve, sizeof(key->curve), "%s", nist ? nist : group);
	if (!strcmp(key->curve, "P-384") &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1) {
		BN_bn2binpad(x, key->x, sizeof(key->x));
		BN_bn2binpad(y, key->y, sizeof(key->y));
	}
	BN_free(x);
	BN_free(y);
}

/* A key that libcrypto does not know has no name */
static void take_key(const X509 *cert, struct crypto_x509_key *key)
{
	EVP_PKEY *pkey = X509_get0_pubkey(cert);
	const char *name = pkey ? EVP_PKEY_get0_type_name(pkey) : NULL;

	if (!name)
		return;
	snprintf(key->name, sizeof(key->name), "%s", name);
	key->bits = (unsigned int)EVP_PKEY_get_bits(pkey);
	if (!strcmp(name, "RSA"))
		take_rsa(pkey, key);
	else if (!strcmp(name, "EC"))
		take_ec(pkey, key);
}

static void take_powers(const X509 *cert, struct crypto_x509 *x)
{
	BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(cert, NID_basic_constraints, NULL, NULL);
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(cert, NID_key_usage, NULL, NULL);

	x->ca = basic && basic->ca && usage && ASN1_BIT_STRING_get_bit(usage, 5);
	x->signs_crls = usage && ASN1_BIT_STRING_get_bit(usage, 6);
	BASIC_CONSTRAINTS_free(basic);
	ASN1_BIT_STRING_free(usage);
}

/* ------------------------------------------------------------------- whole */

static int parse_cert(X509 *cert, struct crypto_x509 *x)
{
	const X509_NAME *subject = X509_get_subject_name(cert), *issuer = X509_get_issuer_name(cert);

	take_name(subject, x->subject, sizeof(x->subject));
	take_name(issuer, x->issuer, sizeof(x->issuer));
	x->self = !X509_NAME_cmp(subject, issuer);
	take_serial(X509_get0_serialNumber(cert), x->serial, sizeof(x->serial));
	take_how(X509_get0_tbs_sigalg(cert), &x->how);
	take_key(cert, &x->key);
	take_powers(cert, x);
	x->has_until = true;
	return take_time(X509_get0_notBefore(cert), &x->from) ||
	       take_time(X509_get0_notAfter(cert), &x->until) ? -EBADMSG : 0;
}

static int parse_crl(X509_CRL *crl, struct crypto_x509 *x)
{
	STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(crl);
	const ASN1_TIME *until = X509_CRL_get0_nextUpdate(crl);
	const X509_ALGOR *algorithm;

	x->crl = true;
	take_name(X509_CRL_get_issuer(crl), x->issuer, sizeof(x->issuer));
	X509_CRL_get0_signature(crl, NULL, &algorithm);
	take_how(algorithm, &x->how);
	x->nr_revoked = sk_X509_REVOKED_num(revoked) > 0 ? (size_t)sk_X509_REVOKED_num(revoked) : 0;
	x->has_until = until;
	return take_time(X509_CRL_get0_lastUpdate(crl), &x->from) ||
	       (until && take_time(until, &x->until)) ? -EBADMSG : 0;
}

int crypto_x509_parse(struct crypto_der der, struct crypto_x509 *x)
{
	struct object o;
	int ret = open_object(der, &o);

	*x = (struct crypto_x509){ .crl = false };
	if (!ret)
		ret = o.cert ? parse_cert(o.cert, x) : parse_crl(o.crl, x);
	close_object(&o);
	return ret;
}

int crypto_x509_extensions(struct crypto_der der,
			   void (*each)(void *arg, const char *oid, const uint8_t *value, size_t size),
			   void *arg)
{
	struct object o;
	int ret = open_object(der, &o);

	for (int i = 0; !ret && o.cert && i < X509_get_ext_count(o.cert); i++) {
		X509_EXTENSION *extension = X509_get_ext(o.cert, i);
		const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
		char oid[128];

		/* one that is longer is none of those that anybody asks for */
		if (OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(extension), 1) > 0)
			each(arg, oid, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	}
	close_object(&o);
	return ret;
}

bool crypto_x509_names(struct crypto_der der, struct crypto_der issuer)
{
	struct object a, b;
	bool same = false;
	int ret = open_object(der, &a) | open_object(issuer, &b);

	if (!ret && b.cert)
		same = !X509_NAME_cmp(a.cert ? X509_get_issuer_name(a.cert) : X509_CRL_get_issuer(a.crl),
				      X509_get_subject_name(b.cert));
	close_object(&a);
	close_object(&b);
	return same;
}

int crypto_x509_verify(struct crypto_der der, struct crypto_der signer)
{
	struct object a, b;
	EVP_PKEY *key;
	int ret = open_object(der, &a) | open_object(signer, &b) ? -EBADMSG : 0;

	key = b.cert ? X509_get0_pubkey(b.cert) : NULL;
	if (!ret)
		ret = key && (a.cert ? X509_verify(a.cert, key) : X509_CRL_verify(a.crl, key)) == 1 ?
		      0 : -EBADMSG;
	close_object(&a);
	close_object(&b);
	return ret;
}

bool crypto_x509_revoked(struct crypto_der crl, struct crypto_der der)
{
	X509_REVOKED *found = NULL;
	struct object a, b;
	int ret = open_object(crl, &a) | open_object(der, &b);

	if (!ret && a.crl && b.cert)
		X509_CRL_get0_by_cert(a.crl, &found, b.cert);
	close_object(&a);
	close_object(&b);
	return found;
}
