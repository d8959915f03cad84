// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's /proc and /sys, and its kernel's log: of a machine with nothing in it but its processors and the
 * drivers of an SNP guest.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

static void release(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)vm;
	text_add(t, "%s\n", s->st->m.kernel);
}

static void version(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)vm;
	text_add(t, "Linux version %s\n", s->st->m.kernel);
}

static void cpus(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)s;
	text_add(t, vm->vcpus > 1 ? "0-%u\n" : "%u\n", vm->vcpus - 1);
}

static void vmpl(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)s;
	text_add(t, "%u\n", vm->guest.vmpl);
}

static void vmpck_id(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)s;
	text_add(t, "%d\n", (int)vm->guest.vmpl);
}

static void live(struct sim *s, const struct sim_vm *vm, struct sim_text *t)
{
	(void)s;
	(void)vm;
	text_add(t, "live\n");
}

/* Kernels show their level from 6.11 on */
static const struct file {
	const char *path;
	void (*read)(struct sim *s, const struct sim_vm *vm, struct sim_text *t);
	bool snp;
	uint32_t minor;				/* of 6, from which on it is there */
} files[] = {
	{ "/proc/sys/kernel/osrelease", release, false, 0 },
	{ "/proc/version", version, false, 0 },
	{ "/sys/devices/system/cpu/online", cpus, false, 0 },
	{ "/sys/devices/system/cpu/possible", cpus, false, 0 },
	{ "/sys/devices/system/cpu/present", cpus, false, 0 },
	{ "/sys/devices/system/cpu/sev/vmpl", vmpl, true, 11 },
	{ "/sys/module/sev_guest/initstate", live, true, 0 },
	{ "/sys/module/sev_guest/parameters/vmpck_id", vmpck_id, true, 0 },
};

static bool is_there(const struct sim *s, const struct sim_vm *vm, const struct file *f)
{
	const struct sim_machine *m = &s->st->m;

	return (!f->snp || vm->kind == SIM_KIND_SNP) &&
	       (m->kernel_major > 6 || m->kernel_minor >= f->minor);
}

int guest_fs_read(struct sim *s, const char *path, struct sim_text *t)
{
	struct sim_vm *vm = guest_vm(s);

	if (!vm)
		return -ENODEV;
	if (guest_tsm_has(path))
		return guest_tsm_read(s, vm, path, t);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].path, path) && is_there(s, vm, &files[i])) {
			files[i].read(s, vm, t);
			return 0;
		}
	return -ENOENT;
}

bool guest_fs_has(struct sim *s, const char *path)
{
	const struct sim_vm *vm = guest_vm(s);

	for (size_t i = 0; vm && i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].path, path) && is_there(s, vm, &files[i]))
			return true;
	return false;
}

/* Files stand in order, so that the same name follows itself */
int guest_fs_list(struct sim *s, const char *path, struct sim_names *n)
{
	struct sim_vm *vm = guest_vm(s);
	size_t len = strlen(path), last = 0;
	const char *before = NULL;

	if (!vm)
		return -ENODEV;
	if (guest_tsm_has(path))
		return guest_tsm_list(s, vm, path, n);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *name = files[i].path + len + 1;
		size_t end;

		if (strncmp(files[i].path, path, len) || files[i].path[len] != '/' ||
		    !is_there(s, vm, &files[i]))
			continue;
		end = strcspn(name, "/");
		if (before && last == end && !strncmp(before, name, end))
			continue;
		names_add(n, "%.*s", (int)end, name);
		before = name;
		last = end;
	}
	return before ? 0 : -ENOENT;
}

/* The @seq-th line of its log: false past the last */
static bool log_line(struct sim *s, const struct sim_vm *vm, uint64_t seq, char line[SIM_ALERT])
{
	bool snp = vm->kind == SIM_KIND_SNP;

	if (seq == 0)
		snprintf(line, SIM_ALERT, "Linux version %s", s->st->m.kernel);
	else if (seq == 1)
		snprintf(line, SIM_ALERT, "Memory Encryption Features active: AMD SEV%s%s",
			 vm->kind != SIM_KIND_SEV ? " SEV-ES" : "", snp ? " SEV-SNP" : "");
	else if (seq == 2 && snp)
		snprintf(line, SIM_ALERT, "sev-guest sev-guest: Initialized SEV guest driver (using VMPCK%u communication key)",
			 vm->guest.vmpl);
	else if (seq == 3 && vm->guest.alert[0])
		memcpy(line, vm->guest.alert, SIM_ALERT);
	else if (seq == 4 && vm->guest.alert[0])
		snprintf(line, SIM_ALERT, "Disabling VMPCK%u communication key to prevent IV reuse.",
			 vm->guest.vmpl);
	else
		return false;
	return true;
}

int guest_kmsg(struct sim *s, int (*fn)(void *arg, uint64_t seq, const char *text), void *arg)
{
	int ret = 0;

	for (uint64_t seq = 0; !ret; seq++) {
		const struct sim_vm *vm;
		char line[SIM_ALERT];
		bool more;

		ret = sim_enter(s, false);
		if (ret)
			return ret;
		vm = guest_vm(s);
		more = vm && log_line(s, vm, seq, line);
		ret = sim_leave(s, vm ? 0 : -ENODEV);
		if (ret || !more)
			return ret;
		ret = fn(arg, seq, line);
	}
	return ret;
}
