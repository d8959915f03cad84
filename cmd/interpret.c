// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/interpret.h"
#include "lib/util/cleanup.h"
#include "lib/util/cpuset.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

/* --------------------------------------------------------------------- captures */

void capture_close(struct capture *capture)
{
	if (capture->out >= 0)
		close(capture->out);
	if (capture->err >= 0)
		close(capture->err);
	*capture = (struct capture){ -1, -1 };
}

char *capture_text(int fd, size_t *size)
{
	struct stat st = { 0 };
	char *text;
	ssize_t n;

	*size = 0;
	if (fd >= 0 && fstat(fd, &st))
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return NULL;
	while (*size < (size_t)st.st_size) {
		n = pread(fd, text + *size, (size_t)st.st_size - *size, (off_t)*size);
		if (n <= 0)
			break;
		*size += (size_t)n;
	}
	text[*size] = '\0';
	return text;
}

/* -------------------------------------------------------------------- expectations */

static const char *status_text(uint32_t status, char text[32])
{
	if (status == SEVADM_NO_FW_CALL)
		snprintf(text, 32, "NO_FW_CALL");
	else
		snprintf(text, 32, "%s (0x%04x)", sevadm_status_name(status), status);
	return text;
}

__attribute__((format(printf, 2, 3)))
static bool differs(struct point *point, const char *format, ...)
{
	size_t used = strlen(point->why);
	va_list ap;

	if (used && used < sizeof(point->why) - 3)
		used += (size_t)sprintf(point->why + used, "; ");
	va_start(ap, format);
	vsnprintf(point->why + used, sizeof(point->why) - used, format, ap);
	va_end(ap);
	return false;
}

static bool as_status(struct point *point, uint32_t wanted)
{
	char came[32], want[32];

	if (!point->outcome.told)
		return differs(point, "the command ended before it could tell a status");
	if (point->outcome.status != wanted)
		return differs(point, "%s was expected, %s came", status_text(wanted, want),
			       status_text(point->outcome.status, came));
	return true;
}

static bool as_output(struct point *point, const char *wanted)
{
	_cleanup_free_ char *text = NULL;
	char shown[128];
	size_t size;

	text = capture_text(point->capture.out, &size);
	if (text && memmem(text, size, wanted, strlen(wanted)))
		return true;
	return differs(point, "'%s' is not in what it printed",
		       text_escape(wanted, shown, sizeof(shown)));
}

static bool as_picture(struct interpreter *in, struct point *point, const struct statement *s)
{
	const struct picture *now = session_look(in->session);
	const char *side = s->expect == EXPECT_SEV ? "SEV" : "SNP";
	const char *state = s->expect == EXPECT_SEV ? now->sev : now->snp;

	if (s->expect == EXPECT_GUESTS) {
		if (!now->has_list)
			return differs(point, "there is no list of guests on this host");
		return now->total == s->number ? true :
		       differs(point, "%llu guests were expected, there are %zu",
			       (unsigned long long)s->number, now->total);
	}
	if (!strcmp(state, s->words[2]))
		return true;
	return differs(point, "%s should be %s now, it is %s", side, s->words[2],
		       state[0] ? state : "not to be found out");
}

static bool as_expected(struct interpreter *in, struct point *point, const struct statement *s)
{
	const struct outcome *o = &point->outcome;
	_cleanup_free_ char *word = NULL;
	char missing[64];

	switch (s->expect) {
	case EXPECT_STATUS:
		return as_status(point, (uint32_t)s->number);
	case EXPECT_EXIT:
		return o->exit == (int)s->number ? true :
		       differs(point, "exit code %llu was expected, %d came",
			       (unsigned long long)s->number, o->exit);
	case EXPECT_ERRNO:
		return o->err == (int)s->number ? true :
		       differs(point, "%s was expected, %s came", s->words[2],
			       o->err ? strerrorname_np(o->err) : "no error");
	case EXPECT_OUTPUT:
		word = script_expand(s->words[2], &in->vars, missing);
		return word ? as_output(point, word) :
		       differs(point, "there is no variable '%s'", missing);
	case EXPECT_SEV:
	case EXPECT_SNP:
	case EXPECT_GUESTS:
		return as_picture(in, point, s);
	}
	return false;
}

static void add_expected(struct point *point, const struct statement *s)
{
	size_t used = strlen(point->expected), size = sizeof(point->expected);

	for (size_t i = 1; i < s->nr && used < size; i++)
		used += (size_t)snprintf(point->expected + used, size - used, "%s%s",
					 i > 1 ? " " : used ? ", " : "",
					 script_has_variable(s->words[i]) ? "(a variable)" :
					 s->words[i]);
}

/* It was not begun, or nothing was expected: then success was */
static void judge_alone(struct point *point)
{
	const struct outcome *o = &point->outcome;

	if (!point->begun || !o->exit)
		return;
	point->ok = false;
	if (o->signal)
		differs(point, "a signal ended it: %s", strsignal(o->signal));
	else if (o->told && o->message[0])
		differs(point, "exit code %d: %s", o->exit, o->message);
	else
		differs(point, "exit code %d", o->exit);
}

/* --------------------------------------------------------------------- statements */

char **interpret_words(struct interpreter *in, const struct statement *s, size_t from)
{
	char **words = calloc(s->nr - from + 1, sizeof(*words));
	struct point point = { .statement = s, .capture = { -1, -1 } };
	char missing[64] = "";
	size_t i;

	for (i = 0; words && from + i < s->nr; i++) {
		words[i] = script_expand(s->words[from + i], &in->vars, missing);
		if (!words[i])
			break;
	}
	if (words && from + i == s->nr)
		return words;
	script_words_free(words);
	if (missing[0])
		differs(&point, "there is no variable '%s'", missing);
	else
		differs(&point, "there is no memory left");
	in->code = SEVADM_NO;
	in->ops->told(in, &point);
	return NULL;
}

static int open_output(struct interpreter *in, const struct statement *s)
{
	_cleanup_free_ char *path = NULL;
	char missing[64];

	path = script_expand(s->output, &in->vars, missing);
	if (!path)
		return -ENOENT;
	return file_open_output(path, s->append);
}

static void keep_line(struct point *point, char *const *words)
{
	size_t used = 0, size = sizeof(point->line);

	for (size_t i = 0; words[i] && used < size; i++)
		used += (size_t)snprintf(point->line + used, size - used, "%s%s", i ? " " : "",
					 words[i]);
}

int interpret_command(struct interpreter *in, const struct statement *s, char *const *words,
		      struct point *point)
{
	_cleanup_close_ int file = -1;
	unsigned int colour;
	size_t nr = 0;
	int ret;

	while (words[nr])
		nr++;
	point->statement = s;
	if (s->output) {
		file = open_output(in, s);
		if (file < 0)
			return file;
	} else if (in->ops->capture_err || !command_is_live(words, nr)) {
		point->capture.out = memfd_create("output", MFD_CLOEXEC);
		if (point->capture.out < 0)
			return -errno;
	}
	if (in->ops->capture_err) {
		point->capture.err = memfd_create("errors", MFD_CLOEXEC);
		if (point->capture.err < 0)
			return -errno;
	}
	keep_line(point, words);
	/* it cannot see itself that what it writes will be on a terminal */
	colour = in->session->cli.color;
	if (in->colour && !s->output && colour == COLOR_AUTO)
		in->session->cli.color = COLOR_ALWAYS;
	ret = session_run(in->session, words, nr, in->in,
			  file >= 0 ? file : point->capture.out >= 0 ? point->capture.out :
			  STDOUT_FILENO,
			  point->capture.err >= 0 ? point->capture.err : STDERR_FILENO,
			  &point->outcome);
	in->session->cli.color = colour;
	point->begun = !ret;
	return ret;
}

static void say_time(struct interpreter *in, const struct point *point)
{
	const struct rusage *u = &point->outcome.usage;
	char line[128];

	snprintf(line, sizeof(line), "real %.3f s, user %.3f s, system %.3f s, %ld KiB at most",
		 (double)point->outcome.duration_ns / 1e9,
		 (double)u->ru_utime.tv_sec + (double)u->ru_utime.tv_usec / 1e6,
		 (double)u->ru_stime.tv_sec + (double)u->ru_stime.tv_usec / 1e6, u->ru_maxrss);
	in->ops->say(in, line);
}

/* A command, and the expectations that follow; *at is behind them afterwards */
static int run_command(struct interpreter *in, const struct script *script, size_t *at)
{
	const struct statement *s = &script->list[*at];
	size_t from = s->kind == STATEMENT_TIME, next = *at + 1;
	char **words = interpret_words(in, s, from);
	struct point *point = &in->last;
	bool expected = false;
	int ret;

	capture_close(&point->capture);
	*point = (struct point){ .statement = s, .capture = { -1, -1 } };
	ret = words ? interpret_command(in, s, words, point) : -EIO;
	if (words && ret)
		differs(point, "it was not carried out: %s%s", s->output ? "the file that its "
			"result goes to cannot be opened: " : "", strerror(-ret));
	if (!ret && in->ops->written)
		in->ops->written(in, point);
	if (!ret && from)
		say_time(in, point);
	point->ok = !ret;
	for (; next < script->nr && script->list[next].kind == STATEMENT_EXPECT; next++) {
		expected = true;
		add_expected(point, &script->list[next]);
		if (!ret && !point->outcome.signal &&
		    !as_expected(in, point, &script->list[next]))
			point->ok = false;
	}
	if (!expected || point->outcome.signal)
		judge_alone(point);
	in->code = point->ok ? SEVADM_DONE :
		   point->begun && !expected ? point->outcome.exit : SEVADM_NO;
	*at = next;
	if (words)
		in->ops->told(in, point);
	script_words_free(words);
	if (session_signal() || point->outcome.signal == SIGINT ||
	    point->outcome.signal == SIGTERM || point->outcome.signal == SIGHUP)
		return -ECANCELED;
	return point->ok || in->go_on ? 0 : -EIO;
}

/* Another statement than a command did not do what it is for */
__attribute__((format(printf, 3, 4)))
static int failed(struct interpreter *in, const struct statement *s, const char *format, ...)
{
	struct point point = { .statement = s, .capture = { -1, -1 } };
	va_list ap;

	va_start(ap, format);
	vsnprintf(point.why, sizeof(point.why), format, ap);
	va_end(ap);
	in->code = SEVADM_NO;
	in->ops->told(in, &point);
	return in->go_on ? 0 : -EIO;
}

static bool fits(const struct picture_guest *guest, const char *word)
{
	static const struct {
		const char *name;
		int kind, state;
	} words[] = {
		{ "sev", SEVADM_GUEST_SEV, -1 }, { "sev-es", SEVADM_GUEST_SEV_ES, -1 },
		{ "snp", SEVADM_GUEST_SNP, -1 }, { "init", 0, SEVADM_GUEST_INIT },
		{ "launching", 0, SEVADM_GUEST_LAUNCHING }, { "running", 0, SEVADM_GUEST_RUNNING },
		{ "tombstone", 0, SEVADM_GUEST_TOMBSTONE },
	};

	if (!strcmp(word, "leaked"))
		return !guest->held && guest->state != SEVADM_GUEST_TOMBSTONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i].name))
			return words[i].kind ? (int)guest->kind == words[i].kind :
			       (int)guest->state == words[i].state;
	return true;			/* the number, which is counted elsewhere */
}

/* The Nth guest of that kind and state: its id, or false */
static bool pick_guest(const struct picture *now, const struct statement *s, uint64_t n,
		       uint64_t *value)
{
	for (size_t i = 0; i < now->nr_guests; i++) {
		bool all = true;

		for (size_t j = 3; j < s->nr; j++)
			all &= fits(&now->guests[i], s->words[j]);
		if (all && !--n) {
			*value = now->guests[i].id;
			return true;
		}
	}
	return false;
}

static bool pick_cpu(const struct picture *now, const struct statement *s, uint64_t n,
		     uint64_t *value)
{
	bool offline = s->nr > 3 && !strcmp(s->words[3], "offline");
	struct cpuset cpus;
	int cpu = -1;

	if (cpuset_parse(offline ? now->offline : now->online, &cpus))
		return false;
	while (n--) {
		cpu = cpuset_next(&cpus, (unsigned int)cpu + 1);
		if (cpu < 0)
			return false;
	}
	*value = (uint64_t)cpu;
	return true;
}

static int pick(struct interpreter *in, const struct statement *s)
{
	const struct picture *now = session_look(in->session);
	bool cpu = !strcmp(s->words[2], "cpu");
	uint64_t n = 1, value;
	char text[24];

	text_u64(s->words[s->nr - 1], UINT32_MAX, &n);
	if (!cpu && !now->has_list)
		return failed(in, s, "there is no list of guests on this host");
	if (!(cpu ? pick_cpu : pick_guest)(now, s, n, &value))
		return failed(in, s, "there is no such %s", cpu ? "CPU" : "guest");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return script_var_set(&in->vars, s->words[1], text);
}

static int let(struct interpreter *in, const struct statement *s)
{
	char **words = interpret_words(in, s, 3);
	int ret;

	if (!words)
		return in->go_on ? 0 : -EIO;
	ret = script_var_set(&in->vars, s->words[1], words[0]);
	script_words_free(words);
	return ret;
}

/* Words with a blank between them, to be freed */
static char *join(char *const *words)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f && words[i]; i++)
		fprintf(f, "%s%s", i ? " " : "", words[i]);
	return f && !fclose(f) ? text : NULL;
}

static int echo(struct interpreter *in, const struct statement *s)
{
	char **words = interpret_words(in, s, 1);
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *line = NULL;

	if (!words)
		return in->go_on ? 0 : -EIO;
	line = join(words);
	script_words_free(words);
	if (!line)
		return -ENOMEM;
	if (!s->output) {
		in->ops->say(in, line);
		return 0;
	}
	fd = open_output(in, s);
	if (fd < 0 || dprintf(fd, "%s\n", line) < 0)
		return failed(in, s, "the file cannot be written: %s",
			      strerror(fd < 0 ? -fd : errno));
	return 0;
}

/* ------------------------------------------------------------------------ the way */

/* An expectation that comes alone, about the command before it */
static int expect(struct interpreter *in, const struct statement *s)
{
	struct point *point = &in->last;

	point->statement = s;
	point->why[0] = point->expected[0] = '\0';
	add_expected(point, s);
	point->ok = point->begun ? as_expected(in, point, s) :
		    differs(point, "there was no command before");
	in->code = point->ok ? SEVADM_DONE : SEVADM_NO;
	in->ops->told(in, point);
	return point->ok || in->go_on ? 0 : -EIO;
}

static int other(struct interpreter *in, const struct statement *s)
{
	switch (s->kind) {
	case STATEMENT_EXPECT:
		return expect(in, s);
	case STATEMENT_ON_ERROR:
		in->go_on = s->number;
		return 0;
	case STATEMENT_SLEEP:
		return session_sleep(in->session, s->number, true) ? -ECANCELED : 0;
	case STATEMENT_LET:
		return let(in, s);
	case STATEMENT_PICK:
		return pick(in, s);
	case STATEMENT_ECHO:
		return echo(in, s);
	default:
		return in->ops->own(in, s);
	}
}

/* From @at to @end, which is behind the last */
static int run_range(struct interpreter *in, const struct script *script, size_t at, size_t end)
{
	int ret = 0;

	while (!ret && at < end) {
		const struct statement *s = &script->list[at];

		if (session_signal())
			return -ECANCELED;
		in->code = SEVADM_DONE;
		if (s->kind == STATEMENT_COMMAND || s->kind == STATEMENT_TIME) {
			ret = run_command(in, script, &at);
		} else if (s->kind == STATEMENT_REPEAT) {
			for (uint64_t i = 0; !ret && i < s->number; i++)
				ret = run_range(in, script, at + 1, s->other);
			at = s->other + 1;
		} else {
			ret = other(in, s);
			at++;
		}
	}
	return ret;
}

int interpret(struct interpreter *in, const struct script *script)
{
	return run_range(in, script, 0, script->nr);
}

void interpreter_free(struct interpreter *in)
{
	capture_close(&in->last.capture);
	script_vars_free(&in->vars);
}
