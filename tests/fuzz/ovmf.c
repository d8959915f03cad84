// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware images: what they tell of themselves, and guests that begin with them.  A page of a
 * processor is any page.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

/* Sections of zeros cost a hash a page, and have nothing of the input */
#define SECTIONS_MAX	(1U << 20)

static bool is_small(const struct sevadm_ovmf *o)
{
	uint64_t all = 0;

	for (size_t i = 0; i < o->nr_sections; i++)
		all += o->sections[i].size;
	return all <= SECTIONS_MAX;
}

static void check_fields(const struct sevadm_ovmf *o, const uint8_t *data, size_t size)
{
	must(o->data == data && o->size == size && o->gpa + size == 1ULL << 32);
	must(o->nr_entries <= SEVADM_OVMF_ENTRIES && o->nr_sections <= SEVADM_OVMF_SECTIONS);
	must(o->has_table || !(o->nr_entries || o->has_reset || o->has_hashes || o->has_metadata));
	for (size_t i = 0; i < o->nr_entries; i++) {
		must(o->entries[i].offset <= size && o->entries[i].size <= size - o->entries[i].offset);
		must(strlen(o->entries[i].guid) == SEVADM_GUID_TEXT - 1);
	}
	must(!o->has_metadata || o->metadata_offset + 16 + 12 * o->nr_sections <= size);
}

static void count(void *arg, const struct sevadm_measured *part)
{
	must(part->what && part->type && part->size);
	++*(unsigned int *)arg;
}

static void check_launches(const struct sevadm_ovmf *o)
{
	static const struct sevadm_kernel_hashes hashes;
	static const uint8_t image[SEVADM_SNP_DIGEST_SIZE];
	struct sevadm_failure failure;

	for (int i = 0; i < 36; i++) {
		struct sevadm_launch l = {
			.kind = (enum sevadm_launch_kind)(i % 3), .ovmf = o, .vcpus = 1 + i % 2,
			.hashes = i % 4 < 2 ? &hashes : NULL, .ovmf_digest = i % 5 ? image : NULL,
			.vmsa.vmm = (enum sevadm_vmm)(i / 3 % 3),
		};
		uint8_t digest[SEVADM_SNP_DIGEST_SIZE];
		unsigned int parts = 0;
		int ret = sevadm_launch_digest(&l, digest, count, &parts, &failure);

		must(ret ? ret == -EINVAL && failure.message[0] : parts >= 1);
	}
}

static void check_page(const uint8_t *page)
{
	struct sevadm_vmsa_field f;
	unsigned int at = 0;

	for (size_t i = 0; sevadm_vmsa_field(page, i, &f); i++)
		must(f.name && f.size <= 8 && (f.size == 8 || !(f.value >> 8 * f.size)));
	while (at < SEVADM_VMSA_SIZE) {
		at = sevadm_vmsa_others(page, at);
		must(at == SEVADM_VMSA_SIZE || (at < SEVADM_VMSA_SIZE && page[at]));
		at++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sevadm_failure failure;
	struct sevadm_ovmf ovmf;

	if (size == SEVADM_VMSA_SIZE)
		check_page(data);
	if (sevadm_ovmf_parse(data, size, &ovmf, &failure)) {
		must(failure.kind == SEVADM_NO && failure.message[0]);
		return 0;
	}
	check_fields(&ovmf, data, size);
	if (is_small(&ovmf))
		check_launches(&ovmf);
	return 0;
}
