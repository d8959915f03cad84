/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this a machine for SEV guests?  A table of checks, one function each, over facts of
 * which the most common are gathered once.  Nothing here changes anything, and nothing is
 * guessed: what could not be read is told as that.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "lib/core/context.h"

/* CPUID 8000001F EAX */
#define CPUID_SME		(1U << 0)
#define CPUID_SEV		(1U << 1)
#define CPUID_PAGE_FLUSH	(1U << 2)
#define CPUID_SEV_ES		(1U << 3)
#define CPUID_SNP		(1U << 4)
#define CPUID_VMPL		(1U << 5)
#define CPUID_SECURE_TSC	(1U << 8)
#define CPUID_COHERENT		(1U << 10)

enum doctor_generation {
	DOCTOR_UNKNOWN, DOCTOR_NAPLES, DOCTOR_ROME, DOCTOR_MILAN, DOCTOR_GENOA, DOCTOR_BERGAMO,
	DOCTOR_TURIN,
};

/**
 * struct exam - what the checks look at
 * @cpuid_err:	0 or -errno: CPUID cannot be had
 * @vendor, @brand: of the processor
 * @amd:	by its vendor
 * @hypervisor:	there is one below
 * @sev:	CPUID 8000001F, all zero where the processor has none
 * @status_err:	0 or -errno: whether MSR C0010131 could be read, where there is a hypervisor
 * @status:	that register
 * @cpuinfo:	/proc/cpuinfo up to the end of the first processor's flags
 * @cmdline:	of the kernel, empty where it cannot be read
 * @online:	CPUs
 * @syscfg:	bits that are set on all of @online, and on any
 * @p:		what both sides of the firmware said; @asked: they were asked
 * @report:	of a guest, once it was asked for
 * @oom:	out of memory: nothing that follows counts
 */
struct exam {
	struct sevadm *adm;
	struct sevadm_diagnosis *out;
	int cpuid_err, status_err;
	char vendor[13], brand[49];
	bool amd, hypervisor, oom;
	unsigned int family, model;
	enum doctor_generation generation;
	struct host_cpuid sev;
	uint64_t status;
	char *cpuinfo, cmdline[4096];
	bool has_cmdline;
	struct sevadm_host host;
	struct driver_log klog;
	struct platforms p;
	bool asked;
	struct sevadm_guest_report report;
	struct exam_registers {
		int err;
		unsigned int cpu;	/* where it could not be read, or is another than on the first */
		bool differ;
		uint64_t first, all, any;
	} syscfg, rmp_base, rmp_end;
};

/**
 * struct exam_check - one check
 * @parent:	the one that has to pass first, or else this one is skipped; NULL: none
 * @feature:	the least for which it is made
 * @run:	tells one verdict, by say()
 */
struct exam_check {
	const char *id, *category, *parent;
	enum sevadm_feature feature;
	void (*run)(struct exam *e, struct sevadm_examined *x);
};

/* The tables of the rooms' files, each ended by one without an id */
extern const struct exam_check processor_checks[], register_checks[], kernel_checks[],
	firmware_checks[], device_checks[], memory_checks[];

/* The verdict of a check; @remedy may be NULL, and is dropped where it passed */
__attribute__((format(printf, 5, 6)))
void say(struct exam *e, struct sevadm_examined *x, enum sevadm_verdict verdict,
	 const char *remedy, const char *format, ...);

/* ---- machine.c */

/* CPUID, and what it says of the machine; the answer in @e->out */
void exam_machine(struct exam *e);
const char *exam_generation_name(enum doctor_generation generation);
/* Does a processor of this generation have SNP, when its BIOS lets it? */
bool exam_has_snp(enum doctor_generation generation);
bool exam_has_es(enum doctor_generation generation);

/* ---- registers.c */

/* Of every CPU online */
void exam_registers(struct exam *e);

/* ---- doctor.c */

/* Each check of @table, down to the feature in @e->out */
void exam_table(struct exam *e, const struct exam_check *table);
/* In words; "root is needed" for what a privilege would have given */
const char *exam_why(int err);

#endif
