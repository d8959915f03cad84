// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WBINVD on each CPU by a worker pinned to it.  The kernel's broadcast is
 * cheaper; this proves for each CPU that it happened, and when.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/teardown/teardown.h"
#include "lib/util/cleanup.h"

#define STACK_SIZE	(64 * 1024)
#define TICK_NS		(100 * 1000 * 1000L)

/**
 * struct job - one CPU's WBINVD
 * @cpu:	where it should happen
 * @place:	of that CPU
 * @done:	its turn has come
 * @err:	0 or -errno
 * @pinned:	the failure, if any, came after pinning
 */
struct job {
	unsigned int cpu;
	struct host_place place;
	int err;
	bool pinned, done;
	uint64_t duration_ns;
};

/**
 * struct pool - the workers and what they share
 * @next:	the first job that nobody has taken
 * @lock:	over all that follows
 * @gate:	they start together
 * @last:	the last of them is over
 * @over:	jobs that ended, and of these
 * @good:	those that ended well
 * @before:	how many ended well in the pools before this one
 */
struct pool {
	struct sevadm *adm;
	struct job *jobs;
	unsigned int nr_jobs, next;
	pthread_mutex_t lock;
	pthread_cond_t gate, last;
	bool open;
	unsigned int over, good, before;
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	unsigned int first;
};

static void pin(struct pool *pool, struct job *job)
{
	job->err = pool->adm->host->ops->pin(pool->adm->host, job->cpu);
	job->pinned = !job->err;
}

static void execute(struct pool *pool, struct job *job)
{
	struct sev_dbg_wbinvd request = { .size = sizeof(request), .cpu = job->cpu };

	if (job->err)
		return;
	job->err = core_issue(pool->adm, false, SEV_DBG_WBINVD, &request, NULL, NULL);
	job->duration_ns = job->err ? 0 : request.duration_ns;
}

static void finish(struct pool *pool, struct job *job)
{
	execute(pool, job);
	pthread_mutex_lock(&pool->lock);
	pool->good += !job->err;
	if (++pool->over == pool->nr_jobs)
		pthread_cond_signal(&pool->last);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct pool *pool = worker->pool;
	unsigned int i = worker->first;

	pin(pool, &pool->jobs[i]);
	pthread_mutex_lock(&pool->lock);
	while (!pool->open)
		pthread_cond_wait(&pool->gate, &pool->lock);
	pthread_mutex_unlock(&pool->lock);

	finish(pool, &pool->jobs[i]);
	for (;;) {
		i = __atomic_fetch_add(&pool->next, 1, __ATOMIC_RELAXED);
		if (i >= pool->nr_jobs)
			return NULL;
		pin(pool, &pool->jobs[i]);
		finish(pool, &pool->jobs[i]);
	}
}

/* Fewer threads than asked for will do: those there are take the rest */
static unsigned int start_workers(struct pool *pool, struct worker *workers, unsigned int nr)
{
	pthread_attr_t attr;
	unsigned int started;
	sigset_t all, saved;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	for (started = 0; started < nr; started++) {
		workers[started] = (struct worker){ .pool = pool, .first = started };
		if (pthread_create(&workers[started].thread, &attr, work, &workers[started]))
			break;
	}
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

/* Tell how far they are until the last is over; observers are called from this thread only */
static void watch(struct pool *pool)
{
	unsigned int good = 0, over = 0;
	struct timespec until;

	while (over < pool->nr_jobs) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TICK_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_mutex_lock(&pool->lock);
		if (pool->over < pool->nr_jobs)
			pthread_cond_clockwait(&pool->last, &pool->lock, CLOCK_MONOTONIC, &until);
		over = pool->over;
		good = pool->good;
		pthread_mutex_unlock(&pool->lock);
		core_phase_done(pool->adm, pool->before + good);
	}
}

static int run_pool(struct pool *pool, unsigned int nr_workers)
{
	_cleanup_free_ struct worker *workers = calloc(nr_workers, sizeof(*workers));
	unsigned int started;

	if (!workers)
		return -ENOMEM;
	started = start_workers(pool, workers, nr_workers);
	if (!started)
		return -EAGAIN;
	pool->next = started;
	pthread_mutex_lock(&pool->lock);
	pool->open = true;
	pthread_cond_broadcast(&pool->gate);
	pthread_mutex_unlock(&pool->lock);
	watch(pool);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return 0;
}

/* Why this CPU did not do it, as far as the host tells */
static const char *why_not(struct sevadm *adm, const struct job *job)
{
	struct cpuset present, online;

	if (host_cpus(adm->host, HOST_CPUS_PRESENT, &present) ||
	    host_cpus(adm->host, HOST_CPUS_ONLINE, &online))
		return NULL;
	if (!cpuset_has(&present, job->cpu))
		return "not present";
	if (!cpuset_has(&online, job->cpu))
		return "offline";
	if (!job->pinned && job->err == -EINVAL)
		return "outside this process's cpuset";
	return job->err == -EINVAL ? "taken away while the worker ran" : NULL;
}

static int record(struct sevadm *adm, struct sevadm_run *run, const struct job *job)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_WBINVD,
		.command = "WBINVD",
		.has_cpu = true,
		.cpu = job->cpu,
		.has_core = job->place.has_core,
		.has_ccx = job->place.has_ccx,
		.core = job->place.core,
		.ccx = job->place.ccx,
		.socket = job->place.socket,
		.err = -job->err,
		.count = 1,
		.duration_ns = job->duration_ns,
		.reason = job->err ? why_not(adm, job) : NULL,
	};

	return core_step_add(adm, run, &step);
}

/* All CPUs that failed in one sentence, the reason of the first for all */
static int fail_cpus(struct sevadm *adm, const struct job *first, const struct cpuset *failed)
{
	const char *why = why_not(adm, first);
	char list[256];

	return core_fail(adm, first->err == -EPERM || first->err == -EBADF ? SEVADM_PERMISSION :
			      SEVADM_FAILED, -first->err,
			 first->err == -EPERM ? "Run it as root, with CAP_SYS_ADMIN." :
			 "Bring the CPUs online, or run from a cgroup whose cpuset holds them.",
			 "WBINVD: it did not happen on CPU %s: %s (%s)",
			 cpuset_format(failed, list, sizeof(list)),
			 why ? why : strerror(-first->err), strerrorname_np(-first->err));
}

static int collect(struct sevadm *adm, struct sevadm_run *run, const struct job *jobs,
		   unsigned int nr, struct cpuset *missed)
{
	const struct job *first = NULL;
	struct cpuset failed = { 0 };
	struct cpuset online;
	int ret;

	ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs online");
	for (unsigned int i = 0; i < nr && jobs[i].done; i++) {
		const struct job *job = &jobs[i];

		ret = record(adm, run, job);
		if (ret)
			return ret;
		if (!job->err)
			continue;
		/* going offline, a CPU executes WBINVD: the flush will tell */
		if (missed && job->err == -EINVAL && !cpuset_has(&online, job->cpu)) {
			cpuset_add(missed, job->cpu);
			continue;
		}
		cpuset_add(&failed, job->cpu);
		if (!first)
			first = job;
	}
	return first ? fail_cpus(adm, first, &failed) : 0;
}

/* The CPUs of a core complex have to be idle together anyway: their cache is one */
static bool together(const struct job *a, const struct job *b)
{
	if (a->place.has_ccx && b->place.has_ccx)
		return a->place.ccx == b->place.ccx;
	return a->place.has_core && b->place.has_core && a->place.core == b->place.core &&
	       a->place.socket == b->place.socket;
}

/* By complex, then core, then CPU: those that go together are side by side */
static int compare(const void *a_, const void *b_)
{
	const struct job *a = a_, *b = b_;
	const uint32_t as[] = { a->place.socket, a->place.ccx,
				a->place.has_ccx ? 0 : a->place.core, a->cpu };
	const uint32_t bs[] = { b->place.socket, b->place.ccx,
				b->place.has_ccx ? 0 : b->place.core, b->cpu };

	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
		if (as[i] != bs[i])
			return as[i] < bs[i] ? -1 : 1;
	return 0;
}

static struct job *jobs_of(struct sevadm *adm, const struct cpuset *cpus, unsigned int nr)
{
	struct job *list = calloc(nr + 1, sizeof(*list));
	unsigned int i = 0, l3 = 0;

	if (!list)
		return NULL;
	cpuset_for_each(cpu, cpus) {
		list[i].cpu = (unsigned int)cpu;
		host_cpu_place(adm->host, list[i].cpu, &l3, &list[i].place);
		i++;
	}
	qsort(list, nr, sizeof(*list), compare);
	return list;
}

/* @good: so many CPUs are done, more when this returns */
static int run_jobs(struct sevadm *adm, struct job *jobs, unsigned int nr, unsigned int at_once,
		    unsigned int *good)
{
	struct pool pool = {
		.adm = adm,
		.jobs = jobs,
		.nr_jobs = nr,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.gate = PTHREAD_COND_INITIALIZER,
		.last = PTHREAD_COND_INITIALIZER,
		.before = *good,
	};
	int ret = run_pool(&pool, at_once && at_once < nr ? at_once : nr);

	for (unsigned int i = 0; i < nr && !ret; i++)
		jobs[i].done = true;
	*good += pool.good;
	return ret ? core_fail_errno(adm, -ret, "start the workers of WBINVD") : 0;
}

int wbinvd_cpus(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *cpus,
		unsigned int jobs, bool rolling, struct cpuset *missed)
{
	unsigned int nr = cpuset_count(cpus), from, to, good = 0;
	_cleanup_free_ struct job *list = jobs_of(adm, cpus, nr);
	int ret = 0, collected;

	if (!list)
		return core_fail_errno(adm, ENOMEM, "WBINVD");
	if (!nr)
		return 0;
	core_phase_begin(adm, "WBINVD", "CPUs", nr);
	for (from = 0; from < nr && !ret; from = to) {
		for (to = from + 1; to < nr && (!rolling || together(&list[from], &list[to])); to++)
			;
		if (from)
			ret = core_check_cancel(adm);
		if (!ret)
			ret = run_jobs(adm, list + from, to - from, jobs, &good);
	}
	core_phase_end(adm, ret ? ret : good < nr);
	collected = collect(adm, run, list, nr, missed);
	return ret ? ret : collected;
}

int cpus_offline(struct sevadm *adm, struct cpuset *offline)
{
	struct cpuset online;
	int ret;

	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, offline);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the lists of CPUs");
	cpuset_subtract(offline, &online);
	return 0;
}

int wbinvd_check_reach(struct sevadm *adm, const struct cpuset *cpus)
{
	struct cpuset offline, refused;
	char list[256];

	if (core_cpus_refused(adm, cpus, &refused))
		return core_fail_errno(adm, EAGAIN, "start a worker of WBINVD");
	/* one that went offline meanwhile is the flush's affair */
	if (!cpuset_count(&refused) || cpus_offline(adm, &offline))
		return 0;
	cpuset_subtract(&refused, &offline);
	if (!cpuset_count(&refused))
		return 0;
	return core_fail(adm, SEVADM_FAILED, EINVAL,
			 "Run it from a cgroup whose cpuset holds every CPU, or say --broadcast.",
			 "WBINVD could not be executed on CPU %s: outside this process's cpuset",
			 cpuset_format(&refused, list, sizeof(list)));
}

/* The CPUs asked for, checked against those that are there */
static int choose(struct sevadm *adm, const char *list, struct cpuset *cpus)
{
	struct cpuset present, missing;
	char text[128];
	int ret;

	if (!list) {
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, cpus);
		return ret ? core_fail_errno(adm, -ret, "read the list of CPUs online") : 0;
	}
	if (cpuset_parse(list, cpus) || !cpuset_count(cpus))
		return core_fail(adm, SEVADM_USAGE, EINVAL, "A list looks like 0-3,8,10-11.",
				 "'%.64s' is not a list of CPUs", list);
	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, &present);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs present");
	missing = *cpus;
	cpuset_subtract(&missing, &present);
	if (!cpuset_count(&missing))
		return 0;
	return core_fail(adm, SEVADM_USAGE, EINVAL, "See /sys/devices/system/cpu/present.",
			 "this host has no CPU %s", cpuset_format(&missing, text, sizeof(text)));
}

static int warn_not_reached(struct sevadm *adm, struct sevadm_run *run)
{
	struct cpuset offline;
	char list[256];
	int ret = cpus_offline(adm, &offline);

	if (ret || !cpuset_count(&offline))
		return ret;
	return core_warn(adm, run, "CPU %s is offline and was not reached",
			 cpuset_format(&offline, list, sizeof(list)));
}

int sevadm_wbinvd(struct sevadm *adm, const struct sevadm_wbinvd_options *options, bool dry,
		  struct sevadm_run *run)
{
	struct sevadm_plan_step plan = {
		.command = options->broadcast ? "WBINVD_ALL" : "WBINVD",
		.why = "a core that has not executed it since a guest ended makes SNP_DF_FLUSH "
		       "answer WBINVD_REQUIRED",
	};
	struct cpuset cpus;
	uint32_t reached = 0;
	int ret;

	ret = choose(adm, options->cpus, &cpus);
	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	plan.count = cpuset_count(&cpus);
	ret = core_plan_add(adm, run, &plan);
	run->dry = dry;
	if (ret || dry)
		return ret;
	if (options->broadcast)
		ret = request_wbinvd_all(adm, run, &reached);
	else
		ret = wbinvd_cpus(adm, run, &cpus, options->jobs, options->rolling, NULL);
	if (ret)
		return ret;
	core_message(run, "WBINVD was executed on %u CPUs",
		     options->broadcast ? reached : plan.count);
	return options->cpus ? 0 : warn_not_reached(adm, run);
}
