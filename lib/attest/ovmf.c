// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table at the end of OVMF (OvmfPkg/ResetVector): it ends 32 bytes before the image does,
 * and is read from its end.  Each entry is data, the entry's size in two bytes, a GUID; the
 * last one, the footer, has the size of all.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/attest/little.h"
#include "lib/attest/launch_refuse.h"

#define AFTER_TABLE	32
#define ENTRY_TAIL	18	/* size and GUID */
#define METADATA_HEAD	16	/* "ASEV", size, version, number of sections */
#define SECTION_SIZE	12

#define GUID_FOOTER	"96b582de-1fb2-45f7-baea-a366c55a082d"
#define GUID_HASHES	"7255371f-3a3b-4b04-927b-1da6efa8d454"
#define GUID_SECRET	"4c2eb361-7d9b-4cc3-8081-127c90d3d294"
#define GUID_RESET	"00f771de-1a7e-4fcb-890e-68c77e2fb44e"
#define GUID_METADATA	"dc886566-984a-4798-a75e-5585a7bf67cc"

static const struct {
	const char *guid, *name;
	size_t size;		/* of its data, at least */
} known[] = {
	{ GUID_HASHES, "SEV_HASH_TABLE", 8 },
	{ GUID_SECRET, "SEV_SECRET", 8 },
	{ GUID_RESET, "SEV_ES_RESET", 4 },
	{ GUID_METADATA, "SEV_METADATA", 4 },
	{ "e47a6535-984a-4798-865e-4685a7bf8ec2", "TDX_METADATA", 4 },
};

const char *sevadm_ovmf_type_name(uint32_t type)
{
	switch (type) {
	case SEVADM_OVMF_SEC_MEM:
		return "SEC_MEM";
	case SEVADM_OVMF_SECRETS:
		return "SECRETS";
	case SEVADM_OVMF_CPUID:
		return "CPUID";
	case SEVADM_OVMF_SVSM_CAA:
		return "SVSM_CAA";
	case SEVADM_OVMF_KERNEL_HASHES:
		return "KERNEL_HASHES";
	default:
		return NULL;
	}
}

static int broken(struct sevadm_failure *failure, const char *why)
{
	return launch_refuse(failure, SEVADM_NO, EINVAL, "broken firmware image: %s", why);
}

static int parse_metadata(struct sevadm_ovmf *o, uint32_t from_end, struct sevadm_failure *failure)
{
	const uint8_t *p;
	uint32_t nr;

	if (from_end > o->size || from_end < METADATA_HEAD)
		return broken(failure, "the SEV metadata are not within the file");
	o->metadata_offset = o->size - from_end;
	p = o->data + o->metadata_offset;
	if (memcmp(p, "ASEV", 4))
		return broken(failure, "there are no SEV metadata where its table points to");
	o->metadata_version = (uint32_t)little_get(p + 8, 4);
	if (o->metadata_version != 1)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "firmware image: SEV metadata of "
				     "version %" PRIu32 ", and only 1 is known", o->metadata_version);
	nr = (uint32_t)little_get(p + 12, 4);
	if (nr > (from_end - METADATA_HEAD) / SECTION_SIZE)
		return broken(failure, "the SEV metadata go on after the end of the file");
	if (nr > SEVADM_OVMF_SECTIONS)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "firmware image: SEV metadata with "
				     "%" PRIu32 " sections, and no more than %d are known", nr,
				     SEVADM_OVMF_SECTIONS);
	if (little_get(p + 4, 4) != METADATA_HEAD + nr * SECTION_SIZE)
		return broken(failure, "the SEV metadata have another size than their sections");
	for (p += METADATA_HEAD; o->nr_sections < nr; p += SECTION_SIZE)
		o->sections[o->nr_sections++] = (struct sevadm_ovmf_section){
			.gpa = (uint32_t)little_get(p, 4),
			.size = (uint32_t)little_get(p + 4, 4),
			.type = (uint32_t)little_get(p + 8, 4),
		};
	o->has_metadata = true;
	return 0;
}

/* What a known entry says; of two alike the last in the file counts, as it does for QEMU */
static int take_entry(struct sevadm_ovmf *o, const struct sevadm_ovmf_entry *e,
		      struct sevadm_failure *failure)
{
	const uint8_t *p = o->data + e->offset;

	if (!strcmp(e->guid, GUID_RESET) && !o->has_reset) {
		o->has_reset = true;
		o->reset_eip = (uint32_t)little_get(p, 4);
	} else if (!strcmp(e->guid, GUID_HASHES) && !o->has_hashes) {
		o->has_hashes = true;
		o->hashes_gpa = (uint32_t)little_get(p, 4);
		o->hashes_size = (uint32_t)little_get(p + 4, 4);
	} else if (!strcmp(e->guid, GUID_SECRET) && !o->has_secret) {
		o->has_secret = true;
		o->secret_gpa = (uint32_t)little_get(p, 4);
		o->secret_size = (uint32_t)little_get(p + 4, 4);
	} else if (!strcmp(e->guid, GUID_METADATA) && !o->has_metadata) {
		return parse_metadata(o, (uint32_t)little_get(p, 4), failure);
	}
	return 0;
}

/* The entry that ends at @end, of a table that begins at @begin: its size, or -EINVAL */
static int parse_entry(struct sevadm_ovmf *o, size_t begin, size_t end,
		       struct sevadm_failure *failure)
{
	struct sevadm_ovmf_entry *e = &o->entries[o->nr_entries];
	size_t size;
	int ret;

	if (end - begin < ENTRY_TAIL)
		return broken(failure, "its table begins with bytes that are no entry");
	size = little_get(o->data + end - ENTRY_TAIL, 2);
	if (size < ENTRY_TAIL || size > end - begin)
		return broken(failure, "an entry of its table has a size that cannot be");
	if (o->nr_entries == SEVADM_OVMF_ENTRIES)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "firmware image: more than %d entries "
				     "in its table", SEVADM_OVMF_ENTRIES);
	*e = (struct sevadm_ovmf_entry){ .offset = end - size, .size = size - ENTRY_TAIL };
	little_guid(o->data + end - 16, e->guid);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(e->guid, known[i].guid)) {
			e->name = known[i].name;
			if (e->size < known[i].size)
				return launch_refuse(failure, SEVADM_NO, EINVAL, "broken firmware image: "
						     "the entry %s of its table is too short", e->name);
		}
	o->nr_entries++;
	ret = take_entry(o, e, failure);
	return ret ? ret : (int)size;
}

int sevadm_ovmf_parse(const void *data, size_t size, struct sevadm_ovmf *ovmf,
		      struct sevadm_failure *failure)
{
	char guid[SEVADM_GUID_TEXT];
	size_t end, len;

	*ovmf = (struct sevadm_ovmf){ .data = data, .size = size };
	if (size >= 1ULL << 32)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "no firmware image: it does not fit below "
				     "4 GiB");
	ovmf->gpa = (1ULL << 32) - size;
	if (size < AFTER_TABLE + ENTRY_TAIL)
		return 0;
	end = size - AFTER_TABLE;
	little_guid(ovmf->data + end - 16, guid);
	if (strcmp(guid, GUID_FOOTER))
		return 0;
	len = little_get(ovmf->data + end - ENTRY_TAIL, 2);
	if (len < ENTRY_TAIL || len > end)
		return broken(failure, "the table at its end does not fit in the file");
	ovmf->has_table = true;
	for (size_t at = end - ENTRY_TAIL; at > end - len;) {
		int ret = parse_entry(ovmf, end - len, at, failure);

		if (ret < 0)
			return ret;
		at -= (size_t)ret;
	}
	return 0;
}
