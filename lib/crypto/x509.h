/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X.509 certificates and lists of revoked ones (RFC 5280), by OpenSSL's libcrypto: what they
 * say, and whether one key signed another's certificate.  Which of it is to be believed is not
 * decided here.
 *
 * All of them are DER.  Functions return 0 or -errno: -EBADMSG when the bytes are none, or the
 * signature is wrong; -EIO when libcrypto failed.
 */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are a certificate or a list of revoked ones, and nothing besides */
struct crypto_der {
	const uint8_t *data;
	size_t size;
};

/**
 * struct crypto_x509_how - how it was signed
 * @name:	of the algorithm
 * @pss:	it is RSASSA-PSS, and what follows is meant
 * @hash, @mask_hash: as "SHA384"
 * @salt:	in bytes
 * @trailer:	1
 */
struct crypto_x509_how {
	char name[64];
	bool pss;
	char hash[24], mask_hash[24];
	long salt, trailer;
};

/**
 * struct crypto_x509_key - the public key
 * @name:	as "RSA" or "EC"
 * @curve:	as "P-384", empty for other keys
 * @bits:	of it
 * @f4:		it is RSA with the exponent 65537
 * @sha256:	of RSA's modulus, the most significant byte first
 * @x, @y:	of P-384, the most significant byte first
 */
struct crypto_x509_key {
	char name[16], curve[32];
	unsigned int bits;
	bool f4;
	uint8_t sha256[32], x[48], y[48];
};

/**
 * struct crypto_x509 - what a certificate, or a list of revoked ones, says
 * @crl:	it is the latter, which has neither subject, serial nor key
 * @subject, @issuer: their common names; empty where there is not one, or it is none
 * @self:	both names are the same, all of them
 * @serial:	in hexadecimal
 * @from, @until: validity, or the dates of the list, in seconds since 1970
 * @has_until:	there is an end of it
 * @ca:		its key may sign certificates, by what it says of itself
 * @signs_crls:	and lists of revoked ones
 * @nr_revoked:	how many there are on the list
 */
struct crypto_x509 {
	bool crl;
	char subject[64], issuer[64], serial[48];
	bool self;
	int64_t from, until;
	bool has_until, ca, signs_crls;
	struct crypto_x509_how how;
	struct crypto_x509_key key;
	size_t nr_revoked;
};

int crypto_x509_parse(struct crypto_der der, struct crypto_x509 *x);

/**
 * crypto_x509_extensions - those of a certificate
 * @each:	called for each of them, with its OID in digits and points
 */
int crypto_x509_extensions(struct crypto_der der,
			   void (*each)(void *arg, const char *oid, const uint8_t *value, size_t size),
			   void *arg);

/* Is that the name of its issuer, all of it? */
bool crypto_x509_names(struct crypto_der der, struct crypto_der issuer);

/* Did the key of this certificate sign the other, or the list? */
int crypto_x509_verify(struct crypto_der der, struct crypto_der signer);

/* Is the certificate's serial number on the list? */
bool crypto_x509_revoked(struct crypto_der crl, struct crypto_der der);

#endif
