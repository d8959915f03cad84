// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver's way to fail: kernel/'s sev-debug.c and sev-debug-cmd.c, and sev-dev.c for
 * /dev/sev.
 */
#include "lib/device/fault_answer.h"

#include <errno.h>
#include <string.h>

#include <linux/psp-sev.h>
#include <linux/sev-debug.h>
#include <linux/sev-guest.h>

#include "lib/device/device.h"

/* Firmware commands (AMD 56860, AMD 55766) */
enum {
	INIT = 0x001, SHUTDOWN = 0x002, PLATFORM_STATUS = 0x004, DF_FLUSH = 0x00a,
	GUEST_STATUS = 0x023, SNP_PLATFORM_STATUS = 0x083, SNP_DF_FLUSH = 0x084,
	SNP_INIT_EX = 0x085, SNP_SHUTDOWN_EX = 0x086, SNP_DECOMMISSION = 0x090,
	SNP_GUEST_STATUS = 0x092, SNP_GUEST_REQUEST = 0x094,
};

#define GUEST_UNSET	0xffU	/* sev-guest.c, before it asked the host */

/*
 * By their numbers of /dev/sev (enum of uapi/linux/psp-sev.h, of which Debian 12's header
 * lacks the end); 0: not one that a fault can be about
 */
static const uint16_t user_commands[] = {
	0x003, PLATFORM_STATUS, 0x005, 0x006, 0x009, 0x008, 0x007, 0, 0,
	SNP_PLATFORM_STATUS, 0x0cb, 0x0c9, 0x0cd,
};

/* The structure, if it is as long as in ABI version 1: a shorter one the driver refuses */
static bool whole(const void *arg, size_t size)
{
	uint32_t says;

	memcpy(&says, arg, sizeof(says));
	return says >= size;
}

static bool status_of(struct fault_call *call)
{
	const struct sev_issue_cmd *issue = call->arg;

	call->firmware = true;
	if (issue->cmd < sizeof(user_commands) / sizeof(user_commands[0]))
		call->commands[0] = user_commands[issue->cmd];
	return call->commands[0];
}

static bool cmd_of(struct fault_call *call)
{
	struct sev_dbg_cmd *cmd = call->arg;

	if (!whole(cmd, sizeof(*cmd)))
		return false;
	call->firmware = true;
	call->result = &cmd->result;
	call->reason = &cmd->reason;
	switch (call->request) {
	case SEV_DBG_DF_FLUSH:
		call->commands[0] = cmd->flags & SEV_DBG_C_LEGACY ? DF_FLUSH : SNP_DF_FLUSH;
		break;
	case SEV_DBG_SHUTDOWN:
		/* the driver's whole way begins as the legacy one, and ends where that fails */
		call->commands[0] = cmd->flags & SEV_DBG_C_STRICT ? SNP_SHUTDOWN_EX : SHUTDOWN;
		break;
	default:
		call->commands[0] = SNP_INIT_EX;
		call->commands[1] = INIT;
	}
	return true;
}

static bool guest_cmd_of(struct fault_call *call)
{
	struct sev_dbg_guest_cmd *cmd = call->arg;

	if (!whole(cmd, sizeof(*cmd)))
		return false;
	call->firmware = call->has_guest = true;
	call->guest = cmd->id;
	call->result = &cmd->result;
	call->reason = &cmd->reason;
	call->commands[0] = SNP_DECOMMISSION;
	return true;
}

static bool guest_status_of(struct fault_call *call)
{
	struct sev_dbg_guest_status *st = call->arg;

	if (!whole(st, sizeof(*st)))
		return false;
	call->firmware = call->has_guest = true;
	call->guest = st->id;
	call->result = &st->result;
	call->reason = &st->reason;
	call->commands[0] = SNP_GUEST_STATUS;
	call->commands[1] = GUEST_STATUS;
	return true;
}

bool fault_call_of(unsigned long request, void *arg, struct fault_call *call)
{
	*call = (struct fault_call){ .request = request, .arg = arg };
	switch (request) {
	case SEV_ISSUE_CMD:
		return status_of(call);
	case SNP_GET_REPORT:
	case SNP_GET_DERIVED_KEY:
	case SNP_GET_EXT_REPORT:
		call->firmware = true;
		call->commands[0] = SNP_GUEST_REQUEST;
		return ((struct snp_guest_request_ioctl *)arg)->msg_version;
	case SEV_DBG_GET_INFO:
		call->commands[0] = DEVICE_GET_INFO;
		return whole(arg, sizeof(struct sev_dbg_info));
	case SEV_DBG_GUEST_LIST:
		call->commands[0] = DEVICE_GUEST_LIST;
		return whole(arg, sizeof(struct sev_dbg_guest_list));
	case SEV_DBG_WBINVD:
		if (!whole(arg, sizeof(struct sev_dbg_wbinvd)))
			return false;
		call->commands[0] = DEVICE_WBINVD;
		call->has_cpu = true;
		call->cpu = ((struct sev_dbg_wbinvd *)arg)->cpu;
		return true;
	case SEV_DBG_WBINVD_ALL:
		call->commands[0] = DEVICE_WBINVD_ALL;
		return whole(arg, sizeof(struct sev_dbg_wbinvd_all));
	case SEV_DBG_DECOMMISSION:
		return guest_cmd_of(call);
	case SEV_DBG_GUEST_STATUS:
		return guest_status_of(call);
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		return cmd_of(call);
	default:
		return false;
	}
}

/* ------------------------------------------------------------------------- answers */

/* @outcome went to the firmware if it has a command; that alone is in the trace */
static void put(const struct fault_call *call, const struct sev_dbg_result *outcome)
{
	struct sev_dbg_cmd *cmd = call->arg;

	if (call->result)
		*call->result = *outcome;
	if (call->reason)
		*call->reason = SEV_DBG_R_NONE;
	if (call->request == SEV_DBG_GUEST_STATUS && outcome->cmd)
		((struct sev_dbg_guest_status *)call->arg)->kind =
			outcome->cmd == GUEST_STATUS ? SEV_DBG_KIND_SEV : SEV_DBG_KIND_SNP;
	if (call->request != SEV_DBG_DF_FLUSH && call->request != SEV_DBG_SHUTDOWN &&
	    call->request != SEV_DBG_INIT)
		return;
	cmd->trace_count = 0;
	cmd->trace_total = outcome->cmd ? 1 : 0;
	if (!outcome->cmd || !cmd->trace || !cmd->trace_capacity ||
	    cmd->trace_entry_size < sizeof(*outcome))
		return;
	memset((void *)(uintptr_t)cmd->trace, 0, cmd->trace_entry_size);
	memcpy((void *)(uintptr_t)cmd->trace, outcome, sizeof(*outcome));
	cmd->trace_count = 1;
}

/* sev-guest.c: what the host answered, the hypervisor's half above the firmware's */
static bool put_guest(const struct fault_call *call, uint32_t vmm, uint32_t status)
{
	struct snp_guest_request_ioctl *io = call->arg;

	if (call->commands[0] != SNP_GUEST_REQUEST)
		return false;
	io->exitinfo2 = (uint64_t)vmm << 32 | status;
	return true;
}

int fault_answer_vmm(const struct fault_call *call, uint32_t vmm)
{
	put_guest(call, vmm, 0);
	/* a host that is busy is asked again for a minute, and the driver gives up then */
	return vmm == SNP_GUEST_VMM_ERR_BUSY ? -EAGAIN : -EIO;
}

int fault_answer_status(const struct fault_call *call, uint32_t command, uint32_t status,
			uint64_t ext, uint64_t duration_ns)
{
	int ret = status ? -EIO : 0;
	const struct sev_dbg_result outcome = {
		.cmd = command, .err = ret, .status = status, .count = 1,
		.duration_ns = duration_ns, .fw_ext = status ? ext : 0,
	};

	if (put_guest(call, 0, status))
		return ret;
	put(call, &outcome);
	if (call->request == SEV_ISSUE_CMD)
		((struct sev_issue_cmd *)call->arg)->error = status;
	return ret;
}

int fault_answer_errno(const struct fault_call *call, int err, uint32_t reason)
{
	const struct sev_dbg_result outcome = { .err = -err, .status = SEV_DBG_NO_FW_CALL };

	if (put_guest(call, 0, GUEST_UNSET))
		return -err;
	put(call, &outcome);
	/* EBUSY always comes with a reason */
	if (call->reason)
		*call->reason = err == EBUSY && !reason ? SEV_DBG_R_PSP_DEAD : reason;
	return -err;
}

int fault_answer_timeout(const struct fault_call *call, uint32_t command, uint64_t duration_ns)
{
	const struct sev_dbg_result outcome = {
		.cmd = command, .err = -ETIMEDOUT, .status = SEV_DBG_NO_FW_CALL, .count = 1,
		.duration_ns = duration_ns,
	};

	if (put_guest(call, 0, SEV_DBG_NO_FW_CALL))
		return -ETIMEDOUT;
	put(call, &outcome);
	/* sev-dev.c: a status of 0 beside -ETIMEDOUT */
	if (call->request == SEV_ISSUE_CMD)
		((struct sev_issue_cmd *)call->arg)->error = 0;
	return -ETIMEDOUT;
}

/* The command that took so long is the first of those that the driver issued */
void fault_prolong(const struct fault_call *call, uint64_t ns)
{
	struct sev_dbg_cmd *cmd = call->arg;

	if (call->request == SEV_DBG_WBINVD)
		((struct sev_dbg_wbinvd *)call->arg)->duration_ns += ns;
	else if (call->request == SEV_DBG_WBINVD_ALL)
		((struct sev_dbg_wbinvd_all *)call->arg)->duration_ns += ns;
	else if (call->result && call->result->cmd)
		call->result->duration_ns += ns;
	if ((call->request == SEV_DBG_DF_FLUSH || call->request == SEV_DBG_SHUTDOWN ||
	     call->request == SEV_DBG_INIT) && cmd->trace && cmd->trace_count)
		((struct sev_dbg_result *)(uintptr_t)cmd->trace)->duration_ns += ns;
}

void fault_info_dead(void *info_)
{
	struct sev_dbg_info *info = info_;

	info->state |= SEV_DBG_S_PSP_DEAD;
	info->fw_snp_state = info->fw_sev_state = SEV_DBG_FW_UNKNOWN;
}
