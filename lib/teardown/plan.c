// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts to plan: what teardown is going to do on this host, and why in this
 * order.
 */
#include "lib/teardown/vmms.h"

static int add(struct sevadm *adm, struct sevadm_run *run, const char *command, uint32_t count,
	       const char *why)
{
	struct sevadm_plan_step step = { .command = command, .count = count, .why = why };

	return core_plan_add(adm, run, &step);
}

int plan_stop(struct sevadm *adm, const struct sevadm_teardown_options *options,
	      const struct sevadm_guests *guests, struct sevadm_run *run)
{
	static const char *const why = "KVM decommissions a guest when its VMM ends, and makes its "
				       "pages shared again";
	unsigned int domains = 0, services = 0, others = 0;
	int ret = 0;

	for (size_t i = 0; i < guests->nr_vms; i++) {
		struct host_vm *vm = &adm->vms.list[i];

		if (!vmm_concerned(guests, i))
			continue;
		if (host_vm_unit(adm->host, vm)->kind == HOST_UNIT_SERVICE)
			services++;
		else if (vm->unit.kind == HOST_UNIT_LIBVIRT && options->stop_seconds &&
			 !vmm_stands(adm, vm))
			domains++;
		else
			others++;
	}
	if (domains)
		ret = add(adm, run, "virsh shutdown", domains, why);
	if (!ret && services)
		ret = add(adm, run, "systemctl stop", services, why);
	if (!ret && others)
		ret = add(adm, run, "SIGTERM", others, why);
	return ret;
}

static int plan_freeze(struct sevadm *adm, const struct scene *scene, struct sevadm_run *run)
{
	static const char *const why = "no vCPU may be inside a guest when its context goes";
	unsigned int frozen = 0, stopped = 0;
	int ret = 0;

	for (size_t i = 0; i < scene->chosen.nr_vms; i++) {
		if (!vmm_concerned(&scene->chosen, i))
			continue;
		if (host_vm_unit(adm->host, &adm->vms.list[i])->cgroup[0])
			frozen++;
		else
			stopped++;
	}
	if (frozen)
		ret = add(adm, run, "FREEZE", frozen, why);
	if (!ret && stopped)
		ret = add(adm, run, "SIGSTOP", stopped, why);
	return ret;
}

static int plan_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		       const struct scene *scene, struct sevadm_run *run)
{
	bool stop = options->guests == SEVADM_GUESTS_STOP;
	int ret = 0;

	if (stop)
		ret = plan_stop(adm, options, &scene->chosen, run);
	else if (guests_alive(&scene->chosen, 0))
		ret = plan_freeze(adm, scene, run);
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
