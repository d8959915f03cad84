/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: its image and its VLEK (AMD 55766 DOWNLOAD_FIRMWARE, AMD 56860
 * SNP_COMMIT, SNP_VLEK_LOAD, DOWNLOAD_FIRMWARE_EX).
 */
#include <string.h>

#include "psp_fw_generation.h"
#include "psp_fw_internal.h"

#define IMAGE_ALIGN		32u
#define VLEK_LENGTH		432u
/* The wrapped VLEK: nonce, what is encrypted, the TCB that it is for, tag */
#define VLEK_IV			0x000u
#define VLEK_WRAPPED		0x010u
#define VLEK_WRAPPED_LENGTH	384u
#define VLEK_TCB		0x190u
#define VLEK_TAG		0x1a0u

static bool version_older(const uint8_t a[3], const uint8_t b[3])
{
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

/* A VLEK is for one reported TCB: it goes with it */
void psp_fw_reported_tcb_set(struct psp_fw *fw, uint64_t tcb)
{
	if (tcb != fw->reported_tcb) {
		memset(fw->vlek, 0, sizeof(fw->vlek));
		fw->vlek_loaded = 0;
	}
	fw->reported_tcb = tcb;
}

/* Reports speak of it from then on, too (Linux, Documentation/virt/coco/sev-guest.rst) */
static void commit(struct psp_fw *fw)
{
	fw->committed_tcb = fw->current_tcb;
	psp_fw_reported_tcb_set(fw, fw->current_tcb);
	fw->committed_svn = fw->svn;
	fw->committed_version[0] = fw->api_major;
	fw->committed_version[1] = fw->api_minor;
	fw->committed_version[2] = fw->build;
}

const char *psp_fw_image_replace(struct psp_fw *fw, const uint8_t version[3], uint64_t tcb)
{
	bool older = version_older(version, fw->committed_version);

	if (!psp_fw_tcb_valid(fw->generation, tcb))
		return "a TCB version with reserved bytes";
	for (int i = 0; i < 8; i++)
		older |= (tcb >> 8 * i & 0xff) < (fw->committed_tcb >> 8 * i & 0xff);
	fw->api_major = version[0];
	fw->api_minor = version[1];
	fw->build = version[2];
	fw->current_tcb = tcb;
	if (older)
		commit(fw);
	return NULL;
}

/* Replace the running image: 0x13 without ops->crypto->image_version, 0xA, 0x21, 0x22 */
static uint32_t load_image(struct psp_fw *fw, uint64_t pa, uint32_t len)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t version[3], svn;

	if (!crypto || !crypto->image_version)
		return PSP_HWERROR_PLATFORM;
	if (crypto->image_version(fw->opaque, pa, len, version, &svn))
		return PSP_BAD_SIGNATURE;
	if (svn < fw->committed_svn)
		return PSP_BAD_SVN;
	if (version_older(version, fw->committed_version))
		return PSP_BAD_VERSION;
	fw->api_major = version[0];
	fw->api_minor = version[1];
	fw->build = version[2];
	fw->svn = svn;
	return PSP_SUCCESS;
}

/* DOWNLOAD_FIRMWARE: 0x1 (table), 0x9, then the image's; the new one is committed */
uint32_t psp_fw_run_download_firmware(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 0);
	uint32_t len = psp_fw_get32(call->buf + 8);
	uint32_t status;

	if (pa & (IMAGE_ALIGN - 1))
		return PSP_INVALID_ADDRESS;
	status = psp_fw_address_check(call->fw, pa, len);
	if (!status)
		status = load_image(call->fw, pa, len);
	if (!status)
		commit(call->fw);
	return status;
}

/* DOWNLOAD_FIRMWARE_EX: 0x1 (table), 0x16, 0x9, then the image's; SNP guests live on */
uint32_t psp_fw_run_snp_download_firmware_ex(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint32_t len = psp_fw_get32(call->buf + 0x10);
	uint32_t flags = psp_fw_get32(call->buf + 0x14);
	uint32_t status;

	if (psp_fw_get32(call->buf) != call->cmd->length || psp_fw_get32(call->buf + 4) ||
	    (flags & ~1u))
		return PSP_INVALID_PARAM;
	if (pa & (IMAGE_ALIGN - 1))
		return PSP_INVALID_ADDRESS;
	status = psp_fw_address_check(call->fw, pa, len);
	if (!status)
		status = load_image(call->fw, pa, len);
	if (!status && (flags & 1))
		commit(call->fw);
	return status;
}

/* SNP_COMMIT: 0x16; any state */
uint32_t psp_fw_params_snp_commit(struct psp_fw_call *call)
{
	return psp_fw_get32(call->buf) == call->cmd->length ? PSP_SUCCESS : PSP_INVALID_PARAM;
}

uint32_t psp_fw_run_snp_commit(struct psp_fw_call *call)
{
	commit(call->fw);
	return PSP_SUCCESS;
}

/* SNP_VLEK_LOAD: 0x16 (length, version), 0x9, 0x21, 0x13 (no cryptography), 0xB, 0x27 (no key) */
uint32_t psp_fw_params_snp_vlek_load(struct psp_fw_call *call)
{
	if (psp_fw_get32(call->buf) != call->cmd->length || call->buf[4] ||
	    call->buf[5] || call->buf[6] || call->buf[7])
		return PSP_INVALID_PARAM;
	return PSP_SUCCESS;
}

static uint32_t unwrap(struct psp_fw *fw, const uint8_t vlek[VLEK_LENGTH])
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t key[32], plain[VLEK_WRAPPED_LENGTH], d[48], point[144];
	const struct psp_fw_aead aead = { .key = key, .iv = vlek + VLEK_IV };

	if (!crypto || !crypto->aes_gcm_open || !psp_fw_can_sign(fw) ||
	    psp_fw_vlek_wrapping_key(fw, key))
		return PSP_HWERROR_PLATFORM;
	if (crypto->aes_gcm_open(fw->opaque, &aead, vlek + VLEK_WRAPPED, VLEK_WRAPPED_LENGTH,
				 vlek + VLEK_TAG, plain))
		return PSP_BAD_MEASUREMENT;
	if (psp_fw_vlek(fw, plain, d, point))
		return PSP_INVALID_KEY;
	memcpy(fw->vlek, d, sizeof(fw->vlek));
	fw->vlek_loaded = 1;
	return PSP_SUCCESS;
}

uint32_t psp_fw_run_snp_vlek_load(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint8_t vlek[VLEK_LENGTH];
	uint32_t status = psp_fw_address_check(call->fw, pa, VLEK_LENGTH);

	if (status)
		return status;
	if (psp_fw_read(call->fw, pa, vlek, sizeof(vlek)))
		return PSP_INVALID_ADDRESS;
	if (psp_fw_get64(vlek + VLEK_TCB) != call->fw->reported_tcb)
		return PSP_BAD_SVN;
	return unwrap(call->fw, vlek);
}
