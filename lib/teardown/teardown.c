// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bringing SEV and SEV-SNP down: facts, plan, steps, proof.
 */
#include "lib/teardown/teardown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/command.h"
#include "lib/firmware/status.h"

#define FLUSH_ROUNDS	3

static int offline_cpus(struct sevadm *adm, struct cpuset *offline)
{
	struct cpuset online;
	int ret;

	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, offline);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the lists of CPUs");
	cpuset_subtract(offline, &online);
	return 0;
}

/* WBINVD_REQUIRED: which core was it?  -EAGAIN if another round may help */
static int find_the_cpu(struct sevadm *adm, unsigned int round)
{
	struct cpuset offline;
	char list[256], remedy[512];
	int ret;

	ret = offline_cpus(adm, &offline);
	if (ret)
		return ret;
	if (!cpuset_count(&offline) && round < FLUSH_ROUNDS)
		return -EAGAIN;
	if (cpuset_count(&offline)) {
		cpuset_format(&offline, list, sizeof(list));
		snprintf(remedy, sizeof(remedy), "Bring CPU %s online (echo 1 > "
			 "/sys/devices/system/cpu/cpuN/online), then run the same command again.",
			 list);
		core_fail(adm, SEVADM_REFUSED, EIO, remedy, "SNP_DF_FLUSH: firmware refused: "
			  "WBINVD_REQUIRED (0x000e): CPU %s is offline and has not executed WBINVD "
			  "since a guest on its core complex ended", list);
	} else {
		core_fail(adm, SEVADM_REFUSED, EIO, "See that no other guest is ending meanwhile "
			  "and try again; if it stays, reboot cold.",
			  "SNP_DF_FLUSH: firmware refused: WBINVD_REQUIRED (0x000e) after %u rounds "
			  "with every CPU online", round);
	}
	adm->failure.status = FW_WBINVD_REQUIRED;
	return -EIO;
}

static int wbinvd_round(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
			struct sevadm_run *run)
{
	struct cpuset online, missed = { 0 };
	uint32_t reached;
	int ret;

	if (options->broadcast)
		return request_wbinvd_all(adm, run, &reached);
	ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs online");
	return wbinvd_cpus(adm, run, &online, options->jobs, &missed);
}

int flush_rounds(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
		 struct sevadm_run *run)
{
	for (unsigned int round = 1;; round++) {
		uint32_t status;
		int ret = wbinvd_round(adm, options, run);

		if (!ret)
			ret = core_check_cancel(adm);
		if (ret)
			return ret;
		ret = request_cmd(adm, run, SEV_DBG_DF_FLUSH, 0, FW_CMD_SNP_DF_FLUSH, &status);
		if (ret == -EIO && status == FW_WBINVD_REQUIRED) {
			ret = find_the_cpu(adm, round);
			if (ret == -EAGAIN)
				continue;
		}
		if (ret == -EIO) {
			/* recorded already if the CPU was found */
			core_fail_step(adm, &run->steps[run->nr_steps - 1], SEV_DBG_R_NONE,
				       FW_CMD_SNP_DF_FLUSH);
		}
		return ret;
	}
}

/* DFFLUSH_REQUIRED straight after a good flush: somebody is still active */
static int fail_active(struct sevadm *adm)
{
	struct sevadm_guests guests;
	char text[160] = "none that the driver knows of";
	unsigned int alive = 0;

	if (!sevadm_guests_get(adm, &guests, NULL)) {
		alive = guests_alive(&guests, SEVADM_GUEST_SNP);
		for (size_t i = 0; i < guests.nr_guests; i++)
			if (guests.guests[i].kind == SEVADM_GUEST_SNP &&
			    guest_alive(&guests.guests[i]))
				guest_text(&guests.guests[i], text, sizeof(text));
		sevadm_guests_free(&guests);
	}
	core_fail(adm, SEVADM_REFUSED, EIO, alive ?
		  "End that guest, or say --guests=decommission." :
		  "A context leaked that nobody can name any more: do not kexec, reboot.",
		  "SNP_SHUTDOWN_EX: firmware refused: DFFLUSH_REQUIRED (0x000f) straight after a "
		  "good SNP_DF_FLUSH: a guest is still active (%u alive: %s)", alive, text);
	adm->failure.status = FW_DFFLUSH_REQUIRED;
	return -EIO;
}

static int shut_snp_down(struct sevadm *adm, const struct sevadm_teardown_options *options,
			 uint32_t live, struct sevadm_run *run)
{
	uint32_t flags = SEV_DBG_C_STRICT | SEV_DBG_C_TOMBSTONES | live;
	uint32_t status;
	int ret;

	for (int try = 0;; try++) {
		ret = request_cmd(adm, run, SEV_DBG_SHUTDOWN, flags, FW_CMD_SNP_SHUTDOWN_EX,
				  &status);
		if (ret != -EIO || status != FW_DFFLUSH_REQUIRED || adm->failure.class)
			break;
		if (try)
			return fail_active(adm);
		ret = flush_rounds(adm, &options->wbinvd, run);
		if (ret)
			return ret;
	}
	if (ret == -EIO)
		core_fail_step(adm, &run->steps[run->nr_steps - 1], SEV_DBG_R_NONE,
			       FW_CMD_SNP_SHUTDOWN_EX);
	return ret;
}

static int prove_down(struct sevadm *adm, struct sevadm_run *run)
{
	struct sevadm_sev_status sev = { 0 };
	struct sevadm_snp_status snp = { 0 };
	struct sevadm_step step;
	int ret, added;

	ret = request_sev_status(adm, &sev, &step);
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, FW_CMD_PLATFORM_STATUS);
	if (added)
		return added;
	ret = request_snp_status(adm, &snp, &step);
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, FW_CMD_SNP_PLATFORM_STATUS);
	if (added)
		return added;
	if (!sev.state && !snp.state)
		return 0;
	return core_fail(adm, SEVADM_FAILED, EIO, "Something brought it up again meanwhile: stop "
			 "what starts VMs on this host, and run the same command again.",
			 "every step succeeded, but SEV is %s and SNP is %s",
			 sevadm_sev_state_name(sev.state), sevadm_snp_state_name(snp.state));
}

static bool still_alive(const struct sevadm_guests *now, uint64_t id)
{
	for (size_t i = 0; i < now->nr_guests; i++)
		if (now->guests[i].id == id)
			return guest_alive(&now->guests[i]);
	return false;
}

/* Those that were there at the start and still are; never one that came since */
static int decommission_left(struct sevadm *adm, struct scene *scene, struct sevadm_run *run)
{
	struct sevadm_guests now;
	int ret = sevadm_guests_get(adm, &now, NULL);

	for (size_t i = 0; i < scene->guests.nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &scene->guests.guests[i];

		if (guest->kind != SEVADM_GUEST_SNP || !guest_alive(guest) ||
		    !still_alive(&now, guest->id))
			continue;
		ret = request_decommission(adm, run, guest, guest->state == SEVADM_GUEST_RUNNING ?
					   SEV_DBG_D_RUNNING : 0);
		if (!ret)
			ret = core_check_cancel(adm);
	}
	sevadm_guests_free(&now);
	return ret;
}

static int end_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		      struct scene *scene, struct sevadm_run *run)
{
	int ret;

	if (options->guests == SEVADM_GUESTS_REFUSE)
		return 0;
	if (options->guests == SEVADM_GUESTS_STOP) {
		ret = guests_stop(adm, run, &scene->guests, options->stop_seconds);
		return ret ? ret : decommission_left(adm, scene, run);
	}
	if (!guests_alive(&scene->guests, 0))
		return 0;
	ret = guests_freeze(adm, run, &scene->guests);
	if (ret)
		return ret;
	ret = decommission_left(adm, scene, run);
	if (ret)
		guests_thaw(adm, run);
	return ret;
}

/*
 * SEV guests have no decommission of their own here: they go with the
 * platform, which needs a word of its own, as does an incomplete list.
 */
static uint32_t live_flag(const struct sevadm_teardown_options *options, const struct scene *scene)
{
	bool sev = guests_alive(&scene->guests, SEVADM_GUEST_SEV) ||
		   guests_alive(&scene->guests, SEVADM_GUEST_SEV_ES);

	if (options->guests == SEVADM_GUESTS_DECOMMISSION && (sev || scene->guests.track_lost))
		return SEV_DBG_C_LIVE;
	return options->guests == SEVADM_GUESTS_STOP && scene->guests.track_lost ?
	       SEV_DBG_C_LIVE : 0;
}

static int look(struct sevadm *adm, struct scene *scene)
{
	int ret;

	for (int node = 0; node < DEVICE_NODES; node++)
		if (adm->dev->node_err[node])
			return core_fail_node(adm, node);
	ret = request_info(adm, &scene->info);
	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	if (scene->info.state & SEV_DBG_S_PSP_DEAD)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "Reboot cold; kexec will not help.",
				 "a command timed out earlier, the driver gave the secure processor "
				 "up");
	scene->snp_up = scene->info.fw_snp_state;
	scene->sev_up = scene->info.fw_sev_state || scene->info.state & SEV_DBG_S_BUFFERS;
	return sevadm_guests_get(adm, &scene->guests, NULL);
}

static int warn_offline(struct sevadm *adm, const struct scene *scene, struct sevadm_run *run)
{
	struct cpuset offline;
	char list[256];
	int ret = offline_cpus(adm, &offline);

	if (ret || !cpuset_count(&offline) || !scene->snp_up)
		return ret;
	return core_warn(adm, run, "CPU %s is offline: if a guest ended while it was, SNP_DF_FLUSH "
			 "will answer WBINVD_REQUIRED", cpuset_format(&offline, list, sizeof(list)));
}

static int execute(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   struct scene *scene, struct sevadm_run *run)
{
	uint32_t live = live_flag(options, scene);
	int ret;

	ret = end_guests(adm, options, scene, run);
	if (!ret && scene->sev_up)
		ret = request_cmd(adm, run, SEV_DBG_SHUTDOWN,
				  SEV_DBG_C_LEGACY | SEV_DBG_C_TOMBSTONES | live, FW_CMD_SHUTDOWN,
				  NULL);
	if (!ret)
		ret = core_check_cancel(adm);
	if (!ret && scene->snp_up)
		ret = flush_rounds(adm, &options->wbinvd, run);
	else if (!ret && scene->sev_up)
		ret = wbinvd_round(adm, &options->wbinvd, run);
	if (!ret)
		ret = core_check_cancel(adm);
	if (!ret && scene->snp_up)
		ret = shut_snp_down(adm, options, live, run);
	if (!ret)
		ret = prove_down(adm, run);
	return ret;
}

static int teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    struct scene *scene, struct sevadm_run *run)
{
	struct cpuset online;
	int ret;

	ret = look(adm, scene);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (!ret)
		ret = plan_teardown(adm, options, scene, cpuset_count(&online), run);
	if (!ret)
		ret = warn_offline(adm, scene, run);
	if (ret)
		return ret;
	run->dry = options->dry;
	if (options->guests == SEVADM_GUESTS_REFUSE && guests_alive(&scene->guests, 0))
		return guests_refuse(adm, &scene->guests);
	if (options->dry)
		return 0;
	if (!run->nr_plan) {
		core_message(run, "SEV and SEV-SNP were down already");
		return warn_assigned(adm, run);
	}
	ret = execute(adm, options, scene, run);
	if (ret)
		return ret;
	core_message(run, "SEV and SEV-SNP are down");
	if (options->guests == SEVADM_GUESTS_DECOMMISSION && guests_alive(&scene->guests, 0))
		ret = guests_warn_frozen(adm, run, &scene->guests);
	return ret ? ret : warn_assigned(adm, run);
}

int sevadm_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    struct sevadm_run *run)
{
	struct scene scene = { 0 };
	int ret = teardown(adm, options, &scene, run);

	sevadm_guests_free(&scene.guests);
	return ret;
}
