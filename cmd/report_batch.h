/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many reports at once */
#ifndef CMD_REPORT_BATCH_H
#define CMD_REPORT_BATCH_H

#include "cmd/cli.h"

/**
 * struct report_batch - what they are verified by
 * @from:	a directory with reports, or a file with a name of one in each line, "-" for standard
 *		input
 * @jobs:	threads, 0: as many as there are CPUs
 * @certs, @nr: certificates
 * @want:	how they have to be
 * @policy:	rules
 * @accept, @generation: as sevadm_report_verify() and sevadm_report_decode() take them
 */
struct report_batch {
	const char *from;
	unsigned int jobs;
	const struct sevadm_x509 *certs;
	size_t nr;
	const struct sevadm_x509_want *want;
	const struct sevadm_report_policy *policy;
	unsigned int accept;
	enum sevadm_generation generation;
};

/* A line of JSON for each, in their order: exit code */
int report_batch(struct cli *cli, const struct report_batch *batch);

#endif
