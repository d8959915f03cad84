/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

/*
 * What the kernel alone wants for a thread: clone(), a wait in a futex, exit(), without a
 * library, a TLS or a pinning.  Processor time of each in microseconds, of @nr that are
 * there together; negative if they are not to be had.
 */
double bare_thread_us(unsigned int nr);

#endif
