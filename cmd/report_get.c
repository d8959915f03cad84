// SPDX-License-Identifier: GPL-2.0-or-later
/* report get: inside an SNP guest, have the firmware report on it */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/certs.h"
#include "cmd/commands.h"
#include "cmd/guest_output.h"
#include "cmd/report_data.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

enum {
	KEY_VIA = 0x200, KEY_DATA, KEY_DATA_FILE, KEY_DATA_HASH, KEY_RANDOM, KEY_DATA_OUT, KEY_KEY,
	KEY_EXTENDED, KEY_CERTS, KEY_CERTS_DIR,
};

struct get_options {
	struct guest_output output;
	struct sevadm_report_request request;
	const char *data, *data_file, *data_hash, *data_out, *certs, *certs_dir;
	bool random;
};

static const struct argp_option options[] = {
	{ "data", KEY_DATA, "HEX", 0, "What goes into the report, 64 bytes" },
	{ "data-file", KEY_DATA_FILE, "FILE", 0, "The same from a file of 64 bytes" },
	{ "data-hash", KEY_DATA_HASH, "FILE[:sha512|:sha384|:sha256]", 0,
	  "A digest of a file, SHA-512 if not said; zeros follow a shorter one" },
	{ "random", KEY_RANDOM, NULL, 0, "64 random bytes" },
	{ "data-out", KEY_DATA_OUT, "FILE", 0, "Write there what went into the report" },
	{ "via", KEY_VIA, "device|tsm", 0,
	  "By /dev/sev-guest or by configfs-tsm; the first of them that is there if not said" },
	GUEST_VMPL("Level of privilege to report on; that of the kernel if not said"),
	{ "key", KEY_KEY, "auto|vcek|vlek", 0, "Which key signs: auto is the VLEK if there is one" },
	{ "extended", KEY_EXTENDED, NULL, 0, "Ask the host for its table of certificates, too" },
	{ "certs", KEY_CERTS, "FILE", 0, "Write that table there; implies --extended" },
	{ "certs-dir", KEY_CERTS_DIR, "DIRECTORY", 0,
	  "Write what is in it there, a DER file each; implies --extended" },
	GUEST_ENCODING, GUEST_TIMEOUT, { 0 }
};

/* -------------------------------------------------------------- command line */

static void take_word(const char *arg, const char *const *words, size_t nr, const char *option,
		      unsigned int *value, struct argp_state *state)
{
	for (size_t i = 0; i < nr; i++)
		if (words[i] && !strcmp(words[i], arg)) {
			*value = (unsigned int)i;
			return;
		}
	argp_error(state, "%s takes %s%s%s or %s, not '%s'", option, words[0] ? words[0] : "",
		   words[0] ? ", " : "", words[nr - 2], words[nr - 1], arg);
}

static void check(const struct get_options *o, struct argp_state *state)
{
	int sources = !!o->data + !!o->data_file + !!o->data_hash + o->random;

	if (sources != 1)
		argp_error(state, "say what goes into the report: --data, --data-file, --data-hash or "
			   "--random, one of them");
}

static error_t parse_data(int key, char *arg, struct get_options *o)
{
	switch (key) {
	case KEY_DATA:
		o->data = arg;
		return 0;
	case KEY_DATA_FILE:
		o->data_file = arg;
		return 0;
	case KEY_DATA_HASH:
		o->data_hash = arg;
		return 0;
	case KEY_RANDOM:
		o->random = true;
		return 0;
	case KEY_DATA_OUT:
		o->data_out = arg;
		return 0;
	case KEY_CERTS:
		o->certs = arg;
		o->request.certs = true;
		return 0;
	case KEY_CERTS_DIR:
		o->certs_dir = arg;
		o->request.certs = true;
		return 0;
	case KEY_EXTENDED:
		o->request.certs = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const vias[] = { NULL, "device", "tsm" }, *const keys[] = { "auto", "vcek", "vlek" };
	struct get_options *o = state->input;
	unsigned int value = 0;

	switch (key) {
	case ARGP_KEY_INIT:
		o->request.timeout_ns = GUEST_TIMEOUT_DEFAULT * 1000000000ULL;
		return 0;
	case KEY_VIA:
		take_word(arg, vias, 3, "--via", &value, state);
		o->request.via = (enum sevadm_guest_via)value;
		return 0;
	case KEY_KEY:
		take_word(arg, keys, 3, "--key", &value, state);
		o->request.key = (enum sevadm_guest_key)value;
		return 0;
	case GUEST_KEY_VMPL:
		o->request.vmpl = guest_output_vmpl(arg, state);
		o->request.has_vmpl = true;
		return 0;
	case GUEST_KEY_ENCODING:
		guest_output_encoding(&o->output, arg, state);
		return 0;
	case GUEST_KEY_TIMEOUT:
		o->request.timeout_ns = guest_output_timeout(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		guest_output_take(&o->output, arg, state);
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return parse_data(key, arg, o);
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "[FILE]",
	.doc = "Inside an SNP guest, have the firmware report on it, into FILE or, with nothing else, to "
	       "standard output.  Each report is a message that uses up a number of the guest's; "
	       "what comes back is looked at before it is written, and verified by `report verify`.",
};

/* ---------------------------------------------------------- what goes into it */

static int data_text(struct cli *cli, const char *text, uint8_t *out)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	const char *encoding;
	size_t size;
	int code;

	if (sevadm_bytes_decode(text, strlen(text), &bytes, &size, &encoding))
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	if (strcmp(encoding, "hex"))
		return report_error(cli, SEVADM_USAGE, NULL, "--data takes hexadecimal digits");
	code = report_data_size(cli, size);
	if (!code)
		memcpy(out, bytes, SEVADM_REPORT_DATA_SIZE);
	return code;
}

static int take_data(struct cli *cli, const struct get_options *o, uint8_t *out)
{
	if (o->data)
		return data_text(cli, o->data, out);
	if (o->data_file)
		return report_data_file(cli, o->data_file, out);
	if (o->data_hash)
		return report_data_digest(cli, o->data_hash, out);
	return sevadm_guest_nonce(cli->adm, out) ? report_failure(cli, sevadm_failure(cli->adm)) : 0;
}

/* ------------------------------------------------------------ what comes of it */

struct got_view {
	const char *via, *file, *encoding, *signing_key, *certs, *certs_dir;
	uint32_t vmpl, version;
	uint64_t size, certs_size;
	bool extended;
	char report_data[2 * SEVADM_REPORT_DATA_SIZE + 1];
};

static const struct out_row got_rows[] = {
	OUT_ROW(struct got_view, "via", "By", OUT_STRING, via),
	OUT_ROW(struct got_view, "vmpl", "VMPL", OUT_U32, vmpl),
	OUT_ROW(struct got_view, "version", "Version", OUT_U32, version),
	OUT_ROW(struct got_view, "signing_key", "Signed by", OUT_STRING, signing_key),
	OUT_ROW(struct got_view, "report_data", "Report data", OUT_CHARS, report_data),
	OUT_ROW(struct got_view, "file", "File", OUT_STRING, file),
	OUT_ROW(struct got_view, "encoding", "Encoding", OUT_STRING, encoding),
	OUT_ROW(struct got_view, "size", "Size", OUT_U64, size),
	OUT_ROW_WHEN(struct got_view, "certs_size", "Table of certificates", OUT_U64, certs_size, extended),
	OUT_ROW(struct got_view, "certs", "Table in", OUT_STRING, certs),
	OUT_ROW(struct got_view, "certs_dir", "Certificates in", OUT_STRING, certs_dir),
	OUT_END
};

static void show(struct cli *cli, const struct get_options *o, const struct sevadm_guest_report *got)
{
	struct sevadm_report report;
	struct got_view view = {
		.via = sevadm_guest_via_name(got->via), .file = o->output.file,
		.encoding = o->output.encoding ? o->output.encoding : "binary",
		.vmpl = got->vmpl, .size = got->size, .certs_size = got->certs_size,
		.extended = o->request.certs, .certs = got->certs ? o->certs : NULL,
		.certs_dir = got->certs ? o->certs_dir : NULL,
	};

	sevadm_report_decode(got->report, SEVADM_REPORT_SIZE, SEVADM_GENERATION_UNKNOWN, &report);
	view.version = report.version;
	view.signing_key = sevadm_report_key_name(report.signing_key);
	text_hex(view.report_data, report.report_data, sizeof(report.report_data));
	out_object(cli->out, "report", "Report", got_rows, &view);
}

/* Into a directory: the exit code */
static int write_certs(struct cli *cli, const char *dir, const struct sevadm_guest_report *got)
{
	struct table table = { .data = (char *)got->certs, .size = got->certs_size };
	int ret = sevadm_table_parse(got->certs, got->certs_size, table.entry, TABLE_ENTRIES, &table.nr);

	if (ret)
		return report_error(cli, SEVADM_FAILED, "--certs=FILE keeps it as it is.", "the host's table "
				    "of certificates cannot be read: %s", ret == -ENODATA ? "it has no end" :
				    ret == -E2BIG ? "it has too many entries" : "libcrypto failed");
	return table_write_files(cli, &table, dir, false);
}

static int write_all(struct cli *cli, const struct get_options *o, const struct sevadm_guest_report *got)
{
	struct file_new more[2];
	size_t nr = 0;
	int code = 0;

	if (got->certs && o->certs_dir)
		code = write_certs(cli, o->certs_dir, got);
	if (code)
		return code;
	if (got->certs && o->certs)
		more[nr++] = (struct file_new){ o->certs, got->certs, got->certs_size, 0600, false };
	if (o->data_out)
		more[nr++] = (struct file_new){ o->data_out, o->request.data, SEVADM_REPORT_DATA_SIZE, 0600,
						false };
	return guest_output_write(cli, &o->output, got->report, got->size, more, nr);
}

static int get(struct cli *cli, const struct get_options *o, struct sevadm_run *run)
{
	struct sevadm_guest_report got;
	int ret, code;

	progress_start(cli);
	ret = sevadm_guest_report_get(cli->adm, &o->request, &got, run);
	code = ret || sevadm_replay_check(cli->adm) ? -1 : write_all(cli, o, &got);
	if (code > 0) {
		progress_end(cli);
		sevadm_run_free(run);
		sevadm_guest_report_free(&got);
		return code;
	}
	if (!code) {
		show(cli, o, &got);
		if (o->request.certs && !got.certs)
			report_warning(cli, "the host gave no certificates; `sevadm certs fetch` gets them "
				       "from AMD");
	}
	sevadm_guest_report_free(&got);
	return run_report(cli, run, ret);
}

static int run(struct cli *cli, const void *options_)
{
	struct get_options o = *(const struct get_options *)options_;
	struct sevadm_run record = { 0 };
	int code = guest_output_check(cli, &o.output);

	if (!code)
		code = take_data(cli, &o, o.request.data);
	return code ? code : get(cli, &o, &record);
}

/* To standard output it is the report and nothing else */
static bool mode_of(const void *options_, enum out_mode *mode)
{
	*mode = OUT_DOCUMENT;
	return !((const struct get_options *)options_)->output.file;
}

static const struct arg_words words[] = { { "HEX", "" }, { "DIRECTORY", "FILE" }, { 0 } };

const struct command cmd_report_get = {
	.name = "report get",
	.summary = "In an SNP guest: have the firmware report on it",
	.argp = &argp,
	.options_size = sizeof(struct get_options),
	.words = words,
	.mode_of = mode_of,
	.run = run,
};
