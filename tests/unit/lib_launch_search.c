// SPDX-License-Identifier: GPL-2.0-or-later
/* Which guest has a launch digest?  Each that is tried is found by its own, and no other is */
#include <errno.h>
#include <string.h>

#include "lib_ovmf_fixture.h"
#include "lib_test.h"
#include "sevadm.h"

static uint8_t image[FIX_IMAGE_SIZE];
static struct fix_entries at;
static struct sevadm_ovmf ovmf;
static struct sevadm_failure failure;
static struct sevadm_launch_found found;
static uint8_t kernel[32], initrd[32], digest[SEVADM_SNP_DIGEST_SIZE];
static struct sevadm_launch_search search;

static void setup(void)
{
	fix_image(image, &at);
	memset(&failure, 0, sizeof(failure));
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	memset(kernel, 0x4e, sizeof(kernel));
	memset(initrd, 0x1d, sizeof(initrd));
	search = (struct sevadm_launch_search){
		.expected = digest, .size = SEVADM_SNP_DIGEST_SIZE, .ovmf = &ovmf, .kernel = kernel,
		.initrd = initrd, .append = "root=/dev/vda", .max_vcpus = 3,
	};
}

static void expect(const struct sevadm_launch *l, const char *cmdline, bool with_initrd)
{
	ck_assert_int_eq(sevadm_launch_digest(l, digest, NULL, NULL, &failure), 0);
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), 0);
	ck_assert_int_eq(found.kind, l->kind);
	ck_assert(!found.firmware_only);
	ck_assert_uint_eq(found.vcpus, l->kind == SEVADM_LAUNCH_SEV ? 0 : l->vcpus);
	ck_assert(cmdline ? found.cmdline && !strcmp(found.cmdline, cmdline) : !found.cmdline);
	ck_assert_int_eq(found.initrd, with_initrd);
	if (l->kind == SEVADM_LAUNCH_SEV)
		return;
	ck_assert_int_eq(found.vmsa.vmm, l->vmsa.vmm);
	ck_assert_uint_eq(found.vmsa.features, l->vmsa.features);
	ck_assert_int_eq(found.vmsa.legacy, l->vmsa.vmm != SEVADM_VMM_EC2 && l->vmsa.legacy);
	if (l->vmsa.vmm == SEVADM_VMM_QEMU)
		ck_assert_uint_eq(found.vmsa.signature, l->vmsa.signature);
}

/* @i picks one of many */
static struct sevadm_launch some(unsigned int i, enum sevadm_launch_kind kind)
{
	static const uint32_t signatures[] = { 0x800f12, 0xb10f10, 0 };

	return (struct sevadm_launch){
		.kind = kind, .ovmf = &ovmf, .vcpus = 1 + i % 3,
		.vmsa = { .vmm = (enum sevadm_vmm)(i % 3 ? SEVADM_VMM_QEMU : i / 3 % 3), .legacy = i & 1,
			  .signature = signatures[i % 3],
			  .features = (kind == SEVADM_LAUNCH_SNP) | (i & 4 ? 0x20 : 0) |
				      (i & 8 && kind == SEVADM_LAUNCH_SNP ? 0x8000 : 0) },
	};
}

START_TEST(each_is_found)
{
	for (unsigned int i = 0; i < 27; i++) {
		struct sevadm_launch snp = some(i, SEVADM_LAUNCH_SNP), es = some(i, SEVADM_LAUNCH_SEV_ES);

		search.size = SEVADM_SNP_DIGEST_SIZE;
		expect(&snp, NULL, false);
		search.size = SEVADM_SEV_DIGEST_SIZE;
		expect(&es, NULL, false);
	}
}
END_TEST

/* Hashes of the kernel with command lines of all kinds */
START_TEST(kernels)
{
	static const struct {
		const char *how, *text;
		size_t size;
	} lines[] = {
		{ "as it is", " root=/dev/vda\t", 16 },
		{ "without the NUL behind it", " root=/dev/vda\t", 15 },
		{ "with a line feed behind it", " root=/dev/vda\t\n", 17 },
		{ "without blanks around it", "root=/dev/vda", 14 },
		{ "without blanks around it and the NUL behind it", "root=/dev/vda", 13 },
		{ "empty", "", 1 },
	};

	search.append = " root=/dev/vda\t";
	for (size_t i = 0; i < 2 * sizeof(lines) / sizeof(lines[0]); i++) {
		struct sevadm_launch l = some((unsigned int)i, i % 3 ? SEVADM_LAUNCH_SNP : SEVADM_LAUNCH_SEV);
		struct sevadm_kernel_hashes h;

		memcpy(h.kernel, kernel, 32);
		memcpy(h.initrd, initrd, 32);
		if (i & 1)
			ck_assert_int_eq(sevadm_bytes_hash("", 0, h.initrd), 0);
		ck_assert_int_eq(sevadm_bytes_hash(lines[i / 2].text, lines[i / 2].size, h.cmdline), 0);
		l.hashes = &h;
		search.size = l.kind == SEVADM_LAUNCH_SNP ? SEVADM_SNP_DIGEST_SIZE : SEVADM_SEV_DIGEST_SIZE;
		expect(&l, lines[i / 2].how, !(i & 1));
	}
	ck_assert_uint_eq(found.kernels, 13);
}
END_TEST

START_TEST(none)
{
	struct sevadm_launch l = some(2, SEVADM_LAUNCH_SNP);
	uint64_t tried;

	search.kernel = NULL;
	l.vcpus = 4;
	ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -ENOENT);
	tried = found.tried;
	/* the firmware; before VMSAs in two orders; QEMU's, libkrun's, Amazon's */
	ck_assert_uint_eq(tried, 1 + 2 + (uint64_t)3 * found.features * (2 * found.signatures + 2 + 1));
	search.max_vcpus = 4;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), 0);
	digest[0] ^= 1;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -ENOENT);
	ck_assert_uint_gt(found.tried, tried);
}
END_TEST

START_TEST(on_the_way)
{
	search.kernel = NULL;
	ck_assert_int_eq(sevadm_ovmf_digest(&ovmf, digest, &failure), 0);
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), 0);
	ck_assert(found.firmware_only && found.tried == 1);
	search.ovmf_digest = digest;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), 0);
	ck_assert(found.firmware_only);
}
END_TEST

/* Features and a signature that nobody else has, if they are told */
START_TEST(told)
{
	struct sevadm_launch l = some(1, SEVADM_LAUNCH_SNP);

	search.kernel = NULL;
	l.vmsa.signature = 0xabcdef;
	l.vmsa.features = 0x8000000000001235;
	ck_assert_int_eq(sevadm_launch_digest(&l, digest, NULL, NULL, &failure), 0);
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -ENOENT);
	search.vmsa = l.vmsa;
	search.has_signature = true;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -ENOENT);
	search.has_features = true;
	expect(&l, NULL, false);
}
END_TEST

START_TEST(not_possible)
{
	search.max_vcpus = 0;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -EINVAL);
	search.max_vcpus = SEVADM_VCPUS_MAX + 1;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -EINVAL);
	ck_assert(strstr(failure.message, "virtual processors"));
	search.max_vcpus = 1;
	image[at.metadata + 8] ^= 1;
	ck_assert_int_eq(sevadm_ovmf_parse(image, sizeof(image), &ovmf, &failure), 0);
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -EINVAL);
	ck_assert(strstr(failure.message, "no SEV metadata"));
	/* nothing of that matters to SEV */
	search.size = SEVADM_SEV_DIGEST_SIZE;
	ck_assert_int_eq(sevadm_launch_search(&search, &found, &failure), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "launch_search");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, each_is_found);
	tcase_add_test(tc, kernels);
	tcase_add_test(tc, none);
	tcase_add_test(tc, on_the_way);
	tcase_add_test(tc, told);
	tcase_add_test(tc, not_possible);
	return lib_run(suite);
}
