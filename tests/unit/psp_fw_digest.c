/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what it asks of the host's cryptography.  The launch digests of
 * SEV and SNP guests, and when a calculation begins, goes on and ends.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "psp_fw_machine.h"
#include "test_crypto.h"

#define PAGE	(MACHINE_PAGES + 0x10000)

static struct machine *m;

static void setup(void)
{
	m = machine_new(4, 2, NULL);
}

static void teardown(void)
{
	machine_free(m);
}

/* What pages are filled with: byte i is 7 i + 3 */
static void fill(uint64_t pa, size_t len)
{
	for (size_t i = 0; i < len; i++)
		m->mem[pa + i] = (uint8_t)(i * 7 + 3);
}

static uint32_t update(uint32_t cmd, uint32_t handle, uint64_t pa, uint32_t len)
{
	uint8_t b[0x14] = { 0 };

	put32(b, 0, handle);
	put64(b, 8, pa);
	put32(b, 0x10, len);
	return machine_cmd(m, cmd, b);
}

static uint32_t update_data(uint32_t handle, uint32_t len)
{
	return update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE, len);
}

/* A normal page at 0x1000, a zero page at 0x2000, a VMSA (56860, PAGE_INFO) */
START_TEST(snp_launch_digest)
{
	static const char want[] =
		"\x9a\xec\x91\xa6\x6a\x76\x5e\xc7\x0c\xae\x6f\x10\x53\xb9\xe2\x85"
		"\xd1\x59\xea\xaf\xc3\xec\x01\xa5\xb6\x00\x72\x29\xf8\x21\x39\x31"
		"\x27\x84\xcf\xde\x16\x91\x7a\xfd\x69\x67\xec\x62\x7e\x88\xfb\xf7";
	static const struct {
		uint32_t type;
		uint64_t gpa;
	} pages[] = { { 1, 0x1000 }, { 3, 0x2000 }, { 2, 0xfffffffff000 } };
	uint64_t pa = PAGE;

	up_snp(m);
	snp_launching(m, MACHINE_PAGES, 5);
	for (size_t i = 0; i < 3; i++, pa += 0x1000) {
		fill(pa, 4096);
		machine_guest_page(m, pa, PSP_PAGE_PRE_GUEST, 5, pages[i].gpa);
		OK(cmd_snp_launch_update(m, MACHINE_PAGES, pa, pages[i].type));
	}
	ck_assert_mem_eq(psp_fw_snp_guest_find(m->fw, MACHINE_PAGES)->ld, want, 48);
}
END_TEST

/* The permissions of VMPLs 1 to 3 are measured, each in its place */
START_TEST(snp_launch_digest_permissions)
{
	static const char want[] =
		"\x3b\x46\x6e\x93\x2e\x8e\x07\x54\x5e\x42\x23\xdc\xd7\x1b\xe6\xf7"
		"\x94\xfc\x75\xa4\xcb\xb1\xf2\xd7\x0f\x29\x94\x8c\xeb\xf1\xbc\x06"
		"\x42\xb0\x04\x4a\x67\x80\x4e\x0f\xf3\x12\xfa\xbb\x1a\x8d\xef\x91";
	uint64_t pa = PAGE;
	uint8_t b[0x20] = { 0 };

	up_snp(m);
	snp_launching(m, MACHINE_PAGES, 5);
	fill(pa, 4096);
	machine_guest_page(m, pa, PSP_PAGE_PRE_GUEST, 5, 0x3000);
	put64(b, 0, MACHINE_PAGES);
	put32(b, 8, 1 << 1);
	put64(b, 0x10, pa);
	b[0x19] = 0x11;
	b[0x1a] = 0x12;
	b[0x1b] = 0x13;
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b));
	ck_assert_mem_eq(psp_fw_snp_guest_find(m->fw, MACHINE_PAGES)->ld, want, 48);
}
END_TEST

/* What LAUNCH_MEASURE signs: the digest of everything, however it came */
static const char sev_digest[] =
	"\xd6\xd1\x5e\xb0\xdc\xdf\xcf\xfd\xdc\xdb\xc4\x23\xb4\x92\xb8\x3c"
	"\x1b\xb5\x6b\x18\xe6\xec\xba\xad\x92\x18\xd8\x3b\xe9\x77\x90\x4d";

static uint8_t signed_digest[32];

static int keep_digest(void *opaque, const void *key, size_t key_len, const void *data, size_t len,
		       uint8_t mac[32])
{
	ck_assert_uint_eq(len, 8 + 32 + 16);
	memcpy(signed_digest, (const uint8_t *)data + 8, 32);
	return test_crypto.hmac_sha256(opaque, key, key_len, data, len, mac);
}

START_TEST(sev_launch_digest)
{
	static const uint32_t parts[][4] = {
		{ 0x2010 }, { 0x1000, 0x1010 }, { 0x10, 0x30, 0xfd0, 0x1000 },
	};

	m->crypto.hmac_sha256 = keep_digest;
	up_sev(m);
	fill(PAGE, 0x2010);
	for (uint32_t i = 0; i < 3; i++) {
		uint64_t pa = PAGE;

		sev_launching(m, 0, 200 + i);
		for (int j = 0; j < 4 && parts[i][j]; pa += parts[i][j++])
			OK(update(PSP_CMD_LAUNCH_UPDATE_DATA, i + 1, pa, parts[i][j]));
		OK(cmd_launch_measure(m, i + 1, MACHINE_LIST));
		ck_assert_mem_eq(signed_digest, sev_digest, 32);
	}
}
END_TEST

/* Nothing added: the digest of nothing (FIPS 180-4) */
START_TEST(sev_launch_digest_of_nothing)
{
	static const char want[] =
		"\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
		"\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55";

	m->crypto.hmac_sha256 = keep_digest;
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(cmd_launch_measure(m, 1, MACHINE_LIST));
	ck_assert_mem_eq(signed_digest, want, 32);
}
END_TEST

/* Guests that are launched side by side: each has a calculation of its own */
START_TEST(sev_launches_side_by_side)
{
	m->crypto.hmac_sha256 = keep_digest;
	up_sev(m);
	fill(PAGE, 0x2010);
	sev_launching(m, 0, 200);
	sev_launching(m, 0, 201);
	OK(update_data(1, 0x1000));
	OK(update_data(2, 0x30));
	OK(update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE + 0x1000, 0x1010));
	ck_assert_uint_eq(test_crypto_open(), 2);
	OK(cmd_launch_measure(m, 1, MACHINE_LIST));
	ck_assert_mem_eq(signed_digest, sev_digest, 32);
	OK(cmd_launch_measure(m, 2, MACHINE_LIST));
	ck_assert_mem_ne(signed_digest, sev_digest, 32);
	ck_assert_uint_eq(test_crypto_open(), 0);
}
END_TEST

/* A calculation ends with the measurement, the guest or the platform */
START_TEST(sev_calculation_ends)
{
	up_sev(m);
	for (uint32_t i = 0; i < 4; i++)
		sev_launching(m, 0, 200 + i);
	ck_assert_uint_eq(test_crypto_open(), 0);
	for (uint32_t i = 1; i <= 4; i++)
		OK(update_data(i, 0x10));
	ck_assert_uint_eq(test_crypto_open(), 4);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	ck_assert_uint_eq(test_crypto_open(), 4);
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 1));
	ck_assert_uint_eq(test_crypto_open(), 3);
	OK(cmd_launch_measure(m, 2, MACHINE_LIST));
	ck_assert_uint_eq(test_crypto_open(), 2);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	ck_assert_uint_eq(test_crypto_open(), 0);
}
END_TEST

START_TEST(sev_calculation_ends_with_a_reset)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(update_data(1, 0x10));
	ck_assert_uint_eq(test_crypto_open(), 1);
	psp_fw_reset(m->fw);
	ck_assert_uint_eq(test_crypto_open(), 0);
}
END_TEST

static int update_fails(void *opaque, struct psp_fw_sha256 *state, const void *data, size_t len)
{
	(void)opaque;
	(void)state;
	(void)data;
	(void)len;
	return -1;
}

/* A calculation with a gap is of no use, but not forgotten */
START_TEST(sev_calculation_with_a_gap)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(update_data(1, 0x10));
	m->crypto.sha256_update = update_fails;
	OK(update_data(1, 0x10));
	m->crypto.sha256_update = test_crypto.sha256_update;
	OK(update_data(1, 0x10));
	IS(cmd_launch_measure(m, 1, MACHINE_LIST), PSP_HWERROR_PLATFORM);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 1));
	ck_assert_uint_eq(test_crypto_open(), 0);
}
END_TEST

static int final_fails(void *opaque, const struct psp_fw_sha256 *state, uint8_t digest[32])
{
	(void)opaque;
	(void)state;
	(void)digest;
	return -1;
}

/* LAUNCH_MEASURE that failed changed nothing: it can be repeated */
START_TEST(sev_measure_fails_once)
{
	up_sev(m);
	fill(PAGE, 0x2010);
	sev_launching(m, 0, 200);
	OK(update_data(1, 0x2010));
	m->crypto.sha256_final = final_fails;
	IS(cmd_launch_measure(m, 1, MACHINE_LIST), PSP_HWERROR_PLATFORM);
	m->crypto.sha256_final = test_crypto.sha256_final;
	m->crypto.hmac_sha256 = NULL;
	IS(cmd_launch_measure(m, 1, MACHINE_LIST), PSP_HWERROR_PLATFORM);
	m->crypto.hmac_sha256 = keep_digest;
	OK(cmd_launch_measure(m, 1, MACHINE_LIST));
	ck_assert_mem_eq(signed_digest, sev_digest, 32);
}
END_TEST

/* A host that keeps the state itself has nothing to drop */
START_TEST(sev_host_without_drop)
{
	m->crypto.sha256_drop = NULL;
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(update_data(1, 0x10));
	OK(cmd_launch_measure(m, 1, MACHINE_LIST));
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 1));
	sev_launching(m, 0, 201);
	OK(update_data(1, 0x10));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	psp_fw_reset(m->fw);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("digests");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, snp_launch_digest);
	tcase_add_test(t, snp_launch_digest_permissions);
	tcase_add_test(t, sev_launch_digest);
	tcase_add_test(t, sev_launch_digest_of_nothing);
	tcase_add_test(t, sev_launches_side_by_side);
	tcase_add_test(t, sev_calculation_ends);
	tcase_add_test(t, sev_calculation_ends_with_a_reset);
	tcase_add_test(t, sev_calculation_with_a_gap);
	tcase_add_test(t, sev_measure_fails_once);
	tcase_add_test(t, sev_host_without_drop);
	return machine_suite("psp_fw digests", t);
}
