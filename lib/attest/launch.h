/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTEST_LAUNCH_H
#define ATTEST_LAUNCH_H

#include "lib/crypto/digest.h"
#include "sevadm.h"

#define LAUNCH_PAGE	4096
#define LAUNCH_VMSA_GPA	0xfffffffff000	/* where VMSAs are measured, wherever they are */
#define LAUNCH_HASHES_SIZE	176	/* the table of kernel hashes, of 168 bytes, padded to 16 */

/* PAGE_INFO's types (AMD 56860, SNP_LAUNCH_UPDATE) */
enum launch_page {
	LAUNCH_NORMAL = 1, LAUNCH_VMSA, LAUNCH_ZERO, LAUNCH_UNMEASURED, LAUNCH_SECRETS, LAUNCH_CPUID,
};

/**
 * struct launch_snp - the launch digest of an SNP guest, as far as it is
 * @ld:		it
 * @err:	of the first page that could not be added, or 0
 */
struct launch_snp {
	uint8_t ld[CRYPTO_SHA384_SIZE];
	int err;
};

/* One page more, of content that hashes to @contents; NULL: a type whose content does not count */
void launch_snp_hashed(struct launch_snp *snp, enum launch_page type, uint64_t gpa,
		       const uint8_t *contents, uint32_t vmpl_perms);
/* Pages of @size bytes in all; @data NULL: as above */
void launch_snp_pages(struct launch_snp *snp, enum launch_page type, uint64_t gpa,
		      const uint8_t *data, uint64_t size);
/* A VMSA, whose page hashes to @contents */
void launch_snp_vmsa(struct launch_snp *snp, const uint8_t *contents);

/* As QEMU has it in the guest's memory */
void launch_hashes_table(const struct sevadm_kernel_hashes *hashes,
			 uint8_t table[LAUNCH_HASHES_SIZE]);

/* All of a guest but its VMSAs; 0 or -errno with @failure */
int launch_snp_begin(const struct sevadm_launch *launch, struct launch_snp *snp,
		     void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		     struct sevadm_failure *failure);
int launch_sev_begin(const struct sevadm_launch *launch, struct crypto_sha256 *state,
		     void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		     struct sevadm_failure *failure);
/* Is there a place for kernel hashes?  Without one it has no address.  @section: one covers it */
int launch_check_hashes(const struct sevadm_ovmf *o, bool section, struct sevadm_failure *failure);
/* Is there an address for processors other than the first?  0 or -errno with @failure */
int launch_check_vcpus(const struct sevadm_launch *launch, struct sevadm_failure *failure);

#endif
