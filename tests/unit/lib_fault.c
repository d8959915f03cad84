// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults at the seam: how they are written, when they happen, and that a request's
 * structure is filled as the driver fills it when the firmware itself fails.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/psp-sev.h>

#include "lib/core/context.h"
#include "lib_test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char file[64];
static struct sevadm *adm;

/* A host with an SNP guest (1) and an SEV guest (2), nothing put in yet */
static void host(void)
{
	struct sevadm_sim_options options = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1,
		.snp_guests = 1, .sev_guests = 1, .vcpus = 1, .overwrite = true,
	};
	struct sevadm_failure failure;

	ck_assert_int_eq(sevadm_sim_create(file, &options, &failure), 0);
}

static void open_it(void)
{
	char device[80];

	snprintf(device, sizeof(device), "sim:%s", file);
	ck_assert_int_eq(sevadm_open(&adm, device, SEVADM_WRITE), 0);
}

static void setup(void)
{
	snprintf(file, sizeof(file), "lib_fault.%d.sim", (int)getpid());
	host();
	open_it();
}

static void teardown(void)
{
	sevadm_close(adm);
	unlink(file);
}

/* --------------------------------------------------------------------- the language */

START_TEST(understood)
{
	static const char *const specs[] = {
		"SNP_DF_FLUSH:status=WBINVD_REQUIRED", "snp-df-flush:status=14",
		"0x84:status=0x0e", "WBINVD@cpu=3:errno=EIO", "WBINVD_ALL:errno=5",
		"SNP_DECOMMISSION#2:status=0x13,ext=0x1234", "*#7:delay=200ms",
		"SHUTDOWN:hang", "SNP_DECOMMISSION@guest=1#2x3:errno=EBUSY,reason=RUNNING",
		"*#x*:delay=1s", "SNP_SHUTDOWN_EX#x3:delay=5us,status=SUCCESS",
		"GUEST_LIST:errno=ENOMEM", "GET_INFO:errno=EIO", "GUEST_STATUS@guest=2:hang,delay=1s",
		"SNP_GUEST_REQUEST:vmm=BUSY", "SNP_GUEST_REQUEST#2:vmm=0xffffffff",
		"snp-guest-request:status=AEAD_OFLOW",
	};
	struct sevadm_failure failure;

	for (size_t i = 0; i < COUNT(specs); i++)
		ck_assert_msg(!sevadm_fault_check(specs[i], &failure), "%s: %s", specs[i],
			      failure.message);
}
END_TEST

START_TEST(not_understood)
{
	static const struct { const char *spec, *said; } cases[] = {
		{ "", "after a colon" }, { "SNP_DF_FLUSH", "after a colon" },
		{ "SNP_DF_FLUSH:", "none of" }, { "FLUSH:hang", "no firmware command" },
		{ ":hang", "no firmware command" }, { "SNP_LAUNCH_START:hang", "never has" },
		{ "0x1ffff:hang", "no firmware command" }, { "SNP_DF_FLUSH#0:hang", "from 1" },
		{ "SNP_DF_FLUSH#:hang", "from 1" }, { "SNP_DF_FLUSH#1x0:hang", "how often" },
		{ "SNP_DF_FLUSH#1x:hang", "how often" }, { "SNP_DF_FLUSH#-1:hang", "from 1" },
		{ "SNP_DF_FLUSH@cpu=1:hang", "only a WBINVD" }, { "WBINVD@core=1:errno=5", "neither" },
		{ "WBINVD@guest=1:errno=5", "have a guest" }, { "WBINVD:hang", "only a firmware command" },
		{ "GET_INFO:status=1", "only a firmware command" },
		{ "SNP_DF_FLUSH:status=FOO", "no firmware status" },
		{ "SNP_DF_FLUSH:status=0x10000", "no firmware status" },
		{ "SNP_DF_FLUSH:status=NO_FW_CALL", "no firmware status" },
		{ "SNP_DF_FLUSH:errno=EFOO", "no errno" }, { "SNP_DF_FLUSH:errno=0", "no errno" },
		{ "SNP_DF_FLUSH:status=1,errno=EIO", "not two" }, { "SNP_DF_FLUSH:hang,hang", "not two" },
		{ "SNP_DF_FLUSH:ext=1", "beside a status" }, { "SNP_DF_FLUSH:status=0,ext=1", "beside" },
		{ "SNP_DF_FLUSH:status=1,ext=0", "no extended" },
		{ "SNP_DF_FLUSH:reason=TIO", "comes with an errno" },
		{ "PLATFORM_STATUS:errno=EBUSY,reason=TIO", "comes with an errno" },
		{ "SNP_DF_FLUSH:errno=EBUSY,reason=X", "no reason" },
		{ "SNP_DF_FLUSH:vmm=BUSY", "through a hypervisor" }, { "*:vmm=BUSY", "through a hypervisor" },
		{ "SNP_GUEST_REQUEST:vmm=0", "error of a hypervisor" },
		{ "SNP_GUEST_REQUEST:vmm=FOO", "error of a hypervisor" },
		{ "SNP_GUEST_REQUEST:vmm=1,status=1", "not two" },
		{ "SNP_GUEST_REQUEST:errno=EBUSY,reason=TIO", "comes with an errno" },
		{ "SNP_DF_FLUSH:delay=5", "no time" }, { "SNP_DF_FLUSH:delay=0s", "no time" },
		{ "SNP_DF_FLUSH:delay=999999999999999s", "no time" }, { "SNP_DF_FLUSH:boom", "none of" },
		{ "\033[1m:hang", "\\x1b" },
	};
	struct sevadm_failure failure;
	char longer[600];

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_msg(sevadm_fault_check(cases[i].spec, &failure) == -EINVAL, "%s",
			      cases[i].spec);
		ck_assert_msg(strstr(failure.message, cases[i].said), "%s: %s", cases[i].spec,
			      failure.message);
		ck_assert_int_eq(failure.kind, SEVADM_USAGE);
	}
	memset(longer, 'A', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_int_eq(sevadm_fault_check(longer, &failure), -EINVAL);
}
END_TEST

/* ------------------------------------------------------- as the driver would answer */

union request {
	struct sev_dbg_cmd cmd;
	struct sev_dbg_guest_cmd guest;
	struct sev_dbg_guest_status status;
	struct sev_issue_cmd issue;
};

struct answered {
	union request r;
	struct sev_dbg_result trace[8];
	uint8_t buffer[64];
	int ret;
};

struct comparison {
	const char *action, *spec;
	unsigned long request;
	union request r;
};

#define CMD(flags_) { .cmd = { .size = sizeof(struct sev_dbg_cmd), .flags = flags_, \
			       .trace_entry_size = sizeof(struct sev_dbg_result), .trace_capacity = 8 } }
#define LIVE	SEV_DBG_C_LIVE

/* The firmware's refusals, of which the driver issues one command and no more */
static const struct comparison comparisons[] = {
	{ "fail=SNP_DF_FLUSH:0x0e:1:0x1234", "SNP_DF_FLUSH:status=WBINVD_REQUIRED,ext=0x1234",
	  SEV_DBG_DF_FLUSH, CMD(0) },
	{ "fail=DF_FLUSH:0x13", "DF_FLUSH:status=0x13", SEV_DBG_DF_FLUSH, CMD(SEV_DBG_C_LEGACY) },
	{ "fail=SHUTDOWN:0x14", "SHUTDOWN:status=HWERROR_UNSAFE", SEV_DBG_SHUTDOWN,
	  CMD(SEV_DBG_C_LEGACY | LIVE) },
	{ "fail=SHUTDOWN:0x14", "*:status=HWERROR_UNSAFE", SEV_DBG_SHUTDOWN, CMD(LIVE) },
	{ "fail=SNP_DECOMMISSION:0x13:1:0xffff00001234", "SNP_DECOMMISSION:status=0x13,ext=0xffff00001234",
	  SEV_DBG_DECOMMISSION, { .guest = { .size = sizeof(struct sev_dbg_guest_cmd), .id = 1,
					     .flags = SEV_DBG_D_RUNNING } } },
	{ "fail=SNP_GUEST_STATUS:0x10", "SNP_GUEST_STATUS@guest=1:status=INVALID_GUEST",
	  SEV_DBG_GUEST_STATUS, { .status = { .size = sizeof(struct sev_dbg_guest_status), .id = 1 } } },
	{ "fail=GUEST_STATUS:0x10", "GUEST_STATUS:status=INVALID_GUEST", SEV_DBG_GUEST_STATUS,
	  { .status = { .size = sizeof(struct sev_dbg_guest_status), .id = 2 } } },
	{ "fail=PLATFORM_STATUS:0x14", "PLATFORM_STATUS:status=0x14", SEV_ISSUE_CMD,
	  { .issue = { .cmd = 1, .error = 0xffffffff } } },
	{ "timeout=SNP_DF_FLUSH", "SNP_DF_FLUSH:hang", SEV_DBG_DF_FLUSH, CMD(0) },
	{ "timeout=SHUTDOWN", "SHUTDOWN:hang", SEV_DBG_SHUTDOWN, CMD(SEV_DBG_C_LEGACY | LIVE) },
	{ "timeout=SNP_DECOMMISSION", "SNP_DECOMMISSION:hang", SEV_DBG_DECOMMISSION,
	  { .guest = { .size = sizeof(struct sev_dbg_guest_cmd), .id = 1,
		       .flags = SEV_DBG_D_RUNNING } } },
	{ "timeout=PLATFORM_STATUS", "PLATFORM_STATUS:hang", SEV_ISSUE_CMD,
	  { .issue = { .cmd = 1, .error = 0xffffffff } } },
};

/* Durations are the firmware's affair, reclaimed answer pages the memory's */
static void submit(const struct comparison *c, struct answered *a)
{
	memset(a, 0, sizeof(*a));
	a->r = c->r;
	if (c->request == SEV_ISSUE_CMD)
		a->r.issue.data = (uintptr_t)a->buffer;
	else if (c->r.cmd.trace_capacity && c->request != SEV_DBG_DECOMMISSION &&
		 c->request != SEV_DBG_GUEST_STATUS)
		a->r.cmd.trace = (uintptr_t)a->trace;
	a->ret = device_submit(adm->dev, c->request, &a->r);
	a->trace[0].duration_ns = 0;
	if (c->request == SEV_ISSUE_CMD)
		a->r.issue.data = 0;
	else if (c->request == SEV_DBG_DECOMMISSION)
		a->r.guest.result.duration_ns = 0;
	else if (c->request == SEV_DBG_GUEST_STATUS)
		a->r.status.result.duration_ns = 0;
	else
		a->r.cmd.trace = a->r.cmd.result.duration_ns = 0;
}

static void list_guests(void)
{
	struct sev_dbg_guest *list;
	size_t nr;

	ck_assert_int_eq(request_guest_list(adm, &list, &nr), 0);
	ck_assert_uint_eq(nr, 2);
	free(list);
}

START_TEST(as_the_driver)
{
	const struct comparison *c = &comparisons[_i];
	struct answered driver, seam, driver_again, seam_again;
	struct sevadm_failure failure;
	struct sev_dbg_info info;

	ck_assert_int_eq(sevadm_sim_act(file, c->action, NULL, &failure), 0);
	submit(c, &driver);
	submit(c, &driver_again);
	sevadm_close(adm);
	host();
	open_it();
	ck_assert_int_eq(sevadm_fault_add(adm, c->spec), 0);
	list_guests();
	submit(c, &seam);
	ck_assert_int_eq(seam.ret, driver.ret);
	ck_assert_int_ne(seam.ret, 0);
	ck_assert_mem_eq(&seam.r, &driver.r, sizeof(seam.r));
	ck_assert_mem_eq(seam.trace, driver.trace, sizeof(seam.trace));
	if (seam.ret != -ETIMEDOUT)
		return;
	/* and the firmware stays given up */
	submit(c, &seam_again);
	ck_assert_int_eq(seam_again.ret, -EBUSY);
	ck_assert_int_eq(driver_again.ret, -EBUSY);
	ck_assert_mem_eq(&seam_again, &driver_again, sizeof(seam_again));
	ck_assert_int_eq(request_info(adm, &info), 0);
	ck_assert_uint_ne(info.state & SEV_DBG_S_PSP_DEAD, 0);
	ck_assert_uint_eq(info.fw_snp_state, SEV_DBG_FW_UNKNOWN);
}
END_TEST

/* The driver refuses by itself: nothing was issued, EBUSY has a reason */
START_TEST(refusals)
{
	struct comparison c = { NULL, NULL, SEV_DBG_DF_FLUSH, CMD(0) };
	struct answered a;

	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#x2:errno=EBUSY"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#3:errno=EBUSY,reason=tio"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#4:errno=EPERM"), 0);
	for (int i = 0; i < 4; i++) {
		submit(&c, &a);
		ck_assert_int_eq(a.ret, i < 3 ? -EBUSY : -EPERM);
		ck_assert_int_eq(a.r.cmd.result.err, a.ret);
		ck_assert_uint_eq(a.r.cmd.result.status, SEV_DBG_NO_FW_CALL);
		ck_assert_uint_eq(a.r.cmd.result.cmd + a.r.cmd.result.count, 0);
		ck_assert_uint_eq(a.r.cmd.trace_count + a.r.cmd.trace_total, 0);
		ck_assert_uint_eq(a.r.cmd.reason, i < 2 ? SEV_DBG_R_PSP_DEAD :
				  i == 2 ? SEV_DBG_R_TIO : SEV_DBG_R_NONE);
	}
	submit(&c, &a);
	ck_assert_int_eq(a.ret, 0);
}
END_TEST

/* ------------------------------------------------------------------ when, how often */

/* 'x': a fault; '.': the firmware */
static void flush(const char *wanted)
{
	struct comparison c = { NULL, NULL, SEV_DBG_DF_FLUSH, CMD(0) };
	struct answered a;

	for (; *wanted; wanted++) {
		submit(&c, &a);
		ck_assert_int_eq(a.ret, *wanted == 'x' ? -EIO : 0);
	}
}

START_TEST(the_nth)
{
	struct sevadm_fault fault;

	ck_assert_int_eq(sevadm_fault_get(adm, 0, &fault), -ENOENT);
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#2x3:status=1"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#8x*:status=1"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "DF_FLUSH:status=1"), 0);
	flush(".xxx...xxx");
	ck_assert_int_eq(sevadm_fault_get(adm, 0, &fault), 0);
	ck_assert_str_eq(fault.spec, "SNP_DF_FLUSH#2x3:status=1");
	ck_assert_uint_eq(fault.asked, 10);
	ck_assert_uint_eq(fault.used, 3);
	ck_assert_int_eq(sevadm_fault_get(adm, 2, &fault), 0);
	ck_assert_uint_eq(fault.asked + fault.used, 0);
	ck_assert_int_eq(sevadm_fault_get(adm, 3, &fault), -ENOENT);
}
END_TEST

/* A shell forks a child for each command: the nth is counted over all of them */
START_TEST(counted_over_forks)
{
	struct sevadm_fault fault;
	struct comparison c = { NULL, NULL, SEV_DBG_DF_FLUSH, CMD(0) };
	struct answered a;

	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#3:status=1"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#4:hang"), 0);
	for (int i = 1; i <= 4; i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			submit(&c, &a);
			_exit(-a.ret);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(WEXITSTATUS(status), i < 3 ? 0 : i == 3 ? EIO : ETIMEDOUT);
	}
	submit(&c, &a);
	ck_assert_int_eq(a.ret, -EBUSY);
	sevadm_fault_get(adm, 0, &fault);
	ck_assert_uint_eq(fault.asked, 4);
	ck_assert_uint_eq(fault.used, 1);
}
END_TEST

/* Two handles on one host, as a session has them */
START_TEST(counted_over_handles)
{
	struct sevadm *other, *mine = adm;
	struct sevadm_fault fault;
	char device[80];

	snprintf(device, sizeof(device), "sim:%s", file);
	ck_assert_int_eq(sevadm_open(&other, device, SEVADM_WRITE), 0);
	ck_assert_int_eq(sevadm_fault_share(other, adm), 0);	/* of none, none */
	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_DF_FLUSH#2x2:status=1"), 0);
	ck_assert_int_eq(sevadm_fault_share(other, adm), 0);
	ck_assert_int_eq(sevadm_fault_share(other, adm), -EEXIST);
	flush(".");
	adm = other;
	flush("x");
	adm = mine;
	flush("x.");
	ck_assert_int_eq(sevadm_fault_get(other, 0, &fault), 0);
	ck_assert_uint_eq(fault.asked, 4);
	ck_assert_uint_eq(fault.used, 2);
	sevadm_close(other);
	flush(".");
}
END_TEST

/* Late, by the machine's clock; the command is issued all the same, and its time grows */
START_TEST(late)
{
	struct sev_dbg_cmd cmd = { .size = sizeof(cmd) };
	uint64_t before;

	ck_assert_int_eq(sevadm_fault_add(adm, "*#2x2:delay=3s"), 0);
	flush(".");
	before = adm->host->ops->clock(adm->host);
	ck_assert_int_eq(device_submit(adm->dev, SEV_DBG_DF_FLUSH, &cmd), 0);
	ck_assert_uint_ge(adm->host->ops->clock(adm->host) - before, 3000000000);
	ck_assert_uint_ge(cmd.result.duration_ns, 3000000000);
	ck_assert_uint_eq(cmd.result.status, 0);
	list_guests();
	ck_assert_uint_ge(adm->host->ops->clock(adm->host) - before, 6000000000);
}
END_TEST

/* 100 seconds is what the driver waits; a real host has no faults */
START_TEST(hangs)
{
	uint64_t before = adm->host->ops->clock(adm->host);
	struct comparison c = { NULL, NULL, SEV_DBG_DF_FLUSH, CMD(0) };
	struct answered a;

	ck_assert_int_eq(sevadm_fault_add(adm, "*:hang"), 0);
	list_guests();		/* no firmware command */
	submit(&c, &a);
	ck_assert_int_eq(a.ret, -ETIMEDOUT);
	ck_assert_uint_ge(adm->host->ops->clock(adm->host) - before, 100000000000);
	adm->dev->simulated = false;
	ck_assert_int_eq(sevadm_fault_add(adm, "*:hang"), -EOPNOTSUPP);
	ck_assert_int_eq(sevadm_failure(adm)->kind, SEVADM_USAGE);
	adm->dev->simulated = true;
}
END_TEST

/* The firmware did not do it, and says that it did */
START_TEST(success_put_in)
{
	struct sevadm_run run = { 0 };

	ck_assert_int_eq(sevadm_fault_add(adm, "SNP_SHUTDOWN_EX:status=SUCCESS"), 0);
	ck_assert_int_eq(sevadm_shutdown(adm, SEVADM_SHUTDOWN_STRICT, true, false, &run), 0);
	ck_assert_uint_eq(run.steps[0].status, 0);
	sevadm_run_free(&run);
}
END_TEST

START_TEST(too_many)
{
	for (int i = 0; i < DEVICE_FAULTS; i++)
		ck_assert_int_eq(sevadm_fault_add(adm, "WBINVD@cpu=1#9:errno=EIO"), 0);
	ck_assert_int_eq(sevadm_fault_add(adm, "WBINVD@cpu=1:errno=EIO"), -ENOSPC);
	ck_assert_int_eq(sevadm_fault_add(adm, "nonsense"), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *s;
	TCase *tc = lib_case(&s, "fault");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, understood);
	tcase_add_test(tc, not_understood);
	tcase_add_loop_test(tc, as_the_driver, 0, COUNT(comparisons));
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, the_nth);
	tcase_add_test(tc, counted_over_forks);
	tcase_add_test(tc, counted_over_handles);
	tcase_add_test(tc, late);
	tcase_add_test(tc, hangs);
	tcase_add_test(tc, success_put_in);
	tcase_add_test(tc, too_many);
	return lib_run(s);
}
