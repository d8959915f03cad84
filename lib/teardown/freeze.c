// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMMs that must not, or cannot, be ended now are made to stand still: with their
 * cgroup where they have one to themselves, else with SIGSTOP.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/teardown/vmms.h"
#include "lib/util/text.h"

int vmm_freeze(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm, bool freeze)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = freeze ? "FREEZE" : "THAW",
		.has_pid = true,
		.pid = vm->pid,
		.count = 1,
	};
	int ret = host_cgroup_freeze(adm->host, vm->unit.cgroup, freeze), added;

	/* systemd has taken its cgroup away already: it ended */
	if (ret == -ENOENT && vmm_ended(adm, vm))
		ret = 0;
	step.err = -ret;
	added = core_step_add(adm, run, &step);
	return ret ? ret : added;
}

/*
 * The freezer stops vCPUs in the kernel and cannot be undone by a SIGCONT from
 * elsewhere; but it takes along whatever else is in the cgroup.
 */
static int freeze_one(struct sevadm *adm, struct sevadm_run *run, struct host_vm *vm)
{
	const struct host_unit *unit = host_vm_unit(adm->host, vm);

	/* by somebody else: not ours to thaw */
	if (unit->cgroup[0] && host_cgroup_asked(adm->host, unit->cgroup) == 1)
		return 0;
	if (unit->cgroup[0]) {
		vm->cgroup_frozen = true;
		if (!vmm_freeze(adm, run, vm, true))
			return 0;
		vm->cgroup_frozen = false;
	}
	if (host_process_stopped(adm->host, vm->pid) != 1)
		vm->frozen = true;
	return vmm_signal(adm, run, vm, SIGSTOP);
}

/* 1, 0 or -errno: is no thread of it inside the guest, and will none go there? */
static int stands_still(struct sevadm *adm, const struct host_vm *vm)
{
	/* frozen tasks show as S or D: only the cgroup itself knows */
	if (vm->unit.cgroup[0] && host_cgroup_frozen(adm->host, vm->unit.cgroup) == 1)
		return 1;
	if (vm->cgroup_frozen)
		return 0;
	return host_process_stopped(adm->host, vm->pid);
}

static int wait_stopped(struct sevadm *adm, const struct host_vm *vm)
{
	uint64_t deadline = adm->host->ops->clock(adm->host) + FREEZE_SECONDS * SECOND;
	int ret;

	for (;;) {
		ret = stands_still(adm, vm);
		if (ret == 1 || vmm_ended(adm, vm))
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
					 "a thread of %s[%d] did not %s within %u seconds",
					 vm->comm, (int)vm->pid, vm->cgroup_frozen ? "freeze" :
					 "stop", FREEZE_SECONDS);
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

int guests_freeze(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests)
{
	int ret;

	ret = guests_prove_unexplained(adm, guests);
	for (size_t i = 0; i < guests->nr_vms && !ret; i++) {
		if (!vmm_concerned(guests, i) || vmm_ended(adm, &adm->vms.list[i]))
			continue;
		ret = freeze_one(adm, run, &adm->vms.list[i]);
		if (!ret)
			ret = core_check_cancel(adm);
	}
	for (size_t i = 0; i < guests->nr_vms && !ret; i++)
		if (vmm_concerned(guests, i))
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

		if (lost_guest(&now, vm->pid))
			continue;
		if (vm->cgroup_frozen && !vmm_freeze(adm, run, vm, false))
			vm->cgroup_frozen = false;
		if (vm->frozen && !vmm_signal(adm, run, vm, SIGCONT))
			vm->frozen = false;
	}
	if (known)
		sevadm_guests_free(&now);
}

/* By us, or left behind by an earlier run: anybody else's stop is not our affair */
static bool left_behind(struct sevadm *adm, const struct sevadm_guests *now,
			const struct host_vm *vm)
{
	return (vm->frozen || vm->cgroup_frozen || (now && lost_guest(now, vm->pid))) &&
	       !vmm_ended(adm, vm);
}

/*
 * A guest that is alive under a VMM that stands still: whoever did that, a teardown
 * that was killed perhaps, the guest does not run, and nobody may notice
 */
int guests_warn_standing(struct sevadm *adm, struct sevadm_run *run,
			 const struct sevadm_guests *guests)
{
	char cgroup[sizeof(((struct host_unit *)0)->cgroup) * 2];
	int ret = 0;

	for (size_t i = 0; i < guests->nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &guests->guests[i];

		for (size_t j = 0; j < adm->vms.nr && guest->held && guest_alive(guest); j++) {
			struct host_vm *vm = &adm->vms.list[j];

			if (vm->pid != guest->pid || !vmm_stands(adm, vm))
				continue;
			if (host_process_stopped(adm->host, vm->pid) == 1) {
				ret = core_warn(adm, run, "the VMM of guest %llu is stopped; "
						"`kill -CONT %d` lets it go on",
						(unsigned long long)guest->id, (int)vm->pid);
				break;
			}
			text_escape(vm->unit.cgroup, cgroup, sizeof(cgroup));
			ret = core_warn(adm, run, "the VMM of guest %llu is frozen; `echo 0 >'"
					HOST_CGROUP "%s/cgroup.freeze'` lets it go on",
					(unsigned long long)guest->id, cgroup);
			break;
		}
	}
	return ret;
}

static int warn_stopped(struct sevadm *adm, struct sevadm_run *run, unsigned int stopped,
			const char *pids, const char *or_teardown)
{
	if (!stopped)
		return 0;
	return core_warn(adm, run, "%u VMM%s stopped (SIGSTOP):%s; end %s with `kill -KILL`%s",
			 stopped, stopped == 1 ? " is" : "s are", pids,
			 stopped == 1 ? "it" : "them", or_teardown);
}

/* Each has a cgroup of its own to be named */
static int warn_frozen(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm,
		       const char *or_teardown)
{
	char cgroup[sizeof(vm->unit.cgroup) * 2];

	text_escape(vm->unit.cgroup, cgroup, sizeof(cgroup));
	return core_warn(adm, run, "VMM %d is frozen; end it with `echo 1 >'" HOST_CGROUP
			 "%s/cgroup.kill'`%s", (int)vm->pid, cgroup, or_teardown);
}

int guests_warn_frozen(struct sevadm *adm, struct sevadm_run *run)
{
	const char *or_teardown = ", or by `sevadm teardown --guests=stop`";
	struct sevadm_guests now;
	bool known = !sevadm_guests_get(adm, &now, NULL);
	struct sev_dbg_info info = { 0 };
	unsigned int stopped = 0;
	char pids[256] = "";
	int ret = 0;

	/* with a dead secure processor teardown does not get as far as the VMMs */
	if (request_info(adm, &info) || info.state & SEV_DBG_S_PSP_DEAD)
		or_teardown = "";
	for (size_t i = 0; i < adm->vms.nr && !ret; i++) {
		struct host_vm *vm = &adm->vms.list[i];
		size_t used = strlen(pids);

		if (!left_behind(adm, known ? &now : NULL, vm))
			continue;
		if (host_vm_unit(adm->host, vm)->cgroup[0] &&
		    host_cgroup_asked(adm->host, vm->unit.cgroup) == 1)
			ret = warn_frozen(adm, run, vm, or_teardown);
		else if (host_process_stopped(adm->host, vm->pid) == 1) {
			snprintf(pids + used, sizeof(pids) - used, " %d", (int)vm->pid);
			/* twenty in a sentence */
			if (++stopped == 20) {
				ret = warn_stopped(adm, run, stopped, pids, or_teardown);
				stopped = 0;
				pids[0] = '\0';
			}
		}
	}
	if (known)
		sevadm_guests_free(&now);
	return ret ? ret : warn_stopped(adm, run, stopped, pids, or_teardown);
}
