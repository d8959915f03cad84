// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host like another: options for one that is made, and what has to happen to it then.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/like.h"

#define VCPUS_MAX	64

/* --------------------------------------------------------------------------- planning */

static void guess_topology(struct like *like)
{
	struct sevadm_sim_options *o = &like->sim;

	if (like->has_topology && o->sockets && o->threads_per_core) {
		/* the firmware's model has no core complex without an L3 cache */
		if (!o->cores_per_ccx) {
			o->cores_per_ccx = 8;
			like_warn(like, "which cores share a cache is not told: 8 of them");
		}
		return;
	}
	o->sockets = 1;
	o->threads_per_core = o->cpus % 2 ? 1 : 2;
	o->cores_per_ccx = 8;
	like_warn(like, "the processors are not told (status --json tells them): one socket, %u thread%s "
		  "to a core, 8 cores to a complex", o->threads_per_core,
		  o->threads_per_core > 1 ? "s" : "");
}

static const struct like_process *process_of(const struct like *like, uint32_t pid)
{
	for (size_t i = 0; i < like->nr_processes; i++)
		if (like->processes[i].pid == pid)
			return &like->processes[i];
	return NULL;
}

static bool asid_taken(const struct like *like, uint32_t asid)
{
	for (size_t i = 0; i < like->nr_guests; i++)
		if (like->guests[i].vm.asid == asid)
			return true;
	return false;
}

/* One that is gone from the firmware has lost its ASID, and needs one until it goes */
static void give_asid(struct like *like, struct like_guest *guest)
{
	uint32_t asid = 1;

	if (guest->asid || guest->vm.kind == SEVADM_GUEST_SEV)
		return;
	while (asid_taken(like, asid))
		asid++;
	guest->vm.asid = asid;
}

static void plan_guest(struct like *like, struct like_guest *guest)
{
	const struct like_process *process = process_of(like, guest->vm.pid);
	struct sevadm_sim_vm *vm = &guest->vm;
	unsigned long long id = vm->id;

	vm->comm = guest->comm;
	vm->units = process ? process->units : "session";
	vm->vcpus = process && process->vcpus ? process->vcpus : 2;
	if (vm->vcpus > VCPUS_MAX) {
		like_warn(like, "guest %llu has %u vCPUs, of which %d are taken over", id, vm->vcpus,
			  VCPUS_MAX);
		vm->vcpus = VCPUS_MAX;
	}
	if (vm->kind != SEVADM_GUEST_SNP && vm->launching) {
		like_warn(like, "guest %llu is being launched there; here SEV guests run at once", id);
		vm->launching = false;
	} else if (!strcmp(guest->state, "init")) {
		like_warn(like, "guest %llu is before LAUNCH_START there, and after it here", id);
	}
	if (vm->kind != SEVADM_GUEST_SNP && vm->leaked) {
		like_warn(like, "no process explains guest %llu there; only contexts of SNP leak here", id);
		vm->leaked = false;
	}
	if (process && process->vms > 1)
		like_warn(like, "%s[%u] holds %u VMs there; here each has a VMM of its own",
			  process->comm, process->pid, process->vms);
}

static int by_id(const void *a, const void *b)
{
	const struct like_guest *x = a, *y = b;

	return x->vm.id < y->vm.id ? -1 : x->vm.id > y->vm.id;
}

/* Processes whose VMs no guest of the list is, of those that began before @pid */
static void plan_others(struct like *like, uint32_t pid)
{
	for (size_t i = 0; i < like->nr_processes; i++) {
		struct like_process *p = &like->processes[i];

		if (p->guests || p->planned || p->pid >= pid)
			continue;
		p->planned = true;
		if (!like->has_guests || !like->nr_guests)
			like_warn(like, "%s[%u] holds a VM of which no list tells the kind: not "
				  "encrypted here", p->comm, p->pid);
		like->vms[like->sim.nr_vms++] = (struct sevadm_sim_vm){
			.pid = p->pid, .comm = p->comm, .units = p->units,
			.vcpus = p->vcpus && p->vcpus <= VCPUS_MAX ? p->vcpus : 2,
		};
	}
}

void like_plan(struct like *like)
{
	struct sevadm_sim_options *o = &like->sim;

	guess_topology(like);
	o->vcpus = 2;
	o->kernel = like->kernel[0] ? like->kernel : NULL;
	o->offline = like->offline[0] ? like->offline : NULL;
	o->generation = like->generation[0] ? like->generation : NULL;
	if (!o->generation)
		like_warn(like, "the processor's generation is not told: genoa");
	if (!like->has_guests)
		like_warn(like, "guests are not told (guests --json tells them): there are none");
	qsort(like->guests, like->nr_guests, sizeof(like->guests[0]), by_id);
	o->vms = like->vms;
	for (size_t i = 0; i < like->nr_guests; i++)
		like->guests[i].vm.asid = like->guests[i].asid;
	for (size_t i = 0; i < like->nr_guests; i++) {
		plan_guest(like, &like->guests[i]);
		give_asid(like, &like->guests[i]);
		plan_others(like, like->guests[i].vm.pid);
		like->vms[o->nr_vms++] = like->guests[i].vm;
	}
	plan_others(like, UINT32_MAX);
}

/* --------------------------------------------------------------------------- settling */

static void act(const char *file, struct like *like, const char *action)
{
	struct sevadm_failure failure;
	int64_t ignored;

	if (sevadm_sim_act(file, action, &ignored, &failure))
		like_warn(like, "%s: %s", action, failure.message);
}

/* The way there does not matter, and what comes of it is compared afterwards */
static void shut_down(struct sevadm *adm, const struct like *like)
{
	const struct sevadm_wbinvd_options broadcast = { .broadcast = true };
	bool snp = !strcmp(like->snp, "UNINIT"), sev = !strcmp(like->sev, "UNINIT");
	struct sevadm_run run = { 0 };

	if (sev || snp)
		sevadm_shutdown(adm, SEVADM_SHUTDOWN_LEGACY, true, false, &run);
	if (snp && !sevadm_wbinvd(adm, &broadcast, false, &run) &&
	    !sevadm_df_flush(adm, false, false, &run))
		sevadm_shutdown(adm, SEVADM_SHUTDOWN_STRICT, true, false, &run);
	sevadm_run_free(&run);
}

static void decommission(struct sevadm *adm, const struct like *like)
{
	struct sevadm_run run = { 0 };
	uint64_t ids[LIKE_GUESTS];
	size_t nr = 0;

	for (size_t i = 0; i < like->nr_guests; i++)
		if (like->guests[i].tombstone && like->guests[i].vm.kind == SEVADM_GUEST_SNP)
			ids[nr++] = like->guests[i].vm.id;
	if (nr)
		sevadm_decommission(adm, ids, nr, true, false, &run);
	sevadm_run_free(&run);
}

static bool same_text(const char *wanted, const char *got)
{
	return !wanted[0] || !strcmp(wanted, got);
}

static void compare_guests(struct sevadm *adm, struct like *like)
{
	static const char *const states[] = { "init", "launching", "running", "tombstone" };
	struct sevadm_guests now;

	if (!like->has_guests || sevadm_guests_get(adm, &now, NULL))
		return;
	for (size_t i = 0; i < like->nr_guests; i++) {
		const struct like_guest *wanted = &like->guests[i];
		const struct sevadm_guest *got = i < now.nr_guests ? &now.guests[i] : NULL;

		/* what is not as it was for a reason that was told is not told again */
		if (!got || got->id != wanted->vm.id || (uint32_t)got->kind != wanted->vm.kind ||
		    (got->state == SEVADM_GUEST_TOMBSTONE) != wanted->tombstone)
			like_warn(like, "guest %llu (%s) is another here: %s",
				  (unsigned long long)wanted->vm.id, wanted->state,
				  got ? states[got->state] : "not there");
		else if (wanted->asid && got->asid != wanted->asid)
			like_warn(like, "guest %llu has ASID %u instead of %u",
				  (unsigned long long)wanted->vm.id, got->asid, wanted->asid);
	}
	sevadm_guests_free(&now);
}

static void compare(struct sevadm *adm, struct like *like)
{
	struct sevadm_status now;

	if (sevadm_status_get(adm, &now, NULL) && !like->psp_dead)
		like_warn(like, "the simulated firmware does not answer");
	if (now.sev.known && !same_text(like->sev, sevadm_sev_state_name(now.sev.state)))
		like_warn(like, "SEV is %s there and %s here", like->sev,
			  sevadm_sev_state_name(now.sev.state));
	if (now.snp.known && !same_text(like->snp, sevadm_snp_state_name(now.snp.state)))
		like_warn(like, "SNP is %s there and %s here", like->snp,
			  sevadm_snp_state_name(now.snp.state));
	if (like->has_driver && now.driver.known && now.driver.init_locked != like->init_locked)
		like_warn(like, "INIT is %slocked out there, and here it is %s",
			  like->init_locked ? "" : "not ", like->init_locked ? "not" : "so");
	if (like->track_lost)
		like_warn(like, "the list of guests is incomplete there, which is not taken over");
	compare_guests(adm, like);
}

/* Down on a host without the companion patch means that kvm_amd was unloaded */
static bool kvm_gone(const struct like *like)
{
	bool down = !strcmp(like->snp, "UNINIT") && !strcmp(like->sev, "UNINIT");

	return !like->nr_guests && !like->nr_processes &&
	       (like->kvm_gone || (like->sim.no_patch ? down : like->has_driver && !like->svm_on));
}

void like_settle(const char *file, struct like *like)
{
	struct sevadm_failure failure;
	struct sevadm *adm = NULL;
	char device[PATH_MAX + 8];

	if (like->iommu_stuck)
		act(file, like, "iommu-fails");
	if (kvm_gone(like))
		act(file, like, "unload");
	snprintf(device, sizeof(device), "sim:%s", file);
	if (!sevadm_open(&adm, device, SEVADM_WRITE)) {
		decommission(adm, like);
		if (!kvm_gone(like))
			shut_down(adm, like);
	}
	sevadm_close(adm);
	if (!strcmp(like->smt, "off") || !strcmp(like->smt, "forceoff")) {
		char smt[32];

		snprintf(smt, sizeof(smt), "smt=%s", like->smt);
		act(file, like, smt);
	}
	if (like->psp_dead)
		act(file, like, "timeout=PLATFORM_STATUS");
	/* the first question after that is the one that is not answered */
	if (!sevadm_open(&adm, device, 0))
		compare(adm, like);
	sevadm_close(adm);
	if (like->lockdown && sevadm_sim_set(file, &like->lockdown, 1, &failure))
		like_warn(like, "%s: %s", like->lockdown, failure.message);
}
