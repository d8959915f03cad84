/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of the verification of a report, as it is told */
#ifndef CMD_REPORT_VERDICT_H
#define CMD_REPORT_VERDICT_H

#include "cmd/cli.h"

/**
 * struct report_outcome - of one report
 * @verdict:	who made it
 * @rules:	what it says, @nr_rules of them
 * @broken:	how many of these do not hold
 */
struct report_outcome {
	struct sevadm_report_verdict verdict;
	struct sevadm_report_rule *rules;
	size_t nr_rules, broken;
};

bool report_outcome_trusted(const struct report_outcome *o);
/* Lists "checks", of which one may want only those that do not pass, and "rules", object "verdict" */
void report_outcome_show(struct out *out, const struct report_outcome *o, bool all);
/* All of it in one sentence, to be printed */
#define REPORT_SENTENCE	2048
const char *report_outcome_sentence(const struct report_outcome *o, char text[REPORT_SENTENCE]);

#endif
