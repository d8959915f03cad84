/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD Secure Processor (PSP) as a PCI function: the SEV mailbox.
 *
 * What the firmware answers is the model's business (psp_fw).  Register layout
 * of Rome and Milan as in Linux's drivers/crypto/ccp/sp-pci.c (pspv2, sevv2).
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "amd_psp.h"

#define PSP_DEVICE_ID       0x1486
#define PSP_BAR             2
#define PSP_MSIX_BAR        5
#define PSP_MSIX_VECTORS    2
#define PSP_BAR_SIZE        (1 * MiB)

#define R_INTEN             0x10690
#define R_INTSTS            0x10694
#define R_CMDRESP           0x10980     /* C2PMSG_32 */
#define R_CMDBUF_LO         0x109e0     /* C2PMSG_56 */
#define R_CMDBUF_HI         0x109e4     /* C2PMSG_57 */
#define R_BLINFO            0x109ec     /* C2PMSG_59 */
#define R_FEATURE           0x109fc     /* C2PMSG_63 */

#define CMDRESP_IOC         (1u << 0)
#define CMDRESP_CMD_SHIFT   16
#define CMDRESP_CMD_MASK    0x7ffu
#define CMDRESP_RESP        (1u << 31)
#define INT_SEV_COMPLETE    (1u << 1)
#define FEATURE_SEV         (1u << 0)
#define FEATURE_SEC_REPORT  (1u << 7)   /* bits 8 and up are a report then */
#define BLINFO_VERSION      0x00360000

/* The machine stops where it is: nothing is put in order or written back */
static G_NORETURN void psp_power_cut(AMDPSPState *s)
{
    psp_log_event(s, "power-cut");
    psp_log_close(s);
    _exit(PSP_POWER_CUT_EXIT);
}

/* What the firmware does; a status, or PSP_FW_NO_STATUS if no answer will come */
static int psp_execute(AMDPSPState *s, uint32_t cmd)
{
    uint64_t cmdbuf = (uint64_t)s->hi << 32 | s->lo;
    struct psp_fw_record record;
    int status = 0;

    psp_fw_record_begin(s->fw, cmd, cmdbuf, &record);
    record.number = ++s->nr_commands;
    if (psp_fault_executes(&s->now)) {
        status = psp_fw_exec(s->fw, cmd, cmdbuf);
        /* from SNP_INIT until a shutdown that lets go of the IOMMUs */
        qatomic_set(&s->host.dma_check, s->fw->rmp_initialized);
        psp_iommu_lock(s);
    }
    if (s->now.has_status) {
        status = s->now.status;
    }
    if (!psp_fault_answers(&s->now)) {
        status = PSP_FW_NO_STATUS;
    }
    psp_fw_record_end(s->fw, status, &record);
    psp_log_command(s, &record);
    return status;
}

static void psp_complete(void *opaque)
{
    AMDPSPState *s = opaque;
    uint32_t cmd = (s->cmdresp >> CMDRESP_CMD_SHIFT) & CMDRESP_CMD_MASK;
    bool ioc = s->cmdresp & CMDRESP_IOC;
    int ret = psp_execute(s, cmd);

    if (s->now.power_cut) {
        psp_power_cut(s);
    }
    if (s->now.reset) {
        s->resets++;
        qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    }
    if (ret == PSP_FW_NO_STATUS) {
        return;
    }
    if (s->now.has_ext) {
        s->lo = s->now.ext;
        s->hi = s->now.ext >> 32;
    }

    s->busy = false;
    s->cmdresp = CMDRESP_RESP | cmd << CMDRESP_CMD_SHIFT | (ret & 0xffff);
    if (ioc && !s->now.no_irq) {
        s->intsts |= INT_SEV_COMPLETE;
        if (s->inten & INT_SEV_COMPLETE) {
            msix_notify(&s->pdev, 0);
        }
    }
}

/* The driver rang: the answer comes later, or never */
static void psp_start(AMDPSPState *s, uint32_t cmdresp)
{
    int64_t ns = s->latency_us * 1000LL;

    s->busy = true;
    s->rung_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    s->cmdresp = cmdresp & ~CMDRESP_RESP;
    if (!psp_fault_take(s, (cmdresp >> CMDRESP_CMD_SHIFT) & CMDRESP_CMD_MASK, &s->now)) {
        s->now = (PSPFault) { 0 };
    }
    ns += s->now.delay_ms * 1000000LL;
    timer_mod_ns(s->timer, s->rung_ns + ns);
}

static uint64_t psp_read(void *opaque, hwaddr addr, unsigned size)
{
    AMDPSPState *s = opaque;

    switch (addr) {
    case R_CMDRESP:
        return s->cmdresp;
    case R_CMDBUF_LO:
        return s->lo;
    case R_CMDBUF_HI:
        return s->hi;
    case R_INTEN:
        return s->inten;
    case R_INTSTS:
        return s->intsts;
    case R_FEATURE:
        return FEATURE_SEV | FEATURE_SEC_REPORT;
    case R_BLINFO:
        return BLINFO_VERSION;
    default:
        return 0;
    }
}

static void psp_write(void *opaque, hwaddr addr, uint64_t val, unsigned size)
{
    AMDPSPState *s = opaque;

    switch (addr) {
    case R_CMDRESP:
        if (s->busy) {
            qemu_log_mask(LOG_GUEST_ERROR,
                          "amd-psp: command 0x%" PRIx64 " while busy\n", val);
            break;
        }
        psp_start(s, val);
        break;
    case R_CMDBUF_LO:
        s->lo = val;
        break;
    case R_CMDBUF_HI:
        s->hi = val;
        break;
    case R_INTEN:
        s->inten = val;
        break;
    case R_INTSTS:
        s->intsts &= ~val;
        break;
    }
}

static const MemoryRegionOps psp_mmio_ops = {
    .read = psp_read,
    .write = psp_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 4 },
    .valid = { .min_access_size = 4, .max_access_size = 4 },
};

static void psp_reset(DeviceState *dev)
{
    AMDPSPState *s = AMD_PSP(dev);

    timer_del(s->timer);
    s->cmdresp = CMDRESP_RESP;
    s->lo = s->hi = s->inten = s->intsts = 0;
    s->busy = false;
    s->nr_commands = 0;
    psp_machine_reset(s);
}

static void psp_release(AMDPSPState *s)
{
    psp_machine_detach(s);
    psp_log_close(s);
    g_clear_pointer(&s->timer, timer_free);
}

static void psp_realize(PCIDevice *pdev, Error **errp)
{
    AMDPSPState *s = AMD_PSP(pdev);

    if (!psp_log_open(s, errp)) {
        return;
    }
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, psp_complete, s);
    memory_region_init_io(&s->mmio, OBJECT(s), &psp_mmio_ops, s, TYPE_AMD_PSP,
                          PSP_BAR_SIZE);
    pci_register_bar(pdev, PSP_BAR, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->mmio);
    if (!psp_machine_attach(s, errp) ||
        msix_init_exclusive_bar(pdev, PSP_MSIX_VECTORS, PSP_MSIX_BAR, errp)) {
        psp_release(s);
        return;
    }
    psp_fault_attach(s);
    msix_vector_use(pdev, 0);
    msix_vector_use(pdev, 1);
}

static void psp_exit(PCIDevice *pdev)
{
    psp_fault_detach(AMD_PSP(pdev));
    msix_uninit_exclusive_bar(pdev);
    psp_release(AMD_PSP(pdev));
}

static const Property psp_properties[] = {
    DEFINE_PROP_UINT32("latency-us", AMDPSPState, latency_us, 50),
    DEFINE_PROP_UINT32("wbinvd-us", AMDPSPState, wbinvd_us, 0),
    DEFINE_PROP_STRING("log", AMDPSPState, log_path),
    DEFINE_PROP_STRING("log-json", AMDPSPState, log_json_path),
    DEFINE_PROP_STRING("generation", AMDPSPState, generation),
    DEFINE_PROP_UINT32("asids", AMDPSPState, nr_asids, 0),
    DEFINE_PROP_UINT32("min-sev-asid", AMDPSPState, min_sev_asid,
                       SNP_MIN_SEV_ASID_DEFAULT),
    DEFINE_PROP_UINT64("rmp-base", AMDPSPState, rmp_base, 0),
    DEFINE_PROP_UINT64("rmp-size", AMDPSPState, rmp_size, 0),
    /* 0 and auto: as the generation has it */
    DEFINE_PROP_UINT64("tcb", AMDPSPState, tcb, 0),
    DEFINE_PROP_UINT8("api-major", AMDPSPState, api_major, 0),
    DEFINE_PROP_UINT8("api-minor", AMDPSPState, api_minor, 0),
    DEFINE_PROP_UINT8("build", AMDPSPState, build, 0),
    DEFINE_PROP_ON_OFF_AUTO("feature-info", AMDPSPState, feature_info,
                            ON_OFF_AUTO_AUTO),
    DEFINE_PROP_ON_OFF_AUTO("x86-shutdown", AMDPSPState, x86_shutdown,
                            ON_OFF_AUTO_AUTO),
    DEFINE_PROP_ON_OFF_AUTO("ciphertext-hiding", AMDPSPState, cth,
                            ON_OFF_AUTO_AUTO),
    DEFINE_PROP_BIT("reclaim-strict", AMDPSPState, switches, 0, false),
    DEFINE_PROP_BIT("output-reclaim", AMDPSPState, switches, 1, false),
    DEFINE_PROP_BIT("flush-all-or-nothing", AMDPSPState, switches, 2, false),
    DEFINE_PROP_BIT("shutdown-strict", AMDPSPState, switches, 3, false),
    DEFINE_PROP_BIT("launch-dirties", AMDPSPState, switches, 4, false),
    DEFINE_PROP_BIT("diagnostic", AMDPSPState, conditions, 0, false),
    DEFINE_PROP_BIT("unlocked", AMDPSPState, conditions, 1, false),
};

static const VMStateDescription psp_vmstate = {
    .name = TYPE_AMD_PSP,
    .unmigratable = 1,
};

static void psp_init(Object *obj)
{
    AMD_PSP(obj)->deaf_cpu = -1;
}

static void psp_class_init(ObjectClass *klass, SNPClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);

    k->realize = psp_realize;
    k->exit = psp_exit;
    k->vendor_id = PCI_VENDOR_ID_AMD;
    k->device_id = PSP_DEVICE_ID;
    k->class_id = PCI_CLASS_CRYPT_OTHER;
    dc->vmsd = &psp_vmstate;
    dc->hotpluggable = false;
    device_class_set_legacy_reset(dc, psp_reset);
    device_class_set_props(dc, psp_properties);
    psp_machine_class_init(klass);
    psp_fault_class_init(klass);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo psp_info = {
    .name = TYPE_AMD_PSP,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(AMDPSPState),
    .instance_init = psp_init,
    .class_init = psp_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void psp_register(void)
{
    type_register_static(&psp_info);
}

type_init(psp_register)
