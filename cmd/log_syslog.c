// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "cmd/log.h"

static int open_syslog(const char *target)
{
	(void)target;
	/* syslog(3) tells nobody that there is nobody */
	if (access(_PATH_LOG, W_OK))
		return errno == ENOENT ? -ENXIO : -errno;
	openlog("sevadm", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	return 0;
}

static int write_syslog(int handle, const struct log_record *record)
{
	(void)handle;
	syslog(record->bad ? LOG_WARNING : LOG_NOTICE, "%.*s", (int)strcspn(record->json, "\n"),
	       record->json);
	return 0;
}

static void close_syslog(int handle)
{
	(void)handle;
	closelog();
}

const struct log_backend log_syslog = {
	.what = "syslog", .short_records = true, .begin = open_syslog, .write = write_syslog,
	.close = close_syslog,
};
