// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types whose values are known: guests, CPUs, and the names that firmware and program have.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/complete.h"
#include "lib/util/cpuset.h"

typedef void (*value_fn)(void *arg, const char *value, const char *description);

/* Is @id one of the words between commas? */
static bool in_list(const char *list, const char *id)
{
	size_t len = strlen(id);

	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == len && !strncmp(list, id, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool named_already(const struct complete_line *line, const char *before, const char *id)
{
	for (size_t i = 0; i < line->nr_args; i++)
		if (!strcmp(line->args[i], id))
			return true;
	return in_list(before, id);
}

static void each_guest(struct complete_line *line, const char *before, bool decommission,
		       value_fn fn, void *arg)
{
	static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };
	static const char *const states[] = { "init", "launching", "running", "tombstone" };
	const struct sevadm_noted *noted = complete_noted(line);

	for (size_t i = 0; i < noted->nr_guests; i++) {
		const struct sevadm_guest *g = &noted->guests[i];
		char id[24], about[128];

		if (decommission &&
		    (g->kind != SEVADM_GUEST_SNP || g->state == SEVADM_GUEST_TOMBSTONE))
			continue;
		snprintf(id, sizeof(id), "%" PRIu64, g->id);
		if (named_already(line, before, id))
			continue;
		if (g->pid)
			snprintf(about, sizeof(about), "%s %s, %s[%d]", kinds[g->kind],
				 states[g->state], g->comm, (int)g->pid);
		else
			snprintf(about, sizeof(about), "%s %s, no process", kinds[g->kind],
				 states[g->state]);
		fn(arg, id, about);
	}
}

static void each_id(struct complete_line *line, const char *before, const char *text, value_fn fn,
		    void *arg)
{
	(void)text;
	each_guest(line, before, false, fn, arg);
}

/* What SNP_DECOMMISSION takes */
static void each_snp_id(struct complete_line *line, const char *before, const char *text,
			value_fn fn, void *arg)
{
	(void)text;
	each_guest(line, before, true, fn, arg);
}

/* "0-3,8": the last number of it, behind what stands before that already */
static void each_cpu(struct complete_line *line, const char *before, const char *text, value_fn fn,
		     void *arg)
{
	size_t head = strlen(text), whole;
	struct cpuset possible, named = { 0 };
	char value[512], list[512];
	bool range;

	(void)before;
	if (strspn(text, "0123456789,-") != head || head >= sizeof(list) - 24)
		return;
	while (head && !strchr(",-", text[head - 1]))
		head--;
	range = head && text[head - 1] == '-';
	for (whole = head; whole && text[whole - 1] != ','; whole--)
		;
	/* of what is named already, a range that is not finished yet its beginning */
	snprintf(list, sizeof(list), "%.*s", (int)(range ? head - 1 : whole ? whole - 1 : 0), text);
	if (cpuset_parse(complete_noted(line)->cpus, &possible) || cpuset_parse(list, &named))
		return;
	cpuset_for_each(cpu, &possible) {
		if (cpuset_has(&named, (unsigned int)cpu) ||
		    (range && cpu <= atoi(text + whole)))
			continue;
		snprintf(value, sizeof(value), "%.*s%d", (int)head, text, cpu);
		if (!strncmp(value, text, strlen(text)))
			fn(arg, value, NULL);
	}
}

static void each_status(struct complete_line *line, const char *before, const char *text,
			value_fn fn, void *arg)
{
	struct sevadm_status_info info;
	const char *name;

	(void)line;
	(void)before;
	(void)text;
	for (size_t i = 0; (name = sevadm_status_at(i, NULL)); i++)
		fn(arg, name, sevadm_explain(name, NULL, &info) ? NULL : info.meaning);
}

static void each_firmware_command(struct complete_line *line, const char *before, const char *text,
				  value_fn fn, void *arg)
{
	const char *name;

	(void)line;
	(void)before;
	(void)text;
	for (size_t i = 0; (name = sevadm_command_at(i)); i++)
		fn(arg, name, NULL);
}

static void each_subcommand(struct complete_line *line, const char *before, const char *text,
			    value_fn fn, void *arg)
{
	(void)before;
	(void)fn;
	(void)arg;
	complete_commands(line, text);
}

const struct complete_type *complete_type(const char *name, size_t len)
{
	static const struct complete_type types[] = {
		{ "ID", each_id },
		{ "GUEST", each_id },
		{ "SNP_GUEST", each_snp_id },
		{ "LIST", each_cpu },
		{ "CPUS", each_cpu },
		{ "STATUS", each_status },
		{ "COMMAND", each_firmware_command },
		{ "SUBCOMMAND", each_subcommand },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].name) == len && !strncmp(types[i].name, name, len))
			return &types[i];
	return NULL;
}
