/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The next steps of a sequence on a simulated host, and no more.
 */
#ifndef CMD_STEP_H
#define CMD_STEP_H

#include "cmd/cli.h"

/**
 * struct step_state - what a step can change, seen from inside the machine
 * @sev, @snp:	states of the platforms
 */
struct step_state {
	const char *sev, *snp;
	uint32_t snp_guests, sev_guests, tombstones, leaked_guests, wbinvd_pending, asids_dirty;
	uint64_t assigned_pages, leaked_pages;
	bool driver_snp, init_locked, psp_dead, kvm_loaded;
	uint32_t boots;
};

/* 0, or -errno with @failure */
int step_look(const char *file, struct step_state *state, struct sevadm_failure *failure);
bool step_same(const struct step_state *a, const struct step_state *b);

/**
 * struct step_way - how far to go, and how far it went
 * @command:	the sequence, and its options
 * @wanted:	so many steps; UINT_MAX: all
 * @done:	steps that changed the machine
 * @name:	the last of these; empty: none
 * @has_guest:	@guest is meant
 * @guest:	that it was about
 * @stopped:	there was more to do
 */
struct step_way {
	const struct command *command;
	const void *options;
	unsigned int wanted, done;
	char name[64];
	bool has_guest, stopped;
	uint64_t guest;
};

/**
 * step_go - carry the next steps out
 * @file:	of the machine
 * @adm:	handle on it, to be closed; good for its failure
 * @exclusive:	others are kept away meanwhile
 * @way:	how far
 * @run:	what was planned and done
 * Return: 0, also if it was stopped where it was to stop; -errno
 */
int step_go(const char *file, struct sevadm **adm, bool exclusive, struct step_way *way,
	    struct sevadm_run *run);

/* The same on a copy, which is gone then; @failure: of the copy, its kind SEVADM_DONE without */
int step_try(const char *file, struct step_way *way, struct sevadm_run *run,
	     struct sevadm_failure *failure);

#endif
