/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many commands on one host that stays open: what shell and scripts are built on.
 *
 * Each command is a child process with a copy of the handles.  So it is the same program
 * as without a session: it drops its privileges, is stopped by the same signals, may
 * crash, and exits where argp wants it to; nothing of it is left but its outcome.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <sys/resource.h>

#include "cmd/cli.h"

#define SESSION_GUESTS	1024	/* that can be named; there may be more */

/**
 * struct outcome - how a command ended
 * @exit:	code; 128 and the signal where one ended it
 * @signal:	that ended it, or 0
 * @told:	the command came so far that it told how it ended, and what follows is meant
 * @status:	the last that the firmware answered, or that it was not called
 * @err:	positive errno
 * @message:	how it ended, or what failed
 * @changes:	it opened the host for changes
 */
struct outcome {
	int exit, signal;
	bool told, changes;
	uint32_t status;
	int err;
	char message[768];
	struct rusage usage;
	uint64_t duration_ns;
};

/**
 * struct picture - what a host is like, without that anything failed in a handle
 * @known:	it was asked, and both platforms answered
 * @sev, @snp:	states by name
 * @has_list:	the guests are known
 * @guests, @nr_guests: of them; @total: how many there are
 * @online, @offline: CPUs
 */
struct picture {
	bool known, has_list;
	char sev[16], snp[16];
	struct picture_guest {
		uint64_t id;
		enum sevadm_guest_kind kind;
		enum sevadm_guest_state state;
		bool held;
	} guests[SESSION_GUESTS];
	size_t nr_guests, total;
	char online[4096], offline[4096];
};

/**
 * struct session - a host that stays open
 * @cli:	what holds for every command, unless its own line says otherwise
 * @ask:	opened for reading
 * @change:	opened for changes; NULL: this session changes nothing
 * @look:	opened for reading, for the session's own questions
 * @outer:	the command that it is for
 * @argv:	of a command, in its process
 * @read_only:	nothing is changed in it, on no host
 * @own:	they are closed with it: it is not a session within another
 * @depth:	how many sessions it is within
 * @shared:	with the children
 */
struct session {
	struct cli cli;
	struct sevadm *ask, *change, *look;
	struct cli *outer;
	char **argv;
	bool own, read_only;
	unsigned int depth;
	struct shared *shared;
};

/**
 * session_open - open a host for many commands
 * @cli:	the command that the session is for: where the host is and what holds for all
 * @read_only:	nothing can be changed in it
 * @out:	session, NULL on failure
 * Return: 0, or the exit code, having reported why
 */
int session_open(struct cli *cli, bool read_only, struct session **out);
/* The same, and what there is to say of its recording or replay: the exit code then */
int session_end(struct cli *cli, struct session *session, int exit_code);
/* NULL does nothing */
void session_close(struct session *session);

/* The handle, if @device is the one that is open; else NULL */
struct sevadm *session_has(const struct session *session, const char *device, bool change);

/**
 * session_run - one command, to its end
 * @session:	session
 * @words, @nr:	its line, without the program's name
 * @in, @out, @err: descriptors that it gets as its standard input, output, error
 * @outcome:	result
 * Return: 0, or -errno: it could not be begun
 */
int session_run(struct session *session, char *const *words, size_t nr, int in, int out, int err,
		struct outcome *outcome);

/* The same, but the line is only looked at: would it be taken?  Nothing is opened or done */
int session_try(struct session *session, char *const *words, size_t nr, int err,
		struct outcome *outcome);

/* What the host is like now, asked by a child; all zero where that cannot be told */
const struct picture *session_look(struct session *session);
/* As it was when it was last looked at: nothing is asked */
const struct picture *session_last_picture(const struct session *session);

/* The signal that came since session_signals(), or 0; and forget it */
int session_signal(void);
void session_forget_signal(void);
/* From here on INT, TERM and HUP are noted, and end no process but children */
void session_signals(void);

/* Of our time; with @there, on a simulated host, whole seconds pass there.  0, -EINTR: a signal */
int session_sleep(struct session *session, uint64_t ns, bool there);

/* ---- for the child: how it ends, seen from there (report.c, run.c) */

void outcome_tell(struct outcome *outcome, uint32_t status, int err, const char *message);

#endif
