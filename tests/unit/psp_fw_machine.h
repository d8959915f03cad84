/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine in memory for the firmware model's unit tests: 32 MB of memory, an
 * RMP that covers the first 24 MB, threads with their registers.
 *
 * machine_cmd() does what the ccp driver does around a command: under SNP it
 * gives the command buffer of a SEV command to the firmware and takes it back.
 */
#ifndef PSP_FW_MACHINE_H
#define PSP_FW_MACHINE_H

#include <check.h>

#include "sim/psp_fw.h"

#define MACHINE_MEM	(32ull << 20)
#define MACHINE_COVERED	(24ull << 20)
#define MACHINE_RMP	(16ull << 20)	/* 1 MB */
#define MACHINE_RMP_LEN	(1ull << 20)
#define MACHINE_TMR	(18ull << 20)	/* 2 MB */
#define MACHINE_CMDBUF	0x1000ull
#define MACHINE_LIST	0x2000ull	/* ranges, APIC ids */
#define MACHINE_NV	0x10000ull	/* 32 KB */
#define MACHINE_PAGES	0x100000ull	/* free for tests, up to the RMP */
#define MACHINE_UNCOVERED MACHINE_COVERED
#define MACHINE_IOMMU	0x40000ull	/* 2 pages */
#define MACHINE_THREADS	64

#define SNP_POLICY	0x30000ull	/* SMT, and the bit that must be one */

struct machine {
	struct psp_fw *fw;
	uint8_t *mem;
	struct psp_fw_rmp *rmp;
	struct psp_fw_thread_regs regs[MACHINE_THREADS];
	struct psp_fw_ops ops;
	struct psp_fw_crypto crypto;
	bool raw_buffer;		/* leave the command buffer's page as it is */
	bool rmp_init_fails;		/* ops.rmp_init answers -1 */
	bool disable_fails;		/* ops.snp_disable answers -1 */
	unsigned int disabled;		/* times it was called */
	uint8_t image[4];		/* version and SVN that crypto.image_version reads */
	bool image_bad;
	char log[200];
	unsigned int lines;
};

/* @threads of which @per_ccx make a core complex; @config may be NULL */
struct machine *machine_new(unsigned int threads, unsigned int per_ccx,
			    const struct psp_fw_config *config);
void machine_free(struct machine *m);

/* Run one case as a suite: what main() returns */
int machine_suite(const char *name, TCase *tests);

/* Fields of a command buffer or of memory */
void put32(void *p, size_t offset, uint32_t value);
void put64(void *p, size_t offset, uint64_t value);
uint32_t get32(const void *p, size_t offset);
uint64_t get64(const void *p, size_t offset);

/* Execute with @buf (may be NULL) as the command buffer; it comes back as written */
uint32_t machine_cmd(struct machine *m, uint32_t cmd, void *buf);

/* What hypervisor and guests do to the RMP: one 4 KB page */
void machine_page(struct machine *m, uint64_t pa, enum psp_page_state state);
void machine_guest_page(struct machine *m, uint64_t pa, enum psp_page_state state, uint32_t asid,
			uint64_t gpa);
enum psp_page_state machine_state(struct machine *m, uint64_t pa);
void machine_wbinvd(struct machine *m);

/* Commands with few fields */
uint32_t cmd_address(struct machine *m, uint32_t cmd, uint64_t address);
uint32_t cmd_handle(struct machine *m, uint32_t cmd, uint32_t handle);
uint32_t cmd_snp_init_ex(struct machine *m, uint32_t flags, uint64_t list);
uint32_t cmd_snp_shutdown_ex(struct machine *m, uint32_t len, uint32_t flags);
uint32_t cmd_snp_launch_start(struct machine *m, uint64_t gctx, uint64_t policy);
uint32_t cmd_snp_activate(struct machine *m, uint64_t gctx, uint32_t asid);
uint32_t cmd_snp_launch_update(struct machine *m, uint64_t gctx, uint64_t pa, uint32_t type);
uint32_t cmd_snp_launch_finish(struct machine *m, uint64_t gctx);
uint32_t cmd_init(struct machine *m, uint32_t flags, uint64_t tmr, uint32_t tmr_len);
uint32_t cmd_activate(struct machine *m, uint32_t handle, uint32_t asid);
uint32_t cmd_launch_start(struct machine *m, uint32_t policy, uint32_t *handle);
uint32_t cmd_launch_measure(struct machine *m, uint32_t handle, uint64_t pa);

/* Whole sequences that must succeed */
void up_snp(struct machine *m);			/* SNP_INIT_EX, WBINVD, SNP_DF_FLUSH */
void up_sev(struct machine *m);			/* INIT with a TMR, WBINVD, DF_FLUSH */
void snp_launching(struct machine *m, uint64_t gctx, uint32_t asid);	/* to SNP_ACTIVATE */
void snp_running(struct machine *m, uint64_t gctx, uint32_t asid);	/* to LAUNCH_FINISH */
uint32_t sev_launching(struct machine *m, uint32_t policy, uint32_t asid);
uint32_t sev_running(struct machine *m, uint32_t policy, uint32_t asid);

#define IS(call, status) ck_assert_uint_eq((call), (status))
#define OK(call) IS(call, PSP_SUCCESS)

#endif
