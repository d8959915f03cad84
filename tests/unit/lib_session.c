// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the owner of a SEV guest does, against numbers that were calculated by other means
 * (Python's hmac, openssl enc).  That the firmware opens what is made here: owner_model.c.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "lib/attest/session.h"
#include "lib_cert_fixture.h"
#include "lib_test.h"

static void unhex(const char *text, uint8_t *out, size_t size)
{
	ck_assert_uint_eq(strlen(text), 2 * size);
	for (size_t i = 0; i < size; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
}

static void is_hex(const uint8_t *bytes, const char *text)
{
	uint8_t expected[128];
	size_t size = strlen(text) / 2;

	unhex(text, expected, size);
	ck_assert_mem_eq(bytes, expected, size);
}

static void counting(uint8_t *out, size_t size, uint8_t from)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(from + i);
}

/* ------------------------------------------------- the same by libcrypto, by hand */

static void test_hmac(const uint8_t key[16], const void *data, size_t size, uint8_t mac[32])
{
	ck_assert_ptr_nonnull(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, 16, data, size, mac,
					32, NULL));
}

static void test_ctr(const uint8_t *key, const uint8_t *iv, const uint8_t *in, int size,
		     uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	ck_assert_int_eq(EVP_DecryptInit_ex2(ctx, EVP_aes_128_ctr(), key, iv, NULL), 1);
	ck_assert_int_eq(EVP_DecryptUpdate(ctx, out, &n, in, size), 1);
	ck_assert_int_eq(n, size);
	EVP_CIPHER_CTX_free(ctx);
}

static EVP_PKEY *test_public(const uint8_t *cert)
{
	size_t bytes = cert[0x10] == 1 ? 32 : 48;
	uint8_t point[97] = { 4 };
	char p256[] = "P-256", p384[] = "P-384";
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string("group", bytes == 32 ? p256 : p384, 0),
		OSSL_PARAM_octet_string("pub", point, 1 + 2 * bytes), OSSL_PARAM_END,
	};

	for (size_t i = 0; i < bytes; i++) {
		point[bytes - i] = cert[0x14 + i];
		point[2 * bytes - i] = cert[0x5c + i];
	}
	ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static size_t test_agree(EVP_PKEY *own, const uint8_t *cert, uint8_t shared[48])
{
	EVP_PKEY *peer = test_public(cert);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t size = 48;

	ck_assert(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		  EVP_PKEY_derive(ctx, shared, &size) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return size;
}

/* ------------------------------------------------------------------- session */

START_TEST(session_of_zeros)
{
	uint8_t blob[SEVADM_SESSION_SIZE] = { 0 }, shared[16] = { 0 }, keys[32] = { 0 };

	ck_assert_int_eq(session_wrap(shared, sizeof(shared), keys, 0, blob), 0);
	is_hex(blob + 16, "2137bc7f9bb8bd7c3e55a576a15d3454b3856b8ba27afadf46dcfee9f02c02c4");
	is_hex(blob + 64, "3176c0752738bd9d5e86689534020f528c088f16238826b000b327dee6aeed7d");
	is_hex(blob + 96, "aa7855e13839dd767cd5da7c1ff5036540c9264b7a803029315e55375287b4af");
}
END_TEST

START_TEST(session_of_known_numbers)
{
	uint8_t blob[SEVADM_SESSION_SIZE], shared[48], keys[32], before[32];

	counting(shared, 48, 0);
	counting(blob, 16, 0x40);
	counting(blob + 48, 16, 0x50);
	counting(keys, 32, 0x10);
	memcpy(before, blob, 16);
	ck_assert_int_eq(session_wrap(shared, 48, keys, 0x37010005, blob), 0);
	ck_assert_mem_eq(blob, before, 16);
	is_hex(blob + 16, "607d155b5150ab08b3325eab42bd201653030b0c3b75c9dedd35f4e61291bb6b");
	is_hex(blob + 64, "42778a4c438b56cbfd4379c5840decccd6b7a2e450188ab1cdfebc8e6b514940");
	is_hex(blob + 96, "fab51b478816c39b1390ab763590fc158f2cc0b258cd78d7aad117c946fb13aa");
}
END_TEST

static void parse(const uint8_t *bytes, struct sevadm_cert *cert)
{
	struct sevadm_failure failure;
	size_t nr;

	ck_assert_int_eq(sevadm_cert_parse(bytes, FIX_SEV_SIZE, cert, 1, &nr, &failure), 0);
}

/* The certificate is one, of the same curve, and no two sessions have anything in common */
START_TEST(session_new)
{
	struct fix_chain c;
	struct sevadm_session a, b;
	struct sevadm_cert pdh, godh;

	fix_make(&c, (struct fix_shape){ .rsa_bits = 2048, .curve = (uint32_t)_i, .ecdsa = 2 });
	parse(c.cert[FIX_PDH], &pdh);
	ck_assert_int_eq(sevadm_session_new(&pdh, 5, &a), 0);
	ck_assert_int_eq(sevadm_session_new(&pdh, 5, &b), 0);
	parse(a.godh, &godh);
	ck_assert_uint_eq(godh.version, 1);
	ck_assert_uint_eq(godh.usage, 0x1003);
	ck_assert_uint_eq(godh.algorithm, 3);
	ck_assert_uint_eq(godh.curve, _i);
	ck_assert_uint_eq(godh.signatures[0].usage, 0x1000);
	ck_assert_uint_eq(godh.signatures[1].usage, 0x1000);
	ck_assert_mem_ne(a.godh + 0x14, b.godh + 0x14, 32);
	for (int i = 0; i < 128; i += 16)
		ck_assert_mem_ne(a.blob + i, b.blob + i, 16);
	ck_assert_mem_ne(a.tek, b.tek, 16);
	ck_assert_mem_ne(a.tik, b.tik, 16);
	ck_assert_mem_ne(a.tek, a.tik, 16);
	/* the keys themselves are not in it */
	ck_assert_ptr_null(memmem(a.blob, 128, a.tek, 16));
	ck_assert_ptr_null(memmem(a.blob, 128, a.tik, 16));
	fix_free(&c);
}
END_TEST

/* What the firmware does with its private key: it comes to the same wrapping, and unwraps */
START_TEST(session_opened)
{
	uint8_t shared[48], keys[32], blob[SEVADM_SESSION_SIZE];
	struct sevadm_session session;
	struct sevadm_cert pdh;
	struct fix_chain c;
	size_t size;

	fix_make(&c, (struct fix_shape){ .rsa_bits = 2048, .curve = (uint32_t)_i, .ecdsa = 2 });
	parse(c.cert[FIX_PDH], &pdh);
	ck_assert_int_eq(sevadm_session_new(&pdh, 0x37010005, &session), 0);
	size = test_agree(c.key[FIX_PDH], session.godh, shared);
	ck_assert_uint_eq(size, _i == 1 ? 32 : 48);
	memcpy(keys, session.tek, 16);
	memcpy(keys + 16, session.tik, 16);
	memcpy(blob, session.blob, sizeof(blob));
	memset(blob + 16, 0, 32);
	memset(blob + 64, 0, 64);
	ck_assert_int_eq(session_wrap(shared, size, keys, 0x37010005, blob), 0);
	ck_assert_mem_eq(blob, session.blob, sizeof(blob));
	fix_free(&c);
}
END_TEST

START_TEST(session_with_no_pdh)
{
	static const struct sevadm_session zero;
	struct sevadm_session session;
	struct sevadm_cert cert;
	struct fix_chain c;

	fix_make(&c, (struct fix_shape){ .rsa_bits = 2048, .curve = 2, .ecdsa = 2 });
	parse(c.cert[FIX_PEK], &cert);
	ck_assert_int_eq(sevadm_session_new(&cert, 5, &session), -EINVAL);
	parse(c.cert[FIX_PDH], &cert);
	cert.key_bits = 0;
	ck_assert_int_eq(sevadm_session_new(&cert, 5, &session), -EINVAL);
	c.cert[FIX_PDH][0x14] ^= 1;	/* no point of the curve */
	parse(c.cert[FIX_PDH], &cert);
	memset(&session, 0x55, sizeof(session));
	ck_assert_int_eq(sevadm_session_new(&cert, 5, &session), -EINVAL);
	ck_assert_mem_eq(session.tek, zero.tek, 16);
	ck_assert_mem_eq(session.blob, zero.blob, 128);
	fix_free(&c);
}
END_TEST

/* -------------------------------------------------------------------- policy */

START_TEST(policy_words)
{
	static const struct {
		const char *text;
		uint32_t policy;
	} good[] = {
		{ "0", 0 }, { "1", 1 }, { "4294967295", 0xffffffff }, { "0x37010005", 0x37010005 },
		{ "nodbg", 1 }, { "noks", 2 }, { "es", 4 }, { "nosend", 8 }, { "domain", 16 },
		{ "sev", 32 }, { "nodbg,es", 5 }, { "es,nodbg,es", 5 },
		{ "api>=1.55,nodbg,es", 0x37010005 }, { "nodbg,api=1.55", 0x37010001 },
		{ "api=255.255", 0xffff0000 },
	};
	static const char *const bad[] = {
		"", ",", "nodbg,", "nodbg,,es", "NODBG", "nodbg es", "x", "-1", "1.5", "api", "api=",
		"api=1", "api=1.", "api=1.256", "api=256.1", "api=1.5x", "api=1.+5", "api>1.5", "0x",
		"nodbg,4", "smt",
	};
	uint32_t policy;
	char text[128];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_int_eq(sevadm_policy_parse(good[i].text, &policy), 0);
		ck_assert_uint_eq(policy, good[i].policy);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(sevadm_policy_parse(bad[i], &policy) == -EINVAL, "%s", bad[i]);
	ck_assert_int_eq(sevadm_policy_parse("4294967296", &policy), -ERANGE);
	ck_assert_int_eq(sevadm_policy_parse("0x100000000", &policy), -ERANGE);
	/* what it says of a policy, it understands */
	sevadm_policy_text(SEVADM_GUEST_SEV, 0x3701003f, text, sizeof(text));
	ck_assert_int_eq(sevadm_policy_parse(text, &policy), 0);
	ck_assert_uint_eq(policy, 0x3701003f);
}
END_TEST

/* --------------------------------------------------------------- measurement */

static struct sevadm_measured_guest known_guest(uint8_t *tik, uint8_t *nonce)
{
	struct sevadm_measured_guest guest = { .api_minor = 0x12, .build = 0xf };

	unhex("66320db73158a35a255d051758e95ed4", tik, 16);
	unhex("4fbe0bedbad6c86ae8f68971d103e554", nonce, 16);
	/* SHA-256 of nothing */
	unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", guest.digest, 32);
	return guest;
}

START_TEST(measurement_of_known_numbers)
{
	uint8_t tik[16], nonce[16], blob[SEVADM_MEASUREMENT_SIZE];
	struct sevadm_measured_guest guest = known_guest(tik, nonce);

	ck_assert_int_eq(sevadm_measurement_build(&guest, tik, nonce, blob), 0);
	is_hex(blob, "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea");
	ck_assert_mem_eq(blob + 32, nonce, 16);
	guest.api_minor = 16;	/* an old one: neither version nor build */
	ck_assert_int_eq(sevadm_measurement_build(&guest, tik, nonce, blob), 0);
	is_hex(blob, "ddf87f3086c5b34f8f03be2038a86928d4297344072479eeebcfef115f7a4759");
	guest = (struct sevadm_measured_guest){ 1, 55, 25, 0x37010005, { 0 } };
	ck_assert_int_eq(sevadm_guest_image_digest(&(struct sevadm_guest_image){
			 .firmware = "firmware", .firmware_size = 8 }, guest.digest), 0);
	ck_assert_int_eq(sevadm_measurement_build(&guest, tik, nonce, blob), 0);
	is_hex(blob, "6bce55d42d76d18dba39b184e7648e992e50ea26e59ed05d7960e567ae5a26d2");
}
END_TEST

START_TEST(measurement_verify)
{
	uint8_t tik[16], nonce[16], blob[SEVADM_MEASUREMENT_SIZE];
	const struct sevadm_measured_guest guest = known_guest(tik, nonce);
	struct sevadm_measured_guest other;

	ck_assert_int_eq(sevadm_measurement_build(&guest, tik, nonce, blob), 0);
	ck_assert_int_eq(sevadm_measurement_verify(&guest, tik, blob), 0);
	for (size_t bit = 0; bit < 8 * sizeof(blob); bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(sevadm_measurement_verify(&guest, tik, blob), -EBADMSG);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	other = guest, other.api_major++;
	ck_assert_int_eq(sevadm_measurement_verify(&other, tik, blob), -EBADMSG);
	other = guest, other.api_minor++;
	ck_assert_int_eq(sevadm_measurement_verify(&other, tik, blob), -EBADMSG);
	other = guest, other.build++;
	ck_assert_int_eq(sevadm_measurement_verify(&other, tik, blob), -EBADMSG);
	other = guest, other.policy ^= 1U << 31;
	ck_assert_int_eq(sevadm_measurement_verify(&other, tik, blob), -EBADMSG);
	other = guest, other.digest[31] ^= 1;
	ck_assert_int_eq(sevadm_measurement_verify(&other, tik, blob), -EBADMSG);
	tik[0] ^= 1;
	ck_assert_int_eq(sevadm_measurement_verify(&guest, tik, blob), -EBADMSG);
}
END_TEST

START_TEST(image_digest)
{
	struct sevadm_guest_image image = { .firmware = "firmware", .firmware_size = 8 };
	uint8_t vmsa0[4096], vmsa1[4096], digest[32];

	memset(vmsa0, 1, sizeof(vmsa0));
	memset(vmsa1, 2, sizeof(vmsa1));
	ck_assert_int_eq(sevadm_guest_image_digest(&image, digest), 0);
	is_hex(digest, "c3bf47ea1f4a4a605470313cacb3a44f4a461f68c6faeab07e737610cb5ac835");
	image.kernel = "kernel", image.kernel_size = 6;
	ck_assert_int_eq(sevadm_guest_image_digest(&image, digest), 0);
	is_hex(digest, "bcbe246a52535876af978caf22a6099eb917a60927632e1618627abc2c0193ae");
	image.initrd = "initrd", image.initrd_size = 6;
	image.cmdline = "console=ttyS0 ";	/* a blank at its end is a part of it */
	ck_assert_int_eq(sevadm_guest_image_digest(&image, digest), 0);
	is_hex(digest, "7fab3464da768e15535a206d115060167378b01064ff086f59c4c8c8a5e22a03");
	image.cpus = 3, image.vmsa0 = vmsa0, image.vmsa1 = vmsa1;
	ck_assert_int_eq(sevadm_guest_image_digest(&image, digest), 0);
	is_hex(digest, "fa703d6e81c74fb71fec9d957457195b5d6cf90209a2ba4863e47e760ce1fd1e");
}
END_TEST

/* ------------------------------------------------------------------- secrets */

START_TEST(guid)
{
	static const char *const bad[] = {
		"", "736869e5", "736869e5-84f0-4973-92ec-06879ce3da0", "736869e5-84f0-4973-92ec-06879ce3da0g",
		"736869e5-84f0-4973-92ec-06879ce3da0bb", "736869e584f0497392ec06879ce3da0b",
		"736869e5-84f0-4973-92ec506879ce3da0b", "{736869e5-84f0-4973-92ec-06879ce3da0b}",
	};
	uint8_t bytes[16];
	char text[37];

	ck_assert_int_eq(sevadm_guid_parse("736869E5-84f0-4973-92ec-06879ce3da0b", bytes), 0);
	is_hex(bytes, "e5696873f084734992ec06879ce3da0b");
	ck_assert_str_eq(sevadm_guid_text(bytes, text), "736869e5-84f0-4973-92ec-06879ce3da0b");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(sevadm_guid_parse(bad[i], bytes) == -EINVAL, "%s", bad[i]);
}
END_TEST

START_TEST(secret_table)
{
	struct sevadm_secret secrets[3] = { { .data = "secret", .size = 6 } }, read[2];
	uint8_t *table;
	size_t size, nr;

	sevadm_guid_parse("736869e5-84f0-4973-92ec-06879ce3da0b", secrets[0].guid);
	ck_assert_int_eq(sevadm_secret_table(secrets, 1, &table, &size), 0);
	ck_assert_uint_eq(size, 48);
	is_hex(table, "42f5741edd71664d963eef4287ff173b2e000000"
	       "e5696873f084734992ec06879ce3da0b1a0000007365637265740000");
	ck_assert_int_eq(sevadm_secret_list(table, size, read, 2, &nr), 0);
	ck_assert_uint_eq(nr, 1);
	ck_assert_uint_eq(read[0].size, 6);
	ck_assert_mem_eq(read[0].data, "secret", 6);
	/* lengths that lead out of it, or nowhere */
	for (uint32_t length = 0; length < 70; length++) {
		table[16] = (uint8_t)length;
		ck_assert_int_eq(sevadm_secret_list(table, size, read, 2, &nr),
				 length < 20 || length > size || (length >= 40 && length < 46) ? -EBADMSG : 0);
	}
	table[16] = 46;
	for (uint32_t length = 0; length < 70; length++) {
		table[36] = (uint8_t)length;
		ck_assert_int_eq(sevadm_secret_list(table, size, read, 2, &nr),
				 length < 20 || length > 26 ? -EBADMSG : 0);
	}
	ck_assert_int_eq(sevadm_secret_list(table, 19, read, 2, &nr), -ENOENT);
	table[0] ^= 1;
	ck_assert_int_eq(sevadm_secret_list(table, size, read, 2, &nr), -ENOENT);
	free(table);
	secrets[1] = secrets[2] = secrets[0];
	ck_assert_int_eq(sevadm_secret_table(secrets, 3, &table, &size), 0);
	ck_assert_uint_eq(size, 112);
	ck_assert_int_eq(sevadm_secret_list(table, size, read, 2, &nr), -E2BIG);
	ck_assert_uint_eq(nr, 2);
	free(table);
	secrets[1].size = SEVADM_SECRET_MAX;
	ck_assert_int_eq(sevadm_secret_table(secrets, 2, &table, &size), -EMSGSIZE);
	secrets[1].size = SIZE_MAX;
	ck_assert_int_eq(sevadm_secret_table(secrets, 2, &table, &size), -EMSGSIZE);
}
END_TEST

/* The MAC as AMD 55766 has it, put together here */
static void check_mac(const uint8_t *header, const uint8_t *payload, uint32_t size,
		      const uint8_t *tik, const uint8_t *measurement)
{
	uint8_t data[256] = { 0x01 }, mac[32];
	size_t used = 0;

	memcpy(data + 1, header, 20);
	used = 21;
	for (int i = 0; i < 2; i++, used += 4) {
		data[used] = (uint8_t)size;
		data[used + 1] = (uint8_t)(size >> 8);
	}
	memcpy(data + used, payload, size);
	memcpy(data + used + size, measurement, 32);
	test_hmac(tik, data, used + size + 32, mac);
	ck_assert_mem_eq(header + 20, mac, 32);
}

START_TEST(packet)
{
	uint8_t tek[16], tik[16], measurement[48], header[52], again[52], payload[64], data[64], out[64];
	struct sevadm_packet_keys keys = { tek, tik, measurement };
	static const uint8_t flags[4];

	counting(tek, 16, 1);
	counting(tik, 16, 0x81);
	counting(measurement, 48, 7);
	counting(data, 64, 0x20);
	ck_assert_int_eq(sevadm_secret_package(&keys, data, 64, header, payload), 0);
	ck_assert_mem_eq(header, flags, 4);
	check_mac(header, payload, 64, tik, measurement);
	test_ctr(tek, header + 4, payload, 64, out);
	ck_assert_mem_eq(out, data, 64);
	ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 64, out), 0);
	ck_assert_mem_eq(out, data, 64);
	/* never twice the same */
	ck_assert_int_eq(sevadm_secret_package(&keys, data, 64, again, out), 0);
	ck_assert_mem_ne(again + 4, header + 4, 16);
	ck_assert_mem_ne(out, payload, 16);
	for (size_t bit = 0; bit < 8 * 52; bit++) {
		header[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 64, out), -EBADMSG);
		header[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * 64; bit++) {
		payload[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 64, out), -EBADMSG);
		payload[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 48, out), -EBADMSG);
	measurement[31] ^= 1;
	ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 64, out), -EBADMSG);
	/* the MAC alone of the measurement counts, not its nonce */
	measurement[31] ^= 1, measurement[47] ^= 1;
	ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, 64, out), 0);
	for (size_t size = 0; size < 64; size++)
		if (size % 16 || !size) {
			ck_assert_int_eq(sevadm_secret_package(&keys, data, size, header, payload), -EMSGSIZE);
			ck_assert_int_eq(sevadm_secret_open(&keys, header, payload, size, out), -EMSGSIZE);
		}
	ck_assert_int_eq(sevadm_secret_package(&keys, data, SEVADM_SECRET_MAX + 16, header, payload),
			 -EMSGSIZE);
}
END_TEST

/* -------------------------------------------------------- attestation report */

START_TEST(attestation)
{
	uint8_t bytes[SEVADM_ATTESTATION_SIZE];
	struct sevadm_attestation report;
	struct sevadm_cert pek, pdh;
	struct fix_chain c;

	fix_make(&c, (struct fix_shape){ .rsa_bits = 2048, .curve = _i & 1 ? 1 : 2,
					 .ecdsa = _i & 2 ? 0x102 : 2 });
	parse(c.cert[FIX_PEK], &pek);
	parse(c.cert[FIX_PDH], &pdh);
	fix_report(&c, bytes);
	for (size_t size = 0; size < sizeof(bytes); size++)
		ck_assert_int_eq(sevadm_attestation_parse(bytes, size, &report), -EMSGSIZE);
	ck_assert_int_eq(sevadm_attestation_parse(bytes, sizeof(bytes), &report), 0);
	ck_assert_uint_eq(report.policy, 5);
	ck_assert_uint_eq(report.usage, 0x1002);
	ck_assert_mem_eq(report.nonce, bytes, 16);
	ck_assert_mem_eq(report.digest, bytes + 16, 32);
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), 0);
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pdh), -EINVAL);
	/* what is signed, and r and s as far as the curve's numbers go */
	for (size_t i = 0; i < 0x40 + 144; i += i < 0x34 ? 1 : 8) {
		bytes[i] ^= 1;
		sevadm_attestation_parse(bytes, sizeof(bytes), &report);
		if (i < 0x34 || (i >= 0x40 && (i - 0x40) % 72 < 32))
			ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), -EBADMSG);
		bytes[i] ^= 1;
	}
	bytes[0x34] = 3;
	sevadm_attestation_parse(bytes, sizeof(bytes), &report);
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), -EKEYREJECTED);
	bytes[0x34] = 2, bytes[0x39] ^= 1;
	sevadm_attestation_parse(bytes, sizeof(bytes), &report);
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), -EINVAL);
	fix_free(&c);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "owner of a guest");

	tcase_add_test(tc, session_of_zeros);
	tcase_add_test(tc, session_of_known_numbers);
	tcase_add_loop_test(tc, session_new, 1, 3);
	tcase_add_loop_test(tc, session_opened, 1, 3);
	tcase_add_test(tc, session_with_no_pdh);
	tcase_add_test(tc, policy_words);
	tcase_add_test(tc, measurement_of_known_numbers);
	tcase_add_test(tc, measurement_verify);
	tcase_add_test(tc, image_digest);
	tcase_add_test(tc, guid);
	tcase_add_test(tc, secret_table);
	tcase_add_test(tc, packet);
	tcase_add_loop_test(tc, attestation, 0, 4);
	return lib_run(suite);
}
