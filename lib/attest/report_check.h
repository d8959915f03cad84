/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How what is asked of a report is noted, one check after the other */
#ifndef ATTEST_REPORT_CHECK_H
#define ATTEST_REPORT_CHECK_H

#include "sevadm.h"

/**
 * report_check() - one more
 * @verdict:	of the report
 * @name:	of the check; lives longer than @verdict
 * @how:	how it came out
 * @format:	of @why
 * Return: the check, to say more of it; what there is no room for is not lost: it fails
 */
__attribute__((format(printf, 5, 6)))
struct sevadm_report_check *report_check(struct sevadm_report_verdict *verdict, const char *name,
					 enum sevadm_report_topic topic,
					 enum sevadm_cert_verdict how, const char *format, ...);

/* Is it trusted, by all that was noted so far? */
void report_sum_up(struct sevadm_report_verdict *verdict);

#endif
