// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/attest/little.h"

#include <stdio.h>

/* Which byte comes where in the text */
static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

void little_guid(const uint8_t *p, char *text)
{
	for (int i = 0; i < 16; i++)
		text += sprintf(text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				p[order[i]]);
}

void little_guid_put(uint8_t *p, const char *text)
{
	for (int i = 0; i < 16; i++) {
		unsigned int byte = 0;

		text += *text == '-';
		sscanf(text, "%2x", &byte);
		p[order[i]] = (uint8_t)byte;
		text += 2;
	}
}
