// SPDX-License-Identifier: GPL-2.0-or-later
/* report show; and files with attestation reports of SNP guests */
#include "cmd/snp_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/certs.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

enum { KEY_GENERATION = 0x200 };

struct show_options {
	const char *file;
	enum sevadm_generation generation;
};

static const struct argp_option options[] = {
	{ "generation", KEY_GENERATION, "milan|genoa|bergamo|siena|turin", 0,
	  "Of the processor, where the report does not tell: it decides how TCBs are read" },
	{ 0 }
};

enum sevadm_generation snp_report_generation(const char *arg, struct argp_state *state)
{
	struct sevadm_processor processor = { .family = 0 };

	if (sevadm_processor_by_name(arg, &processor) ||
	    processor.generation == SEVADM_GENERATION_UNKNOWN)
		argp_error(state, "--generation takes milan, genoa, bergamo, siena or turin, not '%s'",
			   arg);
	return processor.generation;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	switch (key) {
	case KEY_GENERATION:
		o->generation = snp_report_generation(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one report at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file with the report");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "REPORT",
	.doc = "Show the attestation report of an SNP guest, field by field. Nothing of it is believed or "
	       "refused here: that is for report verify.",
};

/* ----------------------------------------------------------------------- files */

int snp_report_load(struct cli *cli, struct snp_report_file *file)
{
	char name[512];
	int ret = file_read_all(file->name, SNP_REPORT_FILE_MAX, &file->text, &file->size);

	if (!ret)
		return 0;
	text_escape(file->name, name, sizeof(name));
	if (ret == -EFBIG)
		return report_error(cli, SEVADM_NO, NULL, "%s: this is no attestation report of an SNP "
				    "guest: it has more than %d bytes", name, SNP_REPORT_FILE_MAX);
	return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "read %s: %s (%s)", name, strerror(-ret), strerrorname_np(-ret));
}

int snp_report_take(struct cli *cli, const struct snp_report_file *file,
		    enum sevadm_generation generation, struct sevadm_report *report)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	const char *encoding;
	char name[512];
	size_t size;

	if (sevadm_bytes_decode(file->text, file->size, &bytes, &size, &encoding))
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	if (!sevadm_report_decode(bytes, size, generation, report))
		return 0;
	return report_error(cli, SEVADM_NO, size == 208 ? "One of a SEV or SEV-ES guest is shown by "
			    "`sevadm attestation show`." : NULL,
			    "%s: this is no attestation report of an SNP guest: that has %d bytes, and "
			    "here are %zu (%s)", text_escape(file->name, name, sizeof(name)),
			    SEVADM_REPORT_SIZE, size, encoding);
}

static int run_show(struct cli *cli, const void *options_)
{
	const struct show_options *o = options_;
	struct snp_report_file file = { .name = o->file };
	struct sevadm_report report;
	int code = snp_report_load(cli, &file);

	/* others wrote it */
	if (!code)
		code = chain_drop_privileges(cli);
	if (!code)
		code = snp_report_take(cli, &file, o->generation, &report);
	free(file.text);
	if (code)
		return code;
	snp_report_show(cli, &report, "option");
	return report_done(cli, "");
}

static const struct arg_words words[] = { { "REPORT", "FILE" }, { 0 } };

const struct command cmd_report_show = {
	.name = "report show",
	.summary = "Show the attestation report of an SNP guest",
	.argp = &argp,
	.options_size = sizeof(struct show_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_show,
};
