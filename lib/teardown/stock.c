// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A teardown with what a stock kernel offers.  The driver shuts everything down when
 * kvm_amd goes, and discards the results: what it logs, and what /dev/sev says
 * afterwards, is all there is to see.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/command.h"
#include "lib/firmware/messages.h"
#include "lib/firmware/status.h"
#include "lib/teardown/vmms.h"

#define COUNT_SECONDS	10

/* ------------------------------------------------------------ the driver's messages */

/**
 * struct reading - the kernel's log from a place on
 * @after:	only what came after this; UINT64_MAX: only find the end
 * @last:	the last line's number
 * @any:	there was a line at all
 * @iommu:	the IOMMU's pages could not be given back
 * @leaked:	a page was given up
 * @timed_out:	the driver gave the secure processor up
 * @failed:	the first command of the shutdown that failed, by its step in the run, plus 1
 */
struct reading {
	struct sevadm *adm;
	struct sevadm_run *run;
	uint64_t after, last;
	bool any, iommu, leaked, timed_out;
	size_t failed;
};

static int read_line(void *arg, uint64_t seq, const char *text)
{
	struct reading *r = arg;
	struct message m;
	struct sevadm_step step = {
		.kind = SEVADM_STEP_FIRMWARE, .has_status = true, .count = 1,
	};

	r->last = seq;
	if (r->after == UINT64_MAX || (r->any && seq <= r->after) || !message_find(text, &m))
		return 0;
	r->iommu |= m.row->id == MESSAGE_IOMMU_FAILED;
	r->leaked |= m.row->id == MESSAGE_LEAK;
	r->timed_out |= m.row->id == MESSAGE_PSP_DEAD;
	if (!m.row->command || !m.has_status)
		return 0;
	step.command = command_name(m.row->command);
	step.err = m.err;
	/* one that timed out is logged with error 0, one that was not issued with anything */
	step.status = m.err == EIO ? m.status : SEVADM_NO_FW_CALL;
	/* KVM's own flush, when it gives its ASIDs up */
	step.harmless = m.row->harmless;
	step.reason = m.row->harmless ? "as KVM logged it; nothing depends on it" :
		      "as the driver logged it";
	if (!m.row->harmless && !r->failed)
		r->failed = r->run->nr_steps + 1;
	return core_step_add(r->adm, r->run, &step);
}

/* Where the log ends now: what comes later is ours */
static int mark(struct sevadm *adm, struct reading *r)
{
	*r = (struct reading){ .adm = adm, .after = UINT64_MAX, .last = UINT64_MAX };
	return adm->host->ops->kmsg(adm->host, read_line, r);
}

/* ------------------------------------------------------------------------- guests */

/* So does who holds /dev/kvm alone: found out before a guest is ended in vain */
static int refuse_openers(struct sevadm *adm)
{
	if (!adm->vms.kvm_openers)
		return 0;
	return core_fail(adm, SEVADM_BUSY, EBUSY, "End it.", "process %d holds /dev/kvm open, and "
			 "without the companion patch kvm_amd has to be unloaded",
			 (int)adm->vms.kvm_opener);
}

/* Everybody who holds a VM, of any kind, keeps kvm_amd: the first in the failure */
static int refuse(struct sevadm *adm, const struct sevadm_guests *guests, bool sev,
		  struct sevadm_run *run)
{
	const char *kind = sev ? "an encrypted guest" : "a VM without encryption";
	int ret = 0;

	for (size_t i = 0; i < guests->nr_vms; i++) {
		const struct sevadm_vm *vm = &guests->vms[i];
		int err = 0;

		if (vm->sev != sev)
			continue;
		if (ret)
			err = core_warn(adm, run, "%s[%d] holds %s, too", vm->comm, vm->pid, kind);
		else
			ret = core_fail(adm, SEVADM_BUSY, EBUSY, sev ?
					"End it, or say --guests=stop." : "End it.",
					"%s[%d] holds %s, and without the companion patch kvm_amd "
					"has to be unloaded", vm->comm, vm->pid, kind);
		if (err)
			return err;
	}
	return ret;
}

static bool any_vm(const struct sevadm_guests *guests)
{
	for (size_t i = 0; i < guests->nr_vms; i++)
		if (guests->vms[i].sev)
			return true;
	return false;
}

static int fail_leaked(struct sevadm *adm, uint32_t sev, uint32_t snp)
{
	return core_fail(adm, SEVADM_BUSY, EBUSY, "A process that cannot be seen holds them, or their "
			 "contexts leaked, which without the companion patch only a cold reboot mends.",
			 "no VMM is left, and the firmware still counts %u SEV and %u SNP guests", sev,
			 snp);
}

int stock_look(struct sevadm *adm, struct platforms *p)
{
	request_platforms(adm, p);
	if (p->sev_ret == -EBUSY)
		return core_fail_psp_dead(adm);
	if (platforms_half_up(p))
		return core_fail_finding(adm, &finding_half_up_stock);
	if (p->sev_ret)
		return core_fail_step(adm, &p->sev_step, SEV_DBG_R_NONE, FW_CMD_PLATFORM_STATUS);
	if (p->snp_ret && p->snp_ret != -EINVAL && p->snp_ret != -ENODEV)
		return core_fail_step(adm, &p->snp_step, SEV_DBG_R_NONE,
				      FW_CMD_SNP_PLATFORM_STATUS);
	return 0;
}

/* KVM tells the firmware a little after the process has ended */
static int wait_for_counts(struct sevadm *adm)
{
	uint64_t deadline = adm->host->ops->clock(adm->host) + COUNT_SECONDS * SECOND;

	for (;;) {
		struct platforms p;
		int ret = stock_look(adm, &p);

		/* where SNP is not there, it has no guests either */
		if (ret || !(p.sev.guest_count + (p.snp_ret ? 0 : p.snp.guest_count)))
			return ret;
		if (adm->host->ops->clock(adm->host) >= deadline)
			return fail_leaked(adm, p.sev.guest_count,
					   p.snp_ret ? 0 : p.snp.guest_count);
		ret = core_check_cancel(adm);
		if (ret)
			return ret;
		adm->host->ops->sleep(adm->host, TICK_NS);
	}
}

/* --------------------------------------------------------------------------- plan */

static int add(struct sevadm *adm, struct sevadm_run *run, const char *command, uint32_t count,
	       const char *why)
{
	struct sevadm_plan_step step = { .command = command, .count = count, .why = why };

	return core_plan_add(adm, run, &step);
}

static int plan(struct sevadm *adm, const struct sevadm_teardown_options *options,
		const struct sevadm_guests *guests, unsigned int offline, struct sevadm_run *run)
{
	int ret = 0;

	if (!options->online_cpus)
		offline = 0;
	if (offline)
		ret = add(adm, run, "CPU_ONLINE", offline, "a core that is offline when a guest ends "
			  "owes its WBINVD, and cannot execute it");

	if (!ret && options->guests == SEVADM_GUESTS_STOP)
		ret = plan_stop(adm, options, guests, run);
	if (!ret)
		ret = add(adm, run, "rmmod kvm_amd", 1, "the driver then shuts SEV and SNP down by "
			  "itself: SHUTDOWN, WBINVD, SNP_SHUTDOWN_EX, with SNP_DF_FLUSH if need be");
	if (!ret)
		ret = add(adm, run, "PLATFORM_STATUS", 1, "proves that SEV is UNINIT");
	if (!ret)
		ret = add(adm, run, "SNP_PLATFORM_STATUS", 1, "proves that SNP is UNINIT");
	if (!ret && offline)
		ret = add(adm, run, "CPU_OFFLINE", offline, "as they were found");
	return ret ? ret : plan_order(adm, run);
}

/* -------------------------------------------------------------------------- steps */

static bool is_recorded(const struct sevadm_run *run, const char *command)
{
	for (size_t i = 0; i < run->nr_steps; i++)
		if (!run->steps[i].harmless && !strcmp(run->steps[i].command, command))
			return true;
	return false;
}

/* What the driver does of its own accord, and says nothing of where it succeeds */
static int warn_unseen(struct sevadm *adm, struct sevadm_run *run, const struct platforms *before,
		       int log_err)
{
	const struct {
		const char *command;
		bool issued;
	} rows[] = {
		{ "SHUTDOWN", before->sev.state }, { "WBINVD", before->snp.state },
		{ "SNP_SHUTDOWN_EX", before->snp.state },
	};
	char unseen[64] = "";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].issued && !is_recorded(run, rows[i].command)) {
			size_t used = strlen(unseen);

			snprintf(unseen + used, sizeof(unseen) - used, "%s%s", used ? ", " : "",
				 rows[i].command);
		}
	if (!unseen[0])
		return 0;
	if (log_err)
		return core_warn(adm, run, "the kernel's log cannot be read (%s), and a stock driver "
				 "tells of failures only there: no status was seen of %s",
				 strerrorname_np(-log_err), unseen);
	return core_warn(adm, run, "a stock driver logs failures only: no status was seen of %s",
			 unseen);
}

/* What the log says of the shutdown as the failure that it was */
static int judge(struct sevadm *adm, const struct reading *r, struct sevadm_run *run)
{
	const struct sevadm_step *step = r->failed ? &run->steps[r->failed - 1] : NULL;
	char list[256], remedy[512] = "Load kvm_amd (`modprobe kvm_amd`) and run the same command "
		"again; if SNP does not come up then, only a cold reboot brings it down.";
	struct cpuset offline;

	if (r->leaked && core_warn(adm, run, "the kernel gave pages up, which stay assigned in the "
				   "RMP: this host must not kexec"))
		return -ENOMEM;
	if (r->timed_out)
		return core_fail(adm, SEVADM_FAILED, ETIMEDOUT, "Reboot cold; kexec will not help.",
				 "the firmware did not answer in time while kvm_amd was unloaded "
				 "(ETIMEDOUT), and the driver gave the secure processor up");
	if (r->iommu)
		return core_fail_finding(adm, &finding_iommu_stock);
	if (!step)
		return 0;
	/* it was the driver that did not issue it */
	if (step->status == SEVADM_NO_FW_CALL)
		return core_fail_step(adm, step, SEV_DBG_R_NONE, 0);
	if (cpus_offline(adm, &offline))
		return -EIO;
	if (step->status == FW_HWERROR_PLATFORM || step->status == FW_HWERROR_UNSAFE)
		snprintf(remedy, sizeof(remedy), "%s", status_find(step->status)->remedy);
	else if (cpuset_count(&offline))
		snprintf(remedy, sizeof(remedy), "Bring CPU %s online (echo 1 > "
			 "/sys/devices/system/cpu/cpuN/online), then `modprobe kvm_amd`, then run the "
			 "same command again; --online-cpus does the first by itself.",
			 cpuset_format(&offline, list, sizeof(list)));
	return core_fail_refused(adm, step, remedy, "%s: firmware refused, as the driver logged: %s "
				 "(0x%04x)", step->command, sevadm_status_name(step->status),
				 step->status);
}

/* @log_err: why there is no mark in the log; @end: the mark, UINT64_MAX: of an empty log */
static int unload(struct sevadm *adm, const struct platforms *before, int log_err, uint64_t end,
		  struct sevadm_run *run)
{
	struct reading r = { .adm = adm, .run = run, .after = end, .any = end != UINT64_MAX };
	int ret = kvm_remove(adm, run);

	if (ret)
		return ret;
	if (!log_err)
		log_err = adm->host->ops->kmsg(adm->host, read_line, &r);
	ret = warn_unseen(adm, run, before, log_err);
	return ret ? ret : judge(adm, &r, run);
}

static int execute(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   const struct platforms *p, const struct sevadm_guests *guests,
		   const struct cpuset *offline, struct cpuset *brought, struct sevadm_run *run)
{
	struct reading before;
	int log_err, ret = 0;

	/* the end of a guest may have its failures, too */
	log_err = mark(adm, &before);
	if (options->online_cpus)
		ret = cpus_bring_online(adm, run, offline, brought);
	if (!ret && options->guests == SEVADM_GUESTS_STOP) {
		/* no list tells how many there are */
		core_phase_begin(adm, "ending guests", NULL, 0);
		ret = guests_stop(adm, run, guests, options->stop_seconds);
		if (!ret)
			ret = wait_for_counts(adm);
		core_phase_end(adm, ret);
	}
	if (!ret)
		ret = core_check_cancel(adm);
	if (!ret)
		ret = unload(adm, p, log_err, before.last, run);
	if (ret)
		return ret;
	core_phase_begin(adm, "proof", NULL, 0);
	ret = prove_down(adm, guests->fw_snp != SEVADM_NO_FW_CALL, run);
	core_phase_end(adm, ret);
	return ret;
}

/* The driver's own WBINVD is the kernel's broadcast */
static int check_wbinvd(struct sevadm *adm, const struct sevadm_wbinvd_options *options,
			struct sevadm_run *run)
{
	if (options->rolling)
		return core_fail(adm, SEVADM_ABSENT, EOPNOTSUPP, "Leave --rolling out, or load a ccp "
				 "module that carries sevadm's companion patch.", "a stock driver "
				 "executes WBINVD on all CPUs at once");
	if (options->jobs)
		return core_warn(adm, run, "a stock driver executes WBINVD on all CPUs at once, "
				 "whatever --jobs says");
	return 0;
}

static uint32_t counted_snp(const struct sevadm_guests *guests)
{
	return guests->fw_snp == SEVADM_NO_FW_CALL ? 0 : guests->fw_snp;
}

static int teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    const struct platforms *p, const struct sevadm_guests *guests,
		    struct sevadm_run *run)
{
	struct cpuset offline, brought = { 0 };
	char list[256];
	int ret, back;

	ret = cpus_offline(adm, &offline);
	if (!ret)
		ret = plan(adm, options, guests, cpuset_count(&offline), run);
	if (!ret)
		ret = refuse(adm, guests, false, run);
	if (!ret)
		ret = refuse_openers(adm);
	if (!ret && options->guests == SEVADM_GUESTS_REFUSE)
		ret = refuse(adm, guests, true, run);
	if (!ret && !any_vm(guests) && guests->fw_sev + counted_snp(guests))
		ret = fail_leaked(adm, guests->fw_sev, counted_snp(guests));
	if (!ret && cpuset_count(&offline) && !options->online_cpus)
		ret = core_warn(adm, run, "CPU %s is offline: if a guest ended while it was, the "
				"driver's SNP_DF_FLUSH is refused with WBINVD_REQUIRED",
				cpuset_format(&offline, list, sizeof(list)));
	if (ret || options->dry)
		return ret;
	core_message(run, "SEV and SEV-SNP are down, and kvm_amd is unloaded");
	ret = execute(adm, options, p, guests, &offline, &brought, run);
	back = cpus_put_back(adm, run, &brought);
	return ret ? ret : back;
}

int stock_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   struct sevadm_run *run)
{
	const struct finding *obstacle;
	struct sevadm_guests guests;
	struct platforms p;
	int ret;

	run->dry = options->dry;
	/* a stock driver decommissions nothing, and names no guest */
	if (options->guests == SEVADM_GUESTS_DECOMMISSION || options->only || options->leaked)
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	ret = check_wbinvd(adm, &options->wbinvd, run);
	if (!ret)
		ret = stock_look(adm, &p);
	if (ret)
		return ret;
	obstacle = driver_stock_obstacle(adm, &p);
	if (obstacle)
		return core_fail_finding(adm, obstacle);
	if (driver_module(adm, "kvm_amd") != DRIVER_MODULE_LIVE) {
		core_message(run, "SEV and SEV-SNP were down already");
		return 0;
	}
	ret = sevadm_guests_get(adm, &guests, NULL);
	if (ret)
		return ret;
	ret = teardown(adm, options, &p, &guests, run);
	sevadm_guests_free(&guests);
	return ret;
}
