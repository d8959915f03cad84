// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the simulated machine that others ask to do something, and the
 * system calls behind some of them: modprobe(8), systemctl(1), virsh(1),
 * delete_module(2), kexec_file_load(2), reboot(2).  What they say is what the real
 * ones say.
 */
#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

#define STOP_NS		(90 * SIM_SEC)	/* DefaultTimeoutStopSec= */
#define DESTROY_NS	(10 * SIM_SEC)	/* libvirt's patience after SIGTERM */
#define ACPI_NS		(4 * SIM_SEC)	/* a guest shuts down */

struct said {
	char *buf;
	size_t size;
};

static int says(const struct said *said, int exit_status, const char *text, const char *what)
{
	snprintf(said->buf, said->size, text, what);
	return exit_status;
}

/* SIGTERM, SIGCONT, and SIGKILL when the time is up */
static void stop_proc(struct sim *s, struct sim_proc *p, uint64_t patience)
{
	pid_t pid = p->pid;

	proc_freeze(s, p, false);
	proc_signal(s, p, SIGTERM);
	proc_signal(s, p, SIGCONT);
	proc_run_until(s, s->st->m.clock_ns + patience, pid);
	p = proc_find(s, pid);
	if (!p)
		return;
	proc_signal(s, p, SIGKILL);
	proc_run_until(s, s->st->m.clock_ns + patience, pid);
}

/* The same, by systemd in its own time: what is frozen or stopped stays it until then */
static void stop_later(struct sim *s, struct sim_proc *p)
{
	proc_signal(s, p, SIGTERM);
	proc_signal(s, p, SIGCONT);
	if (!p->exit_at_ns && !p->killed)
		p->exit_at_ns = s->st->m.clock_ns + STOP_NS;
	sim_changed(s);
}

/* Every service and scope is stopped before the jump */
static int systemctl_kexec(struct sim *s, const struct said *said)
{
	if (!s->st->m.kexec_loaded)
		return says(said, 1, "No kexec kernel loaded and autodetection failed.", NULL);
	for (uint32_t i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->proc[i].used)
			stop_proc(s, &s->st->proc[i], STOP_NS);
	return sim_kexec(s);
}

static int systemctl_stop(struct sim *s, const char *const *argv, const struct said *said)
{
	bool block = true;
	struct sim_proc *p;
	uint32_t i;

	for (; *argv && !strncmp(*argv, "--", 2); argv++)
		block &= strcmp(*argv, "--no-block") != 0;
	if (!*argv || argv[1])
		return says(said, 1, "Too few arguments.", NULL);
	p = sim_unit_proc(s, *argv);
	if (p && p->unit == SIM_UNIT_LEFT)
		return 0;
	if (p && block)
		stop_proc(s, p, STOP_NS);
	else if (p)
		stop_later(s, p);
	else if (strcmp(*argv, SIM_SESSION))
		return says(said, 5, "Failed to stop %s: Unit not loaded.", *argv);
	for (i = 0; i < SIM_MAX_VMS && !p; i++)
		if (s->st->proc[i].used && s->st->proc[i].unit == SIM_UNIT_SESSION)
			stop_later(s, &s->st->proc[i]);
	return 0;
}

/* Of what it can tell: how a unit's processes are ended.  One that is not there has defaults */
static int systemctl_show(struct sim *s, const char *const *argv, const struct said *said)
{
	struct sim_proc *p;

	if (!argv[0] || strcmp(argv[0], "--property=KillMode") || !argv[1] ||
	    strcmp(argv[1], "--value") || !argv[2] || argv[3])
		return says(said, 1, "Unknown option.", NULL);
	p = sim_unit_proc(s, argv[2]);
	return says(said, 0, p && p->unit == SIM_UNIT_LEFT ? "none" : "control-group", NULL);
}

static int systemctl(struct sim *s, const char *const *argv, const struct said *said)
{
	const char *verb = argv[1] ? argv[1] : "";

	if (!strcmp(verb, "kexec") && !argv[2])
		return systemctl_kexec(s, said);
	if (!strcmp(verb, "is-active") && argv[2] && !argv[3]) {
		bool active = sim_unit_proc(s, argv[2]);

		return says(said, active ? 0 : 3, active ? "active" : "inactive", NULL);
	}
	if (!strcmp(verb, "show"))
		return systemctl_show(s, argv + 2, said);
	if (!strcmp(verb, "stop"))
		return systemctl_stop(s, argv + 2, said);
	return says(said, 1, "Unknown command verb %s.", verb);
}

/* An ACPI request: the guest does as it likes, and one that stands still cannot be asked */
static int virsh_shutdown(struct sim *s, struct sim_proc *p, const struct said *said)
{
	char domain[32];

	sim_domain(s, p, domain, sizeof(domain));
	if (p->stopped || p->frozen)
		return says(said, 1, "error: Failed to shutdown domain '%s'", domain);
	if (!p->stubborn && !p->exit_at_ns && !p->killed)
		p->exit_at_ns = s->st->m.clock_ns + ACPI_NS;
	sim_changed(s);
	return says(said, 0, "Domain '%s' is being shutdown", domain);
}

static int virsh(struct sim *s, const char *const *argv, const struct said *said)
{
	struct sim_proc *p;

	if (!argv[1] || strcmp(argv[1], "-c") || !argv[2] || !argv[3] || !argv[4] || argv[5])
		return says(said, 1, "error: command syntax", NULL);
	if (strcmp(argv[2], "qemu:///system"))
		return says(said, 1, "error: failed to connect to the hypervisor", NULL);
	p = sim_domain_proc(s, argv[4]);
	if (!p)
		return says(said, 1, "error: failed to get domain '%s'", argv[4]);
	if (!strcmp(argv[3], "shutdown"))
		return virsh_shutdown(s, p, said);
	if (strcmp(argv[3], "destroy"))
		return says(said, 1, "error: unknown command: '%s'", argv[3]);
	stop_proc(s, p, DESTROY_NS);
	return says(said, 0, "Domain '%s' destroyed", argv[4]);
}

static int modprobe(struct sim *s, const char *const *argv, const struct said *said)
{
	if (!argv[1] || strcmp(argv[1], "kvm_amd") || argv[2])
		return says(said, 1, "modprobe: FATAL: Module %s not found.", argv[1] ? argv[1] : "");
	kvm_load(s);		/* one that is loaded already is no failure */
	return 0;
}

static int run_if(struct sim *s, uint32_t state,
		  int (*program)(struct sim *s, const char *const *argv, const struct said *said),
		  const char *const *argv, const struct said *said, const char *complaint)
{
	if (state == SIM_PROGRAM_MISSING)
		return -ENOENT;
	if (state == SIM_PROGRAM_FAILS)
		return says(said, 1, "%s", complaint);
	return program(s, argv, said);
}

/* The last line that the kernel's own log still has and that matches; else what it has lost */
static int journal_grep(struct sim *s, const regex_t *pattern, const struct said *said)
{
	const struct sim_machine *m = &s->st->m;
	const struct {
		const char *text;
		bool happened;
	} lost[] = {
		{ "SNP IOMMU shutdown failed", s->st->ccp.iommu_failed },
		{ "Leaking PFN range", s->st->mem.leaked },
		{ "Linux version", true },
	};

	for (uint64_t n = 0; n < m->klog_count && n < SIM_KLOG_LINES; n++) {
		const char *line = m->klog[(m->klog_count - 1 - n) % SIM_KLOG_LINES];

		if (!regexec(pattern, line, 0, NULL, 0))
			return says(said, 0, "kernel: %s", strstr(line, "] ") ?
				    strstr(line, "] ") + 2 : line);
	}
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++)
		if (lost[i].happened && !regexec(pattern, lost[i].text, 0, NULL, 0))
			return says(said, 0, "kernel: %s", lost[i].text);
	return 1;
}

static int journalctl(struct sim *s, const char *const *argv, const struct said *said)
{
	regex_t pattern;
	int ret;

	while (argv[1])
		argv++;
	if (strncmp(*argv, "--grep=", 7) || regcomp(&pattern, *argv + 7, REG_EXTENDED | REG_NOSUB))
		return says(said, 1, "journalctl: unrecognized option '%s'", *argv);
	ret = journal_grep(s, &pattern, said);
	regfree(&pattern);
	return ret;
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
		ret = run_if(s, s->st->m.systemctl, systemctl, argv, &said,
			     "Failed to connect to bus: Connection refused");
	else if (!strcmp(argv[0], "journalctl"))
		ret = journalctl(s, argv, &said);
	else if (!strcmp(argv[0], "virsh"))
		ret = run_if(s, s->st->m.virsh, virsh, argv, &said,
			     "error: failed to connect to the hypervisor");
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

int sim_kexec_unload(struct sim *s)
{
	int ret = sim_enter(s, true);

	if (ret)
		return ret;
	s->st->m.kexec_loaded = 0;
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
