/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation: what the TCG helpers and the PSP device share.
 *
 * Sources: AMD64 APM volume 2, 15.36 (RMP, RMPUPDATE, PSMASH); PPR for family
 * 19h (layout of an RMP entry in memory, RMP_BASE/RMP_END).
 */
#ifndef I386_SNP_H
#define I386_SNP_H

#include "cpu.h"

/* Low quadword of an RMP entry; the high quadword is always 0 here */
#define RMP_ASSIGNED        (1ULL << 0)
#define RMP_PAGESIZE_2M     (1ULL << 1)
#define RMP_IMMUTABLE       (1ULL << 2)
#define RMP_GPA_SHIFT       12
#define RMP_GPA_MASK        (((1ULL << 39) - 1) << RMP_GPA_SHIFT)
#define RMP_ASID_SHIFT      51
#define RMP_ASID_MASK       (0x3ffULL << RMP_ASID_SHIFT)
#define RMP_VMSA            (1ULL << 61)
#define RMP_VALIDATED       (1ULL << 62)

#define RMP_ENTRY_SIZE      16
/* Processor bookkeeping in front of the first entry */
#define RMP_BOOKKEEPING     0x4000

/* No processor has more ASIDs of encrypted guests */
#define SNP_ASID_LIMIT      1006

/*
 * Encrypted guests that CPUID Fn8000_001F reports, and the first SEV-only ASID;
 * the PSP device sets what its generation has before any CPU runs.
 */
struct snp_asids {
    uint32_t max, min_sev;
};
extern struct snp_asids snp_asids;

#define SNP_MAX_ASID        snp_asids.max
#define SNP_MIN_SEV_ASID    snp_asids.min_sev
#define SNP_MIN_SEV_ASID_DEFAULT 100

/* Codes that RMPUPDATE and PSMASH return in EAX */
#define SNP_SUCCESS         0
#define SNP_FAIL_INPUT      1
#define SNP_FAIL_PERMISSION 2
#define SNP_FAIL_INUSE      3
#define SNP_FAIL_OVERLAP    4

/*
 * What all CPUs of the machine share; belongs to the PSP device, which hangs
 * it on every CPU (X86CPU.snp) when it is realized.
 */
typedef struct SNPHost SNPHost;
struct SNPHost {
    /* RMP_BASE and RMP_END as the BIOS leaves them; 0: no RMP */
    uint64_t rmp_base;
    uint64_t rmp_end;
    /* Number of assigned 4K pages in each 2M of memory */
    uint16_t *assigned;
    uint64_t nr_assigned;
    /* Number of pages assigned to each ASID */
    uint32_t asid_pages[SNP_ASID_LIMIT + 1];
    /* CPU @cs executed WBINVD; called on its thread, without the BQL */
    void (*wbinvd)(SNPHost *host, CPUState *cs);
};

/**
 * snp_rmp_read: read the RMP entry of the 4K page at @pa
 *
 * Returns: false if the table that @env's MSRs describe does not reach @pa.
 */
bool snp_rmp_read(CPUX86State *env, uint64_t pa, uint64_t *entry);

/**
 * snp_rmp_write: write the RMP entry of the 4K page at @pa
 *
 * Takes the right to write away from every CPU's TLB when the page becomes
 * assigned.  The BQL must be held.
 *
 * Returns: false if the table does not reach @pa.
 */
bool snp_rmp_write(CPUX86State *env, uint64_t pa, uint64_t entry);

/**
 * snp_rmp_zero: zero all entries, as SNP_INIT does; the BQL must be held
 *
 * Returns: false if the table is not in memory.
 */
bool snp_rmp_zero(CPUX86State *env);

/**
 * snp_write_denied: is a write of the hypervisor through this mapping refused?
 * @pa: physical address of the write
 * @page_size: size of the page that maps it
 *
 * A large mapping is refused if any 4K page under it is assigned.
 */
bool snp_write_denied(CPUX86State *env, uint64_t pa, uint64_t page_size);

#endif
