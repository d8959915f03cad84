/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD Secure Processor (PSP): state of the device, in parts: the mailbox
 * that the driver sees (amd_psp.c), the machine that the firmware sees
 * (amd_psp_machine.c, amd_psp_rmp.c), what it calculates with (amd_psp_crypto.c),
 * faults that tests ask for (amd_psp_fault.c) and the log (amd_psp_log.c).
 */
#ifndef AMD_PSP_H
#define AMD_PSP_H

#include "hw/pci/pci_device.h"
#include "target/i386/snp.h"
#include "target/i386/snp_compat.h"
#include "psp_fw_generation.h"
#include "psp_fw_log.h"

#define TYPE_AMD_PSP "amd-psp"
OBJECT_DECLARE_SIMPLE_TYPE(AMDPSPState, AMD_PSP)

#define PSP_FAULT_ANY       0x800       /* ids of commands have 11 bits */
#define PSP_MAX_FAULTS      16
#define PSP_POWER_CUT_EXIT  74          /* QEMU's exit status then */

/* What happens to one command, or to the next of a given id */
typedef struct PSPFault {
    uint32_t cmd;               /* or PSP_FAULT_ANY */
    uint32_t skip;              /* that many go unharmed first */
    uint32_t count;             /* UINT32_MAX: for ever */
    bool has_status;            /* this is the answer; the firmware is not asked */
    bool execute;               /* but it does what it was told */
    bool has_ext;               /* left in CMDBUFF_ADDR_Hi:Lo */
    bool hang;                  /* no answer, until the machine is reset */
    bool power_cut;             /* the machine is gone before there is an answer */
    bool reset;                 /* it is reset then */
    bool no_irq;                /* an answer that nobody is told of */
    uint16_t status;
    uint64_t ext;
    uint32_t delay_ms;
} PSPFault;

struct AMDPSPState {
    PCIDevice pdev;
    MemoryRegion mmio;
    QEMUTimer *timer;
    SNPHost host;
    struct psp_fw_ops ops;
    struct psp_fw *fw;
    CPUState **cpu;             /* by firmware thread number; NULL: not there */
    unsigned nr_cpus;
    struct psp_fw_thread_regs *regs_gone;   /* of threads that were taken out */
    DeviceListener cpu_listener;
    FILE *log, *log_json;
    unsigned reclaimed;         /* pages since the last line of @log */
    Notifier log_exit;
    uint64_t wbinvd_count;      /* atomic */

    uint32_t cmdresp, lo, hi, inten, intsts;
    bool busy;
    uint64_t nr_commands;       /* since the last reset */
    int64_t rung_ns;            /* when the driver rang */
    unsigned resets;            /* of the machine, by a fault */

    PSPFault fault[PSP_MAX_FAULTS];
    unsigned nr_faults;
    PSPFault now;               /* what happens to the command at hand */
    MemoryRegion fault_ports;
    char fault_line[512];
    unsigned fault_len;
    bool fault_error;

    /* properties */
    uint32_t latency_us;
    uint32_t wbinvd_us;
    int32_t deaf_cpu;           /* atomic */
    char *log_path, *log_json_path;
    char *generation;
    uint32_t nr_asids, min_sev_asid;
    uint64_t rmp_base, rmp_size;
    uint64_t tcb;
    uint32_t switches;          /* enum psp_fw_switch */
    uint32_t conditions;        /* enum psp_fw_condition */
    uint8_t api_major, api_minor, build;
    OnOffAuto feature_info, x86_shutdown, cth;
};

/**
 * psp_machine_attach: reserve the RMP, take the CPUs, power the firmware on
 *
 * Returns: false with @errp set if the machine is not one for SNP.
 */
bool psp_machine_attach(AMDPSPState *s, Error **errp);

/* Undo psp_machine_attach() */
void psp_machine_detach(AMDPSPState *s);

/* The RMP, for struct psp_fw_ops */
int psp_rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry);
int psp_rmp_set(void *opaque, uint64_t pa, const struct psp_fw_rmp *entry);
int psp_rmp_init(void *opaque);
uint64_t psp_rmp_asid_pages(void *opaque, uint32_t asid);

/**
 * psp_rmp_place: reserve memory for the RMP, as the BIOS does
 *
 * Returns: false with @errp set if there is no place.
 */
bool psp_rmp_place(AMDPSPState *s, Error **errp);
void psp_rmp_detach(AMDPSPState *s);

/* Machine reset: the BIOS fills the segment table in, if any; the rest stays */
void psp_rmp_reset(AMDPSPState *s);

/* Cryptography of the firmware: hashes only, no signatures, no images */
extern const struct psp_fw_crypto psp_crypto;

/* The IOMMU's base registers are locked for as long as the RMP is in use */
void psp_iommu_lock(AMDPSPState *s);

/* Machine reset; the RMP is memory and keeps its content, for a kernel to clear */
void psp_machine_reset(AMDPSPState *s);

/* The emulated host's, of a socket */
void psp_chip_id(uint8_t id[64], unsigned socket);

/* The property "topology" */
void psp_machine_class_init(ObjectClass *klass);

/* The properties "fault" and "deaf-cpu" */
void psp_fault_class_init(ObjectClass *klass);

/* The ports of it */
void psp_fault_attach(AMDPSPState *s);
void psp_fault_detach(AMDPSPState *s);

/**
 * psp_fault_take: what is to happen to a command
 *
 * Returns: false if nothing.
 */
bool psp_fault_take(AMDPSPState *s, uint32_t cmd, PSPFault *fault);

/* What is written to arm it, without its command and how often; freed by the caller */
char *psp_fault_words(const PSPFault *fault);

/* Is there an answer to the command that it strikes? */
static inline bool psp_fault_answers(const PSPFault *fault)
{
    return !fault->hang && !fault->power_cut && !fault->reset;
}

/* Does the firmware get to execute the command? */
static inline bool psp_fault_executes(const PSPFault *fault)
{
    return fault->execute || (!fault->has_status && psp_fault_answers(fault));
}

/* The files that the properties name, if they do; false with @errp set */
bool psp_log_open(AMDPSPState *s, Error **errp);
void psp_log_close(AMDPSPState *s);

/* A command, and what was done to it (s->now) */
void psp_log_command(AMDPSPState *s, const struct psp_fw_record *record);

/* Something else, one word */
void psp_log_event(AMDPSPState *s, const char *event);

#endif
