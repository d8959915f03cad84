// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_chip DIRECTORY PRODUCT CHIP-ID TCB - what AMD has of a chip that the firmware model is
 * the firmware of: ark.cert, ask.cert, cek.cert as its key distribution service gives them for
 * SEV, vcek.der and vlek.der with vcek.pem and vlek.pem, their public keys, and vlek.bin, that
 * VLEK wrapped for it.
 *
 * TCB is a number, or '-' for that of the product's firmware in the model.
 * The keys are those of the model (sim/psp_fw.h) for that id; what certifies them is laid out
 * here by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "lib/device/sim_crypto.h"
#include "pki.h"
#include "sign.h"
#include "sim/psp_fw.h"
#include "sim/psp_fw_generation.h"

#define RSA_BYTES	512
#define CA_SIGNED	(0x40 + 2 * RSA_BYTES)
#define CA_SIZE		(CA_SIGNED + RSA_BYTES)
#define SEV_SIGNED	0x414

static const char *const products[] = {
	[PSP_FW_MILAN] = "milan", [PSP_FW_GENOA] = "genoa", [PSP_FW_TURIN] = "turin",
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "make_chip: %s\n", what);
	exit(EXIT_FAILURE);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
	FILE *f = fopen(name, "w");

	must(f && fwrite(bytes, size, 1, f) == 1 && !fclose(f), name);
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* ------------------------------------------------------------------ AMD's part */

/* RSASSA-PSS with SHA-384, the least significant byte first */
static void sign(EVP_PKEY *key, const uint8_t *data, size_t size, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;
	uint8_t sig[RSA_BYTES];
	size_t len = sizeof(sig);

	must(EVP_DigestSignInit(ctx, &options, EVP_sha384(), NULL, key) == 1 &&
	     EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	     EVP_DigestSign(ctx, sig, &len, data, size) == 1 && len == RSA_BYTES, "sign");
	for (int i = 0; i < RSA_BYTES; i++)
		out[i] = sig[RSA_BYTES - 1 - i];
	EVP_MD_CTX_free(ctx);
}

static EVP_PKEY *amd_key(const char *product, const char *kind)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%s", product, kind);
	return sign_key(name);
}

static void number(EVP_PKEY *key, const char *name, uint8_t *out)
{
	BIGNUM *bn = NULL;

	must(EVP_PKEY_get_bn_param(key, name, &bn) == 1 &&
	     BN_bn2lebinpad(bn, out, RSA_BYTES) == RSA_BYTES, name);
	BN_free(bn);
}

/* AMD 55766, appendix B: usage 0 is the ARK, 0x13 the ASK */
static void make_ca(const char *product, const char *kind, uint32_t usage)
{
	EVP_PKEY *key = amd_key(product, kind), *ark = amd_key(product, "ark");
	uint8_t cert[CA_SIZE] = { 0 };
	char name[16];

	put32(cert, 1);
	number(key, OSSL_PKEY_PARAM_RSA_E, cert + 0x40);
	number(key, OSSL_PKEY_PARAM_RSA_N, cert + 0x40 + RSA_BYTES);
	memcpy(cert + 0x04, cert + 0x40 + RSA_BYTES, 16);
	number(ark, OSSL_PKEY_PARAM_RSA_N, cert + CA_SIGNED);
	memcpy(cert + 0x14, cert + CA_SIGNED, 16);
	put32(cert + 0x24, usage);
	put32(cert + 0x38, RSA_BYTES * 8);
	put32(cert + 0x3c, RSA_BYTES * 8);
	sign(ark, cert, CA_SIGNED, cert + CA_SIGNED);
	snprintf(name, sizeof(name), "%s.cert", kind);
	write_file(name, cert, sizeof(cert));
	sign_key_free(key);
	sign_key_free(ark);
}

static void make_cek(const char *product, const struct psp_fw *fw)
{
	EVP_PKEY *ask = amd_key(product, "ask");
	uint8_t cert[PSP_FW_CERT_LENGTH], d[48], *place = cert + SEV_SIGNED;

	must(!psp_fw_cek(fw, d, cert), "CEK");
	put32(place, 0x13);
	put32(place + 4, 0x101);
	sign(ask, cert, SEV_SIGNED, place + 8);
	write_file("cek.cert", cert, sizeof(cert));
	sign_key_free(ask);
}

/* ---------------------------------------------------------------- of SEV-SNP */

static void write_public(const char *name, const uint8_t point[144])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t raw[97] = { 4 };
	EVP_PKEY *key = NULL;
	FILE *f = fopen(name, "w");
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("group", (char *)"P-384", 0),
		OSSL_PARAM_construct_octet_string("pub", raw, sizeof(raw)),
		OSSL_PARAM_construct_end(),
	};

	for (int i = 0; i < 48; i++) {
		raw[1 + i] = point[47 - i];
		raw[49 + i] = point[72 + 47 - i];
	}
	must(EVP_PKEY_fromdata_init(ctx) == 1 &&
	     EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1, name);
	must(f && PEM_write_PUBKEY(f, key) == 1 && !fclose(f), name);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
}

/* The certificate of a key for a TCB; @words: what it is besides */
static void certify(const char *words, const char *file, uint64_t tcb, const struct psp_fw *fw)
{
	static const struct { const char *name; int milan, turin; } parts[] = {
		{ "bl", 0, 1 }, { "tee", 1, 2 }, { "snp", 6, 3 }, { "ucode", 7, 7 }, { "fmc", -1, 0 },
	};
	bool turin = fw->generation == PSP_FW_TURIN;
	static struct der der;
	char all[512];
	int used = snprintf(all, sizeof(all), "%s product=%s", words, products[fw->generation]);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int byte = turin ? parts[i].turin : parts[i].milan;

		if (byte >= 0)
			used += snprintf(all + used, sizeof(all) - (size_t)used, " %s=%u",
					 parts[i].name, (unsigned int)(tcb >> 8 * byte & 0xff));
	}
	pki_make(all, &der);
	write_file(file, der.bytes, der.size);
}

static void make_vcek(const char *id, uint64_t tcb, const struct psp_fw *fw)
{
	uint8_t d[48], point[144];
	char words[256];

	must(!psp_fw_vcek(fw, tcb, d, point), "VCEK");
	write_public("vcek.pem", point);
	snprintf(words, sizeof(words), "vcek key=./vcek.pem hwid=%.*s",
		 fw->generation == PSP_FW_TURIN ? 16 : 128, id);
	certify(words, "vcek.der", tcb, fw);
}

/* 12 bytes of nonce, from 0x10 on 384 that are encrypted, the TCB, from 0x1a0 on the tag */
static void make_vlek(uint64_t tcb, const struct psp_fw *fw)
{
	uint8_t vlek[432] = { 0 }, key[32], plain[384], d[48], point[144];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len;

	must(!psp_fw_vlek_wrapping_key(fw, key), "VLEK");
	put32(vlek + 0x190, (uint32_t)tcb);
	put32(vlek + 0x194, (uint32_t)(tcb >> 32));
	must(RAND_bytes(vlek, 12) == 1 && RAND_bytes(plain, sizeof(plain)) == 1 &&
	     EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, vlek) == 1 &&
	     EVP_EncryptUpdate(ctx, vlek + 0x10, &len, plain, sizeof(plain)) == 1 &&
	     EVP_EncryptFinal_ex(ctx, vlek + 0x10 + len, &len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, vlek + 0x1a0) == 1, "VLEK");
	write_file("vlek.bin", vlek, sizeof(vlek));
	EVP_CIPHER_CTX_free(ctx);
	must(!psp_fw_vlek(fw, plain, d, point), "VLEK");
	write_public("vlek.pem", point);
	certify("vlek key=./vlek.pem", "vlek.der", tcb, fw);
}

/* ------------------------------------------------------------------ the chip */

static void take_id(const char *hex, uint8_t id[64])
{
	size_t len = strlen(hex) / 2;

	must(strlen(hex) % 2 == 0 && len && len <= 64, "an id is 64 bytes in hexadecimal, or 8");
	for (size_t i = 0; i < len; i++) {
		unsigned int byte;

		must(sscanf(hex + 2 * i, "%2x", &byte) == 1, "an id is in hexadecimal");
		id[i] = (uint8_t)byte;
	}
}

int main(int argc, char **argv)
{
	static const struct psp_fw_ops ops = { .crypto = &device_sim_crypto };
	static struct psp_fw fw;
	const uint16_t ccx = 0;
	struct psp_fw_config config = { .nr_threads = 1, .thread_ccx = &ccx, .sockets = 1 };
	const char *error, *product;

	must(argc == 5, "make_chip DIRECTORY milan|genoa|turin CHIP-ID TCB");
	product = argv[2];
	while (config.generation < PSP_FW_TURIN && strcmp(products[config.generation], product))
		config.generation++;
	must(!strcmp(products[config.generation], product), "no such product");
	take_id(argv[3], config.chip_id[0]);
	config.current_tcb = strcmp(argv[4], "-") ? strtoull(argv[4], NULL, 0) :
						    psp_fw_generation_info(config.generation)->tcb;
	error = psp_fw_init(&fw, &ops, NULL, &config);
	must(!error, error ? error : "");
	must(!chdir(argv[1]), argv[1]);
	make_ca(product, "ark", 0);
	make_ca(product, "ask", 0x13);
	make_cek(product, &fw);
	make_vcek(argv[3], config.current_tcb, &fw);
	make_vlek(config.current_tcb, &fw);
	return EXIT_SUCCESS;
}
