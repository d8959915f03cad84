// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a VMM lives: a session that it shares with a shell, a scope that libvirt
 * made for it, a service of its own.  Names and cgroups are those that systemd
 * 252 and libvirt 9 give them; libvirt's threads are in cgroups of their own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

static const char *const unit_kinds[SIM_UNITS] = {
	"session", "libvirt", "service", "left-service",
};

bool sim_unit_parse(const char *text, uint32_t *unit)
{
	uint32_t i;

	for (i = 0; i < SIM_UNITS; i++)
		if (!strcmp(text, unit_kinds[i])) {
			*unit = i;
			return true;
		}
	return false;
}

const char *sim_unit_kind(uint32_t unit)
{
	return unit_kinds[unit];
}

void sim_domain(const struct sim *s, const struct sim_proc *p, char *buf, size_t size)
{
	static const char *const kinds[SIM_KINDS] = { "plain", "sev", "sev-es", "snp" };

	snprintf(buf, size, "%s-%d", p->has_vm ? kinds[s->st->kvm.vm[p->vm].kind] : "ended",
		 p->pid);
}

struct sim_proc *sim_domain_proc(struct sim *s, const char *name)
{
	const char *pid = strrchr(name, '-');
	char domain[32];
	struct sim_proc *p;
	uint32_t n;

	if (!pid++ || !path_number(&pid, &n))
		return NULL;
	p = proc_find(s, (pid_t)n);
	if (!p || p->unit != SIM_UNIT_LIBVIRT)
		return NULL;
	sim_domain(s, p, domain, sizeof(domain));
	return strcmp(domain, name) ? NULL : p;
}

/* As `systemd-escape` writes a dash */
static void escape(const char *in, char *out, size_t size)
{
	size_t used = 0;

	for (; *in && used + 5 < size; in++)
		used += (size_t)sprintf(out + used, *in == '-' ? "\\x2d" : "%c", *in);
	out[used] = 0;
}

void sim_unit_name(const struct sim *s, const struct sim_proc *p, char *buf, size_t size)
{
	char domain[32], escaped[96];

	switch (p->unit) {
	case SIM_UNIT_LIBVIRT:
		sim_domain(s, p, domain, sizeof(domain));
		escape(domain, escaped, sizeof(escaped));
		snprintf(buf, size, "machine-qemu\\x2d%u\\x2d%s.scope",
			 (unsigned int)(p - s->st->proc) + 1, escaped);
		break;
	case SIM_UNIT_SERVICE:
	case SIM_UNIT_LEFT:
		snprintf(buf, size, "vm@%d.service", p->pid);
		break;
	default:
		snprintf(buf, size, "%s", SIM_SESSION);
	}
}

void sim_unit_dir(const struct sim *s, const struct sim_proc *p, char *buf, size_t size)
{
	static const char *const slices[SIM_UNITS] = {
		SIM_SESSION_SLICE, SIM_MACHINE_SLICE, SIM_SERVICE_SLICE, SIM_SERVICE_SLICE,
	};
	char name[SIM_UNIT_NAME];

	sim_unit_name(s, p, name, sizeof(name));
	snprintf(buf, size, "%s/%s", slices[p->unit], name);
}

/* The pid is what stands before the last dot, and before it a dash or an @ */
struct sim_proc *sim_unit_proc(struct sim *s, const char *unit)
{
	const char *dash = strrchr(unit, '\\'), *at = strrchr(unit, '@');
	const char *pid = at ? at + 1 : dash && !strncmp(dash, "\\x2d", 4) ? dash + 4 : "";
	char name[SIM_UNIT_NAME];
	struct sim_proc *p;
	uint32_t n;

	if (!path_number(&pid, &n))
		return NULL;
	p = proc_find(s, (pid_t)n);
	if (!p || p->unit == SIM_UNIT_SESSION)
		return NULL;
	sim_unit_name(s, p, name, sizeof(name));
	return strcmp(name, unit) ? NULL : p;
}
