/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the SEV platform's identity and the commands about it (AMD
 * 55766 chapters 2 and 5).
 *
 * The chip's CEK signs the PEK, and so does the OCA, which is the platform's own
 * or its owner's; the PEK signs the PDH.  A change is made in a copy of the keys,
 * which takes their place when everything went well.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define CHAIN_LENGTH		(3 * PSP_FW_CERT_LENGTH)

static int make_oca(struct psp_fw *fw, struct psp_fw_keys *keys)
{
	uint8_t point[144];

	if (psp_fw_key_new(fw, keys->oca_key, point))
		return -1;
	psp_fw_cert_make(fw, PSP_USAGE_OCA, point, keys->oca);
	return psp_fw_cert_sign(fw, keys->oca, 0, PSP_USAGE_OCA, keys->oca_key);
}

/* The PEK's second signature, the chip's */
static int sign_by_cek(struct psp_fw *fw, struct psp_fw_keys *keys)
{
	uint8_t cek[48], cert[PSP_FW_CERT_LENGTH];

	if (psp_fw_cek(fw, cek, cert))
		return -1;
	return psp_fw_cert_sign(fw, keys->pek, 1, PSP_USAGE_CEK, cek);
}

/* For a platform that is its own owner */
static int make_pek(struct psp_fw *fw, struct psp_fw_keys *keys)
{
	uint8_t point[144];

	if (psp_fw_key_new(fw, keys->pek_key, point))
		return -1;
	psp_fw_cert_make(fw, PSP_USAGE_PEK, point, keys->pek);
	if (psp_fw_cert_sign(fw, keys->pek, 0, PSP_USAGE_OCA, keys->oca_key))
		return -1;
	return sign_by_cek(fw, keys);
}

static int make_pdh(struct psp_fw *fw, struct psp_fw_keys *keys)
{
	uint8_t point[144];

	if (psp_fw_key_new(fw, keys->pdh_key, point))
		return -1;
	psp_fw_cert_make(fw, PSP_USAGE_PDH, point, keys->pdh);
	return psp_fw_cert_sign(fw, keys->pdh, 0, PSP_USAGE_PEK, keys->pek_key);
}

static int make_all(struct psp_fw *fw, struct psp_fw_keys *keys)
{
	memset(keys, 0, sizeof(*keys));
	keys->present = 1;
	return make_oca(fw, keys) || make_pek(fw, keys) || make_pdh(fw, keys) ? -1 : 0;
}

/* INIT: what is not there yet; 0x13 */
uint32_t psp_fw_identity_make(struct psp_fw *fw)
{
	struct psp_fw_keys keys;

	if (!fw->keys.present && psp_fw_can_sign(fw)) {
		if (make_all(fw, &keys))
			return PSP_HWERROR_PLATFORM;
		fw->keys = keys;
		fw->owned = 0;
	}
	if (!fw->pek_generation)
		fw->pek_generation = 1;
	if (!fw->pdh_generation)
		fw->pdh_generation = 1;
	return PSP_SUCCESS;
}

/*
 * PEK_GEN: 0x1 (table), 0x1A, 0x13.  Self-owned from then on; the OCA stays if it
 * is the platform's own.
 */
uint32_t psp_fw_run_pek_gen(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	struct psp_fw_keys keys = fw->keys;
	uint32_t status = psp_fw_nv_check(fw);

	if (status)
		return status;
	if (keys.present && psp_fw_can_sign(fw) &&
	    ((fw->owned && make_oca(fw, &keys)) || make_pek(fw, &keys) || make_pdh(fw, &keys)))
		return PSP_HWERROR_PLATFORM;
	fw->keys = keys;
	fw->pek_generation++;
	fw->pdh_generation++;
	fw->owned = 0;
	psp_fw_nv_store(fw);
	return PSP_SUCCESS;
}

/* PDH_GEN: 0x1 (table), 0x1A, 0x13 */
uint32_t psp_fw_run_pdh_gen(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	struct psp_fw_keys keys = fw->keys;
	uint32_t status = psp_fw_nv_check(fw);

	if (status)
		return status;
	if (keys.present && psp_fw_can_sign(fw) && make_pdh(fw, &keys))
		return PSP_HWERROR_PLATFORM;
	fw->keys = keys;
	fw->pdh_generation++;
	psp_fw_nv_store(fw);
	return PSP_SUCCESS;
}

/* PEK_CSR: 0x1 (table), 0x4 with the length needed, 0x9, 0x1A, 0x13 (no keys) */
uint32_t psp_fw_run_pek_csr(struct psp_fw_call *call)
{
	struct psp_fw *fw = call->fw;
	uint64_t pa = psp_fw_field_pa(call, 0);
	uint32_t len = psp_fw_get32(call->buf + 8);
	uint8_t csr[PSP_FW_CERT_LENGTH];
	uint32_t status;

	psp_fw_put32(call->buf + 8, PSP_FW_CERT_LENGTH);
	call->written = true;
	if (len < PSP_FW_CERT_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_output_check(fw, pa, PSP_FW_CERT_LENGTH);
	if (status)
		return status;
	if (!fw->keys.present)
		return PSP_HWERROR_PLATFORM;
	memcpy(csr, fw->keys.pek, sizeof(csr));
	psp_fw_cert_unsigned(csr);
	return psp_fw_output(fw, pa, csr, sizeof(csr));
}

static uint32_t import(struct psp_fw *fw, const uint8_t *pek, const uint8_t *oca)
{
	struct psp_fw_keys keys = fw->keys;
	uint32_t status;

	if (!keys.present || !psp_fw_can_sign(fw) || !fw->ops->crypto->verify)
		return PSP_HWERROR_PLATFORM;
	status = psp_fw_cert_import_check(fw, pek, oca);
	if (status)
		return status;
	memset(keys.oca_key, 0, sizeof(keys.oca_key));
	memcpy(keys.oca, oca, PSP_FW_CERT_LENGTH);
	psp_fw_cert_take(pek, oca, keys.pek);
	if (sign_by_cek(fw, &keys) || make_pdh(fw, &keys))
		return PSP_HWERROR_PLATFORM;
	fw->keys = keys;
	fw->owned = 1;
	fw->pdh_generation++;
	psp_fw_nv_store(fw);
	return PSP_SUCCESS;
}

/* PEK_CERT_IMPORT: 0x1 (table), 0x5, 0x4, 0x9, 0x1A, 0x13 (no keys), 0x6, 0xA */
uint32_t psp_fw_run_pek_cert_import(struct psp_fw_call *call)
{
	uint64_t pek_pa = psp_fw_field_pa(call, 0), oca_pa = psp_fw_field_pa(call, 0x10);
	uint8_t pek[PSP_FW_CERT_LENGTH], oca[PSP_FW_CERT_LENGTH];
	struct psp_fw *fw = call->fw;
	uint32_t status;

	if (fw->owned)
		return PSP_ALREADY_OWNED;
	if (psp_fw_get32(call->buf + 8) != PSP_FW_CERT_LENGTH ||
	    psp_fw_get32(call->buf + 0x18) != PSP_FW_CERT_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_address_check(fw, pek_pa, PSP_FW_CERT_LENGTH);
	if (!status)
		status = psp_fw_address_check(fw, oca_pa, PSP_FW_CERT_LENGTH);
	if (!status)
		status = psp_fw_nv_check(fw);
	if (status)
		return status;
	if (psp_fw_read(fw, pek_pa, pek, sizeof(pek)) || psp_fw_read(fw, oca_pa, oca, sizeof(oca)))
		return PSP_INVALID_ADDRESS;
	return import(fw, pek, oca);
}

/* PEK, OCA and the CEK as the chip knows it: AMD's own signature comes from AMD only */
static int chain(struct psp_fw *fw, uint8_t out[CHAIN_LENGTH])
{
	uint8_t cek[48];

	if (!fw->keys.present || psp_fw_cek(fw, cek, out + 2 * PSP_FW_CERT_LENGTH))
		return -1;
	memcpy(out, fw->keys.pek, PSP_FW_CERT_LENGTH);
	memcpy(out + PSP_FW_CERT_LENGTH, fw->keys.oca, PSP_FW_CERT_LENGTH);
	return 0;
}

/* PDH_CERT_EXPORT: 0x1 (table), 0x4 with both lengths needed, 0x9, 0x1A, 0x13 (no keys) */
uint32_t psp_fw_run_pdh_cert_export(struct psp_fw_call *call)
{
	uint64_t pdh_pa = psp_fw_field_pa(call, 0), chain_pa = psp_fw_field_pa(call, 0x10);
	uint32_t pdh_len = psp_fw_get32(call->buf + 8);
	uint32_t chain_len = psp_fw_get32(call->buf + 0x18);
	struct psp_fw *fw = call->fw;
	uint8_t certs[CHAIN_LENGTH];
	uint32_t status;

	psp_fw_put32(call->buf + 8, PSP_FW_CERT_LENGTH);
	psp_fw_put32(call->buf + 0x18, CHAIN_LENGTH);
	call->written = true;
	if (pdh_len < PSP_FW_CERT_LENGTH || chain_len < CHAIN_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_output_check(fw, pdh_pa, PSP_FW_CERT_LENGTH);
	if (!status)
		status = psp_fw_output_check(fw, chain_pa, CHAIN_LENGTH);
	if (status)
		return status;
	if (chain(fw, certs))
		return PSP_HWERROR_PLATFORM;
	if (psp_fw_write(fw, pdh_pa, fw->keys.pdh, PSP_FW_CERT_LENGTH) ||
	    psp_fw_write(fw, chain_pa, certs, sizeof(certs)))
		return PSP_INVALID_ADDRESS;
	psp_fw_output_done(fw, pdh_pa, PSP_FW_CERT_LENGTH);
	psp_fw_output_done(fw, chain_pa, CHAIN_LENGTH);
	return PSP_SUCCESS;
}
