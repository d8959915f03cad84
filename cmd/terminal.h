/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal that standard output is, or is not */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>

/* Asked each time: it changes its size when it likes.  24 and 80 where it does not tell */
void terminal_size(unsigned int *rows, unsigned int *columns);
/* Is @fd one that knows how to clear itself, and to hold a line?  $TERM says so */
bool terminal_is_smart(int fd);

#endif
