// SPDX-License-Identifier: GPL-2.0-or-later
/* report verify: is the attestation report of an SNP guest to be believed? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/certs.h"
#include "cmd/commands.h"
#include "cmd/report_batch.h"
#include "cmd/report_policy.h"
#include "cmd/report_verdict.h"
#include "cmd/snp_report.h"
#include "lib/util/text.h"

enum { KEY_ROOT = 0x200, KEY_TIME, KEY_CRL, KEY_ACCEPT, KEY_GENERATION, KEY_BATCH, KEY_JOBS };

struct verify_options {
	struct snp_report_file report;
	struct chain_paths paths;
	const char *root, *crl;
	bool has_time, crl_wanted;
	int64_t time;
	unsigned int accept;
	enum sevadm_generation generation;
	struct report_policy_options policy;
	const char *batch;
	unsigned int jobs;
};

static const struct argp_option options[] = {
	{ "root", KEY_ROOT, "FILE", 0,
	  "Trust the ARK in FILE instead of those of AMD's that are known" },
	{ "time", KEY_TIME, "TIME", 0,
	  "Verify as of TIME (2026-11-28 or 2026-11-28T12:00:00Z) instead of now" },
	{ "crl", KEY_CRL, "require|FILE", 0,
	  "There has to be a list of revoked certificates, in FILE or among the rest" },
	{ "accept", KEY_ACCEPT, "WORD[,WORD...]", 0,
	  "What is refused otherwise: host-report, masked-chip-id, masked-key, unknown-version, "
	  "unknown-algorithm, unknown-key, unknown-processor" },
	{ "generation", KEY_GENERATION, "milan|genoa|bergamo|siena|turin", 0,
	  "Of the processor, where neither the report nor the certificates tell" },
	{ "batch", KEY_BATCH, "LIST|DIR", 0,
	  "Each report of a directory, or of a file with a name in each line, instead of REPORT: a line of "
	  "JSON for each" },
	{ "jobs", KEY_JOBS, "N", 0, "With --batch so many at a time (default: one for each CPU)" },
	{ 0 }
};

/* By the bits of SEVADM_ACCEPT_HOST_REPORT and the like */
static const char *const accept_words[] = {
	"host-report", "masked-chip-id", "masked-key", "unknown-version", "unknown-algorithm",
	"unknown-key", "unknown-processor",
};

#define JOBS_MAX	1024
#define ACCEPT_WORDS	(sizeof(accept_words) / sizeof(accept_words[0]))

/* ----------------------------------------------------------------- command line */

static void take_accept(const char *arg, struct argp_state *state, struct verify_options *o)
{
	for (const char *at = arg;; at++) {
		size_t len = strcspn(at, ","), i = 0;

		while (i < ACCEPT_WORDS && (strlen(accept_words[i]) != len ||
					    strncmp(accept_words[i], at, len)))
			i++;
		if (i == ACCEPT_WORDS)
			argp_error(state, "--accept takes host-report, masked-chip-id, masked-key, "
				   "unknown-version, unknown-algorithm, unknown-key and unknown-processor, "
				   "not '%.*s'",
				   (int)len, at);
		o->accept |= 1U << i;
		at += len;
		if (!*at)
			return;
	}
}

static unsigned int take_jobs(const char *arg, struct argp_state *state)
{
	uint64_t jobs = 0;

	if (text_u64(arg, JOBS_MAX, &jobs) || !jobs)
		argp_error(state, "--jobs takes a number from 1 to %d, not '%s'", JOBS_MAX, arg);
	return (unsigned int)jobs;
}

/* The first of the files is the report, but where others are */
static void end_of_options(struct argp_state *state, struct verify_options *o)
{
	if (o->jobs && !o->batch)
		argp_error(state, "--jobs goes with --batch");
	if (o->batch && !o->paths.nr)
		argp_error(state, "name a directory or files with certificates");
	if (o->batch)
		return;
	if (!o->paths.nr)
		argp_error(state, "name the file with the report, then a directory or files with "
			   "certificates");
	if (o->paths.nr == 1)
		argp_error(state, "name a directory or files with certificates behind the report");
	o->report.name = o->paths.path[0];
	memmove(o->paths.path, o->paths.path + 1, --o->paths.nr * sizeof(o->paths.path[0]));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verify_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->policy;
		return 0;
	case KEY_ROOT:
		o->root = arg;
		return 0;
	case KEY_TIME:
		o->time = certs_take_time(arg, state);
		o->has_time = true;
		return 0;
	case KEY_CRL:
		o->crl_wanted = true;
		o->crl = strcmp(arg, "require") ? arg : NULL;
		return 0;
	case KEY_ACCEPT:
		take_accept(arg, state, o);
		return 0;
	case KEY_GENERATION:
		o->generation = snp_report_generation(arg, state);
		return 0;
	case KEY_BATCH:
		o->batch = arg;
		return 0;
	case KEY_JOBS:
		o->jobs = take_jobs(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		certs_take_path(arg, state, &o->paths);
		return 0;
	case ARGP_KEY_END:
		end_of_options(state, o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &report_policy_argp }, { 0 } };

static const struct argp argp = {
	.options = options, .parser = parse, .children = children, .args_doc = "[REPORT] FILE...",
	.doc = "Check the attestation report of an SNP guest: AMD's firmware on a genuine chip made it. "
	       "Each FILE is a directory or holds certificates (VCEK or VLEK, ASK or ASVK, ARK) or lists "
	       "of revoked ones, DER or PEM, or is the table that the host hands to guests.",
};

/* Of the certificates only those that were chosen */
static void show_chosen(struct cli *cli, const struct chain_certs *certs,
			const struct sevadm_x509_chain *chain)
{
	const char *from[SEVADM_X509_KINDS];
	struct sevadm_x509 chosen[SEVADM_X509_KINDS];
	size_t nr = 0;

	for (int kind = 0; kind < SEVADM_X509_KINDS; kind++) {
		const struct sevadm_x509 *c = chain->cert[kind];

		if (!c)
			continue;
		from[nr] = "--root";
		for (size_t i = 0; i < certs->nr; i++)
			if (certs->cert[i].der == c->der)
				from[nr] = certs->file[i];
		chosen[nr++] = *c;
	}
	certs_show_list(cli, chosen, from, nr);
	certs_show_chips(cli, chosen, nr);
}

/* ----------------------------------------------------------------------- verify */

/* What is read, before what is made of it: all of it is to be freed */
struct verify {
	struct cli *cli;
	const struct verify_options *o;
	struct snp_report_file file;
	struct chain_certs root, certs;
	struct sevadm_x509_want want;
	struct sevadm_report report;
	struct sevadm_vek_chain *chain;
	struct report_policy policy;
	struct report_outcome outcome;
	const char *told_by;
};

/* Before privileges are dropped */
static int load(struct verify *v)
{
	struct chain_paths root = { .path = { v->o->root }, .nr = v->o->root ? 1 : 0 };
	struct chain_paths paths = v->o->paths;
	int code = v->o->batch ? 0 : snp_report_load(v->cli, &v->file);

	if (v->o->crl)
		paths.path[paths.nr++] = v->o->crl;
	if (!code)
		code = report_policy_load(v->cli, &v->policy);
	if (!code)
		code = chain_load(v->cli, &root, &v->root);
	if (!code)
		code = chain_load(v->cli, &paths, &v->certs);
	return code;
}

static int take(struct verify *v)
{
	int code = chain_drop_privileges(v->cli);

	if (!code)
		code = report_policy_take(v->cli, &v->policy);
	if (!code && !v->o->batch)
		code = snp_report_take(v->cli, &v->file, v->o->generation, &v->report);
	if (!code && v->o->root)
		code = chain_parse(v->cli, &v->root);
	if (!code && v->o->root)
		code = certs_find_root(v->cli, v->o->root, &v->root, &v->want.root);
	return code ? code : chain_parse(v->cli, &v->certs);
}

static int check_rules(struct verify *v)
{
	struct report_outcome *outcome = &v->outcome;

	outcome->nr_rules = sevadm_report_policy_count(v->policy.policy);
	outcome->rules = calloc(outcome->nr_rules + 1, sizeof(*outcome->rules));
	if (!outcome->rules)
		return report_error(v->cli, SEVADM_FAILED, NULL, "no memory");
	outcome->broken = sevadm_report_policy_check(v->policy.policy, &v->report, outcome->rules);
	return 0;
}

static int verify(struct verify *v)
{
	enum sevadm_generation generation;
	uint8_t bytes[SEVADM_REPORT_SIZE];

	if (sevadm_vek_chain_new(v->certs.cert, v->certs.nr, &v->want, &v->report, &v->chain))
		return report_error(v->cli, SEVADM_FAILED, NULL, "no memory");
	/* version 2 does not tell how its TCBs are laid out, and the certificate does */
	generation = sevadm_vek_chain_generation(v->chain);
	v->told_by = "option";
	if (v->report.told != SEVADM_REPORT_CPUID && generation != SEVADM_GENERATION_UNKNOWN) {
		memcpy(bytes, v->report.data, sizeof(bytes));
		sevadm_report_decode(bytes, sizeof(bytes), generation, &v->report);
		v->told_by = "certificate";
	}
	sevadm_report_verify(&v->report, v->chain, v->o->accept, &v->outcome.verdict);
	return check_rules(v);
}

static int tell(struct verify *v)
{
	char at[32], sentence[REPORT_SENTENCE];

	if (out_mode(v->cli->out) != OUT_TEXT)
		snp_report_show(v->cli, &v->report, v->told_by);
	show_chosen(v->cli, &v->certs, sevadm_vek_chain_get(v->chain));
	out_string(v->cli->out, "time", certs_time(v->want.time, at, sizeof(at)));
	report_outcome_show(v->cli->out, &v->outcome, true);
	report_outcome_sentence(&v->outcome, sentence);
	return report_outcome_trusted(&v->outcome) ? report_done(v->cli, sentence) :
						     report_no(v->cli, sentence);
}

static int verify_many(struct verify *v)
{
	const struct report_batch batch = {
		.from = v->o->batch, .jobs = v->o->jobs, .certs = v->certs.cert, .nr = v->certs.nr,
		.want = &v->want, .policy = v->policy.policy, .accept = v->o->accept,
		.generation = v->o->generation,
	};

	return report_batch(v->cli, &batch);
}

static int run(struct cli *cli, const void *options_)
{
	const struct verify_options *o = options_;
	struct verify *v = calloc(1, sizeof(*v));
	int code;

	if (!v)
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	*v = (struct verify){ .cli = cli, .o = o, .file = o->report, .policy.options = &o->policy };
	v->want.time = o->has_time ? o->time : time(NULL);
	v->want.crl = o->crl_wanted;
	code = load(v);
	if (!code)
		code = take(v);
	if (!code && o->batch) {
		code = verify_many(v);
	} else {
		if (!code)
			code = verify(v);
		if (!code)
			code = tell(v);
	}
	report_policy_free(&v->policy);
	free(v->outcome.rules);
	sevadm_vek_chain_free(v->chain);
	chain_free(&v->root);
	chain_free(&v->certs);
	free(v->file.text);
	free(v);
	return code;
}

/* Lines of JSON are the one form of many */
static bool mode_of(const void *options_, enum out_mode *mode)
{
	const struct verify_options *o = options_;

	*mode = OUT_JSON;
	return o->batch;
}

static const struct arg_words words[] = {
	{ "REPORT", "FILE" }, { "LIST", "FILE" }, { "DIR", "FILE" },
	REPORT_POLICY_WORDS,
	{ "WORD", "host-report|masked-chip-id|masked-key|unknown-version|unknown-algorithm|unknown-key|"
	  "unknown-processor" },
	{ 0 }
};

const struct command cmd_report_verify = {
	.name = "report verify",
	.summary = "Check the attestation report of an SNP guest",
	.argp = &argp,
	.options_size = sizeof(struct verify_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.mode_of = mode_of,
	.run = run,
};
