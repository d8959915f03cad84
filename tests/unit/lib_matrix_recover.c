// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recovering, and everything that can come in its way: hosts with a leaked context and a
 * SNP that the driver takes for down, kvm_amd that is loaded anew; each status at each of
 * its commands, errno, silence, SIGKILL.  The next one completes, or says why it does not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/status.h"
#include "lib_matrix_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *actions[3];
	struct sim_options options;
} hosts[] = {
	/* a context that leaked */
	{ { NULL }, { .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		      .leaked_guests = 1 } },
	/* kvm_amd was loaded with a CPU offline: SNP is up, and the driver does not know */
	{ { "offline=3", "reload" }, { .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1,
				       .sockets = 1, .vcpus = 1 } },
	/* nothing is wrong with it */
	{ { NULL }, { .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		      .vcpus = 1 } },
	/* a stock driver: all that there is to it is to load kvm_amd anew */
	{ { NULL }, { .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		      .no_patch = true } },
};
enum { LEAKED, HALF_UP, WELL, STOCK };

/* A host at a time: the fixture has one */
static void begin(int host, enum matrix_step step)
{
	static int made = -1;

	if (made != host) {
		if (made >= 0)
			matrix_remove();
		matrix_make_with(&hosts[host].options, hosts[host].actions);
		made = host;
	}
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = step;
	matrix_fresh();
}

static int go(int reload)
{
	return sevadm_recover(adm, reload, false, &record);
}

static void next(void)
{
	matrix_close();
	matrix_reopen();
}

static void bring_online(void)
{
	struct sim_why why = { "" };

	ck_assert_msg(!sim_act(adm->sim, "online=3", NULL, &why), "%s", why.text);
}

/* Whatever it was: with nothing in the way, every CPU online, the host comes up again */
static void expect_recovers(int host)
{
	struct sim_info info;

	next();
	if (host == HALF_UP)
		bring_online();
	ck_assert_msg(!go(true), "and again: %s", matrix_failure()->message);
	ck_assert_int_eq(sim_describe(adm->sim, &info), 0);
	ck_assert(info.driver_snp_init && info.kvm_loaded);
	ck_assert_uint_eq(info.snp_guests, 0);
	ck_assert_uint_ne(info.fw_snp_state, 0);
	if (host == STOCK) {
		matrix_close();
		return;
	}
	next();
	ck_assert_msg(!go(false), "nothing is left to recover: %s", matrix_failure()->message);
	ck_assert_uint_eq(record.nr_plan, 0);
	matrix_close();
}

/* ------------------------------------------------------------------------- the cures */

static const struct {
	int host;
	enum matrix_step step;
} cures[] = {
	{ LEAKED, STEP_DECOMMISSION }, { HALF_UP, STEP_WBINVD }, { HALF_UP, STEP_FLUSH },
	{ HALF_UP, STEP_SNP_SHUTDOWN }, { HALF_UP, STEP_PROOF_SEV }, { HALF_UP, STEP_PROOF_SNP },
};

static bool cared_for(enum matrix_step step, uint32_t status)
{
	return (step == STEP_FLUSH && status == FW_WBINVD_REQUIRED) ||
	       (step == STEP_SNP_SHUTDOWN && status == FW_DFFLUSH_REQUIRED);
}

START_TEST(statuses)
{
	enum matrix_step step = cures[_i].step;
	unsigned int tried = 0;

	if (step == STEP_WBINVD)
		return;		/* the firmware has no say in it */
	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);
		int ret;

		if (!row)
			continue;
		tried++;
		begin(cures[_i].host, step);
		snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:0x%x", matrix_commands[step],
			 status);
		matrix_open();
		ret = go(false);
		if (cared_for(step, status)) {
			ck_assert_msg(!ret, "%s: %s", row->name, matrix_failure()->message);
		} else if (ret || step != STEP_DECOMMISSION ||
			   (status != FW_INVALID_GUEST && status != FW_INVALID_ADDRESS)) {
			ck_assert_msg(ret == -EIO, "%s %s: %d", matrix_commands[step], row->name, ret);
			ck_assert_int_eq(matrix_failure()->kind, SEVADM_REFUSED);
			ck_assert_uint_eq(matrix_failure()->status, status);
			ck_assert_msg(strstr(matrix_failure()->message, row->name) &&
				      matrix_failure()->remedy[0], "%s", matrix_failure()->message);
		}
		expect_recovers(cures[_i].host);
	}
	ck_assert_uint_ge(tried, 40);
}
END_TEST

static const int refusals[] = {
	EPERM, EACCES, EBADF, ENODEV, ENOTTY, EBUSY, ENOMEM, EFAULT, EIO, E2BIG, EINVAL,
};

START_TEST(refused)
{
	enum matrix_step step = cures[_i].step;

	for (size_t i = 0; i < COUNT(refusals); i++) {
		begin(cures[_i].host, step);
		matrix.refuse = refusals[i];
		matrix_open();
		ck_assert_int_eq(go(false), -refusals[i]);
		ck_assert_msg(strstr(matrix_failure()->message, matrix_commands[step]) &&
			      strstr(matrix_failure()->message, strerrorname_np(refusals[i])), "%s",
			      matrix_failure()->message);
		ck_assert_uint_eq(matrix.counts[STEP_RMMOD], 0);
		expect_recovers(cures[_i].host);
	}
}
END_TEST

/* ----------------------------------------------------------------- kvm_amd loaded anew */

/* A stock driver's failed INIT is all that it tells; the module is there all the same */
static const struct {
	const char *command;
	const char *said;	/* of what the driver logs */
} inits[] = {
	{ "SNP_INIT_EX", "SNP_INIT_EX failed" }, { "SNP_DF_FLUSH", "SNP_DF_FLUSH failed" },
	{ "INIT", "SNP did not come up" }, { "DF_FLUSH", "SNP did not come up" },
};

static void one_init(int host, int init, const struct status_row *row)
{
	begin(host, STEP_MODPROBE);
	snprintf(matrix.fail, sizeof(matrix.fail), "fail=%s:0x%x", inits[init].command, row->status);
	matrix_open();
	if (!go(true)) {
		/* the driver made up for it: then it is up */
		struct sim_info info;

		ck_assert_int_eq(sim_describe(adm->sim, &info), 0);
		ck_assert_msg(info.driver_snp_init && info.fw_snp_state, "%s %s: it is not up",
			      inits[init].command, row->name);
		matrix_close();
		return;
	}
	ck_assert_int_eq(matrix_failure()->kind, SEVADM_FAILED);
	ck_assert_msg(strstr(matrix_failure()->message, inits[init].said), "%s %s: %s",
		      inits[init].command, row->name, matrix_failure()->message);
	ck_assert(matrix_failure()->remedy[0]);
	ck_assert_uint_eq(matrix.counts[STEP_RMMOD], 1);
	ck_assert_uint_eq(matrix.counts[STEP_MODPROBE], 1);

	next();
	if (!go(true)) {
		expect_recovers(host);
		return;
	}
	/* only with a stock driver is there a state that it does not lead out of */
	ck_assert_int_eq(host, STOCK);
	ck_assert_msg(strstr(matrix_failure()->remedy, "cold"), "%s %s: %s %s", inits[init].command,
		      row->name, matrix_failure()->message, matrix_failure()->remedy);
	matrix_close();
}

START_TEST(init_fails)
{
	int host = _i & 1 ? STOCK : WELL;

	for (uint32_t status = 1; status < 0x80; status++) {
		const struct status_row *row = status_find(status);

		if (row)
			one_init(host, _i / 2, row);
	}
}
END_TEST

START_TEST(module_refused)
{
	static const int errors[] = { EPERM, ENOENT, EINTR, ENOMEM, ETIMEDOUT };
	enum matrix_step step = _i & 2 ? STEP_MODPROBE : STEP_RMMOD;
	int host = _i & 1 ? STOCK : WELL;

	for (size_t i = 0; i < COUNT(errors); i++) {
		begin(host, step);
		matrix.refuse = errors[i];
		matrix_open();
		ck_assert_int_eq(go(true), -errors[i]);
		ck_assert_msg(strstr(matrix_failure()->message, "kvm_amd") &&
			      strstr(matrix_failure()->message, strerrorname_np(errors[i])), "%s",
			      matrix_failure()->message);
		ck_assert_uint_eq(matrix.counts[step], 1);
		expect_recovers(host);
	}
}
END_TEST

/* ---------------------------------------------------------------------------- silence */

START_TEST(silent)
{
	static const struct {
		int host;
		enum matrix_step at;
		const char *command;
	} rows[] = {
		{ LEAKED, STEP_DECOMMISSION, "SNP_DECOMMISSION" },
		{ HALF_UP, STEP_FLUSH, "SNP_DF_FLUSH" },
		{ HALF_UP, STEP_SNP_SHUTDOWN, "SNP_SHUTDOWN_EX" },
		{ WELL, STEP_RMMOD, "SHUTDOWN" }, { WELL, STEP_RMMOD, "SNP_SHUTDOWN_EX" },
		{ WELL, STEP_MODPROBE, "SNP_INIT_EX" }, { WELL, STEP_MODPROBE, "INIT" },
		{ STOCK, STEP_RMMOD, "SHUTDOWN" }, { STOCK, STEP_MODPROBE, "SNP_INIT_EX" },
		{ STOCK, STEP_MODPROBE, "INIT" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(rows[i].host, rows[i].at);
		snprintf(matrix.fail, sizeof(matrix.fail), "timeout=%s", rows[i].command);
		matrix_open();
		ck_assert_msg(go(true), "%s did not answer, and all is well", rows[i].command);
		ck_assert_msg(strcasestr(matrix_failure()->remedy, "reboot cold"), "%s: %s %s",
			      rows[i].command, matrix_failure()->message, matrix_failure()->remedy);
		next();
		ck_assert_int_eq(go(true), -EBUSY);
		ck_assert_ptr_nonnull(strstr(matrix_failure()->remedy, "Reboot cold"));
		ck_assert_uint_eq(matrix.calls, 0);
		matrix_close();
	}
}
END_TEST

/* ---------------------------------------------------------------------- it is killed */

START_TEST(anywhere)
{
	int host = _i / 2;
	bool reload = host != HALF_UP;	/* whose CPU is not online after it, either */
	unsigned int call;

	begin(host, STEPS);
	for (call = 1; matrix_killed(go, reload, call, _i & 1); call++)
		expect_recovers(host);
	ck_assert_uint_ge(call, reload ? 3 : 4);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_matrix_recover");

	tcase_add_checked_fixture(tc, NULL, matrix_remove);
	tcase_add_loop_test(tc, statuses, 0, COUNT(cures));
	tcase_add_loop_test(tc, refused, 0, COUNT(cures));
	tcase_add_loop_test(tc, init_fails, 0, 2 * COUNT(inits));
	tcase_add_loop_test(tc, module_refused, 0, 4);
	tcase_add_test(tc, silent);
	tcase_add_loop_test(tc, anywhere, 0, 2 * COUNT(hosts));
	return lib_run(suite);
}
