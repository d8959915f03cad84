/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SNP guests and single pages.  A test walks one command's
 * checks in their order, see psp_fw_snp_platform.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "psp_fw_machine.h"

#define GCTX	MACHINE_PAGES
#define GCTX2	(MACHINE_PAGES + 0x1000)
#define PAGE	(MACHINE_PAGES + 0x10000)
#define LARGE	0x200000ull		/* a 2 MB page */

static struct machine *m;

static void setup(void)
{
	m = machine_new(4, 2, NULL);
}

static void again(const struct psp_fw_config *c)
{
	machine_free(m);
	m = machine_new(4, 2, c);
}

static void teardown(void)
{
	machine_free(m);
}

static void created(uint64_t gctx)
{
	machine_page(m, gctx, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, gctx));
}

static const struct psp_fw_snp_guest *guest(uint64_t gctx)
{
	const struct psp_fw_snp_guest *g = psp_fw_snp_guest_find(m->fw, gctx);

	ck_assert_ptr_nonnull(g);
	return g;
}

/* low bits 0x16; 0x1; page not Firmware 0x1A; 2M 0x19; not RAM 0x3; no room 0x17 */
START_TEST(gctx_create)
{
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX + 8), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX + 8), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, 1ull << 52), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX), PSP_INVALID_PAGE_STATE);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, MACHINE_UNCOVERED), PSP_INVALID_PAGE_STATE);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, MACHINE_RMP), PSP_INVALID_CONFIG);
	m->rmp[LARGE >> 12] = (struct psp_fw_rmp) { .assigned = 1, .immutable = 1, .page_2m = 1 };
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, LARGE), PSP_INVALID_PAGE_SIZE);
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	m->mem[GCTX + 5] = 1;
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, 1ull << 51 | GCTX));
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_CONTEXT);
	ck_assert_uint_eq(m->mem[GCTX + 5], 0);
	ck_assert_uint_eq(guest(GCTX)->state, PSP_SNP_GSTATE_INIT);
	ck_assert_uint_eq(m->fw->snp_guest_count, 0);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX), PSP_INVALID_PAGE_STATE);
}
END_TEST

START_TEST(gctx_create_until_there_is_no_room)
{
	up_snp(m);
	for (uint64_t i = 0; i < PSP_FW_MAX_SNP_GUESTS; i++)
		created(MACHINE_PAGES + i * 0x1000);
	machine_page(m, 0xf00000, PSP_PAGE_FIRMWARE);
	IS(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, 0xf00000), PSP_RESOURCE_LIMIT);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2));
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, 0xf00000));
	ck_assert_uint_eq(psp_fw_snp_guest_at(m->fw, 1)->gctx, 0xf00000);
	ck_assert_ptr_null(psp_fw_snp_guest_at(m->fw, PSP_FW_MAX_SNP_GUESTS));
}
END_TEST

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

/*
 * 0x16; 0x1; 0x10; state 0x2; RMP pages with that ASID 0x3; SINGLE_SOCKET on 2P
 * 0x7; ASID 0 or too large 0xD; in use/allocated 0xC; guest already has an ASID
 * 0x12; dirty 0xF; ES range 0xD.
 */
START_TEST(activate)
{
	const struct psp_fw_config c = { .sockets = 2, .smt = true };
	uint32_t over;

	again(&c);
	over = m->fw->nr_asids + 1;
	IS(cmd_snp_activate(m, GCTX + 8, 0), PSP_INVALID_PARAM);
	IS(cmd_snp_activate(m, GCTX, 0), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	machine_guest_page(m, PAGE, PSP_PAGE_GUEST_VALID, 101, 0);
	machine_guest_page(m, PAGE + 0x1000, PSP_PAGE_GUEST_VALID, over, 0);
	IS(cmd_snp_activate(m, GCTX, over), PSP_INVALID_GUEST);
	created(GCTX);
	IS(cmd_snp_activate(m, GCTX, over), PSP_INVALID_GUEST_STATE);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY | 1ull << 20));
	IS(cmd_snp_activate(m, GCTX, over), PSP_INVALID_CONFIG);
	machine_page(m, PAGE + 0x1000, PSP_PAGE_HYPERVISOR);
	IS(cmd_snp_activate(m, GCTX, over), PSP_POLICY_FAILURE);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	snp_launching(m, GCTX, 5);
	IS(cmd_snp_activate(m, GCTX, over), PSP_INVALID_ASID);
	IS(cmd_snp_activate(m, GCTX, 0), PSP_INVALID_ASID);
	snp_running(m, GCTX2, 6);
	IS(cmd_snp_activate(m, GCTX, 6), PSP_ASID_OWNED);	/* in use */
	IS(cmd_snp_activate(m, GCTX, 5), PSP_ASID_OWNED);	/* allocated, by itself */
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2));
	IS(cmd_snp_activate(m, GCTX, 6), PSP_ACTIVE);		/* and dirty */
	created(GCTX2);
	OK(cmd_snp_launch_start(m, GCTX2, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX2, 6), PSP_DFFLUSH_REQUIRED);
	IS(cmd_snp_activate(m, GCTX2, 101), PSP_INVALID_CONFIG);
	machine_page(m, PAGE, PSP_PAGE_HYPERVISOR);
	IS(cmd_snp_activate(m, GCTX2, 101), PSP_INVALID_ASID);	/* range of SEV without ES */
	OK(cmd_snp_activate(m, GCTX2, 99));
}
END_TEST

START_TEST(activate_dirty_before_es_range)
{
	OK(cmd_snp_init_ex(m, 1, 0));
	created(GCTX);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX, 101), PSP_DFFLUSH_REQUIRED);
}
END_TEST

/* also 0x16 (length, count), 0x15 (no APIC table) */
START_TEST(activate_ex)
{
	static const uint32_t apic[4] = { 1, 2, 3, 4 };
	const struct psp_fw_config c = { .thread_apic = apic, .smt = true };
	uint8_t b[0x20] = { 0 };

	put32(b, 0, 0x18);
	put64(b, 8, GCTX);
	put32(b, 0x14, 1);
	put64(b, 0x18, MACHINE_LIST);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_PARAM);
	put32(b, 0, 0x20);
	put32(b, 0x14, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x14, 5);		/* more than there are threads */
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x14, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_UNSUPPORTED);
	again(&c);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_GUEST);
	created(GCTX);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	snp_launching(m, GCTX2, 6);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_ASID);
	put32(b, 0x10, 6);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_ASID_OWNED);
	put32(b, 0x10, 7);
	put32(m->mem, MACHINE_LIST, 9);	/* no such APIC id */
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_PARAM);
	put64(b, 0x18, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_INVALID_ADDRESS);
	put64(b, 0x18, MACHINE_LIST);
	put32(m->mem, MACHINE_LIST, 1);
	OK(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b));
	ck_assert_uint_eq(guest(GCTX)->asid, 7);
	put32(b, 0x10, 8);
	IS(machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b), PSP_ACTIVE);
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
		ck_assert_uint_eq(m->mem[pa], type == 3 ? 0 : 7);	/* zero page */
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

static int verify_good(void *opaque, const uint8_t point[144], const uint8_t digest[48],
		       const uint8_t signature[144])
{
	(void)opaque;
	(void)digest;
	/* the parts are where the layout of ID_AUTH has them */
	return point[0] == 0x11 && signature[0] == 0x22 ? 0 : -1;
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
	put32(block, 0x50, 1);
	put32(auth, 0, 1);
	put32(auth, 0x240, 2);
	put32(auth, 4, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_INVALID_PARAM);
	put32(auth, 0x880, 2);
	IS(machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b), PSP_HWERROR_PLATFORM);
	m->crypto.ecdsa_verify = verify_good;
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

/* 0x16; 0x1; not Context 0x10; Context -> Firmware */
START_TEST(decommission)
{
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX + 8), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX), PSP_INVALID_GUEST);
	created(GCTX);
	m->fw->snp_guest[1].ma_gctx = GCTX;	/* not in use there: no agent */
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));	/* never launched: not counted */
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_FIRMWARE);
	ck_assert_uint_eq(m->fw->snp_guest_count, 0);
	snp_running(m, GCTX2, 5);
	ck_assert_uint_eq(m->fw->snp_guest_count, 1);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2));
	ck_assert_uint_eq(m->fw->snp_guest_count, 0);
	ck_assert_int_eq(machine_state(m, GCTX2), PSP_PAGE_FIRMWARE);
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2), PSP_INVALID_GUEST);
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, GCTX2));
	ck_assert_int_eq(machine_state(m, GCTX2), PSP_PAGE_RECLAIM);
}
END_TEST

/* 0x16 (align, crosses page), 0x1, 0x10, status page 0x1A; any guest state */
START_TEST(guest_status)
{
	const uint8_t *s = m->mem + PAGE;
	uint8_t b[0x10];

	put64(b, 0, GCTX);
	put64(b, 8, PAGE + 0xff0);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b), PSP_INVALID_PARAM);
	put64(b, 0, GCTX + 8);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b), PSP_INVALID_PARAM);
	put64(b, 0, GCTX);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b), PSP_INVALID_GUEST);
	created(GCTX);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b));
	ck_assert_uint_eq(s[0xc], PSP_SNP_GSTATE_INIT);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY | 1ull << 19));
	OK(cmd_snp_activate(m, GCTX, 5));
	OK(cmd_snp_launch_finish(m, GCTX));
	OK(machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b));
	ck_assert_uint_eq(get64(s, 0), SNP_POLICY | 1ull << 19);
	ck_assert_uint_eq(get32(s, 8), 5);
	ck_assert_uint_eq(s[0xc], PSP_SNP_GSTATE_RUNNING);
}
END_TEST

/* 0x16, 0x1, 0x10, 0x2, 0x9, 0x1A, message header 0x16, counter 0x1D, content 0x13 */
START_TEST(guest_request)
{
	uint8_t b[0x18], *h = m->mem + PAGE;
	struct psp_fw_snp_guest *g;

	put64(b, 0, GCTX);
	put64(b, 8, MACHINE_MEM);
	put64(b, 0x10, PAGE + 0x1fff);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
	put64(b, 0x10, PAGE + 0x1000);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_GUEST);
	snp_launching(m, GCTX, 5);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_GUEST_STATE);
	OK(cmd_snp_launch_finish(m, GCTX));
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE + 0x1000, PSP_PAGE_FIRMWARE);
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
	h[0x30] = h[0x31] = 1;
	h[0x32] = 0x60;
	h[0x3c] = 4;
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
	for (int i = 0x30; i < 0x33; i++) {	/* algorithm, header version, header length */
		h[0x3c] = 0;
		h[i]++;
		IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
		h[i]--;
	}
	h[0x3c] = 3;
	g = &m->fw->snp_guest[0];
	g->msg_count[3] = UINT64_MAX;
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_AEAD_OFLOW);
	g->msg_count[3] = 0;
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_HWERROR_PLATFORM);
	ck_assert_int_eq(machine_state(m, PAGE + 0x1000), PSP_PAGE_FIRMWARE);
}
END_TEST

/* 0x16, 0x1, 0x10, policy 0x7, 0x1A, 0x1C */
START_TEST(dbg)
{
	uint8_t b[0x18];

	put64(b, 0, GCTX);
	put64(b, 8, PAGE + 8);
	put64(b, 0x10, PAGE + 0x1000);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_INVALID_PARAM);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_INVALID_GUEST);
	snp_running(m, GCTX, 5);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_POLICY_FAILURE);
	created(GCTX2);
	OK(cmd_snp_launch_start(m, GCTX2, SNP_POLICY | 1ull << 19));
	OK(cmd_snp_activate(m, GCTX2, 6));
	put64(b, 0, GCTX2);
	m->mem[PAGE] = 0x42;
	machine_guest_page(m, PAGE, PSP_PAGE_GUEST_VALID, 5, 0x1000);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE + 0x1000, PSP_PAGE_FIRMWARE);
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b), PSP_INVALID_PAGE_OWNER);
	machine_guest_page(m, PAGE, PSP_PAGE_GUEST_VALID, 6, 0x1000);
	OK(machine_cmd(m, PSP_CMD_SNP_DBG_DECRYPT, b));
	ck_assert_uint_eq(m->mem[PAGE + 0x1000], 0x42);
	put64(b, 8, PAGE + 0x1000);
	put64(b, 0x10, PAGE);
	m->mem[PAGE + 0x1000] = 0x43;
	IS(machine_cmd(m, PSP_CMD_SNP_DBG_ENCRYPT, b), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 6, 0x1000);
	OK(machine_cmd(m, PSP_CMD_SNP_DBG_ENCRYPT, b));
	ck_assert_uint_eq(m->mem[PAGE], 0x43);
}
END_TEST

/* bits 1-11 0x16; 0x1; address 0x9; size 0x19; 2M alignment 0x9 */
START_TEST(page_reclaim_order)
{
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE | 2), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE | 0x800), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_MEM), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_MEM), PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_RMP), PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE | 1), PSP_INVALID_PAGE_SIZE);
	m->rmp[LARGE >> 12] = (struct psp_fw_rmp) { .assigned = 1, .immutable = 1, .page_2m = 1 };
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, LARGE), PSP_INVALID_PAGE_SIZE);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, (LARGE + 0x1000) | 1), PSP_INVALID_ADDRESS);
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, LARGE | 1));
	ck_assert_int_eq(machine_state(m, LARGE + 0x1ff000), PSP_PAGE_RECLAIM);
}
END_TEST

/*
 * Metadata/Firmware -> Reclaim, Pre-Guest -> Guest-Invalid, Pre-Swap ->
 * Guest-Valid, not immutable -> SUCCESS and nothing done, others 0x1A
 */
START_TEST(page_reclaim_states)
{
	static const struct {
		enum psp_page_state before, after;
		uint32_t status, strict;
	} row[] = {
		{ PSP_PAGE_METADATA, PSP_PAGE_RECLAIM, 0, 0 },
		{ PSP_PAGE_FIRMWARE, PSP_PAGE_RECLAIM, 0, 0 },
		{ PSP_PAGE_PRE_GUEST, PSP_PAGE_GUEST_INVALID, 0, 0 },
		{ PSP_PAGE_PRE_SWAP, PSP_PAGE_GUEST_VALID, 0, 0 },
		{ PSP_PAGE_HYPERVISOR, PSP_PAGE_HYPERVISOR, 0, PSP_INVALID_PAGE_STATE },
		{ PSP_PAGE_RECLAIM, PSP_PAGE_RECLAIM, 0, 0 },
		{ PSP_PAGE_GUEST_INVALID, PSP_PAGE_GUEST_INVALID, 0, PSP_INVALID_PAGE_STATE },
		{ PSP_PAGE_GUEST_VALID, PSP_PAGE_GUEST_VALID, 0, PSP_INVALID_PAGE_STATE },
		{ PSP_PAGE_HV_FIXED, PSP_PAGE_HV_FIXED, PSP_INVALID_PAGE_STATE,
		  PSP_INVALID_PAGE_STATE },
		{ PSP_PAGE_CONTEXT, PSP_PAGE_CONTEXT, PSP_INVALID_PAGE_STATE,
		  PSP_INVALID_PAGE_STATE },
	};
	const struct psp_fw_config strict = { .switches = PSP_FW_RECLAIM_STRICT };

	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			again(&strict);
		up_snp(m);
		for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
			if (row[i].before == PSP_PAGE_PRE_GUEST ||
			    row[i].before == PSP_PAGE_PRE_SWAP ||
			    row[i].before == PSP_PAGE_GUEST_INVALID ||
			    row[i].before == PSP_PAGE_GUEST_VALID)
				machine_guest_page(m, PAGE, row[i].before, 5, 0x1000);
			else
				machine_page(m, PAGE, row[i].before);
			ck_assert_int_eq(machine_state(m, PAGE), row[i].before);
			IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE),
			   pass ? row[i].strict : row[i].status);
			ck_assert_int_eq(machine_state(m, PAGE), row[i].after);
		}
		IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_IOMMU),
		   PSP_INVALID_PAGE_STATE);
		IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_UNCOVERED),
		   PSP_INVALID_PAGE_STATE);
	}
}
END_TEST

START_TEST(page_reclaim_of_the_tmr)
{
	up_snp(m);
	up_sev(m);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_TMR), PSP_INVALID_ADDRESS);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_TMR));
}
END_TEST

START_TEST(page_md_init)
{
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, PAGE + 1), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, PAGE), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, MACHINE_MEM), PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, PAGE), PSP_INVALID_PAGE_STATE);
	m->rmp[LARGE >> 12] = (struct psp_fw_rmp) { .assigned = 1, .immutable = 1, .page_2m = 1 };
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, LARGE), PSP_INVALID_PAGE_SIZE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	m->mem[PAGE] = 1;
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, PAGE));
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_METADATA);
	ck_assert_uint_eq(m->mem[PAGE], 0);
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE));
	ck_assert_uint_eq(m->rmp[PAGE >> 12].gpa, 0);
}
END_TEST

START_TEST(page_unsmash)
{
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE + 0x1000), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, MACHINE_MEM), PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, MACHINE_UNCOVERED), PSP_INVALID_PAGE_STATE);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_STATE);
	for (uint64_t off = 0; off < 0x200000; off += 0x1000)
		machine_guest_page(m, LARGE + off, PSP_PAGE_PRE_GUEST, 5, 0x400000 + off);
	m->rmp[(LARGE + 0x1ff000) >> 12].gpa = 0;
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, LARGE + 0x1ff000, PSP_PAGE_PRE_SWAP, 5, 0x5ff000);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, LARGE + 0x1ff000, PSP_PAGE_PRE_GUEST, 5, 0x5ff000);
	m->rmp[(LARGE + 0x1ff000) >> 12].vmsa = 1;
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_STATE);
	machine_guest_page(m, LARGE + 0x1ff000, PSP_PAGE_PRE_GUEST, 6, 0x5ff000);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_OWNER);
	machine_guest_page(m, LARGE + 0x1ff000, PSP_PAGE_PRE_GUEST, 5, 0x5ff000);
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE));
	ck_assert_uint_eq(m->rmp[LARGE >> 12].page_2m, 1);
	ck_assert_uint_eq(m->rmp[(LARGE + 0x1000) >> 12].assigned, 0);
	ck_assert_int_eq(machine_state(m, LARGE + 0x1ff000), PSP_PAGE_PRE_GUEST);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_UNSMASH, LARGE), PSP_INVALID_PAGE_SIZE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("psp_fw SNP guests");
	TCase *t = tcase_create("commands");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, gctx_create);
	tcase_add_test(t, gctx_create_until_there_is_no_room);
	tcase_add_test(t, launch_start);
	tcase_add_test(t, launch_start_policy);
	tcase_add_test(t, launch_start_migration_agent);
	tcase_add_test(t, activate);
	tcase_add_test(t, activate_dirty_before_es_range);
	tcase_add_test(t, activate_ex);
	tcase_add_test(t, launch_update);
	tcase_add_test(t, launch_update_page_types);
	tcase_add_test(t, launch_update_fields);
	tcase_add_test(t, launch_update_2m);
	tcase_add_test(t, launch_finish);
	tcase_add_test(t, launch_finish_id_block);
	tcase_add_test(t, launch_without_cryptography);
	tcase_add_test(t, decommission);
	tcase_add_test(t, guest_status);
	tcase_add_test(t, guest_request);
	tcase_add_test(t, dbg);
	tcase_add_test(t, page_reclaim_order);
	tcase_add_test(t, page_reclaim_states);
	tcase_add_test(t, page_reclaim_of_the_tmr);
	tcase_add_test(t, page_md_init);
	tcase_add_test(t, page_unsmash);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
