// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/session.h"

/* What children write, and we read once they ended */
struct shared {
	struct outcome outcome;
	struct picture picture;
};

#define DEPTH	4

static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
#define NR_STOPS	(sizeof(stops) / sizeof(stops[0]))

static volatile sig_atomic_t caught, nr_caught;
static struct sigaction before[NR_STOPS];
static bool noting;

/* ---------------------------------------------------------------------- signals */

static void note(int sig)
{
	caught = sig;
	nr_caught++;
}

static void stops_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < NR_STOPS; i++)
		sigaddset(set, stops[i]);
}

void session_signals(void)
{
	/* no SA_RESTART: who waits for a line, or for time to pass, hears of it */
	struct sigaction action = { .sa_handler = note };

	if (noting)
		return;
	/* who started us may not want to hear of his children; we do */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_STOPS; i++) {
		sigaction(stops[i], NULL, &before[i]);
		/* nohup, and a shell's &, want it ignored */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(stops[i], &action, NULL);
	}
	noting = true;
}

int session_signal(void)
{
	return caught;
}

void session_forget_signal(void)
{
	caught = 0;
}

/* A child hears signals as we would have without a session */
static void restore_signals(void)
{
	sigset_t set;

	for (size_t i = 0; noting && i < NR_STOPS; i++)
		sigaction(stops[i], &before[i], NULL);
	/* of a line that is edited (edit_libedit.c) */
	signal(SIGWINCH, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	noting = false;
	caught = 0;
	stops_set(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/*
 * A child that hears all that came since it was asked for: what comes before it can hear is
 * ours, and wait_for() passes it on
 */
static pid_t fork_child(void)
{
	sigset_t set, saved;
	pid_t pid;

	/* what is still in our buffers is ours alone to write */
	fflush(NULL);
	stops_set(&set);
	sigprocmask(SIG_BLOCK, &set, &saved);
	pid = fork();
	if (pid)
		sigprocmask(SIG_SETMASK, &saved, NULL);
	else
		restore_signals();
	return pid;
}

/* --------------------------------------------------------------------- children */

/*
 * To the end of a child.  Who asks us to stop means what we are waiting for; a terminal
 * tells both of us, and to hear it twice does no harm.
 */
static int wait_for(pid_t pid, struct rusage *usage)
{
	int status, told = caught ? nr_caught - 1 : nr_caught;

	for (;;) {
		if (caught && nr_caught != told)
			kill(pid, caught);
		told = nr_caught;
		if (wait4(pid, &status, 0, usage) >= 0)
			return status;
		if (errno != EINTR)
			return -1;
	}
}

static void use(int from, int to)
{
	if (from != to)
		dup2(from, to);
}

__attribute__((noreturn))
static void child_command(struct session *session, char *const *words, size_t nr)
{
	struct cli cli = session->cli;
	char **argv = calloc(nr + 2, sizeof(*argv));

	/* argp may exit from anywhere: it is not lost, but there to the end */
	session->argv = argv;
	if (!argv)
		exit(SEVADM_FAILED);
	argv[0] = program_invocation_short_name;
	/* dispatch() writes to the array, not to the words */
	for (size_t i = 0; i < nr; i++)
		argv[i + 1] = words[i];
	cli.session = session;
	cli.outcome = &session->shared->outcome;
	exit(dispatch(&cli, (int)nr + 1, argv));
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int session_run(struct session *session, char *const *words, size_t nr, int in, int out, int err,
		struct outcome *outcome)
{
	struct outcome *shared = &session->shared->outcome;
	uint64_t start = now_ns();
	int status;
	pid_t pid;

	*shared = (struct outcome){ .status = SEVADM_NO_FW_CALL };
	pid = fork_child();
	if (pid < 0)
		return -errno;
	if (!pid) {
		use(in, STDIN_FILENO);
		use(out, STDOUT_FILENO);
		use(err, STDERR_FILENO);
		child_command(session, words, nr);
	}
	status = wait_for(pid, &shared->usage);
	shared->duration_ns = now_ns() - start;
	shared->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	shared->exit = shared->signal ? 128 + shared->signal : WEXITSTATUS(status);
	*outcome = *shared;
	return 0;
}

int session_try(struct session *session, char *const *words, size_t nr, int err,
		struct outcome *outcome)
{
	int ret;

	session->cli.parse_only = true;
	ret = session_run(session, words, nr, STDIN_FILENO, err, err, outcome);
	session->cli.parse_only = false;
	return ret;
}

void outcome_tell(struct outcome *outcome, uint32_t status, int err, const char *message)
{
	outcome->told = true;
	outcome->status = status;
	outcome->err = err;
	snprintf(outcome->message, sizeof(outcome->message), "%s", message);
}

/* ---------------------------------------------------------------------- looking */

static void look_at_guests(struct sevadm *adm, struct picture *picture)
{
	struct sevadm_guests guests;

	if (sevadm_guests_get(adm, &guests, NULL))
		return;
	picture->has_list = guests.has_list;
	picture->total = guests.nr_guests;
	for (size_t i = 0; i < guests.nr_guests && i < SESSION_GUESTS; i++) {
		const struct sevadm_guest *g = &guests.guests[i];

		picture->guests[picture->nr_guests++] = (struct picture_guest){
			.id = g->id, .kind = g->kind, .state = g->state, .held = g->held,
		};
	}
	sevadm_guests_free(&guests);
}

static void look(struct sevadm *adm, struct picture *picture)
{
	struct sevadm_status status;
	struct sevadm_host host;

	/* to look into processes takes privileges, the rest does not */
	if (sevadm_survey(adm) || sevadm_drop_privileges(adm, 0))
		return;
	picture->known = !sevadm_status_get(adm, &status, NULL);
	if (status.sev.known)
		snprintf(picture->sev, sizeof(picture->sev), "%s",
			 sevadm_sev_state_name(status.sev.state));
	if (status.snp.known)
		snprintf(picture->snp, sizeof(picture->snp), "%s",
			 sevadm_snp_state_name(status.snp.state));
	if (!sevadm_host_get(adm, &host)) {
		snprintf(picture->online, sizeof(picture->online), "%s", host.cpus_online);
		snprintf(picture->offline, sizeof(picture->offline), "%s", host.cpus_offline);
	}
	look_at_guests(adm, picture);
}

const struct picture *session_look(struct session *session)
{
	struct picture *picture = &session->shared->picture;
	struct rusage usage;
	pid_t pid;

	*picture = (struct picture){ 0 };
	if (!session->look)
		return picture;
	pid = fork_child();
	if (!pid) {
		look(session->look, picture);
		_exit(0);
	}
	/* one that died on the way has told nothing */
	if (pid < 0 || wait_for(pid, &usage))
		*picture = (struct picture){ 0 };
	return picture;
}

const struct picture *session_last_picture(const struct session *session)
{
	return &session->shared->picture;
}

/* ----------------------------------------------------------- beginning and end */

struct sevadm *session_has(const struct session *session, const char *device, bool change)
{
	if (!session || strcmp(device, session->cli.device))
		return NULL;
	return change ? session->change : session->ask;
}

/* A session within another has its handles */
static void borrow(struct session *session, const struct session *other)
{
	session->ask = other->ask;
	session->change = other->change;
	session->look = other->look;
}

/* One recording, to write or to answer, is that of all of them */
static int open_one(struct session *session, struct cli *cli, struct sevadm **adm)
{
	unsigned int flags = adm == &session->change ? SEVADM_WRITE : 0;
	int ret;

	if (adm == &session->ask) {
		ret = sevadm_open(adm, cli->device, flags);
		if (!ret)
			ret = record_begin(cli, *adm);
	} else {
		ret = sevadm_open_beside(adm, session->ask, flags);
	}
	/* the session's own questions are nobody's nth */
	if (!ret && adm == &session->ask)
		ret = fault_put_in(cli, *adm);
	if (!ret && adm == &session->change)
		ret = sevadm_fault_share(*adm, session->ask);
	return ret ? report_failure(cli, sevadm_failure(*adm)) : 0;
}

static int open_handles(struct session *session, struct cli *cli, bool read_only)
{
	int ret;

	session->own = true;
	session->outer = cli;
	ret = open_one(session, cli, &session->ask);
	if (!ret)
		ret = open_one(session, cli, &session->look);
	if (!ret && !read_only)
		ret = open_one(session, cli, &session->change);
	return ret;
}

int session_open(struct cli *cli, bool read_only, struct session **out)
{
	struct session *session = calloc(1, sizeof(*session));
	void *shared = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret = 0;

	*out = NULL;
	if (!session || shared == MAP_FAILED) {
		free(session);
		return report_error(cli, SEVADM_FAILED, NULL, "there is no memory for a session");
	}
	session->shared = shared;
	session->depth = cli->session ? cli->session->depth + 1 : 0;
	session->cli = (struct cli){
		.device = cli->device, .mode = cli->mode, .color = cli->color, .quiet = cli->quiet,
		.yes = cli->yes, .verbose = cli->verbose, .log_to = cli->log_to,
	};
	if (session->depth > DEPTH)
		ret = report_error(cli, SEVADM_USAGE, "Does a script run itself?",
				   "sessions are in sessions, %u deep", session->depth);
	else if (cli->session && !strcmp(cli->session->cli.device, cli->device))
		ret = cli->nr_faults ? report_error(cli, SEVADM_USAGE, NULL, "the host is open "
						    "already: no --fault") :
				       (borrow(session, cli->session), 0);
	else
		ret = open_handles(session, cli, read_only);
	if (ret) {
		session_close(session);
		return ret;
	}
	session->read_only = read_only || (cli->session && cli->session->read_only);
	session_signals();
	*out = session;
	return 0;
}

int session_end(struct cli *cli, struct session *session, int exit_code)
{
	if (session && session->own)
		exit_code = record_end(cli, session->ask, exit_code);
	session_close(session);
	return exit_code;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	if (session->own) {
		if (session->outer)
			fault_report(session->outer, session->ask);
		sevadm_close(session->change);
		sevadm_close(session->look);
		sevadm_close(session->ask);
	}
	munmap(session->shared, sizeof(struct shared));
	free(session);
}

int session_sleep(struct session *session, uint64_t ns, bool there)
{
	const char *device = session->cli.device;
	struct timespec left = {
		.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000),
	};

	if (there && !strncmp(device, "sim:", 4) && left.tv_sec) {
		struct sevadm_failure failure;
		char action[32];

		/* its clock is its own; what is less than a second passes here */
		snprintf(action, sizeof(action), "sleep=%lld", (long long)left.tv_sec);
		sevadm_sim_act(device + 4, action, &(int64_t){ 0 }, &failure);
		left.tv_sec = 0;
	}
	/* what came of it is recorded */
	if (there && !strncmp(device, "replay:", 7))
		return caught ? -EINTR : 0;
	while (!caught && nanosleep(&left, &left) && errno == EINTR)
		;
	return caught ? -EINTR : 0;
}
