// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/cpuset.h"
#include "lib/util/text.h"

enum {
	KEY_CPUS = 0x200, KEY_THREADS, KEY_CORES, KEY_SOCKETS, KEY_SNP, KEY_SEV, KEY_SEV_ES,
	KEY_LAUNCHING, KEY_LEAKED, KEY_STUBBORN, KEY_VCPUS, KEY_OFFLINE, KEY_KERNEL, KEY_NO_PATCH,
	KEY_FORCE,
};

struct create_options {
	struct sevadm_sim_options sim;
	const char *file;
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
	{ "vcpus", KEY_VCPUS, "N", 0, "Per guest, 2 unless told" },
	{ "offline", KEY_OFFLINE, "LIST", 0, "Take these CPUs offline after all else" },
	{ "kernel", KEY_KERNEL, "RELEASE", 0, "Kernel release it shows" },
	{ "no-patch", KEY_NO_PATCH, NULL, 0, "A kernel without the companion patch" },
	{ "force", KEY_FORCE, NULL, 0, "Replace a simulated host that is there" },
	{ 0 }
};

static unsigned int number(const char *name, const char *arg, unsigned int max,
			   struct argp_state *state)
{
	uint64_t value = 0;

	if (text_u64(arg, max, &value))
		argp_error(state, "--%s takes a number up to %u, not '%s'", name, max, arg);
	return (unsigned int)value;
}

static error_t parse_guests(int key, const char *arg, struct argp_state *state)
{
	struct sevadm_sim_options *o = &((struct create_options *)state->input)->sim;

	switch (key) {
	case KEY_SNP:
		o->snp_guests = number("snp-guests", arg, 1000, state);
		return 0;
	case KEY_SEV:
		o->sev_guests = number("sev-guests", arg, 1000, state);
		return 0;
	case KEY_SEV_ES:
		o->sev_es_guests = number("sev-es-guests", arg, 1000, state);
		return 0;
	case KEY_LAUNCHING:
		o->launching_guests = number("launching-guests", arg, 1000, state);
		return 0;
	case KEY_LEAKED:
		o->leaked_guests = number("leaked-guests", arg, 1000, state);
		return 0;
	case KEY_STUBBORN:
		o->stubborn_guests = number("stubborn-guests", arg, 1000, state);
		return 0;
	case KEY_VCPUS:
		o->vcpus = number("vcpus", arg, 64, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_file(int key, char *arg, struct argp_state *state)
{
	struct create_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		o->sim = (struct sevadm_sim_options){
			.cpus = 8, .threads_per_core = 2, .cores_per_ccx = 4, .sockets = 1,
			.vcpus = 2,
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
		return 0;
	default:
		return parse_guests(key, arg, state);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sevadm_sim_options *o = &((struct create_options *)state->input)->sim;
	struct cpuset set;

	switch (key) {
	case KEY_CPUS:
		o->cpus = number("cpus", arg, 2048, state);
		return 0;
	case KEY_THREADS:
		o->threads_per_core = number("threads-per-core", arg, 2, state);
		return 0;
	case KEY_CORES:
		o->cores_per_ccx = number("cores-per-ccx", arg, 16, state);
		return 0;
	case KEY_SOCKETS:
		o->sockets = number("sockets", arg, 2, state);
		return 0;
	case KEY_OFFLINE:
		if (cpuset_parse(arg, &set))
			argp_error(state, "'%s' is not a list of CPUs; one looks like 0-3,8", arg);
		o->offline = arg;
		return 0;
	case KEY_KERNEL:
		o->kernel = arg;
		return 0;
	case KEY_NO_PATCH:
		o->no_patch = true;
		return 0;
	case KEY_FORCE:
		o->overwrite = true;
		return 0;
	default:
		return parse_file(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options, .parser = parse, .args_doc = "FILE",
	.doc = "Make a simulated SNP host that lives in FILE; use it with --device=sim:FILE.",
};

static int run(struct cli *cli, const void *options_)
{
	const struct create_options *o = options_;
	struct sevadm_failure failure;

	if (sevadm_sim_create(o->file, &o->sim, &failure))
		return report_failure(cli, &failure);
	return report_done(cli, "");
}

const struct command cmd_sim_create = {
	.name = "sim create",
	.summary = "Make a simulated SNP host",
	.argp = &argp,
	.options_size = sizeof(struct create_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED,
	.run = run,
};
