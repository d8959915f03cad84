// SPDX-License-Identifier: GPL-2.0-or-later
/* kvm_amd of Linux 6.12.117: loading, unloading, ASIDs (arch/x86/kvm/svm/sev.c) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

unsigned int kvm_vms(const struct sim *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < SIM_MAX_VMS; i++)
		n += s->st->kvm.vm[i].used && !s->st->kvm.vm[i].leaked;
	return n;
}

void kvm_cpu_svm(struct sim *s, unsigned int cpu, bool on)
{
	s->st->m.cpu[cpu].svm = on;
	s->st->m.cpu[cpu].hsave_pa = on ? sim_pa(1) + (uint64_t)cpu * SIM_PAGE : 0;
}

static bool is_es(const struct sim_vm *vm)
{
	return vm->kind == SIM_KIND_SEV_ES || vm->kind == SIM_KIND_SNP;
}

static bool reclaimable(const struct sim_kvm *k, uint32_t min, uint32_t max)
{
	uint32_t i;

	for (i = min; i <= max; i++)
		if (k->asid_reclaim[i])
			return true;
	return false;
}

/* sev_flush_asids() */
static int flush_asids(struct sim *s, uint32_t min, uint32_t max)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t error = 0;
	int ret;

	if (!reclaimable(k, min, max))
		return -EBUSY;
	sim_wbinvd_all(s);
	ret = ccp_cmd(s, k->sev_snp ? PSP_CMD_SNP_DF_FLUSH : PSP_CMD_DF_FLUSH, NULL, 0, &error);
	if (ret)
		sim_klog(s, "kvm_amd: SEV%s: DF_FLUSH failed, ret=%d, error=%#x",
			 k->sev_snp ? "-SNP" : "", ret, error);
	return ret;
}

static bool recycle_asids(struct sim *s, uint32_t min, uint32_t max)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t i;

	if (flush_asids(s, min, max))
		return false;
	for (i = 0; i <= PSP_FW_MAX_ASID; i++) {
		k->asid_used[i] ^= k->asid_reclaim[i];
		k->asid_reclaim[i] = 0;
	}
	return true;
}

/* sev_asid_new(), with the charge to the misc cgroup: SNP guests count as sev_es */
int kvm_asid_new(struct sim *s, struct sim_vm *vm)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t min = is_es(vm) ? 1 : k->min_sev_asid;
	uint32_t max = is_es(vm) ? k->min_sev_asid - 1 : k->max_sev_asid;
	uint32_t asid;
	bool retry = true;

	if (min > max)
		return -ENOTTY;
	if (k->charged[is_es(vm)] >= max - min + 1)
		return -EBUSY;
	if (k->max_snp_asid && vm->kind == SIM_KIND_SNP)
		max = k->max_snp_asid;
	else if (k->max_snp_asid && vm->kind == SIM_KIND_SEV_ES)
		min = k->max_snp_asid + 1;
	if (s->wish && s->wish->asid) {
		if (s->wish->asid < min || s->wish->asid > max)
			return -EBUSY;
		min = max = s->wish->asid;
	}
again:
	for (asid = min; asid <= max && k->asid_used[asid];)
		asid++;
	if (asid > max) {
		if (retry && recycle_asids(s, min, max)) {
			retry = false;
			goto again;
		}
		return -EBUSY;
	}
	k->asid_used[asid] = 1;
	k->charged[is_es(vm)]++;
	vm->charged = 1;
	vm->asid = asid;
	return 0;
}

void kvm_asid_free(struct sim *s, struct sim_vm *vm)
{
	struct sim_kvm *k = &s->st->kvm;

	if (!vm->asid)
		return;
	k->asid_reclaim[vm->asid] = 1;
	if (vm->charged && k->charged[is_es(vm)])
		k->charged[is_es(vm)]--;
	vm->charged = 0;
	vm->asid = 0;
}

/* is_sev_snp_initialized() */
static bool snp_is_initialized(struct sim *s)
{
	struct fwb_snp_status status;
	struct fwb_snp_addr buf;
	uint32_t page, error = 0;
	int ret;

	page = ccp_alloc_firmware(s, 1);
	if (!page)
		return false;
	buf.address = sim_pa(page);
	ret = ccp_cmd(s, PSP_CMD_SNP_PLATFORM_STATUS, &buf, sizeof(buf), &error);
	if (ret)
		sim_klog(s, "kvm_amd: SEV: SNP_PLATFORM_STATUS failed ret=%d, fw_error=%u (%#x)",
			 ret, error, error);
	sim_kernel_read(s, sim_pa(page), &status, sizeof(status));
	ccp_free_firmware(s, page, 1);
	return !ret && status.state;
}

/* sev_hardware_setup(), then SVM on every CPU (enable_virt_at_load) */
int kvm_load(struct sim *s)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t i, error = SEV_DBG_NO_FW_CALL;
	bool up, snp = false;
	bool cth = s->st->m.cth && ccp_has_cth(s);

	if (k->loaded)
		return -EEXIST;
	memset(k->asid_used, 0, sizeof(k->asid_used));
	memset(k->asid_reclaim, 0, sizeof(k->asid_reclaim));
	k->max_snp_asid = cth ? (k->min_sev_asid - 1) / 2 : 0;
	up = s->st->ccp.probed && !sim_booted_with(s, "kvm_amd.sev=0") &&
	     !ccp_platform_init(s, k->max_snp_asid, &error);
	if (up && ccp_host_snp(s))
		snp = snp_is_initialized(s);
	k->capacity = up || s->st->ccp.probed;
	k->sev = up;
	k->sev_es = up && k->min_sev_asid > 1 && !sim_booted_with(s, "kvm_amd.sev_es=0");
	k->sev_snp = snp && k->sev_es && !sim_booted_with(s, "kvm_amd.sev_snp=0");
	sim_klog(s, "kvm_amd: SEV %s (ASIDs %u - %u)", up ? "enabled" : "disabled",
		 k->min_sev_asid, k->max_sev_asid);
	sim_klog(s, "kvm_amd: SEV-SNP %s (ASIDs %u - %u)", k->sev_snp ? "enabled" : "disabled", 1,
		 cth ? k->max_snp_asid : k->min_sev_asid - 1);
	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online)
			kvm_cpu_svm(s, i, true);
	k->loaded = 1;
	sim_changed(s);
	return 0;
}

/* sev_hardware_unsetup(), after SVM is off */
int kvm_unload(struct sim *s)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t i;

	if (!k->loaded)
		return -ENOENT;
	if (kvm_vms(s))
		return -EBUSY;
	for (i = 0; i < s->st->m.cpus; i++)
		kvm_cpu_svm(s, i, false);
	if (k->sev) {
		flush_asids(s, 1, k->max_sev_asid);
		k->capacity = 0;
		if (sim_kernel_has_6_16(&s->st->m))
			ccp_firmware_shutdown(s);
	}
	k->loaded = 0;
	k->sev = k->sev_es = k->sev_snp = 0;
	k->warned = 0;
	sim_changed(s);
	return 0;
}
