// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do two recordings tell the same?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/recording.h"
#include "lib/util/cleanup.h"
#include "sevadm.h"

static bool wanted(const struct recording_event *event, bool host)
{
	switch (event->kind) {
	case RECORDING_IOCTL:
		return true;
	case RECORDING_CLOCK:
	case RECORDING_COMMAND:
	case RECORDING_SLEEP:
		return false;
	default:
		return host || recording_acts(event);
	}
}

/* What many threads did at once, by CPU; for one CPU as it came */
static int by_cpu(const void *a_, const void *b_)
{
	const struct recording_event *const *a = a_, *const *b = b_;
	int64_t x = recording_any_order(*a), y = recording_any_order(*b);

	if (x != y)
		return x < y ? -1 : 1;
	return (*a)->number < (*b)->number ? -1 : (*a)->number > (*b)->number;
}

static const struct recording_event **list_of(const struct recording *r, bool host, size_t *nr)
{
	const struct recording_event **list = calloc(r->nr + 1, sizeof(const struct recording_event *));
	size_t from = 0;

	*nr = 0;
	for (size_t i = 0; list && i < r->nr; i++)
		if (wanted(&r->events[i], host))
			list[(*nr)++] = &r->events[i];
	for (size_t i = 0; list && i <= *nr; i++) {
		if (i < *nr && recording_any_order(list[i]) >= 0)
			continue;
		qsort(list + from, i - from, sizeof(*list), by_cpu);
		from = i + 1;
	}
	return list;
}

int sevadm_recording_diff(const struct sevadm_recording *a_, const struct sevadm_recording *b_,
			  bool host, char *text, size_t size)
{
	size_t nr_a = 0, nr_b = 0, i;
	_cleanup_free_ const struct recording_event **a = list_of(recording_of(a_), host, &nr_a);
	_cleanup_free_ const struct recording_event **b = list_of(recording_of(b_), host, &nr_b);
	const struct recording_event *more;
	char what[768];

	text[0] = '\0';
	if (!a || !b)
		return -ENOMEM;
	for (i = 0; i < nr_a && i < nr_b; i++) {
		if (recording_compare(a[i], b[i], "in the first", "in the second", COMPARE_RESULTS,
				      what, sizeof(what)))
			continue;
		snprintf(text, size, "event %u of the first, event %u of the second: %s",
			 a[i]->number, b[i]->number, what);
		return 1;
	}
	if (nr_a == nr_b)
		return 0;
	more = nr_a > nr_b ? a[i] : b[i];
	recording_describe(more, what, sizeof(what));
	snprintf(text, size, "the %s ends before event %u of the %s, %s",
		 nr_a > nr_b ? "second" : "first", more->number, nr_a > nr_b ? "first" : "second",
		 what);
	return 1;
}
