/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: commands of the SNP platform.  A test walks one command's
 * checks in their order: each step repairs what the step before complained of,
 * so that what is still wrong behind it shows which comes first.
 */
#include <check.h>

#include "psp_fw_machine.h"

#define GCTX	MACHINE_PAGES
#define PAGE	(MACHINE_PAGES + 0x10000)

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

static void list(uint32_t n, uint64_t base, uint32_t pages)
{
	put32(m->mem, MACHINE_LIST, n);
	put32(m->mem, MACHINE_LIST + 4, 0);
	put64(m->mem, MACHINE_LIST + 8, base);
	put32(m->mem, MACHINE_LIST + 16, pages);
}

/* SNP_INIT_EX: reserved 0x16, diagnostic 0x13, platform state 0x1, unlocked 0x14 */
START_TEST(snp_init_order_before_the_cores)
{
	struct psp_fw_config c = { .conditions = PSP_FW_DIAGNOSTIC | PSP_FW_UNLOCKED };
	uint8_t b[0x40] = { 0 };

	again(&c);
	m->fw->sev_state = PSP_INIT;
	put32(b, 0, 1u << 2);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0, 0);
	put32(b, 4, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 4, 0);
	b[0x3f] = 1;
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	b[0x3f] = 0;
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_HWERROR_PLATFORM);
	m->fw->conditions = PSP_FW_UNLOCKED;
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PLATFORM_STATE);
	m->fw->sev_state = PSP_UNINIT;
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_HWERROR_UNSAFE);
	m->fw->conditions = 0;
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_RMP_INIT_REQUIRED);
}
END_TEST

START_TEST(snp_init_twice)
{
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT, NULL), PSP_INVALID_PLATFORM_STATE);
	IS(cmd_snp_init_ex(m, 1, 0), PSP_INVALID_PLATFORM_STATE);
}
END_TEST

/* INIT_RMP=0 and RMP not initialised or TCB changed 0x20; then list without INIT_RMP 0x16 */
START_TEST(snp_init_without_init_rmp)
{
	IS(cmd_snp_init_ex(m, 2, MACHINE_LIST), PSP_RMP_INIT_REQUIRED);
	up_snp(m);
	OK(cmd_snp_shutdown_ex(m, 8, 0));	/* the RMP stays initialized */
	m->regs[1].mfdm = false;
	IS(cmd_snp_init_ex(m, 2, MACHINE_LIST), PSP_INVALID_PARAM);
	IS(cmd_snp_init_ex(m, 0, 0), PSP_INVALID_CONFIG);
	m->regs[1].mfdm = true;
	m->fw->current_tcb = 0x100;
	IS(cmd_snp_init_ex(m, 0, 0), PSP_RMP_INIT_REQUIRED);
	m->fw->current_tcb = 0;
	OK(cmd_snp_init_ex(m, 0, 0));
}
END_TEST

static void break_core(int what, bool broken)
{
	struct psp_fw_thread_regs *r = &m->regs[3];

	switch (what) {
	case 0:	r->mem_enc = !broken; break;
	case 1: r->snp_en = !broken; break;
	case 2: r->vmpl_en = !broken; break;
	case 3: r->mfdm = !broken; break;
	case 4: r->smm_lock = !broken; break;
	case 5: r->tseg_bad = broken; break;
	case 6: r->rmp_base = MACHINE_RMP - (broken ? 0x100000 : 0); break;
	case 7: r->rmp_end = MACHINE_RMP + MACHINE_RMP_LEN - 1 + (broken ? 0x100000 : 0); break;
	}
}

/* not on all cores, MSR mismatch, MFDM, SMMLock, TSEG: 0x3; before the C-bit's 0x15 */
START_TEST(snp_init_one_core_not_ready)
{
	for (int i = 0; i < 4 && _i < 6; i++)
		m->regs[i].rmp_base |= 1ull << 51, m->regs[i].rmp_end |= 1ull << 51;
	break_core(_i, true);
	IS(cmd_snp_init_ex(m, 1, 0), PSP_INVALID_CONFIG);
	for (int i = 0; i < 4; i++)
		m->regs[i].rmp_base = MACHINE_RMP, m->regs[i].rmp_end = MACHINE_RMP + 0xfffff;
	break_core(_i, false);
	OK(cmd_snp_init_ex(m, 1, 0));
}
END_TEST

/* RMP bounds and alignment 0x3, C-bit 0x15, then INIT_RMP with HSAVE_PA 0x3, then ranges 0x26 */
START_TEST(snp_init_rmp_registers)
{
	static const uint64_t bad[][2] = {
		{ MACHINE_RMP + 0x1000, MACHINE_RMP + 0xfffff },
		{ MACHINE_RMP, MACHINE_RMP + 0xffffe },
		{ MACHINE_RMP, MACHINE_RMP - 1 },
		{ 0, 0 },
	};

	list(256, 0, 0);
	m->regs[2].hsave_pa = 0x5000;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int t = 0; t < 4; t++)
			m->regs[t].rmp_base = bad[i][0], m->regs[t].rmp_end = bad[i][1];
		IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_INVALID_CONFIG);
	}
	for (int t = 0; t < 4; t++) {
		m->regs[t].rmp_base = MACHINE_RMP | 1ull << 51;
		m->regs[t].rmp_end = (MACHINE_RMP + 0xfffff) | 1ull << 51;
	}
	IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_UNSUPPORTED);
	for (int t = 0; t < 4; t++)
		m->regs[t].rmp_base = MACHINE_RMP, m->regs[t].rmp_end = MACHINE_RMP + 0xfffff;
	IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_INVALID_CONFIG);
	m->regs[2].hsave_pa = 0;
	IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_RMP_INITIALIZATION_FAILED);
	ck_assert_uint_eq(m->fw->snp_state, PSP_UNINIT);
}
END_TEST

START_TEST(snp_init_hsave_matters_with_init_rmp_only)
{
	up_snp(m);
	OK(cmd_snp_shutdown_ex(m, 8, 0));
	m->regs[0].hsave_pa = 0x5000;
	IS(cmd_snp_init_ex(m, 1, 0), PSP_INVALID_CONFIG);
	OK(cmd_snp_init_ex(m, 0, 0));
}
END_TEST

START_TEST(snp_init_disabled_thread_is_not_asked)
{
	const bool off[4] = { [3] = true };
	struct psp_fw_config c = { .thread_disabled = off };

	again(&c);
	m->regs[3].snp_en = false;
	OK(cmd_snp_init_ex(m, 1, 0));
}
END_TEST

START_TEST(snp_init_lists_hv_fixed_pages)
{
	list(2, PAGE, 2);
	put64(m->mem, MACHINE_LIST + 24, MACHINE_COVERED - 0x1000);	/* runs out of the RMP */
	put32(m->mem, MACHINE_LIST + 32, UINT32_MAX);
	OK(cmd_snp_init_ex(m, 3, MACHINE_LIST));
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_HV_FIXED);
	ck_assert_int_eq(machine_state(m, PAGE + 0x1000), PSP_PAGE_HV_FIXED);
	ck_assert_int_eq(machine_state(m, PAGE + 0x2000), PSP_PAGE_HYPERVISOR);
	ck_assert_int_eq(machine_state(m, MACHINE_COVERED - 0x1000), PSP_PAGE_HV_FIXED);
	ck_assert_int_eq(machine_state(m, MACHINE_UNCOVERED), PSP_PAGE_DEFAULT);
}
END_TEST

START_TEST(snp_init_list_of_pages_in_use)
{
	up_snp(m);
	OK(cmd_snp_shutdown_ex(m, 8, 0));
	machine_guest_page(m, PAGE, PSP_PAGE_GUEST_VALID, 5, 0);
	list(1, PAGE, 1);
	IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_RMP_INITIALIZATION_FAILED);
	list(1, PAGE + 0x10, 1);
	IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), PSP_RMP_INITIALIZATION_FAILED);
	list(1, MACHINE_RMP, 4);		/* Firmware, and stays so */
	OK(cmd_snp_init_ex(m, 3, MACHINE_LIST));
	ck_assert_int_eq(machine_state(m, MACHINE_RMP), PSP_PAGE_FIRMWARE);
}
END_TEST

START_TEST(snp_init_list_out_of_memory)
{
	IS(cmd_snp_init_ex(m, 3, MACHINE_MEM), PSP_INVALID_ADDRESS);
	put32(m->mem, MACHINE_MEM - 8, 1);	/* one range, beyond the end */
	IS(cmd_snp_init_ex(m, 3, MACHINE_MEM - 8), PSP_INVALID_ADDRESS);
}
END_TEST

START_TEST(snp_init_table_fails)
{
	m->rmp_init_fails = true;
	IS(cmd_snp_init_ex(m, 1, 0), PSP_RMP_INITIALIZATION_FAILED);
	ck_assert_uint_eq(m->fw->snp_state, PSP_UNINIT);
}
END_TEST

START_TEST(snp_init_success)
{
	OK(machine_cmd(m, PSP_CMD_SNP_INIT, NULL));
	ck_assert_uint_eq(m->fw->snp_state, PSP_INIT);
	ck_assert_uint_eq(m->fw->rmp_initialized, 1);
	ck_assert_uint_eq(m->fw->snp_guest_count, 0);
	ck_assert_int_eq(machine_state(m, MACHINE_IOMMU), PSP_PAGE_FIRMWARE_IOMMU);
	ck_assert_int_eq(machine_state(m, MACHINE_IOMMU + 0x1000), PSP_PAGE_FIRMWARE_IOMMU);
	ck_assert_int_eq(machine_state(m, MACHINE_RMP), PSP_PAGE_FIRMWARE);
}
END_TEST

/* SNP_SHUTDOWN(_EX): SEV up 0x1; UNINIT 0; not clean 0xF; length, flags 0x16 */
START_TEST(snp_shutdown_order)
{
	up_snp(m);
	up_sev(m);
	snp_running(m, GCTX, 5);
	IS(cmd_snp_shutdown_ex(m, 4, 0x80), PSP_INVALID_PLATFORM_STATE);
	IS(machine_cmd(m, PSP_CMD_SNP_SHUTDOWN, NULL), PSP_INVALID_PLATFORM_STATE);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	IS(cmd_snp_shutdown_ex(m, 4, 0x80), PSP_DFFLUSH_REQUIRED);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	IS(cmd_snp_shutdown_ex(m, 4, 1), PSP_INVALID_PARAM);
	IS(cmd_snp_shutdown_ex(m, 8, 0x80), PSP_INVALID_PARAM);
	IS(cmd_snp_shutdown_ex(m, 8, 2), PSP_INVALID_PARAM);	/* x86 without iommu */
	ck_assert_uint_eq(m->fw->snp_state, PSP_INIT);
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	OK(cmd_snp_shutdown_ex(m, 4, 0x80));			/* UNINIT: nothing to do */
	OK(machine_cmd(m, PSP_CMD_SNP_SHUTDOWN, NULL));
	ck_assert_uint_eq(m->disabled, 0);
}
END_TEST

START_TEST(snp_shutdown_in_uninit_when_switched_strict)
{
	const struct psp_fw_config c = { .switches = PSP_FW_SHUTDOWN_STRICT };

	again(&c);
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_INVALID_PLATFORM_STATE);
}
END_TEST

START_TEST(snp_shutdown_iommu)
{
	up_snp(m);
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	ck_assert_uint_eq(m->fw->rmp_initialized, 0);
	ck_assert_int_eq(machine_state(m, MACHINE_IOMMU), PSP_PAGE_RECLAIM);
	ck_assert_int_eq(machine_state(m, MACHINE_IOMMU + 0x1000), PSP_PAGE_RECLAIM);
	ck_assert_int_eq(machine_state(m, MACHINE_RMP), PSP_PAGE_FIRMWARE);
	/* cores with SNP_EN set: SEV INIT wants SNP INIT first */
	IS(cmd_init(m, 0, 0, 0), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	OK(cmd_init(m, 0, 0, 0));
}
END_TEST

START_TEST(snp_shutdown_without_iommu)
{
	up_snp(m);
	OK(machine_cmd(m, PSP_CMD_SNP_SHUTDOWN, NULL));
	ck_assert_uint_eq(m->fw->rmp_initialized, 1);
	ck_assert_int_eq(machine_state(m, MACHINE_IOMMU), PSP_PAGE_FIRMWARE_IOMMU);
	IS(cmd_init(m, 1, MACHINE_TMR, 1 << 20), PSP_INVALID_LEN);	/* wants 2 MB */
}
END_TEST

START_TEST(snp_shutdown_x86)
{
	up_snp(m);
	OK(cmd_snp_shutdown_ex(m, 8, 3));
	ck_assert_uint_eq(m->disabled, 1);
	up_snp(m);
	m->disable_fails = true;
	IS(cmd_snp_shutdown_ex(m, 8, 3), PSP_SHUTDOWN_INCOMPLETE);
	up_snp(m);
	m->ops.snp_disable = NULL;
	IS(cmd_snp_shutdown_ex(m, 8, 3), PSP_INVALID_PARAM);
}
END_TEST

START_TEST(snp_shutdown_forgets_contexts_without_asid)
{
	up_snp(m);
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX));
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	OK(cmd_snp_shutdown_ex(m, 8, 0));
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_CONTEXT);
	OK(cmd_snp_init_ex(m, 0, 0));
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX), PSP_INVALID_GUEST);
}
END_TEST

/* SNP_DF_FLUSH needs SNP INIT */
START_TEST(snp_df_flush_state)
{
	machine_wbinvd(m);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_INVALID_PLATFORM_STATE);
	IS(machine_cmd(m, PSP_CMD_DF_FLUSH, NULL), PSP_INVALID_PLATFORM_STATE);
}
END_TEST

/* SNP_PLATFORM_STATUS: crosses page 0x16; SNP INIT and page not Firmware/Default 0x1A */
START_TEST(snp_platform_status)
{
	struct psp_fw_config c = { .current_tcb = 0x0700000000000203, .build = 21,
				   .feature_info = true };
	const uint8_t *s = NULL;

	again(&c);
	s = m->mem + PAGE + 0x10;
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0xff0), PSP_INVALID_PARAM);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0x10));	/* UNINIT: any page */
	ck_assert_uint_eq(get32(s, 0), 1 | 55 << 8);
	up_snp(m);
	snp_launching(m, GCTX, 5);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0xff0), PSP_INVALID_PARAM);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0x10), PSP_INVALID_PAGE_STATE);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, MACHINE_RMP), PSP_INVALID_ADDRESS);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0x10));
	ck_assert_uint_eq(get32(s, 0), 1 | 55 << 8 | 1 << 16 | 1 << 24);
	ck_assert_uint_eq(get32(s, 4), 21);
	ck_assert_uint_eq(get32(s, 8), 1 << 3);
	ck_assert_uint_eq(get32(s, 0xc), 1);
	ck_assert_uint_eq(get64(s, 0x10), c.current_tcb);
	ck_assert_uint_eq(get64(s, 0x18), c.current_tcb);
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, MACHINE_UNCOVERED));
	ck_assert_uint_eq(m->mem[MACHINE_UNCOVERED], 1);
}
END_TEST

START_TEST(output_pages_go_to_reclaim_when_switched_so)
{
	const struct psp_fw_config c = { .switches = PSP_FW_OUTPUT_RECLAIM };

	again(&c);
	up_snp(m);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE));
	ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_RECLAIM);
}
END_TEST

START_TEST(snp_feature_info)
{
	struct psp_fw_config c = { .feature_info = true };
	uint8_t b[0x10] = { 0 };

	put32(b, 0, 16);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b), PSP_INVALID_COMMAND);
	again(&c);
	put32(b, 0, 8);
	IS(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b), PSP_INVALID_PARAM);
	put32(b, 0, 16);
	put32(b, 4, 1);
	IS(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b), PSP_INVALID_PARAM);
	put32(b, 4, 0);
	OK(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b));
	ck_assert_uint_eq(get32(m->mem, PAGE + 8), 3);
	m->ops.snp_disable = NULL;
	OK(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b));
	ck_assert_uint_eq(get32(m->mem, PAGE + 8), 1);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b));
}
END_TEST

/* SNP_INIT_EX: bits 3, 4 and MAX_SNP_ASID are reserved unless FEATURE_INFO offers them */
START_TEST(ciphertext_hiding_and_tio)
{
	const struct psp_fw_config c = {
		.feature_info = true, .cth = true, .tio = true, .min_sev_asid = 101, .smt = true,
	};
	uint8_t b[0x40] = { 0 }, f[0x10] = { 0 };

	put32(b, 0, 1 << 0 | 1 << 4);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0, 1 << 0 | 1 << 3);
	put32(b, 0x10, 40);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	again(&c);
	put32(f, 0, 16);
	put64(f, 8, PAGE);
	OK(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, f));
	ck_assert_uint_eq(get32(m->mem, PAGE + 4), 1 << 1);
	ck_assert_uint_eq(get32(m->mem, PAGE + 8), 3 | 1 << 3);
	put32(b, 0x10, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x10, 101);				/* no more than SEV-ES can have */
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x10, 40 | 1 << 16);
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x10, 40);
	put32(b, 0, 1 << 0);				/* an ASID without the bit */
	IS(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b), PSP_INVALID_PARAM);
	put32(b, 0, 1 << 0 | 1 << 3 | 1 << 4);
	OK(machine_cmd(m, PSP_CMD_SNP_INIT_EX, b));
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE));
	ck_assert_uint_eq(get32(m->mem, PAGE + 8), 1 << 3 | 1 << 5 | 1 << 6);
	ck_assert_ptr_null(psp_fw_check(m->fw));

	/* the ASIDs are two ranges: each kind has its own */
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	up_sev(m);
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX));
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX, 41), PSP_INVALID_ASID);
	OK(cmd_snp_activate(m, GCTX, 40));
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	OK(cmd_launch_start(m, 4, &(uint32_t){ 0 }));
	IS(cmd_activate(m, 1, 39), PSP_INVALID_ASID);
	IS(cmd_activate(m, 1, 101), PSP_INVALID_ASID);
	OK(cmd_activate(m, 1, 41));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	ck_assert_uint_eq(m->fw->max_snp_asid, 0);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, snp_init_order_before_the_cores);
	tcase_add_test(t, snp_init_twice);
	tcase_add_test(t, snp_init_without_init_rmp);
	tcase_add_loop_test(t, snp_init_one_core_not_ready, 0, 8);
	tcase_add_test(t, snp_init_rmp_registers);
	tcase_add_test(t, snp_init_hsave_matters_with_init_rmp_only);
	tcase_add_test(t, snp_init_disabled_thread_is_not_asked);
	tcase_add_test(t, snp_init_lists_hv_fixed_pages);
	tcase_add_test(t, snp_init_list_of_pages_in_use);
	tcase_add_test(t, snp_init_list_out_of_memory);
	tcase_add_test(t, snp_init_table_fails);
	tcase_add_test(t, snp_init_success);
	tcase_add_test(t, snp_shutdown_order);
	tcase_add_test(t, snp_shutdown_in_uninit_when_switched_strict);
	tcase_add_test(t, snp_shutdown_iommu);
	tcase_add_test(t, snp_shutdown_without_iommu);
	tcase_add_test(t, snp_shutdown_x86);
	tcase_add_test(t, snp_shutdown_forgets_contexts_without_asid);
	tcase_add_test(t, snp_df_flush_state);
	tcase_add_test(t, snp_platform_status);
	tcase_add_test(t, output_pages_go_to_reclaim_when_switched_so);
	tcase_add_test(t, snp_feature_info);
	tcase_add_test(t, ciphertext_hiding_and_tio);
	return machine_suite("psp_fw SNP platform", t);
}
