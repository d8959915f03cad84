/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: commands of the SEV platform, with SNP down and up.  A test
 * walks one command's checks in their order, see psp_fw_snp_platform.c.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_machine.h"

#define PAGE	(MACHINE_PAGES + 0x10000)
#define MB	(1u << 20)

static struct machine *m;

static void snp_en(bool on)
{
	for (unsigned int i = 0; i < m->fw->nr_threads; i++)
		m->regs[i].snp_en = on;
}

static void setup(void)
{
	m = machine_new(4, 2, NULL);
	snp_en(false);
}

static void again(const struct psp_fw_config *c)
{
	machine_free(m);
	m = machine_new(4, 2, c);
	snp_en(false);
}

static void teardown(void)
{
	machine_free(m);
}

static void pages(uint64_t pa, uint64_t len, enum psp_page_state state)
{
	for (uint64_t end = pa + len; pa < end; pa += 4096)
		machine_page(m, pa, state);
}

static uint32_t init_ex(uint32_t length, uint64_t nv, uint32_t nv_len)
{
	uint8_t b[0x24] = { 0 };

	put32(b, 0, length);
	put64(b, 0x18, nv);
	put32(b, 0x20, nv_len);
	return machine_cmd(m, PSP_CMD_INIT_EX, b);
}

static uint32_t status(uint8_t *out)
{
	memset(out, 0xee, 12);
	return machine_cmd(m, PSP_CMD_PLATFORM_STATUS, out);
}

/* not UNINIT 0x1; memory encryption off 0x13; reserved, flags 0x3; SNP_EN and no RMP 0x1 */
START_TEST(init_order)
{
	uint8_t b[0x14] = { 0 };

	OK(cmd_init(m, 0, 0, 0));
	m->regs[3].mem_enc = false;
	put32(b, 0, 2);
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_INVALID_PLATFORM_STATE);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_HWERROR_PLATFORM);
	m->regs[3].mem_enc = true;
	snp_en(true);
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_INVALID_CONFIG);
	put32(b, 0, 0);
	put32(b, 4, 1);
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_INVALID_CONFIG);
	put32(b, 0, 1);			/* SEV-ES with a TMR that will not do */
	put32(b, 4, 0);
	put64(b, 8, MACHINE_TMR + 0x1000);
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_INVALID_PLATFORM_STATE);
	snp_en(false);
	IS(machine_cmd(m, PSP_CMD_INIT, b), PSP_INVALID_ADDRESS);
}
END_TEST

/* TMR alignment 0x9, size 0x4: 1 MB */
START_TEST(init_tmr)
{
	IS(cmd_init(m, 1, MACHINE_TMR + 0x80000, 0), PSP_INVALID_ADDRESS);
	IS(cmd_init(m, 1, MACHINE_TMR, MB / 2), PSP_INVALID_LEN);
	IS(cmd_init(m, 1, MACHINE_TMR, 2 * MB), PSP_INVALID_LEN);
	IS(cmd_init(m, 1, MACHINE_MEM, MB), PSP_INVALID_ADDRESS);
	OK(cmd_init(m, 0, MACHINE_TMR + 1, 3));	/* no SEV-ES, no TMR */
	ck_assert_uint_eq(m->fw->es, 0);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(cmd_init(m, 1, MACHINE_TMR + MB, MB));
	ck_assert_uint_eq(m->fw->es, 1);
}
END_TEST

/* ... 2 MB when the RMP is initialised; under SNP not Firmware 0x1A, which comes first */
START_TEST(init_tmr_under_snp)
{
	snp_en(true);
	up_snp(m);
	IS(cmd_init(m, 1, MACHINE_TMR + MB, MB), PSP_INVALID_PAGE_STATE);
	pages(MACHINE_TMR, 4 * MB, PSP_PAGE_FIRMWARE);
	IS(cmd_init(m, 1, MACHINE_TMR + MB, MB), PSP_INVALID_ADDRESS);
	IS(cmd_init(m, 1, MACHINE_TMR, MB), PSP_INVALID_LEN);
	machine_page(m, MACHINE_TMR + 2 * MB - 4096, PSP_PAGE_HYPERVISOR);
	IS(cmd_init(m, 1, MACHINE_TMR, 2 * MB), PSP_INVALID_PAGE_STATE);
	machine_page(m, MACHINE_TMR + 2 * MB - 4096, PSP_PAGE_FIRMWARE);
	OK(cmd_init(m, 1, MACHINE_TMR, 2 * MB));
}
END_TEST

/* EX: length 0x4, NV alignment 0x9, NV length 0x4 */
START_TEST(init_ex_order)
{
	IS(init_ex(0x20, MACHINE_NV + 8, 0x4000), PSP_INVALID_LEN);
	IS(init_ex(0x24, MACHINE_NV + 8, 0x4000), PSP_INVALID_ADDRESS);
	IS(init_ex(0x24, MACHINE_NV, 0x4000), PSP_INVALID_LEN);
	IS(init_ex(0x24, MACHINE_MEM, 0x8000), PSP_INVALID_ADDRESS);
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
}
END_TEST

/* under SNP NV not Firmware 0x1A, before store corrupt 0x18: area erased, retry succeeds */
START_TEST(init_ex_store)
{
	snp_en(true);
	up_snp(m);
	memset(m->mem + MACHINE_NV, 0x77, 0x8000);
	m->mem[MACHINE_NV + 3] = 0x78;
	IS(init_ex(0x24, MACHINE_NV, 0x8000), PSP_INVALID_PAGE_STATE);
	pages(MACHINE_NV, 0x8000, PSP_PAGE_FIRMWARE);
	IS(init_ex(0x24, MACHINE_NV, 0x8000), PSP_SECURE_DATA_INVALID);
	ck_assert_uint_eq(m->mem[MACHINE_NV + 0x7fff], 0);
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
}
END_TEST

/* What the platform keeps is in the area after every command that changes it */
START_TEST(init_ex_store_owner)
{
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL));	/* does not reach the area */
	ck_assert_uint_eq(m->fw->pek_generation, 0);
	ck_assert_uint_eq(m->fw->pdh_generation, 0);
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->pek_generation, 1);
	m->fw->owned = 1;
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	m->fw->owned = 0;
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->owned, 1);
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL));
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->owned, 0);
	ck_assert_uint_eq(m->fw->pek_generation, 2);
	ck_assert_uint_eq(m->fw->pdh_generation, 3);
	m->fw->owned = 1;
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	memset(m->mem + MACHINE_NV, 0, 0x8000);		/* another area, never written */
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->owned, 0);
	ck_assert_uint_eq(m->fw->pek_generation, 1);
	ck_assert_uint_ne(m->mem[MACHINE_NV], 0);
}
END_TEST

/* INIT without the area leaves it alone from then on */
START_TEST(init_forgets_the_store)
{
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	ck_assert_uint_eq(m->fw->nv_len, 0);
	ck_assert_uint_eq(m->fw->nv_address, 0);
	ck_assert_uint_eq(m->fw->tmr_address, 0);
	memset(m->mem + MACHINE_NV, 0, 0x8000);
	OK(cmd_init(m, 0, 0, 0));
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	ck_assert_uint_eq(m->mem[MACHINE_NV], 0);
}
END_TEST

START_TEST(init_makes_the_tmr_wait_for_a_flush)
{
	up_sev(m);
	ck_assert_uint_eq(m->fw->flushed, 1);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(cmd_init(m, 1, MACHINE_TMR, MB));
	ck_assert_uint_eq(m->fw->flushed, 0);
}
END_TEST

START_TEST(init_ex_store_remembers)
{
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->pdh_generation, 1);
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(cmd_init(m, 0, 0, 0));
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	m->fw->pdh_generation = 0;
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->pdh_generation, 3);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	m->mem[MACHINE_NV + 0x14] ^= 1;			/* one bit */
	IS(init_ex(0x24, MACHINE_NV, 0x8000), PSP_SECURE_DATA_INVALID);
	memset(m->mem + MACHINE_NV, 0xff, 0x8000);	/* never written */
	OK(init_ex(0x24, MACHINE_NV, 0x8000));
	ck_assert_uint_eq(m->fw->pdh_generation, 1);
}
END_TEST

/* SHUTDOWN: any state; takes every guest with it */
START_TEST(shutdown_in_any_state)
{
	uint8_t s[12];

	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	up_sev(m);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	up_sev(m);
	sev_running(m, 0, 200);
	sev_launching(m, 0, 201);
	ck_assert_uint_eq(m->fw->sev_state, PSP_WORKING);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(status(s));
	ck_assert_uint_eq(s[2], PSP_UNINIT);
	ck_assert_ptr_null(psp_fw_sev_guest_find(m->fw, 1));
}
END_TEST

/* PLATFORM_STATUS: any state; owner, ES, count read 0 in UNINIT */
START_TEST(platform_status)
{
	const struct psp_fw_config c = { .api_major = 1, .api_minor = 55, .build = 21 };
	uint8_t s[12];

	again(&c);
	m->fw->owned = 1;
	OK(status(s));
	ck_assert_uint_eq(s[0], 1);
	ck_assert_uint_eq(s[1], 55);
	ck_assert_uint_eq(s[2], PSP_UNINIT);
	ck_assert_uint_eq(get32(s, 3), 0);
	ck_assert_uint_eq(s[7], 21);
	ck_assert_uint_eq(get32(s, 8), 0);
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(status(s));
	ck_assert_uint_eq(s[2], PSP_WORKING);
	ck_assert_uint_eq(get32(s, 3), 1 | 1 << 8);
	ck_assert_uint_eq(get32(s, 8), 1);
}
END_TEST

/* Under SNP the firmware writes no buffer that is not its own: 0x40 + 0x1A */
START_TEST(command_buffer_under_snp)
{
	static const uint32_t writers[] = {
		PSP_CMD_PLATFORM_STATUS, PSP_CMD_PEK_CSR, PSP_CMD_PDH_CERT_EXPORT, PSP_CMD_GET_ID,
		PSP_CMD_GUEST_STATUS, PSP_CMD_LAUNCH_START, PSP_CMD_LAUNCH_MEASURE,
		PSP_CMD_ATTESTATION, PSP_CMD_SEND_START, PSP_CMD_SEND_UPDATE_DATA,
		PSP_CMD_SEND_UPDATE_VMSA, PSP_CMD_RECEIVE_START,
	};
	uint8_t b[0x60] = { 0 };

	snp_en(true);
	up_snp(m);
	m->raw_buffer = true;
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		IS(machine_cmd(m, writers[i], b), 0x5a);
	/* those that only read it do not mind, nor SNP commands */
	IS(cmd_init(m, 2, 0, 0), PSP_INVALID_CONFIG);
	IS(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, 0x1000), PSP_INVALID_GUEST);
	machine_page(m, MACHINE_CMDBUF, PSP_PAGE_FIRMWARE);
	OK(status(b));
	ck_assert_int_eq(machine_state(m, MACHINE_CMDBUF), PSP_PAGE_RECLAIM);
	IS(status(b), 0x5a);
	OK(cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_CMDBUF));
	OK(psp_fw_exec(m->fw, PSP_CMD_PLATFORM_STATUS, MACHINE_UNCOVERED));
	/* a buffer that crosses into a page which is not */
	machine_page(m, MACHINE_CMDBUF, PSP_PAGE_FIRMWARE);
	IS(psp_fw_exec(m->fw, PSP_CMD_PLATFORM_STATUS, MACHINE_CMDBUF + 0xffc), 0x5a);
}
END_TEST

/* FACTORY_RESET: UNINIT else 0x1 */
START_TEST(factory_reset)
{
	OK(cmd_init(m, 0, 0, 0));
	IS(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL), PSP_INVALID_PLATFORM_STATE);
	m->fw->owned = 1;
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	OK(machine_cmd(m, PSP_CMD_FACTORY_RESET, NULL));
	ck_assert_uint_eq(m->fw->owned, 0);
}
END_TEST

/* PEK_GEN: INIT only */
START_TEST(pek_gen)
{
	IS(machine_cmd(m, PSP_CMD_PEK_GEN, NULL), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	m->fw->owned = 1;
	OK(machine_cmd(m, PSP_CMD_PEK_GEN, NULL));
	ck_assert_uint_eq(m->fw->owned, 0);
	ck_assert_uint_eq(m->fw->pek_generation, 2);
	sev_launching(m, 0, 200);
	IS(machine_cmd(m, PSP_CMD_PEK_GEN, NULL), PSP_INVALID_PLATFORM_STATE);
}
END_TEST

/* PDH_GEN: INIT or WORKING */
START_TEST(pdh_gen)
{
	IS(machine_cmd(m, PSP_CMD_PDH_GEN, NULL), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	sev_launching(m, 0, 200);
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
}
END_TEST

/* PEK_CSR: INIT or WORKING; short buffer 0x4 with length 2084; then no cryptography 0x13 */
START_TEST(pek_csr)
{
	uint8_t b[12];

	put64(b, 0, 0);
	put32(b, 8, 0);
	IS(machine_cmd(m, PSP_CMD_PEK_CSR, b), PSP_INVALID_PLATFORM_STATE);
	ck_assert_uint_eq(get32(b, 8), 0);
	up_sev(m);
	IS(machine_cmd(m, PSP_CMD_PEK_CSR, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 8), 2084);
	put64(b, 0, MACHINE_MEM - 0x800);
	IS(machine_cmd(m, PSP_CMD_PEK_CSR, b), PSP_INVALID_ADDRESS);
	put64(b, 0, MACHINE_TMR);
	IS(machine_cmd(m, PSP_CMD_PEK_CSR, b), PSP_INVALID_ADDRESS);
	put64(b, 0, PAGE);
	IS(machine_cmd(m, PSP_CMD_PEK_CSR, b), PSP_HWERROR_PLATFORM);
	for (int i = 0; i < 2084; i++)		/* nothing made up */
		ck_assert_uint_eq(m->mem[PAGE + i], 0);
}
END_TEST

/* PEK_CERT_IMPORT: INIT; owned 0x5; lengths 0x4 */
START_TEST(pek_cert_import)
{
	uint8_t b[0x1c] = { 0 };

	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_INVALID_PLATFORM_STATE);
	OK(cmd_init(m, 0, 0, 0));
	m->fw->owned = 1;
	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_ALREADY_OWNED);
	m->fw->owned = 0;
	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_INVALID_LEN);
	put32(b, 8, 2084);
	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_INVALID_LEN);
	put32(b, 0x18, 2084);
	put64(b, 0x10, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_INVALID_ADDRESS);
	put64(b, 0x10, PAGE);
	IS(machine_cmd(m, PSP_CMD_PEK_CERT_IMPORT, b), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(m->fw->owned, 0);
}
END_TEST

/* PDH_CERT_EXPORT: INIT or WORKING; short 0x4 with both lengths: 2084, 6252 */
START_TEST(pdh_cert_export)
{
	uint8_t b[0x1c] = { 0 };

	put32(b, 8, 2084);
	put32(b, 0x18, 6251);
	IS(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b), PSP_INVALID_PLATFORM_STATE);
	OK(cmd_init(m, 0, 0, 0));
	IS(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 8), 2084);
	ck_assert_uint_eq(get32(b, 0x18), 6252);
	put32(b, 8, 0);
	IS(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b), PSP_INVALID_LEN);
	put64(b, 0, PAGE);
	put64(b, 0x10, MACHINE_MEM - 0x1000);
	IS(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b), PSP_INVALID_ADDRESS);
	put64(b, 0x10, PAGE + 0x1000);
	IS(machine_cmd(m, PSP_CMD_PDH_CERT_EXPORT, b), PSP_HWERROR_PLATFORM);
}
END_TEST

/* GET_ID: any state; short 0x4 + needed length, 64 per socket */
START_TEST(get_id)
{
	struct psp_fw_config c = { .sockets = 2, .smt = true };
	uint8_t b[12];

	memset(c.chip_id[0], 0x1d, 64);
	memset(c.chip_id[1], 0x2d, 64);
	again(&c);
	put64(b, 0, PAGE);
	put32(b, 8, 64);
	IS(machine_cmd(m, PSP_CMD_GET_ID, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 8), 128);
	OK(machine_cmd(m, PSP_CMD_GET_ID, b));
	ck_assert_uint_eq(m->mem[PAGE], 0x1d);
	ck_assert_uint_eq(m->mem[PAGE + 127], 0x2d);
	ck_assert_uint_eq(m->mem[PAGE + 128], 0);
	snp_en(true);
	up_snp(m);
	IS(machine_cmd(m, PSP_CMD_GET_ID, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	OK(machine_cmd(m, PSP_CMD_GET_ID, b));
}
END_TEST

START_TEST(nop)
{
	OK(machine_cmd(m, PSP_CMD_NOP, NULL));
}
END_TEST

/* The power cycle: states are gone, the platform's own things stay */
START_TEST(reset)
{
	up_sev(m);
	sev_running(m, 0, 200);
	m->fw->owned = 1;
	psp_fw_reset(m->fw);
	ck_assert_uint_eq(m->fw->sev_state, PSP_UNINIT);
	ck_assert_uint_eq(m->fw->owned, 1);
	ck_assert(!psp_fw_wbinvd_done(m->fw, 0));
	ck_assert_uint_eq(m->fw->nr_threads, 4);
	up_sev(m);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, init_order);
	tcase_add_test(t, init_tmr);
	tcase_add_test(t, init_tmr_under_snp);
	tcase_add_test(t, init_ex_order);
	tcase_add_test(t, init_ex_store);
	tcase_add_test(t, init_ex_store_owner);
	tcase_add_test(t, init_forgets_the_store);
	tcase_add_test(t, init_makes_the_tmr_wait_for_a_flush);
	tcase_add_test(t, init_ex_store_remembers);
	tcase_add_test(t, shutdown_in_any_state);
	tcase_add_test(t, platform_status);
	tcase_add_test(t, command_buffer_under_snp);
	tcase_add_test(t, factory_reset);
	tcase_add_test(t, pek_gen);
	tcase_add_test(t, pdh_gen);
	tcase_add_test(t, pek_csr);
	tcase_add_test(t, pek_cert_import);
	tcase_add_test(t, pdh_cert_export);
	tcase_add_test(t, get_id);
	tcase_add_test(t, nop);
	tcase_add_test(t, reset);
	return machine_suite("psp_fw SEV platform", t);
}
