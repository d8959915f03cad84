// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of a host again and again, by questions that change nothing.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/commands.h"
#include "cmd/monitor.h"
#include "cmd/terminal.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

#define INTERVAL_NS	2000000000ULL
#define INTERVAL_MIN	0.05
#define INTERVAL_MAX	86400.0
#define HANGS_NS	1500000000ULL	/* longer than any command takes: INIT of SNP 0.7 s */

enum { KEY_INTERVAL = 0x200, KEY_COUNT, KEY_ONCE };

struct monitor_options {
	uint64_t interval_ns, count;
	bool once;
};

static const struct argp_option options[] = {
	{ "interval", KEY_INTERVAL, "SECONDS", 0, "Between two samples, fractions allowed "
	  "(default: 2)" },
	{ "count", KEY_COUNT, "N", 0, "End after N samples" },
	{ "once", KEY_ONCE, NULL, 0, "One sample: --count=1" },
	{ 0 }
};

static uint64_t parse_interval(const char *arg, struct argp_state *state)
{
	char *end;
	double seconds = strtod(arg, &end);

	if (end == arg || *end || !isfinite(seconds) || seconds < INTERVAL_MIN ||
	    seconds > INTERVAL_MAX)
		argp_error(state, "--interval takes seconds from %.2f to %.0f, not '%s'",
			   INTERVAL_MIN, INTERVAL_MAX, arg);
	return (uint64_t)(seconds * 1e9);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct monitor_options *o = state->input;

	switch (key) {
	case KEY_INTERVAL:
		o->interval_ns = parse_interval(arg, state);
		return 0;
	case KEY_COUNT:
		if (text_u64(arg, UINT32_MAX, &o->count) || !o->count)
			argp_error(state, "--count takes a number from 1, not '%s'", arg);
		return 0;
	case KEY_ONCE:
		o->once = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (o->once && o->count > 1)
			argp_error(state, "--once is --count=1");
		if (o->once)
			o->count = 1;
		if (!o->interval_ns)
			o->interval_ns = INTERVAL_NS;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "Show the state of SEV and SEV-SNP, guests and firmware commands again and again, "
	       "until it is interrupted.  Changes nothing.",
};

/* ----------------------------------------------------------------- signals */

static volatile sig_atomic_t stopped, resized;

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		stopped = sig;
}

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };

#define NR_CAUGHT	(sizeof(caught) / sizeof(caught[0]))

/* Without SA_RESTART: they end a wait, also that of a question */
static void catch_signals(struct sigaction *before)
{
	struct sigaction action = { .sa_handler = on_signal };

	stopped = resized = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_CAUGHT; i++) {
		/* nohup, and a shell's &, want it ignored */
		if (!sigaction(caught[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
	}
}

static void release_signals(const struct sigaction *before)
{
	for (size_t i = 0; i < NR_CAUGHT; i++)
		sigaction(caught[i], &before[i], NULL);
}

/* ----------------------------------------------------------------- samples */

/**
 * struct monitor - what is kept from sample to sample
 * @cli:	the invocation
 * @proto:	of the form that each sample gets
 * @nothing:	of a form that prints nothing
 * @screen:	stdout is drawn upon
 * @frame:	what is on it
 * @last:	the last sample that was answered
 * @has_last:	there was one
 * @gone:	the sample before was not answered
 * @given_up:	a stock driver gave the secure processor up: it is not asked again
 * @seq:	of the last command that was seen
 * @recent:	commands
 */
struct monitor {
	struct cli *cli;
	struct out *proto;
	struct out *nothing;
	bool screen;
	char *frame;
	struct moment last;
	bool has_last, gone, given_up;
	uint64_t seq;
	struct recent recent;
};

static void moment_free(struct moment *m)
{
	sevadm_live_free(&m->live);
	sevadm_trace_free(&m->trace);
	sevadm_run_free(&m->record);
	free(m->changes);
	*m = (struct moment){ 0 };
}

static void time_text(char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, size - n, ".%03ldZ", ts.tv_nsec / 1000000);
}

/* Devices are not kept open: ccp can be unloaded, and a simulated host be replaced */
static int open_again(struct cli *cli)
{
	if (cli->adm)
		return 0;
	return sevadm_open(&cli->adm, cli->device, SEVADM_INTERRUPTIBLE);
}

static void close_host(struct cli *cli)
{
	sevadm_close(cli->adm);
	cli->adm = NULL;
}

static void look_inside(struct cli *cli, struct moment *m)
{
	struct sevadm_sim_info info;
	struct sevadm_failure failure;

	/* what is behind the seams nobody recorded */
	if (strncmp(cli->device, "sim:", 4) ||
	    sevadm_sim_show(cli->device + strlen("sim:"), &info, &failure))
		return;
	m->marked = true;
	m->owed = info.wbinvd_pending;
	m->dirty = info.asids_dirty;
	sevadm_sim_info_free(&info);
}

/* The trace comes first: it tells without waiting whether anything else would wait */
static void take(struct monitor *mon, struct moment *m)
{
	struct cli *cli = mon->cli;
	int ret = open_again(cli);

	time_text(m->time, sizeof(m->time));
	if (!ret) {
		m->trace_err = sevadm_trace_get(cli->adm, mon->seq, &m->trace);
		m->hangs = m->trace.running && m->trace.running_ns >= HANGS_NS;
		ret = sevadm_live_get(cli->adm, m->hangs || mon->given_up ? SEVADM_LIVE_QUIET : 0,
				      &m->live, &m->record);
	}
	if (ret) {
		m->failure = *sevadm_failure(cli->adm);
		return;
	}
	if (!m->trace_err)
		mon->seq = m->trace.last;
	m->answered = !m->hangs;
	m->asked = m->answered && !mon->given_up;
	look_inside(cli, m);
	if (mon->given_up)
		m->live.psp_dead = true;
	else if (!m->live.host.patch)
		mon->given_up = m->live.psp_dead;
}

static int compare(struct monitor *mon, struct moment *m)
{
	if (!m->answered && !m->hangs) {
		mon->given_up = false;		/* whoever comes back is another */
		return mon->gone ? 0 : monitor_change(m, "host", "there", "gone");
	}
	if (mon->gone && monitor_change(m, "host", "gone", "there"))
		return -ENOMEM;
	return m->answered ? monitor_compare(mon->has_last ? &mon->last : NULL, m) : 0;
}

/* ----------------------------------------------------------------- showing */

static void show_end(struct cli *cli, const struct moment *m)
{
	bool lost = !m->answered && !m->hangs;

	cli->reported = false;
	if (!lost)
		run_members(cli, &m->record);
	else
		run_report_nothing(cli);
	report_log_end(cli->out, lost ? &m->failure : NULL, "");
	if (!lost)
		return;
	out_text(cli->out, "%s", m->failure.message);
	if (m->failure.remedy[0])
		out_text(cli->out, "%s", m->failure.remedy);
	out_text(cli->out, "Waiting for it to come back.");
}

static void show(struct monitor *mon, const struct moment *m)
{
	struct cli *cli = mon->cli;
	/* the first one's head is out already */
	bool head = mon->screen || m->number > 1 || out_mode(mon->proto) == OUT_JSON;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	cli->out = to ? out_like(mon->proto, to) : NULL;
	if (!cli->out) {
		if (to)
			fclose(to);
		return;
	}
	if (head)
		report_head(cli);
	monitor_show(cli, m, &mon->recent);
	show_end(cli, m);
	if (out_mode(cli->out) == OUT_JSON) {
		_cleanup_free_ char *line = out_line(cli->out);

		fputs(line ? line : "", stdout);
	} else {
		if (!mon->screen && out_mode(cli->out) == OUT_TEXT)
			out_text(cli->out, "%s", "");
		out_finish(cli->out);
	}
	cli->out = NULL;
	fclose(to);
	if (mon->screen) {
		screen_draw(text, !mon->frame);
		free(mon->frame);
		mon->frame = text;
		text = NULL;
	} else {
		fputs(text, stdout);
	}
	fflush(stdout);
}

/* Until the next sample is due; a terminal that changed its size is drawn anew */
static void wait_until(struct monitor *mon, const struct timespec *due)
{
	while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR) {
		if (!resized)
			continue;
		resized = 0;
		if (mon->screen && mon->frame)
			screen_draw(mon->frame, true);
		fflush(stdout);
	}
}

static void advance(struct timespec *due, uint64_t ns)
{
	struct timespec now;

	ns += (uint64_t)due->tv_nsec;
	due->tv_sec += (time_t)(ns / 1000000000);
	due->tv_nsec = (long)(ns % 1000000000);
	/* a question that waited leaves no samples to be made up for */
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > due->tv_sec || (now.tv_sec == due->tv_sec && now.tv_nsec > due->tv_nsec))
		*due = now;
}

/* One sample: false if it is the first and there is nothing to be seen */
static bool sample(struct monitor *mon, uint64_t number)
{
	struct moment m = {
		.number = number, .trace_err = -ENODEV,
		.live.sev_state = SEVADM_NO_FW_CALL, .live.snp_state = SEVADM_NO_FW_CALL,
	};
	bool lost;

	take(mon, &m);
	if (stopped) {			/* it may have been cut short */
		moment_free(&m);
		return true;
	}
	lost = !m.answered && !m.hangs;
	if (number == 1 && lost) {
		moment_free(&m);
		return false;
	}
	if (compare(mon, &m))
		m.nr_changes = 0;
	show(mon, &m);
	mon->gone = lost;
	close_host(mon->cli);
	if (m.answered) {
		moment_free(&mon->last);
		mon->last = m;
		mon->has_last = true;
	} else {
		moment_free(&m);
	}
	return true;
}

/* Each sample was a result of its own: for the end there is nothing left to print */
static int end(struct monitor *mon, int code)
{
	if (!mon->proto) {
		out_finish(mon->nothing);
		return code;		/* a failure is the result */
	}
	if (out_mode(mon->proto) == OUT_JSON)
		free(out_line(mon->proto));
	else
		out_finish(mon->proto);
	mon->cli->out = mon->nothing;
	return report_done(mon->cli, "");
}

static int run(struct cli *cli, const void *options_)
{
	const struct monitor_options *o = options_;
	struct monitor mon = { .cli = cli, .proto = cli->out,
			       .nothing = out_new(OUT_DOCUMENT, false) };
	struct sigaction before[NR_CAUGHT];
	struct timespec due;
	int code = SEVADM_DONE;

	if (!mon.nothing)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory for samples");
	mon.screen = out_mode(cli->out) == OUT_TEXT && o->count != 1 && terminal_is_smart(STDOUT_FILENO);
	catch_signals(before);
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (uint64_t n = 1; !stopped; n++) {
		if (!sample(&mon, n)) {
			cli->out = mon.proto;
			mon.proto = NULL;
			code = report_failure(cli, sevadm_failure(cli->adm));
			break;
		}
		if (n == o->count || stopped || ferror(stdout))
			break;
		advance(&due, o->interval_ns);
		wait_until(&mon, &due);
	}
	if (mon.frame)
		putchar('\n');
	release_signals(before);
	moment_free(&mon.last);
	free(mon.frame);
	return end(&mon, code);
}

const struct command cmd_monitor = {
	.name = "monitor",
	.summary = "Show state, guests and firmware commands live",
	.argp = &argp,
	.options_size = sizeof(struct monitor_options),
	.flags = CMD_REOPEN | CMD_LIVE,
	.run = run,
};
