// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a CPU sits: core, core complex, socket.  Of one that is offline the kernel
 * shows nothing of it.  Each file of /sys costs as much as a third of a thread, so what a
 * CPU shares with others is read once for all of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/host/host.h"
#include "lib/util/text.h"

#define CACHES	8	/* more than any processor has */

/* A number for each CPU, as far as it is known */
struct fact {
	struct cpuset known;
	uint32_t value[CPUSET_MAX];
};

/* @l3: which of a CPU's caches that is, once one was found */
struct host_topology {
	struct fact core, socket, ccx;
	unsigned int l3;
};

struct host_topology *host_topology_new(void)
{
	return calloc(1, sizeof(struct host_topology));
}

static int read_file(struct host *host, unsigned int cpu, const char *file, char *line,
		     size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/%s", cpu, file);
	return host_read_line(host, path, line, size);
}

static bool number(struct host *host, unsigned int cpu, const char *file, uint32_t *value)
{
	char line[32];
	uint64_t n;

	if (read_file(host, cpu, file, line, sizeof(line)) || text_u64(line, UINT32_MAX, &n))
		return false;
	*value = (uint32_t)n;
	return true;
}

/* The number in @file is that of all CPUs in @list, if there is such a list */
static bool learn(struct host *host, unsigned int cpu, const char *file, const char *list,
		  struct fact *fact)
{
	struct cpuset same = { 0 };
	char line[4096];
	uint32_t value;

	if (cpuset_has(&fact->known, cpu))
		return true;
	if (!number(host, cpu, file, &value))
		return false;
	if (read_file(host, cpu, list, line, sizeof(line)) || cpuset_parse(line, &same))
		same = (struct cpuset){ 0 };
	cpuset_add(&same, cpu);
	cpuset_for_each(other, &same) {
		cpuset_add(&fact->known, (unsigned int)other);
		fact->value[other] = value;
	}
	return true;
}

/* A core complex is what shares an L3 cache; the kernel gives each cache an id */
static bool learn_ccx(struct host *host, unsigned int cpu, struct host_topology *t)
{
	char file[32], list[48];
	uint32_t level;

	if (cpuset_has(&t->ccx.known, cpu))
		return true;
	for (unsigned int i = t->l3; i < CACHES; i++) {
		snprintf(file, sizeof(file), "cache/index%u/level", i);
		if (!number(host, cpu, file, &level))
			return false;
		if (level != 3)
			continue;
		t->l3 = i;
		snprintf(file, sizeof(file), "cache/index%u/id", i);
		snprintf(list, sizeof(list), "cache/index%u/shared_cpu_list", i);
		return learn(host, cpu, file, list, &t->ccx);
	}
	return false;
}

void host_cpu_place(struct host *host, struct host_topology *t, unsigned int cpu,
		    struct host_place *place)
{
	*place = (struct host_place){ 0 };
	place->has_core = learn(host, cpu, "topology/core_id", "topology/thread_siblings_list",
				&t->core) &&
			  learn(host, cpu, "topology/physical_package_id",
				"topology/core_siblings_list", &t->socket);
	if (!place->has_core)
		return;
	place->core = t->core.value[cpu];
	place->socket = t->socket.value[cpu];
	place->has_ccx = learn_ccx(host, cpu, t);
	if (place->has_ccx)
		place->ccx = t->ccx.value[cpu];
}
