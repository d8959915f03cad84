// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What changed between two samples.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor.h"

#define FACTS_MAX	32

/* A state by its name in the result, and its value; the same ones in the same order always */
struct fact {
	const char *what;
	char value[96];
};

struct facts {
	struct fact list[FACTS_MAX];
	size_t nr;
};

__attribute__((format(printf, 3, 4)))
static void fact(struct facts *facts, const char *what, const char *format, ...)
{
	struct fact *f = &facts->list[facts->nr++];
	va_list ap;

	f->what = what;
	va_start(ap, format);
	vsnprintf(f->value, sizeof(f->value), format, ap);
	va_end(ap);
}

static void flag(struct facts *facts, const char *what, bool known, bool value)
{
	fact(facts, what, "%s", !known ? "" : value ? "yes" : "no");
}

static void number(struct facts *facts, const char *what, bool known, uint64_t value)
{
	if (known)
		fact(facts, what, "%" PRIu64, value);
	else
		fact(facts, what, "%s", "");
}

static void driver_facts(struct facts *f, const struct sevadm_driver *d)
{
	flag(f, "snp_initialized", d->known, d->snp_init);
	flag(f, "mismatch", d->known, d->mismatch);
	flag(f, "svm_on", d->known, d->svm_on);
	flag(f, "init_locked", d->known, d->init_locked);
	flag(f, "buffers", d->known, d->buffers);
	flag(f, "iommu_stuck", d->known, d->iommu_stuck);
	flag(f, "track_lost", d->known, d->track_lost);
	flag(f, "tio", d->known, d->tio);
	number(f, "snp_guests", d->known, d->nr_snp_guests);
	number(f, "sev_guests", d->known, d->nr_sev_guests);
	number(f, "snp_tombstones", d->known, d->nr_snp_tombstones);
	number(f, "sev_tombstones", d->known, d->nr_sev_tombstones);
	number(f, "leaked_pages", d->known, d->leaked_pages);
}

static void facts_of(const struct moment *m, struct facts *f)
{
	const struct sevadm_live *live = &m->live;
	const struct sevadm_guests *guests = &live->guests;
	char asids[96] = "";

	monitor_asids(guests, asids, sizeof(asids));
	f->nr = 0;
	fact(f, "kernel", "%s", live->host.kernel);
	fact(f, "cpus_online", "%s", live->host.cpus_online);
	flag(f, "sev_debug", true, live->host.patch);
	fact(f, "sev_state", "%s", live->sev_state == SEVADM_NO_FW_CALL ? "unknown" :
				   sevadm_sev_state_name(live->sev_state));
	fact(f, "snp_state", "%s", live->snp_state == SEVADM_NO_FW_CALL ? "unknown" :
				   sevadm_snp_state_name(live->snp_state));
	flag(f, "psp_dead", true, live->psp_dead);
	driver_facts(f, &live->driver);
	number(f, "firmware_counts.snp", guests->fw_snp != SEVADM_NO_FW_CALL, guests->fw_snp);
	number(f, "firmware_counts.sev", guests->fw_sev != SEVADM_NO_FW_CALL, guests->fw_sev);
	fact(f, "asids", "%s", asids);
	number(f, "wbinvd_owed", m->marked, m->owed);
	number(f, "asids_dirty", m->marked, m->dirty);
}

int monitor_change(struct moment *moment, const char *what, const char *before, const char *after)
{
	struct change *list = reallocarray(moment->changes, moment->nr_changes + 1, sizeof(*list));
	struct change *c;

	if (!list)
		return -ENOMEM;
	moment->changes = list;
	c = &list[moment->nr_changes++];
	snprintf(c->what, sizeof(c->what), "%s", what);
	snprintf(c->before, sizeof(c->before), "%s", before);
	snprintf(c->after, sizeof(c->after), "%s", after);
	return 0;
}

static void guest_text(const struct sevadm_guest *guest, char *buf, size_t size)
{
	if (!guest)
		buf[0] = '\0';
	else if (guest->asid)
		snprintf(buf, size, "%s %s, ASID %" PRIu32, monitor_guest_kind(guest),
			 monitor_guest_state(guest), guest->asid);
	else
		snprintf(buf, size, "%s %s", monitor_guest_kind(guest),
			 monitor_guest_state(guest));
}

/* A driver that was loaded anew gives the same ids to others */
static const struct sevadm_guest *same_guest(const struct sevadm_guests *guests,
					     const struct sevadm_guest *guest)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == guest->id &&
		    guests->guests[i].created_ns == guest->created_ns)
			return &guests->guests[i];
	return NULL;
}

static int guest_change(struct moment *now, const struct sevadm_guest *before,
			const struct sevadm_guest *after)
{
	char what[48], was[96], is[96];

	guest_text(before, was, sizeof(was));
	guest_text(after, is, sizeof(is));
	if (!strcmp(was, is))
		return 0;
	snprintf(what, sizeof(what), "guest %" PRIu64, (before ? before : after)->id);
	return monitor_change(now, what, was, is);
}

static int compare_guests(const struct sevadm_guests *before, struct moment *now)
{
	const struct sevadm_guests *guests = &now->live.guests;
	int ret = 0;

	for (size_t i = 0; i < before->nr_guests && !ret; i++)
		ret = guest_change(now, &before->guests[i],
				   same_guest(guests, &before->guests[i]));
	for (size_t i = 0; i < guests->nr_guests && !ret; i++)
		if (!same_guest(before, &guests->guests[i]))
			ret = guest_change(now, NULL, &guests->guests[i]);
	return ret;
}

int monitor_compare(const struct moment *before, struct moment *now)
{
	struct facts was, is;
	int ret = 0;

	if (!before)
		return 0;
	facts_of(before, &was);
	facts_of(now, &is);
	for (size_t i = 0; i < is.nr && !ret; i++)
		if (strcmp(was.list[i].value, is.list[i].value))
			ret = monitor_change(now, is.list[i].what, was.list[i].value,
					     is.list[i].value);
	return ret ? ret : compare_guests(&before->live.guests, now);
}
