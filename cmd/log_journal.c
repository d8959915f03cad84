// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal's native protocol, by libsystemd.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "cmd/log.h"

#define SOCKET	"/run/systemd/journal/socket"

static int open_journal(const char *target)
{
	(void)target;
	/* sd_journal_send() is content with no journal at all */
	if (access(SOCKET, W_OK))
		return errno == ENOENT ? -ENXIO : -errno;
	return 0;
}

static int write_journal(int handle, const struct log_record *record)
{
	(void)handle;
	return sd_journal_send("MESSAGE=%s", record->sentence,
			       "PRIORITY=%d", record->bad ? LOG_WARNING : LOG_NOTICE,
			       "SYSLOG_IDENTIFIER=sevadm",
			       "SYSLOG_FACILITY=%d", LOG_FAC(LOG_AUTHPRIV),
			       "SEVADM_EVENT=%s", record->event,
			       "SEVADM_ID=%s", record->id,
			       "SEVADM_COMMAND=%s", record->command,
			       "SEVADM_RECORD=%.*s", (int)strcspn(record->json, "\n"), record->json,
			       NULL);
}

static void close_journal(int handle)
{
	(void)handle;
}

const struct log_backend log_journal = {
	.what = "journal", .begin = open_journal, .write = write_journal, .close = close_journal,
};
