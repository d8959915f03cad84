/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_TEST_H
#define LIB_TEST_H

#include <check.h>
#include <stdlib.h>

/* A program is one case: its main() says which tests it has */
static inline TCase *lib_case(Suite **suite, const char *name)
{
	TCase *tc = tcase_create(name);

	*suite = suite_create(name);
	suite_add_tcase(*suite, tc);
	tcase_set_timeout(tc, 60);
	return tc;
}

static inline int lib_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
