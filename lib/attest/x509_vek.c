// SPDX-License-Identifier: GPL-2.0-or-later
/* What VCEK and VLEK say of the chip, the provider and the TCB, in extensions of AMD's */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/x509.h"

#define AMD_OID		"1.3.6.1.4.1.3704.1."
#define TAG_INTEGER	0x02
#define TAG_OCTETS	0x04
#define TAG_UTF8	0x0c
#define TAG_IA5		0x16

enum { SPL_BOOTLOADER = 1, SPL_TEE, SPL_SNP, SPL_4, SPL_MICROCODE = 8, SPL_FMC };

/* The members of the result in the order of @names; patch levels from SPLS on */
enum { STRUCT_VERSION, PRODUCT_NAME, HWID, CSP, SPLS, NR_FIELDS = SPLS + SEVADM_SPLS };

struct walk {
	struct sevadm_x509 *c;
	unsigned int seen[NR_FIELDS];
};

__attribute__((format(printf, 2, 3)))
static void complain(struct sevadm_x509 *c, const char *format, ...)
{
	va_list args;

	/* the first counts */
	if (c->fault[0])
		return;
	va_start(args, format);
	vsnprintf(c->fault, sizeof(c->fault), format, args);
	va_end(args);
}

static const char *field_name(int field)
{
	static const char *const names[NR_FIELDS] = {
		"structVersion", "productName", "hwID", "cspID", NULL, "blSPL", "teeSPL", "snpSPL",
		"spl4", "spl5", "spl6", "spl7", "ucodeSPL", "fmcSPL",
	};

	return names[field];
}

/* Of AMD's OIDs, by what follows their common beginning; -1: none that is known */
static int field_of(const char *oid)
{
	static const char *const suffixes[NR_FIELDS] = {
		"1", "2", "4", "5", NULL, "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9",
	};

	if (strncmp(oid, AMD_OID, strlen(AMD_OID)))
		return -1;
	for (int i = 0; i < NR_FIELDS; i++)
		if (suffixes[i] && !strcmp(oid + strlen(AMD_OID), suffixes[i]))
			return i;
	return -1;
}

/* ------------------------------------------------------------------ values */

/* An INTEGER of up to two bytes that is not negative and fits: 0x80 to 0xff have a zero first */
static bool take_number(const uint8_t *p, size_t size, uint8_t *value)
{
	if (size < 3 || p[0] != TAG_INTEGER || p[1] != size - 2)
		return false;
	if (size == 3 && p[2] < 0x80) {
		*value = p[2];
		return true;
	}
	if (size == 4 && !p[2] && p[3] >= 0x80) {
		*value = p[3];
		return true;
	}
	return false;
}

/* A short string, of one byte a character */
static bool take_string(const uint8_t *p, size_t size, char *text, size_t room)
{
	if (size < 3 || (p[0] != TAG_IA5 && p[0] != TAG_UTF8) || p[1] != size - 2 || p[1] >= 0x80 ||
	    size - 2 >= room || memchr(p + 2, 0, size - 2))
		return false;
	memcpy(text, p + 2, size - 2);
	text[size - 2] = '\0';
	return true;
}

static bool is_hwid_size(size_t size)
{
	return size == 64 || size == 8;
}

/* Raw bytes, or an OCTET STRING of them: both are about, told by the size */
static bool take_hwid(const uint8_t *p, size_t size, struct sevadm_x509 *c)
{
	if (!is_hwid_size(size)) {
		if (size < 2 || p[0] != TAG_OCTETS || p[1] != size - 2 || !is_hwid_size(size - 2))
			return false;
		p += 2;
		size -= 2;
	}
	memcpy(c->hwid, p, size);
	c->hwid_size = size;
	return true;
}

static bool take_value(int field, const uint8_t *p, size_t size, struct sevadm_x509 *c)
{
	uint8_t number;

	switch (field) {
	case STRUCT_VERSION:
		if (!take_number(p, size, &number))
			return false;
		c->struct_version = number;
		return true;
	case PRODUCT_NAME:
		return take_string(p, size, c->product_name, sizeof(c->product_name));
	case HWID:
		return take_hwid(p, size, c);
	case CSP:
		return take_string(p, size, c->csp, sizeof(c->csp));
	default:
		return take_number(p, size, &c->spl[field - SPLS]);
	}
}

static void take_extension(void *arg, const char *oid, const uint8_t *value, size_t size)
{
	struct walk *w = arg;
	int field = field_of(oid);

	if (field < 0)
		return;
	if (w->seen[field]++)
		complain(w->c, "%s is there twice", field_name(field));
	else if (!take_value(field, value, size, w->c))
		complain(w->c, "%s makes no sense", field_name(field));
}

/* ------------------------------------------------------------------- whole */

static void check_there(const struct walk *w)
{
	static const int always[] = {
		STRUCT_VERSION, PRODUCT_NAME, SPLS + SPL_BOOTLOADER, SPLS + SPL_TEE, SPLS + SPL_SNP,
		SPLS + SPL_MICROCODE,
	};
	bool turin = w->c->generation == SEVADM_GENERATION_TURIN;
	size_t wanted = turin ? 8 : 64;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!w->seen[always[i]])
			complain(w->c, "%s is missing", field_name(always[i]));
	if (turin && !w->seen[SPLS + SPL_FMC])
		complain(w->c, "fmcSPL is missing");
	if (!turin && w->c->generation && w->seen[SPLS + SPL_FMC])
		complain(w->c, "fmcSPL is there, which only Turin has");
	if (w->c->kind == SEVADM_X509_VLEK) {
		if (!w->seen[CSP])
			complain(w->c, "cspID is missing");
		if (w->seen[HWID])
			complain(w->c, "hwID is there, though a VLEK is of no chip");
		return;
	}
	if (!w->seen[HWID])
		complain(w->c, "hwID is missing");
	else if (w->c->generation && w->c->hwid_size && w->c->hwid_size != wanted)
		complain(w->c, "hwID has %zu bytes, not the %zu of %s", w->c->hwid_size, wanted,
			 w->c->product);
}

/* As the firmware gives it, the least significant byte first (AMD 56860, TCB_VERSION) */
static void take_tcb(struct sevadm_x509 *c)
{
	bool turin = c->generation == SEVADM_GENERATION_TURIN;
	static const int milan[] = { SPL_BOOTLOADER, SPL_TEE, 4, 5, 6, 7, SPL_SNP, SPL_MICROCODE };
	static const int layout[] = { SPL_FMC, SPL_BOOTLOADER, SPL_TEE, SPL_SNP, 4, 5, 6, SPL_MICROCODE };

	if (!c->generation)
		return;
	c->tcb = (struct sevadm_tcb){
		.known = true, .has_fmc = turin, .fmc = c->spl[SPL_FMC],
		.bootloader = c->spl[SPL_BOOTLOADER], .tee = c->spl[SPL_TEE],
		.snp = c->spl[SPL_SNP], .microcode = c->spl[SPL_MICROCODE],
	};
	for (int i = 0; i < 8; i++) {
		int number = turin ? layout[i] : milan[i];
		uint64_t byte = (uint64_t)c->spl[number] << 8 * i;

		c->tcb.raw |= byte;
		if (number >= SPL_4 && number < SPL_MICROCODE)
			c->tcb.reserved |= byte;
	}
}

void x509_take_extensions(struct sevadm_x509 *c)
{
	struct walk w = { .c = c };

	if (crypto_x509_extensions(x509_der(c), take_extension, &w))
		complain(c, "its extensions cannot be read");
	check_there(&w);
	take_tcb(c);
}

static void look(void *arg, const char *oid, const uint8_t *value, size_t size)
{
	(void)value;
	(void)size;
	*(bool *)arg |= field_of(oid) >= 0;
}

bool x509_has_extensions(const struct sevadm_x509 *c)
{
	bool any = false;

	crypto_x509_extensions(x509_der(c), look, &any);
	return any;
}
