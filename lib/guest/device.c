// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests by /dev/sev-guest.  The driver seals each as a message to the firmware, with a
 * number that no other may have: an answer that does not come, or cannot be read, costs the
 * guest the key of its messages.  So nothing is repeated of which it is not known that the
 * firmware never saw it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sev-guest.h>

#include "lib/firmware/command.h"
#include "lib/firmware/status.h"
#include "lib/guest/guest.h"
#include "lib/util/cleanup.h"

#define UNSET	0xffU	/* what the driver leaves before it asked the host (sev-guest.c) */

_Static_assert(sizeof(struct snp_report_resp) == GUEST_ANSWER_SIZE, "as the driver gives it");
_Static_assert(sizeof(struct snp_guest_request_ioctl) == 32, "as the driver takes it");

static void issue(struct sevadm *adm, struct guest_ask *ask)
{
	/* the driver writes exitinfo2 only where it is not 0 */
	struct snp_guest_request_ioctl io = {
		.msg_version = ask->version, .req_data = (uintptr_t)ask->request,
		.resp_data = (uintptr_t)ask->answer,
	};
	uint64_t duration_ns;

	ask->err = core_issue(adm, false, ask->number, &io, NULL, &duration_ns);
	ask->vmm = ask->err ? io.vmm_error : 0;
	ask->fw = io.fw_error;
	/* neither of them is the firmware's word where the driver, or the host, has not asked it */
	if (ask->err && (ask->vmm || !ask->fw || ask->fw == UNSET))
		ask->fw = SEVADM_NO_FW_CALL;
	ask->step = (struct sevadm_step){
		.kind = SEVADM_STEP_FIRMWARE, .command = command_name(FW_CMD_SNP_GUEST_REQUEST),
		.has_status = true, .status = ask->fw, .err = -ask->err, .count = 1,
		.duration_ns = duration_ns,
	};
}

/* The host did not pass it on, and the driver has not given the key up for it */
static bool may_repeat(const struct guest_ask *ask)
{
	return ask->vmm == SEVADM_VMM_BUSY && (ask->err == -EAGAIN || ask->err == -EBUSY);
}

static int record(struct sevadm *adm, struct sevadm_run *run, struct guest_ask *ask)
{
	if (ask->vmm)
		ask->step.reason = core_text(run, "%s; the host answered %s (0x%x)", ask->message,
					     sevadm_vmm_error_name(ask->vmm), ask->vmm);
	else
		ask->step.reason = ask->message;
	return core_step_add(adm, run, &ask->step);
}

int guest_ask(struct sevadm *adm, struct sevadm_run *run, struct guest_ask *ask,
	      struct guest_patience *patience)
{
	int ret;

	for (;;) {
		issue(adm, ask);
		ret = record(adm, run, ask);
		if (ret || !ask->err)
			return ret;
		/* the driver had it answered without the table: nothing is lost */
		if (ask->vmm == SEVADM_VMM_INVALID_LEN && ask->err == -EIO &&
		    ask->number == SNP_GET_EXT_REPORT)
			return -ENOBUFS;
		if (!may_repeat(ask))
			return guest_refused(adm, ask);
		ret = guest_wait(adm, patience);
		if (ret)
			return ret == -EBUSY ? guest_refused(adm, ask) : ret;
	}
}

static const char *answer_remedy(uint32_t status)
{
	switch (status) {
	case 0x16:
		return "A level above that of the key in use, or a field that this firmware does not "
		       "know or that goes beyond what this guest has.";
	case 0x27:
		return "No VLEK is loaded, the host masks the chip's key (MASK_CHIP_KEY), or the guest was "
		       "launched without leave to use the VCEK: name another key.";
	default:
		return "`sevadm explain` tells what it means.";
	}
}

int guest_answered(struct sevadm *adm, const struct guest_ask *ask, const void *answer)
{
	const struct status_row *row;
	struct sevadm_step step = ask->step;

	memcpy(&step.status, answer, sizeof(step.status));
	if (!step.status)
		return 0;
	row = status_find(step.status);
	return core_fail_refused(adm, &step, answer_remedy(step.status), "%s: firmware refused: %s "
				 "(0x%04x)", ask->message, row ? row->name : "?", step.status);
}

/* ------------------------------------------------------------------------ reports */

/* How much of the driver's buffer is a table: up to the end of what its entries name */
static size_t table_size(const uint8_t *table, size_t room)
{
	static const uint8_t end[24];
	size_t size = 0, at;

	for (at = 0; at + sizeof(end) <= room && memcmp(table + at, end, sizeof(end)); at += sizeof(end)) {
		uint32_t offset, length;

		memcpy(&offset, table + at + 16, sizeof(offset));
		memcpy(&length, table + at + 20, sizeof(length));
		if ((uint64_t)offset + length > size)
			size = (size_t)offset + length;
	}
	if (!at)
		return 0;
	at += sizeof(end);
	size = size > at ? size : at;
	return size < room ? size : room;
}

static int too_large(struct sevadm *adm, uint32_t needed)
{
	return core_fail(adm, SEVADM_FAILED, EFBIG, "Ask without the table, and get the certificates "
			 "from AMD: `sevadm certs fetch`.", "the host's table of certificates has %u "
			 "bytes, and the driver takes %u at most", needed, SEVADM_GUEST_CERTS_MAX);
}

static int extended(struct sevadm *adm, struct guest_ask *ask, struct snp_ext_report_req *req,
		    struct guest_patience *patience, struct sevadm_guest_report *report,
		    struct sevadm_run *run)
{
	int ret;

	report->certs = calloc(1, SEVADM_GUEST_CERTS_MAX);
	if (!report->certs)
		return core_fail_errno(adm, ENOMEM, "table of certificates");
	req->certs_address = (uintptr_t)report->certs;
	req->certs_len = SEVADM_GUEST_CERTS_MAX;
	ask->number = SNP_GET_EXT_REPORT;
	ret = guest_ask(adm, run, ask, patience);
	if (ret == -ENOBUFS)
		return too_large(adm, req->certs_len);
	if (ret)
		return ret;
	report->certs_size = table_size(report->certs, SEVADM_GUEST_CERTS_MAX);
	if (report->certs_size)
		return 0;
	free(report->certs);
	report->certs = NULL;
	return 0;
}

static int take(struct sevadm *adm, const struct guest_ask *ask, const uint8_t *answer,
		struct sevadm_guest_report *report)
{
	uint32_t size;
	int ret = guest_answered(adm, ask, answer);

	if (ret)
		return ret;
	memcpy(&size, answer + 4, sizeof(size));
	if (size > GUEST_ANSWER_SIZE - GUEST_ANSWER_REPORT)
		return core_fail(adm, SEVADM_FAILED, EPROTO, "Report it, with the firmware's version.",
				 "%s: the firmware speaks of a report of %u bytes, and its answer has "
				 "room for %d", ask->message, size,
				 GUEST_ANSWER_SIZE - GUEST_ANSWER_REPORT);
	report->report = malloc(size + 1);
	if (!report->report)
		return core_fail_errno(adm, ENOMEM, "report");
	memcpy(report->report, answer + GUEST_ANSWER_REPORT, size);
	report->size = size;
	return 0;
}

int guest_device_report(struct sevadm *adm, const struct sevadm_report_request *request,
			struct guest_patience *patience, struct sevadm_guest_report *report,
			struct sevadm_run *run)
{
	_cleanup_free_ uint8_t *answer = calloc(1, GUEST_ANSWER_SIZE);
	struct snp_ext_report_req req = { .data = { .vmpl = report->vmpl } };
	/* KEY_SEL, where the driver's structure only has reserved bytes, which it passes on */
	const uint32_t key_sel = request->key;
	struct guest_ask ask = {
		.number = SNP_GET_REPORT, .message = "MSG_REPORT_REQ", .version = 1,
		.request = &req, .answer = answer,
	};
	int ret;

	if (!answer)
		return core_fail_errno(adm, ENOMEM, "report");
	memcpy(req.data.user_data, request->data, sizeof(req.data.user_data));
	memcpy(req.data.rsvd, &key_sel, sizeof(key_sel));
	ret = request->certs ? extended(adm, &ask, &req, patience, report, run) :
			       guest_ask(adm, run, &ask, patience);
	return ret ? ret : take(adm, &ask, answer, report);
}
