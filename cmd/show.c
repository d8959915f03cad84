// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "cmd/show.h"

static const char *const names[] = {
	"platform", "snp", "tcb", "identifier", "guests", "config", "features", "urls",
};

#define SECTIONS	(sizeof(names) / sizeof(names[0]))

struct show_options {
	unsigned int sections;		/* bits of enum show_section; 0: all */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < SECTIONS; i++)
		if (!strcmp(arg, names[i]))
			o->sections = 1U << i;
	if (!o->sections)
		argp_error(state, "show takes platform, snp, tcb, identifier, guests, config, "
			   "features or urls, not '%s'", arg);
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "[platform|snp|tcb|identifier|guests|config|features|urls]",
	.doc = "Show what the firmware of this host says of itself, decoded: all of it, or one "
	       "part.  Changes nothing.",
};

bool show_wanted(const struct show *s, enum show_section section)
{
	return s->sections & 1U << section;
}

void show_note(struct show *s, enum show_section section, const char *format, ...)
{
	struct show_note *note = &s->notes[s->nr_notes];
	va_list ap;

	if (s->nr_notes == SHOW_NOTES)
		return;
	note->section = names[section];
	va_start(ap, format);
	vsnprintf(note->text, sizeof(note->text), format, ap);
	va_end(ap);
	out_text(s->cli->out, "  %s", note->text);
	s->nr_notes++;
}

/* Of the commands that went by, the last one of that name */
static const struct sevadm_step *step_of(const struct sevadm_run *run, const char *command)
{
	for (size_t i = run->nr_steps; i; i--)
		if (!strcmp(run->steps[i - 1].command, command))
			return &run->steps[i - 1];
	return NULL;
}

void show_refusal(struct show *s, enum show_section section, const char *command)
{
	const struct sevadm_step *step = step_of(s->run, command);
	bool answered = step && step->err == EIO && step->status != SEVADM_NO_FW_CALL;
	struct sevadm_failure failure;

	if (!step)
		show_note(s, section, "not told: %s", sevadm_failure(s->cli->adm)->message);
	else if ((step->err == EINVAL || step->err == ENODEV) && !strcmp(command, "SNP_PLATFORM_STATUS")) {
		sevadm_snp_unknown(s->cli->adm, &s->status, &failure);
		show_note(s, section, "not told: %s", failure.message);
	} else if (answered)
		show_note(s, section, "not told: %s: the firmware refused: %s (0x%04x)", command,
			  sevadm_status_name(step->status), step->status);
	else
		show_note(s, section, "not told: %s: the driver refused: %s (%s)", command,
			  strerror(step->err), step->err ? strerrorname_np(step->err) : "0");
}

/* What nothing but SNP_PLATFORM_STATUS tells */
#define OF_SNP	(1U << SHOW_SNP | 1U << SHOW_TCB | 1U << SHOW_CONFIG)

/* What is asked for decides what is asked: 0, or -errno of the first that did not answer */
static int ask(struct show *s)
{
	unsigned int ids = 1U << SHOW_IDENTIFIER | 1U << SHOW_URLS;
	int ret = 0;

	sevadm_processor_get(s->cli->adm, &s->processor);
	if (s->sections & ~(1U << SHOW_IDENTIFIER))
		ret = sevadm_status_get(s->cli->adm, &s->status, s->run);
	if (s->sections & ids) {
		s->id_ret = sevadm_identifier_get(s->cli->adm, &s->id, s->run);
		ret = ret ? ret : s->id_ret;
	}
	return ret;
}

static const struct out_row note_rows[] = {
	OUT_ROW(struct show_note, "section", NULL, OUT_STRING, section),
	OUT_ROW(struct show_note, "text", NULL, OUT_CHARS, text),
	OUT_END
};

static void print(struct show *s)
{
	show_platform(s);
	show_snp(s);
	show_tcb(s);
	show_identifier(s);
	show_guests(s);
	show_config(s);
	show_features(s);
	show_urls(s);
	if (out_mode(s->cli->out) == OUT_TEXT)
		return;		/* each stood where it belongs */
	out_list(s->cli->out, "notes", NULL, note_rows);
	for (size_t i = 0; i < s->nr_notes; i++)
		out_list_item(s->cli->out, &s->notes[i]);
	out_list_end(s->cli->out);
}

static int run(struct cli *cli, const void *options_)
{
	const struct show_options *o = options_;
	struct sevadm_run record = { 0 };
	struct show s = {
		.cli = cli, .run = &record,
		.sections = o->sections ? o->sections : (1U << SECTIONS) - 1,
	};
	struct sevadm_failure failure;
	int ret = ask(&s);

	print(&s);
	run_members(cli, &record);
	sevadm_run_free(&record);
	if (ret)
		return report_failure(cli, sevadm_failure(cli->adm));
	if (!(o->sections & OF_SNP) || s.status.snp.known)
		return report_done(cli, "");
	/* it was asked for by name, and is not there */
	sevadm_snp_unknown(cli->adm, &s.status, &failure);
	return report_failure(cli, &failure);
}

const struct command cmd_show = {
	.name = "show",
	.summary = "Show what the firmware says of itself, decoded",
	.argp = &argp,
	.options_size = sizeof(struct show_options),
	.run = run,
};
