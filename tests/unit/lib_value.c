// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers that are more than a status.  What the bits are is said here as the kernel's
 * headers have it, in numbers: the table of the library may not be its own witness.
 */
#include <stdio.h>
#include <string.h>

#include "lib_test.h"
#include "sevadm.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "field bits value name; ..." of a reading, as the tests expect it */
static const char *text(enum sevadm_reading as, uint64_t value)
{
	static char buf[512];
	struct sevadm_value_field f[SEVADM_VALUE_FIELDS];
	unsigned int nr = sevadm_explain_value(as, value, f);
	size_t used = 0;

	buf[0] = '\0';
	ck_assert_uint_le(nr, SEVADM_VALUE_FIELDS);
	for (unsigned int i = 0; i < nr; i++) {
		const char *meaning = f[i].meaning;

		ck_assert_str_eq(f[i].reading, f[0].reading);
		ck_assert_msg(meaning && meaning[strlen(meaning) - 1] == '.', "%s", f[i].field);
		ck_assert_msg(f[i].source && strchr(f[i].source, '/'), "%s", f[i].field);
		used += (size_t)snprintf(buf + used, sizeof(buf) - used, "%s%s %s %llx%s%s",
					 i ? "; " : "", f[i].field, f[i].bits,
					 (unsigned long long)f[i].value, f[i].name ? " " : "",
					 f[i].name ? f[i].name : "");
		ck_assert_uint_lt(used, sizeof(buf));
	}
	return buf;
}

static const struct {
	enum sevadm_reading as;
	uint64_t value;
	const char *text;
} values[] = {
	{ SEVADM_READ_CMDRESP, 0x80000007,
	  "response 31 1; command 26:16 0; status 15:0 7 POLICY_FAILURE" },
	{ SEVADM_READ_CMDRESP, 0x80000000,
	  "response 31 1; command 26:16 0; status 15:0 0 SUCCESS" },
	{ SEVADM_READ_CMDRESP, 0x80860028,
	  "response 31 1; command 26:16 86 SNP_SHUTDOWN_EX; status 15:0 28 SHUTDOWN_INCOMPLETE" },
	{ SEVADM_READ_CMDRESP, 0x8000001e, "response 31 1; command 26:16 0; status 15:0 1e" },
	{ SEVADM_READ_CMDRESP, 0xc000000f,
	  "response 31 1; recovery 30 1; command 26:16 0; status 15:0 f DFFLUSH_REQUIRED" },
	{ SEVADM_READ_CMDRESP, 0xfffffffe, "response 31 1; recovery 30 1; reserved 29:27 7; "
	  "command 26:16 7ff; status 15:0 fffe" },
	{ SEVADM_READ_CMDRESP, 0x00860001,
	  "response 31 0; command 26:16 86 SNP_SHUTDOWN_EX; interrupt 0 1" },
	{ SEVADM_READ_CMDRESP, 0x000a0000,
	  "response 31 0; command 26:16 a DF_FLUSH; interrupt 0 0" },
	{ SEVADM_READ_CMDRESP, 0x7fffffff, "response 31 0; recovery 30 1; reserved 29:27 7; "
	  "command 26:16 7ff; interrupt 0 1; other 15:1 7fff" },
	{ SEVADM_READ_CMDRESP, 0, "response 31 0; command 26:16 0; interrupt 0 0" },
	{ SEVADM_READ_CMDRESP, 0x100000000, "" },
	{ SEVADM_READ_EXITINFO2, 0, "VMM error 63:32 0; status 31:0 0 SUCCESS" },
	{ SEVADM_READ_EXITINFO2, 0x16, "VMM error 63:32 0; status 31:0 16 INVALID_PARAM" },
	{ SEVADM_READ_EXITINFO2, 1ull << 32,
	  "VMM error 63:32 1 INVALID_LEN; status 31:0 0 SUCCESS" },
	{ SEVADM_READ_EXITINFO2, 2ull << 32 | 0x27,
	  "VMM error 63:32 2 BUSY; status 31:0 27 INVALID_KEY" },
	{ SEVADM_READ_EXITINFO2, 3ull << 32 | 0xabcd, "VMM error 63:32 3; status 31:0 abcd" },
	{ SEVADM_READ_EXITINFO2, 0xffffffff00000000,
	  "VMM error 63:32 ffffffff GENERIC; status 31:0 0 SUCCESS" },
	{ SEVADM_READ_EXITINFO2, 0xffffffff, "VMM error 63:32 0; status 31:0 ffffffff NO_FW_CALL" },
	{ SEVADM_READ_EXITINFO2, 0xff, "all 63:0 ff" },
	{ SEVADM_READ_EXITINFO2, UINT64_MAX, "all 63:0 ffffffffffffffff" },
	{ SEVADM_READ_FW_EXT, 0x1234567889abcdef,
	  "CMDBUFF_ADDR_Hi 63:32 12345678; CMDBUFF_ADDR_Lo 31:0 89abcdef" },
	{ SEVADM_READ_FW_EXT, 0, "CMDBUFF_ADDR_Hi 63:32 0; CMDBUFF_ADDR_Lo 31:0 0" },
};

START_TEST(value)
{
	ck_assert_str_eq(text(values[_i].as, values[_i].value), values[_i].text);
}
END_TEST

/* Where nothing is known, that is what is said */
START_TEST(value_not_known)
{
	struct sevadm_value_field f[SEVADM_VALUE_FIELDS];

	sevadm_explain_value(SEVADM_READ_FW_EXT, 0x1234, f);
	ck_assert(strstr(f[0].meaning, "no document says"));
	sevadm_explain_value(SEVADM_READ_FW_EXT, 0, f);
	ck_assert(strstr(f[0].meaning, "left the registers"));
	sevadm_explain_value(SEVADM_READ_CMDRESP, 0x8000001e, f);
	ck_assert(strstr(f[2].meaning, "not assigned"));
	ck_assert(f[2].is_status && !f[1].is_status);
	sevadm_explain_value(SEVADM_READ_EXITINFO2, 3ull << 32, f);
	ck_assert(strstr(f[0].meaning, "No error of the host that is known"));
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_value");

	tcase_add_loop_test(tc, value, 0, COUNT(values));
	tcase_add_test(tc, value_not_known);
	return lib_run(suite);
}
