// SPDX-License-Identifier: GPL-2.0-or-later
/* The launch measurement of a SEV guest: what it has to be, and is it that? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/guest_owner.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

enum {
	KEY_API = 0x200, KEY_FIRMWARE, KEY_KERNEL, KEY_INITRD, KEY_CMDLINE, KEY_CPUS, KEY_VMSA0,
	KEY_VMSA1, KEY_MEASUREMENT,
};

/* A kernel's initial RAM disk can be large, and what measures it holds all of it */
#define IMAGE_MAX	(1UL << 30)
#define CPUS_MAX	4096
#define VMSA_SIZE	4096

struct measurement_options {
	struct sevadm_measured_guest guest;
	bool has_api, has_policy;
	const char *tik, *digest, *nonce, *measurement;
	const char *firmware, *kernel, *initrd, *cmdline, *vmsa[2];
	unsigned int cpus;
};

#define GUEST_OPTIONS \
	{ "api", KEY_API, "MAJOR.MINOR.BUILD", 0, "Version of the firmware that measures" }, \
	OWNER_POLICY("Of the guest, words or a number"), \
	OWNER_TIK, \
	{ "digest", OWNER_KEY_DIGEST, "DIGEST", 0, "Of what is put into its memory: a file, or hexadecimal" }, \
	{ "firmware", KEY_FIRMWARE, "FILE", 0, "Calculate the digest: the guest's firmware" }, \
	{ "kernel", KEY_KERNEL, "FILE", 0, "The kernel whose hashes QEMU puts beside it" }, \
	{ "initrd", KEY_INITRD, "FILE", 0, "The initial RAM disk that goes with the kernel" }, \
	{ "cmdline", KEY_CMDLINE, "TEXT", 0, "The command line that goes with the kernel" }, \
	{ "num-cpus", KEY_CPUS, "N", 0, "CPUs of a SEV-ES guest" }, \
	{ "vmsa", KEY_VMSA0, "FILE", 0, "What the first of them begins with" }, \
	{ "vmsa-others", KEY_VMSA1, "FILE", 0, "What each of the others begins with" }

static const struct argp_option verify_options[] = { GUEST_OPTIONS, { 0 } }, build_options[] = {
	GUEST_OPTIONS,
	{ "nonce", OWNER_KEY_NONCE, "NONCE", 0, "Of the firmware: a file, or hexadecimal" },
	{ "measurement", KEY_MEASUREMENT, "MEASUREMENT", 0, "The same, out of what the firmware measured" },
	{ 0 }
};

/* ------------------------------------------------------------------- options */

static void check_image(const struct measurement_options *o, struct argp_state *state)
{
	if (!o->digest == !o->firmware)
		argp_error(state, "say --digest, or --firmware to calculate it, one of the two");
	if (!o->firmware && (o->kernel || o->cpus || o->vmsa[0] || o->vmsa[1]))
		argp_error(state, "--kernel, --num-cpus and --vmsa go with --firmware");
	if (!o->kernel && (o->initrd || o->cmdline))
		argp_error(state, "--initrd and --cmdline go with --kernel");
	if (!o->cpus != !o->vmsa[0])
		argp_error(state, "--num-cpus and --vmsa go together");
	if ((o->cpus > 1) != !!o->vmsa[1])
		argp_error(state, "--vmsa-others is for more than one CPU, and then it is needed");
	if (o->firmware && !o->cpus != !(o->guest.policy & 4))
		argp_error(state, "a policy with es has CPUs, by --num-cpus and --vmsa, and one "
			   "without has none");
}

static void check(const struct measurement_options *o, struct argp_state *state)
{
	if (!o->has_api)
		argp_error(state, "--api says which firmware measures, as show tells of a platform");
	if (!o->has_policy)
		argp_error(state, "--policy says what the guest was launched with");
	if (!o->tik)
		argp_error(state, "--tik names the file with the session's key");
	check_image(o, state);
}

static void parse_cpus(const char *arg, struct measurement_options *o, struct argp_state *state)
{
	uint64_t cpus = 0;

	if (text_u64(arg, CPUS_MAX, &cpus) || !cpus)
		argp_error(state, "--num-cpus takes a number from 1 to %d, not '%s'", CPUS_MAX, arg);
	o->cpus = (unsigned int)cpus;
}

/* Those that take a word and nothing else: where it goes */
static const char **word_of(int key, struct measurement_options *o)
{
	switch (key) {
	case OWNER_KEY_TIK: return &o->tik;
	case OWNER_KEY_DIGEST: return &o->digest;
	case OWNER_KEY_NONCE: return &o->nonce;
	case KEY_MEASUREMENT: return &o->measurement;
	case KEY_FIRMWARE: return &o->firmware;
	case KEY_KERNEL: return &o->kernel;
	case KEY_INITRD: return &o->initrd;
	case KEY_CMDLINE: return &o->cmdline;
	case KEY_VMSA0: return &o->vmsa[0];
	case KEY_VMSA1: return &o->vmsa[1];
	default: return NULL;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measurement_options *o = state->input;
	const char **word = word_of(key, o);

	if (word) {
		*word = arg;
		return 0;
	}
	switch (key) {
	case KEY_API:
		owner_api(arg, &o->guest, state);
		o->has_api = true;
		return 0;
	case OWNER_KEY_POLICY:
		o->guest.policy = owner_policy(arg, state);
		o->has_policy = true;
		return 0;
	case KEY_CPUS:
		parse_cpus(arg, o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_verify(int key, char *arg, struct argp_state *state)
{
	struct measurement_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->measurement)
			argp_error(state, "one measurement at a time");
		o->measurement = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->measurement)
			argp_error(state, "name the measurement: a file, or the text itself");
		check(o, state);
		return 0;
	default:
		return parse(key, arg, state);
	}
}

static error_t parse_build(int key, char *arg, struct argp_state *state)
{
	struct measurement_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		argp_error(state, "no arguments, and not '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		if (!o->nonce == !o->measurement)
			argp_error(state, "say --nonce, or --measurement to take it from there, one of the "
				   "two");
		check(o, state);
		return 0;
	default:
		return parse(key, arg, state);
	}
}

static const struct argp verify_argp = {
	.options = verify_options, .parser = parse_verify, .args_doc = "MEASUREMENT",
	.doc = "Is it this guest that the firmware measured, in this session?  MEASUREMENT is a file, or "
	       "the text itself.",
}, build_argp = {
	.options = build_options, .parser = parse_build,
	.doc = "Calculate what the firmware measures of a SEV or SEV-ES guest: a MAC and the nonce, in "
	       "base64.",
};

/* --------------------------------------------------------------------- guest */

struct image_files {
	char *data[5];
	size_t size[5];
};

static int read_image(struct cli *cli, const struct measurement_options *o, struct image_files *f)
{
	const char *const names[5] = { o->firmware, o->kernel, o->initrd, o->vmsa[0], o->vmsa[1] };
	int code = 0;

	for (int i = 0; i < 5 && !code; i++) {
		if (names[i])
			code = owner_file(cli, names[i], IMAGE_MAX, &f->data[i], &f->size[i]);
		if (!code && names[i] && i >= 3 && f->size[i] != VMSA_SIZE)
			code = report_error(cli, SEVADM_NO, NULL, "%.512s: a VMSA has %d bytes, and here "
					    "are %zu", names[i], VMSA_SIZE, f->size[i]);
		if (!code && !i && !f->size[0])
			code = report_error(cli, SEVADM_NO, NULL, "%.512s: there is nothing in it", names[i]);
	}
	return code;
}

static int hash_image(struct cli *cli, const struct measurement_options *o,
		      struct sevadm_measured_guest *guest)
{
	struct image_files f = { .data = { NULL } };
	int code = read_image(cli, o, &f);
	struct sevadm_guest_image image = {
		.firmware = f.data[0], .firmware_size = f.size[0],
		.kernel = f.data[1], .kernel_size = f.size[1],
		.initrd = f.data[2], .initrd_size = f.size[2],
		.cmdline = o->cmdline, .cpus = o->cpus, .vmsa0 = f.data[3], .vmsa1 = f.data[4],
	};

	if (!code && sevadm_guest_image_digest(&image, guest->digest))
		code = report_error(cli, SEVADM_FAILED, NULL, "libcrypto failed");
	for (int i = 0; i < 5; i++)
		free(f.data[i]);
	return code;
}

static int take_guest(struct cli *cli, const struct measurement_options *o,
		      struct sevadm_measured_guest *guest)
{
	*guest = o->guest;
	if (o->firmware)
		return hash_image(cli, o, guest);
	return owner_take(cli, o->digest, &(struct owner_bytes){ "a launch digest", 32, guest->digest });
}

/* -------------------------------------------------------------------- result */

struct measurement_view {
	char api[16], policy_text[128], digest[65], nonce[33];
	const char *measurement;
	uint64_t policy;
	bool has_match, matches;
};

#define V struct measurement_view
static const struct out_row rows[] = {
	OUT_ROW(V, "api", "Firmware", OUT_CHARS, api),
	OUT_ROW(V, "policy", "Policy", OUT_HEX64, policy),
	OUT_ROW(V, "policy_text", "Policy, in words", OUT_CHARS, policy_text),
	OUT_ROW(V, "digest", "Digest", OUT_CHARS, digest),
	OUT_ROW(V, "nonce", "Nonce", OUT_CHARS, nonce),
	OUT_ROW(V, "measurement", "Measurement", OUT_STRING, measurement),
	OUT_ROW_WHEN(V, "matches", "Matches", OUT_BOOL, matches, has_match),
	OUT_END
};
#undef V

static void view_guest(const struct sevadm_measured_guest *guest, const uint8_t *measurement,
		       struct measurement_view *v)
{
	snprintf(v->api, sizeof(v->api), "%u.%u.%u", guest->api_major, guest->api_minor, guest->build);
	v->policy = guest->policy;
	sevadm_policy_text(SEVADM_GUEST_SEV, guest->policy, v->policy_text, sizeof(v->policy_text));
	text_hex(v->digest, guest->digest, sizeof(guest->digest));
	text_hex(v->nonce, measurement + 32, 16);
}

static int tell(struct cli *cli, const struct sevadm_measured_guest *guest,
		const uint8_t *measurement, int ret)
{
	struct measurement_view view = { .has_match = true, .matches = !ret };

	view_guest(guest, measurement, &view);
	out_object(cli->out, "measurement", "Guest", rows, &view);
	if (ret)
		return report_no(cli, "not measured: another guest, policy or firmware, or another session");
	return report_done(cli, "this guest was measured, in this session");
}

static int run_verify(struct cli *cli, const void *options)
{
	const struct measurement_options *o = options;
	uint8_t tik[SEVADM_TRANSPORT_KEY_SIZE], measurement[SEVADM_MEASUREMENT_SIZE];
	struct sevadm_measured_guest guest;
	int ret, code = owner_take(cli, o->measurement, &(struct owner_bytes){
				   "a measurement", sizeof(measurement), measurement });

	if (!code)
		code = take_guest(cli, o, &guest);
	if (!code)
		code = owner_read(cli, o->tik, &(struct owner_bytes){ "a key", sizeof(tik), tik });
	if (code)
		return code;
	ret = sevadm_measurement_verify(&guest, tik, measurement);
	explicit_bzero(tik, sizeof(tik));
	if (ret && ret != -EBADMSG)
		return report_error(cli, SEVADM_FAILED, NULL, "libcrypto failed");
	return tell(cli, &guest, measurement, ret);
}

/* As text that and nothing else: other tools take it as it is */
static int print(struct cli *cli, const struct sevadm_measured_guest *guest,
		 const uint8_t *measurement)
{
	struct measurement_view view = { .has_match = false };
	_cleanup_free_ uint8_t *text = NULL;
	size_t size;

	if (sevadm_bytes_encode(measurement, SEVADM_MEASUREMENT_SIZE, "base64", &text, &size))
		return report_error(cli, SEVADM_FAILED, NULL, "no memory");
	text[size - 1] = '\0';	/* a line */
	view.measurement = (const char *)text;
	view_guest(guest, measurement, &view);
	if (out_mode(cli->out) != OUT_TEXT)
		out_object(cli->out, "measurement", NULL, rows, &view);
	return report_done(cli, view.measurement);
}

static int run_build(struct cli *cli, const void *options)
{
	const struct measurement_options *o = options;
	uint8_t tik[SEVADM_TRANSPORT_KEY_SIZE], measurement[SEVADM_MEASUREMENT_SIZE], nonce[16];
	struct sevadm_measured_guest guest;
	int ret, code;

	if (o->nonce)
		code = owner_take(cli, o->nonce, &(struct owner_bytes){ "a nonce", sizeof(nonce), nonce });
	else
		code = owner_take(cli, o->measurement, &(struct owner_bytes){
				  "a measurement", sizeof(measurement), measurement });
	if (!code && !o->nonce)
		memcpy(nonce, measurement + 32, sizeof(nonce));
	if (!code)
		code = take_guest(cli, o, &guest);
	if (!code)
		code = owner_read(cli, o->tik, &(struct owner_bytes){ "a key", sizeof(tik), tik });
	if (code)
		return code;
	ret = sevadm_measurement_build(&guest, tik, nonce, measurement);
	explicit_bzero(tik, sizeof(tik));
	return ret ? report_error(cli, SEVADM_FAILED, NULL, "libcrypto failed") :
	       print(cli, &guest, measurement);
}

static const struct arg_words words[] = {
	{ "WORD", OWNER_POLICY_WORDS }, { "MEASUREMENT", "FILE" }, { "DIGEST", "FILE" },
	{ "NONCE", "FILE" },
	{ 0 }
};

const struct command cmd_measurement_build = {
	.name = "measurement build",
	.summary = "Calculate the launch measurement of a SEV guest",
	.argp = &build_argp,
	.options_size = sizeof(struct measurement_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_build,
};

const struct command cmd_measurement_verify = {
	.name = "measurement verify",
	.summary = "Check the launch measurement of a SEV guest",
	.argp = &verify_argp,
	.options_size = sizeof(struct measurement_options),
	.flags = CMD_OFFLINE,
	.words = words,
	.run = run_verify,
};
