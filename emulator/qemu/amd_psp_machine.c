/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as the firmware in the PSP sees it: memory, registers of the CPUs,
 * the proof of WBINVD, core complexes, what the IOMMU writes.  The RMP is in
 * amd_psp_rmp.c.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/i386/amd_iommu.h"
#include "hw/i386/topology.h"
#include "hw/i386/x86.h"
#include "amd_psp.h"

/* Thread 0 is always there: the boot CPU cannot be taken out */
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

static void psp_thread_regs(void *opaque, unsigned int thread,
                            struct psp_fw_thread_regs *regs)
{
    AMDPSPState *s = opaque;
    CPUX86State *env;

    if (!s->cpu[thread]) {
        *regs = s->regs_gone[thread];
        return;
    }
    env = psp_cpu_env(s, thread);
    *regs = (struct psp_fw_thread_regs) {
        .mem_enc = !!(env->amd_syscfg & SYSCFG_MEM_ENCRYPT),
        .snp_en = !!(env->amd_syscfg & SYSCFG_SNP_EN),
        .vmpl_en = !!(env->amd_syscfg & SYSCFG_SNP_VMPL_EN),
        .mfdm = !!(env->amd_syscfg & SYSCFG_MFDM),
        .smm_lock = !!(env->amd_hwcr & HWCR_SMMLOCK),
        .hsave_pa = env->vm_hsave,
        .rmp_base = env->amd_rmp_base,
        /* segmented: the firmware model wants to know where all of it is */
        .rmp_end = env->amd_rmp_cfg & RMP_CFG_SEGMENTED ?
                   s->host.mem_base + s->host.mem_size - 1 : env->amd_rmp_end,
    };
}

/* Rights only grow by this, so no TLB has to be flushed */
static int psp_snp_disable(void *opaque)
{
    AMDPSPState *s = opaque;
    unsigned i;

    for (i = 0; i < s->nr_cpus; i++) {
        struct psp_fw_thread_regs *gone = &s->regs_gone[i];

        gone->snp_en = gone->vmpl_en = gone->mfdm = false;
        if (s->cpu[i]) {
            qatomic_and(&psp_cpu_env(s, i)->amd_syscfg,
                        ~(SYSCFG_SNP_EN | SYSCFG_SNP_VMPL_EN | SYSCFG_MFDM));
        }
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

void psp_iommu_lock(AMDPSPState *s)
{
    Object *o = object_resolve_path_type("", TYPE_AMD_IOMMU_DEVICE, NULL);

    if (o) {
        amdvi_snp_lock(AMD_IOMMU_DEVICE(o), s->fw->rmp_initialized);
    }
}

static const struct psp_fw_ops psp_ops = {
    .mem_read = psp_mem_read,
    .mem_write = psp_mem_write,
    .rmp_get = psp_rmp_get,
    .rmp_set = psp_rmp_set,
    .rmp_init = psp_rmp_init,
    .asid_pages = psp_rmp_asid_pages,
    .thread_regs = psp_thread_regs,
    .iommu_pages = psp_iommu_pages,
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
    if (cs->cpu_index != qatomic_read(&s->deaf_cpu)) {
        psp_fw_wbinvd(s->fw, cs->cpu_index);
    }
}

/* A core complex is what shares the last level cache: a die of the topology */
static unsigned psp_ccx(uint32_t apic_id, GArray *seen)
{
    uint32_t die = apic_id >> apicid_die_offset(&cpu_env(first_cpu)->topo_info);
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
    bool off[PSP_FW_MAX_THREADS];
} PSPTopology;

static bool psp_cpu_ok(CPUState *cs, Error **errp)
{
    if (!X86_CPU(cs)->snp_host) {
        error_setg(errp, "amd-psp: CPU %d lacks snp-host=on", cs->cpu_index);
        return false;
    }
    return true;
}

/* Thread numbers are those of the machine's CPU slots, plugged in or not */
static bool psp_attach_cpus(AMDPSPState *s, PSPTopology *topo, Error **errp)
{
    g_autoptr(GArray) seen = g_array_new(false, false, sizeof(uint32_t));
    MachineState *ms = MACHINE(qdev_get_machine());
    const CPUArchIdList *slots =
        MACHINE_GET_CLASS(ms)->possible_cpu_arch_ids(ms);
    CPUState *cs;
    unsigned i;

    if (slots->len > PSP_FW_MAX_THREADS) {
        error_setg(errp, "amd-psp: more than %u CPUs", PSP_FW_MAX_THREADS);
        return false;
    }
    s->nr_cpus = slots->len;
    s->cpu = g_new0(CPUState *, s->nr_cpus);
    s->regs_gone = g_new0(struct psp_fw_thread_regs, s->nr_cpus);
    for (i = 0; i < s->nr_cpus; i++) {
        topo->apic[i] = slots->cpus[i].arch_id;
        topo->ccx[i] = psp_ccx(topo->apic[i], seen);
        topo->off[i] = true;
    }
    CPU_FOREACH(cs) {
        if (!psp_cpu_ok(cs, errp)) {
            return false;
        }
        s->cpu[cs->cpu_index] = cs;
        topo->off[cs->cpu_index] = false;
        X86_CPU(cs)->snp = &s->host;
    }
    return true;
}

/*
 * A core that was taken out before has been in its socket all the time, and its
 * registers are what they were.  After the reset that ends device_add.
 */
static void psp_cpu_is_back(void *opaque)
{
    AMDPSPState *s = opaque;
    unsigned i;

    for (i = 0; i < s->nr_cpus; i++) {
        const struct psp_fw_thread_regs *gone = &s->regs_gone[i];

        if (s->cpu[i] && gone->rmp_base) {
            qatomic_or(&psp_cpu_env(s, i)->amd_syscfg,
                       (gone->snp_en ? SYSCFG_SNP_EN : 0) |
                       (gone->vmpl_en ? SYSCFG_SNP_VMPL_EN : 0) |
                       (gone->mfdm ? SYSCFG_MFDM : 0));
            s->regs_gone[i] = (struct psp_fw_thread_regs) { 0 };
        }
    }
}

/*
 * A CPU is plugged in: the firmware of the board sets it up as the others are
 * before an OS gets to see it, and the PSP counts it from then on.  Its
 * registers are those of a reset, which comes after this and finds the RMP by
 * way of @snp.
 */
static void psp_cpu_plugged(DeviceListener *listener, DeviceState *dev)
{
    AMDPSPState *s = container_of(listener, AMDPSPState, cpu_listener);
    CPUState *cs = (CPUState *)object_dynamic_cast(OBJECT(dev), TYPE_X86_CPU);

    if (!cs || !dev->hotplugged || !X86_CPU(cs)->snp_host) {
        return;
    }
    s->cpu[cs->cpu_index] = cs;
    X86_CPU(cs)->snp = &s->host;
    psp_fw_thread_enable(s->fw, cs->cpu_index, true);
    aio_bh_schedule_oneshot(qemu_get_aio_context(), psp_cpu_is_back, s);
}

/*
 * A CPU is taken out: from the OS, that is; in the socket the core stays, and
 * the firmware goes on looking at what its registers were.
 */
static void psp_cpu_unplugged(DeviceListener *listener, DeviceState *dev)
{
    AMDPSPState *s = container_of(listener, AMDPSPState, cpu_listener);
    unsigned i = 0;

    /* it has no number any more */
    while (i < s->nr_cpus && s->cpu[i] != (CPUState *)dev) {
        i++;
    }
    if (i == s->nr_cpus) {
        return;
    }
    psp_thread_regs(s, i, &s->regs_gone[i]);
    X86_CPU(dev)->snp = NULL;
    s->cpu[i] = NULL;
}

/* Threads of which @wanted is true, as a list: " NAME=0-3,8" */
static void psp_list_threads(AMDPSPState *s, GString *text, const char *name,
                             bool (*wanted)(AMDPSPState *, unsigned, unsigned),
                             unsigned arg)
{
    const char *separator = "=";
    unsigned first, end;

    g_string_append_printf(text, " %s", name);
    for (first = 0; first < s->nr_cpus; first = end + 1) {
        end = first;
        while (end < s->nr_cpus && wanted(s, end, arg)) {
            end++;
        }
        if (end > first) {
            g_string_append_printf(text, "%s%u", separator, first);
            separator = ",";
        }
        if (end > first + 1) {
            g_string_append_printf(text, "-%u", end - 1);
        }
    }
}

static bool psp_counts_in_ccx(AMDPSPState *s, unsigned thread, unsigned ccx)
{
    return psp_fw_thread_enabled(s->fw, thread) &&
           s->fw->thread_ccx[thread] == ccx;
}

static bool psp_counts_absent(AMDPSPState *s, unsigned thread, unsigned arg)
{
    return psp_fw_thread_enabled(s->fw, thread) && !s->cpu[thread];
}

/* The property "topology": what the firmware takes the machine for */
static char *psp_topology_get(Object *obj, Error **errp)
{
    AMDPSPState *s = AMD_PSP(obj);
    GString *text = g_string_new(NULL);
    unsigned ccx;

    if (!s->fw) {
        return g_string_free(text, false);
    }
    g_string_printf(text, "sockets=%u smt=%s", s->fw->sockets,
                    s->fw->smt ? "on" : "off");
    for (ccx = 0; ccx < PSP_FW_MAX_CCX; ccx++) {
        if (psp_fw_ccxs_has(&s->fw->ccx_all, ccx)) {
            psp_list_threads(s, text, "ccx", psp_counts_in_ccx, ccx);
        }
    }
    psp_list_threads(s, text, "absent", psp_counts_absent, 0);
    return g_string_free(text, false);
}

void psp_machine_class_init(ObjectClass *klass)
{
    object_class_property_add_str(klass, "topology", psp_topology_get, NULL);
}

/* Any 64 bytes will do, but not the same ones for two sockets */
void psp_chip_id(uint8_t id[64], unsigned socket)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA512);
    g_autofree char *text = g_strdup_printf("emulated SNP host %u", socket);
    gsize len = 64;

    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, id, &len);
}

/* What the properties leave to the generation; SNP_FEATURE_INFO comes with a feature */
static int psp_generation(AMDPSPState *s, Error **errp)
{
    int generation = psp_fw_generation_find(s->generation ?: "milan");
    const struct psp_fw_generation_info *info;

    if (generation < 0) {
        error_setg(errp, "amd-psp: generation: milan, genoa or turin");
        return -1;
    }
    info = psp_fw_generation_info(generation);
    s->nr_asids = s->nr_asids ?: info->nr_asids;
    s->api_major = s->api_major ?: info->api_major;
    s->api_minor = s->api_minor ?: info->api_minor;
    s->build = s->build ?: info->build;
    s->tcb = s->tcb ?: info->tcb;
    if (s->feature_info == ON_OFF_AUTO_AUTO) {
        s->feature_info = info->feature_info ||
                          s->x86_shutdown == ON_OFF_AUTO_ON ||
                          s->cth == ON_OFF_AUTO_ON ?
                          ON_OFF_AUTO_ON : ON_OFF_AUTO_OFF;
    }
    if (s->x86_shutdown == ON_OFF_AUTO_AUTO) {
        s->x86_shutdown = info->x86_shutdown ? s->feature_info : ON_OFF_AUTO_OFF;
    }
    if (s->cth == ON_OFF_AUTO_AUTO) {
        s->cth = info->cth ? s->feature_info : ON_OFF_AUTO_OFF;
    }
    if (s->nr_asids > SNP_ASID_LIMIT || !s->min_sev_asid ||
        s->min_sev_asid > s->nr_asids + 1) {
        error_setg(errp, "amd-psp: asids: up to %u; min-sev-asid: from 1 to one more",
                   SNP_ASID_LIMIT);
        return -1;
    }
    return generation;
}

static bool psp_firmware_init(AMDPSPState *s, const PSPTopology *topo,
                              int generation, Error **errp)
{
    const CpuTopology *smp = &MACHINE(qdev_get_machine())->smp;
    struct psp_fw_config config = {
        .nr_threads = s->nr_cpus,
        .thread_ccx = topo->ccx,
        .thread_disabled = topo->off,
        .thread_apic = topo->apic,
        .smt = smp->threads > 1,
        .feature_info = s->feature_info == ON_OFF_AUTO_ON,
        .cth = s->cth == ON_OFF_AUTO_ON,
        .generation = generation,
        .sockets = smp->sockets,
        .nr_asids = s->nr_asids,
        .min_sev_asid = s->min_sev_asid,
        .api_major = s->api_major,
        .api_minor = s->api_minor,
        .build = s->build,
        .current_tcb = s->tcb,
        .switches = s->switches,
        .conditions = s->conditions,
    };
    const char *why;
    unsigned i;

    /* what CPUID says of them, and RMPUPDATE accepts */
    snp_asids.max = s->nr_asids;
    snp_asids.min_sev = s->min_sev_asid;
    for (i = 0; i < PSP_FW_MAX_SOCKETS; i++) {
        psp_chip_id(config.chip_id[i], i);
    }
    s->ops = psp_ops;
    if (s->x86_shutdown == ON_OFF_AUTO_ON) {
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
    int generation = psp_generation(s, errp);

    s->host.wbinvd = psp_wbinvd;
    if (generation < 0 || !psp_rmp_place(s, errp) ||
        !psp_attach_cpus(s, topo, errp) ||
        !psp_firmware_init(s, topo, generation, errp)) {
        psp_machine_detach(s);
        return false;
    }
    s->cpu_listener.realize = psp_cpu_plugged;
    s->cpu_listener.unrealize = psp_cpu_unplugged;
    device_listener_register(&s->cpu_listener);
    return true;
}

void psp_machine_detach(AMDPSPState *s)
{
    unsigned i;

    if (s->cpu_listener.realize) {
        device_listener_unregister(&s->cpu_listener);
        s->cpu_listener.realize = NULL;
    }
    for (i = 0; s->cpu && i < s->nr_cpus; i++) {
        if (s->cpu[i]) {
            X86_CPU(s->cpu[i])->snp = NULL;
        }
    }
    s->nr_cpus = 0;
    g_clear_pointer(&s->cpu, g_free);
    g_clear_pointer(&s->regs_gone, g_free);
    if (s->fw) {
        psp_fw_reset(s->fw);    /* gives back what it calculated with */
    }
    g_clear_pointer(&s->fw, g_free);
    psp_rmp_detach(s);
}

void psp_machine_reset(AMDPSPState *s)
{
    unsigned i;

    /* the BIOS finds those that are there now */
    for (i = 0; i < s->nr_cpus; i++) {
        psp_fw_thread_enable(s->fw, i, s->cpu[i]);
        s->regs_gone[i] = (struct psp_fw_thread_regs) { 0 };
    }
    psp_rmp_reset(s);
    qatomic_set(&s->host.dma_check, false);
    psp_fw_reset(s->fw);
    psp_log_event(s, "reset");
}
