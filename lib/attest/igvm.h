/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTEST_IGVM_H
#define ATTEST_IGVM_H

#include "sevadm.h"

#define IGVM_PAGE	4096U
#define IGVM_LARGE	0x200000U
#define IGVM_OPTIONAL	0x80000000U	/* of a type: who does not know it goes on */

enum igvm_type {
	IGVM_SUPPORTED_PLATFORM = 0x1,
	IGVM_GUEST_POLICY = 0x101, IGVM_RELOCATABLE_REGION, IGVM_PAGE_TABLE_RELOCATION,
	IGVM_PARAMETER_AREA = 0x301, IGVM_PAGE_DATA, IGVM_PARAMETER_INSERT, IGVM_VP_CONTEXT,
	IGVM_REQUIRED_MEMORY, IGVM_VP_COUNT = 0x307, IGVM_SRAT, IGVM_MADT, IGVM_MMIO_RANGES,
	IGVM_SNP_ID_BLOCK, IGVM_MEMORY_MAP, IGVM_ERROR_RANGE, IGVM_COMMAND_LINE, IGVM_SLIT,
	IGVM_PPTT, IGVM_VBS_MEASUREMENT, IGVM_DEVICE_TREE, IGVM_ENVIRONMENT_INFO,
};

/* Of page data */
enum { IGVM_FLAG_LARGE = 1, IGVM_FLAG_UNMEASURED = 2, IGVM_FLAG_SHARED = 4, IGVM_FLAGS = 7 };
enum { IGVM_DATA_NORMAL, IGVM_DATA_SECRETS, IGVM_DATA_CPUID, IGVM_DATA_CPUID_XF, IGVM_DATA_TYPES };

/* @failure of kind SEVADM_NO: -EINVAL */
__attribute__((format(printf, 2, 3)))
int igvm_broken(struct sevadm_failure *failure, const char *format, ...);

/* igvm_check.c: what one header has to be like by itself; its section: 0 platforms, 1, 2, or -1 */
int igvm_check(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *header,
	       struct sevadm_failure *failure);
int igvm_section(uint32_t type);

#endif
