/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two SNP guests that run, and messages between them and the firmware */
#ifndef PSP_FW_MESSAGE_FIXTURE_H
#define PSP_FW_MESSAGE_FIXTURE_H

#include "psp_fw_snp_fixture.h"

#define SECRETS	(PAGE + 0x1000)		/* of the guest at GCTX, as are the rest */
#define REQUEST	(PAGE + 0x2000)
#define ANSWER	(PAGE + 0x3000)

/**
 * struct message - one request and its answer
 * @gctx, @request, @answer: where SNP_GUEST_REQUEST is told to look
 * @vmpck, @sequence, @type, @version, @length: of its header
 * @plain:	what it says, then what the answer says
 */
struct message {
	uint64_t gctx, request, answer, sequence;
	uint32_t vmpck;
	uint8_t type, version;
	uint16_t length;
	uint8_t plain[4096];
};

extern struct message msg;

/* GCTX with a page of memory and its secrets page, GCTX2 without */
void message_setup(void);
/* The first one of that key, nothing in it */
void message_new(struct message *message, uint32_t vmpck, uint8_t type, uint8_t version,
		 uint16_t length);
/* Header and text to REQUEST, sealed with the key that the secrets page says */
void message_seal(const struct message *message);
uint32_t message_send(const struct message *message);
/* What the answer says; fails the test unless it is one to this message */
void message_open(struct message *message);

#endif
