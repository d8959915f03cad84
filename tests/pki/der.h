/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DER (X.690), written by hand: what reads it is under test, so libcrypto's encoder is not
 * asked, and what no encoder would write can be written, too.
 */
#ifndef PKI_DER_H
#define PKI_DER_H

#include <stddef.h>
#include <stdint.h>

#define DER_MAX	16384

enum {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OCTETS = 0x04, DER_NULL = 0x05,
	DER_OID = 0x06, DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13, DER_IA5 = 0x16, DER_UTC = 0x17,
	DER_TIME = 0x18, DER_SEQUENCE = 0x30, DER_SET = 0x31,
	DER_CONTEXT = 0x80, DER_CONSTRUCTED = 0xa0,	/* with the number */
};

struct der {
	uint8_t bytes[DER_MAX];
	size_t size;
};

/* What follows is within it, until der_end() with what der_begin() returned */
size_t der_begin(struct der *d, int tag);
void der_end(struct der *d, size_t at);

void der_add(struct der *d, const void *bytes, size_t size);
void der_value(struct der *d, int tag, const void *bytes, size_t size);
void der_text(struct der *d, int tag, const char *text);
void der_number(struct der *d, uint64_t value);
/* "1.2.840" */
void der_oid(struct der *d, const char *dotted);
/* Seconds since 1970 as certificates have them: UTCTime to 2049, else GeneralizedTime */
void der_time(struct der *d, int64_t when);

#endif
