// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This machine: /proc and /sys, sched_setaffinity(), pidfd.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib/util/cleanup.h"

struct kernel_host {
	struct host host;
	int kmsg;		/* descriptor, or -errno: opened while we may */
	char root[PATH_MAX / 2];
};

static int full_path(struct host *host, const char *path, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s%s", ((struct kernel_host *)host)->root, path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static ssize_t kernel_read(struct host *host, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = -1;
	char full[PATH_MAX];
	size_t used = 0;
	int ret;

	ret = full_path(host, path, full, sizeof(full));
	if (ret)
		return ret;
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		ssize_t n = read(fd, buf + used, size - 1 - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += (size_t)n;
	}
	buf[used] = '\0';
	return (ssize_t)used;
}

static int kernel_put(struct host *host, const char *path, const void *data, size_t len)
{
	_cleanup_close_ int fd = -1;
	char full[PATH_MAX];
	ssize_t n;
	int ret;

	ret = full_path(host, path, full, sizeof(full));
	if (ret)
		return ret;
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, data, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int kernel_write(struct host *host, const char *path, const char *text)
{
	return kernel_put(host, path, text, strlen(text));
}

static int kernel_make(struct host *host, const char *path)
{
	char full[PATH_MAX];
	int ret = full_path(host, path, full, sizeof(full));

	if (ret)
		return ret;
	return mkdir(full, 0700) ? -errno : 0;
}

static int kernel_remove(struct host *host, const char *path)
{
	char full[PATH_MAX];
	int ret = full_path(host, path, full, sizeof(full));

	if (ret)
		return ret;
	return rmdir(full) ? -errno : 0;
}

static ssize_t kernel_link(struct host *host, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	ssize_t n;
	int ret;

	ret = full_path(host, path, full, sizeof(full));
	if (ret)
		return ret;
	n = readlink(full, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

static int kernel_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	char full[PATH_MAX];
	int ret;

	ret = full_path(host, path, full, sizeof(full));
	if (ret)
		return ret;
	dir = opendir(full);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		ret = fn(arg, entry->d_name);
		if (ret)
			return ret;
	}
	return 0;
}

/* One record a read(): "priority,sequence,time,flags;text", then lines of properties */
static int kernel_kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	int fd = ((struct kernel_host *)host)->kmsg;
	char record[8192], *text;

	if (fd < 0)
		return fd;
	if (lseek(fd, 0, SEEK_SET))
		return -errno;
	for (;;) {
		ssize_t n = read(fd, record, sizeof(record) - 1);
		unsigned long long seq;
		int ret;

		/* EPIPE: that record was overwritten before we came to it */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (!n)
			return 0;
		record[n] = '\0';
		text = strchr(record, ';');
		if (!text || sscanf(record, "%*u,%llu,", &seq) != 1)
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		ret = fn(arg, seq, text);
		if (ret)
			return ret;
	}
}

/* No allocation: each of a thousand threads would get an arena of malloc()'s for it */
static int kernel_pin_thread(struct host *host, pid_t tid, unsigned int cpu)
{
	cpu_set_t set[CPUSET_MAX / CPU_SETSIZE];

	(void)host;
	CPU_ZERO_S(sizeof(set), set);
	CPU_SET_S(cpu, sizeof(set), set);
	return sched_setaffinity(tid, sizeof(set), set) ? -errno : 0;
}

static int kernel_pin(struct host *host, unsigned int cpu)
{
	return kernel_pin_thread(host, 0, cpu);
}

static int kernel_process_open(struct host *host, pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);
	struct rlimit limit;

	(void)host;
	/* a descriptor for each VMM: hosts have more of them than the usual 1,024 */
	if (fd < 0 && errno == EMFILE && !getrlimit(RLIMIT_NOFILE, &limit) &&
	    limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		fd = syscall(SYS_pidfd_open, pid, 0);
	}
	return fd < 0 ? -errno : (int)fd;
}

static int kernel_process_signal(struct host *host, int handle, int sig)
{
	(void)host;
	return syscall(SYS_pidfd_send_signal, handle, sig, NULL, 0) ? -errno : 0;
}

static int kernel_process_wait(struct host *host, int handle, uint64_t timeout_ns)
{
	struct pollfd fd = { .fd = handle, .events = POLLIN };
	struct timespec ts = {
		.tv_sec = (time_t)(timeout_ns / 1000000000),
		.tv_nsec = (long)(timeout_ns % 1000000000),
	};
	int ret = ppoll(&fd, 1, &ts, NULL);

	(void)host;
	return ret < 0 ? -errno : ret;
}

static void kernel_process_close(struct host *host, int handle)
{
	(void)host;
	close(handle);
}

static int kernel_run(struct host *host, const char *const *words, uint64_t timeout_ns, char *said,
		      size_t size)
{
	(void)host;
	return host_program_run(words, timeout_ns, said, size);
}

static int kernel_module_remove(struct host *host, const char *name)
{
	(void)host;
	return host_program_module_remove(name);
}

static int kernel_kexec_load(struct host *host, const char *kernel, const char *initrd,
			     const char *append)
{
	(void)host;
	return host_program_kexec_load(kernel, initrd, append);
}

static int kernel_kexec_unload(struct host *host)
{
	(void)host;
	return host_program_kexec_unload();
}

static int kernel_kexec(struct host *host)
{
	(void)host;
	return host_program_kexec();
}

static const char *root_of(struct host *host)
{
	return ((struct kernel_host *)host)->root;
}

/* The processor that we run on is not that of another directory's machine */
static int kernel_cpuid(struct host *host, uint32_t leaf, uint32_t subleaf, struct host_cpuid *regs)
{
	return *root_of(host) ? -EOPNOTSUPP : host_cpu_cpuid(leaf, subleaf, regs);
}

static int kernel_msr(struct host *host, unsigned int cpu, uint32_t msr, uint64_t *value)
{
	return host_cpu_msr(root_of(host), cpu, msr, value);
}

static int kernel_node(struct host *host, const char *path, struct host_node *node)
{
	return host_node_look(root_of(host), path, node);
}

static int kernel_kvm(struct host *host, enum host_kvm what, uint64_t *value)
{
	return host_node_kvm(root_of(host), what, value);
}

static uint64_t kernel_clock(struct host *host)
{
	struct timespec ts;

	(void)host;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void kernel_sleep(struct host *host, uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};

	(void)host;
	nanosleep(&ts, NULL);
}

static void kernel_close(struct host *host)
{
	int kmsg = ((struct kernel_host *)host)->kmsg;

	if (kmsg >= 0)
		close(kmsg);
	free(host);
}

static const struct host_ops kernel_ops = {
	.name = "kernel",
	.read = kernel_read,
	.write = kernel_write,
	.put = kernel_put,
	.make = kernel_make,
	.remove = kernel_remove,
	.link = kernel_link,
	.list = kernel_list,
	.kmsg = kernel_kmsg,
	.pin = kernel_pin,
	.pin_thread = kernel_pin_thread,
	.process_open = kernel_process_open,
	.process_signal = kernel_process_signal,
	.process_wait = kernel_process_wait,
	.process_close = kernel_process_close,
	.run = kernel_run,
	.module_remove = kernel_module_remove,
	.kexec_load = kernel_kexec_load,
	.kexec_unload = kernel_kexec_unload,
	.kexec = kernel_kexec,
	.cpuid = kernel_cpuid,
	.msr = kernel_msr,
	.node = kernel_node,
	.kvm = kernel_kvm,
	.clock = kernel_clock,
	.sleep = kernel_sleep,
	.close = kernel_close,
};

int host_kernel_open(struct host **out, const char *root)
{
	struct kernel_host *kernel;
	char path[PATH_MAX];

	if (strlen(root) >= sizeof(kernel->root))
		return -ENAMETOOLONG;
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return -ENOMEM;
	kernel->host.ops = &kernel_ops;
	strcpy(kernel->root, root);
	/* who may not read the log is told when somebody asks for it */
	snprintf(path, sizeof(path), "%s/dev/kmsg", root);
	kernel->kmsg = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kernel->kmsg < 0)
		kernel->kmsg = -errno;
	*out = &kernel->host;
	return 0;
}
