// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statuses that each SEV-SNP command can answer (AMD 56860), and each SEV-TIO command as
 * far as the driver tells.  What every command can answer is in the status table alone.
 */
#include "lib/firmware/advice.h"

#define SNP_DOWN	"SNP is down.", "Bring SNP up first: load kvm_amd, or `sevadm init`."
#define BAD_CONTEXT	"The address of the context has reserved bits set.", BUG
#define BITS		"A reserved bit is set, or an address is misaligned.", BUG
#define LENGTH		"The length field is not this command's, or a reserved bit is set.", BUG
#define NO_CONTEXT	"The page is no guest's context: the VM ended meanwhile.", \
			"List the guests again (`sevadm guests`)."
#define BAD_STEP	"The guest's launch is not at this step: commands come out of order.", VMM
#define NO_ASID		"The guest has no ASID: SNP_ACTIVATE was not done.", VMM
#define BAD_ADDRESS	"An address is beyond memory, or in the TMR or the RMP.", BUG
#define OUT_PAGE	"The page to be written was not given to the firmware.", BUG
#define NOT_MODELLED	"The host is a simulated or an emulated one, which does not do this.", \
			"Do without there."
#define TAGGED_PAGES	"Pages of the RMP still carry this ASID: a guest's memory was leaked.", \
			"See the kernel's log for leaked ranges; reboot cold where it stays."
#define TWO_SOCKETS	"The guest's policy wants a single socket, and the host has two.", \
			"Start it on another host, or change its policy."
#define BAD_ASID	"The ASID is 0, too large, or in the range of plain SEV guests; with " \
			"ciphertext hiding SNP guests have a range of their own.", \
			"Compare the BIOS setting of the minimum SEV ASID with what KVM was told."
#define OWNED		"The ASID is another guest's, or not clean on every core complex.", \
			"End the guest that has it; if there is none, run `sevadm wbinvd` and " \
			"`sevadm df-flush`."
#define DIRTY		"The ASID was another guest's, and there was no SNP_DF_FLUSH since.", \
			"Run `sevadm wbinvd` and `sevadm df-flush`, then start the guest again."
#define HAS_ASID	"The guest has an ASID already.", "A fault of KVM: report it."
#define BAD_CORES	"A CPU is offline, KVM is live (VM_HSAVE_PA is not zero), or " \
			"MFDM, SMMLock, TSEG or the RMP registers differ.", \
			"Bring every CPU online and reload kvm_amd; if it stays, check the BIOS " \
			"settings."
#define BOTH_UP		"SNP is up in the firmware, or SEV is.", \
			"Run `sevadm shutdown --legacy`, then `sevadm shutdown --strict`, then " \
			"reload kvm_amd."
#define PAGE_SIZE_OFF	"The page is 4 KB in the RMP and 2 MB was said, or the reverse.", BUG
#define TIO_SOURCE	"drivers/crypto/ccp/sev-dev-tio.c, sev_tio_do_cmd()"

const struct advice_row advice_snp[] = {
	{ 0x081, 0x01, BOTH_UP, SNP_SPEC("SNP_INIT") },
	{ 0x081, 0x03, BAD_CORES, SNP_SPEC("SNP_INIT") },
	{ 0x081, 0x13, "The processor is in a diagnostic mode.", COLD, SNP_SPEC("SNP_INIT") },
	{ 0x081, 0x14, "The processor is an unlocked part, which has no SNP; or hardware.", COLD,
	  SNP_SPEC("SNP_INIT") },
	{ 0x081, 0x15, "The RMP's address has the C-bit set.", "Check the BIOS settings.",
	  SNP_SPEC("SNP_INIT") },
	{ 0x081, 0x26, "The RMP could not be initialised.",
	  "Shut SNP down cleanly first, else reboot cold.", SNP_MODEL("SNP_INIT") },

	{ 0x082, 0x01, "SEV is still up: SNP goes down only after it.",
	  "Run `sevadm shutdown --legacy` first, or `sevadm teardown`.", SNP_SPEC("SNP_SHUTDOWN") },
	{ 0x082, 0x0f, "No SNP_DF_FLUSH since the last guest ended; straight after a good one: a "
	  "guest is still activated.", "Run `sevadm wbinvd` and `sevadm df-flush`, then shut down "
	  "again.", SNP_SPEC("SNP_SHUTDOWN") },

	{ 0x083, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_PLATFORM_STATUS") },
	{ 0x083, 0x16, "The status would cross a page.", BUG, SNP_SPEC("SNP_PLATFORM_STATUS") },
	{ 0x083, 0x1a, "The driver believes that SNP is down, the firmware has "
	  "it up: a kvm_amd load failed half way, for example with a CPU offline.",
	  "Bring every CPU online, then `sevadm wbinvd`, `sevadm df-flush`, `sevadm shutdown "
	  "--strict` and reload kvm_amd.", SNP_SPEC("SNP_PLATFORM_STATUS") },

	{ 0x084, 0x01, "SNP is down already.", "Nothing to do.", SNP_SPEC("SNP_DF_FLUSH") },
	{ 0x084, 0x0e, "A CPU has not executed WBINVD since a guest was "
	  "decommissioned: it is offline, or the WBINVD came before the decommission.",
	  "Bring every present CPU online, SMT siblings too, run `sevadm wbinvd` and flush again. "
	  "If it stays with every CPU online, another guest keeps ending, or the hardware fails.",
	  SNP_SPEC("SNP_DF_FLUSH") },
	{ 0x084, 0x13, "Hardware.", COLD, SNP_SPEC("SNP_DF_FLUSH") },
	{ 0x084, 0x14, "Hardware.", COLD, SNP_SPEC("SNP_DF_FLUSH") },

	{ 0x085, 0x01, BOTH_UP, SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x03, BAD_CORES, SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x09, "The list of reserved ranges cannot be read.", BUG,
	  SNP_MODEL("SNP_INIT_EX") },
	{ 0x085, 0x13, "The processor is in a diagnostic mode.", COLD, SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x14, "The processor is an unlocked part, which has no SNP; or hardware.", COLD,
	  SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x15, "The RMP's address has the C-bit set.", "Check the BIOS settings.",
	  SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x16, "A bit is set that this firmware does not know, a list came without "
	  "INIT_RMP, or ciphertext hiding with a largest ASID that cannot be.",
	  "Compare kvm_amd's and ccp's parameters with what the firmware can; update it.",
	  SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x20, "The RMP has to be initialised.", BUG, SNP_SPEC("SNP_INIT_EX") },
	{ 0x085, 0x26, "A listed range of memory is in a state that forbids it.",
	  "Shut SNP down cleanly first, else reboot cold.", SNP_SPEC("SNP_INIT_EX") },

	{ 0x086, 0x01, "SEV is still up: SNP goes down only after it.",
	  "Run `sevadm shutdown --legacy` first, or `sevadm teardown`.",
	  SNP_SPEC("SNP_SHUTDOWN_EX") },
	{ 0x086, 0x0f, "No SNP_DF_FLUSH since the last guest ended; straight after "
	  "a good one: a guest is still activated.",
	  "Run `sevadm wbinvd` and `sevadm df-flush`, then shut down again. If it stays, end the "
	  "guests that `sevadm guests` shows; if there are none, a context leaked: reboot.",
	  SNP_SPEC("SNP_SHUTDOWN_EX") },
	{ 0x086, 0x13, "Hardware.", COLD, SNP_SPEC("SNP_SHUTDOWN_EX") },
	{ 0x086, 0x14, "Hardware.", COLD, SNP_SPEC("SNP_SHUTDOWN_EX") },
	{ 0x086, 0x16, "Length or flags, or an x86 shutdown that this firmware "
	  "cannot do.", BUG, SNP_SPEC("SNP_SHUTDOWN_EX") },
	{ 0x086, 0x28, "Clearing SNP_EN on the cores failed.", COLD, SNP_SPEC("SNP_SHUTDOWN_EX") },

	{ 0x090, 0x01, "SNP is down already.", "Nothing to do: no guest context is left.",
	  SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x09, "The guest's context is gone: the VM ended meanwhile.",
	  "Nothing to do; list the guests again.", SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x10, "The guest's context is gone: the VM ended meanwhile.",
	  "Nothing to do; list the guests again.", SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x12, "The ASID is still marked, which must not happen for an SNP guest.", COLD,
	  SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x14, "Hardware.", COLD, SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x16, "A fault of the driver or its patch.", "Keep the trace and report it.",
	  SNP_SPEC("SNP_DECOMMISSION") },
	{ 0x090, 0x1a, "A fault of the driver or its patch.", "Keep the trace and report it.",
	  SNP_SPEC("SNP_DECOMMISSION") },

	{ 0x091, 0x01, SNP_DOWN, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x02, "The guest's launch was not started.", VMM, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x03, TAGGED_PAGES, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x07, TWO_SOCKETS, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x0c, OWNED, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x0d, BAD_ASID, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x0f, DIRTY, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x10, NO_CONTEXT, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x12, HAS_ASID, SNP_SPEC("SNP_ACTIVATE") },
	{ 0x091, 0x16, BAD_CONTEXT, SNP_SPEC("SNP_ACTIVATE") },

	{ 0x092, 0x01, SNP_DOWN, "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x09, "The firmware may not use an address.", BUG,
	  "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x10, NO_CONTEXT, "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x16, "A bit that must be zero is not, or the status would cross a page.", BUG,
	  "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x19, "The page for the status has the wrong size in the RMP.", BUG,
	  "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x1a, "The page for the status was not given to the firmware.", BUG,
	  "AMD 56860, SNP_GUEST_STATUS, status codes" },
	{ 0x092, 0x24, "After an update of the firmware this guest's context could not be brought "
	  "up to it.", "End this guest.", "AMD 56860, SNP_GUEST_STATUS, status codes" },

	{ 0x093, 0x01, SNP_DOWN, SNP_SPEC("SNP_GCTX_CREATE") },
	{ 0x093, 0x03, "The page is no memory, or in the RMP.", BUG, SNP_SPEC("SNP_GCTX_CREATE") },
	{ 0x093, 0x16, BAD_CONTEXT, SNP_SPEC("SNP_GCTX_CREATE") },
	{ 0x093, 0x17, "There are too many contexts.", "End guests that are not needed.",
	  SNP_MODEL("SNP_GCTX_CREATE") },
	{ 0x093, 0x19, "The page is 2 MB in the RMP.", BUG, SNP_SPEC("SNP_GCTX_CREATE") },
	{ 0x093, 0x1a, "The page for the context was not given to the firmware.", BUG,
	  SNP_SPEC("SNP_GCTX_CREATE") },

	{ 0x094, 0x01, SNP_DOWN, SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x02, "The guest's launch is not finished.", VMM, SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x0b, "The message does not authenticate: it was sealed with another key, or changed "
	  "on its way.", "The guest sent it: look there. A Linux guest gives up that message "
	  "key after an error.", SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x10, NO_CONTEXT, SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x13, NO_KEYS, STAND },
	{ 0x094, 0x16, "The message's header is not one that the firmware knows, its sequence number "
	  "is not the next, or a message crosses a page.", "The guest sent it: look there. A Linux "
	  "guest gives up that message key after an error.", SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x1a, OUT_PAGE, SNP_MODEL("SNP_GUEST_REQUEST") },
	{ 0x094, 0x1d, "The counter of the guest's messages is exhausted.",
	  "That is final for this key: end the guest, or let it use another VMPCK.",
	  SNP_MODEL("SNP_GUEST_REQUEST") },

	{ 0x095, 0x01, SNP_DOWN, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x02, "The guest's launch was not started.", VMM, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x03, TAGGED_PAGES, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x07, TWO_SOCKETS, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x09, "The list of APIC ids cannot be read.", BUG, SNP_MODEL("SNP_ACTIVATE_EX") },
	{ 0x095, 0x0c, OWNED, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x0d, BAD_ASID, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x0f, DIRTY, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x10, NO_CONTEXT, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x12, "The guest has another ASID already.", BUG, SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x15, "The firmware has no table of APIC ids.", "Use SNP_ACTIVATE.",
	  SNP_SPEC("SNP_ACTIVATE_EX") },
	{ 0x095, 0x16, "The number of APIC ids, one of them, a length or a reserved bit is wrong.",
	  BUG, SNP_SPEC("SNP_ACTIVATE_EX") },

	{ 0x0a0, 0x01, SNP_DOWN, SNP_SPEC("SNP_LAUNCH_START") },
	{ 0x0a0, 0x02, "The guest's launch was started already.", VMM,
	  SNP_SPEC("SNP_LAUNCH_START") },
	{ 0x0a0, 0x07, "The policy asks for a newer API, forbids SMT which is on, has a migration "
	  "agent without allowing one, or wants what this host does not have.",
	  "Compare the policy with `sevadm status`.", SNP_SPEC("SNP_LAUNCH_START") },
	{ 0x0a0, 0x10, "The page is no context, or the migration agent's is gone.",
	  "Start the guest again.", SNP_SPEC("SNP_LAUNCH_START") },
	{ 0x0a0, 0x16, "A bit of the policy that must be 1 is 0 (bit 17), or a reserved one is "
	  "set.", "Correct the policy.", SNP_SPEC("SNP_LAUNCH_START") },

	{ 0x0a1, 0x01, SNP_DOWN, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x02, BAD_STEP, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x08, NO_ASID, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x10, NO_CONTEXT, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x16, "Of a CPUID page: a function of it is not what this processor allows; the "
	  "page comes back with the values that are. Else a reserved bit, or a page type that is "
	  "not.", "Compare the CPUID page that came back with the one given; choose another CPU "
	  "model.", KVM("sev_gmem_post_populate()") },
	{ 0x0a1, 0x19, PAGE_SIZE_OFF, SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x1a, "The page is not private to the guest, or is part of it already.", VMM,
	  SNP_MODEL("SNP_LAUNCH_UPDATE") },
	{ 0x0a1, 0x1c, "The page is another guest's.", BUG, SNP_MODEL("SNP_LAUNCH_UPDATE") },

	{ 0x0a2, 0x01, SNP_DOWN, SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x02, BAD_STEP, SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x07, "The policy in the id block is not the one of the launch.",
	  "Sign the id block anew, or launch with its policy.", SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x08, NO_ASID, SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x09, "The id block or its authentication cannot be read.", BUG,
	  SNP_MODEL("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x0a, "The signature of the id block, or of the id key, does not verify.",
	  "Sign anew with the keys that come along.", SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x0b, "What was launched is not what the id block says: another firmware, kernel, "
	  "number of vCPUs or command line.",
	  "Compute the launch digest of just this configuration and sign it.",
	  SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x10, NO_CONTEXT, SNP_SPEC("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x13, "Hardware.", COLD, SNP_MODEL("SNP_LAUNCH_FINISH") },
	{ 0x0a2, 0x16, "A reserved bit is set, or the id block has a version, algorithm or curve "
	  "that is not known.", "Check how the id block was made.", SNP_SPEC("SNP_LAUNCH_FINISH") },

	{ 0x0b0, 0x01, SNP_DOWN, SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x07, "The guest's policy forbids debugging.", "Its memory cannot be read.",
	  SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x10, NO_CONTEXT, SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x16, BITS, SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x1a, "The source is no page of a guest, or the destination was not given to the "
	  "firmware.", BUG, SNP_MODEL("SNP_DBG_DECRYPT") },
	{ 0x0b0, 0x1c, "The page is another guest's.", BUG, SNP_MODEL("SNP_DBG_DECRYPT") },

	{ 0x0b1, 0x01, SNP_DOWN, SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x07, "The guest's policy forbids debugging.", "Its memory cannot be written.",
	  SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x10, NO_CONTEXT, SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x16, BITS, SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x1a, "The destination is no page of a guest, or one that it may change "
	  "meanwhile.", BUG, SNP_MODEL("SNP_DBG_ENCRYPT") },
	{ 0x0b1, 0x1c, "The page is another guest's.", BUG, SNP_MODEL("SNP_DBG_ENCRYPT") },

	{ 0x0c0, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_SWAP_OUT") },
	{ 0x0c0, 0x15, NOT_MODELLED, STAND },
	{ 0x0c1, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_SWAP_IN") },
	{ 0x0c1, 0x15, NOT_MODELLED, STAND },
	{ 0x0c2, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_MOVE") },
	{ 0x0c2, 0x15, NOT_MODELLED, STAND },

	{ 0x0c3, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_MD_INIT") },
	{ 0x0c3, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_PAGE_MD_INIT") },
	{ 0x0c3, 0x16, BITS, SNP_MODEL("SNP_PAGE_MD_INIT") },
	{ 0x0c3, 0x19, "The page is 2 MB in the RMP.", BUG, SNP_MODEL("SNP_PAGE_MD_INIT") },
	{ 0x0c3, 0x1a, "The page was not given to the firmware.", BUG,
	  SNP_MODEL("SNP_PAGE_MD_INIT") },

	{ 0x0c6, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_SET_STATE") },
	{ 0x0c6, 0x15, NOT_MODELLED, STAND },

	{ 0x0c7, 0x01, "SNP is down: the driver gave the page to the firmware and SNP went down "
	  "first.", "The kernel leaks the page; it is lost until the host reboots.",
	  SNP_SPEC("SNP_PAGE_RECLAIM") },
	{ 0x0c7, 0x09, "The address is beyond memory, in the RMP, or of a 2 MB page and "
	  "misaligned.", BUG, SNP_SPEC("SNP_PAGE_RECLAIM") },
	{ 0x0c7, 0x16, BITS, SNP_SPEC("SNP_PAGE_RECLAIM") },
	{ 0x0c7, 0x19, PAGE_SIZE_OFF, SNP_SPEC("SNP_PAGE_RECLAIM") },
	{ 0x0c7, 0x1a, "The page is in a state from which none is reclaimed, such as a context "
	  "that was not decommissioned.", "The kernel leaks the page; see its log. Reboot cold "
	  "before kexec where pages leaked.", SNP_SPEC("SNP_PAGE_RECLAIM") },

	{ 0x0c8, 0x01, SNP_DOWN, SNP_MODEL("SNP_PAGE_UNSMASH") },
	{ 0x0c8, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_PAGE_UNSMASH") },
	{ 0x0c8, 0x16, BITS, SNP_MODEL("SNP_PAGE_UNSMASH") },
	{ 0x0c8, 0x19, "The page is 2 MB in the RMP already.", BUG, SNP_MODEL("SNP_PAGE_UNSMASH") },
	{ 0x0c8, 0x1a, "The 512 pages are not all Pre-Guest or all Pre-Swap, or their guest "
	  "addresses do not follow each other.", BUG, SNP_MODEL("SNP_PAGE_UNSMASH") },
	{ 0x0c8, 0x1c, "The 512 pages are not all one guest's.", BUG,
	  SNP_MODEL("SNP_PAGE_UNSMASH") },

	{ 0x0c9, 0x16, "A version of the reported TCB is above the installed one, or a reserved "
	  "bit is set.", "Report at most what `sevadm status` shows as current.",
	  SNP_SPEC("SNP_CONFIG") },

	{ 0x0ca, 0x01, "SEV is up.", "Run `sevadm shutdown --legacy` first.",
	  SNP_SPEC("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x09, "The image is misaligned, or its address forbidden.", BUG,
	  SNP_SPEC("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x0a, "The image is not signed for this processor.",
	  "Take the image for this model from linux-firmware, and check its checksum.",
	  SNP_MODEL("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x13, NO_KEYS, STAND },
	{ 0x0ca, 0x16, LENGTH, SNP_SPEC("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x21, "The image's security version is lower than the committed one.",
	  "Use a newer image; what is running stays.", SNP_MODEL("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x22, "The image's version is lower than the committed one.",
	  "Use a newer image; what is running stays.", SNP_MODEL("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x24, "The new image refused to take over; the old one runs on.",
	  "Stay with the old image; report it.", SNP_SPEC("DOWNLOAD_FIRMWARE_EX") },
	{ 0x0ca, 0x25, "The update broke off, and the committed image has to be restored.",
	  "Download the committed image again.", SNP_SPEC("DOWNLOAD_FIRMWARE_EX") },

	{ 0x0cb, 0x16, LENGTH, SNP_SPEC("SNP_COMMIT") },

	{ 0x0cd, 0x09, "The wrapped VLEK cannot be read.", BUG, SNP_MODEL("SNP_VLEK_LOAD") },
	{ 0x0cd, 0x0b, "The wrapped VLEK does not authenticate: it is another processor's, or damaged.",
	  "Get one that was made for this processor.", SNP_SPEC("SNP_VLEK_LOAD") },
	{ 0x0cd, 0x13, NO_KEYS, STAND },
	{ 0x0cd, 0x16, "The length or the version of the wrapped VLEK is not known.",
	  "Check where the file comes from.", SNP_SPEC("SNP_VLEK_LOAD") },
	{ 0x0cd, 0x21, "The VLEK is for another TCB than the reported one.",
	  "Get one for the TCB that `sevadm status` reports.", SNP_SPEC("SNP_VLEK_LOAD") },

	{ 0x0ce, 0x09, BAD_ADDRESS, SNP_MODEL("SNP_FEATURE_INFO") },
	{ 0x0ce, 0x11, "The firmware is older than this command.",
	  "Nothing to do: the driver does without.", SNP_MODEL("SNP_FEATURE_INFO") },
	{ 0x0ce, 0x16, LENGTH, SNP_MODEL("SNP_FEATURE_INFO") },
	{ 0x0ce, 0x1a, OUT_PAGE, SNP_MODEL("SNP_FEATURE_INFO") },

	{ 0x0d4, 0x31, "A buffer is too small for what the device said.",
	  "Nothing to do: the driver makes it larger and asks again.", TIO_SOURCE },
	{ 0x0d4, 0x32, "The firmware has a message for the device.",
	  "Nothing to do: the driver carries it there, and the answer back.", TIO_SOURCE },
	{ 0x0d5, 0x31, "A buffer is too small for what the device said.",
	  "Nothing to do: the driver makes it larger and asks again.", TIO_SOURCE },
	{ 0x0d5, 0x32, "The firmware has a message for the device.",
	  "Nothing to do: the driver carries it there, and the answer back.", TIO_SOURCE },
};

const size_t advice_snp_count = sizeof(advice_snp) / sizeof(advice_snp[0]);
