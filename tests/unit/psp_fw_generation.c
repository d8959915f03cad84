/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what depends on the generation of the processor (AMD 56860:
 * TCB_VERSION, CHIP_ID; the number of ASIDs of CPUID Fn8000_001F).
 */
#include <check.h>
#include <string.h>

#include "psp_fw_snp_fixture.h"
#include "sim/psp_fw_generation.h"

static const struct row {
	const char *name;
	enum psp_fw_generation generation;
	uint32_t asids;
	uint8_t reserved;	/* bytes of a TCB_VERSION, bit n: byte n */
	uint32_t id;		/* bytes of a chip's id */
	bool features;
} rows[] = {
	{ "milan", PSP_FW_MILAN, 509, 0x3c, 64, false },
	{ "genoa", PSP_FW_GENOA, 1006, 0x3c, 64, false },
	{ "turin", PSP_FW_TURIN, 1006, 0x70, 8, true },
};

#define NR_ROWS	(int)(sizeof(rows) / sizeof(rows[0]))

static struct psp_fw_config config(const struct row *r)
{
	const struct psp_fw_generation_info *info = psp_fw_generation_info(r->generation);
	struct psp_fw_config c = { .smt = true, .generation = r->generation };

	ck_assert_ptr_nonnull(info);
	c.api_major = info->api_major;
	c.api_minor = info->api_minor;
	c.build = info->build;
	c.current_tcb = info->tcb;
	c.feature_info = info->feature_info;
	c.cth = info->cth;
	memset(c.chip_id, 0xee, sizeof(c.chip_id));
	return c;
}

START_TEST(names)
{
	const struct row *r = &rows[_i];

	ck_assert_int_eq(psp_fw_generation_find(r->name), (int)r->generation);
	ck_assert_str_eq(psp_fw_generation_info(r->generation)->name, r->name);
	ck_assert_int_eq(psp_fw_generation_find("rome"), -1);
	ck_assert_int_eq(psp_fw_generation_find(""), -1);
	ck_assert_ptr_null(psp_fw_generation_info((enum psp_fw_generation)NR_ROWS));
	ck_assert(!psp_fw_tcb_valid((enum psp_fw_generation)NR_ROWS, 0));
}
END_TEST

/* The last ASID can be had, the one behind it cannot: 0xD */
START_TEST(asids)
{
	struct psp_fw_config c = config(&rows[_i]);
	uint32_t handle, last = rows[_i].asids;

	again(&c);
	ck_assert_uint_eq(m->fw->nr_asids, last);
	up_snp(m);
	up_sev(m);
	OK(cmd_launch_start(m, 0, &handle));
	IS(cmd_activate(m, handle, last + 1), PSP_INVALID_ASID);
	OK(cmd_activate(m, handle, last));
	/* SNP and SEV-ES guests have those below min_sev_asid, 100 */
	created(GCTX);
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX, last + 1), PSP_INVALID_ASID);
	IS(cmd_snp_activate(m, GCTX, 100), PSP_INVALID_ASID);
	OK(cmd_snp_activate(m, GCTX, 99));
}
END_TEST

/* Reserved bytes of a TCB_VERSION are zero, in what runs and in what is to be reported */
START_TEST(tcb_layout)
{
	const struct row *r = &rows[_i];
	struct psp_fw_config c = config(r);
	uint8_t b[0x40] = { 0 };

	ck_assert(psp_fw_tcb_valid(r->generation, c.current_tcb));
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(psp_fw_tcb_valid(r->generation, 1ull << (8 * i)),
				 !(r->reserved >> i & 1));
	again(&c);
	put64(b, 0, c.current_tcb);
	OK(machine_cmd(m, PSP_CMD_SNP_CONFIG, b));
	for (int i = 0; i < 8; i++) {
		if (!(r->reserved >> i & 1))
			continue;
		b[i] = 1;
		IS(machine_cmd(m, PSP_CMD_SNP_CONFIG, b), PSP_INVALID_PARAM);
		b[i] = 0;
	}
}
END_TEST

START_TEST(tcb_that_cannot_be)
{
	struct psp_fw_config c = config(&rows[_i]);
	const uint16_t ccx[1] = { 0 };
	struct psp_fw fw;

	c.nr_threads = 1;
	c.thread_ccx = ccx;
	c.sockets = 1;
	ck_assert_ptr_null(psp_fw_init(&fw, &m->ops, m, &c));
	c.current_tcb |= 0xffull << (8 * __builtin_ctz(rows[_i].reserved));
	ck_assert_str_eq(psp_fw_init(&fw, &m->ops, m, &c), "a TCB version with reserved bytes");
}
END_TEST

START_TEST(chip_id)
{
	const struct row *r = &rows[_i];
	struct psp_fw_config c = config(r);
	uint8_t b[0xc];

	again(&c);
	put64(b, 0, PAGE);
	put32(b, 8, 64);
	OK(machine_cmd(m, PSP_CMD_GET_ID, b));
	for (uint32_t i = 0; i < 64; i++)
		ck_assert_uint_eq(m->mem[PAGE + i], i < r->id ? 0xee : 0);
}
END_TEST

/* SNP_FEATURE_INFO, and the bit of SNP_PLATFORM_STATUS that says it is there */
START_TEST(features)
{
	const struct row *r = &rows[_i];
	const struct psp_fw_generation_info *info = psp_fw_generation_info(r->generation);
	struct psp_fw_config c = config(r);
	uint8_t b[0x10] = { 0x10 };

	again(&c);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b),
	   r->features ? PSP_SUCCESS : PSP_INVALID_COMMAND);
	ck_assert_int_eq(info->x86_shutdown, r->features);
	if (r->features)	/* VLEK, x86_snp_shutdown, ciphertext hiding */
		ck_assert_uint_eq(get32(m->mem, PAGE + 8), 1u << 0 | 1u << 1 | 1u << 3);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE + 0x1000));
	ck_assert_uint_eq(m->mem[PAGE + 0x1008] >> 3 & 1, r->features);
	ck_assert_uint_eq(m->mem[PAGE + 0x1000], info->api_major);
	ck_assert_uint_eq(m->mem[PAGE + 0x1001], info->api_minor);
	ck_assert_uint_eq(get64(m->mem, PAGE + 0x1010), info->tcb);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("generations");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, names, 0, NR_ROWS);
	tcase_add_loop_test(t, asids, 0, NR_ROWS);
	tcase_add_loop_test(t, tcb_layout, 0, NR_ROWS);
	tcase_add_loop_test(t, tcb_that_cannot_be, 0, NR_ROWS);
	tcase_add_loop_test(t, chip_id, 0, NR_ROWS);
	tcase_add_loop_test(t, features, 0, NR_ROWS);
	return machine_suite("psp_fw generations", t);
}
