// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/firmware/command.h"

#include <ctype.h>
#include <stddef.h>

#define READS	.changes = false, .retry = true
#define CHANGES	.changes = true, .retry = false
/* A flush changes no state that anybody holds, but its status must not be lost */
#define FLUSHES	.changes = false, .retry = false

/* AMD 55766 chapter 5 and 6, AMD 56860 chapter 8; sorted by id */
static const struct command_row commands[] = {
	{ 0x001, "INIT", CHANGES },
	{ 0x002, "SHUTDOWN", CHANGES },
	{ 0x003, "PLATFORM_RESET", CHANGES },
	{ 0x004, "PLATFORM_STATUS", READS },
	{ 0x005, "PEK_GEN", CHANGES },
	{ 0x006, "PEK_CSR", READS },
	{ 0x007, "PEK_CERT_IMPORT", CHANGES },
	{ 0x008, "PDH_CERT_EXPORT", READS },
	{ 0x009, "PDH_GEN", CHANGES },
	{ 0x00a, "DF_FLUSH", FLUSHES },
	{ 0x00b, "DOWNLOAD_FIRMWARE", CHANGES },
	{ 0x00c, "GET_ID", READS },
	{ 0x00d, "INIT_EX", CHANGES },
	{ 0x020, "DECOMMISSION", CHANGES },
	{ 0x021, "ACTIVATE", CHANGES },
	{ 0x022, "DEACTIVATE", CHANGES },
	{ 0x023, "GUEST_STATUS", READS },
	{ 0x024, "COPY", CHANGES },
	{ 0x030, "LAUNCH_START", CHANGES },
	{ 0x031, "LAUNCH_UPDATE_DATA", CHANGES },
	{ 0x032, "LAUNCH_UPDATE_VMSA", CHANGES },
	{ 0x033, "LAUNCH_MEASURE", CHANGES },
	{ 0x034, "LAUNCH_UPDATE_SECRET", CHANGES },
	{ 0x035, "LAUNCH_FINISH", CHANGES },
	{ 0x036, "ATTESTATION", READS },
	{ 0x040, "SEND_START", CHANGES },
	{ 0x041, "SEND_UPDATE_DATA", CHANGES },
	{ 0x042, "SEND_UPDATE_VMSA", CHANGES },
	{ 0x043, "SEND_FINISH", CHANGES },
	{ 0x044, "SEND_CANCEL", CHANGES },
	{ 0x050, "RECEIVE_START", CHANGES },
	{ 0x051, "RECEIVE_UPDATE_DATA", CHANGES },
	{ 0x052, "RECEIVE_UPDATE_VMSA", CHANGES },
	{ 0x053, "RECEIVE_FINISH", CHANGES },
	{ 0x060, "DBG_DECRYPT", CHANGES },
	{ 0x061, "DBG_ENCRYPT", CHANGES },
	{ 0x081, "SNP_INIT", CHANGES },
	{ 0x082, "SNP_SHUTDOWN", CHANGES },
	{ 0x083, "SNP_PLATFORM_STATUS", READS },
	{ 0x084, "SNP_DF_FLUSH", FLUSHES },
	{ 0x085, "SNP_INIT_EX", CHANGES },
	{ 0x086, "SNP_SHUTDOWN_EX", CHANGES },
	{ 0x090, "SNP_DECOMMISSION", CHANGES },
	{ 0x091, "SNP_ACTIVATE", CHANGES },
	{ 0x092, "SNP_GUEST_STATUS", READS },
	{ 0x093, "SNP_GCTX_CREATE", CHANGES },
	{ 0x094, "SNP_GUEST_REQUEST", CHANGES },
	{ 0x095, "SNP_ACTIVATE_EX", CHANGES },
	{ 0x0a0, "SNP_LAUNCH_START", CHANGES },
	{ 0x0a1, "SNP_LAUNCH_UPDATE", CHANGES },
	{ 0x0a2, "SNP_LAUNCH_FINISH", CHANGES },
	{ 0x0b0, "SNP_DBG_DECRYPT", CHANGES },
	{ 0x0b1, "SNP_DBG_ENCRYPT", CHANGES },
	{ 0x0b2, "SNP_VERIFY_MITIGATION", CHANGES },
	{ 0x0c0, "SNP_PAGE_SWAP_OUT", CHANGES },
	{ 0x0c1, "SNP_PAGE_SWAP_IN", CHANGES },
	{ 0x0c2, "SNP_PAGE_MOVE", CHANGES },
	{ 0x0c3, "SNP_PAGE_MD_INIT", CHANGES },
	{ 0x0c6, "SNP_PAGE_SET_STATE", CHANGES },
	{ 0x0c7, "SNP_PAGE_RECLAIM", CHANGES },
	{ 0x0c8, "SNP_PAGE_UNSMASH", CHANGES },
	{ 0x0c9, "SNP_CONFIG", CHANGES },
	{ 0x0ca, "SNP_DOWNLOAD_FIRMWARE_EX", CHANGES },
	{ 0x0cb, "SNP_COMMIT", CHANGES },
	{ 0x0cd, "SNP_VLEK_LOAD", CHANGES },
	{ 0x0ce, "SNP_FEATURE_INFO", READS },
	/* include/linux/psp-sev.h of 7.3 */
	{ 0x0d0, "TIO_STATUS", READS },
	{ 0x0d1, "TIO_INIT", CHANGES },
	{ 0x0d2, "TIO_DEV_CREATE", CHANGES },
	{ 0x0d3, "TIO_DEV_RECLAIM", CHANGES },
	{ 0x0d4, "TIO_DEV_CONNECT", CHANGES },
	{ 0x0d5, "TIO_DEV_DISCONNECT", CHANGES },
};

const struct command_row *command_find(uint16_t id)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].id == id)
			return &commands[i];
	return NULL;
}

const struct command_row *command_at(size_t index)
{
	return index < sizeof(commands) / sizeof(commands[0]) ? &commands[index] : NULL;
}

static int fold(char c)
{
	return c == '-' ? '_' : toupper((unsigned char)c);
}

const struct command_row *command_find_name(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *a = commands[i].name, *b = name;

		while (*a && fold(*a) == fold(*b)) {
			a++;
			b++;
		}
		if (!*a && !*b)
			return &commands[i];
	}
	return NULL;
}

const char *command_name(uint16_t id)
{
	const struct command_row *row = command_find(id);

	return row ? row->name : "?";
}
