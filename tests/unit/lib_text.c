// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/util/text.h"
#include "lib_test.h"

static const struct {
	const char *in, *out;
} escapes[] = {
	{ "", "" },
	{ "qemu-system-x86", "qemu-system-x86" },
	{ "CPU 0/KVM (a)~ !", "CPU 0/KVM (a)~ !" },
	{ "\n", "\\x0a" },
	{ "\t", "\\x09" },
	{ "\033[31mred", "\\x1b[31mred" },
	{ "a\\x0a", "a\\x5cx0a" },
	{ "\x7f", "\\x7f" },
	{ "\xc3\xa4", "\\xc3\\xa4" },
	{ "\xff", "\\xff" },
	{ "\x01", "\\x01" },
};

START_TEST(escape)
{
	char out[64];

	ck_assert_ptr_eq(text_escape(escapes[_i].in, out, sizeof(out)), out);
	ck_assert_str_eq(out, escapes[_i].out);
}
END_TEST

START_TEST(hex)
{
	char out[9] = "????????";

	ck_assert_str_eq(text_hex(out, (const uint8_t[]){ 0x00, 0x9a, 0xf1, 0x7f }, 4), "009af17f");
	ck_assert_str_eq(text_hex(out, NULL, 0), "");
}
END_TEST

/* What fits is whole; no half of an escape, nothing beyond the end */
START_TEST(escape_short)
{
	char in[] = "ab\ncd\nef\ngh\nij", out[64];

	for (size_t size = 1; size < sizeof(out); size++) {
		const char *last;

		memset(out, 'X', sizeof(out));
		text_escape(in, out, size);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert(out[size] == 'X');
		last = strrchr(out, '\\');
		ck_assert_msg(!last || strlen(last) >= 4, "'%s' ends in half an escape", out);
	}
	text_escape(in, out, 63);
	ck_assert_str_eq(out, "ab\\x0acd\\x0aef\\x0agh\\x0aij");
}
END_TEST

START_TEST(every_byte)
{
	char in[256], out[1024 + 8];

	for (int i = 1; i < 256; i++)
		in[i - 1] = (char)i;
	in[255] = '\0';
	text_escape(in, out, sizeof(out));
	for (const char *p = out; *p; p++)
		ck_assert_msg(*p >= 0x20 && *p < 0x7f, "byte 0x%02x got through", *p & 0xff);
	/* 94 printable ones but for the backslash, 4 characters for each of the others */
	ck_assert_uint_eq(strlen(out), 94 + 4 * (255 - 94));
}
END_TEST

static const struct {
	const char *text;
	uint64_t max, value;
	int ret;
} numbers[] = {
	{ "0", UINT64_MAX, 0, 0 },
	{ "15", UINT64_MAX, 15, 0 },
	{ "0x0f", UINT64_MAX, 15, 0 },
	{ "0X0F", UINT64_MAX, 15, 0 },
	{ "015", UINT64_MAX, 15, 0 },		/* never octal */
	{ "08", UINT64_MAX, 8, 0 },
	{ "18446744073709551615", UINT64_MAX, UINT64_MAX, 0 },
	{ "0xffffffffffffffff", UINT64_MAX, UINT64_MAX, 0 },
	{ "255", 255, 255, 0 },
	{ "256", 255, 0, -ERANGE },
	{ "18446744073709551616", UINT64_MAX, 0, -ERANGE },
	{ "0x10000000000000000", UINT64_MAX, 0, -ERANGE },
	{ "99999999999999999999999", 10, 0, -ERANGE },
	{ "", 10, 0, -EINVAL },
	{ " 1", 10, 0, -EINVAL },
	{ "1 ", 10, 0, -EINVAL },
	{ "1\n", 10, 0, -EINVAL },
	{ "-1", 10, 0, -EINVAL },
	{ "+1", 10, 0, -EINVAL },
	{ "x", 10, 0, -EINVAL },
	{ "0x", 10, 0, -EINVAL },
	{ "0xg", 10, 0, -EINVAL },
	{ "0x ", 10, 0, -EINVAL },
	{ "0x-1", 10, 0, -EINVAL },
	{ "0x+1", 10, 0, -EINVAL },
	{ "0x0x1", 10, 0, -EINVAL },
	{ "1x", 10, 0, -EINVAL },
	{ "1.0", 10, 0, -EINVAL },
	{ "1e1", 100, 0, -EINVAL },
	{ "f", 100, 0, -EINVAL },
};

START_TEST(number)
{
	uint64_t value = 4711;

	ck_assert_int_eq(text_u64(numbers[_i].text, numbers[_i].max, &value), numbers[_i].ret);
	ck_assert_uint_eq(value, numbers[_i].ret ? 4711 : numbers[_i].value);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_text");

	tcase_add_loop_test(tc, escape, 0, sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_test(tc, escape_short);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, hex);
	tcase_add_loop_test(tc, number, 0, sizeof(numbers) / sizeof(numbers[0]));
	return lib_run(suite);
}
