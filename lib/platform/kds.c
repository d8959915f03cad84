// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of AMD's key distribution service (AMD 57230, VCEK and VLEK certificate
 * and KDS interface).  They are put together, and that is all.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/platform/identifier.h"
#include "sevadm.h"

#define KDS "https://kdsintf.amd.com/"

static bool is_zero(const uint8_t *id)
{
	static const uint8_t zero[SEVADM_CHIP_ID_SIZE];

	return !memcmp(id, zero, sizeof(zero));
}

static void hex(const uint8_t *bytes, size_t nr, char *text)
{
	for (size_t i = 0; i < nr; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

/* Bergamo and Siena go by the name of Genoa there */
static int vcek(const char *product, enum sevadm_generation generation, const uint8_t *id,
		const struct sevadm_tcb *tcb, char *buf, size_t size)
{
	char hwid[2 * SEVADM_CHIP_ID_SIZE + 1], fmc[16] = "";
	int n;

	if (!tcb->known)
		return -EOPNOTSUPP;
	hex(id, generation == SEVADM_GENERATION_TURIN ? IDENTIFIER_TURIN : SEVADM_CHIP_ID_SIZE,
	    hwid);
	if (tcb->has_fmc)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb->fmc);
	n = snprintf(buf, size, KDS "vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&"
		     "ucodeSPL=%02u", product, hwid, fmc, tcb->bootloader, tcb->tee, tcb->snp,
		     tcb->microcode);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

static int cek(const uint8_t *id, char *buf, size_t size)
{
	char text[2 * SEVADM_CHIP_ID_SIZE + 1];
	int n;

	hex(id, SEVADM_CHIP_ID_SIZE, text);
	n = snprintf(buf, size, KDS "cek/id/%s", text);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

int sevadm_kds_url(enum sevadm_kds what, enum sevadm_generation generation, const uint8_t *id,
		   const struct sevadm_tcb *tcb, char *buf, size_t size)
{
	bool vlek = what == SEVADM_KDS_VLEK_CHAIN || what == SEVADM_KDS_VLEK_CRL;
	bool crl = what == SEVADM_KDS_VCEK_CRL || what == SEVADM_KDS_VLEK_CRL;
	const char *product = sevadm_generation_name(generation);
	bool of_chip = what == SEVADM_KDS_VCEK || what == SEVADM_KDS_CEK;
	int n;

	if ((of_chip && !id) || (what == SEVADM_KDS_VCEK && !tcb) || what > SEVADM_KDS_CEK)
		return -EINVAL;
	if (what != SEVADM_KDS_CEK && !strcmp(product, "unknown"))
		return -EOPNOTSUPP;
	if (of_chip && is_zero(id))
		return -ENODATA;
	if (what == SEVADM_KDS_VCEK)
		return vcek(product, generation, id, tcb, buf, size);
	if (what == SEVADM_KDS_CEK)
		return cek(id, buf, size);
	n = snprintf(buf, size, KDS "%s/v1/%s/%s", vlek ? "vlek" : "vcek", product,
		     crl ? "crl" : "cert_chain");
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}
