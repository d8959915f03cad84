// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States that a host gets into and does not leave by itself: each with its cure,
 * or with the cold reboot where there is none.  Leaked contexts and tombstones are
 * told with the guests, a dead secure processor with the firmware.
 */
#include <errno.h>
#include <string.h>

#include "lib/check/check.h"
#include "lib/core/journal.h"
#include "lib/firmware/messages.h"

static int say(struct facts *f, const char *id, const struct finding *finding)
{
	return check_say(f, id, SEVADM_FAIL, finding->remedy, "%s", finding->text);
}

static int check_half_up(struct facts *f)
{
	if (!facts_half_up(f) || for_kdump(f))
		return 0;
	return say(f, "state.half-up", f->patch ? &finding_half_up : &finding_half_up_stock);
}

/* The last word of the two, where the kernel's own log does not go back to the boot */
static bool stock_iommu_failed(struct facts *f)
{
	struct message last;
	char said[256];

	if (f->klog.iommu_failed || (f->klog.whole && !f->klog.err))
		return f->klog.iommu_failed;
	return check_journal_last(f, "SNP IOMMU shutdown failed|SEV-SNP enabled .ASIDs", said,
				  sizeof(said)) == 1 && message_find(said, &last) &&
	       last.row->id == MESSAGE_IOMMU_FAILED;
}

static int check_iommu(struct facts *f)
{
	if (f->patch ? !(f->info.state & SEV_DBG_S_IOMMU_STUCK) :
		       facts_snp(f) != FACTS_SNP_DOWN || !stock_iommu_failed(f))
		return 0;
	return say(f, "state.iommu", f->patch ? &finding_iommu : &finding_iommu_stock);
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
	if (!f->snp_host || facts_snp(f) != FACTS_SNP_DOWN || for_kdump(f) || f->host.patch)
		return 0;
	return check_say(f, "kernel.legacy-ioctls", SEVADM_WARN, "Load kvm_amd before PEK_*, PDH_* "
			 "and certificate commands of other tools.", "SNP is down on an SNP host: an "
			 "ioctl of /dev/sev that wants SEV initialised fails, and leaves a buffer of "
			 "the wrong size behind");
}

/* Whoever holds the lock changes what is told here */
static int check_others(struct facts *f, bool *busy)
{
	char holder[1024];

	*busy = false;
	if (core_lock_held(f->adm, holder, sizeof(holder)) != 1)
		return 0;
	*busy = true;
	return check_say(f, "lock", SEVADM_FAIL, "Wait until it is done.", "another sevadm is at work "
			 "on this host: %s", holder);
}

/* Informational: what the host is like is found out by looking at it */
static int check_journal(struct facts *f)
{
	char text[1024];
	bool busy;
	int ret = check_others(f, &busy);

	if (ret || busy || !core_interrupted(f->adm, text, sizeof(text)))
		return ret;
	return check_say(f, "journal", SEVADM_WARN, "What the host is like now is told here; the same "
			 "command again goes on from there.", "%s", text);
}

int check_states(struct facts *f)
{
	int ret = check_half_up(f);

	if (!ret)
		ret = check_iommu(f);
	if (!ret)
		ret = check_locked(f);
	if (!ret)
		ret = check_ioctls(f);
	return ret ? ret : check_journal(f);
}
