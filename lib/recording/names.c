// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/recording/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PID	1000	/* what comes before keeps its number: it is the system's own */

static int compare(const void *a_, const void *b_)
{
	pid_t a = *(const pid_t *)a_, b = *(const pid_t *)b_;

	return a < b ? -1 : a > b;
}

void names_see_pid(struct names *names, long pid)
{
	pid_t *larger;

	if (pid <= 2 || pid > 0x7fffffff)
		return;
	if (!(names->nr_pids & (names->nr_pids - 1))) {
		larger = reallocarray(names->pids, names->nr_pids ? names->nr_pids * 2 : 1,
				      sizeof(*larger));
		if (!larger) {
			names->failed = true;
			return;
		}
		names->pids = larger;
	}
	names->pids[names->nr_pids++] = (pid_t)pid;
}

void names_sort_pids(struct names *names)
{
	size_t nr = 0;

	if (names->nr_pids)
		qsort(names->pids, names->nr_pids, sizeof(*names->pids), compare);
	for (size_t i = 0; i < names->nr_pids; i++)
		if (!nr || names->pids[nr - 1] != names->pids[i])
			names->pids[nr++] = names->pids[i];
	names->nr_pids = nr;
}

long names_pid(const struct names *names, long pid)
{
	size_t low = 0, high = names->nr_pids;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->pids[middle] == pid)
			return FIRST_PID + (long)middle;
		if (names->pids[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return pid <= 2 ? pid : FIRST_PID - 1;
}

const char *names_find(const struct names *names, const char *from)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i].from, from))
			return names->list[i].to;
	return NULL;
}

const char *names_set(struct names *names, const char *from, const char *to)
{
	struct name *larger = names->list;

	if (!(names->nr & (names->nr - 1)))
		larger = reallocarray(larger, names->nr ? names->nr * 2 : 1, sizeof(*larger));
	if (!larger) {
		names->failed = true;
		return "";
	}
	names->list = larger;
	larger[names->nr] = (struct name){ strdup(from), strdup(to) };
	if (!larger[names->nr].from || !larger[names->nr].to) {
		free(larger[names->nr].from);
		free(larger[names->nr].to);
		names->failed = true;
		return "";
	}
	return larger[names->nr++].to;
}

const char *names_for(struct names *names, enum name_kind kind, const char *from)
{
	static const char *const forms[] = {
		[NAME_COMM] = "process%u", [NAME_DOMAIN] = "vm%u", [NAME_SERVICE] = "service%u.service",
		[NAME_SCOPE] = "scope%u.scope", [NAME_SLICE] = "slice%u.slice",
		[NAME_GROUP] = "group%u", [NAME_PATH] = "/removed/%u", [NAME_TEXT] = "removed%u",
	};
	const char *known = names_find(names, from);
	char to[64];

	if (known)
		return known;
	snprintf(to, sizeof(to), forms[kind], ++names->counted[kind]);
	return names_set(names, from, to);
}

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++) {
		free(names->list[i].from);
		free(names->list[i].to);
	}
	free(names->list);
	free(names->pids);
	*names = (struct names){ 0 };
}
