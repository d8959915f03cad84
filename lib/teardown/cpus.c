// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUs that are present and not online: brought online for the flush, and put back
 * as they were found.  Either way the kernel executes a WBINVD there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/teardown/teardown.h"

#define SMT_CONTROL	"/sys/devices/system/cpu/smt/control"

static int switch_cpu(struct sevadm *adm, struct sevadm_run *run, unsigned int cpu, bool online)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = online ? "CPU_ONLINE" : "CPU_OFFLINE",
		.has_cpu = true,
		.cpu = cpu,
		.count = 1,
	};
	uint64_t start = adm->host->ops->clock(adm->host);
	char path[64];
	int ret, added;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	ret = adm->host->ops->write(adm->host, path, online ? "1" : "0");
	step.err = -ret;
	step.duration_ns = adm->host->ops->clock(adm->host) - start;
	added = core_step_add(adm, run, &step);
	return ret ? ret : added;
}

/* cpu_bootable() refuses siblings with EPERM, whoever asks */
static int fail_smt(struct sevadm *adm, unsigned int cpu, const char *control)
{
	return core_fail(adm, SEVADM_FAILED, EPERM,
			 !strcmp(control, "off") ? "Turn SMT on (echo on >" SMT_CONTROL "), or "
			 "leave --online-cpus out." :
			 "Boot without nosmt=force, with SMT on in the BIOS, or leave --online-cpus "
			 "out.", "CPU %u cannot be brought online: SMT is off (" SMT_CONTROL
			 " says '%.32s')", cpu, control);
}

static int fail_online(struct sevadm *adm, unsigned int cpu, int err)
{
	const char *remedy = "Leave --online-cpus out, and see the kernel's log.";
	char control[64];

	if (err == EPERM && !host_read_line(adm->host, SMT_CONTROL, control, sizeof(control)) &&
	    strcmp(control, "on"))
		return fail_smt(adm, cpu, control);
	if (err == EBUSY)
		remedy = "CPU hotplug is locked for now: try again, or leave --online-cpus out.";
	else if (err == EACCES || err == EPERM)
		remedy = "Run it as root; where root may not either, the kernel does not allow it "
			 "(maxcpus=, possible_cpus=): leave --online-cpus out.";
	return core_fail(adm, err == EACCES || err == EPERM ? SEVADM_PERMISSION : SEVADM_FAILED,
			 err, remedy, "CPU %u cannot be brought online: %s (%s)", cpu,
			 strerror(err), strerrorname_np(err));
}

int cpus_bring_online(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *offline,
		      struct cpuset *brought)
{
	struct cpuset online;
	int ret;

	cpuset_for_each(cpu, offline) {
		ret = switch_cpu(adm, run, (unsigned int)cpu, true);
		if (ret)
			return fail_online(adm, (unsigned int)cpu, -ret);
		cpuset_add(brought, (unsigned int)cpu);
		ret = core_check_cancel(adm);
		if (ret)
			return ret;
	}
	ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs online");
	return wbinvd_check_reach(adm, &online);
}

int cpus_put_back(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *brought)
{
	struct cpuset left = { 0 };
	char list[256];
	int err = 0;

	cpuset_for_each(cpu, brought) {
		int ret = switch_cpu(adm, run, (unsigned int)cpu, false);

		if (!ret)
			continue;
		err = -ret;
		cpuset_add(&left, (unsigned int)cpu);
	}
	if (!err)
		return 0;
	return core_warn(adm, run, "CPU %s was brought online and could not be taken offline again: "
			 "%s (%s)", cpuset_format(&left, list, sizeof(list)), strerror(err),
			 strerrorname_np(err));
}
