/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: keys and certificates of the SEV platform.  What the firmware
 * signed is verified here by libcrypto on its own, from the bytes that it wrote.
 */
#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "psp_fw_machine.h"

#define PDH	(MACHINE_PAGES + 0x10000)
#define CHAIN	(MACHINE_PAGES + 0x20000)
#define CSR	(MACHINE_PAGES + 0x30000)
#define OWNER	(MACHINE_PAGES + 0x40000)
#define SIZE	2084
#define BODY	0x414
#define SLOT(n)	(BODY + (n) * 0x208)

static struct machine *m;

static void lend(struct machine *machine)
{
	machine->crypto.p384_public = device_sim_crypto.p384_public;
	machine->crypto.p384_sign = device_sim_crypto.p384_sign;
	machine->crypto.verify = device_sim_crypto.verify;
	machine->crypto.aes_gcm_open = device_sim_crypto.aes_gcm_open;
	for (unsigned int i = 0; i < machine->fw->nr_threads; i++)
		machine->regs[i].snp_en = false;
}

static void setup(void)
{
	struct psp_fw_config c = { .generation = PSP_FW_MILAN, .api_major = 1, .api_minor = 55 };

	memset(c.chip_id[0], 0x5a, 64);
	m = machine_new(4, 2, &c);
	lend(m);
}

static void teardown(void)
{
	machine_free(m);
}

/* PDH, PEK, OCA, CEK in a row */
static const uint8_t *export(void)
{
	static uint8_t out[4 * SIZE];
	uint8_t b[0x1c];

	put64(b, 0, PDH);
	put32(b, 8, SIZE);
	put64(b, 0x10, CHAIN);
	put32(b, 0x18, 3 * SIZE);
	OK(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b));
	memcpy(out, m->mem + PDH, SIZE);
	memcpy(out + SIZE, m->mem + CHAIN, 3 * SIZE);
	return out;
}

enum { C_PDH, C_PEK, C_OCA, C_CEK };

static const uint8_t *cert(const uint8_t *all, int which)
{
	return all + which * SIZE;
}

/* By libcrypto alone: is the signature in that place by the key of @signer? */
static bool verified(const uint8_t *signer, const uint8_t *subject, int slot)
{
	uint8_t point[97] = { 4 }, der[160], *at = der;
	const uint8_t *place = subject + SLOT(slot);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *from = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	bool good;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("group", (char *)"P-384", 0),
		OSSL_PARAM_construct_octet_string("pub", point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};

	for (int i = 0; i < 48; i++) {
		point[1 + i] = signer[0x14 + 47 - i];
		point[49 + i] = signer[0x5c + 47 - i];
	}
	ck_assert_int_eq(EVP_PKEY_fromdata_init(from), 1);
	ck_assert_int_eq(EVP_PKEY_fromdata(from, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	ck_assert_int_eq(ECDSA_SIG_set0(sig, BN_lebin2bn(place + 8, 72, NULL),
					BN_lebin2bn(place + 80, 72, NULL)), 1);
	ck_assert_int_eq(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	good = EVP_DigestVerify(ctx, der, (size_t)i2d_ECDSA_SIG(sig, &at), subject, BODY) == 1;
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_CTX_free(from);
	EVP_PKEY_free(key);
	return good;
}

static void expect_cert(const uint8_t *c, uint32_t usage, uint32_t algorithm, uint32_t by0,
			uint32_t by1)
{
	ck_assert_uint_eq(get32(c, 0), 1);
	ck_assert_uint_eq(c[4], 1);
	ck_assert_uint_eq(c[5], 55);
	ck_assert_uint_eq(get32(c, 8), usage);
	ck_assert_uint_eq(get32(c, 0xc), algorithm);
	ck_assert_uint_eq(get32(c, 0x10), 2);
	ck_assert_uint_eq(get32(c, SLOT(0)), by0);
	ck_assert_uint_eq(get32(c, SLOT(1)), by1);
}

static void expect_chain(const uint8_t *all)
{
	ck_assert(verified(cert(all, C_PEK), cert(all, C_PDH), 0));
	ck_assert(verified(cert(all, C_OCA), cert(all, C_PEK), 0));
	ck_assert(verified(cert(all, C_CEK), cert(all, C_PEK), 1));
}

/* INIT makes what is not there; the CEK has no signature of AMD's, which AMD alone has */
START_TEST(chain_of_a_new_platform)
{
	const uint8_t *all;

	OK(cmd_init(m, 0, 0, 0));
	all = export();
	expect_cert(cert(all, C_PDH), 0x1003, 3, 0x1002, 0x1000);
	expect_cert(cert(all, C_PEK), 0x1002, 2, 0x1001, 0x1004);
	expect_cert(cert(all, C_OCA), 0x1001, 2, 0x1001, 0x1000);
	expect_cert(cert(all, C_CEK), 0x1004, 2, 0x1000, 0x1000);
	expect_chain(all);
	ck_assert(verified(cert(all, C_OCA), cert(all, C_OCA), 0));
	for (int i = SLOT(0) + 4; i < SIZE; i++)
		ck_assert(i == SLOT(1) + 1 || !cert(all, C_CEK)[i]);
}
END_TEST

/* A bit of what is signed, or of the signature */
START_TEST(a_flipped_bit_is_found)
{
	uint8_t all[4 * SIZE];

	OK(cmd_init(m, 0, 0, 0));
	memcpy(all, export(), sizeof(all));
	all[0x20] ^= 1;
	ck_assert(!verified(cert(all, C_PEK), cert(all, C_PDH), 0));
	all[0x20] ^= 1;
	all[SLOT(0) + 9] ^= 1;
	ck_assert(!verified(cert(all, C_PEK), cert(all, C_PDH), 0));
	all[SLOT(0) + 9] ^= 1;
	expect_chain(all);
}
END_TEST

/* Which of PDH, PEK, OCA, CEK are others than in @before: a bit each */
static unsigned int changed(const uint8_t *before)
{
	const uint8_t *now = export();
	unsigned int which = 0;

	for (int i = 0; i < 4; i++)
		which |= memcmp(cert(before, i) + 0x14, cert(now, i) + 0x14, 144) ? 1u << i : 0;
	expect_chain(now);
	return which;
}

START_TEST(what_each_command_makes_anew)
{
	uint8_t before[4 * SIZE];

	OK(cmd_init(m, 0, 0, 0));
	memcpy(before, export(), sizeof(before));
	ck_assert_uint_eq(changed(before), 0);
	ck_assert_mem_eq(before, export(), sizeof(before));
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	ck_assert_uint_eq(changed(before), 1 << C_PDH);
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));
	ck_assert_uint_eq(changed(before), 1 << C_PDH | 1 << C_PEK);
	memcpy(before, export(), sizeof(before));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	psp_fw_reset(m->fw);
	OK(cmd_init(m, 0, 0, 0));
	ck_assert_mem_eq(before, export(), sizeof(before));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL));
	ck_assert_uint_eq(m->fw->keys.present, 0);
	OK(cmd_init(m, 0, 0, 0));
	ck_assert_uint_eq(changed(before), 1 << C_PDH | 1 << C_PEK | 1 << C_OCA);
}
END_TEST

/* The CEK is the chip's: by its secret, which is its id unless told */
START_TEST(cek_belongs_to_the_chip)
{
	struct psp_fw_config c = { .generation = PSP_FW_MILAN };
	uint8_t cek[3][144];

	for (int i = 0; i < 3; i++) {
		machine_free(m);
		memset(c.chip_id[0], i ? 0x77 : 0x76, 64);
		c.chip_secret[31] = i == 2;
		m = machine_new(4, 2, &c);
		lend(m);
		OK(cmd_init(m, 0, 0, 0));
		memcpy(cek[i], cert(export(), C_CEK) + 0x14, 144);
	}
	ck_assert_mem_ne(cek[0], cek[1], 144);
	ck_assert_mem_ne(cek[1], cek[2], 144);
	c.chip_secret[31] = 0;
	machine_free(m);
	m = machine_new(4, 2, &c);
	lend(m);
	OK(cmd_init(m, 0, 0, 0));
	ck_assert_mem_eq(cert(export(), C_CEK) + 0x14, cek[1], 144);
}
END_TEST

/* The area of INIT_EX has them: another chip's memory that reads it goes on with them */
START_TEST(kept_in_the_area)
{
	uint8_t before[4 * SIZE], b[0x24] = { 0 };

	put32(b, 0, 0x24);
	put64(b, 0x18, MACHINE_NV);
	put32(b, 0x20, 0x8000);
	OK(machine_cmd(m, PSP_CMD_INIT_EX, b));
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));
	memcpy(before, export(), sizeof(before));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL));
	OK(machine_cmd(m, PSP_CMD_INIT_EX, b));
	ck_assert_mem_eq(before, export(), sizeof(before));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	m->mem[MACHINE_NV + 0x1900] ^= 1;
	IS(machine_cmd(m, PSP_CMD_INIT_EX, b), PSP_SECURE_DATA_INVALID);
	OK(machine_cmd(m, PSP_CMD_INIT_EX, b));
	ck_assert_uint_eq(changed(before), 1 << C_PDH | 1 << C_PEK | 1 << C_OCA);
}
END_TEST

static void csr(void)
{
	uint8_t b[12];

	put64(b, 0, CSR);
	put32(b, 8, SIZE);
	OK(machine_cmd(m, PSP_CMD_PEK_CSR, b));
}

/* The PEK's certificate without signatures */
START_TEST(pek_csr)
{
	const uint8_t *c = m->mem + CSR;

	OK(cmd_init(m, 0, 0, 0));
	csr();
	ck_assert_mem_eq(c, cert(export(), C_PEK), BODY);
	expect_cert(c, 0x1002, 2, 0x1000, 0x1000);
	for (int i = SLOT(0) + 4; i < SIZE; i++)
		ck_assert(i == SLOT(1) + 1 || !c[i]);
}
END_TEST

/* ------------------------------------------------------------------- an owner */

static void put_number(EVP_PKEY *key, const char *name, uint8_t *out, int size)
{
	BIGNUM *bn = NULL;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, name, &bn), 1);
	ck_assert_int_eq(BN_bn2lebinpad(bn, out, size), size);
	BN_free(bn);
}

/* The OCA's certificate, without its signature, and the PEK to be signed behind it */
static void owner_make(EVP_PKEY *key, uint32_t algorithm, uint32_t curve)
{
	uint8_t *oca = m->mem + OWNER;

	memset(oca, 0, SIZE);
	put32(oca, 0, 1);
	put32(oca, 8, 0x1001);
	put32(oca, 0xc, algorithm);
	put32(oca, 0x10, curve);
	if (algorithm & 1) {
		put_number(key, OSSL_PKEY_PARAM_RSA_E, oca + 0x14, 512);
		put_number(key, OSSL_PKEY_PARAM_RSA_N, oca + 0x214, 512);
	} else {
		put_number(key, OSSL_PKEY_PARAM_EC_PUB_X, oca + 0x14, 72);
		put_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, oca + 0x5c, 72);
	}
	put32(oca, SLOT(0), 0x1000);
	put32(oca, SLOT(1), 0x1000);
}

static void owner_sign(EVP_PKEY *key, uint32_t algorithm, uint8_t *c, int slot)
{
	const EVP_MD *hash = algorithm & 0x100 ? EVP_sha384() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;
	uint8_t out[512], *to = c + SLOT(slot) + 8;
	const uint8_t *at = out;
	size_t len = sizeof(out);

	put32(c, (size_t)SLOT(slot), 0x1001);
	put32(c, (size_t)SLOT(slot) + 4, algorithm);
	ck_assert_int_eq(EVP_DigestSignInit(ctx, &options, hash, NULL, key), 1);
	if (algorithm & 1) {
		EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
	}
	ck_assert_int_eq(EVP_DigestSign(ctx, out, &len, c, BODY), 1);
	if (algorithm & 1) {
		for (size_t i = 0; i < len; i++)
			to[i] = out[len - 1 - i];
	} else {
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);

		BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), to, 72);
		BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), to + 72, 72);
		ECDSA_SIG_free(sig);
	}
	EVP_MD_CTX_free(ctx);
}

static uint32_t import(uint32_t pek_len, uint32_t oca_len)
{
	uint8_t b[0x1c] = { 0 };

	put64(b, 0, CSR);
	put32(b, 8, pek_len);
	put64(b, 0x10, OWNER);
	put32(b, 0x18, oca_len);
	return machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b);
}

static const struct {
	const char *name;
	uint32_t bits, algorithm, curve;
} owners[] = {
	{ "P-256", 0, 2, 1 }, { "P-384", 0, 2, 2 }, { "P-384", 0, 0x102, 2 },
	{ "RSA", 2048, 1, 2048 }, { "RSA", 4096, 0x101, 4096 },
};

static EVP_PKEY *owner_key(int which)
{
	return owners[which].bits ? EVP_RSA_gen(owners[which].bits) : EVP_EC_gen(owners[which].name);
}

/* Externally owned: the owner's OCA, the same PEK with the chip's word, another PDH */
START_TEST(pek_cert_import)
{
	EVP_PKEY *key = owner_key(_i);
	uint8_t before[4 * SIZE], s[12];
	uint32_t algorithm = owners[_i].algorithm;
	const uint8_t *all;

	OK(cmd_init(m, 0, 0, 0));
	memcpy(before, export(), sizeof(before));
	csr();
	owner_make(key, algorithm, owners[_i].curve);
	owner_sign(key, algorithm, m->mem + OWNER, 1);
	owner_sign(key, algorithm, m->mem + CSR, 1);
	OK(import(SIZE, SIZE));
	OK(machine_cmd(m, PSP_CMD_PLATFORM_STATUS, s));
	ck_assert_uint_eq(get32(s, 3), 1);
	all = export();
	ck_assert_mem_eq(cert(all, C_OCA), m->mem + OWNER, SIZE);
	ck_assert_mem_eq(cert(all, C_PEK), cert(before, C_PEK), BODY);
	ck_assert_mem_eq(cert(all, C_PEK) + SLOT(0), m->mem + CSR + SLOT(1), 0x208);
	ck_assert_mem_ne(cert(all, C_PDH) + 0x14, cert(before, C_PDH) + 0x14, 144);
	ck_assert(verified(cert(all, C_CEK), cert(all, C_PEK), 1));
	ck_assert(verified(cert(all, C_PEK), cert(all, C_PDH), 0));
	IS(import(SIZE, SIZE), PSP_ALREADY_OWNED);
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));	/* its own again, all of it */
	ck_assert_uint_eq(changed(before), 1 << C_PDH | 1 << C_PEK | 1 << C_OCA);
	OK(machine_cmd(m, PSP_CMD_PLATFORM_STATUS, s));
	ck_assert_uint_eq(get32(s, 3), 0);
	EVP_PKEY_free(key);
}
END_TEST

/* Flip a bit, look, flip it back: fields come before signatures */
static void wrong(uint64_t pa, size_t at, uint8_t bits, uint32_t status)
{
	m->mem[pa + at] ^= bits;
	IS(import(SIZE, SIZE), status);
	m->mem[pa + at] ^= bits;
	ck_assert_uint_eq(m->fw->owned, 0);
}

START_TEST(pek_cert_import_refuses)
{
	EVP_PKEY *key = EVP_EC_gen("P-384"), *other = EVP_EC_gen("P-384");

	OK(cmd_init(m, 0, 0, 0));
	csr();
	owner_make(key, 2, 2);
	IS(import(SIZE, SIZE), PSP_INVALID_CERTIFICATE);	/* nobody signed */
	owner_sign(key, 2, m->mem + OWNER, 0);
	IS(import(SIZE, SIZE), PSP_INVALID_CERTIFICATE);
	owner_sign(key, 2, m->mem + CSR, 0);
	IS(import(SIZE - 1, SIZE), PSP_INVALID_LEN);
	IS(import(SIZE, SIZE + 1), PSP_INVALID_LEN);
	wrong(CSR, 0, 3, PSP_INVALID_CERTIFICATE);		/* version */
	wrong(OWNER, 0, 3, PSP_INVALID_CERTIFICATE);
	wrong(CSR, 8, 1, PSP_INVALID_CERTIFICATE);		/* usage */
	wrong(OWNER, 8, 2, PSP_INVALID_CERTIFICATE);
	wrong(CSR, 0xd, 1, PSP_INVALID_CERTIFICATE);		/* algorithm */
	wrong(OWNER, 0xc, 1, PSP_INVALID_CERTIFICATE);
	wrong(CSR, 0x20, 1, PSP_INVALID_CERTIFICATE);		/* another PEK */
	wrong(OWNER, 0x10, 4, PSP_INVALID_CERTIFICATE);		/* curve */
	wrong(CSR, SLOT(0), 4, PSP_INVALID_CERTIFICATE);	/* signature's usage */
	wrong(OWNER, SLOT(0) + 5, 1, PSP_INVALID_CERTIFICATE);	/* and algorithm */
	wrong(CSR, 5, 1, PSP_BAD_SIGNATURE);
	wrong(CSR, SLOT(0) + 8, 1, PSP_BAD_SIGNATURE);
	wrong(OWNER, SLOT(0) + 80, 1, PSP_BAD_SIGNATURE);
	wrong(OWNER, 0x20, 1, PSP_BAD_SIGNATURE);		/* no point of the curve */
	owner_sign(other, 2, m->mem + CSR, 0);
	IS(import(SIZE, SIZE), PSP_BAD_SIGNATURE);
	owner_sign(key, 2, m->mem + CSR, 0);
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));
	IS(import(SIZE, SIZE), PSP_INVALID_CERTIFICATE);	/* for the PEK before */
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}
END_TEST

/* -------------------------------------------------------------------- the VLEK */

static void wrap_vlek(uint64_t tcb)
{
	uint8_t *p = m->mem + OWNER, key[32], plain[384];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len;

	memset(p, 0, 432);
	memset(p, 0x21, 12);
	memset(plain, 0x42, sizeof(plain));
	put64(p, 0x190, tcb);
	ck_assert_int_eq(psp_fw_vlek_wrapping_key(m->fw, key), 0);
	ck_assert_int_eq(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, p), 1);
	ck_assert_int_eq(EVP_EncryptUpdate(ctx, p + 0x10, &len, plain, sizeof(plain)), 1);
	ck_assert_int_eq(EVP_EncryptFinal_ex(ctx, p + 0x10 + len, &len), 1);
	ck_assert_int_eq(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, p + 0x1a0), 1);
	EVP_CIPHER_CTX_free(ctx);
}

static uint32_t vlek_load(void)
{
	uint8_t b[0x10] = { 0 };

	put32(b, 0, 16);
	put64(b, 8, OWNER);
	return machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b);
}

/* For this chip and this TCB; gone with SNP */
START_TEST(vlek)
{
	static const size_t inside[] = { 0, 0x10, 0x18f, 0x1a0 };

	for (unsigned int i = 0; i < m->fw->nr_threads; i++)
		m->regs[i].snp_en = true;
	up_snp(m);
	wrap_vlek(m->fw->reported_tcb + 1);
	IS(vlek_load(), PSP_BAD_SVN);
	wrap_vlek(m->fw->reported_tcb);
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		m->mem[OWNER + inside[i]] ^= 1;
		IS(vlek_load(), PSP_BAD_MEASUREMENT);
		m->mem[OWNER + inside[i]] ^= 1;
	}
	ck_assert_uint_eq(m->fw->vlek_loaded, 0);
	m->fw->chip_id[0][63] ^= 1;			/* another chip */
	IS(vlek_load(), PSP_BAD_MEASUREMENT);
	m->fw->chip_id[0][63] ^= 1;
	OK(vlek_load());
	ck_assert_uint_eq(m->fw->vlek_loaded, 1);
	OK(cmd_snp_shutdown_ex(m, 8, 0));
	ck_assert_uint_eq(m->fw->vlek_loaded, 0);
}
END_TEST

/* A VCEK for each TCB */
START_TEST(vcek)
{
	uint8_t d[3][48], point[3][144];

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(psp_fw_vcek(m->fw, i == 2 ? 0 : 0x73, d[i], point[i]), 0);
	ck_assert_mem_eq(point[0], point[1], 144);
	ck_assert_mem_ne(point[0], point[2], 144);
	m->ops.crypto = NULL;
	ck_assert_int_eq(psp_fw_vcek(m->fw, 0x73, d[0], point[0]), -1);
	ck_assert_int_eq(psp_fw_vlek_wrapping_key(m->fw, d[0]), -1);
}
END_TEST

static int fails(void *opaque, void *buf, size_t len)
{
	(void)opaque;
	(void)buf;
	(void)len;
	return -1;
}

/* Hardware that fails in the middle leaves everything as it was */
START_TEST(hardware_fails)
{
	uint8_t before[4 * SIZE];

	m->crypto.random = fails;
	IS(cmd_init(m, 0, 0, 0), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(m->fw->sev_state, PSP_UNINIT);
	lend(m);
	m->crypto.random = device_sim_crypto.random;
	OK(cmd_init(m, 0, 0, 0));
	memcpy(before, export(), sizeof(before));
	m->crypto.random = fails;
	IS(machine_cmd(m, PSP_CMD_PEK_GEN, NULL), PSP_HWERROR_PLATFORM);
	IS(machine_cmd(m, PSP_CMD_PDH_GEN, NULL), PSP_HWERROR_PLATFORM);
	ck_assert_mem_eq(before, export(), sizeof(before));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("keys");
	/* a key of RSA takes its time */
	tcase_set_timeout(t, 300);

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, chain_of_a_new_platform);
	tcase_add_test(t, a_flipped_bit_is_found);
	tcase_add_test(t, what_each_command_makes_anew);
	tcase_add_test(t, cek_belongs_to_the_chip);
	tcase_add_test(t, kept_in_the_area);
	tcase_add_test(t, pek_csr);
	tcase_add_loop_test(t, pek_cert_import, 0, (int)(sizeof(owners) / sizeof(owners[0])));
	tcase_add_test(t, pek_cert_import_refuses);
	tcase_add_test(t, vlek);
	tcase_add_test(t, vcek);
	tcase_add_test(t, hardware_fails);
	return machine_suite("psp_fw keys", t);
}
