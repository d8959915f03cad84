// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cli.h"
#include "cmd/commands.h"

enum { KEY_STATUS = 0x200 };

struct guests_options {
	bool status;
};

static const struct argp_option options[] = {
	{ "status", KEY_STATUS, NULL, 0,
	  "Ask the firmware about each guest, too, and say where it differs" },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct guests_options *o = state->input;

	(void)arg;
	if (key != KEY_STATUS)
		return ARGP_ERR_UNKNOWN;
	o->status = true;
	return 0;
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "List the guests that firmware and KVM hold, set against the processes that hold "
	       "VMs.",
};

struct guest_view {
	struct sevadm_guest guest;
	const char *kind, *state, *fw_state;
	char policy[128];
	bool vcek;		/* the firmware answered, and its guest has such a bit */
};

static const struct out_row guest_rows[] = {
	OUT_ROW(struct guest_view, "id", "ID", OUT_U64, guest.id),
	OUT_ROW(struct guest_view, "kind", "KIND", OUT_STRING, kind),
	OUT_ROW(struct guest_view, "asid", "ASID", OUT_U32, guest.asid),
	OUT_ROW(struct guest_view, "state", "STATE", OUT_STRING, state),
	OUT_ROW(struct guest_view, "policy", NULL, OUT_HEX64, guest.policy),
	OUT_ROW(struct guest_view, "policy_text", "POLICY", OUT_CHARS, policy),
	OUT_ROW(struct guest_view, "pid", "PID", OUT_I32, guest.pid),
	OUT_ROW(struct guest_view, "process", "PROCESS", OUT_CHARS, guest.comm),
	OUT_ROW(struct guest_view, "held", "HELD", OUT_BOOL, guest.held),
	OUT_ROW(struct guest_view, "age_ns", "AGE", OUT_NS, guest.age_ns),
	OUT_ROW(struct guest_view, "firmware_state", "FW-STATE", OUT_STRING, fw_state),
	OUT_ROW_WHEN(struct guest_view, "firmware_state_raw", NULL, OUT_U32, guest.fw.state,
		     guest.fw.known),
	OUT_ROW_WHEN(struct guest_view, "firmware_asid", "FW-ASID", OUT_U32, guest.fw.asid,
		     guest.fw.known),
	OUT_ROW_WHEN(struct guest_view, "firmware_policy", "FW-POLICY", OUT_HEX64,
		     guest.fw.policy, guest.fw.known),
	OUT_ROW_WHEN(struct guest_view, "vcek_dis", "VCEK-DIS", OUT_BOOL, guest.fw.vcek_dis, vcek),
	OUT_ROW(struct guest_view, "differs", "DIFFERS", OUT_CHARS, guest.differs),
	OUT_END
};

static const struct out_row vm_rows[] = {
	OUT_ROW(struct sevadm_vm, "pid", "PID", OUT_I32, pid),
	OUT_ROW(struct sevadm_vm, "process", "PROCESS", OUT_CHARS, comm),
	OUT_ROW(struct sevadm_vm, "vms", "VMS", OUT_U32, vms),
	OUT_ROW(struct sevadm_vm, "vcpus", "VCPUS", OUT_U32, vcpus),
	OUT_ROW(struct sevadm_vm, "sev", "SEV", OUT_BOOL, sev),
	OUT_ROW(struct sevadm_vm, "guests", "GUESTS", OUT_U32, guests),
	OUT_ROW(struct sevadm_vm, "unit", "UNIT", OUT_CHARS, unit),
	OUT_END
};

/* What the firmware did not tell is left out */
struct count_view {
	uint32_t snp, sev;
	bool has_snp, has_sev;
};

static const struct out_row count_rows[] = {
	OUT_ROW_WHEN(struct count_view, "snp", "SNP", OUT_U32, snp, has_snp),
	OUT_ROW_WHEN(struct count_view, "sev", "SEV and SEV-ES", OUT_U32, sev, has_sev),
	OUT_END
};

static struct guest_view view_of(const struct sevadm_guest *guest)
{
	static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };
	static const char *const states[] = { "init", "launching", "running", "tombstone" };
	struct guest_view view = {
		.guest = *guest, .kind = kinds[guest->kind], .state = states[guest->state],
		.fw_state = guest->fw.known ?
			    sevadm_guest_state_name(guest->kind, guest->fw.state) : NULL,
		.vcek = guest->fw.known && guest->kind == SEVADM_GUEST_SNP,
	};

	sevadm_policy_text(guest->kind, guest->policy, view.policy, sizeof(view.policy));
	return view;
}

static void print_counts(struct cli *cli, const struct sevadm_guests *guests)
{
	struct count_view view = {
		.snp = guests->fw_snp,
		.sev = guests->fw_sev,
		.has_snp = guests->fw_snp != SEVADM_NO_FW_CALL,
		.has_sev = guests->fw_sev != SEVADM_NO_FW_CALL,
	};

	if (view.has_snp || view.has_sev || out_mode(cli->out) != OUT_TEXT)
		out_object(cli->out, "firmware_counts", "Guests that the firmware counts",
			   count_rows, &view);
}

static void print(struct cli *cli, const struct sevadm_guests *guests)
{
	out_bool(cli->out, "list_complete", guests->has_list && !guests->track_lost);
	print_counts(cli, guests);
	out_list(cli->out, "guests", "Guests", guest_rows);
	for (size_t i = 0; i < guests->nr_guests; i++) {
		struct guest_view view = view_of(&guests->guests[i]);

		out_list_item(cli->out, &view);
	}
	out_list_end(cli->out);
	out_list(cli->out, "processes", "Processes with VMs", vm_rows);
	for (size_t i = 0; i < guests->nr_vms; i++)
		out_list_item(cli->out, &guests->vms[i]);
	out_list_end(cli->out);
}

static int run(struct cli *cli, const void *options_)
{
	const struct guests_options *o = options_;
	struct sevadm_run record = { 0 };
	struct sevadm_guests guests;
	int ret, got;

	got = ret = sevadm_guests_get(cli->adm, &guests, &record);
	if (!ret && o->status)
		ret = sevadm_guests_status(cli->adm, &guests, &record);
	if (!got) {		/* what the firmware did not say leaves the list as it is */
		print(cli, &guests);
		sevadm_guests_free(&guests);
	}
	run_members(cli, &record);
	sevadm_run_free(&record);
	return ret ? report_failure(cli, sevadm_failure(cli->adm)) : report_done(cli, "");
}

const struct command cmd_guests = {
	.name = "guests",
	.summary = "List guests and the processes behind them",
	.argp = &argp,
	.options_size = sizeof(struct guests_options),
	.flags = CMD_SURVEY,
	.run = run,
};
