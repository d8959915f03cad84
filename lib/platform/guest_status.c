// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's own word on guests, set against what the driver saw go by.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/platform/guests.h"
#include "lib/util/cleanup.h"

/* A request that an older patch does not know is not made at all */
static int check_known(struct sevadm *adm)
{
	struct sev_dbg_info info;
	int ret;

	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	ret = request_info(adm, &info);
	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver what it can do");
	if (!(info.features & SEV_DBG_F_GUEST_STATUS))
		return core_fail(adm, SEVADM_ABSENT, EOPNOTSUPP,
				 "Build and install the kernel's companion patch anew.",
				 "GUEST_STATUS: the kernel's companion patch is older than that, and "
				 "cannot ask the firmware about a guest");
	return 0;
}

/* One guest, a step; what is a failure is the caller's to judge */
static int ask(struct sevadm *adm, const struct sevadm_guest *guest,
	       struct sevadm_guest_status *status, struct sevadm_run *run, struct outcome *outcome)
{
	int ret = request_guest_status(adm, guest->id, guest->kind == SEVADM_GUEST_SNP, status,
				       outcome);
	int added = 0;

	outcome->step.has_guest = true;
	outcome->step.guest = guest->id;
	outcome->step.asid = guest->asid;
	if (run)
		added = core_step_add(adm, run, &outcome->step);
	return added ? added : ret;
}

static int of_list(struct sevadm *adm, uint64_t id, struct sevadm_guest *guest)
{
	_cleanup_free_ struct sev_dbg_guest *list = NULL;
	size_t nr;
	int ret = request_guest_list(adm, &list, &nr);

	if (ret)
		return core_fail_errno(adm, -ret, "list the guests");
	for (size_t i = 0; i < nr; i++) {
		if (list[i].id != id)
			continue;
		*guest = (struct sevadm_guest){
			.id = id, .asid = list[i].asid, .state = guests_state_of(&list[i]),
			.kind = list[i].kind == SEV_DBG_KIND_SNP ? SEVADM_GUEST_SNP :
				SEVADM_GUEST_SEV,
		};
		return 0;
	}
	return core_fail(adm, SEVADM_FAILED, ENOENT, "`sevadm guests` lists them.",
			 "there is no guest %llu", (unsigned long long)id);
}

int sevadm_guest_status_get(struct sevadm *adm, uint64_t id, struct sevadm_guest_status *status,
			    struct sevadm_run *run)
{
	struct sevadm_guest guest = { .id = id };
	struct outcome outcome;
	int ret;

	*status = (struct sevadm_guest_status){ 0 };
	ret = check_known(adm);
	if (!ret)
		ret = of_list(adm, id, &guest);
	if (ret)
		return ret;
	if (guest.state == SEVADM_GUEST_TOMBSTONE)
		return core_fail(adm, SEVADM_FAILED, ENOENT, NULL,
				 "guest %llu is gone from the firmware, KVM alone holds it still",
				 (unsigned long long)id);
	ret = ask(adm, &guest, status, run, &outcome);
	return ret ? outcome_fail(adm, &outcome) : 0;
}

/* SEV: LAUNCH_UPDATE, LAUNCH_SECRET, RECEIVE_UPDATE before the launch is finished */
static bool state_agrees(const struct sevadm_guest *guest)
{
	static const enum sevadm_guest_state snp[] = {
		SEVADM_GUEST_INIT, SEVADM_GUEST_LAUNCHING, SEVADM_GUEST_RUNNING,
	};
	static const enum sevadm_guest_state sev[] = {
		SEVADM_GUEST_TOMBSTONE, SEVADM_GUEST_LAUNCHING, SEVADM_GUEST_LAUNCHING,
		SEVADM_GUEST_RUNNING, SEVADM_GUEST_RUNNING, SEVADM_GUEST_LAUNCHING,
		SEVADM_GUEST_RUNNING,
	};

	if (guest->kind == SEVADM_GUEST_SNP)
		return guest->fw.state < sizeof(snp) / sizeof(snp[0]) &&
		       snp[guest->fw.state] == guest->state;
	return guest->fw.state < sizeof(sev) / sizeof(sev[0]) &&
	       sev[guest->fw.state] == guest->state;
}

static void compare(struct sevadm_guest *guest)
{
	const struct sevadm_guest_status *fw = &guest->fw;

	snprintf(guest->differs, sizeof(guest->differs), "%s%s%s",
		 state_agrees(guest) ? "" : ", state", fw->asid == guest->asid ? "" : ", ASID",
		 fw->policy == guest->policy ? "" : ", policy");
	if (guest->differs[0])
		memmove(guest->differs, guest->differs + 2, strlen(guest->differs) - 1);
}

/* The list is older than the answer: what only went on meanwhile is no difference */
static void update(struct sevadm_guest *guest, const struct sev_dbg_guest *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (list[i].id != guest->id)
			continue;
		guest->state = guests_state_of(&list[i]);
		guest->asid = list[i].asid;
		guest->policy = list[i].policy;
		return;
	}
	/* it ended since */
	guest->fw = (struct sevadm_guest_status){ 0 };
	guest->differs[0] = '\0';
}

static int warn(struct sevadm *adm, const struct sevadm_guest *guest, struct sevadm_run *run)
{
	static const char *const states[] = { "init", "launching", "running", "tombstone" };

	return core_warn(adm, run, "guest %llu: the firmware says %s, ASID %u, policy 0x%llx; by the "
			 "driver's list it is %s, ASID %u, policy 0x%llx",
			 (unsigned long long)guest->id,
			 sevadm_guest_state_name(guest->kind, guest->fw.state), guest->fw.asid,
			 (unsigned long long)guest->fw.policy, states[guest->state], guest->asid,
			 (unsigned long long)guest->policy);
}

/* Those that differ are looked at once more, list and firmware */
static int look_again(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run)
{
	_cleanup_free_ struct sev_dbg_guest *list = NULL;
	struct outcome outcome;
	size_t nr;
	int ret = request_guest_list(adm, &list, &nr);

	if (ret)
		return core_fail_errno(adm, -ret, "list the guests");
	for (size_t i = 0; i < guests->nr_guests && !ret; i++) {
		struct sevadm_guest *guest = &guests->guests[i];

		if (!guest->differs[0])
			continue;
		update(guest, list, nr);
		if (!guest->fw.known || guest->state == SEVADM_GUEST_TOMBSTONE)
			continue;
		ret = ask(adm, guest, &guest->fw, run, &outcome);
		guest->differs[0] = '\0';
		if (ret == -ENOENT)
			ret = 0;
		else if (ret)
			ret = outcome_fail(adm, &outcome);
		else
			compare(guest);
		if (!ret && guest->differs[0] && run)
			ret = warn(adm, guest, run);
	}
	return ret;
}

int sevadm_guests_status(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run)
{
	bool differs = false;
	int ret = check_known(adm), err = 0, again;

	if (ret)
		return ret;
	for (size_t i = 0; i < guests->nr_guests; i++) {
		struct sevadm_guest *guest = &guests->guests[i];
		struct outcome outcome;

		guest->fw = (struct sevadm_guest_status){ 0 };
		guest->differs[0] = '\0';
		if (guest->state == SEVADM_GUEST_TOMBSTONE)
			continue;
		ret = ask(adm, guest, &guest->fw, run, &outcome);
		if (!ret) {
			compare(guest);
			differs |= guest->differs[0];
			continue;
		}
		if (ret == -ENOENT)	/* ended since it was listed */
			continue;
		outcome_fail(adm, &outcome);
		err = err ? err : ret;
		/* nobody will answer any more */
		if (outcome.reason == SEV_DBG_R_PSP_DEAD || ret == -ETIMEDOUT || ret == -ENOMEM)
			return err;
	}
	again = differs ? look_again(adm, guests, run) : 0;
	return err ? err : again;
}
