// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of SEV or SEV-ES: the commands that a VMM and KVM issue between them to launch
 * it, and what its owner wants of it (kvm_amd of Linux 6.12.117, arch/x86/kvm/svm/sev.c).
 */
#include <errno.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_launch.h"

#define MEMORY_PAGES	8u	/* what is measured at launch, if nobody said */

uint32_t vm_pages(size_t size)
{
	return (uint32_t)((size + SIM_PAGE - 1) / SIM_PAGE);
}

/* All that sim_alloc() gives for so many becomes the guest's, a page each */
static void add_run(struct sim *s, struct sim_vm *vm, uint32_t page, uint32_t pages)
{
	uint32_t n = 1;

	while (n < pages)
		n *= 2;
	for (uint32_t i = 0; i < n; i++)
		vm_page_add(s, &vm->memory, page + i);
	vm->pages += n;
}

static void copy(struct sim *s, uint32_t page, const struct sim_blob *from)
{
	for (size_t at = 0; at < from->size; at += SIM_PAGE)
		sim_kernel_write(s, sim_pa(page) + at, from->data + at,
				 from->size - at < SIM_PAGE ? from->size - at : SIM_PAGE);
}

uint32_t vm_buffer(struct sim *s, const struct sim_blob *blob)
{
	uint32_t page = sim_alloc(s, vm_pages(blob->size));

	if (page)
		copy(s, page, blob);
	return page;
}

static void drop(struct sim *s, uint32_t page, const struct sim_blob *blob)
{
	if (page)
		sim_free(s, page, vm_pages(blob->size));
}

/* LAUNCH_START with the owner's certificate and session, which KVM copies for it */
static int start_session(struct sim *s, struct fwb_launch_start *start, uint32_t *error)
{
	const struct sim_launch *l = s->launch;
	uint32_t godh, session;
	int ret = -ENOMEM;

	if (!l || !l->session.size)
		return ccp_cmd(s, PSP_CMD_LAUNCH_START, start, sizeof(*start), error);
	godh = vm_buffer(s, &l->godh);
	session = vm_buffer(s, &l->session);
	start->cert_address = sim_pa(godh);
	start->cert_len = (uint32_t)l->godh.size;
	start->session_address = sim_pa(session);
	start->session_len = (uint32_t)l->session.size;
	if (godh && session)
		ret = ccp_cmd(s, PSP_CMD_LAUNCH_START, start, sizeof(*start), error);
	drop(s, godh, &l->godh);
	drop(s, session, &l->session);
	return ret;
}

/* KVM_SEV_LAUNCH_START */
static int launch_start(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct fwb_launch_start start = { .policy = (uint32_t)vm->policy };
	uint32_t error = SEV_DBG_NO_FW_CALL;
	struct fwb_activate activate;
	struct fwb_handle handle;
	int ret = start_session(s, &start, &error);

	if (ret)
		return vm_why(why, ret, "LAUNCH_START", error);
	handle.handle = activate.handle = start.handle;
	activate.asid = vm->asid;
	ret = ccp_cmd(s, PSP_CMD_ACTIVATE, &activate, sizeof(activate), &error);
	if (ret) {
		ccp_cmd(s, PSP_CMD_DECOMMISSION, &handle, sizeof(handle), NULL);
		return vm_why(why, ret, "ACTIVATE", error);
	}
	vm->handle = start.handle;
	return 0;
}

/* KVM_SEV_LAUNCH_UPDATE_DATA, KVM_SEV_LAUNCH_UPDATE_VMSA */
static int launch_update(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	const struct sim_blob *memory = s->launch && s->launch->memory.size ? &s->launch->memory :
									       NULL;
	uint32_t pages = memory ? vm_pages(memory->size) : MEMORY_PAGES;
	struct fwb_launch_range range = { .handle = vm->handle };
	uint32_t page = sim_alloc(s, pages), error = SEV_DBG_NO_FW_CALL;
	int ret;

	if (!page)
		return vm_why(why, -ENOMEM, "guest memory", SEV_DBG_NO_FW_CALL);
	if (memory)
		copy(s, page, memory);
	add_run(s, vm, page, pages);
	range.address = sim_pa(page);
	range.len = memory ? (uint32_t)memory->size : pages * SIM_PAGE;
	ret = ccp_cmd(s, PSP_CMD_LAUNCH_UPDATE_DATA, &range, sizeof(range), &error);
	if (ret)
		return vm_why(why, ret, "LAUNCH_UPDATE_DATA", error);
	for (page = vm->vmsa; page && vm->kind == SIM_KIND_SEV_ES; page = s->st->page[page].next) {
		range.address = sim_pa(page);
		range.len = SIM_PAGE;
		ret = ccp_cmd(s, PSP_CMD_LAUNCH_UPDATE_VMSA, &range, sizeof(range), &error);
		if (ret)
			return vm_why(why, ret, "LAUNCH_UPDATE_VMSA", error);
	}
	return 0;
}

/* KVM_SEV_LAUNCH_MEASURE */
static int launch_measure(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct fwb_launch_range range = { .handle = vm->handle, .len = 48 };
	uint32_t blob = sim_alloc(s, 1), error = SEV_DBG_NO_FW_CALL;
	int ret;

	if (!blob)
		return vm_why(why, -ENOMEM, "LAUNCH_MEASURE", error);
	range.address = sim_pa(blob);
	ret = ccp_cmd(s, PSP_CMD_LAUNCH_MEASURE, &range, sizeof(range), &error);
	if (!ret && s->launch)
		sim_kernel_read(s, sim_pa(blob), s->launch->measurement,
				sizeof(s->launch->measurement));
	sim_free(s, blob, 1);
	return ret ? vm_why(why, ret, "LAUNCH_MEASURE", error) : 0;
}

/* KVM_SEV_LAUNCH_FINISH */
int vm_sev_finish(struct sim *s, struct sim_vm *vm, struct sim_why *why)
{
	struct fwb_handle handle = { .handle = vm->handle };
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = ccp_cmd(s, PSP_CMD_LAUNCH_FINISH, &handle, sizeof(handle), &error);

	if (ret)
		return vm_why(why, ret, "LAUNCH_FINISH", error);
	vm->launched = 1;
	return 0;
}

int vm_sev_launch(struct sim *s, struct sim_vm *vm, bool finish, struct sim_why *why)
{
	int ret = launch_start(s, vm, why);

	if (!ret)
		ret = launch_update(s, vm, why);
	if (!ret)
		ret = launch_measure(s, vm, why);
	if (!ret && finish)
		ret = vm_sev_finish(s, vm, why);
	return ret;
}

/* KVM_SEV_LAUNCH_SECRET, into pages of the guest's that were not measured */
int vm_sev_secret(struct sim *s, struct sim_vm *vm, const struct sim_blob *header,
		  struct sim_blob *payload, struct sim_why *why)
{
	struct fwb_launch_secret data = { .handle = vm->handle };
	uint32_t hdr = vm_buffer(s, header), trans = vm_buffer(s, payload);
	uint32_t pages = vm_pages(payload->size), guest = sim_alloc(s, pages);
	uint32_t error = SEV_DBG_NO_FW_CALL;
	int ret = -ENOMEM;

	data.hdr_address = sim_pa(hdr);
	data.hdr_len = (uint32_t)header->size;
	data.trans_address = sim_pa(trans);
	data.guest_address = sim_pa(guest);
	data.trans_len = data.guest_len = (uint32_t)payload->size;
	if (hdr && trans && guest)
		ret = ccp_cmd(s, PSP_CMD_LAUNCH_UPDATE_SECRET, &data, sizeof(data), &error);
	for (size_t at = 0; !ret && at < payload->size; at += SIM_PAGE)
		sim_kernel_read(s, data.guest_address + at, payload->data + at,
				payload->size - at < SIM_PAGE ? payload->size - at : SIM_PAGE);
	drop(s, hdr, header);
	drop(s, trans, payload);
	if (guest)
		add_run(s, vm, guest, pages);
	return ret ? vm_why(why, ret, "LAUNCH_UPDATE_SECRET", error) : 0;
}

/* KVM_SEV_GET_ATTESTATION_REPORT */
int vm_sev_attest(struct sim *s, struct sim_vm *vm, const uint8_t nonce[16], uint8_t report[208],
		  struct sim_why *why)
{
	struct fwb_attestation data = { .handle = vm->handle, .len = 208 };
	uint32_t blob = sim_alloc(s, 1), error = SEV_DBG_NO_FW_CALL;
	int ret;

	if (!blob)
		return vm_why(why, -ENOMEM, "ATTESTATION", error);
	memcpy(data.mnonce, nonce, sizeof(data.mnonce));
	data.address = sim_pa(blob);
	ret = ccp_cmd(s, PSP_CMD_ATTESTATION, &data, sizeof(data), &error);
	if (!ret)
		sim_kernel_read(s, sim_pa(blob), report, 208);
	sim_free(s, blob, 1);
	return ret ? vm_why(why, ret, "ATTESTATION", error) : 0;
}
