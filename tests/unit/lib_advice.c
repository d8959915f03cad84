// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of status by command, and what is told of it.  The tables of commands and of
 * statuses are included as sources, to go through them.
 */
#include <errno.h>
#include <string.h>

#define rows status_rows
#include "lib/firmware/status.c"
#undef rows
#undef COLD
#undef REPORT
#include "lib/firmware/command.c"

#include "lib/firmware/advice.h"
#include "lib_advice.h"
#include "lib_test.h"
#include "sevadm.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A table, its rows by command and by status, and each of its rows complete */
static void expect_complete(const struct advice_row *rows, size_t nr, uint16_t low, uint16_t high)
{
	for (const struct advice_row *row = rows; row < rows + nr; row++) {
		const char *name = command_name(row->command);

		ck_assert_msg(command_find(row->command), "0x%x is no command", row->command);
		ck_assert_msg(status_find(row->status), "0x%x is no status", row->status);
		ck_assert_msg(advice_find(row->command, row->status) == row,
			      "%s 0x%x is there twice", name, row->status);
		ck_assert_msg(is_sentence(row->causes), "%s 0x%x: '%s'", name, row->status,
			      row->causes);
		ck_assert_msg(is_sentence(row->remedy), "%s 0x%x: '%s'", name, row->status,
			      row->remedy);
		ck_assert_msg(is_source(row->source), "%s 0x%x: '%s'", name, row->status,
			      row->source);
		ck_assert_msg(row->command >= low && row->command <= high,
			      "%s is in the wrong table", name);
		ck_assert_msg(row == rows || row->command > row[-1].command ||
			      (row->command == row[-1].command && row->status > row[-1].status),
			      "%s 0x%x is not in order", name, row->status);
	}
}

/* Where a document or the model is cited, it is cited at that command */
static void expect_own_source(const struct advice_row *row)
{
	const char *name = command_name(row->command), *at = strchr(row->source, ',');
	size_t n = strlen(name);

	if (strncmp(row->source, "AMD ", 4))
		return;
	/* 56860 calls this one without SNP_ */
	if (row->command == 0x0ca)
		n = strlen(name += 4);
	ck_assert_msg(!strncmp(at, ", ", 2) && !strncmp(at + 2, name, n) && strchr(";,", at[2 + n]),
		      "%s 0x%x cites '%s'", name, row->status, row->source);
	ck_assert_msg((row->command < 0x080) == !strncmp(row->source, "AMD 55766", 9), "%s 0x%x: '%s'",
		      name, row->status, row->source);
}

START_TEST(advice_complete)
{
	expect_complete(advice_sev, advice_sev_count, 0x001, 0x07f);
	expect_complete(advice_snp, advice_snp_count, 0x080, 0x0ff);
	for (size_t i = 0; i < advice_sev_count; i++)
		expect_own_source(&advice_sev[i]);
	for (size_t i = 0; i < advice_snp_count; i++)
		expect_own_source(&advice_snp[i]);
}
END_TEST

/* SUCCESS and the like are in the table of statuses alone; these no one tells more about */
START_TEST(advice_about_each_command)
{
	static const uint16_t untold[] = { 0x0b2, 0x0d0, 0x0d1, 0x0d2, 0x0d3 };

	for (size_t i = 0; i < COUNT(commands); i++) {
		bool none = false, told = false;

		for (size_t j = 0; j < COUNT(untold); j++)
			none |= commands[i].id == untold[j];
		for (uint32_t status = 0; status < 0x60; status++)
			told |= !!advice_find(commands[i].id, status);
		ck_assert_msg(told != none, "%s", commands[i].name);
		ck_assert_ptr_null(advice_find(commands[i].id, 0));
		ck_assert_ptr_null(advice_find(commands[i].id, 0xffffffff));
	}
}
END_TEST

static const struct {
	uint16_t command;
	uint8_t status[8];
} advised[] = {
	{ FW_CMD_SNP_DECOMMISSION, { 0x01, 0x09, 0x10, 0x12, 0x14, 0x16, 0x1a } },
	{ FW_CMD_SHUTDOWN, { 0x14 } },
	{ FW_CMD_DF_FLUSH, { 0x0e, 0x13, 0x14 } },
	{ FW_CMD_SNP_DF_FLUSH, { 0x0e, 0x13, 0x14 } },
	{ FW_CMD_SNP_SHUTDOWN_EX, { 0x01, 0x0f, 0x13, 0x14, 0x16, 0x28 } },
	{ FW_CMD_INIT, { 0x01, 0x13 } },
	{ FW_CMD_INIT_EX, { 0x01, 0x13 } },
	{ FW_CMD_SNP_INIT_EX, { 0x01, 0x03, 0x20, 0x26 } },
};

START_TEST(advice_of_each_step)
{
	for (size_t i = 0; i < 8 && advised[_i].status[i]; i++)
		ck_assert_msg(advice_find(advised[_i].command, advised[_i].status[i]),
			      "%s 0x%02x", command_name(advised[_i].command),
			      advised[_i].status[i]);
	ck_assert_ptr_null(advice_find(advised[_i].command, 0));
	ck_assert_ptr_null(advice_find(advised[_i].command, 0xffffffff));
}
END_TEST

/* After a hardware error nobody should kexec, whatever the command was */
START_TEST(advice_hardware)
{
	for (size_t i = 0; i < COUNT(advised); i++) {
		const struct advice_row *row = advice_find(advised[i].command, 0x14);

		if (row)
			ck_assert_msg(strstr(row->remedy, "reboot cold"), "%s",
				      command_name(advised[i].command));
	}
	ck_assert(strstr(status_find(0x13)->remedy, "reboot cold"));
	ck_assert(strstr(status_find(0x14)->remedy, "reboot cold"));
	ck_assert(strstr(status_find(0x28)->remedy, "Do not kexec"));
}
END_TEST

/* ------------------------------------------------------------------- explain */

static const struct {
	const char *text, *command;
	int ret;
	uint32_t status;
} questions[] = {
	{ "15", NULL, 0, 0x0f },
	{ "0x0f", NULL, 0, 0x0f },
	{ "0xF", NULL, 0, 0x0f },
	{ "0", NULL, 0, 0 },
	{ "-1", NULL, 0, 0xffffffff },
	{ "0xffffffff", NULL, 0, 0xffffffff },
	{ "4294967295", NULL, 0, 0xffffffff },
	{ "DFFLUSH_REQUIRED", NULL, 0, 0x0f },
	{ "sev_ret_wbinvd_required", NULL, 0, 0x0e },
	{ "0x0f", "SNP_SHUTDOWN_EX", 0, 0x0f },
	{ "dfflush_required", "snp-shutdown-ex", 0, 0x0f },
	{ "0x0f", "GET_ID", 0, 0x0f },
	{ "0x1e", NULL, -ENOENT, 0 },
	{ "0x29", NULL, -ENOENT, 0 },
	{ "0x34", NULL, -ENOENT, 0 },
	{ "4294967296", NULL, -ENOENT, 0 },
	{ "99999999999999999999", NULL, -ENOENT, 0 },
	{ "0x1e", "SNP_SHUTDOWN_EX", -ENOENT, 0 },
	{ "", NULL, -EINVAL, 0 },
	{ "nonsense", NULL, -EINVAL, 0 },
	{ "-2", NULL, -EINVAL, 0 },
	{ "-10", NULL, -EINVAL, 0 },
	{ "-", NULL, -EINVAL, 0 },
	{ "0x", NULL, -EINVAL, 0 },
	{ "1 ", NULL, -EINVAL, 0 },
	{ "nonsense", "SNP_SHUTDOWN_EX", -EINVAL, 0 },
	{ "0x0f", "NONSENSE", -ENOKEY, 0 },
	{ "0x0f", "", -ENOKEY, 0 },
};

START_TEST(explain)
{
	struct sevadm_status_info info = { 0 };
	const struct status_row *row;

	ck_assert_int_eq(sevadm_explain(questions[_i].text, questions[_i].command, &info),
			 questions[_i].ret);
	if (questions[_i].ret) {
		ck_assert_ptr_null(info.name);
		return;
	}
	row = status_find(questions[_i].status);
	ck_assert_uint_eq(info.status, questions[_i].status);
	ck_assert_str_eq(info.name, row->name);
	ck_assert_str_eq(info.meaning, row->meaning);
	ck_assert_ptr_nonnull(info.causes);
	ck_assert_ptr_nonnull(info.remedy);
}
END_TEST

START_TEST(explain_for_a_command)
{
	struct sevadm_status_info plain, special, unknown;

	ck_assert_int_eq(sevadm_explain("0x0f", NULL, &plain), 0);
	ck_assert_int_eq(sevadm_explain("0x0f", "SNP_SHUTDOWN_EX", &special), 0);
	ck_assert_int_eq(sevadm_explain("0x0f", "GET_ID", &unknown), 0);
	ck_assert_str_ne(plain.remedy, special.remedy);
	ck_assert_str_eq(plain.remedy, unknown.remedy);
	ck_assert_ptr_null(plain.command);
	ck_assert_str_eq(special.command, "SNP_SHUTDOWN_EX");
	ck_assert(special.known && !unknown.known && !plain.known);
	ck_assert(!special.general && unknown.general && plain.general);
	ck_assert_str_eq(unknown.source, plain.source);
	ck_assert_str_eq(special.source, advice_find(FW_CMD_SNP_SHUTDOWN_EX, 0x0f)->source);
	ck_assert_str_eq(special.causes, advice_find(FW_CMD_SNP_SHUTDOWN_EX, 0x0f)->causes);
	ck_assert_str_eq(special.remedy, advice_find(FW_CMD_SNP_SHUTDOWN_EX, 0x0f)->remedy);
	ck_assert_str_eq(special.meaning, plain.meaning);
}
END_TEST

struct answers {
	uint32_t last;
	unsigned int count, stop_at;
};

static int take_answer(void *arg, const struct sevadm_status_info *info)
{
	struct answers *a = arg;

	ck_assert(info->known);
	ck_assert(!a->count || info->status > a->last);
	ck_assert_ptr_nonnull(info->source);
	a->last = info->status;
	a->count++;
	return a->count == a->stop_at ? -EINTR : 0;
}

START_TEST(explain_command)
{
	struct answers all = { 0 }, some = { .stop_at = 3 };
	unsigned int want = 0;

	ck_assert_int_eq(sevadm_explain_command("snp-shutdown-ex", take_answer, &all), 0);
	for (size_t i = 0; i < COUNT(status_rows); i++)
		want += status_rows[i].any ||
			advice_find(FW_CMD_SNP_SHUTDOWN_EX, status_rows[i].status);
	ck_assert_uint_eq(all.count, want);
	ck_assert_uint_gt(want, 8);
	ck_assert_uint_eq(all.last, 0xffffffff);
	ck_assert_int_eq(sevadm_explain_command("SNP_ACTIVATE", take_answer, &some), -EINTR);
	ck_assert_uint_eq(some.count, 3);
	ck_assert_int_eq(sevadm_explain_command("NOTHING", take_answer, &some), -ENOKEY);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_advice");

	tcase_add_test(tc, advice_complete);
	tcase_add_test(tc, advice_about_each_command);
	tcase_add_loop_test(tc, advice_of_each_step, 0, COUNT(advised));
	tcase_add_test(tc, advice_hardware);
	tcase_add_loop_test(tc, explain, 0, COUNT(questions));
	tcase_add_test(tc, explain_for_a_command);
	tcase_add_test(tc, explain_command);
	return lib_run(suite);
}
