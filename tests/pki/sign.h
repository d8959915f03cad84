/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and signatures, by libcrypto */
#ifndef PKI_SIGN_H
#define PKI_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "der.h"

/**
 * struct sign_how - a signature by an RSA key; one by another is ECDSA
 * @hash:	"SHA384" or "SHA256"
 * @padding:	"pss" or "pkcs1"
 * @salt:	of PSS, in bytes
 */
struct sign_how {
	char hash[16], padding[16];
	int salt;
};

/* By a name of keys/ or a path; private or public.  Exits where there is none */
void *sign_key(const char *name);
void sign_key_free(void *key);

/* SubjectPublicKeyInfo */
void sign_public_key(struct der *d, void *key);
/* The key's id: a hash of it */
void sign_key_id(void *key, uint8_t id[20]);
/* AlgorithmIdentifier, with the trailer field of PSS although it is the default, as AMD has it */
void sign_algorithm(struct der *d, void *signer, const struct sign_how *how);
/* BIT STRING with the signature over @bytes */
void sign_bytes(struct der *d, void *signer, const struct sign_how *how, const void *bytes,
		size_t size);

/* ECDSA with SHA-384 as the firmware has it: r and s, 72 bytes each, the least significant first */
void sign_report(void *signer, const void *bytes, size_t size, uint8_t out[144]);

#endif
