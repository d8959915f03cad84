// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attestation reports of SNP guests, bytes → fields (AMD 56860, ATTESTATION_REPORT).  Who
 * wrote them is not known yet: nothing is believed here, and nothing refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/little.h"
#include "sevadm.h"

enum {
	VERSION = 0x000, GUEST_SVN = 0x004, POLICY = 0x008, FAMILY_ID = 0x010, IMAGE_ID = 0x020,
	VMPL = 0x030, SIGNATURE_ALGO = 0x034, CURRENT_TCB = 0x038, PLATFORM_INFO = 0x040,
	KEY_INFO = 0x048, KEY_RESERVED = 0x04c, REPORT_DATA = 0x050, MEASUREMENT = 0x090,
	HOST_DATA = 0x0c0, ID_KEY_DIGEST = 0x0e0, AUTHOR_KEY_DIGEST = 0x110, REPORT_ID = 0x140,
	REPORT_ID_MA = 0x160, REPORTED_TCB = 0x180, CPUID = 0x188, AFTER_CPUID = 0x18b,
	CHIP_ID = 0x1a0, COMMITTED_TCB = 0x1e0, CURRENT_VERSION = 0x1e8, AFTER_CURRENT = 0x1eb,
	COMMITTED_VERSION = 0x1ec, AFTER_COMMITTED = 0x1ef, LAUNCH_TCB = 0x1f0,
	LAUNCH_MITIGATIONS = 0x1f8, CURRENT_MITIGATIONS = 0x200, AFTER_MITIGATIONS = 0x208,
	AFTER_SIGNATURE = 0x330,
};

#define WITH_CPUID		3U	/* versions since which these are there */
#define WITH_MITIGATIONS	5U
#define OLDEST			2U
#define NEWEST			5U

#define POLICY_KNOWN	0x03ffffffULL
#define PLATFORM_KNOWN	0xbfULL
#define KEY_KNOWN	0x1fU
#define TURIN_ID_SIZE	8
#define NUMBER_SIZE	48	/* of r and s; 72 bytes have room for other curves */

const char *sevadm_report_key_name(uint8_t key)
{
	switch (key) {
	case SEVADM_REPORT_VCEK:
		return "VCEK";
	case SEVADM_REPORT_VLEK:
		return "VLEK";
	case SEVADM_REPORT_UNSIGNED:
		return "none";
	default:
		return "?";
	}
}

char *sevadm_platform_info_text(uint64_t info, char *buf, size_t size)
{
	static const char *const names[] = {
		"smt", "tsme", "ecc", "rapl-dis", "ciphertext-hiding", "alias-check", NULL, "tio",
	};

	if (size)
		*buf = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t used = strnlen(buf, size);

		if (names[i] && info >> i & 1)
			snprintf(buf + used, size - used, "%s%s", used ? "," : "", names[i]);
	}
	return buf;
}

static bool is_zero(const uint8_t *p, size_t size)
{
	while (size--)
		if (*p++)
			return false;
	return true;
}

/* ------------------------------------------------------------------- reserved */

static void look_at(struct sevadm_report *r, unsigned int from, unsigned int to)
{
	if (to > from && !is_zero(r->data + from, to - from))
		r->reserved[r->nr_reserved++] = (struct sevadm_report_area){
			.offset = (uint16_t)from, .size = (uint16_t)(to - from),
		};
}

static void take_reserved(struct sevadm_report *r)
{
	r->policy_reserved = r->policy & ~POLICY_KNOWN;
	r->platform_reserved = r->platform_info & ~PLATFORM_KNOWN;
	r->key_reserved = r->key_info & ~KEY_KNOWN;
	look_at(r, KEY_RESERVED, REPORT_DATA);
	look_at(r, r->has_cpuid ? AFTER_CPUID : CPUID, CHIP_ID);
	look_at(r, AFTER_CURRENT, COMMITTED_VERSION);
	look_at(r, AFTER_COMMITTED, LAUNCH_TCB);
	look_at(r, r->has_mitigations ? AFTER_MITIGATIONS : LAUNCH_MITIGATIONS,
		SEVADM_REPORT_SIGNED);
	look_at(r, SEVADM_REPORT_R + NUMBER_SIZE, SEVADM_REPORT_S);
	look_at(r, SEVADM_REPORT_S + NUMBER_SIZE, AFTER_SIGNATURE);
	look_at(r, AFTER_SIGNATURE, SEVADM_REPORT_SIZE);
}

/* ----------------------------------------------------------------- generation */

/* How TCBs are laid out; the report's own word goes before anybody else's */
static enum sevadm_generation find_layout(struct sevadm_report *r,
					  enum sevadm_generation generation)
{
	if (r->has_cpuid && (r->cpuid_family || r->cpuid_model)) {
		r->told = SEVADM_REPORT_CPUID;
		r->generation = sevadm_generation_of(r->cpuid_family, r->cpuid_model);
	}
	if (r->generation != SEVADM_GENERATION_UNKNOWN)
		return r->generation;
	if (generation != SEVADM_GENERATION_UNKNOWN) {
		r->told = SEVADM_REPORT_CALLER;
		r->generation = generation;
		return generation;
	}
	/* a processor that is newer than this table has whatever layout */
	if (r->chip_id_masked || r->told == SEVADM_REPORT_CPUID)
		return SEVADM_GENERATION_UNKNOWN;
	r->told = SEVADM_REPORT_CHIP_ID;
	if (!is_zero(r->chip_id + TURIN_ID_SIZE, SEVADM_CHIP_ID_SIZE - TURIN_ID_SIZE))
		return SEVADM_GENERATION_MILAN;		/* or Genoa, which has the same */
	r->generation = SEVADM_GENERATION_TURIN;
	return r->generation;
}

static void take_tcb(const struct sevadm_report *r, unsigned int offset,
		     enum sevadm_generation layout, struct sevadm_tcb *tcb)
{
	sevadm_tcb_decode(little_get(r->data + offset, 8), layout, tcb);
}

/* --------------------------------------------------------------------- fields */

static void take_numbers(struct sevadm_report *r)
{
	const uint8_t *p = r->data;

	r->version = (uint32_t)little_get(p + VERSION, 4);
	r->known = r->version >= OLDEST && r->version <= NEWEST;
	r->guest_svn = (uint32_t)little_get(p + GUEST_SVN, 4);
	r->policy = little_get(p + POLICY, 8);
	r->vmpl = (uint32_t)little_get(p + VMPL, 4);
	r->signature_algo = (uint32_t)little_get(p + SIGNATURE_ALGO, 4);
	r->platform_info = little_get(p + PLATFORM_INFO, 8);
	r->key_info = (uint32_t)little_get(p + KEY_INFO, 4);
	r->author_key = r->key_info & 1;
	r->mask_chip_key = r->key_info & 2;
	r->signing_key = r->key_info >> 2 & 7;
	r->has_cpuid = r->version >= WITH_CPUID;
	if (r->has_cpuid) {
		r->cpuid_family = p[CPUID];
		r->cpuid_model = p[CPUID + 1];
		r->cpuid_stepping = p[CPUID + 2];
	}
	r->has_mitigations = r->version >= WITH_MITIGATIONS;
	if (r->has_mitigations) {
		r->launch_mitigations = little_get(p + LAUNCH_MITIGATIONS, 8);
		r->current_mitigations = little_get(p + CURRENT_MITIGATIONS, 8);
	}
}

static void take_bytes(struct sevadm_report *r)
{
	const uint8_t *p = r->data;

	memcpy(r->family_id, p + FAMILY_ID, sizeof(r->family_id));
	memcpy(r->image_id, p + IMAGE_ID, sizeof(r->image_id));
	memcpy(r->report_data, p + REPORT_DATA, sizeof(r->report_data));
	memcpy(r->measurement, p + MEASUREMENT, sizeof(r->measurement));
	memcpy(r->host_data, p + HOST_DATA, sizeof(r->host_data));
	memcpy(r->id_key_digest, p + ID_KEY_DIGEST, sizeof(r->id_key_digest));
	memcpy(r->author_key_digest, p + AUTHOR_KEY_DIGEST, sizeof(r->author_key_digest));
	memcpy(r->report_id, p + REPORT_ID, sizeof(r->report_id));
	memcpy(r->report_id_ma, p + REPORT_ID_MA, sizeof(r->report_id_ma));
	memcpy(r->chip_id, p + CHIP_ID, sizeof(r->chip_id));
	r->chip_id_masked = is_zero(r->chip_id, sizeof(r->chip_id));
}

static struct sevadm_report_firmware firmware_at(const uint8_t *p)
{
	return (struct sevadm_report_firmware){ .major = p[2], .minor = p[1], .build = p[0] };
}

int sevadm_report_decode(const void *data, size_t size, enum sevadm_generation generation,
			 struct sevadm_report *report)
{
	enum sevadm_generation layout;

	memset(report, 0, sizeof(*report));
	if (size != SEVADM_REPORT_SIZE)
		return -EMSGSIZE;
	memcpy(report->data, data, size);
	take_numbers(report);
	take_bytes(report);
	layout = find_layout(report, generation);
	take_tcb(report, CURRENT_TCB, layout, &report->current_tcb);
	take_tcb(report, REPORTED_TCB, layout, &report->reported_tcb);
	take_tcb(report, COMMITTED_TCB, layout, &report->committed_tcb);
	take_tcb(report, LAUNCH_TCB, layout, &report->launch_tcb);
	report->current_firmware = firmware_at(report->data + CURRENT_VERSION);
	report->committed_firmware = firmware_at(report->data + COMMITTED_VERSION);
	take_reserved(report);
	return 0;
}
