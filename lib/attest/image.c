// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware images of the secure processor: the header, and is all there that it speaks of?
 * Its fields, the order of the version's bytes, and how long a signature of which kind is:
 * PSPTool, which found them out.  That the last three numbers of a version are API and build:
 * the names of AMD's files.  What else is in the header nobody has told.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/little.h"
#include "sevadm.h"

static const struct kind {
	uint32_t id;
	const char *name;
	uint32_t size;
} kinds[] = {
	{ 0, "RSA 2048, SHA-256", 256 },
	{ 2, "RSA 4096, SHA-384", 512 },
};

__attribute__((format(printf, 3, 4)))
static int no(struct sevadm_image *image, const char *remedy, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(image->why, sizeof(image->why), format, ap);
	va_end(ap);
	image->remedy = remedy;
	return -EINVAL;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)little_get(p, 4);
}

static void parse(const uint8_t *p, struct sevadm_image *image)
{
	image->size_signed = get32(p + 0x14);
	image->encrypted = get32(p + 0x18);
	image->is_signed = get32(p + 0x30);
	image->sig_id = get32(p + 0x34);
	memcpy(image->key_id, p + 0x38, sizeof(image->key_id));
	image->compressed = get32(p + 0x48);
	image->size_plain = get32(p + 0x50);
	image->size_packed = get32(p + 0x54);
	image->build = p[0x60];
	image->api_minor = p[0x61];
	image->api_major = p[0x62];
	image->size_total = get32(p + 0x6c);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && image->is_signed; i++)
		if (kinds[i].id == image->sig_id) {
			image->signature = kinds[i].name;
			image->signature_size = kinds[i].size;
		}
}

/* How long the file has to be: as it says, or else what its parts come to */
static uint64_t whole(const struct sevadm_image *image)
{
	uint64_t body = image->compressed ? image->size_packed : image->size_signed;
	uint64_t parts = SEVADM_IMAGE_HEADER + body + image->signature_size;

	return image->size_total > parts ? image->size_total : parts;
}

int sevadm_image_parse(const void *data, size_t size, struct sevadm_image *image)
{
	static const char again[] = "Fetch it again, from linux-firmware or AMD.";
	const uint8_t *p = data;

	*image = (struct sevadm_image){ .size = size };
	if (!size)
		return no(image, again, "it is empty");
	if (size >= 6 && !memcmp(p, "\3757zXZ", 6))
		return no(image, "Decompress it first: xz -dk FILE", "it is compressed, by xz");
	if (size >= 4 && !memcmp(p, "\x28\xb5\x2f\xfd", 4))
		return no(image, "Decompress it first: zstd -dk FILE", "it is compressed, by zstd");
	if (size < SEVADM_IMAGE_HEADER)
		return no(image, again, "%zu bytes are too short for a header, which has %d", size,
			  SEVADM_IMAGE_HEADER);
	if (memcmp(p + 0x10, "$PS1", 4))
		return no(image, again, "it is no firmware image: there is no $PS1 in its header");
	image->known = true;
	parse(p, image);
	if (size < whole(image))
		return no(image, again, "it is truncated: %zu of %llu bytes", size,
			  (unsigned long long)whole(image));
	image->whole = true;
	return 0;
}

int sevadm_image_compare(const struct sevadm_image *image, const struct sevadm_sev_status *running)
{
	uint32_t a = (uint32_t)(image->api_major << 16 | image->api_minor << 8 | image->build);
	uint32_t b = (uint32_t)(running->api_major << 16 | running->api_minor << 8 | running->build);

	return a < b ? -1 : a > b;
}
