// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ID blocks and ID authentication: the firmware model takes what is made, and for every byte
 * that is another one both refuse it or neither does.
 */
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "lib_test.h"
#include "psp_fw_snp_fixture.h"
#include "sevadm.h"

#define AUTH	(PAGE + 0x1000)
#define LEN(a)	(sizeof(a) / sizeof((a)[0]))

static struct sevadm_failure failure;
static struct sevadm_private_key *id, *author;
static uint8_t block[SEVADM_ID_BLOCK_SIZE], auth[SEVADM_ID_AUTH_SIZE];
static struct sevadm_id_block said;

/* A guest of one page before SNP_LAUNCH_FINISH, and what its owner says of it */
static void setup_owner(void)
{
	setup();
	m->crypto.verify = device_sim_crypto.verify;
	up_snp(m);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, LARGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, LARGE, 1));
	said = (struct sevadm_id_block){ .version = 1, .guest_svn = 0x20304, .policy = SNP_POLICY };
	memcpy(said.launch_digest, guest(GCTX)->ld, sizeof(said.launch_digest));
	memset(said.family_id, 0xf1, sizeof(said.family_id));
	memset(said.image_id, 0x1a, sizeof(said.image_id));
	sevadm_id_block_encode(&said, block);
	ck_assert_int_eq(sevadm_private_key_new(384, &id, &failure), 0);
	ck_assert_int_eq(sevadm_private_key_new(384, &author, &failure), 0);
}

static void teardown_owner(void)
{
	sevadm_private_key_free(id);
	sevadm_private_key_free(author);
	teardown();
}

/* @flags: 1 id block, 2 author key */
static uint32_t finish(uint32_t flags)
{
	uint8_t b[0x40] = { 0 };

	memcpy(m->mem + PAGE, block, sizeof(block));
	memcpy(m->mem + AUTH, auth, sizeof(auth));
	put64(b, 0, GCTX);
	put64(b, 8, PAGE);
	put64(b, 0x10, AUTH);
	put64(b, 0x18, flags);
	return machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b);
}

START_TEST(model_takes_it)
{
	struct sevadm_id_auth a;

	ck_assert_int_eq(sevadm_id_auth_new(block, id, NULL, auth, &failure), 0);
	ck_assert_int_eq(sevadm_id_verify(block, auth, false, &failure), 0);
	ck_assert_int_eq(sevadm_id_auth_decode(auth, &a), 0);
	ck_assert(!a.has_author && !a.reserved && a.id_algorithm == 1 && !a.author_algorithm);
	ck_assert(a.id_curve == 2 && !a.author_curve);
	OK(finish(1));
	ck_assert_mem_eq(guest(GCTX)->id_key_digest, a.id_key_digest, 48);
	ck_assert_mem_eq(guest(GCTX)->author_key_digest, a.author_key_digest, 48);
	ck_assert_uint_eq(guest(GCTX)->guest_svn, said.guest_svn);
	ck_assert_mem_eq(guest(GCTX)->family_id, said.family_id, 16);
	ck_assert_mem_eq(guest(GCTX)->image_id, said.image_id, 16);
}
END_TEST

START_TEST(model_takes_author)
{
	struct sevadm_id_auth a;

	ck_assert_int_eq(sevadm_id_auth_new(block, id, author, auth, &failure), 0);
	ck_assert_int_eq(sevadm_id_verify(block, auth, true, &failure), 0);
	ck_assert_int_eq(sevadm_id_auth_decode(auth, &a), 0);
	ck_assert(a.has_author && !a.reserved && a.author_algorithm == 1 && a.author_curve == 2);
	OK(finish(3));
	ck_assert_mem_eq(guest(GCTX)->id_key_digest, a.id_key_digest, 48);
	ck_assert_mem_eq(guest(GCTX)->author_key_digest, a.author_key_digest, 48);
	ck_assert_mem_ne(a.id_key_digest, a.author_key_digest, 48);
}
END_TEST

/* Digest and policy are for the guest to be compared with; the rest is the same to both */
START_TEST(every_byte)
{
	static const size_t ends[] = { 0, 8, 0x40, 0x40 + 144, 0x240, 0x240 + 148, 0x680, 0x680 + 144,
				       0x880, 0x880 + 148 };
	unsigned int wrong = 0;

	ck_assert_int_eq(sevadm_id_auth_new(block, id, author, auth, &failure), 0);
	for (size_t i = 0x30; i < 0x58; i++) {
		block[i] ^= 1;
		ck_assert_int_eq(sevadm_id_verify(block, auth, true, &failure),
				 i >= 0x50 && i < 0x54 ? -EINVAL : -EBADMSG);
		ck_assert_uint_ne(finish(3), 0);
		block[i] ^= 1;
	}
	for (size_t k = 0; k < LEN(ends); k += 2)
		for (size_t i = ends[k]; i < ends[k + 1]; i++, wrong++) {
			auth[i] ^= 1;
			ck_assert_msg(sevadm_id_verify(block, auth, true, &failure) < 0, "byte 0x%zx", i);
			ck_assert(failure.kind == SEVADM_NO && failure.message[0]);
			ck_assert_msg(finish(3) != 0, "byte 0x%zx", i);
			auth[i] ^= 1;
		}
	ck_assert_uint_eq(wrong, 8 + 2 * (144 + 148));
	ck_assert_int_eq(sevadm_id_verify(block, auth, true, &failure), 0);
	OK(finish(3));
}
END_TEST

/* An author's part that is wrong is nothing to who does not ask for it */
START_TEST(author_not_asked)
{
	ck_assert_int_eq(sevadm_id_auth_new(block, id, author, auth, &failure), 0);
	auth[0x680] ^= 1;
	ck_assert_int_eq(sevadm_id_verify(block, auth, true, &failure), -EBADMSG);
	ck_assert(strstr(failure.message, "the author key did not sign the id key"));
	ck_assert_int_eq(sevadm_id_verify(block, auth, false, &failure), 0);
	OK(finish(1));
}
END_TEST

START_TEST(block_layout)
{
	static const struct sevadm_id_block b = {
		.launch_digest = { 1, [47] = 2 }, .family_id = { 3, [15] = 4 }, .image_id = { 5, [15] = 6 },
		.version = 0x01020304, .guest_svn = 0x05060708, .policy = 0x1112131415161718,
	};
	uint8_t want[96] = {
		1, [47] = 2, 3, [63] = 4, 5, [79] = 6, 4, 3, 2, 1, 8, 7, 6, 5,
		0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
	};
	struct sevadm_id_block back;
	uint8_t bytes[96];

	sevadm_id_block_encode(&b, bytes);
	ck_assert_mem_eq(bytes, want, sizeof(want));
	sevadm_id_block_decode(bytes, &back);
	ck_assert_mem_eq(&back, &b, sizeof(b));
}
END_TEST

START_TEST(reserved_bytes)
{
	static const size_t where[] = { 8, 0x3f, 0x40 + 144, 0x23f, 0x240 + 148, 0x644, 0x67f, 0x680 + 144,
					0x87f, 0x880 + 148, 0xc84, 0xfff };
	struct sevadm_id_auth a;

	ck_assert_int_eq(sevadm_id_auth_new(block, id, NULL, auth, &failure), 0);
	for (size_t i = 0; i < LEN(where); i++) {
		auth[where[i]] = 0x80;
		ck_assert_int_eq(sevadm_id_auth_decode(auth, &a), 0);
		ck_assert_msg(a.reserved, "0x%zx", where[i]);
		auth[where[i]] = 0;
	}
}
END_TEST

static EVP_PKEY *pkey_of(const struct sevadm_private_key *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey;
	char *pem;
	size_t size;

	ck_assert_int_eq(sevadm_private_key_pem(key, &pem, &size, &failure), 0);
	ck_assert_int_eq(BIO_write(bio, pem, (int)size), (int)size);
	pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	ck_assert_ptr_nonnull(pkey);
	BIO_free(bio);
	free(pem);
	return pkey;
}

/* However the key comes, its digest is that of the structure */
START_TEST(key_digests)
{
	EVP_PKEY *pkey = pkey_of(id);
	uint8_t digest[48], *der = NULL;
	struct sevadm_id_auth a;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *second;
	long len;
	int n;

	ck_assert_int_eq(sevadm_id_auth_new(block, id, NULL, auth, &failure), 0);
	ck_assert_int_eq(sevadm_id_auth_decode(auth, &a), 0);
	ck_assert_int_eq(sevadm_id_key_digest(auth + 0x240, SEVADM_ID_KEY_SIZE, digest, &failure), 0);
	ck_assert_mem_eq(digest, a.id_key_digest, 48);
	n = i2d_PUBKEY(pkey, &der);
	ck_assert_int_eq(sevadm_id_key_digest(der, (size_t)n, digest, &failure), 0);
	ck_assert_mem_eq(digest, a.id_key_digest, 48);
	ck_assert_int_eq(sevadm_id_key_digest(der, (size_t)n - 1, digest, &failure), -EBADMSG);
	OPENSSL_free(der);
	ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, pkey), 1);
	ck_assert_int_eq(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &text);
	memset(digest, 0, sizeof(digest));
	ck_assert_int_eq(sevadm_id_key_digest(text, (size_t)len, digest, &failure), 0);
	ck_assert_mem_eq(digest, a.id_key_digest, 48);
	/* the private one alone, which comes second there */
	second = memmem(text, (size_t)len, "-----BEGIN PRIVATE", 18);
	ck_assert_ptr_nonnull(second);
	len -= second - text;
	memset(digest, 0, sizeof(digest));
	ck_assert_int_eq(sevadm_id_key_digest(second, (size_t)len, digest, &failure), 0);
	ck_assert_mem_eq(digest, a.id_key_digest, 48);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}
END_TEST

START_TEST(another_curve)
{
	struct sevadm_private_key *small;
	uint8_t digest[48];
	size_t size;
	char *pem;

	ck_assert_int_eq(sevadm_private_key_new(256, &small, &failure), 0);
	ck_assert_int_eq(sevadm_id_auth_new(block, small, NULL, auth, &failure), -EPROTONOSUPPORT);
	ck_assert(strstr(failure.message, "the id key is on P-256"));
	ck_assert_int_eq(sevadm_id_auth_new(block, id, small, auth, &failure), -EPROTONOSUPPORT);
	ck_assert(strstr(failure.message, "the author key is on P-256"));
	ck_assert_int_eq(sevadm_private_key_pem(small, &pem, &size, &failure), 0);
	ck_assert_int_eq(sevadm_id_key_digest(pem, size, digest, &failure), -EPROTONOSUPPORT);
	ck_assert_int_eq(sevadm_id_key_digest("", 0, digest, &failure), -EBADMSG);
	free(pem);
	sevadm_private_key_free(small);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "id");

	tcase_add_checked_fixture(tc, setup_owner, teardown_owner);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, model_takes_it);
	tcase_add_test(tc, model_takes_author);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, author_not_asked);
	tcase_add_test(tc, block_layout);
	tcase_add_test(tc, reserved_bytes);
	tcase_add_test(tc, key_digests);
	tcase_add_test(tc, another_curve);
	return lib_run(suite);
}
