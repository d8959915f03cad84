// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machine is like, as far as that can change while it runs: sim_set() */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_internal.h"

#define WBINVD_US_MAX	1000000u
#define CLOCK_MAX_S	1000000000u		/* as good as for ever */

static const char *const accesses[] = { "rw", "ro", "none", NULL };
static const char *const lockdowns[] = { "none", "integrity", "confidentiality", NULL };
static const char *const msrs[] = { "loaded", "missing", NULL };
static const char *const programs[] = { "works", "fails", "missing", NULL };

/* The index of @text among @words */
static int word(const char *const *words, const char *text, uint32_t *out)
{
	uint32_t i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text)) {
			*out = i;
			return 0;
		}
	return -EINVAL;
}

static int set_access(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	uint32_t i;

	if (word(accesses, text, &i))
		return sim_why(why, -EINVAL, "access: rw, ro or none");
	if (apply)
		s->st->m.access = i;
	return 0;
}

static int set_lockdown(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	uint32_t i;

	if (word(lockdowns, text, &i))
		return sim_why(why, -EINVAL, "lockdown: none, integrity or confidentiality");
	if (apply)
		s->st->m.lockdown = i;
	return 0;
}

static int set_program(uint32_t *program, const char *text, bool apply, struct sim_why *why)
{
	uint32_t i;

	if (word(programs, text, &i))
		return sim_why(why, -EINVAL, "virsh, systemctl: works, fails or missing");
	if (apply)
		*program = i;
	return 0;
}

static int set_virsh(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	return set_program(&s->st->m.virsh, text, apply, why);
}

static int set_systemctl(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	return set_program(&s->st->m.systemctl, text, apply, why);
}

static int set_units(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	uint32_t unit;

	if (!sim_unit_parse(text, &unit))
		return sim_why(why, -EINVAL, "units: session, libvirt, service or left-service");
	if (apply)
		s->st->m.units = unit;
	return 0;
}

static int number(const char *text, unsigned long max, unsigned long *n)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoul(text, &end, 10);
	return errno || *end || *n > max ? -EINVAL : 0;
}

static int set_wbinvd(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	unsigned long us;

	if (number(text, WBINVD_US_MAX, &us) || !us)
		return sim_why(why, -EINVAL, "wbinvd-us: 1 to %u microseconds", WBINVD_US_MAX);
	if (apply)
		s->st->m.wbinvd_ns = us * 1000;
	return 0;
}

static int set_msr(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	uint32_t i;

	if (word(msrs, text, &i))
		return sim_why(why, -EINVAL, "msr: loaded or missing");
	if (apply)
		s->st->m.no_msr = i;
	return 0;
}

static int set_memlock(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	unsigned long kb = 0;

	if (strcmp(text, "unlimited") && (number(text, 1ul << 30, &kb) || !kb))
		return sim_why(why, -EINVAL, "memlock: from 1 KB on, or unlimited");
	if (apply)
		s->st->m.memlock_kb = kb;
	return 0;
}

static int set_hugepages(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	unsigned long nr;

	if (number(text, SIM_PAGES / 512, &nr))
		return sim_why(why, -EINVAL, "hugepages: up to %u", SIM_PAGES / 512);
	if (apply)
		s->st->m.hugepages = (uint32_t)nr;
	return 0;
}

/* Time passes until then, with all that happens in it */
static int set_clock(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	uint64_t now = s->st->m.clock_ns;
	unsigned long seconds;

	if (number(text, CLOCK_MAX_S, &seconds))
		return sim_why(why, -EINVAL, "clock: seconds since boot, up to %u", CLOCK_MAX_S);
	if (seconds * SIM_SEC < now)
		return sim_why(why, -EINVAL, "clock: it is %llu seconds since boot already, and no clock goes back",
			       (unsigned long long)(now / SIM_SEC));
	if (apply)
		proc_run_until(s, seconds * SIM_SEC, 0);
	return 0;
}

int sim_kernel_parse(const char *release, bool cth, bool tio, unsigned int *major,
		     unsigned int *minor, struct sim_why *why)
{
	unsigned int least = tio ? 19 : 18;

	if (sscanf(release, "%u.%u", major, minor) != 2 || strlen(release) >= SIM_RELEASE ||
	    strpbrk(release, " \t\n") || *major < 6 || (*major == 6 && *minor < 11) ||
	    *major > 99 || *minor > 999)
		return sim_why(why, -EINVAL, "kernel release: such as 6.12.117-sim, 6.11 or later");
	if ((cth || tio) && *major == 6 && *minor < least)
		return sim_why(why, -EINVAL, "a kernel of 6.%u or later has %s", least,
			       tio ? "SEV-TIO" : "ciphertext hiding");
	return 0;
}

/* The one that runs stays what it is */
static int set_kernel(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	struct sim_machine *m = &s->st->m;
	unsigned int major, minor;
	int ret = sim_kernel_parse(text, m->cth, m->tio, &major, &minor, why);

	if (!ret && apply)
		strcpy(m->next_kernel, text);
	return ret;
}

static int set_never(struct sim *s, const char *text, bool apply, struct sim_why *why)
{
	(void)s;
	(void)text;
	(void)apply;
	return sim_why(why, -EINVAL, "is what the machine was switched on with: make another, with `sim create`");
}

static const struct property {
	const char *name;
	int (*set)(struct sim *s, const char *text, bool apply, struct sim_why *why);
} properties[] = {
	{ "access", set_access },
	{ "clock", set_clock },
	{ "kernel", set_kernel },
	{ "hugepages", set_hugepages },
	{ "lockdown", set_lockdown },
	{ "memlock", set_memlock },
	{ "msr", set_msr },
	{ "systemctl", set_systemctl },
	{ "units", set_units },
	{ "virsh", set_virsh },
	{ "wbinvd-us", set_wbinvd },
	{ "cpus", set_never }, { "threads-per-core", set_never }, { "cores-per-ccx", set_never },
	{ "sockets", set_never }, { "generation", set_never }, { "ciphertext-hiding", set_never },
	{ "bios", set_never }, { "cmdline", set_never }, { "tio", set_never }, { "patch", set_never },
};

int sim_set_one(struct sim *s, const char *name, const char *value, bool apply,
		struct sim_why *why)
{
	size_t i;

	for (i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		struct sim_why text = { "" };
		int ret;

		if (strcmp(properties[i].name, name))
			continue;
		ret = properties[i].set(s, value, apply, &text);
		if (ret && properties[i].set == set_never)
			return sim_why(why, ret, "%s %s", name, text.text);
		return ret ? sim_why(why, ret, "%s", text.text) : 0;
	}
	return sim_why(why, -EINVAL, "'%s' is no property of a simulated machine", name);
}

static int set_assignment(struct sim *s, const char *assignment, bool apply, struct sim_why *why)
{
	const char *equals = strchr(assignment, '=');
	char name[32];

	if (!equals || (size_t)(equals - assignment) >= sizeof(name))
		return sim_why(why, -EINVAL, "'%s': NAME=VALUE", assignment);
	memcpy(name, assignment, (size_t)(equals - assignment));
	name[equals - assignment] = 0;
	return sim_set_one(s, name, equals + 1, apply, why);
}

/* All or nothing: each is checked before the first is set */
int sim_set(struct sim *s, const char *const *assignments, size_t nr, struct sim_why *why)
{
	size_t i;
	int ret = sim_enter(s, true);

	if (ret)
		return sim_why(why, ret, "%s: %s", s->path, strerror(-ret));
	for (i = 0; i < nr && !ret; i++)
		ret = set_assignment(s, assignments[i], false, why);
	for (i = 0; i < nr && !ret; i++)
		ret = set_assignment(s, assignments[i], true, why);
	if (!ret)
		sim_changed(s);
	return sim_leave(s, ret);
}

void sim_describe_set(const struct sim *s, struct sim_info *info)
{
	const struct sim_machine *m = &s->st->m;

	memcpy(info->next_kernel, m->next_kernel, sizeof(info->next_kernel));
	info->wbinvd_us = (uint32_t)(m->wbinvd_ns / 1000);
	info->msr = msrs[m->no_msr];
	info->memlock_kb = m->memlock_kb;
	info->hugepages = m->hugepages;
	memcpy(info->cmdline, m->cmdline, sizeof(info->cmdline));
	sim_bios_names(m->bios, info->bios, sizeof(info->bios));
	info->access = accesses[m->access];
	info->lockdown = lockdowns[m->lockdown];
	info->virsh = programs[m->virsh];
	info->systemctl = programs[m->systemctl];
	info->units = sim_unit_kind(m->units);
}
