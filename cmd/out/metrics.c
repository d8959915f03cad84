// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/out/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/util/text.h"

struct metrics {
	FILE *f;
	char *text;
	size_t size;
	const char *name;	/* of the family */
};

struct metrics *metrics_new(void)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->f = open_memstream(&metrics->text, &metrics->size);
	if (metrics->f)
		return metrics;
	free(metrics);
	return NULL;
}

void metrics_family(struct metrics *metrics, const char *name, const char *help)
{
	metrics->name = name;
	fprintf(metrics->f, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
}

static void put_label(struct metrics *metrics, const char *name, const char *value)
{
	char safe[1024];

	text_escape(value, safe, sizeof(safe));
	fprintf(metrics->f, "%s=\"", name);
	for (const char *at = safe; *at; at++) {
		if (*at == '"' || *at == '\\')
			fputc('\\', metrics->f);
		fputc(*at, metrics->f);
	}
	fputc('"', metrics->f);
}

void metrics_value(struct metrics *metrics, uint64_t value, ...)
{
	const char *name;
	bool first = true;
	va_list ap;

	fputs(metrics->name, metrics->f);
	va_start(ap, value);
	for (; (name = va_arg(ap, const char *)); first = false) {
		fputc(first ? '{' : ',', metrics->f);
		put_label(metrics, name, va_arg(ap, const char *));
	}
	va_end(ap);
	fprintf(metrics->f, "%s %" PRIu64 "\n", first ? "" : "}", value);
}

char *metrics_end(struct metrics *metrics)
{
	char *text;
	bool bad;

	fputs("# EOF\n", metrics->f);
	bad = ferror(metrics->f);
	bad |= fclose(metrics->f);
	text = metrics->text;
	free(metrics);
	if (!bad)
		return text;
	free(text);
	return NULL;
}
