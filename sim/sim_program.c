// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the simulated machine that others ask to do something, and the
 * system calls behind some of them: modprobe(8), systemctl(1), delete_module(2),
 * kexec_file_load(2), reboot(2).  What they say is what the real ones say.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

#define STOP_NS		(90 * SIM_SEC)	/* DefaultTimeoutStopSec= */

struct said {
	char *buf;
	size_t size;
};

static int says(const struct said *said, int exit_status, const char *text, const char *what)
{
	snprintf(said->buf, said->size, text, what);
	return exit_status;
}

/* The VMM whose scope that is */
static struct sim_proc *unit_proc(struct sim *s, const char *unit)
{
	uint32_t pid;

	if (!path_eat(&unit, "machine-") || !path_number(&unit, &pid) || strcmp(unit, ".scope"))
		return NULL;
	return proc_find(s, (pid_t)pid);
}

/* SIGTERM, SIGCONT, and SIGKILL when the time is up */
static void stop_proc(struct sim *s, struct sim_proc *p)
{
	pid_t pid = p->pid;

	proc_freeze(s, p, false);
	proc_signal(s, p, SIGTERM);
	proc_signal(s, p, SIGCONT);
	proc_run_until(s, s->st->m.clock_ns + STOP_NS, pid);
	p = proc_find(s, pid);
	if (!p)
		return;
	proc_signal(s, p, SIGKILL);
	proc_run_until(s, s->st->m.clock_ns + STOP_NS, pid);
}

/* Every service and scope is stopped before the jump */
static int systemctl_kexec(struct sim *s, const struct said *said)
{
	if (!s->st->m.kexec_loaded)
		return says(said, 1, "No kexec kernel loaded and autodetection failed.", NULL);
	for (uint32_t i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->proc[i].used)
			stop_proc(s, &s->st->proc[i]);
	return sim_kexec(s);
}

static int systemctl(struct sim *s, const char *const *argv, const struct said *said)
{
	struct sim_proc *p;

	if (argv[1] && !strcmp(argv[1], "kexec") && !argv[2])
		return systemctl_kexec(s, said);
	if (argv[1] && argv[2] && !argv[3]) {
		p = unit_proc(s, argv[2]);
		if (!strcmp(argv[1], "is-active"))
			return says(said, p ? 0 : 3, p ? "active" : "inactive", NULL);
		if (!strcmp(argv[1], "stop") && !p)
			return says(said, 5, "Failed to stop %s: Unit not loaded.", argv[2]);
		if (!strcmp(argv[1], "stop")) {
			stop_proc(s, p);
			return 0;
		}
	}
	return says(said, 1, "Unknown command verb %s.", argv[1] ? argv[1] : "");
}

static int modprobe(struct sim *s, const char *const *argv, const struct said *said)
{
	if (!argv[1] || strcmp(argv[1], "kvm_amd") || argv[2])
		return says(said, 1, "modprobe: FATAL: Module %s not found.", argv[1] ? argv[1] : "");
	kvm_load(s);		/* one that is loaded already is no failure */
	return 0;
}

int sim_program_run(struct sim *s, const char *const *argv, char *buf, size_t size)
{
	struct said said = { .buf = buf, .size = size };
	int ret = sim_enter(s, true);

	buf[0] = '\0';
	if (ret)
		return ret;
	if (!strcmp(argv[0], "modprobe"))
		ret = modprobe(s, argv, &said);
	else if (!strcmp(argv[0], "systemctl"))
		ret = systemctl(s, argv, &said);
	else
		ret = -ENOENT;
	return sim_leave(s, ret);
}

int sim_module_remove(struct sim *s, const char *name)
{
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	if (!strcmp(name, "ccp"))
		ret = s->st->kvm.loaded ? -EBUSY : -ENOSYS;
	else
		ret = strcmp(name, "kvm_amd") ? -ENOENT : kvm_unload(s);
	return sim_leave(s, ret);
}

int sim_kexec_load(struct sim *s, const char *kernel, const char *initrd, const char *append)
{
	int ret = sim_enter(s, true);

	(void)kernel;
	(void)initrd;
	(void)append;
	if (ret)
		return ret;
	if (s->st->m.kexec_disabled || s->st->m.lockdown)
		return sim_leave(s, -EPERM);
	s->st->m.kexec_loaded = 1;
	sim_changed(s);
	return sim_leave(s, 0);
}

int sim_kexec_now(struct sim *s)
{
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	return sim_leave(s, s->st->m.kexec_loaded ? sim_kexec(s) : -EINVAL);
}
