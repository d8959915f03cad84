// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The workers of WBINVD.  There can be a thousand of them, so what each one costs counts
 * (tests/bench/wbinvd.c): one mapping for all stacks, no lock that all of them want at
 * once, no allocation in a thread, for which the C library would make an arena, and no
 * thread is woken or moved but to do its work.
 */
#include "lib/teardown/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE	(64 * 1024)
#define TICK_NS		(100 * 1000 * 1000L)

struct worker {
	struct workers *all;
	pthread_t thread;
	unsigned int first;
	pid_t tid;
};

static struct timespec next_tick(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

static void pin(struct workers *w, struct wbinvd_job *job)
{
	job->err = w->adm->host->ops->pin(w->adm->host, job->cpu);
	job->pinned = !job->err;
}

static void execute(struct workers *w, struct wbinvd_job *job)
{
	struct sev_dbg_wbinvd request = { .size = sizeof(request), .cpu = job->cpu };

	if (job->err)
		return;
	job->err = core_issue(w->adm, false, SEV_DBG_WBINVD, &request, NULL, NULL);
	job->duration_ns = job->err ? 0 : request.duration_ns;
}

static void tell(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
}

static void finish(struct workers *w, struct wbinvd_job *job)
{
	execute(w, job);
	if (!job->err)
		__atomic_fetch_add(&w->good, 1, __ATOMIC_RELAXED);
	/* all end at about the same time: the last one alone takes the lock */
	if (__atomic_add_fetch(&w->over, 1, __ATOMIC_ACQ_REL) == w->nr_jobs)
		tell(w);
}

/* May the next job still begin?  One that has begun is not broken off */
static bool is_stopped(struct workers *w)
{
	struct sevadm *adm = w->adm;

	if (adm->deadline && adm->host->ops->clock(adm->host) >= adm->deadline)
		__atomic_store_n(&w->stop, true, __ATOMIC_RELAXED);
	return __atomic_load_n(&w->stop, __ATOMIC_RELAXED);
}

static void skip(struct workers *w, struct wbinvd_job *job)
{
	job->skipped = true;
	if (__atomic_add_fetch(&w->over, 1, __ATOMIC_ACQ_REL) == w->nr_jobs)
		tell(w);
}

static void wait_for_release(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	if (++w->there == w->nr)
		pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
	pthread_rwlock_rdlock(&w->gate);
	pthread_rwlock_unlock(&w->gate);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct workers *w = worker->all;
	unsigned int i = worker->first;

	if (!w->adm->host->ops->pin_thread)
		pin(w, &w->jobs[i]);
	__atomic_store_n(&worker->tid, gettid(), __ATOMIC_RELEASE);
	wait_for_release(w);
	/* came too late to be pinned by who started it */
	if (!w->jobs[i].pinned && !w->jobs[i].err)
		pin(w, &w->jobs[i]);
	finish(w, &w->jobs[i]);
	for (;;) {
		i = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
		if (i >= w->nr_jobs)
			return NULL;
		if (is_stopped(w)) {
			skip(w, &w->jobs[i]);
			continue;
		}
		pin(w, &w->jobs[i]);
		finish(w, &w->jobs[i]);
	}
}

/*
 * Stacks for @nr threads or fewer, for which how many: a mapping for each, with a guard in
 * it, would cost half as much again as the thread.  What runs on them needs a few KB.
 */
static unsigned int map_stacks(struct workers *w, unsigned int nr)
{
	for (; nr; nr /= 2) {
		w->stacks_size = (size_t)nr * STACK_SIZE;
		w->stacks = mmap(NULL, w->stacks_size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
		if (w->stacks != MAP_FAILED)
			break;
	}
	/* two pages of each are used: a huge one would be mostly waste */
	if (nr)
		madvise(w->stacks, w->stacks_size, MADV_NOHUGEPAGE);
	return nr;
}

/* Fewer threads than asked for will do: those there are take the rest */
static unsigned int create(struct workers *w, unsigned int nr)
{
	pthread_attr_t attr;
	unsigned int created;
	sigset_t all, saved;

	pthread_attr_init(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	for (created = 0; created < nr; created++) {
		struct worker *worker = &w->threads[created];

		*worker = (struct worker){ .all = w, .first = created };
		pthread_attr_setstack(&attr, (char *)w->stacks + (size_t)created * STACK_SIZE,
				      STACK_SIZE);
		if (pthread_create(&worker->thread, &attr, work, worker))
			break;
	}
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	pthread_attr_destroy(&attr);
	return created;
}

/*
 * They start together when each is on its CPU.  But one that does not get there, because
 * something more urgent has the CPU to itself, does not hold up the others for ever.
 */
static void wait_until_there(struct workers *w, unsigned int nr)
{
	struct timespec until = next_tick();

	pthread_mutex_lock(&w->lock);
	w->nr = nr;
	while (w->there < nr &&
	       !pthread_cond_clockwait(&w->news, &w->lock, CLOCK_MONOTONIC, &until))
		;
	pthread_mutex_unlock(&w->lock);
}

/* Those that wait at the gate; one that is not there yet does it itself */
static void pin_waiting(struct workers *w)
{
	struct host *host = w->adm->host;

	for (unsigned int i = 0; host->ops->pin_thread && i < w->nr; i++) {
		pid_t tid = __atomic_load_n(&w->threads[i].tid, __ATOMIC_ACQUIRE);
		struct wbinvd_job *job = &w->jobs[i];

		if (!tid)
			continue;
		job->err = host->ops->pin_thread(host, tid, job->cpu);
		job->pinned = !job->err;
	}
}

int workers_start(struct workers *w, unsigned int at_once)
{
	unsigned int created;

	w->threads = calloc(at_once, sizeof(*w->threads));
	if (!w->threads)
		return -ENOMEM;
	at_once = map_stacks(w, at_once);
	if (!at_once) {
		free(w->threads);
		return -ENOMEM;
	}
	pthread_rwlock_init(&w->gate, NULL);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->news, NULL);
	pthread_rwlock_wrlock(&w->gate);
	created = create(w, at_once);
	w->next = created;
	if (created) {
		wait_until_there(w, created);
		pin_waiting(w);
		return 0;
	}
	workers_release(w);
	workers_collect(w);
	return -EAGAIN;
}

void workers_release(struct workers *w)
{
	pthread_rwlock_unlock(&w->gate);
}

int workers_watch(struct workers *w)
{
	unsigned int over = 0;
	int ret = 0;

	while (over < w->nr_jobs) {
		struct timespec until = next_tick();

		pthread_mutex_lock(&w->lock);
		if (__atomic_load_n(&w->over, __ATOMIC_ACQUIRE) < w->nr_jobs)
			pthread_cond_clockwait(&w->news, &w->lock, CLOCK_MONOTONIC, &until);
		pthread_mutex_unlock(&w->lock);
		over = __atomic_load_n(&w->over, __ATOMIC_ACQUIRE);
		core_phase_done(w->adm, w->before + __atomic_load_n(&w->good, __ATOMIC_RELAXED));
		/* whoever asks to stop is heard where jobs are left that have not begun */
		if (!ret && __atomic_load_n(&w->next, __ATOMIC_RELAXED) < w->nr_jobs)
			ret = core_check_cancel(w->adm);
		if (ret)
			__atomic_store_n(&w->stop, true, __ATOMIC_RELAXED);
	}
	return ret || !w->stop ? ret : core_check_cancel(w->adm);
}

void workers_collect(struct workers *w)
{
	for (unsigned int i = 0; i < w->nr; i++)
		pthread_join(w->threads[i].thread, NULL);
	pthread_cond_destroy(&w->news);
	pthread_mutex_destroy(&w->lock);
	pthread_rwlock_destroy(&w->gate);
	munmap(w->stacks, w->stacks_size);
	free(w->threads);
}
