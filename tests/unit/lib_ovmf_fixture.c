// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib_ovmf_fixture.h"

#include <string.h>

const struct fix_section fix_sections[FIX_SECTIONS] = {
	{ 0x800000, 0x2000, 1 }, { 0x80d000, 0x1000, 2 }, { 0x80e000, 0x1000, 3 },
	{ 0x80f000, 0x1000, 4 }, { 0x810000, 0x1000, 0x10 }, { 0x811000, 0x1000, 1 },
	{ 0x812000, 0x1000, 0x77 },	/* of no type that is known */
};

void fix_put(uint8_t *p, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* An entry whose last byte is before @end: its beginning */
static size_t entry(uint8_t *image, size_t end, const char *guid, const void *data, size_t size)
{
	size_t begin = end - 18 - size;

	memcpy(image + begin, data, size);
	fix_put(image + begin + size, 2, size + 18);
	memcpy(image + begin + size + 2, guid, 16);
	return begin;
}

static void metadata(uint8_t *p)
{
	memcpy(p, "ASEV", 4);
	fix_put(p + 4, 4, 16 + FIX_SECTIONS * 12);
	fix_put(p + 8, 4, 1);
	fix_put(p + 12, 4, FIX_SECTIONS);
	for (int i = 0; i < FIX_SECTIONS; i++) {
		fix_put(p + 16 + 12 * i, 4, fix_sections[i].gpa);
		fix_put(p + 20 + 12 * i, 4, fix_sections[i].size);
		fix_put(p + 24 + 12 * i, 4, fix_sections[i].type);
	}
}

void fix_image(uint8_t image[FIX_IMAGE_SIZE], struct fix_entries *at)
{
	uint8_t data[8] = { 0 };

	for (size_t i = 0; i < FIX_IMAGE_SIZE; i++)
		image[i] = (uint8_t)(i * 11 + i / 256);
	metadata(image + FIX_METADATA);
	at->footer = entry(image, FIX_TABLE_END, "\xde\x82\xb5\x96\xb2\x1f\xf7\x45"
			   "\xba\xea\xa3\x66\xc5\x5a\x08\x2d", data, 0);
	fix_put(data, 4, FIX_RESET);
	at->reset = entry(image, at->footer, "\xde\x71\xf7\x00\x7e\x1a\xcb\x4f"
			  "\x89\x0e\x68\xc7\x7e\x2f\xb4\x4e", data, 4);
	fix_put(data, 4, 0x810000);
	fix_put(data + 4, 4, 0xc00);
	at->secret = entry(image, at->reset, "\x61\xb3\x2e\x4c\x9b\x7d\xc3\x4c"
			   "\x80\x81\x12\x7c\x90\xd3\xd2\x94", data, 8);
	fix_put(data, 4, FIX_HASHES);
	fix_put(data + 4, 4, 0x400);
	at->hashes = entry(image, at->secret, "\x1f\x37\x55\x72\x3b\x3a\x04\x4b"
			   "\x92\x7b\x1d\xa6\xef\xa8\xd4\x54", data, 8);
	fix_put(data, 4, FIX_IMAGE_SIZE - FIX_METADATA);
	at->metadata = entry(image, at->hashes, "\x66\x65\x88\xdc\x4a\x98\x98\x47"
			     "\xa7\x5e\x55\x85\xa7\xbf\x67\xcc", data, 4);
	at->unknown = entry(image, at->metadata, "abcdefghijklmnop", "xyz", 3);
	fix_put(image + at->footer, 2, FIX_TABLE_END - at->unknown);
}
