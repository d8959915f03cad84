/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FIRMWARE_DECODE_H
#define FIRMWARE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "sevadm.h"

#define FW_SEV_STATUS_SIZE	12	/* AMD 55766, PLATFORM_STATUS buffer */
#define FW_SNP_STATUS_SIZE	32	/* AMD 56860, STRUCT_PLATFORM_STATUS */

void decode_sev_status(const uint8_t buf[FW_SEV_STATUS_SIZE], struct sevadm_sev_status *status);

/* Which generation a processor is of, by what CPUID says */
enum sevadm_generation decode_generation(unsigned int family, unsigned int model);

/* @generation: of the processor, which decides the TCB's layout */
void decode_snp_status(const uint8_t buf[FW_SNP_STATUS_SIZE], enum sevadm_generation generation,
		       struct sevadm_snp_status *status);

/* Milan and Genoa: bootloader, TEE, SNP, microcode; Turin: FMC first; others: only raw */
void decode_tcb(uint64_t raw, enum sevadm_generation generation, struct sevadm_tcb *tcb);
/* The other way round, from its fields; 0 where no layout is known */
uint64_t encode_tcb(const struct sevadm_tcb *tcb);

#endif
