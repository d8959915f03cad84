/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: commands on single pages.  A test walks one command's checks
 * in their order, see psp_fw_snp_platform.c.
 */
#include <check.h>

#include "psp_fw_machine.h"

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
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, page_reclaim_order);
	tcase_add_test(t, page_reclaim_states);
	tcase_add_test(t, page_reclaim_of_the_tmr);
	tcase_add_test(t, page_md_init);
	tcase_add_test(t, page_unsmash);
	return machine_suite("psp_fw pages", t);
}
