// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_driver_fixture.h"

#include <stdlib.h>

void setup_none(void)
{
	sim_test_small(0, 0);
}

void setup_two(void)
{
	sim_test_small(2, 0);
}

void setup_one(void)
{
	sim_test_small(1, 0);
}

void setup_sev(void)
{
	sim_test_small(0, 1);
}

void setup_both(void)
{
	sim_test_small(1, 1);
}

void reload_and_start(void)
{
	act("reload");
	ck_assert_int_eq(act("snp"), 1);
	act("end=%lld", (long long)act("start=snp"));
	ck_assert_uint_eq(describe()->kernel_warnings, 0);
}

void add(Suite *s, const char *name, void (*setup)(void), const TTest **tests, size_t n)
{
	TCase *t = tcase_create(name);
	size_t i;

	if (setup)
		tcase_add_checked_fixture(t, setup, sim_test_remove);
	for (i = 0; i < n; i++)
		tcase_add_test(t, tests[i]);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
}

void add_loop(Suite *s, const char *name, void (*setup)(void), const TTest *test, int n)
{
	TCase *t = tcase_create(name);

	if (setup)
		tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_add_loop_test(t, test, 0, n);
	suite_add_tcase(s, t);
}

void add_one_turn(Suite *s, const char *name, void (*setup)(void), const TTest *test,
			 int turn)
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_add_loop_test(t, test, turn, turn + 1);
	suite_add_tcase(s, t);
}

int finish(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
