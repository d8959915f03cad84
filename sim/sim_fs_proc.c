// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc: the VMMs with their threads and descriptors, a few processes that have
 * nothing to do with it, and ourselves, as far as the simulated CPUs matter.
 * Formats as fs/proc/array.c and fs/proc/base.c print them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

#define HZ_NS		(SIM_SEC / 100)

enum { FD_KVM = 9, FD_VM = 10, FD_SEV = 11, FD_GMEM = 12, FD_VCPU = 13 };

/* Processes of every host; the first is ourselves, whose pid is not the machine's affair */
static const struct other {
	int pid;
	const char *comm, *cmdline, *cgroup;
} others[] = {
	{ 0, "sevadm", "sevadm", "/user.slice/user-0.slice/session-1.scope" },
	{ 1, "systemd", "/sbin/init", "/init.scope" },
	{ 2, "kthreadd", "", "/" },
	{ 871, "virtqemud", "/usr/sbin/virtqemud", "/system.slice/virtqemud.service" },
	{ SIM_SHELL, "bash", "-bash", SIM_SESSION_SLICE "/" SIM_SESSION },
};

/* One thread, of a VMM or of another process */
struct task {
	const char *comm, *cgroup;
	const struct sim_proc *proc;	/* NULL: another process */
	int tgid, tid;
	uint32_t threads, thread;
	char state, name[16];
	uint64_t start_ns;
};

static bool allowed(const struct sim *s, uint32_t cpu, uint32_t only_ours)
{
	return !only_ours || s->st->m.cpu[cpu].allowed;
}

static const char *state_name(char state)
{
	switch (state) {
	case 'R': return "R (running)";
	case 'T': return "T (stopped)";
	default: return "S (sleeping)";
	}
}

/* vCPU 0 is in the guest, the others sleep; a frozen thread sleeps in the freezer */
static char thread_state(const struct sim_proc *p, uint32_t thread)
{
	if (p->stopped)
		return 'T';
	return thread == 1 && !p->frozen && p->has_vm ? 'R' : 'S';
}

static void vmm_task(const struct sim_proc *p, uint32_t thread, struct task *k)
{
	memset(k, 0, sizeof(*k));
	if (!thread)
		memcpy(k->name, p->comm, sizeof(k->name));
	else if (thread == p->threads - 1)
		strcpy(k->name, "IO mon_iothread");
	else
		text_add(&(struct sim_text){ .buf = k->name, .size = sizeof(k->name) - 1 },
			 "CPU %u/KVM", thread - 1);
	k->comm = k->name;
	k->proc = p;
	k->tgid = p->pid;
	k->tid = p->pid + (int)thread;
	k->threads = p->threads;
	k->thread = thread;
	k->state = thread_state(p, thread);
	k->start_ns = p->start_ns;
}

static void other_task(const struct other *o, struct task *k)
{
	memset(k, 0, sizeof(*k));
	k->comm = o->comm;
	k->cgroup = o->cgroup;
	k->tgid = k->tid = o->pid ? o->pid : 4711;
	k->threads = 1;
	k->state = o->pid ? 'S' : 'R';
	k->start_ns = o->pid < 10 ? SIM_SEC / 10 : 3 * SIM_SEC;
}

static void mask(struct sim_text *t, const struct sim *s, uint32_t only_ours)
{
	uint32_t words = (s->st->m.cpus + 31) / 32, w, i, v;

	for (w = words; w-- > 0;) {
		for (v = 0, i = 0; i < 32; i++)
			if (w * 32 + i < s->st->m.cpus && allowed(s, w * 32 + i, only_ours))
				v |= 1u << i;
		/* the first group has as many digits as its CPUs need */
		if (w == words - 1)
			text_add(t, "%0*x", (int)((s->st->m.cpus - w * 32 + 3) / 4), v);
		else
			text_add(t, ",%08x", v);
	}
}

static int status(struct sim *s, const struct task *k, struct sim_text *t)
{
	uint32_t ours = k->cgroup == others[0].cgroup;

	text_add(t, "Name:\t%s\nUmask:\t0022\nState:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\n", k->comm,
		 state_name(k->state), k->tgid, k->tid);
	text_add(t, "PPid:\t%d\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n",
		 k->tgid > 2 ? 1 : 0);
	text_add(t, "FDSize:\t128\nGroups:\t \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n",
		 k->tgid, k->tid, k->tgid, k->tgid);
	text_add(t, "Kthread:\t%d\n", k->tgid == 2);
	if (k->tgid != 2)
		text_add(t, "VmPeak:\t 2113536 kB\nVmSize:\t 2113536 kB\nVmRSS:\t   65536 kB\n");
	text_add(t, "Threads:\t%u\nSigQ:\t0/63458\n", k->threads);
	text_add(t, "SigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000000\n");
	text_add(t, "SigIgn:\t%016x\nSigCgt:\t0000000000000000\n",
		 k->proc && k->proc->stubborn ? 0x4000u : 0u);
	text_add(t, "CapInh:\t0000000000000000\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n");
	text_add(t, "CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n");
	text_add(t, "Cpus_allowed:\t");
	mask(t, s, ours);
	text_add(t, "\nCpus_allowed_list:\t");
	text_cpus(t, s, allowed, ours);
	text_add(t, "\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t3\n");
	return 0;
}

static int stat_line(struct sim *s, const struct task *k, bool whole, struct sim_text *t)
{
	(void)s;
	(void)whole;
	text_add(t, "%d (%s) %c %d %d %d 0 -1 4194560 900 0 12 0 5 3 0 0 20 0 %u 0 %llu ", k->tid,
		 k->comm, k->state, k->tgid > 2 ? 1 : 0, k->tgid, k->tgid, k->threads,
		 (unsigned long long)(k->start_ns / HZ_NS));
	text_add(t, "%llu %llu 18446744073709551615 1 1 0 0 0 0 0 4096 0 1 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		 k->tgid == 2 ? 0ull : 2164260864ull, k->tgid == 2 ? 0ull : 16384ull);
	return 0;
}

/* Of a VM's process; the guest's name as libvirt would have given it */
static int cmdline(struct sim *s, const struct sim_proc *p, struct sim_text *t)
{
	char domain[32];

	sim_domain(s, p, domain, sizeof(domain));
	text_add(t, "/usr/bin/qemu-system-x86_64%c-name%cguest=%s,debug-threads=on%c", 0, 0, domain,
		 0);
	text_add(t, "-smp%c%u%c-m%c2G%c", 0, p->threads - 2, 0, 0, 0);
	return 0;
}

/* libvirt gives each vCPU a cgroup of its own, and one to the other threads */
static void cgroup(struct sim *s, const struct task *k, struct sim_text *t)
{
	char dir[256];

	sim_unit_dir(s, k->proc, dir, sizeof(dir));
	text_add(t, "0::%s", dir);
	if (k->proc->unit != SIM_UNIT_LIBVIRT)
		text_add(t, "\n");
	else if (k->thread && k->thread < k->threads - 1)
		text_add(t, "/libvirt/vcpu%u\n", k->thread - 1);
	else
		text_add(t, "/libvirt/emulator\n");
}

static int task_file(struct sim *s, const struct task *k, const char *name, bool whole,
		     struct sim_text *t)
{
	if (!strcmp(name, "comm"))
		text_add(t, "%s\n", k->comm);
	else if (!strcmp(name, "status"))
		return status(s, k, t);
	else if (!strcmp(name, "stat"))
		return stat_line(s, k, whole, t);
	else if (!strcmp(name, "cgroup") && k->proc)
		cgroup(s, k, t);
	else if (!strcmp(name, "cgroup"))
		text_add(t, "0::%s\n", k->cgroup);
	else
		return -ENOENT;
	return 0;
}

static const struct other *find_other(uint32_t pid)
{
	size_t i;

	for (i = 1; i < sizeof(others) / sizeof(others[0]); i++)
		if ((uint32_t)others[i].pid == pid)
			return &others[i];
	return NULL;
}

static int other_file(struct sim *s, const struct other *o, const char *path, struct sim_text *t)
{
	struct task k;

	if (!path_eat(&path, "/"))
		return -ENOENT;
	if (!strcmp(path, "cmdline")) {
		if (*o->cmdline)
			text_add(t, "%s%c", o->cmdline, 0);
		return 0;
	}
	other_task(o, &k);
	return task_file(s, &k, path, true, t);
}

static int pid_file(struct sim *s, const char *path, struct sim_text *t)
{
	const struct sim_proc *p;
	const struct other *o;
	uint32_t pid, tid;
	bool whole = true;
	struct task k;

	if (!path_number(&path, &pid))
		return -ENOENT;
	o = find_other(pid);
	if (o)
		return other_file(s, o, path, t);
	p = proc_find(s, (pid_t)pid);
	if (!p || !path_eat(&path, "/"))
		return -ENOENT;
	if (!strcmp(path, "cmdline"))
		return cmdline(s, p, t);
	tid = pid;
	if (path_eat(&path, "task/")) {
		whole = false;
		if (!path_number(&path, &tid) || !path_eat(&path, "/") || tid < pid ||
		    tid - pid >= p->threads)
			return -ENOENT;
	}
	vmm_task(p, tid - pid, &k);
	return task_file(s, &k, path, whole, t);
}

static int proc_stat(struct sim *s, struct sim_text *t)
{
	const struct sim_machine *m = &s->st->m;
	uint32_t i;

	text_add(t, "cpu  4821 0 1932 918273 120 0 11 0 0 0\n");
	for (i = 0; i < m->cpus; i++)
		if (m->cpu[i].online)
			text_add(t, "cpu%u 48 0 19 9182 1 0 0 0 0 0\n", i);
	text_add(t, "intr 1048576\nctxt 2097152\nbtime %llu\nprocesses %u\n",
		 (unsigned long long)m->boot_epoch_s, m->next_pid);
	text_add(t, "procs_running 1\nprocs_blocked 0\n");
	return 0;
}

/* Those members that anybody looks at (arch/x86/kernel/cpu/proc.c) */
static void cpuinfo(struct sim *s, struct sim_text *t)
{
	static const struct { unsigned int family, model; } cpus[] = {
		[PSP_FW_MILAN] = { 25, 1 }, [PSP_FW_GENOA] = { 25, 17 }, [PSP_FW_TURIN] = { 26, 2 },
	};
	uint32_t i, g = s->st->m.cpu_generation;

	for (i = 0; i < s->st->m.cpus; i++) {
		if (!s->st->m.cpu[i].online)
			continue;
		text_add(t, "processor\t: %u\nvendor_id\t: AuthenticAMD\ncpu family\t: %u\nmodel\t\t: %u\n",
			 i, cpus[g].family, cpus[g].model);
		text_add(t, "model name\t: AMD EPYC simulated Processor\nphysical id\t: %u\n",
			 s->st->m.cpu[i].socket);
		text_add(t, "flags\t\t: fpu svm npt%s%s\n\n",
			 s->st->m.bios & SIM_BIOS_SME_OFF ? "" : " sme sev sev_es",
			 sim_cpu_snp(s) ? " sev_snp" : "");
	}
}

static void limits(struct sim *s, struct sim_text *t)
{
	char value[24] = "unlimited";

	if (s->st->m.memlock_kb)
		snprintf(value, sizeof(value), "%llu",
			 (unsigned long long)s->st->m.memlock_kb << 10);
	text_add(t, "%-26s%-21s%-21s%-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	text_add(t, "%-26s%-21s%-21s%-10s\n", "Max open files", "1024", "524288", "files");
	text_add(t, "%-26s%-21s%-21s%-10s\n", "Max locked memory", value, value, "bytes");
}

static void meminfo(struct sim *s, struct sim_text *t)
{
	text_add(t, "MemTotal:       %8u kB\nMemFree:        %8u kB\n", SIM_PAGES * 4, SIM_PAGES * 3);
	text_add(t, "HugePages_Total:   %5u\nHugePages_Free:    %5u\nHugepagesize:       2048 kB\n",
		 s->st->m.hugepages, s->st->m.hugepages);
}

int fs_proc_read(struct sim *s, const char *path, struct sim_text *t)
{
	uint64_t cs = s->st->m.clock_ns / HZ_NS;

	if (!strcmp(path, "/uptime"))
		text_add(t, "%llu.%02u %llu.%02u\n", (unsigned long long)(cs / 100),
			 (unsigned int)(cs % 100),
			 (unsigned long long)(cs / 100 * sim_cpus_online(s)),
			 (unsigned int)(cs % 100));
	else if (!strcmp(path, "/stat"))
		return proc_stat(s, t);
	else if (!strcmp(path, "/cpuinfo"))
		cpuinfo(s, t);
	else if (!strcmp(path, "/cmdline"))
		text_add(t, "BOOT_IMAGE=/vmlinuz-%s root=/dev/vda2 ro%s%s\n", s->st->m.kernel,
			 s->st->m.cmdline[0] ? " " : "", s->st->m.cmdline);
	else if (!strcmp(path, "/meminfo"))
		meminfo(s, t);
	else if (!strcmp(path, "/zoneinfo"))
		text_add(t, "Node 0, zone    DMA32\n  pages free     4096\n        spanned  %u\n  start_pfn:           %llu\n",
			 SIM_PAGES, (unsigned long long)(SIM_PA_BASE / SIM_PAGE));
	else if (!strcmp(path, "/self/limits"))
		limits(s, t);
	else if (!strcmp(path, "/sys/kernel/osrelease"))
		text_add(t, "%s\n", s->st->m.kernel);
	else if (!strcmp(path, "/sys/kernel/kexec_load_disabled"))
		text_add(t, "%u\n", s->st->m.kexec_disabled);
	else if (!strcmp(path, "/sys/kernel/random/boot_id"))
		text_add(t, "00000000-0000-4000-8000-%012x\n", s->st->m.boots);
	else if (path_eat(&path, "/self/"))
		return other_file(s, &others[0], path - 1, t);
	else if (path_eat(&path, "/"))
		return pid_file(s, path, t);
	else
		return -ENOENT;
	return 0;
}

static int list_pid(struct sim *s, const char *path, struct sim_names *n)
{
	static const char *const files[] = { "cgroup", "cmdline", "comm", "fd", "stat", "status",
					     "task" };
	const struct sim_proc *p;
	const struct sim_vm *vm;
	uint32_t pid, i;

	if (!path_eat(&path, "/") || !path_number(&path, &pid))
		return -ENOENT;
	p = proc_find(s, (pid_t)pid);
	if (!p && !find_other(pid))
		return -ENOENT;
	if (!*path) {
		for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			names_add(n, "%s", files[i]);
		return 0;
	}
	if (!strcmp(path, "/task")) {
		for (i = 0; i < (p ? p->threads : 1); i++)
			names_add(n, "%u", pid + i);
		return 0;
	}
	if (strcmp(path, "/fd"))
		return -ENOENT;
	if (pid == 2)
		return 0;
	for (i = 0; i < 4; i++)
		names_add(n, "%u", i);
	if (!p || !p->has_vm)
		return 0;
	vm = &s->st->kvm.vm[p->vm];
	names_add(n, "%d", FD_KVM);
	names_add(n, "%d", FD_VM);
	if (vm->kind != SIM_KIND_PLAIN)
		names_add(n, "%d", FD_SEV);
	if (vm->kind == SIM_KIND_SNP)
		names_add(n, "%d", FD_GMEM);
	for (i = 0; i < vm->vcpus; i++)
		names_add(n, "%u", FD_VCPU + i);
	return 0;
}

int fs_proc_list(struct sim *s, const char *path, struct sim_names *n)
{
	static const char *const files[] = { "cpuinfo", "self", "stat", "sys", "uptime" };
	size_t i;

	if (*path)
		return list_pid(s, path, n);
	for (i = 1; i < sizeof(others) / sizeof(others[0]); i++)
		names_add(n, "%d", others[i].pid);
	for (i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->proc[i].used)
			names_add(n, "%d", s->st->proc[i].pid);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		names_add(n, "%s", files[i]);
	return 0;
}

int fs_proc_link(struct sim *s, const char *path, struct sim_text *t)
{
	const struct sim_proc *p;
	const struct sim_vm *vm;
	uint32_t pid, fd;

	if (!path_eat(&path, "/") || !path_number(&path, &pid) || !path_eat(&path, "/fd/") ||
	    !path_number(&path, &fd) || *path)
		return -ENOENT;
	p = proc_find(s, (pid_t)pid);
	if ((!p && !find_other(pid)) || pid == 2)
		return -ENOENT;
	vm = p && p->has_vm ? &s->st->kvm.vm[p->vm] : NULL;
	if (fd < 3)
		text_add(t, "/dev/null");
	else if (fd == 3)
		text_add(t, "anon_inode:[eventpoll]");
	else if (vm && fd == FD_KVM)
		text_add(t, "/dev/kvm");
	else if (vm && fd == FD_VM)
		text_add(t, "anon_inode:kvm-vm");
	else if (vm && fd == FD_SEV && vm->kind != SIM_KIND_PLAIN)
		text_add(t, "/dev/sev");
	else if (vm && fd == FD_GMEM && vm->kind == SIM_KIND_SNP)
		text_add(t, "anon_inode:[kvm-gmem]");
	else if (vm && fd >= FD_VCPU && fd - FD_VCPU < vm->vcpus)
		text_add(t, "anon_inode:kvm-vcpu:%u", fd - FD_VCPU);
	else
		return -ENOENT;
	return 0;
}
