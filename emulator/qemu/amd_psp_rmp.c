/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RMP as the firmware in the PSP sees it, and its place in memory, which the
 * BIOS gives it.
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/i386/e820_memory_layout.h"
#include "hw/i386/x86.h"
#include "amd_psp.h"

#define PAGE_4K             4096ULL
#define PAGE_2M             (2 * MiB)

/* The same for all CPUs, which the firmware has made sure of; 0 is always there */
static CPUX86State *psp_env(AMDPSPState *s)
{
    return cpu_env(s->cpu[0]);
}

int psp_rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry)
{
    uint64_t e;

    if (!snp_rmp_read(psp_env(opaque), pa, &e)) {
        return -1;
    }
    *entry = (struct psp_fw_rmp) {
        .gpa = e & RMP_GPA_MASK,
        .asid = (e & RMP_ASID_MASK) >> RMP_ASID_SHIFT,
        .assigned = !!(e & RMP_ASSIGNED),
        .immutable = !!(e & RMP_IMMUTABLE),
        .validated = !!(e & RMP_VALIDATED),
        .vmsa = !!(e & RMP_VMSA),
        .page_2m = !!(e & RMP_PAGESIZE_2M),
    };
    return 0;
}

int psp_rmp_set(void *opaque, uint64_t pa, const struct psp_fw_rmp *entry)
{
    uint64_t e = (entry->gpa & RMP_GPA_MASK) |
                 (((uint64_t)entry->asid << RMP_ASID_SHIFT) & RMP_ASID_MASK) |
                 (entry->assigned ? RMP_ASSIGNED : 0) |
                 (entry->immutable ? RMP_IMMUTABLE : 0) |
                 (entry->validated ? RMP_VALIDATED : 0) |
                 (entry->vmsa ? RMP_VMSA : 0) |
                 (entry->page_2m ? RMP_PAGESIZE_2M : 0);

    return snp_rmp_set(psp_env(opaque), pa, e) ? 0 : -1;
}

int psp_rmp_init(void *opaque)
{
    return snp_rmp_init(psp_env(opaque)) ? 0 : -1;
}

uint64_t psp_rmp_asid_pages(void *opaque, uint32_t asid)
{
    return snp_rmp_asid_pages(psp_env(opaque), asid);
}

/* Entries of one segment */
#define SEGMENT_SIZE    ((1ULL << RMP_SEGMENT_SHIFT) / PAGE_4K * RMP_ENTRY_SIZE)

static uint64_t psp_segments(uint64_t top)
{
    return DIV_ROUND_UP(top, 1ULL << RMP_SEGMENT_SHIFT);
}

/*
 * What the BIOS does: reserve memory for the RMP and set RMP_BASE and RMP_END.
 * Below the top of low memory stay the initial ramdisk and the ACPI tables.
 * In 2M units: Linux extends a table that ends within a 2M page, and then warns
 * when it maps memory.
 */
bool psp_rmp_place(AMDPSPState *s, Error **errp)
{
    bool segmented = X86_CPU(first_cpu)->snp_segmented_rmp;
    X86MachineState *x86ms = X86_MACHINE(qdev_get_machine());
    uint64_t low = x86ms->below_4g_mem_size;
    uint64_t top = x86ms->above_4g_mem_size ?
                   4 * GiB + x86ms->above_4g_mem_size : low;
    hwaddr len;

    if (!s->rmp_size) {
        /* whole segments, and the tables before them in 2M of their own */
        s->rmp_size = segmented ? PAGE_2M + psp_segments(top) * SEGMENT_SIZE :
                      ROUND_UP(RMP_BOOKKEEPING +
                               top / PAGE_4K * RMP_ENTRY_SIZE, PAGE_2M);
    }
    if (!s->rmp_base && low > 256 * MiB + s->rmp_size) {
        s->rmp_base = ROUND_DOWN(low - 256 * MiB - s->rmp_size, PAGE_2M);
    }
    if (!s->rmp_base || ((s->rmp_base | s->rmp_size) & (PAGE_2M - 1)) ||
        s->rmp_base > low || s->rmp_size > low - s->rmp_base) {
        error_setg(errp, "amd-psp: no place for an RMP of 0x%" PRIx64
                   " bytes at 0x%" PRIx64, s->rmp_size, s->rmp_base);
        return false;
    }
    e820_add_entry(s->rmp_base, s->rmp_size, E820_RESERVED);
    s->host.rmp_base = s->rmp_base;
    s->host.rmp_end = segmented ? 0 : s->rmp_base + s->rmp_size - 1;
    s->host.rmp_cfg = segmented ? RMP_CFG_SEGMENTED | RMP_SEGMENT_SHIFT << 8 : 0;
    s->host.mem_base = s->rmp_base;
    s->host.mem_size = s->rmp_size;
    s->host.top = top;
    len = s->rmp_size;
    s->host.mem = address_space_map(&address_space_memory, s->rmp_base, &len,
                                    true, MEMTXATTRS_UNSPECIFIED);
    if (!s->host.mem || len < s->rmp_size) {
        error_setg(errp, "amd-psp: the RMP is not in memory");
        return false;
    }
    return true;
}

void psp_rmp_reset(AMDPSPState *s)
{
    uint64_t base = s->host.rmp_base + PAGE_2M, rst;
    unsigned i;

    if (!(s->host.rmp_cfg & RMP_CFG_SEGMENTED)) {
        return;
    }
    for (i = 0; i < psp_segments(s->host.top); i++, base += SEGMENT_SIZE) {
        rst = cpu_to_le64(base | (1ULL << (RMP_SEGMENT_SHIFT - 30)));
        address_space_write(&address_space_memory,
                            s->host.rmp_base + RMP_BOOKKEEPING + i * 8,
                            MEMTXATTRS_UNSPECIFIED, &rst, sizeof(rst));
    }
}

void psp_rmp_detach(AMDPSPState *s)
{
    if (s->host.mem) {
        address_space_unmap(&address_space_memory, s->host.mem,
                            s->host.mem_size, true, 0);
        s->host.mem = NULL;
    }
}
