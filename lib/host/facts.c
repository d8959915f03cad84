// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts from /proc and /sys, by whichever back-end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/host.h"

int host_read_line(struct host *host, const char *path, char *buf, size_t size)
{
	ssize_t n = host->ops->read(host, path, buf, size);

	if (n < 0)
		return (int)n;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int host_cpus(struct host *host, enum host_cpus which, struct cpuset *set)
{
	char list[CPUSET_MAX * 5 + 2];	/* every other CPU: the longest list there is */
	int ret = host_read_line(host, which == HOST_CPUS_PRESENT ?
				 "/sys/devices/system/cpu/present" :
				 "/sys/devices/system/cpu/online", list, sizeof(list));

	return ret ? ret : cpuset_parse(list, set);
}

/* The value of a line "@name<blanks>: value", the first of its kind; false: there is none */
static bool cpuinfo_number(const char *info, const char *name, unsigned int *value)
{
	size_t len = strlen(name);

	for (const char *line = info; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) || line[len + strspn(line + len, " \t")] != ':')
			continue;
		*value = (unsigned int)strtoul(strchr(line, ':') + 1, NULL, 10);
		return true;
	}
	return false;
}

bool host_cpu(struct host *host, unsigned int *family, unsigned int *model)
{
	char info[2048];

	*family = *model = 0;
	if (host->ops->read(host, "/proc/cpuinfo", info, sizeof(info)) < 0)
		return false;
	return cpuinfo_number(info, "cpu family", family) && cpuinfo_number(info, "model", model);
}

static int nothing(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

bool host_has_systemd(struct host *host)
{
	return !host->ops->list(host, "/run/systemd/system", nothing, NULL);
}

void host_kernel_release(struct host *host, char *buf, size_t size)
{
	if (host_read_line(host, "/proc/sys/kernel/osrelease", buf, size))
		snprintf(buf, size, "?");
}

bool host_kernel_at_least(struct host *host, unsigned int major, unsigned int minor)
{
	unsigned int have_major, have_minor;
	char release[128];

	host_kernel_release(host, release, sizeof(release));
	if (sscanf(release, "%u.%u", &have_major, &have_minor) != 2)
		return false;
	return have_major > major || (have_major == major && have_minor >= minor);
}
