// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bench/bare.h"

#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE	16384

static int gate;
static unsigned int ended;

/* Without errno: a thread like this has none of its own */
static long call(long number, long a, long b, long c)
{
	register long no_timeout __asm__("r10") = 0;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number), "D"(a), "S"(b), "d"(c),
			 "r"(no_timeout) : "rcx", "r11", "memory");
	return ret;
}

static int bare(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&gate, __ATOMIC_ACQUIRE))
		call(SYS_futex, (long)&gate, FUTEX_WAIT_PRIVATE, 0);
	__atomic_add_fetch(&ended, 1, __ATOMIC_RELEASE);
	call(SYS_exit, 0, 0, 0);
	return 0;
}

static double process_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

double bare_thread_us(unsigned int nr)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM;
	char *stacks = mmap(NULL, (size_t)nr * STACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	double start = process_us();

	if (stacks == MAP_FAILED)
		return -1;
	for (unsigned int i = 0; i < nr; i++)
		if (clone(bare, stacks + (size_t)(i + 1) * STACK_SIZE, flags, NULL) < 0)
			return -1;
	usleep(10000);
	__atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
	call(SYS_futex, (long)&gate, FUTEX_WAKE_PRIVATE, nr);
	while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) < nr)
		usleep(1000);
	usleep(10000);		/* the last of them is on its way out */
	return (process_us() - start) / nr;
}
