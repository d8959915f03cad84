/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the command table and the names of everything.
 *
 * Lengths are those of the documents' command buffers, as include/linux/psp-sev.h
 * of Linux 6.12 declares them where it does (its SEND_UPDATE_VMSA lacks a word).
 */
#include "psp_fw_internal.h"

#define ANY		(PSP_FW_SEV_ANY | PSP_FW_SNP_ANY)
#define SEV_UNINIT	(PSP_FW_SEV(PSP_UNINIT) | PSP_FW_SNP_ANY)
#define SEV_INIT	(PSP_FW_SEV(PSP_INIT) | PSP_FW_SNP_ANY)
#define SEV_UP		(PSP_FW_SEV_UP | PSP_FW_SNP_ANY)
#define SEV_WORKING	(PSP_FW_SEV(PSP_WORKING) | PSP_FW_SNP_ANY)
#define SNP_UP		(PSP_FW_SEV_ANY | PSP_FW_SNP(PSP_INIT))
#define BOTH_UNINIT	(PSP_FW_SEV(PSP_UNINIT) | PSP_FW_SNP(PSP_UNINIT))

#define WRITES		true
#define READS		false

/* Sorted by id */
static const struct psp_fw_command commands[] = {
#define CMD(name, length, writes, states, params, run) \
	{ PSP_CMD_##name, #name, length, writes, states, params, run }
	CMD(NOP, 0, READS, ANY, NULL, psp_fw_run_nop),
	CMD(INIT, 0x14, READS, SEV_UNINIT, NULL, psp_fw_run_init),
	CMD(SHUTDOWN, 0, READS, ANY, NULL, psp_fw_run_shutdown),
	CMD(FACTORY_RESET, 0, READS, SEV_UNINIT, NULL, psp_fw_run_factory_reset),
	CMD(PLATFORM_STATUS, 0xc, WRITES, ANY, NULL, psp_fw_run_platform_status),
	CMD(PEK_GEN, 0, READS, SEV_INIT, NULL, psp_fw_run_pek_gen),
	CMD(PEK_CSR, 0xc, WRITES, SEV_UP, NULL, psp_fw_run_pek_csr),
	CMD(PEK_CERT_IMPORT, 0x1c, READS, SEV_INIT, NULL, psp_fw_run_pek_cert_import),
	CMD(PDH_CERT_EXPORT, 0x1c, WRITES, SEV_UP, NULL, psp_fw_run_pdh_cert_export),
	CMD(PDH_GEN, 0, READS, SEV_UP, NULL, psp_fw_run_pdh_gen),
	CMD(DF_FLUSH, 0, READS, SEV_UP, NULL, psp_fw_run_df_flush),
	CMD(DOWNLOAD_FIRMWARE, 0xc, READS, BOTH_UNINIT, NULL, psp_fw_run_download_firmware),
	CMD(GET_ID, 0xc, WRITES, ANY, NULL, psp_fw_run_get_id),
	CMD(INIT_EX, 0x24, READS, SEV_UNINIT, NULL, psp_fw_run_init_ex),

	CMD(DECOMMISSION, 4, READS, SEV_WORKING, NULL, psp_fw_run_decommission),
	CMD(ACTIVATE, 8, READS, SEV_WORKING, NULL, psp_fw_run_activate),
	CMD(DEACTIVATE, 4, READS, SEV_WORKING, NULL, psp_fw_run_deactivate),
	CMD(GUEST_STATUS, 0xd, WRITES, SEV_UP, NULL, psp_fw_run_guest_status),
	CMD(COPY, 0x18, READS, SEV_WORKING, NULL, psp_fw_run_copy),
	CMD(LAUNCH_START, 0x24, WRITES, SEV_UP, NULL, psp_fw_run_launch_start),
	CMD(LAUNCH_UPDATE_DATA, 0x14, READS, SEV_WORKING, NULL, psp_fw_run_launch_update_data),
	CMD(LAUNCH_UPDATE_VMSA, 0x14, READS, SEV_WORKING, NULL, psp_fw_run_launch_update_vmsa),
	CMD(LAUNCH_MEASURE, 0x14, WRITES, SEV_WORKING, NULL, psp_fw_run_launch_measure),
	CMD(LAUNCH_UPDATE_SECRET, 0x34, READS, SEV_WORKING, NULL, psp_fw_run_launch_update_secret),
	CMD(LAUNCH_FINISH, 4, READS, SEV_WORKING, NULL, psp_fw_run_launch_finish),
	CMD(ATTESTATION, 0x24, WRITES, SEV_WORKING, NULL, psp_fw_run_attestation),
	CMD(SEND_START, 0x44, WRITES, SEV_WORKING, NULL, psp_fw_run_send_start),
	CMD(SEND_UPDATE_DATA, 0x34, WRITES, SEV_WORKING, NULL, psp_fw_run_send_update),
	CMD(SEND_UPDATE_VMSA, 0x34, WRITES, SEV_WORKING, NULL, psp_fw_run_send_update),
	CMD(SEND_FINISH, 4, READS, SEV_WORKING, NULL, psp_fw_run_send_finish),
	CMD(SEND_CANCEL, 4, READS, SEV_WORKING, NULL, psp_fw_run_send_cancel),
	CMD(RECEIVE_START, 0x24, WRITES, SEV_UP, NULL, psp_fw_run_receive_start),
	CMD(RECEIVE_UPDATE_DATA, 0x34, READS, SEV_WORKING, NULL, psp_fw_run_receive_update),
	CMD(RECEIVE_UPDATE_VMSA, 0x34, READS, SEV_WORKING, NULL, psp_fw_run_receive_update),
	CMD(RECEIVE_FINISH, 4, READS, SEV_WORKING, NULL, psp_fw_run_receive_finish),
	CMD(DBG_DECRYPT, 0x1c, READS, SEV_WORKING, NULL, psp_fw_run_dbg),
	CMD(DBG_ENCRYPT, 0x1c, READS, SEV_WORKING, NULL, psp_fw_run_dbg),

	CMD(SNP_INIT, 0, READS, BOTH_UNINIT, psp_fw_params_snp_init, psp_fw_run_snp_init),
	CMD(SNP_SHUTDOWN, 0, READS, SEV_UNINIT, NULL, psp_fw_run_snp_shutdown),
	CMD(SNP_PLATFORM_STATUS, 8, READS, ANY, psp_fw_params_snp_platform_status,
	    psp_fw_run_snp_platform_status),
	CMD(SNP_DF_FLUSH, 0, READS, SNP_UP, NULL, psp_fw_run_df_flush),
	CMD(SNP_INIT_EX, 0x40, READS, BOTH_UNINIT, psp_fw_params_snp_init, psp_fw_run_snp_init),
	CMD(SNP_SHUTDOWN_EX, 8, READS, SEV_UNINIT, NULL, psp_fw_run_snp_shutdown),
	CMD(SNP_DECOMMISSION, 8, READS, SNP_UP, psp_fw_params_gctx, psp_fw_run_snp_decommission),
	CMD(SNP_ACTIVATE, 0xc, READS, SNP_UP, psp_fw_params_gctx, psp_fw_run_snp_activate),
	CMD(SNP_GUEST_STATUS, 0x10, READS, SNP_UP, psp_fw_params_snp_guest_status,
	    psp_fw_run_snp_guest_status),
	CMD(SNP_GCTX_CREATE, 8, READS, SNP_UP, psp_fw_params_gctx, psp_fw_run_snp_gctx_create),
	CMD(SNP_GUEST_REQUEST, 0x18, READS, SNP_UP, psp_fw_params_snp_guest_request,
	    psp_fw_run_snp_guest_request),
	CMD(SNP_ACTIVATE_EX, 0x20, READS, SNP_UP, psp_fw_params_snp_activate_ex,
	    psp_fw_run_snp_activate_ex),
	CMD(SNP_LAUNCH_START, 0x30, READS, SNP_UP, psp_fw_params_snp_launch_start,
	    psp_fw_run_snp_launch_start),
	CMD(SNP_LAUNCH_UPDATE, 0x20, READS, SNP_UP, psp_fw_params_snp_launch_update,
	    psp_fw_run_snp_launch_update),
	CMD(SNP_LAUNCH_FINISH, 0x40, READS, SNP_UP, psp_fw_params_snp_launch_finish,
	    psp_fw_run_snp_launch_finish),
	CMD(SNP_DBG_DECRYPT, 0x18, READS, SNP_UP, psp_fw_params_snp_dbg, psp_fw_run_snp_dbg),
	CMD(SNP_DBG_ENCRYPT, 0x18, READS, SNP_UP, psp_fw_params_snp_dbg, psp_fw_run_snp_dbg),
	CMD(SNP_PAGE_SWAP_OUT, 0, READS, SNP_UP, NULL, psp_fw_run_unsupported),
	CMD(SNP_PAGE_SWAP_IN, 0, READS, SNP_UP, NULL, psp_fw_run_unsupported),
	CMD(SNP_PAGE_MOVE, 0, READS, SNP_UP, NULL, psp_fw_run_unsupported),
	CMD(SNP_PAGE_MD_INIT, 8, READS, SNP_UP, psp_fw_params_snp_page_md_init,
	    psp_fw_run_snp_page_md_init),
	CMD(SNP_PAGE_SET_STATE, 0, READS, SNP_UP, NULL, psp_fw_run_unsupported),
	CMD(SNP_PAGE_RECLAIM, 8, READS, SNP_UP, psp_fw_params_snp_page_reclaim,
	    psp_fw_run_snp_page_reclaim),
	CMD(SNP_PAGE_UNSMASH, 8, READS, SNP_UP, psp_fw_params_snp_page_unsmash,
	    psp_fw_run_snp_page_unsmash),
	CMD(SNP_CONFIG, 0x40, READS, ANY, psp_fw_params_snp_config, psp_fw_run_snp_config),
	CMD(SNP_DOWNLOAD_FIRMWARE_EX, 0x18, READS, SEV_UNINIT, NULL,
	    psp_fw_run_snp_download_firmware_ex),
	CMD(SNP_COMMIT, 4, READS, ANY, psp_fw_params_snp_commit, psp_fw_run_snp_commit),
	CMD(SNP_VLEK_LOAD, 0x10, READS, ANY, psp_fw_params_snp_vlek_load,
	    psp_fw_run_snp_vlek_load),
	CMD(SNP_FEATURE_INFO, 0x10, READS, ANY, psp_fw_params_snp_feature_info,
	    psp_fw_run_snp_feature_info),
#undef CMD
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

const struct psp_fw_command *psp_fw_command_find(uint32_t id)
{
	size_t low = 0, high = NR_COMMANDS;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (commands[mid].id == id)
			return &commands[mid];
		if (commands[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *psp_fw_command_name(uint32_t cmd)
{
	const struct psp_fw_command *c = psp_fw_command_find(cmd);

	return c ? c->name : NULL;
}

int psp_fw_command_length(uint32_t cmd)
{
	const struct psp_fw_command *c = psp_fw_command_find(cmd);

	return c ? c->length : -1;
}

const char *psp_fw_status_name(uint32_t status)
{
	static const char *const names[] = {
#define STATUS(name)	[PSP_##name] = #name
		STATUS(SUCCESS), STATUS(INVALID_PLATFORM_STATE), STATUS(INVALID_GUEST_STATE),
		STATUS(INVALID_CONFIG), STATUS(INVALID_LEN), STATUS(ALREADY_OWNED),
		STATUS(INVALID_CERTIFICATE), STATUS(POLICY_FAILURE), STATUS(INACTIVE),
		STATUS(INVALID_ADDRESS), STATUS(BAD_SIGNATURE), STATUS(BAD_MEASUREMENT),
		STATUS(ASID_OWNED), STATUS(INVALID_ASID), STATUS(WBINVD_REQUIRED),
		STATUS(DFFLUSH_REQUIRED), STATUS(INVALID_GUEST), STATUS(INVALID_COMMAND),
		STATUS(ACTIVE), STATUS(HWERROR_PLATFORM), STATUS(HWERROR_UNSAFE),
		STATUS(UNSUPPORTED), STATUS(INVALID_PARAM), STATUS(RESOURCE_LIMIT),
		STATUS(SECURE_DATA_INVALID), STATUS(INVALID_PAGE_SIZE),
		STATUS(INVALID_PAGE_STATE), STATUS(INVALID_MDATA_ENTRY),
		STATUS(INVALID_PAGE_OWNER), STATUS(AEAD_OFLOW), STATUS(RB_MODE_EXITED),
		STATUS(RMP_INIT_REQUIRED), STATUS(BAD_SVN), STATUS(BAD_VERSION),
		STATUS(SHUTDOWN_REQUIRED), STATUS(UPDATE_FAILED), STATUS(RESTORE_REQUIRED),
		STATUS(RMP_INITIALIZATION_FAILED), STATUS(INVALID_KEY),
		STATUS(SHUTDOWN_INCOMPLETE),
#undef STATUS
	};

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : NULL;
}

const char *psp_fw_page_state_name(enum psp_page_state state)
{
	static const char *const names[] = {
		[PSP_PAGE_HYPERVISOR] = "Hypervisor",
		[PSP_PAGE_HV_FIXED] = "HV-Fixed",
		[PSP_PAGE_RECLAIM] = "Reclaim",
		[PSP_PAGE_FIRMWARE] = "Firmware",
		[PSP_PAGE_FIRMWARE_IOMMU] = "Firmware-IOMMU",
		[PSP_PAGE_CONTEXT] = "Context",
		[PSP_PAGE_METADATA] = "Metadata",
		[PSP_PAGE_PRE_GUEST] = "Pre-Guest",
		[PSP_PAGE_PRE_SWAP] = "Pre-Swap",
		[PSP_PAGE_GUEST_INVALID] = "Guest-Invalid",
		[PSP_PAGE_GUEST_VALID] = "Guest-Valid",
		[PSP_PAGE_DEFAULT] = "Default",
	};

	return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}
