// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of log_journal.c where there is no libsystemd.
 */
#include <errno.h>

#include "cmd/log.h"

static int open_journal(const char *target)
{
	(void)target;
	return -EOPNOTSUPP;
}

/* open_journal() lets nobody come this far */
static int write_journal(int handle, const struct log_record *record)
{
	(void)handle;
	(void)record;
	return -EOPNOTSUPP;
}

static void close_journal(int handle)
{
	(void)handle;
}

const struct log_backend log_journal = {
	.what = "journal", .begin = open_journal, .write = write_journal, .close = close_journal,
};
