// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which guests teardown is about: all, those named by --only, the leaked ones;
 * and who is left beside them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/teardown/teardown.h"

static const struct sevadm_guest *find(const struct sevadm_guests *guests, uint64_t id)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].id == id)
			return &guests->guests[i];
	return NULL;
}

static bool named(const struct sevadm_teardown_options *options, uint64_t id)
{
	for (size_t i = 0; i < options->nr_only; i++)
		if (options->only[i] == id)
			return true;
	return false;
}

static bool chosen(const struct sevadm_teardown_options *options, const struct sevadm_guest *guest)
{
	/* one of SEV's goes with SEV itself, which is what comes after this */
	if (options->leaked)
		return !guest->held;
	if (options->guests == SEVADM_GUESTS_REFUSE)
		return false;
	/* what was named and is done already, by a run that did not come to its end */
	if (options->only && options->guests == SEVADM_GUESTS_DECOMMISSION && !guest_alive(guest))
		return false;
	return !options->only || named(options, guest->id);
}

static bool holds_one(const struct sevadm_guests *guests, pid_t pid)
{
	for (size_t i = 0; i < guests->nr_guests; i++)
		if (guests->guests[i].held && guests->guests[i].pid == pid)
			return true;
	return false;
}

/*
 * Those of @all that are chosen, or those that are not.  The list of VMs keeps its
 * length, for it goes side by side with the handle's; who is not concerned has no
 * @sev in it.
 */
static int part_of(struct sevadm *adm, const struct sevadm_teardown_options *options,
		   const struct sevadm_guests *all, bool want, struct sevadm_guests *part)
{
	*part = *all;
	part->guests = calloc(all->nr_guests + 1, sizeof(*part->guests));
	part->vms = calloc(all->nr_vms + 1, sizeof(*part->vms));
	part->nr_guests = 0;
	if (!part->guests || !part->vms) {
		sevadm_guests_free(part);
		return core_fail_errno(adm, ENOMEM, "choose the guests");
	}
	for (size_t i = 0; i < all->nr_guests; i++)
		if (chosen(options, &all->guests[i]) == want)
			part->guests[part->nr_guests++] = all->guests[i];
	memcpy(part->vms, all->vms, all->nr_vms * sizeof(*part->vms));
	/* a VMM before LAUNCH_START has no guest yet, and is ended where all are */
	for (size_t i = 0; i < all->nr_vms; i++)
		if (options->only || options->leaked)
			part->vms[i].sev = holds_one(part, part->vms[i].pid);
	return 0;
}

/*
 * Ids grow, and none comes twice: one below another that is there was a guest, and has
 * ended, as it was to.  Of one above all others nobody can tell that from a slip of the
 * finger.
 */
static int check_id(struct sevadm *adm, const struct sevadm_guests *all, uint64_t id,
		    struct sevadm_run *run)
{
	uint64_t highest = 0;

	if (find(all, id))
		return 0;
	for (size_t i = 0; i < all->nr_guests; i++)
		if (all->guests[i].id > highest)
			highest = all->guests[i].id;
	if (id && id < highest)
		return core_warn(adm, run, "guest %llu has ended already", (unsigned long long)id);
	return core_fail(adm, SEVADM_FAILED, ENOENT, "`sevadm guests` lists them; leave out of --only "
			 "what has ended.", "there is no guest with id %llu: it has ended already, or "
			 "never was", (unsigned long long)id);
}

/* Whoever acts on a VMM acts on all that it holds */
static int check_whole(struct sevadm *adm, const struct scene *scene,
		       const struct sevadm_guest *guest)
{
	char one[160], other[160];

	if (!guest->held)
		return 0;
	guest_text(guest, one, sizeof(one));
	for (size_t i = 0; i < scene->others.nr_guests; i++) {
		const struct sevadm_guest *g = &scene->others.guests[i];

		if (g->held && g->pid == guest->pid && guest_alive(g))
			return core_fail(adm, SEVADM_BUSY, EBUSY, "Name them all, or none.",
					 "%s shares its VMM with %s, which was not named", one,
					 guest_text(g, other, sizeof(other)));
	}
	for (size_t i = 0; i < scene->guests.nr_vms; i++) {
		const struct sevadm_vm *vm = &scene->guests.vms[i];

		if (vm->pid == guest->pid && vm->vms > vm->guests)
			return core_fail(adm, SEVADM_BUSY, EBUSY, "End that VM first, or all VMMs "
					 "(leave --only out).",
					 "the VMM of %s holds %u VMs, and %u of them is no guest that "
					 "could be named", one, vm->vms, vm->vms - vm->guests);
	}
	return 0;
}

/* There is no way to take one SEV guest from the firmware: they go with SEV */
static int check_kind(struct sevadm *adm, const struct sevadm_teardown_options *options,
		      const struct scene *scene, const struct sevadm_guest *guest)
{
	char text[160];

	if (guest->kind == SEVADM_GUEST_SNP || options->guests != SEVADM_GUESTS_DECOMMISSION ||
	    !guests_alive(&scene->others, 0))
		return 0;
	return core_fail(adm, SEVADM_BUSY, EBUSY, "Say --guests=stop to end its VMM.",
			 "%s ends only with SEV as a whole, and guests are alive that were not named",
			 guest_text(guest, text, sizeof(text)));
}

int choose_guests(struct sevadm *adm, const struct sevadm_teardown_options *options,
		  struct scene *scene, struct sevadm_run *run)
{
	int ret = 0;

	for (size_t i = 0; i < options->nr_only && !ret; i++)
		ret = check_id(adm, &scene->guests, options->only[i], run);
	if (!ret)
		ret = part_of(adm, options, &scene->guests, true, &scene->chosen);
	if (!ret)
		ret = part_of(adm, options, &scene->guests, false, &scene->others);
	for (size_t i = 0; i < scene->chosen.nr_guests && options->only && !ret; i++) {
		ret = check_whole(adm, scene, &scene->chosen.guests[i]);
		if (!ret)
			ret = check_kind(adm, options, scene, &scene->chosen.guests[i]);
	}
	return ret;
}

int check_others(struct sevadm *adm, const struct sevadm_teardown_options *options,
		 struct sevadm_run *run)
{
	struct sevadm_guests now, others;
	int ret = sevadm_guests_get(adm, &now, NULL);

	if (ret)
		return ret;
	ret = part_of(adm, options, &now, false, &others);
	if (!ret && guests_alive(&others, 0))
		ret = guests_refuse(adm, run, &others, true);
	sevadm_guests_free(&others);
	sevadm_guests_free(&now);
	return ret;
}
