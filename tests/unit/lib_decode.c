// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lib/firmware/decode.h"
#include "lib_test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* AMD 55766, PLATFORM_STATUS buffer; every byte another value */
START_TEST(sev_status)
{
	static const uint8_t buf[FW_SEV_STATUS_SIZE] = {
		1, 55, 2, 0x01, 0x01, 0, 0, 25, 0x78, 0x56, 0x34, 0x12,
	};
	struct sevadm_sev_status s;

	memset(&s, 0xff, sizeof(s));
	decode_sev_status(buf, &s);
	ck_assert(s.known);
	ck_assert_uint_eq(s.api_major, 1);
	ck_assert_uint_eq(s.api_minor, 55);
	ck_assert_uint_eq(s.state, 2);
	ck_assert(s.owned);
	ck_assert(s.es);
	ck_assert_uint_eq(s.build, 25);
	ck_assert_uint_eq(s.guest_count, 0x12345678);
}
END_TEST

/* Of the flags bit 0 is the owner and bit 8 SEV-ES, and no other bit is either */
START_TEST(sev_flags)
{
	uint8_t buf[FW_SEV_STATUS_SIZE] = { 0 };
	struct sevadm_sev_status s;

	buf[3 + _i / 8] = (uint8_t)(1 << _i % 8);
	decode_sev_status(buf, &s);
	ck_assert_int_eq(s.owned, _i == 0);
	ck_assert_int_eq(s.es, _i == 8);
	/* and those that are neither are told as such */
	ck_assert_uint_eq(s.flags_reserved, _i == 0 || _i == 8 ? 0 : 1U << _i);
}
END_TEST

/* AMD 56860, STRUCT_PLATFORM_STATUS */
START_TEST(snp_status)
{
	static const uint8_t buf[FW_SNP_STATUS_SIZE] = {
		1, 55, 1, 0x01, 0x19, 0x00, 0x37, 0x81, 0x0f, 0, 0, 0, 0x04, 0x03, 0x02, 0x01,
		0x04, 0x01, 0, 0, 0, 0, 0x18, 0xdb, 0x03, 0x02, 0, 0, 0, 0, 0x17, 0xda,
	};
	struct sevadm_snp_status s;

	memset(&s, 0xff, sizeof(s));
	decode_snp_status(buf, SEVADM_GENERATION_MILAN, &s);
	ck_assert(s.known);
	ck_assert_uint_eq(s.api_major, 1);
	ck_assert_uint_eq(s.api_minor, 55);
	ck_assert_uint_eq(s.state, 1);
	ck_assert(s.rmp_initialized);
	ck_assert_uint_eq(s.build, 0x81370019);
	ck_assert(s.mask_chip_id && s.mask_chip_key && s.vlek && s.feature_info);
	ck_assert_uint_eq(s.guest_count, 0x01020304);
	ck_assert_uint_eq(s.current_tcb.raw, 0xdb18000000000104);
	ck_assert_uint_eq(s.current_tcb.bootloader, 4);
	ck_assert_uint_eq(s.current_tcb.tee, 1);
	ck_assert_uint_eq(s.current_tcb.snp, 0x18);
	ck_assert_uint_eq(s.current_tcb.microcode, 0xdb);
	ck_assert(!s.current_tcb.has_fmc);
	ck_assert_uint_eq(s.reported_tcb.raw, 0xda17000000000203);
	ck_assert_uint_eq(s.reported_tcb.bootloader, 3);
	ck_assert_uint_eq(s.reported_tcb.tee, 2);
	ck_assert_uint_eq(s.reported_tcb.snp, 0x17);
	ck_assert_uint_eq(s.reported_tcb.microcode, 0xda);
}
END_TEST

START_TEST(snp_flags)
{
	uint8_t buf[FW_SNP_STATUS_SIZE] = { 0 };
	struct sevadm_snp_status s;

	/* byte 3 and the policy word */
	buf[_i < 8 ? 3 : 8 + (_i - 8) / 8] = (uint8_t)(1 << _i % 8);
	decode_snp_status(buf, SEVADM_GENERATION_MILAN, &s);
	ck_assert_int_eq(s.rmp_initialized, _i == 0);
	ck_assert_int_eq(s.alias_check, _i == 1);
	ck_assert_int_eq(s.tio, _i == 3);
	ck_assert_uint_eq(s.flags_reserved, _i < 8 && _i != 0 && _i != 1 && _i != 3 ?
			  1U << _i : 0);
	ck_assert_int_eq(s.rapl_dis, _i == 12);
	ck_assert_int_eq(s.ciphertext_hiding_capable, _i == 13);
	ck_assert_int_eq(s.ciphertext_hiding, _i == 14);
	ck_assert_int_eq(s.tio_policy, _i == 15);
	ck_assert_uint_eq(s.policy_reserved, _i >= 16 ? 1U << (_i - 8) : 0);
	ck_assert_int_eq(s.mask_chip_id, _i == 8);
	ck_assert_int_eq(s.mask_chip_key, _i == 9);
	ck_assert_int_eq(s.vlek, _i == 10);
	ck_assert_int_eq(s.feature_info, _i == 11);
}
END_TEST

#define MILAN SEVADM_GENERATION_MILAN
#define GENOA SEVADM_GENERATION_GENOA
#define TURIN SEVADM_GENERATION_TURIN

static const struct {
	enum sevadm_generation generation;
	uint64_t raw;
	struct sevadm_tcb want;
} tcbs[] = {
	/* Milan and Genoa: bootloader 7:0, TEE 15:8, SNP 55:48, microcode 63:56 */
	{ MILAN, 0x8807060504030201, { .known = true, .bootloader = 1, .tee = 2, .snp = 7,
				       .microcode = 0x88, .reserved = 0x0000060504030000 } },
	{ GENOA, 0x8807000000000201, { .known = true, .bootloader = 1, .tee = 2, .snp = 7,
				       .microcode = 0x88 } },
	/* Turin: FMC 7:0, bootloader 15:8, TEE 23:16, SNP 31:24, microcode 63:56 */
	{ TURIN, 0x8807060504030201, { .known = true, .has_fmc = true, .fmc = 1, .bootloader = 2,
				       .tee = 3, .snp = 4, .microcode = 0x88,
				       .reserved = 0x0007060500000000 } },
	/* an unknown one: nobody guesses */
	{ SEVADM_GENERATION_UNKNOWN, 0x8807060504030201, { 0 } },
	{ MILAN, 0, { .known = true } },
	{ TURIN, 0, { .known = true, .has_fmc = true } },
	{ TURIN, UINT64_MAX, { .known = true, .has_fmc = true, .fmc = 255, .bootloader = 255,
			       .tee = 255, .snp = 255, .microcode = 255,
			       .reserved = 0x00ffffff00000000 } },
};

START_TEST(tcb_layout)
{
	const struct sevadm_tcb *want = &tcbs[_i].want;
	struct sevadm_tcb tcb;

	memset(&tcb, 0xff, sizeof(tcb));
	decode_tcb(tcbs[_i].raw, tcbs[_i].generation, &tcb);
	ck_assert_uint_eq(tcb.raw, tcbs[_i].raw);
	ck_assert_int_eq(tcb.known, want->known);
	ck_assert_uint_eq(tcb.reserved, want->reserved);
	ck_assert_int_eq(tcb.has_fmc, want->has_fmc);
	ck_assert_uint_eq(tcb.fmc, want->fmc);
	ck_assert_uint_eq(tcb.bootloader, want->bootloader);
	ck_assert_uint_eq(tcb.tee, want->tee);
	ck_assert_uint_eq(tcb.snp, want->snp);
	ck_assert_uint_eq(tcb.microcode, want->microcode);
}
END_TEST

START_TEST(generations)
{
	static const struct {
		unsigned int family, model;
		enum sevadm_generation want;
	} rows[] = {
		{ 0x19, 0x00, MILAN }, { 0x19, 0x0f, MILAN }, { 0x19, 0x10, GENOA },
		{ 0x19, 0x1f, GENOA }, { 0x19, 0x20, 0 }, { 0x19, 0x9f, 0 }, { 0x19, 0xa0, GENOA },
		{ 0x19, 0xaf, GENOA }, { 0x19, 0xb0, 0 }, { 0x1a, 0x00, TURIN },
		{ 0x1a, 0x11, TURIN }, { 0x1a, 0x12, 0 }, { 0x1a, 0x50, 0 }, { 0x1a, 0x90, 0 },
		{ 0x17, 0x31, 0 }, { 0, 0, 0 }, { 0x1b, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_int_eq(decode_generation(rows[i].family, rows[i].model), rows[i].want);
	ck_assert_str_eq(sevadm_generation_name(GENOA), "Genoa");
	ck_assert_str_eq(sevadm_generation_name(SEVADM_GENERATION_UNKNOWN), "unknown");
	ck_assert_str_eq(sevadm_generation_name(99), "unknown");
}
END_TEST

START_TEST(snp_status_of_turin)
{
	uint8_t buf[FW_SNP_STATUS_SIZE] = { 0 };
	struct sevadm_snp_status s;

	for (int i = 0; i < 8; i++)
		buf[16 + i] = (uint8_t)(i + 1);
	decode_snp_status(buf, SEVADM_GENERATION_TURIN, &s);
	ck_assert(s.current_tcb.has_fmc && s.reported_tcb.has_fmc);
	ck_assert_uint_eq(s.current_tcb.fmc, 1);
	ck_assert_uint_eq(s.current_tcb.snp, 4);
	ck_assert_uint_eq(s.reported_tcb.raw, 0);
}
END_TEST

START_TEST(state_names)
{
	ck_assert_str_eq(sevadm_sev_state_name(0), "UNINIT");
	ck_assert_str_eq(sevadm_sev_state_name(1), "INIT");
	ck_assert_str_eq(sevadm_sev_state_name(2), "WORKING");
	ck_assert_str_eq(sevadm_sev_state_name(3), "?");
	ck_assert_str_eq(sevadm_sev_state_name(~0U), "?");
	ck_assert_str_eq(sevadm_snp_state_name(0), "UNINIT");
	ck_assert_str_eq(sevadm_snp_state_name(1), "INIT");
	ck_assert_str_eq(sevadm_snp_state_name(2), "?");
	ck_assert_str_eq(sevadm_snp_state_name(~0U), "?");
}
END_TEST

static const struct {
	enum sevadm_guest_kind kind;
	uint64_t policy;
	const char *text;
} policies[] = {
	/* AMD 56860, GUEST_POLICY: ABI_MINOR 7:0, ABI_MAJOR 15:8, SMT 16, reserved-1 17, ... */
	{ SEVADM_GUEST_SNP, 0x20000, "api>=0.0" },
	{ SEVADM_GUEST_SNP, 0x30000, "api>=0.0,smt" },
	{ SEVADM_GUEST_SNP, 0x30137, "api>=1.55,smt" },
	{ SEVADM_GUEST_SNP, 0xb0000, "api>=0.0,smt,debug" },
	{ SEVADM_GUEST_SNP, 0x60000, "api>=0.0,migrate-ma" },
	{ SEVADM_GUEST_SNP, 0x120000, "api>=0.0,single-socket" },
	{ SEVADM_GUEST_SNP, 0x220000, "api>=0.0,cxl" },
	{ SEVADM_GUEST_SNP, 0x420000, "api>=0.0,aes256-xts" },
	{ SEVADM_GUEST_SNP, 0x820000, "api>=0.0,rapl-dis" },
	{ SEVADM_GUEST_SNP, 0x1020000, "api>=0.0,ciphertext-hiding" },
	{ SEVADM_GUEST_SNP, 0x2020000, "api>=0.0,page-swap-disable" },
	/* AMD 55766, GUEST_POLICY: flags 15:0, API_MAJOR 23:16, API_MINOR 31:24 */
	{ SEVADM_GUEST_SEV, 0, "api>=0.0" },
	{ SEVADM_GUEST_SEV, 0x01, "api>=0.0,nodbg" },
	{ SEVADM_GUEST_SEV, 0x02, "api>=0.0,noks" },
	{ SEVADM_GUEST_SEV_ES, 0x05, "api>=0.0,nodbg,es" },
	{ SEVADM_GUEST_SEV, 0x08, "api>=0.0,nosend" },
	{ SEVADM_GUEST_SEV, 0x10, "api>=0.0,domain" },
	{ SEVADM_GUEST_SEV, 0x20, "api>=0.0,sev" },
	{ SEVADM_GUEST_SEV, 0x37010001, "api>=1.55,nodbg" },
	{ SEVADM_GUEST_SEV_ES, 0x3f, "api>=0.0,nodbg,noks,es,nosend,domain,sev" },
};

START_TEST(policy)
{
	char buf[128];

	ck_assert_ptr_eq(sevadm_policy_text(policies[_i].kind, policies[_i].policy, buf,
					    sizeof(buf)), buf);
	ck_assert_str_eq(buf, policies[_i].text);
}
END_TEST

/* All bits at once fit, and a short buffer is not overrun */
START_TEST(policy_longest)
{
	char buf[256];

	memset(buf, 'X', sizeof(buf));
	sevadm_policy_text(SEVADM_GUEST_SNP, UINT64_MAX, buf, 128);
	ck_assert_uint_lt(strlen(buf), 127);
	ck_assert(strstr(buf, ",page-swap-disable"));
	for (size_t size = 1; size < 64; size++) {
		memset(buf, 'X', sizeof(buf));
		sevadm_policy_text(SEVADM_GUEST_SNP, UINT64_MAX, buf, size);
		ck_assert_uint_lt(strlen(buf), size);
		ck_assert(buf[size] == 'X');
	}
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_decode");

	tcase_add_test(tc, sev_status);
	tcase_add_loop_test(tc, sev_flags, 0, 32);
	tcase_add_test(tc, snp_status);
	tcase_add_loop_test(tc, snp_flags, 0, 40);
	tcase_add_loop_test(tc, tcb_layout, 0, COUNT(tcbs));
	tcase_add_test(tc, generations);
	tcase_add_test(tc, snp_status_of_turin);
	tcase_add_test(tc, state_names);
	tcase_add_loop_test(tc, policy, 0, COUNT(policies));
	tcase_add_test(tc, policy_longest);
	return lib_run(suite);
}
