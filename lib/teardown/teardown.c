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

/* WBINVD_REQUIRED round after round: which core is it? */
static int fail_wbinvd(struct sevadm *adm, const struct outcome *outcome)
{
	struct cpuset offline;
	char list[256], remedy[512];
	int ret = cpus_offline(adm, &offline);

	if (ret)
		return ret;
	if (!cpuset_count(&offline))
		return core_fail_refused(adm, &outcome->step,
			"See that no other guest is ending meanwhile and try again; if it stays, "
			"reboot cold.",
			"SNP_DF_FLUSH: firmware refused: WBINVD_REQUIRED (0x000e) in each of %u "
			"rounds, with every CPU online", FLUSH_ROUNDS);
	cpuset_format(&offline, list, sizeof(list));
	snprintf(remedy, sizeof(remedy), "Bring CPU %s online (echo 1 > "
		 "/sys/devices/system/cpu/cpuN/online), then run the same command again; or say "
		 "--online-cpus.", list);
	return core_fail_refused(adm, &outcome->step, remedy,
		"SNP_DF_FLUSH: firmware refused: WBINVD_REQUIRED (0x000e): CPU %s is offline, and a "
		"CPU that was offline when a guest ended owes its WBINVD", list);
}

int wbinvd_round(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
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
	return wbinvd_cpus(adm, run, &online, options->jobs, options->rolling, &missed);
}

int flush_rounds(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
		 struct sevadm_run *run)
{
	struct outcome outcome;
	int ret;

	/* Another guest may have ended between the WBINVD and the flush: try again */
	for (unsigned int round = 1; round <= FLUSH_ROUNDS; round++) {
		ret = wbinvd_round(adm, options, run);
		if (!ret)
			ret = core_check_cancel(adm);
		if (ret)
			return ret;
		ret = request_cmd(adm, run, SEV_DBG_DF_FLUSH, 0, FW_CMD_SNP_DF_FLUSH, &outcome);
		if (!ret || !outcome_is(&outcome, FW_WBINVD_REQUIRED))
			return ret ? outcome_fail(adm, &outcome) : 0;
	}
	return fail_wbinvd(adm, &outcome);
}

/* DFFLUSH_REQUIRED straight after a good flush: somebody is still active */
static int fail_active(struct sevadm *adm, const struct outcome *outcome)
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
	return core_fail_refused(adm, &outcome->step, alive ?
		"End that guest, or say --guests=decommission." :
		"A context leaked that nobody can name any more: do not kexec, reboot.",
		"SNP_SHUTDOWN_EX: firmware refused: DFFLUSH_REQUIRED (0x000f) straight after a good "
		"SNP_DF_FLUSH: a guest is still active (%u alive: %s)", alive, text);
}

static int shut_snp_down(struct sevadm *adm, const struct sevadm_teardown_options *options,
			 const struct scene *scene, struct sevadm_run *run)
{
	uint32_t flags = SEV_DBG_C_STRICT | SEV_DBG_C_TOMBSTONES;
	struct outcome outcome;
	int ret;

	/* an incomplete list was checked against the firmware's own counts */
	if (scene->guests.track_lost)
		flags |= SEV_DBG_C_LIVE;
	for (int try = 0;; try++) {
		ret = request_cmd(adm, run, SEV_DBG_SHUTDOWN, flags, FW_CMD_SNP_SHUTDOWN_EX,
				  &outcome);
		if (!ret || !outcome_is(&outcome, FW_DFFLUSH_REQUIRED))
			return ret ? outcome_fail(adm, &outcome) : 0;
		if (try)
			return fail_active(adm, &outcome);
		ret = flush_rounds(adm, &options->wbinvd, run);
		if (ret)
			return ret;
	}
}

int prove_down(struct sevadm *adm, bool snp_host, struct sevadm_run *run)
{
	struct sevadm_sev_status sev = { 0 };
	struct sevadm_snp_status snp = { 0 };
	struct sevadm_step step;
	int ret, added;

	ret = request_sev_status(adm, &sev, &step);
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, FW_CMD_PLATFORM_STATUS);
	if (!added && snp_host) {
		ret = request_snp_status(adm, &snp, &step);
		added = core_step_add(adm, run, &step);
		if (ret)
			return core_fail_step(adm, &step, SEV_DBG_R_NONE,
					      FW_CMD_SNP_PLATFORM_STATUS);
	}
	if (added)
		return added;
	if (!sev.state && !snp.state)
		return 0;
	if (sevadm_is_stock(adm) && driver_keeps_snp(adm))
		return core_fail_finding(adm, &finding_kept);
	return core_fail(adm, SEVADM_FAILED, EIO, "Something brought it up again meanwhile: stop "
			 "what starts VMs on this host, and run the same command again.",
			 "every step succeeded, but SEV is %s and SNP is %s",
			 sevadm_sev_state_name(sev.state), sevadm_snp_state_name(snp.state));
}

static const struct sevadm_guest *find(const struct sevadm_guests *guests, uint64_t id)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == id)
			return &guests->guests[i];
	return NULL;
}

/* Those that were there at the start and still are; never one that came since */
static int decommission_left(struct sevadm *adm, struct scene *scene, struct sevadm_run *run)
{
	struct sevadm_guests now;
	int ret = sevadm_guests_get(adm, &now, NULL);

	if (ret)
		return ret;
	for (size_t i = 0; i < scene->chosen.nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &scene->chosen.guests[i];
		const struct sevadm_guest *left = find(&now, guest->id);

		if (guest->kind != SEVADM_GUEST_SNP || !left || !guest_alive(left))
			continue;
		ret = request_decommission(adm, run, guest, left->state == SEVADM_GUEST_RUNNING ?
					   SEV_DBG_D_RUNNING : 0);
		if (!ret)
			core_phase_done(adm, adm->phase.done + 1);
		if (!ret)
			ret = core_check_cancel(adm);
	}
	sevadm_guests_free(&now);
	return ret;
}

/* With an incomplete list the firmware's own counts have the last word */
static int check_counts(struct sevadm *adm, const struct scene *scene, struct sevadm_run *run)
{
	struct sevadm_guests now;
	uint64_t left;
	bool silent;
	int ret = sevadm_guests_get(adm, &now, run);

	if (ret)
		return ret;
	if (!scene->snp_host)
		now.fw_snp = 0;
	silent = now.fw_sev == SEVADM_NO_FW_CALL || now.fw_snp == SEVADM_NO_FW_CALL;
	left = (uint64_t)now.fw_sev + now.fw_snp;
	sevadm_guests_free(&now);
	if (silent)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "See `sevadm status`.",
				 "the firmware does not tell how many guests it has, and the "
				 "driver's list of them is incomplete");
	if (!left)
		return 0;
	return core_fail(adm, SEVADM_BUSY, EBUSY, "Look for VMs that `sevadm guests` cannot name, "
			 "and end them.", "the firmware still counts %llu guests, and the driver's "
			 "list of them is incomplete", (unsigned long long)left);
}

static int end_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		      struct scene *scene, struct sevadm_run *run)
{
	int ret = 0;

	if (options->guests == SEVADM_GUESTS_STOP)
		ret = guests_stop(adm, run, &scene->chosen, options->stop_seconds);
	else if (options->guests == SEVADM_GUESTS_DECOMMISSION && guests_alive(&scene->chosen, 0))
		ret = guests_freeze(adm, run, &scene->chosen);
	else if (options->leaked)
		ret = guests_prove_unexplained(adm, &scene->chosen);
	if (!ret && (options->guests != SEVADM_GUESTS_REFUSE || options->leaked))
		ret = decommission_left(adm, scene, run);
	if (!ret && options->only)
		ret = check_others(adm, options, run);
	if (!ret && scene->guests.track_lost)
		ret = check_counts(adm, scene, run);
	return ret;
}

/*
 * Was it there, and frozen, at the start?  Or is it one that no process explains, of
 * which ending the guests has proven that none runs it?
 */
static bool may_go_with_sev(const struct sevadm_teardown_options *options,
			    const struct scene *scene, const struct sevadm_guest *guest)
{
	if (!find(&scene->chosen, guest->id))
		return false;
	if (options->guests == SEVADM_GUESTS_DECOMMISSION)
		return true;
	return guest->kind != SEVADM_GUEST_SNP && !guest->held &&
	       (options->leaked || options->guests == SEVADM_GUESTS_STOP);
}

/*
 * SEV guests have no decommission of their own here: they go with the platform.
 * So no guest may be alive that is not to go with it.
 */
static int shut_sev_down(struct sevadm *adm, const struct sevadm_teardown_options *options,
			 struct scene *scene, struct sevadm_run *run)
{
	uint32_t flags = SEV_DBG_C_LEGACY | SEV_DBG_C_TOMBSTONES;
	struct sevadm_guests now;
	int ret = sevadm_guests_get(adm, &now, NULL);

	if (ret)
		return ret;
	for (size_t i = 0; i < now.nr_guests && !ret; i++) {
		if (!guest_alive(&now.guests[i]))
			continue;
		if (!may_go_with_sev(options, scene, &now.guests[i]))
			ret = guests_refuse(adm, run, &now, false);
		else
			flags |= SEV_DBG_C_LIVE;
	}
	sevadm_guests_free(&now);
	if (ret)
		return ret;
	if (scene->guests.track_lost)
		flags |= SEV_DBG_C_LIVE;
	return request_cmd(adm, run, SEV_DBG_SHUTDOWN, flags, FW_CMD_SHUTDOWN, NULL);
}

static bool wants_online(const struct sevadm_teardown_options *options, const struct scene *scene)
{
	return options->online_cpus && scene->snp_up &&
	       !(options->only && guests_alive(&scene->others, 0));
}

static int execute(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   struct scene *scene, struct sevadm_run *run)
{
	unsigned int ending;
	int ret = 0;

	/* before anything is lost: whether they can be is found out here */
	if (wants_online(options, scene))
		ret = cpus_bring_online(adm, run, &scene->offline, &scene->brought);
	/* those of SEV and SEV-ES that are decommissioned end in SHUTDOWN */
	ending = guests_alive(&scene->chosen, options->guests == SEVADM_GUESTS_DECOMMISSION ?
			      SEVADM_GUEST_SNP : 0);
	if (ending && !ret)
		core_phase_begin(adm, "ending guests", "guests", ending);
	if (!ret) {
		ret = end_guests(adm, options, scene, run);
		if (ending)
			core_phase_end(adm, ret);
	}
	if (!ret && scene->sev_up)
		ret = shut_sev_down(adm, options, scene, run);
	if (!ret)
		ret = core_check_cancel(adm);
	if (!ret && scene->snp_up)
		ret = flush_rounds(adm, &options->wbinvd, run);
	else if (!ret && scene->sev_up)
		ret = wbinvd_round(adm, &options->wbinvd, run);
	if (!ret)
		ret = core_check_cancel(adm);
	if (!ret && scene->snp_up)
		ret = shut_snp_down(adm, options, scene, run);
	if (ret)
		return ret;
	core_phase_begin(adm, "proof", NULL, 0);
	ret = prove_down(adm, scene->snp_host, run);
	core_phase_end(adm, ret);
	return ret;
}

static int look(struct sevadm *adm, const struct sevadm_teardown_options *options,
		struct scene *scene, struct sevadm_run *run)
{
	int ret;

	for (int node = 0; node < DEVICE_HOST_NODES; node++)
		if (adm->dev->node_err[node])
			return core_fail_node(adm, node);
	ret = request_info(adm, &scene->info);
	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	if (scene->info.state & SEV_DBG_S_PSP_DEAD)
		return core_fail_psp_dead(adm);
	if (scene->info.state & SEV_DBG_S_IOMMU_STUCK)
		return core_fail_finding(adm, &finding_iommu);
	scene->snp_host = scene->info.state & SEV_DBG_S_SNP_HOST;
	scene->snp_up = scene->snp_host && scene->info.fw_snp_state;
	scene->sev_up = scene->info.fw_sev_state || scene->info.state & SEV_DBG_S_BUFFERS;
	ret = sevadm_guests_get(adm, &scene->guests, NULL);
	return ret ? ret : choose_guests(adm, options, scene, run);
}

static int warn_offline(struct sevadm *adm, const struct sevadm_teardown_options *options,
			const struct scene *scene, struct sevadm_run *run)
{
	char list[256];

	if (!cpuset_count(&scene->offline) || !scene->snp_up || options->online_cpus)
		return 0;
	return core_warn(adm, run, "CPU %s is offline: if a guest ended while it was, SNP_DF_FLUSH "
			 "will answer WBINVD_REQUIRED; --online-cpus brings it online for that",
			 cpuset_format(&scene->offline, list, sizeof(list)));
}

/* For SEV's buffers the driver's SHUTDOWN has every CPU execute WBINVD, together */
static int warn_together(struct sevadm *adm, const struct sevadm_teardown_options *options,
			 const struct scene *scene, struct sevadm_run *run)
{
	if (!scene->sev_up || !(options->wbinvd.rolling || options->wbinvd.jobs))
		return 0;
	return core_warn(adm, run, "the driver's SHUTDOWN executes WBINVD on all CPUs at once, whatever "
			 "%s says of those that follow", options->wbinvd.rolling ? "--rolling" :
			 "--jobs");
}

/* What the driver does not name can be neither spared nor frozen; there may be nothing, though */
static int check_lost(struct sevadm *adm, const struct sevadm_teardown_options *options,
		      const struct scene *scene)
{
	if (!scene->guests.track_lost || options->guests == SEVADM_GUESTS_STOP)
		return 0;
	if (!guests_alive(&scene->guests, 0))
		return check_counts(adm, scene, NULL);
	return core_fail(adm, SEVADM_BUSY, EBUSY, "End every VM of this host, or say "
			 "--guests=stop.", "the driver's list of guests is incomplete, and what it "
			 "does not name cannot be spared or frozen");
}

/* May it be done at all?  Asked while nothing has been done yet */
static int check(struct sevadm *adm, const struct sevadm_teardown_options *options,
		 const struct scene *scene, const struct cpuset *online, struct sevadm_run *run)
{
	int ret;

	/* those that were named are gone; the rest is not what was asked for */
	if (!run->nr_plan && options->only && guests_alive(&scene->others, 0))
		return guests_refuse(adm, run, &scene->others, true);
	if (!run->nr_plan)
		return 0;
	if (options->guests == SEVADM_GUESTS_REFUSE && guests_alive(&scene->others, 0))
		return guests_refuse(adm, run, &scene->others, false);
	ret = core_fail_locked(adm);
	if (!ret)
		ret = check_lost(adm, options, scene);
	if (ret || options->wbinvd.broadcast)
		return ret;
	return wbinvd_check_reach(adm, online);
}

static int teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    struct scene *scene, struct sevadm_run *run)
{
	struct cpuset online;
	int ret;

	ret = look(adm, options, scene, run);
	if (ret)
		return ret;
	ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the list of CPUs online");
	ret = cpus_offline(adm, &scene->offline);
	if (!ret)
		ret = plan_teardown(adm, options, scene, cpuset_count(&online), run);
	if (!ret)
		ret = warn_offline(adm, options, scene, run);
	if (!ret)
		ret = warn_together(adm, options, scene, run);
	run->dry = options->dry;
	if (!ret)
		ret = check(adm, options, scene, &online, run);
	if (ret || options->dry)
		return ret;

	core_message(run, run->nr_plan ? "SEV and SEV-SNP are down" :
		     "SEV and SEV-SNP were down already");
	if (run->nr_plan)
		ret = execute(adm, options, scene, run);
	if (ret)
		guests_thaw(adm, run);
	if (cpus_put_back(adm, run, &scene->brought))
		return -EIO;
	/* what the operator has to know of, however it ended */
	if (guests_warn_frozen(adm, run) || warn_assigned(adm, run))
		return -EIO;
	return ret;
}

int sevadm_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    struct sevadm_run *run)
{
	struct scene scene = { 0 };
	bool stock = !adm->dev->node_err[DEVICE_SEV] && sevadm_is_stock(adm);
	int ret = core_fail_readonly(adm, options->dry);

	if (ret)
		return ret;
	adm->deadline_seconds = options->timeout_seconds;
	adm->deadline = options->timeout_seconds ? adm->host->ops->clock(adm->host) +
			options->timeout_seconds * 1000000000ULL : 0;
	if (adm->journal.interrupted[0])
		ret = core_warn(adm, run, "%s", adm->journal.interrupted);
	if (!ret)
		ret = stock ? stock_teardown(adm, options, run) :
			      teardown(adm, options, &scene, run);
	adm->deadline = 0;
	sevadm_guests_free(&scene.guests);
	sevadm_guests_free(&scene.chosen);
	sevadm_guests_free(&scene.others);
	return ret;
}
