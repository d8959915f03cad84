// SPDX-License-Identifier: GPL-2.0-or-later
/* VMs that are to be like others: numbers, names and states as they were somewhere else */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

static uint32_t at_least(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * Where SEV's ASIDs begin: above those of SNP and SEV-ES, which with ciphertext hiding share
 * what is below half and half
 */
int sim_like_min_asid(const struct sim_options *o, uint32_t *min_sev_asid, uint32_t max,
		      struct sim_why *why)
{
	uint32_t low = 1, high = max + 1;
	size_t i;

	for (i = 0; i < o->nr_vms; i++) {
		const struct sim_vm_options *v = &o->vms[i];

		if (v->asid > max)
			return sim_why(why, -EINVAL, "guest %llu: ASID %u, and this processor has %u",
				       (unsigned long long)v->id, v->asid, max);
		if (!v->asid || v->kind == SIM_KIND_PLAIN)
			continue;
		if (v->kind == SIM_KIND_SEV)
			high = at_most(high, v->asid);
		else
			low = at_least(low, v->asid + 1);
		if (o->ciphertext_hiding && v->kind == SIM_KIND_SNP)
			low = at_least(low, 2 * v->asid + 1);
		if (o->ciphertext_hiding && v->kind == SIM_KIND_SEV_ES)
			high = at_most(high, 2 * v->asid);
	}
	if (low > high)
		return sim_why(why, -EINVAL, "no setting of the BIOS gives these ASIDs to these kinds of guests");
	*min_sev_asid = at_most(at_least(*min_sev_asid, low), high);
	return 0;
}

/* The number that it had, unless one of another process is in the way */
static void choose_pid(struct sim *s, const struct sim_vm_options *v)
{
	uint32_t i, last = v->pid + v->vcpus + 2;

	if (v->pid < 1000 || v->pid > 4000000 || last > 4000000)
		return;
	for (i = 0; i < SIM_MAX_VMS; i++) {
		const struct sim_proc *p = &s->st->proc[i];

		if (p->used && (uint32_t)p->pid <= last && v->pid < (uint32_t)p->pid + p->threads)
			return;
	}
	s->st->m.next_pid = v->pid;
}

static int start(struct sim *s, const struct sim_vm_options *v, uint32_t unit, pid_t *pid,
		 struct sim_why *why)
{
	struct sim_proc *p;
	int ret;

	choose_pid(s, v);
	p = proc_start(s, v->vcpus, why);
	if (!p)
		return -EAGAIN;
	*pid = p->pid;
	p->unit = unit;
	if (v->comm && v->comm[0])
		snprintf(p->comm, sizeof(p->comm), "%.15s", v->comm);
	if (v->id > s->st->debug.next_id)
		s->st->debug.next_id = v->id;
	s->wish = v;
	ret = kvm_vm_create(s, p, v->kind, v->vcpus, !v->launching, why);
	s->wish = NULL;
	if (ret) {
		kvm_vm_destroy(s, p);
		memset(p, 0, sizeof(*p));
	}
	return ret;
}

static int leak(struct sim *s, pid_t pid, struct sim_why *why)
{
	struct sim_inject *in = &s->st->ccp.inject[0];
	int ret;

	*in = (struct sim_inject){ .cmd = PSP_CMD_SNP_DECOMMISSION,
				   .status = PSP_HWERROR_PLATFORM, .count = 1 };
	ret = act_kill(s, pid, why);
	memset(in, 0, sizeof(*in));
	return ret;
}

int sim_like_start(struct sim *s, const struct sim_options *o, struct sim_why *why)
{
	uint32_t next = s->st->m.next_pid, unit;
	size_t i;

	for (i = 0; i < o->nr_vms; i++) {
		const struct sim_vm_options *v = &o->vms[i];
		struct sim_why what = { "" };
		pid_t pid;
		int ret;

		if (v->vcpus < 1 || v->vcpus > SIM_MAX_VCPUS)
			return sim_why(why, -EINVAL, "guest %llu: %u vCPUs, and it can have 1 to %u",
				       (unsigned long long)v->id, v->vcpus, SIM_MAX_VCPUS);
		if (!sim_unit_parse(v->units ? v->units : "session", &unit))
			return sim_why(why, -EINVAL, "units: session, libvirt or service");
		ret = start(s, v, unit, &pid, &what);
		if (!ret && v->leaked)
			ret = leak(s, pid, &what);
		if (ret)
			return sim_why(why, ret, "guest %llu cannot be started: %s",
				       (unsigned long long)v->id, what.text);
		next = at_least(next, s->st->m.next_pid);
	}
	s->st->m.next_pid = next;
	return 0;
}
