// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes: each VMM, its signals, freezing by its cgroup, and its end.  What
 * takes time happens when the machine's clock gets there.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim_internal.h"

#define TERM_NS		SIM_SEC			/* a VMM ends that long after SIGTERM */
#define KILL_NS		(30 * SIM_MS)

struct sim_proc *proc_find(struct sim *s, pid_t pid)
{
	uint32_t i;

	for (i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->proc[i].used && s->st->proc[i].pid == pid)
			return &s->st->proc[i];
	return NULL;
}

struct sim_proc *proc_start(struct sim *s, unsigned int vcpus, struct sim_why *why)
{
	struct sim_machine *m = &s->st->m;
	struct sim_proc *p;
	uint32_t i;

	for (i = 0; i < SIM_MAX_VMS && s->st->proc[i].used;)
		i++;
	if (i == SIM_MAX_VMS || m->next_pid > 4000000) {
		sim_why(why, -EAGAIN, "no room for another process");
		return NULL;
	}
	p = &s->st->proc[i];
	memset(p, 0, sizeof(*p));
	p->used = 1;
	p->pid = (int32_t)m->next_pid;
	p->threads = vcpus + 2;
	p->start_ns = m->clock_ns;
	strcpy(p->comm, "qemu-system-x86");
	m->next_pid += p->threads + 9;
	sim_changed(s);
	return p;
}

static void proc_exit(struct sim *s, struct sim_proc *p)
{
	p->exit_at_ns = 0;
	kvm_vm_destroy(s, p);
	memset(p, 0, sizeof(*p));
	sim_changed(s);
}

static struct sim_proc *next_to_end(struct sim *s)
{
	struct sim_proc *p, *first = NULL;

	for (p = s->st->proc; p < s->st->proc + SIM_MAX_VMS; p++)
		if (p->used && p->exit_at_ns && (!first || p->exit_at_ns < first->exit_at_ns))
			first = p;
	return first;
}

void proc_settle(struct sim *s)
{
	struct sim_proc *p;

	while ((p = next_to_end(s)) && p->exit_at_ns <= s->st->m.clock_ns)
		proc_exit(s, p);
}

/* Let time pass, until @clock_ns or until the process @until_gone is no more */
void proc_run_until(struct sim *s, uint64_t clock_ns, pid_t until_gone)
{
	struct sim_proc *p;

	proc_settle(s);
	while ((p = next_to_end(s)) && p->exit_at_ns <= clock_ns) {
		if (until_gone && !proc_find(s, until_gone))
			return;
		if (s->st->m.clock_ns < p->exit_at_ns)
			sim_advance(s, p->exit_at_ns - s->st->m.clock_ns);
		proc_exit(s, p);
	}
	if (until_gone && !proc_find(s, until_gone))
		return;
	if (s->st->m.clock_ns < clock_ns)
		sim_advance(s, clock_ns - s->st->m.clock_ns);
}

static bool runs(const struct sim_proc *p)
{
	return !p->stopped && !p->frozen;
}

/* It may run again: what it could not do meanwhile */
static void resume(struct sim *s, struct sim_proc *p)
{
	if (!runs(p) || !p->term_pending)
		return;
	p->term_pending = 0;
	p->exit_at_ns = s->st->m.clock_ns + TERM_NS;
}

/* It cannot go on with ending itself; being killed needs nothing of it */
static void suspend(struct sim_proc *p)
{
	if (!p->exit_at_ns || p->killed)
		return;
	p->exit_at_ns = 0;
	p->term_pending = 1;
}

int proc_signal(struct sim *s, struct sim_proc *p, int sig)
{
	if (p->killed)
		return 0;
	switch (sig) {
	case 0:
		return 0;
	case SIGKILL:
		p->killed = 1;
		p->exit_at_ns = s->st->m.clock_ns + KILL_NS;
		break;
	case SIGSTOP:
		p->stopped = 1;
		suspend(p);
		break;
	case SIGCONT:
		p->stopped = 0;
		resume(s, p);
		break;
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
		if (p->stubborn || p->term_pending || p->exit_at_ns)
			break;
		p->term_pending = 1;
		resume(s, p);
		break;
	default:
		if (sig < 0 || sig > SIGRTMAX)
			return -EINVAL;
		return 0;
	}
	sim_changed(s);
	return 0;
}

void proc_freeze(struct sim *s, struct sim_proc *p, bool freeze)
{
	if (p->frozen == freeze)
		return;
	p->frozen = freeze;
	if (freeze)
		suspend(p);
	else
		resume(s, p);
	sim_changed(s);
}

int sim_process_signal(struct sim *s, pid_t pid, int sig)
{
	struct sim_proc *p;
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	p = proc_find(s, pid);
	ret = p ? proc_signal(s, p, sig) : -ESRCH;
	return sim_leave(s, ret);
}

/* Not beyond a hundred years: "for ever" is a wish, too */
static uint64_t later(const struct sim *s, uint64_t ns)
{
	const uint64_t most = 100ull * 365 * 86400 * SIM_SEC;

	return s->st->m.clock_ns + (ns < most ? ns : most);
}

int sim_process_wait(struct sim *s, pid_t pid, uint64_t timeout_ns)
{
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	if (!proc_find(s, pid)) {
		ret = -ESRCH;
	} else {
		proc_run_until(s, later(s, timeout_ns), pid);
		ret = !proc_find(s, pid);
	}
	return sim_leave(s, ret);
}

void sim_sleep_ns(struct sim *s, uint64_t ns)
{
	if (sim_enter(s, true))
		return;
	proc_run_until(s, later(s, ns), 0);
	sim_leave(s, 0);
}
