/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SEV and SEV-ES guests, their activation and launch
 * (AMD 55766 chapter 6).  The handle of a guest is the lowest free one, so the
 * firmware soon uses it again.
 */
#include <string.h>

#include "psp_fw_internal.h"

#define MEASURE_LENGTH	48u	/* measurement 32, nonce 16 */

/* Handle in the first field: 0x10 */
uint32_t psp_fw_sev_guest_get(struct psp_fw_call *call, struct psp_fw_sev_guest **guest)
{
	uint32_t handle = psp_fw_get32(call->buf);

	if (!handle || handle > PSP_FW_MAX_SEV_GUESTS ||
	    call->fw->sev_guest[handle - 1].state == PSP_GSTATE_INVALID)
		return PSP_INVALID_GUEST;
	*guest = &call->fw->sev_guest[handle - 1];
	return PSP_SUCCESS;
}

const struct psp_fw_sev_guest *psp_fw_sev_guest_find(const struct psp_fw *fw, uint32_t handle)
{
	if (!handle || handle > PSP_FW_MAX_SEV_GUESTS || !fw->sev_guest[handle - 1].state)
		return NULL;
	return &fw->sev_guest[handle - 1];
}

/* A new guest for LAUNCH_START and RECEIVE_START, its handle in the buffer: 0x17 */
uint32_t psp_fw_sev_guest_new(struct psp_fw_call *call, uint8_t state,
			      struct psp_fw_sev_guest **guest)
{
	struct psp_fw *fw = call->fw;
	uint32_t i;

	for (i = 0; i < PSP_FW_MAX_SEV_GUESTS && fw->sev_guest[i].state; i++)
		;
	if (i == PSP_FW_MAX_SEV_GUESTS)
		return PSP_RESOURCE_LIMIT;
	*guest = &fw->sev_guest[i];
	memset(*guest, 0, sizeof(**guest));
	(*guest)->policy = psp_fw_get32(call->buf + 4);
	(*guest)->state = state;
	fw->sev_guest_count++;
	fw->sev_state = PSP_WORKING;
	psp_fw_put32(call->buf, i + 1);
	call->written = true;
	return PSP_SUCCESS;
}

/* End the calculation of the launch digest */
static void drop_digest(struct psp_fw *fw, struct psp_fw_sev_guest *guest)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	if (crypto && crypto->sha256_drop)
		crypto->sha256_drop(fw->opaque, &guest->digest);
	memset(&guest->digest, 0, sizeof(guest->digest));
	guest->has_digest = 0;
}

void psp_fw_sev_guest_free(struct psp_fw *fw, struct psp_fw_sev_guest *guest)
{
	if (guest->state)
		drop_digest(fw, guest);
	memset(guest, 0, sizeof(*guest));
}

/* Bits 31:16 are the lowest API version that the owner accepts */
uint32_t psp_fw_sev_policy_check(const struct psp_fw *fw, uint32_t policy)
{
	uint8_t major = policy >> 16 & 0xff, minor = policy >> 24;

	if (major > fw->api_major || (major == fw->api_major && minor > fw->api_minor))
		return PSP_POLICY_FAILURE;
	if ((policy & PSP_FW_POLICY_ES) && !fw->es)
		return PSP_POLICY_FAILURE;
	return PSP_SUCCESS;
}

/* DECOMMISSION: 0x1 (table), 0x10, 0x12 */
uint32_t psp_fw_run_decommission(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->asid)
		return PSP_ACTIVE;
	psp_fw_sev_guest_free(call->fw, guest);
	if (!--call->fw->sev_guest_count)
		call->fw->sev_state = PSP_INIT;
	return PSP_SUCCESS;
}

static bool sev_runs(const struct psp_fw_sev_guest *guest)
{
	return guest->state == PSP_GSTATE_RUNNING || guest->state == PSP_GSTATE_SUPDATE ||
	       guest->state == PSP_GSTATE_SENT;
}

/* ACTIVATE: 0x1 (table), 0x10, 0xD, 0xC (taken), 0x12, 0xF, 0xC (not clean), 0xD (range) */
uint32_t psp_fw_run_activate(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t asid = psp_fw_get32(call->buf + 4);
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (!asid || asid > call->fw->nr_asids)
		return PSP_INVALID_ASID;
	if (psp_fw_asid_taken(call->fw, asid))
		return PSP_ASID_OWNED;
	if (guest->asid)
		return PSP_ACTIVE;
	status = psp_fw_asid_check(call->fw, asid, &call->fw->ccx_all);
	if (status)
		return status;
	if (!psp_fw_asid_in_range(call->fw, asid, guest->policy & PSP_FW_POLICY_ES, false))
		return PSP_INVALID_ASID;
	psp_fw_asid_activate(call->fw, asid, &call->fw->ccx_all, sev_runs(guest));
	guest->asid = asid;
	return PSP_SUCCESS;
}

/* DEACTIVATE: 0x1 (table), 0x10, 0x8 */
uint32_t psp_fw_run_deactivate(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (!guest->asid)
		return PSP_INACTIVE;
	psp_fw_asid_deactivate(call->fw, guest->asid);
	guest->asid = 0;
	return PSP_SUCCESS;
}

/* GUEST_STATUS: 0x1 (table); a handle that names nobody is a guest in state INVALID */
uint32_t psp_fw_run_guest_status(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;

	memset(call->buf + 4, 0, 9);
	call->written = true;
	if (psp_fw_sev_guest_get(call, &guest))
		return PSP_SUCCESS;
	psp_fw_put32(call->buf + 4, guest->policy);
	psp_fw_put32(call->buf + 8, guest->asid);
	call->buf[0xc] = guest->state;
	return PSP_SUCCESS;
}

/* Transport keys that nobody else knows, where there is a source of them */
static bool own_keys(struct psp_fw *fw, uint8_t keys[32])
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	return crypto && crypto->random && !crypto->random(fw->opaque, keys, 32);
}

/* A session, if there is one, comes with the owner's certificate: 0x4, 0x9, 0x13, 0x6, 0xB */
static uint32_t launch_session(struct psp_fw_call *call, uint8_t keys[32], bool *has_keys)
{
	uint64_t cert_pa = psp_fw_field_pa(call, 8), session_pa = psp_fw_field_pa(call, 0x18);
	uint8_t cert[PSP_FW_CERT_LENGTH], session[PSP_FW_SESSION_LENGTH];
	uint32_t cert_len = psp_fw_get32(call->buf + 0x10);
	uint32_t session_len = psp_fw_get32(call->buf + 0x20);
	uint32_t status;

	*has_keys = !cert_len && !session_len && own_keys(call->fw, keys);
	if (!cert_len && !session_len)
		return PSP_SUCCESS;
	if (cert_len != PSP_FW_CERT_LENGTH || session_len != PSP_FW_SESSION_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_address_check(call->fw, cert_pa, cert_len);
	if (!status)
		status = psp_fw_address_check(call->fw, session_pa, session_len);
	if (status)
		return status;
	if (psp_fw_read(call->fw, cert_pa, cert, sizeof(cert)) ||
	    psp_fw_read(call->fw, session_pa, session, sizeof(session)))
		return PSP_INVALID_ADDRESS;
	*has_keys = true;
	return psp_fw_session_open(call->fw, cert, session, psp_fw_get32(call->buf + 4), keys);
}

/* Shares its key with the guest that the handle names: 0x10, 0x7 */
static uint32_t launch_shared(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *other;
	uint32_t status;

	if (!psp_fw_get32(call->buf))
		return PSP_SUCCESS;
	status = psp_fw_sev_guest_get(call, &other);
	if (status)
		return status;
	if ((other->policy & PSP_FW_POLICY_NOKS) || other->policy != psp_fw_get32(call->buf + 4))
		return PSP_POLICY_FAILURE;
	return PSP_SUCCESS;
}

/* LAUNCH_START: 0x1 (table), 0x10, 0x7, the session's, 0x17 */
uint32_t psp_fw_run_launch_start(struct psp_fw_call *call)
{
	const struct psp_fw_crypto *crypto = call->fw->ops->crypto;
	struct psp_fw_sev_guest *guest;
	uint8_t keys[32] = { 0 };
	bool has_keys = false;
	uint32_t status = launch_shared(call);

	if (!status)
		status = psp_fw_sev_policy_check(call->fw, psp_fw_get32(call->buf + 4));
	if (!status)
		status = launch_session(call, keys, &has_keys);
	if (!status)
		status = psp_fw_sev_guest_new(call, PSP_GSTATE_LUPDATE, &guest);
	if (status)
		return status;
	guest->has_digest = crypto && crypto->sha256_update && crypto->sha256_final;
	guest->has_keys = has_keys;
	memcpy(guest->tek, keys, sizeof(guest->tek));
	memcpy(guest->tik, keys + sizeof(guest->tek), sizeof(guest->tik));
	return PSP_SUCCESS;
}

/* Add memory to the launch digest, if it is kept */
static void measure(struct psp_fw *fw, struct psp_fw_sev_guest *guest, uint64_t pa, uint32_t len)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t page[PSP_FW_PAGE_SIZE];

	while (len && guest->has_digest) {
		uint32_t part = len < sizeof(page) ? len : sizeof(page);

		if (!crypto || !crypto->sha256_update || psp_fw_read(fw, pa, page, part) ||
		    crypto->sha256_update(fw->opaque, &guest->digest, page, part))
			guest->has_digest = 0;
		pa += part;
		len -= part;
	}
}

/* handle, state, ASID: 0x10, 0x2, 0x8 */
static uint32_t launch_guest(struct psp_fw_call *call, uint8_t state,
			     struct psp_fw_sev_guest **guest)
{
	uint32_t status = psp_fw_sev_guest_get(call, guest);

	if (status)
		return status;
	if ((*guest)->state != state)
		return PSP_INVALID_GUEST_STATE;
	return (*guest)->asid ? PSP_SUCCESS : PSP_INACTIVE;
}

/* LAUNCH_UPDATE_DATA: 0x1 (table), 0x10, 0x2, 0x8, 0x4, 0x9, 0x1A */
uint32_t psp_fw_run_launch_update_data(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint32_t len = psp_fw_get32(call->buf + 0x10);
	struct psp_fw_sev_guest *guest;
	uint32_t status = launch_guest(call, PSP_GSTATE_LUPDATE, &guest);

	if (status)
		return status;
	if (!len || len % 16)
		return PSP_INVALID_LEN;
	if (pa % 16)
		return PSP_INVALID_ADDRESS;
	status = psp_fw_output_check(call->fw, pa, len);
	if (status)
		return status;
	measure(call->fw, guest, pa, len);
	psp_fw_output_done(call->fw, pa, len);
	return PSP_SUCCESS;
}

/* LAUNCH_UPDATE_VMSA: as _DATA, of one page; 0x15 for a guest that is not SEV-ES */
uint32_t psp_fw_run_launch_update_vmsa(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint32_t len = psp_fw_get32(call->buf + 0x10);
	struct psp_fw_sev_guest *guest;
	uint32_t status = launch_guest(call, PSP_GSTATE_LUPDATE, &guest);

	if (status)
		return status;
	if (!(guest->policy & PSP_FW_POLICY_ES))
		return PSP_UNSUPPORTED;
	if (len != PSP_FW_PAGE_SIZE)
		return PSP_INVALID_LEN;
	if (pa & ~PSP_FW_PAGE_MASK)
		return PSP_INVALID_ADDRESS;
	status = psp_fw_output_check(call->fw, pa, len);
	if (status)
		return status;
	measure(call->fw, guest, pa, len);
	psp_fw_output_done(call->fw, pa, len);
	return PSP_SUCCESS;
}

/*
 * HMAC(0x04 || API version || build || policy || digest || nonce; TIK), 55766
 * LAUNCH_MEASURE; 0x13 when any part of it was not to be had.
 */
static uint32_t measurement(struct psp_fw *fw, const struct psp_fw_sev_guest *guest,
			    uint8_t out[MEASURE_LENGTH], uint8_t ld[32])
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t data[8 + 32 + 16] = { 0x04, fw->api_major, fw->api_minor, fw->build };

	if (!crypto || !crypto->random || !crypto->sha256_final || !crypto->hmac_sha256 ||
	    !guest->has_digest || !guest->has_keys)
		return PSP_HWERROR_PLATFORM;
	psp_fw_put32(data + 4, guest->policy);
	if (crypto->sha256_final(fw->opaque, &guest->digest, data + 8) ||
	    crypto->random(fw->opaque, data + 40, 16) ||
	    crypto->hmac_sha256(fw->opaque, guest->tik, sizeof(guest->tik), data, sizeof(data),
				out))
		return PSP_HWERROR_PLATFORM;
	memcpy(out + 32, data + 40, 16);
	memcpy(ld, data + 8, 32);
	return PSP_SUCCESS;
}

/* LAUNCH_MEASURE: 0x1 (table), 0x10, 0x2, 0x4 with the length needed, 0x9, 0x1A, 0x13 */
uint32_t psp_fw_run_launch_measure(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint32_t len = psp_fw_get32(call->buf + 0x10);
	struct psp_fw_sev_guest *guest;
	uint8_t out[MEASURE_LENGTH], ld[32];
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state != PSP_GSTATE_LUPDATE)
		return PSP_INVALID_GUEST_STATE;
	psp_fw_put32(call->buf + 0x10, MEASURE_LENGTH);
	call->written = true;
	if (len < MEASURE_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_output_check(call->fw, pa, MEASURE_LENGTH);
	if (!status)
		status = measurement(call->fw, guest, out, ld);
	if (!status)
		status = psp_fw_output(call->fw, pa, out, sizeof(out));
	if (status)
		return status;
	memcpy(guest->measure, out, sizeof(guest->measure));
	memcpy(guest->ld, ld, sizeof(guest->ld));
	guest->has_ld = 1;
	guest->state = PSP_GSTATE_LSECRET;
	drop_digest(call->fw, guest);
	return PSP_SUCCESS;
}

/* Its three buffers: 0x4, 0x9, 0x1A */
static uint32_t secret_buffers(struct psp_fw_call *call)
{
	uint32_t guest_len = psp_fw_get32(call->buf + 0x20);
	uint32_t trans_len = psp_fw_get32(call->buf + 0x30);
	uint32_t status;

	if (psp_fw_get32(call->buf + 0x10) != PSP_FW_PACKET_HDR_LENGTH || !guest_len ||
	    guest_len % 16 || guest_len > PSP_FW_SECRET_MAX || trans_len != guest_len)
		return PSP_INVALID_LEN;
	if (psp_fw_field_pa(call, 0x18) % 16)
		return PSP_INVALID_ADDRESS;
	status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 8),
				      PSP_FW_PACKET_HDR_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 0x28), trans_len);
	if (!status)
		status = psp_fw_output_check(call->fw, psp_fw_field_pa(call, 0x18), guest_len);
	return status;
}

/*
 * LAUNCH_UPDATE_SECRET: 0x1 (table), 0x10, 0x2, 0x8, 0x4, 0x9, 0x1A, 0x13 (no keys), 0xB,
 * 0x16, 0x15
 */
uint32_t psp_fw_run_launch_update_secret(struct psp_fw_call *call)
{
	uint8_t hdr[PSP_FW_PACKET_HDR_LENGTH], data[PSP_FW_SECRET_MAX];
	uint32_t len = psp_fw_get32(call->buf + 0x20);
	struct psp_fw_sev_guest *guest;
	uint32_t status = launch_guest(call, PSP_GSTATE_LSECRET, &guest);

	if (!status)
		status = secret_buffers(call);
	if (status)
		return status;
	if (psp_fw_read(call->fw, psp_fw_field_pa(call, 8), hdr, sizeof(hdr)) ||
	    psp_fw_read(call->fw, psp_fw_field_pa(call, 0x28), data, len))
		return PSP_INVALID_ADDRESS;
	status = psp_fw_secret_open(call->fw, guest, hdr, data, len);
	return status ? status : psp_fw_output(call->fw, psp_fw_field_pa(call, 0x18), data, len);
}

/* LAUNCH_FINISH: 0x1 (table), 0x10, 0x2, 0x8 */
uint32_t psp_fw_run_launch_finish(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = launch_guest(call, PSP_GSTATE_LSECRET, &guest);

	if (status)
		return status;
	guest->state = PSP_GSTATE_RUNNING;
	psp_fw_asid_run(call->fw, guest->asid);
	return PSP_SUCCESS;
}
