// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host makes of a guest's requests: KVM, which hands the message to the firmware
 * (arch/x86/kvm/svm/sev.c: snp_handle_guest_req(), snp_handle_ext_guest_req()), and the VMM,
 * which has the certificates and may put the guest off.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

#define MSG_TYPE	0x34u
#define MSG_REPORT_REQ	5u

static uint64_t vmm_error(uint32_t error)
{
	return (uint64_t)error << 32;
}

/* The message through pages of the host's own; what is in @out afterwards is the firmware's */
static int pass_on(struct sim *s, struct sim_vm *vm, struct kvm_guest_request *r)
{
	struct fwb_snp_guest_request data = {
		.gctx = sim_pa(vm->gctx), .req = sim_pa(vm->req), .res = sim_pa(vm->resp),
	};
	uint32_t status = 0;
	int ret;

	sim_kernel_write(s, sim_pa(vm->req), r->in, SIM_PAGE);
	ret = ccp_cmd(s, PSP_CMD_SNP_GUEST_REQUEST, &data, sizeof(data), &status);
	if (ret && !status)
		return -EIO;
	sim_kernel_read(s, sim_pa(vm->resp), r->out, SIM_PAGE);
	r->exitinfo2 = status;
	return 0;
}

/* Certificates come with reports only; @false: they do not fit */
static bool put_certs(const struct sim_vmm *vmm, struct kvm_guest_request *r)
{
	uint32_t need = (vmm->certs_len + SIM_PAGE - 1) / SIM_PAGE;

	if (r->npages < need) {
		r->npages = need;
		return false;
	}
	if (r->npages)		/* an empty table is an entry of zeros */
		memset(r->certs, 0, 24);
	memcpy(r->certs, vmm->certs, vmm->certs_len);
	return true;
}

int kvm_guest_request(struct sim *s, struct sim_vm *vm, struct kvm_guest_request *r)
{
	struct sim_vmm *vmm = &s->st->vmm;

	if (vmm->count) {
		vmm->count--;
		r->exitinfo2 = vmm_error(vmm->error);
		return 0;
	}
	if (r->extended && r->in[MSG_TYPE] == MSG_REPORT_REQ && !put_certs(vmm, r)) {
		r->exitinfo2 = vmm_error(SIM_VMM_INVALID_LEN);
		return 0;
	}
	return pass_on(s, vm, r);
}

/* --- what happens to it from outside ------------------------------------------ */

static int number(const char *text, unsigned long max, unsigned long *out, char **end)
{
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, end, 0);
	return errno || *out > max ? -EINVAL : 0;
}

/* busy, or the number of an error, and how often */
static int act_error(struct sim *s, const char *value, struct sim_why *why)
{
	unsigned long error = SIM_VMM_BUSY, count = 1;
	size_t len = strcspn(value, ":");
	char *end = NULL;

	if (!(len == 4 && !strncmp(value, "busy", 4)) &&
	    (number(value, UINT32_MAX, &error, &end) || end != value + len || !error))
		return sim_why(why, -EINVAL, "'%s': busy or a VMM's error number, and [:COUNT]", value);
	if (value[len] && (number(value + len + 1, 1000000, &count, &end) || *end || !count))
		return sim_why(why, -EINVAL, "'%s' is no count", value + len + 1);
	s->st->vmm.error = (uint32_t)error;
	s->st->vmm.count = (uint32_t)count;
	return 0;
}

static int act_certs(struct sim *s, const char *file, struct sim_why *why)
{
	struct sim_vmm *vmm = &s->st->vmm;
	uint8_t table[SIM_CERTS_MAX + 1];
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	if (strcmp(file, "none")) {
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			return sim_why(why, -errno, "%s: %s", file, strerror(errno));
		while (n > 0 && len < sizeof(table)) {
			n = read(fd, table + len, sizeof(table) - len);
			len += n > 0 ? (size_t)n : 0;
		}
		close(fd);
		if (n < 0)
			return sim_why(why, -EIO, "%s: cannot be read", file);
		if (len > SIM_CERTS_MAX)
			return sim_why(why, -EINVAL, "%s: more than %u bytes", file, SIM_CERTS_MAX);
	}
	memset(vmm->certs, 0, sizeof(vmm->certs));
	memcpy(vmm->certs, table, len);
	vmm->certs_len = (uint32_t)len;
	return 0;
}

/* ID:VMPL, the level that the guest's kernel runs at: an SVSM has those above */
static int act_vmpl(struct sim *s, const char *value, struct sim_why *why)
{
	unsigned long id, vmpl;
	struct sim_vm *vm;
	char *end;

	if (number(value, ULONG_MAX, &id, &end) || *end != ':' ||
	    number(end + 1, 3, &vmpl, &end) || *end)
		return sim_why(why, -EINVAL, "'%s': a guest's ID, and a VMPL of 0 to 3", value);
	vm = sim_guest_find(s, id);
	if (!vm || vm->kind != SIM_KIND_SNP)
		return sim_why(why, -ENOENT, "there is no SNP guest %lu", id);
	vm->guest.vmpl = (uint32_t)vmpl;
	return 0;
}

/* 1: none of these actions */
int act_guest(struct sim *s, const char *name, const char *value, struct sim_why *why)
{
	if (!strcmp(name, "guest-error"))
		return act_error(s, value, why);
	if (!strcmp(name, "guest-certs"))
		return act_certs(s, value, why);
	if (!strcmp(name, "guest-vmpl"))
		return act_vmpl(s, value, why);
	return 1;
}
