// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The single steps, for operators who want their own order.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/firmware/command.h"
#include "lib/teardown/teardown.h"

static const struct sevadm_guest *find(const struct sevadm_guests *guests, uint64_t id)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == id)
			return &guests->guests[i];
	return NULL;
}

static int check_guest(struct sevadm *adm, const struct sevadm_guests *guests, uint64_t id,
		       bool running)
{
	const struct sevadm_guest *guest = find(guests, id);
	char text[160];

	if (!guest)
		return core_fail(adm, SEVADM_FAILED, ENOENT, "`sevadm guests` lists them.",
				 "there is no guest with id %llu", (unsigned long long)id);
	guest_text(guest, text, sizeof(text));
	if (guest->kind != SEVADM_GUEST_SNP)
		return core_fail(adm, SEVADM_FAILED, EOPNOTSUPP,
				 "End its VMM, or end all SEV guests with `sevadm shutdown --legacy "
				 "--live`.",
				 "%s is no SNP guest; the firmware uses its handle again, so it "
				 "cannot be decommissioned behind KVM's back", text);
	if (guest->state == SEVADM_GUEST_TOMBSTONE)
		return core_fail(adm, SEVADM_FAILED, EALREADY, "Nothing to do.",
				 "%s was decommissioned already", text);
	if (guest->state == SEVADM_GUEST_RUNNING && !running)
		return core_fail(adm, SEVADM_BUSY, EBUSY,
				 "End its VMM, or say --running to lose the guest.",
				 "%s is running", text);
	return 0;
}

static int plan_guest(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_guest *guest)
{
	struct sevadm_plan_step step = {
		.command = "SNP_DECOMMISSION",
		.has_guest = true,
		.guest = guest->id,
		.asid = guest->asid,
		.count = 1,
		.why = "named by the operator",
	};

	return core_plan_add(adm, run, &step);
}

static int warn_unfrozen(struct sevadm *adm, struct sevadm_run *run,
			 const struct sevadm_guest *guest)
{
	if (guest->state != SEVADM_GUEST_RUNNING || !guest->held ||
	    host_process_stopped(adm->host, guest->pid) == 1)
		return 0;
	return core_warn(adm, run, "guest %llu was decommissioned while its VMM %s[%d] ran; its "
			 "vCPUs fail at their next entry", (unsigned long long)guest->id,
			 guest->comm, guest->pid);
}

static int decommission_planned(struct sevadm *adm, const struct sevadm_guests *guests,
				struct sevadm_run *run)
{
	size_t done = 0;

	for (size_t i = 0; i < run->nr_plan; i++) {
		const struct sevadm_guest *guest = find(guests, run->plan[i].guest);
		int ret = core_check_cancel(adm);

		if (!ret)
			ret = request_decommission(adm, run, guest,
						   guest->state == SEVADM_GUEST_RUNNING ?
						   SEV_DBG_D_RUNNING : 0);
		if (!ret && !run->steps[run->nr_steps - 1].err) {
			core_phase_done(adm, (uint32_t)++done);
			ret = warn_unfrozen(adm, run, guest);
		}
		if (ret)
			return ret;
	}
	core_message(run, "%zu guest%s decommissioned", done, done == 1 ? " was" : "s were");
	return 0;
}

int sevadm_decommission(struct sevadm *adm, const uint64_t *ids, size_t nr, bool running, bool dry,
			struct sevadm_run *run)
{
	struct sevadm_guests guests;
	struct sev_dbg_info info;
	int ret;

	ret = core_fail_readonly(adm, dry);
	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	/* with nothing left to decommission the driver would not be asked */
	if (!request_info(adm, &info) && info.state & SEV_DBG_S_PSP_DEAD)
		return core_fail_psp_dead(adm);
	ret = sevadm_guests_get(adm, &guests, NULL);
	if (ret)
		return ret;
	for (size_t i = 0; i < nr && !ret; i++) {
		ret = check_guest(adm, &guests, ids[i], running);
		if (!ret)
			ret = plan_guest(adm, run, find(&guests, ids[i]));
	}
	for (size_t i = 0; i < guests.nr_guests && !ids && !ret; i++) {
		const struct sevadm_guest *guest = &guests.guests[i];

		if (guest->kind != SEVADM_GUEST_SNP || !guest_alive(guest))
			continue;
		ret = check_guest(adm, &guests, guest->id, running);
		if (!ret)
			ret = plan_guest(adm, run, guest);
	}
	run->dry = dry;
	if (!ret && !dry) {
		core_phase_begin(adm, "SNP_DECOMMISSION", "guests", (uint32_t)run->nr_plan);
		ret = decommission_planned(adm, &guests, run);
		core_phase_end(adm, ret);
	}
	sevadm_guests_free(&guests);
	return ret;
}

static int plan_command(struct sevadm *adm, struct sevadm_run *run, uint16_t command,
			const char *why)
{
	struct sevadm_plan_step plan = {
		.command = command_name(command), .count = 1, .why = why,
	};

	return core_plan_add(adm, run, &plan);
}

static int one_command(struct sevadm *adm, struct sevadm_run *run, bool dry, unsigned long request,
		       uint32_t flags, uint16_t command, const char *why)
{
	int ret = core_fail_readonly(adm, dry);

	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV_DEBUG])
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	ret = plan_command(adm, run, command, why);
	if (!ret)
		ret = plan_order(adm, run);
	run->dry = dry;
	if (ret || dry)
		return ret;
	return request_cmd(adm, run, request, flags, command, NULL);
}

int sevadm_df_flush(struct sevadm *adm, bool legacy, bool dry, struct sevadm_run *run)
{
	int ret = one_command(adm, run, dry, SEV_DBG_DF_FLUSH, legacy ? SEV_DBG_C_LEGACY : 0,
			      legacy ? FW_CMD_DF_FLUSH : FW_CMD_SNP_DF_FLUSH,
			      "makes ASIDs of guests that ended clean again");

	if (!ret && !dry)
		core_message(run, "the data fabric is flushed");
	return ret;
}

int sevadm_shutdown(struct sevadm *adm, enum sevadm_shutdown_mode mode, bool live, bool dry,
		    struct sevadm_run *run)
{
	/* Tombstones are what the operator made of guests; no second word is needed */
	uint32_t flags = SEV_DBG_C_TOMBSTONES | (live ? SEV_DBG_C_LIVE : 0);
	bool legacy = mode == SEVADM_SHUTDOWN_LEGACY;
	int ret;

	if (legacy)
		flags |= SEV_DBG_C_LEGACY;
	else if (mode == SEVADM_SHUTDOWN_STRICT)
		flags |= SEV_DBG_C_STRICT;
	ret = mode == SEVADM_SHUTDOWN_DRIVER ?
	      plan_command(adm, run, FW_CMD_SHUTDOWN, "the driver brings SEV down first") : 0;
	if (!ret)
		ret = one_command(adm, run, dry, SEV_DBG_SHUTDOWN, flags,
				  legacy ? FW_CMD_SHUTDOWN : FW_CMD_SNP_SHUTDOWN_EX,
				  legacy ? "brings SEV down, its guests with it" :
				  mode == SEVADM_SHUTDOWN_STRICT ? "brings SNP down, nothing else" :
				  "then SNP, with the WBINVD and SNP_DF_FLUSH that it takes");
	if (ret || dry)
		return ret;
	core_message(run, legacy ? "SEV is down" : mode == SEVADM_SHUTDOWN_STRICT ? "SNP is down" :
		     "SEV and SNP are down");
	return legacy ? 0 : warn_assigned(adm, run);
}

int sevadm_init(struct sevadm *adm, bool dry, struct sevadm_run *run)
{
	int ret = one_command(adm, run, dry, SEV_DBG_INIT, 0, FW_CMD_SNP_INIT_EX,
			      "the driver brings SNP up, then SEV (INIT)");

	if (!ret && !dry)
		core_message(run, "SEV and SNP are up");
	return ret;
}
