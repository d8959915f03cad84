// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/util/cpuset.h"
#include "lib_test.h"

static const struct {
	const char *text, *canonical;
	unsigned int count;
} good[] = {
	{ "", "", 0 },
	{ "\n", "", 0 },
	{ "0", "0", 1 },
	{ "0\n", "0", 1 },
	{ "7 \t\n", "7", 1 },
	{ "0-3", "0-3", 4 },
	{ "0,1,2,3", "0-3", 4 },
	{ "3,1,2,0", "0-3", 4 },
	{ "0-3,8,10-11", "0-3,8,10-11", 7 },
	{ "5-5", "5", 1 },
	{ "1,1,1", "1", 1 },
	{ "0-5,3-9", "0-9", 10 },
	{ "0-1", "0-1", 2 },
	{ "007", "7", 1 },
	{ "63,64", "63-64", 2 },
	{ "62-65,127-128", "62-65,127-128", 6 },
	{ "8191", "8191", 1 },
	{ "0-8191", "0-8191", 8192 },
	{ "0,8191", "0,8191", 2 },
};

START_TEST(parse_and_format)
{
	struct cpuset set;
	char buf[64];

	ck_assert_int_eq(cpuset_parse(good[_i].text, &set), 0);
	ck_assert_uint_eq(cpuset_count(&set), good[_i].count);
	ck_assert_ptr_eq(cpuset_format(&set, buf, sizeof(buf)), buf);
	ck_assert_str_eq(buf, good[_i].canonical);
}
END_TEST

static const struct {
	const char *text;
	int err;
} bad[] = {
	{ "x", -EINVAL },
	{ ",", -EINVAL },
	{ ",0", -EINVAL },
	{ "0,", -EINVAL },
	{ "0,\n", -EINVAL },
	{ "0,,1", -EINVAL },
	{ "-", -EINVAL },
	{ "-1", -EINVAL },
	{ "+1", -EINVAL },
	{ "1-", -EINVAL },
	{ "1-x", -EINVAL },
	{ "1--2", -EINVAL },
	{ "2-1", -EINVAL },
	{ "0-1-2", -EINVAL },
	{ "0-6:2/3", -EINVAL },
	{ "0 1", -EINVAL },
	{ "0, 1", -EINVAL },
	{ " x", -EINVAL },
	{ "0x1", -EINVAL },
	{ "1.5", -EINVAL },
	{ "0\n1", -EINVAL },
	{ "8192", -ERANGE },
	{ "0-8192", -ERANGE },
	{ "4294967295", -ERANGE },
	{ "4294967296", -ERANGE },
	{ "18446744073709551615", -ERANGE },
	{ "18446744073709551616", -ERANGE },
	{ "99999999999999999999999999", -ERANGE },
};

START_TEST(refuse)
{
	struct cpuset set, before;

	memset(&set, 0xa5, sizeof(set));
	before = set;
	ck_assert_int_eq(cpuset_parse(bad[_i].text, &set), bad[_i].err);
	ck_assert_msg(cpuset_equal(&set, &before), "'%s' left something behind", bad[_i].text);
}
END_TEST

START_TEST(members)
{
	struct cpuset set = { 0 };

	for (unsigned int cpu = 0; cpu < CPUSET_MAX; cpu++)
		ck_assert(!cpuset_has(&set, cpu));
	cpuset_add(&set, 0);
	cpuset_add(&set, 64);
	cpuset_add(&set, CPUSET_MAX - 1);
	/* beyond the set: nothing happens */
	cpuset_add(&set, CPUSET_MAX);
	cpuset_add(&set, ~0U);
	cpuset_remove(&set, CPUSET_MAX);
	ck_assert(!cpuset_has(&set, CPUSET_MAX));
	ck_assert(!cpuset_has(&set, ~0U));
	ck_assert_uint_eq(cpuset_count(&set), 3);
	cpuset_remove(&set, 64);
	cpuset_remove(&set, 64);
	ck_assert_uint_eq(cpuset_count(&set), 2);
	ck_assert(cpuset_has(&set, 0) && !cpuset_has(&set, 64) && cpuset_has(&set, CPUSET_MAX - 1));
}
END_TEST

START_TEST(iterate)
{
	static const int want[] = { 0, 1, 63, 64, 127, 128, 4095, 8191 };
	struct cpuset set = { 0 }, none = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		cpuset_add(&set, (unsigned int)want[i]);
	cpuset_for_each(cpu, &set) {
		ck_assert_uint_lt(n, sizeof(want) / sizeof(want[0]));
		ck_assert_int_eq(cpu, want[n++]);
	}
	ck_assert_uint_eq(n, sizeof(want) / sizeof(want[0]));
	cpuset_for_each(cpu, &none)
		ck_abort_msg("CPU %d of no CPU", cpu);
	ck_assert_int_eq(cpuset_next(&set, 2), 63);
	ck_assert_int_eq(cpuset_next(&set, 63), 63);
	ck_assert_int_eq(cpuset_next(&set, 129), 4095);
	ck_assert_int_eq(cpuset_next(&set, 8191), 8191);
	ck_assert_int_eq(cpuset_next(&set, 8192), -1);
	ck_assert_int_eq(cpuset_next(&set, 100000), -1);
	ck_assert_int_eq(cpuset_next(&none, 0), -1);
}
END_TEST

START_TEST(subtract)
{
	struct cpuset a, b, want;

	ck_assert_int_eq(cpuset_parse("0-9,64-70,8191", &a), 0);
	ck_assert_int_eq(cpuset_parse("3-4,66,100,8191", &b), 0);
	ck_assert_int_eq(cpuset_parse("0-2,5-9,64-65,67-70", &want), 0);
	ck_assert(!cpuset_equal(&a, &want));
	cpuset_subtract(&a, &b);
	ck_assert(cpuset_equal(&a, &want));
	cpuset_subtract(&a, &a);
	ck_assert_uint_eq(cpuset_count(&a), 0);
}
END_TEST

/* Every second CPU is the longest list there is: cut, and said to be */
START_TEST(cut)
{
	struct cpuset set = { 0 }, again;
	static char whole[32768];
	char buf[40];

	for (unsigned int cpu = 0; cpu < CPUSET_MAX; cpu += 2)
		cpuset_add(&set, cpu);
	for (size_t size = 16; size <= sizeof(buf); size++) {
		memset(buf, 'X', sizeof(buf));
		cpuset_format(&set, buf, size);
		ck_assert_uint_lt(strlen(buf), size);
		ck_assert_str_eq(buf + strlen(buf) - 3, "...");
		ck_assert(!strncmp(buf, "0,2,4", 5));
		ck_assert_msg(size == sizeof(buf) || buf[size] == 'X', "wrote beyond the end");
	}
	cpuset_format(&set, whole, sizeof(whole));
	ck_assert_int_eq(cpuset_parse(whole, &again), 0);
	ck_assert(cpuset_equal(&set, &again));
}
END_TEST

START_TEST(there_and_back)
{
	struct cpuset set = { 0 }, again;
	static char buf[65536];
	unsigned int seed = (unsigned int)_i + 1;

	for (unsigned int cpu = 0; cpu < CPUSET_MAX; cpu++) {
		seed = seed * 1103515245 + 12345;
		if ((seed >> 16) % 3)
			cpuset_add(&set, cpu);
	}
	cpuset_format(&set, buf, sizeof(buf));
	ck_assert_int_eq(cpuset_parse(buf, &again), 0);
	ck_assert(cpuset_equal(&set, &again));
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_cpuset");

	tcase_add_loop_test(tc, parse_and_format, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, refuse, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, members);
	tcase_add_test(tc, iterate);
	tcase_add_test(tc, subtract);
	tcase_add_test(tc, cut);
	tcase_add_loop_test(tc, there_and_back, 0, 20);
	return lib_run(suite);
}
