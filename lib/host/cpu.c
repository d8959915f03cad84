// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Of the kernel's own back-end: what the processor tells, by the instruction CPUID and by
 * the msr driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "lib/host/host.h"
#include "lib/util/cleanup.h"

int host_cpu_cpuid(uint32_t leaf, uint32_t subleaf, struct host_cpuid *regs)
{
	*regs = (struct host_cpuid){ 0 };
#if defined(__x86_64__) || defined(__i386__)
	if (!__get_cpuid_max(leaf & 0x80000000, NULL) ||
	    __get_cpuid_max(leaf & 0x80000000, NULL) < leaf)
		return -ENOENT;
	__cpuid_count(leaf, subleaf, regs->eax, regs->ebx, regs->ecx, regs->edx);
	return 0;
#else
	(void)leaf;
	(void)subleaf;
	return -EOPNOTSUPP;
#endif
}

int host_cpu_msr(const char *root, unsigned int cpu, uint32_t msr, uint64_t *value)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	ssize_t n;

	*value = 0;
	snprintf(path, sizeof(path), "%s/dev/cpu/%u/msr", root, cpu);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		n = pread(fd, value, sizeof(*value), msr);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == sizeof(*value) ? 0 : -EIO;
}
