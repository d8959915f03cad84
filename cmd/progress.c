// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Progress on stderr, and the way a signal stops a sequence: between steps.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"

#define REDRAW_NS	200000000ULL	/* five times a second at most */

static volatile sig_atomic_t caught;

static struct {
	bool tty, drawn;
	uint64_t last_ns;
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

static void draw(const struct cli *cli, const struct sevadm_step *step)
{
	char at[48] = "";

	if (step->has_cpu)
		snprintf(at, sizeof(at), " CPU %u", step->cpu);
	else if (step->has_guest)
		snprintf(at, sizeof(at), " guest %llu", (unsigned long long)step->guest);
	else if (step->has_pid)
		snprintf(at, sizeof(at), " pid %d", step->pid);
	fprintf(stderr, "%s%s: step %u: %s%s: %s%s", progress.tty ? "\r\033[K" : "",
		cli->command->name, progress.steps, step->command, at,
		step->has_status ? sevadm_status_name(step->status) : step->err ? "failed" : "done",
		progress.tty ? "" : "\n");
	progress.drawn = progress.tty;
}

static int on_step(void *arg, const struct sevadm_step *step)
{
	struct cli *cli = arg;
	uint64_t now = now_ns();

	progress.steps += !!step;
	if (cli->quiet || !step)
		return caught;
	if (progress.tty) {
		if (now - progress.last_ns >= REDRAW_NS) {
			progress.last_ns = now;
			draw(cli, step);
		}
	} else if (!step->has_cpu || step->err || cli->verbose) {
		draw(cli, step);
	}
	return caught;
}

void progress_start(struct cli *cli)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = remember }, before;

	progress.tty = isatty(STDERR_FILENO);
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
}

void progress_end(struct cli *cli)
{
	(void)cli;
	if (progress.drawn)
		fputs("\r\033[K", stderr);
	progress.drawn = false;
}
