// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stays assigned in the RMP after a shutdown: CPUs go on enforcing it, and
 * the next kernel dies at its first write to such a page.
 */
#include "lib/teardown/teardown.h"

/*
 * Tombstones behind which a VM stands: it holds the guest's pages.  Of a leaked
 * context the only page was the context's own, and decommissioning gave it back.
 */
static int count_held(struct sevadm *adm, unsigned int *held)
{
	struct sevadm_guests guests;
	int ret = sevadm_guests_get(adm, &guests, NULL);

	*held = 0;
	if (ret)
		return ret;
	for (size_t i = 0; i < guests.nr_guests; i++)
		*held += guests.guests[i].kind == SEVADM_GUEST_SNP && guests.guests[i].held &&
			 !guest_alive(&guests.guests[i]);
	sevadm_guests_free(&guests);
	return 0;
}

int warn_assigned(struct sevadm *adm, struct sevadm_run *run)
{
	struct sev_dbg_info info;
	unsigned int held;
	int ret = request_info(adm, &info);

	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	ret = count_held(adm, &held);
	/* it is SNP that takes pages back: with it down, a VM's end gives them up for good */
	if (!ret && held && info.fw_snp_state)
		ret = core_warn(adm, run, "pages of %u guest%s stay assigned in the RMP until the "
				"VMMs end: this host must not kexec", held, held == 1 ? "" : "s");
	else if (!ret && held)
		ret = core_warn(adm, run, "pages of %u guest%s stay assigned in the RMP, and with SNP "
				"down the end of their VMMs does not give them back: this host must "
				"not kexec before a cold reboot", held, held == 1 ? "" : "s");
	if (ret)
		return ret;
	if (info.leaked_pages)
		ret = core_warn(adm, run, "%llu page%s leaked since ccp was loaded and may still be "
				"assigned in the RMP: this host must not kexec",
				(unsigned long long)info.leaked_pages,
				info.leaked_pages == 1 ? "" : "s");
	return ret;
}
