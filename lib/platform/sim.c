// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Simulated hosts as files: made, shown and acted upon.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "lib/util/cleanup.h"
#include "sevadm.h"
#include "sim/sim.h"

/* @invalid: whose fault EINVAL is, the caller's or the file's */
static int fail(struct sevadm_failure *failure, enum sevadm_class invalid, int err,
		const struct sim_why *why)
{
	*failure = (struct sevadm_failure){
		.kind = err == EINVAL ? invalid :
			 err == EACCES || err == EPERM ? SEVADM_PERMISSION :
			 err == ENOENT || err == ENODEV ? SEVADM_ABSENT :
			 err == EBUSY ? SEVADM_BUSY : SEVADM_FAILED,
		.err = err,
		.status = SEVADM_NO_FW_CALL,
	};
	snprintf(failure->message, sizeof(failure->message), "%s",
		 why->text[0] ? why->text : strerror(err));
	return -err;
}

int sevadm_sim_create(const char *path, const struct sevadm_sim_options *options,
		      struct sevadm_failure *failure)
{
	struct sim_options sim = {
		.cpus = options->cpus,
		.threads_per_core = options->threads_per_core,
		.cores_per_ccx = options->cores_per_ccx,
		.sockets = options->sockets,
		.snp_guests = options->snp_guests,
		.sev_guests = options->sev_guests,
		.sev_es_guests = options->sev_es_guests,
		.launching_guests = options->launching_guests,
		.leaked_guests = options->leaked_guests,
		.stubborn_guests = options->stubborn_guests,
		.vcpus = options->vcpus,
		.wbinvd_us = options->wbinvd_us,
		.offline = options->offline,
		.kernel = options->kernel,
		.units = options->units,
		.generation = options->generation,
		.bios = options->bios,
		.cmdline = options->cmdline,
		.no_patch = options->no_patch,
		.ciphertext_hiding = options->ciphertext_hiding,
		.tio = options->tio,
		.overwrite = options->overwrite,
	};
	_cleanup_free_ struct sim_vm_options *vms = calloc(options->nr_vms + 1, sizeof(*vms));
	struct sim_why why = { "" };
	int ret;

	if (!vms)
		return fail(failure, SEVADM_FAILED, ENOMEM, &why);
	for (size_t i = 0; i < options->nr_vms; i++) {
		const struct sevadm_sim_vm *v = &options->vms[i];

		vms[i] = (struct sim_vm_options){
			.id = v->id, .policy = v->policy, .pid = v->pid, .kind = v->kind,
			.asid = v->asid, .vcpus = v->vcpus, .comm = v->comm, .units = v->units,
			.launching = v->launching, .leaked = v->leaked,
		};
	}
	sim.vms = vms;
	sim.nr_vms = options->nr_vms;
	ret = sim_create(path, &sim, &device_sim_crypto, &why);
	return ret ? fail(failure, SEVADM_USAGE, -ret, &why) : 0;
}

static int describe_guests(struct sim *sim, struct sevadm_sim_info *info)
{
	struct sim_guest_info g;

	while (!sim_describe_guest(sim, (unsigned int)info->nr_guests, &g)) {
		struct sevadm_sim_guest *list = reallocarray(info->guests, info->nr_guests + 1,
							     sizeof(*list));

		if (!list)
			return -ENOMEM;
		info->guests = list;
		list[info->nr_guests] = (struct sevadm_sim_guest){
			.pid = g.pid, .asid = g.asid, .kind = (enum sevadm_guest_kind)g.kind,
			.policy = g.policy, .running = g.running, .launched = g.launched,
			.leaked = g.leaked, .tombstone = g.tombstone, .frozen = g.frozen,
			.assigned_pages = g.assigned_pages, .id = g.id,
		};
		snprintf(list[info->nr_guests].comm, sizeof(g.comm), "%s", g.comm);
		snprintf(list[info->nr_guests].unit, sizeof(g.unit), "%s", g.unit);
		info->nr_guests++;
	}
	return 0;
}

int sevadm_sim_show(const char *path, struct sevadm_sim_info *info, struct sevadm_failure *failure)
{
	struct sim_why why = { "" };
	struct sim_info sim_info;
	struct sim *sim;
	int ret;

	*info = (struct sevadm_sim_info){ 0 };
	ret = sim_open(path, &device_sim_crypto, &sim, &why);
	if (ret)
		return fail(failure, SEVADM_FAILED, -ret, &why);
	ret = sim_describe(sim, &sim_info);
	if (!ret)
		ret = describe_guests(sim, info);
	sim_close(sim);
	if (ret) {
		sevadm_sim_info_free(info);
		return fail(failure, SEVADM_FAILED, -ret, &why);
	}
	snprintf(info->kernel, sizeof(info->kernel), "%s", sim_info.kernel);
	info->cpus = sim_info.cpus;
	info->online = sim_info.online;
	info->ccxs = sim_info.ccxs;
	info->sockets = sim_info.sockets;
	info->threads_per_core = sim_info.threads_per_core;
	info->patch = sim_info.patch;
	info->kvm_loaded = sim_info.kvm_loaded;
	info->driver_snp_init = sim_info.driver_snp_init;
	info->psp_dead = sim_info.psp_dead;
	info->init_locked = sim_info.init_locked;
	info->fw_sev_state = sim_info.fw_sev_state;
	info->fw_snp_state = sim_info.fw_snp_state;
	info->snp_guests = sim_info.snp_guests;
	info->sev_guests = sim_info.sev_guests;
	info->wbinvd_pending = sim_info.wbinvd_pending;
	info->asids_dirty = sim_info.asids_dirty;
	info->assigned_pages = sim_info.assigned_pages;
	info->leaked_pages = sim_info.leaked_pages;
	info->clock_ns = sim_info.clock_ns;
	info->boots = sim_info.boots;
	snprintf(info->next_kernel, sizeof(info->next_kernel), "%s", sim_info.next_kernel);
	info->wbinvd_us = sim_info.wbinvd_us;
	info->generation = sim_info.cpu_generation;
	info->access = sim_info.access;
	info->lockdown = sim_info.lockdown;
	info->units = sim_info.units;
	info->virsh = sim_info.virsh;
	info->systemctl = sim_info.systemctl;
	info->msr = sim_info.msr;
	info->hugepages = sim_info.hugepages;
	info->memlock_kb = sim_info.memlock_kb;
	info->memlock_limited = sim_info.memlock_kb;
	snprintf(info->bios, sizeof(info->bios), "%s", sim_info.bios);
	snprintf(info->cmdline, sizeof(info->cmdline), "%s", sim_info.cmdline);
	return 0;
}

void sevadm_sim_info_free(struct sevadm_sim_info *info)
{
	free(info->guests);
	*info = (struct sevadm_sim_info){ 0 };
}

int sevadm_sim_set(const char *path, const char *const *assignments, size_t nr,
		   struct sevadm_failure *failure)
{
	struct sim_why why = { "" };
	struct sim *sim;
	int ret;

	ret = sim_open(path, &device_sim_crypto, &sim, &why);
	if (ret)
		return fail(failure, SEVADM_FAILED, -ret, &why);
	ret = sim_set(sim, assignments, nr, &why);
	sim_close(sim);
	return ret ? fail(failure, SEVADM_USAGE, -ret, &why) : 0;
}

int sevadm_sim_act(const char *path, const char *action, int64_t *result,
		   struct sevadm_failure *failure)
{
	struct sim_why why = { "" };
	struct sim *sim;
	int ret;

	ret = sim_open(path, &device_sim_crypto, &sim, &why);
	if (ret)
		return fail(failure, SEVADM_FAILED, -ret, &why);
	ret = sim_act(sim, action, result, &why);
	sim_close(sim);
	return ret ? fail(failure, SEVADM_USAGE, -ret, &why) : 0;
}
