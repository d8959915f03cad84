/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A graph on standard output, in the language of graphviz or of mermaid.  Nodes
 * first, then edges.  Text may hold anything; it is escaped here.
 */
#ifndef OUT_GRAPH_H
#define OUT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

enum graph_kind { GRAPH_DOT, GRAPH_MERMAID };

/**
 * struct graph - one that is being written
 * @kind:	the language
 * @title:	above the picture, one line
 */
struct graph {
	enum graph_kind kind;
	const char *title;
};

void graph_begin(const struct graph *graph);
/* @name: the label's first line; @text: the rest, broken where it gets long; may be NULL */
void graph_node(const struct graph *graph, size_t id, const char *name, const char *text);
/* The nodes are all there */
void graph_edges(const struct graph *graph);
/* @dashed: of another kind than the others */
void graph_edge(const struct graph *graph, size_t from, size_t to, const char *name,
		const char *text, bool dashed);
void graph_end(const struct graph *graph);

#endif
