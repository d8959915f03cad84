// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring of things: given by one thread, taken by any, told in order by whichever has just
 * finished the next one.  No lock is held while there is work, or a result is written.
 */
#include "cmd/ordered.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EACH	32	/* things in the ring, for each thread */

struct thing {
	char *text, *result;
	bool finished;
};

struct worker {
	struct ordered *ordered;
	unsigned int number;
	pthread_t thread;
};

/* @given, @taken, @told: how many were, so far; @telling: somebody is at it; @err: of telling */
struct ordered {
	const struct ordered_ops *ops;
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t more, room;
	uint64_t given, taken, told;
	bool telling, over;
	int err;
	struct thing *ring;
	size_t size;
	struct worker *workers;
	unsigned int nr;
};

unsigned int ordered_cpus(void)
{
	cpu_set_t set;
	int nr = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return nr > 0 ? (unsigned int)nr : 1;
}

static struct thing *at(struct ordered *o, uint64_t number)
{
	return &o->ring[number % o->size];
}

/* The lock is held, but for the telling itself */
static void tell(struct ordered *o)
{
	if (o->telling)
		return;
	o->telling = true;
	while (o->told < o->taken && at(o, o->told)->finished) {
		struct thing *thing = at(o, o->told);
		int err = o->err;

		if (!err) {
			pthread_mutex_unlock(&o->lock);
			err = o->ops->tell(o->arg, thing->result);
			pthread_mutex_lock(&o->lock);
			o->err = err;
		}
		free(thing->result);
		*thing = (struct thing){ .finished = false };
		o->told++;
		if (o->given - o->told <= o->size / 2)
			pthread_cond_signal(&o->room);
	}
	o->telling = false;
}

static void *work(void *worker_)
{
	struct worker *worker = worker_;
	struct ordered *o = worker->ordered;

	pthread_mutex_lock(&o->lock);
	for (;;) {
		struct thing *thing;

		while (o->taken == o->given && !o->over)
			pthread_cond_wait(&o->more, &o->lock);
		if (o->taken == o->given)
			break;
		thing = at(o, o->taken++);
		pthread_mutex_unlock(&o->lock);
		thing->result = o->ops->work(o->arg, worker->number, thing->text);
		free(thing->text);
		pthread_mutex_lock(&o->lock);
		thing->finished = true;
		tell(o);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

int ordered_give(struct ordered *o, const char *text)
{
	char *copy = strdup(text);
	int err;

	if (!copy)
		return -ENOMEM;
	pthread_mutex_lock(&o->lock);
	while (o->given - o->told == o->size && !o->err)
		pthread_cond_wait(&o->room, &o->lock);
	err = o->err;
	if (!err) {
		at(o, o->given++)->text = copy;
		copy = NULL;
		pthread_cond_signal(&o->more);
	}
	pthread_mutex_unlock(&o->lock);
	free(copy);
	return err;
}

int ordered_end(struct ordered *o)
{
	int err;

	pthread_mutex_lock(&o->lock);
	o->over = true;
	pthread_cond_broadcast(&o->more);
	pthread_mutex_unlock(&o->lock);
	for (unsigned int i = 0; i < o->nr; i++)
		pthread_join(o->workers[i].thread, NULL);
	err = o->err;
	pthread_cond_destroy(&o->more);
	pthread_cond_destroy(&o->room);
	pthread_mutex_destroy(&o->lock);
	free(o->workers);
	free(o->ring);
	free(o);
	return err;
}

int ordered_new(unsigned int jobs, const struct ordered_ops *ops, void *arg, struct ordered **ordered)
{
	struct ordered *o = calloc(1, sizeof(*o));
	int err = 0;

	*ordered = NULL;
	if (!o)
		return -ENOMEM;
	o->size = (size_t)jobs * EACH;
	o->ring = calloc(o->size, sizeof(*o->ring));
	o->workers = calloc(jobs, sizeof(*o->workers));
	o->ops = ops;
	o->arg = arg;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->more, NULL);
	pthread_cond_init(&o->room, NULL);
	if (!o->ring || !o->workers)
		err = ENOMEM;
	for (; o->nr < jobs && !err; o->nr += !err) {
		o->workers[o->nr] = (struct worker){ .ordered = o, .number = o->nr };
		err = pthread_create(&o->workers[o->nr].thread, NULL, work, &o->workers[o->nr]);
	}
	/* fewer do as well, as long as there is one */
	if (!o->nr) {
		ordered_end(o);
		return -err;
	}
	*ordered = o;
	return 0;
}
