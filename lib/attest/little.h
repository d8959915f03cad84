/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian numbers in what the firmware and its guests measure */
#ifndef ATTEST_LITTLE_H
#define ATTEST_LITTLE_H

#include <stdint.h>

static inline uint64_t little_get(const uint8_t *p, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | p[size];
	return value;
}

static inline void little_put(uint8_t *p, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++, value >>= 8)
		p[i] = (uint8_t)value;
}

/* A GUID as UEFI has it: its first three numbers are little-endian.  37 characters */
void little_guid(const uint8_t *p, char *text);
/* The same backwards */
void little_guid_put(uint8_t *p, const char *text);

#endif
