// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log of changes: a record before the first of them, one after the last.  The
 * first without the second is a command that was killed, or a machine that died.
 * One more before this kernel is left, after which there may be no other.
 */
#include "cmd/log.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

/**
 * struct log - what is written to
 * @handle:	of the backend
 * @id:		of this invocation
 * @ended:	the last record is written, or could not be
 * @told:	so many steps have had a record of their own
 */
struct log {
	const struct log_backend *backend;
	int handle;
	char id[48];
	bool ended;
	size_t told;
};

struct who {
	uint32_t uid, euid, login_uid;
	bool has_login, has_sudo_uid;
	uint64_t sudo_uid;
	char sudo_user[128];	/* escaped: whoever runs us says so */
	int32_t pid, ppid;
	char tty[128];
};

static const struct out_row who_rows[] = {
	OUT_ROW(struct who, "uid", NULL, OUT_U32, uid),
	OUT_ROW(struct who, "euid", NULL, OUT_U32, euid),
	OUT_ROW_WHEN(struct who, "login_uid", NULL, OUT_U32, login_uid, has_login),
	OUT_ROW(struct who, "sudo_user", NULL, OUT_CHARS, sudo_user),
	OUT_ROW_WHEN(struct who, "sudo_uid", NULL, OUT_U64, sudo_uid, has_sudo_uid),
	OUT_ROW(struct who, "pid", NULL, OUT_I32, pid),
	OUT_ROW(struct who, "ppid", NULL, OUT_I32, ppid),
	OUT_ROW(struct who, "tty", NULL, OUT_CHARS, tty),
	OUT_END
};

static const struct log_backend *backend_of(const char *target)
{
	return !strcmp(target, "journal") ? &log_journal :
	       !strcmp(target, "syslog") ? &log_syslog : &log_file;
}

static void look_at_caller(struct who *who)
{
	const char *user = getenv("SUDO_USER"), *uid = getenv("SUDO_UID");

	*who = (struct who){
		.uid = getuid(), .euid = geteuid(), .pid = getpid(), .ppid = getppid(),
	};
	who->has_login = file_login_uid(&who->login_uid);
	if (user)
		text_escape(user, who->sudo_user, sizeof(who->sudo_user));
	who->has_sudo_uid = uid && !text_u64(uid, UINT32_MAX, &who->sudo_uid);
	for (int fd = 0; fd < 3 && !who->tty[0]; fd++)
		if (ttyname_r(fd, who->tty, sizeof(who->tty)))
			who->tty[0] = '\0';
}

static void time_text(char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, size - n, ".%06ldZ", ts.tv_nsec / 1000);
}

/* What every record starts with; NULL when memory is short */
static struct out *begin(const struct cli *cli, const char *event)
{
	struct out *out = out_new(OUT_JSON, false);
	char when[48];

	if (!out)
		return NULL;
	time_text(when, sizeof(when));
	out_number(out, "schema", 1);
	out_string(out, "event", event);
	out_string(out, "id", cli->log->id);
	out_string(out, "time", when);
	out_string(out, "command", cli->command->name);
	out_bool(out, "simulated", options_simulated(cli));
	return out;
}

/* Takes @out: 0 or -errno */
static int finish(const struct cli *cli, struct out *out, const char *event, const char *sentence,
		  bool bad)
{
	const struct log *log = cli->log;
	_cleanup_free_ char *json = out_line(out);
	const struct log_record record = {
		.event = event, .id = log->id, .command = cli->command->name,
		.sentence = sentence, .json = json, .bad = bad,
	};

	return json ? log->backend->write(log->handle, &record) : -ENOMEM;
}

/* The command line as it was given, before anybody put its words into another order */
static void add_words(const struct cli *cli, struct out *out)
{
	char **words = calloc((size_t)cli->nr_words + 1, sizeof(*words));
	int nr = 0;

	for (; words && nr < cli->nr_words; nr++) {
		size_t size = strlen(cli->words[nr]) * 4 + 1;

		words[nr] = malloc(size);
		if (!words[nr])
			break;
		text_escape(cli->words[nr], words[nr], size);
	}
	out_strings(out, "arguments", words, (size_t)nr);
	while (nr-- > 0)
		free(words[nr]);
	free(words);
}

static int write_started(const struct cli *cli)
{
	struct out *out = begin(cli, "started");
	char sentence[160], login[48] = "", device[4096];
	struct who who;

	if (!out)
		return -ENOMEM;
	look_at_caller(&who);
	text_escape(cli->device, device, sizeof(device));
	out_string(out, "device", device);
	out_object(out, "who", NULL, who_rows, &who);
	add_words(cli, out);
	if (who.has_login)
		snprintf(login, sizeof(login), ", login uid %" PRIu32, who.login_uid);
	snprintf(sentence, sizeof(sentence), "%s: started by uid %" PRIu32 "%s", cli->command->name,
		 who.uid, login);
	return finish(cli, out, "started", sentence, false);
}

static int fail_open(struct cli *cli, int err)
{
	const struct log_backend *backend = cli->log->backend;

	if (err == EOPNOTSUPP)
		return report_error(cli, SEVADM_ABSENT, "Build it with libsystemd, or log to syslog "
				    "or a file.", "this sevadm was built without the %s",
				    backend->what);
	if (err == ENXIO)
		return report_error(cli, SEVADM_ABSENT, "Start it, or log to a file.",
				    "there is no %s that takes records", backend->what);
	if (backend != &log_file)
		return report_error(cli, SEVADM_FAILED, NULL, "open the %s: %s (%s)", backend->what,
				    strerror(err), strerrorname_np(err));
	return report_error(cli, err == EACCES || err == EPERM ? SEVADM_PERMISSION : SEVADM_FAILED,
			    err == ELOOP ? "Name the file itself, not a symbolic link to it." :
			    err == EINVAL ? "A log goes into a regular file." : NULL,
			    "open the log %.512s: %s (%s)", cli->log_to, strerror(err),
			    strerrorname_np(err));
}

int log_start(struct cli *cli, bool changes)
{
	struct timespec ts;
	int ret;

	if (!cli->log_to)
		return 0;
	cli->log = calloc(1, sizeof(*cli->log));
	if (!cli->log)
		return report_error(cli, SEVADM_FAILED, NULL, "out of memory");
	cli->log->ended = true;		/* until it has started */
	cli->log->handle = -1;
	cli->log->backend = backend_of(cli->log_to);
	/* what cannot be had is said also where there is nothing to log */
	if (!changes && cli->log->backend == &log_file)
		return 0;
	ret = cli->log->backend->begin(cli->log_to);
	if (ret < 0)
		return fail_open(cli, -ret);
	cli->log->handle = ret;
	if (!changes)
		return 0;
	/* a limit on the size of files is an error to report, not one to die of half way */
	signal(SIGXFSZ, SIG_IGN);
	clock_gettime(CLOCK_REALTIME, &ts);
	snprintf(cli->log->id, sizeof(cli->log->id), "%d-%lld.%09ld", (int)getpid(),
		 (long long)ts.tv_sec, ts.tv_nsec);
	ret = write_started(cli);
	if (ret)
		return report_error(cli, SEVADM_FAILED, NULL, "write to the log: %s (%s); nothing "
				    "was done", strerror(-ret), strerrorname_np(-ret));
	cli->log->ended = false;
	return 0;
}

static int write_steps(const struct cli *cli, const struct sevadm_run *run)
{
	struct log *log = cli->log;
	int ret = 0;

	while (run && log->told < run->nr_steps && !ret) {
		struct out *out = begin(cli, "step");

		if (!out)
			return -ENOMEM;
		log->told = run_log_step(out, run, log->told) + 1;
		ret = finish(cli, out, "step", "", false);
	}
	return ret;
}

static int warn(const struct cli *cli, int ret)
{
	if (ret)
		fprintf(stderr, "sevadm: %s: warning: write to the log: %s (%s)\n",
			cli->command->name, strerror(-ret), strerrorname_np(-ret));
	return ret;
}

void log_leave(struct cli *cli)
{
	struct log *log = cli->log;
	struct out *out;
	int ret = 0;

	if (!log || log->ended)
		return;
	if (log->backend->short_records)
		ret = write_steps(cli, cli->run);
	out = ret ? NULL : begin(cli, "leaving");
	if (out && !log->backend->short_records)
		run_log_steps(out, cli->run);
	if (out)
		ret = finish(cli, out, "leaving", "on the way to the next kernel", false);
	warn(cli, ret);
}

int log_end(struct cli *cli, const struct sevadm_run *run, const struct sevadm_failure *failure)
{
	struct log *log = cli->log;
	struct out *out;
	int ret = 0;

	if (!log || log->ended)
		return 0;
	log->ended = true;
	if (log->backend->short_records)
		ret = write_steps(cli, run);
	out = begin(cli, "ended");
	if (!out)
		return -ENOMEM;
	if (!log->backend->short_records)
		run_log_steps(out, run);
	if (progress_signal())
		out_number(out, "signal", progress_signal());
	report_log_end(out, failure, run ? run->message : "");
	if (!ret)
		ret = finish(cli, out, "ended", failure ? failure->message :
			     run && run->message[0] ? run->message : "done", failure);
	else
		free(out_line(out));
	return warn(cli, ret);
}

void log_close(struct cli *cli)
{
	if (cli->log && cli->log->handle >= 0)
		cli->log->backend->close(cli->log->handle);
	free(cli->log);
	cli->log = NULL;
}
