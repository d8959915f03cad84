/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP emulation: what the TCG helpers, the IOMMU and the PSP devices
 * share.
 *
 * Sources: AMD64 APM volume 2, 15.36 (RMP, access checks, segmented RMP), volume
 * 3 (RMPUPDATE, PSMASH, RMPREAD); PPR for family 19h (layout of an RMP entry in
 * memory, RMP_BASE/RMP_END).
 */
#ifndef I386_SNP_H
#define I386_SNP_H

#include "cpu.h"

/* Low quadword of an RMP entry */
#define RMP_ASSIGNED        (1ULL << 0)
#define RMP_PAGESIZE_2M     (1ULL << 1)
#define RMP_IMMUTABLE       (1ULL << 2)
#define RMP_GPA_SHIFT       12
#define RMP_GPA_MASK        (((1ULL << 39) - 1) << RMP_GPA_SHIFT)
#define RMP_ASID_SHIFT      51
#define RMP_ASID_MASK       (0x3ffULL << RMP_ASID_SHIFT)
#define RMP_VMSA            (1ULL << 61)
#define RMP_VALIDATED       (1ULL << 62)

/*
 * High quadword of the first entry of each 2M of memory: how many of the 512
 * entries are assigned.  Hardware counts there too, at a place of its own.
 */
#define RMP_COUNT_SHIFT     32
#define RMP_COUNT_MASK      (0x3ffULL << RMP_COUNT_SHIFT)

#define RMP_ENTRY_SIZE      16
/* Processor bookkeeping in front of the first entry, or of the segment table */
#define RMP_BOOKKEEPING     0x4000

/* RMP_CFG, the segment table after the bookkeeping, and its entries */
#define RMP_CFG_SEGMENTED   (1ULL << 0)
#define RMP_CFG_SHIFT(cfg)  (((cfg) >> 8) & 0x3f)
#define RST_ENTRIES         512
#define RST_SIZE            (RST_ENTRIES * 8)
#define RST_MAPPED_GB       0xfffffULL
#define RST_BASE_MASK       (((1ULL << 32) - 1) << 20)
/* Segments of 1G: small machines have several then, which real ones do not */
#define RMP_SEGMENT_SHIFT   30
#define RMP_SHIFT_MIN       30
#define RMP_SHIFT_MAX       40

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

/* The bit of a page table entry that says "encrypted", as Fn8000_001F has it */
#define SNP_C_BIT           (1ULL << 51)

/* Codes that RMPUPDATE, PSMASH, RMPREAD and PVALIDATE return in EAX */
#define SNP_SUCCESS         0
#define SNP_FAIL_INPUT      1
#define SNP_FAIL_PERMISSION 2
#define SNP_FAIL_INUSE      3
#define SNP_FAIL_OVERLAP    4
#define SNP_FAIL_BADADDR    7

/*
 * What all CPUs of the machine share; belongs to the PSP device, which hangs
 * it on every CPU (X86CPU.snp) when it is realized.
 */
typedef struct SNPHost SNPHost;
struct SNPHost {
    /* RMP_BASE, RMP_END and RMP_CFG as the BIOS leaves them; 0: no RMP */
    uint64_t rmp_base;
    uint64_t rmp_end;
    uint64_t rmp_cfg;
    /* Memory that the BIOS reserved for all of the RMP, and where it is for us */
    uint64_t mem_base;
    uint64_t mem_size;
    uint8_t *mem;
    /* First address beyond memory */
    uint64_t top;
    /* IOMMUs check DMA against the RMP; atomic */
    bool dma_check;
    /* CPU @cs executed WBINVD; called on its thread, without the BQL */
    void (*wbinvd)(SNPHost *host, CPUState *cs);
};

/*
 * The hypervisor that an SNP guest sees; belongs to the device amd-psp-guest,
 * which hangs it on the CPU (X86CPU.snp_vmm) when it is realized.  Called on the
 * CPU's thread, with the BQL.
 */
typedef struct SNPVMM SNPVMM;
struct SNPVMM {
    /* VMGEXIT: what is asked is in the GHCB MSR, or where that points to */
    void (*vmgexit)(SNPVMM *vmm, CPUX86State *env);
    /* PVALIDATE of the page at @gpa; @carry: it was so already */
    uint32_t (*pvalidate)(SNPVMM *vmm, uint64_t gpa, bool large, bool valid,
                          bool *carry);
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
 * snp_rmp_set: write the RMP entry of a page of 4K or, if the entry says so, 2M
 *
 * The entries after the first one of a 2M page say that they are assigned, and
 * nothing else.  The BQL must be held.
 *
 * Returns: false if the table does not reach all of the page.
 */
bool snp_rmp_set(CPUX86State *env, uint64_t pa, uint64_t entry);

/**
 * snp_rmp_region: number of assigned 4K pages in the 2M around @pa
 */
unsigned snp_rmp_region(CPUX86State *env, uint64_t pa);

/**
 * snp_rmp_asid_pages: number of 4K pages assigned to @asid
 */
uint64_t snp_rmp_asid_pages(CPUX86State *env, uint32_t asid);

/**
 * snp_rmp_init: what SNP_INIT does: zero all entries, then make the table's own
 * pages firmware pages; the BQL must be held
 *
 * Returns: false if the table is not in memory.
 */
bool snp_rmp_init(CPUX86State *env);

/**
 * snp_rmp_contains: are some of these addresses the RMP's own?
 */
bool snp_rmp_contains(CPUX86State *env, uint64_t pa, uint64_t len);

/**
 * snp_write_denied: is a write of the hypervisor through this mapping refused?
 * @pa: physical address of the write
 * @page_size: size of the page that maps it
 *
 * A mapping of 2M or more is refused if any 4K page of the same 2M is assigned.
 */
bool snp_write_denied(CPUX86State *env, uint64_t pa, uint64_t page_size);

/**
 * snp_dma_denied: do the IOMMUs refuse a device's write to the 4K page at @pa?
 */
bool snp_dma_denied(uint64_t pa);

/**
 * snp_vmexit_insn: store the next RIP, or the instruction's bytes, in the VMCB
 *
 * @env still has the guest's state.  What this #VMEXIT has nothing of becomes
 * 0: KVM takes a next RIP that is not 0 for this exit's.
 */
void snp_vmexit_insn(CPUX86State *env, uint64_t exit_code,
                     uint64_t exit_info_1);

#endif
