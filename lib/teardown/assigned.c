// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stays assigned in the RMP after a shutdown: CPUs go on enforcing it, and
 * the next kernel dies at its first write to such a page.
 */
#include "lib/teardown/teardown.h"

int warn_assigned(struct sevadm *adm, struct sevadm_run *run)
{
	/* 7.1 and firmware with the x86 shutdown clear SNP_EN on all cores */
	const char *unless = host_kernel_at_least(adm->host, 7, 1) ?
			     ", unless its firmware did the x86 shutdown" : "";
	struct sev_dbg_info info;
	int ret = request_info(adm, &info);

	if (ret)
		return core_fail_errno(adm, -ret, "ask the driver for its state");
	if (info.nr_snp_tombstones) {
		ret = core_warn(adm, run, "pages of %u guest%s stay assigned in the RMP until the "
				"VMMs end: this host must not kexec on this kernel%s",
				info.nr_snp_tombstones, info.nr_snp_tombstones == 1 ? "" : "s",
				unless);
		if (ret)
			return ret;
	}
	if (info.leaked_pages)
		ret = core_warn(adm, run, "%llu page%s leaked since ccp was loaded and may still be "
				"assigned in the RMP: this host must not kexec on this kernel%s",
				(unsigned long long)info.leaked_pages,
				info.leaked_pages == 1 ? "" : "s", unless);
	return ret;
}
