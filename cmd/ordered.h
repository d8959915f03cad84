/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on many things by threads, whose results come in the order of the things */
#ifndef CMD_ORDERED_H
#define CMD_ORDERED_H

struct ordered;

/**
 * struct ordered_ops - what is done
 * @work:	by thread number @thread, from 0 on, at the same time as others: the result, to be
 *		freed, or NULL
 * @tell:	with each result, one after the other, by any thread: 0, or -errno, and then no more
 *		is told
 */
struct ordered_ops {
	char *(*work)(void *arg, unsigned int thread, const char *thing);
	int (*tell)(void *arg, const char *result);
};

/* Threads that wait for things, @jobs of them: 0 or -errno */
int ordered_new(unsigned int jobs, const struct ordered_ops *ops, void *arg,
		struct ordered **ordered);
/* One more thing; waits while many are not told yet.  0, or what @tell failed with, -ENOMEM */
int ordered_give(struct ordered *ordered, const char *thing);
/* Waits until all are told, and gives up: the same */
int ordered_end(struct ordered *ordered);

/* How many CPUs this program may use */
unsigned int ordered_cpus(void);

#endif
