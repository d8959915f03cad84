/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the platform's beginning, and the execution of one command.
 */
#include <stdio.h>
#include <string.h>

#include "psp_fw_generation.h"
#include "psp_fw_internal.h"

static const char *config_check(const struct psp_fw_config *c)
{
	if (!c->nr_threads || c->nr_threads > PSP_FW_MAX_THREADS)
		return "number of threads out of range";
	if (!c->thread_ccx)
		return "no core complexes";
	for (uint32_t i = 0; i < c->nr_threads; i++)
		if (c->thread_ccx[i] >= PSP_FW_MAX_CCX)
			return "core complex out of range";
	if (!psp_fw_generation_info(c->generation))
		return "unknown generation";
	if (!psp_fw_tcb_valid(c->generation, c->current_tcb))
		return "a TCB version with reserved bytes";
	if (!c->sockets || c->sockets > PSP_FW_MAX_SOCKETS)
		return "number of sockets out of range";
	if (c->nr_asids > PSP_FW_MAX_ASID)
		return "number of ASIDs out of range";
	if ((c->switches & ~PSP_FW_SWITCHES) || (c->conditions & ~PSP_FW_CONDITIONS))
		return "unknown switch";
	if ((c->cth || c->tio) && !c->feature_info)
		return "features without a command that tells them";
	return NULL;
}

static void init_threads(struct psp_fw *fw, const struct psp_fw_config *c)
{
	fw->nr_threads = c->nr_threads;
	fw->has_apic = c->thread_apic != NULL;
	for (uint32_t i = 0; i < c->nr_threads; i++) {
		unsigned int ccx = c->thread_ccx[i];

		fw->thread_ccx[i] = (uint16_t)ccx;
		if (c->thread_apic)
			fw->thread_apic[i] = c->thread_apic[i];
		if (c->thread_disabled && c->thread_disabled[i])
			continue;
		fw->thread_enabled[i / 64] |= 1ull << (i % 64);
		fw->ccx_all.w[ccx / 64] |= 1ull << (ccx % 64);
	}
}

const char *psp_fw_init(struct psp_fw *fw, const struct psp_fw_ops *ops, void *opaque,
			const struct psp_fw_config *config)
{
	const struct psp_fw_generation_info *info;
	const char *error = config_check(config);

	if (error)
		return error;
	info = psp_fw_generation_info(config->generation);
	memset(fw, 0, sizeof(*fw));
	init_threads(fw, config);
	if (psp_fw_ccxs_empty(&fw->ccx_all))
		return "no enabled thread";
	fw->magic = PSP_FW_MAGIC;
	fw->size = sizeof(*fw);
	fw->generation = config->generation;
	fw->sockets = config->sockets;
	fw->nr_asids = config->nr_asids ? config->nr_asids : info->nr_asids;
	fw->min_sev_asid = config->min_sev_asid ? config->min_sev_asid : 1;
	fw->switches = config->switches;
	fw->conditions = config->conditions;
	fw->smt = config->smt;
	fw->feature_info = config->feature_info;
	fw->cth = config->cth;
	fw->tio = config->tio;
	fw->signature = config->signature ? config->signature : info->signature;
	fw->mitigations = info->mitigations;
	for (int i = 0; i < PSP_FW_MAX_SOCKETS; i++)
		memcpy(fw->chip_id[i], config->chip_id[i], info->chip_id_length);
	memcpy(fw->chip_secret, config->chip_secret, sizeof(fw->chip_secret));
	fw->api_major = config->api_major;
	fw->api_minor = config->api_minor;
	if (!fw->api_major && !fw->api_minor) {
		fw->api_major = 1;
		fw->api_minor = 55;
	}
	fw->build = config->build;
	fw->svn = config->svn;
	fw->current_tcb = config->current_tcb;
	fw->committed_tcb = config->current_tcb;
	fw->committed_version[0] = fw->api_major;
	fw->committed_version[1] = fw->api_minor;
	fw->committed_version[2] = fw->build;
	fw->committed_svn = fw->svn;
	psp_fw_attach(fw, ops, opaque);
	psp_fw_reset(fw);
	return NULL;
}

void psp_fw_reset(struct psp_fw *fw)
{
	size_t start = offsetof(struct psp_fw, command_count);

	for (int i = 0; i < PSP_FW_MAX_SEV_GUESTS; i++)
		psp_fw_sev_guest_free(fw, &fw->sev_guest[i]);
	memset((uint8_t *)fw + start, 0, sizeof(*fw) - start);
	fw->reported_tcb = fw->current_tcb;
}

void psp_fw_attach(struct psp_fw *fw, const struct psp_fw_ops *ops, void *opaque)
{
	fw->ops = ops;
	fw->opaque = opaque;
}

/*
 * Under SNP the firmware writes command buffers of SEV commands only where the
 * page was given to it (56860, legacy commands under SNP).  [fw] adds 0x40 to
 * say that it means the buffer itself.  SNP commands have no such buffers.
 */
static uint32_t buffer_check(struct psp_fw *fw, const struct psp_fw_command *cmd, uint64_t pa)
{
	if (!cmd->writes || fw->snp_state != PSP_INIT)
		return PSP_SUCCESS;
	if (!psp_fw_page_writable(fw, pa) || !psp_fw_page_writable(fw, pa + cmd->length - 1))
		return PSP_CMDBUF_STATUS | PSP_INVALID_PAGE_STATE;
	return PSP_SUCCESS;
}

/* Hand the buffer back; [fw] 1.55.25 leaves its page in Reclaim then */
static void buffer_write(struct psp_fw_call *call, uint64_t pa)
{
	struct psp_fw *fw = call->fw;

	psp_fw_write(fw, pa, call->buf, call->cmd->length);
	if (fw->snp_state != PSP_INIT)
		return;
	for (uint64_t p = pa & PSP_FW_PAGE_MASK; p < pa + call->cmd->length; p += PSP_FW_PAGE_SIZE)
		if (psp_fw_page_state(fw, p) == PSP_PAGE_FIRMWARE)
			psp_fw_page_set_state(fw, p, PSP_PAGE_RECLAIM);
}

static bool state_allowed(const struct psp_fw *fw, const struct psp_fw_command *cmd)
{
	return (cmd->states & PSP_FW_SEV(fw->sev_state)) &&
	       (cmd->states & PSP_FW_SNP(fw->snp_state));
}

static uint32_t execute(struct psp_fw *fw, uint32_t id, uint64_t pa)
{
	struct psp_fw_call call = { .fw = fw, .cmd = psp_fw_command_find(id) };
	uint32_t status;

	if (!call.cmd)
		return PSP_INVALID_COMMAND;
	if (call.cmd->length) {
		status = buffer_check(fw, call.cmd, pa);
		if (status)
			return status;
		if (psp_fw_read(fw, pa, call.buf, call.cmd->length))
			return PSP_INVALID_ADDRESS;
	}
	status = call.cmd->params ? call.cmd->params(&call) : PSP_SUCCESS;
	if (!status && !state_allowed(fw, call.cmd))
		status = PSP_INVALID_PLATFORM_STATE;
	if (!status)
		status = call.cmd->run(&call);
	if (call.written)
		buffer_write(&call, pa);
	return status;
}

static void log_command(struct psp_fw *fw, uint32_t cmd, uint64_t pa, uint32_t status)
{
	const char *name = psp_fw_command_name(cmd);
	const char *text = psp_fw_status_name(status);
	char line[160];

	if (!fw->ops->log || (cmd == PSP_CMD_SNP_PAGE_RECLAIM && !status))
		return;
	snprintf(line, sizeof(line), "#%llu %s(%#x) buffer %#llx: %s(%#x) sev %u/%u snp %u/%u",
		 (unsigned long long)fw->command_count, name ? name : "?", cmd,
		 (unsigned long long)pa, text ? text : "?", status, fw->sev_state,
		 fw->sev_guest_count, fw->snp_state, fw->snp_guest_count);
	fw->ops->log(fw->opaque, line);
}

uint32_t psp_fw_exec(struct psp_fw *fw, uint32_t cmd, uint64_t cmdbuf)
{
	uint64_t pa = cmdbuf & ~PSP_FW_C_BIT;
	uint32_t status = execute(fw, cmd, pa);

	fw->command_count++;
	log_command(fw, cmd, pa, status);
	return status;
}
