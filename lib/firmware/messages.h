/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FIRMWARE_MESSAGES_H
#define FIRMWARE_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

/* Those that the program itself acts upon */
enum message_id {
	MESSAGE_OTHER,
	MESSAGE_PSP_DEAD,		/* a command timed out; the secure processor was given up */
	MESSAGE_STATUS_FAILED,		/* the driver's first question was refused */
	MESSAGE_SNP_UP,			/* kvm_amd found SNP initialised */
	MESSAGE_LEAK,			/* pages were given up, and may be assigned */
	MESSAGE_UNRELEASED,		/* KVM could not decommission a context */
	MESSAGE_IOMMU_FAILED,		/* the IOMMU did not give its pages back */
	MESSAGE_IOMMU_SILENT,		/* the IOMMU does not complete commands */
	MESSAGE_IOMMU_REUSED,		/* a crash kernel took the old one's buffers over */
	MESSAGE_INIT_FAILED,		/* SNP did not come up */
	MESSAGE_RMP,			/* where the RMP is: SNP is turned on in the registers */
};

/**
 * struct message_row - a message of a driver about SEV
 * @pattern:	as it logs it, with %e for a negative errno, %s for a firmware status, %c for a
 *		firmware command's id, %n for another number, %w for a word
 * @id:		MESSAGE_OTHER if only people read it
 * @command:	the firmware command that it is about, or 0 if none or if it tells it
 * @harmless:	a failure on which nothing depends
 * @meaning:	one sentence or two
 * @remedy:	what to do; NULL: what the status says, if there is one
 * @source:	file of the kernel, and where there
 */
struct message_row {
	const char *pattern;
	enum message_id id;
	uint16_t command;
	bool harmless;
	const char *meaning, *remedy, *source;
};

/**
 * struct message - a line of the kernel's log that is about SEV
 * @row:	which
 * @command:	the firmware command that it is about, or 0
 * @has_status:	it tells a firmware status
 * @err:	positive errno that it tells, or 0
 */
struct message {
	const struct message_row *row;
	uint16_t command;
	bool has_status;
	uint32_t status;
	int err;
};

/* Is @line one?  The driver's name and the time may come before it, anything after it */
bool message_find(const char *line, struct message *out);

/* The index-th row; NULL past the last */
const struct message_row *message_row(unsigned int index);

#endif
