// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware images, VMSAs and launch digests: calculated once more here, from the documents,
 * and by the firmware model, which is given the same pages.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "lib_ovmf_fixture.h"
#include "lib_test.h"
#include "psp_fw_machine.h"
#include "sevadm.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define PAGE		4096
#define GCTX		MACHINE_PAGES
#define PAGES		(MACHINE_PAGES + 0x10000)
#define MILAN		0xa00f11

static uint8_t image[FIX_IMAGE_SIZE];
static struct fix_entries at;
static struct sevadm_ovmf ovmf;
static struct sevadm_failure failure;

static void setup(void)
{
	fix_image(image, &at);
	memset(&failure, 0, sizeof(failure));
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
}

/* ------------------------------------------------------------------ images */

START_TEST(image_fields)
{
	ck_assert(ovmf.has_table && ovmf.has_reset && ovmf.has_hashes && ovmf.has_secret);
	ck_assert_uint_eq(ovmf.gpa, 0x100000000 - FIX_IMAGE_SIZE);
	/* all four bytes of it */
	ck_assert_uint_eq(ovmf.reset_eip, FIX_RESET);
	ck_assert_uint_eq(ovmf.hashes_gpa, FIX_HASHES);
	ck_assert_uint_eq(ovmf.hashes_size, 0x400);
	ck_assert_uint_eq(ovmf.secret_gpa, 0x810000);
	ck_assert_uint_eq(ovmf.secret_size, 0xc00);
	ck_assert_uint_eq(ovmf.metadata_offset, FIX_METADATA);
	ck_assert_uint_eq(ovmf.nr_sections, FIX_SECTIONS);
	for (int i = 0; i < FIX_SECTIONS; i++)
		ck_assert_mem_eq(&ovmf.sections[i], &fix_sections[i], sizeof(fix_sections[i]));
	ck_assert_uint_eq(ovmf.nr_entries, 5);
	ck_assert_str_eq(ovmf.entries[0].guid, "00f771de-1a7e-4fcb-890e-68c77e2fb44e");
	ck_assert_str_eq(ovmf.entries[0].name, "SEV_ES_RESET");
	ck_assert_uint_eq(ovmf.entries[0].offset, at.reset);
	ck_assert_uint_eq(ovmf.entries[0].size, 4);
	ck_assert_ptr_null(ovmf.entries[4].name);
	ck_assert_uint_eq(ovmf.entries[4].size, 3);
}
END_TEST

/* Of two alike the one nearer to the end of the image counts, as QEMU finds it */
START_TEST(image_entry_twice)
{
	memcpy(image + at.secret + 10, image + at.hashes + 10, 16);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert(!ovmf.has_secret);
	ck_assert_uint_eq(ovmf.hashes_gpa, 0x810000);
}
END_TEST

START_TEST(image_without_table)
{
	image[at.footer + 2] ^= 1;
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert(!ovmf.has_table && !ovmf.nr_entries && !ovmf.has_metadata);
	for (size_t size = 0; size < 50; size++) {
		ck_assert_int_eq(sevadm_ovmf_parse(image, size, &ovmf, &failure), 0);
		ck_assert(!ovmf.has_table);
	}
}
END_TEST

/* A number of @size bytes at @offset becomes @value: @why */
static void refused(size_t offset, unsigned int size, uint64_t value, const char *why)
{
	setup();
	fix_put(image + offset, size, value);
	ck_assert_msg(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure) == -EINVAL, "%s", why);
	ck_assert_msg(strstr(failure.message, why) != NULL, "%s: %s", why, failure.message);
	ck_assert_int_eq(failure.kind, SEVADM_NO);
}

START_TEST(image_broken)
{
	refused(at.footer, 2, 17, "does not fit in the file");
	refused(at.footer, 2, FIX_TABLE_END + 1, "does not fit in the file");
	refused(at.footer, 2, FIX_TABLE_END - at.unknown + 17, "no entry");
	refused(at.reset + 4, 2, 17, "a size that cannot be");
	refused(at.reset + 4, 2, 0xffff, "a size that cannot be");
	refused(at.metadata, 4, FIX_IMAGE_SIZE + 1, "not within the file");
	refused(at.metadata, 4, 0xffffffff, "not within the file");
	refused(at.metadata, 4, 15, "not within the file");
	refused(at.metadata, 4, 16, "no SEV metadata where");
	refused(FIX_METADATA, 4, 0, "no SEV metadata where");
	refused(FIX_METADATA + 4, 4, 16, "another size than");
	refused(FIX_METADATA + 8, 4, 2, "of version 2");
	refused(FIX_METADATA + 12, 4, 0xffffffff, "after the end of the file");
	refused(FIX_METADATA + 12, 4, 170, "after the end of the file");
	refused(FIX_METADATA + 12, 4, 169, "with 169 sections");
	/* the entry that nobody knows becomes a reset vector of three bytes */
	setup();
	memcpy(image + at.unknown + 5, image + at.reset + 6, 16);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), -EINVAL);
	ck_assert(strstr(failure.message, "SEV_ES_RESET of its table is too short"));
}
END_TEST

START_TEST(image_many_entries)
{
	size_t end = at.footer;
	unsigned int n;

	for (n = 0; n < SEVADM_OVMF_ENTRIES + 1; n++, end -= 18) {
		memset(image + end - 16, (int)n, 16);
		fix_put(image + end - 18, 2, 18);
	}
	fix_put(image + at.footer, 2, FIX_TABLE_END - end - 18);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert_uint_eq(ovmf.nr_entries, SEVADM_OVMF_ENTRIES);
	fix_put(image + at.footer, 2, FIX_TABLE_END - end);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), -EINVAL);
	ck_assert(strstr(failure.message, "more than 32 entries"));
}
END_TEST

/* ------------------------------------------------------------------- VMSAs */

/* AMD 24593, table B-4, by offset; what a processor has after INIT */
static void reset_page(uint8_t *p)
{
	static const uint16_t limits[] = { 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90 };

	memset(p, 0, PAGE);
	for (size_t i = 0; i < COUNT(limits); i++)
		fix_put(p + limits[i] + 4, 4, 0xffff);
	p[0x02] = p[0x32] = p[0x42] = p[0x52] = 0x93;
	p[0x72] = 0x82;
	fix_put(p + 0xd0, 8, 0x1000);
	fix_put(p + 0x148, 8, 0x40);
	fix_put(p + 0x158, 8, 0x10);
	fix_put(p + 0x160, 8, 0x400);
	fix_put(p + 0x168, 8, 0xffff0ff0);
	fix_put(p + 0x170, 8, 2);
	fix_put(p + 0x268, 8, 0x0007040600070406);
	p[0x3e8] = 1;
}

static void start_at(uint8_t *p, uint16_t selector, uint64_t base, uint64_t rip, uint8_t cs,
		     uint8_t ss, uint8_t tr)
{
	fix_put(p + 0x10, 2, selector);
	fix_put(p + 0x18, 8, base);
	fix_put(p + 0x178, 8, rip);
	p[0x12] = cs;
	p[0x22] = ss;
	p[0x92] = tr;
}

/* The page of the first processor, or another one, of each VMM; SEV_FEATURES 0x21 */
static void wanted_page(uint8_t *p, enum sevadm_vmm vmm, bool first, bool legacy)
{
	reset_page(p);
	p[0x3b0] = 0x21;
	if (vmm == SEVADM_VMM_QEMU) {
		start_at(p, 0xf000, first ? 0xffff0000 : FIX_RESET & 0xffff0000,
			 first ? 0xfff0 : FIX_RESET & 0xffff, 0x9b, 0x93, 0x8b);
		fix_put(p + 0x310, 8, MILAN);
	} else if (vmm == SEVADM_VMM_EC2) {
		start_at(p, 0xf000, first ? 0xffff0000 : FIX_RESET & 0xffff0000,
			 first ? 0xfff0 : FIX_RESET & 0xffff, first ? 0x9a : 0x9b, 0x92, 0x83);
	} else if (first) {
		start_at(p, 0xf000, 0xffff0000, 0xfff0, 0x9a, 0x92, 0x83);
		fix_put(p + 0x1d8, 8, 0x8ff0);
		fix_put(p + 0x328, 8, 0x8ff0);
		fix_put(p + 0x330, 8, 0x7000);
	} else {
		start_at(p, 0x9100, 0x91000, 0, 0x9a, 0x92, 0x83);
	}
	if (vmm != SEVADM_VMM_EC2 && !legacy) {
		fix_put(p + 0x408, 4, 0x1f80);
		fix_put(p + 0x410, 2, 0x37f);
	}
}

START_TEST(vmsa_pages)
{
	uint8_t page[PAGE], want[PAGE];

	for (int vmm = SEVADM_VMM_QEMU; vmm <= SEVADM_VMM_KRUN; vmm++)
		for (unsigned int i = 0; i < 6; i++) {
			const struct sevadm_vmsa vmsa = {
				.vmm = (enum sevadm_vmm)vmm, .index = i / 2, .reset_eip = FIX_RESET,
				.signature = MILAN, .features = 0x21, .legacy = i % 2,
			};

			wanted_page(want, vmsa.vmm, !vmsa.index, vmsa.legacy);
			sevadm_vmsa_build(&vmsa, page);
			ck_assert_mem_eq(page, want, PAGE);
		}
}
END_TEST

/* Each byte of a page belongs to one register at most, or is told of as another */
START_TEST(vmsa_fields)
{
	struct sevadm_vmsa_field f;
	uint8_t page[PAGE];
	unsigned int end = 0, others = 0;

	for (size_t i = 0; i < PAGE; i++)
		page[i] = (uint8_t)(i % 255 + 1);
	for (size_t i = 0; sevadm_vmsa_field(page, i, &f); i++) {
		uint64_t value = 0;

		ck_assert_uint_ge(f.offset, end);
		for (; end < f.offset; end++, others++)
			ck_assert_uint_eq(sevadm_vmsa_others(page, end), end);
		ck_assert_uint_gt(sevadm_vmsa_others(page, end), f.offset + f.size - 1);
		for (unsigned int k = f.size; k; k--)
			value = value << 8 | page[f.offset + k - 1];
		ck_assert_uint_eq(f.value, value);
		end += f.size;
	}
	ck_assert_uint_eq(end, 0x420);
	ck_assert_uint_gt(others, 0);
	memset(page, 0, PAGE);
	ck_assert_uint_eq(sevadm_vmsa_others(page, 0), PAGE);
	page[PAGE - 1] = 1;
	ck_assert_uint_eq(sevadm_vmsa_others(page, 0), PAGE - 1);
	ck_assert_uint_eq(sevadm_vmsa_others(page, PAGE), PAGE);
}
END_TEST

/* One register more, and nothing beside it */
START_TEST(vmsa_set)
{
	uint8_t page[PAGE], want[PAGE];

	memset(page, 0xee, PAGE);
	memcpy(want, page, PAGE);
	ck_assert_int_eq(sevadm_vmsa_set(page, "cs.attrib", 0x1234), 0);
	fix_put(want + 0x12, 2, 0x1234);
	ck_assert_int_eq(sevadm_vmsa_set(page, "sev_features", 0x8000000000000001), 0);
	fix_put(want + 0x3b0, 8, 0x8000000000000001);
	ck_assert_int_eq(sevadm_vmsa_set(page, "vmpl", 0xff), 0);
	want[0xca] = 0xff;
	ck_assert_int_eq(sevadm_vmsa_set(page, "vmpl", 0x100), -ERANGE);
	ck_assert_int_eq(sevadm_vmsa_set(page, "mxcsr", 0x100000000), -ERANGE);
	ck_assert_int_eq(sevadm_vmsa_set(page, "r16", 0), -ENOENT);
	ck_assert_int_eq(sevadm_vmsa_set(page, "", 0), -ENOENT);
	ck_assert_mem_eq(page, want, PAGE);
}
END_TEST

START_TEST(signatures)
{
	const struct sevadm_vcpu_type *type;
	unsigned int turin = 0;

	ck_assert_uint_eq(sevadm_cpu_signature(23, 1, 2), 0x800f12);
	ck_assert_uint_eq(sevadm_cpu_signature(25, 1, 1), MILAN);
	ck_assert_uint_eq(sevadm_cpu_signature(25, 0x11, 0), 0xa10f10);
	ck_assert_uint_eq(sevadm_cpu_signature(6, 0xc5, 3), 0xc0653);
	ck_assert_uint_eq(sevadm_cpu_signature(0x10e, 0xff, 0xf), 0xfff0fff);
	for (size_t i = 0; (type = sevadm_vcpu_type(i)); i++)
		turin += type->signature == sevadm_cpu_signature(26, 0, 0);
	ck_assert_uint_eq(turin, 2);
	ck_assert_str_eq(sevadm_sev_feature_name(0), "SNPActive");
	ck_assert_str_eq(sevadm_sev_feature_name(15), "SmtProtection");
	ck_assert_ptr_null(sevadm_sev_feature_name(11));
	ck_assert_ptr_null(sevadm_sev_feature_name(63));
}
END_TEST

/* ----------------------------------------------------------------- digests */

static const struct sevadm_kernel_hashes hashes = {
	.cmdline = "cmdline: 32 bytes of its hash...", .initrd = "initrd: 32 bytes of its hash....",
	.kernel = "kernel: 32 bytes of its hash....",
};

/* QEMU's target/i386/sev.c */
static void wanted_table(uint8_t *p)
{
	static const char *const guids[] = {
		"\xd8\x2d\xd0\x97\x20\xbd\x94\x4c\xaa\x78\xe7\x71\x4d\x36\xab\x2a",
		"\x31\xf7\xba\x44\x2f\x3a\xd7\x4b\x9a\xf1\x41\xe2\x91\x69\x78\x1d",
		"\x37\x94\xe7\x4d\xd2\xab\x7f\x42\xb8\x35\xd5\xb1\x72\xd2\x04\x5b",
	};
	const uint8_t *const values[] = { hashes.cmdline, hashes.initrd, hashes.kernel };

	memset(p, 0, 176);
	memcpy(p, "\x06\xd6\x38\x94\x22\x4f\xc9\x4c\xb4\x79\xa7\x93\xd4\x11\xfd\x21", 16);
	p[16] = 168;
	for (int i = 0; i < 3; i++) {
		memcpy(p + 18 + 50 * i, guids[i], 16);
		p[18 + 50 * i + 16] = 50;
		memcpy(p + 18 + 50 * i + 18, values[i], 32);
	}
}

/* A launch as the firmware sees it: a model that is given pages */
static struct machine *m;
static uint64_t next_page;

static void model_begin(void)
{
	m = machine_new(4, 2, NULL);
	up_snp(m);
	snp_launching(m, GCTX, 5);
	next_page = PAGES;
}

static void model_page(uint32_t type, uint64_t gpa, const uint8_t *data)
{
	uint64_t pa = next_page;

	next_page += PAGE;
	if (data)
		memcpy(m->mem + pa, data, PAGE);
	else
		memset(m->mem + pa, 0, PAGE);
	machine_guest_page(m, pa, PSP_PAGE_PRE_GUEST, 5, gpa);
	OK(cmd_snp_launch_update(m, GCTX, pa, type));
}

static void model_section(const struct fix_section *s, bool kernel)
{
	uint8_t page[PAGE] = { 0 };

	for (uint64_t off = 0; off < s->size; off += PAGE)
		if (s->type == 0x10 && kernel) {
			wanted_table(page + (FIX_HASHES & 0xfff));
			model_page(1, s->gpa, page);
		} else {
			model_page(s->type == 2 ? 5 : s->type == 3 ? 6 : 3, s->gpa + off, NULL);
		}
}

/* All of a guest, then its digest */
static const uint8_t *model_launch(enum sevadm_vmm vmm, unsigned int vcpus, bool kernel, bool legacy)
{
	static uint8_t digest[48];
	uint8_t page[PAGE];

	model_begin();
	for (uint64_t off = 0; off < FIX_IMAGE_SIZE; off += PAGE)
		model_page(1, 0x100000000 - FIX_IMAGE_SIZE + off, image + off);
	for (int i = 0; i < FIX_SECTIONS; i++)
		if (vmm != SEVADM_VMM_EC2 || fix_sections[i].type != 3)
			model_section(&fix_sections[i], kernel);
	for (int i = 0; i < FIX_SECTIONS; i++)
		if (vmm == SEVADM_VMM_EC2 && fix_sections[i].type == 3)
			model_section(&fix_sections[i], kernel);
	for (unsigned int i = 0; i < vcpus; i++) {
		wanted_page(page, vmm, !i, legacy);
		model_page(2, 0xfffffffff000, page);
	}
	memcpy(digest, psp_fw_snp_guest_find(m->fw, GCTX)->ld, sizeof(digest));
	machine_free(m);
	return digest;
}

static struct sevadm_launch guest(enum sevadm_launch_kind kind, enum sevadm_vmm vmm,
				  unsigned int vcpus)
{
	return (struct sevadm_launch){
		.kind = kind, .ovmf = &ovmf, .vcpus = vcpus,
		.vmsa = { .vmm = vmm, .signature = MILAN, .features = 0x21 },
	};
}

START_TEST(snp_as_the_model_has_it)
{
	uint8_t digest[48];

	for (int vmm = SEVADM_VMM_QEMU; vmm <= SEVADM_VMM_KRUN; vmm++)
		for (unsigned int i = 0; i < 12; i++) {
			struct sevadm_launch l = guest(SEVADM_LAUNCH_SNP, (enum sevadm_vmm)vmm, i / 4 + 1);

			l.hashes = i & 1 ? &hashes : NULL;
			l.vmsa.legacy = i & 2;
			ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
			ck_assert_mem_eq(digest, model_launch(l.vmsa.vmm, l.vcpus, i & 1, i & 2), 48);
		}
}
END_TEST

/* The digest of the image, given instead of all of it */
START_TEST(snp_image_digest)
{
	struct sevadm_launch l = guest(SEVADM_LAUNCH_SNP, SEVADM_VMM_QEMU, 2);
	uint8_t digest[48], given[48], first[48];
	struct sevadm_ovmf end;

	model_begin();
	model_page(1, 0xffffe000, image);
	model_page(1, 0xfffff000, image + PAGE);
	ck_assert_int_eq(sevadm_ovmf_digest(&ovmf, first, &failure), 0);
	ck_assert_mem_eq(first, psp_fw_snp_guest_find(m->fw, GCTX)->ld, 48);
	machine_free(m);
	ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
	ck_assert_int_eq(sevadm_ovmf_parse(image + PAGE / 2, sizeof(image) - PAGE / 2, &end, &failure), 0);
	l.ovmf = &end;
	ck_assert_int_eq(sevadm_launch_digest(&l, given, NULL, NULL, &failure), -EINVAL);
	ck_assert(strstr(failure.message, "are not whole pages"));
	l.ovmf_digest = first;
	ck_assert_int_eq(sevadm_launch_digest(&l, given, NULL, NULL, &failure), 0);
	ck_assert_mem_eq(digest, given, 48);
}
END_TEST

/* SHA-256 of the image, the table, the VMSAs (AMD 55766, LAUNCH_MEASURE) */
static void wanted_sev(uint8_t digest[32], bool kernel, unsigned int vmsas, bool legacy)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t table[176], page[PAGE];

	wanted_table(table);
	ck_assert(EVP_DigestInit(ctx, EVP_sha256()) && EVP_DigestUpdate(ctx, image, sizeof(image)));
	if (kernel)
		ck_assert(EVP_DigestUpdate(ctx, table, sizeof(table)));
	for (unsigned int i = 0; i < vmsas; i++) {
		wanted_page(page, SEVADM_VMM_QEMU, !i, legacy);
		ck_assert(EVP_DigestUpdate(ctx, page, sizeof(page)));
	}
	ck_assert(EVP_DigestFinal(ctx, digest, NULL));
	EVP_MD_CTX_free(ctx);
}

START_TEST(sev_and_sev_es)
{
	uint8_t digest[48], want[32];

	for (unsigned int i = 0; i < 16; i++) {
		bool es = i & 4;
		struct sevadm_launch l = guest(es ? SEVADM_LAUNCH_SEV_ES : SEVADM_LAUNCH_SEV,
					       SEVADM_VMM_QEMU, i & 8 ? 3 : 1);

		l.hashes = i & 1 ? &hashes : NULL;
		l.vmsa.legacy = i & 2;
		wanted_sev(want, i & 1, es ? l.vcpus : 0, i & 2);
		ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
		ck_assert_mem_eq(digest, want, 32);
	}
}
END_TEST

/* A SEV guest needs nothing of its firmware */
START_TEST(sev_any_image)
{
	struct sevadm_launch l = guest(SEVADM_LAUNCH_SEV, SEVADM_VMM_QEMU, 4);
	uint8_t digest[48], want[32];

	memset(image + at.footer, 0xee, 18);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	wanted_sev(want, false, 0, false);
	ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
	ck_assert_mem_eq(digest, want, 32);
}
END_TEST

/* ---------------------------------------------------------- what it is told */

struct seen {
	unsigned int nr;
	uint8_t last[48];
};

static void see(void *arg, const struct sevadm_measured *part)
{
	static const char *const what[] = {
		"firmware", "metadata", "metadata", "metadata", "metadata", "kernel hashes", "metadata",
		"metadata", "vcpu", "vcpu",
	};
	static const char *const types[] = {
		"NORMAL", "ZERO", "SECRETS", "CPUID", "ZERO", "NORMAL", "ZERO", "ZERO", "VMSA", "VMSA",
	};
	struct seen *seen = arg;

	ck_assert_uint_lt(seen->nr, COUNT(what));
	ck_assert_str_eq(part->what, what[seen->nr]);
	ck_assert_str_eq(part->type, types[seen->nr]);
	if (seen->nr >= 1 && seen->nr <= FIX_SECTIONS)
		ck_assert(part->gpa == fix_sections[seen->nr - 1].gpa &&
			  part->size == fix_sections[seen->nr - 1].size &&
			  part->section == fix_sections[seen->nr - 1].type);
	ck_assert_mem_ne(seen->last, part->digest, 48);
	memcpy(seen->last, part->digest, 48);
	seen->nr++;
}

START_TEST(parts)
{
	struct sevadm_launch l = guest(SEVADM_LAUNCH_SNP, SEVADM_VMM_QEMU, 2);
	struct seen seen = { 0 };
	uint8_t digest[48];

	l.hashes = &hashes;
	ck_assert_int_eq(sevadm_launch_digest(&l, digest, see, &seen, &failure), 0);
	ck_assert_uint_eq(seen.nr, FIX_SECTIONS + 3);
	ck_assert_mem_eq(seen.last, digest, 48);
}
END_TEST

/* ------------------------------------------------------------- impossible */

static void impossible(enum sevadm_launch_kind kind, unsigned int vcpus, bool kernel, const char *why)
{
	struct sevadm_launch l = guest(kind, SEVADM_VMM_QEMU, vcpus);
	uint8_t digest[48];

	l.hashes = kernel ? &hashes : NULL;
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert_msg(sevadm_launch_digest(&l, digest, NULL, NULL, &failure) == -EINVAL, "%s", why);
	ck_assert_msg(strstr(failure.message, why) != NULL, "%s: %s", why, failure.message);
	ck_assert_int_eq(failure.kind, SEVADM_FAILED);
	setup();
}

START_TEST(not_possible)
{
	impossible(SEVADM_LAUNCH_SNP, 0, false, "0 virtual processors");
	impossible(SEVADM_LAUNCH_SNP, SEVADM_VCPUS_MAX + 1, false, "virtual processors");
	image[at.metadata + 8] ^= 1;	/* its GUID */
	impossible(SEVADM_LAUNCH_SNP, 1, false, "no SEV metadata");
	image[at.reset + 8] ^= 1;
	impossible(SEVADM_LAUNCH_SNP, 2, false, "where a second virtual processor begins");
	image[at.reset + 8] ^= 1;
	impossible(SEVADM_LAUNCH_SEV_ES, 2, false, "where a second virtual processor begins");
	image[at.hashes + 12] ^= 1;
	impossible(SEVADM_LAUNCH_SNP, 1, true, "no place for hashes");
	image[at.hashes + 12] ^= 1;
	impossible(SEVADM_LAUNCH_SEV, 1, true, "no place for hashes");
	fix_put(image + at.hashes, 8, 0);
	impossible(SEVADM_LAUNCH_SEV, 1, true, "no place for hashes");
	fix_put(image + at.hashes + 4, 4, 175);
	impossible(SEVADM_LAUNCH_SEV, 1, true, "no place for hashes");
	fix_put(image + FIX_METADATA + 16 + 4 * 12 + 8, 4, 1);	/* no section for them */
	impossible(SEVADM_LAUNCH_SNP, 1, true, "no place for hashes");
	fix_put(image + at.hashes, 4, 0x810f51);
	impossible(SEVADM_LAUNCH_SNP, 1, true, "over the end of a page");
	fix_put(image + FIX_METADATA + 16, 4, 0x800800);
	impossible(SEVADM_LAUNCH_SNP, 1, false, "section 0 of its SEV metadata");
	fix_put(image + FIX_METADATA + 20, 4, 0);
	impossible(SEVADM_LAUNCH_SNP, 1, false, "is not of whole pages");
	fix_put(image + FIX_METADATA + 20, 4, 0xfffff000);
	impossible(SEVADM_LAUNCH_SNP, 1, false, "more than 1 GiB");
}
END_TEST

/* A reset vector of 0 is one: no processor may be forgotten for it */
START_TEST(reset_at_zero)
{
	struct sevadm_launch l = guest(SEVADM_LAUNCH_SNP, SEVADM_VMM_QEMU, 1);
	uint8_t one[48], two[48];

	fix_put(image + at.reset, 4, 0);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert_int_eq(sevadm_launch_digest(&l, one, NULL, NULL, &failure), 0);
	l.vcpus = 2;
	ck_assert_int_eq(sevadm_launch_digest(&l, two, NULL, NULL, &failure), 0);
	ck_assert_mem_ne(one, two, 48);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "launch");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, image_fields);
	tcase_add_test(tc, image_entry_twice);
	tcase_add_test(tc, image_without_table);
	tcase_add_test(tc, image_broken);
	tcase_add_test(tc, image_many_entries);
	tcase_add_test(tc, vmsa_pages);
	tcase_add_test(tc, vmsa_fields);
	tcase_add_test(tc, vmsa_set);
	tcase_add_test(tc, signatures);
	tcase_add_test(tc, snp_as_the_model_has_it);
	tcase_add_test(tc, snp_image_digest);
	tcase_add_test(tc, sev_and_sev_es);
	tcase_add_test(tc, sev_any_image);
	tcase_add_test(tc, parts);
	tcase_add_test(tc, not_possible);
	tcase_add_test(tc, reset_at_zero);
	return lib_run(suite);
}
