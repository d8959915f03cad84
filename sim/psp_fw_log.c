/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what to write down of a command.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "psp_fw_internal.h"
#include "psp_fw_log.h"

/* Which fields of which command buffers are addresses of pages; sorted by command */
static const struct {
	uint16_t cmd;
	uint8_t offset;
	const char *field;
} fields[] = {
	{ PSP_CMD_INIT, 8, "tmr_paddr" },
	{ PSP_CMD_PEK_CSR, 0, "csr_paddr" },
	{ PSP_CMD_PDH_CERT_EXPORT, 0, "pdh_cert_paddr" },
	{ PSP_CMD_PDH_CERT_EXPORT, 0x10, "cert_chain_paddr" },
	{ PSP_CMD_GET_ID, 0, "id_paddr" },
	{ PSP_CMD_INIT_EX, 8, "tmr_paddr" },
	{ PSP_CMD_INIT_EX, 0x18, "nv_paddr" },
	{ PSP_CMD_LAUNCH_UPDATE_DATA, 8, "paddr" },
	{ PSP_CMD_LAUNCH_UPDATE_VMSA, 8, "paddr" },
	{ PSP_CMD_LAUNCH_MEASURE, 8, "measure_paddr" },
	{ PSP_CMD_LAUNCH_UPDATE_SECRET, 0x18, "guest_paddr" },
	{ PSP_CMD_ATTESTATION, 8, "paddr" },
	{ PSP_CMD_DBG_DECRYPT, 0x10, "dst_paddr" },
	{ PSP_CMD_DBG_ENCRYPT, 0x10, "dst_paddr" },
	{ PSP_CMD_SNP_PLATFORM_STATUS, 0, "status_paddr" },
	{ PSP_CMD_SNP_INIT_EX, 8, "list_paddr" },
	{ PSP_CMD_SNP_DECOMMISSION, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_ACTIVATE, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_GUEST_STATUS, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_GUEST_STATUS, 8, "status_paddr" },
	{ PSP_CMD_SNP_GCTX_CREATE, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_GUEST_REQUEST, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_GUEST_REQUEST, 8, "request_paddr" },
	{ PSP_CMD_SNP_GUEST_REQUEST, 0x10, "response_paddr" },
	{ PSP_CMD_SNP_ACTIVATE_EX, 8, "gctx_paddr" },
	{ PSP_CMD_SNP_LAUNCH_START, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_LAUNCH_UPDATE, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_LAUNCH_UPDATE, 0x10, "page_paddr" },
	{ PSP_CMD_SNP_LAUNCH_FINISH, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_DBG_DECRYPT, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_DBG_DECRYPT, 8, "src_paddr" },
	{ PSP_CMD_SNP_DBG_DECRYPT, 0x10, "dst_paddr" },
	{ PSP_CMD_SNP_DBG_ENCRYPT, 0, "gctx_paddr" },
	{ PSP_CMD_SNP_DBG_ENCRYPT, 8, "src_paddr" },
	{ PSP_CMD_SNP_DBG_ENCRYPT, 0x10, "dst_paddr" },
	{ PSP_CMD_SNP_PAGE_MD_INIT, 0, "page_paddr" },
	{ PSP_CMD_SNP_PAGE_RECLAIM, 0, "page_paddr" },
	{ PSP_CMD_SNP_PAGE_UNSMASH, 0, "page_paddr" },
	{ PSP_CMD_SNP_FEATURE_INFO, 8, "feature_info_paddr" },
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

/* Without an RMP there are no page states, whatever lies in that memory */
static int state_of(struct psp_fw *fw, uint64_t pa)
{
	return fw->rmp_end ? (int)psp_fw_page_state(fw, pa) : PSP_FW_NO_STATE;
}

static void add_page(struct psp_fw *fw, struct psp_fw_record *r, const char *field, uint64_t pa)
{
	if (r->nr_pages == PSP_FW_RECORD_PAGES)
		return;
	r->page[r->nr_pages++] = (struct psp_fw_page_record) {
		.field = field, .pa = pa, .before = state_of(fw, pa), .after = PSP_FW_NO_STATE,
	};
}

void psp_fw_record_begin(struct psp_fw *fw, uint32_t cmd, uint64_t cmdbuf,
			 struct psp_fw_record *r)
{
	const struct psp_fw_command *c = psp_fw_command_find(cmd);
	uint8_t buf[PSP_FW_MAX_BUFFER];

	memset(r, 0, sizeof(*r));
	r->number = fw->command_count + 1;
	r->cmd = cmd;
	if (!c || !c->length)
		return;
	cmdbuf &= ~PSP_FW_C_BIT;
	add_page(fw, r, "buffer", cmdbuf);
	if (psp_fw_read(fw, cmdbuf, buf, c->length))
		return;
	for (size_t i = 0; i < NR_FIELDS; i++) {
		uint64_t pa;

		if (fields[i].cmd != cmd)
			continue;
		pa = psp_fw_get64(buf + fields[i].offset) & ~PSP_FW_C_BIT;
		if (cmd == PSP_CMD_SNP_PAGE_RECLAIM)
			pa &= ~1ull;	/* the page size */
		if (pa)
			add_page(fw, r, fields[i].field, pa);
	}
}

void psp_fw_record_end(struct psp_fw *fw, int32_t status, struct psp_fw_record *r)
{
	r->status = status;
	r->sev_state = fw->sev_state;
	r->snp_state = fw->snp_state;
	r->sev_guests = fw->sev_guest_count;
	r->snp_guests = fw->snp_guest_count;
	for (unsigned int i = 0; i < r->nr_pages; i++)
		r->page[i].after = state_of(fw, r->page[i].pa);
}

/* Text that grows as far as there is room */
struct text {
	char *buf;
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->buf + t->len, PSP_FW_RECORD_LENGTH - t->len, format, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n;
	if (t->len >= PSP_FW_RECORD_LENGTH)
		t->len = PSP_FW_RECORD_LENGTH - 1;
}

static const char *platform_name(uint32_t state)
{
	static const char *const names[] = { "UNINIT", "INIT", "WORKING" };

	return state <= PSP_WORKING ? names[state] : "?";
}

/* Of a status or of the one in it that says it means the command buffer */
static const char *status_name(int32_t status)
{
	return status < 0 ? NULL : psp_fw_status_name((uint32_t)status & ~PSP_CMDBUF_STATUS);
}

static bool of_cmdbuf(int32_t status)
{
	return status >= 0 && (status & PSP_CMDBUF_STATUS) && status_name(status);
}

static const char *state_name(int state)
{
	return state < 0 ? "-" : psp_fw_page_state_name((enum psp_page_state)state);
}

void psp_fw_record_text(const struct psp_fw_record *r, char *buf)
{
	const char *name = psp_fw_command_name(r->cmd);
	struct text t = { .buf = buf };

	add(&t, "#%-4llu %s(%#x): ", (unsigned long long)r->number, name ? name : "?", r->cmd);
	if (r->status < 0)
		add(&t, "no answer");
	else
		add(&t, "%s%s(%#x)", of_cmdbuf(r->status) ? "command buffer: " : "",
		    status_name(r->status) ? status_name(r->status) : "?", (uint32_t)r->status);
	add(&t, "; sev %s/%u snp %s/%u", platform_name(r->sev_state), r->sev_guests,
	    platform_name(r->snp_state), r->snp_guests);
	for (unsigned int i = 0; i < r->nr_pages; i++) {
		const struct psp_fw_page_record *p = &r->page[i];

		add(&t, "; %s %#llx", p->field, (unsigned long long)p->pa);
		if (p->before != p->after)
			add(&t, " %s -> %s", state_name(p->before), state_name(p->after));
		else if (p->after >= 0)
			add(&t, " %s", state_name(p->after));
	}
}

/* A name that needs no escaping, or null */
static void add_string(struct text *t, const char *key, const char *value)
{
	if (value)
		add(t, "\"%s\": \"%s\"", key, value);
	else
		add(t, "\"%s\": null", key);
}

static void add_state(struct text *t, const char *key, int state)
{
	add_string(t, key, state < 0 ? NULL : state_name(state));
}

void psp_fw_record_json(const struct psp_fw_record *r, char *buf)
{
	struct text t = { .buf = buf };

	add(&t, "\"number\": %llu, \"id\": %u, ", (unsigned long long)r->number, r->cmd);
	add_string(&t, "name", psp_fw_command_name(r->cmd));
	if (r->status < 0)
		add(&t, ", \"status\": null, ");
	else
		add(&t, ", \"status\": %d, ", r->status);
	add_string(&t, "status_name", status_name(r->status));
	add(&t, ", \"command_buffer\": %s, ", of_cmdbuf(r->status) ? "true" : "false");
	add_string(&t, "sev_state", platform_name(r->sev_state));
	add(&t, ", \"sev_guests\": %u, ", r->sev_guests);
	add_string(&t, "snp_state", platform_name(r->snp_state));
	add(&t, ", \"snp_guests\": %u, \"pages\": [", r->snp_guests);
	for (unsigned int i = 0; i < r->nr_pages; i++) {
		const struct psp_fw_page_record *p = &r->page[i];

		add(&t, "%s{\"field\": \"%s\", \"pa\": \"%#llx\", ", i ? ", " : "", p->field,
		    (unsigned long long)p->pa);
		add_state(&t, "before", p->before);
		add(&t, ", ");
		add_state(&t, "after", p->after);
		add(&t, "}");
	}
	add(&t, "]");
}
