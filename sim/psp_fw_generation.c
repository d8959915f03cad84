/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what depends on the generation of the processor.
 */
#include <string.h>

#include "psp_fw_generation.h"

/* Family 1Ah put the FMC's version in front of the others */
#define TCB_19H	{ "bootloader", "tee", NULL, NULL, NULL, NULL, "snp", "microcode" }
#define TCB_1AH	{ "fmc", "bootloader", "tee", "snp", NULL, NULL, NULL, "microcode" }

static const struct psp_fw_generation_info generations[] = {
	[PSP_FW_MILAN] = {
		.name = "milan", .nr_asids = 509,
		.api_major = 1, .api_minor = 55, .build = 25,
		.signature = 0x00a00f11,
		.tcb = 0xdb18000000000004, .tcb_field = TCB_19H, .chip_id_length = 64,
	},
	[PSP_FW_GENOA] = {
		.name = "genoa", .nr_asids = 1006,
		.api_major = 1, .api_minor = 55, .build = 25,
		.signature = 0x00a10f11,
		.tcb = 0x4817000000000009, .tcb_field = TCB_19H, .chip_id_length = 64,
	},
	[PSP_FW_TURIN] = {
		.name = "turin", .nr_asids = 1006,
		.api_major = 1, .api_minor = 58, .build = 2,
		.signature = 0x00b00f21, .mitigations = 0x3,
		.tcb = 0x5100000004010101, .tcb_field = TCB_1AH, .chip_id_length = 8,
		.feature_info = true, .x86_shutdown = true, .cth = true,
	},
};

#define NR_GENERATIONS	(sizeof(generations) / sizeof(generations[0]))

const struct psp_fw_generation_info *psp_fw_generation_info(enum psp_fw_generation generation)
{
	return (size_t)generation < NR_GENERATIONS ? &generations[generation] : NULL;
}

int psp_fw_generation_find(const char *name)
{
	for (size_t i = 0; i < NR_GENERATIONS; i++)
		if (!strcmp(name, generations[i].name))
			return (int)i;
	return -1;
}

bool psp_fw_tcb_valid(enum psp_fw_generation generation, uint64_t tcb)
{
	const struct psp_fw_generation_info *info = psp_fw_generation_info(generation);

	if (!info)
		return false;
	for (int i = 0; i < 8; i++)
		if (!info->tcb_field[i] && (tcb >> (8 * i) & 0xff))
			return false;
	return true;
}
