/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what happens to a SEV guest after its launch - attestation,
 * migration, debugging (AMD 55766 chapter 6).
 *
 * Migration packets are encrypted and signed for a session: states, lengths and
 * pages are checked, the content answers HWERROR_PLATFORM.
 */
#include "psp_fw_internal.h"

#define CHAIN_LENGTH	(3 * PSP_FW_CERT_LENGTH)
#define PACKET_MAX	0x4000u

/* handle, state: 0x10, 0x2 */
static uint32_t guest_in(struct psp_fw_call *call, uint8_t state, struct psp_fw_sev_guest **guest)
{
	uint32_t status = psp_fw_sev_guest_get(call, guest);

	if (status)
		return status;
	return (*guest)->state == state ? PSP_SUCCESS : PSP_INVALID_GUEST_STATE;
}

/*
 * ATTESTATION: 0x1 (table), 0x10, 0x2 (not measured yet), 0x4 with the length needed, 0x9,
 * 0x1A, 0x13
 */
uint32_t psp_fw_run_attestation(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 8);
	uint32_t len = psp_fw_get32(call->buf + 0x20);
	uint8_t report[PSP_FW_REPORT_LENGTH];
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state == PSP_GSTATE_LUPDATE || guest->state == PSP_GSTATE_RUPDATE)
		return PSP_INVALID_GUEST_STATE;
	psp_fw_put32(call->buf + 0x20, PSP_FW_REPORT_LENGTH);
	call->written = true;
	if (len < PSP_FW_REPORT_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_output_check(call->fw, pa, PSP_FW_REPORT_LENGTH);
	if (!status)
		status = psp_fw_report_make(call->fw, guest, call->buf + 0x10, report);
	return status ? status : psp_fw_output(call->fw, pa, report, sizeof(report));
}

/* SEND_START: 0x1 (table), 0x10, 0x2, 0x7, 0x4 with the length needed, 0x9, 0x1A, 0x13 */
uint32_t psp_fw_run_send_start(struct psp_fw_call *call)
{
	uint32_t session_len = psp_fw_get32(call->buf + 0x40);
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_RUNNING, &guest);

	if (status)
		return status;
	if (guest->policy & PSP_FW_POLICY_NOSEND)
		return PSP_POLICY_FAILURE;
	psp_fw_put32(call->buf + 4, guest->policy);
	psp_fw_put32(call->buf + 0x40, PSP_FW_SESSION_LENGTH);
	call->written = true;
	if (session_len < PSP_FW_SESSION_LENGTH ||
	    psp_fw_get32(call->buf + 0x10) != PSP_FW_CERT_LENGTH ||
	    psp_fw_get32(call->buf + 0x20) != CHAIN_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 8), PSP_FW_CERT_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 0x18), CHAIN_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 0x28),
					      psp_fw_get32(call->buf + 0x30));
	if (!status)
		status = psp_fw_output_check(call->fw, psp_fw_field_pa(call, 0x38),
					     PSP_FW_SESSION_LENGTH);
	return status ? status : PSP_HWERROR_PLATFORM;
}

/* The three buffers of SEND_UPDATE_* and RECEIVE_UPDATE_* */
struct packet {
	uint64_t hdr, guest, trans;
	uint32_t hdr_len, guest_len, trans_len;
};

static struct packet packet_fields(const struct psp_fw_call *call)
{
	/* Linux declares SEND_UPDATE_VMSA without the first reserved word; 55766 has it */
	return (struct packet) {
		.hdr = psp_fw_field_pa(call, 8),
		.hdr_len = psp_fw_get32(call->buf + 0x10),
		.guest = psp_fw_field_pa(call, 0x18),
		.guest_len = psp_fw_get32(call->buf + 0x20),
		.trans = psp_fw_field_pa(call, 0x28),
		.trans_len = psp_fw_get32(call->buf + 0x30),
	};
}

static bool packet_lengths(const struct packet *p)
{
	return p->guest_len && p->guest_len % 16 == 0 && p->guest_len <= PACKET_MAX &&
	       p->trans_len >= p->guest_len;
}

/* SEND_UPDATE_DATA, _VMSA: 0x1 (table), 0x10, 0x2, 0x4 with the length needed, 0x9, 0x1A, 0x13 */
uint32_t psp_fw_run_send_update(struct psp_fw_call *call)
{
	struct packet p = packet_fields(call);
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_SUPDATE, &guest);

	if (status)
		return status;
	psp_fw_put32(call->buf + 0x10, PSP_FW_PACKET_HDR_LENGTH);
	psp_fw_put32(call->buf + 0x30, p.guest_len);
	call->written = true;
	if (p.hdr_len < PSP_FW_PACKET_HDR_LENGTH || !packet_lengths(&p))
		return PSP_INVALID_LEN;
	status = psp_fw_output_check(call->fw, p.hdr, PSP_FW_PACKET_HDR_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, p.guest, p.guest_len);
	if (!status)
		status = psp_fw_output_check(call->fw, p.trans, p.guest_len);
	return status ? status : PSP_HWERROR_PLATFORM;
}

/* SEND_FINISH: 0x1 (table), 0x10, 0x2 */
uint32_t psp_fw_run_send_finish(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_SUPDATE, &guest);

	if (!status)
		guest->state = PSP_GSTATE_SENT;
	return status;
}

/* SEND_CANCEL: 0x1 (table), 0x10, 0x2 */
uint32_t psp_fw_run_send_cancel(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_SUPDATE, &guest);

	if (!status)
		guest->state = PSP_GSTATE_RUNNING;
	return status;
}

/* RECEIVE_START: 0x1 (table), 0x7, 0x4, 0x9, 0x17 */
uint32_t psp_fw_run_receive_start(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_policy_check(call->fw, psp_fw_get32(call->buf + 4));

	if (status)
		return status;
	if (psp_fw_get32(call->buf + 0x10) != PSP_FW_CERT_LENGTH ||
	    psp_fw_get32(call->buf + 0x20) != PSP_FW_SESSION_LENGTH)
		return PSP_INVALID_LEN;
	status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 8), PSP_FW_CERT_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, psp_fw_field_pa(call, 0x18),
					      PSP_FW_SESSION_LENGTH);
	if (!status)
		status = psp_fw_sev_guest_new(call, PSP_GSTATE_RUPDATE, &guest);
	return status;
}

/* RECEIVE_UPDATE_DATA, _VMSA: 0x1 (table), 0x10, 0x2, 0x8, 0x4, 0x9, 0x1A, 0x13 */
uint32_t psp_fw_run_receive_update(struct psp_fw_call *call)
{
	struct packet p = packet_fields(call);
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_RUPDATE, &guest);

	if (status)
		return status;
	if (!guest->asid)
		return PSP_INACTIVE;
	if (p.hdr_len != PSP_FW_PACKET_HDR_LENGTH || !packet_lengths(&p))
		return PSP_INVALID_LEN;
	status = psp_fw_address_check(call->fw, p.hdr, PSP_FW_PACKET_HDR_LENGTH);
	if (!status)
		status = psp_fw_address_check(call->fw, p.trans, p.trans_len);
	if (!status)
		status = psp_fw_output_check(call->fw, p.guest, p.guest_len);
	return status ? status : PSP_HWERROR_PLATFORM;
}

/* RECEIVE_FINISH: 0x1 (table), 0x10, 0x2, 0x8 */
uint32_t psp_fw_run_receive_finish(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = guest_in(call, PSP_GSTATE_RUPDATE, &guest);

	if (status)
		return status;
	if (!guest->asid)
		return PSP_INACTIVE;
	guest->state = PSP_GSTATE_RUNNING;
	psp_fw_asid_run(call->fw, guest->asid);
	return PSP_SUCCESS;
}

/* Copy within guest memory, which the model does not encrypt: 0x4, 0x9, 0x1A */
static uint32_t copy(struct psp_fw *fw, uint64_t src, uint64_t dst, uint32_t len)
{
	uint8_t page[PSP_FW_PAGE_SIZE];
	uint64_t start = dst;
	uint32_t total = len;
	uint32_t status;

	if (!len || len % 16)
		return PSP_INVALID_LEN;
	if (src % 16 || dst % 16)
		return PSP_INVALID_ADDRESS;
	status = psp_fw_address_check(fw, src, len);
	if (!status)
		status = psp_fw_output_check(fw, dst, len);
	if (status)
		return status;
	while (len) {
		uint32_t part = len < sizeof(page) ? len : sizeof(page);

		if (psp_fw_read(fw, src, page, part) || psp_fw_write(fw, dst, page, part))
			return PSP_INVALID_ADDRESS;
		src += part;
		dst += part;
		len -= part;
	}
	psp_fw_output_done(fw, start, total);
	return PSP_SUCCESS;
}

/* COPY: 0x1 (table), 0x10, 0x8, 0x4, 0x9, 0x1A */
uint32_t psp_fw_run_copy(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (!guest->asid)
		return PSP_INACTIVE;
	return copy(call->fw, psp_fw_field_pa(call, 8), psp_fw_field_pa(call, 0x10),
		    psp_fw_get32(call->buf + 4));
}

/* DBG_DECRYPT, DBG_ENCRYPT: 0x1 (table), 0x10, 0x7, 0x4, 0x9, 0x1A */
uint32_t psp_fw_run_dbg(struct psp_fw_call *call)
{
	struct psp_fw_sev_guest *guest;
	uint32_t status = psp_fw_sev_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->policy & PSP_FW_POLICY_NODBG)
		return PSP_POLICY_FAILURE;
	return copy(call->fw, psp_fw_field_pa(call, 8), psp_fw_field_pa(call, 0x10),
		    psp_fw_get32(call->buf + 0x18));
}
