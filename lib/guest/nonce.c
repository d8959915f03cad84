// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random bytes of the kernel's, which neither seam sees: a note of a recording, so that a
 * replay asks the same.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/guest/guest.h"

#define ABOUT	"nonce"

static bool noted(struct sevadm *adm, uint8_t *out)
{
	char text[2 * SEVADM_REPORT_DATA_SIZE + 1];
	int64_t result;

	if (!core_noted(adm, ABOUT, &result, text, sizeof(text)) ||
	    strlen(text) != sizeof(text) - 1)
		return false;
	for (size_t i = 0; i < SEVADM_REPORT_DATA_SIZE; i++)
		if (sscanf(text + 2 * i, "%2hhx", &out[i]) != 1)
			return false;
	return true;
}

int sevadm_guest_nonce(struct sevadm *adm, uint8_t out[SEVADM_REPORT_DATA_SIZE])
{
	char text[2 * SEVADM_REPORT_DATA_SIZE + 1];

	if (noted(adm, out))
		return 0;
	if (getrandom(out, SEVADM_REPORT_DATA_SIZE, 0) != SEVADM_REPORT_DATA_SIZE)
		return core_fail_errno(adm, errno, "random bytes");
	for (size_t i = 0; i < SEVADM_REPORT_DATA_SIZE; i++)
		snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x", out[i]);
	core_note(adm, ABOUT, 0, text);
	return 0;
}
