/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated machine for tests: made in a directory of its own, and the ioctls
 * of the companion patch as one-liners.
 */
#ifndef SIM_TEST_H
#define SIM_TEST_H

#include <linux/sev-debug.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/device/sim_crypto.h"
#include "sim/sim.h"

/* The machine under test, its file, and /dev/sev-debug opened for writing */
extern struct sim *sim;
extern char sim_path[];
extern int dbg;

/* What the last of the ioctls below left behind */
extern uint32_t status, reason;	/* of the firmware; SEV_DBG_R_* */
extern char did[1024];			/* its trace: "SHUTDOWN=0 SNP_PAGE_RECLAIMx512=0" */

#define GUESTS	(SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES)

/* The call ends with @ret, and the firmware answered @wanted_status */
#define DOES(call, ret, wanted_status) do {			\
	ck_assert_int_eq(call, ret);				\
	ck_assert_uint_eq(status, wanted_status);		\
} while (0)

/* Refused without asking the firmware, and @why */
#define REFUSED(call, why) do {					\
	ck_assert_int_eq(call, -EBUSY);				\
	ck_assert_uint_eq(status, SEV_DBG_NO_FW_CALL);		\
	ck_assert_uint_eq(reason, why);				\
} while (0)

void sim_test_create(const struct sim_options *o);	/* opens it and @dbg, too */
void sim_test_small(unsigned int snp, unsigned int sev);	/* 4 CPUs in 2 core complexes */
void sim_test_remove(void);

int64_t act(const char *fmt, ...) __attribute__((format(printf, 1, 2)));	/* must succeed */
int try_act(const char *action);
struct sim_info *describe(void);
struct sim_guest_info *guest(unsigned int index);

int shutdown_fw(uint32_t flags);	/* 0 or -errno, as the rest */
int init_fw(void);
int df_flush(void);
int decommission(uint64_t id, uint32_t flags);
struct sev_dbg_info *info(void);
uint32_t guests(struct sev_dbg_guest *list, uint32_t capacity);	/* total */
uint64_t id_of(pid_t pid);		/* of the guest that this process created; 0 */
/* The last line of the kernel's log that holds @text, after its time stamp; NULL: none */
const char *logged(const char *text);
unsigned int wbinvd_all(void);		/* by pinned threads, all online CPUs; how many did */

#endif
