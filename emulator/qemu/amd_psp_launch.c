/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SNP guest's surroundings: its launch, in which the firmware gets the BIOS,
 * which is measured, a secrets page and a CPUID page.  The last two are in the
 * guest's memory then, and a page before them tells Linux where (SETUP_CC_BLOB):
 * the boot loader has to put the device's property "base" into setup_data.
 *
 * Sources: AMD 56860; Linux, arch/x86/include/asm/sev.h (cc_blob_sev_info) and
 * Documentation/arch/x86/boot.rst (setup_data).
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include "amd_psp_guest.h"

#define PAGE_4K         4096ULL

#define GUEST_ASID      1

/* The guest's pages, from @base on */
#define GUEST_BLOB      0
#define GUEST_SECRETS   PAGE_4K
#define GUEST_CPUID     (2 * PAGE_4K)

#define BIOS_SIZE       (256 * KiB)     /* below 4G */

/* Of PAGE_INFO */
enum { PAGE_NORMAL = 1, PAGE_SECRETS = 5, PAGE_CPUID = 6 };

#define SETUP_CC_BLOB   7
#define CC_BLOB_MAGIC   0x45444d41      /* "AMDE" */
#define CC_BLOB         0x40            /* in its page, after the setup_data */

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

void psp_guest_launch(AMDPSPGuest *s)
{
    uint32_t status;

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
