// SPDX-License-Identifier: GPL-2.0-or-later
/* Guests that are to be launched: options, files, and names */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/measure.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define IMAGE_MAX	(256U << 20)
#define KERNEL_MAX	(2048UL << 20)

static const char *const vmms[] = {
	[SEVADM_VMM_QEMU] = "qemu", [SEVADM_VMM_EC2] = "ec2", [SEVADM_VMM_KRUN] = "krun",
};

const struct arg_words measure_words[] = {
	{ "NAME", "EPYC{|-IBPB|-v1|-v2|-v3|-v4|-v5}|EPYC-Rome{|-v1|-v2|-v3|-v4|-v5}|"
		  "EPYC-Milan{|-v1|-v2|-v3}|EPYC-Genoa{|-v1|-v2}|EPYC-Turin{|-v1}" },
	{ 0 }
};

const char *measure_vmm_name(enum sevadm_vmm vmm)
{
	return vmms[vmm];
}

bool measure_bytes(const char *text, uint8_t *bytes, size_t size)
{
	_cleanup_free_ uint8_t *read = NULL;
	const char *encoding;
	size_t nr;

	if (sevadm_bytes_decode(text, strlen(text), &read, &nr, &encoding) || nr != size ||
	    !strcmp(encoding, "binary"))
		return false;
	memcpy(bytes, read, size);
	return true;
}

char *measure_features(uint64_t features, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = sevadm_sev_feature_name(bit);
		int n;

		if (!(features >> bit & 1))
			continue;
		n = name ? snprintf(text + len, size - len, "%s%s", len ? " " : "", name) :
			   snprintf(text + len, size - len, "%sreserved:%u", len ? " " : "", bit);
		len += n > 0 && (size_t)n < size - len ? (size_t)n : 0;
	}
	return text;
}

/* ----------------------------------------------------------------- options */

static uint64_t number(struct argp_state *state, const char *what, const char *arg, uint64_t min,
		       uint64_t max)
{
	uint64_t value;

	if (text_u64(arg, max, &value) || value < min)
		argp_error(state, "%s has to be a number from %llu to %#llx", what,
			   (unsigned long long)min, (unsigned long long)max);
	return value;
}

static void take_type(struct argp_state *state, struct measure_options *o, const char *name)
{
	const struct sevadm_vcpu_type *type;

	for (size_t i = 0; (type = sevadm_vcpu_type(i)); i++)
		if (!strcasecmp(type->name, name)) {
			o->signature = type->signature;
			return;
		}
	argp_error(state, "--vcpu-type: no such processor is known; --vcpu-sig takes any");
}

static void take_vmm(struct argp_state *state, struct measure_options *o, const char *name)
{
	o->has_vmm = true;
	for (size_t i = 0; i < sizeof(vmms) / sizeof(vmms[0]); i++)
		if (!strcmp(vmms[i], name)) {
			o->vmm = (enum sevadm_vmm)i;
			return;
		}
	argp_error(state, "--vmm has to be qemu, ec2 or krun");
}

/* Processor and VMM */
static error_t parse_vcpu(int key, char *arg, struct argp_state *state)
{
	static const unsigned int most[] = { 0x10e, 0xff, 0xf };
	static const char *const names[] = { "--vcpu-family", "--vcpu-model", "--vcpu-stepping" };
	struct measure_options *o = state->input;

	switch (key) {
	case MEASURE_VCPU_TYPE:
	case MEASURE_VCPU_SIG:
		if (o->has_signature)
			argp_error(state, "--vcpu-type and --vcpu-sig: one of them");
		o->has_signature = true;
		if (key == MEASURE_VCPU_TYPE)
			take_type(state, o, arg);
		else
			o->signature = (uint32_t)number(state, "--vcpu-sig", arg, 0, UINT32_MAX - 1);
		return 0;
	case MEASURE_FAMILY:
	case MEASURE_MODEL:
	case MEASURE_STEPPING:
		key -= MEASURE_FAMILY;
		o->cpu[key] = 1 + (int)number(state, names[key], arg, 0, most[key]);
		return 0;
	case MEASURE_VMM:
		take_vmm(state, o, arg);
		return 0;
	case MEASURE_FEATURES:
		o->features = number(state, "--guest-features", arg, 0, UINT64_MAX);
		o->has_features = true;
		return 0;
	case MEASURE_LEGACY:
		o->legacy = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t measure_parse(int key, char *arg, struct argp_state *state)
{
	struct measure_options *o = state->input;

	switch (key) {
	case MEASURE_OVMF:
		o->ovmf = arg;
		return 0;
	case MEASURE_KERNEL:
		o->kernel = arg;
		return 0;
	case MEASURE_INITRD:
		o->initrd = arg;
		return 0;
	case MEASURE_APPEND:
		o->append = arg;
		return 0;
	case MEASURE_OVMF_HASH:
		if (!measure_bytes(arg, o->ovmf_digest, sizeof(o->ovmf_digest)))
			argp_error(state, "--ovmf-hash has to be 48 bytes in hexadecimal or base64");
		o->has_ovmf_digest = true;
		return 0;
	case MEASURE_VCPUS:
		o->vcpus = (unsigned int)number(state, "--vcpus", arg, 1, SEVADM_VCPUS_MAX);
		o->has_vcpus = true;
		return 0;
	case MEASURE_MAX_VCPUS:
		o->max_vcpus = (unsigned int)number(state, "--max-vcpus", arg, 1, SEVADM_VCPUS_MAX);
		return 0;
	case MEASURE_INDEX:
		o->index = (unsigned int)number(state, "--vcpu", arg, 0, SEVADM_VCPUS_MAX - 1);
		return 0;
	default:
		return parse_vcpu(key, arg, state);
	}
}

void measure_check(struct argp_state *state, const struct measure_options *o, bool vcpus)
{
	int parts = !!o->cpu[0] + !!o->cpu[1] + !!o->cpu[2];

	if ((o->initrd || o->append) && !o->kernel)
		argp_error(state, "--initrd and --append are nothing without --kernel");
	if (parts && (o->has_signature || parts != 3))
		argp_error(state, "--vcpu-family, --vcpu-model and --vcpu-stepping: all of them, or "
			   "--vcpu-type, or --vcpu-sig");
	if (vcpus && o->vmm == SEVADM_VMM_QEMU && !o->has_signature && !parts)
		argp_error(state, "name the processors with --vcpu-type: QEMU puts their signature into "
			   "the VMSA");
}

uint32_t measure_signature(const struct measure_options *o)
{
	if (!o->cpu[0])
		return o->signature;
	return sevadm_cpu_signature((unsigned int)o->cpu[0] - 1, (unsigned int)o->cpu[1] - 1,
				    (unsigned int)o->cpu[2] - 1);
}

/* ------------------------------------------------------------------- files */

int measure_failure(struct cli *cli, const char *file, const struct sevadm_failure *failure)
{
	char name[1024];

	return report_error(cli, failure->kind, failure->remedy, "%s: %s",
			    text_escape(file, name, sizeof(name) / 2), failure->message);
}

int measure_read_file(struct cli *cli, const char *file, size_t max, char **data, size_t *size)
{
	int ret = file_read_all(file, max, data, size);
	char name[1024];

	if (!ret)
		return 0;
	return report_error(cli, ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED, NULL,
			    "read %s: %s (%s)", text_escape(file, name, sizeof(name) / 2),
			    strerror(-ret), strerrorname_np(-ret));
}

/* SHA-256 of a file, or of nothing without one: exit code */
static int hash_file(struct cli *cli, const char *file, uint8_t hash[32])
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;
	int code = file ? measure_read_file(cli, file, KERNEL_MAX, &data, &size) : 0;

	if (!code && sevadm_bytes_hash(data, size, hash))
		code = report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate SHA-256");
	return code;
}

static int read_kernel(struct cli *cli, const struct measure_options *o, struct measure_guest *g)
{
	const char *append = o->append ? o->append : "";
	int code = hash_file(cli, o->kernel, g->hashes.kernel);

	if (!code)
		code = hash_file(cli, o->initrd, g->hashes.initrd);
	if (!code && sevadm_bytes_hash(append, strlen(append) + 1, g->hashes.cmdline))
		code = report_error(cli, SEVADM_FAILED, NULL, "libcrypto cannot calculate SHA-256");
	g->has_kernel = true;
	return code;
}

int measure_read(struct cli *cli, const struct measure_options *o, enum sevadm_launch_kind kind,
		 struct measure_guest *g)
{
	struct sevadm_failure failure;
	int code;

	*g = (struct measure_guest){ .launch = {
		.kind = kind, .vcpus = o->has_vcpus ? o->vcpus : 1,
		.vmsa = { .vmm = o->vmm, .legacy = o->legacy, .features = o->features,
			  .signature = measure_signature(o) },
	} };
	if (!o->has_features && kind == SEVADM_LAUNCH_SNP)
		g->launch.vmsa.features = SEVADM_VMSA_SNP;
	code = measure_read_file(cli, o->ovmf, IMAGE_MAX, &g->image, &g->size);
	if (!code && sevadm_ovmf_parse(g->image, g->size, &g->ovmf, &failure))
		code = measure_failure(cli, o->ovmf, &failure);
	if (!code && o->kernel)
		code = read_kernel(cli, o, g);
	g->launch.ovmf = &g->ovmf;
	g->launch.hashes = g->has_kernel ? &g->hashes : NULL;
	g->launch.ovmf_digest = o->has_ovmf_digest ? o->ovmf_digest : NULL;
	return code;
}

void measure_free(struct measure_guest *guest)
{
	free(guest->image);
}
