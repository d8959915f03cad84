// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A teardown that is killed (SIGKILL) right before and right after each call that
 * changes something: signals, the freezer, CPUs, programs, firmware.  What it left
 * behind is found by looking at the host, and the next one completes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "lib_matrix_fixture.h"

static int teardown(int mode)
{
	return matrix_teardown((enum sevadm_guests_mode)mode);
}

/* Nothing is asked for twice that has come to pass */
static void expect_no_repetition(void)
{
	for (size_t i = 0; i < record.nr_steps; i++)
		ck_assert_msg(!record.steps[i].err, "%s: %s", record.steps[i].command,
			      strerrorname_np(record.steps[i].err));
	ck_assert_uint_le(matrix.counts[STEP_SHUTDOWN], 1);
	ck_assert_uint_eq(matrix.counts[STEP_FLUSH], matrix.counts[STEP_SNP_SHUTDOWN]);
	ck_assert_uint_le(matrix.counts[STEP_SNP_SHUTDOWN], 1);
}

/* A guest under a VMM that stands still is alive, and does not run: that is said */
static void expect_standing_named(void)
{
	unsigned int standing = 0, named = 0;
	struct sim_guest_info g;

	for (unsigned int i = 0; !sim_describe_guest(adm->sim, i, &g); i++)
		standing += g.frozen && !g.tombstone;
	for (size_t i = 0; i < record.nr_warnings; i++)
		named += strstr(record.warnings[i], "lets it go on") != NULL;
	ck_assert_uint_eq(named, standing);
}

/* CPU 3 was offline, and is put back in the end: unless nobody was left to do it */
static bool cpu_left(void)
{
	struct sim_why why = { "" };
	char list[16] = "";
	struct sim *sim;

	/* not as the program would, which begins to write its journal then */
	ck_assert_msg(!sim_open(matrix_path, &device_sim_crypto, &sim, &why), "%s", why.text);
	ck_assert_int_gt(sim_file_read(sim, "/sys/devices/system/cpu/online", list,
				       sizeof(list) - 1), 0);
	sim_close(sim);
	return !strncmp(list, "0-3", 3);
}

/* @left: it is online still, and that is said, with how to mend it */
static void expect_cpu_named(bool left)
{
	bool named = false;

	for (size_t i = 0; i < record.nr_warnings; i++)
		named |= strstr(record.warnings[i], "CPU 3, which it brought online, is online") &&
			 strstr(record.warnings[i], "cpuN/online");
	ck_assert_int_eq(named, left);
}

/* What the operator sees who did not ask for anything to be done to guests */
static void expect_explained(bool left)
{
	int ret;

	matrix_reopen();
	ret = matrix_teardown(SEVADM_GUESTS_REFUSE);
	expect_cpu_named(left);
	if (ret) {
		ck_assert_int_eq(matrix_failure()->kind, SEVADM_BUSY);
		ck_assert(matrix_failure()->message[0] && matrix_failure()->remedy[0]);
		ck_assert_uint_eq(matrix.counts[STEP_SIGNAL] + matrix.counts[STEP_DECOMMISSION], 0);
		expect_standing_named();
	} else {
		matrix_expect_down();
	}
	matrix_close();
}

static void expect_completes(enum sevadm_guests_mode mode, bool left)
{
	matrix_reopen();
	ck_assert_msg(!matrix_teardown(mode), "and again: %s", adm->failure.message);
	expect_cpu_named(left);
	expect_no_repetition();
	matrix_expect_down();
	matrix_expect_whole(mode);
	matrix_close();
}

START_TEST(anywhere)
{
	enum sevadm_guests_mode mode = _i & 1 ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION;
	unsigned int call;

	for (call = 1; matrix_killed(teardown, (int)mode, call, _i & 2); call++) {
		/* killed right after it was brought online, the run had not noted it yet */
		bool left = cpu_left() && !(_i & 2 && call == 1);

		if (_i & 4)
			expect_explained(left);
		expect_completes(mode, left && !(_i & 4));
	}
	/* CPU, four VMMs, decommissions, SHUTDOWN, WBINVDs, flush, SNP_SHUTDOWN_EX, CPU */
	ck_assert_uint_ge(call, 13);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_killed");

	tcase_add_unchecked_fixture(tc, matrix_make, matrix_remove);
	tcase_add_loop_test(tc, anywhere, 0, 8);
	return lib_run(suite);
}
