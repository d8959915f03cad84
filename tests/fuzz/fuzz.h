/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a target is: one function, and what must hold in it */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called once for each input, in one process: leaves nothing behind.  Always 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert(), whatever NDEBUG is */
#define must(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif
