// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An owner's certificate authority: its key out of every form and into PEM, its certificate,
 * the PEK that it signs, and everything that it has to refuse.  Text of bytes, both ways.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "lib_cert_fixture.h"
#include "lib_test.h"
#include "sevadm.h"

static struct fix_chain made;
static uint8_t csr[FIX_SEV_SIZE], oca[FIX_SEV_SIZE], out[FIX_SEV_SIZE];
static struct sevadm_private_key *key;
static struct sevadm_failure failure;

static struct sevadm_cert parsed(const uint8_t *bytes, size_t size)
{
	struct sevadm_cert cert;
	size_t nr;

	ck_assert_int_eq(sevadm_cert_parse(bytes, size, &cert, 1, &nr, &failure), 0);
	return cert;
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void setup(void)
{
	fix_make(&made, (struct fix_shape){ 2048, 2, 2 });
	memcpy(csr, made.cert[FIX_PEK], sizeof(csr));
	memset(csr + 0x414, 0, sizeof(csr) - 0x414);
	ck_assert_int_eq(sevadm_private_key_new(384, &key, &failure), 0);
	ck_assert_int_eq(sevadm_oca_new(key, oca, &failure), 0);
}

static void teardown(void)
{
	sevadm_private_key_free(key);
	fix_free(&made);
}

static enum sevadm_cert_verdict link_of(const uint8_t *by, const uint8_t *on, const char *name)
{
	struct sevadm_cert signer = parsed(by, FIX_SEV_SIZE), subject = parsed(on, FIX_SEV_SIZE);
	struct sevadm_cert_link link;

	sevadm_cert_check(&signer, &subject, &link);
	ck_assert_str_eq(link.name, name);
	return link.verdict;
}

/* ------------------------------------------------------------------------ the OCA */

START_TEST(oca_itself)
{
	const unsigned int bits = _i ? 256 : 384;
	struct sevadm_private_key *own;
	struct sevadm_cert c;

	ck_assert_int_eq(sevadm_private_key_new(bits, &own, &failure), 0);
	ck_assert_int_eq(sevadm_oca_new(own, out, &failure), 0);
	c = parsed(out, sizeof(out));
	ck_assert(!c.ca && c.version == 1 && c.usage == 0x1001 && c.algorithm == 2);
	ck_assert(c.key_bits == bits && c.signatures[0].usage == 0x1001);
	ck_assert(c.signatures[1].usage == 0x1000 && !c.signatures[1].algorithm);
	ck_assert_int_eq(link_of(out, out, "OCA -> OCA"), SEVADM_CERT_PASS);
	ck_assert_int_eq(link_of(oca, out, "OCA -> OCA"), SEVADM_CERT_FAIL);
	sevadm_private_key_free(own);
}
END_TEST

START_TEST(no_such_curve)
{
	struct sevadm_private_key *none;

	ck_assert_int_eq(sevadm_private_key_new(521, &none, &failure), -EINVAL);
	ck_assert_ptr_null(none);
	ck_assert_ptr_nonnull(strstr(failure.message, "521"));
}
END_TEST

/* ------------------------------------------------------------------------ the key */

START_TEST(pem_and_back)
{
	struct sevadm_private_key *again;
	char *pem;
	size_t size;

	ck_assert_int_eq(sevadm_private_key_pem(key, &pem, &size, &failure), 0);
	ck_assert_int_eq(strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
	ck_assert_uint_eq(strlen(pem), size);
	ck_assert_int_eq(sevadm_private_key_read(pem, size, &again, &failure), 0);
	ck_assert_int_eq(sevadm_oca_new(again, out, &failure), 0);
	/* the same key: what is signed, but not the signature, which has a random number in it */
	ck_assert_mem_eq(out, oca, 0x414);
	free(pem);
	sevadm_private_key_free(again);
}
END_TEST

/* A key of others, in one of their forms: what comes of reading it */
static int read_form(EVP_PKEY *pkey, int form)
{
	struct sevadm_private_key *read = NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;
	int ret;

	switch (form) {
	case 0:
		ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL,
								      NULL), 1);
		break;
	case 1:
		ck_assert_int_eq(i2d_PrivateKey_bio(bio, pkey), 1);
		break;
	case 2:
		ck_assert_int_eq(i2d_PKCS8PrivateKeyInfo_bio(bio, pkey), 1);
		break;
	case 3:
		ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_256_cbc(), "secret",
							       6, NULL, NULL), 1);
		break;
	default:
		ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, pkey), 1);
	}
	size = BIO_get_mem_data(bio, &text);
	ret = sevadm_private_key_read(text, (size_t)size, &read, &failure);
	ck_assert_int_eq(!ret, !!read);
	sevadm_private_key_free(read);
	BIO_free(bio);
	return ret;
}

START_TEST(forms_of_others)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *p521 = EVP_EC_gen("P-521");

	for (int form = 0; form < 3; form++)
		ck_assert_int_eq(read_form(made.key[FIX_OCA], form), 0);
	ck_assert_int_eq(read_form(made.key[FIX_OCA], 3), -ENOKEY);
	ck_assert_int_eq(failure.kind, SEVADM_NO);
	ck_assert_int_eq(read_form(made.key[FIX_OCA], 4), -EBADMSG);
	ck_assert_int_eq(read_form(rsa, 0), -EPROTONOSUPPORT);
	ck_assert_int_eq(read_form(ed, 2), -EPROTONOSUPPORT);
	ck_assert_int_eq(read_form(p521, 1), -EPROTONOSUPPORT);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
	EVP_PKEY_free(p521);
}
END_TEST

START_TEST(no_key)
{
	static const char *const texts[] = {
		"", "0", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"-----BEGIN EC PRIVATE KEY-----\n", "\x30\x82\xff\xff",
	};
	struct sevadm_private_key *none;

	ck_assert_int_eq(sevadm_private_key_read(texts[_i], strlen(texts[_i]), &none, &failure),
			 -EBADMSG);
	ck_assert_ptr_null(none);
}
END_TEST

/* ------------------------------------------------------------------------ the PEK */

static int sign(const uint8_t *what, const uint8_t *by)
{
	struct sevadm_cert request = parsed(what, FIX_SEV_SIZE), authority = parsed(by, FIX_SEV_SIZE);

	failure = (struct sevadm_failure){ .kind = SEVADM_DONE };
	return sevadm_csr_sign(&request, &authority, key, out, &failure);
}

/* An empty place is all zero in one firmware, and says so in another */
START_TEST(signs)
{
	if (_i)
		put32(csr + 0x414, 0x1000), put32(csr + 0x61c, 0x1000);
	ck_assert_int_eq(sign(csr, oca), 0);
	ck_assert_mem_eq(out, csr, 0x414);
	ck_assert_int_eq(link_of(oca, out, "OCA -> PEK"), SEVADM_CERT_PASS);
	ck_assert_uint_eq(parsed(out, sizeof(out)).signatures[1].usage, 0x1000);
	/* not with another's key, nor for another's PEK */
	ck_assert_int_eq(link_of(made.cert[FIX_OCA], out, "OCA -> PEK"), SEVADM_CERT_FAIL);
	out[0x20] ^= 1;
	ck_assert_int_eq(link_of(oca, out, "OCA -> PEK"), SEVADM_CERT_FAIL);
}
END_TEST

/* The firmware's signature by the CEK stays in its place */
START_TEST(second_place)
{
	memcpy(csr + 0x414, made.cert[FIX_PEK] + 0x61c, 0x208);
	ck_assert_int_eq(sign(csr, oca), 0);
	ck_assert_mem_eq(out + 0x414, csr + 0x414, 0x208);
	ck_assert_uint_eq(parsed(out, sizeof(out)).signatures[1].usage, 0x1001);
	ck_assert_int_eq(link_of(oca, out, "OCA -> PEK"), SEVADM_CERT_PASS);
	ck_assert_int_eq(link_of(made.cert[FIX_CEK], out, "CEK -> PEK"), SEVADM_CERT_PASS);
}
END_TEST

START_TEST(refused)
{
	uint8_t bad[FIX_SEV_SIZE];

	ck_assert_int_eq(sign(made.cert[FIX_PEK], oca), -EALREADY);
	ck_assert_int_eq(failure.kind, SEVADM_NO);
	ck_assert_int_eq(sign(csr, made.cert[FIX_OCA]), -EINVAL);
	ck_assert_int_eq(sign(csr, made.cert[FIX_PEK]), -EBADMSG);
	ck_assert_int_eq(sign(oca, oca), -EBADMSG);
	memcpy(bad, oca, sizeof(bad));
	bad[0x41c] ^= 1;
	ck_assert_int_eq(sign(csr, bad), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(failure.message, "not signed by itself"));
	memcpy(bad, csr, sizeof(bad));
	put32(bad, 2);
	ck_assert_int_eq(sign(bad, oca), -EBADMSG);
	memcpy(bad, csr, sizeof(bad));
	put32(bad + 0x10, 7);
	ck_assert_int_eq(sign(bad, oca), -EBADMSG);
	memcpy(bad, csr, sizeof(bad));
	put32(bad + 0x0c, 3);
	ck_assert_int_eq(sign(bad, oca), -EBADMSG);
	memcpy(bad, csr, sizeof(bad));
	put32(bad + 0x414, 0x1004), put32(bad + 0x418, 2);
	put32(bad + 0x61c, 0x1002), put32(bad + 0x620, 2);
	ck_assert_int_eq(sign(bad, oca), -EALREADY);
	ck_assert_ptr_nonnull(strstr(failure.message, "both places"));
}
END_TEST

/* ---------------------------------------------------------------------- encodings */

START_TEST(both_ways)
{
	static const char *const encodings[] = { "binary", "hex", "base64" };
	uint8_t bytes[67], *text, *back;
	const char *seen;
	size_t nr, nr_back;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0xf0 + 7 * i);
	for (size_t size = 1; size <= sizeof(bytes); size++)
		for (int i = 0; i < 3; i++) {
			ck_assert_int_eq(sevadm_bytes_encode(bytes, size, encodings[i], &text, &nr), 0);
			ck_assert_int_eq(sevadm_bytes_decode(text, nr, &back, &nr_back, &seen), 0);
			ck_assert_str_eq(seen, encodings[i]);
			ck_assert_uint_eq(nr_back, size);
			ck_assert_mem_eq(back, bytes, size);
			free(text);
			free(back);
		}
	ck_assert_int_eq(sevadm_bytes_encode(bytes, 1, "octal", &text, &nr), -EINVAL);
	/* as others write it */
	ck_assert_int_eq(sevadm_bytes_encode("any carnal pleas", 16, "base64", &text, &nr), 0);
	ck_assert_uint_eq(nr, 25);
	ck_assert_mem_eq(text, "YW55IGNhcm5hbCBwbGVhcw==\n", 25);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "oca");

	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, oca_itself, 0, 2);
	tcase_add_test(tc, no_such_curve);
	tcase_add_test(tc, pem_and_back);
	tcase_add_test(tc, forms_of_others);
	tcase_add_loop_test(tc, no_key, 0, 6);
	tcase_add_loop_test(tc, signs, 0, 2);
	tcase_add_test(tc, second_place);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, both_ways);
	return lib_run(suite);
}
