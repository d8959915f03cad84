/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A platform's chain of certificates, made and signed with keys of its own by libcrypto, and
 * laid out by this file's own hand: what reads them is under test.
 */
#ifndef LIB_CERT_FIXTURE_H
#define LIB_CERT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* In the order of a file; FIX_WHOLE: all of them */
enum { FIX_PDH, FIX_PEK, FIX_OCA, FIX_CEK, FIX_ASK, FIX_ARK, FIX_WHOLE };

#define FIX_SEV_SIZE	2084
#define FIX_CA_MAX	1600

/**
 * struct fix_shape - what the chain is to be like
 * @rsa_bits:	of AMD's keys: 2048 or 4096
 * @curve:	of the platform's: 1 or 2
 * @ecdsa:	algorithm of the platform's: 2 or 0x102
 */
struct fix_shape {
	unsigned int rsa_bits, curve, ecdsa;
};

struct fix_chain {
	uint8_t cert[FIX_WHOLE][FIX_SEV_SIZE];
	size_t size[FIX_WHOLE];
	void *key[FIX_WHOLE];
	struct fix_shape shape;
};

/* Keys and certificates; exits where libcrypto fails */
void fix_make(struct fix_chain *chain, struct fix_shape shape);
void fix_free(struct fix_chain *chain);

/* Sign all of them anew, as what they say of themselves may have been changed */
void fix_sign(struct fix_chain *chain);

/* The report of a guest by this platform, as ATTESTATION answers it */
#define FIX_REPORT_SIZE	208
void fix_report(struct fix_chain *chain, uint8_t *report);

/* All in a row, in the order of files: their size */
size_t fix_join(const struct fix_chain *chain, uint8_t *out);

#endif
