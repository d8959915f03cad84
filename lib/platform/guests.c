// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests as the driver tracked them, set against the processes that hold VMs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/platform/guests.h"
#include "lib/platform/noted.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum sevadm_guest_state guests_state_of(const struct sev_dbg_guest *g)
{
	if (g->flags & SEV_DBG_G_TOMBSTONE)
		return SEVADM_GUEST_TOMBSTONE;
	if (g->flags & SEV_DBG_G_RUNNING)
		return SEVADM_GUEST_RUNNING;
	return g->flags & SEV_DBG_G_LAUNCHED || g->kind == SEV_DBG_KIND_SEV ?
	       SEVADM_GUEST_LAUNCHING : SEVADM_GUEST_INIT;
}

static void guest_of(const struct sev_dbg_guest *g, uint64_t now, struct sevadm_guest *guest)
{
	char comm[sizeof(g->comm) + 1] = "";

	memcpy(comm, g->comm, sizeof(g->comm));
	*guest = (struct sevadm_guest){
		.id = g->id,
		.kind = g->kind == SEV_DBG_KIND_SNP ? SEVADM_GUEST_SNP :
			g->policy & FW_SEV_POLICY_ES ? SEVADM_GUEST_SEV_ES : SEVADM_GUEST_SEV,
		.state = guests_state_of(g),
		.asid = g->asid,
		.handle = g->handle,
		.policy = g->policy,
		.pid = g->tgid,
		.created_ns = g->created_boot_ns,
		.age_ns = now > g->created_boot_ns ? now - g->created_boot_ns : 0,
	};
	text_escape(comm, guest->comm, sizeof(guest->comm));
}

static int copy_vms(struct sevadm *adm, struct sevadm_guests *guests)
{
	guests->vms = calloc(adm->vms.nr + 1, sizeof(*guests->vms));
	if (!guests->vms)
		return -ENOMEM;
	guests->nr_vms = adm->vms.nr;
	guests->hidden = adm->vms.hidden;
	for (size_t i = 0; i < adm->vms.nr; i++) {
		struct host_vm *vm = &adm->vms.list[i];

		guests->vms[i] = (struct sevadm_vm){
			.pid = vm->pid, .vms = vm->vms, .vcpus = vm->vcpus,
			.sev = vm->sev, .gmem = vm->gmems,
		};
		strcpy(guests->vms[i].comm, vm->comm);
		strcpy(guests->vms[i].unit, host_vm_unit(adm->host, vm)->name);
	}
	return 0;
}

/*
 * The process that made a guest explains it, as long as it holds no fewer VMs
 * than guests were found for it.  A VM handed to another process is taken for
 * unexplained: better one doubt too many.
 */
static void match(const struct sevadm *adm, struct sevadm_guests *guests)
{
	for (size_t i = 0; i < guests->nr_guests; i++) {
		struct sevadm_guest *guest = &guests->guests[i];

		for (size_t j = 0; j < guests->nr_vms && !guest->held; j++) {
			struct sevadm_vm *vm = &guests->vms[j];

			/* a younger process only has the same number */
			if (vm->pid != guest->pid || (vm->vms && vm->guests >= vm->vms) ||
			    adm->vms.list[j].start_ns > guest->created_ns)
				continue;
			vm->guests++;
			vm->sev = true;
			guest->held = true;
		}
		/* its process may have come after the processes were looked at */
		guest->held |= adm->surveyed_ns && guest->created_ns >= adm->surveyed_ns;
	}
}

int guests_list(struct sevadm *adm, const struct sev_dbg_info *info, struct sevadm_guests *guests)
{
	_cleanup_free_ struct sev_dbg_guest *list = NULL;
	uint64_t now = adm->host->ops->clock(adm->host);
	size_t nr;
	int ret;

	ret = request_guest_list(adm, &list, &nr);
	if (ret)
		return ret;
	guests->guests = calloc(nr + 1, sizeof(*guests->guests));
	if (!guests->guests)
		return -ENOMEM;
	guests->nr_guests = nr;
	guests->has_list = true;
	guests->track_lost = info->state & SEV_DBG_S_TRACK_LOST;
	for (size_t i = 0; i < nr; i++)
		guest_of(&list[i], now, &guests->guests[i]);
	return 0;
}

/* The firmware's own counts are worth having, but nothing fails for want of them */
static int count(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run)
{
	struct platforms p;
	int ret = 0;

	request_platforms(adm, &p);
	if (!p.sev_ret)
		guests->fw_sev = p.sev.guest_count;
	if (!p.snp_ret)
		guests->fw_snp = p.snp.guest_count;
	if (run)
		ret = core_step_add(adm, run, &p.sev_step);
	if (run && !ret)
		ret = core_step_add(adm, run, &p.snp_step);
	return ret;
}

/* What processes explain no guest, what guests no process */
static int warn(struct sevadm *adm, const struct sevadm_guests *guests, struct sevadm_run *run)
{
	int ret = 0;

	if (!guests->has_list)
		ret = core_warn(adm, run, "without /dev/sev-debug there are only processes and "
				"counts");
	if (!ret && guests->hidden)
		ret = core_warn(adm, run, "%zu processes could not be looked into: run it as root",
				guests->hidden);
	if (!ret && guests->track_lost)
		ret = core_warn(adm, run, "the driver lost track: the list of guests is "
				"incomplete");
	for (size_t i = 0; i < guests->nr_guests && !ret; i++) {
		const struct sevadm_guest *guest = &guests->guests[i];

		if (!guest->held && guest->state != SEVADM_GUEST_TOMBSTONE)
			ret = core_warn(adm, run, "no process explains guest %llu (made by "
					"%s[%d]): its context leaked, or its VM was handed on",
					(unsigned long long)guest->id, guest->comm, guest->pid);
	}
	for (size_t i = 0; i < guests->nr_vms && guests->has_list && !ret; i++) {
		const struct sevadm_vm *vm = &guests->vms[i];

		if (vm->sev && !vm->guests)
			ret = core_warn(adm, run, "no guest explains %s[%d], which holds a VM and "
					"/dev/sev: it is before LAUNCH_START, or after a failed "
					"decommission", vm->comm, vm->pid);
	}
	return ret;
}

/* For who completes a command line later.  Nothing fails for want of it */
static void note_guests(struct sevadm *adm, const struct sevadm_guests *guests)
{
	_cleanup_free_ char *text = NULL;
	char boot[64];

	if (!adm->note_path || geteuid() ||
	    host_read_line(adm->below, "/proc/sys/kernel/random/boot_id", boot, sizeof(boot)))
		return;
	text = noted_text(guests, boot);
	/* who waits for guests to end looks ten times a second */
	if (!text || (adm->noted && !strcmp(adm->noted, text)) ||
	    noted_write(adm->note_path, text))
		return;
	free(adm->noted);
	adm->noted = text;
	text = NULL;
}

int sevadm_guests_get(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run)
{
	struct sev_dbg_info info;
	int ret;

	*guests = (struct sevadm_guests){
		.fw_snp = SEVADM_NO_FW_CALL, .fw_sev = SEVADM_NO_FW_CALL,
	};
	/* a node that is not there leaves less to tell; one that may not be opened, nothing */
	for (int node = 0; node < DEVICE_HOST_NODES; node++)
		if (adm->dev->node_err[node] == -EACCES || adm->dev->node_err[node] == -EPERM)
			return core_fail_node(adm, node);
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	if (!adm->surveyed) {
		ret = sevadm_survey(adm);
		if (ret)
			return ret;
	}
	ret = copy_vms(adm, guests);
	if (!ret && !adm->dev->node_err[DEVICE_SEV_DEBUG]) {
		ret = request_info(adm, &info);
		if (!ret)
			ret = guests_list(adm, &info, guests);
	}
	if (ret) {
		sevadm_guests_free(guests);
		return core_fail_errno(adm, -ret, "list the guests");
	}
	match(adm, guests);
	if (run)
		ret = warn(adm, guests, run);
	if (!ret)
		ret = count(adm, guests, run);
	if (ret)
		sevadm_guests_free(guests);
	else if (guests->has_list)
		note_guests(adm, guests);
	return ret;
}

void sevadm_guests_free(struct sevadm_guests *guests)
{
	free(guests->guests);
	free(guests->vms);
	*guests = (struct sevadm_guests){ 0 };
}
