/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: attestation reports (AMD 56860, MSG_REPORT_REQ and the table
 * ATTESTATION_REPORT).
 */
#include <string.h>

#include "psp_fw_internal.h"

#define SIGNED_LENGTH	0x2a0u
#define INFO_SMT	(1u << 0)
#define INFO_ECC	(1u << 2)
#define INFO_CTH	(1u << 4)

#define AUTHOR_KEY_EN	(1u << 0)
#define MASK_CHIP_KEY	(1u << 1)
#define SIGNING_KEY(k)	((uint32_t)(k) << 2)

/* SIGNING_KEY of KEY_INFO */
enum signer { SIGNER_VCEK = 0, SIGNER_VLEK = 1, SIGNER_NONE = 7 };

/* KEY_SEL of a request */
enum key_sel { SEL_VLEK_IF_LOADED, SEL_VCEK, SEL_VLEK };

/* 2 up to API 1.54; 3 tells the processor; 5, from 1.58 on, mitigations */
uint32_t psp_fw_report_version(const struct psp_fw *fw)
{
	if (fw->api_major > 1 || fw->api_minor >= 58)
		return 5;
	return fw->api_minor >= 55 ? 3 : 2;
}

/* Which key the guest wants, and may have: 0x16, 0x27 */
uint32_t psp_fw_key_select(const struct psp_fw *fw, const struct psp_fw_snp_guest *guest,
			   uint32_t sel, bool *vlek)
{
	if (sel > SEL_VLEK)
		return PSP_INVALID_PARAM;
	*vlek = sel == SEL_VLEK || (sel == SEL_VLEK_IF_LOADED && fw->vlek_loaded);
	if (*vlek ? !fw->vlek_loaded : guest->vcek_dis)
		return PSP_INVALID_KEY;
	return PSP_SUCCESS;
}

static void guest_fields(const struct psp_fw_snp_guest *guest, uint8_t *r)
{
	psp_fw_put32(r + 0x04, guest->guest_svn);
	psp_fw_put64(r + 0x08, guest->policy);
	memcpy(r + 0x10, guest->family_id, sizeof(guest->family_id));
	memcpy(r + 0x20, guest->image_id, sizeof(guest->image_id));
	memcpy(r + 0x90, guest->ld, sizeof(guest->ld));
	memcpy(r + 0xc0, guest->host_data, sizeof(guest->host_data));
	memcpy(r + 0xe0, guest->id_key_digest, sizeof(guest->id_key_digest));
	memcpy(r + 0x110, guest->author_key_digest, sizeof(guest->author_key_digest));
	memcpy(r + 0x140, guest->report_id, sizeof(guest->report_id));
	psp_fw_put64(r + 0x1f0, guest->launch_tcb);
}

/* The migration agent's id, or ones */
static void agent_field(const struct psp_fw *fw, const struct psp_fw_snp_guest *guest, uint8_t *r)
{
	const struct psp_fw_snp_guest *agent =
		guest->ma_en ? psp_fw_snp_guest_find(fw, guest->ma_gctx) : NULL;

	memset(r + 0x160, 0xff, 32);
	if (agent)
		memcpy(r + 0x160, agent->report_id, sizeof(agent->report_id));
}

static void platform_fields(const struct psp_fw *fw, uint32_t version, uint8_t *r)
{
	uint32_t info = fw->smt ? INFO_SMT : 0;

	if (version >= 3)
		info |= INFO_ECC;
	if (fw->max_snp_asid)
		info |= INFO_CTH;
	psp_fw_put64(r + 0x38, fw->current_tcb);
	psp_fw_put64(r + 0x40, info);
	psp_fw_put64(r + 0x180, fw->reported_tcb);
	if (!fw->mask_chip_id)
		memcpy(r + 0x1a0, fw->chip_id[0], sizeof(fw->chip_id[0]));
	psp_fw_put64(r + 0x1e0, fw->committed_tcb);
	r[0x1e8] = fw->build;
	r[0x1e9] = fw->api_minor;
	r[0x1ea] = fw->api_major;
	r[0x1ec] = fw->committed_version[2];
	r[0x1ed] = fw->committed_version[1];
	r[0x1ee] = fw->committed_version[0];
}

/* CPUID 1 EAX: base and extended parts added up (family) and joined (model) */
static void processor_fields(const struct psp_fw *fw, uint8_t *r)
{
	uint32_t eax = fw->signature;

	r[0x188] = (uint8_t)((eax >> 8 & 0xf) + (eax >> 20 & 0xff));
	r[0x189] = (uint8_t)((eax >> 4 & 0xf) | (eax >> 12 & 0xf0));
	r[0x18a] = eax & 0xf;
}

/* By the VLEK, or by the VCEK of the reported TCB: 0x13 */
static uint32_t sign(struct psp_fw *fw, bool vlek, uint8_t *r)
{
	const struct psp_fw_signed what = { .data = r, .len = SIGNED_LENGTH, .hash = 384 };
	uint8_t d[48], point[144];

	if (!psp_fw_can_sign(fw))
		return PSP_HWERROR_PLATFORM;
	if (vlek)
		memcpy(d, fw->vlek, sizeof(d));
	else if (psp_fw_vcek(fw, fw->reported_tcb, d, point))
		return PSP_HWERROR_PLATFORM;
	return fw->ops->crypto->p384_sign(fw->opaque, d, &what, r + SIGNED_LENGTH) ?
	       PSP_HWERROR_PLATFORM : PSP_SUCCESS;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

/* A level that the sender may speak for, a key that it may have: 0x16, 0x27 */
static uint32_t check(const struct psp_fw_message *message, bool *vlek)
{
	uint32_t vmpl = psp_fw_get32(message->in + 0x40), sel = psp_fw_get32(message->in + 0x44);

	if (vmpl > 3 || vmpl < message->vmpck || !all_zero(message->in + 0x48, 0x18))
		return PSP_INVALID_PARAM;
	return psp_fw_key_select(message->fw, message->guest, sel, vlek);
}

/*
 * MSG_REPORT_REQ: report data, VMPL, KEY_SEL.  What is wrong with these is told in the
 * answer, 0x16 or 0x27, and there is no report in it.
 */
uint32_t psp_fw_message_report(struct psp_fw_message *message)
{
	struct psp_fw *fw = message->fw;
	const struct psp_fw_snp_guest *guest = message->guest;
	uint32_t version = psp_fw_report_version(fw);
	uint8_t *r = message->out + 0x20;
	bool vlek;
	uint32_t status = check(message, &vlek), signer;

	psp_fw_put32(message->out, status);
	if (status)
		return PSP_SUCCESS;
	psp_fw_put32(message->out + 4, PSP_FW_SNP_REPORT_LENGTH);
	signer = fw->mask_chip_key ? SIGNER_NONE : vlek ? SIGNER_VLEK : SIGNER_VCEK;
	psp_fw_put32(r, version);
	psp_fw_put32(r + 0x30, psp_fw_get32(message->in + 0x40));
	psp_fw_put32(r + 0x34, 1);
	psp_fw_put32(r + 0x48, (guest->author_en ? AUTHOR_KEY_EN : 0) |
			       (fw->mask_chip_key ? MASK_CHIP_KEY : 0) | SIGNING_KEY(signer));
	memcpy(r + 0x50, message->in, 64);
	guest_fields(guest, r);
	agent_field(fw, guest, r);
	platform_fields(fw, version, r);
	if (version >= 3)
		processor_fields(fw, r);
	if (version >= 5) {
		psp_fw_put64(r + 0x1f8, guest->launch_mitigations);
		psp_fw_put64(r + 0x200, fw->mitigations);
	}
	return fw->mask_chip_key ? PSP_SUCCESS : sign(fw, vlek, r);
}
