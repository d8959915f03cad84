// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts to plan: what teardown is going to do on this host, and why in this
 * order.
 */
#include "lib/teardown/teardown.h"

static int add(struct sevadm *adm, struct sevadm_run *run, const char *command, uint32_t count,
	       const char *why)
{
	struct sevadm_plan_step step = { .command = command, .count = count, .why = why };

	return core_plan_add(adm, run, &step);
}

static int plan_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		       const struct scene *scene, struct sevadm_run *run)
{
	bool stop = options->guests == SEVADM_GUESTS_STOP;
	unsigned int vmms = 0;
	int ret = 0;

	for (size_t i = 0; i < scene->chosen.nr_vms; i++)
		vmms += scene->chosen.vms[i].sev;
	if (vmms && stop)
		ret = add(adm, run, "SIGTERM", vmms, "KVM decommissions a guest when its VMM ends, "
			  "and makes its pages shared again");
	else if (vmms && guests_alive(&scene->chosen, 0))
		ret = add(adm, run, "SIGSTOP", vmms, "no vCPU may be inside a guest when its "
			  "context goes");
	for (size_t i = 0; i < scene->chosen.nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &scene->chosen.guests[i];
		struct sevadm_plan_step step = {
			.command = "SNP_DECOMMISSION",
			.has_guest = true,
			.guest = guest->id,
			.asid = guest->asid,
			.count = 1,
			.why = "a guest that is still active makes SNP_SHUTDOWN_EX answer "
			       "DFFLUSH_REQUIRED",
		};

		if (guest->kind != SEVADM_GUEST_SNP || !guest_alive(guest))
			continue;
		if (stop && guest->held)
			continue;
		ret = core_plan_add(adm, run, &step);
	}
	return ret;
}

int plan_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		  const struct scene *scene, unsigned int nr_cpus, struct sevadm_run *run)
{
	bool part = options->only && guests_alive(&scene->others, 0);	/* it ends after these */
	unsigned int offline = options->online_cpus && scene->snp_up && !part ?
			       cpuset_count(&scene->offline) : 0;
	int ret = 0;

	if (offline)
		ret = add(adm, run, "CPU_ONLINE", offline, "a core that is offline when a guest ends "
			  "owes its WBINVD, and cannot execute it");
	if (!ret && (options->guests != SEVADM_GUESTS_REFUSE || options->leaked))
		ret = plan_guests(adm, options, scene, run);
	if (ret || part)
		return ret ? ret : plan_order(adm, run);
	nr_cpus += offline;
	if (!ret && scene->sev_up)
		ret = add(adm, run, "SHUTDOWN", 1, "SNP goes down only after SEV; and SEV's own "
			  "guests dirty their ASIDs here, so WBINVD comes after it");
	if (!ret && (scene->sev_up || scene->snp_up))
		ret = add(adm, run, options->wbinvd.broadcast ? "WBINVD_ALL" : "WBINVD", nr_cpus,
			  "decommission clears what a core did before: each has to do it after");
	if (!ret && scene->snp_up)
		ret = add(adm, run, "SNP_DF_FLUSH", 1, "answers WBINVD_REQUIRED while a core is "
			  "left out; makes every ASID clean");
	if (!ret && scene->snp_up)
		ret = add(adm, run, "SNP_SHUTDOWN_EX", 1, "answers DFFLUSH_REQUIRED while an ASID "
			  "is not clean; frees the IOMMU");
	if (!ret && run->nr_plan)
		ret = add(adm, run, "PLATFORM_STATUS", 1, "proves that SEV is UNINIT");
	if (!ret && run->nr_plan && scene->snp_host)
		ret = add(adm, run, "SNP_PLATFORM_STATUS", 1, "proves that SNP is UNINIT");
	if (!ret && offline)
		ret = add(adm, run, "CPU_OFFLINE", offline, "as they were found; each executes WBINVD "
			  "once more");
	return ret ? ret : plan_order(adm, run);
}
