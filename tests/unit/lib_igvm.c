// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IGVM files, made here byte by byte: the launch digest of the guest in one is what the firmware
 * model calculates of the same pages, and what is calculated of the same guest without the file.
 */
#include <errno.h>
#include <string.h>

#include "lib_ovmf_fixture.h"
#include "lib_test.h"
#include "psp_fw_machine.h"
#include "sevadm.h"

#define PAGE		4096
#define GCTX		MACHINE_PAGES
#define PAGES		(MACHINE_PAGES + 0x10000)
#define HEADERS		0x1000	/* there is room for */
#define DATA		(24 + HEADERS)

static uint8_t file[DATA + 32 * PAGE];
static size_t header_size, data_size;
static struct sevadm_failure failure;
static struct sevadm_igvm igvm;

/* ---------------------------------------------------------------- the file */

static uint32_t crc32(const uint8_t *data, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < 8 * size; i++) {
		uint32_t bit = (crc ^ data[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void begin(void)
{
	memset(file, 0, sizeof(file));
	header_size = data_size = 0;
}

/* A header; returns its content, of @size zeros */
static uint8_t *header(uint32_t type, uint32_t size)
{
	uint8_t *p = file + 24 + header_size;

	fix_put(p, 4, type);
	fix_put(p + 4, 4, size);
	header_size += 8 + ((size + 7) & ~7U);
	ck_assert_uint_le(header_size, HEADERS);
	return p + 8;
}

static uint32_t add_data(const uint8_t *data)
{
	size_t at = DATA + data_size;

	memcpy(file + at, data, PAGE);
	data_size += PAGE;
	ck_assert_uint_le(at + PAGE, sizeof(file));
	return (uint32_t)at;
}

static void platform(uint32_t mask, uint8_t type)
{
	uint8_t *p = header(1, 16);

	fix_put(p, 4, mask);
	p[5] = type;
	p[6] = 1;
}

static void page_data(uint64_t gpa, const uint8_t *data, uint32_t flags, uint16_t type)
{
	uint8_t *p = header(0x302, 24);

	fix_put(p, 8, gpa);
	p[8] = 1;
	fix_put(p + 12, 4, data ? add_data(data) : 0);
	fix_put(p + 16, 4, flags);
	fix_put(p + 20, 2, type);
}

static void vp_context(uint64_t gpa, const uint8_t *data, unsigned int index)
{
	uint8_t *p = header(0x304, 20);

	fix_put(p, 8, gpa);
	p[8] = 1;
	fix_put(p + 12, 4, add_data(data));
	fix_put(p + 16, 2, index);
}

static void parameters(uint64_t gpa, uint64_t size)
{
	uint8_t *p = header(0x301, 16);

	fix_put(p, 8, size);
	p[8] = 9;
	p = header(0x303, 16);
	fix_put(p, 8, gpa);
	p[8] = 1;
	p[12] = 9;
}

/* What is behind the headers up to the data belongs to nobody */
static void finish(void)
{
	memcpy(file, "IGVM", 4);
	fix_put(file + 4, 4, 1);
	fix_put(file + 8, 4, 24);
	fix_put(file + 12, 4, header_size);
	fix_put(file + 16, 4, DATA + data_size);
	fix_put(file + 20, 4, 0);
	fix_put(file + 20, 4, crc32(file, 24 + header_size));
}

static void parsed(void)
{
	finish();
	ck_assert_msg(!sevadm_igvm_parse(file, DATA + data_size, &igvm, &failure), "%s", failure.message);
}

/* ----------------------------------------------------------------- digests */

static struct machine *m;
static uint64_t next_page;

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

static void model_begin(void)
{
	m = machine_new(4, 2, NULL);
	up_snp(m);
	snp_launching(m, GCTX, 5);
	next_page = PAGES;
}

START_TEST(as_the_model_has_it)
{
	static uint8_t some[PAGE], vmsa[PAGE];
	uint8_t digest[48];

	memset(some, 0x3c, sizeof(some));
	sevadm_vmsa_build(&(struct sevadm_vmsa){ .features = 1, .signature = 0xa00f11 }, vmsa);
	begin();
	platform(1, 2);
	page_data(0x1000, some, 0, 0);
	page_data(0x2000, NULL, 0, 0);
	page_data(0x3000, some, 2, 0);
	page_data(0x4000, NULL, 0, 1);
	page_data(0x5000, NULL, 0, 2);
	page_data(0x6000, some, 4, 0);
	vp_context(0xfffffffff000, vmsa, 0);
	parameters(0x8000, 0x2000);
	parsed();
	model_begin();
	model_page(1, 0x1000, some);
	model_page(1, 0x2000, NULL);
	model_page(4, 0x3000, some);
	model_page(5, 0x4000, NULL);
	model_page(6, 0x5000, NULL);
	model_page(2, 0xfffffffff000, vmsa);
	model_page(4, 0x8000, NULL);
	model_page(4, 0x9000, NULL);
	ck_assert_int_eq(sevadm_igvm_digest(&igvm, &(struct sevadm_igvm_how){ .mask = 1 }, digest, NULL, NULL,
					    &failure), 0);
	ck_assert_mem_eq(digest, psp_fw_snp_guest_find(m->fw, GCTX)->ld, 48);
	machine_free(m);
}
END_TEST

/* A guest whose firmware is an image, by the image and by a file */
START_TEST(as_an_image_has_it)
{
	static uint8_t image[FIX_IMAGE_SIZE];
	struct sevadm_launch launch = {
		.kind = SEVADM_LAUNCH_SNP, .vcpus = 3,
		.vmsa = { .signature = 0xa10f10, .features = 0x21 },
	};
	uint8_t digest[48], want[48], vmsa[PAGE];
	struct fix_entries at;
	struct sevadm_ovmf ovmf;

	fix_image(image, &at);
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	launch.ovmf = &ovmf;
	ck_assert_int_eq(sevadm_launch_digest(&launch, want, NULL, NULL, &failure), 0);
	begin();
	platform(1, 2);
	/* KVM measures them last, wherever they are */
	for (launch.vmsa.index = 0; launch.vmsa.index < 3; launch.vmsa.index++) {
		launch.vmsa.reset_eip = ovmf.reset_eip;
		sevadm_vmsa_build(&launch.vmsa, vmsa);
		vp_context(0x7000, vmsa, launch.vmsa.index);
	}
	for (uint64_t off = 0; off < FIX_IMAGE_SIZE; off += PAGE)
		page_data(0x100000000 - FIX_IMAGE_SIZE + off, image + off, 0, 0);
	for (int i = 0; i < FIX_SECTIONS; i++)
		for (uint64_t off = 0; off < fix_sections[i].size; off += PAGE)
			page_data(fix_sections[i].gpa + off, NULL, 0,
				  fix_sections[i].type == 2 ? 1 : fix_sections[i].type == 3 ? 2 : 0);
	parsed();
	ck_assert_int_eq(sevadm_igvm_digest(&igvm, &(struct sevadm_igvm_how){ 1, true }, digest, NULL, NULL,
					    &failure), 0);
	ck_assert_mem_eq(digest, want, 48);
	ck_assert_int_eq(sevadm_igvm_digest(&igvm, &(struct sevadm_igvm_how){ 1, false }, digest, NULL, NULL,
					    &failure), 0);
	ck_assert_mem_ne(digest, want, 48);
}
END_TEST

/* ---------------------------------------------------------------- ID block */

START_TEST(id_block)
{
	struct sevadm_id_block said = { .version = 1, .guest_svn = 77, .policy = 0x30000 }, got;
	uint8_t block[96], auth[4096], b[96], a[4096], *p;
	struct sevadm_private_key *id, *author;
	bool with_author = false;

	memset(said.launch_digest, 0xd1, 48);
	memset(said.family_id, 0xfa, 16);
	memset(said.image_id, 0x1a, 16);
	sevadm_id_block_encode(&said, block);
	ck_assert_int_eq(sevadm_private_key_new(384, &id, &failure), 0);
	ck_assert_int_eq(sevadm_private_key_new(384, &author, &failure), 0);
	ck_assert_int_eq(sevadm_id_auth_new(block, id, author, auth, &failure), 0);
	begin();
	platform(4, 2);
	platform(2, 2);
	p = header(0x101, 16);
	fix_put(p, 8, 0x30000);
	p[8] = 4;
	p = header(0x30b, 696);
	p[0] = 4;
	p[4] = 1;
	memcpy(p + 8, block, 88);
	memcpy(p + 96, auth, 8);
	memcpy(p + 104, auth + 0x40, 144);
	memcpy(p + 248, auth + 0x240, 4);
	memcpy(p + 256, auth + 0x244, 144);
	memcpy(p + 400, auth + 0x680, 144);
	memcpy(p + 544, auth + 0x880, 4);
	memcpy(p + 552, auth + 0x884, 144);
	parsed();
	ck_assert_int_eq(sevadm_igvm_id(&igvm, 2, b, a, &with_author), -ENOENT);
	ck_assert_int_eq(sevadm_igvm_id(&igvm, 1, b, a, &with_author), -ENOENT);
	ck_assert_int_eq(sevadm_igvm_id(&igvm, 4, b, a, &with_author), 0);
	ck_assert(with_author);
	ck_assert_mem_eq(b, block, sizeof(b));
	ck_assert_mem_eq(a, auth, sizeof(a));
	sevadm_id_block_decode(b, &got);
	ck_assert_mem_eq(&got, &said, sizeof(got));
	ck_assert_int_eq(sevadm_id_verify(b, a, true, &failure), 0);
	sevadm_private_key_free(id);
	sevadm_private_key_free(author);
}
END_TEST

/* ------------------------------------------------------------------ broken */

/* Each byte of the headers that is another one: refused by the checksum, whatever it means */
START_TEST(every_byte)
{
	static uint8_t some[PAGE];
	size_t size;

	begin();
	platform(1, 2);
	page_data(0x1000, some, 0, 0);
	vp_context(0x2000, some, 0);
	parsed();
	size = DATA + data_size;
	for (size_t i = 0; i < 24 + header_size; i++) {
		file[i] ^= 0x40;
		ck_assert_msg(sevadm_igvm_parse(file, size, &igvm, &failure) == -EINVAL, "byte %zu", i);
		ck_assert(failure.kind == SEVADM_NO && failure.message[0]);
		file[i] ^= 0x40;
	}
	for (size_t n = 0; n < size; n += n < 100 + header_size ? 1 : 999)
		ck_assert_int_eq(sevadm_igvm_parse(file, n, &igvm, &failure), -EINVAL);
	ck_assert_int_eq(sevadm_igvm_parse(file, size, &igvm, &failure), 0);
	ck_assert_uint_eq(igvm.nr_headers, 3);
}
END_TEST

START_TEST(headers)
{
	static uint8_t some[PAGE];
	struct sevadm_igvm_header h;
	uint32_t at = 0;

	begin();
	platform(1, 2);
	header(0x80000333, 5);
	page_data(0x1000, some, 2, 1);
	vp_context(0x2000, some, 0x1234);
	parsed();
	ck_assert_uint_eq(igvm.nr_unknown, 0);
	ck_assert(sevadm_igvm_header(&igvm, at, &h));
	ck_assert_str_eq(h.name, "SUPPORTED_PLATFORM");
	ck_assert(h.has_mask && h.mask == 1 && !h.has_gpa && !h.optional);
	ck_assert(sevadm_igvm_header(&igvm, h.next, &h));
	ck_assert(!h.name && h.optional && h.type == 0x333 && h.length == 5);
	ck_assert(sevadm_igvm_header(&igvm, h.next, &h));
	ck_assert(h.has_gpa && h.gpa == 0x1000 && h.size == PAGE && h.data == file + DATA && h.flags == 2 &&
		  h.data_type == 1);
	ck_assert(sevadm_igvm_header(&igvm, h.next, &h));
	ck_assert(h.index == 0x1234 && h.data == file + DATA + PAGE);
	ck_assert(!sevadm_igvm_header(&igvm, h.next, &h));
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "igvm");

	tcase_add_test(tc, as_the_model_has_it);
	tcase_add_test(tc, as_an_image_has_it);
	tcase_add_test(tc, id_block);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, headers);
	return lib_run(suite);
}
