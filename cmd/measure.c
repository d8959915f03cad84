// SPDX-License-Identifier: GPL-2.0-or-later
/* The launch digests of guests, offline */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"
#include "lib/util/text.h"

static const struct argp_option snp_options[] = {
	MEASURE_OPTIONS_IMAGE, MEASURE_OPTIONS_HASH, MEASURE_OPTIONS_KERNEL, MEASURE_OPTIONS_VCPUS,
	MEASURE_OPTIONS_VCPU, { 0 }
}, es_options[] = {
	MEASURE_OPTIONS_IMAGE, MEASURE_OPTIONS_KERNEL, MEASURE_OPTIONS_VCPUS, MEASURE_OPTIONS_VCPU, { 0 }
}, sev_options[] = {
	MEASURE_OPTIONS_IMAGE, MEASURE_OPTIONS_KERNEL, { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state, bool vcpus)
{
	const struct measure_options *o = state->input;

	if (key != ARGP_KEY_END)
		return measure_parse(key, arg, state);
	if (!o->ovmf)
		argp_error(state, "name the guest's firmware with --ovmf");
	measure_check(state, o, vcpus);
	return 0;
}

static error_t parse_vcpus(int key, char *arg, struct argp_state *state)
{
	return parse(key, arg, state, true);
}

static error_t parse_sev(int key, char *arg, struct argp_state *state)
{
	return parse(key, arg, state, false);
}

static const struct argp snp_argp = {
	.options = snp_options, .parser = parse_vcpus,
	.doc = "Calculate the launch digest of an SNP guest: the measurement in its attestation reports.",
}, es_argp = {
	.options = es_options, .parser = parse_vcpus,
	.doc = "Calculate the launch digest of a SEV-ES guest, from which its measurement is made.",
}, sev_argp = {
	.options = sev_options, .parser = parse_sev,
	.doc = "Calculate the launch digest of a SEV guest, from which its measurement is made.",
};

/* ------------------------------------------------------------------ result */

struct digest_view {
	const char *kind, *vmm, *generation;
	uint64_t features;
	char feature_names[256], signature[11], digest[2 * SEVADM_SNP_DIGEST_SIZE + 1];
	uint32_t vcpus;
	bool has_vcpus, kernel_hashes;
};

#define V struct digest_view
static const struct out_row digest_rows[] = {
	OUT_ROW(V, "kind", "Guest", OUT_STRING, kind),
	OUT_ROW(V, "vmm", "VMM", OUT_STRING, vmm),
	OUT_ROW_WHEN(V, "vcpus", "Processors", OUT_U32, vcpus, has_vcpus),
	OUT_ROW(V, "vcpu_signature", "Processors' signature", OUT_CHARS, signature),
	OUT_ROW_WHEN(V, "sev_features", "SEV_FEATURES", OUT_HEX64, features, has_vcpus),
	OUT_ROW(V, "sev_features_names", "SEV_FEATURES, names", OUT_CHARS, feature_names),
	OUT_ROW(V, "vmsa", "VMSA as of", OUT_STRING, generation),
	OUT_ROW(V, "kernel_hashes", "Kernel hashes", OUT_BOOL, kernel_hashes),
	OUT_ROW(V, "digest", "Launch digest", OUT_CHARS, digest),
	OUT_END
};
#undef V

static void show_digest(struct cli *cli, const struct sevadm_launch *l, const uint8_t *digest)
{
	static const char *const kinds[] = { "SEV", "SEV-ES", "SNP" };
	struct digest_view v = { .kind = kinds[l->kind], .kernel_hashes = l->hashes,
				 .has_vcpus = l->kind != SEVADM_LAUNCH_SEV };

	if (v.has_vcpus) {
		v.vmm = measure_vmm_name(l->vmsa.vmm);
		v.vcpus = l->vcpus;
		v.features = l->vmsa.features;
		measure_features(v.features, v.feature_names, sizeof(v.feature_names));
		if (l->vmsa.vmm == SEVADM_VMM_QEMU)
			snprintf(v.signature, sizeof(v.signature), "0x%08x", l->vmsa.signature);
		if (l->vmsa.vmm != SEVADM_VMM_EC2)
			v.generation = l->vmsa.legacy ? "KVM_SEV_INIT" : "KVM_SEV_INIT2";
	}
	text_hex(v.digest, digest, l->kind == SEVADM_LAUNCH_SNP ? SEVADM_SNP_DIGEST_SIZE :
				      SEVADM_SEV_DIGEST_SIZE);
	out_object(cli->out, "launch", NULL, digest_rows, &v);
}

/* A part, or processors that are alike, as one */
struct part_view {
	const char *what, *type, *section;
	char gpa[19], digest[2 * SEVADM_SNP_DIGEST_SIZE + 1];
	uint64_t size;
	uint32_t vcpu;
	bool is_vcpu;
};

static const struct out_row part_rows[] = {
	OUT_ROW(struct part_view, "what", "WHAT", OUT_STRING, what),
	OUT_ROW(struct part_view, "section", "SECTION", OUT_STRING, section),
	OUT_ROW_WHEN(struct part_view, "vcpu", "VCPU", OUT_U32, vcpu, is_vcpu),
	OUT_ROW(struct part_view, "type", "TYPE", OUT_STRING, type),
	OUT_ROW(struct part_view, "gpa", "ADDRESS", OUT_CHARS, gpa),
	OUT_ROW(struct part_view, "size", "SIZE", OUT_U64, size),
	OUT_ROW(struct part_view, "digest", "DIGEST AFTER IT", OUT_CHARS, digest),
	OUT_END
};

struct parts {
	struct out *out;
	size_t digest_size;
};

static void show_part(void *arg, const struct sevadm_measured *part)
{
	const struct parts *parts = arg;
	struct part_view v = {
		.what = part->what, .type = part->type, .size = part->size, .vcpu = part->vcpu,
		.section = part->section ? sevadm_ovmf_type_name(part->section) : NULL,
		.is_vcpu = !strcmp(part->what, "vcpu"),
	};

	if (!v.is_vcpu || part->gpa)
		snprintf(v.gpa, sizeof(v.gpa), "0x%llx", (unsigned long long)part->gpa);
	text_hex(v.digest, part->digest, parts->digest_size);
	out_list_item(parts->out, &v);
}

/* Parts are shown once the digest is known to be one: nothing is printed where it fails */
static int show(struct cli *cli, const struct measure_options *o, const struct sevadm_launch *l)
{
	struct parts parts = { cli->out, l->kind == SEVADM_LAUNCH_SNP ? SEVADM_SNP_DIGEST_SIZE :
						 SEVADM_SEV_DIGEST_SIZE };
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure;

	if (sevadm_launch_digest(l, digest, NULL, NULL, &failure))
		return measure_failure(cli, o->ovmf, &failure);
	show_digest(cli, l, digest);
	out_list(cli->out, "measured", NULL, part_rows);
	sevadm_launch_digest(l, digest, show_part, &parts, &failure);
	out_list_end(cli->out);
	return report_done(cli, "");
}

static int measure(struct cli *cli, const struct measure_options *o, enum sevadm_launch_kind kind)
{
	struct measure_guest guest;
	int code = measure_read(cli, o, kind, &guest);

	if (!code && kind == SEVADM_LAUNCH_SNP && !(guest.launch.vmsa.features & SEVADM_VMSA_SNP))
		report_warning(cli, "without bit 0 of --guest-features no SNP guest can begin");
	if (!code && kind == SEVADM_LAUNCH_SEV_ES && guest.launch.vmsa.features & SEVADM_VMSA_SNP)
		report_warning(cli, "with bit 0 of --guest-features no SEV-ES guest can begin");
	if (!code)
		code = show(cli, o, &guest.launch);
	measure_free(&guest);
	return code;
}

static int run_snp(struct cli *cli, const void *options)
{
	return measure(cli, options, SEVADM_LAUNCH_SNP);
}

static int run_es(struct cli *cli, const void *options)
{
	return measure(cli, options, SEVADM_LAUNCH_SEV_ES);
}

static int run_sev(struct cli *cli, const void *options)
{
	return measure(cli, options, SEVADM_LAUNCH_SEV);
}

const struct command cmd_measure_snp = {
	.name = "measure snp",
	.summary = "Calculate the launch digest of an SNP guest",
	.argp = &snp_argp,
	.options_size = sizeof(struct measure_options),
	.flags = CMD_OFFLINE,
	.words = measure_words,
	.run = run_snp,
};

const struct command cmd_measure_sev_es = {
	.name = "measure sev-es",
	.summary = "Calculate the launch digest of a SEV-ES guest",
	.argp = &es_argp,
	.options_size = sizeof(struct measure_options),
	.flags = CMD_OFFLINE,
	.words = measure_words,
	.run = run_es,
};

const struct command cmd_measure_sev = {
	.name = "measure sev",
	.summary = "Calculate the launch digest of a SEV guest",
	.argp = &sev_argp,
	.options_size = sizeof(struct measure_options),
	.flags = CMD_OFFLINE,
	.run = run_sev,
};
