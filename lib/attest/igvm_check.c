// SPDX-License-Identifier: GPL-2.0-or-later
/* What a header of an IGVM file has to be like by itself: alignment, data, bits that are zero */
#include <inttypes.h>

#include "lib/attest/igvm.h"
#include "lib/attest/little.h"

#define AREA_MAX	(1ULL << 30)

int igvm_section(uint32_t type)
{
	if (type >= 1 && type <= 0x100)
		return 0;
	if (type >= 0x101 && type <= 0x200)
		return 1;
	return type >= 0x301 && type <= 0x400 ? 2 : -1;
}

static int wrong(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
		 struct sevadm_failure *failure, const char *why)
{
	return igvm_broken(failure, "the header at 0x%" PRIx32 ", %s, %s", igvm->header_offset + h->offset,
			   h->name, why);
}

/* Its data are behind all headers, and within the file; @needed: without any there is nothing */
static int check_data(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h, bool needed,
		      struct sevadm_failure *failure)
{
	if (!h->data_offset)
		return needed ? wrong(igvm, h, failure, "has no data") : 0;
	if (h->data_offset < igvm->header_offset + igvm->header_size)
		return wrong(igvm, h, failure, "has data where headers are");
	return h->data ? 0 : wrong(igvm, h, failure, "has data beyond the end of the file");
}

static int check_page(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
		      struct sevadm_failure *failure)
{
	if (h->gpa % h->size)
		return wrong(igvm, h, failure, "is not for an address at the beginning of a page");
	if (h->flags & ~(uint32_t)IGVM_FLAGS)
		return wrong(igvm, h, failure, "has flags that are not known");
	if (h->data_type >= IGVM_DATA_TYPES)
		return wrong(igvm, h, failure, "is of a type of data that is not known");
	if (little_get(h->content + 22, 2))
		return wrong(igvm, h, failure, "has reserved bytes that are not zero");
	return check_data(igvm, h, false, failure);
}

static int check_context(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
			 struct sevadm_failure *failure)
{
	if (h->gpa % IGVM_PAGE)
		return wrong(igvm, h, failure, "is not for an address at the beginning of a page");
	if (little_get(h->content + 18, 2))
		return wrong(igvm, h, failure, "has reserved bytes that are not zero");
	/* of other platforms it has another size, at least one byte */
	if (!h->data_offset || h->data_offset < igvm->header_offset + igvm->header_size ||
	    h->data_offset >= igvm->size)
		return wrong(igvm, h, failure, "has no data");
	return 0;
}

static int check_area(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
		      struct sevadm_failure *failure)
{
	if (!h->size || h->size % IGVM_PAGE || h->size > AREA_MAX)
		return wrong(igvm, h, failure, "is not of whole pages, one to 1 GiB of them");
	return check_data(igvm, h, false, failure);
}

static int check_pages(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
		       struct sevadm_failure *failure)
{
	if (h->gpa % IGVM_PAGE || h->size % IGVM_PAGE)
		return wrong(igvm, h, failure, "is not of whole pages");
	return 0;
}

int igvm_check(const struct sevadm_igvm *igvm, const struct sevadm_igvm_header *h,
	       struct sevadm_failure *failure)
{
	switch (h->type) {
	case IGVM_GUEST_POLICY:
		return little_get(h->content + 12, 4) ?
		       wrong(igvm, h, failure, "has reserved bytes that are not zero") : 0;
	case IGVM_PAGE_DATA:
		return check_page(igvm, h, failure);
	case IGVM_VP_CONTEXT:
		return check_context(igvm, h, failure);
	case IGVM_PARAMETER_AREA:
		return check_area(igvm, h, failure);
	case IGVM_SNP_ID_BLOCK:
		return little_get(h->content + 5, 3) || h->content[4] > 1 ?
		       wrong(igvm, h, failure, "has bytes that are neither 0 nor 1, or are reserved and not 0") : 0;
	case IGVM_PARAMETER_INSERT:
	case IGVM_REQUIRED_MEMORY:
	case IGVM_ERROR_RANGE:
		return check_pages(igvm, h, failure);
	default:
		return 0;
	}
}
