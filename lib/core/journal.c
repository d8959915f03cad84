// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line for each step that was taken on a host, and by whom.  For people: nothing
 * is decided by what stands in it.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/core/context.h"
#include "lib/core/journal.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define RUN_DIR		"/run/sevadm"
#define LARGEST		(1 << 20)	/* then it is begun anew, and one old one kept */
#define TAIL		(64 * 1024)	/* more than most runs write */
#define WHOLE		(2 * LARGEST)	/* and more than any: it begins before LARGEST */
#define LINE		2048

/* ---------------------------------------------------------------------- writing */

struct line {
	char text[LINE];
	size_t used;		/* beyond the end: it did not fit */
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *line, const char *format, ...)
{
	size_t at = line->used < LINE ? line->used : LINE - 1;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line->text + at, LINE - at, format, ap);
	va_end(ap);
	line->used = n < 0 || line->used >= LINE ? LINE : line->used + (size_t)n;
}

static void add_string(struct line *line, const char *name, const char *text)
{
	add(line, ",\"%s\":\"", name);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			add(line, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			add(line, "\\u%04x", c);
		else
			add(line, "%c", c);
	}
	add(line, "\"");
}

static void begin_line(struct line *line, const char *event)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	line->used = 0;
	strftime(text, sizeof(text), "%FT%TZ", gmtime_r(&now, &tm));
	add(line, "{\"time\":\"%s\"", text);
	add_string(line, "event", event);
	add(line, ",\"pid\":%d", (int)getpid());
}

/* In one write(), so that a line is whole or not there; a full disk is no reason to stop */
static void end_line(struct journal *journal, struct line *line)
{
	add(line, "}\n");
	if (line->used < LINE && write(journal->fd, line->text, line->used) < 0)
		return;
}

static void flush_wbinvds(struct journal *journal)
{
	struct line line;

	if (!journal->wbinvds)
		return;
	begin_line(&line, "step");
	add_string(&line, "step", "WBINVD");
	add(&line, ",\"count\":%u,\"errno\":0", journal->wbinvds);
	end_line(journal, &line);
	journal->wbinvds = 0;
}

void journal_step(struct sevadm *adm, const struct sevadm_step *step)
{
	struct journal *journal = &adm->journal;
	struct line line;

	if (!journal->open)
		return;
	/* thousands of lines that say the same */
	if (step->kind == SEVADM_STEP_WBINVD && step->has_cpu && !step->err) {
		journal->wbinvds++;
		return;
	}
	flush_wbinvds(journal);
	begin_line(&line, "step");
	add_string(&line, "step", step->command);
	if (step->has_guest)
		add(&line, ",\"guest\":%llu", (unsigned long long)step->guest);
	if (step->has_pid)
		add(&line, ",\"process\":%d", step->pid);
	if (step->has_cpu)
		add(&line, ",\"cpu\":%u", step->cpu);
	if (step->has_status && step->status != SEVADM_NO_FW_CALL)
		add(&line, ",\"status\":%u", step->status);
	add(&line, ",\"count\":%u,\"errno\":%d", step->count, step->err);
	if (step->reason)
		add_string(&line, "reason", step->reason);
	end_line(journal, &line);
}

static void write_begin(struct sevadm *adm, const char *boot, const char *command)
{
	struct line line;
	uint32_t login;

	begin_line(&line, "begin");
	add_string(&line, "boot", boot);
	add_string(&line, "command", command);
	add(&line, ",\"uid\":%u", (unsigned int)getuid());
	if (file_login_uid(&login))
		add(&line, ",\"login_uid\":%u", login);
	end_line(&adm->journal, &line);
}

void journal_close(struct sevadm *adm)
{
	struct journal *journal = &adm->journal;
	struct line line;

	if (!journal->open)
		return;
	flush_wbinvds(journal);
	begin_line(&line, "end");
	add(&line, ",\"exit\":%d", (int)adm->failure.kind);
	if (adm->failure.message[0])
		add_string(&line, "message", adm->failure.message);
	end_line(journal, &line);
	close(journal->fd);
	journal->open = false;
}

/* ---------------------------------------------------------------------- reading */

/* The value of a member of one of our lines, as far as it is one; as it stands there */
static bool member(const char *line, const char *name, char *value, size_t size)
{
	const char *end = strchrnul(line, '\n'), *at;
	char key[32];
	size_t n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = memmem(line, (size_t)(end - line), key, strlen(key));
	if (!at)
		return false;
	at += strlen(key);
	if (*at == '"') {
		for (n = 1; at + n < end && at[n] != '"'; n++)
			n += at[n] == '\\' && at + n + 1 < end;
		at++;
		n--;
	} else {
		n = strspn(at, "0123456789-");
	}
	if (n >= size)
		n = size - 1;
	memcpy(value, at, n);
	value[n] = '\0';
	return true;
}

/* The same for people to read, whoever wrote it */
static bool printable(const char *line, const char *name, char *value, size_t size)
{
	char raw[256];

	if (!member(line, name, raw, sizeof(raw)))
		return false;
	text_escape(raw, value, size);
	return true;
}

static bool is_event(const char *line, const char *event)
{
	char value[16];

	return member(line, "event", value, sizeof(value)) && !strcmp(value, event);
}

/* From the end, for a journal is long and a run is short */
static const char *last_begin(const char *text)
{
	const char *line = text + strlen(text);

	while (line > text) {
		const char *before = memrchr(text, '\n', (size_t)(line - text - 1));

		line = before ? before + 1 : text;
		if (is_event(line, "begin"))
			return line;
	}
	return NULL;
}

/* The last run that a text tells of: where it begins; *@step its last step, *@ended */
static const char *last_run(const char *text, const char **step, bool *ended)
{
	const char *begin = last_begin(text);

	*step = NULL;
	*ended = false;
	for (const char *line = begin; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (is_event(line, "begin")) {
			begin = line;
			*step = NULL;
			*ended = false;
		} else if (is_event(line, "step")) {
			*step = line;
		} else if (is_event(line, "end")) {
			*ended = true;
		}
	}
	return begin;
}

static void describe_run(const char *begin, char *text, size_t size)
{
	char command[512] = "?", pid[32] = "?", uid[32] = "?", when[64] = "?";

	printable(begin, "command", command, sizeof(command));
	printable(begin, "pid", pid, sizeof(pid));
	printable(begin, "uid", uid, sizeof(uid));
	printable(begin, "time", when, sizeof(when));
	snprintf(text, size, "`sevadm %s` (process %s of uid %s, %s)", command, pid, uid, when);
}

/* Those that a run brought online for itself, did not put back, and that are online still */
static void left_online(struct sevadm *adm, const char *begin, struct cpuset *left)
{
	struct cpuset online, offline = { 0 };
	char step[16], number[16];

	*left = (struct cpuset){ 0 };
	for (const char *line = begin; line && *line; line = strchr(line, '\n')) {
		unsigned int cpu;

		line += *line == '\n';
		if (!member(line, "step", step, sizeof(step)) || strncmp(step, "CPU_O", 5) ||
		    !member(line, "cpu", number, sizeof(number)))
			continue;
		cpu = (unsigned int)strtoul(number, NULL, 10);
		if (cpu >= CPUSET_MAX)
			continue;
		cpuset_add(!strcmp(step, "CPU_ONLINE") ? left : &offline, cpu);
	}
	cpuset_subtract(left, &offline);
	offline = *left;
	if (host_cpus(adm->below, HOST_CPUS_ONLINE, &online))
		return;
	cpuset_subtract(&offline, &online);
	cpuset_subtract(left, &offline);
}

static void describe_interrupted(struct sevadm *adm, const char *tail, const char *boot, char *text,
				 size_t size)
{
	struct cpuset left;
	char list[256];
	size_t used;

	char of[64] = "", run[768], boot_of[64], name[128], guest[32];
	const char *step, *begin;
	bool ended;

	text[0] = '\0';
	begin = last_run(tail, &step, &ended);
	if (!begin || ended || !member(begin, "boot", boot_of, sizeof(boot_of)) ||
	    strcmp(boot_of, boot))
		return;
	describe_run(begin, run, sizeof(run));
	if (!step || !printable(step, "step", name, sizeof(name))) {
		snprintf(text, size, "%s did not come to its end; it had done nothing yet", run);
		return;
	}
	if (printable(step, "guest", guest, sizeof(guest)))
		snprintf(of, sizeof(of), " of guest %s", guest);
	else if (printable(step, "process", guest, sizeof(guest)))
		snprintf(of, sizeof(of), " of process %s", guest);
	snprintf(text, size, "%s did not come to its end; the last step that it noted was %s%s", run,
		 name, of);
	left_online(adm, begin, &left);
	used = strlen(text);
	if (cpuset_count(&left))
		snprintf(text + used, size - used, "; CPU %s, which it brought online, is online "
			 "still: echo 0 >/sys/devices/system/cpu/cpuN/online puts one back",
			 cpuset_format(&left, list, sizeof(list)));
}

static void boot_id(struct sevadm *adm, char *boot, size_t size)
{
	if (host_read_line(adm->below, "/proc/sys/kernel/random/boot_id", boot, size))
		snprintf(boot, size, "?");
}

/* As much of the end as has the last run in it, to be freed; NULL: there is none to be had */
static char *read_end(const char *path)
{
	uint64_t length = 0;

	for (size_t size = TAIL;; size = WHOLE) {
		char *text = malloc(size);

		if (text && host_journal_read(path, true, text, size, &length) >= 0 &&
		    (size == WHOLE || length < size || last_begin(text)))
			return text;
		free(text);
		if (!text || size == WHOLE || length < size)
			return NULL;
	}
}

bool journal_holder(const char *path, char *text, size_t size)
{
	_cleanup_free_ char *tail = read_end(path);
	const char *begin, *step;
	bool ended;

	if (!tail)
		return false;
	begin = last_run(tail, &step, &ended);
	if (!begin || ended)
		return false;
	describe_run(begin, text, size);
	return true;
}

bool journal_interrupted(struct sevadm *adm, char *text, size_t size)
{
	_cleanup_free_ char *tail = read_end(adm->journal.path);
	char boot[64];

	text[0] = '\0';
	if (!tail)
		return false;
	boot_id(adm, boot, sizeof(boot));
	describe_interrupted(adm, tail, boot, text, size);
	return text[0];
}

/* ---------------------------------------------------------------------- opening */

/* A journal is of one boot, and of a size that can be read */
static bool outworn(const char *path, const char *boot)
{
	char first[LINE], of[64];
	uint64_t length;
	ssize_t n = host_journal_read(path, false, first, sizeof(first), &length);

	if (n <= 0)
		return false;
	return length > LARGEST || !member(first, "boot", of, sizeof(of)) || strcmp(of, boot);
}

void journal_path(struct sevadm *adm, const char *file)
{
	snprintf(adm->journal.path, sizeof(adm->journal.path), "%s%s", file ? file : RUN_DIR,
		 file ? ".journal" : "/journal");
}

void journal_open(struct sevadm *adm, const char *command)
{
	struct journal *journal = &adm->journal;
	char boot[64];

	if (!adm->sim && mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return;
	journal_interrupted(adm, journal->interrupted, sizeof(journal->interrupted));
	boot_id(adm, boot, sizeof(boot));
	journal->fd = host_journal_open(journal->path);
	if (journal->fd >= 0 && outworn(journal->path, boot)) {
		close(journal->fd);
		journal->fd = host_journal_put_aside(journal->path) ?:
			      host_journal_open(journal->path);
	}
	journal->open = journal->fd >= 0;
	if (journal->open)
		write_begin(adm, boot, command);
}
