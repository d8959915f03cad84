/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small machines for the simulated driver's tests, and cases made of them */
#ifndef SIM_DRIVER_FIXTURE_H
#define SIM_DRIVER_FIXTURE_H

#include <check.h>

#include "sim_test.h"

#define STRICT	(SEV_DBG_C_STRICT | GUESTS)
#define LEGACY	SEV_DBG_C_LEGACY
#define TMR	"SNP_PAGE_RECLAIMx512=0"

/* 4 CPUs, and so many guests: of SNP, of SEV, of both */
void setup_none(void);
void setup_one(void);
void setup_two(void);
void setup_sev(void);
void setup_both(void);

/* kvm_amd comes back as it should */
void reload_and_start(void);

/* @setup may be NULL: the tests make their machines themselves */
void add(Suite *s, const char *name, void (*setup)(void), const TTest **tests, size_t n);
#define ADD(setup, ...) add(s, #setup, setup, (const TTest *[]){ __VA_ARGS__ }, \
			    sizeof((const TTest *[]){ __VA_ARGS__ }) / sizeof(TTest *))

void add_loop(Suite *s, const char *name, void (*setup)(void), const TTest *test, int n);
void add_one_turn(Suite *s, const char *name, void (*setup)(void), const TTest *test, int turn);
/* Run it: what main() returns */
int finish(Suite *s);

#endif
