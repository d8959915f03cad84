/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEARDOWN_TEARDOWN_H
#define TEARDOWN_TEARDOWN_H

#include "lib/core/context.h"

/**
 * struct scene - what teardown found, and what came of it
 * @guests:	as listed before anything was done
 * @chosen:	those of them that it is about; its list of VMs says who is concerned
 * @others:	those that it is not
 * @info:	what the driver says
 * @offline:	CPUs that are present and were not online
 * @brought:	those of them that we brought online
 * @snp_host:	the kernel runs as an SNP host
 * @sev_up, @snp_up: in the firmware; taken for true where it did not say
 */
struct scene {
	struct sevadm_guests guests, chosen, others;
	struct sev_dbg_info info;
	bool snp_host, sev_up, snp_up;
	struct cpuset offline, brought;
};

static inline bool guest_alive(const struct sevadm_guest *guest)
{
	return guest->state != SEVADM_GUEST_TOMBSTONE;
}

/* "id 3 (SNP, ASID 7, qemu-system-x86[4711])" */
char *guest_text(const struct sevadm_guest *guest, char *buf, size_t size);

/* How many guests are alive, of a kind (0: of any) */
unsigned int guests_alive(const struct sevadm_guests *guests, enum sevadm_guest_kind kind);

/* A failure that names each of them: exit code 5.  @only: what was asked for is done */
int guests_refuse(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		  bool only);

/* Sets @chosen and @others of @scene; warns of what has ended, refuses what cannot be chosen */
int choose_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		  struct scene *scene, struct sevadm_run *run);
/* Is one alive, now, that was not chosen? */
int check_others(struct sevadm *adm, const struct sevadm_teardown_options *options,
		 struct sevadm_run *run);

/* A warning for each guest that is alive under a VMM that stands still */
int guests_warn_standing(struct sevadm *adm, struct sevadm_run *run,
			 const struct sevadm_guests *guests);

/* A guest that no process explains must not be run by one all the same */
int guests_prove_unexplained(struct sevadm *adm, const struct sevadm_guests *guests);

/* End every VMM that holds a guest, within @seconds or else by force; wait for KVM */
int guests_stop(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests,
		unsigned int seconds);

/* Stop every thread of each VMM that holds a guest, and prove it */
int guests_freeze(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guests *guests);
/* After a failure: let those go on that we stopped and that still have their guests */
void guests_thaw(struct sevadm *adm, struct sevadm_run *run);
/* Say which VMMs stand still, and how to end them */
int guests_warn_frozen(struct sevadm *adm, struct sevadm_run *run);

/**
 * wbinvd_cpus - WBINVD on a set of CPUs, one pinned worker each
 * @adm:	handle
 * @run:	a step for each CPU
 * @cpus:	which
 * @jobs:	at most so many at once, 0 for all
 * @rolling:	one core complex after the other; where the kernel shows no L3 cache,
 *		one core, and where it shows no core, one CPU
 * @missed:	CPUs where it did not happen because they went offline meanwhile;
 *		NULL: that is a failure too
 */
int wbinvd_cpus(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *cpus,
		unsigned int jobs, bool rolling, struct cpuset *missed);

/* Present and not online */
int cpus_offline(struct sevadm *adm, struct cpuset *offline);

/* Bring them online; @brought: those that are, also on failure */
int cpus_bring_online(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *offline,
		      struct cpuset *brought);
/* And offline again; a warning names those that stay */
int cpus_put_back(struct sevadm *adm, struct sevadm_run *run, const struct cpuset *brought);

/* Could a worker be pinned to each of them?  Before anything is done to guests */
int wbinvd_check_reach(struct sevadm *adm, const struct cpuset *cpus);

int plan_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		  const struct scene *scene, unsigned int nr_cpus, struct sevadm_run *run);

/* What each step of a finished plan has to wait for, and which status tells if it did not */
int plan_order(struct sevadm *adm, struct sevadm_run *run);

/* WBINVD and SNP_DF_FLUSH until every core is clean, at most three rounds */
int flush_rounds(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
		 struct sevadm_run *run);

/* WBINVD once on every CPU that is online, as @options says */
int wbinvd_round(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
		 struct sevadm_run *run);

/* Both platforms have to be UNINIT; @snp: this kernel runs as an SNP host */
int prove_down(struct sevadm *adm, bool snp, struct sevadm_run *run);

/* States in which nothing that a stock driver offers leads on: 0, or the failure.  Asks only */
int stock_look(struct sevadm *adm, struct platforms *p);

/**
 * stock_teardown - the same on a ccp driver without the companion patch
 * @adm:	handle
 * @options:	what of them can be done there
 * @run:	plan, steps, warnings
 *
 * VMMs are ended, kvm_amd is unloaded, which has the driver shut everything down, its
 * messages tell of the statuses that were no success, and /dev/sev of the end.
 */
int stock_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   struct sevadm_run *run);

/* kvm_amd out; waits a little while a VM is just going.  A step */
int kvm_remove(struct sevadm *adm, struct sevadm_run *run);
/* Nobody may hold a VM of KVM's, or /dev/kvm: 0, or the failure, which names who does */
int reload_check(struct sevadm *adm);
/* kvm_amd out and in again; a step for each.  In @run's plan with @dry */
int reload_kvm(struct sevadm *adm, bool dry, struct sevadm_run *run);

/* A warning for each kind of page that stays assigned in the RMP */
int warn_assigned(struct sevadm *adm, struct sevadm_run *run);

#endif
