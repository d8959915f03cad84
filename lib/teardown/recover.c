// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States that a host does not leave by itself, where there is a cure.
 */
#include <errno.h>
#include <string.h>

#include "lib/firmware/command.h"
#include "lib/teardown/teardown.h"

static bool leaked(const struct sevadm_guest *guest)
{
	return guest_alive(guest) && !guest->held;
}

/* What no cure here reaches, in a warning each */
static int warn_lasting(struct sevadm *adm, struct sevadm_run *run,
			const struct sevadm_guests *guests, bool *lasting)
{
	int ret = 0;

	for (size_t i = 0; i < guests->nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &guests->guests[i];
		bool dead = !guest_alive(guest) && !guest->held;
		bool sev = leaked(guest) && guest->kind != SEVADM_GUEST_SNP;
		char text[160];

		guest_text(guest, text, sizeof(text));
		*lasting |= dead || sev;
		if (dead)
			ret = core_warn(adm, run, "%s was decommissioned, and nobody will have KVM "
					"forget it: only a reboot does; it hinders INIT through "
					"/dev/sev-debug, nothing else", text);
		else if (sev)
			ret = core_warn(adm, run, "%s leaked, and goes with SEV itself only, by "
					"`sevadm teardown --leaked`", text);
	}
	return ret;
}

static bool any_leaked(const struct sevadm_guests *guests)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (leaked(&guests->guests[i]) && guests->guests[i].kind == SEVADM_GUEST_SNP)
			return true;
	return false;
}

static int decommission_leaked(struct sevadm *adm, bool dry, struct sevadm_run *run,
			       const struct sevadm_guests *guests)
{
	int ret = 0;

	for (size_t i = 0; i < guests->nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &guests->guests[i];
		struct sevadm_plan_step plan = {
			.command = "SNP_DECOMMISSION", .has_guest = true, .guest = guest->id,
			.asid = guest->asid, .count = 1,
			.why = "no process explains it: its context leaked",
		};

		if (!leaked(guest) || guest->kind != SEVADM_GUEST_SNP)
			continue;
		ret = core_plan_add(adm, run, &plan);
		if (!ret && !dry)
			ret = request_decommission(adm, run, guest,
						   guest->state == SEVADM_GUEST_RUNNING ?
						   SEV_DBG_D_RUNNING : 0);
		if (!ret)
			ret = core_check_cancel(adm);
	}
	return ret;
}

static int shut_stuck_down(struct sevadm *adm, bool dry, struct sevadm_run *run)
{
	struct sevadm_plan_step plan = {
		.command = "SNP_SHUTDOWN_EX", .count = 1,
		.why = "SNP is down already: so that the driver asks the IOMMU once more for its "
		       "pages",
	};
	int ret = core_plan_add(adm, run, &plan);

	if (ret || dry)
		return ret;
	return request_cmd(adm, run, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT | SEV_DBG_C_TOMBSTONES,
			   FW_CMD_SNP_SHUTDOWN_EX, NULL);
}

static int cure(struct sevadm *adm, bool dry, const struct sev_dbg_info *info,
		const struct sevadm_guests *guests, bool *lasting, struct sevadm_run *run)
{
	struct sevadm_teardown_options down = {
		.guests = SEVADM_GUESTS_REFUSE, .online_cpus = true, .dry = dry,
	};
	int ret = guests_prove_unexplained(adm, guests);

	if (!ret && (any_leaked(guests) || info->state & SEV_DBG_S_IOMMU_STUCK || info_half_up(info)))
		ret = core_fail_locked(adm);
	if (!ret)
		ret = decommission_leaked(adm, dry, run, guests);
	if (!ret && info->state & SEV_DBG_S_IOMMU_STUCK)
		ret = shut_stuck_down(adm, dry, run);
	/* the whole way down, with proof */
	if (!ret && info_half_up(info))
		ret = sevadm_teardown(adm, &down, run);
	return ret ? ret : warn_lasting(adm, run, guests, lasting);
}

int sevadm_recover(struct sevadm *adm, bool reload, bool dry, struct sevadm_run *run)
{
	struct sevadm_guests guests;
	struct platforms platforms;
	struct sev_dbg_info info;
	bool had_cure, lasting = false;
	int ret;

	run->dry = dry;
	ret = core_fail_readonly(adm, dry);
	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	/* what no cure reaches is said rather than that the companion patch would have one */
	if (sevadm_is_stock(adm)) {
		ret = stock_look(adm, &platforms);
		if (ret)
			return ret;
	}
	if (reload && sevadm_is_stock(adm)) {
		core_message(run, "kvm_amd is loaded anew");
		ret = reload_check(adm);
		return ret ? ret : reload_kvm(adm, dry, run);
	}
	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	ret = request_info(adm, &info);
	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	if (info.state & SEV_DBG_S_PSP_DEAD)
		return core_fail_psp_dead(adm);
	if (reload)
		ret = reload_check(adm);
	if (!ret)
		ret = sevadm_guests_get(adm, &guests, NULL);
	if (ret)
		return ret;
	ret = cure(adm, dry, &info, &guests, &lasting, run);
	sevadm_guests_free(&guests);
	had_cure = run->nr_plan;
	run->dry = dry;
	if (!ret && reload)
		ret = reload_kvm(adm, dry, run);
	if (!ret)
		ret = plan_order(adm, run);
	core_message(run, had_cure ? "This host is recovered" : reload ? "kvm_amd is loaded anew" :
		     lasting ? "There is nothing here that this command could mend" :
		     "There is nothing to recover from");
	return ret;
}
