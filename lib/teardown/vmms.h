/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room that act upon VMMs share */
#ifndef TEARDOWN_VMMS_H
#define TEARDOWN_VMMS_H

#include "lib/teardown/teardown.h"

#define SECOND			1000000000ULL
#define KILL_SECONDS		10	/* exit of a large VM after SIGKILL */
#define FREEZE_SECONDS		5
#define PROGRAM_SECONDS		10	/* a program that only passes a request on */
#define POLL_NS			(10 * 1000 * 1000ULL)
#define TICK_NS			(100 * 1000 * 1000ULL)

/*
 * A process is concerned that holds a guest, or is about to: /dev/sev beside a
 * VM.  guests->vms and adm->vms.list go side by side.
 */
static inline bool vmm_concerned(const struct sevadm_guests *guests, size_t i)
{
	return guests->vms[i].sev;
}

bool vmm_ended(struct sevadm *adm, const struct host_vm *vm);
/* Stopped, or its cgroup was told to freeze; by whomever */
bool vmm_stands(struct sevadm *adm, struct host_vm *vm);
/* A step; one that has ended meanwhile is no failure */
int vmm_signal(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm, int sig);
/* Freeze or thaw its cgroup: a step, and 0 or -errno; no failure is recorded */
int vmm_freeze(struct sevadm *adm, struct sevadm_run *run, const struct host_vm *vm, bool freeze);

/* A plan's steps for the VMMs of @guests: each by who manages it, as guests_stop() will ask */
int plan_stop(struct sevadm *adm, const struct sevadm_teardown_options *options,
	      const struct sevadm_guests *guests, struct sevadm_run *run);

#endif
