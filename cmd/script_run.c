// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A script from a file, and a report of each command in it: TAP, or JSON.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/interpret.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define SCRIPT_SIZE	(16U << 20)
#define SHOWN_LINES	40	/* of what a command that failed wrote */

enum { KEY_READ_ONLY = 0x200 };

struct run_options {
	const char *file;
	char **vars;
	size_t nr_vars;
	bool read_only;
};

static const struct argp_option options[] = {
	{ "read-only", KEY_READ_ONLY, NULL, 0, "Refuse the commands that change something" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;
	const char *value;

	switch (key) {
	case KEY_READ_ONLY:
		o->read_only = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!o->file) {
			o->file = arg;
			return 0;
		}
		value = strchr(arg, '=');
		if (!value || !script_is_name(arg, (size_t)(value - arg)))
			argp_error(state, "after the script come variables, NAME=VALUE, not '%s'",
				   arg);
		if (!o->vars)
			o->vars = state->argv + state->next - 1;
		o->nr_vars++;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name a script, or - for standard input");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE [NAME=VALUE...]",
	.doc = "Carry out the commands of a script, check what each was expected to answer, and "
	       "report on it: TAP, or JSON with --json.",
};

/* ---------------------------------------------------------------------- the report */

struct point_view {
	uint32_t line;
	const char *text;
	bool ok, told, begun, judged;
	int32_t exit;
	uint32_t status;
	const char *ran, *status_name, *error, *message, *expected, *why, *output, *errors;
	int32_t err;
	uint64_t duration_ns;
};

static const struct out_row rows[] = {
	OUT_ROW(struct point_view, "line", NULL, OUT_U32, line),
	OUT_ROW(struct point_view, "text", NULL, OUT_STRING, text),
	OUT_ROW(struct point_view, "ran", NULL, OUT_STRING, ran),
	OUT_ROW_WHEN(struct point_view, "ok", NULL, OUT_BOOL, ok, judged),
	OUT_ROW_WHEN(struct point_view, "exit", NULL, OUT_I32, exit, begun),
	OUT_ROW_WHEN(struct point_view, "status", NULL, OUT_STATUS, status, told),
	OUT_ROW(struct point_view, "status_name", NULL, OUT_STRING, status_name),
	OUT_ROW_WHEN(struct point_view, "errno", NULL, OUT_I32, err, told),
	OUT_ROW(struct point_view, "errno_name", NULL, OUT_STRING, error),
	OUT_ROW(struct point_view, "message", NULL, OUT_STRING, message),
	OUT_ROW(struct point_view, "expected", NULL, OUT_STRING, expected),
	OUT_ROW(struct point_view, "why", NULL, OUT_STRING, why),
	OUT_ROW_WHEN(struct point_view, "duration_ns", NULL, OUT_U64, duration_ns, begun),
	OUT_ROW(struct point_view, "output", NULL, OUT_STRING, output),
	OUT_ROW(struct point_view, "errors", NULL, OUT_STRING, errors),
	OUT_END
};

/**
 * report - of the points so far
 * @cli:	the command
 * @nr, @bad:	how many, and how many were not as expected
 * @remarks:	what echo said, and how long it took
 */
struct report {
	struct cli *cli;
	unsigned int nr, bad;
	char **remarks;
	size_t nr_remarks;
};

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void list_point(struct report *report, const struct point *point)
{
	const struct outcome *o = &point->outcome;
	_cleanup_free_ char *output = NULL, *errors = NULL;
	size_t size;

	output = capture_text(point->capture.out, &size);
	errors = capture_text(point->capture.err, &size);
	struct point_view view = {
		.line = point->statement->line, .text = point->statement->text,
		.ran = or_null(point->line), .judged = true, .ok = point->ok, .told = o->told, .begun = point->begun, .exit = o->exit,
		.status = o->status,
		.status_name = o->told ? sevadm_status_name(o->status) : NULL,
		.err = o->err, .error = o->err ? strerrorname_np(o->err) : NULL,
		.message = or_null(o->message), .expected = or_null(point->expected),
		.why = or_null(point->why), .duration_ns = o->duration_ns,
		.output = output && point->begun ? or_null(output) : NULL,
		.errors = errors && point->begun ? or_null(errors) : NULL,
	};
	out_list_item(report->cli->out, &view);
}

/* What a command wrote, as remarks, which TAP has behind # */
static void print_capture(const char *name, int fd)
{
	_cleanup_free_ char *text = NULL;
	char line[1024], shown[1024];
	const char *at, *end;
	unsigned int nr = 0;
	size_t size;

	text = capture_text(fd, &size);
	for (at = text; at && *at && nr < SHOWN_LINES; at = *end ? end + 1 : end, nr++) {
		end = strchrnul(at, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		printf("# %s: %s\n", name, text_escape(line, shown, sizeof(shown)));
	}
	if (at && *at)
		printf("# %s: (and so on)\n", name);
}

/* "ok 1 - line 7: df-flush"; a # in a name would begin a directive */
static void print_name(const struct point *point, unsigned int nr)
{
	char text[SCRIPT_LINE];

	printf("%sok %u - line %u: ", point->ok ? "" : "not ", nr, point->statement->line);
	text_escape(point->statement->text, text, sizeof(text));
	for (const char *c = text; *c; c++)
		printf("%s%c", *c == '#' ? "\\" : "", *c);
	putchar('\n');
}

static void print_point(const struct report *report, const struct point *point)
{
	char text[2048];

	print_name(point, report->nr);
	/* what variables were */
	if (point->line[0] && strchr(point->statement->text, '$'))
		printf("# ran: %s\n", text_escape(point->line, text, sizeof(text)));
	if (point->expected[0])
		printf("# expected: %s\n", text_escape(point->expected, text, sizeof(text)));
	if (!point->ok)
		printf("# %s\n", text_escape(point->why, text, sizeof(text)));
	if (point->begun && (!point->ok || report->cli->verbose)) {
		print_capture("out", point->capture.out);
		print_capture("err", point->capture.err);
	}
	fflush(stdout);
}

static void told(struct interpreter *in, const struct point *point)
{
	struct report *report = in->arg;

	report->nr++;
	report->bad += !point->ok;
	if (out_mode(report->cli->out) == OUT_TEXT)
		print_point(report, point);
	else
		list_point(report, point);
}

static void keep_remark(struct report *report, const char *line)
{
	char **larger = reallocarray(report->remarks, report->nr_remarks + 1, sizeof(*larger));

	if (!larger)
		return;
	report->remarks = larger;
	larger[report->nr_remarks] = strdup(line);
	report->nr_remarks += !!larger[report->nr_remarks];
}

static void say(struct interpreter *in, const char *line)
{
	struct report *report = in->arg;
	char text[SCRIPT_LINE];

	if (out_mode(report->cli->out) != OUT_TEXT) {
		keep_remark(report, line);
		return;
	}
	printf("# %s\n", text_escape(line, text, sizeof(text)));
	fflush(stdout);
}

static const struct interpreter_ops ops = { .capture_err = true, .told = told, .say = say };

/* ------------------------------------------------------------------ before it begins */

static bool has_variables(const struct statement *s)
{
	for (size_t i = 0; i < s->nr; i++)
		if (script_has_variable(s->words[i]))
			return true;
	return false;
}

/* Would the program take this command?  A mistake in the last line changes nothing */
static int try_command(struct cli *cli, struct session *session, const struct run_options *o,
		       const struct statement *s)
{
	size_t from = s->kind == STATEMENT_TIME, size;
	_cleanup_close_ int errors = memfd_create("errors", MFD_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct outcome outcome;
	char shown[512];

	if (!strcmp(s->words[from], "shell"))
		return report_error(cli, SEVADM_USAGE, "Nothing was done.", "%s:%u: a script has "
				    "nobody to talk to in a shell", o->file, s->line);
	/* what goes wrong in another way will do so, and be told, when its turn comes */
	if (has_variables(s) ||
	    session_try(session, s->words + from, s->nr - from, errors, &outcome) ||
	    outcome.exit != SEVADM_USAGE)
		return 0;
	text = capture_text(errors, &size);
	if (text)
		text[strcspn(text, "\n")] = '\0';
	return report_error(cli, SEVADM_USAGE, "Nothing was done.", "%s:%u: %s", o->file, s->line,
			    text ? text_escape(text, shown, sizeof(shown)) : s->text);
}

static int try_commands(struct cli *cli, struct session *session, const struct run_options *o,
			const struct script *script)
{
	for (size_t i = 0; i < script->nr; i++) {
		enum statement_kind kind = script->list[i].kind;
		int ret;

		if (kind != STATEMENT_COMMAND && kind != STATEMENT_TIME)
			continue;
		ret = try_command(cli, session, o, &script->list[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_script(struct cli *cli, const struct run_options *o, struct script *script)
{
	_cleanup_free_ char *text = NULL;
	struct script_error error;
	size_t size;
	int ret = file_read_all(o->file, SCRIPT_SIZE, &text, &size);

	if (ret)
		return report_error(cli, SEVADM_FAILED, NULL, "the script %s cannot be read: %s "
				    "(%s)", o->file, strerror(-ret), strerrorname_np(-ret));
	ret = script_parse(text, size, false, script, &error);
	if (ret == -ENOMEM)
		return report_error(cli, SEVADM_FAILED, NULL, "there is no memory for the script");
	return ret ? report_error(cli, SEVADM_USAGE, "Nothing was done.", "%s:%u: %s", o->file,
				  error.line, error.text) : 0;
}

/* ----------------------------------------------------------------------- the command */

static int stopped(struct cli *cli, bool text)
{
	struct sevadm_failure failure = {
		.kind = SEVADM_FAILED, .err = ECANCELED, .status = SEVADM_NO_FW_CALL,
		.message = "a signal stopped the script",
	};

	cli->stopped_by = session_signal() ? session_signal() : SIGINT;
	if (text)
		puts("Bail out! A signal came.");
	return report_failure(cli, &failure);
}

static void end_members(struct cli *cli, const struct report *report)
{
	out_list_end(cli->out);
	out_strings(cli->out, "remarks", report->remarks, report->nr_remarks);
	out_number(cli->out, "passed", report->nr - report->bad);
	out_number(cli->out, "failed", report->bad);
}

static int finish(struct cli *cli, const struct report *report, int ret)
{
	char message[160];
	bool text = out_mode(cli->out) == OUT_TEXT;

	end_members(cli, report);
	if (text && report->nr)
		printf("1..%u\n", report->nr);
	else if (text)
		puts("1..0 # SKIP there is no command in it");
	if (ret == -ECANCELED)
		return stopped(cli, text);
	if (ret && !report->bad)
		return report_error(cli, SEVADM_FAILED, NULL, "the script was not carried out to its "
				    "end: %s (%s)", strerror(-ret), strerrorname_np(-ret));
	snprintf(message, sizeof(message), "%u of %u as expected%s", report->nr - report->bad,
		 report->nr, ret ? "; what comes after it was not done" : "");
	if (text)
		printf("# %s\n", message);
	return report->bad ? report_no(cli, text ? "" : message) :
	       report_done(cli, text ? "" : message);
}

static int set_variables(struct cli *cli, struct interpreter *in, const struct run_options *o)
{
	for (size_t i = 0; i < o->nr_vars; i++) {
		char *value = strchr(o->vars[i], '=');
		int ret;

		*value = '\0';
		ret = script_var_set(&in->vars, o->vars[i], value + 1);
		*value = '=';
		if (ret)
			return report_error(cli, SEVADM_FAILED, NULL, "there is no memory left");
	}
	return 0;
}

static int carry_out(struct cli *cli, struct session *session, const struct run_options *o,
		     const struct script *script)
{
	_cleanup_close_ int nothing = file_open_nothing();
	struct report report = { .cli = cli };
	struct interpreter in = {
		.ops = &ops, .session = session, .in = nothing, .arg = &report,
		.last.capture = { -1, -1 },
	};
	char whose[4200], safe[4 * sizeof(whose)];
	int ret = set_variables(cli, &in, o);

	if (!ret) {
		if (out_mode(cli->out) == OUT_TEXT && options_simulated(cli))
			printf("# %s%s\n", text_escape(options_whose(cli, whose, sizeof(whose)),
						       safe, sizeof(safe)), fault_text(cli));
		out_string(cli->out, "script", o->file);
		out_list(cli->out, "points", NULL, rows);
		ret = finish(cli, &report, interpret(&in, script));
	}
	interpreter_free(&in);
	for (size_t i = 0; i < report.nr_remarks; i++)
		free(report.remarks[i]);
	free(report.remarks);
	return ret;
}

static int show(struct cli *cli, const struct run_options *o, const struct script *script)
{
	out_string(cli->out, "script", o->file);
	out_list(cli->out, "points", NULL, rows);
	for (size_t i = 0; i < script->nr; i++) {
		struct point_view view = {
			.line = script->list[i].line, .text = script->list[i].text,
		};

		if (out_mode(cli->out) == OUT_TEXT)
			out_text(cli->out, "%4u  %s", view.line, view.text);
		else
			out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
	return report_done(cli, "Nothing was done");
}

static int run(struct cli *cli, const void *options_)
{
	const struct run_options *o = options_;
	struct session *session = NULL;
	struct script script = { 0 };
	int ret = read_script(cli, o, &script);

	if (!ret)
		ret = session_open(cli, o->read_only || cli->dry_run, &session);
	/* the form is that of the report; each command has its own */
	if (!ret)
		session->cli.mode = OUT_TEXT;
	if (!ret)
		ret = try_commands(cli, session, o, &script);
	if (!ret)
		ret = (cli->dry_run ? show(cli, o, &script) : carry_out(cli, session, o, &script));
	script_free(&script);
	return session_end(cli, session, ret);
}

const struct command cmd_run = {
	.name = "run",
	.summary = "Carry out a script and report on each command",
	.argp = &argp,
	.options_size = sizeof(struct run_options),
	.flags = CMD_SESSION | CMD_DRY_RUN,
	.run = run,
};
