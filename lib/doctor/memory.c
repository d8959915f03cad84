// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is for guests: memory that may be locked, huge pages, ASIDs by the misc
 * controller.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doctor/doctor.h"

#define CATEGORY	"limits"
#define LIMIT_WIDTH	26	/* of a name in /proc/PID/limits */

/* The number on the line of @text that begins with @name; false: there is none */
static bool number(const char *text, const char *name, uint64_t *value)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len))
			continue;
		*value = strtoull(line + len, NULL, 10);
		return true;
	}
	return false;
}

/*
 * SEV and SEV-ES guests' memory is locked; that of SNP guests is KVM's own.  What is told is
 * of whoever runs this: a VMM's service may have another limit.
 */
static void run_memlock(struct exam *e, struct sevadm_examined *x)
{
	struct host *host = e->adm->host;
	char limits[4096], meminfo[8192];
	uint64_t limit = 0, total = 0;
	const char *line;

	if (host->ops->read(host, "/proc/self/limits", limits, sizeof(limits)) < 0 ||
	    host->ops->read(host, "/proc/meminfo", meminfo, sizeof(meminfo)) < 0 ||
	    !(line = strstr(limits, "Max locked memory")) ||
	    !number(meminfo, "MemTotal:", &total)) {
		say(e, x, SEVADM_SKIP, NULL, "/proc/self/limits or /proc/meminfo cannot be read");
		return;
	}
	line += strnlen(line, LIMIT_WIDTH);
	limit = strtoull(line, NULL, 10);
	if (!strncmp(line, "unlimited", 9) || limit >> 10 >= total)
		say(e, x, SEVADM_PASS, NULL, "a process may lock all memory");
	else
		say(e, x, SEVADM_WARN, "Raise RLIMIT_MEMLOCK where VMMs are started (LimitMEMLOCK= of the "
		    "unit, limits.conf) to the memory of a guest.", "a process as this one may lock %llu "
		    "MB of %llu MB of memory: SEV and SEV-ES guests' memory is locked, that of SNP "
		    "guests is not", (unsigned long long)limit >> 20, (unsigned long long)total >> 10);
}

static void run_hugetlb(struct exam *e, struct sevadm_examined *x)
{
	struct host *host = e->adm->host;
	uint64_t nr = 0, left = 0, size = 0;
	char meminfo[8192];

	if (host->ops->read(host, "/proc/meminfo", meminfo, sizeof(meminfo)) < 0 ||
	    !number(meminfo, "HugePages_Total:", &nr) || !number(meminfo, "HugePages_Free:", &left) ||
	    !number(meminfo, "Hugepagesize:", &size))
		say(e, x, SEVADM_SKIP, NULL, "/proc/meminfo does not tell of huge pages");
	else if (!nr)
		say(e, x, SEVADM_SKIP, NULL, "no huge pages are set apart: guests do without");
	else
		say(e, x, left ? SEVADM_PASS : SEVADM_WARN, "Set more apart (vm.nr_hugepages) if another "
		    "guest is to have some.", "%llu of %llu huge pages of %llu KB are free",
		    (unsigned long long)left, (unsigned long long)nr, (unsigned long long)size);
}

/* Root cgroup, of the unified hierarchy or the old one: 0 or -errno */
static int misc(struct exam *e, const char *name, char *text, size_t size)
{
	struct host *host = e->adm->host;
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), HOST_CGROUP "/misc.%s", name);
	n = host->ops->read(host, path, text, size);
	if (n == -ENOENT) {
		snprintf(path, sizeof(path), HOST_CGROUP "/misc/misc.%s", name);
		n = host->ops->read(host, path, text, size);
	}
	return n < 0 ? (int)n : 0;
}

static void run_misc(struct exam *e, struct sevadm_examined *x, const char *key, const char *what)
{
	char capacity[512], current[512];
	uint64_t has = 0, used = 0;
	int ret = misc(e, "capacity", capacity, sizeof(capacity));

	if (ret) {
		say(e, x, SEVADM_SKIP, NULL, "there is no misc controller of cgroups to tell ASIDs (%s)",
		    exam_why(ret));
		return;
	}
	if (!number(capacity, key, &has) || !has) {
		say(e, x, SEVADM_FAIL, "kvm_amd sets it when it is loaded and finds ASIDs: see what else "
		    "failed here.", "there is no ASID for %s guests (misc.capacity)", what);
		return;
	}
	if (misc(e, "current", current, sizeof(current)) || !number(current, key, &used))
		say(e, x, SEVADM_PASS, NULL, "%llu ASIDs for %s guests", (unsigned long long)has, what);
	else
		say(e, x, used >= has ? SEVADM_WARN : SEVADM_PASS, "End guests, or divide ASIDs in another "
		    "way in the BIOS.", "%llu of %llu ASIDs for %s guests are used",
		    (unsigned long long)used, (unsigned long long)has, what);
}

static void run_sev(struct exam *e, struct sevadm_examined *x)
{
	/* all of them for SEV-ES is told with the processor, and is a choice */
	if (e->sev.edx > e->sev.ecx)
		say(e, x, SEVADM_SKIP, NULL, "all ASIDs are for SEV-ES and SNP guests");
	else
		run_misc(e, x, "sev ", "SEV");
}

static void run_sev_es(struct exam *e, struct sevadm_examined *x)
{
	run_misc(e, x, "sev_es ", "SEV-ES and SNP");
}

const struct exam_check memory_checks[] = {
	{ "memlock", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_memlock },
	{ "hugetlb", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_hugetlb },
	{ "asids-sev", CATEGORY, "kvm-amd-sev", SEVADM_FEATURE_SEV, run_sev },
	{ "asids-sev-es", CATEGORY, "kvm-amd-sev-es", SEVADM_FEATURE_SEV_ES, run_sev_es },
	{ 0 }
};
