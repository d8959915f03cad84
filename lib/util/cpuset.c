// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util/cpuset.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS (CPUSET_MAX / 64)

unsigned int cpuset_count(const struct cpuset *set)
{
	unsigned int n = 0;

	for (size_t i = 0; i < WORDS; i++)
		n += (unsigned int)__builtin_popcountll(set->bits[i]);
	return n;
}

bool cpuset_equal(const struct cpuset *a, const struct cpuset *b)
{
	return !memcmp(a, b, sizeof(*a));
}

void cpuset_subtract(struct cpuset *a, const struct cpuset *b)
{
	for (size_t i = 0; i < WORDS; i++)
		a->bits[i] &= ~b->bits[i];
}

int cpuset_next(const struct cpuset *set, unsigned int from)
{
	for (size_t i = from / 64; i < WORDS; i++) {
		uint64_t word = set->bits[i];

		if (i == from / 64)
			word &= ~0ULL << (from % 64);
		if (word)
			return (int)(i * 64) + __builtin_ctzll(word);
	}
	return -1;
}

static int parse_number(const char **text, unsigned long *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	*value = strtoul(*text, &end, 10);
	if (errno || *value >= CPUSET_MAX)
		return -ERANGE;
	*text = end;
	return 0;
}

int cpuset_parse(const char *text, struct cpuset *set)
{
	struct cpuset result = { 0 };
	bool more = false;

	while (*text && !isspace((unsigned char)*text)) {
		unsigned long first, last;
		int ret = parse_number(&text, &first);

		if (ret)
			return ret;
		last = first;
		if (*text == '-') {
			text++;
			ret = parse_number(&text, &last);
			if (ret)
				return ret;
		}
		if (last < first)
			return -EINVAL;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			cpuset_add(&result, (unsigned int)cpu);
		more = *text == ',';
		if (more)
			text++;
		else
			break;
	}
	while (isspace((unsigned char)*text))
		text++;
	if (*text || more)
		return -EINVAL;
	*set = result;
	return 0;
}

char *cpuset_format(const struct cpuset *set, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int cpu = cpuset_next(set, 0); cpu >= 0;) {
		int last = cpu;
		char range[32];
		size_t len;

		while (cpuset_has(set, (unsigned int)last + 1))
			last++;
		len = (size_t)snprintf(range, sizeof(range), last > cpu ? "%s%d-%d" : "%s%d",
				       used ? "," : "", cpu, last);
		if (used + len + 4 >= size) {
			memcpy(buf + used, "...", 4);
			return buf;
		}
		memcpy(buf + used, range, len + 1);
		used += len;
		cpu = cpuset_next(set, (unsigned int)last + 1);
	}
	return buf;
}
