/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_SIM_USE_H
#define FUZZ_SIM_USE_H

#include <stddef.h>
#include <stdint.h>

struct sim;

/* What is left of an input; behind its end everything is 0 */
struct feed {
	const uint8_t *at, *end;
};

static inline uint8_t feed_byte(struct feed *f)
{
	return f->at < f->end ? *f->at++ : 0;
}

static inline uint32_t feed_number(struct feed *f, unsigned int bytes)
{
	uint32_t number = 0;

	for (unsigned int i = 0; i < bytes; i++)
		number |= (uint32_t)feed_byte(f) << 8 * i;
	return number;
}

/* Whatever a machine can be asked: two bytes and more for each, until there are none left */
void sim_use(struct sim *sim, struct feed *feed);

#endif
