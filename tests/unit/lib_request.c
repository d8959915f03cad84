// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one way to a device: what is preset, restarted, blocked, recorded and
 * made of what the driver answers.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <linux/psp-sev.h>

#include "lib/firmware/command.h"
#include "lib_fake.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct fake fake;

static void setup(void)
{
	fake_open(&fake);
}

static void teardown(void)
{
	fake_close(&fake);
}

/* ---------------------------------------------------------------- core_issue() */

static uint32_t status_seen;
static sigset_t mask_seen;

static void look(struct fake *f, unsigned long request, void *arg)
{
	(void)f;
	if (request == SEV_DBG_DF_FLUSH || request == SEV_DBG_SHUTDOWN)
		status_seen = ((struct sev_dbg_cmd *)arg)->result.status;
	pthread_sigmask(SIG_SETMASK, NULL, &mask_seen);
}

START_TEST(status_preset)
{
	struct sev_dbg_cmd cmd = { .size = sizeof(cmd) };

	fake.on_submit = look;
	cmd.result.status = 0;
	/* the driver refuses before it calls the firmware, and leaves it alone */
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DF_FLUSH, .ret = -EBUSY,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(core_issue(&fake.adm, false, SEV_DBG_DF_FLUSH, &cmd, &cmd.result.status,
				    NULL), -EBUSY);
	ck_assert_uint_eq(status_seen, SEVADM_NO_FW_CALL);
	ck_assert_uint_eq(cmd.result.status, SEVADM_NO_FW_CALL);
}
END_TEST

/* EINTR is restarted only where nothing can have been done */
START_TEST(restart)
{
	struct sev_dbg_cmd cmd = { .size = sizeof(cmd) };
	struct sev_dbg_info info = { .size = sizeof(info) };

	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_GET_INFO, .ret = -EINTR,
						.times = 3 });
	ck_assert_int_eq(core_issue(&fake.adm, true, SEV_DBG_GET_INFO, &info, NULL, NULL), 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_GET_INFO), 4);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_SHUTDOWN, .ret = -EINTR,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(core_issue(&fake.adm, false, SEV_DBG_SHUTDOWN, &cmd, &cmd.result.status,
				    NULL), -EINTR);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), 1);
}
END_TEST

static const struct {
	unsigned long request;
	uint32_t flags;
	uint16_t command;
} changing[] = {
	{ SEV_DBG_DF_FLUSH, 0, FW_CMD_SNP_DF_FLUSH },
	{ SEV_DBG_DF_FLUSH, SEV_DBG_C_LEGACY, FW_CMD_DF_FLUSH },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, FW_CMD_SNP_SHUTDOWN_EX },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY, FW_CMD_SHUTDOWN },
	{ SEV_DBG_INIT, 0, FW_CMD_SNP_INIT_EX },
};

/* Whatever it was: asked once, and said to have been interrupted */
START_TEST(never_twice)
{
	fake_answer(&fake, (struct fake_reply){ .request = changing[_i].request, .ret = -EINTR,
						.status = SEVADM_NO_FW_CALL, .times = 5 });
	ck_assert_int_eq(request_cmd(&fake.adm, &fake.run, changing[_i].request, changing[_i].flags,
				     changing[_i].command, NULL), -EINTR);
	ck_assert_uint_eq(fake.nr_calls, 1);
	fake_expect(&fake, SEVADM_FAILED, "EINTR");
}
END_TEST

START_TEST(never_twice_decommission)
{
	struct sevadm_guest guest = { .id = 1 };

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION, .ret = -EINTR,
						.status = SEVADM_NO_FW_CALL, .times = 5 });
	ck_assert_int_eq(request_decommission(&fake.adm, &fake.run, &guest, 0), -EINTR);
	ck_assert_uint_eq(fake.nr_calls, 1);
}
END_TEST

static volatile sig_atomic_t handled, handled_inside;

static void on_signal(int sig)
{
	(void)sig;
	handled = 1;
}

static void interrupt(struct fake *f, unsigned long request, void *arg)
{
	look(f, request, arg);
	raise(SIGTERM);
	handled_inside = handled;
}

/* A signal that comes while the firmware changes state waits until it is done */
START_TEST(undisturbed)
{
	struct sev_dbg_cmd cmd = { .size = sizeof(cmd) };
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t before, after;

	signal(SIGTERM, on_signal);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	fake.on_submit = interrupt;
	ck_assert_int_eq(core_issue(&fake.adm, false, SEV_DBG_SHUTDOWN, &cmd, &cmd.result.status,
				    NULL), 0);
	for (size_t i = 0; i < COUNT(stops); i++)
		ck_assert(sigismember(&mask_seen, stops[i]));
	ck_assert(!sigismember(&mask_seen, SIGSEGV));
	ck_assert_int_eq(handled_inside, 0);
	ck_assert_int_eq(handled, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig < 32; sig++)
		ck_assert_int_eq(sigismember(&before, sig), sigismember(&after, sig));
}
END_TEST

/* Who has blocked it before finds it blocked after */
START_TEST(mask_restored)
{
	struct sev_dbg_cmd cmd = { .size = sizeof(cmd) };
	sigset_t blocked, after;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	core_issue(&fake.adm, false, SEV_DBG_SHUTDOWN, &cmd, &cmd.result.status, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	ck_assert(sigismember(&after, SIGTERM) && sigismember(&after, SIGUSR1));
	ck_assert(!sigismember(&after, SIGINT) && !sigismember(&after, SIGHUP));
}
END_TEST

static void take_time(struct fake *f, unsigned long request, void *arg)
{
	(void)request;
	(void)arg;
	f->now_ns += 12345;
}

START_TEST(duration)
{
	struct sev_dbg_info info = { .size = sizeof(info) };
	uint64_t ns = 0;

	fake.on_submit = take_time;
	core_issue(&fake.adm, true, SEV_DBG_GET_INFO, &info, NULL, &ns);
	ck_assert_uint_eq(ns, 12345);
}
END_TEST

/* ---------------------------------------------------------------- request_cmd() */

/* What the next SEV_DBG_* command finds in its trace */
static struct sev_dbg_result trace[200];
static uint32_t trace_count, trace_total, reason;
static int ret_wanted;
static struct sev_dbg_result result;

static int traced_submit(struct device *dev, unsigned long request, void *arg)
{
	struct sev_dbg_cmd *cmd = arg;

	(void)dev;
	(void)request;
	ck_assert_uint_eq(cmd->size, sizeof(*cmd));
	ck_assert_uint_eq(cmd->trace_entry_size, sizeof(trace[0]));
	ck_assert_uint_ge(cmd->trace_capacity, 64);
	ck_assert_uint_ne(cmd->trace, 0);
	cmd->trace_total = trace_total;
	cmd->trace_count = trace_count < cmd->trace_capacity ? trace_count : cmd->trace_capacity;
	memcpy((void *)(uintptr_t)cmd->trace, trace, cmd->trace_count * sizeof(trace[0]));
	cmd->result = result;
	cmd->reason = reason;
	return ret_wanted;
}

static const struct device_ops traced_ops = { .name = "traced", .submit = traced_submit };

static void traced(int ret, uint32_t count)
{
	fake.dev.ops = &traced_ops;
	ret_wanted = ret;
	trace_count = trace_total = count;
	reason = SEV_DBG_R_NONE;
	result = count ? trace[count - 1] :
		 (struct sev_dbg_result){ .status = SEVADM_NO_FW_CALL, .err = ret };
}

static int request(struct outcome *outcome)
{
	return request_cmd(&fake.adm, &fake.run, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT,
			   FW_CMD_SNP_SHUTDOWN_EX, outcome);
}

START_TEST(trace_decoded)
{
	trace[0] = (struct sev_dbg_result){ .cmd = 0x002, .count = 1, .duration_ns = 10 };
	trace[1] = (struct sev_dbg_result){ .cmd = 0x0c7, .count = 512, .duration_ns = 20 };
	trace[2] = (struct sev_dbg_result){ .cmd = 0x086, .count = 1, .duration_ns = 30 };
	traced(0, 3);
	ck_assert_int_eq(request(NULL), 0);
	ck_assert_str_eq(fake_steps(&fake), "SHUTDOWN=0 SNP_PAGE_RECLAIM=0 SNP_SHUTDOWN_EX=0");
	ck_assert_uint_eq(fake.run.steps[1].count, 512);
	ck_assert_uint_eq(fake.run.steps[1].duration_ns, 20);
	ck_assert_uint_eq(fake.run.steps[2].duration_ns, 30);
	ck_assert_int_eq(fake.adm.failure.kind, SEVADM_DONE);
}
END_TEST

START_TEST(trace_refused)
{
	struct outcome outcome;

	trace[0] = (struct sev_dbg_result){ .cmd = 0x002, .count = 1 };
	trace[1] = (struct sev_dbg_result){ .cmd = 0x086, .count = 1, .err = -EIO, .status = 0x0f };
	traced(-EIO, 2);
	/* judged by the caller: nothing is recorded as the failure yet */
	ck_assert_int_eq(request(&outcome), -EIO);
	ck_assert_int_eq(fake.adm.failure.kind, SEVADM_DONE);
	ck_assert(outcome_refused(&outcome));
	ck_assert(outcome_is(&outcome, 0x0f) && !outcome_is(&outcome, 0x0e));
	ck_assert_uint_eq(outcome.command, FW_CMD_SNP_SHUTDOWN_EX);
	ck_assert_str_eq(fake_steps(&fake), "SHUTDOWN=0 SNP_SHUTDOWN_EX=15");
	ck_assert_int_eq(fake.run.steps[1].err, EIO);
	ck_assert_int_eq(outcome_fail(&fake.adm, &outcome), -EIO);
	fake_expect(&fake, SEVADM_REFUSED, "DFFLUSH_REQUIRED (0x000f)");
	ck_assert_uint_eq(fake.adm.failure.status, 0x0f);
	fake.adm.failure.kind = SEVADM_DONE;
	/* judged here */
	ck_assert_int_eq(request(NULL), -EIO);
	fake_expect(&fake, SEVADM_REFUSED, "SNP_SHUTDOWN_EX: firmware refused: DFFLUSH_REQUIRED");
}
END_TEST

/* A status beside a reason is not what decided */
START_TEST(trace_with_reason)
{
	struct outcome outcome;

	trace[0] = (struct sev_dbg_result){ .cmd = 0x086, .count = 1, .err = -EIO, .status = 0x0f };
	traced(-EIO, 1);
	reason = SEV_DBG_R_IOMMU;
	ck_assert_int_eq(request(&outcome), -EIO);
	ck_assert(!outcome_refused(&outcome) && !outcome_is(&outcome, 0x0f));
}
END_TEST

/* Refused by the driver after what it issued went well: one more step says so */
START_TEST(trace_then_busy)
{
	struct outcome outcome;

	trace[0] = (struct sev_dbg_result){ .cmd = 0x004, .count = 1 };
	traced(-EBUSY, 1);
	result.err = -EBUSY;
	result.status = SEVADM_NO_FW_CALL;
	reason = SEV_DBG_R_GUESTS;
	ck_assert_int_eq(request(&outcome), -EBUSY);
	ck_assert(!outcome_refused(&outcome));
	ck_assert_str_eq(fake_steps(&fake), "PLATFORM_STATUS=0 SNP_SHUTDOWN_EX!EBUSY");
	ck_assert_str_eq(fake.run.steps[1].reason, "guests are alive");
	outcome_fail(&fake.adm, &outcome);
	fake_expect(&fake, SEVADM_BUSY, "guests are alive");
}
END_TEST

START_TEST(trace_empty)
{
	traced(0, 0);
	ck_assert_int_eq(request(NULL), 0);
	ck_assert_uint_eq(fake.run.nr_steps, 1);
	ck_assert_uint_eq(fake.run.steps[0].status, SEVADM_NO_FW_CALL);
	ck_assert_int_eq(fake.run.steps[0].err, 0);
	ck_assert_str_eq(fake.run.steps[0].command, "SNP_SHUTDOWN_EX");
	ck_assert_ptr_nonnull(fake.run.steps[0].reason);
}
END_TEST

START_TEST(trace_cut)
{
	for (size_t i = 0; i < COUNT(trace); i++)
		trace[i] = (struct sev_dbg_result){ .cmd = i % 2 ? 0x084 : 0x0c7, .count = 1 };
	traced(0, COUNT(trace));
	ck_assert_int_eq(request(NULL), 0);
	ck_assert_uint_lt(fake.run.nr_steps, COUNT(trace));
	ck_assert_uint_eq(fake.run.nr_warnings, 1);
	ck_assert(strstr(fake.run.warnings[0], "200"));
}
END_TEST

START_TEST(trace_unknown)
{
	trace[0] = (struct sev_dbg_result){ .cmd = 0x7f, .count = 0, .err = -EIO, .status = 0x7e };
	traced(-EIO, 1);
	ck_assert_int_eq(request(NULL), -EIO);
	ck_assert_str_eq(fake_steps(&fake), "?=126");
	ck_assert_uint_eq(fake.run.steps[0].count, 1);
	fake_expect(&fake, SEVADM_REFUSED, "? (0x007e)");
	fake_expect(&fake, SEVADM_REFUSED, "unassigned");
	ck_assert_uint_eq(fake.adm.failure.status, 0x7e);
}
END_TEST

static const struct {
	int err;
	uint32_t reason;
	enum sevadm_class kind;
	const char *said;
} refusals[] = {
	{ EBUSY, SEV_DBG_R_GUESTS, SEVADM_BUSY, "guests are alive (EBUSY)" },
	{ EBUSY, SEV_DBG_R_TOMBSTONES, SEVADM_BUSY, "KVM still holds guests" },
	{ EBUSY, SEV_DBG_R_TRACK_LOST, SEVADM_BUSY, "incomplete" },
	{ EBUSY, SEV_DBG_R_BUFFERS, SEVADM_BUSY, "shutdown --legacy" },
	{ EBUSY, SEV_DBG_R_TIO, SEVADM_BUSY, "SEV-TIO" },
	{ EBUSY, SEV_DBG_R_INIT_LOCKED, SEVADM_BUSY, "eload kvm_amd" },
	{ EBUSY, SEV_DBG_R_SVM_ON, SEVADM_BUSY, "VM_HSAVE_PA" },
	{ EBUSY, SEV_DBG_R_PSP_DEAD, SEVADM_BUSY, "eboot cold" },
	{ EBUSY, SEV_DBG_R_RUNNING, SEVADM_BUSY, "--running" },
	{ EBUSY, SEV_DBG_R_NONE, SEVADM_BUSY, "EBUSY" },
	{ EBUSY, 4711, SEVADM_BUSY, "EBUSY" },
	{ EOPNOTSUPP, SEV_DBG_R_CPUS_OFFLINE, SEVADM_FAILED, "a CPU is offline" },
	{ EIO, SEV_DBG_R_IOMMU, SEVADM_FAILED, "IOMMU" },
	{ EIO, SEV_DBG_R_NONE, SEVADM_FAILED, "EIO" },
	{ EPERM, SEV_DBG_R_NONE, SEVADM_PERMISSION, "CAP_SYS_ADMIN" },
	{ EACCES, SEV_DBG_R_NONE, SEVADM_PERMISSION, "EACCES" },
	{ EBADF, SEV_DBG_R_NONE, SEVADM_PERMISSION, "EBADF" },
	{ ENODEV, SEV_DBG_R_NONE, SEVADM_ABSENT, "ENODEV" },
	{ ENOTTY, SEV_DBG_R_NONE, SEVADM_ABSENT, "older than this program" },
	{ E2BIG, SEV_DBG_R_NONE, SEVADM_FAILED, "older than this program" },
	{ ENOMEM, SEV_DBG_R_NONE, SEVADM_FAILED, "ENOMEM" },
	{ ETIMEDOUT, SEV_DBG_R_NONE, SEVADM_FAILED, "reboot cold" },
};

START_TEST(refused_by_driver)
{
	traced(-refusals[_i].err, 0);
	reason = refusals[_i].reason;
	ck_assert_int_eq(request(NULL), -refusals[_i].err);
	fake_expect(&fake, refusals[_i].kind, refusals[_i].said);
	fake_expect(&fake, refusals[_i].kind, "SNP_SHUTDOWN_EX");
	ck_assert_int_eq(fake.adm.failure.err, refusals[_i].err);
	ck_assert_uint_eq(fake.adm.failure.status, SEVADM_NO_FW_CALL);
	ck_assert_uint_eq(fake.run.nr_steps, 1);
	ck_assert_int_eq(fake.run.steps[0].err, refusals[_i].err);
}
END_TEST

/* The first failure is the one that is told */
START_TEST(first_failure)
{
	traced(-EBUSY, 0);
	reason = SEV_DBG_R_TIO;
	request(NULL);
	reason = SEV_DBG_R_GUESTS;
	request(NULL);
	fake_expect(&fake, SEVADM_BUSY, "SEV-TIO");
	core_fail(&fake.adm, SEVADM_FAILED, 0, NULL, "another");
	fake_expect(&fake, SEVADM_BUSY, "SEV-TIO");
}
END_TEST

/* ---------------------------------------------------------------- statuses, guests */

static const struct {
	uint32_t number;
	int ret;
	uint32_t status, want;
} status_rows[] = {
	{ 1, -EIO, 0x1a, 0x1a },
	{ 9, -EIO, 0x1a, 0x1a },
	/* the driver leaves 0 behind when it did not come to the firmware */
	{ 1, -ETIMEDOUT, 0, SEVADM_NO_FW_CALL },
	{ 9, -EBUSY, 0, SEVADM_NO_FW_CALL },
	{ 9, -ENODEV, 0, SEVADM_NO_FW_CALL },
	{ 9, -EIO, 0x7e, 0x7e },
};

START_TEST(status_failed)
{
	struct sevadm_sev_status sev = { 0 };
	struct sevadm_snp_status snp = { 0 };
	struct sevadm_step step;

	fake_answer(&fake, (struct fake_reply){ .request = SEV_ISSUE_CMD,
						.flags = status_rows[_i].number,
						.ret = status_rows[_i].ret,
						.status = status_rows[_i].status, .times = 1 });
	if (status_rows[_i].number == 1)
		ck_assert_int_eq(request_sev_status(&fake.adm, &sev, &step), status_rows[_i].ret);
	else
		ck_assert_int_eq(request_snp_status(&fake.adm, &snp, &step), status_rows[_i].ret);
	ck_assert(!sev.known && !snp.known);
	ck_assert_uint_eq(step.status, status_rows[_i].want);
	ck_assert_int_eq(step.err, -status_rows[_i].ret);
	/* a question is no failure by itself */
	ck_assert_int_eq(fake.adm.failure.kind, SEVADM_DONE);
}
END_TEST

START_TEST(status_good)
{
	struct sevadm_sev_status sev = { 0 };
	struct sevadm_snp_status snp = { 0 };
	struct sevadm_step step;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	ck_assert_int_eq(request_sev_status(&fake.adm, &sev, &step), 0);
	ck_assert(sev.known);
	ck_assert_uint_eq(sev.state, 2);
	ck_assert_str_eq(step.command, "PLATFORM_STATUS");
	ck_assert_uint_eq(step.status, 0);
	ck_assert_int_eq(request_snp_status(&fake.adm, &snp, &step), 0);
	ck_assert(snp.known);
	ck_assert_uint_eq(snp.state, 1);
	ck_assert_uint_eq(snp.guest_count, 1);
	ck_assert_str_eq(step.command, "SNP_PLATFORM_STATUS");
}
END_TEST

static uint32_t growing;

/* More guests each time the list is asked for, up to a point */
static void grow(struct fake *f, unsigned long request_, void *arg)
{
	(void)arg;
	if (request_ == SEV_DBG_GUEST_LIST && growing) {
		growing--;
		fake_leak(f);
	}
}

START_TEST(guest_list)
{
	struct sev_dbg_guest *list;
	size_t nr;

	ck_assert_int_eq(request_guest_list(&fake.adm, &list, &nr), 0);
	ck_assert_uint_eq(nr, 0);
	free(list);
	for (int i = 0; i < 3; i++)
		fake_leak(&fake);
	fake.on_submit = grow;
	growing = 4;
	ck_assert_int_eq(request_guest_list(&fake.adm, &list, &nr), 0);
	ck_assert_uint_ge(nr, 4);
	for (size_t i = 0; i < nr; i++)
		ck_assert_uint_eq(list[i].id, i + 1);
	free(list);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_GUEST_LIST, .ret = -EPERM,
						.times = 1 });
	ck_assert_int_eq(request_guest_list(&fake.adm, &list, &nr), -EPERM);
	ck_assert_ptr_null(list);
	ck_assert_uint_eq(nr, 0);
}
END_TEST

static const struct {
	int ret;
	uint32_t status;
	bool gone;
} decommissions[] = {
	{ 0, 0, false },
	{ -ENOENT, SEVADM_NO_FW_CALL, true },
	{ -EALREADY, SEVADM_NO_FW_CALL, true },
	{ -EIO, 0x10, true },
	{ -EIO, 0x09, true },
	{ -EIO, 0x14, false },
	{ -EIO, 0x12, false },
	{ -EIO, 0x7e, false },
	{ -EBUSY, SEVADM_NO_FW_CALL, false },
	{ -EPERM, SEVADM_NO_FW_CALL, false },
	{ -ETIMEDOUT, SEVADM_NO_FW_CALL, false },
};

START_TEST(decommission)
{
	const struct sevadm_guest guest = { .id = 1, .asid = 7, .kind = SEVADM_GUEST_SNP };
	int ret = decommissions[_i].ret, got;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	if (ret)
		fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION,
							.ret = ret,
							.status = decommissions[_i].status,
							.times = 1 });
	got = request_decommission(&fake.adm, &fake.run, &guest, SEV_DBG_D_RUNNING);
	ck_assert_int_eq(got, decommissions[_i].gone ? 0 : ret);
	ck_assert_uint_eq(fake.run.nr_steps, 1);
	ck_assert(fake.run.steps[0].has_guest);
	ck_assert_uint_eq(fake.run.steps[0].guest, 1);
	ck_assert_uint_eq(fake.run.steps[0].asid, 7);
	ck_assert_int_eq(fake.run.steps[0].err, -ret);
	ck_assert_int_eq((int)fake.run.steps[0].status, (int)decommissions[_i].status);
	ck_assert_uint_eq(fake.run.nr_warnings, decommissions[_i].gone);
	ck_assert_int_eq(!fake.adm.failure.kind, !got);
}
END_TEST

/* ---------------------------------------------------------------- the record */

START_TEST(record_many)
{
	for (uint32_t i = 0; i < 5000; i++) {
		struct sevadm_step step = { .command = "WBINVD", .has_cpu = true, .cpu = i };
		struct sevadm_plan_step plan = { .command = "X", .count = i };

		ck_assert_int_eq(core_step_add(&fake.adm, &fake.run, &step), 0);
		ck_assert_int_eq(core_plan_add(&fake.adm, &fake.run, &plan), 0);
		ck_assert_int_eq(core_warn(&fake.adm, &fake.run, "warning %u", i), 0);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "warning %u", i);
		ck_assert_uint_eq(fake.run.steps[i].cpu, i);
		ck_assert_uint_eq(fake.run.plan[i].count, i);
		ck_assert_str_eq(fake.run.warnings[i], text);
	}
}
END_TEST

START_TEST(cancelled)
{
	const struct sevadm_step step = { .command = "X" };

	fake.cancel_after = 2;
	ck_assert_int_eq(core_step_add(&fake.adm, &fake.run, &step), 0);
	ck_assert_int_eq(core_check_cancel(&fake.adm), 0);
	ck_assert_int_eq(core_step_add(&fake.adm, &fake.run, &step), 0);
	ck_assert_int_eq(core_check_cancel(&fake.adm), -ECANCELED);
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
	ck_assert_int_eq(fake.adm.failure.err, ECANCELED);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_request");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, status_preset);
	tcase_add_test(tc, restart);
	tcase_add_loop_test(tc, never_twice, 0, COUNT(changing));
	tcase_add_test(tc, never_twice_decommission);
	tcase_add_test(tc, undisturbed);
	tcase_add_test(tc, mask_restored);
	tcase_add_test(tc, duration);
	tcase_add_test(tc, trace_decoded);
	tcase_add_test(tc, trace_refused);
	tcase_add_test(tc, trace_with_reason);
	tcase_add_test(tc, trace_then_busy);
	tcase_add_test(tc, trace_empty);
	tcase_add_test(tc, trace_cut);
	tcase_add_test(tc, trace_unknown);
	tcase_add_loop_test(tc, refused_by_driver, 0, COUNT(refusals));
	tcase_add_test(tc, first_failure);
	tcase_add_loop_test(tc, status_failed, 0, COUNT(status_rows));
	tcase_add_test(tc, status_good);
	tcase_add_test(tc, guest_list);
	tcase_add_loop_test(tc, decommission, 0, COUNT(decommissions));
	tcase_add_test(tc, record_many);
	tcase_add_test(tc, cancelled);
	return lib_run(suite);
}
