// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A wrapped VLEK, as AMD's key distribution service hands it out (AMD 56860, VLEK_LOAD;
 * struct sev_user_data_snp_wrapped_vlek_hashstick of uapi/linux/psp-sev.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/decode.h"
#include "sevadm.h"

#define AT_IV		0x000
#define AT_ZERO_1	0x00c
#define AT_TCB		0x190
#define AT_ZERO_2	0x198
#define AT_TAG		0x1a0

static bool zeros(const uint8_t *p, size_t size)
{
	while (size--)
		if (*p++)
			return false;
	return true;
}

int sevadm_hashstick_parse(const void *data, size_t size, enum sevadm_generation generation,
			   struct sevadm_hashstick *hashstick, struct sevadm_failure *failure)
{
	uint64_t raw = 0;

	*hashstick = (struct sevadm_hashstick){ 0 };
	if (size != SEVADM_HASHSTICK_SIZE) {
		*failure = (struct sevadm_failure){
			.kind = SEVADM_NO, .err = EINVAL, .status = SEVADM_NO_FW_CALL,
		};
		snprintf(failure->message, sizeof(failure->message), "a wrapped VLEK has %d bytes, and "
			 "this is %s: %zu", SEVADM_HASHSTICK_SIZE,
			 size < SEVADM_HASHSTICK_SIZE ? "shorter" : "longer", size);
		return -EINVAL;
	}
	memcpy(hashstick->bytes, data, size);
	memcpy(hashstick->iv, hashstick->bytes + AT_IV, sizeof(hashstick->iv));
	memcpy(hashstick->tag, hashstick->bytes + AT_TAG, sizeof(hashstick->tag));
	for (int i = 7; i >= 0; i--)
		raw = raw << 8 | hashstick->bytes[AT_TCB + i];
	decode_tcb(raw, generation, &hashstick->tcb);
	hashstick->empty = zeros(hashstick->bytes, size);
	hashstick->reserved = !zeros(hashstick->bytes + AT_ZERO_1, 4) ||
			      !zeros(hashstick->bytes + AT_ZERO_2, 8);
	return 0;
}

bool sevadm_vlek_check(const struct sevadm_hashstick *h, const struct sevadm_snp_status *now,
		       struct sevadm_vlek_check checks[SEVADM_VLEK_CHECKS])
{
	bool same = h->tcb.raw == now->reported_tcb.raw;

	checks[0] = (struct sevadm_vlek_check){ .name = "reserved", .good = !h->reserved };
	snprintf(checks[0].why, sizeof(checks[0].why), "%s", h->reserved ?
		 "bytes that have to be zero are not: this is no wrapped VLEK, or a damaged one" :
		 "the bytes that have to be zero are");
	checks[1] = (struct sevadm_vlek_check){ .name = "content", .good = !h->empty };
	snprintf(checks[1].why, sizeof(checks[1].why), "%s", h->empty ?
		 "it is all zeros: there is no key in it" : "it is not all zeros");
	checks[2] = (struct sevadm_vlek_check){ .name = "tcb", .good = same };
	snprintf(checks[2].why, sizeof(checks[2].why), same ?
		 "it is for TCB 0x%llx, which the host reports" :
		 "it is for TCB 0x%llx, and the host reports 0x%llx",
		 (unsigned long long)h->tcb.raw, (unsigned long long)now->reported_tcb.raw);
	return checks[0].good && checks[1].good && checks[2].good;
}
