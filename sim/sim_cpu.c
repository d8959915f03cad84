// SPDX-License-Identifier: GPL-2.0-or-later
/* Processors: topology, hotplug, WBINVD, and where our threads run */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_internal.h"

/*
 * Which simulated CPU the calling thread was pinned to, of which machine since which of
 * its boots, and the clock when the thread came there or when its last WBINVD ended
 */
static __thread uint64_t pinned_sim, free_at;
static __thread uint32_t pinned_boot;
static __thread unsigned int pinned_cpu;

/*
 * As Linux numbers EPYC: first one thread of every core, then the others.
 * The caller has checked that all divides.
 */
void sim_topology(struct sim_machine *m)
{
	uint32_t per_socket = m->cores / m->sockets;
	uint32_t ccx_per_socket = (per_socket + m->cores_per_ccx - 1) / m->cores_per_ccx;
	uint32_t i, core;

	for (i = 0; i < m->cpus; i++) {
		struct sim_cpu *cpu = &m->cpu[i];

		core = i % m->cores;
		cpu->core = (uint16_t)core;
		cpu->socket = (uint16_t)(core / per_socket);
		cpu->ccx = (uint16_t)(cpu->socket * ccx_per_socket +
				      core % per_socket / m->cores_per_ccx);
		cpu->die = 0;
		cpu->allowed = 1;
	}
	m->ccxs = m->sockets * ccx_per_socket;
}

unsigned int sim_cpus_online(const struct sim *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->st->m.cpus; i++)
		n += s->st->m.cpu[i].online;
	return n;
}

void sim_cpu_wbinvd(struct sim *s, unsigned int cpu)
{
	if (!s->st->m.cpu[cpu].deaf)
		psp_fw_wbinvd(&s->st->fw, cpu);
}

uint64_t sim_cpu_wbinvd_timed(struct sim *s, unsigned int cpu)
{
	struct sim_machine *m = &s->st->m;
	struct sim_cpu *c = &m->cpu[cpu];
	uint64_t from = c->busy_until > m->parallel_ns ? c->busy_until : m->parallel_ns;
	bool ours = pinned_sim == s->id && pinned_boot == m->boots;

	/*
	 * Many threads do this at once: each CPU after its own last one, each thread after
	 * its own last one, and not before it came, which may have been after others' end
	 */
	if (ours && free_at > from)
		from = free_at;
	c->busy_until = from + m->wbinvd_ns;
	if (ours)
		free_at = c->busy_until;
	if (c->busy_until > m->clock_ns)
		m->clock_ns = c->busy_until;
	sim_cpu_wbinvd(s, cpu);
	sim_changed(s);
	return m->wbinvd_ns;
}

/* The kernel's broadcast: all online CPUs at once */
void sim_wbinvd_all(struct sim *s)
{
	unsigned int i;

	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online)
			sim_cpu_wbinvd(s, i);
	sim_advance(s, s->st->m.wbinvd_ns);
}

/*
 * Both ways execute WBINVD: play_dead on the way down, the bring-up on the way
 * up.  The boot CPU cannot be taken down (since 6.5).
 */
int sim_cpu_set_online(struct sim *s, unsigned int cpu, bool online)
{
	struct sim_cpu *c = &s->st->m.cpu[cpu];

	if (!cpu && !online)
		return -EPERM;
	if (c->online == online)
		return 0;
	/* cpu_bootable() */
	if (online && cpu >= s->st->m.cores && s->st->m.smt != SIM_SMT_ON)
		return -EPERM;
	sim_cpu_wbinvd(s, cpu);
	if (s->st->kvm.loaded)
		kvm_cpu_svm(s, cpu, online);
	c->online = online;
	sim_advance(s, 20 * SIM_MS);
	sim_changed(s);
	sim_klog(s, online ? "smpboot: Booting Node 0 Processor %u" :
			     "smpboot: CPU %u is now offline", cpu);
	return 0;
}

int sim_cpulist_each(const char *list, unsigned int cpus, int (*fn)(void *arg, unsigned int cpu),
		     void *arg)
{
	const char *p = list;
	unsigned long a, b;
	char *end;
	int ret;

	do {
		if (*p < '0' || *p > '9')
			return -EINVAL;
		a = b = strtoul(p, &end, 10);
		if (*end == '-') {
			if (end[1] < '0' || end[1] > '9')
				return -EINVAL;
			b = strtoul(end + 1, &end, 10);
		}
		if ((*end && *end != ',') || a > b || b >= cpus)
			return -EINVAL;
		for (; a <= b; a++) {
			ret = fn(arg, (unsigned int)a);
			if (ret)
				return ret;
		}
		p = end + 1;
	} while (*end);
	return 0;
}

/* The CPU goes away at the worst moment: sim_act("vanish=...") */
static int vanish(struct sim *s, unsigned int cpu)
{
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	if (s->st->m.cpu[cpu].vanishes) {
		s->st->m.cpu[cpu].vanishes = 0;
		sim_cpu_set_online(s, cpu, false);
	}
	return sim_leave(s, 0);
}

int sim_thread_pin(struct sim *s, unsigned int cpu)
{
	bool vanishes = false;
	const struct sim_cpu *c;
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	c = &s->st->m.cpu[cpu < SIM_MAX_CPUS ? cpu : 0];
	if (cpu >= s->st->m.cpus || !c->online || !c->allowed)
		ret = -EINVAL;
	if (!ret) {
		if (pinned_sim != s->id || pinned_boot != s->st->m.boots)
			free_at = s->st->m.clock_ns;
		pinned_sim = s->id;
		pinned_boot = s->st->m.boots;
		pinned_cpu = cpu;
		vanishes = c->vanishes;
	}
	ret = sim_leave(s, ret);
	return !ret && vanishes ? vanish(s, cpu) : ret;
}

/*
 * A CPU that went away since breaks the affinity: the kernel lets the thread
 * run anywhere, as one that was never pinned does.
 */
unsigned int sim_thread_cpu(struct sim *s, bool *only)
{
	unsigned int i, first = 0, n = 0;

	if (pinned_sim == s->id && pinned_cpu < s->st->m.cpus && s->st->m.cpu[pinned_cpu].online) {
		*only = true;
		return pinned_cpu;
	}
	for (i = s->st->m.cpus; i-- > 0;) {
		if (!s->st->m.cpu[i].allowed)
			continue;
		n++;
		if (s->st->m.cpu[i].online)
			first = i;
	}
	*only = n == 1;
	return first;
}
