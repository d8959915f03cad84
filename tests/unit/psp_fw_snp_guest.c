/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SNP guests and single pages.  A test walks one command's
 * checks in their order, see psp_fw_snp_platform.c.
 */
#include <check.h>

#include "psp_fw_snp_fixture.h"

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

/* 0x16, 0x1, 0x10, 0x2, 0x9, 0x1A, message header 0x16, counter 0x1D and 0x16, content 0x13 */
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
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
	h[0x20] = 1;				/* the next sequence number */
	IS(machine_cmd(m, PSP_CMD_SNP_GUEST_REQUEST, b), PSP_INVALID_PARAM);
	h[0x34] = PSP_MSG_REPORT_REQ;
	h[0x35] = 1;
	h[0x36] = 0x60;
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

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, gctx_create);
	tcase_add_test(t, gctx_create_until_there_is_no_room);
	tcase_add_test(t, activate);
	tcase_add_test(t, activate_dirty_before_es_range);
	tcase_add_test(t, activate_ex);
	tcase_add_test(t, decommission);
	tcase_add_test(t, guest_status);
	tcase_add_test(t, guest_request);
	tcase_add_test(t, dbg);
	return machine_suite("psp_fw SNP guests", t);
}
