// SPDX-License-Identifier: GPL-2.0-or-later
/* /sys/devices/system/cpu; what belongs to an offline CPU is not there, as on Linux */
#include <errno.h>
#include <string.h>

#include "sim_internal.h"

static bool any(const struct sim *s, uint32_t cpu, uint32_t arg)
{
	(void)s;
	(void)cpu;
	(void)arg;
	return true;
}

static bool is_online(const struct sim *s, uint32_t cpu, uint32_t online)
{
	return s->st->m.cpu[cpu].online == online;
}

static bool same_core(const struct sim *s, uint32_t cpu, uint32_t other)
{
	const struct sim_cpu *c = s->st->m.cpu;

	return c[cpu].online && c[cpu].core == c[other].core;
}

static bool same_ccx(const struct sim *s, uint32_t cpu, uint32_t other)
{
	const struct sim_cpu *c = s->st->m.cpu;

	return c[cpu].online && c[cpu].ccx == c[other].ccx;
}

static bool same_socket(const struct sim *s, uint32_t cpu, uint32_t other)
{
	const struct sim_cpu *c = s->st->m.cpu;

	return c[cpu].online && c[cpu].socket == c[other].socket;
}

static void cpus_line(struct sim_text *t, const struct sim *s,
		      bool (*in)(const struct sim *s, uint32_t cpu, uint32_t arg), uint32_t arg)
{
	text_cpus(t, s, in, arg);
	text_add(t, "\n");
}

static const char *smt_control(const struct sim *s)
{
	static const char *const names[] = { "on\n", "off\n", "forceoff\n", "notsupported\n" };

	return names[s->st->m.smt];
}

static bool smt_active(const struct sim *s)
{
	const struct sim_cpu *c = s->st->m.cpu;
	uint32_t i, cores = s->st->m.cores;

	for (i = cores; i < s->st->m.cpus; i++)
		if (c[i].online && c[i - cores].online)
			return true;
	return false;
}

static int topology(struct sim *s, uint32_t cpu, const char *name, struct sim_text *t)
{
	const struct sim_cpu *c = &s->st->m.cpu[cpu];

	if (!strcmp(name, "physical_package_id"))
		text_add(t, "%u\n", c->socket);
	else if (!strcmp(name, "die_id"))
		text_add(t, "%u\n", c->die);
	else if (!strcmp(name, "core_id"))
		text_add(t, "%u\n", c->core % (s->st->m.cores / s->st->m.sockets));
	else if (!strcmp(name, "thread_siblings_list") || !strcmp(name, "core_cpus_list"))
		cpus_line(t, s, same_core, cpu);
	else if (!strcmp(name, "core_siblings_list") || !strcmp(name, "package_cpus_list") ||
		 !strcmp(name, "die_cpus_list"))
		cpus_line(t, s, same_socket, cpu);
	else
		return -ENOENT;
	return 0;
}

/* L1 data and instruction, L2, L3 */
static const struct {
	unsigned int level, kilobytes;
	const char *type;
} caches[] = {
	{ 1, 32, "Data" }, { 1, 32, "Instruction" }, { 2, 1024, "Unified" },
	{ 3, 32768, "Unified" },
};

static int cache(struct sim *s, uint32_t cpu, const char *path, struct sim_text *t)
{
	uint32_t i;

	if (!path_eat(&path, "index") || !path_number(&path, &i) || i >= 4 ||
	    !path_eat(&path, "/"))
		return -ENOENT;
	if (!strcmp(path, "level"))
		text_add(t, "%u\n", caches[i].level);
	else if (!strcmp(path, "type"))
		text_add(t, "%s\n", caches[i].type);
	else if (!strcmp(path, "size"))
		text_add(t, "%uK\n", caches[i].kilobytes);
	else if (!strcmp(path, "id"))
		text_add(t, "%u\n", caches[i].level == 3 ? s->st->m.cpu[cpu].ccx :
							  s->st->m.cpu[cpu].core);
	else if (!strcmp(path, "shared_cpu_list"))
		cpus_line(t, s, caches[i].level == 3 ? same_ccx : same_core, cpu);
	else
		return -ENOENT;
	return 0;
}

static bool cpu_dir(struct sim *s, const char **path, uint32_t *cpu)
{
	return path_eat(path, "/cpu") && path_number(path, cpu) && *cpu < s->st->m.cpus;
}

static int one_cpu(struct sim *s, const char *path, struct sim_text *t)
{
	uint32_t cpu;

	if (!cpu_dir(s, &path, &cpu))
		return -ENOENT;
	if (!strcmp(path, "/online") && cpu) {	/* the boot CPU has no such file */
		text_add(t, "%u\n", s->st->m.cpu[cpu].online);
		return 0;
	}
	if (!s->st->m.cpu[cpu].online)
		return -ENOENT;
	if (path_eat(&path, "/topology/"))
		return topology(s, cpu, path, t);
	if (path_eat(&path, "/cache/"))
		return cache(s, cpu, path, t);
	return -ENOENT;
}

int fs_cpu_read(struct sim *s, const char *path, struct sim_text *t)
{
	if (!strcmp(path, "/present") || !strcmp(path, "/possible"))
		cpus_line(t, s, any, 0);
	else if (!strcmp(path, "/online"))
		cpus_line(t, s, is_online, 1);
	else if (!strcmp(path, "/offline"))
		cpus_line(t, s, is_online, 0);
	else if (!strcmp(path, "/isolated"))
		text_add(t, "\n");
	else if (!strcmp(path, "/nohz_full"))
		text_add(t, "  (null)\n");
	else if (!strcmp(path, "/kernel_max"))
		text_add(t, "8191\n");
	else if (!strcmp(path, "/smt/active"))
		text_add(t, "%d\n", smt_active(s));
	else if (!strcmp(path, "/smt/control"))
		text_add(t, "%s", smt_control(s));
	else
		return one_cpu(s, path, t);
	return 0;
}

static int list_cpu(struct sim *s, uint32_t cpu, const char *path, struct sim_names *n)
{
	bool online = s->st->m.cpu[cpu].online;
	static const char *const topo[] = {
		"core_cpus_list", "core_id", "core_siblings_list", "die_cpus_list", "die_id",
		"package_cpus_list", "physical_package_id", "thread_siblings_list",
	};
	uint32_t i;

	if (!*path) {
		if (cpu)
			names_add(n, "online");
		if (online) {
			names_add(n, "cache");
			names_add(n, "topology");
		}
	} else if (online && !strcmp(path, "/cache")) {
		for (i = 0; i < 4; i++)
			names_add(n, "index%u", i);
	} else if (online && !strcmp(path, "/topology")) {
		for (i = 0; i < sizeof(topo) / sizeof(topo[0]); i++)
			names_add(n, "%s", topo[i]);
	} else if (online && path_eat(&path, "/cache/index") && path_number(&path, &i) &&
		   i < 4 && !*path) {
		names_add(n, "id");
		names_add(n, "level");
		names_add(n, "shared_cpu_list");
		names_add(n, "size");
		names_add(n, "type");
	} else {
		return -ENOENT;
	}
	return 0;
}

int fs_cpu_list(struct sim *s, const char *path, struct sim_names *n)
{
	static const char *const names[] = { "isolated", "kernel_max", "nohz_full", "offline",
					     "online", "possible", "present", "smt" };
	uint32_t i;

	if (!strcmp(path, "/smt")) {
		names_add(n, "active");
		names_add(n, "control");
		return 0;
	}
	if (*path)
		return cpu_dir(s, &path, &i) ? list_cpu(s, i, path, n) : -ENOENT;
	for (i = 0; i < s->st->m.cpus; i++)
		names_add(n, "cpu%u", i);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		names_add(n, "%s", names[i]);
	return 0;
}

int fs_cpu_write(struct sim *s, const char *path, const char *text)
{
	uint32_t cpu;

	if (!cpu_dir(s, &path, &cpu) || strcmp(path, "/online") || !cpu)
		return -EACCES;
	if ((text[0] != '0' && text[0] != '1') || (text[1] && strcmp(text + 1, "\n")))
		return -EINVAL;
	return sim_cpu_set_online(s, cpu, text[0] == '1');
}
