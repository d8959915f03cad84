// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Progress on stderr, a line for each phase, and the way a signal stops a
 * sequence: between steps.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/terminal.h"

#define REDRAW_NS	200000000ULL	/* five times a second at most */

static volatile sig_atomic_t caught;

/**
 * progress - what is on the terminal
 * @tty:	a line can be redrawn
 * @drawn:	an unfinished line is there
 * @running:	a phase has begun and is not over
 * @begun_ns:	when it did
 * @last_ns:	when its line was last drawn
 * @steps:	so many steps ended
 */
static struct {
	bool tty, drawn, running;
	uint64_t begun_ns, last_ns;
	unsigned int steps;
} progress;

static void remember(int sig)
{
	caught = sig;
}

int progress_signal(void)
{
	return caught;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* An unfinished line makes room for a whole one */
static const char *clear(void)
{
	const char *erase = progress.drawn ? "\r\033[K" : "";

	progress.drawn = false;
	return erase;
}

/* Those who want each step get it as a line of its own */
static void print_step(const struct cli *cli, const struct sevadm_step *step)
{
	char at[48] = "";

	if (step->has_cpu)
		snprintf(at, sizeof(at), " CPU %u", step->cpu);
	else if (step->has_guest)
		snprintf(at, sizeof(at), " guest %llu", (unsigned long long)step->guest);
	else if (step->has_pid)
		snprintf(at, sizeof(at), " pid %d", step->pid);
	fprintf(stderr, "%s%s: step %u: %s%s: %s\n", clear(), cli->command->name, progress.steps,
		step->command, at, step->has_status ? sevadm_status_name(step->status) :
		step->err ? "failed" : "done");
}

static int on_step(void *arg, const struct sevadm_step *step)
{
	struct cli *cli = arg;

	progress.steps += !!step;
	if (step && cli->verbose && !cli->quiet)
		print_step(cli, step);
	return caught;
}

/* "teardown: WBINVD: 512/1024 CPUs, 0.3 s", by one write, so that it does not flicker */
static void print_phase(const struct cli *cli, const struct sevadm_phase *phase, uint64_t now)
{
	char count[64] = "";

	if (phase->total)
		snprintf(count, sizeof(count), "%" PRIu32 "/%" PRIu32 "%s%s, ", phase->done,
			 phase->total, phase->unit ? " " : "", phase->unit ? phase->unit : "");
	fprintf(stderr, "%s%s: %s: %s%s%.1f s%s", clear(), cli->command->name, phase->name, count,
		phase->failed ? "failed after " : "", (double)(now - progress.begun_ns) / 1e9,
		phase->over ? "\n" : "");
	progress.drawn = !phase->over;
}

static void on_phase(void *arg, const struct sevadm_phase *phase)
{
	struct cli *cli = arg;
	uint64_t now = now_ns();
	bool begins = !progress.running;

	if (begins)
		progress.begun_ns = now;
	progress.running = !phase->over;
	if (begins && phase->leaves)
		log_leave(cli);
	/* what no terminal redraws is worth a line once it is over */
	if (cli->quiet || (!phase->over && !progress.tty))
		return;
	if (!phase->over && !begins && now - progress.last_ns < REDRAW_NS)
		return;
	progress.last_ns = now;
	print_phase(cli, phase, now);
}

void progress_start(struct cli *cli)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = remember }, before;

	progress.tty = terminal_is_smart(STDERR_FILENO);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		/* nohup, and a shell's &, want it ignored */
		if (sigaction(stops[i], NULL, &before) || before.sa_handler == SIG_IGN)
			continue;
		sigaction(stops[i], &action, NULL);
	}
	/* a reader of our output that goes away must not end a sequence half way */
	signal(SIGPIPE, SIG_IGN);
	sevadm_set_observer(cli->adm, on_step, cli);
	sevadm_set_phase_observer(cli->adm, on_phase, cli);
}

void progress_end(struct cli *cli)
{
	(void)cli;
	fputs(clear(), stderr);
}
