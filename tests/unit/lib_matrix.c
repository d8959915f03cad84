// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every step of a teardown, and everything that can come in its way: each status of
 * the firmware's table, each errno, silence; with guests of every kind, both ways of
 * ending them.  Exit code and sentence are right, no command that changes something
 * is repeated, guests are untouched or gone, and the next teardown completes, or
 * says why it does not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/status.h"
#include "lib_matrix_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const enum sevadm_guests_mode modes[] = {
	SEVADM_GUESTS_STOP, SEVADM_GUESTS_DECOMMISSION,
};

static void begin(void)
{
	matrix_fresh();
	matrix_open();
}

/* In the words of the table: how often it may be called at most */
static unsigned int most_calls(enum matrix_step step, uint32_t status, bool stop)
{
	switch (step) {
	case STEP_DECOMMISSION:
		return stop ? 1 : 4;	/* of a guest each */
	case STEP_WBINVD:
		return 3 * 4;
	case STEP_FLUSH:
		return status == FW_WBINVD_REQUIRED ? 3 : 1;
	case STEP_SNP_SHUTDOWN:
		return status == FW_DFFLUSH_REQUIRED ? 2 : 1;
	case STEP_SHUTDOWN:
		return 1;
	default:
		return 8;	/* they only ask */
	}
}

/* Is it no failure, but taken care of? */
static bool cared_for(enum matrix_step step, uint32_t status)
{
	return (step == STEP_FLUSH && status == FW_WBINVD_REQUIRED) ||
	       (step == STEP_SNP_SHUTDOWN && status == FW_DFFLUSH_REQUIRED);
}

static bool gone_already(enum matrix_step step, uint32_t status)
{
	return step == STEP_DECOMMISSION &&
	       (status == FW_INVALID_GUEST || status == FW_INVALID_ADDRESS);
}

static void expect_refused(enum matrix_step step, const struct status_row *row)
{
	const struct sevadm_failure *f = matrix_failure();
	char said[128];

	snprintf(said, sizeof(said), "%s: firmware refused: %s (0x%04x)", matrix_commands[step],
		 row->name, row->status);
	ck_assert_msg(!strncmp(f->message, said, strlen(said)), "'%s', not '%s'", f->message, said);
	ck_assert_int_eq(f->kind, SEVADM_REFUSED);
	ck_assert_uint_eq(f->status, row->status);
	ck_assert_msg(f->remedy[0], "%s: no remedy", said);
}

/* The last step of that command tells the same as the failure */
static void expect_recorded(enum matrix_step step, uint32_t status, int err)
{
	for (size_t i = record.nr_steps; i-- > 0;) {
		const struct sevadm_step *s = &record.steps[i];

		if (strcmp(s->command, matrix_commands[step]) || (!status && s->err != err) ||
		    (status && s->status != status))
			continue;
		return;
	}
	ck_abort_msg("no step %s with status %u, errno %d", matrix_commands[step], status, err);
}

/* The next run of the program, with nothing in its way any more */
static void expect_completes(enum sevadm_guests_mode mode)
{
	matrix_close();
	matrix_reopen();
	ck_assert_msg(!matrix_teardown(mode), "and again: %s", adm->failure.message);
	matrix_expect_down();
	matrix_expect_whole(mode);
	matrix_close();
}

static void one_status(enum matrix_step step, const struct status_row *row,
		       enum sevadm_guests_mode mode)
{
	bool stop = mode == SEVADM_GUESTS_STOP;
	int ret;

	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:0x%x", matrix_commands[step],
		 row->status);
	begin();
	ret = matrix_teardown(mode);
	ck_assert_msg(matrix.counts[step] && matrix.counts[step] <= most_calls(step, row->status, stop),
		      "%s %s: %u calls", matrix_commands[step], row->name, matrix.counts[step]);
	expect_recorded(step, row->status, EIO);
	if (cared_for(step, row->status)) {
		ck_assert_msg(!ret, "%s", adm->failure.message);
	} else if (gone_already(step, row->status)) {
		/* the firmware said so, and it was not so: it is the driver that knows */
		ck_assert_int_ne(ret, 0);
		ck_assert(matrix_failure()->kind == SEVADM_BUSY ||
			  matrix_failure()->kind == SEVADM_REFUSED);
	} else {
		ck_assert_int_eq(ret, -EIO);
		expect_refused(step, row);
	}
	matrix_expect_whole(mode);
	expect_completes(mode);
}

START_TEST(statuses)
{
	enum matrix_step step = (enum matrix_step)(_i / 2);
	unsigned int tried = 0;

	if (step == STEP_WBINVD)
		return;		/* the firmware has no say in it */
	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);

		if (!row)
			continue;
		one_status(step, row, modes[_i % 2]);
		tried++;
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

/* ------------------------------------------------------------------ the kernel refuses */

static const struct {
	int err;
	enum sevadm_class kind;
} refusals[] = {
	{ EPERM, SEVADM_PERMISSION }, { EACCES, SEVADM_PERMISSION }, { EBADF, SEVADM_PERMISSION },
	{ ENODEV, SEVADM_ABSENT }, { ENOTTY, SEVADM_ABSENT }, { EBUSY, SEVADM_BUSY },
	{ ENOMEM, SEVADM_FAILED }, { EFAULT, SEVADM_FAILED }, { EINTR, SEVADM_FAILED },
	{ EIO, SEVADM_FAILED }, { E2BIG, SEVADM_FAILED }, { EINVAL, SEVADM_FAILED },
	{ ENOENT, SEVADM_FAILED },
};

/* What asks is asked again after a signal; a guest that is not there is what was wanted */
static bool forgiven(enum matrix_step step, int err)
{
	return ((step == STEP_PROOF_SEV || step == STEP_PROOF_SNP) && err == EINTR) ||
	       (step == STEP_DECOMMISSION && err == ENOENT);
}

static void one_refusal(enum matrix_step step, int err, enum sevadm_class class,
			enum sevadm_guests_mode mode)
{
	const struct sevadm_failure *f;
	int ret;

	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	matrix.refuse = err;
	begin();
	ret = matrix_teardown(mode);
	f = matrix_failure();
	if (forgiven(step, err)) {
		ck_assert_msg(step == STEP_DECOMMISSION || !ret, "%s", f->message);
	} else {
		ck_assert_int_eq(ret, -err);
		/* the CPUs are named, whatever it was; only permission is told apart */
		if (step != STEP_WBINVD)
			ck_assert_msg(f->kind == class, "%s %s: class %d", matrix_commands[step],
				      strerrorname_np(err), f->kind);
		ck_assert_msg(strstr(f->message, strerrorname_np(err)) &&
			      strstr(f->message, matrix_commands[step]), "%s", f->message);
		ck_assert_msg(matrix.counts[step] <= most_calls(step, 0, mode == SEVADM_GUESTS_STOP),
			      "%s: %u calls", matrix_commands[step], matrix.counts[step]);
		expect_recorded(step, 0, err);
	}
	matrix_expect_whole(mode);
	expect_completes(mode);
}

START_TEST(refused)
{
	enum matrix_step step = (enum matrix_step)(_i / 2);

	for (size_t i = 0; i < COUNT(refusals); i++)
		one_refusal(step, refusals[i].err, refusals[i].kind, modes[_i % 2]);
}
END_TEST

/* A VMM of somebody whom we may not signal: nothing was done to a guest yet */
START_TEST(signal_refused)
{
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = STEP_SIGNAL;
	matrix.refuse = EPERM;
	begin();
	ck_assert_int_eq(matrix_teardown(modes[_i]), -EPERM);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_PERMISSION);
	ck_assert_msg(!strncmp(matrix_failure()->message, "send SIG", 8), "%s",
		      matrix_failure()->message);
	ck_assert_uint_eq(matrix.counts[STEP_DECOMMISSION] + matrix.counts[STEP_SHUTDOWN], 0);
	matrix_expect_whole(modes[_i]);
	expect_completes(modes[_i]);
}
END_TEST

/* -------------------------------------------------------------------- it never answers */

START_TEST(silent)
{
	enum matrix_step step = (enum matrix_step)(_i / 2);
	enum sevadm_guests_mode mode = modes[_i % 2];

	if (step == STEP_WBINVD)
		return;
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	snprintf(matrix.fail, sizeof(matrix.fail), "timeout=%s", matrix_commands[step]);
	begin();
	ck_assert_int_eq(matrix_teardown(mode), -ETIMEDOUT);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_FAILED);
	ck_assert_msg(strstr(matrix_failure()->message, matrix_commands[step]) &&
		      strstr(matrix_failure()->message, "did not answer in time"), "%s",
		      matrix_failure()->message);
	ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "reboot cold"));
	ck_assert_uint_le(matrix.counts[step], step < STEP_PROOF_SEV ? 1 : 8);
	matrix_close();

	/* from then on nothing is issued, and it is said why */
	matrix_reopen();
	ck_assert_int_eq(matrix_teardown(mode), -EBUSY);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_BUSY);
	ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "Reboot cold"));
	ck_assert_uint_eq(matrix.calls, 0);
	matrix_close();
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_matrix");

	tcase_add_unchecked_fixture(tc, matrix_make, matrix_remove);
	tcase_add_loop_test(tc, statuses, 0, 2 * (STEP_PROOF_SNP + 1));
	tcase_add_loop_test(tc, refused, 0, 2 * (STEP_PROOF_SNP + 1));
	tcase_add_loop_test(tc, signal_refused, 0, COUNT(modes));
	tcase_add_loop_test(tc, silent, 0, 2 * (STEP_PROOF_SNP + 1));
	return lib_run(suite);
}
