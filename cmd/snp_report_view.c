// SPDX-License-Identifier: GPL-2.0-or-later
/* Attestation reports of SNP guests as people and scripts see them */
#include <stdio.h>
#include <string.h>

#include "cmd/cert_files.h"
#include "cmd/snp_report.h"
#include "lib/util/text.h"

#define HEX(size) (2 * (size) + 1)

struct view {
	uint32_t version, guest_svn, vmpl, algorithm;
	bool known, has_vmpl;
	const char *requester, *algorithm_name, *signing_key_name, *generation, *told;
	uint64_t policy, policy_reserved, platform, platform_reserved, key_info, key_reserved;
	bool has_policy_reserved, has_platform_reserved, has_key_reserved;
	char policy_text[128], platform_text[128];
	bool author_key, mask_chip_key, chip_id_masked, has_cpuid;
	uint8_t signing_key, family, model, stepping;
	char family_id[HEX(16)], image_id[HEX(16)], report_data[HEX(64)], measurement[HEX(48)];
	char host_data[HEX(32)], id_key[HEX(48)], author_key_digest[HEX(48)];
	char report_id[HEX(32)], report_id_ma[HEX(32)], chip_id[HEX(64)];
	char current_firmware[16], committed_firmware[16], r[HEX(72)], s[HEX(72)];
	bool has_mitigations;
	uint64_t launch_mitigations, mitigations;
};

/* Bits without a name: always in JSON, in text where some are set */
#define RESERVED(type, key, label, member, cond) \
	OUT_ROW(type, key, NULL, OUT_HEX64, member), \
	{ "", label, OUT_HEX64, offsetof(type, member), offsetof(type, cond) + 1 }

static const struct out_row rows[] = {
	OUT_ROW(struct view, "version", "Version", OUT_U32, version),
	OUT_ROW(struct view, "version_known", NULL, OUT_BOOL, known),
	OUT_ROW(struct view, "guest_svn", "Guest SVN", OUT_U32, guest_svn),
	OUT_ROW(struct view, "policy", "Policy", OUT_HEX64, policy),
	OUT_ROW(struct view, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	RESERVED(struct view, "policy_reserved", "Policy, reserved", policy_reserved, has_policy_reserved),
	OUT_ROW(struct view, "family_id", "Family id", OUT_CHARS, family_id),
	OUT_ROW(struct view, "image_id", "Image id", OUT_CHARS, image_id),
	OUT_ROW(struct view, "requester", "Asked for by", OUT_STRING, requester),
	OUT_ROW_WHEN(struct view, "vmpl", "VMPL", OUT_U32, vmpl, has_vmpl),
	OUT_ROW(struct view, "signature_algorithm", "Algorithm", OUT_U32, algorithm),
	OUT_ROW(struct view, "signature_algorithm_name", "Algorithm, name", OUT_STRING, algorithm_name),
	OUT_ROW(struct view, "platform_info", "Platform", OUT_HEX64, platform),
	OUT_ROW(struct view, "platform_info_text", "Platform, in words", OUT_CHARS, platform_text),
	RESERVED(struct view, "platform_info_reserved", "Platform, reserved", platform_reserved,
		 has_platform_reserved),
	OUT_ROW(struct view, "key_info", "Key info", OUT_HEX64, key_info),
	OUT_ROW(struct view, "author_key", "Author key", OUT_BOOL, author_key),
	OUT_ROW(struct view, "mask_chip_key", "Chip key masked", OUT_BOOL, mask_chip_key),
	OUT_ROW(struct view, "signing_key", NULL, OUT_U8, signing_key),
	OUT_ROW(struct view, "signing_key_name", "Signing key", OUT_STRING, signing_key_name),
	RESERVED(struct view, "key_info_reserved", "Key info, reserved", key_reserved, has_key_reserved),
	OUT_ROW(struct view, "report_data", "Report data", OUT_CHARS, report_data),
	OUT_ROW(struct view, "measurement", "Measurement", OUT_CHARS, measurement),
	OUT_ROW(struct view, "host_data", "Host data", OUT_CHARS, host_data),
	OUT_ROW(struct view, "id_key_digest", "ID key digest", OUT_CHARS, id_key),
	OUT_ROW(struct view, "author_key_digest", "Author key digest", OUT_CHARS, author_key_digest),
	OUT_ROW(struct view, "report_id", "Report id", OUT_CHARS, report_id),
	OUT_ROW(struct view, "report_id_ma", "Report id of agent", OUT_CHARS, report_id_ma),
	OUT_ROW(struct view, "generation", "Processor", OUT_STRING, generation),
	OUT_ROW(struct view, "generation_told_by", "Processor, told by", OUT_STRING, told),
	OUT_ROW_WHEN(struct view, "cpuid_family", "CPUID family", OUT_U8, family, has_cpuid),
	OUT_ROW_WHEN(struct view, "cpuid_model", "CPUID model", OUT_U8, model, has_cpuid),
	OUT_ROW_WHEN(struct view, "cpuid_stepping", "CPUID stepping", OUT_U8, stepping, has_cpuid),
	OUT_ROW(struct view, "chip_id", "Chip id", OUT_CHARS, chip_id),
	OUT_ROW(struct view, "chip_id_masked", "Chip id masked", OUT_BOOL, chip_id_masked),
	OUT_ROW(struct view, "current_firmware", "Current firmware", OUT_CHARS, current_firmware),
	OUT_ROW(struct view, "committed_firmware", "Committed firmware", OUT_CHARS, committed_firmware),
	OUT_ROW_WHEN(struct view, "launch_mitigations", "Mitigations at launch", OUT_HEX64,
		     launch_mitigations, has_mitigations),
	OUT_ROW_WHEN(struct view, "current_mitigations", "Mitigations", OUT_HEX64, mitigations,
		     has_mitigations),
	OUT_ROW(struct view, "r", "Signature, r", OUT_CHARS, r),
	OUT_ROW(struct view, "s", "Signature, s", OUT_CHARS, s),
	OUT_END
};

static void take_bytes(const struct sevadm_report *r, struct view *v)
{
	text_hex(v->family_id, r->family_id, sizeof(r->family_id));
	text_hex(v->image_id, r->image_id, sizeof(r->image_id));
	text_hex(v->report_data, r->report_data, sizeof(r->report_data));
	text_hex(v->measurement, r->measurement, sizeof(r->measurement));
	text_hex(v->host_data, r->host_data, sizeof(r->host_data));
	text_hex(v->id_key, r->id_key_digest, sizeof(r->id_key_digest));
	text_hex(v->author_key_digest, r->author_key_digest, sizeof(r->author_key_digest));
	text_hex(v->report_id, r->report_id, sizeof(r->report_id));
	text_hex(v->report_id_ma, r->report_id_ma, sizeof(r->report_id_ma));
	text_hex(v->chip_id, r->chip_id, sizeof(r->chip_id));
	text_hex(v->r, r->data + SEVADM_REPORT_R, 72);
	text_hex(v->s, r->data + SEVADM_REPORT_S, 72);
}

static void take_firmware(const struct sevadm_report_firmware *firmware, char text[16])
{
	snprintf(text, 16, "%u.%u.%u", firmware->major, firmware->minor, firmware->build);
}

/* By its id alone Milan and Genoa cannot be told apart: their TCBs are laid out alike */
static void take_processor(const struct sevadm_report *r, const char *caller, struct view *v)
{
	const char *const told[] = { NULL, "cpuid", caller, "chip-id" };

	v->told = told[r->told];
	v->generation = r->generation == SEVADM_GENERATION_UNKNOWN && r->current_tcb.known ?
			"Milan or Genoa" : sevadm_generation_name(r->generation);
	v->has_cpuid = r->has_cpuid;
	v->family = r->cpuid_family;
	v->model = r->cpuid_model;
	v->stepping = r->cpuid_stepping;
}

static void take_bits(const struct sevadm_report *r, struct view *v)
{
	v->policy = r->policy;
	v->policy_reserved = r->policy_reserved;
	v->has_policy_reserved = r->policy_reserved;
	v->platform = r->platform_info;
	v->platform_reserved = r->platform_reserved;
	v->has_platform_reserved = r->platform_reserved;
	v->key_info = r->key_info;
	v->key_reserved = r->key_reserved;
	v->has_key_reserved = r->key_reserved;
	sevadm_policy_text(SEVADM_GUEST_SNP, r->policy, v->policy_text, sizeof(v->policy_text));
	sevadm_platform_info_text(r->platform_info, v->platform_text, sizeof(v->platform_text));
}

/* ------------------------------------------------------------------------- TCBs */

struct tcb_view {
	struct sevadm_tcb t;
	bool has_reserved;
};

#define V struct tcb_view
static const struct out_row tcb_rows[] = {
	OUT_ROW(V, "raw", "Raw", OUT_HEX64, t.raw),
	OUT_ROW(V, "layout_known", NULL, OUT_BOOL, t.known),
	OUT_ROW_WHEN(V, "fmc", "FMC", OUT_U8, t.fmc, t.has_fmc),
	OUT_ROW_WHEN(V, "bootloader", "Boot loader", OUT_U8, t.bootloader, t.known),
	OUT_ROW_WHEN(V, "tee", "TEE", OUT_U8, t.tee, t.known),
	OUT_ROW_WHEN(V, "snp", "SNP", OUT_U8, t.snp, t.known),
	OUT_ROW_WHEN(V, "microcode", "Microcode", OUT_U8, t.microcode, t.known),
	RESERVED(V, "reserved", "reserved", t.reserved, has_reserved),
	OUT_END
};
#undef V

static void show_tcb(struct cli *cli, const char *key, const char *title,
		     const struct sevadm_tcb *tcb)
{
	struct tcb_view view = { .t = *tcb, .has_reserved = tcb->reserved };

	out_object(cli->out, key, title, tcb_rows, &view);
}

/* --------------------------------------------------------------------- reserved */

struct area_view {
	uint32_t offset, size;
	char bytes[HEX(SEVADM_REPORT_SIZE) + 2];
};

static const struct out_row area_rows[] = {
	OUT_ROW(struct area_view, "offset", "OFFSET", OUT_U32, offset),
	OUT_ROW(struct area_view, "size", "SIZE", OUT_U32, size),
	OUT_ROW(struct area_view, "bytes", "RESERVED", OUT_CHARS, bytes),
	OUT_END
};

static void show_areas(struct cli *cli, const struct sevadm_report *report)
{
	if (!report->nr_reserved)
		return;
	out_list(cli->out, "reserved", "Reserved, and not zero", area_rows);
	for (size_t i = 0; i < report->nr_reserved; i++) {
		const struct sevadm_report_area *area = &report->reserved[i];
		struct area_view view = { .offset = area->offset, .size = area->size };

		text_hex(view.bytes, report->data + area->offset, area->size);
		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
}

void snp_report_show(struct cli *cli, const struct sevadm_report *report, const char *caller)
{
	struct view view = {
		.version = report->version, .known = report->known, .guest_svn = report->guest_svn,
		.vmpl = report->vmpl, .has_vmpl = report->vmpl != SEVADM_VMPL_HOST,
		.requester = report->vmpl == SEVADM_VMPL_HOST ? "host" : "guest",
		.algorithm = report->signature_algo,
		.algorithm_name = report->signature_algo == SEVADM_REPORT_P384 ?
				  "ECDSA P-384 with SHA-384" : "?",
		.author_key = report->author_key, .mask_chip_key = report->mask_chip_key,
		.signing_key = report->signing_key,
		.signing_key_name = sevadm_report_key_name(report->signing_key),
		.chip_id_masked = report->chip_id_masked, .has_mitigations = report->has_mitigations,
		.launch_mitigations = report->launch_mitigations,
		.mitigations = report->current_mitigations,
	};

	take_bytes(report, &view);
	take_bits(report, &view);
	take_processor(report, caller, &view);
	take_firmware(&report->current_firmware, view.current_firmware);
	take_firmware(&report->committed_firmware, view.committed_firmware);
	out_object(cli->out, "report", "Report", rows, &view);
	show_tcb(cli, "current_tcb", "Current TCB", &report->current_tcb);
	show_tcb(cli, "reported_tcb", "Reported TCB", &report->reported_tcb);
	show_tcb(cli, "committed_tcb", "Committed TCB", &report->committed_tcb);
	show_tcb(cli, "launch_tcb", "Launch TCB", &report->launch_tcb);
	show_areas(cli, report);
}
