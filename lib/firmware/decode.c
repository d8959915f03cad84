// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/firmware/decode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/text.h"

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* Family and model, as AMD's processor programming references number them */
static const struct {
	unsigned int family, first, last;
	enum sevadm_generation generation;
} processors[] = {
	{ 0x19, 0x00, 0x0f, SEVADM_GENERATION_MILAN },
	{ 0x19, 0x10, 0x1f, SEVADM_GENERATION_GENOA },
	{ 0x19, 0xa0, 0xaf, SEVADM_GENERATION_GENOA },	/* Bergamo, Siena */
	{ 0x1a, 0x00, 0x11, SEVADM_GENERATION_TURIN },
};

enum sevadm_generation decode_generation(unsigned int family, unsigned int model)
{
	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (family == processors[i].family && model >= processors[i].first &&
		    model <= processors[i].last)
			return processors[i].generation;
	return SEVADM_GENERATION_UNKNOWN;
}

enum sevadm_generation sevadm_generation_of(unsigned int family, unsigned int model)
{
	return decode_generation(family, model);
}

const char *sevadm_generation_name(enum sevadm_generation generation)
{
	static const char *const names[] = { "unknown", "Milan", "Genoa", "Turin" };

	return (size_t)generation < sizeof(names) / sizeof(names[0]) ? names[generation] :
	       names[0];
}

void decode_sev_status(const uint8_t buf[FW_SEV_STATUS_SIZE], struct sevadm_sev_status *status)
{
	*status = (struct sevadm_sev_status){
		.known = true,
		.api_major = buf[0],
		.api_minor = buf[1],
		.state = buf[2],
		.owned = buf[3] & 1,
		.es = buf[4] & 1,	/* flags bit 8: CONFIG.ES */
		.build = buf[7],
		.guest_count = get32(buf + 8),
		.flags_reserved = get32(buf + 3) & 0xfffffefe,
	};
}

void decode_tcb(uint64_t raw, enum sevadm_generation generation, struct sevadm_tcb *tcb)
{
	bool turin = generation == SEVADM_GENERATION_TURIN;

	*tcb = (struct sevadm_tcb){ .raw = raw };
	if (generation == SEVADM_GENERATION_UNKNOWN)
		return;
	*tcb = (struct sevadm_tcb){
		.raw = raw,
		.reserved = raw & (turin ? 0x00ffffff00000000 : 0x0000ffffffff0000),
		.known = true,
		.has_fmc = turin,
		.fmc = turin ? (uint8_t)raw : 0,
		.bootloader = (uint8_t)(turin ? raw >> 8 : raw),
		.tee = (uint8_t)(turin ? raw >> 16 : raw >> 8),
		.snp = (uint8_t)(turin ? raw >> 24 : raw >> 48),
		.microcode = (uint8_t)(raw >> 56),
	};
}

void sevadm_tcb_decode(uint64_t raw, enum sevadm_generation generation, struct sevadm_tcb *tcb)
{
	decode_tcb(raw, generation, tcb);
}

uint64_t encode_tcb(const struct sevadm_tcb *tcb)
{
	uint64_t bootloader = tcb->bootloader, tee = tcb->tee, snp = tcb->snp;

	if (!tcb->known)
		return 0;
	return tcb->reserved | (uint64_t)tcb->microcode << 56 |
	       (tcb->has_fmc ? tcb->fmc | bootloader << 8 | tee << 16 | snp << 24 :
		bootloader | tee << 8 | snp << 48);
}

#define SNP_FLAGS	0x0bU	/* RMP_INIT, ALIAS_CHECK, TIO */
#define SNP_POLICY	0xffU

void decode_snp_status(const uint8_t buf[FW_SNP_STATUS_SIZE], enum sevadm_generation generation,
		       struct sevadm_snp_status *status)
{
	uint32_t policy = get32(buf + 8);

	*status = (struct sevadm_snp_status){
		.known = true,
		.api_major = buf[0],
		.api_minor = buf[1],
		.state = buf[2],
		.rmp_initialized = buf[3] & 1,
		.alias_check = buf[3] & 2,
		.tio = buf[3] & 8,
		.flags_reserved = buf[3] & ~SNP_FLAGS,
		.build = get32(buf + 4),
		.mask_chip_id = policy & 1,
		.mask_chip_key = policy & 2,
		.vlek = policy & 4,
		.feature_info = policy & 8,
		.rapl_dis = policy & 0x10,
		.ciphertext_hiding_capable = policy & 0x20,
		.ciphertext_hiding = policy & 0x40,
		.tio_policy = policy & 0x80,
		.policy_reserved = policy & ~SNP_POLICY,
		.guest_count = get32(buf + 12),
	};
	decode_tcb(get64(buf + 16), generation, &status->current_tcb);
	decode_tcb(get64(buf + 24), generation, &status->reported_tcb);
}

const char *sevadm_sev_state_name(uint32_t state)
{
	static const char *const names[] = { "UNINIT", "INIT", "WORKING" };

	return state < 3 ? names[state] : "?";
}

const char *sevadm_snp_state_name(uint32_t state)
{
	static const char *const names[] = { "UNINIT", "INIT" };

	return state < 2 ? names[state] : "?";
}

const char *sevadm_guest_state_name(enum sevadm_guest_kind kind, uint32_t state)
{
	static const char *const snp[] = { "INIT", "LAUNCH", "RUNNING" };
	static const char *const sev[] = {
		"INVALID", "LUPDATE", "LSECRET", "RUNNING", "SUPDATE", "RUPDATE", "SENT",
	};

	if (kind == SEVADM_GUEST_SNP)
		return state < sizeof(snp) / sizeof(snp[0]) ? snp[state] : "?";
	return state < sizeof(sev) / sizeof(sev[0]) ? sev[state] : "?";
}

struct policy_bit {
	unsigned int bit;
	const char *name;
};

/* AMD 56860, GUEST_POLICY; bit 17 is always 1 and not worth a word */
static const struct policy_bit snp_policy[] = {
	{ 16, "smt" }, { 18, "migrate-ma" }, { 19, "debug" }, { 20, "single-socket" },
	{ 21, "cxl" }, { 22, "aes256-xts" }, { 23, "rapl-dis" }, { 24, "ciphertext-hiding" },
	{ 25, "page-swap-disable" }, { 0, NULL },
};

/* AMD 55766, GUEST_POLICY */
static const struct policy_bit sev_policy[] = {
	{ 0, "nodbg" }, { 1, "noks" }, { 2, "es" }, { 3, "nosend" }, { 4, "domain" },
	{ 5, "sev" }, { 0, NULL },
};

char *sevadm_policy_text(enum sevadm_guest_kind kind, uint64_t policy, char *buf, size_t size)
{
	const struct policy_bit *bits = kind == SEVADM_GUEST_SNP ? snp_policy : sev_policy;
	unsigned int major, minor;
	size_t used;

	/* SNP: ABI_MINOR 7:0, ABI_MAJOR 15:8; SEV: API_MAJOR 23:16, API_MINOR 31:24 */
	major = kind == SEVADM_GUEST_SNP ? policy >> 8 & 0xff : policy >> 16 & 0xff;
	minor = kind == SEVADM_GUEST_SNP ? policy & 0xff : policy >> 24 & 0xff;
	snprintf(buf, size, "api>=%u.%u", major, minor);
	for (; bits->name; bits++) {
		if (!(policy >> bits->bit & 1))
			continue;
		used = strlen(buf);
		snprintf(buf + used, size - used, ",%s", bits->name);
	}
	return buf;
}

static int parse_version(const char *text, uint32_t *policy)
{
	unsigned long major, minor;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	major = strtoul(text, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return -EINVAL;
	minor = strtoul(end + 1, &end, 10);
	if (*end || major > 0xff || minor > 0xff)
		return -EINVAL;
	*policy |= (uint32_t)major << 16 | (uint32_t)minor << 24;
	return 0;
}

static int parse_word(const char *word, uint32_t *policy)
{
	if (!strncmp(word, "api>=", 5))
		return parse_version(word + 5, policy);
	if (!strncmp(word, "api=", 4))
		return parse_version(word + 4, policy);
	for (const struct policy_bit *b = sev_policy; b->name; b++)
		if (!strcmp(b->name, word)) {
			*policy |= 1U << b->bit;
			return 0;
		}
	return -EINVAL;
}

int sevadm_policy_parse(const char *text, uint32_t *policy)
{
	uint64_t number;
	int ret = text_u64(text, UINT32_MAX, &number);
	char copy[128], *rest = copy, *word;

	*policy = (uint32_t)(ret ? 0 : number);
	if (ret != -EINVAL)
		return ret;
	if (!text[0] || strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	ret = 0;
	while (!ret && (word = strsep(&rest, ",")))
		ret = parse_word(word, policy);
	return ret;
}
