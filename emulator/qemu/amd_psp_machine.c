/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as the firmware in the PSP sees it: memory, the RMP, registers of
 * the CPUs, the proof of WBINVD, core complexes, what the IOMMU writes.
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/i386/amd_iommu.h"
#include "hw/i386/e820_memory_layout.h"
#include "hw/i386/topology.h"
#include "hw/i386/x86.h"
#include "amd_psp.h"

#define PAGE_4K             4096ULL
#define PAGE_2M             (2 * MiB)

static CPUX86State *psp_cpu_env(AMDPSPState *s, unsigned thread)
{
    return cpu_env(s->cpu[thread]);
}

static int psp_mem_read(void *opaque, uint64_t pa, void *buf, size_t len)
{
    return address_space_read(&address_space_memory, pa,
                              MEMTXATTRS_UNSPECIFIED, buf, len) ? -1 : 0;
}

static int psp_mem_write(void *opaque, uint64_t pa, const void *buf,
                         size_t len)
{
    return address_space_write(&address_space_memory, pa,
                               MEMTXATTRS_UNSPECIFIED, buf, len) ? -1 : 0;
}

static int psp_rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry)
{
    uint64_t e;

    if (!snp_rmp_read(psp_cpu_env(opaque, 0), pa, &e)) {
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

static int psp_rmp_set(void *opaque, uint64_t pa,
                       const struct psp_fw_rmp *entry)
{
    uint64_t e = (entry->gpa & RMP_GPA_MASK) |
                 (((uint64_t)entry->asid << RMP_ASID_SHIFT) & RMP_ASID_MASK) |
                 (entry->assigned ? RMP_ASSIGNED : 0) |
                 (entry->immutable ? RMP_IMMUTABLE : 0) |
                 (entry->validated ? RMP_VALIDATED : 0) |
                 (entry->vmsa ? RMP_VMSA : 0) |
                 (entry->page_2m ? RMP_PAGESIZE_2M : 0);

    return snp_rmp_write(psp_cpu_env(opaque, 0), pa, e) ? 0 : -1;
}

static int psp_rmp_init(void *opaque)
{
    CPUX86State *env = psp_cpu_env(opaque, 0);
    uint64_t pa;

    if (!snp_rmp_zero(env)) {
        return -1;
    }
    for (pa = env->amd_rmp_base; pa <= env->amd_rmp_end; pa += PAGE_4K) {
        if (!snp_rmp_write(env, pa, RMP_ASSIGNED | RMP_IMMUTABLE)) {
            return -1;
        }
    }
    return 0;
}

static uint64_t psp_asid_pages(void *opaque, uint32_t asid)
{
    AMDPSPState *s = opaque;

    return asid <= SNP_MAX_ASID ? s->host.asid_pages[asid] : 0;
}

static void psp_thread_regs(void *opaque, unsigned int thread,
                            struct psp_fw_thread_regs *regs)
{
    CPUX86State *env = psp_cpu_env(opaque, thread);

    *regs = (struct psp_fw_thread_regs) {
        .mem_enc = !!(env->amd_syscfg & SYSCFG_MEM_ENCRYPT),
        .snp_en = !!(env->amd_syscfg & SYSCFG_SNP_EN),
        .vmpl_en = !!(env->amd_syscfg & SYSCFG_SNP_VMPL_EN),
        .mfdm = !!(env->amd_syscfg & SYSCFG_MFDM),
        .smm_lock = !!(env->amd_hwcr & HWCR_SMMLOCK),
        .hsave_pa = env->vm_hsave,
        .rmp_base = env->amd_rmp_base,
        .rmp_end = env->amd_rmp_end,
    };
}

/* Rights only grow by this, so no TLB has to be flushed */
static int psp_snp_disable(void *opaque)
{
    AMDPSPState *s = opaque;
    unsigned i;

    for (i = 0; i < s->nr_cpus; i++) {
        qatomic_and(&psp_cpu_env(s, i)->amd_syscfg,
                    ~(SYSCFG_SNP_EN | SYSCFG_SNP_VMPL_EN | SYSCFG_MFDM));
    }
    return 0;
}

static bool psp_iommu_pages(void *opaque, unsigned int idx, uint64_t *pa,
                            uint64_t *npages)
{
    Object *o = object_resolve_path_type("", TYPE_AMD_IOMMU_DEVICE, NULL);
    unsigned i;

    for (i = 0; o && amdvi_snp_pages(AMD_IOMMU_DEVICE(o), i, pa, npages);
         i++) {
        if (*npages && !idx--) {
            return true;
        }
    }
    return false;
}

static void psp_log(void *opaque, const char *line)
{
    AMDPSPState *s = opaque;

    if (s->log) {
        fprintf(s->log, "%.6f wbinvd %" PRIu64 " %s\n",
                qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / 1e9,
                qatomic_read(&s->wbinvd_count), line);
        fflush(s->log);
    }
}

static const struct psp_fw_ops psp_ops = {
    .mem_read = psp_mem_read,
    .mem_write = psp_mem_write,
    .rmp_get = psp_rmp_get,
    .rmp_set = psp_rmp_set,
    .rmp_init = psp_rmp_init,
    .asid_pages = psp_asid_pages,
    .thread_regs = psp_thread_regs,
    .iommu_pages = psp_iommu_pages,
    .log = psp_log,
    .crypto = &psp_crypto,
};

/* Called by a vCPU, see SNPHost */
static void psp_wbinvd(SNPHost *host, CPUState *cs)
{
    AMDPSPState *s = container_of(host, AMDPSPState, host);

    qatomic_inc(&s->wbinvd_count);
    if (s->wbinvd_us) {
        g_usleep(s->wbinvd_us);     /* what writing a cache back costs */
    }
    if (cs->cpu_index != s->deaf_cpu) {
        psp_fw_wbinvd(s->fw, cs->cpu_index);
    }
}

/*
 * What the BIOS does: reserve memory for the RMP and set RMP_BASE and RMP_END.
 * Below the top of low memory stay the initial ramdisk and the ACPI tables.
 * In 2M units: Linux extends a table that ends within a 2M page, and then warns
 * when it maps memory.
 */
static bool psp_place_rmp(AMDPSPState *s, Error **errp)
{
    X86MachineState *x86ms = X86_MACHINE(qdev_get_machine());
    uint64_t low = x86ms->below_4g_mem_size;
    uint64_t top = x86ms->above_4g_mem_size ?
                   4 * GiB + x86ms->above_4g_mem_size : low;

    if (!s->rmp_size) {
        s->rmp_size = ROUND_UP(RMP_BOOKKEEPING +
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
    s->host.rmp_end = s->rmp_base + s->rmp_size - 1;
    s->host.nr_assigned = DIV_ROUND_UP(top, PAGE_2M);
    s->host.assigned = g_new0(uint16_t, s->host.nr_assigned);
    return true;
}

/* A core complex is what shares the last level cache: a die of the topology */
static unsigned psp_ccx(CPUState *cs, GArray *seen)
{
    uint32_t die = X86_CPU(cs)->apic_id >>
                   apicid_die_offset(&cpu_env(cs)->topo_info);
    unsigned i;

    for (i = 0; i < seen->len; i++) {
        if (g_array_index(seen, uint32_t, i) == die) {
            return i;
        }
    }
    g_array_append_val(seen, die);
    return i;
}

/* The shape of the machine, as the firmware wants it */
typedef struct PSPTopology {
    uint16_t ccx[PSP_FW_MAX_THREADS];
    uint32_t apic[PSP_FW_MAX_THREADS];
    bool smt;
} PSPTopology;

static bool psp_attach_cpus(AMDPSPState *s, PSPTopology *topo, Error **errp)
{
    g_autoptr(GArray) seen = g_array_new(false, false, sizeof(uint32_t));
    CPUState *cs;

    CPU_FOREACH(cs) {
        if (s->nr_cpus == PSP_FW_MAX_THREADS || !X86_CPU(cs)->snp_host) {
            error_setg(errp, "amd-psp: needs 1 to %u CPUs with snp-host=on",
                       PSP_FW_MAX_THREADS);
            return false;
        }
        s->cpu = g_renew(CPUState *, s->cpu, s->nr_cpus + 1);
        s->cpu[s->nr_cpus] = cs;
        topo->ccx[s->nr_cpus] = psp_ccx(cs, seen);
        topo->apic[s->nr_cpus] = X86_CPU(cs)->apic_id;
        topo->smt = cpu_env(cs)->topo_info.threads_per_core > 1;
        s->nr_cpus++;
        X86_CPU(cs)->snp = &s->host;
    }
    return true;
}

/* Any 64 bytes will do, but not the same ones for two sockets */
static void psp_chip_id(uint8_t id[64], unsigned socket)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA512);
    g_autofree char *text = g_strdup_printf("emulated SNP host %u", socket);
    gsize len = 64;

    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, id, &len);
}

static bool psp_firmware_init(AMDPSPState *s, const PSPTopology *topo,
                              Error **errp)
{
    struct psp_fw_config config = {
        .nr_threads = s->nr_cpus,
        .thread_ccx = topo->ccx,
        .thread_apic = topo->apic,
        .smt = topo->smt,
        .feature_info = s->feature_info || s->x86_shutdown || s->cth,
        .cth = s->cth,
        .generation = PSP_FW_MILAN,
        .sockets = 1,
        .nr_asids = SNP_MAX_ASID,
        .min_sev_asid = SNP_MIN_SEV_ASID,
        .api_major = s->api_major,
        .api_minor = s->api_minor,
        .build = s->build,
        .current_tcb = s->tcb,
        .switches = s->switches,
        .conditions = s->conditions,
    };
    const char *why;
    unsigned i;

    for (i = 0; i < PSP_FW_MAX_SOCKETS; i++) {
        psp_chip_id(config.chip_id[i], i);
    }
    s->ops = psp_ops;
    if (s->x86_shutdown) {
        s->ops.snp_disable = psp_snp_disable;
    }
    s->fw = g_new0(struct psp_fw, 1);
    why = psp_fw_init(s->fw, &s->ops, s, &config);
    if (why) {
        error_setg(errp, "amd-psp: %s", why);
    }
    return !why;
}

bool psp_machine_attach(AMDPSPState *s, Error **errp)
{
    g_autofree PSPTopology *topo = g_new0(PSPTopology, 1);

    s->host.wbinvd = psp_wbinvd;
    if (!psp_place_rmp(s, errp) || !psp_attach_cpus(s, topo, errp) ||
        !psp_firmware_init(s, topo, errp)) {
        psp_machine_detach(s);
        return false;
    }
    return true;
}

void psp_machine_detach(AMDPSPState *s)
{
    unsigned i;

    for (i = 0; i < s->nr_cpus; i++) {
        X86_CPU(s->cpu[i])->snp = NULL;
    }
    s->nr_cpus = 0;
    g_clear_pointer(&s->cpu, g_free);
    if (s->fw) {
        psp_fw_reset(s->fw);    /* gives back what it calculated with */
    }
    g_clear_pointer(&s->fw, g_free);
    g_clear_pointer(&s->host.assigned, g_free);
}

void psp_machine_reset(AMDPSPState *s)
{
    memset(s->host.assigned, 0,
           s->host.nr_assigned * sizeof(*s->host.assigned));
    memset(s->host.asid_pages, 0, sizeof(s->host.asid_pages));
    psp_fw_reset(s->fw);
    psp_log(s, "reset");
}
