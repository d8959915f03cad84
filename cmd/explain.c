// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

enum { KEY_COMMAND = 0x200, KEY_LOG };

#define LINE_MAX_TEXT	1024

/**
 * struct explain_options - what to explain
 * @status:	one word: a status, or a line of the log that has no space
 * @line:	several words, as a line of the log that was pasted has them
 * @log:	the kernel's log, and @file: from there, NULL for the host's own
 */
struct explain_options {
	const char *status, *command, *file;
	char line[LINE_MAX_TEXT];
	bool several, log;
};

static const struct argp_option options[] = {
	{ "command", KEY_COMMAND, "COMMAND", 0, "The firmware command that answered it" },
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
	case KEY_LOG:
		o->log = true;
		o->file = arg;
		return 0;
	case ARGP_KEY_ARG:
		add_word(o, arg);
		return 0;
	case ARGP_KEY_END:
		if (o->log && (o->status || o->command))
			argp_error(state, "--kernel-log goes alone");
		if (!o->log && !o->status)
			argp_error(state, "name a status: a number, or a name such as "
				   "DFFLUSH_REQUIRED; or paste a line of the kernel's log");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "STATUS\nLINE...\n--kernel-log[=FILE]",
	.doc = "What a firmware status, or what the kernel logs about SEV, means, and what to do.",
};

static const struct out_row rows[] = {
	OUT_ROW(struct sevadm_status_info, "status", "Status", OUT_STATUS, status),
	OUT_ROW(struct sevadm_status_info, "name", "Name", OUT_STRING, name),
	OUT_ROW(struct sevadm_status_info, "meaning", "Meaning", OUT_STRING, meaning),
	OUT_ROW(struct sevadm_status_info, "causes", "Usual causes", OUT_STRING, causes),
	OUT_ROW(struct sevadm_status_info, "remedy", "What to do", OUT_STRING, remedy),
	OUT_END
};

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

static int run(struct cli *cli, const void *options_)
{
	const struct explain_options *o = options_;
	struct sevadm_status_info info;

	if (o->log)
		return explain_log(cli, o->file);
	if (o->several || is_line(o->status))
		return explain_pasted(cli, o->line);
	switch (sevadm_explain(o->status, o->command, &info)) {
	case 0:
		out_object(cli->out, "explanation", NULL, rows, &info);
		return report_done(cli, "");
	case -ENOENT:
		return report_error(cli, SEVADM_NO, NULL, "no firmware status has the number %.40s",
				    o->status);
	case -ENOKEY:
		return report_error(cli, SEVADM_USAGE, NULL, "there is no firmware command %.64s",
				    o->command);
	default:
		return report_error(cli, SEVADM_USAGE, "Say a number, 0x0f or 15, or a name, "
				    "DFFLUSH_REQUIRED.", "'%.64s' is no firmware status", o->status);
	}
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
