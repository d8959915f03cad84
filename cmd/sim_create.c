// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "cmd/like.h"
#include "lib/util/cpuset.h"
#include "lib/util/text.h"

enum {
	KEY_CPUS = 0x200, KEY_THREADS, KEY_CORES, KEY_SOCKETS, KEY_SNP, KEY_SEV, KEY_SEV_ES,
	KEY_LAUNCHING, KEY_LEAKED, KEY_STUBBORN, KEY_VCPUS, KEY_OFFLINE, KEY_KERNEL, KEY_NO_PATCH,
	KEY_CTH, KEY_TIO, KEY_FORCE, KEY_UNITS, KEY_GENERATION, KEY_WBINVD, KEY_LIKE, KEY_BIOS,
	KEY_CMDLINE,
};

/* What can be said of a host besides that it is like another */
static const int with_like[] = { KEY_FORCE, KEY_WBINVD, KEY_KERNEL, KEY_GENERATION, KEY_NO_PATCH };

struct create_options {
	struct sevadm_sim_options sim;
	const char *file, *like;
	const char *not_with_like;	/* the name of an option that was given, or NULL */
};

static const struct argp_option options[] = {
	{ "cpus", KEY_CPUS, "N", 0, "Threads, 8 unless told" },
	{ "threads-per-core", KEY_THREADS, "1|2", 0, "SMT, 2 unless told" },
	{ "cores-per-ccx", KEY_CORES, "N", 0, "Cores that share an L3 cache, 4 unless told" },
	{ "sockets", KEY_SOCKETS, "1|2", 0, "1 unless told" },
	{ "snp-guests", KEY_SNP, "N", 0, "SNP guests that run" },
	{ "sev-guests", KEY_SEV, "N", 0, "SEV guests that run" },
	{ "sev-es-guests", KEY_SEV_ES, "N", 0, "SEV-ES guests that run" },
	{ "launching-guests", KEY_LAUNCHING, "N", 0, "SNP guests before LAUNCH_FINISH" },
	{ "leaked-guests", KEY_LEAKED, "N", 0, "SNP contexts whose VM is gone" },
	{ "stubborn-guests", KEY_STUBBORN, "N", 0, "So many of the VMMs ignore SIGTERM" },
	{ "units", KEY_UNITS, "session|libvirt|service|left-service", 0,
	  "Where the VMMs live: together in a session (unless told), each in a scope of libvirt's, "
	  "or in a service of its own, whose processes systemd ends or leaves to themselves" },
	{ "vcpus", KEY_VCPUS, "N", 0, "Per guest, 2 unless told" },
	{ "wbinvd-us", KEY_WBINVD, "N", 0, "What a WBINVD takes in microseconds, 1200 unless told" },
	{ "offline", KEY_OFFLINE, "LIST", 0, "Take these CPUs offline after all else" },
	{ "generation", KEY_GENERATION, "milan|genoa|turin", 0,
	  "Processor and firmware, genoa unless told" },
	{ "bios", KEY_BIOS, "NAME[,NAME...]", 0,
	  "How it is set up: sme-off, snp-off (no RMP), rmp-small, no-es-asids, all-es-asids, "
	  "no-iommu" },
	{ "cmdline", KEY_CMDLINE, "TEXT", 0, "Of the kernel, such as iommu=pt or kvm_amd.sev_snp=0" },
	{ "kernel", KEY_KERNEL, "RELEASE", 0, "Kernel release it shows" },
	{ "ciphertext-hiding", KEY_CTH, NULL, 0, "SNP runs with it; kernel 7.3.4-sim unless told" },
	{ "tio", KEY_TIO, NULL, 0, "SEV-TIO comes up with SNP; kernel 7.3.4-sim unless told" },
	{ "no-patch", KEY_NO_PATCH, NULL, 0, "A kernel without the companion patch" },
	{ "like", KEY_LIKE, "FILE", 0,
	  "Like the host of which FILE has what status, guests or check print with --json" },
	{ "force", KEY_FORCE, NULL, 0, "Replace a simulated host that is there" },
	{ 0 }
};

/* Options that are a number and nothing else */
static const struct number {
	int key;
	const char *name;
	unsigned int max;
	size_t offset;
} numbers[] = {
#define NUMBER(key, name, max, member) \
	{ key, name, max, offsetof(struct sevadm_sim_options, member) }
	NUMBER(KEY_CPUS, "cpus", 2048, cpus),
	NUMBER(KEY_THREADS, "threads-per-core", 2, threads_per_core),
	NUMBER(KEY_CORES, "cores-per-ccx", 16, cores_per_ccx),
	NUMBER(KEY_SOCKETS, "sockets", 2, sockets),
	NUMBER(KEY_SNP, "snp-guests", 1000, snp_guests),
	NUMBER(KEY_SEV, "sev-guests", 1000, sev_guests),
	NUMBER(KEY_SEV_ES, "sev-es-guests", 1000, sev_es_guests),
	NUMBER(KEY_LAUNCHING, "launching-guests", 1000, launching_guests),
	NUMBER(KEY_LEAKED, "leaked-guests", 1000, leaked_guests),
	NUMBER(KEY_STUBBORN, "stubborn-guests", 1000, stubborn_guests),
	NUMBER(KEY_VCPUS, "vcpus", 64, vcpus),
	NUMBER(KEY_WBINVD, "wbinvd-us", 1000000, wbinvd_us),
};

static bool parse_number(int key, const char *arg, struct argp_state *state)
{
	struct create_options *o = state->input;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];
		uint64_t value = 0;

		if (n->key != key)
			continue;
		if (text_u64(arg, n->max, &value))
			argp_error(state, "--%s takes a number up to %u, not '%s'", n->name,
				   n->max, arg);
		*(unsigned int *)((char *)&o->sim + n->offset) = (unsigned int)value;
		return true;
	}
	return false;
}

static void note_option(struct create_options *o, int key)
{
	for (size_t i = 0; i < sizeof(with_like) / sizeof(with_like[0]); i++)
		if (with_like[i] == key)
			return;
	for (const struct argp_option *option = options; option->name; option++)
		if (option->key == key && key != KEY_LIKE)
			o->not_with_like = option->name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct create_options *o = state->input;
	struct cpuset set;

	note_option(o, key);
	if (parse_number(key, arg, state))
		return 0;
	switch (key) {
	case KEY_OFFLINE:
		if (cpuset_parse(arg, &set))
			argp_error(state, "'%s' is not a list of CPUs; one looks like 0-3,8", arg);
		o->sim.offline = arg;
		return 0;
	case KEY_UNITS:
		o->sim.units = arg;
		return 0;
	case KEY_GENERATION:
		o->sim.generation = arg;
		return 0;
	case KEY_BIOS:
		o->sim.bios = arg;
		return 0;
	case KEY_CMDLINE:
		o->sim.cmdline = arg;
		return 0;
	case KEY_LIKE:
		o->like = arg;
		return 0;
	case KEY_KERNEL:
		o->sim.kernel = arg;
		return 0;
	case KEY_NO_PATCH:
		o->sim.no_patch = true;
		return 0;
	case KEY_CTH:
		o->sim.ciphertext_hiding = true;
		return 0;
	case KEY_TIO:
		o->sim.tio = true;
		return 0;
	case KEY_FORCE:
		o->sim.overwrite = true;
		return 0;
	case ARGP_KEY_INIT:
		o->sim = (struct sevadm_sim_options){
			.cpus = 8, .threads_per_core = 2, .cores_per_ccx = 4, .sockets = 1,
			.vcpus = 2, .wbinvd_us = 1200,
		};
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file to create");
		if (o->like && o->not_with_like)
			argp_error(state, "--like tells that: no --%s", o->not_with_like);
		if (!o->sim.wbinvd_us)
			argp_error(state, "--wbinvd-us takes a number from 1 on");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "Make a simulated SNP host that lives in FILE; use it with --device=sim:FILE.",
};

/* What was said in so many words goes before what the other host is like */
static void overrule(struct like *like, const struct create_options *o)
{
	like->sim.kernel = o->sim.kernel ? o->sim.kernel : like->sim.kernel;
	like->sim.generation = o->sim.generation ? o->sim.generation : like->sim.generation;
	like->sim.no_patch |= o->sim.no_patch;
	like->sim.overwrite = o->sim.overwrite;
	like->sim.wbinvd_us = o->sim.wbinvd_us;
}

static int create_like(struct cli *cli, const struct create_options *o, struct like *like)
{
	struct sevadm_failure failure;

	if (like_read(o->like, like, &failure))
		return report_failure(cli, &failure);
	like_plan(like);
	overrule(like, o);
	if (sevadm_sim_create(o->file, &like->sim, &failure))
		return report_failure(cli, &failure);
	like_settle(o->file, like);
	out_strings(cli->out, "warnings", like->warnings, like->nr_warnings);
	for (size_t i = 0; i < like->nr_warnings; i++)
		report_warning(cli, like->warnings[i]);
	return report_done(cli, "");
}

static int run(struct cli *cli, const void *options_)
{
	const struct create_options *o = options_;
	struct sevadm_failure failure;

	if (o->like) {
		struct like *like = calloc(1, sizeof(*like));
		int ret = like ? create_like(cli, o, like) :
			  report_error(cli, SEVADM_FAILED, NULL, "out of memory");

		if (like)
			like_free(like);
		return ret;
	}
	if (sevadm_sim_create(o->file, &o->sim, &failure))
		return report_failure(cli, &failure);
	return report_done(cli, "");
}

const struct command cmd_sim_create = {
	.name = "sim create",
	.summary = "Make a simulated SNP host",
	.argp = &argp,
	.options_size = sizeof(struct create_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED | CMD_ALTERS,
	.run = run,
};
