/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTEST_LAUNCH_REFUSE_H
#define ATTEST_LAUNCH_REFUSE_H

#include "sevadm.h"

/* What a file, or what is asked for, lacks: fills @failure in, -@err */
__attribute__((format(printf, 4, 5)))
int launch_refuse(struct sevadm_failure *failure, enum sevadm_class kind, int err,
		  const char *format, ...);

/* libcrypto failed: the same, -EIO; or @ret 0 */
int launch_crypto(struct sevadm_failure *failure, int ret);

#endif
