/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A teardown on a simulated host with a hand between it and the host: every call
 * that changes something is counted, and can be refused, be answered by the
 * firmware with a failure, or be the last thing that the program does.
 */
#ifndef LIB_MATRIX_FIXTURE_H
#define LIB_MATRIX_FIXTURE_H

#include "lib/core/context.h"
#include "lib_test.h"
#include "sim/sim.h"

/* The steps of a teardown, and what goes before and after it */
enum matrix_step {
	STEP_DECOMMISSION, STEP_SHUTDOWN, STEP_WBINVD, STEP_FLUSH, STEP_SNP_SHUTDOWN,
	STEP_PROOF_SEV, STEP_PROOF_SNP, STEP_SIGNAL, STEP_WRITE, STEP_RUN,
	STEP_KEXEC_LOAD, STEP_KEXEC_UNLOAD, STEP_SYSTEMD_KEXEC, STEP_KEXEC,
	STEP_RMMOD, STEP_MODPROBE, STEPS
};

extern const char *const matrix_commands[STEPS];	/* as in the specification */

/**
 * struct matrix - what is to happen
 * @fail:	action of the simulated host right before a call of @at: "fail=..."
 * @refuse:	errno that this call gets instead
 * @at:		where
 * @skip:	how many calls of @at go well first
 * @kill_at:	the program is killed at the so many-th call that changes something
 * @after:	once it was made, not before
 * @counts:	calls of each step
 * @calls:	that change something
 */
struct matrix {
	char fail[64];
	int refuse;
	enum matrix_step at;
	unsigned int skip, kill_at;
	bool after;
	unsigned int counts[STEPS], calls;
	bool snp_down;
};

extern struct matrix matrix;
extern struct sevadm *adm;
extern struct sevadm_run record;
extern char matrix_path[];

/* Hosts to begin with, made once; with guests of all kinds and homes.  @actions end with NULL */
void matrix_make(void);
void matrix_make_with(const struct sim_options *options, const char *const *actions);
void matrix_remove(void);

/* A fresh host, and the program that works on it */
void matrix_fresh(void);
void matrix_open(void);
void matrix_close(void);
/* Nothing is to happen any more, and the next run of the program */
void matrix_reopen(void);

/* In the order in which it happens: a teardown; its failure */
int matrix_teardown(enum sevadm_guests_mode mode);
const struct sevadm_failure *matrix_failure(void);

/*
 * What happens when @run is killed at the @call-th call that changes something of a fresh
 * host's, before or after it.  False: there are fewer, and it came to a good end.
 */
bool matrix_killed(int (*run)(int arg), int arg, unsigned int call, bool after);

/* Guests are there with their VMM at work, or gone: nothing between */
void matrix_expect_whole(enum sevadm_guests_mode mode);
/* Both platforms UNINIT, seen from inside, and no guest of the firmware's left */
void matrix_expect_down(void);

#endif
