/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SNP guest's surroundings: the firmware in a PSP (amd_psp_guest.c) that it was
 * launched by (amd_psp_launch.c), and a hypervisor between them, which VMGEXIT
 * talks to (amd_psp_ghcb.c).  The machine is the guest; the host that it runs on
 * is a few pages in here.
 */
#ifndef AMD_PSP_GUEST_H
#define AMD_PSP_GUEST_H

#include "hw/qdev-core.h"
#include "amd_psp.h"

#define TYPE_AMD_PSP_GUEST "amd-psp-guest"
OBJECT_DECLARE_SIMPLE_TYPE(AMDPSPGuest, AMD_PSP_GUEST)

#define PSP_GUEST_SIZE  0x3000      /* of the guest's pages from @base on */

/* The host's memory, as far as there is one */
enum psp_host_page {
    HOST_COMMAND,       /* buffer of a command */
    HOST_CONTEXT,       /* of the guest */
    HOST_REQUEST,       /* the guest's message, and */
    HOST_RESPONSE,      /* the firmware's, which it writes */
    HOST_LAUNCH,        /* the page that is launched */
    HOST_PAGES
};

struct AMDPSPGuest {
    DeviceState parent_obj;
    SNPVMM vmm;
    struct psp_fw_ops ops;
    struct psp_fw *fw;
    uint8_t host[HOST_PAGES][PSP_FW_PAGE_SIZE];
    struct psp_fw_rmp rmp[HOST_PAGES];

    /* The guest's memory by page: shared with the hypervisor, validated */
    uint64_t nr_pages;
    unsigned long *shared, *validated;
    uint64_t ghcb_gpa;          /* registered */

    FILE *log;
    uint64_t nr_commands;
    uint8_t *certs;
    gsize certs_len;

    /* properties that may be set at any time */
    uint32_t busy;              /* that many requests are turned away */
    uint32_t vmm_error;         /* the hypervisor's answer to the next one, and */
    uint32_t status;            /* the firmware's; no fault if 0 */

    /* properties */
    uint64_t base;
    uint64_t policy;
    uint64_t tcb;
    char *generation, *chip_id;
    char *log_path, *certs_path;
};

/**
 * psp_guest_command: have the firmware execute what is in HOST_COMMAND
 *
 * Returns: its status.
 */
uint32_t psp_guest_command(AMDPSPGuest *s, uint32_t cmd);

/* A command's field at @offset of its buffer, or of any other page */
static inline void psp_guest_put(AMDPSPGuest *s, enum psp_host_page page,
                                 unsigned offset, uint64_t val)
{
    stq_le_p(s->host[page] + offset, val);
}

/* Where it is for the firmware */
uint64_t psp_guest_pa(enum psp_host_page page);

/* A line in the log */
void psp_guest_log(AMDPSPGuest *s, const char *format, ...) G_GNUC_PRINTF(2, 3);

/**
 * psp_guest_page_state: what the guest wants a page to be
 * @large: one of 2M
 *
 * Returns: false if that is no memory of the guest.
 */
bool psp_guest_page_state(AMDPSPGuest *s, uint64_t gpa, bool large,
                          bool shared);

/* Do all of these bytes lie in pages that the guest shares? */
bool psp_guest_is_shared(AMDPSPGuest *s, uint64_t gpa, uint64_t len);

/* The launch; QEMU ends if it fails */
void psp_guest_launch(AMDPSPGuest *s);

/* SNPVMM.vmgexit */
void psp_guest_vmgexit(SNPVMM *vmm, CPUX86State *env);

#endif
