// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/firmware/decode.h"

#include <stdio.h>
#include <string.h>

#define FAMILY_TURIN	0x1a

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
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
	};
}

void decode_tcb(uint64_t raw, unsigned int family, struct sevadm_tcb *tcb)
{
	bool turin = family == FAMILY_TURIN;

	*tcb = (struct sevadm_tcb){
		.raw = raw,
		.has_fmc = turin,
		.fmc = turin ? (uint8_t)raw : 0,
		.bootloader = (uint8_t)(turin ? raw >> 8 : raw),
		.tee = (uint8_t)(turin ? raw >> 16 : raw >> 8),
		.snp = (uint8_t)(turin ? raw >> 24 : raw >> 48),
		.microcode = (uint8_t)(raw >> 56),
	};
}

void decode_snp_status(const uint8_t buf[FW_SNP_STATUS_SIZE], unsigned int family,
		       struct sevadm_snp_status *status)
{
	uint32_t policy = get32(buf + 8);

	*status = (struct sevadm_snp_status){
		.known = true,
		.api_major = buf[0],
		.api_minor = buf[1],
		.state = buf[2],
		.rmp_initialized = buf[3] & 1,
		.build = get32(buf + 4),
		.mask_chip_id = policy & 1,
		.mask_chip_key = policy & 2,
		.vlek = policy & 4,
		.feature_info = policy & 8,
		.guest_count = get32(buf + 12),
	};
	decode_tcb(get64(buf + 16), family, &status->current_tcb);
	decode_tcb(get64(buf + 24), family, &status->reported_tcb);
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
