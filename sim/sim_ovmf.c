// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which pages OVMF wants beside itself: its table of GUIDs ends 32 bytes before the image
 * does, and one of its entries tells where the SEV metadata are (OvmfPkg/ResetVector;
 * QEMU's target/i386/sev.c launches what they list).
 */
#include <string.h>

#include "sim_launch.h"

#define TABLE_END	32u
#define ENTRY		18u		/* length and GUID, behind the entry's data */
#define METADATA	16u		/* signature, length, version, number of sections */
#define SECTION		12u

static const uint8_t footer_guid[16] = {
	0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
	0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d,
};

static const uint8_t metadata_guid[16] = {
	0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47,
	0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc,
};

static uint32_t get32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t get16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

/* How far from the image's end they are; 0: it has none */
static uint32_t metadata_from_end(const struct sim_blob *image)
{
	size_t end = image->size < TABLE_END + ENTRY ? 0 : image->size - TABLE_END, begin, at;

	if (!end || memcmp(image->data + end - 16, footer_guid, 16))
		return 0;
	at = end - ENTRY;
	if (get16(image->data + at) > end)
		return 0;
	begin = end - get16(image->data + at);
	while (at >= begin + ENTRY) {
		uint32_t len = get16(image->data + at - ENTRY);

		if (len < ENTRY || len > at - begin)
			return 0;
		if (!memcmp(image->data + at - 16, metadata_guid, 16) && len == ENTRY + 4)
			return get32(image->data + at - len);
		at -= len;
	}
	return 0;
}

uint32_t vm_sections(const struct sim_blob *image, struct sim_section *sections, uint32_t max)
{
	uint32_t from_end = metadata_from_end(image), n;
	const uint8_t *p;

	if (from_end < METADATA || from_end > image->size)
		return 0;
	p = image->data + image->size - from_end;
	if (memcmp(p, "ASEV", 4))
		return 0;
	n = get32(p + 12);
	if (n > max || n > (from_end - METADATA) / SECTION)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *s = p + METADATA + SECTION * i;

		sections[i] = (struct sim_section){ .gpa = get32(s), .size = get32(s + 4),
						    .type = get32(s + 8) };
	}
	return n;
}
