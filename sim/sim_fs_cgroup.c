// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/fs/cgroup (version 2): machine.slice with a scope for each VMM, the
 * freezer, and the misc controller's account of SEV guests.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim_internal.h"

static const char *const scope_files[] = {
	"cgroup.controllers", "cgroup.events", "cgroup.freeze", "cgroup.kill", "cgroup.procs",
	"cgroup.threads", "cgroup.type", "misc.current", "misc.max",
};

/* Types without capacity or use are not listed (kernel/cgroup/misc.c) */
static void misc(struct sim *s, const uint32_t usage[2], struct sim_text *t)
{
	if (s->st->kvm.capacity || usage[0])
		text_add(t, "sev %u\n", usage[0]);
	if (s->st->kvm.capacity || usage[1])
		text_add(t, "sev_es %u\n", usage[1]);
}

static void charge(const struct sim_vm *vm, uint32_t usage[2])
{
	if (vm->used && vm->charged)
		usage[vm->kind != SIM_KIND_SEV]++;
}

static struct sim_proc *scope(struct sim *s, const char **path)
{
	uint32_t pid;

	if (!path_eat(path, "/machine.slice/machine-") || !path_number(path, &pid) ||
	    !path_eat(path, ".scope"))
		return NULL;
	return proc_find(s, (pid_t)pid);
}

static int scope_read(struct sim *s, struct sim_proc *p, const char *name, struct sim_text *t)
{
	uint32_t usage[2] = { 0, 0 }, i;

	if (!strcmp(name, "/cgroup.freeze")) {
		text_add(t, "%u\n", p->frozen);
	} else if (!strcmp(name, "/cgroup.events")) {
		text_add(t, "populated 1\nfrozen %u\n", p->frozen);
	} else if (!strcmp(name, "/cgroup.procs")) {
		text_add(t, "%d\n", p->pid);
	} else if (!strcmp(name, "/cgroup.threads")) {
		for (i = 0; i < p->threads; i++)
			text_add(t, "%d\n", p->pid + (int)i);
	} else if (!strcmp(name, "/cgroup.controllers")) {
		text_add(t, "cpuset cpu io memory pids misc\n");
	} else if (!strcmp(name, "/cgroup.type")) {
		text_add(t, "domain\n");
	} else if (!strcmp(name, "/misc.current")) {
		if (p->has_vm)
			charge(&s->st->kvm.vm[p->vm], usage);
		misc(s, usage, t);
	} else if (!strcmp(name, "/misc.max")) {
		if (s->st->kvm.capacity)
			text_add(t, "sev max\nsev_es max\n");
	} else {
		return -ENOENT;
	}
	return 0;
}

int fs_cgroup_read(struct sim *s, const char *path, struct sim_text *t)
{
	const struct sim_kvm *k = &s->st->kvm;
	uint32_t capacity[2] = { k->max_sev_asid - k->min_sev_asid + 1, k->min_sev_asid - 1 };
	uint32_t usage[2] = { 0, 0 }, i;
	struct sim_proc *p;

	if (!strcmp(path, "/misc.current")) {
		misc(s, k->charged, t);
	} else if (!strcmp(path, "/misc.capacity")) {
		if (k->capacity)
			misc(s, capacity, t);
	} else if (!strcmp(path, "/cgroup.controllers")) {
		text_add(t, "cpuset cpu io memory hugetlb pids rdma misc\n");
	} else if (!strcmp(path, "/machine.slice/misc.current")) {
		for (i = 0; i < SIM_MAX_VMS; i++)
			charge(&k->vm[i], usage);
		misc(s, usage, t);
	} else {
		p = scope(s, &path);
		return p ? scope_read(s, p, path, t) : -ENOENT;
	}
	return 0;
}

int fs_cgroup_list(struct sim *s, const char *path, struct sim_names *n)
{
	uint32_t i;

	if (!*path) {
		names_add(n, "cgroup.controllers");
		names_add(n, "machine.slice");
		names_add(n, "misc.capacity");
		names_add(n, "misc.current");
	} else if (!strcmp(path, "/machine.slice")) {
		names_add(n, "misc.current");
		for (i = 0; i < SIM_MAX_VMS; i++)
			if (s->st->proc[i].used)
				names_add(n, "machine-%d.scope", s->st->proc[i].pid);
	} else {
		if (!scope(s, &path) || *path)
			return -ENOENT;
		for (i = 0; i < sizeof(scope_files) / sizeof(scope_files[0]); i++)
			names_add(n, "%s", scope_files[i]);
	}
	return 0;
}

int fs_cgroup_write(struct sim *s, const char *path, const char *text)
{
	struct sim_proc *p = scope(s, &path);
	bool freeze = p && !strcmp(path, "/cgroup.freeze");

	if (!p)
		return -ENOENT;
	if (!freeze && strcmp(path, "/cgroup.kill"))
		return -EACCES;
	if ((text[0] != '0' && text[0] != '1') || (text[1] && strcmp(text + 1, "\n")))
		return -EINVAL;
	if (freeze)
		proc_freeze(s, p, text[0] == '1');
	else if (text[0] == '1')
		return proc_signal(s, p, SIGKILL);
	else
		return -ERANGE;
	return 0;
}
