/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FIRMWARE_STATUS_H
#define FIRMWARE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Firmware status codes (AMD 56860, status codes; include/uapi/linux/psp-sev.h) */
enum {
	FW_SUCCESS			= 0x00,
	FW_INVALID_PLATFORM_STATE	= 0x01,
	FW_INVALID_LEN			= 0x04,
	FW_INVALID_PAGE_STATE		= 0x1a,
	FW_INVALID_GUEST		= 0x10,
	FW_INVALID_ADDRESS		= 0x09,
	FW_WBINVD_REQUIRED		= 0x0e,
	FW_DFFLUSH_REQUIRED		= 0x0f,
	FW_HWERROR_PLATFORM		= 0x13,
	FW_HWERROR_UNSAFE		= 0x14,
};

/**
 * struct status_row - a status, whatever command answered it
 * @source:	who says so
 * @any:	any command can answer it, for it is about none
 */
struct status_row {
	uint32_t status;
	const char *name, *meaning, *causes, *remedy, *source;
	bool any;
};

/* The row of a status, or NULL where none is assigned */
const struct status_row *status_find(uint32_t status);
/* One after the other, or NULL past the last */
const struct status_row *status_at(size_t index);
/* By name, any case, with or without the kernel's SEV_RET_ prefix; or NULL */
const struct status_row *status_find_name(const char *name);

#endif
