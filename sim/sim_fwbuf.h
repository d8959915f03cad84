/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command buffers as the Linux ccp driver and kvm_amd lay them out, packed and
 * little-endian; sizes are asserted.  Sources: AMD 55766, AMD 56860, and
 * include/linux/psp-sev.h of Linux 6.12.
 */
#ifndef SIM_FWBUF_H
#define SIM_FWBUF_H

#include <stdint.h>

#define FWB struct __attribute__((packed))

FWB fwb_init { uint32_t flags, rsvd; uint64_t tmr_address; uint32_t tmr_len; };
FWB fwb_status {
	uint8_t api_major, api_minor, state;
	uint32_t flags;
	uint8_t build;
	uint32_t guest_count;
};
FWB fwb_address_len { uint64_t address; uint32_t len; };	/* PEK_CSR, GET_ID */
FWB fwb_pek_cert_import {
	uint64_t pek_address;
	uint32_t pek_len, rsvd;
	uint64_t oca_address;
	uint32_t oca_len;
};
FWB fwb_pdh_cert_export {
	uint64_t pdh_address;
	uint32_t pdh_len, rsvd;
	uint64_t chain_address;
	uint32_t chain_len;
};
FWB fwb_handle { uint32_t handle; };		/* DECOMMISSION, DEACTIVATE, LAUNCH_FINISH */
FWB fwb_activate { uint32_t handle, asid; };
FWB fwb_guest_status { uint32_t handle, policy, asid; uint8_t state; };
FWB fwb_launch_start {
	uint32_t handle, policy;
	uint64_t cert_address;
	uint32_t cert_len, rsvd;
	uint64_t session_address;
	uint32_t session_len;
};
/* LAUNCH_UPDATE_DATA, LAUNCH_UPDATE_VMSA, LAUNCH_MEASURE */
FWB fwb_launch_range { uint32_t handle, rsvd; uint64_t address; uint32_t len; };
FWB fwb_launch_secret {
	uint32_t handle, rsvd;
	uint64_t hdr_address;
	uint32_t hdr_len, rsvd2;
	uint64_t guest_address;
	uint32_t guest_len, rsvd3;
	uint64_t trans_address;
	uint32_t trans_len;
};
FWB fwb_attestation {
	uint32_t handle, rsvd;
	uint64_t address;
	uint8_t mnonce[16];
	uint32_t len;
};

/* SNP_PLATFORM_STATUS, SNP_DECOMMISSION, SNP_GCTX_CREATE, SNP_PAGE_RECLAIM */
FWB fwb_snp_addr { uint64_t address; };
FWB fwb_snp_status {
	uint8_t api_major, api_minor, state, rmp_init;
	uint32_t build_id, flags, guest_count;
	uint64_t current_tcb, reported_tcb;
};
/* SNP_GUEST_STATUS, and the page that it answers with */
FWB fwb_snp_guest_query { uint64_t gctx, address; };
FWB fwb_snp_guest_status {
	uint64_t policy;
	uint32_t asid;
	uint8_t state, rsvd[3];
	uint32_t vcek_dis;		/* bit 0 */
	uint8_t rsvd2[12];
};
FWB fwb_snp_init_ex {
	uint32_t flags, rsvd;
	uint64_t list_paddr;
	uint16_t max_snp_asid;
	uint8_t rsvd2[46];
};
#define FWB_INIT_RMP		1u
#define FWB_LIST_PADDR_EN	2u
#define FWB_CIPHERTEXT_HIDING_EN 8u
#define FWB_TIO_EN		16u
FWB fwb_range { uint64_t base; uint32_t page_count, rsvd; };
FWB fwb_range_list { uint32_t count, rsvd; struct fwb_range range[4]; };
FWB fwb_snp_shutdown_ex { uint32_t len, flags; };
#define FWB_IOMMU_SNP_SHUTDOWN	1u
#define FWB_X86_SNP_SHUTDOWN	2u
FWB fwb_snp_activate { uint64_t gctx; uint32_t asid; };
FWB fwb_snp_launch_start {
	uint64_t gctx, policy, ma_gctx;
	uint32_t flags, tsc_khz;
	uint8_t gosvw[16];
};
FWB fwb_snp_launch_update {
	uint64_t gctx;
	uint32_t flags, rsvd;
	uint64_t address;
	uint32_t vmpl_perms, rsvd2;
};
#define FWB_PAGE_TYPE(t)	((uint32_t)(t) << 1)
enum { FWB_PAGE_NORMAL = 1, FWB_PAGE_VMSA = 2, FWB_PAGE_ZERO = 3, FWB_PAGE_SECRETS = 5,
       FWB_PAGE_CPUID = 6 };
FWB fwb_snp_launch_finish {
	uint64_t gctx, id_block, id_auth;
	uint32_t flags, rsvd;
	uint8_t host_data[32];
};
#define FWB_ID_BLOCK_EN		1u
#define FWB_AUTH_KEY_EN		2u
#define FWB_VCEK_DIS		4u
FWB fwb_snp_guest_request { uint64_t gctx, req, res; };
FWB fwb_snp_commit { uint32_t len; };
FWB fwb_snp_config { uint64_t reported_tcb; uint32_t flags; uint8_t rsvd[52]; };
FWB fwb_snp_vlek_load { uint32_t len; uint8_t version, rsvd[3]; uint64_t address; };
FWB fwb_snp_feature_info { uint32_t len, ecx_in; uint64_t address; };
FWB fwb_features { uint32_t eax, ebx, ecx, edx; };	/* what it answers with */
#define FWB_EBX_TIO		2u
#define FWB_ECX_X86_SHUTDOWN	2u
#define FWB_ECX_CIPHERTEXT_HIDING 8u
#define FWB_STATUS_FEATURE_INFO	8u			/* in fwb_snp_status.flags */
#define FWB_STATUS_CTH_CAP	32u

_Static_assert(sizeof(struct fwb_init) == 0x14, "INIT");
_Static_assert(sizeof(struct fwb_status) == 0x0c, "PLATFORM_STATUS");
_Static_assert(sizeof(struct fwb_address_len) == 0x0c, "GET_ID");
_Static_assert(sizeof(struct fwb_pek_cert_import) == 0x1c, "PEK_CERT_IMPORT");
_Static_assert(sizeof(struct fwb_pdh_cert_export) == 0x1c, "PDH_CERT_EXPORT");
_Static_assert(sizeof(struct fwb_launch_start) == 0x24, "LAUNCH_START");
_Static_assert(sizeof(struct fwb_launch_range) == 0x14, "LAUNCH_UPDATE_DATA");
_Static_assert(sizeof(struct fwb_launch_secret) == 0x34, "LAUNCH_UPDATE_SECRET");
_Static_assert(sizeof(struct fwb_attestation) == 0x24, "ATTESTATION");
_Static_assert(sizeof(struct fwb_snp_status) == 0x20, "SNP_PLATFORM_STATUS");
_Static_assert(sizeof(struct fwb_snp_init_ex) == 0x40, "SNP_INIT_EX");
_Static_assert(sizeof(struct fwb_snp_activate) == 0x0c, "SNP_ACTIVATE");
_Static_assert(sizeof(struct fwb_guest_status) == 0x0d, "GUEST_STATUS");
_Static_assert(sizeof(struct fwb_snp_guest_query) == 0x10, "SNP_GUEST_STATUS");
_Static_assert(sizeof(struct fwb_snp_guest_status) == 0x20, "SNP_GUEST_STATUS's answer");
_Static_assert(sizeof(struct fwb_snp_feature_info) == 0x10, "SNP_FEATURE_INFO");
_Static_assert(sizeof(struct fwb_snp_launch_start) == 0x30, "SNP_LAUNCH_START");
_Static_assert(sizeof(struct fwb_snp_launch_update) == 0x20, "SNP_LAUNCH_UPDATE");
_Static_assert(sizeof(struct fwb_snp_launch_finish) == 0x40, "SNP_LAUNCH_FINISH");
_Static_assert(sizeof(struct fwb_snp_config) == 0x40, "SNP_CONFIG");
_Static_assert(sizeof(struct fwb_snp_vlek_load) == 0x10, "SNP_VLEK_LOAD");

#endif
