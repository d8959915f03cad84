/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulated host in memory, which is as it was for each input */
#ifndef FUZZ_SIM_MACHINE_H
#define FUZZ_SIM_MACHINE_H

#include "sim/sim_internal.h"

/**
 * struct machine - a sound one, and its file
 * @good:	as it is
 * @state:	of the file, that can be spoilt
 * @path:	of the file, which has no name else
 */
struct machine {
	struct sim_state *good, *state;
	char path[64];
	int fd;
};

/* The first time: what @live does to it belongs to it.  Then nothing */
void machine_prepare(struct machine *machine, const struct sim_options *options,
		     void (*live)(struct sim *sim));
void machine_act(struct sim *sim, const char *action);
/* As it was.  Content that no page has does not matter */
void machine_restore(struct machine *machine);
/* The same where the file was cut: from nothing, holes stay holes */
void machine_fill(struct machine *machine);

#endif
