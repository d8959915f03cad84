// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The launch digest of an SNP guest that an IGVM file describes: header by header, in their order
 * (AMD 56860, SNP_LAUNCH_UPDATE), and the ID block that the file may have.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/attest/igvm.h"
#include "lib/attest/launch.h"
#include "lib/attest/launch_refuse.h"
#include "lib/attest/little.h"

#define AREAS		256	/* of parameters in a file */
#define MEASURED_MAX	(2ULL << 30)	/* in all: each page of it is hashed */

/**
 * struct measure - a guest, as far as it is measured
 * @area:	of parameters, that can be put into the guest once
 */
struct measure {
	const struct sevadm_igvm *igvm;
	const struct sevadm_igvm_how *how;
	struct launch_snp snp;
	uint64_t size;
	struct {
		uint32_t index;
		uint64_t size;
		bool inserted;
	} area[AREAS];
	size_t nr_areas;
	void (*each)(void *arg, const struct sevadm_measured *part);
	void *arg;
	struct sevadm_failure *failure;
};

static int wrong(struct measure *m, const struct sevadm_igvm_header *h, const char *why)
{
	return igvm_broken(m->failure, "the header at 0x%" PRIx32 ", %s, %s",
			   m->igvm->header_offset + h->offset, h->name ? h->name : "which nobody knows", why);
}

/* One page or several that are alike: at most so many that somebody waits for them */
static int pages(struct measure *m, const struct sevadm_measured *part, enum launch_page type,
		 const uint8_t *data)
{
	struct sevadm_measured told = *part;

	m->size += part->size;
	if (m->size > MEASURED_MAX)
		return launch_refuse(m->failure, SEVADM_FAILED, EINVAL, "IGVM file: more than 2 GiB would "
				     "have to be measured");
	for (uint64_t at = 0; at < part->size && !m->snp.err; at += LAUNCH_PAGE) {
		launch_snp_pages(&m->snp, type, part->gpa + at, data ? data + at : NULL, LAUNCH_PAGE);
		told.gpa = part->gpa + at;
		told.size = LAUNCH_PAGE;
		told.digest = m->snp.ld;
		if (m->each)
			m->each(m->arg, &told);
	}
	return launch_crypto(m->failure, m->snp.err);
}

/* A page of no data: zeros, which count as a page with content, or QEMU's page of zeros */
static int zeros(struct measure *m, struct sevadm_measured *part)
{
	static const uint8_t page[LAUNCH_PAGE];
	uint64_t end = part->gpa + part->size;
	int ret = 0;

	part->type = m->how->qemu ? "ZERO" : "NORMAL";
	if (m->how->qemu)
		return pages(m, part, LAUNCH_ZERO, NULL);
	for (part->size = LAUNCH_PAGE; part->gpa < end && !ret; part->gpa += LAUNCH_PAGE)
		ret = pages(m, part, LAUNCH_NORMAL, page);
	return ret;
}

static int page_data(struct measure *m, const struct sevadm_igvm_header *h)
{
	struct sevadm_measured part = { .what = "page data", .gpa = h->gpa, .size = h->size };

	if (h->flags & IGVM_FLAG_SHARED)
		return 0;
	switch (h->data_type) {
	case IGVM_DATA_SECRETS:
		part.type = "SECRETS";
		return pages(m, &part, LAUNCH_SECRETS, NULL);
	case IGVM_DATA_CPUID:
	case IGVM_DATA_CPUID_XF:
		part.type = "CPUID";
		return pages(m, &part, LAUNCH_CPUID, NULL);
	default:
		break;
	}
	if (h->flags & IGVM_FLAG_UNMEASURED) {
		part.type = "UNMEASURED";
		return pages(m, &part, LAUNCH_UNMEASURED, NULL);
	}
	part.type = "NORMAL";
	return h->data ? pages(m, &part, LAUNCH_NORMAL, h->data) : zeros(m, &part);
}

static int vp_context(struct measure *m, const struct sevadm_igvm_header *h)
{
	struct sevadm_measured part = { .what = "vcpu", .type = "VMSA", .gpa = h->gpa,
					.size = LAUNCH_PAGE, .vcpu = h->index };

	if (!h->data)
		return wrong(m, h, "has data beyond the end of the file");
	if (m->how->qemu)
		part.gpa = LAUNCH_VMSA_GPA;
	return pages(m, &part, LAUNCH_VMSA, h->data);
}

static int parameter_area(struct measure *m, const struct sevadm_igvm_header *h)
{
	if (m->nr_areas == AREAS)
		return wrong(m, h, "is one of more than 256 areas of parameters");
	for (size_t i = 0; i < m->nr_areas; i++)
		if (m->area[i].index == h->index)
			return wrong(m, h, "is another area of the same number");
	m->area[m->nr_areas].index = h->index;
	m->area[m->nr_areas++].size = h->size;
	return 0;
}

static int parameter_insert(struct measure *m, const struct sevadm_igvm_header *h)
{
	struct sevadm_measured part = { .what = "parameters", .type = "UNMEASURED", .gpa = h->gpa };

	for (size_t i = 0; i < m->nr_areas; i++) {
		if (m->area[i].index != h->index)
			continue;
		if (m->area[i].inserted)
			return wrong(m, h, "puts an area of parameters into the guest once more");
		m->area[i].inserted = true;
		part.size = m->area[i].size;
		return pages(m, &part, LAUNCH_UNMEASURED, NULL);
	}
	return wrong(m, h, "is for an area of parameters that is not there");
}

/* @last: QEMU's second turn, for the VMSAs that KVM adds at the end */
static int header(struct measure *m, const struct sevadm_igvm_header *h, bool last)
{
	bool vcpu = h->type == IGVM_VP_CONTEXT;

	if (h->has_mask && !(h->mask & m->how->mask))
		return 0;
	if (!h->name && !h->optional)
		return wrong(m, h, "may be left out by nobody");
	if (h->optional && h->name && h->type >= IGVM_PARAMETER_AREA && h->type <= IGVM_VP_CONTEXT)
		return wrong(m, h, "may be left out, and the digest depends on that");
	if (m->how->qemu && vcpu != last)
		return 0;
	switch (h->type) {
	case IGVM_PAGE_DATA:
		return page_data(m, h);
	case IGVM_VP_CONTEXT:
		return vp_context(m, h);
	case IGVM_PARAMETER_AREA:
		return parameter_area(m, h);
	case IGVM_PARAMETER_INSERT:
		return parameter_insert(m, h);
	default:
		return 0;
	}
}

/* The platform of a mask: it has to be an SNP one; or NULL */
static const struct sevadm_igvm_platform *platform_of(const struct sevadm_igvm *igvm, uint32_t mask)
{
	for (size_t i = 0; i < igvm->nr_platforms; i++)
		if (igvm->platforms[i].mask == mask)
			return &igvm->platforms[i];
	return NULL;
}

static int check_platform(const struct sevadm_igvm *igvm, uint32_t mask,
			  struct sevadm_failure *failure)
{
	const struct sevadm_igvm_platform *p = platform_of(igvm, mask);

	if (!p)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "IGVM file: it has no platform of mask "
				     "0x%" PRIx32, mask);
	if (p->type != SEVADM_IGVM_SNP)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "IGVM file: the platform of mask 0x%" PRIx32
				     " is not SNP", mask);
	if (igvm->architecture || igvm->page_size != IGVM_PAGE)
		return launch_refuse(failure, SEVADM_NO, EINVAL, "IGVM file: it is for architecture %" PRIu32
				     " with pages of %" PRIu32 " bytes, and SNP is for 0 with 4096",
				     igvm->architecture, igvm->page_size);
	return 0;
}

int sevadm_igvm_digest(const struct sevadm_igvm *igvm, const struct sevadm_igvm_how *how,
		       uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
		       void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		       struct sevadm_failure *failure)
{
	struct measure m = { .igvm = igvm, .how = how, .each = each, .arg = arg, .failure = failure };
	struct sevadm_igvm_header h;
	int ret = check_platform(igvm, how->mask, failure);

	for (int last = 0; last <= how->qemu; last++)
		for (uint32_t at = 0; !ret && sevadm_igvm_header(igvm, at, &h); at = h.next)
			ret = header(&m, &h, last);
	memcpy(digest, m.snp.ld, sizeof(m.snp.ld));
	return ret;
}

/* ---------------------------------------------------------------- ID block */

/* Offsets in the header; a signature is r and s, a key curve, 4 bytes, x and y */
#define ID_LD		8
#define ID_FAMILY	56
#define ID_IMAGE	72
#define ID_VERSION	88
#define ID_SVN		92
#define ID_ALGORITHM	96
#define ID_AUTHOR_ALGORITHM	100
#define ID_SIGNATURE	104
#define ID_KEY		248
#define ID_AUTHOR_SIGNATURE	400
#define ID_AUTHOR_KEY	544
#define COMPONENTS	144	/* two of 72 bytes */

static void put_key(uint8_t *out, const uint8_t *in)
{
	memcpy(out, in, 4);
	memcpy(out + 4, in + 8, COMPONENTS);
}

static void put_id(const uint8_t *p, uint64_t policy, uint8_t *block, uint8_t *auth)
{
	struct sevadm_id_block b = {
		.version = (uint32_t)little_get(p + ID_VERSION, 4),
		.guest_svn = (uint32_t)little_get(p + ID_SVN, 4), .policy = policy,
	};

	memcpy(b.launch_digest, p + ID_LD, sizeof(b.launch_digest));
	memcpy(b.family_id, p + ID_FAMILY, sizeof(b.family_id));
	memcpy(b.image_id, p + ID_IMAGE, sizeof(b.image_id));
	sevadm_id_block_encode(&b, block);
	memset(auth, 0, SEVADM_ID_AUTH_SIZE);
	memcpy(auth, p + ID_ALGORITHM, 8);
	memcpy(auth + 0x40, p + ID_SIGNATURE, COMPONENTS);
	put_key(auth + 0x240, p + ID_KEY);
	memcpy(auth + 0x680, p + ID_AUTHOR_SIGNATURE, COMPONENTS);
	put_key(auth + 0x880, p + ID_AUTHOR_KEY);
}

int sevadm_igvm_id(const struct sevadm_igvm *igvm, uint32_t mask, uint8_t block[SEVADM_ID_BLOCK_SIZE],
		   uint8_t auth[SEVADM_ID_AUTH_SIZE], bool *author)
{
	const struct sevadm_igvm_platform *platform = platform_of(igvm, mask);
	struct sevadm_igvm_header h;
	int ret = -ENOENT;

	if (!platform)
		return ret;
	for (uint32_t at = 0; sevadm_igvm_header(igvm, at, &h); at = h.next) {
		if (h.type != IGVM_SNP_ID_BLOCK || !h.name || !(h.mask & mask))
			continue;
		if (!ret)
			return -EEXIST;
		put_id(h.content, platform->policy, block, auth);
		*author = h.content[4];
		ret = 0;
	}
	return ret;
}

const char *sevadm_igvm_platform_name(uint8_t type)
{
	static const char *const names[] = { "NATIVE", "VSM_ISOLATION", "SEV_SNP", "TDX", "SEV", "SEV_ES" };

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}
