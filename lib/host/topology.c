// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a CPU sits: core, core complex, socket.  Of one that is offline the kernel
 * shows nothing of it.
 */
#include <stdio.h>

#include "lib/host/host.h"
#include "lib/util/text.h"

#define CACHES	8	/* more than any processor has */

static bool number(struct host *host, unsigned int cpu, const char *file, uint32_t *value)
{
	char path[128], line[32];
	uint64_t n;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/%s", cpu, file);
	if (host_read_line(host, path, line, sizeof(line)) || text_u64(line, UINT32_MAX, &n))
		return false;
	*value = (uint32_t)n;
	return true;
}

/* A core complex is what shares an L3 cache; the kernel gives each cache an id */
static bool find_ccx(struct host *host, unsigned int cpu, unsigned int *l3, uint32_t *ccx)
{
	uint32_t level;
	char file[32];

	for (unsigned int i = *l3; i < CACHES; i++) {
		snprintf(file, sizeof(file), "cache/index%u/level", i);
		if (!number(host, cpu, file, &level))
			return false;
		if (level != 3)
			continue;
		*l3 = i;
		snprintf(file, sizeof(file), "cache/index%u/id", i);
		return number(host, cpu, file, ccx);
	}
	return false;
}

void host_cpu_place(struct host *host, unsigned int cpu, unsigned int *l3,
		    struct host_place *place)
{
	*place = (struct host_place){ 0 };
	place->has_core = number(host, cpu, "topology/core_id", &place->core) &&
			  number(host, cpu, "topology/physical_package_id", &place->socket);
	place->has_ccx = place->has_core && find_ccx(host, cpu, l3, &place->ccx);
}
