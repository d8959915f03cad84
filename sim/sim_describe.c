// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machine is, from its insides and not through the interfaces under test */
#include <errno.h>
#include <string.h>

#include "psp_fw_generation.h"
#include "sim_internal.h"

static uint32_t pending_threads(const struct sim *s)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->st->m.cpus; i++)
		n += !psp_fw_wbinvd_done(&s->st->fw, i);
	return n;
}

static uint32_t dirty_asids(const struct sim *s)
{
	const struct psp_fw_asid *sets;
	uint32_t asid, i, n = 0;

	for (asid = 1; (sets = psp_fw_asid_sets(&s->st->fw, asid)); asid++)
		for (i = 0; i < PSP_FW_MAX_CCX / 64; i++)
			if (sets->dirty.w[i]) {
				n++;
				break;
			}
	return n;
}

static void describe(struct sim *s, struct sim_info *info)
{
	const struct sim_machine *m = &s->st->m;
	uint32_t i;

	memset(info, 0, sizeof(*info));
	memcpy(info->kernel, m->kernel, sizeof(info->kernel));
	info->cpus = m->cpus;
	info->online = sim_cpus_online(s);
	info->ccxs = m->ccxs;
	info->sockets = m->sockets;
	info->threads_per_core = m->threads_per_core;
	info->patch = s->st->debug.registered;
	info->kvm_loaded = s->st->kvm.loaded;
	info->driver_snp_init = s->st->ccp.snp_initialized;
	info->psp_dead = s->st->ccp.psp_dead;
	info->init_locked = debug_locked_out(s);
	info->fw_sev_state = s->st->fw.sev_state;
	info->fw_snp_state = s->st->fw.snp_state;
	info->snp_guests = s->st->fw.snp_guest_count;
	info->sev_guests = s->st->fw.sev_guest_count;
	info->wbinvd_pending = pending_threads(s);
	info->asids_dirty = dirty_asids(s);
	info->assigned_pages = sim_rmp_census(s);
	info->leaked_pages = s->st->mem.leaked;
	info->clock_ns = m->clock_ns;
	info->generation = m->generation;
	info->cpu_generation = psp_fw_generation_info(m->cpu_generation)->name;
	sim_describe_set(s, info);
	info->boots = m->boots;
	info->kernel_warnings = m->warnings;
	for (i = 0; i < SIM_MAX_VMS; i++)
		info->guests += s->st->kvm.vm[i].used;
}

int sim_describe(struct sim *s, struct sim_info *info)
{
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	describe(s, info);
	return sim_leave(s, 0);
}

static void describe_guest(struct sim *s, const struct sim_vm *vm, struct sim_guest_info *g)
{
	const struct sim_proc *p = vm->leaked ? NULL : proc_find(s, vm->pid);
	const struct sim_tracked *tracked = debug_find_vm(s, vm);

	memset(g, 0, sizeof(*g));
	g->pid = vm->leaked ? 0 : (uint32_t)vm->pid;
	g->asid = vm->asid;
	g->kind = vm->kind;
	g->policy = vm->policy;
	memcpy(g->comm, vm->comm, sizeof(g->comm));
	if (p)
		sim_unit_name(s, p, g->unit, sizeof(g->unit));
	g->running = p && !p->stopped && !p->frozen;
	g->frozen = p && (p->stopped || p->frozen);
	g->launched = vm->launched;
	g->leaked = vm->leaked;
	if (vm->kind == SIM_KIND_SNP)
		g->tombstone = vm->gctx && !psp_fw_snp_guest_find(&s->st->fw, sim_pa(vm->gctx));
	else if (vm->kind != SIM_KIND_PLAIN)
		g->tombstone = vm->handle && !psp_fw_sev_guest_find(&s->st->fw, vm->handle);
	g->assigned_pages = kvm_vm_assigned(s, vm);
	g->id = s->st->debug.registered && tracked ? tracked->u.id : 0;
}

int sim_describe_guest(struct sim *s, unsigned int index, struct sim_guest_info *guest)
{
	uint32_t i;
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	ret = -ENOENT;
	for (i = 0; i < SIM_MAX_VMS; i++) {
		if (!s->st->kvm.vm[i].used || index--)
			continue;
		describe_guest(s, &s->st->kvm.vm[i], guest);
		ret = 0;
		break;
	}
	return sim_leave(s, ret);
}

int sim_describe_log(struct sim *s, unsigned int index, char line[SIM_LOG_LINE])
{
	const struct sim_machine *m = &s->st->m;
	uint64_t first;
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	first = m->klog_count > SIM_KLOG_LINES ? m->klog_count - SIM_KLOG_LINES : 0;
	if (first + index >= m->klog_count) {
		ret = -ENOENT;
	} else {
		memcpy(line, m->klog[(first + index) % SIM_KLOG_LINES], SIM_LOG_LINE);
		line[SIM_LOG_LINE - 1] = 0;
	}
	return sim_leave(s, ret);
}
