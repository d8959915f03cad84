/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CPUSET_H
#define UTIL_CPUSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Logical CPUs; as many as Linux can have on x86 */
#define CPUSET_MAX	8192

struct cpuset {
	uint64_t bits[CPUSET_MAX / 64];
};

static inline bool cpuset_has(const struct cpuset *set, unsigned int cpu)
{
	return cpu < CPUSET_MAX && (set->bits[cpu / 64] >> (cpu % 64) & 1);
}

static inline void cpuset_add(struct cpuset *set, unsigned int cpu)
{
	if (cpu < CPUSET_MAX)
		set->bits[cpu / 64] |= 1ULL << (cpu % 64);
}

static inline void cpuset_remove(struct cpuset *set, unsigned int cpu)
{
	if (cpu < CPUSET_MAX)
		set->bits[cpu / 64] &= ~(1ULL << (cpu % 64));
}

unsigned int cpuset_count(const struct cpuset *set);
bool cpuset_equal(const struct cpuset *a, const struct cpuset *b);
/* a := a without b */
void cpuset_subtract(struct cpuset *a, const struct cpuset *b);
/* the first CPU at or above @from, or -1 */
int cpuset_next(const struct cpuset *set, unsigned int from);

#define cpuset_for_each(cpu, set) \
	for (int cpu = cpuset_next(set, 0); cpu >= 0; cpu = cpuset_next(set, (unsigned int)cpu + 1))

/**
 * cpuset_parse - read a list as the kernel prints it: "0-3,8,10-11"
 * @text:	the list; empty for no CPU; trailing white space is skipped
 * @set:	result
 * Return: 0, -EINVAL (not such a list, or a range upside down), -ERANGE (a CPU
 * of CPUSET_MAX or above).
 */
int cpuset_parse(const char *text, struct cpuset *set);

/**
 * cpuset_format - write a list as the kernel would
 * @set:	CPUs
 * @buf:	result, always NUL-terminated; cut with "..." when it does not fit
 * @size:	of @buf, at least 16
 * Return: @buf
 */
char *cpuset_format(const struct cpuset *set, char *buf, size_t size);

#endif
