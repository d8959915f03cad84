/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated host that is like another, from what that one's commands printed as JSON.
 */
#ifndef CMD_LIKE_H
#define CMD_LIKE_H

#include "cmd/cli.h"

#define LIKE_GUESTS	1024	/* no simulated host has more */

/**
 * struct like_guest - as the list has it
 * @tombstone:	decommissioned, and held by KVM
 */
struct like_guest {
	struct sevadm_sim_vm vm;
	uint32_t asid;
	char comm[16], state[16];
	bool tombstone;
};

/**
 * struct like - what is known of the other host
 * @has_*:	that it is
 * @sim:	what can be told at once, the lists in it are ours
 * @lockdown:	NULL: none is known
 */
struct like {
	struct sevadm_sim_options sim;
	char kernel[64], offline[4096], generation[16], smt[24];
	bool has_host, has_topology, has_states, has_driver, has_guests, has_processes;
	char sev[16], snp[16];
	bool psp_dead, init_locked, svm_on, iommu_stuck, track_lost, kvm_gone;
	const char *lockdown;
	struct like_guest guests[LIKE_GUESTS];
	size_t nr_guests;
	struct like_process {
		uint32_t pid, vcpus, vms, guests;
		char comm[16];
		const char *units;
		bool planned;
	} processes[LIKE_GUESTS];
	size_t nr_processes;
	struct sevadm_sim_vm vms[2 * LIKE_GUESTS];
	char *warnings[64];
	size_t nr_warnings;
};

/* A sentence about what is not taken over */
__attribute__((format(printf, 2, 3)))
void like_warn(struct like *like, const char *format, ...);

/* 0, or -errno with @failure */
int like_read(const char *path, struct like *like, struct sevadm_failure *failure);
/* What is known as options; @like stays as long as these */
void like_plan(struct like *like);
/* After it was made: what only happens to a machine that runs; and where it is still another */
void like_settle(const char *file, struct like *like);
void like_free(struct like *like);

#endif
