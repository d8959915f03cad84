/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLATFORM_GUESTS_H
#define PLATFORM_GUESTS_H

#include "lib/core/context.h"

/* What the driver saw go by */
enum sevadm_guest_state guests_state_of(const struct sev_dbg_guest *g);

/* The driver's list, without the processes: 0 or -errno, no failure recorded */
int guests_list(struct sevadm *adm, const struct sev_dbg_info *info, struct sevadm_guests *guests);

#endif
