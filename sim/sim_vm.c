// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VM: the commands that a VMM and KVM issue between them to launch it and
 * to take it down (kvm_amd of Linux 6.12.117, arch/x86/kvm/svm/sev.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_launch.h"

#define SNP_MEMORY_PAGES	16u		/* what is measured at launch */
#define SNP_ZERO_PAGES		4u		/* of these */
#define VMSA_GPA		0xfffffffff000ull
#define SNP_POLICY		0x30000ull	/* SMT allowed, reserved bit 17 one */
#define SNP_POLICY_DEBUG	0x80000ull
#define SEV_POLICY_NODBG	0x1u
#define SEV_POLICY_ES		0x4u

void vm_page_add(struct sim *s, uint32_t *head, uint32_t page)
{
	s->st->page[page].next = *head;
	*head = page;
}

int vm_why(struct sim_why *why, int ret, const char *step, uint32_t status)
{
	const char *name = psp_fw_status_name(status);

	if (status != SEV_DBG_NO_FW_CALL)
		return sim_why(why, ret, "%s: the firmware answered %s (%#x)", step,
			       name ? name : "", status);
	return sim_why(why, ret, "%s: %s", step, strerror(-ret));
}

/* KVM_SEV_INIT2 */
static int vm_init(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct sim_kvm *k = &s->st->kvm;
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret;

	if (vm->kind == SIM_KIND_SNP ? !k->sev_snp : !k->sev)
		return vm_why(why, -EINVAL, "KVM_CREATE_VM", error);
	ret = kvm_asid_new(s, vm);
	if (ret)
		return vm_why(why, ret, "KVM_SEV_INIT2", error);
	ret = ccp_platform_init(s, 0, &error);
	if (ret)
		return vm_why(why, ret, "KVM_SEV_INIT2", error);
	if (vm->kind == SIM_KIND_SNP) {
		vm->req = sim_alloc(s, 1);
		vm->resp = ccp_alloc_firmware(s, 1);
		if (!vm->req || !vm->resp)
			return vm_why(why, -EIO, "KVM_SEV_INIT2", SEV_DBG_NO_FW_CALL);
	}
	return 0;
}

/* KVM_SEV_SNP_LAUNCH_START */
static int snp_start(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct fwb_snp_launch_start start;
	struct fwb_snp_activate activate;
	struct fwb_snp_addr create;
	uint32_t error = SEV_DBG_NO_FW_CALL;
	uint32_t page = ccp_alloc_firmware(s, 1);
	int ret;

	if (!page)
		return vm_why(why, -ENOTTY, "KVM_SEV_SNP_LAUNCH_START", error);
	create.address = sim_pa(page);
	ret = ccp_cmd(s, PSP_CMD_SNP_GCTX_CREATE, &create, sizeof(create), &error);
	if (ret) {
		ccp_free_firmware(s, page, 1);
		return vm_why(why, -ENOTTY, "SNP_GCTX_CREATE", error);
	}
	vm->gctx = page;
	memset(&start, 0, sizeof(start));
	start.gctx = sim_pa(page);
	start.policy = vm->policy;
	ret = ccp_cmd(s, PSP_CMD_SNP_LAUNCH_START, &start, sizeof(start), &error);
	if (ret)
		return vm_why(why, ret, "SNP_LAUNCH_START", error);
	activate.gctx = sim_pa(page);
	activate.asid = vm->asid;
	ret = ccp_cmd(s, PSP_CMD_SNP_ACTIVATE, &activate, sizeof(activate), &error);
	return ret ? vm_why(why, ret, "SNP_ACTIVATE", error) : 0;
}

/* KVM's snp_page_reclaim(): what it leaks is in the log, and in no count of the driver's */
static void page_reclaim(struct sim *s, uint32_t page)
{
	struct fwb_snp_addr data = { .address = sim_pa(page) };
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = ccp_cmd(s, PSP_CMD_SNP_PAGE_RECLAIM, &data, sizeof(data), &error);

	if (ret)
		sim_kwarn(s, "WARNING: Failed to reclaim PFN %llx, rc %d fw_err %#x",
			  (unsigned long long)(sim_pa(page) / SIM_PAGE), ret, error);
	if (ret || sim_rmp_shared(s, page))
		sim_leak(s, page, 1);
}

/* A page becomes the guest's: RMPUPDATE, then SNP_LAUNCH_UPDATE */
static int snp_page(struct sim *s, struct sim_vm *vm, uint32_t page, uint64_t gpa,
		    unsigned int type, struct sim_why *why)
{
	struct fwb_snp_launch_update update;
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = sim_rmp_private(s, page, gpa, vm->asid, true);

	if (ret)
		return vm_why(why, ret, "RMPUPDATE", error);
	memset(&update, 0, sizeof(update));
	update.gctx = sim_pa(vm->gctx);
	update.flags = FWB_PAGE_TYPE(type);
	update.address = sim_pa(page);
	ret = ccp_cmd(s, PSP_CMD_SNP_LAUNCH_UPDATE, &update, sizeof(update), &error);
	if (ret) {
		page_reclaim(s, page);
		return vm_why(why, ret, "SNP_LAUNCH_UPDATE", error);
	}
	return 0;
}

/* One more page of the guest's, with what is in @from, if anything: 0 or -errno */
static int snp_add(struct sim *s, struct sim_vm *vm, const uint8_t *from, uint64_t gpa,
		   unsigned int type, struct sim_why *why)
{
	uint32_t page = sim_alloc(s, 1);

	if (!page)
		return vm_why(why, -ENOMEM, "guest memory", SEV_DBG_NO_FW_CALL);
	if (from)
		sim_kernel_write(s, sim_pa(page), from, SIM_PAGE);
	vm_page_add(s, &vm->memory, page);
	vm->pages++;
	if (type == FWB_PAGE_SECRETS)
		vm->guest.secrets = page;
	return snp_page(s, vm, page, gpa, type, why);
}

/* A CPUID and a secrets page are at the end */
static unsigned int snp_type(uint32_t nth)
{
	return nth < SNP_ZERO_PAGES ? FWB_PAGE_ZERO : nth == SNP_MEMORY_PAGES - 1 ?
	       FWB_PAGE_SECRETS : nth == SNP_MEMORY_PAGES - 2 ? FWB_PAGE_CPUID : FWB_PAGE_NORMAL;
}

/* What the firmware wants beside itself, in its order */
static int snp_section(struct sim *s, struct sim_vm *vm, const struct sim_section *section,
		       struct sim_why *why)
{
	unsigned int type = section->type == VM_SECTION_SECRETS ? FWB_PAGE_SECRETS :
			    section->type == VM_SECTION_CPUID ? FWB_PAGE_CPUID : FWB_PAGE_ZERO;
	int ret = 0;

	if (section->size / SIM_PAGE > SIM_MAX_SECTION)
		return vm_why(why, -EFBIG, "a section of the firmware's", SEV_DBG_NO_FW_CALL);
	for (uint32_t at = 0; at < section->size && !ret; at += SIM_PAGE)
		ret = snp_add(s, vm, NULL, (uint64_t)section->gpa + at, type, why);
	return ret;
}

/* An owner's firmware, below 4 GB */
static int snp_firmware(struct sim *s, struct sim_vm *vm, const struct sim_blob *image,
			struct sim_why *why)
{
	struct sim_section sections[SIM_SECTIONS];
	uint64_t gpa = (1ull << 32) - image->size;
	uint32_t n = vm_sections(image, sections, SIM_SECTIONS);
	int ret = 0;

	for (size_t at = 0; at < image->size && !ret; at += SIM_PAGE)
		ret = snp_add(s, vm, image->data + at, gpa + at, FWB_PAGE_NORMAL, why);
	for (uint32_t i = 0; i < n && !ret; i++)
		ret = snp_section(s, vm, &sections[i], why);
	return ret;
}

static int snp_update(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	int ret = 0;

	if (s->launch && s->launch->memory.size)
		return snp_firmware(s, vm, &s->launch->memory, why);
	for (uint32_t i = 0; i < SNP_MEMORY_PAGES && !ret; i++)
		ret = snp_add(s, vm, NULL, (uint64_t)i * SIM_PAGE, snp_type(i), why);
	return ret;
}

/* SNP_LAUNCH_FINISH with what the owner has to say of the guest, which KVM copies for it */
static int finish_with(struct sim *s, const struct sim_vm *vm,
		       struct fwb_snp_launch_finish *finish, uint32_t *error)
{
	const struct sim_launch *l = s->launch;
	uint32_t block = 0, auth = 0;
	int ret;

	snprintf((char *)finish->host_data, sizeof(finish->host_data), "simulated guest %d",
		 vm->pid);
	if (l) {
		finish->flags = l->finish_flags;
		memcpy(finish->host_data, l->host_data, sizeof(finish->host_data));
	}
	if (l && l->id_block.size) {
		block = vm_buffer(s, &l->id_block);
		auth = vm_buffer(s, &l->id_auth);
		finish->id_block = sim_pa(block);
		finish->id_auth = sim_pa(auth);
	}
	ret = !block != !auth ? -ENOMEM : ccp_cmd(s, PSP_CMD_SNP_LAUNCH_FINISH, finish,
						  sizeof(*finish), error);
	if (block)
		sim_free(s, block, 1);
	if (auth)
		sim_free(s, auth, 1);
	return ret;
}

/* KVM_SEV_SNP_LAUNCH_FINISH: the vCPUs' VMSAs first */
static int snp_finish(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct fwb_snp_launch_finish finish;
	uint32_t error = SEV_DBG_NO_FW_CALL, page;
	int ret;

	for (page = vm->vmsa; page; page = s->st->page[page].next) {
		ret = snp_page(s, vm, page, VMSA_GPA, FWB_PAGE_VMSA, why);
		if (ret)
			return ret;
	}
	memset(&finish, 0, sizeof(finish));
	finish.gctx = sim_pa(vm->gctx);
	ret = finish_with(s, vm, &finish, &error);
	if (ret)
		return vm_why(why, ret, "SNP_LAUNCH_FINISH", error);
	vm->launched = 1;
	return 0;
}

static int vm_launch(struct sim *s, struct sim_vm *vm, bool finish, struct sim_why *why)
{
	uint32_t i, page;
	int ret;

	if (vm->kind == SIM_KIND_PLAIN)
		return 0;
	ret = vm_init(s, vm, why);
	if (ret)
		return ret;
	for (i = 0; i < vm->vcpus && vm->kind != SIM_KIND_SEV; i++) {
		page = sim_alloc(s, 1);
		if (!page)
			return vm_why(why, -ENOMEM, "KVM_CREATE_VCPU", SEV_DBG_NO_FW_CALL);
		if (s->launch)		/* nobody looks at others' */
			vm_vmsa(s, page, vm->kind == SIM_KIND_SNP);
		vm_page_add(s, &vm->vmsa, page);
	}
	if (vm->kind != SIM_KIND_SNP)
		return vm_sev_launch(s, vm, finish && !s->launch, why);
	ret = snp_start(s, vm, why);
	if (!ret)
		ret = snp_update(s, vm, why);
	if (!ret && finish)
		ret = snp_finish(s, vm, why);
	return ret;
}

int kvm_vm_create(struct sim *s, struct sim_proc *p, uint32_t kind, unsigned int vcpus,
		  bool finish, struct sim_why *why)
{
	struct sim_kvm *k = &s->st->kvm;
	struct sim_vm *vm;
	uint32_t i;
	int ret;

	if (!k->loaded)
		return sim_why(why, -ENOENT, "kvm_amd is not loaded");
	for (i = 0; i < SIM_MAX_VMS && k->vm[i].used;)
		i++;
	if (i == SIM_MAX_VMS)
		return sim_why(why, -ENOSPC, "a simulated machine holds at most %u VMs",
			       SIM_MAX_VMS);
	vm = &k->vm[i];
	memset(vm, 0, sizeof(*vm));
	vm->used = 1;
	vm->kind = kind;
	vm->vcpus = vcpus;
	vm->pid = p->pid;
	memcpy(vm->comm, p->comm, sizeof(vm->comm));
	vm->policy = kind == SIM_KIND_SNP ? SNP_POLICY | (i % 4 == 3 ? SNP_POLICY_DEBUG : 0) :
		     kind == SIM_KIND_SEV_ES ? SEV_POLICY_NODBG | SEV_POLICY_ES : SEV_POLICY_NODBG;
	if (s->wish && s->wish->kind != SIM_KIND_PLAIN)
		vm->policy = s->wish->policy;
	if (s->launch && s->launch->has_policy)
		vm->policy = s->launch->policy;
	p->vm = i;
	p->has_vm = 1;
	s->current = p;
	ret = vm_launch(s, vm, finish, why);
	s->current = NULL;
	sim_advance(s, 150 * SIM_MS);		/* what the VMM does besides */
	return ret;
}

/* Guest memory and VMSAs: shared again, or leaked */
static void free_list(struct sim *s, uint32_t *head, const char *what)
{
	uint32_t page, next;

	for (page = *head; page; page = next) {
		next = s->st->page[page].next;
		if (s->st->page[page].use == SIM_PAGE_LEAKED)
			continue;		/* when it could not be reclaimed */
		if (sim_rmp_shared(s, page)) {
			sim_kwarn(s, "WARNING: %s cannot be made shared", what);
			sim_leak(s, page, 1);
		} else {
			sim_free(s, page, 1);
		}
	}
	*head = 0;
}

/* snp_decommission_context() */
static int snp_decommission(struct sim *s, struct sim_vm *vm)
{
	struct fwb_snp_addr data;
	int ret;

	if (!vm->gctx)
		return 0;
	data.address = sim_pa(vm->gctx);
	ret = ccp_cmd(s, PSP_CMD_SNP_DECOMMISSION, &data, sizeof(data), NULL);
	if (ret) {
		if (!s->st->kvm.warned)
			sim_kwarn(s, "WARNING: CPU: 0 at arch/x86/kvm/svm/sev.c:2900 Failed to release guest context, ret %d",
				  ret);
		s->st->kvm.warned = 1;
		return ret;
	}
	ccp_free_firmware(s, vm->gctx, 1);
	vm->gctx = 0;
	return 0;
}

static void sev_unbind(struct sim *s, struct sim_vm *vm)
{
	struct fwb_handle handle = { .handle = vm->handle };

	if (!vm->handle)
		return;
	ccp_cmd(s, PSP_CMD_DEACTIVATE, &handle, sizeof(handle), NULL);
	ccp_cmd(s, PSP_CMD_DECOMMISSION, &handle, sizeof(handle), NULL);
}

/* sev_vm_destroy(), then the vCPUs and the memory */
void kvm_vm_destroy(struct sim *s, struct sim_proc *p)
{
	struct sim_vm *vm = &s->st->kvm.vm[p->vm];
	bool leaked = false;

	if (!p->has_vm)
		return;
	s->current = p;
	if (vm->kind != SIM_KIND_PLAIN)
		sim_wbinvd_all(s);
	if (vm->kind == SIM_KIND_SNP) {
		ccp_free_firmware(s, vm->resp, 1);
		if (vm->req)
			sim_free(s, vm->req, 1);
		vm->resp = vm->req = 0;
		leaked = snp_decommission(s, vm);
	} else {
		sev_unbind(s, vm);
	}
	if (!leaked)
		kvm_asid_free(s, vm);
	free_list(s, &vm->vmsa, "VMSA");
	free_list(s, &vm->memory, "guest memory");
	vm->pages = 0;
	vm->guest.secrets = 0;
	guest_tsm_forget(s, vm);
	if (leaked)
		vm->leaked = 1;			/* nobody in the kernel remembers it */
	else
		memset(vm, 0, sizeof(*vm));
	p->has_vm = 0;
	s->current = NULL;
}

uint32_t kvm_vm_assigned(struct sim *s, const struct sim_vm *vm)
{
	uint32_t page, n = 0;

	for (page = vm->memory; page; page = s->st->page[page].next)
		n += sim_rmp_assigned(s, page);
	for (page = vm->vmsa; page; page = s->st->page[page].next)
		n += sim_rmp_assigned(s, page);
	if (vm->gctx)
		n += sim_rmp_assigned(s, vm->gctx);
	if (vm->resp)
		n += sim_rmp_assigned(s, vm->resp);
	return n;
}
