/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FIRMWARE_DECODE_H
#define FIRMWARE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "sevadm.h"

#define FW_SEV_STATUS_SIZE	12	/* AMD 55766, PLATFORM_STATUS buffer */
#define FW_SNP_STATUS_SIZE	32	/* AMD 56860, STRUCT_PLATFORM_STATUS */

void decode_sev_status(const uint8_t buf[FW_SEV_STATUS_SIZE], struct sevadm_sev_status *status);

/* @family: CPU family of the host, which decides the TCB's layout; 0 if unknown */
void decode_snp_status(const uint8_t buf[FW_SNP_STATUS_SIZE], unsigned int family,
		       struct sevadm_snp_status *status);

/* Milan and Genoa: bootloader, TEE, SNP, microcode; Turin (family 0x1a): FMC first */
void decode_tcb(uint64_t raw, unsigned int family, struct sevadm_tcb *tcb);

#endif
