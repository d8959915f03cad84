/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics in the text format of OpenMetrics 1.0, and of that only what the older
 * Prometheus text format takes as well: node_exporter's textfile collector reads the
 * latter, and throws a file away that has a type it does not know.  So everything is
 * a gauge, states and facts as well.
 */
#ifndef OUT_METRICS_H
#define OUT_METRICS_H

#include <stdint.h>

struct metrics;

/* NULL when memory is short */
struct metrics *metrics_new(void);
/* A family; its values follow.  @help: one sentence */
void metrics_family(struct metrics *metrics, const char *name, const char *help);
/* A value of it.  Names and values of labels in turn, ended by NULL; values may hold anything */
__attribute__((sentinel))
void metrics_value(struct metrics *metrics, uint64_t value, ...);
/* The text, to be freed; releases @metrics.  NULL when memory was short */
char *metrics_end(struct metrics *metrics);

#endif
