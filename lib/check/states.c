// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States that a host gets into and does not leave by itself: each with its cure,
 * or with the cold reboot where there is none.  Leaked contexts and tombstones are
 * told with the guests, a dead secure processor with the firmware.
 */
#include <errno.h>

#include "lib/check/check.h"

static int check_half_up(struct facts *f)
{
	if (!facts_half_up(f) || for_kdump(f))
		return 0;
	return check_say(f, "state.half-up", SEVADM_FAIL, f->patch ?
			 "`sevadm recover` brings SNP down; then reload kvm_amd." :
			 "Without the companion patch nothing brings it down: reboot cold.",
			 "SNP is up in the firmware and the driver does not know: a load of "
			 "kvm_amd failed half way, probably with a CPU offline");
}

static int check_iommu(struct facts *f)
{
	if (f->patch ? !(f->info.state & SEV_DBG_S_IOMMU_STUCK) : !f->klog.iommu_failed)
		return 0;
	return check_say(f, "state.iommu", SEVADM_FAIL, f->patch ?
			 "`sevadm recover` tries again; if they stay, do not kexec; reboot." :
			 "Do not kexec; reboot.",
			 "SNP is down, but the IOMMU still holds pages that it could not give back");
}

static int check_locked(struct facts *f)
{
	if (!f->patch || !(f->info.state & SEV_DBG_S_INIT_LOCKED) || for_kdump(f))
		return 0;
	return check_say(f, "state.init-locked", SEVADM_PASS, NULL, "INIT is locked out since the "
			 "last shutdown: no guest can be started until kvm_amd is loaded anew");
}

/*
 * Of 6.12 to 7.3: a failed INIT keeps a TMR of 1 MB, and the next load of kvm_amd
 * takes it for one of 2 MB.
 */
static int check_ioctls(struct facts *f)
{
	if (!f->snp_host || facts_snp_up(f) || for_kdump(f) || f->host.patch)
		return 0;
	return check_say(f, "kernel.legacy-ioctls", SEVADM_WARN, "Load kvm_amd before PEK_*, PDH_* "
			 "and certificate commands of other tools.", "SNP is down on an SNP host: an "
			 "ioctl of /dev/sev that wants SEV initialised fails, and leaves a buffer of "
			 "the wrong size behind");
}

int check_states(struct facts *f)
{
	int ret = check_half_up(f);

	if (!ret)
		ret = check_iommu(f);
	if (!ret)
		ret = check_locked(f);
	return ret ? ret : check_ioctls(f);
}
