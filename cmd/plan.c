// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plan and its order: as lists of the result, or as a graph.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/out/graph.h"

#define KEY_PLAN	0x400

static const char *const forms[] = {
	[PLAN_TEXT] = "text", [PLAN_JSON] = "json", [PLAN_DOT] = "dot", [PLAN_MERMAID] = "mermaid",
};

static const struct argp_option options[] = {
	{ "plan", KEY_PLAN, "text|json|dot|mermaid", 0,
	  "Print the plan in this form and change nothing, as with --dry-run" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	enum plan_form *form = state->input;

	if (key != KEY_PLAN)
		return ARGP_ERR_UNKNOWN;
	for (*form = PLAN_TEXT; *form <= PLAN_MERMAID; ++*form)
		if (!strcmp(arg, forms[*form]))
			return 0;
	argp_error(state, "--plan takes text, json, dot or mermaid, not '%s'", arg);
	return 0;
}

const struct argp plan_argp = { .options = options, .parser = parse };

bool plan_mode(enum plan_form form, enum out_mode *mode)
{
	*mode = form == PLAN_TEXT ? OUT_TEXT : form == PLAN_JSON ? OUT_JSON : OUT_DOCUMENT;
	return form;
}

struct step_view {
	struct sevadm_plan_step s;
	uint32_t number;
};

static const struct out_row plan_rows[] = {
	OUT_TEXT_ROW(struct step_view, "STEP", OUT_U32, number),
	OUT_ROW(struct step_view, "command", "COMMAND", OUT_STRING, s.command),
	OUT_ROW_WHEN(struct step_view, "guest", "GUEST", OUT_U64, s.guest, s.has_guest),
	OUT_ROW_WHEN(struct step_view, "asid", "ASID", OUT_U32, s.asid, s.has_guest),
	OUT_ROW(struct step_view, "count", "TIMES", OUT_U32, s.count),
	OUT_ROW(struct step_view, "why", "WHY", OUT_STRING, s.why),
	OUT_ROW(struct step_view, "step", NULL, OUT_U32, number),
	OUT_END
};

struct edge_view {
	uint32_t step, after, status;
	char steps[32], afters[32];	/* in text, where several in a row are alike */
	bool told;
	const char *status_name, *told_by, *why;
	char otherwise[96];
};

static const struct out_row edge_rows[] = {
	OUT_TEXT_ROW(struct edge_view, "STEP", OUT_CHARS, steps),
	OUT_ROW(struct edge_view, "step", NULL, OUT_U32, step),
	OUT_TEXT_ROW(struct edge_view, "AFTER", OUT_CHARS, afters),
	OUT_ROW(struct edge_view, "after", NULL, OUT_U32, after),
	OUT_TEXT_ROW(struct edge_view, "OTHERWISE", OUT_CHARS, otherwise),
	OUT_ROW_WHEN(struct edge_view, "status", NULL, OUT_STATUS, status, told),
	OUT_ROW(struct edge_view, "status_name", NULL, OUT_STRING, status_name),
	OUT_ROW(struct edge_view, "told_by", NULL, OUT_STRING, told_by),
	OUT_ROW(struct edge_view, "why", "WHY", OUT_STRING, why),
	OUT_END
};

/* What the firmware says if the order is broken */
static void otherwise(const struct sevadm_plan_edge *edge, char *buf, size_t size)
{
	if (edge->told_by)
		snprintf(buf, size, "%s: %s (0x%04" PRIx32 ")", edge->told_by,
			 sevadm_status_name(edge->status), edge->status);
	else
		snprintf(buf, size, "no status tells");
}

static struct edge_view view_of(const struct sevadm_plan_edge *edge)
{
	struct edge_view view = {
		.step = (uint32_t)edge->step + 1,
		.after = (uint32_t)edge->after + 1,
		.told = edge->told_by,
		.status = edge->status,
		.status_name = edge->told_by ? sevadm_status_name(edge->status) : NULL,
		.told_by = edge->told_by,
		.why = edge->why,
	};

	otherwise(edge, view.otherwise, sizeof(view.otherwise));
	return view;
}

static void range(char *buf, size_t size, size_t first, size_t last)
{
	if (first == last)
		snprintf(buf, size, "%zu", first + 1);
	else
		snprintf(buf, size, "%zu-%zu", first + 1, last + 1);
}

/* In text the same about guest after guest is one line; returns the last edge in it */
static size_t fold(const struct sevadm_run *run, size_t i, struct edge_view *view)
{
	const struct sevadm_plan_edge *first = &run->edges[i], *last = first;

	for (; i + 1 < run->nr_edges; last = &run->edges[++i]) {
		const struct sevadm_plan_edge *next = &run->edges[i + 1];
		bool one_step = next->step == first->step && next->after == last->after + 1;
		bool one_after = next->after == first->after && next->step == last->step + 1;

		if (strcmp(next->why, first->why) ||
		    !((one_step && last->step == first->step) ||
		      (one_after && last->after == first->after)))
			break;
	}
	range(view->steps, sizeof(view->steps), first->step, last->step);
	range(view->afters, sizeof(view->afters), first->after, last->after);
	return i;
}

void plan_members(struct cli *cli, const struct sevadm_run *run)
{
	bool text = out_mode(cli->out) == OUT_TEXT;

	/* in text the plan is worth its lines only where the steps do not tell it */
	if (text && !run->dry)
		return;
	out_list(cli->out, "plan", "Plan", plan_rows);
	for (size_t i = 0; i < run->nr_plan; i++) {
		struct step_view view = { run->plan[i], (uint32_t)i + 1 };

		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
	out_list(cli->out, "plan_edges", "Order", edge_rows);
	for (size_t i = 0; i < run->nr_edges; i++) {
		struct edge_view view = view_of(&run->edges[i]);

		if (text)
			i = fold(run, i, &view);
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

static void node(const struct graph *graph, size_t i, const struct sevadm_plan_step *step)
{
	char name[128];

	if (step->has_guest)
		snprintf(name, sizeof(name), "%zu  %s guest %" PRIu64 " (ASID %" PRIu32 ")", i + 1,
			 step->command, step->guest, step->asid);
	else if (step->count > 1)
		snprintf(name, sizeof(name), "%zu  %s x %" PRIu32, i + 1, step->command,
			 step->count);
	else
		snprintf(name, sizeof(name), "%zu  %s", i + 1, step->command);
	graph_node(graph, i + 1, name, step->why);
}

static void draw(struct cli *cli, enum graph_kind kind, const struct sevadm_run *run)
{
	char title[512], text[96], whose[256];
	struct graph graph = { kind, title };

	options_whose(cli, whose, sizeof(whose));
	whose[0] = (char)tolower((unsigned char)whose[0]);
	snprintf(title, sizeof(title), "sevadm %s%s%s%s", cli->command->name, whose[0] ? ", " : "", whose,
		 run->nr_plan ? "" : ": nothing to do");
	graph_begin(&graph);
	for (size_t i = 0; i < run->nr_plan; i++)
		node(&graph, i, &run->plan[i]);
	graph_edges(&graph);
	for (size_t i = 0; i < run->nr_edges; i++) {
		const struct sevadm_plan_edge *edge = &run->edges[i];

		otherwise(edge, text, sizeof(text));
		graph_edge(&graph, edge->after + 1, edge->step + 1, text, edge->why,
			   !edge->told_by);
	}
	graph_end(&graph);
}

void plan_show(struct cli *cli, enum plan_form form, const struct sevadm_run *run, int ret)
{
	if (form >= PLAN_DOT && (!ret || run->nr_plan))
		draw(cli, form == PLAN_DOT ? GRAPH_DOT : GRAPH_MERMAID, run);
}
