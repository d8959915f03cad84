/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware model: what is written down of a command */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "psp_fw_snp_fixture.h"
#include "sim/psp_fw_log.h"

static struct psp_fw_record r;
static char text[PSP_FW_RECORD_LENGTH];

/* As a host does it; the command buffer stays where the test put it */
static void logged(uint32_t cmd, uint64_t cmdbuf)
{
	psp_fw_record_begin(m->fw, cmd, cmdbuf, &r);
	psp_fw_record_end(m->fw, (int32_t)psp_fw_exec(m->fw, cmd, cmdbuf), &r);
}

START_TEST(without_an_rmp_pages_have_no_state)
{
	put64(m->mem, MACHINE_CMDBUF, PAGE);
	logged(PSP_CMD_SNP_PLATFORM_STATUS, MACHINE_CMDBUF | 1ull << 51);
	psp_fw_record_text(&r, text);
	ck_assert_str_eq(text, "#1    SNP_PLATFORM_STATUS(0x83): SUCCESS(0); sev UNINIT/0 snp "
			 "UNINIT/0; buffer 0x1000; status_paddr 0x110000");
	psp_fw_record_json(&r, text);
	ck_assert_str_eq(text, "\"number\": 1, \"id\": 131, \"name\": \"SNP_PLATFORM_STATUS\", "
			 "\"status\": 0, \"status_name\": \"SUCCESS\", \"command_buffer\": false, "
			 "\"sev_state\": \"UNINIT\", \"sev_guests\": 0, \"snp_state\": \"UNINIT\", "
			 "\"snp_guests\": 0, \"pages\": [{\"field\": \"buffer\", \"pa\": \"0x1000\", "
			 "\"before\": null, \"after\": null}, {\"field\": \"status_paddr\", \"pa\": "
			 "\"0x110000\", \"before\": null, \"after\": null}]");
}
END_TEST

START_TEST(page_states_before_and_after)
{
	up_snp(m);
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	put64(m->mem, MACHINE_CMDBUF, GCTX);
	logged(PSP_CMD_SNP_GCTX_CREATE, MACHINE_CMDBUF);
	ck_assert_uint_eq(r.nr_pages, 2);
	ck_assert_int_eq(r.page[1].before, PSP_PAGE_FIRMWARE);
	ck_assert_int_eq(r.page[1].after, PSP_PAGE_CONTEXT);
	psp_fw_record_text(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "buffer 0x1000 Hypervisor; gctx_paddr 0x100000 "
				     "Firmware -> Context"));
	psp_fw_record_json(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "{\"field\": \"gctx_paddr\", \"pa\": \"0x100000\", "
				     "\"before\": \"Firmware\", \"after\": \"Context\"}]"));
	logged(PSP_CMD_SNP_GCTX_CREATE, MACHINE_CMDBUF);
	psp_fw_record_text(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "INVALID_PAGE_STATE(0x1a)"));
	ck_assert_ptr_nonnull(strstr(text, "gctx_paddr 0x100000 Context"));
	ck_assert_ptr_null(strstr(text, "->"));
}
END_TEST

/* The page size in bit 0 is no part of the address; the RMP keeps its states after shutdown */
START_TEST(a_reclaimed_page)
{
	up_snp(m);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	put64(m->mem, MACHINE_CMDBUF, PAGE | 1);
	logged(PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_CMDBUF);
	ck_assert_uint_eq(r.page[1].pa, PAGE);
	ck_assert_int_eq(r.status, PSP_INVALID_PAGE_SIZE);
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	put64(m->mem, MACHINE_CMDBUF, PAGE);
	logged(PSP_CMD_SNP_PAGE_RECLAIM, MACHINE_CMDBUF);
	ck_assert_int_eq(r.status, PSP_INVALID_PLATFORM_STATE);
	ck_assert_int_eq(r.page[1].after, PSP_PAGE_FIRMWARE);
}
END_TEST

START_TEST(the_command_buffer_itself)
{
	up_snp(m);
	logged(PSP_CMD_PLATFORM_STATUS, MACHINE_CMDBUF);
	psp_fw_record_text(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "command buffer: INVALID_PAGE_STATE(0x5a)"));
	psp_fw_record_json(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "\"status\": 90, \"status_name\": "
				     "\"INVALID_PAGE_STATE\", \"command_buffer\": true"));
}
END_TEST

START_TEST(what_has_no_name_or_no_answer)
{
	psp_fw_record_begin(m->fw, 0x7ff, 0, &r);
	psp_fw_record_end(m->fw, PSP_FW_NO_STATUS, &r);
	psp_fw_record_text(&r, text);
	ck_assert_str_eq(text, "#1    ?(0x7ff): no answer; sev UNINIT/0 snp UNINIT/0");
	psp_fw_record_json(&r, text);
	ck_assert_str_eq(text, "\"number\": 1, \"id\": 2047, \"name\": null, \"status\": null, "
			 "\"status_name\": null, \"command_buffer\": false, "
			 "\"sev_state\": \"UNINIT\", \"sev_guests\": 0, \"snp_state\": \"UNINIT\", "
			 "\"snp_guests\": 0, \"pages\": []");
	/* made up by a test: anything of 16 bits */
	psp_fw_record_end(m->fw, 0xffff, &r);
	psp_fw_record_text(&r, text);
	ck_assert_ptr_nonnull(strstr(text, "?(0x7ff): ?(0xffff)"));
}
END_TEST

/* Any command, any buffer, anywhere: nothing is changed, and all of it fits */
START_TEST(nothing_is_too_long)
{
	struct psp_fw before;

	up_snp(m);
	srand(1);
	for (uint32_t i = 0; i < 0x40000; i++) {
		uint64_t cmdbuf = ((uint64_t)rand() << 22 ^ (uint64_t)rand()) %
				  (i & 1 ? MACHINE_MEM : UINT64_MAX);

		if (!(i & 0xff)) {
			before = *m->fw;
			for (int b = 0; b < 0x2000; b++)
				m->mem[MACHINE_CMDBUF + (uint64_t)b] = (uint8_t)rand();
		}
		psp_fw_record_begin(m->fw, i & 0x7ff, i & 2 ? cmdbuf : MACHINE_CMDBUF + (i & 0xfff),
				    &r);
		psp_fw_record_end(m->fw, rand() & 0xffff, &r);
		ck_assert_uint_le(r.nr_pages, PSP_FW_RECORD_PAGES);
		psp_fw_record_text(&r, text);
		ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
		psp_fw_record_json(&r, text);
		ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
		ck_assert_int_eq(text[strlen(text) - 1], ']');
	}
	ck_assert(!memcmp(&before, m->fw, sizeof(before)));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("log");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, without_an_rmp_pages_have_no_state);
	tcase_add_test(t, page_states_before_and_after);
	tcase_add_test(t, a_reclaimed_page);
	tcase_add_test(t, the_command_buffer_itself);
	tcase_add_test(t, what_has_no_name_or_no_answer);
	tcase_add_test(t, nothing_is_too_long);
	return machine_suite("psp_fw log", t);
}
