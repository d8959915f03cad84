// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/platform/status.h"

void status_driver_of(const struct sev_dbg_info *info, struct sevadm_driver *driver)
{
	*driver = (struct sevadm_driver){
		.known = true,
		.abi_version = info->abi_version,
		.psp_dead = info->state & SEV_DBG_S_PSP_DEAD,
		.snp_init = info->state & SEV_DBG_S_SNP_INIT,
		.svm_on = info->state & SEV_DBG_S_SVM_ON,
		.init_locked = info->state & SEV_DBG_S_INIT_LOCKED,
		.track_lost = info->state & SEV_DBG_S_TRACK_LOST,
		.buffers = info->state & SEV_DBG_S_BUFFERS,
		.snp_host = info->state & SEV_DBG_S_SNP_HOST,
		.iommu_stuck = info->state & SEV_DBG_S_IOMMU_STUCK,
		.tio = info->state & SEV_DBG_S_TIO,
		.ciphertext_hiding = info->state & SEV_DBG_S_CTH,
		.x86_shutdown = info->state & SEV_DBG_S_X86_SHUTDOWN,
		.fw_snp_state = info->fw_snp_state,
		.fw_sev_state = info->fw_sev_state,
		.nr_snp_guests = info->nr_snp_guests,
		.nr_sev_guests = info->nr_sev_guests,
		.nr_snp_tombstones = info->nr_snp_tombstones,
		.nr_sev_tombstones = info->nr_sev_tombstones,
		.leaked_pages = info->leaked_pages,
	};
	driver->mismatch = info->fw_snp_state != SEV_DBG_FW_UNKNOWN &&
			   !!info->fw_snp_state != driver->snp_init;
}

int sevadm_status_get(struct sevadm *adm, struct sevadm_status *status, struct sevadm_run *run)
{
	struct sevadm_run none = { 0 };
	struct sev_dbg_info info;
	struct platforms p;
	uint32_t reason;
	int ret, err;

	*status = (struct sevadm_status){ 0 };
	ret = sevadm_host_get(adm, &status->host);
	if (ret)
		return ret;
	if (status->host.patch && !request_info(adm, &info))
		status_driver_of(&info, &status->driver);
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	/* /dev/sev gives no reason for its EBUSY, the other node knows it */
	reason = status->driver.psp_dead ? SEV_DBG_R_PSP_DEAD : SEV_DBG_R_NONE;

	if (!run)
		run = &none;
	request_platforms(adm, &p);
	status->sev = p.sev;
	status->snp = p.snp;
	status->snp_err = p.snp_ret < 0 ? -p.snp_ret : 0;
	ret = p.sev_ret;
	if (ret)
		core_fail_step(adm, &p.sev_step, reason, FW_CMD_PLATFORM_STATUS);
	err = core_step_add(adm, run, &p.sev_step);
	/* a host without SNP is no failure: the driver has no such command there */
	if (!err && p.snp_ret && p.snp_ret != -EINVAL && p.snp_ret != -ENODEV) {
		core_fail_step(adm, &p.snp_step, reason, FW_CMD_SNP_PLATFORM_STATUS);
		ret = ret ? ret : p.snp_ret;
	}
	if (!err)
		err = core_step_add(adm, run, &p.snp_step);
	if (!err && status->driver.mismatch)
		err = core_warn(adm, run, "driver and firmware differ about SNP being up: a load of "
				"kvm_amd failed half way; `sevadm teardown` brings them together");
	if (!err && status->driver.iommu_stuck)
		err = core_warn(adm, run, "SNP is down, but the IOMMU still holds pages: this host "
				"must not kexec; try `sevadm shutdown --strict`, or reboot");
	sevadm_run_free(&none);
	return ret ? ret : err;
}

void sevadm_snp_unknown(struct sevadm *adm, const struct sevadm_status *status,
			struct sevadm_failure *failure)
{
	request_snp_unknown(adm, status->snp_err, failure);
}
