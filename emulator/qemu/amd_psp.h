/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD Secure Processor (PSP): state of the device, in three parts: the mailbox
 * that the driver sees (amd_psp.c), the machine that the firmware sees
 * (amd_psp_machine.c) and what it calculates with (amd_psp_crypto.c).
 */
#ifndef AMD_PSP_H
#define AMD_PSP_H

#include "hw/pci/pci_device.h"
#include "target/i386/snp.h"
#include "psp_fw.h"

#define TYPE_AMD_PSP "amd-psp"
OBJECT_DECLARE_SIMPLE_TYPE(AMDPSPState, AMD_PSP)

struct AMDPSPState {
    PCIDevice pdev;
    MemoryRegion mmio;
    QEMUTimer *timer;
    SNPHost host;
    struct psp_fw_ops ops;
    struct psp_fw *fw;
    CPUState **cpu;             /* by firmware thread number */
    unsigned nr_cpus;
    FILE *log;
    uint64_t wbinvd_count;      /* atomic */

    uint32_t cmdresp, lo, hi, inten, intsts;
    bool busy;

    /* properties */
    uint32_t latency_us;
    uint32_t wbinvd_us;
    int32_t deaf_cpu;
    char *log_path;
    uint64_t rmp_base, rmp_size;
    uint64_t tcb;
    uint32_t switches;          /* enum psp_fw_switch */
    uint32_t conditions;        /* enum psp_fw_condition */
    uint8_t api_major, api_minor, build;
    bool feature_info, x86_shutdown;
};

/**
 * psp_machine_attach: reserve the RMP, take the CPUs, power the firmware on
 *
 * Returns: false with @errp set if the machine is not one for SNP.
 */
bool psp_machine_attach(AMDPSPState *s, Error **errp);

/* Undo psp_machine_attach() */
void psp_machine_detach(AMDPSPState *s);

/* Cryptography of the firmware: hashes only, no signatures, no images */
extern const struct psp_fw_crypto psp_crypto;

/* Machine reset; the RMP is memory and loses its content */
void psp_machine_reset(AMDPSPState *s);

#endif
