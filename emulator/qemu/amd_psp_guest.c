/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SNP guest's surroundings: the host that it runs on, with the firmware; which
 * of the guest's pages are shared and validated.  At reset the guest is launched
 * (amd_psp_launch.c).
 */
#include "qemu/osdep.h"
#include "qemu/bitmap.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/i386/e820_memory_layout.h"
#include "hw/i386/x86.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/reset.h"
#include "amd_psp_guest.h"

#define PAGE_4K         4096ULL
#define PAGE_2M         (2 * MiB)

/* The host's addresses: an RMP that is nowhere, and the pages */
#define HOST_RMP        (1 * MiB)
#define HOST_RMP_SIZE   (1 * MiB)
#define HOST_MEMORY     (2 * MiB)

uint64_t psp_guest_pa(enum psp_host_page page)
{
    return HOST_MEMORY + page * PAGE_4K;
}

/* The host's page at @pa, HOST_PAGES if there is none */
static unsigned host_page(uint64_t pa)
{
    uint64_t page = (pa - HOST_MEMORY) / PAGE_4K;

    return pa >= HOST_MEMORY && page < HOST_PAGES ? page : HOST_PAGES;
}

static int host_read(void *opaque, uint64_t pa, void *buf, size_t len)
{
    AMDPSPGuest *s = opaque;
    unsigned page = host_page(pa);

    if (page == HOST_PAGES) {
        return -1;
    }
    memcpy(buf, s->host[page] + pa % PAGE_4K, len);
    return 0;
}

static int host_write(void *opaque, uint64_t pa, const void *buf, size_t len)
{
    AMDPSPGuest *s = opaque;
    unsigned page = host_page(pa);

    if (page == HOST_PAGES) {
        return -1;
    }
    memcpy(s->host[page] + pa % PAGE_4K, buf, len);
    return 0;
}

static int host_rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry)
{
    AMDPSPGuest *s = opaque;
    unsigned page = host_page(pa);

    if (page == HOST_PAGES) {
        return -1;
    }
    *entry = s->rmp[page];
    return 0;
}

static int host_rmp_set(void *opaque, uint64_t pa,
                        const struct psp_fw_rmp *entry)
{
    AMDPSPGuest *s = opaque;
    unsigned page = host_page(pa);

    if (page == HOST_PAGES) {
        return -1;
    }
    s->rmp[page] = *entry;
    return 0;
}

static int host_rmp_init(void *opaque)
{
    AMDPSPGuest *s = opaque;

    memset(s->rmp, 0, sizeof(s->rmp));
    return 0;
}

/* One core, which a kernel has set up for SNP */
static void host_thread_regs(void *opaque, unsigned thread,
                             struct psp_fw_thread_regs *regs)
{
    *regs = (struct psp_fw_thread_regs) {
        .mem_enc = true, .snp_en = true, .vmpl_en = true, .mfdm = true,
        .smm_lock = true, .rmp_base = HOST_RMP,
        .rmp_end = HOST_RMP + HOST_RMP_SIZE - 1,
    };
}

static const struct psp_fw_ops host_ops = {
    .mem_read = host_read,
    .mem_write = host_write,
    .rmp_get = host_rmp_get,
    .rmp_set = host_rmp_set,
    .rmp_init = host_rmp_init,
    .thread_regs = host_thread_regs,
    .crypto = &psp_crypto,
};

void psp_guest_log(AMDPSPGuest *s, const char *format, ...)
{
    va_list args;

    if (!s->log) {
        return;
    }
    fprintf(s->log, "%12.6f ",
            qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / 1e9);
    va_start(args, format);
    vfprintf(s->log, format, args);
    va_end(args);
    fputc('\n', s->log);
    fflush(s->log);
}

uint32_t psp_guest_command(AMDPSPGuest *s, uint32_t cmd)
{
    uint64_t pa = psp_guest_pa(HOST_COMMAND);
    char text[PSP_FW_RECORD_LENGTH];
    struct psp_fw_record record;
    uint32_t status;

    psp_fw_record_begin(s->fw, cmd, pa, &record);
    record.number = ++s->nr_commands;
    status = psp_fw_exec(s->fw, cmd, pa);
    psp_fw_record_end(s->fw, status, &record);
    psp_fw_record_text(&record, text);
    /* those of a launch that goes well tell nothing */
    if (cmd != PSP_CMD_SNP_LAUNCH_UPDATE || status) {
        psp_guest_log(s, "%s", text);
    }
    memset(s->host[HOST_COMMAND], 0, PAGE_4K);
    return status;
}

/* ------------------------------------------------------- the guest's memory */

static bool guest_pages(AMDPSPGuest *s, uint64_t gpa, bool large,
                        uint64_t *first, uint64_t *nr)
{
    *first = gpa / PAGE_4K;
    *nr = large ? PAGE_2M / PAGE_4K : 1;
    return !(gpa & (*nr * PAGE_4K - 1)) && *first < s->nr_pages &&
           *nr <= s->nr_pages - *first;
}

bool psp_guest_page_state(AMDPSPGuest *s, uint64_t gpa, bool large, bool shared)
{
    uint64_t first, nr, i;

    if (!guest_pages(s, gpa, large, &first, &nr)) {
        return false;
    }
    for (i = first; i < first + nr; i++) {
        if (test_bit(i, s->shared) != shared) {
            clear_bit(i, s->validated);
        }
    }
    (shared ? bitmap_set : bitmap_clear)(s->shared, first, nr);
    return true;
}

bool psp_guest_is_shared(AMDPSPGuest *s, uint64_t gpa, uint64_t len)
{
    uint64_t first = gpa / PAGE_4K, end;

    end = DIV_ROUND_UP(gpa % PAGE_4K + len, PAGE_4K) + first;
    return end <= s->nr_pages &&
           find_next_zero_bit(s->shared, end, first) == end;
}

static uint32_t guest_pvalidate(SNPVMM *vmm, uint64_t gpa, bool large,
                                bool valid, bool *carry)
{
    AMDPSPGuest *s = container_of(vmm, AMDPSPGuest, vmm);
    uint64_t first, nr, i;

    if (!guest_pages(s, gpa, large, &first, &nr)) {
        return SNP_FAIL_INPUT;
    }
    *carry = true;
    for (i = first; i < first + nr; i++) {
        if (valid && test_bit(i, s->shared)) {
            return SNP_FAIL_INPUT;      /* hardware: a nested page fault */
        }
        *carry &= test_bit(i, s->validated) == valid;
    }
    (valid ? bitmap_set : bitmap_clear)(s->validated, first, nr);
    return SNP_SUCCESS;
}

/* ------------------------------------------------------------- the device */

/* After the ROMs are in memory */
static void guest_reset_exit(Object *obj, ResetType type)
{
    AMDPSPGuest *s = AMD_PSP_GUEST(obj);

    psp_fw_reset(s->fw);
    bitmap_zero(s->shared, s->nr_pages);
    bitmap_fill(s->validated, s->nr_pages);
    s->ghcb_gpa = 0;
    psp_guest_launch(s);
}

/* A chip's id in hexadecimal digits, or that of the emulated host's first socket */
static bool guest_chip_id(AMDPSPGuest *s, uint8_t id[64], Error **errp)
{
    unsigned i;
    int hi, lo;

    if (!s->chip_id) {
        psp_chip_id(id, 0);
        return true;
    }
    for (i = 0; i < 64 && strlen(s->chip_id) == 128; i++) {
        hi = g_ascii_xdigit_value(s->chip_id[2 * i]);
        lo = g_ascii_xdigit_value(s->chip_id[2 * i + 1]);
        if (hi < 0 || lo < 0) {
            break;
        }
        id[i] = hi << 4 | lo;
    }
    if (i < 64) {
        error_setg(errp, "amd-psp-guest: chip-id: 128 hexadecimal digits");
    }
    return i == 64;
}

static bool guest_firmware(AMDPSPGuest *s, Error **errp)
{
    static const uint16_t ccx[1];
    int generation = psp_fw_generation_find(s->generation ?: "milan");
    const struct psp_fw_generation_info *info;
    struct psp_fw_config config = { 0 };
    const char *why;

    if (generation < 0) {
        error_setg(errp, "amd-psp-guest: generation: milan, genoa or turin");
        return false;
    }
    info = psp_fw_generation_info(generation);
    config = (struct psp_fw_config) {
        .nr_threads = 1, .thread_ccx = ccx, .sockets = 1,
        .generation = generation, .nr_asids = info->nr_asids,
        .min_sev_asid = SNP_MIN_SEV_ASID_DEFAULT,
        .api_major = info->api_major, .api_minor = info->api_minor,
        .build = info->build, .current_tcb = s->tcb ?: info->tcb,
    };
    if (!guest_chip_id(s, config.chip_id[0], errp)) {
        return false;
    }
    s->ops = host_ops;
    s->fw = g_new0(struct psp_fw, 1);
    why = psp_fw_init(s->fw, &s->ops, s, &config);
    if (why) {
        error_setg(errp, "amd-psp-guest: %s", why);
    }
    return !why;
}

static bool guest_files(AMDPSPGuest *s, Error **errp)
{
    g_autoptr(GError) error = NULL;

    if (s->log_path) {
        s->log = fopen(s->log_path, "w");
        if (!s->log) {
            error_setg_errno(errp, errno, "%s", s->log_path);
            return false;
        }
    }
    if (s->certs_path && !g_file_get_contents(s->certs_path, (char **)&s->certs,
                                              &s->certs_len, &error)) {
        error_setg(errp, "%s", error->message);
        return false;
    }
    return true;
}

/* One CPU: nobody starts others (SNP AP creation) */
static void guest_realize(DeviceState *dev, Error **errp)
{
    AMDPSPGuest *s = AMD_PSP_GUEST(dev);
    X86MachineState *x86ms = X86_MACHINE(qdev_get_machine());
    uint64_t low = x86ms->below_4g_mem_size;

    if (CPU_NEXT(first_cpu)) {
        error_setg(errp, "amd-psp-guest: more than one CPU");
        return;
    }
    if ((s->base & (PAGE_4K - 1)) || s->base > low ||
        low - s->base < PSP_GUEST_SIZE) {
        error_setg(errp, "amd-psp-guest: base: no pages of the low memory");
        return;
    }
    if (!guest_files(s, errp) || !guest_firmware(s, errp)) {
        return;
    }
    e820_add_entry(s->base, PSP_GUEST_SIZE, E820_RESERVED);
    s->nr_pages = (x86ms->above_4g_mem_size ?
                   4 * GiB + x86ms->above_4g_mem_size : low) / PAGE_4K;
    s->shared = bitmap_new(s->nr_pages);
    s->validated = bitmap_new(s->nr_pages);
    s->vmm.vmgexit = psp_guest_vmgexit;
    s->vmm.pvalidate = guest_pvalidate;
    X86_CPU(first_cpu)->snp_vmm = &s->vmm;
    qemu_register_resettable(OBJECT(s));        /* no bus does it */
}

static const Property guest_properties[] = {
    DEFINE_PROP_UINT64("base", AMDPSPGuest, base, 512 * MiB),
    DEFINE_PROP_UINT64("policy", AMDPSPGuest, policy, 0x30000),
    DEFINE_PROP_STRING("generation", AMDPSPGuest, generation),
    DEFINE_PROP_UINT64("tcb", AMDPSPGuest, tcb, 0),
    DEFINE_PROP_STRING("chip-id", AMDPSPGuest, chip_id),
    DEFINE_PROP_STRING("certs", AMDPSPGuest, certs_path),
    DEFINE_PROP_STRING("log", AMDPSPGuest, log_path),
};

static const VMStateDescription guest_vmstate = {
    .name = TYPE_AMD_PSP_GUEST,
    .unmigratable = 1,
};

static void guest_init(Object *obj)
{
    AMDPSPGuest *s = AMD_PSP_GUEST(obj);

    object_property_add_uint32_ptr(obj, "busy", &s->busy,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "vmm-error", &s->vmm_error,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "status", &s->status,
                                   OBJ_PROP_FLAG_READWRITE);
}

static void guest_class_init(ObjectClass *klass, SNPClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = guest_realize;
    dc->vmsd = &guest_vmstate;
    dc->user_creatable = true;
    dc->hotpluggable = false;
    dc->desc = "an SNP guest's hypervisor and PSP";
    device_class_set_props(dc, guest_properties);
    RESETTABLE_CLASS(klass)->phases.exit = guest_reset_exit;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo guest_info = {
    .name = TYPE_AMD_PSP_GUEST,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(AMDPSPGuest),
    .instance_init = guest_init,
    .class_init = guest_class_init,
};

static void guest_register(void)
{
    type_register_static(&guest_info);
}

type_init(guest_register)
