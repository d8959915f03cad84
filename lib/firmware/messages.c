// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ccp, KVM, the RMP's code and the IOMMU driver log about SEV and SEV-SNP, and what it
 * means.  Formats of 6.12.117 and 7.3.4; of two that fit, the first in the table counts.
 */
#include "lib/firmware/messages.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/firmware/command.h"

#define CCP	"drivers/crypto/ccp/sev-dev.c"
#define PSP	"drivers/crypto/ccp/psp-dev.c"
#define KVM	"arch/x86/kvm/svm/sev.c"
#define RMP	"arch/x86/virt/svm/sev.c"
#define IOMMU	"drivers/iommu/amd/iommu.c"
#define IOMMU_I	"drivers/iommu/amd/init.c"

#define FINE	"Nothing to do."
#define BIOS	"Turn SME, SEV-SNP and the RMP's coverage of all memory on in the BIOS."
#define COLD	"Do not kexec; reboot cold."
#define NO_SNP	"No SNP guest can be started on this host."

static const struct message_row rows[] = {
	/* commands that the firmware refused */
	{ "sev command %c timed out, disabling PSP", MESSAGE_PSP_DEAD, 0, false,
	  "The firmware did not answer in time, and the driver gave the secure processor up for "
	  "good: every command fails from here on.",
	  "Reboot cold; kexec will not help, and nothing brings it back before.",
	  CCP ", __sev_do_cmd_locked()" },
	{ "sev command %c failed (%s)", MESSAGE_OTHER, 0, false,
	  "The firmware refused a command; a debug message, for all commands.", NULL,
	  CCP ", __sev_do_cmd_locked()" },
	{ "Additional error information reported in cmdbuff:", MESSAGE_OTHER, 0, false,
	  "The firmware left something beside its refusal, which the next two lines tell.",
	  "No document says what it means: keep them for a report.",
	  CCP ", __sev_do_cmd_locked()" },
	{ "cmdbuff hi: %n", MESSAGE_OTHER, 0, false,
	  "The upper half of what the firmware left beside its refusal.",
	  "No document says what it means: keep it for a report.", CCP ", __sev_do_cmd_locked()" },
	{ "cmdbuff lo: %n", MESSAGE_OTHER, 0, false,
	  "The lower half of what the firmware left beside its refusal.",
	  "No document says what it means: keep it for a report.", CCP ", __sev_do_cmd_locked()" },
	{ "SNP_VERIFY_MITIGATION command failed, ret = %e, error = %s", MESSAGE_OTHER,
	  FW_CMD_SNP_VERIFY_MITIGATION, false,
	  "/sys/firmware/sev could not tell which mitigations the firmware has.", NULL,
	  CCP ", snp_verify_mitigation()" },
	{ "Detected error from ASP request. rc: %e, exitinfo2: %n", MESSAGE_OTHER, 0, false,
	  "In a guest: its request to the firmware failed, and it gives up the message key.",
	  "Ask `sevadm explain` about the exitinfo2; only a new launch gives it new keys.",
	  "drivers/virt/coco/sev-guest/sev-guest.c; arch/x86/coco/sev/core.c of 7.3" },
	{ "SEV: failed to get status. Error: %s", MESSAGE_STATUS_FAILED, FW_CMD_PLATFORM_STATUS,
	  false, "The driver's first question was refused, so there is no /dev/sev: another kernel "
	  "left SNP up, and this one's pages are not the firmware's.",
	  "Reboot cold.", CCP ", sev_get_api_version()" },
	{ "SNP PLATFORM_STATUS command failed, ret = %e, error = %s", MESSAGE_STATUS_FAILED,
	  FW_CMD_SNP_PLATFORM_STATUS, false,
	  "The driver's question at its start was refused: another kernel left SNP up.",
	  "Reboot cold.", CCP ", snp_get_platform_data()" },
	{ "SNP FEATURE_INFO command failed, ret = %e, error = %s", MESSAGE_OTHER, 0, false,
	  "The driver does not know which features the firmware has, and goes on without.", NULL,
	  CCP ", snp_get_platform_data()" },
	{ "SEV-SNP: SNP_INIT_EX failed rc %e, error %s", MESSAGE_INIT_FAILED, FW_CMD_SNP_INIT_EX,
	  false, "SNP did not come up. " NO_SNP, NULL, CCP ", __sev_snp_init_locked()" },
	{ "SEV-SNP: SNP_INIT failed rc %e, error %s", MESSAGE_INIT_FAILED, FW_CMD_SNP_INIT_EX,
	  false, "SNP did not come up. " NO_SNP, NULL, CCP ", __sev_snp_init_locked()" },
	{ "SEV-SNP: SNP_DF_FLUSH failed rc %e, error %s", MESSAGE_INIT_FAILED, FW_CMD_SNP_DF_FLUSH,
	  false, "SNP came up in the firmware, and the flush after it was refused: the driver takes "
	  "SNP for down, and every further load of kvm_amd fails. A CPU was probably offline.",
	  "`sevadm recover` brings SNP down; without the companion patch only a cold reboot does.",
	  CCP ", __sev_snp_init_locked()" },
	{ "SEV-SNP: failed to INIT rc %e, error %s", MESSAGE_OTHER, 0, false,
	  "SNP did not come up, and SEV is not tried either; the line before tells which command it "
	  "was.", "See the line before.", CCP ", _sev_platform_init_locked()" },
	{ "SNP init failed: not all CPUs online", MESSAGE_INIT_FAILED, 0, false,
	  "A CPU is offline, and SNP comes up only with every CPU that is present online.",
	  "Bring them online, then load kvm_amd anew.", RMP ", snp_prepare()" },
	{ "SEV: INIT_EX failed %s, rc %e", MESSAGE_OTHER, FW_CMD_INIT_EX, false,
	  "SEV did not come up: no SEV and no SEV-ES guest can be started.", NULL,
	  CCP ", __sev_platform_init_locked()" },
	{ "SEV: INIT failed %s, rc %e", MESSAGE_OTHER, FW_CMD_INIT, false,
	  "SEV did not come up: no SEV and no SEV-ES guest can be started.", NULL,
	  CCP ", __sev_platform_init_locked()" },
	{ "SEV: retrying INIT command because of SECURE_DATA_INVALID", MESSAGE_OTHER, FW_CMD_INIT,
	  false, "What the firmware keeps between boots was damaged; it begins anew, with new keys.",
	  "Platform certificates that were exported before are void.",
	  CCP ", __sev_platform_init_locked()" },
	{ "SEV: DF_FLUSH failed %s, rc %e", MESSAGE_OTHER, FW_CMD_DF_FLUSH, false,
	  "SEV came up, and the flush after it was refused: kvm_amd does without SEV.", NULL,
	  CCP ", __sev_platform_init_locked()" },
	{ "SEV: failed to SHUTDOWN error %s, rc %e", MESSAGE_OTHER, FW_CMD_SHUTDOWN, false,
	  "SEV stays up, and so SNP does, too.", NULL, CCP ", __sev_platform_shutdown_locked()" },
	{ "SEV-SNP DF_FLUSH failed, ret = %e, error = %s", MESSAGE_OTHER, FW_CMD_SNP_DF_FLUSH,
	  false, "The flush that SNP's shutdown needs was refused: SNP stays up.", NULL,
	  CCP ", __sev_snp_shutdown_locked()" },
	{ "SEV-SNP firmware shutdown failed, rc %e, error %s", MESSAGE_OTHER,
	  FW_CMD_SNP_SHUTDOWN_EX, false,
	  "SNP stays up in the firmware. The driver goes on all the same, and a kernel that comes "
	  "by kexec then dies of the IOMMU, the timer or the RMP.", NULL,
	  CCP ", __sev_snp_shutdown_locked()" },
	{ "SNP IOMMU shutdown failed", MESSAGE_IOMMU_FAILED, 0, false,
	  "SNP is down, but the IOMMU still holds pages that it could not give back.",
	  "Do not kexec; `sevadm recover` tries again, where the companion patch is.",
	  CCP ", __sev_snp_shutdown_locked()" },
	{ "SEV-SNP: DF_FLUSH failed, ret=%e, error=%s", MESSAGE_OTHER, FW_CMD_SNP_DF_FLUSH, true,
	  "KVM flushes when it wants to use ASIDs again, and when it goes. Where it goes nothing "
	  "depends on it; else it has no ASID for another guest.", NULL, KVM ", sev_flush_asids()" },
	{ "SEV: DF_FLUSH failed, ret=%e, error=%s", MESSAGE_OTHER, FW_CMD_DF_FLUSH, true,
	  "KVM flushes when it wants to use ASIDs again, and when it goes. Where it goes nothing "
	  "depends on it; else it has no ASID for another guest.", NULL, KVM ", sev_flush_asids()" },
	{ "SEV: SNP_PLATFORM_STATUS failed ret=%e, fw_error=%s", MESSAGE_OTHER,
	  FW_CMD_SNP_PLATFORM_STATUS, false, "KVM could not ask whether SNP is up.", NULL,
	  KVM ", is_sev_snp_initialized()" },
	{ "Failed to create SEV-SNP context, rc %e fw_error %s", MESSAGE_OTHER, 0, false,
	  "An SNP guest could not be started.", NULL, KVM ", snp_context_create()" },
	{ "Failed to release guest context, ret %e", MESSAGE_UNRELEASED, FW_CMD_SNP_DECOMMISSION,
	  false, "A guest ended, and its context stays in the firmware, with its ASID and a page: "
	  "SNP does not go down any more. Or it was decommissioned before, by somebody else.",
	  "`sevadm recover` decommissions it, where the companion patch is; else reboot cold.",
	  KVM ", snp_decommission_context()" },

	/* pages */
	{ "Leaking PFN range %n-%n", MESSAGE_LEAK, 0, false,
	  "The kernel gave these pages up: they may still be assigned in the RMP, and one such page "
	  "is enough to reset the machine in the middle of a kexec.",
	  COLD, RMP ", snp_leak_pages()" },
	{ "PFN %n, RMP entry: [", MESSAGE_OTHER, 0, false,
	  "What the RMP says of a page that was leaked or written to.",
	  "See the line before.", RMP ", dump_rmpentry()" },
	{ "RMPUPDATE failed for PFN %n, pg_level: %n, ret: %n", MESSAGE_OTHER, 0, false,
	  "The processor refused to change who owns a page.", "Report it, with the lines around it.",
	  RMP ", rmpupdate()" },
	{ "Failed to reclaim firmware-owned pages while issuing SEV legacy command", MESSAGE_OTHER,
	  FW_CMD_SNP_PAGE_RECLAIM, false, "The firmware kept a page of the driver's.", COLD,
	  CCP ", snp_unmap_cmd_buf_desc()" },
	{ "SEV: failed to reclaim buffer for legacy command %n. Error: %n", MESSAGE_OTHER,
	  FW_CMD_SNP_PAGE_RECLAIM, false, "The firmware kept a page of the driver's.", COLD,
	  CCP ", __sev_do_cmd_locked()" },
	{ "SEV: failed to prepare buffer for legacy command %n. Error: %n", MESSAGE_OTHER, 0, false,
	  "The driver could not give the firmware a page for its answer; the command was not issued.",
	  "Report it, with the lines around it.", CCP ", __sev_do_cmd_locked()" },
	{ "SEV: Failed to PSMASH RMP entry for PFN %n error %n", MESSAGE_OTHER, 0, false,
	  "KVM could not split a large page of a guest that ends: it stays assigned in the RMP.",
	  COLD, KVM ", sev_gmem_invalidate()" },
	{ "SEV: Failed to update RMP entry for PFN %n error %n", MESSAGE_OTHER, 0, false,
	  "KVM could not take a page of a guest that ends back: it stays assigned in the RMP.",
	  COLD, KVM ", sev_gmem_invalidate()" },
	{ "SEV: Failed to update RMP entry: GFN %n PFN %n level %n error %n", MESSAGE_OTHER, 0,
	  false, "KVM could not give a guest a page; the guest does not go on.",
	  "Report it, with the lines around it.", KVM ", sev_gmem_prepare()" },
	{ "SEV: Failed to look up RMP entry: GFN %n PFN %n error %n", MESSAGE_OTHER, 0, false,
	  "The RMP does not cover a page of a guest.", BIOS, KVM ", sev_gmem_prepare()" },
	{ "IOMMU PFN %n RMP lookup failed, ret %e", MESSAGE_OTHER, 0, false,
	  "A page of the IOMMU's could not be found in the RMP, so it was not given back.", COLD,
	  IOMMU_I ", iommu_page_make_shared()" },
	{ "IOMMU PFN %n not assigned in RMP table", MESSAGE_OTHER, 0, false,
	  "A page of the IOMMU's is the host's already; it should have been assigned.",
	  "Report it.", IOMMU_I ", iommu_page_make_shared()" },
	{ "PSMASH failed for IOMMU PFN %n huge RMP entry, ret: %n, level: %n", MESSAGE_OTHER, 0,
	  false, "A page of the IOMMU's stays assigned in the RMP.", COLD,
	  IOMMU_I ", iommu_page_make_shared()" },

	/* the IOMMU */
	{ "Completion-Wait loop timed out", MESSAGE_IOMMU_SILENT, 0, false,
	  "The IOMMU does not complete commands. After a kexec or in a crash kernel: SNP of the "
	  "kernel before is up, and its registers are locked to that one's buffers.",
	  "Reboot cold; as crash kernel take one from 6.18 on, which takes the buffers over.",
	  IOMMU ", wait_on_sem()" },
	{ "Reused DEV table from previous kernel", MESSAGE_IOMMU_REUSED, 0, false,
	  "A crash kernel took the IOMMU's buffers of the kernel before over, as SNP wants it.",
	  FINE, IOMMU_I ", early_enable_iommus()" },
	{ "Failed to reuse DEV table from previous kernel", MESSAGE_OTHER, 0, false,
	  "A crash kernel could not take the IOMMU's buffers over: its devices may not work.",
	  "Save the dump over a path that needs none.", IOMMU_I ", early_enable_iommus()" },
	{ "Event logged [RMP_PAGE_FAULT device=", MESSAGE_OTHER, 0, false,
	  "A device was kept from memory that is assigned in the RMP: a guest's or the firmware's.",
	  "After a kexec: SNP of the kernel before was up; reboot cold. Else look at that device's "
	  "driver.", IOMMU ", amd_iommu_report_rmp_fault()" },
	{ "Event logged [RMP_HW_ERROR device=", MESSAGE_OTHER, 0, false,
	  "The hardware failed while it looked an access of a device up in the RMP.", COLD,
	  IOMMU ", amd_iommu_report_rmp_hw_error()" },
	{ "IOMMU SNP support enabled", MESSAGE_OTHER, 0, false,
	  "The IOMMU keeps devices from pages of guests: this can become an SNP host.", FINE,
	  IOMMU_I ", iommu_snp_enable()" },
	{ "SNP: IOMMU disabled", MESSAGE_OTHER, 0, false,
	  "Without an IOMMU that translates there is no SNP. " NO_SNP,
	  "Boot without amd_iommu=off and iommu=pt, and with the IOMMU turned on in the BIOS.",
	  IOMMU_I ", iommu_snp_enable()" },
	{ "SNP: IOMMU configured in passthrough mode", MESSAGE_OTHER, 0, false,
	  "Without an IOMMU that translates there is no SNP. " NO_SNP,
	  "Boot without iommu=pt.", IOMMU_I ", iommu_snp_enable()" },
	{ "SNP: IOMMU is configured with V2 page table mode", MESSAGE_OTHER, 0, false,
	  "SNP wants the IOMMU's page tables of version 1. " NO_SNP,
	  "Boot without amd_iommu=pgtbl_v2.", IOMMU_I ", iommu_snp_enable()" },
	{ "SNP: IOMMU SNP feature not enabled", MESSAGE_OTHER, 0, false,
	  "The IOMMU does not have what SNP wants of it. " NO_SNP, BIOS,
	  IOMMU_I ", iommu_snp_enable()" },
	{ "SNP: RMP initialization failed", MESSAGE_OTHER, 0, false,
	  "The RMP could not be used; a line before tells why. " NO_SNP, BIOS,
	  IOMMU_I ", iommu_snp_enable()" },
	{ "Force to disable Virtual APIC due to SNP", MESSAGE_OTHER, 0, false,
	  "Interrupts of assigned devices go through the host on an SNP host.", FINE,
	  IOMMU_I ", enable_iommus_vapic()" },

	/* the RMP at boot */
	{ "Memory for the RMP table has not been reserved by BIOS", MESSAGE_OTHER, 0, false,
	  "There is no RMP. " NO_SNP, BIOS, RMP ", probe_contiguous_rmptable_info()" },
	{ "RMP configuration not valid: base=%n, end=%n", MESSAGE_OTHER, 0, false,
	  "The BIOS set the RMP's registers up wrongly. " NO_SNP, "Update the BIOS.",
	  RMP ", probe_contiguous_rmptable_info()" },
	{ "Memory reserved for the RMP table does not cover full system RAM", MESSAGE_OTHER, 0,
	  false, "The RMP does not reach over all memory. " NO_SNP, BIOS,
	  RMP ", setup_contiguous_rmptable()" },
	{ "Segmented RMP does not cover full system RAM", MESSAGE_OTHER, 0, false,
	  "The RMP does not reach over all memory. " NO_SNP, BIOS,
	  RMP ", setup_segmented_rmptable()" },
	{ "Failed to map RMP ", MESSAGE_OTHER, 0, false,
	  "The kernel could not map the RMP. " NO_SNP, "Report it.", RMP ", snp_rmptable_init()" },
	{ "RMP table physical range [", MESSAGE_RMP, 0, false,
	  "Where the RMP is: memory that the BIOS keeps for it.", FINE,
	  RMP ", probe_contiguous_rmptable_info()" },
	{ "Segmented RMP base table physical range [", MESSAGE_RMP, 0, false,
	  "Where the table of the RMP's segments is.", FINE, RMP ", probe_segmented_rmptable_info()" },
	{ "Segmented RMP using %w segments", MESSAGE_OTHER, 0, false,
	  "The RMP is in parts, each near the memory that it is about.", FINE,
	  RMP ", setup_segmented_rmptable()" },
	{ "Reserving start/end of RMP table on a 2MB boundary", MESSAGE_OTHER, 0, false,
	  "The kernel leaves the rest of a large page beside the RMP unused, for nobody may write to "
	  "it through a large mapping.", FINE, RMP ", __snp_fixup_e820_tables()" },

	/* states */
	{ "SEV-SNP enabled (ASIDs %n - %n)", MESSAGE_SNP_UP, 0, false,
	  "kvm_amd was loaded and found SNP up: SNP guests can be started.", FINE,
	  KVM ", sev_hardware_setup()" },
	{ "SEV-SNP disabled (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "kvm_amd was loaded and did not find SNP up. " NO_SNP,
	  "Look for why before this line; `sevadm check`.", KVM ", sev_hardware_setup()" },
	{ "SEV-SNP unusable (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "No ASID is left for SNP guests, or the firmware has no SNP. " NO_SNP,
	  "Check the BIOS setting of the minimum SEV ASID; update the firmware.",
	  KVM ", sev_hardware_setup()" },
	{ "SEV-ES enabled (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "kvm_amd can start SEV-ES guests.", FINE, KVM ", sev_hardware_setup()" },
	{ "SEV-ES disabled (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "kvm_amd can start no SEV-ES guest.", "Look for why before this line.",
	  KVM ", sev_hardware_setup()" },
	{ "SEV-ES unusable (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "No ASID is left for SEV-ES guests, or the firmware has no SEV-ES.",
	  "Check the BIOS setting of the minimum SEV ASID; update the firmware.",
	  KVM ", sev_hardware_setup()" },
	{ "SEV enabled (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "kvm_amd can start SEV guests.", FINE, KVM ", sev_hardware_setup()" },
	{ "SEV disabled (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "kvm_amd was loaded without finding SEV: it can start no SEV guest, and does not shut the "
	  "firmware down when it goes.", "Look for why before this line, then load kvm_amd anew.",
	  KVM ", sev_hardware_setup()" },
	{ "SEV unusable (ASIDs %n - %n)", MESSAGE_OTHER, 0, false,
	  "Every ASID is for SEV-ES and SNP, or the firmware has no plain SEV: no such guest can be "
	  "started.", "Check the BIOS setting of the minimum SEV ASID.", KVM ", sev_hardware_setup()" },
	{ "SEV-SNP ciphertext hiding enabled", MESSAGE_OTHER, 0, false,
	  "Hosts read only ones where guests' memory is; SNP and SEV-ES guests have ASIDs of their "
	  "own.", FINE, KVM ", sev_hardware_setup()" },
	{ "SEV-SNP API:%n.%n build:%n", MESSAGE_OTHER, 0, false,
	  "SNP came up in the firmware; this is its version.", FINE, CCP ", __sev_snp_init_locked()" },
	{ "SEV API:%n.%n build:%n", MESSAGE_OTHER, 0, false,
	  "SEV came up in the firmware; this is its version.", FINE,
	  CCP ", __sev_platform_init_locked()" },
	{ "SEV firmware updated from ", MESSAGE_OTHER, 0, false,
	  "The driver loaded a newer firmware at its start.", FINE, CCP ", sev_pci_init()" },
	{ "SEV: TMR allocation failed, SEV-ES support unavailable", MESSAGE_OTHER, 0, false,
	  "There was no memory for the firmware's buffer: no SEV-ES and no SNP guest.",
	  "Load kvm_amd anew when memory is there, or reboot.",
	  CCP ", __sev_platform_init_handle_tmr()" },
	{ "SEV: too many firmware commands in progress", MESSAGE_OTHER, 0, false,
	  "More commands were nested than the driver has buffers for.", "Report it.",
	  CCP ", __sev_do_cmd_locked()" },
	{ "SEV: INIT_EX NV memory allocation failed", MESSAGE_OTHER, FW_CMD_INIT_EX, false,
	  "There was no memory for what INIT_EX keeps between boots.",
	  "Load kvm_amd anew when memory is there, or reboot.",
	  CCP ", __sev_platform_init_handle_init_ex_path()" },
	{ "SEV: could not open ", MESSAGE_OTHER, 0, false,
	  "The file of ccp.init_ex_path, in which the platform's keys are kept, cannot be used.",
	  "Check that path and its file system.", CCP ", sev_read_init_ex_file()" },
	{ "psp: unable to access the device: you might be running a broken BIOS", MESSAGE_OTHER, 0,
	  false, "The secure processor is not there for the kernel.", "Update the BIOS.",
	  PSP ", psp_get_capability()" },
	{ "sev initialization failed", MESSAGE_OTHER, 0, false,
	  "There is no /dev/sev; a line before tells why.", "See the line before.",
	  CCP ", sev_dev_init()" },
	{ "SEV-ES guest requested termination: %n:%n", MESSAGE_OTHER, 0, false,
	  "A guest ended itself, mostly while it booted, for it does not trust what it found.",
	  "The guest's own messages tell more.", KVM ", sev_handle_vmgexit_msr_protocol()" },
	{ "SEV-ES guest requested termination: reason %n info %n", MESSAGE_OTHER, 0, false,
	  "A guest ended itself.", "The guest's own messages tell more.",
	  KVM ", sev_handle_vmgexit()" },
	{ "SEV: %n total pages would exceed the lock limit of %n", MESSAGE_OTHER, 0, false,
	  "A VMM may not lock as much memory as its SEV guest has.",
	  "Raise its limit (RLIMIT_MEMLOCK; MemoryLocked in libvirt).",
	  KVM ", sev_check_pin_count()" },
	{ "SEV: %n locked pages exceed the lock limit of %n", MESSAGE_OTHER, 0, false,
	  "A VMM may not lock as much memory as its SEV guest has.",
	  "Raise its limit (RLIMIT_MEMLOCK; MemoryLocked in libvirt).", KVM ", sev_pin_memory()" },
};

/* A number as printf() writes it, with a sign or 0x or neither; its length, 0 if there is none */
static size_t number(const char *text, int64_t *value)
{
	char *end;
	bool hex = text[text[0] == '-'] == '0' && text[text[0] == '-' ? 2 : 1] == 'x';

	if (!isxdigit((unsigned char)text[text[0] == '-']))
		return 0;
	*value = strtoll(text, &end, hex ? 16 : 10);
	/* an address without its 0x */
	return (size_t)(end - text) + strspn(end, "0123456789abcdefABCDEF");
}

/* One "%..." at *@text */
static bool take(char what, const char **text, struct message *out)
{
	int64_t value = 0;
	size_t len = what == 'w' ? strcspn(*text, " \t\n") : number(*text, &value);

	*text += len;
	if (what == 's') {
		out->has_status = true;
		out->status = (uint32_t)value;
	} else if (what == 'c') {
		out->command = value > 0 && value <= UINT16_MAX ? (uint16_t)value : 0;
	} else if (what == 'e') {
		out->err = value < 0 && value > -4096 ? (int)-value : 0;
	}
	return len;
}

static bool matches(const char *pattern, const char *text, struct message *out)
{
	*out = (struct message){ 0 };
	for (; *pattern; pattern++) {
		if (*pattern != '%') {
			if (*text++ != *pattern)
				return false;
		} else if (!take(*++pattern, &text, out)) {
			return false;
		}
	}
	return true;
}

bool message_find(const char *line, struct message *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *pattern = rows[i].pattern, *at = line;
		size_t head = strcspn(pattern, "%");

		for (; (at = strchr(at, pattern[0])); at++) {
			if (strncmp(at, pattern, head) || !matches(pattern, at, out))
				continue;
			out->row = &rows[i];
			if (rows[i].command)
				out->command = rows[i].command;
			return true;
		}
	}
	return false;
}

const struct message_row *message_row(unsigned int index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}
