// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

struct show_options {
	const char *file;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time");
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "name the file to show");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse, .args_doc = "FILE",
	.doc = "Show a simulated SNP host from inside: what its firmware and driver hold.",
};

struct info_view {
	struct sevadm_sim_info i;
	const char *sev, *snp;
};

static const struct out_row info_rows[] = {
	OUT_ROW(struct info_view, "kernel", "Kernel", OUT_CHARS, i.kernel),
	OUT_ROW(struct info_view, "next_kernel", "Kernel after a kexec", OUT_CHARS, i.next_kernel),
	OUT_ROW(struct info_view, "generation", "Processor", OUT_STRING, i.generation),
	OUT_ROW(struct info_view, "cpus", "CPUs", OUT_U32, i.cpus),
	OUT_ROW(struct info_view, "online", "CPUs online", OUT_U32, i.online),
	OUT_ROW(struct info_view, "threads_per_core", "Threads per core", OUT_U32,
		i.threads_per_core),
	OUT_ROW(struct info_view, "ccxs", "Core complexes", OUT_U32, i.ccxs),
	OUT_ROW(struct info_view, "sockets", "Sockets", OUT_U32, i.sockets),
	OUT_ROW(struct info_view, "boots", "Boots", OUT_U32, i.boots),
	OUT_ROW(struct info_view, "uptime_ns", "Up", OUT_NS, i.clock_ns),
	OUT_ROW(struct info_view, "sev_debug", "/dev/sev-debug", OUT_BOOL, i.patch),
	OUT_ROW(struct info_view, "kvm_loaded", "kvm_amd loaded", OUT_BOOL, i.kvm_loaded),
	OUT_ROW(struct info_view, "driver_snp_initialized", "Driver: SNP initialized", OUT_BOOL,
		i.driver_snp_init),
	OUT_ROW(struct info_view, "init_locked", "INIT locked out", OUT_BOOL, i.init_locked),
	OUT_ROW(struct info_view, "psp_dead", "Secure processor given up", OUT_BOOL, i.psp_dead),
	OUT_ROW(struct info_view, "sev_state", "Firmware: SEV", OUT_STRING, sev),
	OUT_ROW(struct info_view, "snp_state", "Firmware: SNP", OUT_STRING, snp),
	OUT_ROW(struct info_view, "snp_guests", "SNP guests", OUT_U32, i.snp_guests),
	OUT_ROW(struct info_view, "sev_guests", "SEV guests", OUT_U32, i.sev_guests),
	OUT_ROW(struct info_view, "wbinvd_pending", "Threads that owe a WBINVD", OUT_U32,
		i.wbinvd_pending),
	OUT_ROW(struct info_view, "asids_dirty", "ASIDs not clean", OUT_U32, i.asids_dirty),
	OUT_ROW(struct info_view, "assigned_pages", "Pages assigned in the RMP", OUT_U64,
		i.assigned_pages),
	OUT_ROW(struct info_view, "leaked_pages", "Pages leaked", OUT_U64, i.leaked_pages),
	OUT_ROW(struct info_view, "wbinvd_us", "WBINVD, microseconds", OUT_U32, i.wbinvd_us),
	OUT_ROW(struct info_view, "access", "Device nodes", OUT_STRING, i.access),
	OUT_ROW(struct info_view, "lockdown", "Kernel lockdown", OUT_STRING, i.lockdown),
	OUT_ROW(struct info_view, "bios", "BIOS", OUT_CHARS, i.bios),
	OUT_ROW(struct info_view, "cmdline", "Kernel command line", OUT_CHARS, i.cmdline),
	OUT_ROW_WHEN(struct info_view, "memlock_kb", "Memory that may be locked, KB", OUT_U64,
		     i.memlock_kb, i.memlock_limited),
	OUT_ROW(struct info_view, "hugepages", "Huge pages", OUT_U32, i.hugepages),
	OUT_ROW(struct info_view, "msr", "Module msr", OUT_STRING, i.msr),
	OUT_ROW(struct info_view, "units", "New VMMs live in", OUT_STRING, i.units),
	OUT_ROW(struct info_view, "virsh", "virsh", OUT_STRING, i.virsh),
	OUT_ROW(struct info_view, "systemctl", "systemctl", OUT_STRING, i.systemctl),
	OUT_END
};

struct guest_view {
	struct sevadm_sim_guest g;
	const char *kind;
};

static const struct out_row guest_rows[] = {
	OUT_ROW(struct guest_view, "kind", "KIND", OUT_STRING, kind),
	OUT_ROW(struct guest_view, "asid", "ASID", OUT_U32, g.asid),
	OUT_ROW(struct guest_view, "pid", "PID", OUT_U32, g.pid),
	OUT_ROW(struct guest_view, "process", "PROCESS", OUT_CHARS, g.comm),
	OUT_ROW(struct guest_view, "policy", "POLICY", OUT_HEX64, g.policy),
	OUT_ROW(struct guest_view, "launched", "LAUNCHED", OUT_BOOL, g.launched),
	OUT_ROW(struct guest_view, "running", "RUNNING", OUT_BOOL, g.running),
	OUT_ROW(struct guest_view, "frozen", "FROZEN", OUT_BOOL, g.frozen),
	OUT_ROW(struct guest_view, "tombstone", "TOMBSTONE", OUT_BOOL, g.tombstone),
	OUT_ROW(struct guest_view, "leaked", "LEAKED", OUT_BOOL, g.leaked),
	OUT_ROW(struct guest_view, "assigned_pages", "PAGES", OUT_U32, g.assigned_pages),
	OUT_ROW(struct guest_view, "unit", "UNIT", OUT_CHARS, g.unit),
	OUT_END
};

static int run(struct cli *cli, const void *options_)
{
	static const char *const kinds[] = { "plain", "SEV", "SEV-ES", "SNP" };
	const struct show_options *o = options_;
	struct sevadm_failure failure;
	struct info_view view;

	if (sevadm_sim_show(o->file, &view.i, &failure))
		return report_failure(cli, &failure);
	view.sev = sevadm_sev_state_name(view.i.fw_sev_state);
	view.snp = sevadm_snp_state_name(view.i.fw_snp_state);
	out_object(cli->out, "machine", "Machine", info_rows, &view);
	out_list(cli->out, "guests", "Guests", guest_rows);
	for (size_t i = 0; i < view.i.nr_guests; i++) {
		struct guest_view guest = { .g = view.i.guests[i] };

		guest.kind = kinds[guest.g.kind & 3];
		out_list_item(cli->out, &guest);
	}
	out_list_end(cli->out);
	sevadm_sim_info_free(&view.i);
	return report_done(cli, "");
}

const struct command cmd_sim_show = {
	.name = "sim show",
	.summary = "Show a simulated SNP host from inside",
	.argp = &argp,
	.options_size = sizeof(struct show_options),
	.flags = CMD_OFFLINE | CMD_SIMULATED,
	.run = run,
};
