/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of /dev/sev-debug share: TAP, the device, what must not change
 */
#ifndef SEVDBG_TEST_H
#define SEVDBG_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sev-debug.h>

#define DEVICE "/dev/sev-debug"
#define SYS_IOCTL_IA32 54

static unsigned int cases, failures;

static inline void __attribute__((format(printf, 2, 3)))
report(bool good, const char *format, ...)
{
	va_list args;

	cases++;
	failures += !good;
	printf("%sok %u - ", good ? "" : "not ", cases);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* The plan, and the program's exit status */
static inline int report_end(void)
{
	printf("1..%u\n", cases);
	return failures ? 1 : 0;
}

static inline const char *name_of(int error)
{
	return error ? strerrorname_np(error) : "success";
}

/* SEV_DBG_R_*, as it is called */
static inline const char *reason_name(__u32 reason)
{
	static const char *const names[] = {
		[SEV_DBG_R_NONE] = "NONE", [SEV_DBG_R_GUESTS] = "GUESTS",
		[SEV_DBG_R_TOMBSTONES] = "TOMBSTONES", [SEV_DBG_R_TRACK_LOST] = "TRACK_LOST",
		[SEV_DBG_R_BUFFERS] = "BUFFERS", [SEV_DBG_R_TIO] = "TIO",
		[SEV_DBG_R_INIT_LOCKED] = "INIT_LOCKED", [SEV_DBG_R_SVM_ON] = "SVM_ON",
		[SEV_DBG_R_PSP_DEAD] = "PSP_DEAD", [SEV_DBG_R_CPUS_OFFLINE] = "CPUS_OFFLINE",
		[SEV_DBG_R_RUNNING] = "RUNNING", [SEV_DBG_R_IOMMU] = "IOMMU",
		[SEV_DBG_R_CTH] = "CTH",
	};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}

/* As a 32-bit program calls; what @arg points to has to be below 4 GB then */
static bool compat;

/* Returns 0 or an errno. */
static inline int call_device(int fd, unsigned long ioc, void *arg)
{
	long ret = SYS_IOCTL_IA32;

	if (!compat)
		return ioctl(fd, ioc, arg) ? errno : 0;
	__asm__ volatile("int $0x80" : "+a"(ret)
			 : "b"(fd), "c"(ioc), "d"((__u32)(uintptr_t)arg)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)-ret;
}

/* One call that has to end with @want. */
static inline void expect(int want, int fd, unsigned long ioc, void *arg, const char *what)
{
	int error = call_device(fd, ioc, arg);

	if (error == want)
		report(true, "%s: %s", what, name_of(want));
	else
		report(false, "%s: %s expected, got %s", what, name_of(want), name_of(error));
}

static inline int open_device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0) {
		printf("Bail out! %s: %s\n", DEVICE, strerror(errno));
		exit(1);
	}
	return fd;
}

/* What driver and firmware believe, and the taint flags of the kernel. */
struct state {
	struct sev_dbg_info info;
	unsigned long taint;
};

static inline void get_state(int fd, struct state *s)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	memset(s, 0, sizeof(*s));
	s->info.size = sizeof(s->info);
	if (ioctl(fd, SEV_DBG_GET_INFO, &s->info))
		report(false, "GET_INFO: %s", strerror(errno));
	if (!f || fscanf(f, "%lu", &s->taint) != 1)
		report(false, "/proc/sys/kernel/tainted: %s", strerror(errno));
	if (f)
		fclose(f);
	printf("# state %#x, firmware: SNP %d SEV %d, guests %u+%u, tombstones %u+%u, leaked %llu, "
	       "taint %lu\n", s->info.state, (int)s->info.fw_snp_state, (int)s->info.fw_sev_state,
	       s->info.nr_snp_guests, s->info.nr_sev_guests, s->info.nr_snp_tombstones,
	       s->info.nr_sev_tombstones, (unsigned long long)s->info.leaked_pages, s->taint);
}

#endif
