/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that execute WBINVD, each pinned to the CPU whose turn it is.  Their life is in
 * functions of its own, one for each phase, for the benchmark to measure between them.
 */
#ifndef TEARDOWN_WORKERS_H
#define TEARDOWN_WORKERS_H

#include <pthread.h>

#include "lib/core/context.h"

/**
 * struct wbinvd_job - one CPU's WBINVD
 * @cpu:	where it should happen
 * @place:	of that CPU
 * @err:	0 or -errno
 * @pinned:	the failure, if any, came after pinning
 * @done:	its turn has come
 */
struct wbinvd_job {
	unsigned int cpu;
	struct host_place place;
	int err;
	bool pinned, done, skipped;
	uint64_t duration_ns;
};

/**
 * struct workers - the threads and what they share
 * @adm, @jobs, @nr_jobs: set by who starts them; at least one job
 * @before:	how many CPUs were done well before these, for who watches
 * @threads, @nr: those that there are
 * @stacks:	theirs, of @stacks_size together
 * @next:	the first job that nobody has taken
 * @stop:	no job begins any more: the rest is skipped
 * @over:	jobs that ended or were skipped, and of these
 * @good:	those that ended well
 * @gate:	written to until it opens, read by all once it is open: one call wakes
 *		them all, and none has to wait for another one to get out of it
 * @lock:	over @there
 * @there:	workers that are about to wait at the gate
 * @news:	the last of them is there; the last job is over
 */
struct workers {
	struct sevadm *adm;
	struct wbinvd_job *jobs;
	unsigned int nr_jobs, before;
	struct worker *threads;
	void *stacks;
	size_t stacks_size;
	unsigned int nr, next, over, good, there;
	bool stop;
	pthread_rwlock_t gate;
	pthread_mutex_t lock;
	pthread_cond_t news;
};

/* At most so many, each pinned to its first CPU: 0, -ENOMEM, -EAGAIN (not a single thread) */
int workers_start(struct workers *w, unsigned int at_once);
/* All that there are start together */
void workers_release(struct workers *w);
/*
 * Until the last job is over; observers of the phase are told how far they are.  0, or why
 * the rest was skipped: the observer wants to stop, the time for all of it is up
 */
int workers_watch(struct workers *w);
/* The threads' end.  What came of the jobs is in them */
void workers_collect(struct workers *w);

#endif
