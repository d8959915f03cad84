// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IGVM files, and the guests that they describe.  The checksum and the size that an input says are
 * made right first, or nothing but them would ever be looked at.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

#define FIXED		24
#define FIXED_V2	32
#define MEASURED_MAX	(1U << 22)	/* parameters cost a hash a page, and have nothing of the input */

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t crc32(uint32_t crc, const uint8_t *data, size_t size)
{
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void make_right(uint8_t *file, size_t size)
{
	uint32_t fixed = size >= FIXED && get32(file + 4) == 2 ? FIXED_V2 : FIXED, at, length;

	if (size < fixed)
		return;
	at = get32(file + 8);
	length = get32(file + 12);
	put32(file + 16, (uint32_t)size);
	put32(file + 20, 0);
	if (at <= size && length <= size - at)
		put32(file + 20, crc32(crc32(0, file, fixed), file + at, length));
}

static void check_part(void *arg, const struct sevadm_measured *part)
{
	must(part->what && part->type && part->size == 4096 && part->digest);
	++*(unsigned int *)arg;
}

/* Headers follow one another, and what they point to is in the file; bytes to be measured */
static uint64_t check_headers(const struct sevadm_igvm *g)
{
	struct sevadm_igvm_header h;
	uint64_t all = 0;
	size_t nr = 0;

	for (uint32_t at = 0; sevadm_igvm_header(g, at, &h); at = h.next, nr++) {
		must(h.next > at && h.next <= g->header_size);
		must(h.content >= g->data && h.length <= g->size - (size_t)(h.content - g->data));
		if (h.data)
			must(h.data > g->data && h.size <= g->size - (size_t)(h.data - g->data));
		must(h.name || !(h.has_mask || h.has_gpa || h.data));
		all += h.size;
	}
	must(nr == g->nr_headers);
	return all;
}

static void check_guest(const struct sevadm_igvm *g, uint32_t mask)
{
	uint8_t digest[SEVADM_SNP_DIGEST_SIZE], block[SEVADM_ID_BLOCK_SIZE], auth[SEVADM_ID_AUTH_SIZE];
	struct sevadm_failure failure = { .message = "" };
	bool author;
	int ret;

	for (int qemu = 0; qemu < 2; qemu++) {
		unsigned int parts = 0;

		ret = sevadm_igvm_digest(g, &(struct sevadm_igvm_how){ mask, qemu }, digest, check_part, &parts,
					 &failure);
		must(!ret || (ret == -EINVAL && failure.message[0]));
	}
	ret = sevadm_igvm_id(g, mask, block, auth, &author);
	must(!ret || ret == -ENOENT || ret == -EEXIST);
	if (!ret)
		sevadm_id_verify(block, auth, author, &failure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = malloc(size + 1);
	struct sevadm_failure failure;
	struct sevadm_igvm igvm;

	must(file);
	if (size)
		memcpy(file, data, size);
	make_right(file, size);
	if (sevadm_igvm_parse(file, size, &igvm, &failure)) {
		must(failure.kind == SEVADM_NO && failure.message[0]);
		free(file);
		return 0;
	}
	must(igvm.nr_platforms <= 32);
	if (check_headers(&igvm) <= MEASURED_MAX)
		for (size_t i = 0; i < igvm.nr_platforms; i++)
			check_guest(&igvm, igvm.platforms[i].mask);
	free(file);
	return 0;
}
