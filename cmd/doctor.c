// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/doctor.h"

struct doctor_options {
	enum sevadm_feature feature;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct doctor_options *o = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num)
		return ARGP_ERR_UNKNOWN;
	for (int feature = SEVADM_FEATURE_SEV; feature <= SEVADM_FEATURE_SNP; feature++) {
		if (strcmp(arg, sevadm_feature_name(feature)))
			continue;
		o->feature = feature;
		return 0;
	}
	argp_error(state, "doctor takes sev, es or snp, not '%s'", arg);
	return 0;
}

static const struct argp argp = {
	.parser = parse, .args_doc = "[sev|es|snp]",
	.doc = "Tell whether this machine is a host of SEV, SEV-ES or SNP guests, a guest itself or "
	       "neither, and what of processor, BIOS, kernel and firmware stands in the way; unless "
	       "told for what, for all that the processor has.  Changes nothing.",
};

struct view {
	struct sevadm_examined x;
	const char *verdict;
};

static const struct out_row check_rows[] = {
	OUT_ROW(struct view, "verdict", "", OUT_STRING, verdict),
	OUT_ROW(struct view, "id", "", OUT_STRING, x.id),
	OUT_ROW(struct view, "category", "", OUT_STRING, x.category),
	OUT_ROW(struct view, "reason", "", OUT_STRING, x.reason),
	OUT_ROW(struct view, "remedy", NULL, OUT_STRING, x.remedy),
	OUT_ROW(struct view, "parent", NULL, OUT_STRING, x.parent),
	OUT_END
};

struct summary {
	const char *machine, *feature, *what;
	uint32_t pass, warn, fail, skip;
};

static const struct out_row summary_rows[] = {
	OUT_ROW(struct summary, "machine", NULL, OUT_STRING, machine),
	OUT_ROW(struct summary, "what", NULL, OUT_STRING, what),
	OUT_ROW(struct summary, "feature", NULL, OUT_STRING, feature),
	OUT_ROW(struct summary, "pass", NULL, OUT_U32, pass),
	OUT_ROW(struct summary, "warn", NULL, OUT_U32, warn),
	OUT_ROW(struct summary, "fail", NULL, OUT_U32, fail),
	OUT_ROW(struct summary, "skip", NULL, OUT_U32, skip),
	OUT_END
};

/* A branch for each category, and in it each check below the one that it presupposes */
static void print_tree(struct cli *cli, const struct sevadm_diagnosis *d)
{
	const char *category = "";

	for (size_t i = 0; i < d->nr_checks; i++) {
		const struct sevadm_examined *x = &d->checks[i];
		int indent = 2 + 2 * (int)x->depth;

		if (cli->quiet && x->verdict != SEVADM_WARN && x->verdict != SEVADM_FAIL)
			continue;
		if (strcmp(category, x->category))
			out_text(cli->out, "%s", x->category);
		category = x->category;
		out_text(cli->out, "%*s%s %-*s %s", indent, "", sevadm_verdict_name(x->verdict),
			 26 - indent, x->id, x->reason);
		if (x->remedy)
			out_text(cli->out, "%*s-> %s", 32, "", x->remedy);
	}
}

static void print(struct cli *cli, const struct sevadm_diagnosis *d)
{
	struct summary summary = {
		.machine = sevadm_machine_name(d->machine), .what = d->what,
		.feature = sevadm_feature_name(d->feature),
		.pass = d->counts[SEVADM_PASS], .warn = d->counts[SEVADM_WARN],
		.fail = d->counts[SEVADM_FAIL], .skip = d->counts[SEVADM_SKIP],
	};

	if (out_mode(cli->out) == OUT_TEXT) {
		print_tree(cli, d);
		return;
	}
	out_object(cli->out, "diagnosis", NULL, summary_rows, &summary);
	out_list(cli->out, "checks", NULL, check_rows);
	for (size_t i = 0; i < d->nr_checks; i++) {
		struct view view = { d->checks[i], sevadm_verdict_name(d->checks[i].verdict) };

		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

int doctor_report(struct cli *cli, struct sevadm_diagnosis *d, int ret,
		  const char *(*end)(const struct sevadm_diagnosis *diagnosis))
{
	char message[192];

	if (ret) {
		ret = report_failure(cli, sevadm_failure(cli->adm));
		sevadm_diagnosis_free(d);
		return ret;
	}
	print(cli, d);
	run_report_nothing(cli);
	snprintf(message, sizeof(message), "%s: %u passed, %u warning%s, %u failed, %u skipped",
		 end(d), d->counts[SEVADM_PASS], d->counts[SEVADM_WARN],
		 d->counts[SEVADM_WARN] == 1 ? "" : "s", d->counts[SEVADM_FAIL],
		 d->counts[SEVADM_SKIP]);
	ret = d->counts[SEVADM_FAIL] ? report_no(cli, message) : report_done(cli, message);
	sevadm_diagnosis_free(d);
	return ret;
}

static const char *end(const struct sevadm_diagnosis *d)
{
	switch (d->machine) {
	case SEVADM_MACHINE_HOST:
		return d->counts[SEVADM_FAIL] ? "Not in order" : "In order";
	case SEVADM_MACHINE_GUEST:
		return "A guest";
	case SEVADM_MACHINE_NEITHER:
		return "Neither host nor guest";
	default:
		return "Not known";
	}
}

static int run(struct cli *cli, const void *options_)
{
	const struct doctor_options *o = options_;
	struct sevadm_diagnosis d;
	int ret = sevadm_doctor(cli->adm, o->feature, &d);

	return doctor_report(cli, &d, ret, end);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "Tell host, guest or neither, and what a host lacks for SEV guests",
	.argp = &argp,
	.options_size = sizeof(struct doctor_options),
	.flags = CMD_RAWIO,
	.run = run,
};
