// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts of a host that is made of files: a directory with a proc and a sys of
 * its own.  The pids in it are of children of ours, so that they can be opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib_test.h"

#define CHILDREN	4

static char root[PATH_MAX / 4];
static struct host *host;
static pid_t children[CHILDREN];

/* A file with its directories; "->" before the text: a link to it */
__attribute__((format(printf, 2, 3)))
static void put(const char *path, const char *format, ...)
{
	char full[PATH_MAX], text[8192];
	va_list ap;
	FILE *f;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	ck_assert_int_lt(snprintf(full, sizeof(full), "%s%s", root, path), (int)sizeof(full));
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
	unlink(full);
	if (!strncmp(text, "->", 2)) {
		ck_assert_int_eq(symlink(text + 2, full), 0);
		return;
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void drop(const char *path)
{
	char command[PATH_MAX * 2];

	snprintf(command, sizeof(command), "rm -rf '%s%s'", root, path);
	ck_assert_int_eq(system(command), 0);
}

static void setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(root, sizeof(root), "%s/lib-host.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(host_kernel_open(&host, root), 0);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (!children[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	put("/proc/version", "a file among the directories\n");
}

static void teardown(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	host->ops->close(host);
	drop("");
}

/* ---------------------------------------------------------------------- CPUs */

START_TEST(cpu_lists)
{
	struct cpuset set;
	char buf[64];

	put("/sys/devices/system/cpu/present", "0-11\n");
	put("/sys/devices/system/cpu/online", "0-4,6-11\n");
	ck_assert_int_eq(host_cpus(host, HOST_CPUS_PRESENT, &set), 0);
	ck_assert_str_eq(cpuset_format(&set, buf, sizeof(buf)), "0-11");
	ck_assert_int_eq(host_cpus(host, HOST_CPUS_ONLINE, &set), 0);
	ck_assert_str_eq(cpuset_format(&set, buf, sizeof(buf)), "0-4,6-11");
}
END_TEST

START_TEST(cpu_lists_bad)
{
	static const char *const texts[] = { "x\n", "0-\n", "3-1\n", "0,,1\n" };
	struct cpuset set;

	ck_assert_int_eq(host_cpus(host, HOST_CPUS_PRESENT, &set), -ENOENT);
	ck_assert_int_eq(host_cpus(host, HOST_CPUS_ONLINE, &set), -ENOENT);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put("/sys/devices/system/cpu/online", "%s", texts[i]);
		ck_assert_int_eq(host_cpus(host, HOST_CPUS_ONLINE, &set), -EINVAL);
	}
	put("/sys/devices/system/cpu/online", "0-99999\n");
	ck_assert_int_eq(host_cpus(host, HOST_CPUS_ONLINE, &set), -ERANGE);
}
END_TEST

/* Every other one of 8,192 CPUs: no list is longer, and none may be cut */
START_TEST(cpu_list_longest)
{
	char path[PATH_MAX];
	struct cpuset set, want = { 0 };
	FILE *f;

	put("/sys/devices/system/cpu/online", "0");
	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/online", root);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (unsigned int cpu = 0; cpu < CPUSET_MAX; cpu += 2) {
		fprintf(f, "%s%u", cpu ? "," : "", cpu);
		cpuset_add(&want, cpu);
	}
	fputc('\n', f);
	fclose(f);
	ck_assert_int_eq(host_cpus(host, HOST_CPUS_ONLINE, &set), 0);
	ck_assert_uint_eq(cpuset_count(&set), CPUSET_MAX / 2);
	ck_assert(cpuset_equal(&set, &want));
}
END_TEST

START_TEST(cpu_family)
{
	unsigned int family, model;

	ck_assert(!host_cpu(host, &family, &model));
	put("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\n"
	    "model\t\t: 17\nmodel name\t: AMD EPYC\n");
	ck_assert(host_cpu(host, &family, &model));
	ck_assert_uint_eq(family, 0x19);
	ck_assert_uint_eq(model, 0x11);
	/* the first CPU's, and a name is no model */
	put("/proc/cpuinfo", "processor\t: 0\ncpu family\t: 26\nmodel name\t: 7\nmodel\t: 2\n\n"
	    "processor\t: 1\ncpu family\t: 25\nmodel\t: 1\n");
	ck_assert(host_cpu(host, &family, &model));
	ck_assert_uint_eq(family, 0x1a);
	ck_assert_uint_eq(model, 2);
	put("/proc/cpuinfo", "processor\t: 0\ncpu family\t: 26\n");
	ck_assert(!host_cpu(host, &family, &model));
	put("/proc/cpuinfo", "processor\t: 0\n");
	ck_assert(!host_cpu(host, &family, &model));
	put("/proc/cpuinfo", "cpu family");
	ck_assert(!host_cpu(host, &family, &model));
	ck_assert_uint_eq(family, 0);
}
END_TEST

START_TEST(kernel)
{
	static const struct {
		const char *release;
		unsigned int major, minor;
		bool want;
	} rows[] = {
		{ "6.12.117-sim\n", 7, 1, false },
		{ "7.0.9\n", 7, 1, false },
		{ "7.1.0-rc1\n", 7, 1, true },
		{ "7.1\n", 7, 1, true },
		{ "7.10.3\n", 7, 1, true },
		{ "8.0.0\n", 7, 1, true },
		{ "6.12.48+deb13-amd64\n", 6, 12, true },
		{ "6.12.48+deb13-amd64\n", 6, 13, false },
		{ "6\n", 6, 0, false },
		{ "nonsense\n", 1, 0, false },
	};
	char buf[64], tiny[8];

	host_kernel_release(host, buf, sizeof(buf));
	ck_assert_str_eq(buf, "?");
	ck_assert(!host_kernel_at_least(host, 1, 0));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put("/proc/sys/kernel/osrelease", "%s", rows[i].release);
		ck_assert_msg(host_kernel_at_least(host, rows[i].major, rows[i].minor) ==
			      rows[i].want, "%s", rows[i].release);
	}
	put("/proc/sys/kernel/osrelease", "6.12.48+deb13-amd64\n");
	host_kernel_release(host, buf, sizeof(buf));
	ck_assert_str_eq(buf, "6.12.48+deb13-amd64");
	host_kernel_release(host, tiny, sizeof(tiny));
	ck_assert_str_eq(tiny, "6.12.48");
}
END_TEST

/* ----------------------------------------------------------------------- VMs */

/* proc(5): the name in brackets may hold anything; 22 is the start in ticks */
static void process(pid_t pid, const char *comm, unsigned long ticks)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	put(path, "%d (%s) S 1 1 1 0 -1 4194560 100 0 0 0 10 20 30 40 20 0 4 0 %lu 1000 50\n",
	    (int)pid, comm, ticks);
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	put(path, "%s\n", comm);
	snprintf(path, sizeof(path), "/proc/%d/fd/0", (int)pid);
	put(path, "->/dev/null");
}

static void descriptor(pid_t pid, int fd, const char *target)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	put(path, "->%s", target);
}

static const struct host_vm *vm_of(const struct host_vms *vms, pid_t pid)
{
	for (size_t i = 0; i < vms->nr; i++)
		if (vms->list[i].pid == pid)
			return &vms->list[i];
	return NULL;
}

START_TEST(vms)
{
	const pid_t vmm = children[0], two = children[1], none = children[2], plain = children[3];
	const struct host_vm *vm;
	struct host_vms found;

	process(vmm, "qemu-system-x86", 12345);
	descriptor(vmm, 3, "anon_inode:kvm-vm");
	descriptor(vmm, 4, "anon_inode:kvm-vcpu:0");
	descriptor(vmm, 5, "anon_inode:kvm-vcpu:17");
	descriptor(vmm, 6, "/dev/sev");
	descriptor(vmm, 7, "/dev/kvm");
	descriptor(vmm, 8, "anon_inode:[kvm-gmem]");
	descriptor(vmm, 9, "anon_inode:kvm-vcpu-stats:0");
	descriptor(vmm, 10, "/tmp/anon_inode:kvm-vm");
	process(two, "a) T (b\n", 1);
	descriptor(two, 3, "anon_inode:kvm-vm");
	descriptor(two, 4, "anon_inode:kvm-vm");
	process(none, "sleep", 1);
	descriptor(none, 3, "/dev/sev");
	descriptor(none, 4, "/dev/kvm");
	/* handed on: only a vCPU is left of the VM */
	process(plain, "x", 1);
	descriptor(plain, 3, "anon_inode:kvm-vcpu:0");

	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.nr, 3);
	ck_assert_uint_eq(found.hidden, 0);
	/* who holds a VM holds these as well, and is none of those that have nothing else */
	ck_assert_uint_eq(found.openers, 1);
	ck_assert_int_eq(found.opener, none);
	ck_assert_uint_eq(found.kvm_openers, 1);
	ck_assert_int_eq(found.kvm_opener, none);
	vm = vm_of(&found, vmm);
	ck_assert_ptr_nonnull(vm);
	ck_assert_str_eq(vm->comm, "qemu-system-x86");
	ck_assert_uint_eq(vm->vms, 1);
	ck_assert_uint_eq(vm->vcpus, 2);
	ck_assert_uint_eq(vm->gmems, 1);
	ck_assert(vm->sev);
	ck_assert_uint_eq(vm->start_ns / 1000000000, 12345 / (uint64_t)sysconf(_SC_CLK_TCK));
	vm = vm_of(&found, two);
	ck_assert_ptr_nonnull(vm);
	ck_assert_uint_eq(vm->vms, 2);
	ck_assert(!vm->sev && !vm->vcpus);
	vm = vm_of(&found, plain);
	ck_assert_ptr_nonnull(vm);
	ck_assert_uint_eq(vm->vms, 0);
	ck_assert_uint_eq(vm->vcpus, 1);
	ck_assert_ptr_null(vm_of(&found, none));

	/* the handle is of that very process */
	vm = vm_of(&found, vmm);
	ck_assert_int_eq(host->ops->process_wait(host, vm->handle, 0), 0);
	ck_assert_int_eq(host->ops->process_signal(host, vm->handle, SIGKILL), 0);
	ck_assert_int_eq(host->ops->process_wait(host, vm->handle, 10000000000), 1);
	waitpid(vmm, NULL, 0);
	ck_assert_int_eq(host->ops->process_signal(host, vm->handle, 0), -ESRCH);
	host_vms_free(host, &found);
	ck_assert_uint_eq(found.nr, 0);
	ck_assert_ptr_null(found.list);
	host_vms_free(host, &found);
}
END_TEST

/* A command of a shell's: the shell holds the device for it, and is nobody else */
START_TEST(vms_of_a_session)
{
	const pid_t shell = children[0], other = children[1];
	struct host_vms found;

	process(shell, "sevadm", 1);
	descriptor(shell, 3, "/dev/sev");
	process(other, "sevadm", 1);
	descriptor(other, 3, "/dev/sev");
	process(getppid(), "sevadm", 1);
	descriptor(getppid(), 3, "/dev/sev");

	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.openers, 3);
	host_vms_free(host, &found);

	host->opener = shell;
	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.openers, 1);
	ck_assert_int_eq(found.opener, other);
	host_vms_free(host, &found);

	/* who opened it for himself has lent it to nobody */
	host->opener = getpid();
	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.openers, 3);
	host_vms_free(host, &found);
}
END_TEST

START_TEST(vm_odd_names)
{
	struct host_vms found;

	process(children[0], "\033[31mevil\t", 1);
	descriptor(children[0], 3, "anon_inode:kvm-vm");
	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.nr, 1);
	ck_assert_str_eq(found.list[0].comm, "\\x1b[31mevil\\x09");
	host_vms_free(host, &found);
}
END_TEST

START_TEST(vm_gone)
{
	struct host_vms found;
	char path[64];

	/* a process that is in /proc and cannot be opened any more */
	process(children[0], "gone", 1);
	descriptor(children[0], 3, "anon_inode:kvm-vm");
	kill(children[0], SIGKILL);
	waitpid(children[0], NULL, 0);
	/* one without a name, one without descriptors, and things that are no processes */
	process(children[1], "y", 1);
	descriptor(children[1], 3, "anon_inode:kvm-vm");
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)children[1]);
	drop(path);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)children[2]);
	put(path, "%d (z) S 1 1 1 0 -1 1 1 0 0 0 1 2 3 4 20 0 4 0 5 6 7\n", (int)children[2]);
	put("/proc/irq/0/smp_affinity", "1\n");
	put("/proc/1x/fd/3", "->anon_inode:kvm-vm");
	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.nr, 1);
	ck_assert_int_eq(found.list[0].pid, children[1]);
	ck_assert_str_eq(found.list[0].comm, "?");
	host_vms_free(host, &found);
}
END_TEST

START_TEST(vms_none)
{
	struct host_vms found;

	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.nr, 0);
	host_vms_free(host, &found);
	drop("/proc");
	ck_assert_int_eq(host_vms_find(host, &found), -ENOENT);
	ck_assert_ptr_null(found.list);
}
END_TEST

/* Descriptors of other users' processes are hidden from an ordinary user */
START_TEST(vms_hidden)
{
	struct host_vms found;
	char path[PATH_MAX];

	process(children[0], "other", 1);
	descriptor(children[0], 3, "anon_inode:kvm-vm");
	snprintf(path, sizeof(path), "%s/proc/%d/fd", root, (int)children[0]);
	ck_assert_int_eq(chmod(path, 0), 0);
	ck_assert_int_eq(chmod(root, 0755), 0);
	if (!geteuid())
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(host_vms_find(host, &found), 0);
	ck_assert_uint_eq(found.nr, 0);
	ck_assert_uint_eq(found.hidden, 1);
	host_vms_free(host, &found);
	if (!getuid())
		ck_assert_int_eq(seteuid(0), 0);
	chmod(path, 0755);
}
END_TEST

/* ------------------------------------------------------------------- threads */

static void thread(int tid, const char *comm, char state)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/77/task/%d/stat", tid);
	put(path, "%d (%s) %c 1 1 1 0 -1\n", tid, comm, state);
}

static const struct {
	const char *comm;
	char state;
	int stopped;
} threads[] = {
	{ "CPU 0/KVM", 'T', 1 },
	{ "CPU 0/KVM", 't', 1 },
	{ "CPU 0/KVM", 'Z', 1 },
	{ "CPU 0/KVM", 'X', 1 },
	{ "CPU 0/KVM", 'R', 0 },
	{ "CPU 0/KVM", 'S', 0 },
	{ "CPU 0/KVM", 'D', 0 },
	{ "CPU 0/KVM", 'I', 0 },
	/* names that look like the field behind them */
	{ "a) T", 'R', 0 },
	{ "a) R", 'T', 1 },
	{ ") T 1", 'S', 0 },
	{ "((", 'T', 1 },
	{ "))", 'R', 0 },
	{ "a\nb) T", 'R', 0 },
};

START_TEST(thread_states)
{
	thread(77, "qemu", 'T');
	thread(78, threads[_i].comm, threads[_i].state);
	thread(79, "worker", 'T');
	ck_assert_msg(host_process_stopped(host, 77) == threads[_i].stopped, "'%s' %c",
		      threads[_i].comm, threads[_i].state);
}
END_TEST

START_TEST(thread_odd)
{
	ck_assert_int_eq(host_process_stopped(host, 77), -ENOENT);
	thread(77, "qemu", 'T');
	ck_assert_int_eq(host_process_stopped(host, 77), 1);
	/* a thread that ended between the list and the look does not run */
	put("/proc/77/task/78/comm", "x\n");
	ck_assert_int_eq(host_process_stopped(host, 77), 1);
	/* what cannot be read is not taken for stopped */
	put("/proc/77/task/78/stat", "78 (x");
	ck_assert_int_eq(host_process_stopped(host, 77), 0);
	put("/proc/77/task/78/stat", "78 (x)");
	ck_assert_int_eq(host_process_stopped(host, 77), 0);
	put("/proc/77/task/78/stat", "%s", "");
	ck_assert_int_eq(host_process_stopped(host, 77), 0);
}
END_TEST

/* -------------------------------------------------------------------- kernel */

START_TEST(read_cut)
{
	char buf[8];

	put("/proc/x", "0123456789\n");
	ck_assert_int_eq(host->ops->read(host, "/proc/x", buf, sizeof(buf)), 7);
	ck_assert_str_eq(buf, "0123456");
	ck_assert_int_eq(host->ops->read(host, "/proc/none", buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(host->ops->read(host, "/proc", buf, sizeof(buf)), -EISDIR);
	put("/proc/link", "->0123456789");
	ck_assert_int_eq(host->ops->link(host, "/proc/link", buf, sizeof(buf)), 7);
	ck_assert_str_eq(buf, "0123456");
	ck_assert_int_eq(host->ops->link(host, "/proc/x", buf, sizeof(buf)), -EINVAL);
	put("/proc/lines", "one\ntwo\n");
	ck_assert_int_eq(host_read_line(host, "/proc/lines", buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "one");
}
END_TEST

START_TEST(paths_too_long)
{
	static char path[PATH_MAX + 2];
	struct host *other;
	char buf[8];

	memset(path, 'x', PATH_MAX + 1);
	path[0] = '/';
	ck_assert_int_eq(host_kernel_open(&other, path), -ENAMETOOLONG);
	ck_assert_int_eq(host->ops->read(host, path, buf, sizeof(buf)), -ENAMETOOLONG);
	ck_assert_int_eq(host->ops->link(host, path, buf, sizeof(buf)), -ENAMETOOLONG);
	ck_assert_int_eq(host->ops->list(host, path, NULL, NULL), -ENAMETOOLONG);
}
END_TEST

START_TEST(pin)
{
	cpu_set_t before, now;
	int cpu = -1;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &before))
			cpu = i;
	ck_assert_int_eq(host->ops->pin(host, (unsigned int)cpu), 0);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	ck_assert_int_eq(CPU_COUNT(&now), 1);
	ck_assert(CPU_ISSET(cpu, &now));
	ck_assert_int_eq(sched_getcpu(), cpu);
	/* no such CPU */
	ck_assert_int_eq(host->ops->pin(host, CPUSET_MAX - 1), -EINVAL);
	ck_assert_int_eq(host->ops->pin(host, CPUSET_MAX), -EINVAL);
}
END_TEST

static void *waits(void *arg)
{
	static pid_t tid;

	tid = gettid();
	__atomic_store_n((pid_t **)arg, &tid, __ATOMIC_RELEASE);
	pause();
	return NULL;
}

/* Another thread, and that one alone */
START_TEST(pin_thread)
{
	cpu_set_t before, now;
	pthread_t thread;
	pid_t *tid = NULL;
	int cpu = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	ck_assert_int_eq(pthread_create(&thread, NULL, waits, &tid), 0);
	while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
		usleep(1000);
	ck_assert_int_eq(host->ops->pin_thread(host, *tid, (unsigned int)cpu), 0);
	ck_assert_int_eq(sched_getaffinity(*tid, sizeof(now), &now), 0);
	ck_assert_int_eq(CPU_COUNT(&now), 1);
	ck_assert(CPU_ISSET(cpu, &now));
	ck_assert_int_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	ck_assert(CPU_EQUAL(&now, &before));
	ck_assert_int_eq(host->ops->pin_thread(host, *tid, CPUSET_MAX - 1), -EINVAL);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}
END_TEST

#define CPU "/sys/devices/system/cpu/cpu"

static void put_cpu(unsigned int cpu, const char *siblings, const char *ccx, const char *socket)
{
	static const char *const names[] = {
		"topology/core_id", "topology/physical_package_id", "cache/index0/level",
		"cache/index1/level", "cache/index1/id",
	};
	const unsigned int values[] = { cpu % 4, 1, 1, 3, 50 + cpu % 4 / 2 };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), CPU "%u/%s", cpu, names[i]);
		put(path, "%u\n", values[i]);
	}
	if (!siblings)
		return;
	snprintf(path, sizeof(path), CPU "%u/topology/thread_siblings_list", cpu);
	put(path, "%s\n", siblings);
	snprintf(path, sizeof(path), CPU "%u/cache/index1/shared_cpu_list", cpu);
	put(path, "%s\n", ccx);
	snprintf(path, sizeof(path), CPU "%u/topology/core_siblings_list", cpu);
	put(path, "%s\n", socket);
}

static void expect_place(struct host_topology *t, unsigned int cpu)
{
	struct host_place place;

	host_cpu_place(host, t, cpu, &place);
	ck_assert(place.has_core && place.has_ccx);
	ck_assert_uint_eq(place.core, cpu % 4);
	ck_assert_uint_eq(place.ccx, 50 + cpu % 4 / 2);
	ck_assert_uint_eq(place.socket, 1);
}

/* What CPUs share is read once: of the other ones nothing needs to be there */
START_TEST(places)
{
	struct host_topology *t = host_topology_new();
	struct host_place place;

	ck_assert_ptr_nonnull(t);
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		char siblings[16];

		snprintf(siblings, sizeof(siblings), "%u,%u", cpu, cpu + 4);
		put_cpu(cpu, siblings, cpu < 2 ? "0-1,4-5" : "2-3,6-7", "0-7");
	}
	for (unsigned int cpu = 0; cpu < 8; cpu++)
		expect_place(t, cpu);
	/* an offline one */
	host_cpu_place(host, t, 8, &place);
	ck_assert(!place.has_core && !place.has_ccx);
	free(t);
}
END_TEST

/* A list that is not there or makes no sense is none: each CPU for itself */
START_TEST(places_without_lists)
{
	struct host_topology *t = host_topology_new();
	struct host_place place;

	ck_assert_ptr_nonnull(t);
	put_cpu(0, _i ? "x" : NULL, "0-", "9999");
	put_cpu(5, _i ? "5-4" : NULL, "", "0,");
	expect_place(t, 0);
	expect_place(t, 5);
	host_cpu_place(host, t, 4, &place);
	ck_assert(!place.has_core && !place.has_ccx);
	free(t);
}
END_TEST

START_TEST(clock_and_sleep)
{
	uint64_t before = host->ops->clock(host);

	host->ops->sleep(host, 20000000);
	ck_assert_uint_ge(host->ops->clock(host), before + 20000000);
}
END_TEST

START_TEST(lock)
{
	char path[PATH_MAX];
	int first, second;

	snprintf(path, sizeof(path), "%s/lock", root);
	ck_assert_int_eq(host_lock(path, false, 0), -ENOENT);
	first = host_lock(path, true, 0);
	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(host_lock(path, true, 0), -EBUSY);
	ck_assert_int_eq(host_lock(path, false, 0), -EBUSY);
	close(first);
	second = host_lock(path, false, 0);
	ck_assert_int_ge(second, 0);
	close(second);
	ck_assert_int_eq(unlink(path), 0);
	/* not through a link that somebody laid there */
	put("/elsewhere", "precious\n");
	put("/lock", "->elsewhere");
	ck_assert_int_eq(host_lock(path, true, 0), -ELOOP);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_host");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, cpu_lists);
	tcase_add_test(tc, cpu_lists_bad);
	tcase_add_test(tc, cpu_list_longest);
	tcase_add_test(tc, cpu_family);
	tcase_add_test(tc, kernel);
	tcase_add_test(tc, vms);
	tcase_add_test(tc, vms_of_a_session);
	tcase_add_test(tc, vm_odd_names);
	tcase_add_test(tc, vm_gone);
	tcase_add_test(tc, vms_none);
	tcase_add_test(tc, vms_hidden);
	tcase_add_loop_test(tc, thread_states, 0, sizeof(threads) / sizeof(threads[0]));
	tcase_add_test(tc, thread_odd);
	tcase_add_test(tc, read_cut);
	tcase_add_test(tc, paths_too_long);
	tcase_add_test(tc, pin);
	tcase_add_test(tc, pin_thread);
	tcase_add_test(tc, places);
	tcase_add_loop_test(tc, places_without_lists, 0, 2);
	tcase_add_test(tc, clock_and_sleep);
	tcase_add_test(tc, lock);
	return lib_run(suite);
}
