/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CMD_PAGER_H
#define CMD_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/* Of the terminal that standard output is; 24 and 80 where it does not tell */
void terminal_size(unsigned int *rows, unsigned int *columns);
/* One that knows how to clear itself, and to hold a line */
bool terminal_is_smart(void);

/* Text on standard output: what fits on the terminal at once, the rest by $PAGER, or less */
void pager_show(const char *text, size_t size, bool paged);

#endif
