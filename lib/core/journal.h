/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of what is done to a host: /run/sevadm/journal, or FILE.journal of a
 * simulated one.  A line of JSON for each step, appended by who holds the lock.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct sevadm;
struct sevadm_step;

/**
 * struct journal - of a handle
 * @path:	where it is, once journal_path() was called
 * @open:	it is written to, at @fd
 * @wbinvds:	that went well and were not written yet: one line for all in a row
 * @interrupted: of an earlier run that did not come to its end; empty: there was none
 */
struct journal {
	char path[PATH_MAX];
	bool open;
	int fd;
	unsigned int wbinvds;
	char interrupted[1024];
};

/* @file: of a simulated host; NULL: this machine's journal */
void journal_path(struct sevadm *adm, const char *file);
/* Best effort, all of these: without a journal the work is done as well */
void journal_open(struct sevadm *adm, const char *command);
void journal_step(struct sevadm *adm, const struct sevadm_step *step);
void journal_close(struct sevadm *adm);

/* Who is at work, as far as a journal tells; what a run that was killed did last */
bool journal_holder(const char *path, char *text, size_t size);
bool journal_interrupted(struct sevadm *adm, char *text, size_t size);

#endif
