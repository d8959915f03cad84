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
#include "lib/util/text.h"
#include "sevadm.h"

#define KDS "https://kdsintf.amd.com/"
#define KDS_CLIENTS "https://kdsintf.amd.com:444/"	/* who has a TLS certificate for it */
#define DOWNLOADS "https://download.amd.com/developer/eula/sev/"

static bool is_zero(const uint8_t *id)
{
	static const uint8_t zero[SEVADM_CHIP_ID_SIZE];

	return !memcmp(id, zero, sizeof(zero));
}

/* Security patch levels, of two digits at least; Turin's with the FMC's before them */
static void levels(const struct sevadm_tcb *tcb, char *text, size_t size)
{
	char fmc[16] = "";

	if (tcb->has_fmc)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb->fmc);
	snprintf(text, size, "%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u", fmc,
		 tcb->bootloader, tcb->tee, tcb->snp, tcb->microcode);
}

/* Bergamo and Siena go by the name of Genoa there */
static int vcek(const char *product, enum sevadm_generation generation, const uint8_t *id,
		const struct sevadm_tcb *tcb, char *buf, size_t size)
{
	char hwid[2 * SEVADM_CHIP_ID_SIZE + 1], spl[96];
	int n;

	if (!tcb->known)
		return -EOPNOTSUPP;
	text_hex(hwid, id, generation == SEVADM_GENERATION_TURIN ? IDENTIFIER_TURIN :
		 SEVADM_CHIP_ID_SIZE);
	levels(tcb, spl, sizeof(spl));
	n = snprintf(buf, size, KDS "vcek/v1/%s/%s?%s", product, hwid, spl);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

/* Of a cloud's key, not of a chip's; whose it is its TLS certificate tells */
static int vlek(const char *product, const struct sevadm_tcb *tcb, char *buf, size_t size)
{
	char spl[96];
	int n;

	if (!tcb->known)
		return -EOPNOTSUPP;
	levels(tcb, spl, sizeof(spl));
	n = snprintf(buf, size, KDS_CLIENTS "vlek/v1/%s/cert?%s", product, spl);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

static int cek(const uint8_t *id, char *buf, size_t size)
{
	char text[2 * SEVADM_CHIP_ID_SIZE + 1];
	int n;

	text_hex(text, id, SEVADM_CHIP_ID_SIZE);
	n = snprintf(buf, size, KDS "cek/id/%s", text);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

int sevadm_kds_url(enum sevadm_kds what, enum sevadm_generation generation, const uint8_t *id,
		   const struct sevadm_tcb *tcb, char *buf, size_t size)
{
	bool of_vlek = what == SEVADM_KDS_VLEK_CHAIN || what == SEVADM_KDS_VLEK_CRL;
	bool crl = what == SEVADM_KDS_VCEK_CRL || what == SEVADM_KDS_VLEK_CRL;
	const char *product = sevadm_generation_name(generation);
	bool of_chip = what == SEVADM_KDS_VCEK || what == SEVADM_KDS_CEK;
	bool of_tcb = what == SEVADM_KDS_VCEK || what == SEVADM_KDS_VLEK;
	int n;

	if ((of_chip && !id) || (of_tcb && !tcb) || what > SEVADM_KDS_VLEK)
		return -EINVAL;
	if (what != SEVADM_KDS_CEK && !strcmp(product, "unknown"))
		return -EOPNOTSUPP;
	if (of_chip && is_zero(id))
		return -ENODATA;
	if (what == SEVADM_KDS_VCEK)
		return vcek(product, generation, id, tcb, buf, size);
	if (what == SEVADM_KDS_VLEK)
		return vlek(product, tcb, buf, size);
	if (what == SEVADM_KDS_CEK)
		return cek(id, buf, size);
	n = snprintf(buf, size, KDS "%s/v1/%s/%s", of_vlek ? "vlek" : "vcek", product,
		     crl ? "crl" : "cert_chain");
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

int sevadm_kds_cek_chain_url(const struct sevadm_processor *processor, char *buf, size_t size)
{
	static const struct {
		uint32_t family, first, last;
		const char *name;
	} chains[] = {
		{ 0x17, 0x00, 0x0f, "naples" },
		{ 0x17, 0x30, 0x3f, "rome" },
		{ 0x19, 0x00, 0x0f, "milan" },
		{ 0x19, 0x10, 0x1f, "genoa" },
		{ 0x19, 0xa0, 0xaf, "genoa" },
		{ 0x1a, 0x00, 0x11, "prod_turin" },
	};

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		int n;

		if (processor->family != chains[i].family || processor->model < chains[i].first ||
		    processor->model > chains[i].last)
			continue;
		n = snprintf(buf, size, DOWNLOADS "ask_ark_%s.cert", chains[i].name);
		return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
	}
	return -EOPNOTSUPP;
}
