// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

enum { KEY_COMMAND = 0x200, KEY_EXT, KEY_LOG };

#define LINE_MAX_TEXT	1024

/**
 * struct explain_options - what to explain
 * @status:	one word: a status, or a line of the log that has no space
 * @line:	several words, as a line of the log that was pasted has them
 * @command:	that answered; without @status, all that it can answer
 * @ext:	what the firmware left beside @status, where @has_ext
 * @log:	the kernel's log, and @file: from there, NULL for the host's own
 */
struct explain_options {
	const char *status, *command, *file;
	char line[LINE_MAX_TEXT];
	uint64_t ext;
	bool several, log, has_ext;
};

static const struct argp_option options[] = {
	{ "command", KEY_COMMAND, "COMMAND", 0,
	  "The firmware command that answered it; alone: all that it can answer" },
	{ "ext", KEY_EXT, "NUMBER", 0,
	  "What the firmware left in the command buffer's registers beside the status" },
	{ "kernel-log", KEY_LOG, "FILE", OPTION_ARG_OPTIONAL,
	  "Explain each line about SEV in the kernel's log, or in FILE, - for standard input" },
	{ 0 }
};

static void add_word(struct explain_options *o, const char *word)
{
	size_t used = strlen(o->line);

	o->several = used;
	if (!used)
		o->status = word;
	snprintf(o->line + used, sizeof(o->line) - used, "%s%s", used ? " " : "", word);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain_options *o = state->input;

	switch (key) {
	case KEY_COMMAND:
		o->command = arg;
		return 0;
	case KEY_EXT:
		if (text_u64(arg, UINT64_MAX, &o->ext))
			argp_error(state, "--ext=%.40s is no number of 64 bits", arg);
		o->has_ext = true;
		return 0;
	case KEY_LOG:
		o->log = true;
		o->file = arg;
		return 0;
	case ARGP_KEY_ARG:
		add_word(o, arg);
		return 0;
	case ARGP_KEY_END:
		if (o->log && (o->status || o->command || o->has_ext))
			argp_error(state, "--kernel-log goes alone");
		if (o->has_ext && (!o->status || o->several))
			argp_error(state, "--ext goes with a status");
		if (!o->log && !o->status && !o->command)
			argp_error(state, "name a status: a number, or a name such as "
				   "DFFLUSH_REQUIRED; or paste a line of the kernel's log");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.args_doc = "STATUS\nNUMBER\n--command=COMMAND\nLINE...\n--kernel-log[=FILE]",
	.doc = "What a firmware status, or what the kernel logs about SEV, means, and what to do.",
};

/* ------------------------------------------------------------------ statuses */

struct status_view {
	struct sevadm_status_info info;
	bool of_command;
	const char *note;
};

static const struct out_row rows[] = {
	OUT_ROW(struct status_view, "status", "Status", OUT_STATUS, info.status),
	OUT_ROW(struct status_view, "name", "Name", OUT_STRING, info.name),
	OUT_ROW(struct status_view, "meaning", "Meaning", OUT_STRING, info.meaning),
	OUT_ROW(struct status_view, "command", "Of command", OUT_STRING, info.command),
	OUT_ROW_WHEN(struct status_view, "documented", NULL, OUT_BOOL, info.known, of_command),
	OUT_TEXT_ROW(struct status_view, "Note", OUT_STRING, note),
	OUT_ROW(struct status_view, "causes", "Usual causes", OUT_STRING, info.causes),
	OUT_ROW(struct status_view, "remedy", "What to do", OUT_STRING, info.remedy),
	OUT_ROW(struct status_view, "source", "Source", OUT_STRING, info.source),
	OUT_END
};

static void print_status(struct out *out, const struct sevadm_status_info *info)
{
	struct status_view view = { .info = *info, .of_command = info->command };

	if (view.of_command && !info->known)
		view.note = "This command is not documented to answer it; what follows is what it "
			    "means in general.";
	out_object(out, "explanation", NULL, rows, &view);
}

/* Members of a list have the command above them */
static const struct out_row list_rows[] = {
	OUT_ROW(struct sevadm_status_info, "status", NULL, OUT_STATUS, status),
	OUT_ROW(struct sevadm_status_info, "name", NULL, OUT_STRING, name),
	OUT_ROW(struct sevadm_status_info, "meaning", NULL, OUT_STRING, meaning),
	OUT_ROW(struct sevadm_status_info, "causes", NULL, OUT_STRING, causes),
	OUT_ROW(struct sevadm_status_info, "remedy", NULL, OUT_STRING, remedy),
	OUT_ROW(struct sevadm_status_info, "source", NULL, OUT_STRING, source),
	OUT_END
};

static int list_status(void *arg, const struct sevadm_status_info *info)
{
	struct out *out = arg;

	if (out_mode(out) != OUT_TEXT) {
		out_list_item(out, info);
		return 0;
	}
	out_text(out, "%s (0x%04x): %s", info->name, info->status, info->meaning);
	if (info->causes[0])
		out_text(out, "    %s", info->causes);
	out_text(out, "    -> %s", info->remedy);
	out_text(out, "    [%s]", info->source);
	return 0;
}

static int no_such_command(struct cli *cli, const char *command)
{
	return report_error(cli, SEVADM_USAGE, NULL, "there is no firmware command %.64s", command);
}

struct count {
	unsigned int all, own;
};

static int count_status(void *arg, const struct sevadm_status_info *info)
{
	struct count *count = arg;

	count->all++;
	count->own += !info->general;
	return 0;
}

static int explain_command(struct cli *cli, const char *command)
{
	struct count count = { 0 };
	char message[96];

	if (sevadm_explain_command(command, count_status, &count))
		return no_such_command(cli, command);
	out_list(cli->out, "statuses", NULL, list_rows);
	sevadm_explain_command(command, list_status, cli->out);
	out_list_end(cli->out);
	snprintf(message, sizeof(message), count.own ? "%u statuses that it is known to answer" :
		 "%u statuses that any command can answer; what else this one can, nothing says",
		 count.all);
	return report_done(cli, message);
}

/* ------------------------------------------------------------------ numbers of more parts */

static const struct out_row field_rows[] = {
	OUT_ROW(struct sevadm_value_field, "reading", NULL, OUT_STRING, reading),
	OUT_ROW(struct sevadm_value_field, "field", NULL, OUT_STRING, field),
	OUT_ROW(struct sevadm_value_field, "bits", NULL, OUT_STRING, bits),
	OUT_ROW(struct sevadm_value_field, "value", NULL, OUT_HEX64, value),
	OUT_ROW(struct sevadm_value_field, "name", NULL, OUT_STRING, name),
	OUT_ROW(struct sevadm_value_field, "meaning", NULL, OUT_STRING, meaning),
	OUT_ROW(struct sevadm_value_field, "source", NULL, OUT_STRING, source),
	OUT_END
};

static void print_field(struct out *out, const struct sevadm_value_field *f, bool first)
{
	if (out_mode(out) != OUT_TEXT) {
		out_list_item(out, f);
		return;
	}
	if (first)
		out_text(out, "As %s:", f->reading);
	out_text(out, "    %s (%s): 0x%" PRIx64 "%s%s", f->field, f->bits, f->value,
		 f->name ? " " : "", f->name ? f->name : "");
	out_text(out, "        %s [%s]", f->meaning, f->source);
}

/* What @value is as one kind of number; the status in it, if the firmware said it, else 0 */
static uint32_t read_value(struct out *out, enum sevadm_reading as, uint64_t value)
{
	struct sevadm_value_field fields[SEVADM_VALUE_FIELDS];
	unsigned int nr = sevadm_explain_value(as, value, fields);
	uint32_t status = 0;

	for (unsigned int i = 0; i < nr; i++) {
		print_field(out, &fields[i], !i);
		if (fields[i].is_status)
			status = (uint32_t)fields[i].value;
	}
	return status;
}

/* What is no status alone; more than one reading where nothing tells which it is */
static uint32_t read_number(struct out *out, uint64_t value)
{
	uint32_t status;

	if (value <= UINT32_MAX && value != 0xff)
		return read_value(out, SEVADM_READ_CMDRESP, value);
	status = read_value(out, SEVADM_READ_EXITINFO2, value);
	if (value > UINT32_MAX)
		read_value(out, SEVADM_READ_FW_EXT, value);
	return status;
}

/* Has no document's status this number, and may it be something else? */
static bool is_value(const char *text, uint64_t *value)
{
	return !text_u64(text, UINT64_MAX, value) && (*value > 0xffff || *value == 0xff);
}

static int explain_value(struct cli *cli, const struct explain_options *o, uint64_t value)
{
	struct sevadm_status_info info;
	uint32_t status;
	char text[16];

	if (o->command && sevadm_explain("0", o->command, &info))
		return no_such_command(cli, o->command);
	out_list(cli->out, "fields", NULL, field_rows);
	status = read_number(cli->out, value);
	if (o->has_ext)
		read_value(cli->out, SEVADM_READ_FW_EXT, o->ext);
	out_list_end(cli->out);
	snprintf(text, sizeof(text), "%" PRIu32, status);
	if (status && !sevadm_explain(text, o->command, &info))
		print_status(cli->out, &info);
	return report_done(cli, "");
}

/* ------------------------------------------------------------------ lines of the log */

struct line_view {
	char line[LINE_MAX_TEXT];
	struct sevadm_line_info info;
	const char *error;
};

static const struct out_row line_rows[] = {
	OUT_ROW(struct line_view, "line", NULL, OUT_CHARS, line),
	OUT_ROW(struct line_view, "command", NULL, OUT_STRING, info.command),
	OUT_ROW_WHEN(struct line_view, "status", NULL, OUT_STATUS, info.status, info.has_status),
	OUT_ROW(struct line_view, "status_name", NULL, OUT_STRING, info.status_name),
	OUT_ROW(struct line_view, "errno_name", NULL, OUT_STRING, error),
	OUT_ROW(struct line_view, "meaning", NULL, OUT_STRING, info.meaning),
	OUT_ROW(struct line_view, "status_meaning", NULL, OUT_STRING, info.status_meaning),
	OUT_ROW(struct line_view, "causes", NULL, OUT_STRING, info.causes),
	OUT_ROW(struct line_view, "remedy", NULL, OUT_STRING, info.remedy),
	OUT_ROW(struct line_view, "source", NULL, OUT_STRING, info.source),
	OUT_END
};

struct reading {
	struct cli *cli;
	unsigned int lines, known;
};

static void print_line(struct out *out, const struct line_view *v)
{
	const struct sevadm_line_info *info = &v->info;

	out_text(out, "%s", v->line);
	out_text(out, "    %s", info->meaning);
	if (info->has_status)
		out_text(out, "    %s (0x%04x): %s", info->status_name, info->status,
			 info->status_meaning ? info->status_meaning : "unassigned.");
	if (info->causes)
		out_text(out, "    Usual causes: %s", info->causes);
	out_text(out, "    -> %s", info->remedy);
}

static int explain_line(void *arg, const char *line)
{
	struct reading *r = arg;
	struct line_view view = { 0 };

	r->lines++;
	if (sevadm_explain_line(line, &view.info))
		return 0;
	r->known++;
	text_escape(line, view.line, sizeof(view.line));
	view.error = view.info.err ? strerrorname_np(view.info.err) : NULL;
	if (out_mode(r->cli->out) == OUT_TEXT)
		print_line(r->cli->out, &view);
	else
		out_list_item(r->cli->out, &view);
	return 0;
}

static int finish_lines(struct reading *r)
{
	char message[96];

	snprintf(message, sizeof(message), "%u of %u line%s about SEV", r->known, r->lines,
		 r->lines == 1 ? " is" : "s are");
	return r->known ? report_done(r->cli, message) : report_no(r->cli, message);
}

static int explain_log(struct cli *cli, const char *file)
{
	struct reading r = { .cli = cli };
	int ret;

	out_list(cli->out, "lines", NULL, line_rows);
	ret = file ? file_each_line(file, explain_line, &r) :
		     sevadm_log_read(cli->adm, explain_line, &r);
	out_list_end(cli->out);
	if (ret && file)
		return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
				    "read %.512s: %s (%s)", file, strerror(-ret),
				    strerrorname_np(-ret));
	return ret ? report_failure(cli, sevadm_failure(cli->adm)) : finish_lines(&r);
}

/* 0 if it is none */
static bool is_line(const char *text)
{
	struct sevadm_line_info info;

	return !sevadm_explain_line(text, &info);
}

static int explain_pasted(struct cli *cli, const char *line)
{
	struct reading r = { .cli = cli };

	out_list(cli->out, "lines", NULL, line_rows);
	explain_line(&r, line);
	out_list_end(cli->out);
	return r.known ? report_done(cli, "") :
	       report_no(cli, "no driver logs such a line about SEV, as far as this program knows");
}

static int explain_status(struct cli *cli, const struct explain_options *o)
{
	struct sevadm_status_info info;
	uint64_t value;

	switch (sevadm_explain(o->status, o->command, &info)) {
	case 0:
		if (o->has_ext) {
			out_list(cli->out, "fields", NULL, field_rows);
			read_value(cli->out, SEVADM_READ_FW_EXT, o->ext);
			out_list_end(cli->out);
		}
		print_status(cli->out, &info);
		return report_done(cli, "");
	case -ENOENT:
		if (is_value(o->status, &value))
			return explain_value(cli, o, value);
		return report_error(cli, SEVADM_NO, NULL, "no firmware status has the number %.40s",
				    o->status);
	case -ENOKEY:
		return no_such_command(cli, o->command);
	default:
		return report_error(cli, SEVADM_USAGE, "Say a number, 0x0f or 15, or a name, "
				    "DFFLUSH_REQUIRED.", "'%.64s' is no firmware status", o->status);
	}
}

static int run(struct cli *cli, const void *options_)
{
	const struct explain_options *o = options_;

	if (o->log)
		return explain_log(cli, o->file);
	if (!o->status)
		return explain_command(cli, o->command);
	if (o->several || is_line(o->status))
		return explain_pasted(cli, o->line);
	return explain_status(cli, o);
}

/* The host's own log alone needs a host */
static unsigned int flags_of(const void *options_)
{
	const struct explain_options *o = options_;

	return o->log && !o->file ? CMD_ONLINE : 0;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "Explain a firmware status, or what the kernel logs about SEV",
	.argp = &argp,
	.options_size = sizeof(struct explain_options),
	.flags = CMD_OFFLINE,
	.flags_of = flags_of,
	.run = run,
};
