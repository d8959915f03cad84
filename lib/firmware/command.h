/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FIRMWARE_COMMAND_H
#define FIRMWARE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Command ids (AMD 56860, AMD 55766; include/linux/psp-sev.h) */
enum {
	FW_CMD_INIT			= 0x001,
	FW_CMD_SHUTDOWN			= 0x002,
	FW_CMD_FACTORY_RESET		= 0x003,
	FW_CMD_PLATFORM_STATUS		= 0x004,
	FW_CMD_PEK_GEN			= 0x005,
	FW_CMD_PEK_CSR			= 0x006,
	FW_CMD_PEK_CERT_IMPORT		= 0x007,
	FW_CMD_PDH_CERT_EXPORT		= 0x008,
	FW_CMD_PDH_GEN			= 0x009,
	FW_CMD_DF_FLUSH			= 0x00a,
	FW_CMD_GET_ID			= 0x00c,
	FW_CMD_INIT_EX			= 0x00d,
	FW_CMD_GUEST_STATUS		= 0x023,
	FW_CMD_SNP_PLATFORM_STATUS	= 0x083,
	FW_CMD_SNP_DF_FLUSH		= 0x084,
	FW_CMD_SNP_INIT_EX		= 0x085,
	FW_CMD_SNP_SHUTDOWN_EX		= 0x086,
	FW_CMD_SNP_DECOMMISSION		= 0x090,
	FW_CMD_SNP_GUEST_STATUS		= 0x092,
	FW_CMD_SNP_GUEST_REQUEST	= 0x094,
	FW_CMD_SNP_VERIFY_MITIGATION	= 0x0b2,
	FW_CMD_SNP_PAGE_RECLAIM		= 0x0c7,
	FW_CMD_SNP_CONFIG		= 0x0c9,
	FW_CMD_SNP_COMMIT		= 0x0cb,
	FW_CMD_SNP_VLEK_LOAD		= 0x0cd,
};

#define FW_SEV_POLICY_ES	(1U << 2)	/* AMD 55766, GUEST_POLICY */

/**
 * struct command_row - a firmware command
 * @id:		number in the mailbox
 * @name:	as the specification has it
 * @changes:	platform or guest state; such a command is never repeated blindly
 * @retry:	may be issued again after EINTR
 */
struct command_row {
	uint16_t id;
	const char *name;
	bool changes, retry;
};

const struct command_row *command_find(uint16_t id);
/* One after the other, or NULL past the last */
const struct command_row *command_at(size_t index);
/* By name, any case, "-" for "_"; or NULL */
const struct command_row *command_find_name(const char *name);
/* The name, or "0x..." in a static table's absence: "?" */
const char *command_name(uint16_t id);

#endif
