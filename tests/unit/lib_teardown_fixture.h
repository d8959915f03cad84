/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A teardown on a device and a host that exist for a test alone */
#ifndef LIB_TEARDOWN_FIXTURE_H
#define LIB_TEARDOWN_FIXTURE_H

#include "lib/teardown/teardown.h"
#include "lib_fake.h"

/* The steps of a teardown with nobody there, and those that prove it */
#define PROOF " PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
#define DOWN "SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF

extern struct fake fake;
extern struct sevadm_teardown_options options;

void setup(void);
void cleanup(void);
int tear_down(enum sevadm_guests_mode mode);
void expect_steps(const char *want);
bool warned(const char *text);
size_t changes(void);
unsigned int frozen(void);

#endif
