// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report_verdict.h"

#include <stdio.h>
#include <string.h>

#include "cmd/report_policy.h"
#include "lib/util/text.h"

bool report_outcome_trusted(const struct report_outcome *o)
{
	return o->verdict.trusted && !o->broken;
}

/* The first that does not hold, where one does not */
static const struct sevadm_report_rule *broken_rule(const struct report_outcome *o)
{
	for (size_t i = 0; o->broken && i < o->nr_rules; i++)
		if (!o->rules[i].holds)
			return &o->rules[i];
	return NULL;
}

/* --------------------------------------------------------------------- members */

struct check_view {
	const char *check, *topic, *verdict, *why;
	bool accepted;
};

static const struct out_row check_rows[] = {
	OUT_ROW(struct check_view, "check", "CHECK", OUT_STRING, check),
	OUT_ROW(struct check_view, "topic", "ABOUT", OUT_STRING, topic),
	OUT_ROW(struct check_view, "verdict", "VERDICT", OUT_STRING, verdict),
	OUT_ROW(struct check_view, "accepted", NULL, OUT_BOOL, accepted),
	OUT_ROW(struct check_view, "why", "WHY", OUT_STRING, why),
	OUT_END
};

static void show_checks(struct out *out, const struct sevadm_report_verdict *verdict, bool all)
{
	static const char *const verdicts[] = { "PASS", "FAIL", "SKIP" };

	out_list(out, "checks", NULL, check_rows);
	for (size_t i = 0; i < verdict->nr_checks; i++) {
		const struct sevadm_report_check *check = &verdict->checks[i];
		struct check_view view = {
			.check = check->name, .topic = sevadm_report_topic_name(check->topic),
			.verdict = verdicts[check->verdict], .accepted = check->accepted,
			.why = check->why,
		};

		if (!all && check->verdict == SEVADM_CERT_PASS)
			continue;
		if (check->accepted && out_mode(out) == OUT_TEXT)
			view.verdict = "ACCEPTED";
		out_list_item(out, &view);
	}
	out_list_end(out);
}

struct verdict_view {
	bool trusted;
	const char *root, *refused_by, *check;
};

static const struct out_row verdict_rows[] = {
	OUT_ROW(struct verdict_view, "trusted", NULL, OUT_BOOL, trusted),
	OUT_ROW(struct verdict_view, "root", "Root", OUT_STRING, root),
	OUT_ROW(struct verdict_view, "refused_by", NULL, OUT_STRING, refused_by),
	OUT_ROW(struct verdict_view, "check", NULL, OUT_STRING, check),
	OUT_END
};

/* What nobody is known to have made is not asked what it says */
static void show_verdict(struct out *out, const struct report_outcome *o)
{
	const struct sevadm_report_check *check = o->verdict.broken;
	const struct sevadm_report_rule *rule = check ? NULL : broken_rule(o);
	struct verdict_view view = {
		/* what nobody signed may be accepted, but is never trusted */
		.trusted = report_outcome_trusted(o) && o->verdict.root, .root = o->verdict.root,
		.refused_by = check ? sevadm_report_topic_name(check->topic) : rule ? "policy" : NULL,
		.check = check ? check->name : rule ? rule->name : NULL,
	};

	out_object(out, "verdict", NULL, verdict_rows, &view);
}

void report_outcome_show(struct out *out, const struct report_outcome *o, bool all)
{
	show_checks(out, &o->verdict, all);
	report_policy_show(out, o->rules, o->nr_rules);
	show_verdict(out, o);
}

/* -------------------------------------------------------------------- sentences */

static void tell_check(const struct sevadm_report_check *broken, char *text, size_t size)
{
	static const char *const sentences[] = {
		[SEVADM_REPORT_ON_SIGNATURE] = "the signature does not hold",
		[SEVADM_REPORT_ON_CERTIFICATE] = "the certificates do not hold",
		[SEVADM_REPORT_ON_REVOCATION] = "a certificate is revoked, or may be",
		[SEVADM_REPORT_ON_POLICY] = "the report is not acceptable",
	};

	snprintf(text, size, "not trusted: %s: %s: %s", sentences[broken->topic], broken->name, broken->why);
}

static void tell_rule(const struct report_outcome *o, char *text, size_t size)
{
	const struct sevadm_report_rule *rule = broken_rule(o);
	char more[48] = "";

	if (o->broken > 1)
		snprintf(more, sizeof(more), ", and %zu more", o->broken - 1);
	snprintf(text, size, "not trusted: the policy is not met: %s: wanted is %.280s, and found was %s%s",
		 rule->name, rule->wanted, rule->found, more);
}

static void tell_trusted(const struct sevadm_report_verdict *verdict, char *text, size_t size)
{
	bool first = true;

	if (!verdict->root)
		snprintf(text, size, "accepted, and nothing proves it: nobody signed this report");
	else if (!strcmp(verdict->root, "own"))
		snprintf(text, size, "trusted, by your own root, which need not be one of AMD's");
	else
		snprintf(text, size, "trusted, by AMD's root for %s", verdict->root);
	for (size_t i = 0; verdict->root && i < verdict->nr_checks; i++) {
		size_t used = strlen(text);

		if (!verdict->checks[i].accepted)
			continue;
		snprintf(text + used, size - used, "%s %s", first ? "; accepted:" : ",",
			 verdict->checks[i].name);
		first = false;
	}
}

const char *report_outcome_sentence(const struct report_outcome *o, char text[REPORT_SENTENCE])
{
	char plain[REPORT_SENTENCE / 4];

	if (o->verdict.broken)
		tell_check(o->verdict.broken, plain, sizeof(plain));
	else if (o->broken)
		tell_rule(o, plain, sizeof(plain));
	else
		tell_trusted(&o->verdict, plain, sizeof(plain));
	return text_escape(plain, text, REPORT_SENTENCE);
}
