// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ccp driver of Linux 6.12.117: issuing one command, and the page states
 * around it (sev-dev.c: __sev_do_cmd_locked(), snp_reclaim_pages(),
 * rmp_mark_pages_firmware(), __snp_alloc_firmware_pages(), ...).  The hooks of
 * the companion patch are where the patch has them.
 */
#include <errno.h>
#include <string.h>

#include "sim_fwbuf.h"
#include "sim_internal.h"

#define CMD_TIMEOUT_NS	(100 * SIM_SEC)

/* What a command takes on the machine's clock */
static uint64_t cmd_cost_ns(uint32_t cmd)
{
	switch (cmd) {
	case PSP_CMD_SNP_INIT:
	case PSP_CMD_SNP_INIT_EX:
		return 700 * SIM_MS;
	case PSP_CMD_INIT:
	case PSP_CMD_INIT_EX:
		return 30 * SIM_MS;
	case PSP_CMD_SHUTDOWN:
	case PSP_CMD_SNP_SHUTDOWN:
	case PSP_CMD_SNP_SHUTDOWN_EX:
		return 8 * SIM_MS;
	case PSP_CMD_DF_FLUSH:
	case PSP_CMD_SNP_DF_FLUSH:
		return 350 * 1000;
	case PSP_CMD_SNP_DECOMMISSION:
		return 180 * 1000;
	case PSP_CMD_SNP_PAGE_RECLAIM:
		return 14 * 1000;
	default:
		return 60 * 1000;
	}
}

/* Commands that leave everything as it was */
static bool cmd_is_query(uint32_t cmd)
{
	switch (cmd) {
	case PSP_CMD_NOP:
	case PSP_CMD_PLATFORM_STATUS:
	case PSP_CMD_SNP_PLATFORM_STATUS:
	case PSP_CMD_GET_ID:
	case PSP_CMD_PDH_CERT_EXPORT:
	case PSP_CMD_PEK_CSR:
	case PSP_CMD_GUEST_STATUS:
	case PSP_CMD_ATTESTATION:
	case PSP_CMD_SNP_GUEST_STATUS:
	case PSP_CMD_SNP_FEATURE_INFO:
	case PSP_CMD_SNP_PAGE_RECLAIM:	/* belongs to the command that it nests in */
		return true;
	default:
		return false;
	}
}

static struct sim_inject *injected(struct sim *s, uint32_t cmd)
{
	unsigned int i;

	for (i = 0; i < SIM_INJECTIONS; i++)
		if (s->st->ccp.inject[i].count && s->st->ccp.inject[i].cmd == cmd)
			return &s->st->ccp.inject[i];
	return NULL;
}

/* Of a register only what the firmware changed: else it is an address of the driver's */
static uint64_t changed_registers(uint64_t now, uint64_t before)
{
	uint64_t lo = now & 0xffffffff, hi = now >> 32;

	return (hi != before >> 32 ? hi << 32 : 0) | (lo != (before & 0xffffffff) ? lo : 0);
}

/* The mailbox registers and the wait for the answer */
static int mailbox(struct sim *s, uint32_t cmd, uint64_t pa, uint32_t *status, uint64_t *fw_ext)
{
	struct sim_inject *in = injected(s, cmd);

	if (in) {
		in->count--;
		if (in->timeout) {
			sim_advance(s, CMD_TIMEOUT_NS);
			return -ETIMEDOUT;
		}
		*status = in->status;
		if (in->ext && in->status)
			*fw_ext = changed_registers(in->ext, pa);
	} else {
		*status = psp_fw_exec(&s->st->fw, cmd, pa);
	}
	sim_advance(s, cmd_cost_ns(cmd));
	if (!*status && !cmd_is_query(cmd))
		sim_changed(s);
	return 0;
}

/* --- buffers of legacy commands, which want Firmware pages under SNP ------ */

struct desc {
	size_t at;			/* of the address in the command buffer */
	uint32_t len;
	bool guest_owned;
	uint64_t orig;
};

static uint64_t get64(const uint8_t *buf, size_t at)
{
	uint64_t v;

	memcpy(&v, buf + at, sizeof(v));
	return v;
}

static uint32_t get32(const uint8_t *buf, size_t at)
{
	uint32_t v;

	memcpy(&v, buf + at, sizeof(v));
	return v;
}

/* snp_populate_cmd_buf_desc_list(), for the commands that this machine issues */
static unsigned int describe(uint32_t cmd, const uint8_t *buf, struct desc d[2])
{
	memset(d, 0, 2 * sizeof(*d));
	switch (cmd) {
	case PSP_CMD_PDH_CERT_EXPORT:
		d[0] = (struct desc){ .at = 0, .len = get32(buf, 8) };
		d[1] = (struct desc){ .at = 16, .len = get32(buf, 24) };
		return 2;
	case PSP_CMD_GET_ID:
	case PSP_CMD_PEK_CSR:
		d[0] = (struct desc){ .at = 0, .len = get32(buf, 8) };
		return 1;
	case PSP_CMD_LAUNCH_UPDATE_DATA:
	case PSP_CMD_LAUNCH_UPDATE_VMSA:
		d[0] = (struct desc){ .at = 8, .len = get32(buf, 16), .guest_owned = true };
		return 1;
	case PSP_CMD_LAUNCH_MEASURE:
		d[0] = (struct desc){ .at = 8, .len = get32(buf, 16) };
		return 1;
	case PSP_CMD_LAUNCH_UPDATE_SECRET:
		d[0] = (struct desc){ .at = 24, .len = get32(buf, 32), .guest_owned = true };
		return 1;
	case PSP_CMD_ATTESTATION:
		d[0] = (struct desc){ .at = 8, .len = get32(buf, 32) };
		return 1;
	default:
		return 0;
	}
}

static uint32_t desc_pages(const struct desc *d)
{
	return (d->len + SIM_PAGE - 1) / SIM_PAGE;
}

static int desc_map(struct sim *s, uint8_t *buf, struct desc *d)
{
	uint32_t page;
	uint64_t pa;

	if (!d->len)
		return 0;
	if (!d->guest_owned) {
		page = sim_alloc(s, desc_pages(d));
		if (!page)
			return -ENOMEM;
		d->orig = get64(buf, d->at);
		pa = sim_pa(page);
		memcpy(buf + d->at, &pa, sizeof(pa));
	}
	return ccp_rmp_mark_firmware(s, sim_page_of(get64(buf, d->at)), desc_pages(d));
}

static int desc_unmap(struct sim *s, uint8_t *buf, struct desc *d)
{
	uint8_t copy[SIM_PAGE];
	uint64_t bounce;
	uint32_t off, n;

	if (!d->len)
		return 0;
	bounce = get64(buf, d->at);
	if (ccp_reclaim(s, sim_page_of(bounce), desc_pages(d)))
		return -EFAULT;
	if (d->guest_owned)
		return 0;
	for (off = 0; off < d->len; off += n) {
		n = d->len - off < SIM_PAGE ? d->len - off : SIM_PAGE;
		sim_kernel_read(s, bounce + off, copy, n);
		sim_kernel_write(s, d->orig + off, copy, n);
	}
	sim_free(s, sim_page_of(bounce), desc_pages(d));
	memcpy(buf + d->at, &d->orig, sizeof(d->orig));
	return 0;
}

/* Does the firmware write to the command buffer itself? */
static bool cmd_buf_writable(uint32_t cmd)
{
	switch (cmd) {
	case PSP_CMD_PLATFORM_STATUS:
	case PSP_CMD_GUEST_STATUS:
	case PSP_CMD_LAUNCH_START:
	case PSP_CMD_LAUNCH_MEASURE:
	case PSP_CMD_ATTESTATION:
	case PSP_CMD_PEK_CSR:
	case PSP_CMD_PDH_CERT_EXPORT:
	case PSP_CMD_GET_ID:
		return true;
	default:
		return false;
	}
}

static bool legacy_handling(struct sim *s, uint32_t cmd)
{
	return cmd < PSP_CMD_SNP_INIT && s->st->ccp.snp_initialized;
}

static int prep_cmd_buf(struct sim *s, uint32_t cmd, uint8_t *buf, size_t len, uint32_t page,
			struct desc d[2], unsigned int *descs)
{
	unsigned int i;

	*descs = 0;
	if (!legacy_handling(s, cmd)) {
		sim_kernel_write(s, sim_pa(page), buf, len);
		return 0;
	}
	*descs = describe(cmd, buf, d);
	for (i = 0; i < *descs; i++)
		if (desc_map(s, buf, &d[i])) {
			while (i-- > 0)
				desc_unmap(s, buf, &d[i]);
			return -EFAULT;
		}
	sim_kernel_write(s, sim_pa(page), buf, len);
	if (cmd_buf_writable(cmd) && ccp_rmp_mark_firmware(s, page, 1))
		return -EFAULT;
	return 0;
}

/* The command buffer's page, of which there is one spare for a nested PAGE_RECLAIM */
static uint32_t cmd_buf_take(struct sim *s)
{
	struct sim_ccp *c = &s->st->ccp;

	if (!c->cmd_buf_active) {
		c->cmd_buf_active = 1;
		return c->cmd_buf;
	}
	if (!c->cmd_buf_backup_active) {
		c->cmd_buf_backup_active = 1;
		return c->cmd_buf_backup;
	}
	sim_klog(s, "ccp: SEV: too many firmware commands in progress, no command buffers available.");
	return 0;
}

static int cmd_finish(struct sim *s, uint32_t cmd, void *data, size_t len, uint32_t page,
		      struct desc d[2], unsigned int descs)
{
	struct sim_ccp *c = &s->st->ccp;
	unsigned int i;
	int ret = 0;

	if (legacy_handling(s, cmd) && cmd_buf_writable(cmd) && ccp_reclaim(s, page, 1)) {
		sim_klog(s, "ccp: SEV: failed to reclaim buffer for legacy command %#x.", cmd);
		return -EFAULT;
	}
	sim_kernel_read(s, sim_pa(page), data, len);
	if (c->cmd_buf_backup_active)
		c->cmd_buf_backup_active = 0;
	else
		c->cmd_buf_active = 0;
	for (i = 0; i < descs; i++)
		if (desc_unmap(s, data, &d[i]))
			ret = -EFAULT;
	return ret;
}

/* __sev_do_cmd_locked(); *status stays as it is unless the firmware answered */
static int issue(struct sim *s, uint32_t cmd, void *data, size_t len, uint32_t *status,
		 uint64_t *fw_ext)
{
	struct sim_ccp *c = &s->st->ccp;
	uint32_t page = 0, answer = 0;
	unsigned int descs = 0;
	struct desc d[2];
	int ret;

	if (!c->probed)
		return -ENODEV;
	if (c->psp_dead)
		return -EBUSY;
	if (data) {
		page = cmd_buf_take(s);
		if (!page)
			return -EBUSY;
		ret = prep_cmd_buf(s, cmd, data, len, page, d, &descs);
		if (ret) {
			/* the driver's own bug: the buffer stays marked active */
			sim_klog(s, "ccp: SEV: failed to prepare buffer for legacy command %#x. Error: %d",
				 cmd, ret);
			return ret;
		}
	}
	ret = mailbox(s, cmd, data ? sim_pa(page) : 0, &answer, fw_ext);
	if (ret) {
		*status = 0;
		sim_klog(s, "ccp: sev command %#x timed out, disabling PSP", cmd);
		c->psp_dead = 1;
		return ret;
	}
	*status = answer;
	ret = data ? cmd_finish(s, cmd, data, len, page, d, descs) : 0;
	if (ret)
		return ret;
	return answer ? -EIO : 0;
}

int ccp_cmd(struct sim *s, uint32_t cmd, void *data, size_t len, uint32_t *psp_ret)
{
	struct ccp_answer answer = { .status = SEV_DBG_NO_FW_CALL };
	uint64_t t0 = s->st->m.clock_ns;
	bool patched = !s->st->m.no_patch;
	int ret;

	if (patched && debug_pre_cmd(s, cmd, data)) {
		if (psp_ret)
			*psp_ret = 0;
		return 0;
	}
	ret = issue(s, cmd, data, len, &answer.status, &answer.fw_ext);
	if (psp_ret && answer.status != SEV_DBG_NO_FW_CALL)
		*psp_ret = answer.status;
	if (ret == -ETIMEDOUT)
		answer.status = SEV_DBG_NO_FW_CALL;
	answer.duration_ns = s->st->m.clock_ns - t0;
	if (patched)
		debug_post_cmd(s, cmd, data, ret, &answer);
	return ret;
}

/* --- pages that change hands ---------------------------------------------- */

int ccp_reclaim(struct sim *s, uint32_t page, uint32_t pages)
{
	struct fwb_snp_addr data;
	uint32_t i, err;
	int ret;

	for (i = 0; i < pages; i++) {
		data.address = sim_pa(page + i);
		ret = ccp_cmd(s, PSP_CMD_SNP_PAGE_RECLAIM, &data, sizeof(data), &err);
		if (!ret)
			ret = sim_rmp_shared(s, page + i);
		if (ret) {
			sim_leak(s, page + i, pages - i);
			s->st->debug.leaked_pages += pages - i;
			return ret;
		}
	}
	return 0;
}

int ccp_rmp_mark_firmware(struct sim *s, uint32_t page, uint32_t pages)
{
	uint32_t i;
	int ret;

	for (i = 0; i < pages; i++) {
		ret = sim_rmp_private(s, page + i, 0, 0, true);
		if (ret) {
			ccp_reclaim(s, page, i);
			return ret;
		}
	}
	return 0;
}

uint32_t ccp_alloc_firmware(struct sim *s, uint32_t pages)
{
	uint32_t page = sim_alloc(s, pages);

	if (page && s->st->ccp.snp_initialized && ccp_rmp_mark_firmware(s, page, pages))
		return 0;
	return page;
}

void ccp_free_firmware(struct sim *s, uint32_t page, uint32_t pages)
{
	if (!page)
		return;
	if (s->st->ccp.snp_initialized && ccp_reclaim(s, page, pages))
		return;
	if (!s->st->m.no_patch && debug_pages_stale(s, page, pages))
		return;
	sim_free(s, page, pages);
}
