/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_HISTORY_H
#define CMD_HISTORY_H

#include "cmd/edit.h"

/* From and to $XDG_STATE_HOME/sevadm/history, a file that only its owner can read */
void history_load(struct edit *edit);
/* 0, or -errno */
int history_save(struct edit *edit);

#endif
