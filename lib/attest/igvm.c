// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IGVM files (Independent Guest Virtual Machine, igvm_defs): a fixed header, variable headers
 * with a type and a length each, of which some say which platforms there are, others what a
 * guest on them is made of, and the data that they refer to.  Little-endian.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/attest/igvm.h"
#include "lib/attest/little.h"

#define FIXED_SIZE	24
#define FIXED_SIZE_V2	32
#define HEAD		8	/* type and length before each variable header */
#define CHECKSUM	20	/* offset of it */

int igvm_broken(struct sevadm_failure *failure, const char *format, ...)
{
	static const char begin[] = "broken IGVM file: ";
	va_list args;

	*failure = (struct sevadm_failure){ .kind = SEVADM_NO, .err = EINVAL,
					    .status = SEVADM_NO_FW_CALL };
	strcpy(failure->message, begin);
	va_start(args, format);
	vsnprintf(failure->message + sizeof(begin) - 1, sizeof(failure->message) - sizeof(begin) + 1,
		  format, args);
	va_end(args);
	return -EINVAL;
}

/* ----------------------------------------------------------------- headers */

#define NONE	0xff	/* it has none */

/* Where the mask of platforms and the address are in each kind */
static const struct {
	uint32_t type;
	uint16_t size;
	uint8_t mask, gpa;
	const char *name;
} kinds[] = {
	{ IGVM_SUPPORTED_PLATFORM, 16, 0, NONE, "SUPPORTED_PLATFORM" },
	{ IGVM_GUEST_POLICY, 16, 8, NONE, "GUEST_POLICY" },
	{ IGVM_RELOCATABLE_REGION, 48, 0, 16, "RELOCATABLE_REGION" },
	{ IGVM_PAGE_TABLE_RELOCATION, 32, 0, 8, "PAGE_TABLE_RELOCATION_REGION" },
	{ IGVM_PARAMETER_AREA, 16, NONE, NONE, "PARAMETER_AREA" },
	{ IGVM_PAGE_DATA, 24, 8, 0, "PAGE_DATA" },
	{ IGVM_PARAMETER_INSERT, 16, 8, 0, "PARAMETER_INSERT" },
	{ IGVM_VP_CONTEXT, 20, 8, 0, "VP_CONTEXT" },
	{ IGVM_REQUIRED_MEMORY, 24, 8, 0, "REQUIRED_MEMORY" },
	{ IGVM_VP_COUNT, 8, NONE, NONE, "VP_COUNT_PARAMETER" },
	{ IGVM_SRAT, 8, NONE, NONE, "SRAT" },
	{ IGVM_MADT, 8, NONE, NONE, "MADT" },
	{ IGVM_MMIO_RANGES, 8, NONE, NONE, "MMIO_RANGES" },
	{ IGVM_SNP_ID_BLOCK, 696, 0, NONE, "SNP_ID_BLOCK" },
	{ IGVM_MEMORY_MAP, 8, NONE, NONE, "MEMORY_MAP" },
	{ IGVM_ERROR_RANGE, 16, 8, 0, "ERROR_RANGE" },
	{ IGVM_COMMAND_LINE, 8, NONE, NONE, "COMMAND_LINE" },
	{ IGVM_SLIT, 8, NONE, NONE, "SLIT" },
	{ IGVM_PPTT, 8, NONE, NONE, "PPTT" },
	{ IGVM_VBS_MEASUREMENT, 864, 0, NONE, "VBS_MEASUREMENT" },
	{ IGVM_DEVICE_TREE, 8, NONE, NONE, "DEVICE_TREE" },
	{ IGVM_ENVIRONMENT_INFO, 8, NONE, NONE, "ENVIRONMENT_INFO_PARAMETER" },
};

/* What follows from the content of its kind: size in the guest, data in the file, the rest */
static void decode(const struct sevadm_igvm *igvm, struct sevadm_igvm_header *h)
{
	const uint8_t *p = h->content;

	switch (h->type) {
	case IGVM_PAGE_DATA:
		h->data_offset = (uint32_t)little_get(p + 12, 4);
		h->flags = (uint32_t)little_get(p + 16, 4);
		h->data_type = (uint16_t)little_get(p + 20, 2);
		h->size = h->flags & IGVM_FLAG_LARGE ? IGVM_LARGE : IGVM_PAGE;
		break;
	case IGVM_VP_CONTEXT:
		h->data_offset = (uint32_t)little_get(p + 12, 4);
		h->index = (uint32_t)little_get(p + 16, 2);
		h->size = IGVM_PAGE;
		break;
	case IGVM_PARAMETER_AREA:
		h->size = little_get(p, 8);
		h->index = (uint32_t)little_get(p + 8, 4);
		h->data_offset = (uint32_t)little_get(p + 12, 4);
		break;
	case IGVM_PARAMETER_INSERT:
		h->index = (uint32_t)little_get(p + 12, 4);
		break;
	case IGVM_REQUIRED_MEMORY:
	case IGVM_ERROR_RANGE:
		h->size = little_get(p + 12, 4);
		break;
	case IGVM_RELOCATABLE_REGION:
		h->size = little_get(p + 24, 8);
		break;
	case IGVM_PAGE_TABLE_RELOCATION:
		h->size = little_get(p + 16, 8);
		break;
	case IGVM_GUEST_POLICY:
		h->policy = little_get(p, 8);
		break;
	default:
		if (h->length == 8)	/* parameters: area, offset in it */
			h->index = (uint32_t)little_get(p, 4);
	}
	if (h->data_offset && h->data_offset <= igvm->size && h->size <= igvm->size - h->data_offset)
		h->data = igvm->data + h->data_offset;
}

bool sevadm_igvm_header(const struct sevadm_igvm *igvm, uint32_t offset,
			struct sevadm_igvm_header *h)
{
	const uint8_t *p;

	*h = (struct sevadm_igvm_header){ .offset = offset };
	if (offset >= igvm->header_size)
		return false;
	p = igvm->data + igvm->header_offset + offset;
	h->type = (uint32_t)little_get(p, 4) & ~IGVM_OPTIONAL;
	h->optional = little_get(p, 4) & IGVM_OPTIONAL;
	h->length = (uint32_t)little_get(p + 4, 4);
	h->content = p + HEAD;
	h->next = offset + HEAD + ((h->length + 7) & ~7U);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type != h->type || kinds[i].size != h->length)
			continue;
		h->name = kinds[i].name;
		h->has_mask = kinds[i].mask != NONE;
		h->has_gpa = kinds[i].gpa != NONE;
		h->mask = h->has_mask ? (uint32_t)little_get(h->content + kinds[i].mask, 4) : 0;
		h->gpa = h->has_gpa ? little_get(h->content + kinds[i].gpa, 8) : 0;
		decode(igvm, h);
	}
	return true;
}

/* ----------------------------------------------------------- what is checked */

/* As zlib's; @crc of what came before */
static uint32_t crc32_of(uint32_t crc, const uint8_t *data, size_t size)
{
	static const uint32_t half[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158,
		0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4,
		0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	while (size--) {
		crc ^= *data++;
		crc = crc >> 4 ^ half[crc & 15];
		crc = crc >> 4 ^ half[crc & 15];
	}
	return ~crc;
}

static uint32_t checksum(const struct sevadm_igvm *igvm, uint32_t fixed)
{
	uint8_t head[FIXED_SIZE_V2];

	memcpy(head, igvm->data, fixed);
	memset(head + CHECKSUM, 0, 4);
	return crc32_of(crc32_of(0, head, fixed), igvm->data + igvm->header_offset, igvm->header_size);
}

static int parse_fixed(struct sevadm_igvm *g, struct sevadm_failure *failure)
{
	const uint8_t *p = g->data;
	uint32_t fixed = FIXED_SIZE;

	if (g->size < FIXED_SIZE || memcmp(p, "IGVM", 4)) {
		igvm_broken(failure, "it does not begin as one");
		strcpy(failure->message, "no IGVM file: it does not begin as one");
		return -EINVAL;
	}
	g->version = (uint32_t)little_get(p + 4, 4);
	g->header_offset = (uint32_t)little_get(p + 8, 4);
	g->header_size = (uint32_t)little_get(p + 12, 4);
	g->checksum = (uint32_t)little_get(p + CHECKSUM, 4);
	if (g->version != 1 && g->version != 2)
		return igvm_broken(failure, "version %" PRIu32 ", and only 1 and 2 are known", g->version);
	if (g->version == 2)
		fixed = FIXED_SIZE_V2;
	if (little_get(p + 16, 4) != g->size)
		return igvm_broken(failure, "it has %zu bytes, and says that it has %" PRIu32, g->size,
				   (uint32_t)little_get(p + 16, 4));
	if (g->header_offset < fixed || g->header_offset % 8 || g->header_offset > g->size ||
	    g->header_size > g->size - g->header_offset)
		return igvm_broken(failure, "its headers are not within the file");
	g->page_size = IGVM_PAGE;
	if (g->version == 2) {
		g->architecture = (uint32_t)little_get(p + 24, 4);
		g->page_size = (uint32_t)little_get(p + 28, 4);
	}
	if (checksum(g, fixed) != g->checksum)
		return igvm_broken(failure, "its checksum is 0x%08" PRIx32 ", and says 0x%08" PRIx32,
				   checksum(g, fixed), g->checksum);
	return 0;
}

/* Type, length and padding within the headers */
static int check_head(const struct sevadm_igvm *g, uint32_t at, struct sevadm_failure *failure)
{
	const uint8_t *p = g->data + g->header_offset + at;
	uint32_t left = g->header_size - at, length;

	if (left < HEAD)
		return igvm_broken(failure, "its headers end within one");
	length = (uint32_t)little_get(p + 4, 4);
	left -= HEAD;
	if (length > left || ((length + 7ULL) & ~7ULL) > left)
		return igvm_broken(failure, "the header at 0x%" PRIx32 " goes on after their end",
				   g->header_offset + at);
	for (uint32_t i = length; i % 8; i++)
		if (p[HEAD + i])
			return igvm_broken(failure, "the header at 0x%" PRIx32 " is followed by bytes that "
					   "have to be zero", g->header_offset + at);
	return 0;
}

static int add_platform(struct sevadm_igvm *g, const struct sevadm_igvm_header *h,
			struct sevadm_failure *failure)
{
	struct sevadm_igvm_platform *platform = &g->platforms[g->nr_platforms];

	/* as many as a mask has bits: no two have the same */
	if (!h->mask || h->mask & (h->mask - 1))
		return igvm_broken(failure, "a platform's mask has to have one bit, and not 0x%" PRIx32,
				   h->mask);
	if (g->masks & h->mask)
		return igvm_broken(failure, "two platforms have the mask 0x%" PRIx32, h->mask);
	*platform = (struct sevadm_igvm_platform){
		.mask = h->mask, .highest_vtl = h->content[4], .type = h->content[5],
		.version = (uint16_t)little_get(h->content + 6, 2),
		.shared_gpa_boundary = little_get(h->content + 8, 8),
	};
	g->masks |= h->mask;
	g->nr_platforms++;
	return 0;
}

static int add_policy(struct sevadm_igvm *g, const struct sevadm_igvm_header *h,
		      struct sevadm_failure *failure)
{
	for (size_t i = 0; i < g->nr_platforms; i++) {
		struct sevadm_igvm_platform *platform = &g->platforms[i];

		if (!(platform->mask & h->mask))
			continue;
		if (platform->has_policy)
			return igvm_broken(failure, "two policies for the platform of mask 0x%" PRIx32,
					   platform->mask);
		platform->has_policy = true;
		platform->policy = h->policy;
	}
	return 0;
}

static int parse_header(struct sevadm_igvm *g, const struct sevadm_igvm_header *h, int *section,
			struct sevadm_failure *failure)
{
	int own = igvm_section(h->type);

	if (own >= 0 && own < *section)
		return igvm_broken(failure, "the header at 0x%" PRIx32 " comes too late: platforms are first, "
				   "then what is prepared, then what is loaded",
				   g->header_offset + h->offset);
	if (own >= 0)
		*section = own;
	if (!h->name) {
		g->nr_unknown += !h->optional;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (kinds[i].type == h->type)
				return igvm_broken(failure, "the header at 0x%" PRIx32 ", %s, has %" PRIu32
						   " bytes, and not %u", g->header_offset + h->offset,
						   kinds[i].name, h->length, kinds[i].size);
		return 0;
	}
	if (h->type == IGVM_SUPPORTED_PLATFORM)
		return add_platform(g, h, failure);
	if (h->has_mask && (!h->mask || h->mask & ~g->masks))
		return igvm_broken(failure, "the header at 0x%" PRIx32 ", %s, is for the mask 0x%" PRIx32
				   ", and platforms have 0x%" PRIx32, g->header_offset + h->offset, h->name,
				   h->mask, g->masks);
	if (h->type == IGVM_GUEST_POLICY && add_policy(g, h, failure))
		return -EINVAL;
	return igvm_check(g, h, failure);
}

int sevadm_igvm_parse(const void *data, size_t size, struct sevadm_igvm *g,
		      struct sevadm_failure *failure)
{
	struct sevadm_igvm_header h;
	int section = 0, ret;

	*g = (struct sevadm_igvm){ .data = data, .size = size };
	ret = parse_fixed(g, failure);
	for (uint32_t at = 0; !ret && at < g->header_size; at = h.next) {
		ret = check_head(g, at, failure);
		if (ret)
			break;
		sevadm_igvm_header(g, at, &h);
		ret = parse_header(g, &h, &section, failure);
		g->nr_headers++;
	}
	return ret;
}
