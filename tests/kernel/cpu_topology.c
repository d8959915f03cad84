/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each online CPU says of its place, by CPUID alone: one line per CPU,
 *
 *	CPU APIC-ID CORE PACKAGE CACHE
 *
 * The last three are the APIC id without the bits that tell apart the threads of a
 * core, those of a package (both Fn0000_000B), those that share the last level cache
 * (Fn8000_001D).
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LAST_LEVEL	3

/* How many bits of an APIC id tell @n things apart */
static unsigned int bits_of(unsigned int n)
{
	unsigned int bits = 0;

	while ((1u << bits) < n)
		bits++;
	return bits;
}

static void print_cpu(int cpu)
{
	unsigned int a, b, c, d, apic, core_shift, package_shift, sharing = 0;

	__cpuid_count(0xb, 0, a, b, c, d);
	core_shift = a & 0x1f;
	__cpuid_count(0xb, 1, a, b, c, d);
	package_shift = a & 0x1f;
	apic = d;
	for (unsigned int i = 0; i < 8; i++) {
		__cpuid_count(0x8000001d, i, a, b, c, d);
		if ((a & 0x1f) && (a >> 5 & 7) == LAST_LEVEL)
			sharing = (a >> 14 & 0xfff) + 1;
	}
	/* the older leaf has to say the same */
	__cpuid(0x8000001e, a, b, c, d);
	if (a != apic || (b >> 8 & 0xff) + 1 != 1u << core_shift) {
		fprintf(stderr, "CPU %d: Fn8000_001E says APIC id %u and %u threads a core, "
			"Fn0000_000B %u and %u\n", cpu, a, (b >> 8 & 0xff) + 1, apic,
			1u << core_shift);
		exit(1);
	}
	printf("%d %u %u %u %u\n", cpu, apic, apic >> core_shift, apic >> package_shift,
	       apic >> bits_of(sharing));
}

int main(void)
{
	int max = (int)sysconf(_SC_NPROCESSORS_CONF);

	for (int cpu = 0; cpu < max; cpu++) {
		cpu_set_t *set = CPU_ALLOC((size_t)max);
		size_t size = CPU_ALLOC_SIZE((size_t)max);

		if (!set)
			return 1;
		CPU_ZERO_S(size, set);
		CPU_SET_S(cpu, size, set);
		if (!sched_setaffinity(0, size, set))
			print_cpu(cpu);
		CPU_FREE(set);
	}
	return 0;
}
