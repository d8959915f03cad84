/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_PAGER_H
#define CMD_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "sevadm.h"

/* Text on standard output: what fits on the terminal at once, the rest by $PAGER, or less */
/* @adm: a handle, to give up privileges with before another program runs */
void pager_show(const char *text, size_t size, bool paged, struct sevadm *adm);

#endif
