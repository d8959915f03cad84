/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of changes (--log): who ran what, and what came of it.
 */
#ifndef CMD_LOG_H
#define CMD_LOG_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct log_record - one record as it goes out
 * @event:	"started", "step", "leaving" or "ended"
 * @id:		the same in all records of an invocation
 * @command:	of sevadm
 * @sentence:	for people
 * @json:	the whole of it, one line with its newline
 * @bad:	it tells of a failure
 */
struct log_record {
	const char *event, *id, *command, *sentence, *json;
	bool bad;
};

/**
 * struct log_backend - where records go
 * @what:	the kind, for messages
 * @short_records: steps are records of their own, for records may not get long
 * @begin:	@target as --log names it; a handle, -EOPNOTSUPP (sevadm was built without
 *		it), -ENXIO (nobody is there who takes records), -errno
 * @write:	0 or -errno
 * @close:	releases the handle
 */
struct log_backend {
	const char *what;
	bool short_records;
	int (*begin)(const char *target);
	int (*write)(int handle, const struct log_record *record);
	void (*close)(int handle);
};

/* One file each; the journal's is a stub without libsystemd */
extern const struct log_backend log_file, log_journal, log_syslog;

#endif
