// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One at a time on a host, and what the one before left undone.  Both are files of ours,
 * which neither seam sees: a recording has a note of what came of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"

/* A lock that was waited for was got by then: that the other one was there is past */
static int take(struct sevadm *adm, unsigned int wait_seconds,
		void (*waiting)(void *arg, const char *holder), void *arg, char *holder,
		size_t size)
{
	int ret = host_lock(adm->lock_path, !adm->sim, 0);

	if (ret == -EBUSY)
		journal_holder(adm->journal.path, holder, size);
	if (ret == -EBUSY && wait_seconds) {
		if (waiting)
			waiting(arg, holder);
		ret = host_lock(adm->lock_path, false, wait_seconds * 1000000000ULL);
	}
	return ret;
}

static int fail(struct sevadm *adm, int ret, const char *holder)
{
	char what[PATH_MAX + 8];

	if (ret == -EBUSY)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "Wait until it is done, or say --wait.",
				 "another sevadm is at work on this host: %s, lock on %s", holder,
				 adm->lock_path);
	snprintf(what, sizeof(what), "lock %s", adm->lock_path);
	return core_fail_errno(adm, -ret, what);
}

/* No lock is taken for a replay, and no journal kept: it acts on nothing */
static int replayed(struct sevadm *adm)
{
	char holder[1024];
	int64_t result = 0;

	if (core_noted(adm, "lock", &result, holder, sizeof(holder)) && result)
		return fail(adm, (int)result, holder);
	adm->locked = true;
	core_noted(adm, "undone", &result, adm->journal.interrupted,
		   sizeof(adm->journal.interrupted));
	return 0;
}

/*
 * Two of us that act on one host would undo each other's work: the one thaws
 * what the other is about to decommission.
 */
int sevadm_lock(struct sevadm *adm, const char *command, unsigned int wait_seconds,
		void (*waiting)(void *arg, const char *holder), void *arg)
{
	char holder[1024] = "another sevadm";
	int ret;

	if (adm->replay)
		return replayed(adm);
	/* what cannot act needs no lock, and says by itself what it lacks */
	if (!adm->sim && adm->dev->node_err[DEVICE_SEV])
		return 0;
	ret = take(adm, wait_seconds, waiting, arg, holder, sizeof(holder));
	core_note(adm, "lock", ret < 0 ? ret : 0, ret < 0 ? holder : "");
	if (ret < 0)
		return fail(adm, ret, holder);
	adm->lock = ret;
	adm->locked = true;
	journal_open(adm, command);
	core_note(adm, "undone", 0, adm->journal.interrupted);
	return 0;
}

int core_lock_held(struct sevadm *adm, char *holder, size_t size)
{
	int64_t result = 0;

	if (adm->locked)
		return 0;
	if (adm->replay)
		return core_noted(adm, "others", &result, holder, size) ? (int)result : 0;
	result = host_lock_held(adm->lock_path);
	if (result != 1 || !journal_holder(adm->journal.path, holder, size))
		snprintf(holder, size, "nothing is known of it");
	core_note(adm, "others", result, holder);
	return (int)result;
}

bool core_interrupted(struct sevadm *adm, char *text, size_t size)
{
	int64_t result = 0;

	/* what we do ourselves just now has not come to its end either */
	if (adm->locked)
		return false;
	if (adm->replay)
		return core_noted(adm, "interrupted", &result, text, size) && result;
	result = journal_interrupted(adm, text, size);
	core_note(adm, "interrupted", result, text);
	return result;
}
