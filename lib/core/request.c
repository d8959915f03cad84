// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every request to a device is made here.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/psp-sev.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/firmware/decode.h"
#include "lib/firmware/status.h"
#include "lib/util/cleanup.h"

#define TRACE_MAX	128	/* far more runs of equal commands than the driver makes */
#define LIST_MAX	65536	/* guests: ASIDs are a thousand or so */
#define LIST_SLACK	16	/* guests that may start between two calls */

/* Numbers of /dev/sev (include/uapi/linux/psp-sev.h); Debian 12's header lacks the last */
#define SEV_USER_PLATFORM_STATUS	1
#define SEV_USER_GET_ID2		8
#define SEV_USER_SNP_PLATFORM_STATUS	9

void core_stops_hold(sigset_t *saved)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &stops, saved);
}

void core_stops_release(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

static int submit_undisturbed(struct sevadm *adm, unsigned long request, void *arg)
{
	sigset_t saved;
	int ret;

	core_stops_hold(&saved);
	ret = device_submit(adm->dev, request, arg);
	core_stops_release(&saved);
	return ret;
}

int core_issue(struct sevadm *adm, bool retry, unsigned long request, void *arg, uint32_t *status,
	       uint64_t *duration_ns)
{
	uint64_t start = duration_ns ? adm->host->ops->clock(adm->host) : 0;
	int ret;

	if (status)
		*status = SEVADM_NO_FW_CALL;
	if (!retry) {
		ret = submit_undisturbed(adm, request, arg);
	} else {
		do {
			ret = device_submit(adm->dev, request, arg);
		} while (ret == -EINTR && !(adm->flags & SEVADM_INTERRUPTIBLE));
	}
	if (duration_ns)
		*duration_ns = adm->host->ops->clock(adm->host) - start;
	return ret;
}

int request_info(struct sevadm *adm, struct sev_dbg_info *info)
{
	*info = (struct sev_dbg_info){ .size = sizeof(*info) };
	return core_issue(adm, true, SEV_DBG_GET_INFO, info, NULL, NULL);
}

int request_guest_list(struct sevadm *adm, struct sev_dbg_guest **list, size_t *nr)
{
	size_t capacity = 0;

	*list = NULL;
	*nr = 0;
	for (;;) {
		struct sev_dbg_guest_list request = {
			.size = sizeof(request),
			.entry_size = sizeof(struct sev_dbg_guest),
			.capacity = (uint32_t)capacity,
			.entries = (uintptr_t)*list,
		};
		int ret = core_issue(adm, true, SEV_DBG_GUEST_LIST, &request, NULL, NULL);
		struct sev_dbg_guest *larger;

		if (ret) {
			free(*list);
			*list = NULL;
			return ret;
		}
		if (request.total <= capacity) {
			*nr = request.count < capacity ? request.count : capacity;
			return 0;
		}
		/* no machine has so many: a driver, or a recording, that is not to be trusted */
		if (request.total > LIST_MAX) {
			free(*list);
			*list = NULL;
			return -EOVERFLOW;
		}
		capacity = request.total + LIST_SLACK;
		larger = reallocarray(*list, capacity, sizeof(*larger));
		if (!larger) {
			free(*list);
			*list = NULL;
			return -ENOMEM;
		}
		*list = larger;
	}
}

int request_trace(struct sevadm *adm, struct sev_dbg_trace *trace)
{
	trace->size = sizeof(*trace);
	trace->entry_size = sizeof(struct sev_dbg_trace_entry);
	return core_issue(adm, true, SEV_DBG_TRACE, trace, NULL, NULL);
}

/* A command that changes state is never repeated blindly: its descriptor knows */
static bool may_repeat(uint16_t command)
{
	const struct command_row *row = command_find(command);

	return row && row->retry;
}

int request_sev_issue(struct sevadm *adm, uint32_t number, uint16_t command, void *buf,
		      struct sevadm_step *step)
{
	struct sev_issue_cmd issue = { .cmd = number, .data = (uintptr_t)buf };
	int ret;

	*step = (struct sevadm_step){
		.kind = SEVADM_STEP_FIRMWARE,
		.command = command_name(command),
		.has_status = true,
		.status = SEVADM_NO_FW_CALL,
		.count = 1,
	};
	/* packed: the status word has no address of its own to give to core_issue() */
	issue.error = SEVADM_NO_FW_CALL;
	ret = core_issue(adm, may_repeat(command), SEV_ISSUE_CMD, &issue, NULL,
			 &step->duration_ns);
	/* the driver leaves 0 behind when a command timed out (sev-dev.c) */
	if (!ret || ret == -EIO)
		step->status = issue.error;
	step->err = -ret;
	return ret;
}

int request_sev_status(struct sevadm *adm, struct sevadm_sev_status *status,
		       struct sevadm_step *step)
{
	uint8_t buf[FW_SEV_STATUS_SIZE] = { 0 };
	int ret = request_sev_issue(adm, SEV_USER_PLATFORM_STATUS, FW_CMD_PLATFORM_STATUS, buf,
				    step);

	if (!ret)
		decode_sev_status(buf, status);
	return ret;
}

enum sevadm_generation request_generation(struct sevadm *adm, unsigned int *family,
					  unsigned int *model)
{
	return host_cpu(adm->host, family, model) ? decode_generation(*family, *model) :
	       SEVADM_GENERATION_UNKNOWN;
}

int request_snp_status(struct sevadm *adm, struct sevadm_snp_status *status,
		       struct sevadm_step *step)
{
	uint8_t buf[FW_SNP_STATUS_SIZE] = { 0 };
	unsigned int family, model;
	int ret = request_sev_issue(adm, SEV_USER_SNP_PLATFORM_STATUS, FW_CMD_SNP_PLATFORM_STATUS,
				    buf, step);

	if (!ret)
		decode_snp_status(buf, request_generation(adm, &family, &model), status);
	return ret;
}

int request_id(struct sevadm *adm, void *buf, uint32_t *len, struct sevadm_step *step)
{
	struct sev_user_data_get_id2 id = { .address = (uintptr_t)buf, .length = *len };
	int ret = request_sev_issue(adm, SEV_USER_GET_ID2, FW_CMD_GET_ID, &id, step);

	*len = id.length;
	return ret;
}

void request_platforms(struct sevadm *adm, struct platforms *p)
{
	*p = (struct platforms){ 0 };
	p->sev_ret = request_sev_status(adm, &p->sev, &p->sev_step);
	/* it did not answer: the driver gives it up with that */
	if (p->sev_ret != -EBUSY && p->sev_ret != -ETIMEDOUT) {
		p->snp_ret = request_snp_status(adm, &p->snp, &p->snp_step);
		return;
	}
	p->snp_ret = -EBUSY;
	p->snp_step = p->sev_step;
	p->snp_step.command = command_name(FW_CMD_SNP_PLATFORM_STATUS);
	p->snp_step.err = EBUSY;
	p->snp_step.duration_ns = 0;
}

bool info_half_up(const struct sev_dbg_info *info)
{
	return info->fw_snp_state != SEV_DBG_FW_UNKNOWN && info->fw_snp_state &&
	       !(info->state & SEV_DBG_S_SNP_INIT);
}

bool platforms_half_up(const struct platforms *platforms)
{
	return platforms->snp_ret == -EIO &&
	       platforms->snp_step.status == FW_INVALID_PAGE_STATE;
}

static struct sevadm_step step_of(const struct sev_dbg_result *result, uint16_t command)
{
	return (struct sevadm_step){
		.kind = SEVADM_STEP_FIRMWARE,
		.command = command_name(result->cmd ? (uint16_t)result->cmd : command),
		.has_status = true,
		.status = result->status,
		.fw_ext = result->fw_ext,
		.err = -result->err,
		.count = result->count ? result->count : 1,
		.duration_ns = result->duration_ns,
	};
}

int request_guest_status(struct sevadm *adm, uint64_t id, bool snp,
			 struct sevadm_guest_status *status, struct outcome *outcome)
{
	uint16_t command = snp ? FW_CMD_SNP_GUEST_STATUS : FW_CMD_GUEST_STATUS;
	struct sev_dbg_guest_status request = { .size = sizeof(request), .id = id };
	int ret = core_issue(adm, may_repeat(command), SEV_DBG_GUEST_STATUS, &request,
			     &request.result.status, NULL);

	*status = (struct sevadm_guest_status){ 0 };
	*outcome = (struct outcome){
		.step = step_of(&request.result, command),
		.command = request.result.cmd ? (uint16_t)request.result.cmd : command,
		.reason = request.reason,
	};
	outcome->step.err = -ret;
	outcome->step.reason = core_reason_text(request.reason);
	if (!ret)
		*status = (struct sevadm_guest_status){
			.known = true,
			.kind = request.kind == SEV_DBG_KIND_SNP ? SEVADM_GUEST_SNP :
				request.policy & FW_SEV_POLICY_ES ? SEVADM_GUEST_SEV_ES :
				SEVADM_GUEST_SEV,
			.state = request.state,
			.asid = request.asid,
			.policy = request.policy,
			.vcek_dis = request.vcek_dis & 1,
		};
	return ret;
}

bool outcome_refused(const struct outcome *outcome)
{
	const struct sevadm_step *step = &outcome->step;

	return step->err == EIO && outcome->reason == SEV_DBG_R_NONE && step->status &&
	       step->status != SEVADM_NO_FW_CALL;
}

bool outcome_is(const struct outcome *outcome, uint32_t status)
{
	return outcome_refused(outcome) && outcome->step.status == status;
}

int outcome_fail(struct sevadm *adm, const struct outcome *outcome)
{
	return core_fail_step(adm, &outcome->step, outcome->reason, outcome->command);
}

/* The guest ended by itself meanwhile: what was wanted is so */
static bool gone_already(int ret, uint32_t status)
{
	return ret == -ENOENT || ret == -EALREADY ||
	       (ret == -EIO && (status == FW_INVALID_GUEST || status == FW_INVALID_ADDRESS));
}

int request_decommission(struct sevadm *adm, struct sevadm_run *run,
			 const struct sevadm_guest *guest, uint32_t flags)
{
	struct sev_dbg_guest_cmd cmd = { .size = sizeof(cmd), .flags = flags, .id = guest->id };
	struct sevadm_step step;
	int ret, added;

	ret = core_issue(adm, may_repeat(FW_CMD_SNP_DECOMMISSION), SEV_DBG_DECOMMISSION, &cmd,
			 &cmd.result.status, NULL);
	step = step_of(&cmd.result, FW_CMD_SNP_DECOMMISSION);
	step.err = -ret;
	step.has_guest = true;
	step.guest = guest->id;
	step.asid = guest->asid;
	step.reason = core_reason_text(cmd.reason);
	added = core_step_add(adm, run, &step);
	if (!added && gone_already(ret, step.status))
		return core_warn(adm, run, "guest %llu was gone already",
				 (unsigned long long)guest->id);
	if (ret)
		return core_fail_step(adm, &step, cmd.reason, FW_CMD_SNP_DECOMMISSION);
	return added;
}

int request_wbinvd_all(struct sevadm *adm, struct sevadm_run *run, uint32_t *nr_cpus)
{
	struct sev_dbg_wbinvd_all cmd = { .size = sizeof(cmd) };
	struct sevadm_step step = {
		.kind = SEVADM_STEP_WBINVD,
		.command = "WBINVD_ALL",
	};
	int ret, added;

	core_phase_begin(adm, step.command, NULL, 0);
	ret = core_issue(adm, false, SEV_DBG_WBINVD_ALL, &cmd, NULL, NULL);
	core_phase_end(adm, ret);
	step.err = -ret;
	step.count = ret ? 1 : cmd.nr_cpus;
	step.duration_ns = cmd.duration_ns;
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, 0);
	*nr_cpus = cmd.nr_cpus;
	return added;
}

/* One step for each run of equal commands; the reason goes with the last */
static int add_trace(struct sevadm *adm, struct sevadm_run *run, const struct sev_dbg_cmd *cmd,
		     const struct sev_dbg_result *trace, uint16_t command, int ret)
{
	struct sevadm_step step;

	for (uint32_t i = 0; i < cmd->trace_count; i++) {
		int added;

		step = step_of(&trace[i], command);
		added = core_step_add(adm, run, &step);
		if (added)
			return added;
	}
	/* The driver issued nothing, or refused after what it issued succeeded */
	if (cmd->trace_count && (!ret || trace[cmd->trace_count - 1].err))
		return 0;
	step = (struct sevadm_step){
		.kind = SEVADM_STEP_FIRMWARE,
		.command = command_name(command),
		.has_status = true,
		.status = SEVADM_NO_FW_CALL,
		.err = -ret,
		.count = 1,
		.reason = ret ? core_reason_text(cmd->reason) : "it was so already",
	};
	return core_step_add(adm, run, &step);
}

int request_cmd(struct sevadm *adm, struct sevadm_run *run, unsigned long request, uint32_t flags,
		uint16_t command, struct outcome *outcome)
{
	_cleanup_free_ struct sev_dbg_result *trace = calloc(TRACE_MAX, sizeof(*trace));
	struct sev_dbg_cmd cmd = {
		.size = sizeof(cmd),
		.flags = flags,
		.trace_entry_size = sizeof(*trace),
		.trace_capacity = TRACE_MAX,
		.trace = (uintptr_t)trace,
	};
	struct outcome own;
	int ret, added;

	if (!outcome)
		outcome = &own;
	*outcome = (struct outcome){ .command = command };
	if (!trace)
		return core_fail_errno(adm, ENOMEM, command_name(command));
	core_phase_begin(adm, command_name(command), NULL, 0);
	ret = core_issue(adm, may_repeat(command), request, &cmd, &cmd.result.status, NULL);
	core_phase_end(adm, ret);
	if (cmd.trace_count > TRACE_MAX)
		cmd.trace_count = TRACE_MAX;	/* whatever a driver says */
	added = add_trace(adm, run, &cmd, trace, command, ret);
	outcome->step = step_of(&cmd.result, command);
	outcome->step.err = -ret;
	outcome->reason = cmd.reason;
	if (cmd.result.cmd)
		outcome->command = (uint16_t)cmd.result.cmd;
	if (!ret && cmd.trace_total > cmd.trace_count)
		added = core_warn(adm, run, "the driver issued %u runs of commands, of which %u "
				  "are shown", cmd.trace_total, cmd.trace_count);
	if (ret)
		return outcome == &own ? outcome_fail(adm, outcome) : ret;
	return added;
}
