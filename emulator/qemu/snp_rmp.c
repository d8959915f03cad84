/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation: the RMP in memory, contiguous or in segments, and
 * the check of writes against it.
 *
 * The table is all there is: nothing is kept beside it that it could disagree
 * with.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "cpu.h"
#include "exec/cputlb.h"
#include "target/i386/snp.h"
#include "target/i386/snp_compat.h"

#define PAGE_4K     4096ULL
#define PAGE_2M     (512 * PAGE_4K)

/* A quadword of the table; false if it is not in memory */
static bool rmp_load(CPUX86State *env, uint64_t addr, uint64_t *val)
{
    SNPHost *host = env_archcpu(env)->snp;
    uint64_t raw;

    if (likely(host && addr - host->mem_base < host->mem_size)) {
        raw = qatomic_read((uint64_t *)(host->mem + (addr - host->mem_base)));
    } else if (address_space_read(&address_space_memory, addr,
                                  MEMTXATTRS_UNSPECIFIED, &raw, sizeof(raw))) {
        return false;
    }
    *val = le64_to_cpu(raw);
    return true;
}

static bool rmp_store(uint64_t addr, uint64_t val)
{
    uint64_t raw = cpu_to_le64(val);

    return !address_space_write(&address_space_memory, addr,
                                MEMTXATTRS_UNSPECIFIED, &raw, sizeof(raw));
}

/* Segment @index: where its entries are and how much memory they describe */
static bool rmp_segment(CPUX86State *env, uint64_t index, uint64_t *base,
                        uint64_t *mapped)
{
    uint64_t rst;

    if (index >= RST_ENTRIES ||
        !rmp_load(env, env->amd_rmp_base + RMP_BOOKKEEPING + index * 8, &rst)) {
        return false;
    }
    *base = rst & RST_BASE_MASK;
    *mapped = MIN((rst & RST_MAPPED_GB) << 30,
                  1ULL << RMP_CFG_SHIFT(env->amd_rmp_cfg));
    return *mapped != 0;
}

/* Physical address of the RMP entry for @pa; 0 if there is none */
static uint64_t rmp_entry_pa(CPUX86State *env, uint64_t pa)
{
    uint64_t base = env->amd_rmp_base, mapped, entry;
    unsigned shift = RMP_CFG_SHIFT(env->amd_rmp_cfg);

    if (!base || (pa >> 52)) {
        return 0;
    }
    if (env->amd_rmp_cfg & RMP_CFG_SEGMENTED) {
        if (!rmp_segment(env, pa >> shift, &base, &mapped)) {
            return 0;
        }
        pa &= (1ULL << shift) - 1;
        return pa < mapped ? base + pa / PAGE_4K * RMP_ENTRY_SIZE : 0;
    }
    entry = base + RMP_BOOKKEEPING + pa / PAGE_4K * RMP_ENTRY_SIZE;
    return entry + RMP_ENTRY_SIZE - 1 <= env->amd_rmp_end ? entry : 0;
}

bool snp_rmp_read(CPUX86State *env, uint64_t pa, uint64_t *entry)
{
    uint64_t addr = rmp_entry_pa(env, pa);

    return addr && rmp_load(env, addr, entry);
}

unsigned snp_rmp_region(CPUX86State *env, uint64_t pa)
{
    uint64_t head = rmp_entry_pa(env, pa & ~(PAGE_2M - 1)), hi;

    if (!head || !rmp_load(env, head + 8, &hi)) {
        return 0;
    }
    return (hi & RMP_COUNT_MASK) >> RMP_COUNT_SHIFT;
}

static bool rmp_count(CPUX86State *env, uint64_t pa, int delta)
{
    uint64_t head = rmp_entry_pa(env, pa & ~(PAGE_2M - 1)), hi;

    if (!head || !rmp_load(env, head + 8, &hi)) {
        return false;
    }
    hi += (uint64_t)delta << RMP_COUNT_SHIFT;
    return rmp_store(head + 8, hi);
}

static void rmp_flush_work(CPUState *cs, run_on_cpu_data data)
{
    qatomic_xchg(&X86_CPU(cs)->snp_flush_queued, false);
    tlb_flush(cs);
}

/*
 * tlb_flush() may only be called in the thread of that vCPU, and this may be
 * the thread of the PSP device or of another vCPU.  One queued flush per vCPU
 * is enough: SNP_INIT changes thousands of entries at a time.
 */
static void rmp_flush_tlbs(void)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        X86CPU *cpu = X86_CPU(cs);

        if (!cpu->snp_rmp_check) {
            continue;
        }
        if (!cs->created || qemu_cpu_is_self(cs)) {
            tlb_flush(cs);
        } else if (!qatomic_xchg(&cpu->snp_flush_queued, true)) {
            async_run_on_cpu(cs, rmp_flush_work, RUN_ON_CPU_NULL);
        }
    }
}

bool snp_rmp_write(CPUX86State *env, uint64_t pa, uint64_t entry)
{
    uint64_t addr = rmp_entry_pa(env, pa);
    uint64_t old;

    if (!addr || !rmp_load(env, addr, &old) || !rmp_store(addr, entry)) {
        return false;
    }
    if (!((old ^ entry) & RMP_ASSIGNED)) {
        return true;
    }
    if (!rmp_count(env, pa, entry & RMP_ASSIGNED ? 1 : -1)) {
        return false;
    }
    /*
     * Only a page that becomes assigned can be in a TLB with too many rights;
     * a write to a page without the right refills the TLB anyway.
     */
    if (entry & RMP_ASSIGNED) {
        rmp_flush_tlbs();
    }
    return true;
}

bool snp_rmp_set(CPUX86State *env, uint64_t pa, uint64_t entry)
{
    unsigned i;

    if (!snp_rmp_write(env, pa, entry)) {
        return false;
    }
    for (i = 1; (entry & RMP_PAGESIZE_2M) && i < 512; i++) {
        if (!snp_rmp_write(env, pa + i * PAGE_4K, entry & RMP_ASSIGNED)) {
            return false;
        }
    }
    return true;
}

uint64_t snp_rmp_asid_pages(CPUX86State *env, uint32_t asid)
{
    uint64_t pa, entry, sum = 0;
    uint64_t want = RMP_ASSIGNED | (uint64_t)asid << RMP_ASID_SHIFT;
    unsigned i;

    for (pa = 0; pa < env_archcpu(env)->snp->top; pa += PAGE_2M) {
        if (!snp_rmp_region(env, pa)) {
            continue;
        }
        for (i = 0; i < 512; i++) {
            if (!snp_rmp_read(env, pa + i * PAGE_4K, &entry) ||
                (entry & (RMP_ASSIGNED | RMP_ASID_MASK)) != want) {
                continue;
            }
            sum += entry & RMP_PAGESIZE_2M ? 512 : 1;
        }
    }
    return sum;
}

/* The parts of memory that the table takes; false if there is no part @idx */
static bool rmp_part(CPUX86State *env, unsigned idx, uint64_t *base,
                     uint64_t *size)
{
    *base = env->amd_rmp_base;
    *size = 0;
    if (!(env->amd_rmp_cfg & RMP_CFG_SEGMENTED)) {
        *size = env->amd_rmp_end + 1 - *base;
        return idx == 0;
    }
    if (!idx) {
        *size = RMP_BOOKKEEPING + RST_SIZE;
    } else if (rmp_segment(env, idx - 1, base, size)) {
        *size = *size / PAGE_4K * RMP_ENTRY_SIZE;
    }
    return idx <= RST_ENTRIES;
}

/* The entries of part @idx begin there */
static uint64_t rmp_part_skip(CPUX86State *env, unsigned idx)
{
    if (!(env->amd_rmp_cfg & RMP_CFG_SEGMENTED)) {
        return RMP_BOOKKEEPING;
    }
    return idx ? 0 : RMP_BOOKKEEPING + RST_SIZE;
}

bool snp_rmp_init(CPUX86State *env)
{
    uint64_t base, size, skip, off;
    unsigned i;

    if (!env->amd_rmp_base) {
        return false;
    }
    for (i = 0; rmp_part(env, i, &base, &size); i++) {
        skip = rmp_part_skip(env, i);
        if (size > skip &&
            address_space_set(&address_space_memory, base + skip, 0,
                              size - skip, MEMTXATTRS_UNSPECIFIED)) {
            return false;
        }
    }
    for (i = 0; rmp_part(env, i, &base, &size); i++) {
        for (off = 0; off < size; off += PAGE_4K) {
            if (!snp_rmp_write(env, base + off, RMP_ASSIGNED | RMP_IMMUTABLE)) {
                return false;
            }
        }
    }
    rmp_flush_tlbs();
    return true;
}

bool snp_rmp_contains(CPUX86State *env, uint64_t pa, uint64_t len)
{
    SNPHost *host = env_archcpu(env)->snp;
    uint64_t first = env->amd_rmp_base, last = env->amd_rmp_end;

    if (env->amd_rmp_cfg & RMP_CFG_SEGMENTED) {
        first = host->mem_base;
        last = first + host->mem_size - 1;
    }
    return pa <= last && pa + len > (first & ~(PAGE_4K - 1));
}

bool snp_write_denied(CPUX86State *env, uint64_t pa, uint64_t page_size)
{
    uint64_t entry;

    if (!env_archcpu(env)->snp) {
        return false;
    }
    if (snp_rmp_contains(env, pa, 1)) {
        return true;
    }
    if (!snp_rmp_region(env, pa)) {
        return false;
    }
    if (page_size > PAGE_4K) {
        return true;
    }
    return snp_rmp_read(env, pa, &entry) && (entry & RMP_ASSIGNED);
}

bool snp_dma_denied(uint64_t pa)
{
    X86CPU *cpu = X86_CPU(first_cpu);

    return cpu->snp && qatomic_read(&cpu->snp->dma_check) &&
           snp_write_denied(&cpu->env, pa, PAGE_4K);
}
