// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of certificates for SNP guests: taken apart, and made of certificates of chips */
#include <errno.h>
#include <string.h>

#include "lib_test.h"
#include "sevadm.h"
#include "tests/pki/pki.h"

#define ENTRY 24

static struct sevadm_table_entry entries[8];
static size_t nr;

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* An entry with the GUID of ARKs but for its first byte */
static void put_entry(uint8_t *p, uint8_t first, uint32_t offset, uint32_t length)
{
	static const uint8_t ark[16] = { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43,
					 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae };

	memcpy(p, ark, sizeof(ark));
	p[0] = first;
	put32(p + 16, offset);
	put32(p + 20, length);
}

static int parse(const uint8_t *table, size_t size)
{
	return sevadm_table_parse(table, size, entries, 8, &nr);
}

START_TEST(fields)
{
	uint8_t table[3 * ENTRY + 8] = { 0 };

	put_entry(table, 0xc0, 72, 3);
	put_entry(table + ENTRY, 0xff, 75, 5);
	ck_assert_int_eq(parse(table, sizeof(table)), 0);
	ck_assert_uint_eq(nr, 2);
	ck_assert_str_eq(entries[0].guid, "c0b406a4-a803-4952-9743-3fb6014cd0ae");
	ck_assert_str_eq(entries[0].name, "ARK");
	ck_assert_ptr_null(entries[1].name);
	ck_assert(entries[0].offset == 72 && entries[0].length == 3 && entries[0].data == table + 72);
	ck_assert(entries[1].data == table + 75);
}
END_TEST

/* Nothing beyond the last byte is touched, and sums do not wrap */
START_TEST(bounds)
{
	static const struct {
		uint32_t offset, length;
		bool inside;
	} cases[] = {
		{ 48, 8, true }, { 48, 9, false }, { 56, 0, true }, { 57, 0, false }, { 0, 56, true },
		{ 0xffffffff, 1, false }, { 48, 0xffffffff, false }, { 0xfffffff0, 0x20, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *table = calloc(1, 2 * ENTRY + 8);

		ck_assert_ptr_nonnull(table);
		put_entry(table, 0xc0, cases[i].offset, cases[i].length);
		ck_assert_int_eq(parse(table, 2 * ENTRY + 8), 0);
		ck_assert_uint_eq(nr, 1);
		ck_assert_int_eq(entries[0].data != NULL, cases[i].inside);
		free(table);
	}
}
END_TEST

START_TEST(no_end)
{
	uint8_t table[10 * ENTRY] = { 0 };

	for (size_t size = 0; size < ENTRY; size++)
		ck_assert_int_eq(parse(table, size), -ENODATA);
	ck_assert_int_eq(parse(table, ENTRY), 0);
	ck_assert_uint_eq(nr, 0);
	for (int i = 0; i < 9; i++)
		put_entry(table + i * ENTRY, 0xc0, 0, 0);
	ck_assert_int_eq(parse(table, sizeof(table)), -E2BIG);
	ck_assert_int_eq(parse(table, 8 * ENTRY), -ENODATA);
}
END_TEST

/* ------------------------------------------------------------------ made ones */

static struct sevadm_x509 *certs;
static size_t nr_certs;

/* A file with all of these behind each other */
static void read_certs(const char *const *what, size_t count)
{
	static uint8_t bytes[8 * DER_MAX];
	static struct der der;
	struct sevadm_failure failure;
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		pki_make(what[i], &der);
		memcpy(bytes + size, der.bytes, der.size);
		size += der.size;
	}
	ck_assert_int_eq(sevadm_x509_read(bytes, size, &certs, &nr_certs, &failure), 0);
	ck_assert_uint_eq(nr_certs, count);
}

static void no_fault(void *arg, const char *kind, const char *text)
{
	(void)arg;
	ck_abort_msg("%s: %s", kind, text);
}

START_TEST(made)
{
	static const char *const what[] = { "crl", "vlek", "ark", "asvk" };
	static const char *const order[] = { "ARK", "ASK", "VLEK", "CRL" };
	static const int from[] = { 2, 3, 1, 0 };
	struct sevadm_failure failure;
	uint8_t *table;
	size_t size;

	read_certs(what, 4);
	ck_assert_int_eq(sevadm_table_make(certs, nr_certs, &table, &size, &failure), 0);
	ck_assert_int_eq(parse(table, size), 0);
	ck_assert_uint_eq(nr, 4);
	for (int i = 0; i < 4; i++) {
		const struct sevadm_x509 *c = &certs[from[i]];

		ck_assert_str_eq(entries[i].name, order[i]);
		ck_assert_uint_eq(entries[i].length, c->size);
		ck_assert_mem_eq(entries[i].data, c->der, c->size);
	}
	ck_assert_uint_eq(entries[3].offset + entries[3].length, size);
	ck_assert_uint_eq(sevadm_table_lint(table, size, entries, nr, no_fault, NULL), 0);
	free(table);
	sevadm_x509_free(certs, nr_certs);
}
END_TEST

START_TEST(not_made)
{
	static const struct {
		const char *what[3];
		int err;
	} cases[] = {
		{ { "ark", "ask", "asvk" }, -EEXIST },
		{ { "ark", "vcek", "vcek snp=9" }, -EEXIST },
		{ { "ark", "vcek", "ask cn=Somebody issuer=Nobody" }, -EINVAL },
	};
	struct sevadm_failure failure;
	uint8_t *table;
	size_t size;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_certs(cases[i].what, 3);
		ck_assert_int_eq(sevadm_table_make(certs, nr_certs, &table, &size, &failure),
				 cases[i].err);
		ck_assert(failure.message[0]);
		sevadm_x509_free(certs, nr_certs);
	}
	ck_assert_int_eq(sevadm_table_make(NULL, 0, &table, &size, &failure), -ENODATA);
}
END_TEST

/* ------------------------------------------------------- for verifying reports */

START_TEST(a_report_s_view)
{
	static const char *const what[] = { "ark", "ask", "vcek bl=4 ucode=0xd1" };
	struct sevadm_tcb tcb = { .raw = 0xd108000000000004 };
	struct sevadm_x509_want want = { .time = 1800000000, .tcb = &tcb };
	const struct sevadm_x509 *vcek;
	struct sevadm_x509_chain chain;

	read_certs(what, 3);
	vcek = &certs[2];
	want.root = &certs[0];
	want.hwid = vcek->hwid;
	want.hwid_size = vcek->hwid_size;
	sevadm_x509_verify(certs, nr_certs, &want, &chain);
	ck_assert_msg(chain.trusted, "%s", chain.broken ? chain.broken->why : "");
	ck_assert(chain.cert[SEVADM_X509_VCEK] == vcek && !chain.cert[SEVADM_X509_VLEK]);
	ck_assert(vcek->tcb.known && vcek->tcb.bootloader == 4 && vcek->tcb.microcode == 0xd1);
	ck_assert(vcek->hwid_size == 64 && vcek->x[0] == 0xa0 && vcek->y[47] == 0x53);
	tcb.raw++;
	sevadm_x509_verify(certs, nr_certs, &want, &chain);
	ck_assert(!chain.trusted && chain.broken->cause == SEVADM_CERT_TCB);
	want.tcb = NULL;
	want.root = vcek;
	sevadm_x509_verify(certs, nr_certs, &want, &chain);
	ck_assert(!chain.trusted && chain.broken->cause == SEVADM_CERT_UNKNOWN_ROOT);
	sevadm_x509_free(certs, nr_certs);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_table");

	tcase_add_test(tc, fields);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, no_end);
	tcase_add_test(tc, made);
	tcase_add_test(tc, not_made);
	tcase_add_test(tc, a_report_s_view);
	return lib_run(suite);
}
