/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation: what QEMU 10.0 has under another name than 10.2.
 */
#ifndef I386_SNP_COMPAT_H
#define I386_SNP_COMPAT_H

#if __has_include("exec/exec-all.h")
/* up to 10.0 */
#include "exec/address-spaces.h"
#include "exec/cpu_ldst.h"
#include "exec/exec-all.h"

typedef void SNPClassData;
#else
#include "accel/tcg/cpu-ldst.h"
#include "accel/tcg/probe.h"
#include "exec/target_page.h"
#include "system/address-spaces.h"
#include "system/memory.h"

typedef const void SNPClassData;    /* what class_init is handed */
#endif

#endif
