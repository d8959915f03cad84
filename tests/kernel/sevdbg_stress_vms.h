/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMs that come and go, for sevdbg-stress: each maker has one after the other
 */
#ifndef SEVDBG_STRESS_VMS_H
#define SEVDBG_STRESS_VMS_H

#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sevdbg_test.h"

static atomic_bool over, paused;	/* no more VMs; none for a while */
static atomic_uint with_vm;		/* makers whose VM is not yet gone */
static atomic_ulong started, stood;
static atomic_uint wrong;
static unsigned int pace = 100;		/* what it takes here to launch a VM, in ms */

static inline void __attribute__((format(printf, 1, 2))) complain(const char *format, ...)
{
	va_list args;

	wrong++;
	flockfile(stdout);
	printf("WRONG: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	funlockfile(stdout);
}

static inline void nap(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L };

	nanosleep(&t, NULL);
}

static inline void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		complain("sched_setaffinity to CPU %d: %s", cpu, strerror(errno));
}

static inline int nr_cpus(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* In the child: a VMM, silent */
static inline void __attribute__((noreturn)) be_vm(unsigned int how)
{
	static const char *const types[] = { "--type=snp", "--type=snp", "--type=sev", "--type=sev-es" };
	int null = open("/dev/null", O_RDWR);

	pin((int)(how >> 8) % nr_cpus());
	dup2(null, 1);
	dup2(null, 2);
	execlp("snpvm", "snpvm", types[how % 4], "--launch-kb=8", how & 4 ? "--vcpus=2" : "--vcpus=1",
	       how & 24 ? NULL : "--launch-only", NULL);
	_exit(127);
}

/*
 * KVM_CREATE_VM that a signal interrupts undoes what it did without kvm->lock, against
 * an assertion of its own (sev_guest() in 7.3): a matter of KVM alone, not of ours.
 * The directory is what it makes last.
 */
static inline bool created(pid_t child)
{
	char pattern[64];
	glob_t dirs;
	bool found;

	snprintf(pattern, sizeof(pattern), "/sys/kernel/debug/kvm/%d-*", child);
	found = !glob(pattern, 0, NULL, &dirs);
	if (found)
		globfree(&dirs);
	return found;
}

/* One VM from fork to its end, which it may come to on its own. */
static inline void one_vm(unsigned int how, unsigned int ms)
{
	int status = 0;
	bool gone = false;
	pid_t child = fork();

	if (child == 0)
		be_vm(how);
	if (child < 0) {
		complain("fork: %s", strerror(errno));
		return;
	}
	started++;
	while (ms && !over && !paused && !gone) {
		nap(ms < 50 ? ms : 50);
		ms -= ms < 50 ? ms : 50;
		gone = waitpid(child, &status, WNOHANG) == child;
	}
	while (!gone && !created(child)) {
		nap(5);
		gone = waitpid(child, &status, WNOHANG) == child;
	}
	/* once waited for, the pid may be another's */
	if (!gone) {
		kill(child, how & 32 ? SIGKILL : SIGTERM);
		gone = waitpid(child, &status, 0) == child;
	}
	if (!gone)
		complain("VM %d cannot be waited for: %s", child, strerror(errno));
	else if (WIFSIGNALED(status))
		stood++;
	else if (WEXITSTATUS(status) == 127)
		complain("snpvm does not start");
}

static inline void *make(void *seed_of_it)
{
	unsigned int seed = (unsigned int)(uintptr_t)seed_of_it;

	while (!over) {
		unsigned int how = (unsigned int)rand_r(&seed);
		unsigned int ms = (unsigned int)rand_r(&seed) % 4 ? 2 * pace + how % (8 * pace) :
								    how % (2 * pace);

		/* counted first: who pauses us must not miss a VM */
		with_vm++;
		if (!paused)
			one_vm(how, ms);
		with_vm--;
		while (paused && !over)
			nap(20);
	}
	return NULL;
}

/* A kernel that checks everything is twenty times slower than one that does not. */
static inline void find_pace(void)
{
	static const char ready[] = "/run/sevdbg-stress.ready";
	unsigned int ms = 0;
	pid_t child = fork();

	if (child == 0) {
		execlp("snpvm", "snpvm", "--launch-kb=8", "--ready", ready, NULL);
		_exit(127);
	}
	for (; child > 0 && access(ready, F_OK) && ms < 60000; ms += 10)
		nap(10);
	kill(child, SIGTERM);
	if (waitpid(child, NULL, 0) != child || unlink(ready))
		complain("no VM starts");
	pace = ms < 50 ? 50 : ms;
	printf("a VM takes %u ms\n", pace);
}

#endif
