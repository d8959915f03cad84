/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that stand for others: the same one for the same, throughout a recording.
 */
#ifndef RECORDING_NAMES_H
#define RECORDING_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct names - of what was met so far
 * @pids, @nr_pids: in the order of their numbers, each once
 * @list, @nr:	what stands for what
 * @counted:	how many of each kind there are
 * @failed:	memory was short: what was made is not to be used
 */
struct names {
	pid_t *pids;
	size_t nr_pids;
	struct name {
		char *from, *to;
	} *list;
	size_t nr;
	unsigned int counted[8];
	bool failed;
};

enum name_kind { NAME_COMM, NAME_DOMAIN, NAME_SERVICE, NAME_SCOPE, NAME_SLICE, NAME_GROUP,
		 NAME_PATH, NAME_TEXT };

/* One that there is, while they are gathered; and what stands for it then: in their order */
void names_see_pid(struct names *names, long pid);
void names_sort_pids(struct names *names);
long names_pid(const struct names *names, long pid);

/* "vm3" for the third domain: the same for the same.  Empty when memory is short */
const char *names_for(struct names *names, enum name_kind kind, const char *from);
/* What stands for it already, or NULL */
const char *names_find(const struct names *names, const char *from);
/* @to shall stand for @from */
const char *names_set(struct names *names, const char *from, const char *to);
void names_clear(struct names *names);

#endif
