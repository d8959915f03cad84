// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the processors are like, added up from the places of those that are online.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/util/cleanup.h"

/**
 * struct group - CPUs that have a core, or a core complex, in common
 * @threads, @cores: in it
 */
struct group {
	uint32_t socket, id, threads, cores;
};

struct groups {
	struct group *list;
	uint32_t nr;
};

static struct group *find(struct groups *groups, uint32_t socket, uint32_t id, bool *new)
{
	for (uint32_t i = 0; i < groups->nr; i++)
		if (groups->list[i].socket == socket && groups->list[i].id == id)
			return &groups->list[i];
	*new = true;
	groups->list[groups->nr] = (struct group){ .socket = socket, .id = id };
	return &groups->list[groups->nr++];
}

static void add(struct sevadm_topology *t, struct groups *cores, struct groups *ccxs,
		const struct host_place *place)
{
	struct group *core, *ccx;
	bool new = false, ignored;

	core = find(cores, place->socket, place->core, &new);
	if (++core->threads > t->threads_per_core)
		t->threads_per_core = core->threads;
	if (!place->has_ccx)
		return;
	ccx = find(ccxs, place->socket, place->ccx, &ignored);
	ccx->cores += new;
	if (ccx->cores > t->cores_per_ccx)
		t->cores_per_ccx = ccx->cores;
}

/* Sockets are few, and so are compared one by one */
static uint32_t sockets_of(const struct groups *cores)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < cores->nr; i++) {
		uint32_t j = 0;

		while (j < i && cores->list[j].socket != cores->list[i].socket)
			j++;
		nr += j == i;
	}
	return nr;
}

/* Family and model as AMD's guides to them (57930, PPR) have them */
static void generation_of(struct sevadm *adm, struct sevadm_topology *t)
{
	unsigned int family = 0, model = 0;
	char info[2048], *line;

	if (adm->host->ops->read(adm->host, "/proc/cpuinfo", info, sizeof(info)) < 0)
		return;
	line = strstr(info, "cpu family");
	if (line && (line = strchr(line, ':')))
		family = (unsigned int)strtoul(line + 1, NULL, 10);
	line = strstr(info, "model\t");
	if (line && (line = strchr(line, ':')))
		model = (unsigned int)strtoul(line + 1, NULL, 10);
	if (family == 0x19 && model <= 0x0f)
		strcpy(t->generation, "milan");
	else if (family == 0x19 && (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)) && model >= 0x10)
		strcpy(t->generation, "genoa");
	else if (family == 0x1a)
		strcpy(t->generation, "turin");
}

int sevadm_topology_get(struct sevadm *adm, struct sevadm_topology *topology)
{
	_cleanup_free_ struct host_topology *seen = host_topology_new();
	_cleanup_free_ struct group *cores = calloc(CPUSET_MAX, sizeof(*cores));
	_cleanup_free_ struct group *ccxs = calloc(CPUSET_MAX, sizeof(*ccxs));
	struct groups all_cores = { cores, 0 }, all_ccxs = { ccxs, 0 };
	struct host_place place;
	struct cpuset online;
	int ret;

	*topology = (struct sevadm_topology){ 0 };
	if (!seen || !cores || !ccxs)
		return -ENOMEM;
	ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return ret;
	cpuset_for_each(cpu, &online) {
		host_cpu_place(adm->host, seen, (unsigned int)cpu, &place);
		if (place.has_core)
			add(topology, &all_cores, &all_ccxs, &place);
	}
	topology->known = all_cores.nr;
	topology->cores = all_cores.nr;
	topology->ccxs = all_ccxs.nr;
	topology->sockets = sockets_of(&all_cores);
	generation_of(adm, topology);
	if (host_read_line(adm->host, "/sys/devices/system/cpu/smt/control", topology->smt,
			   sizeof(topology->smt)))
		topology->smt[0] = '\0';
	/* siblings that were taken offline have no place, and are there all the same */
	if (!strcmp(topology->smt, "off") || !strcmp(topology->smt, "forceoff"))
		topology->threads_per_core = 2;
	return 0;
}
