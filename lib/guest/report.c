// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A report on the guest that we run in, whichever way there is, and whether it is the one
 * that was asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/guest/guest.h"

const char *sevadm_guest_via_name(enum sevadm_guest_via via)
{
	static const char *const names[] = { "any", "device", "tsm" };

	return (unsigned int)via <= SEVADM_GUEST_TSM ? names[via] : "?";
}

/* The first way that is there; neither: why not the device */
static int choose(struct sevadm *adm, const struct sevadm_report_request *request,
		  enum sevadm_guest_via *via)
{
	*via = request->via;
	if (*via == SEVADM_GUEST_ANY)
		*via = adm->dev->node_err[DEVICE_SEV_GUEST] == -ENOENT && !guest_tsm_look(adm) ?
		       SEVADM_GUEST_TSM : SEVADM_GUEST_DEVICE;
	if (*via == SEVADM_GUEST_DEVICE && adm->dev->node_err[DEVICE_SEV_GUEST])
		return core_fail_node(adm, DEVICE_SEV_GUEST);
	if (*via == SEVADM_GUEST_TSM && request->key != SEVADM_GUEST_KEY_AUTO)
		return core_fail(adm, SEVADM_USAGE, EOPNOTSUPP, "Ask by the device.", "configfs-tsm lets "
				 "nobody choose which key signs");
	return 0;
}

/* Is it the answer to this request, and not to another one's? */
static int check(struct sevadm *adm, const struct sevadm_report_request *request,
		 const struct sevadm_guest_report *got)
{
	struct sevadm_report report;

	if (got->size < SEVADM_REPORT_SIZE)
		return core_fail(adm, SEVADM_FAILED, EPROTO, NULL, "the report has %zu bytes, and the "
				 "shortest there is %d", got->size, SEVADM_REPORT_SIZE);
	sevadm_report_decode(got->report, SEVADM_REPORT_SIZE, SEVADM_GENERATION_UNKNOWN, &report);
	if (memcmp(report.report_data, request->data, sizeof(request->data)))
		return core_fail(adm, SEVADM_FAILED, EPROTO, "Ask again; somebody else may have used the "
				 "same way at the same time.", "the report carries other data than was "
				 "asked for: it is not the answer to this request");
	if (report.vmpl != got->vmpl)
		return core_fail(adm, SEVADM_FAILED, EPROTO, NULL, "the report is of VMPL %u, and was "
				 "asked for of %u", report.vmpl, got->vmpl);
	return 0;
}

static int get(struct sevadm *adm, const struct sevadm_report_request *request,
	       struct sevadm_guest_report *report, struct sevadm_run *run)
{
	struct guest_patience patience = guest_patience(adm, request->timeout_ns);
	int ret = choose(adm, request, &report->via);

	if (ret)
		return ret;
	if (request->has_vmpl && request->vmpl >= SEVADM_GUEST_VMPLS)
		return core_fail(adm, SEVADM_USAGE, EINVAL, NULL, "there is no VMPL %u: 0 to 3",
				 request->vmpl);
	report->vmpl = request->has_vmpl ? request->vmpl : guest_vmpl(adm);
	ret = report->via == SEVADM_GUEST_TSM ?
	      guest_tsm_report(adm, request, &patience, report, run) :
	      guest_device_report(adm, request, &patience, report, run);
	return ret ? ret : check(adm, request, report);
}

int sevadm_guest_report_get(struct sevadm *adm, const struct sevadm_report_request *request,
			    struct sevadm_guest_report *report, struct sevadm_run *run)
{
	struct sevadm_run none = { 0 };
	int ret;

	*report = (struct sevadm_guest_report){ 0 };
	ret = get(adm, request, report, run ? run : &none);
	sevadm_run_free(&none);
	return ret;
}

void sevadm_guest_report_free(struct sevadm_guest_report *report)
{
	free(report->report);
	free(report->certs);
	*report = (struct sevadm_guest_report){ 0 };
}
