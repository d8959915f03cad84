/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: launch of SNP guests.  A test walks one command's checks in
 * their order, see psp_fw_snp_platform.c.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_snp_fixture.h"

/* 0x16, 0x1, not Context 0x10, state 0x2, policy 0x7 */
START_TEST(launch_start)
{
	uint8_t b[0x30] = { 0 };

	put64(b, 0, GCTX + 8);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PARAM);
	put64(b, 0, GCTX);
	put64(b, 8, 1ull << 16);			/* bit 17 must be one */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PARAM);
	put64(b, 8, SNP_POLICY | 1ull << 40);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PARAM);
	put64(b, 8, SNP_POLICY | 1 << 8 | 56);		/* newer API than there is */
	put32(b, 0x18, 4);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PARAM);
	put32(b, 0x18, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_GUEST);
	machine_page(m, GCTX, PSP_PAGE_CONTEXT);	/* of nobody */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_GUEST);
	created(GCTX);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_POLICY_FAILURE);
	put64(b, 8, SNP_POLICY | 1 << 8 | 55);
	put32(b, 0x18, 2);
	put32(b, 0x1c, 2000000);
	m->fw->current_tcb = 0x300;
	memset(b + 0x20, 0x5a, 16);
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b));
	ck_assert_uint_eq(m->fw->snp_guest_count, 1);
	ck_assert_uint_eq(guest(GCTX)->state, PSP_SNP_GSTATE_LAUNCH);
	ck_assert_uint_eq(guest(GCTX)->gosvw[15], 0x5a);
	ck_assert_uint_eq(guest(GCTX)->imi, 1);
	ck_assert_uint_eq(guest(GCTX)->tsc_khz, 2000000);
	ck_assert_uint_eq(guest(GCTX)->launch_tcb, 0x300);
	put64(b, 8, SNP_POLICY | 1 << 8 | 56);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_GUEST_STATE);
}
END_TEST

START_TEST(launch_start_policy)
{
	static const uint64_t refused[] = {
		1ull << 17,			/* without SMT on a machine that has it */
		SNP_POLICY | 1ull << 22, SNP_POLICY | 1ull << 23, SNP_POLICY | 1ull << 24,
		SNP_POLICY | 2 << 8,
	};
	const struct psp_fw_config no_smt = { 0 };

	up_snp(m);
	created(GCTX);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		IS(cmd_snp_launch_start(m, GCTX, refused[i]), PSP_POLICY_FAILURE);
	again(&no_smt);
	up_snp(m);
	created(GCTX);
	OK(cmd_snp_launch_start(m, GCTX, 1ull << 17));
}
END_TEST

START_TEST(launch_start_migration_agent)
{
	uint8_t b[0x30] = { 0 };

	up_snp(m);
	created(GCTX);
	created(GCTX2);
	put64(b, 0, GCTX);
	put64(b, 8, SNP_POLICY);
	put64(b, 0x10, GCTX2 + 8);
	put32(b, 0x18, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_PARAM);
	put64(b, 0x10, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_POLICY_FAILURE);
	put64(b, 8, SNP_POLICY | 1ull << 18);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b), PSP_INVALID_GUEST);
	put64(b, 0x10, GCTX2);
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b));
	ck_assert_uint_eq(guest(GCTX)->ma_gctx, GCTX2);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2));
	ck_assert_uint_eq(guest(GCTX)->ma_en, 0);
}
END_TEST

/* 0x16, 0x1, 0x10, 0x2, 0x8, then the page: 0x9, 0x19, 0x1A, 0x1C */
START_TEST(launch_update)
{
	uint64_t pa = PAGE + 0x10;

	IS(cmd_snp_launch_update(m, GCTX + 8, pa, 1), PSP_INVALID_PARAM);
	IS(cmd_snp_launch_update(m, GCTX, pa, 0), PSP_INVALID_PARAM);
	IS(cmd_snp_launch_update(m, GCTX, pa, 7), PSP_INVALID_PARAM);
	IS(cmd_snp_launch_update(m, GCTX, pa, 1), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_snp_launch_update(m, GCTX, pa, 1), PSP_INVALID_GUEST);
	created(GCTX);
	IS(cmd_snp_launch_update(m, GCTX, pa, 1), PSP_INVALID_GUEST_STATE);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(cmd_snp_launch_update(m, GCTX, pa, 1), PSP_INACTIVE);
	OK(cmd_snp_activate(m, GCTX, 5));
	IS(cmd_snp_launch_update(m, GCTX, pa, 1), PSP_INVALID_ADDRESS);
	IS(cmd_snp_launch_update(m, GCTX, MACHINE_MEM, 1), PSP_INVALID_ADDRESS);
	IS(cmd_snp_launch_update(m, GCTX, MACHINE_RMP, 1), PSP_INVALID_ADDRESS);
	IS(cmd_snp_launch_update(m, GCTX, MACHINE_UNCOVERED, 1), PSP_INVALID_PAGE_STATE);
	m->rmp[LARGE >> 12] = (struct psp_fw_rmp) { .assigned = 1, .asid = 6, .page_2m = 1 };
	IS(cmd_snp_launch_update(m, GCTX, LARGE, 1), PSP_INVALID_PAGE_SIZE);
	IS(cmd_snp_launch_update(m, GCTX, PAGE, 1), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, PAGE, PSP_PAGE_GUEST_INVALID, 6, 0x1000);
	IS(cmd_snp_launch_update(m, GCTX, PAGE, 1), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 6, 0x1000);
	IS(cmd_snp_launch_update(m, GCTX, PAGE, 1), PSP_INVALID_PAGE_OWNER);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, PAGE, 1));
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_GUEST_VALID);
	OK(cmd_snp_launch_finish(m, GCTX));
	IS(cmd_snp_launch_update(m, GCTX, PAGE, 1), PSP_INVALID_GUEST_STATE);
}
END_TEST

START_TEST(launch_update_page_types)
{
	up_snp(m);
	snp_launching(m, GCTX, 5);
	for (uint32_t type = 1; type <= 6; type++) {
		uint64_t pa = PAGE + type * 0x1000;

		m->mem[pa] = 7;
		machine_guest_page(m, pa, PSP_PAGE_PRE_GUEST, 5, 0x1000);
		OK(cmd_snp_launch_update(m, GCTX, pa, type));
		ck_assert_int_eq(machine_state(m, pa), PSP_PAGE_GUEST_VALID);
		ck_assert_uint_eq(m->rmp[pa >> 12].vmsa, type == 2);
		/* a zero page; a secrets page is the firmware's, 3 its version */
		ck_assert_uint_eq(m->mem[pa], type == 3 ? 0 : type == 5 ? 3 : 7);
	}
	put32(m->mem, PAGE, 65);		/* more CPUID functions than fit */
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	IS(cmd_snp_launch_update(m, GCTX, PAGE, 6), PSP_INVALID_PARAM);
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_PRE_GUEST);
}
END_TEST

START_TEST(launch_update_fields)
{
	uint8_t b[0x20] = { 0 };

	up_snp(m);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	put64(b, 0, GCTX);
	put64(b, 0x10, PAGE);
	put32(b, 8, 1 << 1 | 1 << 5);		/* reserved */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b), PSP_INVALID_PARAM);
	for (uint32_t type = 2; type <= 6; type++) {	/* no VMSA, secrets, CPUID of 2 MB */
		put32(b, 8, type << 1 | 1);
		IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b),
		   type == 3 || type == 4 ? PSP_INVALID_PAGE_SIZE : PSP_INVALID_PARAM);
	}
	put32(b, 8, 1 << 1 | 1 << 4);		/* IMI page, launch without */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b), PSP_INVALID_PARAM);
	put32(b, 8, 1 << 1);
	b[0x18] = 1;
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b), PSP_INVALID_PARAM);
	b[0x18] = 0;
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b));
}
END_TEST

START_TEST(launch_update_2m)
{
	uint8_t b[0x20] = { 0 };

	up_snp(m);
	snp_launching(m, GCTX, 5);
	m->rmp[LARGE >> 12] = (struct psp_fw_rmp) {
		.assigned = 1, .immutable = 1, .asid = 5, .gpa = 0x400000, .page_2m = 1,
	};
	memset(m->mem + LARGE, 9, 0x200000);
	put64(b, 0, GCTX);
	put32(b, 8, 3 << 1 | 1);
	put64(b, 0x10, LARGE + 0x1000);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b), PSP_INVALID_ADDRESS);
	put64(b, 0x10, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b), PSP_INVALID_PAGE_SIZE);
	put64(b, 0x10, LARGE);
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b));
	ck_assert_int_eq(machine_state(m, LARGE), PSP_PAGE_GUEST_VALID);
	ck_assert_int_eq(machine_state(m, LARGE + 0x1ff000), PSP_PAGE_GUEST_VALID);
	ck_assert_uint_eq(m->mem[LARGE], 0);
	ck_assert_uint_eq(m->mem[LARGE + 0x1fffff], 0);
}
END_TEST

/* 0x16, 0x1, 0x10, 0x2, 0x8 */
START_TEST(launch_finish)
{
	uint8_t b[0x40] = { 0 };

	put64(b, 0, GCTX);
	put64(b, 0x18, 1ull << 3);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PARAM);
	put64(b, 0x18, 2);			/* author key without id block */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PARAM);
	put64(b, 0x18, 4);
	b[0x3f] = 0x77;				/* host data */
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_GUEST);
	created(GCTX);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_GUEST_STATE);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INACTIVE);
	OK(cmd_snp_activate(m, GCTX, 5));
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b));
	ck_assert_uint_eq(guest(GCTX)->state, PSP_SNP_GSTATE_RUNNING);
	ck_assert_uint_eq(guest(GCTX)->vcek_dis, 1);
	ck_assert_uint_eq(guest(GCTX)->host_data[31], 0x77);
	put64(b, 8, PAGE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b));
	ck_assert_uint_eq(m->mem[PAGE + 0x10], 1);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_GUEST_STATE);
}
END_TEST

static int verify_good(void *opaque, const struct psp_fw_public *key,
		       const struct psp_fw_signed *what, const uint8_t *signature)
{
	(void)opaque;
	ck_assert_uint_eq(key->bits, 384);
	ck_assert_ptr_eq(key->y, key->x + 72);
	ck_assert_uint_eq(what->hash, 384);
	/* the parts are where the layout of ID_AUTH has them */
	return key->x[0] == 0x11 && signature[0] == 0x22 ? 0 : -1;
}

/* id block: 0xB, 0x7, 0x16, 0xA */
START_TEST(launch_finish_id_block)
{
	uint8_t b[0x40] = { 0 }, *block = m->mem + PAGE, *auth = m->mem + PAGE + 0x1000;

	up_snp(m);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, LARGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, LARGE, 1));
	put64(b, 0, GCTX);
	put64(b, 8, MACHINE_MEM);
	put64(b, 0x10, PAGE + 0x1000);
	put64(b, 0x18, 3);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_BAD_MEASUREMENT);
	memcpy(block, guest(GCTX)->ld, 48);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_POLICY_FAILURE);
	put64(block, 0x58, SNP_POLICY);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PARAM);
	put32(block, 0x50, 1);			/* version; algorithm and curve of each key */
	put32(auth, 0, 1);
	put32(auth, 0x240, 2);
	put32(auth, 4, 1);
	put32(auth, 0x880, 2);
	for (int i = 0; i < 5; i++) {
		uint8_t *field[] = { block + 0x50, auth, auth + 0x240, auth + 4, auth + 0x880 };

		field[i][0] ^= 4;
		IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PARAM);
		field[i][0] ^= 4;
	}
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_HWERROR_PLATFORM);
	m->crypto.verify = verify_good;
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_BAD_SIGNATURE);
	auth[0x680] = 0x22;			/* signature by the author key */
	auth[0x884] = 0x11;
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_BAD_SIGNATURE);
	auth[0x680] = 0;
	auth[0x40] = 0x22;			/* by the id key only */
	auth[0x244] = 0x11;
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_BAD_SIGNATURE);
	auth[0x680] = 0x22;
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b));
}
END_TEST

/* Without any cryptography a launch works, an id block does not */
START_TEST(launch_without_cryptography)
{
	uint8_t b[0x40] = { 0 };

	m->ops.crypto = NULL;
	up_snp(m);
	snp_launching(m, GCTX, 5);
	machine_guest_page(m, LARGE, PSP_PAGE_PRE_GUEST, 5, 0x1000);
	OK(cmd_snp_launch_update(m, GCTX, LARGE, 1));
	put64(b, 0, GCTX);
	put64(b, 8, PAGE);
	put64(b, 0x10, PAGE);
	put64(b, 0x18, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_HWERROR_PLATFORM);
	put64(b, 0x18, 0);
	OK(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, launch_start);
	tcase_add_test(t, launch_start_policy);
	tcase_add_test(t, launch_start_migration_agent);
	tcase_add_test(t, launch_update);
	tcase_add_test(t, launch_update_page_types);
	tcase_add_test(t, launch_update_fields);
	tcase_add_test(t, launch_update_2m);
	tcase_add_test(t, launch_finish);
	tcase_add_test(t, launch_finish_id_block);
	tcase_add_test(t, launch_without_cryptography);
	return machine_suite("psp_fw SNP launch", t);
}
