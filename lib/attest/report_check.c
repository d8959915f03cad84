// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/attest/report_check.h"

#include <stdarg.h>
#include <stdio.h>

const char *sevadm_report_topic_name(enum sevadm_report_topic topic)
{
	static const char *const names[] = { "signature", "certificate", "revocation", "policy" };

	return (unsigned int)topic < sizeof(names) / sizeof(names[0]) ? names[topic] : "?";
}

struct sevadm_report_check *report_check(struct sevadm_report_verdict *verdict, const char *name,
					 enum sevadm_report_topic topic,
					 enum sevadm_cert_verdict how, const char *format, ...)
{
	struct sevadm_report_check *check;
	va_list args;

	if (verdict->nr_checks == SEVADM_REPORT_CHECKS) {
		check = &verdict->checks[SEVADM_REPORT_CHECKS - 1];
		check->topic = SEVADM_REPORT_ON_POLICY;
		check->verdict = SEVADM_CERT_FAIL;
		check->accepted = false;
		snprintf(check->why, sizeof(check->why), "there are more than %d checks",
			 SEVADM_REPORT_CHECKS);
		return check;
	}
	check = &verdict->checks[verdict->nr_checks++];
	check->name = name;
	check->topic = topic;
	check->verdict = how;
	check->accepted = false;
	va_start(args, format);
	vsnprintf(check->why, sizeof(check->why), format, args);
	va_end(args);
	return check;
}

void report_sum_up(struct sevadm_report_verdict *verdict)
{
	verdict->broken = NULL;
	for (size_t i = 0; i < verdict->nr_checks && !verdict->broken; i++)
		if (verdict->checks[i].verdict == SEVADM_CERT_FAIL)
			verdict->broken = &verdict->checks[i];
	/* of nothing nothing follows */
	verdict->trusted = verdict->nr_checks && !verdict->broken;
}
