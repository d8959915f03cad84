// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The launch digest of SNP guests (AMD 56860, SNP_LAUNCH_UPDATE): each page adds a PAGE_INFO,
 * whose hash is the digest from then on.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/attest/launch.h"
#include "lib/attest/little.h"
#include "lib/attest/launch_refuse.h"

#define PAGE_INFO_SIZE	0x70

/* What sections may have in all: each page of theirs is hashed */
#define SECTIONS_MAX	(1ULL << 30)

void launch_snp_hashed(struct launch_snp *snp, enum launch_page type, uint64_t gpa,
		       const uint8_t *contents, uint32_t vmpl_perms)
{
	uint8_t info[PAGE_INFO_SIZE] = { 0 };

	if (snp->err)
		return;
	memcpy(info, snp->ld, sizeof(snp->ld));
	if (contents)
		memcpy(info + 0x30, contents, CRYPTO_SHA384_SIZE);
	little_put(info + 0x60, 2, sizeof(info));
	info[0x62] = (uint8_t)type;
	little_put(info + 0x64, 3, vmpl_perms);
	little_put(info + 0x68, 8, gpa);
	snp->err = crypto_sha384(info, sizeof(info), snp->ld);
}

void launch_snp_pages(struct launch_snp *snp, enum launch_page type, uint64_t gpa,
		      const uint8_t *data, uint64_t size)
{
	uint8_t contents[CRYPTO_SHA384_SIZE];

	for (uint64_t at = 0; at < size && !snp->err; at += LAUNCH_PAGE) {
		if (data)
			snp->err = crypto_sha384(data + at, LAUNCH_PAGE, contents);
		launch_snp_hashed(snp, type, gpa + at, data ? contents : NULL, 0);
	}
}

void launch_snp_vmsa(struct launch_snp *snp, const uint8_t *contents)
{
	launch_snp_hashed(snp, LAUNCH_VMSA, LAUNCH_VMSA_GPA, contents, 0);
}

int sevadm_ovmf_digest(const struct sevadm_ovmf *ovmf, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
		       struct sevadm_failure *failure)
{
	struct launch_snp snp = { .err = 0 };

	if (!ovmf->size || ovmf->size % LAUNCH_PAGE)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: %zu bytes are not "
				     "whole pages of %d, of which the digest of an SNP guest is made",
				     ovmf->size, LAUNCH_PAGE);
	launch_snp_pages(&snp, LAUNCH_NORMAL, ovmf->gpa, ovmf->data, ovmf->size);
	memcpy(digest, snp.ld, sizeof(snp.ld));
	return launch_crypto(failure, snp.err);
}

/* ---------------------------------------------------------------- sections */

struct sections {
	const struct sevadm_launch *launch;
	struct launch_snp *snp;
	void (*each)(void *arg, const struct sevadm_measured *part);
	void *arg;
};

static bool has_section(const struct sevadm_ovmf *o, uint32_t type)
{
	for (size_t i = 0; i < o->nr_sections; i++)
		if (o->sections[i].type == type)
			return true;
	return false;
}

/* The table has to be within the section, where QEMU puts it by its address within the page */
static int check_hashes(const struct sevadm_ovmf *o, struct sevadm_failure *failure)
{
	uint32_t at = o->hashes_gpa % LAUNCH_PAGE;

	int ret = launch_check_hashes(o, has_section(o, SEVADM_OVMF_KERNEL_HASHES), failure);

	if (ret)
		return ret;
	if (at + LAUNCH_HASHES_SIZE > LAUNCH_PAGE)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: its place for hashes "
				     "of a kernel goes over the end of a page");
	return 0;
}

static int check_sections(const struct sevadm_launch *launch, struct sevadm_failure *failure)
{
	const struct sevadm_ovmf *o = launch->ovmf;
	uint64_t all = 0;

	if (!o->has_metadata)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: it has no SEV "
				     "metadata, so no SNP guest can begin with it");
	for (size_t i = 0; i < o->nr_sections; i++) {
		const struct sevadm_ovmf_section *s = &o->sections[i];

		if (!s->size || s->size % LAUNCH_PAGE || s->gpa % LAUNCH_PAGE)
			return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: section %zu of "
					     "its SEV metadata, 0x%" PRIx32 " bytes at 0x%" PRIx32 ", is "
					     "not of whole pages", i, s->size, s->gpa);
		all += s->size;
	}
	if (all > SECTIONS_MAX)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: the sections of its SEV "
				     "metadata have more than 1 GiB in all");
	return launch->hashes ? check_hashes(o, failure) : 0;
}

/* The page with the table; zeros before and behind it, also on further pages */
static void measure_hashes(struct sections *m, const struct sevadm_ovmf_section *s)
{
	const struct sevadm_ovmf *o = m->launch->ovmf;
	uint8_t page[LAUNCH_PAGE] = { 0 };
	uint32_t at = 0;

	launch_hashes_table(m->launch->hashes, page + o->hashes_gpa % LAUNCH_PAGE);
	for (; at < s->size; at += LAUNCH_PAGE) {
		launch_snp_pages(m->snp, LAUNCH_NORMAL, s->gpa + (uint64_t)at, page, LAUNCH_PAGE);
		memset(page, 0, sizeof(page));
	}
}

static void measure_section(struct sections *m, const struct sevadm_ovmf_section *s)
{
	static const char *const names[] = {
		[LAUNCH_NORMAL] = "NORMAL", [LAUNCH_ZERO] = "ZERO", [LAUNCH_SECRETS] = "SECRETS",
		[LAUNCH_CPUID] = "CPUID",
	};
	bool hashes = s->type == SEVADM_OVMF_KERNEL_HASHES && m->launch->hashes;
	enum launch_page type = hashes ? LAUNCH_NORMAL : s->type == SEVADM_OVMF_SECRETS ? LAUNCH_SECRETS :
				s->type == SEVADM_OVMF_CPUID ? LAUNCH_CPUID : LAUNCH_ZERO;

	if (hashes)
		measure_hashes(m, s);
	else
		launch_snp_pages(m->snp, type, s->gpa, NULL, s->size);
	if (m->each)
		m->each(m->arg, &(struct sevadm_measured){
			.what = hashes ? "kernel hashes" : "metadata", .type = names[type],
			.gpa = s->gpa, .size = s->size, .section = s->type, .digest = m->snp->ld });
}

/* In the order of the image; Amazon's VMM leaves the CPUID pages to the end */
static void measure_sections(struct sections *m)
{
	const struct sevadm_ovmf *o = m->launch->ovmf;
	bool last = m->launch->vmsa.vmm == SEVADM_VMM_EC2;

	for (size_t i = 0; i < o->nr_sections; i++)
		if (!last || o->sections[i].type != SEVADM_OVMF_CPUID)
			measure_section(m, &o->sections[i]);
	for (size_t i = 0; last && i < o->nr_sections; i++)
		if (o->sections[i].type == SEVADM_OVMF_CPUID)
			measure_section(m, &o->sections[i]);
}

int launch_snp_begin(const struct sevadm_launch *launch, struct launch_snp *snp,
		     void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		     struct sevadm_failure *failure)
{
	const struct sevadm_ovmf *o = launch->ovmf;
	int ret = check_sections(launch, failure);

	*snp = (struct launch_snp){ .err = 0 };
	if (!ret && !launch->ovmf_digest)
		ret = sevadm_ovmf_digest(o, snp->ld, failure);
	if (ret)
		return ret;
	if (launch->ovmf_digest)
		memcpy(snp->ld, launch->ovmf_digest, sizeof(snp->ld));
	if (each)
		each(arg, &(struct sevadm_measured){ .what = "firmware", .type = "NORMAL", .gpa = o->gpa,
						     .size = o->size, .digest = snp->ld });
	measure_sections(&(struct sections){ launch, snp, each, arg });
	return launch_crypto(failure, snp->err);
}
