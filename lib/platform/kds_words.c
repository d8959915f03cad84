// SPDX-License-Identifier: GPL-2.0-or-later
/* Processors, ids and TCBs as people write them, where no device is asked */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/firmware/decode.h"
#include "lib/platform/identifier.h"
#include "lib/util/text.h"
#include "sevadm.h"

int sevadm_processor_by_name(const char *name, struct sevadm_processor *processor)
{
	static const struct {
		const char *name;
		struct sevadm_processor processor;
	} known[] = {
		{ "naples", { 0x17, 0x01, SEVADM_GENERATION_UNKNOWN } },
		{ "rome", { 0x17, 0x31, SEVADM_GENERATION_UNKNOWN } },
		{ "milan", { 0x19, 0x01, SEVADM_GENERATION_MILAN } },
		{ "genoa", { 0x19, 0x11, SEVADM_GENERATION_GENOA } },
		{ "bergamo", { 0x19, 0xa0, SEVADM_GENERATION_GENOA } },
		{ "siena", { 0x19, 0xa0, SEVADM_GENERATION_GENOA } },
		{ "turin", { 0x1a, 0x02, SEVADM_GENERATION_TURIN } },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcasecmp(name, known[i].name)) {
			*processor = known[i].processor;
			return 0;
		}
	return -ENOENT;
}

int sevadm_chip_id_parse(const char *text, enum sevadm_generation generation, uint8_t *id)
{
	size_t digits = strlen(text);

	if (!digits || strspn(text, "0123456789abcdefABCDEF") != digits)
		return -EINVAL;
	if (digits != 2 * SEVADM_CHIP_ID_SIZE &&
	    (generation != SEVADM_GENERATION_TURIN || digits != 2 * IDENTIFIER_TURIN))
		return -ERANGE;
	memset(id, 0, SEVADM_CHIP_ID_SIZE);
	for (size_t i = 0; i < digits; i++) {
		int digit = isdigit((unsigned char)text[i]) ? text[i] - '0' :
			    tolower((unsigned char)text[i]) - 'a' + 10;

		id[i / 2] = (uint8_t)(id[i / 2] << 4 | digit);
	}
	return 0;
}

/* Where the parts of a TCB are in its number: Milan, Genoa; Turin */
static const struct {
	const char *name;
	int shift, shift_turin;		/* -1: there is none */
} parts[] = {
	{ "bootloader", 0, 8 }, { "tee", 8, 16 }, { "snp", 48, 24 }, { "microcode", 56, 56 },
	{ "fmc", -1, 0 },
};

#define PARTS	(sizeof(parts) / sizeof(parts[0]))

/* "snp=24", of @len characters: which part, and its number at its place */
static int parse_part(const char *text, size_t len, bool turin, size_t *which, uint64_t *raw)
{
	char word[32], *value;
	uint64_t number;

	if (len >= sizeof(word))
		return -EINVAL;
	snprintf(word, sizeof(word), "%.*s", (int)len, text);
	value = strchr(word, '=');
	if (!value)
		return -EINVAL;
	*value++ = '\0';
	for (size_t i = 0; i < PARTS; i++) {
		int shift = turin ? parts[i].shift_turin : parts[i].shift;

		if (strcmp(word, parts[i].name) || shift < 0)
			continue;
		if (text_u64(value, 255, &number))
			return -EINVAL;
		*which = i;
		*raw |= number << shift;
		return 0;
	}
	return -EINVAL;
}

int sevadm_tcb_parse(const char *text, enum sevadm_generation generation, struct sevadm_tcb *tcb)
{
	bool turin = generation == SEVADM_GENERATION_TURIN;
	unsigned int told = 0, wanted = (1U << PARTS) - 1;
	uint64_t raw = 0;
	size_t which = 0;

	if (generation == SEVADM_GENERATION_UNKNOWN)
		return -EOPNOTSUPP;
	if (!strncmp(text, "0x", 2)) {
		if (text_u64(text, UINT64_MAX, &raw))
			return -EINVAL;
		decode_tcb(raw, generation, tcb);
		return tcb->reserved ? -EINVAL : 0;
	}
	for (const char *at = text;;) {
		size_t len = strcspn(at, ",");

		if (parse_part(at, len, turin, &which, &raw) || told & 1U << which)
			return -EINVAL;
		told |= 1U << which;
		if (!at[len])
			break;
		at += len + 1;
	}
	if (!turin)
		wanted &= ~(1U << (PARTS - 1));
	if (told != wanted)
		return -EINVAL;
	decode_tcb(raw, generation, tcb);
	return 0;
}
