// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/config_show.h"

#define MEANINGS	8

int config_fail(struct cli *cli, struct sevadm_run *run, enum sevadm_class class,
		const char *remedy, const char *format, ...)
{
	struct sevadm_failure failure = { .kind = class, .status = SEVADM_NO_FW_CALL };
	va_list ap;

	va_start(ap, format);
	vsnprintf(failure.message, sizeof(failure.message), format, ap);
	va_end(ap);
	snprintf(failure.remedy, sizeof(failure.remedy), "%s", remedy ? remedy : "");
	log_end(cli, run, &failure);
	run_members(cli, run);
	sevadm_run_free(run);
	return report_failure(cli, &failure);
}

int config_ask(struct cli *cli, struct sevadm_run *run, struct sevadm_status *status)
{
	int ret = sevadm_status_get(cli->adm, status, run);
	struct sevadm_failure failure;

	if (ret)
		return run_report(cli, run, ret);
	if (status->snp.known)
		return 0;
	sevadm_snp_unknown(cli->adm, status, &failure);
	return config_fail(cli, run, failure.kind, failure.remedy, "%s", failure.message);
}

struct config_view {
	bool mask_chip_id, mask_chip_key, differs;
	uint64_t reported_tcb;
};

static const struct out_row config_rows[] = {
	OUT_ROW(struct config_view, "mask_chip_id", "MASK_CHIP_ID", OUT_BOOL, mask_chip_id),
	OUT_ROW(struct config_view, "mask_chip_key", "MASK_CHIP_KEY", OUT_BOOL, mask_chip_key),
	OUT_ROW(struct config_view, "reported_tcb", "Reported TCB", OUT_HEX64, reported_tcb),
	OUT_ROW(struct config_view, "differs", "Differs from the current", OUT_BOOL, differs),
	OUT_END
};

static void show_config(struct cli *cli, const char *key, const char *title,
			const struct sevadm_config *config, uint64_t current)
{
	const struct config_view view = {
		.mask_chip_id = config->mask_chip_id, .mask_chip_key = config->mask_chip_key,
		.reported_tcb = config->reported_tcb.raw,
		.differs = config->reported_tcb.raw != current,
	};

	out_object(cli->out, key, title, config_rows, &view);
}

struct component_view {
	const char *name;
	uint8_t current, reported, after;
	bool has_after;
};

static const struct out_row component_rows[] = {
	OUT_ROW(struct component_view, "name", "COMPONENT", OUT_STRING, name),
	OUT_ROW(struct component_view, "current", "CURRENT", OUT_U8, current),
	OUT_ROW(struct component_view, "reported", "REPORTED", OUT_U8, reported),
	OUT_ROW_WHEN(struct component_view, "after", "AFTER", OUT_U8, after, has_after),
	OUT_END
};

static void show_components(struct cli *cli, const struct sevadm_snp_status *now,
			    const struct sevadm_tcb *after)
{
	const struct sevadm_tcb *c = &now->current_tcb, *r = &now->reported_tcb, none = { 0 };
	const struct sevadm_tcb *a = after ? after : &none;
	const struct component_view views[] = {
		{ "fmc", c->fmc, r->fmc, a->fmc, after },
		{ "bootloader", c->bootloader, r->bootloader, a->bootloader, after },
		{ "tee", c->tee, r->tee, a->tee, after },
		{ "snp", c->snp, r->snp, a->snp, after },
		{ "microcode", c->microcode, r->microcode, a->microcode, after },
	};

	out_list(cli->out, "components", "TCB by component", component_rows);
	for (size_t i = c->has_fmc ? 0 : 1; c->known && i < sizeof(views) / sizeof(views[0]); i++)
		out_list_item(cli->out, &views[i]);
	out_list_end(cli->out);
}

static struct sevadm_config config_of(const struct sevadm_snp_status *now)
{
	return (struct sevadm_config){
		.reported_tcb = now->reported_tcb,
		.mask_chip_id = now->mask_chip_id, .mask_chip_key = now->mask_chip_key,
	};
}

void config_show(struct cli *cli, const struct sevadm_snp_status *now,
		 const struct sevadm_config *after)
{
	const struct sevadm_config before = config_of(now);

	show_components(cli, now, after ? &after->reported_tcb : NULL);
	show_config(cli, "config", "Configuration", &before, now->current_tcb.raw);
	if (after)
		show_config(cli, "config_after", "Configuration after it", after,
			    now->current_tcb.raw);
}

struct meanings {
	char *text[MEANINGS];
	size_t nr;
};

static void mean(struct meanings *m, const char *text)
{
	if (m->nr < MEANINGS)
		m->text[m->nr++] = (char *)text;
}

static void mean_masks(struct meanings *m, const struct sevadm_snp_status *now,
		       const struct sevadm_config *after)
{
	if (after->mask_chip_id && !now->mask_chip_id)
		mean(m, "reports will name no chip: from a report alone no certificate of its VCEK can "
			"be found");
	else if (!after->mask_chip_id && now->mask_chip_id)
		mean(m, "reports will name the chip again");
	if (after->mask_chip_key && !now->mask_chip_key)
		mean(m, "reports will have a signature of zeros, which no verifier takes");
	else if (!after->mask_chip_key && now->mask_chip_key)
		mean(m, "reports will be signed again");
}

static void mean_state(struct meanings *m, const struct sevadm_snp_status *now)
{
	if (now->mask_chip_id)
		mean(m, "reports name no chip: from a report alone no certificate of its VCEK can be "
			"found");
	if (now->mask_chip_key)
		mean(m, "reports have a signature of zeros, which no verifier takes");
	mean(m, now->reported_tcb.raw == now->current_tcb.raw ?
	     "reports speak of the current TCB, and the certificate of the VCEK is that of this TCB" :
	     "reports speak of another TCB than the current one, and the certificate of the VCEK is "
	     "that of the reported one");
}

static void mean_change(struct meanings *m, const struct sevadm_snp_status *now,
			const struct sevadm_config *after, bool commit)
{
	if (after->reported_tcb.raw != now->reported_tcb.raw) {
		mean(m, "reports will speak of another TCB: guests need the certificate of the VCEK, or "
			"VLEK, of that TCB, which has to be fetched anew");
		if (now->vlek)
			mean(m, "the VLEK that is loaded is for the TCB reported until now: load one for "
				"the other");
	}
	if (after->zeros)
		mean(m, "a TCB of zeros is given to the firmware, by which it reports the current one");
	if (commit)
		mean(m, "no firmware of a lower version or TCB loads on this chip any more, whatever "
			"the BIOS or the kernel have: it cannot be undone");
	mean_masks(m, now, after);
	if (!m->nr)
		mean(m, "nothing would be different");
}

void config_meaning(struct cli *cli, const struct sevadm_snp_status *now,
		    const struct sevadm_config *after, bool commit)
{
	struct meanings m = { 0 };

	if (after)
		mean_change(&m, now, after, commit);
	else
		mean_state(&m, now);
	for (size_t i = 0; i < m.nr; i++)
		out_text(cli->out, "  %s", m.text[i]);
	out_strings(cli->out, "meaning", m.text, m.nr);
}

int config_now(struct cli *cli, struct sevadm_run *run)
{
	struct sevadm_status status;
	struct sevadm_config config;
	int ret = sevadm_status_get(cli->adm, &status, run);

	if (ret)
		return ret;
	config = config_of(&status.snp);
	show_config(cli, "config_now", "Configuration now", &config, status.snp.current_tcb.raw);
	out_bool(cli->out, "vlek_loaded", status.snp.vlek);
	return 0;
}
