/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SNP_GUEST_REQUEST, and what guest and firmware share for it (AMD
 * 56860, the chapter on guest messages and the layout of the secrets page).
 *
 * A message is sealed by AES-256-GCM with one of four keys that only the firmware and
 * the guest know, one for each privilege level.  Its sequence number is the nonce, so
 * none may occur twice: the firmware takes the next one of a key and no other, answers
 * with the one after, and counts both when it answered.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define HEADER_LENGTH	0x60u
#define H_TAG		0x00u	/* 16 of 32 bytes are used */
#define H_SEQUENCE	0x20u
#define H_ALGORITHM	0x30u	/* from here on it is authenticated */
#define H_VERSION	0x31u
#define H_LENGTH	0x32u
#define H_TYPE		0x34u
#define H_MSG_VERSION	0x35u
#define H_MSG_LENGTH	0x36u
#define H_VMPCK		0x3cu

#define AES_256_GCM	1u
#define NR_VMPCKS	4u

/**
 * struct request - a kind of message that is answered
 * @type:	its answer's is one higher
 * @versions:	1 to this
 * @length:	what the guest sends, by version
 * @answer:	what it gets
 * @run:	puts the answer into message->out; a status of the command if it cannot
 */
static const struct request {
	uint8_t type, versions;
	uint16_t length[2];
	uint16_t answer;
	uint32_t (*run)(struct psp_fw_message *message);
} requests[] = {
	/* Linux sends what version 1 has, whatever the version: what lacks is 0 */
	{ PSP_MSG_KEY_REQ, 2, { 0x20, 0x28 }, 0x40, psp_fw_message_key },
	{ PSP_MSG_REPORT_REQ, 1, { 0x60 }, 0x20 + PSP_FW_SNP_REPORT_LENGTH, psp_fw_message_report },
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* LAUNCH_START: keys of the guest's own, as far as there is chance; 0x13 */
uint32_t psp_fw_message_keys(struct psp_fw *fw, struct psp_fw_snp_guest *guest)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	if (!crypto || !crypto->random)
		return PSP_SUCCESS;
	if (crypto->random(fw->opaque, guest->vmpck, sizeof(guest->vmpck)) ||
	    crypto->random(fw->opaque, guest->vmrk, sizeof(guest->vmrk)) ||
	    crypto->random(fw->opaque, guest->report_id, sizeof(guest->report_id)))
		return PSP_HWERROR_PLATFORM;
	return PSP_SUCCESS;
}

/* The secrets page as the guest finds it; what the host wrote there is gone */
void psp_fw_message_secrets(struct psp_fw *fw, const struct psp_fw_snp_guest *guest, uint64_t pa)
{
	bool mitigations = psp_fw_report_version(fw) >= 5;
	uint8_t page[PSP_FW_PAGE_SIZE] = { 0 };

	psp_fw_put32(page, mitigations ? 4 : 3);
	psp_fw_put32(page + 4, guest->imi);
	psp_fw_put32(page + 8, fw->signature);
	memcpy(page + 0x10, guest->gosvw, sizeof(guest->gosvw));
	memcpy(page + 0x20, guest->vmpck, sizeof(guest->vmpck));
	if (mitigations)
		psp_fw_put64(page + 0x168, guest->launch_mitigations);
	psp_fw_write(fw, pa, page, sizeof(page));
}

/* SNP_GUEST_REQUEST: each message lies within one page, 0x16 */
uint32_t psp_fw_params_snp_guest_request(struct psp_fw_call *call)
{
	if (!psp_fw_in_page(psp_fw_field_pa(call, 8), HEADER_LENGTH) ||
	    !psp_fw_in_page(psp_fw_field_pa(call, 0x10), HEADER_LENGTH))
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

/* What the header says of itself: 0x16 */
static uint32_t header_check(const uint8_t *h, uint64_t pa)
{
	if (h[H_ALGORITHM] != AES_256_GCM || h[H_VERSION] != 1 ||
	    get16(h + H_LENGTH) != HEADER_LENGTH || h[H_VMPCK] >= NR_VMPCKS ||
	    !psp_fw_in_page(pa, (size_t)HEADER_LENGTH + get16(h + H_MSG_LENGTH)))
		return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

static const struct request *request_find(const uint8_t *h)
{
	uint8_t version = h[H_MSG_VERSION];

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].type == h[H_TYPE] && version && version <= requests[i].versions)
			return &requests[i];
	return NULL;
}

static void nonce(uint8_t iv[12], const uint8_t *h)
{
	memset(iv, 0, 12);
	memcpy(iv, h + H_SEQUENCE, 8);
}

/* 0xB: not sealed with that key, or not as it came */
static uint32_t open_message(struct psp_fw *fw, const struct psp_fw_snp_guest *guest,
			     const uint8_t *h, const uint8_t *sealed, uint8_t *plain)
{
	uint8_t iv[12];
	const struct psp_fw_aead aead = {
		.key = guest->vmpck[h[H_VMPCK]], .iv = iv,
		.aad = h + H_ALGORITHM, .aad_len = HEADER_LENGTH - H_ALGORITHM,
	};

	nonce(iv, h);
	return fw->ops->crypto->aes_gcm_open(fw->opaque, &aead, sealed, get16(h + H_MSG_LENGTH),
					     h + H_TAG, plain) ? PSP_BAD_MEASUREMENT : PSP_SUCCESS;
}

/* The whole answer at @out: 0x13 */
static uint32_t seal_message(const struct psp_fw_message *message, const uint8_t *request,
			     const struct request *kind, uint8_t *out)
{
	struct psp_fw *fw = message->fw;
	uint8_t iv[12];
	const struct psp_fw_aead aead = {
		.key = message->guest->vmpck[message->vmpck], .iv = iv,
		.aad = out + H_ALGORITHM, .aad_len = HEADER_LENGTH - H_ALGORITHM,
	};

	memset(out, 0, HEADER_LENGTH);
	psp_fw_put64(out + H_SEQUENCE, psp_fw_get64(request + H_SEQUENCE) + 1);
	out[H_ALGORITHM] = AES_256_GCM;
	out[H_VERSION] = 1;
	put16(out + H_LENGTH, HEADER_LENGTH);
	out[H_TYPE] = (uint8_t)(kind->type + 1);
	out[H_MSG_VERSION] = message->version;
	put16(out + H_MSG_LENGTH, kind->answer);
	out[H_VMPCK] = (uint8_t)message->vmpck;
	nonce(iv, out);
	return fw->ops->crypto->aes_gcm_seal(fw->opaque, &aead, message->out, kind->answer,
					     out + H_TAG, out + HEADER_LENGTH) ?
	       PSP_HWERROR_PLATFORM : PSP_SUCCESS;
}

/* The message itself: 0x16 (type, version, length), 0x13 (no cryptography), 0xB, its own */
static uint32_t answer(struct psp_fw_call *call, struct psp_fw_snp_guest *guest, const uint8_t *h)
{
	const struct psp_fw_crypto *crypto = call->fw->ops->crypto;
	uint64_t pa = psp_fw_field_pa(call, 8), to = psp_fw_field_pa(call, 0x10);
	uint8_t in[PSP_FW_PAGE_SIZE], plain[PSP_FW_PAGE_SIZE] = { 0 };
	uint8_t body[PSP_FW_PAGE_SIZE] = { 0 }, out[PSP_FW_PAGE_SIZE];
	struct psp_fw_message message = {
		.fw = call->fw, .guest = guest, .vmpck = h[H_VMPCK],
		.version = h[H_MSG_VERSION], .in = plain, .out = body,
	};
	const struct request *kind = request_find(h);
	uint32_t status;

	if (!kind || !psp_fw_in_page(to, (size_t)HEADER_LENGTH + kind->answer))
		return PSP_INVALID_PARAM;
	if (get16(h + H_MSG_LENGTH) != kind->length[message.version - 1] &&
	    get16(h + H_MSG_LENGTH) != kind->length[0])
		return PSP_INVALID_PARAM;
	if (!crypto || !crypto->aes_gcm_open || !crypto->aes_gcm_seal)
		return PSP_HWERROR_PLATFORM;
	if (psp_fw_read(call->fw, pa + HEADER_LENGTH, in, get16(h + H_MSG_LENGTH)))
		return PSP_INVALID_ADDRESS;
	status = open_message(call->fw, guest, h, in, plain);
	if (!status)
		status = kind->run(&message);
	if (!status)
		status = seal_message(&message, h, kind, out);
	return status ? status : psp_fw_output(call->fw, to, out, HEADER_LENGTH + kind->answer);
}

/*
 * Then 0x1 (table), 0x10, 0x2, 0x9, 0x1A, 0x16 (header), 0x1D (counter exhausted), 0x16
 * (another sequence number than the next), the message's.  The counter moves on if, and
 * only if, there is an answer.
 */
uint32_t psp_fw_run_snp_guest_request(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	struct psp_fw_snp_guest *guest;
	uint8_t h[HEADER_LENGTH];
	uint64_t *count;
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state != PSP_SNP_GSTATE_RUNNING)
		return PSP_INVALID_GUEST_STATE;
	status = psp_fw_address_check(call->fw, pa, sizeof(h));
	if (!status)
		status = psp_fw_output_check(call->fw, psp_fw_field_pa(call, 0x10), sizeof(h));
	if (status)
		return status;
	if (psp_fw_read(call->fw, pa, h, sizeof(h)))
		return PSP_INVALID_ADDRESS;
	status = header_check(h, pa);
	if (status)
		return status;
	count = &guest->msg_count[h[H_VMPCK]];
	if (*count >= UINT64_MAX - 1)
		return PSP_AEAD_OFLOW;
	if (psp_fw_get64(h + H_SEQUENCE) != *count + 1)
		return PSP_INVALID_PARAM;
	status = answer(call, guest, h);
	if (!status)
		*count += 2;
	return status;
}
