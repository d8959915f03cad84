/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware images made for tests, byte by byte and without the library */
#ifndef LIB_OVMF_FIXTURE_H
#define LIB_OVMF_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#define FIX_IMAGE_SIZE	0x2000
#define FIX_TABLE_END	(FIX_IMAGE_SIZE - 32)
#define FIX_METADATA	0x1800		/* offset of the metadata */
#define FIX_SECTIONS	7
#define FIX_RESET	0x8b0b004u
#define FIX_HASHES	0x810c00u	/* their address */

/* Where the entries are that fix_image() makes: offsets of their data */
struct fix_entries {
	size_t footer, reset, secret, hashes, metadata, unknown;
};

/* An image with a table, all known entries, one that nobody knows, and FIX_SECTIONS sections */
void fix_image(uint8_t image[FIX_IMAGE_SIZE], struct fix_entries *at);

/* Section @i of it */
struct fix_section {
	uint32_t gpa, size, type;
};
extern const struct fix_section fix_sections[FIX_SECTIONS];

void fix_put(uint8_t *p, unsigned int size, uint64_t value);

#endif
