// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of firmware commands and statuses.  They are included as sources: a row that
 * nobody can find by the functions is a fault, too.
 */
#include <ctype.h>
#include <string.h>

#define rows status_rows
#include "lib/firmware/status.c"
#undef rows
#undef COLD
#undef REPORT
#include "lib/firmware/command.c"

#include "lib/firmware/command.h"
#include "lib_advice.h"
#include "lib_test.h"
#include "sevadm.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool is_name(const char *name)
{
	if (!isupper((unsigned char)name[0]))
		return false;
	for (; *name; name++)
		if (!isupper((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* ------------------------------------------------------------------ statuses */

/* AMD 56860, status codes; names as there, 0x1f too (the kernel says EXIT_RING_BUFFER) */
static const struct {
	uint32_t status;
	const char *name;
} assigned[] = {
	{ 0x00, "SUCCESS" },
	{ 0x01, "INVALID_PLATFORM_STATE" },
	{ 0x02, "INVALID_GUEST_STATE" },
	{ 0x03, "INVALID_CONFIG" },
	{ 0x04, "INVALID_LEN" },
	{ 0x05, "ALREADY_OWNED" },
	{ 0x06, "INVALID_CERTIFICATE" },
	{ 0x07, "POLICY_FAILURE" },
	{ 0x08, "INACTIVE" },
	{ 0x09, "INVALID_ADDRESS" },
	{ 0x0a, "BAD_SIGNATURE" },
	{ 0x0b, "BAD_MEASUREMENT" },
	{ 0x0c, "ASID_OWNED" },
	{ 0x0d, "INVALID_ASID" },
	{ 0x0e, "WBINVD_REQUIRED" },
	{ 0x0f, "DFFLUSH_REQUIRED" },
	{ 0x10, "INVALID_GUEST" },
	{ 0x11, "INVALID_COMMAND" },
	{ 0x12, "ACTIVE" },
	{ 0x13, "HWERROR_PLATFORM" },
	{ 0x14, "HWERROR_UNSAFE" },
	{ 0x15, "UNSUPPORTED" },
	{ 0x16, "INVALID_PARAM" },
	{ 0x17, "RESOURCE_LIMIT" },
	{ 0x18, "SECURE_DATA_INVALID" },
	{ 0x19, "INVALID_PAGE_SIZE" },
	{ 0x1a, "INVALID_PAGE_STATE" },
	{ 0x1b, "INVALID_MDATA_ENTRY" },
	{ 0x1c, "INVALID_PAGE_OWNER" },
	{ 0x1d, "AEAD_OFLOW" },
	{ 0x1f, "RB_MODE_EXITED" },
	{ 0x20, "RMP_INIT_REQUIRED" },
	{ 0x21, "BAD_SVN" },
	{ 0x22, "BAD_VERSION" },
	{ 0x23, "SHUTDOWN_REQUIRED" },
	{ 0x24, "UPDATE_FAILED" },
	{ 0x25, "RESTORE_REQUIRED" },
	{ 0x26, "RMP_INITIALIZATION_FAILED" },
	{ 0x27, "INVALID_KEY" },
	{ 0x28, "SHUTDOWN_INCOMPLETE" },
	{ 0x30, "INCORRECT_BUFFER_LENGTH" },
	{ 0x31, "EXPAND_BUFFER_LENGTH_REQUEST" },
	{ 0x32, "SPDM_REQUEST" },
	{ 0x33, "SPDM_ERROR" },
	{ 0x35, "ERR_IN_DEV_CONN" },
	{ 0x36, "INVALID_DEV_CTX" },
	{ 0x37, "INVALID_TDI_CTX" },
	{ 0x38, "INVALID_TDI" },
	{ 0x39, "RECLAIM_REQUIRED" },
	{ 0x3a, "IN_USE" },
	{ 0x3b, "INVALID_DEV_STATE" },
	{ 0x3c, "INVALID_TDI_STATE" },
	{ 0x3d, "DEV_CERT_CHANGED" },
	{ 0x3e, "RESYNC_REQ" },
	{ 0x3f, "RESPONSE_TOO_LARGE" },
	{ 0xffffffff, "NO_FW_CALL" },
};

START_TEST(status_assigned)
{
	const struct status_row *row = status_find(assigned[_i].status);

	ck_assert_msg(row, "no row for 0x%x", assigned[_i].status);
	ck_assert_uint_eq(row->status, assigned[_i].status);
	ck_assert_str_eq(row->name, assigned[_i].name);
	ck_assert_ptr_eq(status_find_name(assigned[_i].name), row);
	ck_assert_str_eq(sevadm_status_name(assigned[_i].status), assigned[_i].name);
}
END_TEST

START_TEST(status_unassigned)
{
	for (uint32_t n = 0; n < 0x10000; n++) {
		bool known = n == 0x5a;		/* 0x40 + INVALID_PAGE_STATE */

		for (size_t i = 0; i < COUNT(assigned); i++)
			known |= assigned[i].status == n;
		ck_assert_msg(known == !!status_find(n), "0x%x", n);
		if (!known)
			ck_assert_str_eq(sevadm_status_name(n), "?");
	}
}
END_TEST

START_TEST(status_complete)
{
	const struct status_row *row = &status_rows[_i];

	ck_assert_msg(status_find(row->status) == row, "0x%x is there twice", row->status);
	ck_assert_msg(status_find_name(row->name) == row, "%s is there twice", row->name);
	ck_assert_msg(is_name(row->name), "%s", row->name);
	ck_assert_msg(is_sentence(row->meaning), "%s: '%s'", row->name, row->meaning);
	ck_assert_msg(is_sentence(row->remedy), "%s: '%s'", row->name, row->remedy);
	ck_assert_msg(row->causes && (!row->causes[0] || is_sentence(row->causes)), "%s: '%s'",
		      row->name, row->causes);
	ck_assert_msg(is_source(row->source), "%s: '%s'", row->name, row->source);
	ck_assert_ptr_eq(status_at((size_t)_i), row);
	ck_assert(_i == 0 || row->status > status_rows[_i - 1].status);
}
END_TEST

START_TEST(status_aliases)
{
	for (size_t i = 0; i < COUNT(aliases); i++) {
		const struct status_row *row = status_find_name(aliases[i].name);

		ck_assert_msg(row && row->status == aliases[i].status, "%s", aliases[i].name);
		for (size_t j = 0; j < COUNT(status_rows); j++)
			ck_assert_str_ne(status_rows[j].name, aliases[i].name);
	}
}
END_TEST

static const struct {
	const char *text;
	uint32_t status;
} spellings[] = {
	{ "DFFLUSH_REQUIRED", 0x0f },
	{ "dfflush_required", 0x0f },
	{ "DFFlush-Required", 0x0f },
	{ "SEV_RET_DFFLUSH_REQUIRED", 0x0f },
	{ "sev-ret-dfflush-required", 0x0f },
	{ "SEV_RET_INAVLID_CONFIG", 0x03 },	/* the kernel header's typo */
	{ "INVALID_CONFIG", 0x03 },
	{ "HWSEV_RET_PLATFORM", 0x13 },
	{ "HWSEV_RET_UNSAFE", 0x14 },
	{ "EXIT_RING_BUFFER", 0x1f },
	{ "SEV_RET_NO_FW_CALL", 0xffffffff },
};

START_TEST(status_spellings)
{
	const struct status_row *row = status_find_name(spellings[_i].text);

	ck_assert_msg(row && row->status == spellings[_i].status, "%s", spellings[_i].text);
}
END_TEST

START_TEST(status_no_names)
{
	static const char *const names[] = {
		"", "?", "DFFLUSH", "DFFLUSH_REQUIRED_", " DFFLUSH_REQUIRED", "SEV_RET_",
		"SEV_RET_SEV_RET_SUCCESS", "SEV_RET", "15",
		"AVERYLONGNAMETHATISLONGERTHANANYBUFFERTHATSOMEBODYMIGHTHAVEMADEFORIT0123456789",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_msg(!status_find_name(names[i]), "'%s'", names[i]);
}
END_TEST

/* ------------------------------------------------------------------ commands */

START_TEST(command_sorted)
{
	const struct command_row *row = &commands[_i];

	ck_assert(_i == 0 || row->id > commands[_i - 1].id);
	ck_assert_ptr_eq(command_find(row->id), row);
	ck_assert_ptr_eq(command_find_name(row->name), row);
	ck_assert_str_eq(command_name(row->id), row->name);
	ck_assert_msg(is_name(row->name), "%s", row->name);
	ck_assert_msg(!(row->changes && row->retry),
		      "%s changes state and would be repeated blindly", row->name);
}
END_TEST

/* Ids of the specification, and whether the command may be issued again after EINTR */
static const struct {
	uint16_t id;
	const char *name;
	bool changes, retry;
} wanted[] = {
	{ FW_CMD_INIT, "INIT", true, false },
	{ 0x001, "INIT", true, false },
	{ 0x002, "SHUTDOWN", true, false },
	{ 0x004, "PLATFORM_STATUS", false, true },
	{ 0x00a, "DF_FLUSH", false, false },
	{ 0x00d, "INIT_EX", true, false },
	{ 0x020, "DECOMMISSION", true, false },
	{ 0x022, "DEACTIVATE", true, false },
	{ 0x023, "GUEST_STATUS", false, true },
	{ 0x081, "SNP_INIT", true, false },
	{ 0x082, "SNP_SHUTDOWN", true, false },
	{ 0x083, "SNP_PLATFORM_STATUS", false, true },
	{ 0x084, "SNP_DF_FLUSH", false, false },
	{ 0x085, "SNP_INIT_EX", true, false },
	{ 0x086, "SNP_SHUTDOWN_EX", true, false },
	{ 0x090, "SNP_DECOMMISSION", true, false },
	{ 0x091, "SNP_ACTIVATE", true, false },
	{ 0x092, "SNP_GUEST_STATUS", false, true },
	{ 0x093, "SNP_GCTX_CREATE", true, false },
	{ 0x0a0, "SNP_LAUNCH_START", true, false },
	{ 0x0a2, "SNP_LAUNCH_FINISH", true, false },
	{ 0x0c7, "SNP_PAGE_RECLAIM", true, false },
	{ 0x0c9, "SNP_CONFIG", true, false },
	{ 0x0ca, "SNP_DOWNLOAD_FIRMWARE_EX", true, false },
	{ 0x0cb, "SNP_COMMIT", true, false },
	{ 0x0cd, "SNP_VLEK_LOAD", true, false },
};

START_TEST(command_wanted)
{
	const struct command_row *row = command_find(wanted[_i].id);

	ck_assert_msg(row, "0x%x", wanted[_i].id);
	ck_assert_str_eq(row->name, wanted[_i].name);
	ck_assert_int_eq(row->changes, wanted[_i].changes);
	ck_assert_int_eq(row->retry, wanted[_i].retry);
}
END_TEST

START_TEST(command_names)
{
	ck_assert_uint_eq(command_find_name("snp-df-flush")->id, 0x084);
	ck_assert_uint_eq(command_find_name("Snp_Shutdown_Ex")->id, 0x086);
	ck_assert_uint_eq(command_find_name("SNP_SHUTDOWN")->id, 0x082);
	ck_assert_ptr_null(command_find_name(""));
	ck_assert_ptr_null(command_find_name("SNP_"));
	ck_assert_ptr_null(command_find_name("SNP_DF_FLUSH "));
	ck_assert_ptr_null(command_find_name("SNP_DF_FLUSHX"));
	ck_assert_ptr_null(command_find(0));
	ck_assert_ptr_null(command_find(0xffff));
	ck_assert_str_eq(command_name(0x7f), "?");
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_firmware");

	tcase_add_loop_test(tc, status_assigned, 0, COUNT(assigned));
	tcase_add_test(tc, status_unassigned);
	tcase_add_loop_test(tc, status_complete, 0, COUNT(status_rows));
	tcase_add_test(tc, status_aliases);
	tcase_add_loop_test(tc, status_spellings, 0, COUNT(spellings));
	tcase_add_test(tc, status_no_names);
	tcase_add_loop_test(tc, command_sorted, 0, COUNT(commands));
	tcase_add_loop_test(tc, command_wanted, 0, COUNT(wanted));
	tcase_add_test(tc, command_names);
	return lib_run(suite);
}
