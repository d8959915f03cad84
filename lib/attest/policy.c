// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules for what a report says, of any number of people: all of them have to hold, so that the
 * stricter of two does.
 */
#include "lib/attest/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/text.h"

#define NOBODY	"default"

/*
 * The first @nr_silent of @rules are those that hold where nobody says anything about it.
 * @readings: files that were read; @reading: number of the one that is being read, or 0.
 */
struct sevadm_report_policy {
	struct policy_rule *rules;
	size_t nr, nr_silent;
	unsigned int readings, reading;
};

static void rule_free(struct policy_rule *rule)
{
	free(rule->wanted);
	free(rule->from);
	free(rule->bytes);
}

void sevadm_report_policy_free(struct sevadm_report_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->nr; i++)
		rule_free(&policy->rules[i]);
	free(policy->rules);
	free(policy);
}

/* ------------------------------------------------------------------------- add */

void policy_reading(struct sevadm_report_policy *policy, bool of_file)
{
	policy->reading = of_file ? ++policy->readings : 0;
}

/* The one that has values of the same people already, to which more are added */
static struct policy_rule *find_list(const struct sevadm_report_policy *policy,
				     const struct policy_field *field, const char *from)
{
	for (size_t i = policy->nr_silent; i < policy->nr; i++)
		if (policy->rules[i].field == field && field->type->value == POLICY_LIST &&
		    policy->rules[i].reading == policy->reading && !strcmp(policy->rules[i].from, from))
			return &policy->rules[i];
	return NULL;
}

static struct policy_rule *add_rule(struct sevadm_report_policy *policy,
				    const struct policy_field *field, const char *from)
{
	struct policy_rule *rules = reallocarray(policy->rules, policy->nr + 1, sizeof(*rules));

	if (!rules)
		return NULL;
	policy->rules = rules;
	rules += policy->nr;
	*rules = (struct policy_rule){ .field = field, .from = strdup(from),
					.reading = policy->reading };
	if (!rules->from)
		return NULL;
	policy->nr++;
	return rules;
}

static int set_rule(struct policy_rule *rule, const char *text, char why[POLICY_WHY])
{
	int ret = rule->field->type->parse(rule, text, why);
	char *wanted = ret ? NULL : rule->field->type->wanted(rule);

	if (ret)
		return ret;
	if (!wanted)
		return -ENOMEM;
	free(rule->wanted);
	rule->wanted = wanted;
	return 0;
}

/* What was there is there still where it fails */
static int add(struct sevadm_report_policy *policy, const struct policy_field *field,
	       const char *wanted, const char *from, char why[POLICY_WHY])
{
	struct policy_rule *rule = find_list(policy, field, from);
	bool is_new = !rule;
	size_t nr = is_new ? 0 : rule->nr;
	int ret;

	if (!rule)
		rule = add_rule(policy, field, from);
	ret = rule ? set_rule(rule, wanted, why) : -ENOMEM;
	if (!ret || !rule)
		return ret;
	rule->nr = nr;
	if (is_new) {
		rule_free(rule);
		policy->nr--;
	}
	return ret;
}

static int fail(struct sevadm_failure *failure, int err, const char *rule, const char *why)
{
	char safe[400];

	*failure = (struct sevadm_failure){ .kind = err == -EINVAL ? SEVADM_USAGE : SEVADM_FAILED,
					    .err = err == -EINVAL ? 0 : -err, .status = SEVADM_NO_FW_CALL };
	snprintf(failure->message, sizeof(failure->message), "%s: %s",
		 text_escape(rule, safe, sizeof(safe)), why);
	return err;
}

int sevadm_report_policy_add(struct sevadm_report_policy *policy, const char *rule,
			     const char *wanted, const char *from, struct sevadm_failure *failure)
{
	const struct policy_field *field = policy_field(rule);
	char why[POLICY_WHY] = "no memory";
	int ret = field ? add(policy, field, wanted, from, why) : -ENOENT;

	if (ret == -ENOENT)
		return fail(failure, -EINVAL, rule, "there is no such rule");
	return ret ? fail(failure, ret, rule, why) : 0;
}

int sevadm_report_policy_new(struct sevadm_report_policy **policy)
{
	struct sevadm_report_policy *p = calloc(1, sizeof(*p));
	char why[POLICY_WHY];

	*policy = NULL;
	for (const struct policy_field *field = policy_fields; p && field->path; field++) {
		if (field->silence && add(p, field, field->silence, NOBODY, why)) {
			sevadm_report_policy_free(p);
			return -ENOMEM;
		}
	}
	if (!p)
		return -ENOMEM;
	p->nr_silent = p->nr;
	*policy = p;
	return 0;
}

/* ----------------------------------------------------------------------- check */

bool policy_mentions(const struct sevadm_report_policy *policy, const struct policy_field *field)
{
	for (size_t i = policy->nr_silent; i < policy->nr; i++)
		if (policy->rules[i].field == field)
			return true;
	return false;
}

/* Those of nobody count where nobody said anything else */
static bool counts(const struct sevadm_report_policy *policy, size_t i)
{
	return i >= policy->nr_silent || !policy_mentions(policy, policy->rules[i].field);
}

size_t sevadm_report_policy_count(const struct sevadm_report_policy *policy)
{
	size_t nr = 0;

	for (size_t i = 0; i < policy->nr; i++)
		nr += counts(policy, i);
	return nr;
}

size_t sevadm_report_policy_check(const struct sevadm_report_policy *policy,
				  const struct sevadm_report *report,
				  struct sevadm_report_rule *rules)
{
	size_t nr = 0, broken = 0;

	for (size_t i = 0; i < policy->nr; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		struct sevadm_report_rule *r = &rules[nr];

		if (!counts(policy, i))
			continue;
		r->name = rule->field->path;
		r->wanted = rule->wanted;
		r->from = rule->from;
		r->holds = rule->field->type->holds(rule, report, r->found);
		broken += !r->holds;
		nr++;
	}
	return broken;
}
