// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WBINVD on each CPU by a worker pinned to it.  The kernel's broadcast is
 * cheaper; this proves for each CPU that it happened, and when.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/teardown/teardown.h"
#include "lib/teardown/workers.h"
#include "lib/util/cleanup.h"

/* CPUs as they are when all is over */
struct aftermath {
	struct cpuset present, online;
};

/* Why this CPU did not do it, as far as the host tells */
static const char *why_not(const struct aftermath *after, const struct wbinvd_job *job)
{
	if (!cpuset_has(&after->present, job->cpu))
		return "not present";
	if (!cpuset_has(&after->online, job->cpu))
		return "offline";
	if (!job->pinned && job->err == -EINVAL)
		return "outside this process's cpuset";
	return job->err == -EINVAL ? "taken away while the worker ran" : NULL;
}

static int record(struct sevadm *adm, struct sevadm_run *run, const struct aftermath *after,
		  const struct wbinvd_job *job)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_WBINVD,
		.command = "WBINVD",
		.has_cpu = true,
		.cpu = job->cpu,
		.has_core = job->place.has_core,
		.has_ccx = job->place.has_ccx,
		.core = job->place.core,
		.ccx = job->place.ccx,
		.socket = job->place.socket,
		.err = -job->err,
		.count = 1,
		.duration_ns = job->duration_ns,
		.reason = job->err ? why_not(after, job) : NULL,
	};

	return core_step_add(adm, run, &step);
}

/* All CPUs that failed in one sentence, the reason of the first for all */
static int fail_cpus(struct sevadm *adm, const struct aftermath *after,
		     const struct wbinvd_job *first, const struct cpuset *failed)
{
	const char *why = why_not(after, first);
	char list[256];

	return core_fail(adm, first->err == -EPERM || first->err == -EBADF ? SEVADM_PERMISSION :
			      SEVADM_FAILED, -first->err,
			 first->err == -EPERM ? "Run it as root, with CAP_SYS_ADMIN." :
			 "Bring the CPUs online, or run from a cgroup whose cpuset holds them.",
			 "WBINVD: it did not happen on CPU %s: %s (%s)",
			 cpuset_format(failed, list, sizeof(list)),
			 why ? why : strerror(-first->err), strerrorname_np(-first->err));
}

static int collect(struct sevadm *adm, struct sevadm_run *run, const struct wbinvd_job *jobs,
		   unsigned int nr, struct cpuset *missed)
{
	const struct wbinvd_job *first = NULL;
	struct cpuset failed = { 0 };
	struct aftermath after;
	int ret;

	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, &after.present);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &after.online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the lists of CPUs");
	for (unsigned int i = 0; i < nr; i++) {
		const struct wbinvd_job *job = &jobs[i];

		if (!job->done)
			continue;
		ret = record(adm, run, &after, job);
		if (ret)
			return ret;
		if (!job->err)
			continue;
		/* going offline, a CPU executes WBINVD: the flush will tell */
		if (missed && job->err == -EINVAL && !cpuset_has(&after.online, job->cpu)) {
			cpuset_add(missed, job->cpu);
			continue;
		}
		cpuset_add(&failed, job->cpu);
		if (!first)
			first = job;
	}
	return first ? fail_cpus(adm, &after, first, &failed) : 0;
}

/* The CPUs of a core complex have to be idle together anyway: their cache is one */
static bool together(const struct wbinvd_job *a, const struct wbinvd_job *b)
{
	if (a->place.has_ccx && b->place.has_ccx)
		return a->place.ccx == b->place.ccx;
	return a->place.has_core && b->place.has_core && a->place.core == b->place.core &&
	       a->place.socket == b->place.socket;
}

/* By complex, then core, then CPU: those that go together are side by side */
static int compare(const void *a_, const void *b_)
{
	const struct wbinvd_job *a = a_, *b = b_;
	const uint32_t as[] = { a->place.socket, a->place.ccx,
				a->place.has_ccx ? 0 : a->place.core, a->cpu };
	const uint32_t bs[] = { b->place.socket, b->place.ccx,
				b->place.has_ccx ? 0 : b->place.core, b->cpu };

	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
		if (as[i] != bs[i])
			return as[i] < bs[i] ? -1 : 1;
	return 0;
}

static struct wbinvd_job *jobs_of(struct sevadm *adm, const struct cpuset *cpus, unsigned int nr)
{
	_cleanup_free_ struct host_topology *topology = host_topology_new();
	struct wbinvd_job *list = topology ? calloc(nr + 1, sizeof(*list)) : NULL;
	unsigned int i = 0;

	if (!list)
		return NULL;
	cpuset_for_each(cpu, cpus) {
		list[i].cpu = (unsigned int)cpu;
		host_cpu_place(adm->host, topology, list[i].cpu, &list[i].place);
		i++;
	}
	qsort(list, nr, sizeof(*list), compare);
	return list;
}

/* @good: so many CPUs are done, more when this returns */
static int run_jobs(struct sevadm *adm, struct wbinvd_job *jobs, unsigned int nr,
		    unsigned int at_once, unsigned int *good)
{
	struct workers workers = { .adm = adm, .jobs = jobs, .nr_jobs = nr, .before = *good };
	int ret = workers_start(&workers, at_once && at_once < nr ? at_once : nr);

	if (ret)
		return core_fail_errno(adm, -ret, "start the workers of WBINVD");
	workers_release(&workers);
	ret = workers_watch(&workers);
	workers_collect(&workers);
	for (unsigned int i = 0; i < nr; i++)
		jobs[i].done = !jobs[i].skipped;
	*good += workers.good;
	return ret;
}

int wbinvd_cpus(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *cpus,
		unsigned int jobs, bool rolling, struct cpuset *missed)
{
	unsigned int nr = cpuset_count(cpus), from, to, good = 0;
	_cleanup_free_ struct wbinvd_job *list = jobs_of(adm, cpus, nr);
	int ret = 0, collected;

	if (!list)
		return core_fail_errno(adm, ENOMEM, "WBINVD");
	if (!nr)
		return 0;
	core_phase_begin(adm, "WBINVD", "CPUs", nr);
	for (from = 0; from < nr && !ret; from = to) {
		for (to = from + 1; to < nr && (!rolling || together(&list[from], &list[to])); to++)
			;
		if (from)
			ret = core_check_cancel(adm);
		if (!ret)
			ret = run_jobs(adm, list + from, to - from, jobs, &good);
	}
	core_phase_end(adm, ret ? ret : good < nr);
	collected = collect(adm, run, list, nr, missed);
	return ret ? ret : collected;
}

int cpus_offline(struct sevadm *adm, struct cpuset *offline)
{
	struct cpuset online;
	int ret;

	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, offline);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the lists of CPUs");
	cpuset_subtract(offline, &online);
	return 0;
}

int wbinvd_check_reach(struct sevadm *adm, const struct cpuset *cpus)
{
	struct cpuset offline, refused;
	char list[256];

	if (core_cpus_refused(adm, cpus, &refused))
		return core_fail_errno(adm, EAGAIN, "start a worker of WBINVD");
	/* one that went offline meanwhile is the flush's affair */
	if (!cpuset_count(&refused) || cpus_offline(adm, &offline))
		return 0;
	cpuset_subtract(&refused, &offline);
	if (!cpuset_count(&refused))
		return 0;
	return core_fail(adm, SEVADM_FAILED, EINVAL,
			 "Run it from a cgroup whose cpuset holds every CPU, or say --broadcast.",
			 "WBINVD could not be executed on CPU %s: outside this process's cpuset",
			 cpuset_format(&refused, list, sizeof(list)));
}

/* The CPUs asked for, checked against those that are there */
static int choose(struct sevadm *adm, const char *list, struct cpuset *cpus)
{
	struct cpuset present, missing;
	char text[128];
	int ret;

	if (!list) {
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, cpus);
		return ret ? core_fail_errno(adm, -ret, "read the list of CPUs online") : 0;
	}
	if (cpuset_parse(list, cpus) || !cpuset_count(cpus))
		return core_fail(adm, SEVADM_USAGE, EINVAL, "A list looks like 0-3,8,10-11.",
				 "'%.64s' is not a list of CPUs", list);
	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, &present);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs present");
	missing = *cpus;
	cpuset_subtract(&missing, &present);
	if (!cpuset_count(&missing))
		return 0;
	return core_fail(adm, SEVADM_USAGE, EINVAL, "See /sys/devices/system/cpu/present.",
			 "this host has no CPU %s", cpuset_format(&missing, text, sizeof(text)));
}

static int warn_not_reached(struct sevadm *adm, struct sevadm_run *run)
{
	struct cpuset offline;
	char list[256];
	int ret = cpus_offline(adm, &offline);

	if (ret || !cpuset_count(&offline))
		return ret;
	return core_warn(adm, run, "CPU %s is offline and was not reached",
			 cpuset_format(&offline, list, sizeof(list)));
}

int sevadm_wbinvd(struct sevadm *adm, const struct sevadm_wbinvd_options *options, bool dry,
		  struct sevadm_run *run)
{
	struct sevadm_plan_step plan = {
		.command = options->broadcast ? "WBINVD_ALL" : "WBINVD",
		.why = "a core that has not executed it since a guest ended makes SNP_DF_FLUSH "
		       "answer WBINVD_REQUIRED",
	};
	struct cpuset cpus;
	uint32_t reached = 0;
	int ret = core_fail_readonly(adm, dry);

	if (ret)
		return ret;
	ret = choose(adm, options->cpus, &cpus);
	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	plan.count = cpuset_count(&cpus);
	ret = core_plan_add(adm, run, &plan);
	run->dry = dry;
	if (ret || dry)
		return ret;
	if (options->broadcast)
		ret = request_wbinvd_all(adm, run, &reached);
	else
		ret = wbinvd_cpus(adm, run, &cpus, options->jobs, options->rolling, NULL);
	if (ret)
		return ret;
	core_message(run, "WBINVD was executed on %u CPUs",
		     options->broadcast ? reached : plan.count);
	return options->cpus ? 0 : warn_not_reached(adm, run);
}
