// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev of the ccp driver of Linux 6.12.117 (sev-dev.c: sev_ioctl()), the
 * order of its checks and its errno included.  The legacy ioctls initialize SEV
 * for themselves and shut it down again; those of SNP initialize nothing.
 */
#include <errno.h>
#include <linux/ioctl.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

/* enum sev_cmd of uapi/linux/psp-sev.h, which older systems have in part only */
enum {
	CMD_FACTORY_RESET, CMD_PLATFORM_STATUS, CMD_PEK_GEN, CMD_PEK_CSR, CMD_PDH_GEN,
	CMD_PDH_CERT_EXPORT, CMD_PEK_CERT_IMPORT, CMD_GET_ID, CMD_GET_ID2,
	CMD_SNP_PLATFORM_STATUS, CMD_SNP_COMMIT, CMD_SNP_SET_CONFIG, CMD_SNP_VLEK_LOAD,
	CMD_MAX
};

struct __attribute__((packed)) issue_cmd { uint32_t cmd; uint64_t data; uint32_t error; };
struct __attribute__((packed)) user_two_blobs {	/* PEK_CERT_IMPORT, PDH_CERT_EXPORT */
	uint64_t address1;
	uint32_t len1;
	uint64_t address2;
	uint32_t len2;
};

#define ISSUE_CMD		_IOWR('S', 0x0, struct issue_cmd)
#define BLOB_MAX		(16u * 1024)	/* SEV_FW_BLOB_MAX_SIZE */
#define VLEK_SIZE		432u
#define KMALLOC_MAX		(4u * 1024 * 1024)

static void *user(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static uint32_t blob_pages(uint32_t len)
{
	return (len + SIM_PAGE - 1) / SIM_PAGE;
}

/* kzalloc() */
static uint32_t blob_alloc(struct sim *s, uint32_t len)
{
	return len && len <= KMALLOC_MAX ? sim_alloc(s, blob_pages(len)) : 0;
}

static void blob_free(struct sim *s, uint32_t page, uint32_t len)
{
	if (page)
		sim_free(s, page, blob_pages(len));
}

/* psp_copy_user_blob() */
static int blob_from_user(struct sim *s, uint64_t address, uint32_t len, uint32_t *page)
{
	uint8_t buf[BLOB_MAX];

	if (!address || !len || len > BLOB_MAX)
		return -EINVAL;
	if (sim_copy_from_user(buf, user(address), len))
		return -EFAULT;
	*page = blob_alloc(s, len);
	if (!*page)
		return -ENOMEM;
	sim_kernel_write(s, sim_pa(*page), buf, len);
	return 0;
}

static int blob_to_user(struct sim *s, uint64_t address, uint32_t page, uint32_t len)
{
	uint8_t buf[SIM_PAGE];
	uint32_t off, n;

	for (off = 0; off < len; off += n) {
		n = len - off < SIM_PAGE ? len - off : SIM_PAGE;
		sim_kernel_read(s, sim_pa(page) + off, buf, n);
		if (sim_copy_to_user(user(address + off), buf, n))
			return -EFAULT;
	}
	return 0;
}

/* Legacy ioctls in UNINIT: INIT first, and everything down afterwards */
static int move_to_init(struct sim *s, struct issue_cmd *in, bool *undo)
{
	uint32_t error = in->error;
	int ret = ccp_sev_init(s, &error);

	in->error = error;
	*undo = !ret;
	return ret;
}

static int issue(struct sim *s, uint32_t cmd, void *data, size_t len, struct issue_cmd *in)
{
	uint32_t error = in->error;
	int ret = ccp_cmd(s, cmd, data, len, &error);

	in->error = error;
	return ret;
}

static int do_reset(struct sim *s, struct issue_cmd *in)
{
	struct fwb_status status = { 0 };
	uint32_t error = in->error;
	int ret;

	ret = issue(s, PSP_CMD_PLATFORM_STATUS, &status, sizeof(status), in);
	if (ret)
		return ret;
	if (status.state == PSP_WORKING)
		return -EBUSY;
	if (status.state == PSP_INIT) {
		ret = ccp_sev_shutdown(s, &error);
		in->error = error;
		if (ret)
			return ret;
	}
	return issue(s, PSP_CMD_FACTORY_RESET, NULL, 0, in);
}

static int do_status(struct sim *s, struct issue_cmd *in)
{
	struct fwb_status status = { 0 };
	int ret = issue(s, PSP_CMD_PLATFORM_STATUS, &status, sizeof(status), in);

	if (ret)
		return ret;
	return sim_copy_to_user(user(in->data), &status, sizeof(status));
}

static int do_gen(struct sim *s, uint32_t cmd, struct issue_cmd *in)
{
	bool undo = false;
	int ret = 0;

	if (s->st->ccp.sev_state == PSP_UNINIT)
		ret = move_to_init(s, in, &undo);
	if (ret)
		return ret;
	ret = issue(s, cmd, NULL, 0, in);
	if (undo)
		ccp_firmware_shutdown(s);
	return ret;
}

static int do_csr(struct sim *s, struct issue_cmd *in)
{
	struct fwb_address_len input, data = { 0 };
	uint32_t blob = 0, blob_len = 0;
	bool undo = false;
	int ret = 0;

	if (sim_copy_from_user(&input, user(in->data), sizeof(input)))
		return -EFAULT;
	if (input.address && input.len) {
		if (input.len > BLOB_MAX)
			return -EFAULT;
		blob_len = input.len;
		blob = blob_alloc(s, blob_len);
		if (!blob)
			return -ENOMEM;
		data.address = sim_pa(blob);
		data.len = blob_len;
	}
	if (s->st->ccp.sev_state == PSP_UNINIT)
		ret = move_to_init(s, in, &undo);
	if (!ret) {
		ret = issue(s, PSP_CMD_PEK_CSR, &data, sizeof(data), in);
		if (blob && !ret)
			ret = blob_to_user(s, input.address, blob, data.len);
		input.len = data.len;
		if (sim_copy_to_user(user(in->data), &input, sizeof(input)))
			ret = -EFAULT;
	}
	if (undo)
		ccp_firmware_shutdown(s);
	blob_free(s, blob, blob_len);
	return ret;
}

static int do_import(struct sim *s, struct issue_cmd *in)
{
	struct fwb_pek_cert_import data = { 0 };
	struct user_two_blobs input;
	uint32_t pek = 0, oca = 0;
	bool undo = false;
	int ret;

	if (sim_copy_from_user(&input, user(in->data), sizeof(input)))
		return -EFAULT;
	ret = blob_from_user(s, input.address1, input.len1, &pek);
	if (!ret)
		ret = blob_from_user(s, input.address2, input.len2, &oca);
	if (!ret && s->st->ccp.sev_state != PSP_INIT)
		ret = move_to_init(s, in, &undo);
	if (!ret) {
		data.pek_address = sim_pa(pek);
		data.pek_len = input.len1;
		data.oca_address = sim_pa(oca);
		data.oca_len = input.len2;
		ret = issue(s, PSP_CMD_PEK_CERT_IMPORT, &data, sizeof(data), in);
	}
	if (undo)
		ccp_firmware_shutdown(s);
	blob_free(s, oca, input.len2);
	blob_free(s, pek, input.len1);
	return ret;
}

static int do_export(struct sim *s, struct issue_cmd *in, bool writable)
{
	struct fwb_pdh_cert_export data = { 0 };
	struct user_two_blobs input, want;
	uint32_t pdh = 0, chain = 0;
	bool undo = false;
	int ret = 0;

	if (sim_copy_from_user(&input, user(in->data), sizeof(input)))
		return -EFAULT;
	want = input;
	if (input.address1 && input.len1 && input.address2 && input.len2) {
		if (input.len1 > BLOB_MAX || input.len2 > BLOB_MAX)
			return -EFAULT;
		pdh = blob_alloc(s, input.len1);
		chain = blob_alloc(s, input.len2);
		if (!pdh || !chain)
			ret = -ENOMEM;
		data.pdh_address = sim_pa(pdh);
		data.pdh_len = input.len1;
		data.chain_address = sim_pa(chain);
		data.chain_len = input.len2;
	}
	if (!ret && s->st->ccp.sev_state != PSP_INIT)
		ret = writable ? move_to_init(s, in, &undo) : -EPERM;
	if (!ret) {
		ret = issue(s, PSP_CMD_PDH_CERT_EXPORT, &data, sizeof(data), in);
		input.len1 = data.pdh_len;
		input.len2 = data.chain_len;
		if (sim_copy_to_user(user(in->data), &input, sizeof(input)))
			ret = -EFAULT;
	}
	if (!ret && pdh && (blob_to_user(s, input.address1, pdh, input.len1) ||
			    blob_to_user(s, input.address2, chain, input.len2)))
		ret = -EFAULT;
	if (undo)
		ccp_firmware_shutdown(s);
	blob_free(s, chain, want.len2);
	blob_free(s, pdh, want.len1);
	return ret;
}

static int do_get_id(struct sim *s, struct issue_cmd *in)
{
	struct fwb_address_len data;
	uint32_t page = blob_alloc(s, 128);
	int ret;

	if (!page)
		return -ENOMEM;
	data.address = sim_pa(page);
	data.len = 128;
	ret = issue(s, PSP_CMD_GET_ID, &data, sizeof(data), in);
	if (!ret)
		ret = blob_to_user(s, in->data, page, data.len < 128 ? data.len : 128);
	blob_free(s, page, 128);
	return ret;
}

static int do_get_id2(struct sim *s, struct issue_cmd *in)
{
	struct fwb_address_len input, data = { 0 };
	uint32_t page = 0, len;
	int ret;

	if (sim_copy_from_user(&input, user(in->data), sizeof(input)))
		return -EFAULT;
	len = input.address ? input.len : 0;
	if (len) {
		page = blob_alloc(s, len);
		if (!page)
			return -ENOMEM;
		data.address = sim_pa(page);
		data.len = len;
	}
	ret = issue(s, PSP_CMD_GET_ID, &data, sizeof(data), in);
	input.len = data.len;
	if (sim_copy_to_user(user(in->data), &input, sizeof(input)))
		ret = -EFAULT;
	if (!ret && page)
		ret = blob_to_user(s, input.address, page, data.len < len ? data.len : len);
	blob_free(s, page, len);
	return ret;
}

/* Up to 6.15 -EINVAL; 6.12's stable releases took the end of that over, from which on nobody knows */
static bool refuses_while_down(const struct sim *s)
{
	const struct sim_machine *m = &s->st->m;

	return m->kernel_major == 6 && m->kernel_minor < 16 && m->kernel_minor != 12;
}

static int do_snp_status(struct sim *s, struct issue_cmd *in)
{
	struct fwb_snp_status status;
	struct fwb_snp_addr buf;
	uint32_t page;
	bool up = s->st->ccp.snp_initialized;
	int ret;

	if (!in->data || (!up && refuses_while_down(s)))
		return -EINVAL;
	page = sim_alloc(s, 1);
	if (!page)
		return -ENOMEM;
	if (up && ccp_rmp_mark_firmware(s, page, 1)) {
		sim_free(s, page, 1);
		return -EFAULT;
	}
	buf.address = sim_pa(page);
	ret = issue(s, PSP_CMD_SNP_PLATFORM_STATUS, &buf, sizeof(buf), in);
	if (up && ccp_reclaim(s, page, 1))
		return -EFAULT;
	sim_kernel_read(s, sim_pa(page), &status, sizeof(status));
	if (!ret)
		ret = sim_copy_to_user(user(in->data), &status, sizeof(status));
	sim_free(s, page, 1);
	return ret;
}

static int snp_is_down(const struct sim *s)
{
	return refuses_while_down(s) ? -EINVAL : -ENODEV;
}

static int do_commit(struct sim *s, struct issue_cmd *in)
{
	struct fwb_snp_commit commit = { .len = sizeof(commit) };

	if (!s->st->ccp.snp_initialized && refuses_while_down(s))
		return -EINVAL;
	return issue(s, PSP_CMD_SNP_COMMIT, &commit, sizeof(commit), in);
}

static int do_snp_config(struct sim *s, struct issue_cmd *in, bool writable)
{
	struct fwb_snp_config config;

	if (!in->data)
		return -EINVAL;
	if (!writable)
		return -EPERM;
	if (!s->st->ccp.snp_initialized)
		return snp_is_down(s);
	if (sim_copy_from_user(&config, user(in->data), sizeof(config)))
		return -EFAULT;
	return issue(s, PSP_CMD_SNP_CONFIG, &config, sizeof(config), in);
}

static int do_vlek(struct sim *s, struct issue_cmd *in, bool writable)
{
	struct fwb_snp_vlek_load input;
	uint32_t blob = 0;
	int ret;

	if (!in->data)
		return -EINVAL;
	if (!writable)
		return -EPERM;
	if (!s->st->ccp.snp_initialized)
		return snp_is_down(s);
	if (sim_copy_from_user(&input, user(in->data), sizeof(input)))
		return -EFAULT;
	if (input.len != sizeof(input) || input.version)
		return -EINVAL;
	ret = blob_from_user(s, input.address, VLEK_SIZE, &blob);
	if (ret)
		return ret;
	input.address = sim_pa(blob);
	ret = issue(s, PSP_CMD_SNP_VLEK_LOAD, &input, sizeof(input), in);
	blob_free(s, blob, VLEK_SIZE);
	return ret;
}

static int dispatch(struct sim *s, struct issue_cmd *in, bool writable)
{
	switch (in->cmd) {
	case CMD_FACTORY_RESET:
		return writable ? do_reset(s, in) : -EPERM;
	case CMD_PLATFORM_STATUS:
		return do_status(s, in);
	case CMD_PEK_GEN:
		return writable ? do_gen(s, PSP_CMD_PEK_GEN, in) : -EPERM;
	case CMD_PDH_GEN:
		return writable ? do_gen(s, PSP_CMD_PDH_GEN, in) : -EPERM;
	case CMD_PEK_CSR:
		return writable ? do_csr(s, in) : -EPERM;
	case CMD_PEK_CERT_IMPORT:
		return writable ? do_import(s, in) : -EPERM;
	case CMD_PDH_CERT_EXPORT:
		return do_export(s, in, writable);
	case CMD_GET_ID:
		return do_get_id(s, in);
	case CMD_GET_ID2:
		return do_get_id2(s, in);
	case CMD_SNP_PLATFORM_STATUS:
		return do_snp_status(s, in);
	case CMD_SNP_COMMIT:
		return do_commit(s, in);
	case CMD_SNP_SET_CONFIG:
		return do_snp_config(s, in, writable);
	default:
		return do_vlek(s, in, writable);
	}
}

int ccp_ioctl(struct sim *s, bool writable, unsigned long request, void *arg)
{
	struct issue_cmd in;
	int ret;

	if (!s->st->ccp.probed)
		return -ENODEV;
	if (request != ISSUE_CMD)
		return -EINVAL;
	if (sim_copy_from_user(&in, arg, sizeof(in)))
		return -EFAULT;
	if (in.cmd >= CMD_MAX)
		return -EINVAL;
	ret = dispatch(s, &in, writable);
	if (sim_copy_to_user(arg, &in, sizeof(in)))
		ret = -EFAULT;
	return ret;
}
