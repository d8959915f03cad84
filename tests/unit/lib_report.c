// SPDX-License-Identifier: GPL-2.0-or-later
/* Attestation reports of SNP guests: bytes → fields */
#include <errno.h>
#include <string.h>

#include "lib_test.h"
#include "sevadm.h"

static uint8_t bytes[SEVADM_REPORT_SIZE];
static struct sevadm_report report;

static void put(size_t offset, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static void fill(size_t offset, size_t size, uint8_t first)
{
	for (size_t i = 0; i < size; i++)
		bytes[offset + i] = (uint8_t)(first + i);
}

static void decode(enum sevadm_generation generation)
{
	memset(&report, 0xff, sizeof(report));
	ck_assert_int_eq(sevadm_report_decode(bytes, sizeof(bytes), generation, &report), 0);
}

/* Each field at its place, with a value of its own; what is reserved is zero */
static void make(uint32_t version)
{
	memset(bytes, 0, sizeof(bytes));
	put(0x000, 4, version);
	put(0x004, 4, 0x11223344);
	put(0x008, 8, 0x30137);
	fill(0x010, 16, 0x01);
	fill(0x020, 16, 0x21);
	put(0x030, 4, 3);
	put(0x034, 4, 1);
	put(0x038, 8, 0xdb18000000000104);
	put(0x040, 8, 0x25);
	put(0x048, 4, 0x05);
	fill(0x050, 64, 0x40);
	fill(0x090, 48, 0x80);
	fill(0x0c0, 32, 0xc0);
	fill(0x0e0, 48, 0x90);
	fill(0x110, 48, 0xa0);
	fill(0x140, 32, 0x05);
	fill(0x160, 32, 0x55);
	put(0x180, 8, 0xda17000000000203);
	if (version >= 3)
		put(0x188, 3, 0x021119);
	fill(0x1a0, 64, 0x60);
	put(0x1e0, 8, 0xd916000000000302);
	put(0x1e8, 3, 0x013718);
	put(0x1ec, 3, 0x013617);
	put(0x1f0, 8, 0xd815000000000401);
	if (version >= 5) {
		put(0x1f8, 8, 0x8000000000000001);
		put(0x200, 8, 0x4000000000000003);
	}
	fill(0x2a0, 48, 0x10);
	fill(0x2e8, 48, 0x20);
}

static void check_bytes(const uint8_t *p, size_t size, uint8_t first)
{
	for (size_t i = 0; i < size; i++)
		ck_assert_uint_eq(p[i], (uint8_t)(first + i));
}

START_TEST(fields)
{
	static const uint32_t versions[] = { 2, 3, 4, 5, 6 };
	uint32_t version = versions[_i];

	make(version);
	decode(SEVADM_GENERATION_GENOA);
	ck_assert_mem_eq(report.data, bytes, sizeof(bytes));
	ck_assert_uint_eq(report.version, version);
	ck_assert(report.known == (version <= 5));
	ck_assert_uint_eq(report.guest_svn, 0x11223344);
	ck_assert_uint_eq(report.policy, 0x30137);
	check_bytes(report.family_id, 16, 0x01);
	check_bytes(report.image_id, 16, 0x21);
	ck_assert_uint_eq(report.vmpl, 3);
	ck_assert_uint_eq(report.signature_algo, SEVADM_REPORT_P384);
	ck_assert_uint_eq(report.platform_info, 0x25);
	ck_assert_uint_eq(report.key_info, 5);
	ck_assert(report.author_key && !report.mask_chip_key);
	ck_assert_uint_eq(report.signing_key, SEVADM_REPORT_VLEK);
	check_bytes(report.report_data, 64, 0x40);
	check_bytes(report.measurement, 48, 0x80);
	check_bytes(report.host_data, 32, 0xc0);
	check_bytes(report.id_key_digest, 48, 0x90);
	check_bytes(report.author_key_digest, 48, 0xa0);
	check_bytes(report.report_id, 32, 0x05);
	check_bytes(report.report_id_ma, 32, 0x55);
	check_bytes(report.chip_id, 64, 0x60);
	ck_assert(!report.chip_id_masked);
	ck_assert_uint_eq(report.current_tcb.raw, 0xdb18000000000104);
	ck_assert(report.current_tcb.bootloader == 4 && report.current_tcb.tee == 1);
	ck_assert(report.current_tcb.snp == 0x18 && report.current_tcb.microcode == 0xdb);
	ck_assert(report.reported_tcb.bootloader == 3 && report.committed_tcb.bootloader == 2);
	ck_assert(report.launch_tcb.bootloader == 1 && report.launch_tcb.snp == 0x15);
	ck_assert_uint_eq(report.current_firmware.major, 1);
	ck_assert_uint_eq(report.current_firmware.minor, 0x37);
	ck_assert_uint_eq(report.current_firmware.build, 0x18);
	ck_assert_uint_eq(report.committed_firmware.minor, 0x36);
	ck_assert_uint_eq(report.committed_firmware.build, 0x17);
	ck_assert(report.has_cpuid == (version >= 3));
	ck_assert_uint_eq(report.cpuid_family, version >= 3 ? 0x19 : 0);
	ck_assert_uint_eq(report.cpuid_model, version >= 3 ? 0x11 : 0);
	ck_assert_uint_eq(report.cpuid_stepping, version >= 3 ? 2 : 0);
	ck_assert_int_eq(report.generation, SEVADM_GENERATION_GENOA);
	ck_assert_int_eq(report.told, version >= 3 ? SEVADM_REPORT_CPUID : SEVADM_REPORT_CALLER);
	ck_assert(report.has_mitigations == (version >= 5));
	ck_assert_uint_eq(report.launch_mitigations, version >= 5 ? 0x8000000000000001 : 0);
	ck_assert_uint_eq(report.current_mitigations, version >= 5 ? 0x4000000000000003 : 0);
	ck_assert(!report.policy_reserved && !report.platform_reserved && !report.key_reserved);
	ck_assert_uint_eq(report.nr_reserved, 0);
}
END_TEST

/* What this version does not have is reserved in it, and told as such */
START_TEST(older)
{
	make(5);
	put(0, 4, 2);
	decode(SEVADM_GENERATION_UNKNOWN);
	ck_assert_uint_eq(report.nr_reserved, 2);
	ck_assert(report.reserved[0].offset == 0x188 && report.reserved[0].size == 0x18);
	ck_assert(report.reserved[1].offset == 0x1f8 && report.reserved[1].size == 0xa8);
	put(0, 4, 0);
	decode(SEVADM_GENERATION_UNKNOWN);
	ck_assert(!report.known && report.nr_reserved == 2);
}
END_TEST

START_TEST(reserved)
{
	static const struct { unsigned int offset, from, size; } areas[] = {
		{ 0x04c, 0x04c, 4 }, { 0x04f, 0x04c, 4 }, { 0x18b, 0x18b, 0x15 },
		{ 0x19f, 0x18b, 0x15 }, { 0x1eb, 0x1eb, 1 }, { 0x1ef, 0x1ef, 1 },
		{ 0x208, 0x208, 0x98 }, { 0x29f, 0x208, 0x98 }, { 0x2d0, 0x2d0, 0x18 },
		{ 0x2e7, 0x2d0, 0x18 }, { 0x318, 0x318, 0x18 }, { 0x32f, 0x318, 0x18 },
		{ 0x330, 0x330, 0x170 }, { 0x49f, 0x330, 0x170 },
	};

	make(5);
	bytes[areas[_i].offset] = 0x80;
	decode(SEVADM_GENERATION_UNKNOWN);
	ck_assert_uint_eq(report.nr_reserved, 1);
	ck_assert_uint_eq(report.reserved[0].offset, areas[_i].from);
	ck_assert_uint_eq(report.reserved[0].size, areas[_i].size);
}
END_TEST

/* All of it set: nothing is refused, and the areas are those that there can be */
START_TEST(all_ones)
{
	memset(bytes, 0xff, sizeof(bytes));
	decode(SEVADM_GENERATION_UNKNOWN);
	ck_assert_uint_eq(report.version, 0xffffffff);
	ck_assert_uint_eq(report.nr_reserved, SEVADM_REPORT_AREAS);
	ck_assert_uint_eq(report.policy_reserved, 0xfffffffffc000000);
	ck_assert_uint_eq(report.platform_reserved, 0xffffffffffffff40);
	ck_assert_uint_eq(report.key_reserved, 0xffffffe0);
	ck_assert_uint_eq(report.vmpl, SEVADM_VMPL_HOST);
	ck_assert_uint_eq(report.signing_key, SEVADM_REPORT_UNSIGNED);
	ck_assert(!report.current_tcb.known && report.current_tcb.raw == UINT64_MAX);
}
END_TEST

static void is(enum sevadm_generation generation, enum sevadm_report_told told, bool known,
	       bool has_fmc)
{
	ck_assert_int_eq(report.generation, generation);
	ck_assert_int_eq(report.told, told);
	ck_assert_int_eq(report.reported_tcb.known, known);
	ck_assert_int_eq(report.launch_tcb.has_fmc, has_fmc);
}

/* The report's word before the caller's, and that before the id's */
START_TEST(generations)
{
	const enum sevadm_generation unknown = SEVADM_GENERATION_UNKNOWN;
	const enum sevadm_generation turin = SEVADM_GENERATION_TURIN;

	make(2);
	decode(unknown);
	is(unknown, SEVADM_REPORT_CHIP_ID, true, false);
	decode(turin);
	is(turin, SEVADM_REPORT_CALLER, true, true);
	memset(bytes + 0x1a8, 0, 56);
	decode(unknown);
	is(turin, SEVADM_REPORT_CHIP_ID, true, true);
	ck_assert(report.reported_tcb.fmc == 3 && report.reported_tcb.bootloader == 2);
	memset(bytes + 0x1a0, 0, 8);
	decode(unknown);
	is(unknown, SEVADM_REPORT_NOBODY, false, false);
	ck_assert(report.chip_id_masked);
	decode(SEVADM_GENERATION_MILAN);
	is(SEVADM_GENERATION_MILAN, SEVADM_REPORT_CALLER, true, false);

	make(3);
	decode(turin);
	is(SEVADM_GENERATION_GENOA, SEVADM_REPORT_CPUID, true, false);
	put(0x188, 3, 0x00021a);
	decode(unknown);
	is(turin, SEVADM_REPORT_CPUID, true, true);
	put(0x188, 3, 0x00501a);
	decode(unknown);
	is(unknown, SEVADM_REPORT_CPUID, false, false);
	decode(turin);
	is(turin, SEVADM_REPORT_CALLER, true, true);
	put(0x188, 3, 0);
	decode(unknown);
	is(unknown, SEVADM_REPORT_CHIP_ID, true, false);
}
END_TEST

START_TEST(sizes)
{
	make(2);
	ck_assert_int_eq(sevadm_report_decode(bytes, SEVADM_REPORT_SIZE - 1, 0, &report), -EMSGSIZE);
	ck_assert_int_eq(sevadm_report_decode(bytes, SEVADM_REPORT_SIZE + 1, 0, &report), -EMSGSIZE);
	ck_assert_int_eq(sevadm_report_decode(NULL, 0, 0, &report), -EMSGSIZE);
	ck_assert_uint_eq(report.version, 0);
}
END_TEST

START_TEST(words)
{
	char text[128];

	ck_assert_str_eq(sevadm_platform_info_text(0, text, sizeof(text)), "");
	ck_assert_str_eq(sevadm_platform_info_text(UINT64_MAX, text, sizeof(text)),
			 "smt,tsme,ecc,rapl-dis,ciphertext-hiding,alias-check,tio");
	ck_assert_str_eq(sevadm_platform_info_text(SEVADM_PLATFORM_TIO, text, sizeof(text)), "tio");
	ck_assert_str_eq(sevadm_platform_info_text(0x25, text, 6), "smt,e");
	ck_assert_str_eq(sevadm_report_key_name(0), "VCEK");
	ck_assert_str_eq(sevadm_report_key_name(1), "VLEK");
	ck_assert_str_eq(sevadm_report_key_name(2), "?");
	ck_assert_str_eq(sevadm_report_key_name(7), "none");
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_report");

	tcase_add_loop_test(tc, fields, 0, 5);
	tcase_add_test(tc, older);
	tcase_add_loop_test(tc, reserved, 0, 14);
	tcase_add_test(tc, all_ones);
	tcase_add_test(tc, generations);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, words);
	return lib_run(suite);
}
