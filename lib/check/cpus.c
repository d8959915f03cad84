// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUs: WBINVD has to be executed on every one that the firmware counts.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"

#define CPU_DIR	"/sys/devices/system/cpu/"

/* A list of CPUs in a file there; empty, and "(null)", is none: 0 or -errno */
static int cpu_list(struct facts *f, const char *name, struct cpuset *set)
{
	char path[64], text[4096];
	int ret;

	*set = (struct cpuset){ 0 };
	snprintf(path, sizeof(path), CPU_DIR "%s", name);
	ret = host_read_line(f->adm->host, path, text, sizeof(text));
	if (ret)
		return ret;
	return strspn(text, " \t") == strlen(text) || strstr(text, "(null)") ? 0 :
	       cpuset_parse(text, set);
}

/* CPUs that SMT control keeps offline no writing to cpuN/online brings back */
static bool smt_off(struct facts *f)
{
	char control[32];

	return !host_read_line(f->adm->host, CPU_DIR "smt/control", control, sizeof(control)) &&
	       (!strcmp(control, "off") || !strcmp(control, "forceoff"));
}

static int check_online(struct facts *f)
{
	if (f->host.nr_online == f->host.nr_present)
		return check_say(f, "cpus.online", SEVADM_PASS, NULL, "every CPU that is present is "
				 "online: %s", f->host.cpus_online);
	if (for_kdump(f) || facts_snp(f) == FACTS_SNP_DOWN)
		return check_say(f, "cpus.online", SEVADM_WARN, "Bring them online before SNP comes "
				 "up again: the firmware wants every core.", "CPU %s is offline",
				 f->host.cpus_offline);
	return check_say(f, "cpus.online", SEVADM_FAIL, smt_off(f) ?
			 "SMT keeps its siblings offline: echo on > " CPU_DIR "smt/control, or boot "
			 "without nosmt=force." :
			 "Say --online-cpus to teardown and kexec, or bring them online.", "CPU %s is offline: if a guest ended on its core "
			 "complex meanwhile, it owes a WBINVD that only it can execute, and "
			 "SNP_DF_FLUSH answers WBINVD_REQUIRED", f->host.cpus_offline);
}

/* One that was taken out of the machine is still in its socket for the firmware */
static int check_possible(struct facts *f)
{
	struct cpuset possible, present;
	char list[256];

	if (cpu_list(f, "possible", &possible) || cpu_list(f, "present", &present))
		return 0;
	cpuset_subtract(&possible, &present);
	if (!cpuset_count(&possible))
		return 0;
	return check_say(f, "cpus.present", SEVADM_WARN, "If they were taken out while SNP was up, "
			 "put them back.", "CPU %s is possible and not present: the firmware goes "
			 "on counting the cores that it knew at its reset",
			 cpuset_format(&possible, list, sizeof(list)));
}

static int check_smt(struct facts *f)
{
	char control[32];

	if (host_read_line(f->adm->host, CPU_DIR "smt/control", control, sizeof(control)))
		return 0;
	if (strcmp(control, "off") && strcmp(control, "forceoff"))
		return check_say(f, "cpus.smt", SEVADM_PASS, NULL, "SMT is %s", control);
	return check_say(f, "cpus.smt", SEVADM_WARN,
			 strcmp(control, "off") ? "Boot without nosmt=force, or turn SMT off in "
			 "the BIOS." : "echo on > " CPU_DIR "smt/control",
			 "SMT is %s: the firmware counts both threads of each core", control);
}

static int check_reach(struct facts *f)
{
	struct cpuset online, refused;
	char list[256];

	/* a stock driver's WBINVD is the kernel's own broadcast */
	if (!f->host.patch)
		return 0;
	if (host_cpus(f->adm->host, HOST_CPUS_ONLINE, &online) ||
	    core_cpus_refused(f->adm, &online, &refused))
		return check_say(f, "cpus.reach", SEVADM_SKIP, NULL,
				 "whether a thread can run on each CPU could not be tried");
	if (!cpuset_count(&refused))
		return check_say(f, "cpus.reach", SEVADM_PASS, NULL,
				 "a thread can run on each CPU that is online");
	return check_say(f, "cpus.reach", SEVADM_FAIL, "Run it from a cgroup whose cpuset holds "
			 "every CPU, or say --broadcast.", "no thread of this process can run on "
			 "CPU %s: outside its cpuset", cpuset_format(&refused, list, sizeof(list)));
}

static int check_isolated(struct facts *f)
{
	static const char *const names[] = { "isolated", "nohz_full" };
	struct cpuset set;
	char list[256];
	int ret = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !ret; i++) {
		if (cpu_list(f, names[i], &set) || !cpuset_count(&set))
			continue;
		ret = check_say(f, "cpus.isolated", SEVADM_WARN, "Expect what runs there to stall, "
				"or stop it first.", "CPU %s is set apart (%s), and WBINVD "
				"stalls it for milliseconds all the same",
				cpuset_format(&set, list, sizeof(list)), names[i]);
	}
	return ret;
}

int check_cpus(struct facts *f)
{
	int ret = check_online(f);

	if (!ret)
		ret = check_possible(f);
	if (!ret)
		ret = check_smt(f);
	if (ret || for_kdump(f))
		return ret;
	ret = check_reach(f);
	return ret ? ret : check_isolated(f);
}
