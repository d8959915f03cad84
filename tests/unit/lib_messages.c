// SPDX-License-Identifier: GPL-2.0-or-later
/* What drivers log: each row is found by a line of its own, and none hides another */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/command.h"
#include "lib/firmware/messages.h"
#include "lib/firmware/status.h"
#include "lib_test.h"
#include "sevadm.h"

/* A line as the driver would have it */
static void line_of(const struct message_row *row, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "[    1.5] ccp 0000:01:00.1: ");

	for (const char *p = row->pattern; *p; p++) {
		const char *text = (char[]){ *p, '\0' };

		if (*p == '%')
			switch (*++p) {
			case 'e':
				text = "-5";
				break;
			case 's':
				text = "0xf";
				break;
			case 'w':
				text = "16GB";
				break;
			case 'c':
				text = "0x84";
				break;
			case 'n':
				text = used % 2 ? "0x1f40" : "13";
				break;
			default:
				ck_abort_msg("%s: %%%c", row->pattern, *p);
			}
		used += (size_t)snprintf(buf + used, size - used, "%s", text);
	}
	snprintf(buf + used, size - used, " and so on");
}

START_TEST(each)
{
	const struct message_row *row;
	unsigned int n;

	for (n = 0; (row = message_row(n)); n++) {
		struct sevadm_line_info info;
		struct message m;
		char line[512];

		line_of(row, line, sizeof(line));
		ck_assert_msg(message_find(line, &m), "%s", line);
		ck_assert_msg(m.row == row, "%s: taken for '%s'", line, m.row->pattern);
		ck_assert_int_eq(m.has_status, strstr(row->pattern, "%s") != NULL);
		ck_assert_int_eq(m.err, strstr(row->pattern, "%e") ? EIO : 0);
		ck_assert(!m.has_status || m.status == FW_DFFLUSH_REQUIRED);
		ck_assert_int_eq(sevadm_explain_line(line, &info), 0);
		ck_assert_msg(info.meaning[0] && info.remedy[0] && info.source[0], "%s", line);
		ck_assert_msg(info.remedy[strlen(info.remedy) - 1] == '.' &&
			      info.meaning[strlen(info.meaning) - 1] == '.', "%s", line);
		ck_assert_msg(!strncmp(info.source, "drivers/", 8) ||
			      !strncmp(info.source, "arch/x86/", 9), "%s", info.source);
		ck_assert_msg(!row->command || strcmp(info.command, "?"), "%s", line);
		ck_assert_uint_eq(m.command, strstr(row->pattern, "%c") ? 0x84 : row->command);
		/* what a status explains needs a status */
		ck_assert_msg(row->remedy || m.has_status, "%s", line);
	}
	ck_assert_uint_ge(n, 60);
}
END_TEST

static const struct {
	const char *line, *command;
	int err;
	bool has_status;
	uint32_t status;
	const char *said;
} lines[] = {
	{ "SEV-SNP firmware shutdown failed, rc -5, error 0xf", "SNP_SHUTDOWN_EX", EIO, true, 0xf,
	  "sevadm guests" },
	{ "[   92.1] ccp 0000:22:00.1: SEV-SNP DF_FLUSH failed, ret = -5, error = 0xe",
	  "SNP_DF_FLUSH", EIO, true, 0xe, "CPU" },
	{ "kvm_amd: SEV-SNP: DF_FLUSH failed, ret=-5, error=0xe", "SNP_DF_FLUSH", EIO, true, 0xe,
	  "CPU" },
	{ "ccp: SEV: failed to SHUTDOWN error 0x1, rc -5", "SHUTDOWN", EIO, true, 1, "status" },
	{ "ccp: SEV: failed to SHUTDOWN error 0xffffffff, rc -16", "SHUTDOWN", EBUSY, true,
	  SEVADM_NO_FW_CALL, "" },
	{ "Nov 28 12:00:00 host kernel: SEV-SNP: Leaking PFN range 0x5556-0x5557", NULL, 0, false, 0,
	  "Do not kexec" },
	{ "sev command 0x86 timed out, disabling PSP", "SNP_SHUTDOWN_EX", 0, false, 0,
	  "Reboot cold" },
	{ "sev command 0xcc timed out, disabling PSP", NULL, 0, false, 0, "Reboot cold" },
	{ "ccp 0000:22:00.1: sev command 0x91 failed (0x0000000f)", "SNP_ACTIVATE", 0, true, 0xf,
	  "start the guest again" },
	{ "sev command 0x1cc failed (0x0000000f)", NULL, 0, true, 0xf, "sevadm df-flush" },
	{ "ccp 0000:22:00.1:   cmdbuff hi: 0x00001234", NULL, 0, false, 0, "No document says" },
	{ "sev-guest sev-guest: Detected error from ASP request. rc: -5, exitinfo2: 0x200000000",
	  NULL, EIO, false, 0, "sevadm explain" },
	{ "WARNING: Failed to release guest context, ret -5", "SNP_DECOMMISSION", EIO, false, 0,
	  "recover" },
	{ "SEV: failed to get status. Error: 0x0", "PLATFORM_STATUS", 0, true, 0, "Reboot cold" },
	{ "kvm_amd: SEV-SNP disabled (ASIDs 0 - 0)", NULL, 0, false, 0, "sevadm check" },
	{ "PFN 0x1dafc, RMP entry: [0x0000000000000005 - 0x0000000000000000]", NULL, 0, false, 0,
	  "line before" },
	{ "RMPUPDATE failed for PFN 1dafc, pg_level: 1, ret: 6", NULL, 0, false, 0, "Report" },
};

START_TEST(told)
{
	struct sevadm_line_info info;

	ck_assert_msg(!sevadm_explain_line(lines[_i].line, &info), "%s", lines[_i].line);
	ck_assert_msg(!lines[_i].command == !info.command &&
		      (!info.command || !strcmp(info.command, lines[_i].command)), "%s: %s",
		      lines[_i].line, info.command);
	ck_assert_int_eq(info.err, lines[_i].err);
	ck_assert_int_eq(info.has_status, lines[_i].has_status);
	ck_assert_uint_eq(info.status, lines[_i].status);
	ck_assert_msg(strstr(info.remedy, lines[_i].said), "%s", info.remedy);
}
END_TEST

START_TEST(none)
{
	static const char *const others[] = {
		"", "x", "%", "usb 1-1: new device", "SEV", "SEV-SNP", "SEV-SNP DF_FLUSH failed, ret = ",
		"SEV-SNP DF_FLUSH failed, ret = x, error = y", "SEV-SNP firmware shutdown failed, rc -5",
		"Leaking PFN range -", "sev command", "SEV API:", "\xff\xfe",
	};
	struct sevadm_line_info info;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(sevadm_explain_line(others[i], &info) == -ENOENT, "%s", others[i]);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_messages");

	tcase_add_test(tc, each);
	tcase_add_loop_test(tc, told, 0, sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tc, none);
	return lib_run(suite);
}
