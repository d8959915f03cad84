// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who refused a guest's request, and whether another one makes sense.  The driver wipes the
 * key of its messages (VMPCK) after most failures, for the next message would have the same
 * number as the one whose fate it does not know (snp_disable_vmpck() of Linux).
 */
#include <errno.h>
#include <string.h>

#include "lib/firmware/command.h"
#include "lib/guest/guest.h"

#define FINAL "That is final: boot the guest anew, or load sev-guest with vmpck_id= of a key that is " \
	      "left (from the level that the kernel runs at up to 3)."

const char *sevadm_vmm_error_name(uint32_t error)
{
	switch (error) {
	case SEVADM_VMM_INVALID_LEN:
		return "INVALID_LEN";
	case SEVADM_VMM_BUSY:
		return "BUSY";
	case SEVADM_VMM_GENERIC:
		return "GENERIC";
	default:
		return "?";
	}
}

static int by_host(struct sevadm *adm, const struct guest_ask *ask)
{
	if (ask->vmm == SEVADM_VMM_BUSY && (ask->err == -EAGAIN || ask->err == -EBUSY))
		return core_fail(adm, SEVADM_BUSY, EBUSY, "Try again later, or say a longer --timeout.",
				 "%s: the host is busy (BUSY, 0x2), and stayed so", ask->message);
	if (ask->vmm == SEVADM_VMM_BUSY)
		return core_fail(adm, SEVADM_BUSY, EBUSY, FINAL, "%s: the host was busy (BUSY, 0x2) until "
				 "the driver gave it up, and the key of the guest's messages with it (%s)",
				 ask->message, strerrorname_np(-ask->err));
	return core_fail(adm, SEVADM_REFUSED, EIO, FINAL, "%s: the host refused: %s (0x%x), and the "
			 "driver gave up the key of the guest's messages", ask->message,
			 sevadm_vmm_error_name(ask->vmm), ask->vmm);
}

/* Nobody beyond the driver said anything */
static int by_driver(struct sevadm *adm, const struct guest_ask *ask)
{
	switch (ask->err) {
	case -ENOTTY:
		return core_fail(adm, SEVADM_FAILED, ENOTTY, FINAL, "%s: the driver has no key for the "
				 "guest's messages any more: it gave it up when one was not answered "
				 "(ENOTTY)", ask->message);
	case -EBADMSG:
		return core_fail(adm, SEVADM_FAILED, EBADMSG, FINAL, "%s: the answer does not authenticate, "
				 "or is none to this request, and the driver gave up the key of the "
				 "guest's messages (EBADMSG)", ask->message);
	case -ETIMEDOUT:
		return core_fail(adm, SEVADM_FAILED, ETIMEDOUT, FINAL, "%s: there was no answer, and the "
				 "driver gave up the key of the guest's messages (ETIMEDOUT)",
				 ask->message);
	case -EIO:
		return core_fail(adm, SEVADM_FAILED, EIO, "The guest's log tells: after some 2^31 messages no "
				 "number is left, and only a boot of the guest gives new ones.",
				 "%s: the driver did not send it, or does not tell what came of it (EIO)",
				 ask->message);
	default:
		return core_fail_step(adm, &ask->step, SEV_DBG_R_NONE, FW_CMD_SNP_GUEST_REQUEST);
	}
}

int guest_refused(struct sevadm *adm, const struct guest_ask *ask)
{
	if (ask->vmm)
		return by_host(adm, ask);
	if (ask->fw != SEVADM_NO_FW_CALL && ask->fw && ask->err == -EIO)
		return core_fail_step(adm, &ask->step, SEV_DBG_R_NONE, FW_CMD_SNP_GUEST_REQUEST);
	return by_driver(adm, ask);
}
