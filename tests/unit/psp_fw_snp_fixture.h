/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of 4 threads in 2 core complexes, and pages for SNP guests on it */
#ifndef PSP_FW_SNP_FIXTURE_H
#define PSP_FW_SNP_FIXTURE_H

#include <check.h>

#include "psp_fw_machine.h"

#define GCTX	MACHINE_PAGES
#define GCTX2	(MACHINE_PAGES + 0x1000)
#define PAGE	(MACHINE_PAGES + 0x10000)
#define LARGE	0x200000ull		/* a 2 MB page */

extern struct machine *m;

void setup(void);
void again(const struct psp_fw_config *c);	/* the same, configured so */
void teardown(void);
void created(uint64_t gctx);			/* GCTX_CREATE of that page succeeds */
const struct psp_fw_snp_guest *guest(uint64_t gctx);

#endif
