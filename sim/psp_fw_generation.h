/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * psp_fw_generation - what a host's firmware is like, by generation of processor
 *
 * A host that asks for a generation takes from here what its user did not say, and
 * hands it to psp_fw_init(): one table for every host.
 */
#ifndef PSP_FW_GENERATION_H
#define PSP_FW_GENERATION_H

#include "psp_fw.h"

/**
 * struct psp_fw_generation_info - a generation
 * @name:	"milan", "genoa", "turin"
 * @nr_asids:	CPUID Fn8000_001F ECX
 * @api_major:	of a firmware of that generation, as are the next two
 * @api_minor:	"
 * @build:	"
 * @signature:	CPUID 1 EAX: family, model, stepping
 * @mitigations: what reports of version 5 tell of its firmware
 * @tcb:	a TCB_VERSION as such a machine reports it
 * @tcb_field:	what the bytes of a TCB_VERSION stand for, byte 0 first; NULL:
 *		reserved, zero
 * @chip_id_length: bytes of a chip's id that are not zero
 * @feature_info: its firmware has SNP_FEATURE_INFO, and tells of
 * @x86_shutdown: SNP_SHUTDOWN_EX that takes SNP off the cores, and
 * @cth:	ciphertext hiding
 *
 * Source: AMD 56860, TCB_VERSION (two layouts: families 19h and 1Ah), CHIP_ID;
 * processor programming references for the number of ASIDs.  Versions are those of
 * one firmware release each.
 */
struct psp_fw_generation_info {
	const char *name;
	uint32_t nr_asids;
	uint8_t api_major, api_minor, build;
	uint32_t signature;
	uint64_t mitigations;
	uint64_t tcb;
	const char *tcb_field[8];
	uint32_t chip_id_length;
	bool feature_info, x86_shutdown, cth;
};

/* NULL for a number that is none */
const struct psp_fw_generation_info *psp_fw_generation_info(enum psp_fw_generation generation);

/* By name: enum psp_fw_generation, or -1 */
int psp_fw_generation_find(const char *name);

/* Can a machine of that generation report such a TCB_VERSION?  Reserved bytes are zero. */
bool psp_fw_tcb_valid(enum psp_fw_generation generation, uint64_t tcb);

#endif
