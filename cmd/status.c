// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/commands.h"
#include "lib/util/cleanup.h"
#include "lib/util/file.h"

/* Whoever collects metrics does so as another user, and there is no secret in them */
#define METRICS_MODE	0644

enum { KEY_FORMAT = 0x200, KEY_OUTPUT };

enum format { FORMAT_NONE, FORMAT_TEXT, FORMAT_JSON, FORMAT_PORCELAIN, FORMAT_OPENMETRICS };

struct status_options {
	enum format format;
	const char *output;
};

static const struct argp_option options[] = {
	{ "format", KEY_FORMAT, "text|json|porcelain|openmetrics", 0, "Form of the result" },
	{ "output", KEY_OUTPUT, "FILE", 0, "Metrics go into this file, all at once" },
	{ 0 }
};

static enum format parse_format(const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "text", "json", "porcelain", "openmetrics" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(arg, names[i]))
			return FORMAT_TEXT + i;
	argp_error(state, "--format takes text, json, porcelain or openmetrics, not '%s'", arg);
	return FORMAT_NONE;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct status_options *o = state->input;

	switch (key) {
	case KEY_FORMAT:
		o->format = parse_format(arg, state);
		return 0;
	case KEY_OUTPUT:
		if (!*arg)
			argp_error(state, "--output takes the name of a file");
		o->output = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		/* what else there is a shell redirects */
		if (o->output && o->format != FORMAT_OPENMETRICS)
			argp_error(state, "--output goes with --format=openmetrics");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool mode_of(const void *options_, enum out_mode *mode)
{
	const struct status_options *o = options_;

	*mode = o->format == FORMAT_JSON ? OUT_JSON : o->format == FORMAT_PORCELAIN ? OUT_PORCELAIN :
		o->format == FORMAT_OPENMETRICS ? OUT_DOCUMENT : OUT_TEXT;
	return o->format;
}

static const struct argp argp = {
	.options = options, .parser = parse,
	.doc = "State of SEV and SEV-SNP as the firmware tells it, and of the driver.",
};

struct sev_view {
	struct sevadm_sev_status s;
	const char *state;
};

static const struct out_row sev_rows[] = {
	OUT_ROW(struct sev_view, "api_major", "API major", OUT_U8, s.api_major),
	OUT_ROW(struct sev_view, "api_minor", "API minor", OUT_U8, s.api_minor),
	OUT_ROW(struct sev_view, "build", "Build", OUT_U8, s.build),
	OUT_ROW(struct sev_view, "state", "State", OUT_STRING, state),
	OUT_ROW(struct sev_view, "state_raw", NULL, OUT_U8, s.state),
	OUT_ROW(struct sev_view, "owned", "Externally owned", OUT_BOOL, s.owned),
	OUT_ROW(struct sev_view, "es", "SEV-ES", OUT_BOOL, s.es),
	OUT_ROW(struct sev_view, "guest_count", "Guests", OUT_U32, s.guest_count),
	OUT_END
};

struct snp_view {
	struct sevadm_snp_status s;
	const char *state;
};

static const struct out_row snp_rows[] = {
	OUT_ROW(struct snp_view, "api_major", "API major", OUT_U8, s.api_major),
	OUT_ROW(struct snp_view, "api_minor", "API minor", OUT_U8, s.api_minor),
	OUT_ROW(struct snp_view, "build", "Build", OUT_U32, s.build),
	OUT_ROW(struct snp_view, "state", "State", OUT_STRING, state),
	OUT_ROW(struct snp_view, "state_raw", NULL, OUT_U8, s.state),
	OUT_ROW(struct snp_view, "rmp_initialized", "RMP initialized", OUT_BOOL, s.rmp_initialized),
	OUT_ROW(struct snp_view, "mask_chip_id", "MASK_CHIP_ID", OUT_BOOL, s.mask_chip_id),
	OUT_ROW(struct snp_view, "mask_chip_key", "MASK_CHIP_KEY", OUT_BOOL, s.mask_chip_key),
	OUT_ROW(struct snp_view, "vlek", "VLEK loaded", OUT_BOOL, s.vlek),
	OUT_ROW(struct snp_view, "feature_info", "FEATURE_INFO", OUT_BOOL, s.feature_info),
	OUT_ROW(struct snp_view, "guest_count", "Guests", OUT_U32, s.guest_count),
	OUT_END
};

static const struct out_row tcb_rows[] = {
	OUT_ROW(struct sevadm_tcb, "raw", "Raw", OUT_HEX64, raw),
	OUT_ROW_WHEN(struct sevadm_tcb, "fmc", "FMC", OUT_U8, fmc, has_fmc),
	OUT_ROW_WHEN(struct sevadm_tcb, "bootloader", "Boot loader", OUT_U8, bootloader, known),
	OUT_ROW_WHEN(struct sevadm_tcb, "tee", "TEE", OUT_U8, tee, known),
	OUT_ROW_WHEN(struct sevadm_tcb, "snp", "SNP", OUT_U8, snp, known),
	OUT_ROW_WHEN(struct sevadm_tcb, "microcode", "Microcode", OUT_U8, microcode, known),
	OUT_END
};

struct driver_view {
	struct sevadm_driver d;
	const char *fw_snp, *fw_sev;
};

static const struct out_row driver_rows[] = {
	OUT_ROW(struct driver_view, "abi_version", "ABI version", OUT_U32, d.abi_version),
	OUT_ROW(struct driver_view, "snp_host", "Kernel is an SNP host", OUT_BOOL, d.snp_host),
	OUT_ROW(struct driver_view, "snp_initialized", "SNP initialized", OUT_BOOL, d.snp_init),
	OUT_ROW(struct driver_view, "firmware_snp_state", "SNP state in the firmware", OUT_STRING,
		fw_snp),
	OUT_ROW(struct driver_view, "firmware_sev_state", "SEV state in the firmware", OUT_STRING,
		fw_sev),
	OUT_ROW(struct driver_view, "mismatch", "Driver and firmware differ", OUT_BOOL, d.mismatch),
	OUT_ROW(struct driver_view, "psp_dead", "Secure processor given up", OUT_BOOL, d.psp_dead),
	OUT_ROW(struct driver_view, "svm_on", "KVM is live", OUT_BOOL, d.svm_on),
	OUT_ROW(struct driver_view, "init_locked", "INIT locked out", OUT_BOOL, d.init_locked),
	OUT_ROW(struct driver_view, "buffers", "Firmware owns SEV buffers", OUT_BOOL, d.buffers),
	OUT_ROW(struct driver_view, "iommu_stuck", "IOMMU holds pages", OUT_BOOL, d.iommu_stuck),
	OUT_ROW(struct driver_view, "track_lost", "List of guests incomplete", OUT_BOOL,
		d.track_lost),
	OUT_ROW(struct driver_view, "snp_guests", "SNP guests", OUT_U32, d.nr_snp_guests),
	OUT_ROW(struct driver_view, "sev_guests", "SEV guests", OUT_U32, d.nr_sev_guests),
	OUT_ROW(struct driver_view, "snp_tombstones", "SNP tombstones", OUT_U32,
		d.nr_snp_tombstones),
	OUT_ROW(struct driver_view, "sev_tombstones", "SEV tombstones", OUT_U32,
		d.nr_sev_tombstones),
	OUT_ROW(struct driver_view, "leaked_pages", "Leaked pages", OUT_U64, d.leaked_pages),
	OUT_ROW(struct driver_view, "tio", "SEV-TIO is up", OUT_BOOL, d.tio),
	OUT_ROW(struct driver_view, "ciphertext_hiding", "Ciphertext hiding to be had", OUT_BOOL,
		d.ciphertext_hiding),
	OUT_ROW(struct driver_view, "x86_shutdown", "Shutdown ends RMP checks", OUT_BOOL,
		d.x86_shutdown),
	OUT_END
};

void status_show_driver(struct cli *cli, const struct sevadm_driver *driver)
{
	struct driver_view view = { .d = *driver };

	/* the firmware does not always say; that is a state of its own */
	view.fw_snp = driver->fw_snp_state == SEVADM_NO_FW_CALL ? "unknown" :
		      sevadm_snp_state_name(driver->fw_snp_state);
	view.fw_sev = driver->fw_sev_state == SEVADM_NO_FW_CALL ? "unknown" :
		      sevadm_sev_state_name(driver->fw_sev_state);
	out_object(cli->out, "driver", "Driver", driver_rows, &view);
}

static void print(struct cli *cli, const struct sevadm_status *status)
{
	struct sev_view sev = { status->sev, sevadm_sev_state_name(status->sev.state) };
	struct snp_view snp = { status->snp, sevadm_snp_state_name(status->snp.state) };

	if (out_mode(cli->out) == OUT_TEXT)
		report_host(cli, &status->host);
	if (status->sev.known)
		out_object(cli->out, "sev", "SEV", sev_rows, &sev);
	if (status->snp.known) {
		out_object(cli->out, "snp", "SEV-SNP", snp_rows, &snp);
		out_object(cli->out, "current_tcb", "Current TCB", tcb_rows,
			   &status->snp.current_tcb);
		out_object(cli->out, "reported_tcb", "Reported TCB", tcb_rows,
			   &status->snp.reported_tcb);
	}
	if (status->driver.known)
		status_show_driver(cli, &status->driver);
}

/* 0, or -errno of the file; -ENOMEM */
static int write_metrics(const struct cli *cli, const struct status_options *o,
			 const struct sevadm_status *status, bool ok)
{
	_cleanup_free_ char *text = metrics_text(cli, status, ok);

	if (!text)
		return -ENOMEM;
	if (o->output)
		return file_replace(o->output, text, strlen(text), METRICS_MODE);
	fputs(text, stdout);
	return 0;
}

static const struct out_row topology_rows[] = {
	OUT_ROW(struct sevadm_topology, "sockets", "Sockets", OUT_U32, sockets),
	OUT_ROW(struct sevadm_topology, "ccxs", "Core complexes", OUT_U32, ccxs),
	OUT_ROW(struct sevadm_topology, "cores", "Cores", OUT_U32, cores),
	OUT_ROW(struct sevadm_topology, "threads_per_core", "Threads per core", OUT_U32,
		threads_per_core),
	OUT_ROW(struct sevadm_topology, "cores_per_ccx", "Cores per complex", OUT_U32,
		cores_per_ccx),
	OUT_ROW(struct sevadm_topology, "generation", "Generation", OUT_CHARS, generation),
	OUT_ROW(struct sevadm_topology, "smt", "SMT", OUT_CHARS, smt),
	OUT_END
};

static void print_topology(struct cli *cli)
{
	struct sevadm_topology topology;

	if (!sevadm_topology_get(cli->adm, &topology) && topology.known)
		out_object(cli->out, "topology", "Processors", topology_rows, &topology);
}

static int run(struct cli *cli, const void *options_)
{
	const struct status_options *o = options_;
	struct sevadm_run record = { 0 };
	struct sevadm_status status;
	int ret, unwritten = 0;

	ret = sevadm_status_get(cli->adm, &status, &record);
	print(cli, &status);
	print_topology(cli);
	/* what is known is worth it also when something did not answer: that is a metric, too */
	if (o->format == FORMAT_OPENMETRICS)
		unwritten = write_metrics(cli, o, &status, !ret);
	run_members(cli, &record);
	sevadm_run_free(&record);
	if (ret)
		return report_failure(cli, sevadm_failure(cli->adm));
	if (unwritten)
		return report_error(cli, unwritten == -EACCES || unwritten == -EPERM ?
				    SEVADM_PERMISSION : SEVADM_FAILED, NULL, "write %.512s: %s (%s)",
				    o->output ? o->output : "metrics", strerror(-unwritten),
				    strerrorname_np(-unwritten));
	return report_done(cli, "");
}

const struct command cmd_status = {
	.name = "status",
	.summary = "Show the state of SEV and SEV-SNP",
	.argp = &argp,
	.options_size = sizeof(struct status_options),
	.mode_of = mode_of,
	.run = run,
};
