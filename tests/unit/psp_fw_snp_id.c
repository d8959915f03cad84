/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: id blocks of SNP guests.  They are signed here, and the digests of
 * keys calculated once more, by libcrypto alone.
 */
#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "psp_fw_snp_fixture.h"

#define KEY_SIZE	1028

static struct {
	uint8_t *block, *auth;
	EVP_PKEY *id, *author;
} own;

static void put_number(const BIGNUM *bn, uint8_t *out)
{
	ck_assert_int_eq(BN_bn2lebinpad(bn, out, 72), 72);
}

/* As ID_AUTH has it: curve, x, y */
static void put_key(EVP_PKEY *key, uint8_t *out)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y };

	memset(out, 0, KEY_SIZE);
	put32(out, 0, 2);
	for (int i = 0; i < 2; i++) {
		BIGNUM *bn = NULL;

		ck_assert_int_eq(EVP_PKEY_get_bn_param(key, names[i], &bn), 1);
		put_number(bn, out + 4 + i * 72);
		BN_free(bn);
	}
}

static void sign(EVP_PKEY *key, const uint8_t *data, size_t len, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[160];
	const uint8_t *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *sig;

	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, der, &size, data, len), 1);
	sig = d2i_ECDSA_SIG(NULL, &at, (long)size);
	memset(out, 0, 512);
	put_number(ECDSA_SIG_get0_r(sig), out);
	put_number(ECDSA_SIG_get0_s(sig), out + 72);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}

static void sign_all(void)
{
	sign(own.id, own.block, 96, own.auth + 0x40);
	sign(own.author, own.auth + 0x240, KEY_SIZE, own.auth + 0x680);
}

/* A guest of one page before SNP_LAUNCH_FINISH, and an id block that is right for it */
static void setup_owner(void)
{
	setup();
	m->crypto.verify = device_sim_crypto.verify;
	up_snp(m);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, LARGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, LARGE, 1));
	own.block = m->mem + PAGE;
	own.auth = m->mem + PAGE + 0x1000;
	own.id = EVP_EC_gen("P-384");
	own.author = EVP_EC_gen("P-384");
	memcpy(own.block, guest(GCTX)->ld, 48);
	memset(own.block + 0x30, 0xf1, 16);
	memset(own.block + 0x40, 0x1a, 16);
	put32(own.block, 0x50, 1);
	put32(own.block, 0x54, 0x20304);
	put64(own.block, 0x58, SNP_POLICY);
	put32(own.auth, 0, 1);
	put32(own.auth, 4, 1);
	put_key(own.id, own.auth + 0x240);
	put_key(own.author, own.auth + 0x880);
	sign_all();
}

static void teardown_owner(void)
{
	EVP_PKEY_free(own.id);
	EVP_PKEY_free(own.author);
	teardown();
}

/* @flags: 1 id block, 2 author key, 4 without VCEK */
static uint32_t finish(uint32_t flags)
{
	uint8_t b[0x40] = { 0 };

	put64(b, 0, GCTX);
	put64(b, 8, PAGE);
	put64(b, 0x10, PAGE + 0x1000);
	put64(b, 0x18, flags);
	memset(b + 0x20, 0x4d, 32);
	return machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b);
}

static void expect_digest(const uint8_t digest[48], const uint8_t *key)
{
	uint8_t want[48];

	ck_assert_int_eq(EVP_Q_digest(NULL, "SHA384", NULL, key, KEY_SIZE, want, NULL), 1);
	ck_assert_mem_eq(digest, want, 48);
}

static void expect_block(void)
{
	const struct psp_fw_snp_guest *g = guest(GCTX);

	ck_assert_uint_eq(g->state, PSP_SNP_GSTATE_RUNNING);
	ck_assert_uint_eq(g->id_block, 1);
	ck_assert_uint_eq(g->guest_svn, 0x20304);
	ck_assert_mem_eq(g->family_id, own.block + 0x30, 16);
	ck_assert_mem_eq(g->image_id, own.block + 0x40, 16);
	ck_assert_uint_eq(g->host_data[31], 0x4d);
	expect_digest(g->id_key_digest, own.auth + 0x240);
	ck_assert_ptr_null(psp_fw_check(m->fw));
}

/* The key that signed the block; nobody signed that one, whatever is in its place */
START_TEST(id_key)
{
	OK(finish(1));
	expect_block();
	ck_assert_uint_eq(guest(GCTX)->author_en, 0);
	for (int i = 0; i < 48; i++)
		ck_assert_uint_eq(guest(GCTX)->author_key_digest[i], 0);
	ck_assert_uint_eq(guest(GCTX)->vcek_dis, 0);
}
END_TEST

START_TEST(author_key)
{
	OK(finish(7));
	expect_block();
	ck_assert_uint_eq(guest(GCTX)->author_en, 1);
	expect_digest(guest(GCTX)->author_key_digest, own.auth + 0x880);
	ck_assert_uint_eq(guest(GCTX)->vcek_dis, 1);
}
END_TEST

/* Without the bit nothing of it is looked at, and nothing is kept */
START_TEST(no_id_block)
{
	own.block[0] ^= 1;
	OK(finish(0));
	ck_assert_uint_eq(guest(GCTX)->id_block, 0);
	ck_assert_uint_eq(guest(GCTX)->guest_svn, 0);
	ck_assert_uint_eq(guest(GCTX)->id_key_digest[0] | guest(GCTX)->family_id[0], 0);
}
END_TEST

/* A refusal leaves the guest in its launch, with nothing of the block */
static void refused(uint32_t flags, uint32_t status)
{
	IS(finish(flags), status);
	ck_assert_uint_eq(guest(GCTX)->state, PSP_SNP_GSTATE_LAUNCH);
	ck_assert_uint_eq(guest(GCTX)->id_block, 0);
	ck_assert_uint_eq(guest(GCTX)->id_key_digest[0] | guest(GCTX)->family_id[0], 0);
}

static void flipped(uint8_t *byte, uint32_t flags, uint32_t status)
{
	*byte ^= 1;
	refused(flags, status);
	*byte ^= 1;
}

/* Signed as it should be, but of something else: this is found before signatures are */
START_TEST(what_it_says_is_wrong)
{
	flipped(own.block + 47, 1, PSP_BAD_MEASUREMENT);
	flipped(own.block + 0x58, 1, PSP_POLICY_FAILURE);
	flipped(own.block + 0x5f, 1, PSP_POLICY_FAILURE);
	flipped(own.block + 0x50, 1, PSP_INVALID_PARAM);	/* version */
	flipped(own.auth, 1, PSP_INVALID_PARAM);		/* algorithm */
	flipped(own.auth + 0x240, 1, PSP_INVALID_PARAM);	/* curve */
	flipped(own.auth + 4, 3, PSP_INVALID_PARAM);
	flipped(own.auth + 0x880, 3, PSP_INVALID_PARAM);
	own.block[0x50] = 2;
	sign_all();
	refused(3, PSP_INVALID_PARAM);
}
END_TEST

START_TEST(signatures)
{
	flipped(own.block + 0x30, 1, PSP_BAD_SIGNATURE);	/* of what is signed */
	flipped(own.block + 0x4f, 1, PSP_BAD_SIGNATURE);
	flipped(own.block + 0x54, 1, PSP_BAD_SIGNATURE);
	flipped(own.auth + 0x40, 1, PSP_BAD_SIGNATURE);		/* r, s */
	flipped(own.auth + 0x88, 1, PSP_BAD_SIGNATURE);
	flipped(own.auth + 0x244, 1, PSP_BAD_SIGNATURE);	/* the key: no point of the curve */
	flipped(own.auth + 0x680, 3, PSP_BAD_SIGNATURE);
	flipped(own.auth + 0x6c8, 3, PSP_BAD_SIGNATURE);
	flipped(own.auth + 0x884, 3, PSP_BAD_SIGNATURE);
	flipped(own.auth + 0x643, 3, PSP_BAD_SIGNATURE);	/* last byte of the id key */
	sign(own.author, own.block, 96, own.auth + 0x40);
	refused(1, PSP_BAD_SIGNATURE);				/* by another key */
	sign(own.id, own.block, 96, own.auth + 0x40);
	sign(own.id, own.auth + 0x240, KEY_SIZE, own.auth + 0x680);
	refused(3, PSP_BAD_SIGNATURE);
	sign_all();
	OK(finish(3));
	expect_block();
}
END_TEST

/* Only what is asked for: a bad author's key does not matter where there is none */
START_TEST(author_is_not_looked_at)
{
	own.auth[0x680] ^= 1;
	own.auth[4] ^= 1;
	OK(finish(1));
	expect_block();
}
END_TEST

START_TEST(addresses)
{
	static const size_t fields[] = { 8, 0x10 };
	static const uint64_t bad[] = { MACHINE_MEM, MACHINE_RMP, MACHINE_MEM - 8 };

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < 3; j++) {
			uint8_t b[0x40] = { 0 };

			put64(b, 0, GCTX);
			put64(b, 8, PAGE);
			put64(b, 0x10, PAGE + 0x1000);
			put64(b, 0x18, 1);
			put64(b, fields[i], bad[j]);
			IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_ADDRESS);
		}
	OK(finish(1));
}
END_TEST

static int sha384_fails(void *opaque, const void *data, size_t len, uint8_t digest[48])
{
	(void)opaque;
	(void)data;
	(void)len;
	(void)digest;
	return -1;
}

START_TEST(hardware_fails)
{
	m->crypto.sha384 = sha384_fails;
	refused(3, PSP_HWERROR_PLATFORM);
	m->crypto.sha384 = NULL;
	refused(3, PSP_HWERROR_PLATFORM);
	m->crypto.verify = NULL;
	refused(3, PSP_HWERROR_PLATFORM);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("id blocks");

	tcase_add_checked_fixture(t, setup_owner, teardown_owner);
	tcase_add_test(t, id_key);
	tcase_add_test(t, author_key);
	tcase_add_test(t, no_id_block);
	tcase_add_test(t, what_it_says_is_wrong);
	tcase_add_test(t, signatures);
	tcase_add_test(t, author_is_not_looked_at);
	tcase_add_test(t, addresses);
	tcase_add_test(t, hardware_fails);
	return machine_suite("psp_fw id blocks", t);
}
