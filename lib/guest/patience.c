// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host answers its guests' requests at a rate of its own, and says that it is busy.
 */
#include <errno.h>

#include "lib/guest/guest.h"
#include "lib/util/text.h"

#define FIRST_NS	100000000ULL
#define LONGEST_NS	5000000000ULL

struct guest_patience guest_patience(struct sevadm *adm, uint64_t timeout_ns)
{
	return (struct guest_patience){
		.until = adm->host->ops->clock(adm->host) + timeout_ns, .next_ns = FIRST_NS,
	};
}

int guest_wait(struct sevadm *adm, struct guest_patience *patience)
{
	uint64_t now = adm->host->ops->clock(adm->host), left;
	int ret = core_check_cancel(adm);

	if (ret)
		return -ECANCELED;
	if (now >= patience->until)
		return -EBUSY;
	left = patience->until - now;
	adm->host->ops->sleep(adm->host, patience->next_ns < left ? patience->next_ns : left);
	patience->next_ns *= 2;
	if (patience->next_ns > LONGEST_NS)
		patience->next_ns = LONGEST_NS;
	return core_check_cancel(adm) ? -ECANCELED : 0;
}

uint32_t guest_vmpl(struct sevadm *adm)
{
	uint64_t vmpl;
	char line[16];

	if (host_read_line(adm->host, "/sys/devices/system/cpu/sev/vmpl", line, sizeof(line)) ||
	    text_u64(line, SEVADM_GUEST_VMPLS - 1, &vmpl))
		return 0;
	return (uint32_t)vmpl;
}
