// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of both platforms as metrics.  What is not known is not there: a 0 would
 * be believed.
 */
#include "cmd/out/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"

struct flag {
	const char *name;
	bool set;
};

static void add(struct metrics *m, const char *name, const char *help, uint64_t value)
{
	metrics_family(m, name, help);
	metrics_value(m, value, NULL);
}

static void add_flags(struct metrics *m, const char *name, const char *help,
		      const struct flag *flags, size_t nr)
{
	metrics_family(m, name, help);
	for (size_t i = 0; i < nr; i++)
		metrics_value(m, flags[i].set, "flag", flags[i].name, NULL);
}

/* One value for each state there is, 1 for the one that it is */
static void add_state(struct metrics *m, const char *name, const char *help, const char *state,
		      const char *const *states, size_t nr)
{
	metrics_family(m, name, help);
	for (size_t i = 0; i < nr; i++)
		metrics_value(m, !strcmp(states[i], state), "state", states[i], NULL);
}

static void add_version(struct metrics *m, const char *name, const char *help, unsigned int major,
			unsigned int minor, uint32_t build)
{
	char texts[3][16];

	snprintf(texts[0], sizeof(texts[0]), "%u", major);
	snprintf(texts[1], sizeof(texts[1]), "%u", minor);
	snprintf(texts[2], sizeof(texts[2]), "%" PRIu32, build);
	metrics_family(m, name, help);
	metrics_value(m, 1, "api_major", texts[0], "api_minor", texts[1], "build", texts[2], NULL);
}

static void add_host(struct metrics *m, const struct cli *cli, const struct sevadm_host *host)
{
	metrics_family(m, "sevadm_host_info", "The machine.");
	metrics_value(m, 1, "kernel", host->kernel, "simulated",
		      sevadm_is_simulated(cli->adm) ? "true" : "false", NULL);
	metrics_family(m, "sevadm_cpus", "Logical CPUs.");
	metrics_value(m, host->nr_present, "state", "present", NULL);
	metrics_value(m, host->nr_online, "state", "online", NULL);
	add(m, "sevadm_sev_debug", "Whether /dev/sev-debug is there.", host->patch);
}

static void add_sev(struct metrics *m, const struct sevadm_sev_status *sev)
{
	static const char *const states[] = { "UNINIT", "INIT", "WORKING" };
	const struct flag flags[] = { { "owned", sev->owned }, { "es", sev->es } };

	add_state(m, "sevadm_sev_state", "State of SEV in the firmware.",
		  sevadm_sev_state_name(sev->state), states, 3);
	add_version(m, "sevadm_sev_firmware_info", "API version and build of SEV.", sev->api_major,
		    sev->api_minor, sev->build);
	add_flags(m, "sevadm_sev_flag", "What PLATFORM_STATUS says of SEV.", flags, 2);
}

static void add_parts(struct metrics *m, const char *which, const struct sevadm_tcb *tcb)
{
	if (!tcb->known)
		return;
	if (tcb->has_fmc)
		metrics_value(m, tcb->fmc, "tcb", which, "part", "fmc", NULL);
	metrics_value(m, tcb->bootloader, "tcb", which, "part", "bootloader", NULL);
	metrics_value(m, tcb->tee, "tcb", which, "part", "tee", NULL);
	metrics_value(m, tcb->snp, "tcb", which, "part", "snp", NULL);
	metrics_value(m, tcb->microcode, "tcb", which, "part", "microcode", NULL);
}

static void add_snp(struct metrics *m, const struct sevadm_snp_status *snp)
{
	static const char *const states[] = { "UNINIT", "INIT" };
	const struct flag flags[] = {
		{ "rmp_initialized", snp->rmp_initialized }, { "mask_chip_id", snp->mask_chip_id },
		{ "mask_chip_key", snp->mask_chip_key }, { "vlek", snp->vlek },
		{ "feature_info", snp->feature_info },
	};

	add_state(m, "sevadm_snp_state", "State of SEV-SNP in the firmware.",
		  sevadm_snp_state_name(snp->state), states, 2);
	add_version(m, "sevadm_snp_firmware_info", "API version and build of SEV-SNP.",
		    snp->api_major, snp->api_minor, snp->build);
	add_flags(m, "sevadm_snp_flag", "What SNP_PLATFORM_STATUS says of SEV-SNP.", flags,
		  sizeof(flags) / sizeof(flags[0]));
	metrics_family(m, "sevadm_tcb", "Security versions, those that run and those in reports.");
	add_parts(m, "current", &snp->current_tcb);
	add_parts(m, "reported", &snp->reported_tcb);
}

/* Both platforms have them, and a family stands in one piece */
static void add_firmware_guests(struct metrics *m, const struct sevadm_status *status)
{
	if (!status->sev.known && !status->snp.known)
		return;
	metrics_family(m, "sevadm_firmware_guests", "Guests that the firmware counts.");
	if (status->sev.known)
		metrics_value(m, status->sev.guest_count, "kind", "sev", NULL);
	if (status->snp.known)
		metrics_value(m, status->snp.guest_count, "kind", "snp", NULL);
}

static void add_driver(struct metrics *m, const struct sevadm_driver *d)
{
	/* without the firmware's own word nobody knows whether they differ */
	bool compared = d->fw_snp_state != SEVADM_NO_FW_CALL;
	const struct flag flags[] = {
		{ "snp_host", d->snp_host }, { "snp_initialized", d->snp_init },
		{ "psp_dead", d->psp_dead }, { "svm_on", d->svm_on },
		{ "init_locked", d->init_locked }, { "buffers", d->buffers },
		{ "iommu_stuck", d->iommu_stuck }, { "track_lost", d->track_lost },
		{ "tio", d->tio }, { "ciphertext_hiding", d->ciphertext_hiding },
		{ "x86_shutdown", d->x86_shutdown }, { "mismatch", d->mismatch },
	};
	size_t nr = sizeof(flags) / sizeof(flags[0]);
	char abi[16];

	snprintf(abi, sizeof(abi), "%" PRIu32, d->abi_version);
	metrics_family(m, "sevadm_driver_info", "The patched driver.");
	metrics_value(m, 1, "abi_version", abi, NULL);
	add_flags(m, "sevadm_driver_flag", "What the driver says.", flags, compared ? nr : nr - 1);
	metrics_family(m, "sevadm_driver_guests", "Guests in the driver's list.");
	metrics_value(m, d->nr_sev_guests, "kind", "sev", NULL);
	metrics_value(m, d->nr_snp_guests, "kind", "snp", NULL);
	metrics_family(m, "sevadm_driver_tombstones",
		       "Guests that are gone from the firmware and still held by KVM.");
	metrics_value(m, d->nr_sev_tombstones, "kind", "sev", NULL);
	metrics_value(m, d->nr_snp_tombstones, "kind", "snp", NULL);
	add(m, "sevadm_leaked_pages", "Pages lost to the RMP since the driver was loaded.",
	    d->leaked_pages);
}

char *metrics_text(const struct cli *cli, const struct sevadm_status *status, bool ok)
{
	struct metrics *m = metrics_new();

	if (!m)
		return NULL;
	add(m, "sevadm_status_ok", "Whether all that was asked has answered.", ok);
	/* a machine has CPUs; none means that they could not be read */
	if (status->host.nr_present)
		add_host(m, cli, &status->host);
	if (status->sev.known)
		add_sev(m, &status->sev);
	if (status->snp.known)
		add_snp(m, &status->snp);
	add_firmware_guests(m, status);
	if (status->driver.known)
		add_driver(m, &status->driver);
	return metrics_end(m);
}
