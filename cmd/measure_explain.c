// SPDX-License-Identifier: GPL-2.0-or-later
/* Which guest has a launch digest that was not expected?  Offline */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/measure.h"

#define MAX_VCPUS	64

static const struct argp_option options[] = {
	MEASURE_OPTIONS_IMAGE, MEASURE_OPTIONS_HASH, MEASURE_OPTIONS_KERNEL, MEASURE_OPTIONS_VCPUS,
	{ "max-vcpus", MEASURE_MAX_VCPUS, "NUMBER", 0, "How many it may have (default: 64, or twice "
	  "--vcpus)", 0 },
	MEASURE_OPTIONS_VCPU, { 0 }
};

static void check(struct argp_state *state, struct measure_options *o)
{
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];

	if (!o->expected || !o->ovmf)
		argp_error(state, "name the digest that it is to have, and the guest's firmware with --ovmf");
	if (!measure_bytes(o->expected, digest, SEVADM_SNP_DIGEST_SIZE) &&
	    !measure_bytes(o->expected, digest, SEVADM_SEV_DIGEST_SIZE))
		argp_error(state, "the digest has to be 48 bytes, of an SNP guest, or 32, of a SEV or SEV-ES "
			   "guest, in hexadecimal or base64");
	if (o->has_vcpus && o->max_vcpus && o->vcpus > o->max_vcpus)
		argp_error(state, "--vcpus are more than --max-vcpus");
	if (!o->max_vcpus)
		o->max_vcpus = o->vcpus > MAX_VCPUS / 2 ? 2 * o->vcpus : MAX_VCPUS;
	if (o->max_vcpus > SEVADM_VCPUS_MAX)
		o->max_vcpus = SEVADM_VCPUS_MAX;
	measure_check(state, o, false);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measure_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->expected)
			argp_error(state, "one digest at a time");
		o->expected = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, o);
		return 0;
	default:
		return measure_parse(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "DIGEST",
	.doc = "Search the guest that has DIGEST among those that are like the one that is told: with "
	       "other processors, another VMM, without its kernel, and so on.  Exit code 2: none of them "
	       "has it.",
};

/* ------------------------------------------------------------------ result */

struct search_view {
	uint64_t tried;
	uint32_t max_vcpus, signatures, features, kernels;
};

#define V struct search_view
static const struct out_row search_rows[] = {
	OUT_ROW(V, "tried", "Digests compared", OUT_U64, tried),
	OUT_ROW(V, "max_vcpus", "Processors, up to", OUT_U32, max_vcpus),
	OUT_ROW(V, "signatures", "Processors' signatures", OUT_U32, signatures),
	OUT_ROW(V, "features", "SEV_FEATURES", OUT_U32, features),
	OUT_ROW(V, "kernels", "Kernels and command lines", OUT_U32, kernels),
	OUT_END
};
#undef V

struct found_view {
	const char *kind, *vmm, *type, *generation, *cmdline;
	char signature[11], feature_names[256];
	uint64_t features;
	uint32_t vcpus;
	bool has_vcpus, has_kernel, kernel_hashes, has_initrd, initrd;
};

#define V struct found_view
static const struct out_row found_rows[] = {
	OUT_ROW(V, "kind", "Guest", OUT_STRING, kind),
	OUT_ROW(V, "vmm", "VMM", OUT_STRING, vmm),
	OUT_ROW_WHEN(V, "vcpus", "Processors", OUT_U32, vcpus, has_vcpus),
	OUT_ROW(V, "vcpu_signature", "Processors' signature", OUT_CHARS, signature),
	OUT_ROW(V, "vcpu_type", "Processors, for instance", OUT_STRING, type),
	OUT_ROW_WHEN(V, "sev_features", "SEV_FEATURES", OUT_HEX64, features, has_vcpus),
	OUT_ROW(V, "sev_features_names", "SEV_FEATURES, names", OUT_CHARS, feature_names),
	OUT_ROW(V, "vmsa", "VMSA as of", OUT_STRING, generation),
	OUT_ROW_WHEN(V, "kernel_hashes", "Kernel hashes", OUT_BOOL, kernel_hashes, has_kernel),
	OUT_ROW(V, "cmdline", "Command line", OUT_STRING, cmdline),
	OUT_ROW_WHEN(V, "initrd", "Initial RAM disk", OUT_BOOL, initrd, has_initrd),
	OUT_END
};
#undef V

/* QEMU's model of that signature, or NULL */
static const char *type_name(uint32_t signature)
{
	const struct sevadm_vcpu_type *type;

	for (size_t i = 0; (type = sevadm_vcpu_type(i)); i++)
		if (type->signature == signature)
			return type->name;
	return NULL;
}

static void show_found(struct cli *cli, const struct sevadm_launch_found *f)
{
	static const char *const kinds[] = { "SEV", "SEV-ES", "SNP" };
	struct found_view v = {
		.kind = kinds[f->kind], .vcpus = f->vcpus, .has_vcpus = f->vcpus, .cmdline = f->cmdline,
		.has_kernel = !f->firmware_only, .kernel_hashes = f->cmdline, .has_initrd = f->cmdline,
		.initrd = f->initrd, .features = f->vmsa.features,
	};

	if (f->vcpus) {
		v.vmm = measure_vmm_name(f->vmsa.vmm);
		measure_features(v.features, v.feature_names, sizeof(v.feature_names));
		if (f->vmsa.vmm != SEVADM_VMM_EC2)
			v.generation = f->vmsa.legacy ? "KVM_SEV_INIT" : "KVM_SEV_INIT2";
	}
	if (f->vcpus && f->vmsa.vmm == SEVADM_VMM_QEMU) {
		snprintf(v.signature, sizeof(v.signature), "0x%08x", f->vmsa.signature);
		v.type = type_name(f->vmsa.signature);
	}
	out_object(cli->out, "found", "The guest that has it", found_rows, &v);
}

struct difference {
	const char *what;
	char told[128], found[128];
};

static const struct out_row difference_rows[] = {
	OUT_ROW(struct difference, "what", "WHAT", OUT_STRING, what),
	OUT_ROW(struct difference, "told", "TOLD", OUT_CHARS, told),
	OUT_ROW(struct difference, "found", "FOUND", OUT_CHARS, found),
	OUT_END
};

static void differ(struct cli *cli, const char *what, const char *told, const char *is)
{
	struct difference d = { .what = what };

	if (!strcmp(told, is))
		return;
	snprintf(d.told, sizeof(d.told), "%s", told);
	snprintf(d.found, sizeof(d.found), "%s", is);
	out_list_item(cli->out, &d);
}

static void differ_number(struct cli *cli, const char *what, const char *format, uint64_t told,
			  uint64_t is)
{
	char a[24], b[24];

	snprintf(a, sizeof(a), format, (unsigned long long)told);
	snprintf(b, sizeof(b), format, (unsigned long long)is);
	differ(cli, what, a, b);
}

/* The processors: what was told and makes a difference there */
static void differ_vmsa(struct cli *cli, const struct measure_options *o, const struct measure_guest *g,
			const struct sevadm_launch_found *f)
{
	const struct sevadm_vmsa *told = &g->launch.vmsa;

	differ(cli, "vmm", measure_vmm_name(told->vmm), measure_vmm_name(f->vmsa.vmm));
	differ_number(cli, "vcpus", "%llu", g->launch.vcpus, f->vcpus);
	if (f->vmsa.vmm == SEVADM_VMM_QEMU && (o->has_signature || o->cpu[0]))
		differ_number(cli, "vcpu_signature", "0x%08llx", told->signature, f->vmsa.signature);
	differ_number(cli, "sev_features", "0x%llx", told->features, f->vmsa.features);
	if (f->vmsa.vmm != SEVADM_VMM_EC2)
		differ(cli, "vmsa", told->legacy ? "KVM_SEV_INIT" : "KVM_SEV_INIT2",
		       f->vmsa.legacy ? "KVM_SEV_INIT" : "KVM_SEV_INIT2");
}

static void show_differences(struct cli *cli, const struct measure_options *o,
			     const struct measure_guest *g, const struct sevadm_launch_found *f)
{
	out_list(cli->out, "differences", "What is different", difference_rows);
	if (f->vcpus)
		differ_vmsa(cli, o, g, f);
	if (o->kernel && !f->firmware_only)
		differ(cli, "kernel_hashes", "true", f->cmdline ? "true" : "false");
	if (f->cmdline) {
		differ(cli, "cmdline", "as it is", f->cmdline);
		differ(cli, "initrd", o->initrd ? "true" : "false", f->initrd ? "true" : "false");
	}
	out_list_end(cli->out);
}

/* --------------------------------------------------------------------- run */

static int report_none(struct cli *cli, const struct measure_options *o,
		       const struct sevadm_launch_found *f)
{
	char text[256];

	snprintf(text, sizeof(text), "none of %llu guests has this digest: its firmware%s is another, or it "
		 "has more than %u processors, or others than are known",
		 (unsigned long long)f->tried, o->kernel ? ", kernel or initial RAM disk" : "",
		 o->max_vcpus);
	return report_no(cli, text);
}

static int report_found(struct cli *cli, const struct measure_options *o,
			const struct measure_guest *g, const struct sevadm_launch_found *f)
{
	show_found(cli, f);
	if (f->firmware_only)
		return report_done(cli, "the digest is of the firmware alone, with nothing behind it");
	show_differences(cli, o, g, f);
	return report_done(cli, f->vcpus || f->kind == SEVADM_LAUNCH_SEV ? "" :
			   "the digest is from before the first VMSA: there are no processors in it");
}

static int explain(struct cli *cli, const struct measure_options *o, const struct measure_guest *g)
{
	uint8_t expected[SEVADM_SNP_DIGEST_SIZE];
	bool snp = measure_bytes(o->expected, expected, SEVADM_SNP_DIGEST_SIZE);
	struct sevadm_launch_search search = {
		.expected = expected, .size = snp ? SEVADM_SNP_DIGEST_SIZE : SEVADM_SEV_DIGEST_SIZE,
		.ovmf = &g->ovmf, .ovmf_digest = g->launch.ovmf_digest,
		.kernel = o->kernel ? g->hashes.kernel : NULL,
		.initrd = o->initrd ? g->hashes.initrd : NULL, .append = o->append,
		.vmsa = g->launch.vmsa, .has_signature = o->has_signature || o->cpu[0],
		.has_features = o->has_features, .max_vcpus = o->max_vcpus,
	};
	struct sevadm_launch_found found;
	struct sevadm_failure failure;
	struct search_view view = { .max_vcpus = o->max_vcpus };
	int ret;

	if (!snp)
		measure_bytes(o->expected, expected, SEVADM_SEV_DIGEST_SIZE);
	ret = sevadm_launch_search(&search, &found, &failure);
	if (ret && ret != -ENOENT)
		return measure_failure(cli, o->ovmf, &failure);
	view.tried = found.tried;
	view.signatures = found.signatures;
	view.features = found.features;
	view.kernels = found.kernels;
	out_object(cli->out, "search", NULL, search_rows, &view);
	return ret ? report_none(cli, o, &found) : report_found(cli, o, g, &found);
}

static int run(struct cli *cli, const void *options_)
{
	const struct measure_options *o = options_;
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
	bool snp = measure_bytes(o->expected, digest, sizeof(digest));
	struct measure_guest guest;
	int code = measure_read(cli, o, snp ? SEVADM_LAUNCH_SNP : SEVADM_LAUNCH_SEV_ES, &guest);

	if (!code)
		code = explain(cli, o, &guest);
	measure_free(&guest);
	return code;
}

const struct command cmd_measure_explain = {
	.name = "measure explain",
	.summary = "Search the guest that has a launch digest",
	.argp = &argp,
	.options_size = sizeof(struct measure_options),
	.flags = CMD_OFFLINE,
	.words = measure_words,
	.run = run,
};
