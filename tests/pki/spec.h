/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PKI_SPEC_H
#define PKI_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sign.h"

enum spec_kind { SPEC_ARK, SPEC_ASK, SPEC_ASVK, SPEC_VCEK, SPEC_VLEK, SPEC_CRL };

/* What a certificate is to be like: README.md tells the words */
struct spec {
	enum spec_kind kind;
	char product[16], cn[64], issuer[64], key[256], signer[256];
	int64_t from, until;
	uint64_t serial;
	bool ca;
	struct sign_how how;
	uint64_t struct_version;
	char product_name[64], csp[64];
	uint64_t spl[10];	/* by the number of their OID */
	bool has_fmc;
	uint8_t hwid[64];
	size_t hwid_size;
	bool hwid_octets;
	char omit[32], repeat[32];
	long flip;
	size_t cut;
	uint64_t revoked[16];
	size_t nr_revoked;
};

/* Exits where they make no sense */
void spec_read(const char *words, struct spec *spec);

#endif
