// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kexec, and everything that can come in its way: each status, each errno, silence and
 * SIGKILL at each step of its teardown, at its proofs, at its image and at the jump.  It
 * jumps only when nothing did, it leaves no image of its own behind, and the machine is
 * there for the next one, which arrives or says why it does not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/status.h"
#include "lib_matrix_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Those that a kexec goes through, with guests that are to be stopped */
static const enum matrix_step steps[] = {
	STEP_SHUTDOWN, STEP_WBINVD, STEP_FLUSH, STEP_SNP_SHUTDOWN, STEP_PROOF_SEV, STEP_PROOF_SNP,
};

static void make_of(const char *kernel, const char *generation)
{
	static const char *const starts[] = {
		"start=snp:1@service", "start=snp:1@libvirt", "start=snp:1", "start=sev:1@service",
		NULL,
	};
	struct sim_options options = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		.offline = "3", .kernel = kernel, .generation = generation,
	};

	matrix_make_with(&options, starts);
}

static void make(void)
{
	make_of(NULL, NULL);
}

/* Where the driver may have the firmware end the RMP's checks */
static void make_73(void)
{
	make_of("7.3.4-sim", "turin");
}

static int go(int now)
{
	struct sevadm_kexec_options options = {
		.teardown = {
			.guests = SEVADM_GUESTS_STOP, .stop_seconds = 30, .online_cpus = true,
			.wbinvd = { .jobs = 1 },
		},
		.kernel = "/boot/vmlinuz", .append = "quiet", .now = now,
	};

	return sevadm_kexec(adm, &options, &record);
}

static unsigned int boots(void)
{
	struct sim_info info;

	ck_assert_int_eq(sim_describe(adm->sim, &info), 0);
	return info.boots;
}

static bool image_loaded(void)
{
	char text[8] = "";

	ck_assert_int_ge(sim_file_read(adm->sim, "/sys/kernel/kexec_loaded", text, 1), 1);
	return text[0] == '1';
}

/* The next run of the program: it arrives in the next kernel, or says why it must not go */
static void expect_arrives_or_explains(bool now)
{
	int ret;

	matrix_close();
	matrix_reopen();
	ret = go(now);
	if (ret) {
		ck_assert_int_eq(matrix_failure()->kind, SEVADM_NO);
		ck_assert_msg(strstr(matrix_failure()->message, "must not kexec"), "%s",
			      matrix_failure()->message);
		ck_assert(matrix_failure()->remedy[0]);
		ck_assert_uint_eq(boots(), 1);
		ck_assert(!image_loaded());
	} else {
		ck_assert_uint_eq(boots(), 2);
	}
	matrix_close();
}

static void expect_stayed(void)
{
	ck_assert_uint_eq(boots(), 1);
	ck_assert_uint_eq(matrix.counts[STEP_KEXEC] + matrix.counts[STEP_SYSTEMD_KEXEC], 0);
	ck_assert_uint_eq(matrix.counts[STEP_KEXEC_LOAD], 1);
	ck_assert_uint_eq(matrix.counts[STEP_KEXEC_UNLOAD], 1);
	ck_assert(!image_loaded());
	ck_assert(matrix_failure()->message[0]);
	matrix_expect_whole(SEVADM_GUESTS_STOP);
}

static void begin(enum matrix_step step, unsigned int skip)
{
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	matrix.skip = skip;
}

/* ------------------------------------------------------------------------- statuses */

/* A flush that is due, and the one before a shutdown, are made up for */
static bool cared_for(enum matrix_step step, uint32_t status)
{
	return (step == STEP_FLUSH && status == FW_WBINVD_REQUIRED) ||
	       (step == STEP_SNP_SHUTDOWN && status == FW_DFFLUSH_REQUIRED);
}

static void one_status(enum matrix_step step, uint32_t status, const char *name, bool now)
{
	int ret;

	begin(step, 0);
	snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:0x%x", matrix_commands[step], status);
	matrix_fresh();
	matrix_open();
	ret = go(now);
	if (cared_for(step, status)) {
		ck_assert_msg(!ret, "%s %s: %s", matrix_commands[step], name,
			      matrix_failure()->message);
		ck_assert_uint_eq(boots(), 2);
		matrix_close();
		return;
	}
	ck_assert_msg(ret, "%s %s, and it jumped", matrix_commands[step], name);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_REFUSED);
	ck_assert_uint_eq(matrix_failure()->status, status);
	ck_assert_msg(strstr(matrix_failure()->message, name), "%s", matrix_failure()->message);
	expect_stayed();
	expect_arrives_or_explains(now);
}

START_TEST(statuses)
{
	unsigned int tried = 0;

	if (steps[_i] == STEP_WBINVD)
		return;		/* the firmware has no say in it */
	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);

		if (!row)
			continue;
		one_status(steps[_i], status, row->name, tried++ % 2);
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

/* --------------------------------------------------------------- after the teardown */

/*
 * With everything down the host is looked at once more, and what it says then is the
 * proof: a status that cannot be had forbids the jump.  Other calls are for the counts of
 * guests, which lists and processes tell as well.
 */
START_TEST(second_look)
{
	enum matrix_step step = _i & 1 ? STEP_PROOF_SNP : STEP_PROOF_SEV;
	unsigned int refused = 0;

	for (unsigned int skip = 1;; skip++) {
		int ret;

		begin(step, skip);
		if (_i & 2)
			matrix.refuse = EIO;
		else
			snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:HWERROR_PLATFORM",
				 matrix_commands[step]);
		matrix_fresh();
		matrix_open();
		ret = go(true);
		if (!ret) {
			ck_assert_uint_eq(boots(), 2);
			matrix_close();
			if (matrix.counts[step] <= skip)
				break;
			continue;
		}
		refused++;
		ck_assert_int_eq(ret, -ENOTRECOVERABLE);
		ck_assert_int_eq(matrix_failure()->kind, SEVADM_NO);
		ck_assert_msg(strstr(matrix_failure()->message, "are down, but this host must not"),
			      "%s", matrix_failure()->message);
		matrix_expect_down();
		expect_stayed();
		expect_arrives_or_explains(true);
	}
	ck_assert_uint_eq(refused, 1);
}
END_TEST

/* What happens to the host between the teardown and the jump, whoever does it */
static const struct {
	const char *action;
	enum sevadm_class kind;
	const char *said;	/* in the failure, or in a warning */
} meanwhile[] = {
	{ "timeout=SNP_PLATFORM_STATUS", SEVADM_FAILED, "did not answer in time" },
	{ "lockdown=integrity", SEVADM_NO, "must not kexec" },
	{ "allow=0-1", SEVADM_NO, "cpus.reach" },
	{ "offline=2", SEVADM_DONE, "CPU 2-3 is offline" },	/* the next kernel's affair */
	{ "start=plain:1", SEVADM_DONE, NULL },	/* ends as every process does */
};

static bool warned(const char *text)
{
	for (size_t i = 0; i < record.nr_warnings; i++)
		if (strstr(record.warnings[i], text))
			return true;
	return false;
}

START_TEST(second_check)
{
	const char *said = meanwhile[_i].said;
	int ret;

	begin(STEP_PROOF_SNP, 0);
	snprintf(matrix.fail, sizeof(matrix.fail), "%s", meanwhile[_i].action);
	matrix_fresh();
	matrix_open();
	ret = go(true);
	ck_assert_msg(!ret == (meanwhile[_i].kind == SEVADM_DONE), "%s: %d %s",
		      meanwhile[_i].action, ret, matrix_failure()->message);
	if (ret) {
		ck_assert_int_eq(matrix_failure()->kind, meanwhile[_i].kind);
		ck_assert_msg(strstr(matrix_failure()->message, said), "%s",
			      matrix_failure()->message);
		expect_stayed();
	} else {
		ck_assert_msg(!said || warned(said), "%s, and no warning", meanwhile[_i].action);
		ck_assert_uint_eq(boots(), 2);
	}
	matrix_close();
}
END_TEST

/* ------------------------------------------------------------- the kernel refuses */

static const int refusals[] = {
	EPERM, EACCES, EBADF, ENODEV, ENOTTY, EBUSY, ENOMEM, EFAULT, EIO, E2BIG, EINVAL, ENOENT,
};

static void one_refusal(enum matrix_step step, int err, bool now)
{
	int ret;

	begin(step, 0);
	matrix.refuse = err;
	matrix_fresh();
	matrix_open();
	ret = go(now);
	ck_assert_msg(ret == -err, "%s %s: %d", matrix_commands[step], strerrorname_np(err), ret);
	ck_assert_msg(strstr(matrix_failure()->message, strerrorname_np(err)) &&
		      strstr(matrix_failure()->message, matrix_commands[step]), "%s",
		      matrix_failure()->message);
	expect_stayed();
	expect_arrives_or_explains(now);
}

START_TEST(refused)
{
	for (size_t i = 0; i < COUNT(refusals); i++)
		one_refusal(steps[_i], refusals[i], i % 2);
}
END_TEST

/* The image is what comes first: a guest may not be lost for one that cannot be loaded */
START_TEST(image_refused)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		begin(STEP_KEXEC_LOAD, 0);
		matrix.refuse = refusals[i];
		matrix_fresh();
		matrix_open();
		ck_assert_int_eq(go(i % 2), -refusals[i]);
		ck_assert_int_eq(matrix_failure()->kind, refusals[i] == EPERM ?
				 SEVADM_PERMISSION : SEVADM_FAILED);
		ck_assert_msg(strstr(matrix_failure()->message, "load /boot/vmlinuz") &&
			      strstr(matrix_failure()->message, strerrorname_np(refusals[i])), "%s",
			      matrix_failure()->message);
		ck_assert_uint_eq(matrix.calls, 1);
		expect_arrives_or_explains(i % 2);
	}
}
END_TEST

/* With everything down the jump itself is refused: it is said how to get on */
START_TEST(jump_refused)
{
	bool now = _i;

	for (size_t i = 0; i < COUNT(refusals); i++) {
		enum matrix_step step = now ? STEP_KEXEC : STEP_SYSTEMD_KEXEC;

		begin(step, 0);
		matrix.refuse = refusals[i];
		matrix_fresh();
		matrix_open();
		ck_assert_int_eq(go(now), -refusals[i]);
		ck_assert_msg(strstr(matrix_failure()->message, strerrorname_np(refusals[i])), "%s",
			      matrix_failure()->message);
		ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "are down"));
		ck_assert_uint_eq(matrix.counts[step], 1);
		matrix_expect_down();
		ck_assert_uint_eq(boots(), 1);
		/* what it took down stays down: the image is still the one to go to */
		ck_assert(image_loaded());
		expect_arrives_or_explains(now);
	}
}
END_TEST

/* ---------------------------------------------------------------- it never answers */

START_TEST(silent)
{
	enum matrix_step step = steps[_i];

	if (step == STEP_WBINVD)
		return;
	begin(step, 0);
	snprintf(matrix.fail, sizeof(matrix.fail), "timeout=%s", matrix_commands[step]);
	matrix_fresh();
	matrix_open();
	ck_assert_int_eq(go(true), -ETIMEDOUT);
	ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "reboot cold"));
	expect_stayed();
	matrix_close();

	/* a secure processor that was given up: no kexec, and nothing is tried */
	matrix_reopen();
	ck_assert_int_ne(go(true), 0);
	ck_assert_ptr_nonnull(strcasestr(matrix_failure()->remedy, "reboot cold"));
	ck_assert_uint_eq(matrix.calls, 0);
	ck_assert_uint_eq(boots(), 1);
	matrix_close();
}
END_TEST

/* ---------------------------------------------------------------------- it is killed */

START_TEST(anywhere)
{
	bool now = _i & 1, after = _i & 2;
	unsigned int call, arrived = 0;

	for (call = 1; matrix_killed(go, now, call, after); call++) {
		matrix_reopen();
		if (boots() == 2) {
			/* there is nobody to go on in the next kernel */
			arrived++;
			matrix_close();
			continue;
		}
		ck_assert_msg(!go(now), "killed %s call %u, and again: %s", after ? "after" : "before",
			      call, adm->failure.message);
		ck_assert_uint_eq(boots(), 2);
		ck_assert_uint_le(matrix.counts[STEP_SHUTDOWN], 1);
		ck_assert_uint_le(matrix.counts[STEP_SNP_SHUTDOWN], 1);
		matrix_close();
	}
	/* image, CPU, four VMMs, SHUTDOWN, WBINVDs, flush, SNP_SHUTDOWN_EX, CPU, jump */
	ck_assert_uint_ge(call, 13);
	ck_assert_uint_eq(arrived, after);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_matrix_kexec");

	tcase_add_unchecked_fixture(tc, make, matrix_remove);
	tcase_add_loop_test(tc, statuses, 0, COUNT(steps));
	tcase_add_loop_test(tc, second_look, 0, 4);
	tcase_add_loop_test(tc, second_check, 0, COUNT(meanwhile));
	tcase_add_loop_test(tc, refused, 0, COUNT(steps));
	tcase_add_test(tc, image_refused);
	tcase_add_loop_test(tc, jump_refused, 0, 2);
	tcase_add_loop_test(tc, silent, 0, COUNT(steps));
	tcase_add_loop_test(tc, anywhere, 0, 4);
	tc = tcase_create("lib_matrix_kexec, 7.3");
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, make_73, matrix_remove);
	tcase_add_loop_test(tc, statuses, 0, COUNT(steps));
	tcase_add_loop_test(tc, second_look, 0, 4);
	tcase_add_loop_test(tc, anywhere, 0, 4);
	return lib_run(suite);
}
