// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates of chips as people and scripts see them */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/certs.h"
#include "lib/util/text.h"

struct cert_view {
	const char *from, *kind, *form;
	char subject[64], issuer[64], product[24], key[16], curve[32], signature[128], serial[48];
	char since[32], until[32], sha256[65];
	uint32_t key_bits;
	bool crl, certificate;
	uint64_t revoked;
};

#define V struct cert_view
static const struct out_row cert_rows[] = {
	OUT_ROW(V, "from", "FROM", OUT_STRING, from),
	OUT_ROW(V, "kind", "KIND", OUT_STRING, kind),
	OUT_ROW(V, "form", NULL, OUT_STRING, form),
	OUT_ROW(V, "subject", "NAME", OUT_CHARS, subject),
	OUT_ROW(V, "issuer", "ISSUER", OUT_CHARS, issuer),
	OUT_ROW(V, "product", NULL, OUT_CHARS, product),
	OUT_ROW(V, "serial", NULL, OUT_CHARS, serial),
	OUT_ROW(V, "valid_from", "VALID FROM", OUT_CHARS, since),
	OUT_ROW(V, "valid_until", "UNTIL", OUT_CHARS, until),
	OUT_ROW(V, "key", NULL, OUT_CHARS, key),
	OUT_ROW_WHEN(V, "key_bits", NULL, OUT_U32, key_bits, certificate),
	OUT_ROW(V, "curve", NULL, OUT_CHARS, curve),
	OUT_ROW(V, "signature", NULL, OUT_CHARS, signature),
	OUT_ROW_WHEN(V, "revoked", NULL, OUT_U64, revoked, crl),
	OUT_ROW(V, "sha256", NULL, OUT_CHARS, sha256),
	OUT_END
};
#undef V

const char *certs_time(int64_t seconds, char *buf, size_t size)
{
	time_t when = seconds;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, size, "%lld", (long long)seconds);
	return buf;
}

static void view_cert(const struct sevadm_x509 *c, const char *from, struct cert_view *v)
{
	*v = (struct cert_view){
		.from = from, .kind = sevadm_x509_kind_name(c->kind), .form = c->pem ? "PEM" : "DER",
		.key_bits = c->key_bits, .crl = c->kind == SEVADM_X509_CRL,
		.certificate = c->kind != SEVADM_X509_CRL, .revoked = c->nr_revoked,
	};
	memcpy(v->subject, c->subject, sizeof(v->subject));
	memcpy(v->issuer, c->issuer, sizeof(v->issuer));
	memcpy(v->product, c->product, sizeof(v->product));
	memcpy(v->key, c->key, sizeof(v->key));
	memcpy(v->curve, c->curve, sizeof(v->curve));
	memcpy(v->signature, c->signature, sizeof(v->signature));
	memcpy(v->serial, c->serial, sizeof(v->serial));
	certs_time(c->from, v->since, sizeof(v->since));
	if (c->has_until)
		certs_time(c->until, v->until, sizeof(v->until));
	text_hex(v->sha256, c->sha256, sizeof(c->sha256));
}

void certs_show_list(struct cli *cli, const struct sevadm_x509 *cert, const char *const *from,
		     size_t nr)
{
	struct cert_view view;

	out_list(cli->out, "certificates", NULL, cert_rows);
	for (size_t i = 0; i < nr; i++) {
		view_cert(&cert[i], from[i], &view);
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

/* ------------------------------------------------------- what is on the chip */

struct chip_view {
	char product_name[32], csp[128], hwid[2 * SEVADM_CHIP_ID_SIZE + 1];
	uint64_t struct_version;
	struct sevadm_tcb tcb;
	bool sound;
};

#define V struct chip_view
static const struct out_row chip_rows[] = {
	OUT_ROW_WHEN(V, "struct_version", "structVersion", OUT_U64, struct_version, sound),
	OUT_ROW(V, "product_name", "Product", OUT_CHARS, product_name),
	OUT_ROW(V, "csp", "Provider", OUT_CHARS, csp),
	OUT_ROW_WHEN(V, "tcb", "TCB", OUT_HEX64, tcb.raw, tcb.known),
	OUT_ROW_WHEN(V, "fmc", "FMC", OUT_U8, tcb.fmc, tcb.has_fmc),
	OUT_ROW_WHEN(V, "bootloader", "Boot loader", OUT_U8, tcb.bootloader, tcb.known),
	OUT_ROW_WHEN(V, "tee", "TEE", OUT_U8, tcb.tee, tcb.known),
	OUT_ROW_WHEN(V, "snp", "SNP", OUT_U8, tcb.snp, tcb.known),
	OUT_ROW_WHEN(V, "microcode", "Microcode", OUT_U8, tcb.microcode, tcb.known),
	OUT_ROW(V, "hwid", "HWID", OUT_CHARS, hwid),
	OUT_END
};
#undef V

static void show_chip(struct cli *cli, const char *key, const struct sevadm_x509 *c)
{
	struct chip_view v = { .struct_version = c->struct_version, .sound = !c->fault[0] };

	/* of one that is incomplete, nothing that could be a zero which is none */
	if (v.sound)
		v.tcb = c->tcb;
	memcpy(v.product_name, c->product_name, sizeof(v.product_name));
	memcpy(v.csp, c->csp, sizeof(v.csp));
	text_hex(v.hwid, c->hwid, c->hwid_size);
	out_object(cli->out, key, sevadm_x509_kind_name(c->kind), chip_rows, &v);
}

void certs_show_chips(struct cli *cli, const struct sevadm_x509 *cert, size_t nr)
{
	bool vcek = false, vlek = false;

	for (size_t i = 0; i < nr; i++) {
		if (cert[i].kind == SEVADM_X509_VCEK && !vcek)
			show_chip(cli, "vcek", &cert[i]);
		if (cert[i].kind == SEVADM_X509_VLEK && !vlek)
			show_chip(cli, "vlek", &cert[i]);
		vcek |= cert[i].kind == SEVADM_X509_VCEK;
		vlek |= cert[i].kind == SEVADM_X509_VLEK;
	}
}
