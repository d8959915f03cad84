// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMMs are ended: by who manages them where somebody does, else by signals; and
 * KVM is given the time to decommission their guests.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/teardown/vmms.h"
#include "lib/util/text.h"

/**
 * struct stop - ending the VMMs
 * @seconds:	for all of them together, from @begin on
 * @broken:	this manager's program is not there, or does not answer: not asked again
 */
struct stop {
	struct sevadm *adm;
	struct sevadm_run *run;
	const struct sevadm_guests *guests;
	uint64_t begin;
	unsigned int seconds;
	bool broken[HOST_UNIT_LIBVIRT + 1];
};

static uint64_t now(const struct stop *stop)
{
	return stop->adm->host->ops->clock(stop->adm->host);
}

/* ------------------------------------------------------------------ who manages it */

/* The end of a program that was run, as a step: 0, or what is to be warned of */
static int record(struct stop *stop, const struct host_vm *vm, const char *command,
		  const char *target, int ret, const char *said)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = command,
		.has_pid = true,
		.pid = vm->pid,
		.count = 1,
		.err = ret < 0 ? -ret : ret ? EIO : 0,
	};
	char text[256], name[256];

	text_escape(said, text, sizeof(text));
	text_escape(target, name, sizeof(name));
	if (ret < 0)
		step.reason = core_text(stop->run, "%s: %s", name, ret == -ENOENT ?
					"there is no such program" : strerror(-ret));
	else
		step.reason = core_text(stop->run, "%s: exit status %d%s%s", name, ret,
					ret && text[0] ? ": " : "", ret ? text : "");
	if (!step.reason)
		return core_fail_errno(stop->adm, ENOMEM, "record of steps");
	return core_step_add(stop->adm, stop->run, &step);
}

static int run(struct stop *stop, const char *const *words, uint64_t timeout, char *said,
	       size_t size)
{
	uint64_t at = now(stop), until = core_until(stop->adm, at + timeout);

	said[0] = '\0';
	return stop->adm->host->ops->run(stop->adm->host, words, until > at ? until - at : 0, said,
					 size);
}

/* What came of @command.  1: it took it, 0: it did not, which was warned of; or -errno */
static int judge(struct stop *stop, const struct host_vm *vm, const char *command,
		 const char *target, int ret, const char *said)
{
	int failed = record(stop, vm, command, target, ret, said);

	if (!failed)
		failed = core_check_cancel(stop->adm);
	if (failed || !ret)
		return failed ? failed : 1;
	if (ret == -ENOENT || ret == -ETIMEDOUT)
		stop->broken[vm->unit.kind] = true;
	failed = core_warn(stop->adm, stop->run, "%s for %s[%d] failed (%s): it is sent a signal",
			   command, vm->comm, (int)vm->pid,
			   stop->run->steps[stop->run->nr_steps - 1].reason);
	return failed;
}

/* What was asked of it is not broken off half way; nothing comes after it, though */
static int ask(struct stop *stop, const struct host_vm *vm, const char *command,
	       const char *target, const char *const *words, uint64_t timeout)
{
	char said[256];
	sigset_t saved;
	int ret;

	core_stops_hold(&saved);
	ret = run(stop, words, timeout, said, sizeof(said));
	core_stops_release(&saved);
	return judge(stop, vm, command, target, ret, said);
}

/*
 * A service that dies of our signal may be started again by systemd; one that
 * systemd was told to stop is not.  --no-block: it is the process that is waited
 * for, all of them at once.
 */
static int ask_systemd(struct stop *stop, const struct host_vm *vm)
{
	const char *const unit = vm->unit.name;
	const char *const show[] = {
		"systemctl", "show", "--property=KillMode", "--value", unit, NULL,
	};
	const char *const words[] = { "systemctl", "stop", "--no-block", unit, NULL };
	char said[256];
	int ret;

	/* asked first: a unit that was made for once is forgotten when it is stopped */
	ret = run(stop, show, PROGRAM_SECONDS * SECOND, said, sizeof(said));
	if (ret < 0)
		return judge(stop, vm, "systemctl show", unit, ret, said);
	ret = ask(stop, vm, "systemctl stop", unit, words, PROGRAM_SECONDS * SECOND);
	/* systemd ends such a service, and leaves its processes to themselves */
	return ret == 1 && !strcmp(said, "none") ? 0 : ret;
}

/*
 * An ACPI request, so that the guest can bring its file systems in order: it has
 * the seconds that were granted, then `virsh destroy` follows.  SIGTERM to QEMU,
 * as `destroy --graceful` sends, pulls the plug at once.
 */
static int ask_libvirt(struct stop *stop, const struct host_vm *vm, bool destroy, uint64_t timeout)
{
	const char *const words[] = {
		"virsh", "-c", "qemu:///system", destroy ? "destroy" : "shutdown", vm->unit.domain,
		NULL,
	};

	return ask(stop, vm, destroy ? "virsh destroy" : "virsh shutdown", vm->unit.domain, words,
		   timeout);
}

/* ------------------------------------------------------------------------- one VMM */

/* What stands still hears nothing before it goes on */
static int let_go_on(struct stop *stop, struct host_vm *vm)
{
	const struct host_unit *unit = host_vm_unit(stop->adm->host, vm);
	int ret = 0;

	if (host_process_stopped(stop->adm->host, vm->pid) == 1)
		ret = vmm_signal(stop->adm, stop->run, vm, SIGCONT);
	if (ret || !unit->cgroup[0] || host_cgroup_asked(stop->adm->host, unit->cgroup) != 1)
		return ret;
	ret = vmm_freeze(stop->adm, stop->run, vm, false);
	/* SIGKILL will reach it frozen, too */
	return ret == -ECANCELED ? ret : 0;
}

static int stop_one(struct stop *stop, struct host_vm *vm)
{
	const struct host_unit *unit = host_vm_unit(stop->adm->host, vm);
	bool stands = vmm_stands(stop->adm, vm);
	int ret = 0;

	if (unit->kind == HOST_UNIT_SERVICE && !stop->broken[unit->kind])
		ret = ask_systemd(stop, vm);
	/* who stands still answers no monitor, and its guest no ACPI */
	else if (unit->kind == HOST_UNIT_LIBVIRT && !stop->broken[unit->kind] && !stands &&
		 stop->seconds)
		ret = ask_libvirt(stop, vm, false, PROGRAM_SECONDS * SECOND);
	if (!ret)
		ret = vmm_signal(stop->adm, stop->run, vm, SIGTERM);
	if (ret >= 0 && stands)
		ret = let_go_on(stop, vm);
	return ret < 0 ? ret : core_check_cancel(stop->adm);
}

static int for_each(struct stop *stop, int (*fn)(struct stop *stop, struct host_vm *vm))
{
	for (size_t i = 0; i < stop->guests->nr_vms; i++) {
		struct host_vm *vm = &stop->adm->vms.list[i];
		int ret;

		if (!vmm_concerned(stop->guests, i) || vmm_ended(stop->adm, vm))
			continue;
		ret = fn(stop, vm);
		if (ret)
			return ret;
	}
	return 0;
}

/* The time is up: those that nobody manages, first, for it takes them time, too */
static int kill_plain(struct stop *stop, struct host_vm *vm)
{
	if (vm->unit.kind == HOST_UNIT_LIBVIRT && !stop->broken[HOST_UNIT_LIBVIRT])
		return 0;
	return vmm_signal(stop->adm, stop->run, vm, SIGKILL) ?: core_check_cancel(stop->adm);
}

/* libvirt's own SIGTERM and SIGKILL, so that it knows what became of its domain */
static int kill_domain(struct stop *stop, struct host_vm *vm)
{
	uint64_t end = stop->begin + (stop->seconds + KILL_SECONDS) * SECOND, at = now(stop);
	int ret = 0;

	if (vm->unit.kind != HOST_UNIT_LIBVIRT)
		return 0;
	if (at < end && !stop->broken[HOST_UNIT_LIBVIRT])
		ret = ask_libvirt(stop, vm, true, end - at);
	if (ret < 0 || vmm_ended(stop->adm, vm))
		return ret < 0 ? ret : 0;
	return vmm_signal(stop->adm, stop->run, vm, SIGKILL);
}

/* 1 when it has ended, 0 when not by @deadline, or -errno; a signal only asks whether to go on */
static int wait_one(struct sevadm *adm, const struct host_vm *vm, uint64_t deadline)
{
	int ret;

	for (;;) {
		uint64_t at = adm->host->ops->clock(adm->host), until = core_until(adm, deadline);
		int cancelled;

		/* in slices: who watches wants to see that it goes on */
		if (until > at + TICK_NS)
			until = at + TICK_NS;
		ret = adm->host->ops->process_wait(adm->host, vm->handle,
						   until > at ? until - at : 0);
		if (ret == 1 || (ret && ret != -EINTR))
			return ret;
		cancelled = core_check_cancel(adm);
		if (cancelled)
			return cancelled;
		if (!ret && until == deadline)
			return 0;
	}
}

static int wait_all(struct stop *stop, uint64_t deadline)
{
	const struct sevadm_guests *guests = stop->guests;
	struct sevadm *adm = stop->adm;
	uint32_t ended_with = 0;	/* guests */

	for (size_t i = 0; i < guests->nr_vms; i++) {
		int ret;

		if (!vmm_concerned(guests, i))
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

/* KVM decommissions when the last descriptor is closed, which can be after the exit */
static const struct sevadm_guest *still_held(const struct stop *stop,
					     const struct sevadm_guests *list)
{
	for (size_t i = 0; i < list->nr_guests; i++) {
		const struct sevadm_guest *left = held_before(stop->guests, list->guests[i].id);

		if (left)
			return left;
	}
	return NULL;
}

/*
 * Does the firmware have more guests of a kind than the driver lists?  Those before
 * LAUNCH_START do not count with SNP.
 */
static bool more_counted(const struct sevadm_guests *list, bool snp, uint32_t *listed)
{
	uint32_t counted = snp ? list->fw_snp : list->fw_sev;

	*listed = 0;
	for (size_t i = 0; i < list->nr_guests; i++)
		*listed += (list->guests[i].kind == SEVADM_GUEST_SNP) == snp &&
			   guest_alive(&list->guests[i]) &&
			   list->guests[i].state != SEVADM_GUEST_INIT;
	return !list->track_lost && counted != SEVADM_NO_FW_CALL && counted > *listed;
}

static int fail_held(struct stop *stop, const struct sevadm_guest *left)
{
	char text[160];

	return core_fail(stop->adm, SEVADM_BUSY, EBUSY,
			 "Look for another process that holds its VM; if there is none, KVM could "
			 "not decommission it, and the same command again does.",
			 "the VMM of guest %s has ended, but KVM still holds it",
			 guest_text(left, text, sizeof(text)));
}

static int fail_counts(struct stop *stop, const struct sevadm_guests *list, bool snp,
		       uint32_t listed)
{
	return core_fail(stop->adm, SEVADM_BUSY, EBUSY,
			 "Look for VMs that `sevadm guests` cannot name, and end them.",
			 "the VMMs have ended, but the firmware counts %u %s guests, and the driver "
			 "lists %u", snp ? list->fw_snp : list->fw_sev, snp ? "SNP" : "SEV", listed);
}

/*
 * Until list and counts agree.  Leaked contexts are not waited for: nobody will
 * come for them.
 */
static int wait_for_kvm(struct stop *stop)
{
	struct sevadm *adm = stop->adm;
	uint64_t deadline = now(stop) + KILL_SECONDS * SECOND;

	/* a stock driver has no list to agree with */
	if (!stop->guests->has_list)
		return 0;
	for (;;) {
		const struct sevadm_guest *left;
		struct sevadm_guests list;
		struct sev_dbg_info info;
		uint32_t snp, sev;
		bool more_snp, more_sev;
		int ret = sevadm_guests_get(adm, &list, NULL);

		if (ret)
			return ret;
		/* what a dead secure processor did not decommission nobody will */
		if (!request_info(adm, &info) && info.state & SEV_DBG_S_PSP_DEAD)
			ret = core_fail_psp_dead(adm);
		left = still_held(stop, &list);
		more_snp = more_counted(&list, true, &snp);
		more_sev = more_counted(&list, false, &sev);
		if (!ret && now(stop) >= deadline && left)
			ret = fail_held(stop, left);
		else if (!ret && now(stop) >= deadline && (more_snp || more_sev))
			ret = fail_counts(stop, &list, more_snp, more_snp ? snp : sev);
		sevadm_guests_free(&list);
		if (!ret && !left && !more_snp && !more_sev)
			return 0;
		if (!ret)
			ret = core_check_cancel(adm);
		if (ret)
			return ret;
		adm->host->ops->sleep(adm->host, POLL_NS);
	}
}

int guests_stop(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		unsigned int seconds)
{
	struct stop stop = {
		.adm = adm, .run = run, .guests = guests, .seconds = seconds,
		.begin = adm->host->ops->clock(adm->host),
	};
	int ret;

	ret = guests_prove_unexplained(adm, guests);
	if (!ret)
		ret = for_each(&stop, stop_one);
	if (ret)
		return ret;
	ret = wait_all(&stop, stop.begin + seconds * SECOND);
	if (!ret) {
		ret = for_each(&stop, kill_plain);
		if (!ret)
			ret = for_each(&stop, kill_domain);
		if (ret)
			return ret;
		ret = wait_all(&stop, now(&stop) + KILL_SECONDS * SECOND);
	}
	if (ret < 0)
		return core_fail_errno(adm, -ret, "wait for VMMs to end");
	if (!ret)
		return core_fail(adm, SEVADM_BUSY, EBUSY,
				 "Look at them: a process in state D hangs in the kernel.",
				 "VMMs have not ended %u seconds after SIGKILL", KILL_SECONDS);
	return wait_for_kvm(&stop);
}
