// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/step.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum { KEY_ALL = 0x200 };

struct step_options {
	const char *file;
	unsigned int steps;
	bool all;
	char **words;		/* of the sequence */
	int nr;
};

static const struct argp_option options[] = {
	{ "steps", 'n', "N", 0, "So many steps instead of one" },
	{ "all", KEY_ALL, NULL, 0, "Every step that there is" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct step_options *o = state->input;
	uint64_t n;

	switch (key) {
	case 'n':
		if (text_u64(arg, 1000000, &n) || !n)
			argp_error(state, "--steps takes a number from 1, not '%s'", arg);
		o->steps = (unsigned int)n;
		return 0;
	case KEY_ALL:
		o->all = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!o->file) {
			o->file = arg;
			return 0;
		}
		/* the rest of argv, which outlives us */
		o->words = state->argv + state->next - 1;
		o->nr = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file of the simulated host");
		if (o->all && o->steps)
			argp_error(state, "--all, or --steps, not both");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct arg_words words[] = { { "SEQUENCE", "teardown|recover" }, { 0 } };

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE [SEQUENCE...]",
	.doc = "Carry out the next step of a teardown (unless told) on a simulated SNP host, and "
	       "show what it changed and what comes next.  Options of SEQUENCE, teardown or recover, "
	       "come after --.",
};

/* -------------------------------------------------------------------------- sequence */

/* Its command line, as if it stood alone; what is wrong with it ends the program */
static const struct command *parse_sequence(const struct step_options *o, void **parsed)
{
	static char name[] = "teardown", *teardown[] = { name };
	char **line = o->nr ? o->words : teardown, *argv0 = line[0], full[64];
	int nr = o->nr ? o->nr : 1, used = 0;
	const struct command *command = command_by_words(line, nr, &used);
	_cleanup_free_ char **argv = calloc((size_t)nr + 1, sizeof(*argv));

	*parsed = NULL;
	if (!command || !command->sequence || used != 1 || !argv)
		return NULL;
	snprintf(full, sizeof(full), "sevadm %s", argv0);
	memcpy(argv, line, (size_t)nr * sizeof(*argv));
	argv[0] = full;
	options_refuse_abbreviations(full, nr, argv, command->argp);
	*parsed = calloc(1, command->options_size + 1);
	if (!*parsed || argp_parse(command->argp, nr, argv, 0, NULL, *parsed))
		return NULL;
	return command;
}

/* ---------------------------------------------------------------------------- result */

#define STATES(row, when)									\
	row(struct step_state, "sev_state", when, OUT_STRING, sev)				\
	row(struct step_state, "snp_state", when, OUT_STRING, snp)				\
	row(struct step_state, "snp_guests", when, OUT_U32, snp_guests)				\
	row(struct step_state, "sev_guests", when, OUT_U32, sev_guests)				\
	row(struct step_state, "tombstones", when, OUT_U32, tombstones)				\
	row(struct step_state, "leaked_guests", when, OUT_U32, leaked_guests)			\
	row(struct step_state, "wbinvd_pending", when, OUT_U32, wbinvd_pending)			\
	row(struct step_state, "asids_dirty", when, OUT_U32, asids_dirty)			\
	row(struct step_state, "assigned_pages", when, OUT_U64, assigned_pages)			\
	row(struct step_state, "leaked_pages", when, OUT_U64, leaked_pages)			\
	row(struct step_state, "driver_snp_initialized", when, OUT_BOOL, driver_snp)		\
	row(struct step_state, "init_locked", when, OUT_BOOL, init_locked)			\
	row(struct step_state, "psp_dead", when, OUT_BOOL, psp_dead)				\
	row(struct step_state, "kvm_loaded", when, OUT_BOOL, kvm_loaded)

#define MEMBER(type, key, when, format, member)	OUT_ROW(type, key, NULL, format, member),
static const struct out_row state_rows[] = {
	STATES(MEMBER, )
	OUT_END
};

/* In text: what it is called there, before and after, in one row */
static const char *const labels[] = {
	"Firmware: SEV", "Firmware: SNP", "SNP guests", "SEV guests", "Tombstones",
	"Leaked contexts", "Threads that owe a WBINVD", "ASIDs not clean",
	"Pages assigned in the RMP", "Pages leaked", "Driver: SNP initialized", "INIT locked out",
	"Secure processor given up", "kvm_amd loaded",
};

struct state_row {
	const char *label;
	char before[32], after[32];
	const char *changed;
};

static const struct out_row text_rows[] = {
	OUT_TEXT_ROW(struct state_row, "MACHINE", OUT_STRING, label),
	OUT_TEXT_ROW(struct state_row, "BEFORE", OUT_CHARS, before),
	OUT_TEXT_ROW(struct state_row, "AFTER", OUT_CHARS, after),
	OUT_TEXT_ROW(struct state_row, "", OUT_STRING, changed),
	OUT_END
};

static void value_of(const struct out_row *row, const struct step_state *state, char text[32])
{
	const void *at = (const char *)state + row->offset;

	if (row->format == OUT_STRING)
		snprintf(text, 32, "%s", *(const char *const *)at);
	else if (row->format == OUT_BOOL)
		snprintf(text, 32, "%s", *(const bool *)at ? "yes" : "no");
	else
		snprintf(text, 32, "%llu", row->format == OUT_U32 ?
			 (unsigned long long)*(const uint32_t *)at :
			 (unsigned long long)*(const uint64_t *)at);
}

static void print_states(struct cli *cli, const struct step_state *before,
			 const struct step_state *after)
{
	if (out_mode(cli->out) != OUT_TEXT) {
		out_object(cli->out, "before", NULL, state_rows, before);
		out_object(cli->out, "after", NULL, state_rows, after);
		return;
	}
	out_list(cli->out, "states", "Machine", text_rows);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct state_row row = { .label = labels[i] };

		value_of(&state_rows[i], before, row.before);
		value_of(&state_rows[i], after, row.after);
		row.changed = strcmp(row.before, row.after) ? "*" : "";
		out_list_item(cli->out, &row);
	}
	out_list_end(cli->out);
}

struct next_view {
	const char *command, *why, *refused, *remedy;
	bool has_guest;
	uint64_t guest;
};

static const struct out_row next_rows[] = {
	OUT_ROW(struct next_view, "command", "Command", OUT_STRING, command),
	OUT_ROW_WHEN(struct next_view, "guest", "Guest", OUT_U64, guest, has_guest),
	OUT_ROW(struct next_view, "why", "Why there", OUT_STRING, why),
	OUT_ROW(struct next_view, "refused", "It would fail", OUT_STRING, refused),
	OUT_ROW(struct next_view, "remedy", "Remedy", OUT_STRING, remedy),
	OUT_END
};

static const char *why_of(const struct sevadm_run *run, const char *command)
{
	for (size_t i = 0; i < run->nr_plan; i++)
		if (!strcmp(run->plan[i].command, command))
			return run->plan[i].why;
	return NULL;
}

/* What comes next, found out on a copy of the machine */
static void print_next(struct cli *cli, const char *file, const struct step_way *went)
{
	struct step_way way = { .command = went->command, .options = went->options, .wanted = 1 };
	struct sevadm_failure failure;
	struct sevadm_run run = { 0 };
	struct next_view view = { 0 };

	if (step_try(file, &way, &run, &failure)) {
		report_warning(cli, "what comes next could not be tried on a copy of the machine");
	} else if (way.done || failure.kind != SEVADM_DONE) {
		const char *last = run.nr_steps ? run.steps[run.nr_steps - 1].command : NULL;

		/* what failed is the last of the steps; where there is none, it did not begin */
		view.command = failure.kind != SEVADM_DONE ? last : way.name;
		view.has_guest = way.has_guest;
		view.guest = way.guest;
		view.why = view.command ? why_of(&run, view.command) : NULL;
		view.refused = failure.kind != SEVADM_DONE ? failure.message : NULL;
		view.remedy = failure.kind != SEVADM_DONE && failure.remedy[0] ? failure.remedy : NULL;
		out_object(cli->out, "next", "Next", next_rows, &view);
	}
	sevadm_run_free(&run);
}

static int report(struct cli *cli, const struct step_way *way, struct sevadm_run *run, int ret)
{
	char message[256];
	int code;

	log_end(cli, run, ret ? sevadm_failure(cli->adm) : NULL);
	if (ret)
		return report_failure(cli, sevadm_failure(cli->adm));
	if (way->stopped)
		snprintf(message, sizeof(message), "%u step%s, and there is more to do", way->done,
			 way->done == 1 ? "" : "s");
	code = report_done(cli, way->stopped ? message : run->message);
	return code;
}

static int run(struct cli *cli, const void *options_)
{
	const struct step_options *o = options_;
	_cleanup_free_ void *parsed = NULL;
	struct step_way way = { .wanted = o->all ? UINT_MAX : o->steps ? o->steps : 1 };
	struct step_state before, after;
	struct sevadm_failure failure;
	struct sevadm_run record = { 0 };
	int ret, code;

	way.command = parse_sequence(o, &parsed);
	way.options = parsed;
	if (!way.command)
		return report_error(cli, SEVADM_USAGE, NULL, "what can be done step by step is "
				    "teardown or recover, with its options");
	if (way.command->flags_of && way.command->flags_of(parsed) & CMD_PLAN_ONLY)
		return report_error(cli, SEVADM_USAGE, NULL, "a plan alone has no steps: no --plan");
	if (step_look(o->file, &before, &failure))
		return report_failure(cli, &failure);
	ret = step_go(o->file, &cli->adm, true, &way, &record);
	run_members(cli, &record);
	if (!step_look(o->file, &after, &failure)) {
		out_number(cli->out, "steps_done", way.done);
		out_bool(cli->out, "complete", !ret && !way.stopped);
		print_states(cli, &before, &after);
		if (way.stopped)
			print_next(cli, o->file, &way);
	}
	code = report(cli, &way, &record, ret);
	sevadm_run_free(&record);
	return code;
}

const struct command cmd_sim_step = {
	.name = "sim step",
	.summary = "Carry out the next step of a sequence on a simulated SNP host",
	.argp = &argp,
	.words = words,
	.options_size = sizeof(struct step_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED | CMD_WRITE | CMD_ALTERS,
	.run = run,
};
