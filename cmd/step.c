// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The library carries a sequence out as ever; an observer looks into the machine and asks it
 * to stop.  A step is what changes the machine: what is done once more because a sequence
 * that goes on has to prove it again is passed on the way.
 */
#include "cmd/step.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/util/file.h"

/**
 * struct watch - a sequence that is going on
 * @state:	when a step was counted last
 * @flushing:	WBINVDs are executed: one step, when they are over
 */
struct watch {
	const char *file;
	struct step_way *way;
	struct step_state state;
	bool flushing;
};

int step_look(const char *file, struct step_state *state, struct sevadm_failure *failure)
{
	struct sevadm_sim_info info;
	int ret = sevadm_sim_show(file, &info, failure);

	if (ret)
		return ret;
	*state = (struct step_state){
		.sev = sevadm_sev_state_name(info.fw_sev_state),
		.snp = sevadm_snp_state_name(info.fw_snp_state),
		.snp_guests = info.snp_guests, .sev_guests = info.sev_guests,
		.wbinvd_pending = info.wbinvd_pending, .asids_dirty = info.asids_dirty,
		.assigned_pages = info.assigned_pages, .leaked_pages = info.leaked_pages,
		.driver_snp = info.driver_snp_init, .init_locked = info.init_locked,
		.psp_dead = info.psp_dead, .kvm_loaded = info.kvm_loaded, .boots = info.boots,
	};
	for (size_t i = 0; i < info.nr_guests; i++) {
		state->tombstones += info.guests[i].tombstone && !info.guests[i].leaked;
		state->leaked_guests += info.guests[i].leaked && !info.guests[i].tombstone;
	}
	sevadm_sim_info_free(&info);
	return 0;
}

bool step_same(const struct step_state *a, const struct step_state *b)
{
	return !strcmp(a->sev, b->sev) && !strcmp(a->snp, b->snp) &&
	       a->snp_guests == b->snp_guests && a->sev_guests == b->sev_guests &&
	       a->tombstones == b->tombstones && a->leaked_guests == b->leaked_guests &&
	       a->wbinvd_pending == b->wbinvd_pending && a->asids_dirty == b->asids_dirty &&
	       a->assigned_pages == b->assigned_pages && a->leaked_pages == b->leaked_pages &&
	       a->driver_snp == b->driver_snp && a->init_locked == b->init_locked &&
	       a->psp_dead == b->psp_dead && a->kvm_loaded == b->kvm_loaded && a->boots == b->boots;
}

static bool is_wbinvd(const char *name)
{
	return !strncmp(name, "WBINVD", 6);
}

static void count(struct watch *w, const char *name, const struct sevadm_step *step)
{
	struct sevadm_failure failure;
	struct step_state now;

	if (step_look(w->file, &now, &failure) || step_same(&now, &w->state))
		return;
	w->state = now;
	w->way->done++;
	snprintf(w->way->name, sizeof(w->way->name), "%s", name);
	w->way->has_guest = step && step->has_guest;
	w->way->guest = step ? step->guest : 0;
}

/* NULL: it could stop here */
static int on_step(void *arg, const struct sevadm_step *step)
{
	struct watch *w = arg;

	if (step) {
		if (step->kind == SEVADM_STEP_FIRMWARE && !w->flushing)
			count(w, step->command, step);
		return 0;
	}
	if (w->flushing || w->way->done < w->way->wanted)
		return 0;
	w->way->stopped = true;
	return 1;
}

static void on_phase(void *arg, const struct sevadm_phase *phase)
{
	struct watch *w = arg;

	w->flushing = !phase->over && is_wbinvd(phase->name);
	if (phase->over && strcmp(phase->name, "SNP_DECOMMISSION"))
		count(w, phase->name, NULL);
}

int step_go(const char *file, struct sevadm **adm, bool exclusive, struct step_way *way,
	    struct sevadm_run *run)
{
	struct watch w = { .file = file, .way = way };
	struct sevadm_failure failure;
	char device[PATH_MAX + 8];
	int ret;

	snprintf(device, sizeof(device), "sim:%s", file);
	ret = sevadm_open(adm, device, SEVADM_WRITE | (exclusive ? SEVADM_EXCLUSIVE : 0));
	if (!ret)
		ret = sevadm_survey(*adm);
	if (ret)
		return ret;
	/* a machine that was just opened can be looked at */
	if (step_look(file, &w.state, &failure))
		return -EIO;
	sevadm_set_observer(*adm, on_step, &w);
	sevadm_set_phase_observer(*adm, on_phase, &w);
	ret = way->command->sequence(*adm, way->options, run);
	if (ret == -ECANCELED && way->stopped)
		return 0;
	/* it came to its end, or to a failure, before the next place to stop */
	way->stopped = false;
	return ret;
}

int step_try(const char *file, struct step_way *way, struct sevadm_run *run,
	     struct sevadm_failure *failure)
{
	struct sevadm *adm = NULL;
	char path[PATH_MAX + 16];
	int ret;

	*failure = (struct sevadm_failure){ .kind = SEVADM_DONE, .status = SEVADM_NO_FW_CALL };
	if (snprintf(path, sizeof(path), "%s.next.XXXXXX", file) >= PATH_MAX)
		return -ENAMETOOLONG;
	ret = file_copy(file, path);
	if (ret)
		return ret;
	if (step_go(path, &adm, false, way, run))
		*failure = *sevadm_failure(adm);
	sevadm_close(adm);
	unlink(path);
	return 0;
}
