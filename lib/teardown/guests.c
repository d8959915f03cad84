// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What teardown does to the processes that hold guests.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/teardown/teardown.h"

#define SECOND			1000000000ULL
#define KILL_SECONDS		10	/* exit of a large VM after SIGKILL */
#define FREEZE_SECONDS		5
#define POLL_NS			(10 * 1000 * 1000ULL)

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

int guests_refuse(struct sevadm *adm, const struct sevadm_guests *guests)
{
	char names[640] = "";
	unsigned int left = guests_alive(guests, 0), all = left;

	for (size_t i = 0; i < guests->nr_guests; i++) {
		size_t used = strlen(names);
		char text[160];

		if (!guest_alive(&guests->guests[i]))
			continue;
		guest_text(&guests->guests[i], text, sizeof(text));
		if (used + strlen(text) + 32 > sizeof(names)) {
			snprintf(names + used, sizeof(names) - used, " and %u more", left);
			break;
		}
		snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", text);
		left--;
	}
	return core_fail(adm, SEVADM_BUSY, EBUSY,
			 "End them, or say --guests=stop (ends the VMMs) or "
			 "--guests=decommission (takes the guests from under them).",
			 "%u guest%s running: %s", all, all == 1 ? " is" : "s are", names);
}

/* A process that holds a guest, or is about to: it has /dev/sev open beside a VM */
static bool concerned(const struct sevadm_guests *guests, const struct host_vm *vm)
{
	if (vm->sev)
		return true;
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guest_alive(&guests->guests[i]) && guests->guests[i].pid == vm->pid)
			return true;
	return false;
}

static int send(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm, int sig)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = sig == SIGTERM ? "SIGTERM" : sig == SIGKILL ? "SIGKILL" :
			   sig == SIGSTOP ? "SIGSTOP" : "SIGCONT",
		.has_pid = true,
		.pid = vm->pid,
		.count = 1,
	};
	int ret = vm->handle < 0 ? vm->handle :
		  adm->host->ops->process_signal(adm->host, vm->handle, sig), added;
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

static int signal_all(struct sevadm *adm, struct sevadm_run *run,
		      const struct sevadm_guests *guests, int sig)
{
	for (size_t i = 0; i < adm->vms.nr; i++) {
		const struct host_vm *vm = &adm->vms.list[i];
		int ret;

		if (!concerned(guests, vm))
			continue;
		if (vm->handle >= 0 && adm->host->ops->process_wait(adm->host, vm->handle, 0) == 1)
			continue;
		ret = send(adm, run, vm, sig);
		if (!ret)
			ret = core_check_cancel(adm);
		if (ret)
			return ret;
	}
	return 0;
}

/* 1 when it has ended, 0 when not by @deadline, or -errno; a signal only asks whether to go on */
static int wait_one(struct sevadm *adm, const struct host_vm *vm, uint64_t deadline)
{
	int ret;

	do {
		uint64_t now = adm->host->ops->clock(adm->host);

		ret = adm->host->ops->process_wait(adm->host, vm->handle,
						   deadline > now ? deadline - now : 0);
	} while (ret == -EINTR && !core_check_cancel(adm));
	return ret == -EINTR ? -ECANCELED : ret;
}

static int wait_all(struct sevadm *adm, const struct sevadm_guests *guests, uint64_t deadline)
{
	for (size_t i = 0; i < adm->vms.nr; i++) {
		int ret;

		if (!concerned(guests, &adm->vms.list[i]))
			continue;
		ret = wait_one(adm, &adm->vms.list[i], deadline);
		if (ret != 1)
			return ret;
	}
	return 1;
}

static bool held_before(const struct sevadm_guests *guests, uint64_t id)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == id)
			return guests->guests[i].held;
	return false;
}

/*
 * KVM decommissions when the last descriptor is closed, which can be after the
 * exit.  Leaked contexts are not waited for: nobody will come for them.
 */
static int wait_for_kvm(struct sevadm *adm, const struct sevadm_guests *guests)
{
	uint64_t deadline = adm->host->ops->clock(adm->host) + KILL_SECONDS * SECOND;

	for (;;) {
		struct sev_dbg_guest *list;
		bool waiting = false;
		size_t nr;
		int ret = request_guest_list(adm, &list, &nr);

		if (ret)
			return core_fail_errno(adm, -ret, "list the guests");
		for (size_t i = 0; i < nr; i++)
			waiting |= held_before(guests, list[i].id);
		free(list);
		if (!waiting || adm->host->ops->clock(adm->host) >= deadline)
			return 0;
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

int guests_stop(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		unsigned int seconds)
{
	uint64_t now = adm->host->ops->clock(adm->host);
	int ret;

	ret = signal_all(adm, run, guests, SIGTERM);
	if (ret)
		return ret;
	ret = wait_all(adm, guests, now + seconds * SECOND);
	if (!ret) {
		ret = signal_all(adm, run, guests, SIGKILL);
		if (ret)
			return ret;
		now = adm->host->ops->clock(adm->host);
		ret = wait_all(adm, guests, now + KILL_SECONDS * SECOND);
	}
	if (ret < 0)
		return core_fail_errno(adm, -ret, "wait for VMMs to end");
	if (!ret)
		return core_fail(adm, SEVADM_BUSY, EBUSY,
				 "Look at them: a process in state D hangs in the kernel.",
				 "VMMs have not ended %u seconds after SIGKILL", KILL_SECONDS);
	return wait_for_kvm(adm, guests);
}

static int wait_stopped(struct sevadm *adm, const struct host_vm *vm)
{
	uint64_t deadline = adm->host->ops->clock(adm->host) + FREEZE_SECONDS * SECOND;
	int ret;

	for (;;) {
		ret = host_process_stopped(adm->host, vm->pid);
		if (ret == 1 || ret == -ENOENT || ret == -ESRCH)
			return 0;
		if (ret < 0)
			return core_fail_errno(adm, -ret, "look whether a VMM's threads stopped");
		if (adm->host->ops->clock(adm->host) >= deadline)
			return core_fail(adm, SEVADM_BUSY, EBUSY,
					 "Look at it: a thread in state D hangs in the kernel.",
					 "a thread of %s[%d] did not stop within %u seconds",
					 vm->comm, (int)vm->pid, FREEZE_SECONDS);
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

/*
 * A running guest that no process explains may be run by a process that was
 * handed the VM.  Such a process holds guest memory and explains no guest.
 */
static int prove_unexplained(struct sevadm *adm, const struct sevadm_guests *guests)
{
	const struct sevadm_guest *lost = NULL;
	char text[160];

	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].state == SEVADM_GUEST_RUNNING && !guests->guests[i].held)
			lost = &guests->guests[i];
	if (!lost)
		return 0;
	guest_text(lost, text, sizeof(text));
	if (adm->vms.hidden)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "Run it as root, with CAP_SYS_PTRACE.",
				 "%s: there are processes that could not be looked into", text);
	for (size_t i = 0; i < guests->nr_vms; i++)
		if (guests->vms[i].gmem && !guests->vms[i].guests)
			return core_fail(adm, SEVADM_BUSY, EBUSY, "End that process first.",
					 "%s may be run by %s[%d], which holds guest memory", text,
					 guests->vms[i].comm, guests->vms[i].pid);
	return 0;
}

void guests_thaw(struct sevadm *adm, struct sevadm_run *run)
{
	struct sevadm_guests now;

	/* without a list nobody can say which of them still has its guest */
	if (sevadm_guests_get(adm, &now, NULL))
		return;
	for (size_t i = 0; i < adm->vms.nr; i++) {
		const struct host_vm *vm = &adm->vms.list[i];
		bool lost = false;

		for (size_t j = 0; j < now.nr_guests; j++)
			lost |= now.guests[j].pid == vm->pid && !guest_alive(&now.guests[j]);
		if (concerned(&now, vm) && !lost)
			send(adm, run, vm, SIGCONT);
	}
	sevadm_guests_free(&now);
}

int guests_freeze(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests)
{
	int ret;

	ret = prove_unexplained(adm, guests);
	if (ret)
		return ret;
	ret = signal_all(adm, run, guests, SIGSTOP);
	for (size_t i = 0; i < adm->vms.nr && !ret; i++)
		if (concerned(guests, &adm->vms.list[i]))
			ret = wait_stopped(adm, &adm->vms.list[i]);
	if (ret)
		guests_thaw(adm, run);
	return ret;
}

int guests_warn_frozen(struct sevadm *adm, struct sevadm_run *run,
		       const struct sevadm_guests *guests)
{
	unsigned int frozen = 0;
	char pids[256] = "";

	for (size_t i = 0; i < adm->vms.nr; i++) {
		size_t used = strlen(pids);

		if (!concerned(guests, &adm->vms.list[i]))
			continue;
		frozen++;
		if (used + 24 < sizeof(pids))
			snprintf(pids + used, sizeof(pids) - used, " %d",
				 (int)adm->vms.list[i].pid);
	}
	if (!frozen)
		return 0;
	return core_warn(adm, run, "%u VMM%s stand%s still, without a guest: end %s with "
			 "`kill -KILL%s%s`", frozen, frozen == 1 ? "" : "s", frozen == 1 ? "s" : "",
			 frozen == 1 ? "it" : "them", pids,
			 strlen(pids) + 24 >= sizeof(pids) ? " ..." : "");
}
