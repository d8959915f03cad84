// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a state that lay in a file can be worked on: every index in range,
 * every list ending, counts that agree with what they count.  After that
 * nothing in sim/ reads or writes out of bounds or runs for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "sim_internal.h"

#define ARRAY(a)	(sizeof(a) / sizeof((a)[0]))

static bool text_ends(const char *text, size_t size)
{
	return memchr(text, 0, size);
}

static bool flags_ok(const uint8_t *flags, size_t n)
{
	while (n--)
		if (*flags++ > 1)
			return false;
	return true;
}

static const char *check_cpu(const struct sim_machine *m, uint32_t i)
{
	const struct sim_cpu *c = &m->cpu[i];

	if (c->core != i % m->cores || c->ccx >= PSP_FW_MAX_CCX || c->socket >= m->sockets)
		return "a CPU is in no place";
	if (c->online > 1 || c->allowed > 1 || c->deaf > 1 || c->svm > 1 || c->snp_en > 1 ||
	    c->vanishes > 1)
		return "a CPU's state makes no sense";
	return NULL;
}

static const char *check_machine(const struct sim_state *st)
{
	const struct sim_machine *m = &st->m;
	const char *wrong;
	uint32_t i;

	if (m->cpus < 1 || m->cpus > SIM_MAX_CPUS || m->threads_per_core < 1 ||
	    m->threads_per_core > 2 || m->cores * m->threads_per_core != m->cpus ||
	    m->sockets < 1 || m->sockets > 2 || m->cores % m->sockets ||
	    m->cores_per_ccx < 1 || m->cores_per_ccx > 16 || m->ccxs > PSP_FW_MAX_CCX)
		return "its processors make no sense";
	if (st->fw.nr_threads != m->cpus)
		return "firmware and machine differ in processors";
	if (m->wbinvd_ns < 1000 || m->wbinvd_ns > SIM_SEC)
		return "its WBINVD takes no time, or too much";
	if (!m->cpu[0].online)
		return "the boot CPU is offline";
	for (i = 0; i < m->cpus; i++) {
		wrong = check_cpu(m, i);
		if (wrong)
			return wrong;
	}
	if (!text_ends(m->kernel, sizeof(m->kernel)) || m->access > SIM_ACCESS_NONE ||
	    m->no_patch > 1 || m->kexec_loaded > 1 || m->crash_loaded > 1 ||
	    m->kexec_disabled > 1 || m->lockdown > 2 || m->iommu_fails > 1 ||
	    m->cth > 1 || m->tio > 1 || m->cpu_generation > PSP_FW_TURIN || m->smt > SIM_SMT_NOTSUPPORTED ||
	    m->virsh > SIM_PROGRAM_MISSING || m->systemctl > SIM_PROGRAM_MISSING ||
	    m->bios & ~SIM_BIOS_ALL || m->no_msr > 1 || m->hugepages > SIM_PAGES / 512 ||
	    m->memlock_kb > 1ull << 40 || !text_ends(m->cmdline, sizeof(m->cmdline)) ||
	    m->units >= SIM_UNITS || !text_ends(m->next_kernel, sizeof(m->next_kernel)) ||
	    m->next_pid < 1000 || m->next_pid > 8000000)
		return "its kernel makes no sense";
	for (i = 0; i < SIM_KLOG_LINES; i++)
		if (!text_ends(m->klog[i], sizeof(m->klog[i])))
			return "its log makes no sense";
	return NULL;
}

static const char *check_pages(const struct sim_state *st)
{
	const struct sim_memory *mem = &st->mem;
	uint8_t taken[SIM_SLOTS] = { 0 };
	uint32_t i, slot;

	if (mem->hint >= SIM_PAGES || mem->slot_hint >= SIM_SLOTS)
		return "its memory makes no sense";
	for (i = 0; i < SIM_PAGES; i++) {
		slot = st->page[i].slot;
		if (st->page[i].use >= SIM_PAGE_USES || st->page[i].next >= SIM_PAGES ||
		    slot > SIM_SLOTS)
			return "a page makes no sense";
		if (slot && taken[slot - 1]++)
			return "two pages have the same content";
	}
	if (memcmp(taken, mem->slot_used, sizeof(taken)))
		return "content of pages went missing";
	return NULL;
}

static const char *check_rmp(const struct sim_state *st)
{
	uint32_t asid_pages[PSP_FW_MAX_ASID + 1] = { 0 };
	const struct psp_fw_rmp *e;
	uint64_t assigned = 0;

	for (e = st->rmp; e < st->rmp + SIM_PAGES; e++) {
		if (e->assigned > 1 || e->immutable > 1 || e->validated > 1 || e->vmsa > 1 ||
		    e->page_2m > 1 || e->asid > PSP_FW_MAX_ASID)
			return "an RMP entry makes no sense";
		assigned += e->assigned;
		if (e->assigned && e->asid)
			asid_pages[e->asid]++;
	}
	if (assigned != st->mem.assigned ||
	    memcmp(asid_pages, st->mem.asid_pages, sizeof(asid_pages)))
		return "the RMP does not add up";
	return NULL;
}

static const char *check_ccp(const struct sim_state *st)
{
	const struct sim_ccp *c = &st->ccp;

	if (c->probed > 1 || c->snp_initialized > 1 || c->sev_state > PSP_WORKING ||
	    c->psp_dead > 1 || c->cmd_buf_active > 1 || c->cmd_buf_backup_active > 1 ||
	    c->iommu_failed > 1 || c->flush_pending > 1 || c->tio > 1)
		return "the driver's state makes no sense";
	if (c->cmd_buf >= SIM_PAGES || c->cmd_buf_backup >= SIM_PAGES ||
	    (c->probed && (!c->cmd_buf || !c->cmd_buf_backup)))
		return "the driver's buffers make no sense";
	if (c->probed && c->tmr_size != 1u << 20 && c->tmr_size != 2u << 20)
		return "the driver's TMR makes no sense";
	if (c->tmr && (c->tmr >= SIM_PAGES || (c->tmr_pages != 256 && c->tmr_pages != 512) ||
		       c->tmr + c->tmr_pages > SIM_PAGES))
		return "the driver's TMR makes no sense";
	return NULL;
}

/* Each command that is kept is where its number says */
static bool ring_fits(const struct sim_ring *r)
{
	uint64_t seq = r->last - r->first < SIM_RING_SIZE ? r->first :
		       r->last - SIM_RING_SIZE + 1;

	if (!r->last)
		return !r->first;
	if (!r->first || r->first > r->last || r->last > INT64_MAX)
		return false;
	for (; seq <= r->last; seq++) {
		const struct sev_dbg_trace_entry *e = &r->entry[seq % SIM_RING_SIZE];

		if (e->seq != seq || !text_ends((const char *)e->comm, sizeof(e->comm)))
			return false;
	}
	return true;
}

static const char *check_debug(const struct sim_state *st)
{
	const struct sim_debug *d = &st->debug;
	const struct sim_tracked *g;

	if (d->registered > 1 || d->track_lost > (SEV_DBG_KIND_SEV | SEV_DBG_KIND_SNP) ||
	    d->locked_out > 1 || d->no_memory > 1 || d->count > SIM_MAX_TRACKED)
		return "the list of guests makes no sense";
	for (g = d->guest; g < d->guest + d->count; g++) {
		if (g->u.kind != SEV_DBG_KIND_SEV && g->u.kind != SEV_DBG_KIND_SNP)
			return "the list of guests makes no sense";
		if (g->u.kind == SEV_DBG_KIND_SNP &&
		    (!sim_page_of(g->gctx) || g->gctx % SIM_PAGE))
			return "the list of guests makes no sense";
		if (!text_ends((const char *)g->u.comm, sizeof(g->u.comm)))
			return "the list of guests makes no sense";
	}
	return ring_fits(&d->ring) ? NULL : "the record of commands makes no sense";
}

/* A page of a VM: in use, and nobody else's */
static bool claim(const struct sim_state *st, uint8_t *seen, uint32_t page)
{
	if (!page)
		return true;
	if (page >= SIM_PAGES || seen[page]++)
		return false;
	return st->page[page].use == SIM_PAGE_USED;
}

static const char *check_vm(const struct sim_state *st, const struct sim_vm *vm, uint8_t *seen)
{
	bool secrets = !vm->guest.secrets;
	uint32_t page;

	if (vm->used > 1 || vm->leaked > 1 || vm->launched > 1 || vm->charged > 1 ||
	    vm->kind >= SIM_KINDS || vm->asid > PSP_FW_MAX_ASID ||
	    vm->vcpus > SIM_MAX_VCPUS || !text_ends(vm->comm, sizeof(vm->comm)))
		return "a VM makes no sense";
	if (!claim(st, seen, vm->gctx) || !claim(st, seen, vm->resp) || !claim(st, seen, vm->req))
		return "a VM's pages make no sense";
	for (page = vm->memory; page; page = st->page[page].next) {
		if (!claim(st, seen, page))
			return "a VM's memory makes no sense";
		secrets = secrets || page == vm->guest.secrets;
	}
	if (!secrets || vm->guest.vmpl > 3 || !text_ends(vm->guest.alert, sizeof(vm->guest.alert)))
		return "a guest's kernel makes no sense";
	for (page = vm->vmsa; page; page = st->page[page].next)
		if (!claim(st, seen, page))
			return "a VM's VMSAs make no sense";
	return NULL;
}

static const char *check_kvm(const struct sim_state *st, uint8_t *seen)
{
	const struct sim_kvm *k = &st->kvm;
	const char *wrong;
	uint32_t i;

	if (k->max_snp_asid >= k->min_sev_asid)
		return "KVM's ASIDs make no sense";
	if (st->vmm.certs_len > SIM_CERTS_MAX)
		return "the table of certificates makes no sense";
	for (i = 0; i < SIM_TSM_ITEMS; i++) {
		const struct sim_tsm *t = &st->tsm[i];

		if (t->in_len > sizeof(t->in) || t->out_len > sizeof(t->out) ||
		    t->certs_len > sizeof(t->certs) || !text_ends(t->name, sizeof(t->name)))
			return "a guest's configfs makes no sense";
	}
	if (k->loaded > 1 || k->sev > 1 || k->sev_es > 1 || k->sev_snp > 1 || k->capacity > 1 ||
	    k->max_sev_asid > PSP_FW_MAX_ASID || k->max_sev_asid != st->fw.nr_asids ||
	    k->min_sev_asid < 1 || k->min_sev_asid > k->max_sev_asid + 1 ||
	    k->min_sev_asid != st->fw.min_sev_asid)
		return "KVM's state makes no sense";
	if (!flags_ok(k->asid_used, sizeof(k->asid_used)) ||
	    !flags_ok(k->asid_reclaim, sizeof(k->asid_reclaim)))
		return "KVM's ASIDs make no sense";
	for (i = 0; i < SIM_MAX_VMS; i++) {
		wrong = check_vm(st, &k->vm[i], seen);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *check_processes(const struct sim_state *st)
{
	uint8_t owned[SIM_MAX_VMS] = { 0 };
	const struct sim_proc *p;
	uint32_t i;

	for (p = st->proc; p < st->proc + SIM_MAX_VMS; p++) {
		if (p->used > 1 || p->stubborn > 1 || p->stopped > 1 || p->frozen > 1 ||
		    p->term_pending > 1 || p->killed > 1 || p->has_vm > 1 || p->unit >= SIM_UNITS ||
		    !text_ends(p->comm, sizeof(p->comm)))
			return "a process makes no sense";
		if (!p->used) {
			if (p->has_vm || p->exit_at_ns)
				return "a process that ended makes no sense";
			continue;
		}
		if (p->pid < 1000 || (uint32_t)p->pid >= st->m.next_pid || p->threads < 2 ||
		    p->threads > SIM_MAX_VCPUS + 2)
			return "a process makes no sense";
		if (p->has_vm && (p->vm >= SIM_MAX_VMS || owned[p->vm]++ ||
				  !st->kvm.vm[p->vm].used || st->kvm.vm[p->vm].leaked ||
				  st->kvm.vm[p->vm].vcpus + 2 != p->threads))
			return "a process's VM makes no sense";
	}
	for (i = 0; i < SIM_MAX_VMS; i++)
		if (st->kvm.vm[i].used && !st->kvm.vm[i].leaked && !owned[i])
			return "a VM belongs to no process";
	return NULL;
}

const char *sim_check(const struct sim_state *st)
{
	const char *(*const checks[])(const struct sim_state *st) = {
		check_machine, check_pages, check_rmp, check_ccp, check_debug, check_processes,
	};
	const char *wrong = NULL;
	uint8_t *seen;
	size_t i;

	for (i = 0; i < ARRAY(checks) && !wrong; i++)
		wrong = checks[i](st);
	if (wrong)
		return wrong;
	seen = calloc(SIM_PAGES, 1);
	if (!seen)
		return "no memory to look at it";
	wrong = check_kvm(st, seen);
	free(seen);
	return wrong ? wrong : psp_fw_check(&st->fw);
}
