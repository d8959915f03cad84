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
	/* 7.1 and firmware with the x86 shutdown clear SNP_EN on all cores */
	const char *unless = host_kernel_at_least(adm->host, 7, 1) ?
			     ", unless its firmware did the x86 shutdown" : "";
	struct sev_dbg_info info;
	unsigned int held;
	int ret = request_info(adm, &info);

	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	ret = count_held(adm, &held);
	if (!ret && held)
		ret = core_warn(adm, run, "pages of %u guest%s stay assigned in the RMP until the "
				"VMMs end: this host must not kexec on this kernel%s", held,
				held == 1 ? "" : "s", unless);
	if (ret)
		return ret;
	if (info.leaked_pages)
		ret = core_warn(adm, run, "%llu page%s leaked since ccp was loaded and may still be "
				"assigned in the RMP: this host must not kexec on this kernel%s",
				(unsigned long long)info.leaked_pages,
				info.leaked_pages == 1 ? "" : "s", unless);
	return ret;
}
