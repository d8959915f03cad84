/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SNP guest's surroundings: the host that launched it, with its firmware.
 *
 * At reset the firmware is taken through a launch: of the BIOS, which is
 * measured, a secrets page and a CPUID page.  The last two are in the guest's
 * memory then, and a page before them tells Linux where (SETUP_CC_BLOB): the
 * boot loader has to put the device's property "base" into setup_data.
 *
 * Sources: AMD 56860; Linux, arch/x86/include/asm/sev.h (cc_blob_sev_info) and
 * Documentation/arch/x86/boot.rst (setup_data).
 */
#include "qemu/osdep.h"
#include "qemu/bitmap.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "exec/target_page.h"
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
#define GUEST_ASID      1

/* The guest's pages, from @base on */
#define GUEST_BLOB      0
#define GUEST_SECRETS   PAGE_4K
#define GUEST_CPUID     (2 * PAGE_4K)
#define GUEST_SIZE      (3 * PAGE_4K)

#define BIOS_SIZE       (256 * KiB)     /* below 4G */

/* Of PAGE_INFO */
enum { PAGE_NORMAL = 1, PAGE_SECRETS = 5, PAGE_CPUID = 6 };

#define SETUP_CC_BLOB   7
#define CC_BLOB_MAGIC   0x45444d41      /* "AMDE" */
#define CC_BLOB         0x40            /* in its page, after the setup_data */

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
    psp_guest_log(s, "%s", text);
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

static void guest_read(uint64_t gpa, void *buf, size_t len)
{
    address_space_read(&address_space_memory, gpa, MEMTXATTRS_UNSPECIFIED,
                       buf, len);
}

static void guest_write(uint64_t gpa, const void *buf, size_t len)
{
    address_space_write(&address_space_memory, gpa, MEMTXATTRS_UNSPECIFIED,
                        buf, len);
}

/* ------------------------------------------------------------- the launch */

/* What Linux looks for: a setup_data, which names a cc_blob_sev_info */
static void write_blob(AMDPSPGuest *s)
{
    uint8_t page[CC_BLOB + 0x28] = { 0 };
    uint8_t *blob = page + CC_BLOB;

    stl_le_p(page + 8, SETUP_CC_BLOB);
    stl_le_p(page + 12, 4);
    stl_le_p(page + 16, s->base + CC_BLOB);
    stl_le_p(blob, CC_BLOB_MAGIC);
    stw_le_p(blob + 4, 1);
    stq_le_p(blob + 8, s->base + GUEST_SECRETS);
    stl_le_p(blob + 16, PAGE_4K);
    stq_le_p(blob + 24, s->base + GUEST_CPUID);
    stl_le_p(blob + 32, PAGE_4K);
    guest_write(s->base + GUEST_BLOB, page, sizeof(page));
}

/* The CPUID functions of a guest, as a VMM would have the firmware check them */
static void fill_cpuid(uint8_t *page)
{
    static const uint32_t leaves[][2] = {
        { 0 }, { 1 }, { 7 }, { 0xb, 0 }, { 0xb, 1 }, { 0xd, 0 }, { 0xd, 1 },
        { 0x80000000 }, { 0x80000001 }, { 0x80000002 }, { 0x80000003 },
        { 0x80000004 }, { 0x80000005 }, { 0x80000006 }, { 0x80000007 },
        { 0x80000008 }, { 0x8000000a }, { 0x80000019 }, { 0x8000001a },
        { 0x8000001d, 0 }, { 0x8000001d, 1 }, { 0x8000001d, 2 },
        { 0x8000001d, 3 }, { 0x8000001e }, { 0x8000001f },
    };
    unsigned i;

    memset(page, 0, PAGE_4K);
    stl_le_p(page, ARRAY_SIZE(leaves));
    for (i = 0; i < ARRAY_SIZE(leaves); i++) {
        uint8_t *fn = page + 16 + i * 48;
        uint32_t a, b, c, d;

        cpu_x86_cpuid(cpu_env(first_cpu), leaves[i][0], leaves[i][1],
                      &a, &b, &c, &d);
        stl_le_p(fn, leaves[i][0]);
        stl_le_p(fn + 4, leaves[i][1]);
        stq_le_p(fn + 8, leaves[i][0] == 0xd);
        stl_le_p(fn + 24, a);
        stl_le_p(fn + 28, b);
        stl_le_p(fn + 32, c);
        stl_le_p(fn + 36, d);
    }
}

/* SNP_LAUNCH_UPDATE with what is in HOST_LAUNCH; the guest has it afterwards */
static uint32_t launch_page(AMDPSPGuest *s, uint64_t gpa, unsigned type)
{
    uint32_t status;

    s->rmp[HOST_LAUNCH] = (struct psp_fw_rmp) {
        .gpa = gpa, .asid = GUEST_ASID, .assigned = 1, .immutable = 1,
    };
    psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
    psp_guest_put(s, HOST_COMMAND, 8, type << 1);
    psp_guest_put(s, HOST_COMMAND, 0x10, psp_guest_pa(HOST_LAUNCH));
    status = psp_guest_command(s, PSP_CMD_SNP_LAUNCH_UPDATE);
    if (!status && type != PAGE_NORMAL) {
        guest_write(gpa, s->host[HOST_LAUNCH], PAGE_4K);
    }
    return status;
}

static uint32_t launch_pages(AMDPSPGuest *s)
{
    uint32_t status = 0;
    uint64_t gpa;

    for (gpa = 4 * GiB - BIOS_SIZE; !status && gpa < 4 * GiB; gpa += PAGE_4K) {
        guest_read(gpa, s->host[HOST_LAUNCH], PAGE_4K);
        status = launch_page(s, gpa, PAGE_NORMAL);
    }
    memset(s->host[HOST_LAUNCH], 0, PAGE_4K);
    if (!status) {
        status = launch_page(s, s->base + GUEST_SECRETS, PAGE_SECRETS);
    }
    if (!status) {
        fill_cpuid(s->host[HOST_LAUNCH]);
        status = launch_page(s, s->base + GUEST_CPUID, PAGE_CPUID);
    }
    return status;
}

/* SNP up and an ASID clean, as Linux and KVM do it */
static uint32_t launch_begin(AMDPSPGuest *s)
{
    const struct psp_fw_rmp firmware = { .assigned = 1, .immutable = 1 };
    uint32_t status = psp_guest_command(s, PSP_CMD_SNP_INIT);

    if (!status) {
        psp_fw_wbinvd(s->fw, 0);
        status = psp_guest_command(s, PSP_CMD_SNP_DF_FLUSH);
    }
    s->rmp[HOST_CONTEXT] = s->rmp[HOST_RESPONSE] = firmware;
    if (!status) {
        psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
        status = psp_guest_command(s, PSP_CMD_SNP_GCTX_CREATE);
    }
    if (!status) {
        psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
        psp_guest_put(s, HOST_COMMAND, 8, s->policy);
        status = psp_guest_command(s, PSP_CMD_SNP_LAUNCH_START);
    }
    if (!status) {
        psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
        psp_guest_put(s, HOST_COMMAND, 8, GUEST_ASID);
        status = psp_guest_command(s, PSP_CMD_SNP_ACTIVATE);
    }
    return status;
}

/* After the ROMs are in memory */
static void guest_reset_exit(Object *obj, ResetType type)
{
    AMDPSPGuest *s = AMD_PSP_GUEST(obj);
    uint32_t status;

    psp_fw_reset(s->fw);
    bitmap_zero(s->shared, s->nr_pages);
    bitmap_fill(s->validated, s->nr_pages);
    s->ghcb_gpa = 0;
    write_blob(s);
    status = launch_begin(s);
    if (!status) {
        status = launch_pages(s);
    }
    if (!status) {
        psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
        status = psp_guest_command(s, PSP_CMD_SNP_LAUNCH_FINISH);
    }
    if (status) {
        error_report("amd-psp-guest: the launch failed: %s (0x%x)",
                     psp_fw_status_name(status) ?: "?", status);
        exit(EXIT_FAILURE);
    }
}

/* ------------------------------------------------------------- the device */

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
        low - s->base < GUEST_SIZE) {
        error_setg(errp, "amd-psp-guest: base: no pages of the low memory");
        return;
    }
    if (!guest_files(s, errp) || !guest_firmware(s, errp)) {
        return;
    }
    e820_add_entry(s->base, GUEST_SIZE, E820_RESERVED);
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
