// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A teardown with a stock driver, whose own shutdown is in nobody's hand: each status that
 * a command of it can meet, as far as the driver tells, each errno, silence and SIGKILL.
 * What the remedy says leads on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/status.h"
#include "lib_matrix_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void make(void)
{
	static const char *const starts[] = {
		"start=snp:1@service", "start=snp:1@libvirt", "start=snp:1", "start=sev:1@service",
		NULL,
	};
	static const struct sim_options options = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		.no_patch = true,
	};

	matrix_make_with(&options, starts);
}

static int go(int arg)
{
	struct sevadm_teardown_options options = {
		.guests = SEVADM_GUESTS_STOP, .stop_seconds = 30,
	};

	(void)arg;
	return sevadm_teardown(adm, &options, &record);
}

static void begin(enum matrix_step step)
{
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	matrix_fresh();
}

static void arm(enum matrix_step step, const char *command, uint32_t status, unsigned int count)
{
	begin(step);
	snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:0x%x:%u", command, status, count);
	matrix_open();
}

/* The next run of the program, with nothing in its way */
static void next(void)
{
	matrix_close();
	matrix_reopen();
}

static void expect_completes(void)
{
	next();
	ck_assert_msg(!go(0), "and again: %s", matrix_failure()->message);
	matrix_expect_down();
	matrix_close();
}

static bool hardware(uint32_t status)
{
	return status == FW_HWERROR_PLATFORM || status == FW_HWERROR_UNSAFE;
}

/* kvm_amd is gone by then: the remedy, where there is one, is to load it */
static void expect_remedy_leads_on(void)
{
	const struct sevadm_failure *f;

	next();
	ck_assert_int_ne(go(0), 0);
	f = matrix_failure();
	ck_assert_int_eq(f->kind, SEVADM_FAILED);
	ck_assert_msg(strstr(f->message, "is not loaded") && strstr(f->remedy, "Load kvm_amd"),
		      "%s %s", f->message, f->remedy);
	ck_assert_uint_eq(matrix.calls, 0);

	next();
	ck_assert_msg(!sevadm_recover(adm, true, false, &record), "%s", adm->failure.message);
	expect_completes();
}

/* ------------------------------------------------------------------ its own shutdown */

static void one_status(const char *command, const struct status_row *row)
{
	const struct sevadm_failure *f;
	char said[160];

	arm(STEP_RMMOD, command, row->status, 1);
	if (!strcmp(command, "SNP_SHUTDOWN_EX") && row->status == FW_DFFLUSH_REQUIRED) {
		/* the driver flushes, and shuts down once more */
		ck_assert_msg(!go(0), "%s", matrix_failure()->message);
		matrix_expect_down();
		matrix_close();
		return;
	}
	ck_assert_int_eq(go(0), -EIO);
	f = matrix_failure();
	snprintf(said, sizeof(said), "%s: firmware refused, as the driver logged: %s (0x%04x)",
		 command, row->name, row->status);
	ck_assert_str_eq(f->message, said);
	ck_assert_int_eq(f->kind, SEVADM_REFUSED);
	ck_assert_uint_eq(f->status, row->status);
	ck_assert_ptr_nonnull(strstr(f->remedy, hardware(row->status) ? "reboot cold" :
				     "modprobe kvm_amd"));
	ck_assert_uint_eq(matrix.counts[STEP_RMMOD], 1);
	matrix_expect_whole(SEVADM_GUESTS_STOP);
	expect_remedy_leads_on();
}

START_TEST(statuses)
{
	static const char *const commands[] = { "SHUTDOWN", "SNP_SHUTDOWN_EX" };
	unsigned int tried = 0;

	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);

		if (!row)
			continue;
		one_status(commands[_i], row);
		tried++;
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

/*
 * The first is KVM's, which gives its ASIDs up, and nothing depends on it; the second is
 * the driver's, without which SNP stays up.
 */
START_TEST(flush)
{
	arm(STEP_RMMOD, "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, 1);
	ck_assert_msg(!go(0), "%s", matrix_failure()->message);
	matrix_expect_down();
	matrix_close();

	arm(STEP_RMMOD, "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, 2);
	ck_assert_int_eq(go(0), -EIO);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_REFUSED);
	ck_assert_msg(strstr(matrix_failure()->message, "SNP_DF_FLUSH: firmware refused, as the "
			     "driver logged: WBINVD_REQUIRED"), "%s", matrix_failure()->message);
	expect_remedy_leads_on();
}
END_TEST

/* A kexec judges it the same way */
START_TEST(flush_kexec)
{
	struct sevadm_kexec_options options = {
		.teardown = { .guests = SEVADM_GUESTS_STOP, .stop_seconds = 30 },
		.kernel = "/boot/vmlinuz", .now = true,
	};
	struct sim_info info;

	arm(STEP_RMMOD, "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, _i + 1);
	ck_assert_int_eq(!sevadm_kexec(adm, &options, &record), !_i);
	ck_assert_int_eq(sim_describe(adm->sim, &info), 0);
	ck_assert_uint_eq(info.boots, _i ? 1 : 2);
	matrix_close();
}
END_TEST

/* ---------------------------------------------------------------- a guest that ends */

/* Its context stays with the firmware, and nothing here decommissions it */
START_TEST(guest_stays)
{
	static const char *const commands[] = { "SNP_DECOMMISSION", "DECOMMISSION" };
	const char *counted = _i ? "1 SEV and 0 SNP" : "0 SEV and 1 SNP";
	unsigned int tried = 0;

	for (uint32_t status = 1; status < 0x80; status++) {
		if (!status_find(status))
			continue;
		tried++;
		/* of SEV guests there is one, which the second unit of systemd's holds */
		arm(_i ? STEP_RUN : STEP_SIGNAL, commands[_i], status, 1);
		for (int again = 0; again < 2; again++) {
			ck_assert_int_eq(go(0), -EBUSY);
			ck_assert_int_eq(matrix_failure()->kind, SEVADM_BUSY);
			ck_assert_msg(strstr(matrix_failure()->message, counted), "%s",
				      matrix_failure()->message);
			ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "cold reboot"));
			ck_assert_uint_eq(matrix.counts[STEP_RMMOD], 0);
			next();
		}
		matrix_close();
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

/* A page that is given up then is told of: it is the end of every kexec */
START_TEST(page_stays)
{
	bool told = false;

	arm(STEP_SIGNAL, "SNP_PAGE_RECLAIM", FW_HWERROR_PLATFORM, 1);
	ck_assert_msg(!go(0), "%s", matrix_failure()->message);
	for (size_t i = 0; i < record.nr_warnings; i++)
		told |= strstr(record.warnings[i], "the kernel gave pages up") != NULL;
	ck_assert_msg(told, "a page leaked, and nothing is said");
	matrix_expect_down();
	matrix_close();
}
END_TEST

/* ---------------------------------------------------------------------- the proof */

START_TEST(unproven)
{
	enum matrix_step step = _i ? STEP_PROOF_SNP : STEP_PROOF_SEV;
	unsigned int tried = 0;

	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);

		if (!row)
			continue;
		tried++;
		arm(step, matrix_commands[step], status, 1);
		ck_assert_int_eq(go(0), -EIO);
		ck_assert_int_eq(matrix_failure()->kind, SEVADM_REFUSED);
		ck_assert_msg(strstr(matrix_failure()->message, row->name), "%s",
			      matrix_failure()->message);
		expect_completes();
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

/* ------------------------------------------------------------------- errno, silence */

static const struct {
	int err;
	enum sevadm_class kind;
} refusals[] = {
	{ EPERM, SEVADM_PERMISSION }, { EBUSY, SEVADM_BUSY }, { ENOENT, SEVADM_FAILED },
	{ EINTR, SEVADM_FAILED }, { EAGAIN, SEVADM_FAILED }, { ENOMEM, SEVADM_FAILED },
};

START_TEST(module_refused)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		begin(STEP_RMMOD);
		matrix.refuse = refusals[i].err;
		matrix_open();
		if (refusals[i].err == EBUSY) {
			/* a VM goes a little later than its process: asked again for a while */
			ck_assert_msg(!go(0), "%s", matrix_failure()->message);
			matrix_close();
			continue;
		}
		ck_assert_int_eq(go(0), -refusals[i].err);
		ck_assert_int_eq(matrix_failure()->kind, refusals[i].kind);
		ck_assert_msg(strstr(matrix_failure()->message, "unload kvm_amd") &&
			      strstr(matrix_failure()->message, strerrorname_np(refusals[i].err)),
			      "%s", matrix_failure()->message);
		ck_assert_uint_eq(matrix.counts[STEP_RMMOD], 1);
		expect_completes();
	}
}
END_TEST

static const struct {
	enum matrix_step at;
	const char *command;
	bool unloads;
} silences[] = {
	{ STEP_RMMOD, "SHUTDOWN", true }, { STEP_RMMOD, "SNP_DF_FLUSH", true },
	{ STEP_RMMOD, "SNP_SHUTDOWN_EX", true }, { STEP_SIGNAL, "SNP_DECOMMISSION", false },
	{ STEP_SIGNAL, "SNP_PAGE_RECLAIM", false }, { STEP_RUN, "DEACTIVATE", false },
	{ STEP_RUN, "DECOMMISSION", false }, { STEP_PROOF_SEV, "PLATFORM_STATUS", true },
	{ STEP_PROOF_SNP, "SNP_PLATFORM_STATUS", true },
};

START_TEST(silent)
{
	begin(silences[_i].at);
	snprintf(matrix.fail, sizeof(matrix.fail), "timeout=%s", silences[_i].command);
	matrix_open();
	ck_assert_int_ne(go(0), 0);
	ck_assert_msg(strcasestr(matrix_failure()->remedy, "reboot cold"), "%s: %s %s",
		      silences[_i].command, matrix_failure()->message, matrix_failure()->remedy);
	/* nothing is unloaded under a firmware that has not told how many guests it has */
	ck_assert_uint_eq(matrix.counts[STEP_RMMOD], silences[_i].unloads);
	/* the driver logs error 0 beside its errno, which is no success */
	for (size_t i = 0; i < record.nr_steps; i++)
		ck_assert_msg(record.steps[i].err != ETIMEDOUT || record.steps[i].status ||
			      !record.steps[i].has_status, "%s: %u", record.steps[i].command,
			      record.steps[i].status);
	for (int again = 0; again < 2; again++) {
		next();
		ck_assert_int_eq(again ? sevadm_recover(adm, true, false, &record) : go(0), -EBUSY);
		ck_assert_int_eq(matrix_failure()->kind, SEVADM_BUSY);
		ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "Reboot cold"));
		ck_assert_uint_eq(matrix.calls, 0);
	}
	matrix_close();
}
END_TEST

/* ---------------------------------------------------------------------- it is killed */

START_TEST(anywhere)
{
	unsigned int call;

	for (call = 1; matrix_killed(go, 0, call, _i); call++)
		expect_completes();
	/* what ends four VMMs, and kvm_amd */
	ck_assert_uint_ge(call, 5);
}
END_TEST

/* -------------------------------------------------------- who holds /dev/kvm alone */

/* kvm_amd would not go, so no guest is ended for it; nor is it loaded anew */
START_TEST(kvm_held)
{
	begin(STEPS);
	matrix_open();
	adm->vms.kvm_openers = 1;
	adm->vms.kvm_opener = 77;
	ck_assert_int_eq(_i ? sevadm_recover(adm, true, false, &record) : go(0), -EBUSY);
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_BUSY);
	ck_assert_msg(strstr(matrix_failure()->message, _i ? "holds a VM" :
			     "process 77 holds /dev/kvm open"), "%s", matrix_failure()->message);
	ck_assert_uint_eq(matrix.calls, 0);
	matrix_close();
}
END_TEST

/* ------------------------------------------------------- kvm_amd that found no SEV */

/* It is up in the firmware, and this kvm_amd does not bring it down when it goes */
START_TEST(without_sev)
{
	struct sim_why why = { "" };

	begin(STEPS);
	matrix_open();
	ck_assert_msg(!go(0), "%s", matrix_failure()->message);
	ck_assert_msg(!sim_act(adm->sim, "fail=DF_FLUSH:HWERROR_PLATFORM", NULL, &why), "%s",
		      why.text);
	ck_assert_msg(!sim_act(adm->sim, "load", NULL, &why), "%s", why.text);
	next();
	ck_assert_int_eq(go(0), -EIO);
	ck_assert_msg(strstr(matrix_failure()->message, "was loaded without finding SEV") &&
		      strstr(matrix_failure()->remedy, "recover --reload"), "%s",
		      matrix_failure()->message);
	ck_assert_uint_eq(matrix.calls, 0);
	next();
	ck_assert_msg(!sevadm_recover(adm, true, false, &record), "%s", adm->failure.message);
	expect_completes();
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_matrix_stock");

	tcase_add_unchecked_fixture(tc, make, matrix_remove);
	tcase_add_loop_test(tc, statuses, 0, 2);
	tcase_add_test(tc, flush);
	tcase_add_loop_test(tc, flush_kexec, 0, 2);
	tcase_add_loop_test(tc, guest_stays, 0, 2);
	tcase_add_test(tc, page_stays);
	tcase_add_loop_test(tc, unproven, 0, 2);
	tcase_add_test(tc, module_refused);
	tcase_add_loop_test(tc, silent, 0, COUNT(silences));
	tcase_add_loop_test(tc, anywhere, 0, 2);
	tcase_add_loop_test(tc, kvm_held, 0, 2);
	tcase_add_test(tc, without_sev);
	return lib_run(suite);
}
