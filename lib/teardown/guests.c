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
#define TICK_NS			(100 * 1000 * 1000ULL)

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

int guests_refuse(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests)
{
	unsigned int all = guests_alive(guests, 0);
	char names[640];
	int ret = name_guests(adm, run, guests, names, sizeof(names));

	if (ret)
		return ret;
	return core_fail(adm, SEVADM_BUSY, EBUSY,
			 "End them, or say --guests=stop (ends the VMMs) or "
			 "--guests=decommission (takes the guests from under them).",
			 "%u guest%s alive: %s", all, all == 1 ? " is" : "s are", names);
}

static int send_signal(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm,
		       int sig)
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

static bool ended(struct sevadm *adm, const struct host_vm *vm)
{
	return adm->host->ops->process_wait(adm->host, vm->handle, 0) == 1;
}

/*
 * A process is concerned that holds a guest, or is about to: /dev/sev beside a
 * VM.  guests->vms and adm->vms.list go side by side.
 */
static bool concerned(const struct sevadm_guests *guests, size_t i)
{
	return guests->vms[i].sev;
}

static int signal_all(struct sevadm *adm, struct sevadm_run *run,
		      const struct sevadm_guests *guests, int sig)
{
	for (size_t i = 0; i < guests->nr_vms; i++) {
		struct host_vm *vm = &adm->vms.list[i];
		bool stood;
		int ret;

		if (!concerned(guests, i) || ended(adm, vm))
			continue;
		stood = host_process_stopped(adm->host, vm->pid) == 1;
		if (sig == SIGSTOP && !stood)
			vm->frozen = true;
		ret = send_signal(adm, run, vm, sig);
		/* a stopped process does not hear SIGTERM before it goes on */
		if (!ret && sig == SIGTERM && stood)
			ret = send_signal(adm, run, vm, SIGCONT);
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
	for (;;) {
		uint64_t now = adm->host->ops->clock(adm->host);
		uint64_t left = deadline > now ? deadline - now : 0;
		int ret;

		/* in slices: who watches wants to see that it goes on */
		ret = adm->host->ops->process_wait(adm->host, vm->handle,
						   left < TICK_NS ? left : TICK_NS);
		if (ret != -EINTR && (ret || left <= TICK_NS))
			return ret;
		if (core_check_cancel(adm))
			return -ECANCELED;
	}
}

static int wait_all(struct sevadm *adm, const struct sevadm_guests *guests, uint64_t deadline)
{
	uint32_t ended_with = 0;	/* guests */

	for (size_t i = 0; i < guests->nr_vms; i++) {
		int ret;

		if (!concerned(guests, i))
			continue;
		ret = wait_one(adm, &adm->vms.list[i], deadline);
		if (ret != 1)
			return ret;
		ended_with += guests->vms[i].guests;
		core_phase_done(adm, ended_with);
	}
	return 1;
}

/* The guest of this id that a process held at the start; NULL for any other */
static const struct sevadm_guest *held_before(const struct sevadm_guests *guests, uint64_t id)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == id)
			return guests->guests[i].held ? &guests->guests[i] : NULL;
	return NULL;
}

/*
 * KVM decommissions when the last descriptor is closed, which can be after the
 * exit.  Leaked contexts are not waited for: nobody will come for them.
 */
static int wait_for_kvm(struct sevadm *adm, const struct sevadm_guests *guests)
{
	uint64_t deadline = adm->host->ops->clock(adm->host) + KILL_SECONDS * SECOND;

	if (!guests->has_list)
		return 0;
	for (;;) {
		const struct sevadm_guest *left = NULL;
		struct sev_dbg_guest *list;
		char text[160];
		size_t nr;
		int ret = request_guest_list(adm, &list, &nr);

		if (ret)
			return core_fail_errno(adm, -ret, "list the guests");
		for (size_t i = 0; i < nr && !left; i++)
			left = held_before(guests, list[i].id);
		free(list);
		if (!left)
			return 0;
		if (adm->host->ops->clock(adm->host) >= deadline)
			return core_fail(adm, SEVADM_BUSY, EBUSY,
					 "Look for another process that holds its VM; if there is "
					 "none, KVM could not decommission it, and the same command "
					 "again does.",
					 "the VMM of guest %s has ended, but KVM still holds it",
					 guest_text(left, text, sizeof(text)));
		ret = core_check_cancel(adm);
		if (ret)
			return ret;
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

/* A process with more VMs than guests were found for it, and what such a guest needs */
static bool may_run(const struct sevadm_vm *vm, const struct sevadm_guest *guest)
{
	bool more = !vm->guests || vm->guests < vm->vms;

	/* only an SNP guest has its memory in a descriptor of its own */
	return more && (guest->kind != SEVADM_GUEST_SNP || vm->gmem);
}

/*
 * A running guest that no process explains may be run by a process that was
 * handed the VM.
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

int guests_prove_unexplained(struct sevadm *adm, const struct sevadm_guests *guests)
{
	int ret = 0;

	for (size_t i = 0; i < guests->nr_guests && !ret; i++)
		if (guests->guests[i].state == SEVADM_GUEST_RUNNING && !guests->guests[i].held)
			ret = prove_one(adm, guests, &guests->guests[i]);
	return ret;
}

int guests_stop(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		unsigned int seconds)
{
	uint64_t now = adm->host->ops->clock(adm->host);
	int ret;

	ret = guests_prove_unexplained(adm, guests);
	if (!ret)
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
		if (ret == 1 || ended(adm, vm))
			return 0;
		if (ret < 0)
			return core_fail(adm, SEVADM_BUSY, -ret, "See that /proc shows the threads "
					 "of other users' processes (hidepid).",
					 "whether the threads of %s[%d] stopped cannot be seen: %s "
					 "(%s)", vm->comm, (int)vm->pid, strerror(-ret),
					 strerrorname_np(-ret));
		ret = core_check_cancel(adm);
		if (ret)
			return ret;
		if (adm->host->ops->clock(adm->host) >= deadline)
			return core_fail(adm, SEVADM_BUSY, EBUSY,
					 "Look at it: a thread in state D hangs in the kernel.",
					 "a thread of %s[%d] did not stop within %u seconds",
					 vm->comm, (int)vm->pid, FREEZE_SECONDS);
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

int guests_freeze(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests)
{
	int ret;

	ret = guests_prove_unexplained(adm, guests);
	if (!ret)
		ret = signal_all(adm, run, guests, SIGSTOP);
	for (size_t i = 0; i < guests->nr_vms && !ret; i++)
		if (concerned(guests, i))
			ret = wait_stopped(adm, &adm->vms.list[i]);
	return ret;
}

/* Does a process that holds this pid's VM have a guest that is gone? */
static bool lost_guest(const struct sevadm_guests *now, pid_t pid)
{
	for (size_t i = 0; i < now->nr_guests; i++)
		if (now->guests[i].pid == pid && now->guests[i].held &&
		    !guest_alive(&now->guests[i]))
			return true;
	return false;
}

void guests_thaw(struct sevadm *adm, struct sevadm_run *run)
{
	struct sevadm_guests now;
	/* without a list nobody can say who still has its guest: let none go on */
	bool known = !sevadm_guests_get(adm, &now, NULL);

	for (size_t i = 0; i < adm->vms.nr && known; i++) {
		struct host_vm *vm = &adm->vms.list[i];

		if (vm->frozen && !lost_guest(&now, vm->pid) && !send_signal(adm, run, vm, SIGCONT))
			vm->frozen = false;
	}
	if (known)
		sevadm_guests_free(&now);
}

/* Stopped by us, or left behind by an earlier run: anybody else's stop is not our affair */
static bool left_behind(struct sevadm *adm, const struct sevadm_guests *now,
			const struct host_vm *vm)
{
	return (vm->frozen || (now && lost_guest(now, vm->pid))) &&
	       host_process_stopped(adm->host, vm->pid) == 1 && !ended(adm, vm);
}

int guests_warn_frozen(struct sevadm *adm, struct sevadm_run *run)
{
	struct sevadm_guests now;
	bool known = !sevadm_guests_get(adm, &now, NULL), cut = false;
	struct sev_dbg_info info = { 0 };
	unsigned int frozen = 0;
	char pids[256] = "";

	for (size_t i = 0; i < adm->vms.nr; i++) {
		const struct host_vm *vm = &adm->vms.list[i];
		size_t used = strlen(pids);

		if (!left_behind(adm, known ? &now : NULL, vm))
			continue;
		frozen++;
		cut |= used + 16 > sizeof(pids);
		if (!cut)
			snprintf(pids + used, sizeof(pids) - used, " %d", (int)vm->pid);
	}
	if (known)
		sevadm_guests_free(&now);
	if (!frozen)
		return 0;
	/* with a dead secure processor teardown does not get as far as the VMMs */
	if (request_info(adm, &info))
		info.state = SEV_DBG_S_PSP_DEAD;
	return core_warn(adm, run, "%u VMM%s stopped (SIGSTOP):%s%s; end %s with `kill -KILL`%s",
			 frozen, frozen == 1 ? " is" : "s are", pids, cut ? " ..." : "",
			 frozen == 1 ? "it" : "them", info.state & SEV_DBG_S_PSP_DEAD ? "" :
			 ", or by `sevadm teardown --guests=stop`");
}
