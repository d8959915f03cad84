// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policy files: what is taken can be checked, and what is refused says why.  And the same bytes as
 * the wanted value of each rule.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/attest/policy.h"
#include "sevadm.h"

static void check(const struct sevadm_report_policy *policy)
{
	size_t nr = sevadm_report_policy_count(policy), broken;
	struct sevadm_report_rule *rules = calloc(nr, sizeof(*rules));
	static uint8_t bytes[SEVADM_REPORT_SIZE];
	struct sevadm_report report;

	must(rules && nr >= 3);
	for (unsigned int version = 0; version < 256; version += 51) {
		memset(bytes, (int)version, sizeof(bytes));
		must(!sevadm_report_decode(bytes, sizeof(bytes), SEVADM_GENERATION_TURIN, &report));
		broken = sevadm_report_policy_check(policy, &report, rules);
		for (size_t i = 0; i < nr; i++) {
			must(rules[i].name && rules[i].wanted[0] && rules[i].from[0] && rules[i].found[0]);
			must(strnlen(rules[i].found, SEVADM_RULE_FOUND) < SEVADM_RULE_FOUND);
			broken -= !rules[i].holds;
		}
		must(!broken);
	}
	free(rules);
}

static void refused(int ret, const struct sevadm_failure *failure)
{
	must(ret == -EINVAL || ret == -EBADMSG);
	must(failure->message[0]);
	for (const char *p = failure->message; *p; p++)
		must(*p >= ' ' && *p <= '~');
}

static void add_each(const char *text)
{
	struct sevadm_report_policy *policy;
	struct sevadm_failure failure;

	must(!sevadm_report_policy_new(&policy));
	for (const struct policy_field *field = policy_fields; field->path; field++) {
		size_t before = sevadm_report_policy_count(policy);
		int ret = sevadm_report_policy_add(policy, field->path, text, "a", &failure);

		if (ret) {
			refused(ret, &failure);
			must(sevadm_report_policy_count(policy) == before);
		}
	}
	if (!sevadm_report_policy_add(policy, text, "1", "b", &failure))
		must(policy_field(text));
	check(policy);
	sevadm_report_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sevadm_failure failure = { .message = "" };
	struct sevadm_report_policy *policy;
	char *text = malloc(size + 1);
	int ret;

	must(text && !sevadm_report_policy_new(&policy));
	ret = sevadm_report_policy_read(policy, data, size, "f", &failure);
	if (ret)
		refused(ret, &failure);
	check(policy);
	sevadm_report_policy_free(policy);
	memcpy(text, data, size);
	text[size] = '\0';
	add_each(text);
	free(text);
	return 0;
}
