// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many reports at once.  What they have in common is made once: rules, and the chain of each
 * chip and TCB, which all threads share; what is written to each thread has for itself.
 */
#include "cmd/report_batch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ordered.h"
#include "cmd/report_verdict.h"
#include "cmd/snp_report.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

/* Of one thread */
struct lane {
	struct sevadm_report report;
	struct report_outcome outcome;
	size_t refused, unreadable;
};

struct batch {
	struct cli *cli;
	const struct report_batch *b;
	struct sevadm_vek_chains *chains;
	struct lane *lanes;
	unsigned int nr;
	struct ordered *ordered;
	bool directory;
	size_t given;
	int write_err;
};

/* ------------------------------------------------------------------ one report */

__attribute__((format(printf, 3, 4)))
static int fail(struct sevadm_failure *failure, enum sevadm_class kind, const char *format, ...)
{
	va_list args;

	*failure = (struct sevadm_failure){ .kind = kind, .status = SEVADM_NO_FW_CALL };
	va_start(args, format);
	vsnprintf(failure->message, sizeof(failure->message), format, args);
	va_end(args);
	return -1;
}

static int read_report(const struct batch *batch, struct lane *lane, const char *file,
		       struct sevadm_failure *failure)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size, nr_bytes;
	const char *encoding;
	char name[512];
	int ret;

	text_escape(file, name, sizeof(name));
	/* of a list anything can be read; in a directory nothing is passed over, nor waited for */
	if (batch->directory && !file_is_regular(file))
		return fail(failure, SEVADM_FAILED, "%s: this is no file that could be read to its end",
			    name);
	ret = file_read_all(file, SNP_REPORT_FILE_MAX, &text, &size);
	if (ret == -EFBIG)
		return fail(failure, SEVADM_NO, "%s: this is no attestation report of an SNP guest: it has "
			    "more than %d bytes", name, SNP_REPORT_FILE_MAX);
	if (ret)
		return fail(failure, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, "read %s: %s (%s)",
			    name, strerrordesc_np(-ret), strerrorname_np(-ret));
	if (sevadm_bytes_decode(text, size, &bytes, &nr_bytes, &encoding))
		return fail(failure, SEVADM_FAILED, "%s: no memory", name);
	if (sevadm_report_decode(bytes, nr_bytes, batch->b->generation, &lane->report))
		return fail(failure, SEVADM_NO, "%s: this is no attestation report of an SNP guest: that has "
			    "%d bytes, and here are %zu (%s)", name, SEVADM_REPORT_SIZE, nr_bytes, encoding);
	return 0;
}

static int verify(const struct batch *batch, struct lane *lane, struct sevadm_failure *failure)
{
	const struct sevadm_vek_chain *chain;
	uint8_t bytes[SEVADM_REPORT_SIZE];
	enum sevadm_generation generation;

	if (sevadm_vek_chains_get(batch->chains, &lane->report, &chain))
		return fail(failure, SEVADM_FAILED, "no memory");
	generation = sevadm_vek_chain_generation(chain);
	if (lane->report.told != SEVADM_REPORT_CPUID && generation != SEVADM_GENERATION_UNKNOWN) {
		memcpy(bytes, lane->report.data, sizeof(bytes));
		sevadm_report_decode(bytes, sizeof(bytes), generation, &lane->report);
	}
	sevadm_report_verify(&lane->report, chain, batch->b->accept, &lane->outcome.verdict);
	lane->outcome.broken = sevadm_report_policy_check(batch->b->policy, &lane->report,
							  lane->outcome.rules);
	sevadm_vek_chains_put(batch->chains, chain);
	return 0;
}

static void tell_outcome(struct lane *lane, struct out *out)
{
	bool trusted = report_outcome_trusted(&lane->outcome);
	char sentence[REPORT_SENTENCE];

	lane->refused += !trusted;
	report_outcome_show(out, &lane->outcome, false);
	report_result(out, trusted ? SEVADM_DONE : SEVADM_NO,
		      report_outcome_sentence(&lane->outcome, sentence));
}

static char *work(void *arg, unsigned int thread, const char *file)
{
	struct batch *batch = arg;
	struct lane *lane = &batch->lanes[thread];
	struct out *out = out_new(OUT_JSON, false);
	struct sevadm_failure failure;

	if (!out)
		return NULL;
	out_number(out, "schema", 1);
	out_string(out, "command", batch->cli->command->name);
	out_string(out, "file", file);
	if (!read_report(batch, lane, file, &failure) && !verify(batch, lane, &failure)) {
		tell_outcome(lane, out);
	} else {
		lane->refused += failure.kind == SEVADM_NO;
		lane->unreadable += failure.kind != SEVADM_NO;
		report_log_end(out, &failure, NULL);
	}
	return out_line(out);
}

static int tell(void *arg, const char *line)
{
	struct batch *batch = arg;

	if (!line)
		return -ENOMEM;
	if (fputs(line, stdout) >= 0 && !fflush(stdout))
		return 0;
	batch->write_err = errno;
	return -EIO;
}

/* ----------------------------------------------------------------------- all */

static int give(void *arg, const char *file)
{
	struct batch *batch = arg;

	if (!*file)
		return 0;
	batch->given++;
	return ordered_give(batch->ordered, file);
}

/* A directory, or else a list */
static int give_all(struct batch *batch)
{
	char **names = NULL;
	size_t nr = 0;
	int ret = strcmp(batch->b->from, "-") ? file_list_all(batch->b->from, &names, &nr) : -ENOTDIR;

	if (ret == -ENOTDIR)
		return file_each_line(batch->b->from, give, batch);
	batch->directory = true;
	for (size_t i = 0; i < nr; i++) {
		if (!ret)
			ret = give(batch, names[i]);
		free(names[i]);
	}
	free(names);
	return ret;
}

static int prepare(struct batch *batch)
{
	static const struct ordered_ops ops = { .work = work, .tell = tell };
	size_t rules = sevadm_report_policy_count(batch->b->policy);
	int ret = sevadm_vek_chains_new(batch->b->certs, batch->b->nr, batch->b->want, &batch->chains);

	batch->nr = batch->b->jobs ? batch->b->jobs : ordered_cpus();
	batch->lanes = calloc(batch->nr, sizeof(*batch->lanes));
	if (ret || !batch->lanes)
		return -ENOMEM;
	for (unsigned int i = 0; i < batch->nr; i++) {
		batch->lanes[i].outcome.nr_rules = rules;
		batch->lanes[i].outcome.rules = calloc(rules, sizeof(struct sevadm_report_rule));
		if (!batch->lanes[i].outcome.rules)
			return -ENOMEM;
	}
	return ordered_new(batch->nr, &ops, batch, &batch->ordered);
}

static void give_up(struct batch *batch)
{
	for (unsigned int i = 0; batch->lanes && i < batch->nr; i++)
		free(batch->lanes[i].outcome.rules);
	free(batch->lanes);
	sevadm_vek_chains_free(batch->chains);
}

/* The lines were the result, and nothing but the exit code is left of it */
static int end(struct batch *batch, int ret)
{
	size_t refused = 0, unreadable = 0;
	struct cli *cli = batch->cli;
	char name[512];

	for (unsigned int i = 0; i < batch->nr; i++) {
		refused += batch->lanes[i].refused;
		unreadable += batch->lanes[i].unreadable;
	}
	free(out_line(cli->out));
	cli->out = out_new(OUT_DOCUMENT, false);
	if (!cli->out)
		return SEVADM_FAILED;
	text_escape(batch->b->from, name, sizeof(name));
	if (batch->write_err)
		return report_error(cli, SEVADM_FAILED, "The reports after the last line were not looked at.",
				    "write the answers: %s (%s)", strerror(batch->write_err),
				    strerrorname_np(batch->write_err));
	if (ret)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL, "read %s: "
				    "%s (%s)", name, strerror(-ret), strerrorname_np(-ret));
	if (unreadable)
		return report_error(cli, SEVADM_FAILED, NULL, "%s: %zu of the reports could not be read", name,
				    unreadable);
	if (!batch->given)
		return report_error(cli, SEVADM_FAILED, "Name a directory with reports, or a list of their files.",
				    "%s: there is no report in it", name);
	return refused ? report_no(cli, "") : report_done(cli, "");
}

int report_batch(struct cli *cli, const struct report_batch *b)
{
	struct batch batch = { .cli = cli, .b = b };
	int ret = prepare(&batch), code, told;

	if (ret) {
		code = report_error(cli, SEVADM_FAILED, NULL, "begin: %s (%s)", strerror(-ret),
				    strerrorname_np(-ret));
	} else {
		ret = give_all(&batch);
		told = ordered_end(batch.ordered);
		code = end(&batch, ret ? ret : told);
	}
	give_up(&batch);
	return code;
}
