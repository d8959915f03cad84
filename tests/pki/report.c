// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign.h"

#define SIGNED		0x2a0
#define KEY_INFO	0x48
#define CPUID		0x188
#define CHIP_ID		0x1a0
#define CHIP_ID_SIZE	64

/* What is done once all else is there, in this order: set=, signature, patch=, flip= */
struct plan {
	uint8_t *report;
	bool turin, has_signer;
	uint8_t tcb[5];		/* FMC, boot loader, TEE, SNP, microcode */
	char signer[256];
	const char *set[8], *patch[8], *flip[8];
	size_t nr_set, nr_patch, nr_flip;
	bool is_signed;
};

static void wrong(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s\n", what, word);
	exit(EXIT_FAILURE);
}

static void put(uint8_t *p, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (!*text || *end)
		wrong("no number", text);
	return value;
}

/* Hexadecimal from its beginning on; what it does not tell stays */
static void put_hex(uint8_t *p, size_t size, const char *text)
{
	size_t digits = strlen(text);

	if (digits % 2 || digits > 2 * size)
		wrong("not so many bytes in hexadecimal", text);
	for (size_t i = 0; i < digits / 2; i++)
		if (sscanf(text + 2 * i, "%2hhx", p + i) != 1)
			wrong("no hexadecimal", text);
}

/* "OFFSET:HEX" */
static void put_at(uint8_t *report, const char *text)
{
	const char *hex = strchr(text, ':');
	unsigned long at = strtoul(text, NULL, 0);

	if (!hex || at >= REPORT_SIZE)
		wrong("not OFFSET:HEX", text);
	put_hex(report + at, REPORT_SIZE - at, hex + 1);
}

/* ------------------------------------------------------------------------ words */

static bool take_number(const char *name, const char *value, uint8_t *report)
{
	static const struct { const char *name; uint16_t at, size; } fields[] = {
		{ "version", 0x000, 4 }, { "svn", 0x004, 4 }, { "policy", 0x008, 8 },
		{ "vmpl", 0x030, 4 }, { "algo", 0x034, 4 }, { "current", 0x038, 8 },
		{ "platform", 0x040, 8 }, { "key", KEY_INFO, 4 }, { "reported", 0x180, 8 },
		{ "family", CPUID, 1 }, { "model", CPUID + 1, 1 }, { "stepping", CPUID + 2, 1 },
		{ "committed", 0x1e0, 8 }, { "launch", 0x1f0, 8 },
		{ "launch-mitigations", 0x1f8, 8 }, { "mitigations", 0x200, 8 },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(name, fields[i].name)) {
			put(report + fields[i].at, fields[i].size, number(value));
			return true;
		}
	return false;
}

static bool take_bytes(const char *name, const char *value, uint8_t *report)
{
	static const struct { const char *name; uint16_t at, size; } fields[] = {
		{ "family-id", 0x010, 16 }, { "image-id", 0x020, 16 }, { "data", 0x050, 64 },
		{ "measurement", 0x090, 48 }, { "host-data", 0x0c0, 32 }, { "id-key", 0x0e0, 48 },
		{ "author-key", 0x110, 48 }, { "report-id", 0x140, 32 }, { "ma", 0x160, 32 },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(name, fields[i].name)) {
			put_hex(report + fields[i].at, fields[i].size, value);
			return true;
		}
	return false;
}

/* "1.55.24" */
static bool take_firmware(const char *name, const char *value, uint8_t *report)
{
	uint8_t *p = report + (strcmp(name, "fw") ? 0x1ec : 0x1e8);

	if (strcmp(name, "fw") && strcmp(name, "committed-fw"))
		return false;
	if (sscanf(value, "%hhu.%hhu.%hhu", p + 2, p + 1, p) != 3)
		wrong("not MAJOR.MINOR.BUILD", value);
	return true;
}

static void take_hwid(const char *value, uint8_t *report)
{
	memset(report + CHIP_ID, 0, CHIP_ID_SIZE);
	if (strcmp(value, "masked"))
		put_hex(report + CHIP_ID, CHIP_ID_SIZE, value);
}

static void take_signing(const char *value, struct plan *plan)
{
	static const char *const names[] = { "vcek", "vlek", "2", "3", "4", "5", "6", "none" };
	int key = 0;

	while (key < 8 && strcmp(names[key], value))
		key++;
	if (key == 8)
		wrong("neither vcek, vlek, 2 to 6 nor none", value);
	plan->report[KEY_INFO] = (uint8_t)(plan->report[KEY_INFO] & ~0x1c) | (uint8_t)(key << 2);
	plan->is_signed = key != 7;
	if (key == 1 && !plan->has_signer)
		snprintf(plan->signer, sizeof(plan->signer), "vlek");
}

static bool take_part(const char *name, const char *value, struct plan *plan)
{
	static const char *const parts[] = { "fmc", "bl", "tee", "snp", "ucode" };

	for (int i = 0; i < 5; i++)
		if (!strcmp(name, parts[i])) {
			plan->tcb[i] = (uint8_t)number(value);
			return true;
		}
	return false;
}

static bool take_list(const char *name, const char *value, struct plan *plan)
{
	const struct { const char *name, **list; size_t *nr; } lists[] = {
		{ "set", plan->set, &plan->nr_set }, { "patch", plan->patch, &plan->nr_patch },
		{ "flip", plan->flip, &plan->nr_flip },
	};

	for (int i = 0; i < 3; i++) {
		if (strcmp(name, lists[i].name))
			continue;
		if (*lists[i].nr == 8)
			wrong("too many", name);
		lists[i].list[(*lists[i].nr)++] = value;
		return true;
	}
	return false;
}

static void take(const char *name, const char *value, struct plan *plan)
{
	if (!strcmp(name, "signing"))
		take_signing(value, plan);
	else if (!strcmp(name, "author"))
		plan->report[KEY_INFO] |= number(value) ? 1 : 0;
	else if (!strcmp(name, "mask-key"))
		plan->report[KEY_INFO] |= number(value) ? 2 : 0;
	else if (!strcmp(name, "sign"))
		plan->is_signed = strcmp(value, "no");
	else if (!strcmp(name, "hwid"))
		take_hwid(value, plan->report);
	else if (!strcmp(name, "signer")) {
		snprintf(plan->signer, sizeof(plan->signer), "%s", value);
		plan->has_signer = true;
	} else if (!take_number(name, value, plan->report) &&
		   !take_bytes(name, value, plan->report) &&
		   !take_firmware(name, value, plan->report) && !take_list(name, value, plan)) {
		wrong("unknown word", name);
	}
}

/* ----------------------------------------------------------------- as firmware has it */

static void put_tcb(const struct plan *plan, uint16_t at)
{
	static const uint8_t milan[] = { 0, 0, 1, 6, 7 }, turin[] = { 0, 1, 2, 3, 7 };
	uint8_t *p = plan->report + at;

	for (int i = 0; i < 5; i++)
		if (plan->turin || i)
			p[(plan->turin ? turin : milan)[i]] = plan->tcb[i];
}

/* Of the product that is told, and the version */
static void preset(struct plan *plan, const char *product, unsigned int version)
{
	static const char *const names[] = { "milan", "genoa", "turin" };
	static const uint8_t cpuid[3][3] = { { 0x19, 1, 1 }, { 0x19, 0x11, 1 }, { 0x1a, 2, 1 } };
	static const uint16_t filled[][2] = {
		{ 0x050, 64 }, { 0x090, 48 }, { 0x140, 32 }, { 0x160, 32 },
	};
	uint8_t *p = plan->report;
	int which = 0;

	while (which < 3 && strcmp(names[which], product))
		which++;
	if (which == 3)
		wrong("no product", product);
	plan->turin = which == 2;
	put(p, 4, version);
	put(p + 0x008, 8, 0x30000);
	put(p + 0x034, 4, 1);
	put(p + 0x040, 8, 0x25);
	for (size_t f = 0; f < sizeof(filled) / sizeof(filled[0]); f++)
		for (int i = 0; i < filled[f][1]; i++)
			p[filled[f][0] + i] = (uint8_t)(0x11 * (f + 1) + (unsigned int)i);
	memset(p + 0x160, 0xff, 32);
	if (version >= 3)
		memcpy(p + CPUID, cpuid[which], 3);
	for (int i = 0; i < (plan->turin ? 8 : CHIP_ID_SIZE); i++)
		p[CHIP_ID + i] = (uint8_t)(0xd4 + 37 * i);
	put(p + 0x1e8, 3, 0x013718);
	put(p + 0x1ec, 3, 0x013718);
}

/* Those that decide what is preset are looked for first */
static void find(const char *words, const char *name, char *value, size_t size)
{
	const char *at = words;
	size_t len = strlen(name);

	while ((at = strstr(at, name))) {
		if ((at == words || at[-1] == ' ') && at[len] == '=') {
			at += len + 1;
			snprintf(value, size, "%.*s", (int)strcspn(at, " "), at);
			return;
		}
		at += len;
	}
}

static void read_words(char *copy, bool parts, struct plan *plan)
{
	char *save, *word;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		if (!value)
			wrong("not NAME=VALUE", word);
		*value++ = '\0';
		if (!strcmp(word, "product"))
			continue;
		/* the parts of a TCB before a TCB that is given as a whole */
		if (!take_part(word, value, plan) && !parts)
			take(word, value, plan);
	}
}

void report_make(const char *words, uint8_t report[REPORT_SIZE])
{
	struct plan plan = { .report = report, .is_signed = true, .signer = "vcek",
			     .tcb = { 1, 3, 0, 8, 0x73 } };
	char product[16] = "milan", version[16] = "3", *copies[2] = { strdup(words), strdup(words) };

	memset(report, 0, REPORT_SIZE);
	find(words, "product", product, sizeof(product));
	find(words, "version", version, sizeof(version));
	preset(&plan, product, (unsigned int)number(version));
	read_words(copies[0], true, &plan);
	put_tcb(&plan, 0x038);
	put_tcb(&plan, 0x180);
	put_tcb(&plan, 0x1e0);
	put_tcb(&plan, 0x1f0);
	read_words(copies[1], false, &plan);
	for (size_t i = 0; i < plan.nr_set; i++)
		put_at(report, plan.set[i]);
	if (plan.is_signed && !(report[KEY_INFO] & 2)) {
		void *key = sign_key(plan.signer);

		sign_report(key, report, SIGNED, report + SIGNED);
		sign_key_free(key);
	}
	for (size_t i = 0; i < plan.nr_patch; i++)
		put_at(report, plan.patch[i]);
	for (size_t i = 0; i < plan.nr_flip; i++)
		report[number(plan.flip[i]) % REPORT_SIZE] ^= 1;
	free(copies[0]);
	free(copies[1]);
}
