/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what all commands have in common - names, buffers, addresses,
 * log - and the configuration of the machine.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_machine.h"

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

START_TEST(unknown_command)
{
	IS(machine_cmd(m, 0x0cc, NULL), PSP_INVALID_COMMAND);
	IS(machine_cmd(m, UINT32_MAX, NULL), PSP_INVALID_COMMAND);
	ck_assert_ptr_null(psp_fw_command_name(0x0cc));
	ck_assert_int_eq(psp_fw_command_length(0x0cc), -1);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(psp_fw_command_name(PSP_CMD_NOP), "NOP");
	ck_assert_str_eq(psp_fw_command_name(0x0ce), "SNP_FEATURE_INFO");
	ck_assert_str_eq(psp_fw_command_name(0x086), "SNP_SHUTDOWN_EX");
	ck_assert_int_eq(psp_fw_command_length(0x086), 8);
	ck_assert_int_eq(psp_fw_command_length(0x002), 0);
	ck_assert_str_eq(psp_fw_status_name(0x0f), "DFFLUSH_REQUIRED");
	ck_assert_str_eq(psp_fw_status_name(0x28), "SHUTDOWN_INCOMPLETE");
	ck_assert_ptr_null(psp_fw_status_name(0x1e));
	ck_assert_ptr_null(psp_fw_status_name(0x5a));
	ck_assert_str_eq(psp_fw_page_state_name(PSP_PAGE_PRE_GUEST), "Pre-Guest");
	ck_assert_str_eq(psp_fw_page_state_name(PSP_PAGE_DEFAULT), "Default");
}
END_TEST

START_TEST(buffer_outside_memory)
{
	IS(psp_fw_exec(m->fw, PSP_CMD_SNP_CONFIG, MACHINE_MEM), PSP_INVALID_ADDRESS);
	IS(psp_fw_exec(m->fw, PSP_CMD_SNP_CONFIG, UINT64_MAX - 8), PSP_INVALID_ADDRESS);
	/* the driver leaves the C-bit in */
	IS(psp_fw_exec(m->fw, PSP_CMD_SNP_CONFIG, 1ull << 51 | MACHINE_CMDBUF), PSP_SUCCESS);
}
END_TEST

/* A buffer, and what it points to, may cross pages */
START_TEST(buffer_crosses_pages)
{
	struct psp_fw_config c = { .current_tcb = 0x0700000000000203 };
	uint64_t pa = MACHINE_LIST - 4;

	again(&c);
	put64(m->mem, pa, 0x0600000000000102);
	put32(m->mem, pa + 8, 1);
	OK(psp_fw_exec(m->fw, PSP_CMD_SNP_CONFIG, pa));
	ck_assert_uint_eq(m->fw->reported_tcb, 0x0600000000000102);
	ck_assert_uint_eq(m->fw->mask_chip_id, 1);
	OK(psp_fw_exec(m->fw, PSP_CMD_PLATFORM_STATUS, pa));
	ck_assert_uint_eq(m->mem[pa + 1], 55);
	put64(m->mem, MACHINE_CMDBUF, PAGE - 32);
	put32(m->mem, MACHINE_CMDBUF + 8, 64);
	m->fw->chip_id[0][0] = 0x11;
	m->fw->chip_id[0][32] = 0x22;
	m->fw->chip_id[0][63] = 0x33;
	OK(psp_fw_exec(m->fw, PSP_CMD_GET_ID, MACHINE_CMDBUF));
	ck_assert_uint_eq(m->mem[PAGE - 32], 0x11);
	ck_assert_uint_eq(m->mem[PAGE], 0x22);
	ck_assert_uint_eq(m->mem[PAGE + 31], 0x33);
}
END_TEST

/* The driver leaves the C-bit in addresses; bits above it are nobody's */
START_TEST(c_bit_in_addresses)
{
	up_snp(m);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, 1ull << 51 | PAGE));
	ck_assert_uint_eq(m->mem[PAGE], 1);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, 1ull << 51 | MACHINE_RMP),
	   PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, 1ull << 51 | (PAGE + 0x1000)),
	   PSP_INVALID_PAGE_STATE);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, 1ull << 52 | PAGE), PSP_INVALID_ADDRESS);
	IS(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, UINT64_MAX << 12), PSP_INVALID_ADDRESS);
}
END_TEST

START_TEST(log_says_what_happened)
{
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_INVALID_PLATFORM_STATE);
	ck_assert_ptr_nonnull(strstr(m->log, "SNP_DF_FLUSH(0x84)"));
	ck_assert_ptr_nonnull(strstr(m->log, "INVALID_PLATFORM_STATE(0x1)"));
	ck_assert_uint_eq(m->lines, 1);
	ck_assert_uint_eq(m->fw->command_count, 1);
	up_snp(m);
	m->lines = 0;
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE));
	ck_assert_uint_eq(m->lines, 0);
	IS(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, PAGE + 2), PSP_INVALID_PARAM);
	ck_assert_uint_eq(m->lines, 1);
	m->ops.log = NULL;
	OK(machine_cmd(m, PSP_CMD_NOP, NULL));
}
END_TEST

START_TEST(not_modelled)
{
	static const uint32_t ids[] = { PSP_CMD_SNP_PAGE_SWAP_OUT, PSP_CMD_SNP_PAGE_SWAP_IN,
					PSP_CMD_SNP_PAGE_MOVE, PSP_CMD_SNP_PAGE_SET_STATE };

	IS(machine_cmd(m, ids[_i], NULL), PSP_INVALID_PLATFORM_STATE);
	up_snp(m);
	IS(machine_cmd(m, ids[_i], NULL), PSP_UNSUPPORTED);
}
END_TEST

START_TEST(bad_configurations)
{
	static struct psp_fw fw;
	uint16_t ccx[2] = { 0, 0 };
	const bool all_off[2] = { true, true };
	struct psp_fw_config good = { .nr_threads = 2, .thread_ccx = ccx, .sockets = 1 }, c;

	ck_assert_ptr_null(psp_fw_init(&fw, &m->ops, m, &good));
	ck_assert_uint_eq(fw.nr_asids, 509);		/* Milan is 0 */
	ck_assert_uint_eq(fw.api_minor, 55);
	c = good, c.generation = PSP_FW_TURIN, c.api_major = 2, c.current_tcb = 7;
	ck_assert_ptr_null(psp_fw_init(&fw, &m->ops, m, &c));
	ck_assert_uint_eq(fw.generation, PSP_FW_TURIN);
	ck_assert_uint_eq(fw.nr_asids, 1006);
	ck_assert_uint_eq(fw.api_minor, 0);
	ck_assert_uint_eq(fw.committed_tcb, 7);
	c = good, c.nr_threads = 0;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.nr_threads = PSP_FW_MAX_THREADS + 1;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.thread_ccx = NULL;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.sockets = 3;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.nr_asids = PSP_FW_MAX_ASID + 1;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.switches = 1u << 31;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	c = good, c.thread_disabled = all_off;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &c));
	ccx[1] = PSP_FW_MAX_CCX;
	ck_assert_ptr_nonnull(psp_fw_init(&fw, &m->ops, m, &good));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, unknown_command);
	tcase_add_test(t, names);
	tcase_add_test(t, buffer_outside_memory);
	tcase_add_test(t, buffer_crosses_pages);
	tcase_add_test(t, c_bit_in_addresses);
	tcase_add_test(t, log_says_what_happened);
	tcase_add_loop_test(t, not_modelled, 0, 4);
	tcase_add_test(t, bad_configurations);
	return machine_suite("psp_fw dispatch", t);
}
