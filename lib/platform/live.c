// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of a host for who asks again and again: few commands, and none that the
 * driver could answer by itself.
 */
#include <errno.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/platform/guests.h"
#include "lib/platform/status.h"

/* One request tells both states, and asks no firmware that was given up */
static int ask_patched(struct sevadm *adm, struct sevadm_live *live)
{
	struct sev_dbg_info info;
	int ret = request_info(adm, &info);

	if (!ret) {
		status_driver_of(&info, &live->driver);
		live->sev_state = info.fw_sev_state;
		live->snp_state = info.fw_snp_state;
		live->psp_dead = live->driver.psp_dead;
		ret = guests_list(adm, &info, &live->guests);
	}
	return ret ? core_fail_errno(adm, -ret, "ask /dev/sev-debug") : 0;
}

static int ask_stock(struct sevadm *adm, struct sevadm_live *live, struct sevadm_run *run)
{
	struct platforms p;
	int ret;

	request_platforms(adm, &p);
	if (!p.sev_ret) {
		live->sev_state = p.sev.state;
		live->guests.fw_sev = p.sev.guest_count;
	}
	if (!p.snp_ret) {
		live->snp_state = p.snp.state;
		live->guests.fw_snp = p.snp.guest_count;
	}
	live->psp_dead = p.sev_ret == -EBUSY || p.sev_ret == -ETIMEDOUT ||
			 p.snp_ret == -ETIMEDOUT;
	ret = run ? core_step_add(adm, run, &p.sev_step) : 0;
	if (!ret && run)
		ret = core_step_add(adm, run, &p.snp_step);
	/* what the firmware answered is a state like others; that nobody answers is not */
	if (!ret && p.sev_ret && p.sev_ret != -EIO && !live->psp_dead)
		ret = core_fail_step(adm, &p.sev_step, SEV_DBG_R_NONE, FW_CMD_PLATFORM_STATUS);
	return ret;
}

int sevadm_live_get(struct sevadm *adm, unsigned int flags, struct sevadm_live *live,
		    struct sevadm_run *run)
{
	const int *err = adm->dev->node_err;
	int ret;

	*live = (struct sevadm_live){
		.now_ns = adm->host->ops->clock(adm->host),
		.sev_state = SEVADM_NO_FW_CALL, .snp_state = SEVADM_NO_FW_CALL,
		.guests.fw_snp = SEVADM_NO_FW_CALL, .guests.fw_sev = SEVADM_NO_FW_CALL,
	};
	ret = sevadm_host_get(adm, &live->host);
	if (ret)
		return ret;
	/* a driver with both nodes has lost both when one is gone */
	if (err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	if (err[DEVICE_SEV_DEBUG] && err[DEVICE_SEV_DEBUG] != -ENOENT)
		return core_fail_node(adm, DEVICE_SEV_DEBUG);
	if (flags & SEVADM_LIVE_QUIET)
		return 0;
	return live->host.patch ? ask_patched(adm, live) : ask_stock(adm, live, run);
}

void sevadm_live_free(struct sevadm_live *live)
{
	sevadm_guests_free(&live->guests);
}
