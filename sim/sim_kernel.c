// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulated kernel's log, clock, end, and access to the caller's memory */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim_internal.h"

static void klog_line(struct sim *s, const char *fmt, va_list ap)
{
	struct sim_machine *m = &s->st->m;
	char *line = m->klog[m->klog_count % SIM_KLOG_LINES];
	int n;

	memset(line, 0, sizeof(m->klog[0]));
	n = snprintf(line, sizeof(m->klog[0]), "[%5llu.%06llu] ",
		     (unsigned long long)(m->clock_ns / SIM_SEC),
		     (unsigned long long)(m->clock_ns % SIM_SEC / 1000));
	vsnprintf(line + n, sizeof(m->klog[0]) - (size_t)n, fmt, ap);
	m->klog_count++;
}

void sim_klog(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	klog_line(s, fmt, ap);
	va_end(ap);
}

void sim_kwarn(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	s->st->m.warnings++;
	va_start(ap, fmt);
	klog_line(s, fmt, ap);
	va_end(ap);
}

/* The whole of the ring that is left; a copy, for @fn may well ask for more */
int sim_kmsg(struct sim *s, int (*fn)(void *arg, uint64_t seq, const char *text), void *arg)
{
	struct sim_machine *m = &s->st->m;
	uint64_t seq = 0, end;
	char line[sizeof(m->klog[0])];
	int ret;

	if (s->inside)
		return guest_kmsg(s, fn, arg);
	do {
		ret = sim_enter(s, false);
		if (ret)
			return ret;
		end = m->klog_count;
		if (end > SIM_KLOG_LINES && seq < end - SIM_KLOG_LINES)
			seq = end - SIM_KLOG_LINES;
		memcpy(line, m->klog[seq % SIM_KLOG_LINES], sizeof(line));
		ret = sim_leave(s, 0);
		if (ret || seq >= end)
			return ret;
		/* without the time, which is no part of the text there */
		ret = fn(arg, seq, strstr(line, "] ") ? strstr(line, "] ") + 2 : line);
	} while (!ret && ++seq < end);
	return ret;
}

/*
 * From 6.16 on the driver shuts down when kvm_amd goes, and 6.12.117 has taken that over;
 * before, when ccp goes.
 */
bool sim_kernel_has_6_16(const struct sim_machine *m)
{
	unsigned int major, minor, patch;

	if (m->kernel_major != 6 || m->kernel_minor >= 16)
		return true;
	return m->kernel_minor == 12 &&
	       sscanf(m->kernel, "%u.%u.%u", &major, &minor, &patch) == 3 && patch >= 117;
}

/* Nothing that the kernel does afterwards counts: sim_leave() reports it */
void sim_die(struct sim *s, const char *fmt, ...)
{
	struct sim_header *h = &s->st->h;
	va_list ap;

	if (h->dead)
		return;
	h->dead = 1;
	va_start(ap, fmt);
	vsnprintf(h->death, sizeof(h->death), fmt, ap);
	va_end(ap);
	sim_changed(s);
}

void sim_advance(struct sim *s, uint64_t ns)
{
	s->st->m.clock_ns += ns;
	s->st->m.parallel_ns = s->st->m.clock_ns;
}

void sim_changed(struct sim *s)
{
	s->st->m.generation++;
}

/*
 * A bad address is an errno to the caller of an ioctl, not a crash: the kernel
 * itself looks whether our own memory can be reached.
 */
static int copy_own(void *local, const void *remote, size_t len, bool to_user)
{
	struct iovec here = { .iov_base = local, .iov_len = len };
	struct iovec there = { .iov_base = (void *)(uintptr_t)remote, .iov_len = len };
	ssize_t done;

	if (!len)
		return 0;
	if (!remote)
		return -EFAULT;
	done = to_user ? process_vm_writev(getpid(), &here, 1, &there, 1, 0) :
			 process_vm_readv(getpid(), &here, 1, &there, 1, 0);
	if (done == (ssize_t)len)
		return 0;
	if (done < 0 && (errno == ENOSYS || errno == EPERM)) {
		/* a sandbox without these system calls: trust the caller */
		if (to_user)
			memcpy((void *)(uintptr_t)remote, local, len);
		else
			memcpy(local, remote, len);
		return 0;
	}
	return -EFAULT;
}

int sim_copy_from_user(void *to, const void *from, size_t len)
{
	return copy_own(to, from, len, false);
}

int sim_copy_to_user(void *to, const void *from, size_t len)
{
	return copy_own((void *)(uintptr_t)from, to, len, true);
}

uint64_t sim_clock_ns(struct sim *s)
{
	uint64_t now;

	if (sim_enter(s, false))
		return 0;
	now = s->st->m.clock_ns;
	sim_leave(s, 0);
	return now;
}
