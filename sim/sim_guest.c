// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-guest: the driver of a guest's kernel (drivers/virt/coco/sev-guest of Linux 6.12,
 * from 6.14 on in part arch/x86/coco/sev/core.c), its checks and errno in the same order.
 *
 * Its state is in the guest's secrets page: keys, and how many messages each has sent.  A
 * key whose message may have been seen and was not answered is given up for ever, for its
 * next message would have the same nonce.
 */
#include <errno.h>
#include <linux/ioctl.h>
#include <stdio.h>
#include <string.h>

#include "sim_internal.h"

/* linux/sev-guest.h, which older systems do not have */
struct report_req { uint8_t user_data[64]; uint32_t vmpl; uint8_t rsvd[28]; };
struct ext_report_req { struct report_req data; uint64_t certs_address; uint32_t certs_len; };
struct key_req { uint32_t root_key_select, rsvd; uint64_t field_select; uint32_t vmpl, svn;
		 uint64_t tcb; };
struct request_ioctl { uint8_t msg_version; uint64_t req_data, resp_data, exitinfo2; };

#define GET_REPORT	_IOWR('S', 0x0, struct request_ioctl)
#define GET_DERIVED_KEY	_IOWR('S', 0x1, struct request_ioctl)
#define GET_EXT_REPORT	_IOWR('S', 0x2, struct request_ioctl)

#define REPORT_RESP	SIM_REPORT_RESP
#define KEY_RESP	64u
#define CERTS_MAX	0x4000u			/* SEV_FW_BLOB_MAX_SIZE */

/* A message: 56860, the chapter on guest messages */
struct __attribute__((packed)) header {
	uint8_t tag[32];
	uint64_t seqno, rsvd1;
	uint8_t algo, hdr_version;
	uint16_t hdr_sz;
	uint8_t msg_type, msg_version;
	uint16_t msg_sz;
	uint32_t rsvd2;
	uint8_t vmpck, rsvd3[35];
};

_Static_assert(sizeof(struct header) == 0x60, "header of a message");
_Static_assert(sizeof(struct request_ioctl) == 32, "struct snp_guest_request_ioctl");
_Static_assert(sizeof(struct report_req) == 96 && sizeof(struct key_req) == 32, "requests");

enum { MSG_KEY_REQ = 3, MSG_REPORT_REQ = 5 };

/* The secrets page */
#define SECRETS_KEY(i)	(0x20u + 32u * (i))
#define SECRETS_SEQ(i)	(0xa0u + 4u * (i))
#define KEY_SIZE	32u
#define TAG_SIZE	16u

#define RETRY_DELAY	(2 * SIM_SEC)
#define RETRY_MAX	(60 * SIM_SEC)
#define NO_FW_CALL	0xffffffffull
#define EXITINFO2_UNSET	0xffull

/* A request on its way: struct snp_guest_req */
struct guest_req {
	const void *req;
	size_t req_len;
	void *resp;
	size_t resp_len;
	uint8_t type, version;
	bool extended;
	uint8_t *certs;
	uint32_t npages;
	uint64_t exitinfo2;
};

struct sim_vm *sim_guest_find(struct sim *s, uint64_t id)
{
	struct sim_vm *vm = s->st->kvm.vm;
	uint64_t nth = 0;

	for (; vm < s->st->kvm.vm + SIM_MAX_VMS; vm++) {
		const struct sim_tracked *t;

		if (!vm->used || vm->leaked || vm->kind == SIM_KIND_PLAIN)
			continue;
		/* without a book they are counted */
		t = s->st->debug.registered ? debug_find_vm(s, vm) : NULL;
		if (s->st->debug.registered ? t && t->u.id == id : ++nth == id)
			return vm;
	}
	return NULL;
}

struct sim_vm *guest_vm(struct sim *s)
{
	struct sim_vm *vm = &s->st->kvm.vm[s->inside - 1];

	return vm->used && !vm->leaked && vm->launched && vm->pid == s->inside_pid ? vm : NULL;
}

int sim_guest_enter(struct sim *s, uint64_t id, struct sim_why *why)
{
	struct sim_vm *vm;
	int ret = sim_enter(s, false);

	if (ret)
		return sim_why(why, ret, "%s: %s", s->path, strerror(-ret));
	vm = sim_guest_find(s, id);
	if (!vm)
		ret = sim_why(why, -ENOENT, "%s: there is no guest %llu on this machine", s->path,
			      (unsigned long long)id);
	else if (!vm->launched)
		ret = sim_why(why, -EAGAIN, "%s: guest %llu is still being launched", s->path,
			      (unsigned long long)id);
	if (!ret) {
		s->inside = (uint32_t)(vm - s->st->kvm.vm) + 1;
		s->inside_pid = vm->pid;
	}
	return sim_leave(s, ret);
}

bool sim_is_guest(const struct sim *s)
{
	return s->inside;
}

/* --- messages --------------------------------------------------------------- */

static void secrets_read(struct sim *s, const struct sim_vm *vm, uint32_t at, void *buf, size_t len)
{
	sim_guest_memory(s, vm->guest.secrets, at, buf, len, false);
}

static void secrets_write(struct sim *s, const struct sim_vm *vm, uint32_t at, const void *buf,
			  size_t len)
{
	sim_guest_memory(s, vm->guest.secrets, at, (void *)(uintptr_t)buf, len, true);
}

static bool key_empty(struct sim *s, const struct sim_vm *vm)
{
	static const uint8_t none[KEY_SIZE];
	uint8_t key[KEY_SIZE];

	secrets_read(s, vm, SECRETS_KEY(vm->guest.vmpl), key, sizeof(key));
	return !memcmp(key, none, sizeof(none));
}

static void key_wipe(struct sim *s, struct sim_vm *vm)
{
	static const uint8_t none[KEY_SIZE];

	secrets_write(s, vm, SECRETS_KEY(vm->guest.vmpl), none, sizeof(none));
}

static struct psp_fw_aead aead_of(const struct header *h, const uint8_t *key, uint8_t iv[12])
{
	memset(iv, 0, 12);
	memcpy(iv, &h->seqno, sizeof(h->seqno));
	return (struct psp_fw_aead){ .key = key, .iv = iv, .aad = &h->algo,
				     .aad_len = sizeof(*h) - offsetof(struct header, algo) };
}

static int seal(struct sim *s, const struct sim_vm *vm, const struct guest_req *r, uint64_t seqno,
		uint8_t *page)
{
	struct header *h = (struct header *)page;
	uint8_t key[KEY_SIZE], iv[12];
	struct psp_fw_aead aead;

	memset(page, 0, SIM_PAGE);
	h->seqno = seqno;
	h->algo = 1;
	h->hdr_version = 1;
	h->hdr_sz = sizeof(*h);
	h->msg_type = r->type;
	h->msg_version = r->version;
	h->msg_sz = (uint16_t)r->req_len;
	h->vmpck = (uint8_t)vm->guest.vmpl;
	secrets_read(s, vm, SECRETS_KEY(vm->guest.vmpl), key, sizeof(key));
	aead = aead_of(h, key, iv);
	return s->fw_ops.crypto->aes_gcm_seal(s, &aead, r->req, r->req_len, h->tag,
					      page + sizeof(*h)) ? -EBADMSG : 0;
}

/* verify_and_dec_payload() */
static int unseal(struct sim *s, const struct sim_vm *vm, const struct guest_req *r,
		  const uint8_t *asked, const uint8_t *page)
{
	const struct header *q = (const struct header *)asked, *h = (const struct header *)page;
	uint8_t key[KEY_SIZE], iv[12];
	struct psp_fw_aead aead;

	if (h->seqno != q->seqno + 1 || h->msg_type != q->msg_type + 1 ||
	    h->msg_version != q->msg_version || h->msg_sz + TAG_SIZE > r->resp_len)
		return -EBADMSG;
	secrets_read(s, vm, SECRETS_KEY(vm->guest.vmpl), key, sizeof(key));
	aead = aead_of(h, key, iv);
	return s->fw_ops.crypto->aes_gcm_open(s, &aead, page + sizeof(*h), h->msg_sz, h->tag,
					      r->resp) ? -EBADMSG : 0;
}

/* snp_issue_guest_request() */
static int issue(struct sim *s, struct sim_vm *vm, struct guest_req *r, bool extended,
		 const uint8_t *in, uint8_t *out)
{
	struct kvm_guest_request k = { .in = in, .out = out, .extended = extended,
				       .certs = r->certs, .npages = r->npages };
	int ret;

	r->exitinfo2 = NO_FW_CALL;
	ret = kvm_guest_request(s, vm, &k);
	if (ret)
		return ret;
	r->exitinfo2 = k.exitinfo2;
	if (!k.exitinfo2)
		return 0;
	if (k.exitinfo2 == (uint64_t)SIM_VMM_BUSY << 32)
		return -EAGAIN;
	if (k.exitinfo2 == (uint64_t)SIM_VMM_INVALID_LEN << 32 && extended) {
		r->npages = k.npages;
		return -ENOSPC;
	}
	return -EIO;
}

/*
 * Too few pages: the same message once more without them, so that its number is used up.
 * A host that is busy: the same message, for a minute.
 */
static int exchange(struct sim *s, struct sim_vm *vm, struct guest_req *r, const uint8_t *in,
		    uint8_t *out)
{
	uint64_t since = s->st->m.clock_ns;
	bool extended = r->extended, short_of = false;
	uint32_t count;
	int ret;

	for (;;) {
		ret = issue(s, vm, r, extended, in, out);
		if (ret == -ENOSPC) {
			short_of = true;
			extended = false;
			continue;
		}
		if (ret != -EAGAIN)
			break;
		if (s->st->m.clock_ns - since > RETRY_MAX) {
			ret = -ETIMEDOUT;
			break;
		}
		sim_advance(s, RETRY_DELAY);
	}
	secrets_read(s, vm, SECRETS_SEQ(vm->guest.vmpl), &count, sizeof(count));
	count += 2;
	secrets_write(s, vm, SECRETS_SEQ(vm->guest.vmpl), &count, sizeof(count));
	if (short_of) {
		r->exitinfo2 = (uint64_t)SIM_VMM_INVALID_LEN << 32;
		ret = ret ? ret : -EIO;
	}
	return ret;
}

/* Does the driver look at its key before anything else?  Up to 6.13 */
static bool key_first(const struct sim *s)
{
	return s->st->m.kernel_major < 6 ||
	       (s->st->m.kernel_major == 6 && s->st->m.kernel_minor < 14);
}

/* snp_send_guest_request() */
static int send(struct sim *s, struct sim_vm *vm, struct guest_req *r)
{
	uint8_t in[SIM_PAGE], out[SIM_PAGE] = { 0 };
	uint32_t count;
	int ret;

	if (!key_first(s))
		r->exitinfo2 = 0;
	if (key_empty(s, vm))
		return -ENOTTY;
	secrets_read(s, vm, SECRETS_SEQ(vm->guest.vmpl), &count, sizeof(count));
	if ((uint64_t)count + 1 >= UINT32_MAX)
		return -EIO;
	ret = seal(s, vm, r, (uint64_t)count + 1, in);
	if (ret)
		return ret;
	ret = exchange(s, vm, r, in, out);
	if (ret == -EIO && r->exitinfo2 == (uint64_t)SIM_VMM_INVALID_LEN << 32)
		return ret;
	if (!ret) {
		ret = unseal(s, vm, r, in, out);
		if (!ret)
			return 0;
		snprintf(vm->guest.alert, sizeof(vm->guest.alert),
			 "Detected unexpected decode failure from ASP. rc: %d", ret);
	} else {
		snprintf(vm->guest.alert, sizeof(vm->guest.alert),
			 "Detected error from ASP request. rc: %d, exitinfo2: 0x%llx", ret,
			 (unsigned long long)r->exitinfo2);
	}
	key_wipe(s, vm);
	return ret;
}

/* --- ioctls ------------------------------------------------------------------- */

static void *user(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static int get_report(struct sim *s, struct sim_vm *vm, struct request_ioctl *io)
{
	uint8_t resp[REPORT_RESP + TAG_SIZE] = { 0 };
	struct report_req req;
	struct guest_req r = {
		.req = &req, .req_len = sizeof(req), .resp = resp, .resp_len = sizeof(resp),
		.type = MSG_REPORT_REQ, .version = io->msg_version, .exitinfo2 = io->exitinfo2,
	};
	int ret;

	if (!io->req_data || !io->resp_data)
		return -EINVAL;
	if (sim_copy_from_user(&req, user(io->req_data), sizeof(req)))
		return -EFAULT;
	ret = send(s, vm, &r);
	io->exitinfo2 = r.exitinfo2;
	return ret ? ret : sim_copy_to_user(user(io->resp_data), resp, REPORT_RESP);
}

static int get_derived_key(struct sim *s, struct sim_vm *vm, struct request_ioctl *io)
{
	uint8_t resp[KEY_RESP + TAG_SIZE] = { 0 };
	struct key_req req;
	struct guest_req r = {
		.req = &req, .req_len = sizeof(req), .resp = resp, .resp_len = sizeof(resp),
		.type = MSG_KEY_REQ, .version = io->msg_version, .exitinfo2 = io->exitinfo2,
	};
	int ret;

	if (!io->req_data || !io->resp_data)
		return -EINVAL;
	if (sim_copy_from_user(&req, user(io->req_data), sizeof(req)))
		return -EFAULT;
	ret = send(s, vm, &r);
	io->exitinfo2 = r.exitinfo2;
	if (!ret)
		ret = sim_copy_to_user(user(io->resp_data), resp, KEY_RESP);
	memset(resp, 0, sizeof(resp));
	return ret;
}

/* As get_ext_report() of the driver; @certs: of CERTS_MAX bytes, zero */
static int ext_report(struct sim *s, struct sim_vm *vm, struct request_ioctl *io,
		      struct ext_report_req *req, uint8_t *resp, uint8_t *certs)
{
	struct guest_req r = {
		.req = &req->data, .req_len = sizeof(req->data), .resp = resp,
		.resp_len = REPORT_RESP + TAG_SIZE, .type = MSG_REPORT_REQ,
		.version = io->msg_version, .exitinfo2 = io->exitinfo2,
		.extended = true, .certs = certs,
	};
	int ret;

	if (req->certs_len && req->certs_address) {
		if (req->certs_len > CERTS_MAX || req->certs_len % SIM_PAGE)
			return -EINVAL;
		r.npages = req->certs_len / SIM_PAGE;
	}
	ret = send(s, vm, &r);
	io->exitinfo2 = r.exitinfo2;
	if (io->exitinfo2 >> 32 == SIM_VMM_INVALID_LEN)
		req->certs_len = r.npages * SIM_PAGE;
	return ret;
}

int guest_ext_report(struct sim *s, struct sim_vm *vm, const uint8_t data[64], uint32_t vmpl,
		     uint8_t *resp, uint8_t *certs, uint32_t size)
{
	struct ext_report_req req = { .data.vmpl = vmpl, .certs_address = 1, .certs_len = size };
	struct request_ioctl io = { .msg_version = 1, .exitinfo2 = EXITINFO2_UNSET };
	uint8_t sealed[REPORT_RESP + TAG_SIZE] = { 0 };
	int ret;

	memcpy(req.data.user_data, data, sizeof(req.data.user_data));
	ret = ext_report(s, vm, &io, &req, sealed, certs);
	memcpy(resp, sealed, REPORT_RESP);
	return ret;
}

static int get_ext_report(struct sim *s, struct sim_vm *vm, struct request_ioctl *io)
{
	uint8_t resp[REPORT_RESP + TAG_SIZE] = { 0 }, certs[CERTS_MAX] = { 0 };
	struct ext_report_req req;
	bool wanted;
	int ret;

	if (!io->req_data || !io->resp_data)
		return -EINVAL;
	if (sim_copy_from_user(&req, user(io->req_data), sizeof(req)))
		return -EFAULT;
	wanted = req.certs_len && req.certs_address;
	ret = ext_report(s, vm, io, &req, resp, certs);
	if (io->exitinfo2 >> 32 == SIM_VMM_INVALID_LEN &&
	    sim_copy_to_user(user(io->req_data), &req, sizeof(req)))
		return -EFAULT;
	if (!ret && wanted)
		ret = sim_copy_to_user(user(req.certs_address), certs, req.certs_len);
	return ret ? ret : sim_copy_to_user(user(io->resp_data), resp, REPORT_RESP);
}

int guest_ioctl(struct sim *s, unsigned long request, void *arg)
{
	struct sim_vm *vm = guest_vm(s);
	struct request_ioctl io;
	int ret = -ENOTTY;

	if (!vm)
		return -ENODEV;
	if (sim_copy_from_user(&io, arg, sizeof(io)))
		return -EFAULT;
	io.exitinfo2 = EXITINFO2_UNSET;
	if (!io.msg_version)
		return -EINVAL;
	if (key_first(s) && key_empty(s, vm))
		return -ENOTTY;
	if (request == GET_REPORT)
		ret = get_report(s, vm, &io);
	else if (request == GET_DERIVED_KEY)
		ret = get_derived_key(s, vm, &io);
	else if (request == GET_EXT_REPORT)
		ret = get_ext_report(s, vm, &io);
	if (io.exitinfo2 && sim_copy_to_user(arg, &io, sizeof(io)))
		return -EFAULT;
	return ret;
}
