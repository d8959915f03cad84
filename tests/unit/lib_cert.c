// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of platforms: fields, files of several, and chains made with keys of our own,
 * which are then damaged in every way.
 */
#include <errno.h>
#include <string.h>

#include "lib_cert_fixture.h"
#include "lib_test.h"
#include "sevadm.h"

#define COUNT(a)	(int)(sizeof(a) / sizeof((a)[0]))
#define FILE_MAX	(6 * FIX_SEV_SIZE)

/* Made once: what changes them works on a copy */
static struct fix_chain made;

static struct sevadm_cert certs[8];
static struct sevadm_cert_chain chain;
static size_t nr;

static int parse(const uint8_t *file, size_t size)
{
	struct sevadm_failure failure;
	int ret = sevadm_cert_parse(file, size, certs, 8, &nr, &failure);

	ck_assert(!ret || (failure.kind == SEVADM_NO && failure.message[0]));
	return ret;
}

/* @c as one file, with @root; the name of the link that is broken, or "" */
static const char *verify(const struct fix_chain *c, const struct fix_chain *root)
{
	static uint8_t file[FILE_MAX];
	struct sevadm_failure failure;
	struct sevadm_cert ark;
	size_t one;

	ck_assert_int_eq(parse(file, fix_join(c, file)), 0);
	ck_assert_uint_eq(nr, 6);
	if (root)
		ck_assert_int_eq(sevadm_cert_parse(root->cert[FIX_ARK], root->size[FIX_ARK], &ark, 1,
						   &one, &failure), 0);
	sevadm_cert_verify(certs, nr, root ? &ark : NULL, &chain);
	ck_assert_int_eq(chain.trusted, !chain.broken);
	return chain.broken ? chain.broken->name : "";
}

/* ------------------------------------------------------------------ fields */

START_TEST(fields)
{
	const struct sevadm_cert *c = &certs[1];

	ck_assert_str_eq(verify(&made, &made), "");
	ck_assert(!c->ca && c->offset == 2084 && c->size == 2084 && c->version == 1);
	ck_assert(c->api_major == 1 && c->api_minor == 55 && c->usage == 0x1002);
	ck_assert(c->algorithm == 2 && c->curve == 2 && c->key_bits == 384);
	ck_assert(c->signatures[0].usage == 0x1001 && c->signatures[1].usage == 0x1004);
	ck_assert_mem_eq(c->x, made.cert[FIX_PEK] + 0x14, 72);
	c = &certs[5];
	ck_assert(c->ca && c->offset == 4 * 2084 + 832 && c->size == 832 && c->key_bits == 2048);
	ck_assert(c->usage == 0 && c->key_id[0] == 0xaa && c->certifying_id[15] == 0xaa);
	ck_assert_mem_eq(c->exponent, "\1\0\1", 4);
	ck_assert_str_eq(chain.root, "own");
	for (int i = 0; i < SEVADM_CERT_LINKS; i++)
		ck_assert_int_eq(chain.links[i].verdict, SEVADM_CERT_PASS);
}
END_TEST

START_TEST(unknown_values)
{
	uint8_t file[FIX_SEV_SIZE] = { 7, 0, 0, 0, 9, 9, 0, 0, 0x03, 0x10 };

	memset(file + 0x0c, 0xff, 8);
	ck_assert_int_eq(parse(file, sizeof(file)), 0);
	ck_assert(certs[0].version == 7 && certs[0].algorithm == 0xffffffff &&
		  certs[0].curve == 0xffffffff && !certs[0].key_bits);
	ck_assert_ptr_null(sevadm_cert_algorithm_name(certs[0].algorithm));
	ck_assert_ptr_null(sevadm_cert_curve_name(certs[0].curve));
	ck_assert_ptr_null(sevadm_cert_usage_name(0x1005));
	ck_assert_str_eq(sevadm_cert_usage_name(0x13), "ASK");
	ck_assert_str_eq(sevadm_cert_algorithm_name(0x102), "ECDSA_SHA384");
}
END_TEST

/* Every length of a whole file: what is cut off is said to be, and nothing is read behind it */
START_TEST(lengths)
{
	static uint8_t file[FILE_MAX];
	size_t size = fix_join(&made, file), ends = 0;

	for (size_t n = 0; n < size; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		int ret;

		memcpy(copy, file, n);
		ret = parse(copy, n);
		ends += !ret;
		ck_assert(!ret || ret == -ENODATA || ret == -EBADMSG || ret == -EOVERFLOW);
		free(copy);
	}
	ck_assert_uint_eq(ends, 5);
	ck_assert_int_eq(parse(file, 2083), -ENODATA);
	memset(file + 2084, 0, 100);
	ck_assert_int_eq(parse(file, 2084 + 100), -EOVERFLOW);
	ck_assert_uint_eq(nr, 1);
	ck_assert_int_eq(parse(file, 0), -EBADMSG);
	memset(file, 0xff, size);
	ck_assert_int_eq(parse(file, size), -EBADMSG);
}
END_TEST

START_TEST(too_many)
{
	static uint8_t file[9 * FIX_SEV_SIZE];

	for (int i = 0; i < 9; i++)
		memcpy(file + i * FIX_SEV_SIZE, made.cert[FIX_OCA], FIX_SEV_SIZE);
	ck_assert_int_eq(parse(file, 8 * FIX_SEV_SIZE), 0);
	ck_assert_int_eq(parse(file, sizeof(file)), -E2BIG);
}
END_TEST

static const struct {
	const char *text, *encoding;
	size_t size;
} encodings[] = {
	{ "01000000", "hex", 4 }, { "01 00\n0A fF\n", "hex", 4 }, { "AQAAAA==", "base64", 4 },
	{ "AQAA\nAAA=\n", "base64", 5 }, { "AQAAAAAA", "base64", 6 }, { "AQ=AAA==", "binary", 8 },
	{ "010", "binary", 3 }, { "AQAAA", "binary", 5 }, { "AQAAAA=", "binary", 7 },
	{ "\1\2", "binary", 2 }, { "", "binary", 0 }, { " \n", "binary", 2 }, { "====", "binary", 4 },
};

START_TEST(encoding)
{
	const char *name;
	uint8_t *bytes;
	size_t size;

	ck_assert_int_eq(sevadm_bytes_decode(encodings[_i].text, strlen(encodings[_i].text), &bytes,
					     &size, &name), 0);
	ck_assert_str_eq(name, encodings[_i].encoding);
	ck_assert_uint_eq(size, encodings[_i].size);
	free(bytes);
}
END_TEST

/* ------------------------------------------------------------------- chains */

static const struct fix_shape shapes[] = {
	{ 2048, 1, 2 }, { 2048, 2, 0x102 }, { 4096, 2, 2 }, { 4096, 1, 0x102 },
};

START_TEST(every_shape)
{
	struct fix_chain c;

	fix_make(&c, shapes[_i]);
	ck_assert_str_eq(verify(&c, &c), "");
	ck_assert_str_eq(verify(&c, NULL), "ARK");
	ck_assert_int_eq(chain.broken->cause, SEVADM_CERT_UNKNOWN_ROOT);
	ck_assert_str_eq(verify(&c, &made), "ARK");
	ck_assert_ptr_null(chain.root);
	fix_free(&c);
}
END_TEST

/* @byte of @cert: what is first found wrong; @resign: it was signed like that */
static const struct {
	int cert;
	size_t byte;
	uint8_t value;
	bool resign;
	const char *link;
	enum sevadm_cert_cause cause;
} damage[] = {
	/* a bit in what is signed, and in the signature */
	{ FIX_PDH, 0x300, 1, false, "PEK -> PDH", SEVADM_CERT_SIGNATURE },
	{ FIX_PDH, 0x420, 1, false, "PEK -> PDH", SEVADM_CERT_SIGNATURE },
	{ FIX_PEK, 0x300, 1, false, "CEK -> PEK", SEVADM_CERT_SIGNATURE },
	{ FIX_PEK, 0x420, 1, false, "OCA -> PEK", SEVADM_CERT_SIGNATURE },
	{ FIX_PEK, 0x628, 1, false, "CEK -> PEK", SEVADM_CERT_SIGNATURE },
	{ FIX_OCA, 0x300, 1, false, "OCA -> OCA", SEVADM_CERT_SIGNATURE },
	{ FIX_OCA, 0x420, 1, false, "OCA -> OCA", SEVADM_CERT_SIGNATURE },
	{ FIX_CEK, 0x300, 1, false, "ASK -> CEK", SEVADM_CERT_SIGNATURE },
	{ FIX_CEK, 0x420, 1, false, "ASK -> CEK", SEVADM_CERT_SIGNATURE },
	{ FIX_ASK, 0x28, 1, false, "ARK -> ASK", SEVADM_CERT_SIGNATURE },
	{ FIX_ASK, 0x250, 1, false, "ARK -> ASK", SEVADM_CERT_SIGNATURE },
	{ FIX_ARK, 0x28, 1, false, "ARK -> ARK", SEVADM_CERT_SIGNATURE },
	{ FIX_ARK, 0x250, 1, false, "ARK -> ARK", SEVADM_CERT_SIGNATURE },
	/* keys that are others, or none */
	{ FIX_ARK, 0x150, 1, false, "ARK", SEVADM_CERT_UNKNOWN_ROOT },
	{ FIX_ASK, 0x40, 1, true, "ASK -> CEK", SEVADM_CERT_WRONG_KEY },
	{ FIX_CEK, 0x14, 1, true, "CEK -> PEK", SEVADM_CERT_WRONG_KEY },
	{ FIX_OCA, 0x5b, 1, true, "OCA -> OCA", SEVADM_CERT_WRONG_KEY },
	{ FIX_PEK, 0x10, 3, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PEK, 0x10, 1 ^ 2, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PDH, 0x10, 3 ^ 2, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PEK, 0x0c, 2 ^ 1, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PEK, 0x0d, 1, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PDH, 0x0c, 3 ^ 2, true, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_PDH, 0x418, 2 ^ 1, false, "PEK -> PDH", SEVADM_CERT_WRONG_KEY },
	{ FIX_CEK, 0x419, 1, false, "ASK -> CEK", SEVADM_CERT_WRONG_KEY },
	/* usages, ids, versions */
	{ FIX_PDH, 0x414, 2 ^ 4, false, "PEK -> PDH", SEVADM_CERT_WRONG_USAGE },
	{ FIX_PEK, 0x61c, 1 ^ 4, false, "CEK -> PEK", SEVADM_CERT_WRONG_USAGE },
	{ FIX_CEK, 0x414, 1, false, "ASK -> CEK", SEVADM_CERT_WRONG_USAGE },
	{ FIX_ASK, 0x14, 1, true, "ARK -> ASK", SEVADM_CERT_WRONG_USAGE },
	{ FIX_ARK, 0x04, 1, true, "ARK -> ARK", SEVADM_CERT_WRONG_USAGE },
	{ FIX_PEK, 0x08, 7, true, "others", SEVADM_CERT_WRONG_USAGE },
	{ FIX_ASK, 0x24, 1, true, "others", SEVADM_CERT_WRONG_USAGE },
	{ FIX_PEK, 0x08, 2 ^ 3, true, "PEK -> PDH", SEVADM_CERT_TWICE },
	{ FIX_CEK, 0x00, 3, true, "ASK -> CEK", SEVADM_CERT_VERSION },
	{ FIX_ARK, 0x00, 3, true, "ARK", SEVADM_CERT_VERSION },
};

START_TEST(damaged)
{
	struct fix_chain c = made;

	c.cert[damage[_i].cert][damage[_i].byte] ^= damage[_i].value;
	if (damage[_i].resign)
		fix_sign(&c);
	ck_assert_str_eq(verify(&c, &made), damage[_i].link);
	ck_assert_msg(chain.broken->cause == damage[_i].cause, "%s", chain.broken->why);
	ck_assert_uint_gt(strlen(chain.broken->why), 10);
}
END_TEST

/* Signed by another's key that says it is the same */
START_TEST(another_chain)
{
	struct fix_chain c, other;

	fix_make(&other, made.shape);
	for (int i = FIX_PDH; i < FIX_ARK; i++) {
		c = made;
		memcpy(c.cert[i], other.cert[i], other.size[i]);
		verify(&c, &made);
		ck_assert_ptr_nonnull(chain.broken);
		ck_assert_int_eq(chain.broken->cause, SEVADM_CERT_SIGNATURE);
	}
	fix_free(&other);
}
END_TEST

/* ------------------------------------------------- what is there, and in which order */

START_TEST(missing)
{
	ck_assert_str_eq(verify(&made, &made), "");
	memmove(certs + _i, certs + _i + 1, (5 - _i) * sizeof(certs[0]));
	sevadm_cert_verify(certs, 5, NULL, &chain);
	ck_assert(!chain.trusted);
	for (int i = 0; i < SEVADM_CERT_LINKS; i++)
		if (chain.links[i].verdict == SEVADM_CERT_SKIP)
			return;
	ck_abort_msg("nothing was skipped");
}
END_TEST

START_TEST(nothing)
{
	sevadm_cert_verify(NULL, 0, NULL, &chain);
	ck_assert(!chain.trusted && !chain.has_root && !chain.root);
	ck_assert_int_eq(chain.broken->cause, SEVADM_CERT_MISSING);
}
END_TEST

START_TEST(root_stands_in)
{
	struct sevadm_cert ark;

	verify(&made, &made);
	ark = certs[5];
	sevadm_cert_verify(certs, 5, &ark, &chain);
	ck_assert(chain.trusted);
	ck_assert_str_eq(chain.root, "own");
}
END_TEST

START_TEST(twice_the_same)
{
	verify(&made, &made);
	certs[6] = certs[0];
	certs[6].offset = 0;
	certs[7] = certs[5];
	sevadm_cert_verify(certs, 8, &certs[5], &chain);
	ck_assert(chain.trusted);
}
END_TEST

/* Neighbours change places in one file; in files of their own they may come as they like */
START_TEST(swapped)
{
	struct sevadm_cert first;

	verify(&made, &made);
	first = certs[_i];
	certs[_i] = certs[_i + 1];
	certs[_i].offset = _i ? 1 : 0;
	certs[_i + 1] = first;
	certs[_i + 1].offset = 1;
	sevadm_cert_verify(certs, 6, _i == 4 ? &certs[4] : &certs[5], &chain);
	ck_assert(!chain.trusted);
	ck_assert_int_eq(chain.broken->cause, SEVADM_CERT_ORDER);
	for (int i = 0; i < 6; i++)
		certs[i].offset = 0;
	sevadm_cert_verify(certs, 6, _i == 4 ? &certs[4] : &certs[5], &chain);
	ck_assert(chain.trusted);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "certificates");
	int ret;

	fix_make(&made, (struct fix_shape){ 2048, 2, 2 });
	tcase_add_test(tc, fields);
	tcase_add_test(tc, unknown_values);
	tcase_add_test(tc, lengths);
	tcase_add_test(tc, too_many);
	tcase_add_loop_test(tc, encoding, 0, COUNT(encodings));
	tcase_add_loop_test(tc, every_shape, 0, COUNT(shapes));
	tcase_add_loop_test(tc, damaged, 0, COUNT(damage));
	tcase_add_test(tc, another_chain);
	tcase_add_loop_test(tc, missing, 0, 6);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, root_stands_in);
	tcase_add_test(tc, twice_the_same);
	tcase_add_loop_test(tc, swapped, 0, 5);
	ret = lib_run(suite);
	fix_free(&made);
	return ret;
}
