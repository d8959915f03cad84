/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * psp_fw_log - what to write down of a firmware command, for people and as JSON
 *
 * A host that keeps a log makes a record around each command, whether the model
 * executes it or the host makes the answer up:
 *
 *	psp_fw_record_begin(fw, cmd, cmdbuf, &r);
 *	status = psp_fw_exec(fw, cmd, cmdbuf);
 *	psp_fw_record_end(fw, status, &r);
 *
 * Time, duration and what a test did to the command are the host's to add.
 */
#ifndef PSP_FW_LOG_H
#define PSP_FW_LOG_H

#include "psp_fw.h"

#define PSP_FW_RECORD_PAGES	4	/* the buffer and at most three that it names */
#define PSP_FW_RECORD_LENGTH	1024	/* of the text or the JSON of any record */
#define PSP_FW_NO_STATUS	(-1)	/* there was no answer */
#define PSP_FW_NO_STATE		(-1)	/* no RMP since the last reset: no page has a state */

/**
 * struct psp_fw_page_record - a page that a command names
 * @field:	"buffer": its command buffer; else the field, as AMD 55766 and 56860
 *		name it, in lower case
 * @pa:		its address, without the C-bit
 * @before:	enum psp_page_state, or PSP_FW_NO_STATE
 * @after:	same
 */
struct psp_fw_page_record {
	const char *field;
	uint64_t pa;
	int before, after;
};

/**
 * struct psp_fw_record - a command, and what became of it
 * @number:	of the command since the last reset, counted from 1; a host that makes
 *		answers up counts for itself and writes it here
 * @cmd:	its id
 * @status:	enum psp_status, or PSP_FW_NO_STATUS
 * @sev_state:	afterwards, as are the next three
 * @nr_pages:	how many of @page there are
 */
struct psp_fw_record {
	uint64_t number;
	uint32_t cmd;
	int32_t status;
	uint32_t sev_state, snp_state;
	uint32_t sev_guests, snp_guests;
	unsigned int nr_pages;
	struct psp_fw_page_record page[PSP_FW_RECORD_PAGES];
};

/* Before the command is executed: reads its buffer, changes nothing */
void psp_fw_record_begin(struct psp_fw *fw, uint32_t cmd, uint64_t cmdbuf,
			 struct psp_fw_record *record);

/* Afterwards */
void psp_fw_record_end(struct psp_fw *fw, int32_t status, struct psp_fw_record *record);

/**
 * psp_fw_record_text() - for people: one line without its end
 * @buf:	PSP_FW_RECORD_LENGTH bytes
 */
void psp_fw_record_text(const struct psp_fw_record *record, char *buf);

/**
 * psp_fw_record_json() - the members of a JSON object, without its braces
 * @buf:	PSP_FW_RECORD_LENGTH bytes
 *
 * number, id, name (null: no such command), status (null: no answer), status_name
 * (null: it has none), command_buffer (true: the status is about that), sev_state,
 * sev_guests, snp_state, snp_guests, pages: a list of field, pa, before and after
 * (null: no RMP).
 */
void psp_fw_record_json(const struct psp_fw_record *record, char *buf);

#endif
