/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that calculate a launch digest share */
#ifndef CMD_MEASURE_H
#define CMD_MEASURE_H

#include "cmd/cli.h"

/**
 * struct measure_options - a guest as it is told on the command line
 * @ovmf, @kernel, @initrd: files
 * @append:	the kernel's command line, or NULL
 * @ovmf_digest: of --ovmf-hash, once @has_ovmf_digest
 * @signature:	of a processor, once @has_signature
 * @cpu:	family, model and stepping as they were given, plus 1; 0 where not
 * @has_vcpus, @has_features, @has_vmm: it was given
 * @expected:	of `measure explain`: what it is to be
 * @max_vcpus:	of `measure explain`
 * @file:	of `vmsa build`: where to
 * @index:	of `vmsa build`: the processor's
 */
struct measure_options {
	const char *ovmf, *kernel, *initrd, *append, *expected, *file;
	uint8_t ovmf_digest[SEVADM_SNP_DIGEST_SIZE];
	uint64_t features;
	uint32_t signature;
	int cpu[3];
	unsigned int vcpus, max_vcpus, index;
	enum sevadm_vmm vmm;
	bool has_ovmf_digest, has_vcpus, has_features, has_vmm, legacy, has_signature;
};

/* Groups of options, for arrays of struct argp_option */
enum {
	MEASURE_OVMF = 0x200, MEASURE_KERNEL, MEASURE_INITRD, MEASURE_APPEND, MEASURE_OVMF_HASH,
	MEASURE_VCPUS, MEASURE_VCPU_TYPE, MEASURE_VCPU_SIG, MEASURE_FAMILY, MEASURE_MODEL,
	MEASURE_STEPPING, MEASURE_VMM, MEASURE_FEATURES, MEASURE_LEGACY, MEASURE_MAX_VCPUS,
	MEASURE_INDEX,
};

#define MEASURE_OPTIONS_IMAGE \
	{ "ovmf", MEASURE_OVMF, "FILE", 0, "The guest's firmware", 0 }
#define MEASURE_OPTIONS_KERNEL \
	{ "kernel", MEASURE_KERNEL, "FILE", 0, "The kernel that QEMU is given (-kernel)", 0 }, \
	{ "initrd", MEASURE_INITRD, "FILE", 0, "Its initial RAM disk (-initrd)", 0 }, \
	{ "append", MEASURE_APPEND, "TEXT", 0, "Its command line (-append), to the letter", 0 }
#define MEASURE_OPTIONS_VCPU \
	{ "vcpu-type", MEASURE_VCPU_TYPE, "NAME", 0, "Its processors, as QEMU names them", 0 }, \
	{ "vcpu-sig", MEASURE_VCPU_SIG, "SIGNATURE", 0, "The same by EAX of their CPUID 1", 0 }, \
	{ "vcpu-family", MEASURE_FAMILY, "NUMBER", 0, "The same by their family ...", 0 }, \
	{ "vcpu-model", MEASURE_MODEL, "NUMBER", 0, "... their model ...", 0 }, \
	{ "vcpu-stepping", MEASURE_STEPPING, "NUMBER", 0, "... and their stepping", 0 }, \
	{ "vmm", MEASURE_VMM, "qemu|ec2|krun", 0, "Who starts the guest (default: qemu)", 0 }, \
	{ "guest-features", MEASURE_FEATURES, "MASK", 0, "SEV_FEATURES in its VMSAs", 0 }, \
	{ "legacy-vm", MEASURE_LEGACY, NULL, 0, "VMSAs of KVM_SEV_INIT, or of KVM before Linux " \
	  "6.10: without MXCSR and x87 control word", 0 }
#define MEASURE_OPTIONS_VCPUS \
	{ "vcpus", MEASURE_VCPUS, "NUMBER", 0, "How many processors it has (default: 1)", 0 }
#define MEASURE_OPTIONS_HASH \
	{ "ovmf-hash", MEASURE_OVMF_HASH, "HEX", 0, "What `measure ovmf` tells of the whole firmware; " \
	  "--ovmf can be its end alone then", 0 }

/* What completes NAME */
extern const struct arg_words measure_words[];

/* An argp parser: takes all of these; further arguments are not its */
error_t measure_parse(int key, char *arg, struct argp_state *state);
/* At ARGP_KEY_END, beside what a command wants by itself; @vcpus: there are VMSAs */
void measure_check(struct argp_state *state, const struct measure_options *o, bool vcpus);

/**
 * struct measure_guest - the same with its files read
 * @image, @size: the firmware
 * @hashes:	of kernel, initial RAM disk and command line, once @has_kernel
 */
struct measure_guest {
	char *image;
	size_t size;
	struct sevadm_ovmf ovmf;
	struct sevadm_kernel_hashes hashes;
	bool has_kernel;
	struct sevadm_launch launch;
};

/* Of the processors that the options name, 0 if they name none */
uint32_t measure_signature(const struct measure_options *o);

/* Exit code; to be freed in any case */
int measure_read(struct cli *cli, const struct measure_options *o, enum sevadm_launch_kind kind,
		 struct measure_guest *guest);
void measure_free(struct measure_guest *guest);

/* A file of @max bytes at most, to be freed: exit code */
int measure_read_file(struct cli *cli, const char *file, size_t max, char **data, size_t *size);
/* A failure of the library's about @file: exit code */
int measure_failure(struct cli *cli, const char *file, const struct sevadm_failure *failure);

const char *measure_vmm_name(enum sevadm_vmm vmm);
/* Text of exactly @size bytes, hexadecimal or base64: are they? */
bool measure_bytes(const char *text, uint8_t *bytes, size_t size);
/* Names of SEV_FEATURES, or ""; returns @text */
char *measure_features(uint64_t features, char *text, size_t size);

#endif
