// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/fs/cgroup (version 2): the units of the VMMs, the freezer, and the misc
 * controller's account of SEV guests.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim_internal.h"

static const char *const unit_files[] = {
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

/*
 * One directory: a unit, or what libvirt makes in its own: libvirt/, the root of
 * a threaded domain, and emulator/ and vcpuN/ in that.
 */
struct dir {
	struct sim_proc *p;		/* NULL: the session */
	enum { DIR_UNIT, DIR_LIBVIRT, DIR_THREADS } kind;
};

/* The directory of a path, which then points behind it; the longest that there is */
static bool find_dir(struct sim *s, const char **path, struct dir *dir)
{
	char name[SIM_UNIT_NAME];
	const char *slash;
	size_t len;
	uint32_t n;

	memset(dir, 0, sizeof(*dir));
	if (path_eat(path, SIM_SESSION_SLICE "/" SIM_SESSION))
		return !**path || **path == '/';
	if (!path_eat(path, SIM_MACHINE_SLICE "/") && !path_eat(path, SIM_SERVICE_SLICE "/"))
		return false;
	slash = strchr(*path, '/');
	len = slash ? (size_t)(slash - *path) : strlen(*path);
	if (len >= sizeof(name))
		return false;
	memcpy(name, *path, len);
	name[len] = 0;
	*path += len;
	dir->p = sim_unit_proc(s, name);
	if (!dir->p || dir->p->unit != SIM_UNIT_LIBVIRT || !path_eat(path, "/libvirt"))
		return dir->p;
	dir->kind = DIR_LIBVIRT;
	if (path_eat(path, "/emulator")) {
		dir->kind = DIR_THREADS;
	} else if (path_eat(path, "/vcpu")) {
		dir->kind = DIR_THREADS;
		if (!path_number(path, &n) || n + 2 >= dir->p->threads)
			return false;
	}
	return !**path || **path == '/';
}

static bool lives_in(const struct sim_proc *p, const struct dir *dir)
{
	return p->used && (dir->p ? p == dir->p : p->unit == SIM_UNIT_SESSION);
}

static bool frozen(const struct sim *s, const struct dir *dir)
{
	uint32_t i;

	for (i = 0; i < SIM_MAX_VMS; i++)
		if (lives_in(&s->st->proc[i], dir) && s->st->proc[i].frozen)
			return true;
	return false;
}

/* @threads: all of them.  In a threaded domain the root has the processes, the unit none */
static int procs(const struct sim *s, const struct dir *dir, bool threads, struct sim_text *t)
{
	const struct sim_proc *p;
	uint32_t i;

	if (dir->kind == DIR_THREADS && !threads)
		return -EOPNOTSUPP;
	if (dir->p && dir->p->unit == SIM_UNIT_LIBVIRT && dir->kind == DIR_UNIT)
		return 0;
	if (!dir->p)
		text_add(t, "%u\n", SIM_SHELL);
	for (p = s->st->proc; p < s->st->proc + SIM_MAX_VMS; p++)
		for (i = 0; lives_in(p, dir) && i < (threads ? p->threads : 1); i++)
			text_add(t, "%d\n", p->pid + (int)i);
	return 0;
}

static int unit_read(struct sim *s, const struct dir *dir, const char *name, struct sim_text *t)
{
	uint32_t usage[2] = { 0, 0 }, i;

	if (!strcmp(name, "/cgroup.freeze")) {
		text_add(t, "%u\n", frozen(s, dir));
	} else if (!strcmp(name, "/cgroup.events")) {
		text_add(t, "populated 1\nfrozen %u\n", frozen(s, dir));
	} else if (!strcmp(name, "/cgroup.procs")) {
		return procs(s, dir, false, t);
	} else if (!strcmp(name, "/cgroup.threads")) {
		return procs(s, dir, true, t);
	} else if (!strcmp(name, "/cgroup.controllers")) {
		text_add(t, "cpuset cpu io memory pids misc\n");
	} else if (!strcmp(name, "/cgroup.type")) {
		text_add(t, dir->kind == DIR_THREADS ? "threaded\n" :
			    dir->kind == DIR_LIBVIRT ? "domain threaded\n" : "domain\n");
	} else if (!strcmp(name, "/misc.current")) {
		for (i = 0; i < SIM_MAX_VMS; i++)
			if (lives_in(&s->st->proc[i], dir) && s->st->proc[i].has_vm)
				charge(&s->st->kvm.vm[s->st->proc[i].vm], usage);
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
	struct dir dir;

	if (!strcmp(path, "/misc.current")) {
		misc(s, k->charged, t);
	} else if (!strcmp(path, "/misc.capacity")) {
		if (k->capacity && capacity[0])
			text_add(t, "sev %u\n", capacity[0]);
		if (k->capacity && capacity[1])
			text_add(t, "sev_es %u\n", capacity[1]);
	} else if (!strcmp(path, "/cgroup.controllers")) {
		text_add(t, "cpuset cpu io memory hugetlb pids rdma misc\n");
	} else {
		return find_dir(s, &path, &dir) ? unit_read(s, &dir, path, t) : -ENOENT;
	}
	return 0;
}

static void list_units(struct sim *s, uint32_t unit, struct sim_names *n)
{
	char name[SIM_UNIT_NAME];
	uint32_t i;

	for (i = 0; i < SIM_MAX_VMS; i++) {
		if (!s->st->proc[i].used || s->st->proc[i].unit != unit)
			continue;
		sim_unit_name(s, &s->st->proc[i], name, sizeof(name));
		names_add(n, "%s", name);
	}
}

static void list_dir(const struct dir *dir, struct sim_names *n)
{
	uint32_t i;

	for (i = 0; i < sizeof(unit_files) / sizeof(unit_files[0]); i++)
		names_add(n, "%s", unit_files[i]);
	if (dir->kind == DIR_UNIT && dir->p && dir->p->unit == SIM_UNIT_LIBVIRT)
		names_add(n, "libvirt");
	if (dir->kind != DIR_LIBVIRT)
		return;
	names_add(n, "emulator");
	for (i = 0; i + 2 < dir->p->threads; i++)
		names_add(n, "vcpu%u", i);
}

int fs_cgroup_list(struct sim *s, const char *path, struct sim_names *n)
{
	struct dir dir;

	if (!*path) {
		names_add(n, "cgroup.controllers");
		names_add(n, "machine.slice");
		names_add(n, "misc.capacity");
		names_add(n, "misc.current");
		names_add(n, "system.slice");
		names_add(n, "user.slice");
	} else if (!strcmp(path, SIM_MACHINE_SLICE)) {
		list_units(s, SIM_UNIT_LIBVIRT, n);
	} else if (!strcmp(path, "/system.slice")) {
		names_add(n, "%s", strrchr(SIM_SERVICE_SLICE, '/') + 1);
	} else if (!strcmp(path, SIM_SERVICE_SLICE)) {
		list_units(s, SIM_UNIT_SERVICE, n);
		list_units(s, SIM_UNIT_LEFT, n);
	} else if (!strcmp(path, "/user.slice")) {
		names_add(n, "%s", strrchr(SIM_SESSION_SLICE, '/') + 1);
	} else if (!strcmp(path, SIM_SESSION_SLICE)) {
		names_add(n, "%s", SIM_SESSION);
	} else {
		if (!find_dir(s, &path, &dir) || *path)
			return -ENOENT;
		list_dir(&dir, n);
	}
	return 0;
}

int fs_cgroup_write(struct sim *s, const char *path, const char *text)
{
	bool freeze;
	struct dir dir;
	uint32_t i;

	if (!find_dir(s, &path, &dir))
		return -ENOENT;
	freeze = !strcmp(path, "/cgroup.freeze");
	if (!freeze && strcmp(path, "/cgroup.kill"))
		return -EACCES;
	if ((text[0] != '0' && text[0] != '1') || (text[1] && strcmp(text + 1, "\n")))
		return -EINVAL;
	if (!freeze && text[0] == '0')
		return -ERANGE;
	if (dir.kind == DIR_THREADS)
		return -EOPNOTSUPP;
	for (i = 0; i < SIM_MAX_VMS; i++) {
		if (!lives_in(&s->st->proc[i], &dir))
			continue;
		if (freeze)
			proc_freeze(s, &s->st->proc[i], text[0] == '1');
		else
			proc_signal(s, &s->st->proc[i], SIGKILL);
	}
	return 0;
}
