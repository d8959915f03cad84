// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The workers of WBINVD: one for each CPU, pinned there, started together; and
 * CPUs and threads that are not to be had.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/teardown/teardown.h"
#include "lib_fake.h"

static struct fake fake;
static unsigned int created, allowed;	/* threads */
static struct {
	pthread_mutex_t lock;
	pthread_t threads[CPUSET_MAX];
	unsigned int nr_threads, running, most, early, done[CPUSET_MAX];
	unsigned int expect_created;
	unsigned int ccx_running[CPUSET_MAX], ccxs_at_once;
	bool unblocked, linger;
	unsigned int order[CPUSET_MAX], nr_done, late_from;
} seen;

static struct {
	void *(*start)(void *);
	void *arg;
} late;

static void *start_late(void *arg)
{
	(void)arg;
	usleep(300 * 1000);
	return late.start(late.arg);
}

/* In place of the C library's: counts, refuses beyond @allowed, and takes its time */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	if (created >= allowed)
		return EAGAIN;
	/* a worker that did not wait for the others would be seen to be early */
	if (created)
		usleep(200);
	if (__atomic_add_fetch(&created, 1, __ATOMIC_SEQ_CST) == seen.late_from) {
		late.start = start;
		late.arg = arg;
		start = start_late;
	}
	return real(thread, attr, start, arg);
}

static void look(struct fake *f, unsigned long request, void *arg)
{
	const struct sev_dbg_wbinvd *wbinvd = arg;
	bool known = false;
	sigset_t mask;

	if (request != SEV_DBG_WBINVD)
		return;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	pthread_mutex_lock(&seen.lock);
	for (unsigned int i = 0; i < seen.nr_threads; i++)
		known |= pthread_equal(seen.threads[i], pthread_self());
	if (!known)
		seen.threads[seen.nr_threads++] = pthread_self();
	if (++seen.running > seen.most)
		seen.most = seen.running;
	seen.early += __atomic_load_n(&created, __ATOMIC_SEQ_CST) < seen.expect_created;
	seen.unblocked |= !sigismember(&mask, SIGINT) || !sigismember(&mask, SIGALRM);
	seen.done[wbinvd->cpu]++;
	seen.order[seen.nr_done++ % CPUSET_MAX] = wbinvd->cpu;
	if (f->cpus_per_ccx) {
		unsigned int ccxs = 0;

		seen.ccx_running[wbinvd->cpu / f->cpus_per_ccx]++;
		for (unsigned int i = 0; i < 64; i++)
			ccxs += !!seen.ccx_running[i];
		if (ccxs > seen.ccxs_at_once)
			seen.ccxs_at_once = ccxs;
	}
	pthread_mutex_unlock(&seen.lock);
	if (seen.linger)
		usleep(1000);
	pthread_mutex_lock(&seen.lock);
	if (f->cpus_per_ccx)
		seen.ccx_running[wbinvd->cpu / f->cpus_per_ccx]--;
	seen.running--;
	pthread_mutex_unlock(&seen.lock);
}

static bool by_starter;

static void setup(void)
{
	memset(&seen, 0, sizeof(seen));
	pthread_mutex_init(&seen.lock, NULL);
	created = 0;
	allowed = ~0U;
	fake_open(&fake);
	fake.on_submit = look;
	/* what pins is either the worker or who started it: each test for both, if it can tell */
	if (by_starter)
		fake_pin_threads(&fake);
}

static void setup_by_starter(void)
{
	by_starter = true;
	setup();
}

static void teardown(void)
{
	fake_close(&fake);
}

static struct cpuset cpus_of(const char *list)
{
	struct cpuset set;

	ck_assert_int_eq(cpuset_parse(list, &set), 0);
	return set;
}

static int run_on(const char *list, unsigned int jobs, struct cpuset *missed)
{
	struct cpuset set = cpus_of(list);

	return wbinvd_cpus(&fake.adm, &fake.run, &set, jobs, false, missed);
}

/* ---------------------------------------------------------------- the normal case */

static void expect_all(const char *list)
{
	struct cpuset set = cpus_of(list);
	size_t i = 0;

	ck_assert_uint_eq(fake.run.nr_steps, cpuset_count(&set));
	cpuset_for_each(cpu, &set) {
		const struct sevadm_step *step = &fake.run.steps[i++];

		ck_assert_uint_eq(seen.done[cpu], 1);
		ck_assert_int_eq(step->kind, SEVADM_STEP_WBINVD);
		ck_assert_str_eq(step->command, "WBINVD");
		ck_assert(step->has_cpu && !step->has_status);
		ck_assert_uint_eq(step->cpu, (unsigned int)cpu);
		ck_assert_int_eq(step->err, 0);
		/* the duration is the one of that CPU */
		ck_assert_uint_eq(step->duration_ns, 1000 + (unsigned int)cpu);
		ck_assert_ptr_null(step->reason);
	}
}

START_TEST(one_for_each_cpu)
{
	fake.present = fake.online = "0-31,40,64-95";
	seen.expect_created = 65;
	ck_assert_int_eq(run_on(fake.online, 0, NULL), 0);
	expect_all(fake.online);
	ck_assert_uint_eq(seen.nr_threads, 65);
	ck_assert_uint_eq(created, 65);
	ck_assert_msg(!seen.early, "%u began before all were there", seen.early);
	ck_assert_msg(!seen.unblocked, "a signal could interrupt a worker");
	ck_assert_int_eq(fake.adm.failure.kind, SEVADM_DONE);
	/* we ourselves were not moved */
	ck_assert_int_eq(fake_cpu, -1);
}
END_TEST

/* The others do not wait for one that does not get to its CPU, and it does its own yet */
START_TEST(one_is_late)
{
	seen.late_from = 2;
	ck_assert_int_eq(run_on("0-3", 0, NULL), 0);
	expect_all("0-3");
	ck_assert_uint_eq(seen.order[3], 1);
	ck_assert_uint_eq(seen.nr_threads, 4);
}
END_TEST

START_TEST(some_cpus)
{
	ck_assert_int_eq(run_on("1,3", 0, NULL), 0);
	expect_all("1,3");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), 2);
}
END_TEST

START_TEST(no_cpus)
{
	ck_assert_int_eq(run_on("", 0, NULL), 0);
	ck_assert_uint_eq(fake.nr_calls, 0);
	ck_assert_uint_eq(created, 0);
}
END_TEST

static const unsigned int bounds[] = { 1, 2, 3, 7, 31, 32, 33, 1000 };

START_TEST(jobs)
{
	unsigned int want = bounds[_i] < 32 ? bounds[_i] : 32;

	fake.present = fake.online = "0-31";
	seen.linger = true;
	ck_assert_int_eq(run_on("0-31", bounds[_i], NULL), 0);
	expect_all("0-31");
	ck_assert_uint_eq(created, want);
	ck_assert_uint_le(seen.most, want);
	ck_assert_uint_le(seen.nr_threads, want);
}
END_TEST

/* One complex at a time, in it all together; and where each sits is told */
START_TEST(rolling)
{
	struct cpuset set = cpus_of("0-31");
	const struct sevadm_step *step;

	fake.present = fake.online = "0-31";
	fake.cpus_per_ccx = 8;
	seen.linger = true;
	ck_assert_int_eq(wbinvd_cpus(&fake.adm, &fake.run, &set, (unsigned int)_i, true, NULL), 0);
	ck_assert_uint_eq(seen.ccxs_at_once, 1);
	ck_assert_uint_le(seen.most, _i ? (unsigned int)_i : 8);
	ck_assert_uint_eq(created, _i ? (unsigned int)_i * 4 : 32);
	ck_assert_uint_eq(fake.run.nr_steps, 32);
	for (unsigned int cpu = 0; cpu < 32; cpu++)
		ck_assert_uint_eq(seen.done[cpu], 1);
	/* ids of caches are what they are: here the last CPUs have the least */
	step = &fake.run.steps[0];
	ck_assert_uint_eq(step->cpu, 24);
	ck_assert(step->has_core && step->has_ccx);
	ck_assert_uint_eq(step->core, 12);
	ck_assert_uint_eq(step->ccx, 97);
	ck_assert_uint_eq(step->socket, 0);
}
END_TEST

/* Without it they all go together */
START_TEST(not_rolling)
{
	struct cpuset set = cpus_of("0-31");

	fake.present = fake.online = "0-31";
	fake.cpus_per_ccx = 8;
	seen.linger = true;
	ck_assert_int_eq(wbinvd_cpus(&fake.adm, &fake.run, &set, 0, false, NULL), 0);
	ck_assert_uint_eq(seen.ccxs_at_once, 4);
}
END_TEST

/* No topology to be seen: one CPU at a time */
START_TEST(rolling_blind)
{
	struct cpuset set = cpus_of("0-3");

	seen.linger = true;
	ck_assert_int_eq(wbinvd_cpus(&fake.adm, &fake.run, &set, 0, true, NULL), 0);
	ck_assert_uint_eq(seen.most, 1);
	ck_assert(!fake.run.steps[0].has_core && !fake.run.steps[0].has_ccx);
}
END_TEST

static void ask_to_stop(struct fake *f, unsigned long request, void *arg)
{
	look(f, request, arg);
	if (request == SEV_DBG_WBINVD && ((struct sev_dbg_wbinvd *)arg)->cpu == 6)
		f->asked = true;
}

/* A signal is heard between two complexes; what was done is told */
START_TEST(rolling_cancelled)
{
	struct cpuset set = cpus_of("0-7");

	fake.present = fake.online = "0-7";
	fake.cpus_per_ccx = 4;
	fake.on_submit = ask_to_stop;
	ck_assert_int_eq(wbinvd_cpus(&fake.adm, &fake.run, &set, 0, true, NULL), -ECANCELED);
	ck_assert_uint_eq(fake.run.nr_steps, 4);
	sevadm_run_free(&fake.run);
	fake.adm.cancelled = fake.asked = false;
	fake.cpus_per_ccx = 2;
	ck_assert_int_eq(wbinvd_cpus(&fake.adm, &fake.run, &set, 0, true, NULL), -ECANCELED);
	ck_assert_uint_eq(fake.run.nr_steps, 2);
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
}
END_TEST

START_TEST(as_many_as_there_can_be)
{
	fake.present = fake.online = "0-8191";
	ck_assert_int_eq(run_on("0-8191", 5, NULL), 0);
	expect_all("0-8191");
	ck_assert_uint_eq(created, 5);
}
END_TEST

/* ---------------------------------------------------------------- few threads */

START_TEST(few_threads)
{
	fake.present = fake.online = "0-31";
	allowed = 3;
	ck_assert_int_eq(run_on("0-31", 0, NULL), 0);
	expect_all("0-31");
	ck_assert_uint_eq(created, 3);
	ck_assert_uint_le(seen.nr_threads, 3);
}
END_TEST

START_TEST(no_threads)
{
	allowed = 0;
	ck_assert_int_eq(run_on("0-3", 0, NULL), -EAGAIN);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), 0);
	fake_expect(&fake, SEVADM_BUSY, "start the workers of WBINVD");
}
END_TEST

/* -------------------------------------------------------------- CPUs that are not there */

START_TEST(offline)
{
	struct cpuset missed = { 0 };
	char buf[32];

	fake.online = "0,2-3";
	ck_assert_int_eq(run_on("0-3", 0, &missed), 0);
	ck_assert_str_eq(cpuset_format(&missed, buf, sizeof(buf)), "1");
	ck_assert_uint_eq(fake.run.nr_steps, 4);
	ck_assert_int_eq(fake.run.steps[1].err, EINVAL);
	ck_assert_str_eq(fake.run.steps[1].reason, "offline");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), 3);
	sevadm_run_free(&fake.run);

	/* asked for by the operator, it is a failure */
	ck_assert_int_eq(run_on("0-3", 0, NULL), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 1: offline (EINVAL)");
	fake_expect(&fake, SEVADM_FAILED, "online");
}
END_TEST

START_TEST(not_present)
{
	ck_assert_int_eq(run_on("2-5", 0, NULL), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 4-5: not present");
}
END_TEST

static int outside(struct fake *f, unsigned int cpu)
{
	(void)f;
	return cpu == 1 || cpu == 2 ? -EINVAL : 0;
}

START_TEST(outside_cpuset)
{
	struct cpuset missed = { 0 };

	fake.on_pin = outside;
	ck_assert_int_eq(run_on("0-3", 0, &missed), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 1-2: outside this process's cpuset (EINVAL)");
	ck_assert_str_eq(fake.run.steps[2].reason, "outside this process's cpuset");
	ck_assert_uint_eq(cpuset_count(&missed), 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), 2);
	ck_assert_uint_eq(seen.done[0] + seen.done[3], 2);
}
END_TEST

/* Pinned, and then the CPU is taken away: the worker runs elsewhere, the ioctl notices */
static void move_away(struct fake *f, unsigned long request, void *arg)
{
	look(f, request, arg);
	if (request == SEV_DBG_WBINVD && ((struct sev_dbg_wbinvd *)arg)->cpu == 2)
		fake_cpu = 0;
}

START_TEST(taken_away)
{
	struct cpuset missed = { 0 };

	fake.on_submit = move_away;
	ck_assert_int_eq(run_on("0-3", 0, &missed), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 2: taken away while the worker ran (EINVAL)");
	ck_assert_str_eq(fake.run.steps[2].reason, "taken away while the worker ran");
	ck_assert_uint_eq(fake.run.steps[2].duration_ns, 0);
	ck_assert_int_eq(fake.run.steps[3].err, 0);
}
END_TEST

/* The same, and the CPU is offline now: on its way it executed WBINVD */
static void go_offline(struct fake *f, unsigned long request, void *arg)
{
	move_away(f, request, arg);
	if (fake_cpu == 0 && ((struct sev_dbg_wbinvd *)arg)->cpu == 2)
		f->online = "0-1,3";
}

START_TEST(gone_offline)
{
	struct cpuset missed = { 0 };

	fake.on_submit = go_offline;
	ck_assert_int_eq(run_on("0-3", 1, &missed), 0);
	ck_assert(cpuset_has(&missed, 2));
	ck_assert_uint_eq(cpuset_count(&missed), 1);
	ck_assert_str_eq(fake.run.steps[2].reason, "offline");
}
END_TEST

/* Another error is not forgiven because the CPU went away, too */
static void go_offline_badly(struct fake *f, unsigned long request, void *arg)
{
	look(f, request, arg);
	f->online = "0-1,3";
}

START_TEST(gone_offline_badly)
{
	struct cpuset missed = { 0 };

	fake.on_submit = go_offline_badly;
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_WBINVD, .ret = -EIO,
						.times = 1 });
	ck_assert_int_eq(run_on("2", 1, &missed), -EIO);
	ck_assert_uint_eq(cpuset_count(&missed), 0);
	fake_expect(&fake, SEVADM_FAILED, "CPU 2");
}
END_TEST

static const struct {
	int err;
	enum sevadm_class kind;
} errors[] = {
	{ EPERM, SEVADM_PERMISSION },
	{ EBADF, SEVADM_PERMISSION },
	{ ENODEV, SEVADM_FAILED },
	{ EIO, SEVADM_FAILED },
	{ EINTR, SEVADM_FAILED },
};

START_TEST(refused)
{
	struct cpuset missed = { 0 };

	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_WBINVD, .ret = -errors[_i].err,
						.times = 1 });
	ck_assert_int_eq(run_on("0-3", 1, &missed), -errors[_i].err);
	fake_expect(&fake, errors[_i].kind, "CPU 0: ");
	/* the others went on, and none was tried twice */
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), 4);
	ck_assert_int_eq(fake.run.steps[0].err, errors[_i].err);
	ck_assert_int_eq(fake.run.steps[3].err, 0);
}
END_TEST

START_TEST(reach)
{
	struct cpuset set = cpus_of("0-3");

	ck_assert_int_eq(wbinvd_check_reach(&fake.adm, &set), 0);
	ck_assert_int_eq(fake_cpu, -1);
	fake.on_pin = outside;
	ck_assert_int_eq(wbinvd_check_reach(&fake.adm, &set), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 1-2: outside this process's cpuset");
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

/* ------------------------------------------------------------------- the command */

START_TEST(command)
{
	struct sevadm_wbinvd_options o = { .cpus = "1-2" };

	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, true, &fake.run), 0);
	ck_assert_uint_eq(fake.nr_calls, 0);
	ck_assert(fake.run.dry);
	ck_assert_uint_eq(fake.run.nr_plan, 1);
	ck_assert_uint_eq(fake.run.plan[0].count, 2);
	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, false, &fake.run), 0);
	ck_assert_str_eq(fake_steps(&fake), "WBINVDx2");
	ck_assert_str_eq(fake.run.message, "WBINVD was executed on 2 CPUs");
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
}
END_TEST

START_TEST(command_all)
{
	struct sevadm_wbinvd_options o = { 0 };

	fake.online = "0-2";
	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, false, &fake.run), 0);
	ck_assert_str_eq(fake_steps(&fake), "WBINVDx3");
	ck_assert_uint_eq(fake.run.nr_warnings, 1);
	ck_assert(strstr(fake.run.warnings[0], "CPU 3 is offline and was not reached"));
}
END_TEST

START_TEST(command_broadcast)
{
	struct sevadm_wbinvd_options o = { .broadcast = true };

	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, false, &fake.run), 0);
	ck_assert_uint_eq(created, 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD_ALL), 1);
	ck_assert_uint_eq(fake.run.nr_steps, 1);
	ck_assert_str_eq(fake.run.steps[0].command, "WBINVD_ALL");
	ck_assert_uint_eq(fake.run.steps[0].count, 4);
	ck_assert(!fake.run.steps[0].has_cpu);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_WBINVD_ALL, .ret = -EPERM,
						.times = 1 });
	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, false, &fake.run), -EPERM);
	fake_expect(&fake, SEVADM_PERMISSION, "WBINVD_ALL");
}
END_TEST

static const struct {
	const char *cpus, *said;
} bad_lists[] = {
	{ "", "not a list" }, { "x", "not a list" }, { "0-", "not a list" },
	{ "9000", "not a list" }, { "4", "no CPU 4" }, { "0-5", "no CPU 4-5" },
};

START_TEST(command_bad)
{
	struct sevadm_wbinvd_options o = { .cpus = bad_lists[_i].cpus };

	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &o, false, &fake.run), -EINVAL);
	fake_expect(&fake, SEVADM_USAGE, bad_lists[_i].said);
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

static void add_tests(TCase *tc)
{
	tcase_add_test(tc, one_for_each_cpu);
	tcase_add_test(tc, one_is_late);
	tcase_add_test(tc, some_cpus);
	tcase_add_test(tc, no_cpus);
	tcase_add_loop_test(tc, jobs, 0, sizeof(bounds) / sizeof(bounds[0]));
	tcase_add_loop_test(tc, rolling, 0, 4);
	tcase_add_test(tc, not_rolling);
	tcase_add_test(tc, rolling_blind);
	tcase_add_test(tc, rolling_cancelled);
	tcase_add_test(tc, as_many_as_there_can_be);
	tcase_add_test(tc, few_threads);
	tcase_add_test(tc, no_threads);
	tcase_add_test(tc, offline);
	tcase_add_test(tc, not_present);
	tcase_add_test(tc, outside_cpuset);
	tcase_add_test(tc, taken_away);
	tcase_add_test(tc, gone_offline);
	tcase_add_test(tc, gone_offline_badly);
	tcase_add_loop_test(tc, refused, 0, sizeof(errors) / sizeof(errors[0]));
	tcase_add_test(tc, reach);
	tcase_add_test(tc, command);
	tcase_add_test(tc, command_all);
	tcase_add_test(tc, command_broadcast);
	tcase_add_loop_test(tc, command_bad, 0, sizeof(bad_lists) / sizeof(bad_lists[0]));
}

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_wbinvd"), *by = tcase_create("pinned by who starts them");

	tcase_add_checked_fixture(tc, setup, teardown);
	add_tests(tc);
	tcase_set_timeout(by, 60);
	tcase_add_checked_fixture(by, setup_by_starter, teardown);
	add_tests(by);
	suite_add_tcase(suite, by);
	return lib_run(suite);
}
