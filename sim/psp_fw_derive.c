/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: keys that guests derive (AMD 56860, MSG_KEY_REQ).
 *
 * What is mixed is as the document has it; how is not published.  Here it is HMAC-SHA-256
 * over all of it, with a root that only this chip has, or whoever has the VLEK, or this
 * guest.
 */
#include <string.h>

#include "psp_fw_internal.h"

/* Fields of the request */
#define K_ROOT		0x00u	/* bit 0: VMRK; 2:1 KEY_SEL */
#define K_RESERVED	0x04u
#define K_FIELDS	0x08u
#define K_VMPL		0x10u
#define K_SVN		0x14u
#define K_TCB		0x18u
#define K_MITIGATIONS	0x20u	/* version 2 */

#define ROOT_VMRK	(1u << 0)
#define ROOT_KNOWN	0x7u

/* Guest's fields that may be mixed in */
enum field {
	FIELD_POLICY = 1 << 0, FIELD_IMAGE_ID = 1 << 1, FIELD_FAMILY_ID = 1 << 2,
	FIELD_MEASUREMENT = 1 << 3, FIELD_SVN = 1 << 4, FIELD_TCB = 1 << 5,
	FIELD_MITIGATIONS = 1 << 6,
};

#define FIELDS_V1	0x3fu
#define FIELDS_V2	0x7fu

/* Not above what is committed, in any of its parts */
static bool tcb_allowed(const struct psp_fw *fw, uint64_t tcb)
{
	for (int i = 0; i < 8; i++)
		if ((tcb >> 8 * i & 0xff) > (fw->committed_tcb >> 8 * i & 0xff))
			return false;
	return true;
}

/* What the guest may not claim to be: 0x16 */
static uint32_t check_values(const struct psp_fw_message *message)
{
	const struct psp_fw_snp_guest *guest = message->guest;
	const uint8_t *in = message->in;
	uint32_t vmpl = psp_fw_get32(in + K_VMPL);

	if (vmpl > 3 || vmpl < message->vmpck || psp_fw_get32(in + K_SVN) > guest->guest_svn ||
	    !tcb_allowed(message->fw, psp_fw_get64(in + K_TCB)))
		return PSP_INVALID_PARAM;
	if (message->version >= 2 &&
	    (psp_fw_get64(in + K_MITIGATIONS) & ~guest->launch_mitigations))
		return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

/* 0x16, 0x27 */
static uint32_t check(const struct psp_fw_message *message, bool *vlek)
{
	const uint8_t *in = message->in;
	uint32_t root = psp_fw_get32(in + K_ROOT), status = check_values(message);

	*vlek = false;
	if (status || (root & ~ROOT_KNOWN) || psp_fw_get32(in + K_RESERVED) ||
	    (psp_fw_get64(in + K_FIELDS) & ~(message->version >= 2 ? FIELDS_V2 : FIELDS_V1)))
		return PSP_INVALID_PARAM;
	if (root & ROOT_VMRK)
		return root & ~ROOT_VMRK ? PSP_INVALID_PARAM : PSP_SUCCESS;
	status = psp_fw_key_select(message->fw, message->guest, root >> 1, vlek);
	/* a chip's masked key is for nothing */
	return status || *vlek || !message->fw->mask_chip_key ? status : PSP_INVALID_KEY;
}

static size_t put(uint8_t *out, size_t at, const void *data, size_t len)
{
	memcpy(out + at, data, len);
	return at + len;
}

/* Everything that makes this key another than the next; @out has room for it */
static size_t mix(const struct psp_fw_message *message, uint8_t *out)
{
	const struct psp_fw_snp_guest *guest = message->guest;
	const uint8_t *in = message->in;
	uint64_t fields = psp_fw_get64(in + K_FIELDS);
	size_t at = 0;
	uint8_t policy[8];

	psp_fw_put64(policy, guest->policy);
	at = put(out, at, "guest key", 10);
	at = put(out, at, in + K_FIELDS, 8);
	at = put(out, at, in + K_VMPL, 4);
	if (fields & FIELD_POLICY)
		at = put(out, at, policy, sizeof(policy));
	if (fields & FIELD_IMAGE_ID)
		at = put(out, at, guest->image_id, sizeof(guest->image_id));
	if (fields & FIELD_FAMILY_ID)
		at = put(out, at, guest->family_id, sizeof(guest->family_id));
	if (fields & FIELD_MEASUREMENT)
		at = put(out, at, guest->ld, sizeof(guest->ld));
	if (fields & FIELD_SVN)
		at = put(out, at, in + K_SVN, 4);
	if (fields & FIELD_TCB)
		at = put(out, at, in + K_TCB, 8);
	if (fields & FIELD_MITIGATIONS)
		at = put(out, at, in + K_MITIGATIONS, 8);
	return at;
}

/* 0x13 */
static uint32_t derive(const struct psp_fw_message *message, bool vlek, uint8_t key[32])
{
	struct psp_fw *fw = message->fw;
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t chip[32], data[256];
	const uint8_t *root = vlek ? fw->vlek : chip;
	size_t len = vlek ? sizeof(fw->vlek) : sizeof(chip);

	if (psp_fw_get32(message->in + K_ROOT) & ROOT_VMRK) {
		root = message->guest->vmrk;
		len = sizeof(message->guest->vmrk);
	} else if (!vlek && psp_fw_chip_root(fw, chip)) {
		return PSP_HWERROR_PLATFORM;
	}
	if (!crypto->hmac_sha256 ||
	    crypto->hmac_sha256(fw->opaque, root, len, data, mix(message, data), key))
		return PSP_HWERROR_PLATFORM;
	return PSP_SUCCESS;
}

/*
 * MSG_KEY_REQ, versions 1 and 2.  What is wrong with it is told in the answer, 0x16 or
 * 0x27, and there is no key in it.
 */
uint32_t psp_fw_message_key(struct psp_fw_message *message)
{
	bool vlek;
	uint32_t status = check(message, &vlek);

	psp_fw_put32(message->out, status);
	return status ? PSP_SUCCESS : derive(message, vlek, message->out + 0x20);
}
