// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>

#include "lib/core/context.h"

struct probe {
	struct host *host;
	const struct cpuset *cpus;
	struct cpuset *refused;
};

static void *try_each(void *arg)
{
	const struct probe *probe = arg;

	cpuset_for_each(cpu, probe->cpus)
		if (probe->host->ops->pin(probe->host, (unsigned int)cpu))
			cpuset_add(probe->refused, (unsigned int)cpu);
	return NULL;
}

int core_cpus_refused(struct sevadm *adm, const struct cpuset *cpus, struct cpuset *refused)
{
	struct probe probe = { .host = adm->host, .cpus = cpus, .refused = refused };
	pthread_t thread;
	int ret;

	*refused = (struct cpuset){ 0 };
	/* a thread of its own, for it stays where it was pinned last */
	ret = pthread_create(&thread, NULL, try_each, &probe);
	if (!ret)
		pthread_join(thread, NULL);
	return -ret;
}
