// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests and the processes that hold them: named, counted, signalled.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/teardown/vmms.h"


char *guest_text(const struct sevadm_guest *guest, char *buf, size_t size)
{
	static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };

	snprintf(buf, size, "id %llu (%s, ASID %u, %s[%d]%s)", (unsigned long long)guest->id,
		 kinds[guest->kind], guest->asid, guest->comm, guest->pid,
		 guest->held ? "" : ", no such process any more");
	return buf;
}

unsigned int guests_alive(const struct sevadm_guests *guests, enum sevadm_guest_kind kind)
{
	unsigned int n = 0;

	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guest_alive(&guests->guests[i]) && (!kind || guests->guests[i].kind == kind))
			n++;
	return n;
}

/* Those that do not fit into one sentence get a warning each */
static int name_guests(struct sevadm *adm, struct sevadm_run *run,
		       const struct sevadm_guests *guests, char *names, size_t size)
{
	bool cut = false;

	names[0] = '\0';
	for (size_t i = 0; i < guests->nr_guests; i++) {
		size_t used = strlen(names);
		char text[160];
		int ret;

		if (!guest_alive(&guests->guests[i]))
			continue;
		guest_text(&guests->guests[i], text, sizeof(text));
		cut |= used + strlen(text) + 32 > size;
		if (!cut) {
			snprintf(names + used, size - used, "%s%s", used ? ", " : "", text);
			continue;
		}
		ret = core_warn(adm, run, "alive: %s", text);
		if (ret)
			return ret;
	}
	if (cut)
		snprintf(names + strlen(names), size - strlen(names), ", and those warned of");
	return 0;
}

int guests_refuse(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		  bool only)
{
	unsigned int all = guests_alive(guests, 0);
	char names[640];
	int ret = name_guests(adm, run, guests, names, sizeof(names));

	if (!ret)
		ret = guests_warn_standing(adm, run, guests);
	if (ret)
		return ret;
	if (only)
		return core_fail(adm, SEVADM_BUSY, EBUSY,
				 "What was asked for is done. Name them with --only, too, or leave "
				 "it out, to go on.",
				 "%u guest%s that %s not named %s alive: %s", all,
				 all == 1 ? "" : "s", all == 1 ? "was" : "were",
				 all == 1 ? "is" : "are", names);
	return core_fail(adm, SEVADM_BUSY, EBUSY,
			 "End them, or say --guests=stop (ends the VMMs) or "
			 "--guests=decommission (takes the guests from under them).",
			 "%u guest%s alive: %s", all, all == 1 ? " is" : "s are", names);
}

int vmm_signal(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm, int sig)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = sig == SIGTERM ? "SIGTERM" : sig == SIGKILL ? "SIGKILL" :
			   sig == SIGSTOP ? "SIGSTOP" : "SIGCONT",
		.has_pid = true,
		.pid = vm->pid,
		.count = 1,
	};
	int ret = adm->host->ops->process_signal(adm->host, vm->handle, sig), added;
	char what[128];

	if (ret == -ESRCH)
		ret = 0;	/* it ended by itself meanwhile */
	step.err = -ret;
	added = core_step_add(adm, run, &step);
	if (!ret)
		return added;
	snprintf(what, sizeof(what), "send %s to %.64s[%d]", step.command, vm->comm, (int)vm->pid);
	return core_fail_errno(adm, -ret, what);
}

bool vmm_ended(struct sevadm *adm, const struct host_vm *vm)
{
	return adm->host->ops->process_wait(adm->host, vm->handle, 0) == 1;
}

bool vmm_stands(struct sevadm *adm, struct host_vm *vm)
{
	const struct host_unit *unit = host_vm_unit(adm->host, vm);

	return host_process_stopped(adm->host, vm->pid) == 1 ||
	       (unit->cgroup[0] && host_cgroup_asked(adm->host, unit->cgroup) == 1);
}

/* A process with more VMs than guests were found for it, and what such a guest needs */
static bool may_run(const struct sevadm_vm *vm, const struct sevadm_guest *guest)
{
	bool more = !vm->guests || vm->guests < vm->vms;

	/* only an SNP guest has its memory in a descriptor of its own */
	return more && (guest->kind != SEVADM_GUEST_SNP || vm->gmem);
}

/*
 * A guest that no process explains may be run by a process that was handed the
 * VM, or be launched by it.
 */
static int prove_one(struct sevadm *adm, const struct sevadm_guests *guests,
		     const struct sevadm_guest *lost)
{
	char text[160];

	guest_text(lost, text, sizeof(text));
	if (guests->hidden)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "Run it as root, with CAP_SYS_PTRACE.",
				 "%s: %zu processes could not be looked into, and one of them may "
				 "run it", text, guests->hidden);
	for (size_t i = 0; i < guests->nr_vms; i++)
		if (may_run(&guests->vms[i], lost))
			return core_fail(adm, SEVADM_BUSY, EBUSY, "End that process first.",
					 "%s may be run by %s[%d], which holds a VM that no guest "
					 "explains", text, guests->vms[i].comm,
					 guests->vms[i].pid);
	return 0;
}

/* Made since the processes were looked at: nobody knows who runs it */
static int prove_old(struct sevadm *adm, const struct sevadm_guest *guest)
{
	char text[160];

	if (!adm->surveyed_ns || guest->created_ns < adm->surveyed_ns)
		return 0;
	return core_fail(adm, SEVADM_BUSY, EBUSY, "Stop what starts VMs on this host, and run the same "
			 "command again.", "guest %s was started just now, after this host's processes "
			 "were looked at", guest_text(guest, text, sizeof(text)));
}

int guests_prove_unexplained(struct sevadm *adm, const struct sevadm_guests *guests)
{
	int ret = 0;

	for (size_t i = 0; i < guests->nr_guests && !ret; i++)
		if (guest_alive(&guests->guests[i]))
			ret = prove_old(adm, &guests->guests[i]);

	for (size_t i = 0; i < guests->nr_guests && !ret; i++)
		if (guest_alive(&guests->guests[i]) && !guests->guests[i].held)
			ret = prove_one(adm, guests, &guests->guests[i]);
	return ret;
}
