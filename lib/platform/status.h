/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLATFORM_STATUS_H
#define PLATFORM_STATUS_H

#include "lib/core/context.h"

void status_driver_of(const struct sev_dbg_info *info, struct sevadm_driver *driver);

#endif
