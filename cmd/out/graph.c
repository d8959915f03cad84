// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/out/graph.h"

#include <stdio.h>
#include <string.h>

#include "lib/util/text.h"

#define LINE_MAX_CHARS	36	/* a label as wide as its text would make a picture of one row */
#define TEXT_SIZE	4096

/* One character inside "..." of the language; of mermaid's, # starts an entity */
static void put_char(enum graph_kind kind, char c)
{
	static const struct { char c; const char *entity; } entities[] = {
		{ '"', "#quot;" }, { '#', "#35;" }, { '<', "#lt;" }, { '>', "#gt;" },
		{ '&', "#amp;" }, { '`', "#96;" },
	};

	if (kind == GRAPH_DOT) {
		if (c == '"' || c == '\\')
			putchar('\\');
		putchar(c);
		return;
	}
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (entities[i].c == c) {
			fputs(entities[i].entity, stdout);
			return;
		}
	putchar(c);
}

static void new_line(enum graph_kind kind)
{
	fputs(kind == GRAPH_DOT ? "\\n" : "<br/>", stdout);
}

/* @breaks: at blanks, where the line gets long */
static void put_text(enum graph_kind kind, const char *text, bool breaks)
{
	char safe[TEXT_SIZE];
	size_t column = 0;

	text_escape(text, safe, sizeof(safe));
	for (const char *at = safe; *at; at++, column++) {
		if (breaks && *at == ' ' && column + strcspn(at + 1, " ") >= LINE_MAX_CHARS) {
			new_line(kind);
			column = 0;
		} else {
			put_char(kind, *at);
		}
	}
}

static void put_label(enum graph_kind kind, const char *name, const char *text)
{
	put_text(kind, name, false);
	if (!text)
		return;
	new_line(kind);
	put_text(kind, text, true);
}

void graph_begin(const struct graph *graph)
{
	if (graph->kind == GRAPH_DOT) {
		fputs("digraph plan {\n\tlabel=\"", stdout);
		put_text(GRAPH_DOT, graph->title, false);
		fputs("\";\n\tlabelloc=t;\n\tnode [shape=box];\n", stdout);
		return;
	}
	/* the frame is there for its title, which a comment would hide */
	fputs("flowchart TD\n\tsubgraph plan[\"", stdout);
	put_text(GRAPH_MERMAID, graph->title, false);
	fputs("\"]\n", stdout);
}

void graph_node(const struct graph *graph, size_t id, const char *name, const char *text)
{
	printf(graph->kind == GRAPH_DOT ? "\ts%zu [label=\"" : "\ts%zu[\"", id);
	put_label(graph->kind, name, text);
	puts(graph->kind == GRAPH_DOT ? "\"];" : "\"]");
}

void graph_edges(const struct graph *graph)
{
	if (graph->kind == GRAPH_MERMAID)
		puts("\tend");
}

void graph_edge(const struct graph *graph, size_t from, size_t to, const char *name,
		const char *text, bool dashed)
{
	if (graph->kind == GRAPH_DOT)
		printf("\ts%zu -> s%zu [label=\"", from, to);
	else
		printf("\ts%zu %s|\"", from, dashed ? "-.->" : "-->");
	put_label(graph->kind, name, text);
	if (graph->kind == GRAPH_DOT)
		printf("\"%s];\n", dashed ? ", style=dashed" : "");
	else
		printf("\"| s%zu\n", to);
}

void graph_end(const struct graph *graph)
{
	if (graph->kind == GRAPH_DOT)
		puts("}");
}
