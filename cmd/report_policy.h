/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for what a report says, from options and from a policy file */
#ifndef CMD_REPORT_POLICY_H
#define CMD_REPORT_POLICY_H

#include "cmd/cli.h"

#define POLICY_OPTIONS	64

/* What the command line says of them; points into it */
struct report_policy_options {
	const char *file, *data_file, *data_hash;
	struct { int key; const char *arg; } rule[POLICY_OPTIONS];
	size_t nr;
};

/* The options; their input is a struct report_policy_options */
extern const struct argp report_policy_argp;
/* For completion, what they take in more words than --help has room for */
#define REPORT_POLICY_WORDS \
	{ "KIND", "current|reported|committed|launch" }, \
	{ "PART", "fmc|bootloader|tee|snp|microcode" }, \
	{ "WHAT", "current-firmware|committed-firmware|guest-abi|report|guest-svn" }, \
	{ "HOW", "required|allowed|forbidden" }, \
	{ "BIT", "debug|migrate-ma|smt|single-socket|cxl|aes256-xts|rapl-dis|ciphertext-hiding|" \
	  "page-swap-disable" }, \
	{ "PLATFORM", "smt|tsme|ecc|rapl-dis|ciphertext-hiding|alias-check|tio" }

/**
 * struct report_policy - rules, and what is read for them
 * @options:	of the command line
 * @json:	of the policy file, @size bytes, to be freed
 * @data:	of a file that the report has to carry, in hexadecimal; empty for none
 * @policy:	result, to be freed
 */
struct report_policy {
	const struct report_policy_options *options;
	char *json;
	size_t size;
	char data[2 * SEVADM_REPORT_DATA_SIZE + 1];
	struct sevadm_report_policy *policy;
};

/* The policy file and that of the nonce, before privileges are dropped: exit code, with a failure reported */
int report_policy_load(struct cli *cli, struct report_policy *p);
/* The rules, afterwards: the same */
int report_policy_take(struct cli *cli, struct report_policy *p);
void report_policy_free(struct report_policy *p);

/* A list "rules" of what came of them */
void report_policy_show(struct out *out, const struct sevadm_report_rule *rules, size_t nr);

#endif
