// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens to the machine from outside: sim_act() */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_launch.h"

static int number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, &end, 0);
	return errno || *end || *out > max ? -EINVAL : 0;
}

struct hotplug {
	struct sim *s;
	struct sim_why *why;
	bool online;
};

static int hotplug_one(void *arg, unsigned int cpu)
{
	struct hotplug *h = arg;
	int ret = sim_cpu_set_online(h->s, cpu, h->online);

	return ret ? sim_why(h->why, ret, h->online ? "CPU %u cannot be brought online: SMT is off" :
			     "CPU %u cannot be taken offline", cpu) : 0;
}

int act_hotplug(struct sim *s, const char *list, bool online, struct sim_why *why)
{
	struct hotplug h = { .s = s, .why = why, .online = online };
	int ret = sim_cpulist_each(list, s->st->m.cpus, hotplug_one, &h);

	if (ret == -EINVAL)
		sim_why(why, ret, "'%s' is no list of CPUs of 0-%u", list, s->st->m.cpus - 1);
	return ret;
}

static int deaf_one(void *arg, unsigned int cpu)
{
	((struct sim *)arg)->st->m.cpu[cpu].deaf = 1;
	return 0;
}

static int vanish_one(void *arg, unsigned int cpu)
{
	if (!cpu)
		return -EPERM;
	((struct sim *)arg)->st->m.cpu[cpu].vanishes = 1;
	return 0;
}

static int allow_one(void *arg, unsigned int cpu)
{
	((struct sim *)arg)->st->m.cpu[cpu].allowed = 1;
	return 0;
}

/* A cpuset for us: all other CPUs are out of reach */
static int act_allow(struct sim *s, const char *list, struct sim_why *why)
{
	uint32_t i;
	int ret;

	for (i = 0; i < s->st->m.cpus; i++)
		s->st->m.cpu[i].allowed = 0;
	ret = sim_cpulist_each(list, s->st->m.cpus, allow_one, s);
	if (!ret)
		return 0;
	for (i = 0; i < s->st->m.cpus; i++)
		s->st->m.cpu[i].allowed = 1;
	return sim_why(why, ret, "'%s' is no list of CPUs of 0-%u", list, s->st->m.cpus - 1);
}

static const struct {
	const char *name;
	uint32_t kind;
	bool finish;
} kinds[] = {
	{ "snp", SIM_KIND_SNP, true },
	{ "snp-launching", SIM_KIND_SNP, false },
	{ "sev", SIM_KIND_SEV, true },
	{ "sev-es", SIM_KIND_SEV_ES, true },
	{ "plain", SIM_KIND_PLAIN, true },
};

int act_start(struct sim *s, const char *what, bool stubborn, pid_t *pid, struct sim_why *why)
{
	size_t len = strcspn(what, ":@"), i;
	const char *at = strchr(what, '@');
	unsigned long vcpus = 2;
	uint32_t unit = s->st->m.units;
	struct sim_proc *p;
	char number_of[16];
	int ret;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == len && !strncmp(kinds[i].name, what, len))
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return sim_why(why, -EINVAL, "'%s': snp, snp-launching, sev, sev-es or plain", what);
	if (at && !sim_unit_parse(at + 1, &unit))
		return sim_why(why, -EINVAL, "'%s': session, libvirt or service", at + 1);
	snprintf(number_of, sizeof(number_of), "%.*s", what[len] == ':' ?
		 (int)strcspn(what + len + 1, "@") : 0, what + len + 1);
	if (what[len] == ':' && (number(number_of, SIM_MAX_VCPUS, &vcpus) || (!vcpus && !s->launch)))
		return sim_why(why, -EINVAL, "'%s': 1 to %u vCPUs", what, SIM_MAX_VCPUS);
	p = proc_start(s, (unsigned int)vcpus, why);
	if (!p)
		return -EAGAIN;
	p->stubborn = stubborn;
	p->unit = unit;
	ret = kvm_vm_create(s, p, kinds[i].kind, (unsigned int)vcpus, kinds[i].finish, why);
	if (ret) {				/* the VMM says so and exits */
		kvm_vm_destroy(s, p);
		memset(p, 0, sizeof(*p));
		return ret;
	}
	*pid = p->pid;
	return 0;
}

int act_kill(struct sim *s, pid_t pid, struct sim_why *why)
{
	struct sim_proc *p = proc_find(s, pid);

	if (!p)
		return sim_why(why, -ESRCH, "no process %d on the simulated machine", (int)pid);
	proc_signal(s, p, SIGKILL);
	proc_run_until(s, s->st->m.clock_ns + 10 * SIM_SEC, pid);
	return 0;
}

/* Asked to end, thawed, and killed when that does not help in ten seconds */
static int act_end(struct sim *s, pid_t pid, struct sim_why *why)
{
	struct sim_proc *p = proc_find(s, pid);

	if (!p)
		return sim_why(why, -ESRCH, "no process %d on the simulated machine", (int)pid);
	proc_signal(s, p, SIGTERM);
	proc_freeze(s, p, false);
	proc_signal(s, p, SIGCONT);
	proc_run_until(s, s->st->m.clock_ns + 10 * SIM_SEC, pid);
	return proc_find(s, pid) ? act_kill(s, pid, why) : 0;
}

/* By number, or by the name that one of those below @count has */
static int number_or_name(const char *text, size_t len, uint32_t count,
			  const char *(*name_of)(uint32_t), uint32_t *out)
{
	char copy[64];
	unsigned long n;
	uint32_t i;

	if (!len || len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = 0;
	if (!number(copy, 0xffff, &n)) {
		*out = (uint32_t)n;
		return 0;
	}
	for (i = 0; i < count; i++) {
		const char *name = name_of(i);

		if (name && !strcmp(name, copy)) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int command(const char *text, size_t len, uint32_t *cmd)
{
	return number_or_name(text, len, 0x200, psp_fw_command_name, cmd);
}

static int status(const char *text, size_t len, uint32_t *out)
{
	return number_or_name(text, len, 0x80, psp_fw_status_name, out);
}

static int inject(struct sim *s, const struct sim_inject *in, struct sim_why *why)
{
	unsigned int i;

	for (i = 0; i < SIM_INJECTIONS; i++)
		if (!s->st->ccp.inject[i].count) {
			s->st->ccp.inject[i] = *in;
			return 0;
		}
	return sim_why(why, -ENOSPC, "at most %u failures at a time", SIM_INJECTIONS);
}

/* COUNT[:EXT] */
static int fail_details(struct sim_inject *in, const char *text, struct sim_why *why)
{
	unsigned long count, ext = 0;
	size_t len = strcspn(text, ":");
	char copy[16];

	if (len >= sizeof(copy))
		return sim_why(why, -EINVAL, "'%s' is no count", text);
	memcpy(copy, text, len);
	copy[len] = 0;
	if (number(copy, 1000000, &count) || !count)
		return sim_why(why, -EINVAL, "'%s' is no count", copy);
	if (text[len] && number(text + len + 1, ULONG_MAX, &ext))
		return sim_why(why, -EINVAL, "'%s' is no number of 64 bits", text + len + 1);
	in->count = (uint32_t)count;
	in->ext = ext;
	return 0;
}

static int act_fail(struct sim *s, const char *text, struct sim_why *why)
{
	struct sim_inject in = { .count = 1 };
	const char *colon = strchr(text, ':');
	size_t len;
	int ret;

	if (!colon || command(text, (size_t)(colon - text), &in.cmd))
		return sim_why(why, -EINVAL, "'%s': COMMAND:STATUS[:COUNT[:EXT]]", text);
	text = colon + 1;
	len = strcspn(text, ":");
	if (status(text, len, &in.status))
		return sim_why(why, -EINVAL, "'%s' is no firmware status", text);
	ret = text[len] ? fail_details(&in, text + len + 1, why) : 0;
	return ret ? ret : inject(s, &in, why);
}

/* MAJOR.MINOR.BUILD[:TCB] */
static int act_firmware(struct sim *s, const char *text, struct sim_why *why)
{
	unsigned int major, minor, build;
	unsigned long tcb = s->st->fw.current_tcb;
	const char *colon = strchr(text, ':'), *wrong;
	uint8_t version[3];
	char rest;
	int n = sscanf(text, "%3u.%3u.%3u%c", &major, &minor, &build, &rest);

	if (n < 3 || (n == 4 && rest != ':') || major > 255 || minor > 255 || build > 255 ||
	    (colon && number(colon + 1, ULONG_MAX, &tcb)))
		return sim_why(why, -EINVAL, "'%s': MAJOR.MINOR.BUILD[:TCB]", text);
	version[0] = (uint8_t)major;
	version[1] = (uint8_t)minor;
	version[2] = (uint8_t)build;
	wrong = psp_fw_image_replace(&s->st->fw, version, tcb);
	return wrong ? sim_why(why, -EINVAL, "'%s': %s", text, wrong) : 0;
}

static int act_timeout(struct sim *s, const char *text, struct sim_why *why)
{
	struct sim_inject in = { .count = 1, .timeout = 1 };

	if (command(text, strlen(text), &in.cmd))
		return sim_why(why, -EINVAL, "'%s' is no firmware command", text);
	return inject(s, &in, why);
}

static int smt_one(void *arg, unsigned int cpu)
{
	struct sim *s = arg;

	return cpu < s->st->m.cores ? 0 : sim_cpu_set_online(s, cpu, s->st->m.smt == SIM_SMT_ON);
}

/* As writing to /sys/devices/system/cpu/smt/control: siblings go, or come back */
static int act_smt(struct sim *s, const char *text, struct sim_why *why)
{
	static const char *const names[] = { "on", "off", "forceoff" };
	char all[16];
	uint32_t i;

	if (s->st->m.threads_per_core < 2)
		return sim_why(why, -ENODEV, "there is one thread to a core");
	for (i = 0; i < 3; i++)
		if (!strcmp(names[i], text)) {
			s->st->m.smt = i;
			snprintf(all, sizeof(all), "0-%u", s->st->m.cpus - 1);
			return sim_cpulist_each(all, s->st->m.cpus, smt_one, s);
		}
	return sim_why(why, -EINVAL, "smt: on, off or forceoff");
}

static int act_program(struct sim *s, const char *text, struct sim_why *why)
{
	static const char *const states[] = { "works", "fails", "missing" };
	const char *colon = strchr(text, ':');
	uint32_t *program = colon && !strncmp(text, "virsh:", 6) ? &s->st->m.virsh :
			    colon && !strncmp(text, "systemctl:", 10) ? &s->st->m.systemctl : NULL;
	uint32_t i;

	for (i = 0; program && i < 3; i++)
		if (!strcmp(states[i], colon + 1)) {
			*program = i;
			return 0;
		}
	return sim_why(why, -EINVAL, "program: virsh or systemctl, then :works, :fails or :missing");
}

static int act_load(struct sim *s, struct sim_why *why)
{
	int ret = kvm_load(s);

	return ret ? sim_why(why, ret, "kvm_amd is loaded already") : 0;
}

static int act_unload(struct sim *s, struct sim_why *why)
{
	int ret = kvm_unload(s);

	if (ret == -EBUSY)
		sim_why(why, ret, "kvm_amd is in use by %u VMs", kvm_vms(s));
	else if (ret)
		sim_why(why, ret, "kvm_amd is not loaded");
	return ret;
}

/* One that takes an argument; 1: not one of them */
static int act_with(struct sim *s, const char *name, const char *value, int64_t *result,
		    struct sim_why *why)
{
	unsigned long n;
	pid_t pid = 0;
	int ret = act_guest(s, name, value, why);

	if (ret <= 0)
		return ret;
	if (!strcmp(name, "offline"))
		return act_hotplug(s, value, false, why);
	if (!strcmp(name, "online"))
		return act_hotplug(s, value, true, why);
	if (!strcmp(name, "start") || !strcmp(name, "start-stubborn")) {
		ret = act_start(s, value, strlen(name) > 5, &pid, why);
		*result = pid;
		return ret;
	}
	if (!strcmp(name, "kill") || !strcmp(name, "end")) {
		if (number(value, INT32_MAX, &n))
			return sim_why(why, -EINVAL, "'%s' is no process id", value);
		return name[0] == 'k' ? act_kill(s, (pid_t)n, why) : act_end(s, (pid_t)n, why);
	}
	if (!strcmp(name, "fail"))
		return act_fail(s, value, why);
	if (!strcmp(name, "firmware"))
		return act_firmware(s, value, why);
	if (!strcmp(name, "timeout"))
		return act_timeout(s, value, why);
	if (!strcmp(name, "access") || !strcmp(name, "lockdown"))
		return sim_set_one(s, name, value, true, why);
	if (!strcmp(name, "allow"))
		return act_allow(s, value, why);
	if (!strcmp(name, "smt"))
		return act_smt(s, value, why);
	if (!strcmp(name, "program"))
		return act_program(s, value, why);
	if (!strcmp(name, "deaf") || !strcmp(name, "vanish")) {
		ret = sim_cpulist_each(value, s->st->m.cpus,
				       *name == 'd' ? deaf_one : vanish_one, s);
		return ret ? sim_why(why, ret, "'%s' is no list of CPUs of 0-%u", value,
				     s->st->m.cpus - 1) : 0;
	}
	if (!strcmp(name, "sleep")) {
		if (number(value, 1000000, &n))
			return sim_why(why, -EINVAL, "'%s' is no number of seconds", value);
		proc_run_until(s, s->st->m.clock_ns + n * SIM_SEC, 0);
		return 0;
	}
	if (!strcmp(name, "launch") || !strcmp(name, "secret") || !strcmp(name, "attest") ||
	    !strcmp(name, "finish"))
		return act_launch(s, name, value, result, why);
	return 1;
}

static int act_plain(struct sim *s, const char *name, int64_t *result, struct sim_why *why)
{
	int ret;

	if (!strcmp(name, "load"))
		return act_load(s, why);
	if (!strcmp(name, "unload"))
		return act_unload(s, why);
	if (!strcmp(name, "reload")) {
		ret = act_unload(s, why);
		return ret ? ret : act_load(s, why);
	}
	if (!strcmp(name, "kexec-load") || !strcmp(name, "crash-load")) {
		*(*name == 'k' ? &s->st->m.kexec_loaded : &s->st->m.crash_loaded) = 1;
		return 0;
	}
	if (!strcmp(name, "kexec-disable")) {
		s->st->m.kexec_disabled = 1;
		return 0;
	}
	if (!strcmp(name, "kexec")) {
		ret = sim_kexec(s);
		*result = s->st->m.boots;
		return ret;
	}
	if (!strcmp(name, "iommu-fails")) {
		s->st->m.iommu_fails = 1;
		return 0;
	}
	if (!strcmp(name, "tracking-fails")) {
		s->st->debug.no_memory = 1;
		return 0;
	}
	/* asked for by tests */
	if (!strcmp(name, "warnings"))
		*result = s->st->m.warnings;
	else if (!strcmp(name, "leaked"))
		*result = (int64_t)s->st->mem.leaked;
	else if (!strcmp(name, "snp"))
		*result = s->st->kvm.sev_snp;
	else
		return 1;
	return 0;
}

int sim_act(struct sim *s, const char *action, int64_t *result, struct sim_why *why)
{
	const char *equals = strchr(action, '=');
	int64_t number_of = 0;
	char name[32];
	int ret;

	if (equals && (size_t)(equals - action) < sizeof(name)) {
		memcpy(name, action, (size_t)(equals - action));
		name[equals - action] = 0;
	}
	ret = sim_enter(s, true);
	if (ret)
		return sim_why(why, ret, "%s: %s", s->path, strerror(-ret));
	if (!equals)
		ret = act_plain(s, action, &number_of, why);
	else if ((size_t)(equals - action) < sizeof(name))
		ret = act_with(s, name, equals + 1, &number_of, why);
	else
		ret = 1;
	if (ret > 0)
		ret = sim_why(why, -EINVAL, "'%s' is nothing that can happen to a simulated machine",
			      action);
	ret = sim_leave(s, ret);
	if (ret == -EHOSTDOWN)
		sim_why(why, ret, "%s: the simulated machine died: %s", s->path, s->st->h.death);
	if (result)
		*result = number_of;
	return ret;
}
