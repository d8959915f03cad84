// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statuses that each SEV command can answer (AMD 55766).  What every command can
 * answer is in the status table alone.
 */
#include "lib/firmware/advice.h"

/* Of most commands about a guest */
#define NO_GUESTS	"SEV has no guest, or is down.", \
			"Nothing to do: list the guests again (`sevadm guests`)."
#define NO_HANDLE	"No guest has this handle: it was decommissioned.", \
			"List the guests again (`sevadm guests`)."
#define NO_ASID		"The guest has no ASID: ACTIVATE was not done.", VMM
#define NOT_LAUNCHING	"The guest's launch is not at this step: commands come out of order.", VMM
#define NOT_MIGRATING	"The guest is not at this step of a migration.", \
			"Cancel the migration; the guest goes on where it was."
#define BAD_LENGTH	"A length is 0, not a multiple of 16, or too large.", VMM
#define BAD_ADDRESS	"An address is misaligned, beyond memory, or in the TMR or the RMP.", VMM
#define OUT_ADDRESS	"An address is beyond memory, or in the TMR or the RMP.", BUG
#define OUT_PAGE	"SNP is up, and a page to be written was not given to the firmware.", BUG
#define TOO_SHORT	"A buffer is too short; the length needed comes back.", \
			"Ask again with the length returned."
#define SEV_DOWN	"SEV is down.", "Bring SEV up first: load kvm_amd, or `sevadm init`."
#define NV_PAGES	"The INIT_EX area's pages are no longer the firmware's.", BUG
#define RMP_LESS	"SEV is up already; or the cores run with SNP enabled and the RMP is not " \
			"initialised."
#define BAD_TMR		"SEV-ES was asked for; the TMR is misaligned or its address forbidden.", BUG
#define TMR_LENGTH	"SEV-ES was asked for, and the TMR is not 1 MB long, or 2 MB where the " \
			"RMP is initialised.", \
			"A fault of the driver, after an INIT that failed: reload kvm_amd and ccp."
#define CORRUPT		"What the firmware keeps between boots is corrupt; it was erased, and " \
			"the driver tries once more.", \
			"Platform certificates that were exported before are void. If it stays, " \
			"restore or delete the INIT_EX file."
#define MEM_OFF		"Memory encryption is off.", "Turn SME or SEV on in the BIOS."

const struct advice_row advice_sev[] = {
	{ 0x001, 0x01, RMP_LESS, "Where SEV is down, bring SNP up first: reload kvm_amd.",
	  SEV_SPEC("INIT") },
	{ 0x001, 0x03, "A reserved bit of the command buffer is set.", BUG, SEV_SPEC("INIT") },
	{ 0x001, 0x04, TMR_LENGTH, SEV_SPEC("INIT") },
	{ 0x001, 0x09, BAD_TMR, SEV_SPEC("INIT") },
	{ 0x001, 0x13, MEM_OFF, SEV_SPEC("INIT") },
	{ 0x001, 0x18, CORRUPT, CCP("__sev_platform_init_locked()") },
	{ 0x001, 0x1a, "SNP is up, and the TMR was not given to the firmware.", BUG,
	  SEV_SPEC("INIT") },

	{ 0x002, 0x14, "Hardware.", COLD, SEV_SPEC("SHUTDOWN") },

	{ 0x003, 0x01, "SEV is up.", "Run `sevadm shutdown --legacy` first.",
	  SEV_SPEC("PLATFORM_RESET") },

	{ 0x004, 0x5a, "SNP is up, and the page of the command buffer was not given to the "
	  "firmware: at the driver's start, another kernel left SNP up.",
	  "At the driver's start, reboot cold; later it is a fault of the driver.", CMDBUF_SOURCE },

	{ 0x005, 0x01, "SEV is down, or has guests.",
	  "Bring SEV up, and end every SEV and SEV-ES guest.", SEV_SPEC("PEK_GEN") },
	{ 0x005, 0x1a, NV_PAGES, SEV_MODEL("PEK_GEN") },

	{ 0x006, 0x01, SEV_DOWN, SEV_SPEC("PEK_CSR") },
	{ 0x006, 0x04, "The buffer is too short; the length needed, 2084 bytes, comes back.",
	  "Ask again with that length.", SEV_SPEC("PEK_CSR") },
	{ 0x006, 0x09, OUT_ADDRESS, SEV_MODEL("PEK_CSR") },
	{ 0x006, 0x13, NO_KEYS, STAND },
	{ 0x006, 0x1a, OUT_PAGE, SEV_MODEL("PEK_CSR") },
	{ 0x006, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x007, 0x01, "SEV is down, or has guests.",
	  "Bring SEV up, and end every SEV and SEV-ES guest.", SEV_SPEC("PEK_CERT_IMPORT") },
	{ 0x007, 0x04, "A certificate is not 2084 bytes long.", "Check the certificates' format.",
	  SEV_SPEC("PEK_CERT_IMPORT") },
	{ 0x007, 0x05, "The platform is owned externally already.", "Reset the platform to "
	  "self-owned first (PLATFORM_RESET or PEK_GEN), if its owner agrees.",
	  SEV_SPEC("PEK_CERT_IMPORT") },
	{ 0x007, 0x06, "The PEK's or the OCA's certificate is malformed or of the wrong kind.",
	  "Check the certificates' origin.", SEV_SPEC("PEK_CERT_IMPORT") },
	{ 0x007, 0x09, OUT_ADDRESS, SEV_MODEL("PEK_CERT_IMPORT") },
	{ 0x007, 0x0a, "The signature of a certificate does not verify.",
	  "Check which keys signed them.", SEV_SPEC("PEK_CERT_IMPORT") },
	{ 0x007, 0x13, NO_KEYS, STAND },

	{ 0x008, 0x01, SEV_DOWN, SEV_SPEC("PDH_CERT_EXPORT") },
	{ 0x008, 0x04, "A buffer is too short; the lengths needed, 2084 bytes for the PDH and 6252 "
	  "for the chain, come back.", "Ask again with those lengths.",
	  SEV_SPEC("PDH_CERT_EXPORT") },
	{ 0x008, 0x09, OUT_ADDRESS, SEV_MODEL("PDH_CERT_EXPORT") },
	{ 0x008, 0x13, NO_KEYS, STAND },
	{ 0x008, 0x1a, OUT_PAGE, SEV_MODEL("PDH_CERT_EXPORT") },
	{ 0x008, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x009, 0x01, SEV_DOWN, SEV_SPEC("PDH_GEN") },
	{ 0x009, 0x1a, NV_PAGES, SEV_MODEL("PDH_GEN") },

	{ 0x00a, 0x01, "SEV is down.", "Nothing to do.", SEV_MODEL("DF_FLUSH") },
	{ 0x00a, 0x0e, "A CPU has not executed WBINVD since a guest ended: it is offline, "
	  "or the WBINVD came first.",
	  "Bring every present CPU online, SMT siblings too, run `sevadm wbinvd` and flush again.",
	  SEV_SPEC("DF_FLUSH") },
	{ 0x00a, 0x13, "Hardware.", COLD, SEV_SPEC("DF_FLUSH") },
	{ 0x00a, 0x14, "Hardware.", COLD, SEV_SPEC("DF_FLUSH") },

	{ 0x00b, 0x01, "SEV or SNP is up.",
	  "Bring both down (`sevadm teardown`); the driver downloads when ccp is loaded.",
	  SEV_SPEC("DOWNLOAD_FIRMWARE") },
	{ 0x00b, 0x09, "The image is not aligned to 32 bytes, or its address is forbidden.", BUG,
	  SEV_SPEC("DOWNLOAD_FIRMWARE") },
	{ 0x00b, 0x0a, "The image is not signed for this processor.",
	  "Take the image for this model from linux-firmware, and check its checksum.",
	  SEV_SPEC("DOWNLOAD_FIRMWARE") },
	{ 0x00b, 0x13, NO_KEYS, STAND },
	{ 0x00b, 0x21, "The image's security version is lower than the committed one.",
	  "Use a newer image; what is running stays.", SEV_SPEC("DOWNLOAD_FIRMWARE") },
	{ 0x00b, 0x22, "The image's version is lower than the committed one.",
	  "Use a newer image; what is running stays.", SEV_SPEC("DOWNLOAD_FIRMWARE") },

	{ 0x00c, 0x04, "The buffer is too short; the length needed, 64 bytes for each socket, "
	  "comes back.", "Ask again with the length returned.", SEV_SPEC("GET_ID") },
	{ 0x00c, 0x09, OUT_ADDRESS, SEV_MODEL("GET_ID") },
	{ 0x00c, 0x1a, OUT_PAGE, SEV_MODEL("GET_ID") },
	{ 0x00c, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x00d, 0x01, RMP_LESS, "Where SEV is down, bring SNP up first: reload kvm_amd.",
	  SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x03, "A reserved bit of the command buffer is set.", BUG, SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x04, "The buffer, the area for the INIT_EX file (32 KB) or the TMR (1 MB; 2 MB "
	  "where the RMP is initialised) has the wrong length.",
	  "A fault of the driver, after an INIT that failed: reload kvm_amd and ccp.",
	  SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x09, "The TMR or the area for the INIT_EX file is misaligned or its address "
	  "forbidden.", BUG, SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x13, MEM_OFF, SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x18, CORRUPT, SEV_SPEC("INIT_EX") },
	{ 0x00d, 0x1a, "SNP is up, and the TMR or the area for the INIT_EX file was not given to "
	  "the firmware.", BUG, SEV_SPEC("INIT_EX") },

	{ 0x020, 0x01, NO_GUESTS, SEV_SPEC("DECOMMISSION") },
	{ 0x020, 0x10, NO_HANDLE, SEV_SPEC("DECOMMISSION") },
	{ 0x020, 0x12, "The guest still has an ASID: DEACTIVATE was not done.",
	  "A fault of KVM, which deactivates first: report it.", SEV_SPEC("DECOMMISSION") },

	{ 0x021, 0x01, NO_GUESTS, SEV_SPEC("ACTIVATE") },
	{ 0x021, 0x0c, "The ASID is another guest's, or not clean on every core complex.",
	  "End the guest that has it; if there is none, run `sevadm wbinvd` and `sevadm df-flush "
	  "--legacy`.", SEV_SPEC("ACTIVATE") },
	{ 0x021, 0x0d, "The ASID is 0, too large, or in the range of the other kind of guests.",
	  "Compare the BIOS setting of the minimum SEV ASID with the guest's kind.",
	  SEV_MODEL("ACTIVATE") },
	{ 0x021, 0x0f, "The ASID was another guest's, and there was no DF_FLUSH since.",
	  "Run `sevadm wbinvd` and `sevadm df-flush --legacy`, then start the guest again.",
	  SEV_SPEC("ACTIVATE") },
	{ 0x021, 0x10, NO_HANDLE, SEV_SPEC("ACTIVATE") },
	{ 0x021, 0x12, "The guest has an ASID already.", "A fault of KVM: report it.",
	  SEV_MODEL("ACTIVATE") },

	{ 0x022, 0x01, NO_GUESTS, SEV_SPEC("DEACTIVATE") },
	{ 0x022, 0x08, "The guest has no ASID.", "Nothing to do.", SEV_SPEC("DEACTIVATE") },
	{ 0x022, 0x10, NO_HANDLE, SEV_SPEC("DEACTIVATE") },

	/* a handle that names nobody is no error: state 0 */
	{ 0x023, 0x01, SEV_DOWN, SEV_SPEC("GUEST_STATUS") },
	{ 0x023, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x024, 0x01, NO_GUESTS, SEV_MODEL("COPY") },
	{ 0x024, 0x04, BAD_LENGTH, SEV_MODEL("COPY") },
	{ 0x024, 0x08, NO_ASID, SEV_MODEL("COPY") },
	{ 0x024, 0x09, BAD_ADDRESS, SEV_MODEL("COPY") },
	{ 0x024, 0x10, NO_HANDLE, SEV_MODEL("COPY") },
	{ 0x024, 0x1a, OUT_PAGE, SEV_MODEL("COPY") },

	{ 0x030, 0x01, SEV_DOWN, SEV_SPEC("LAUNCH_START") },
	{ 0x030, 0x04, "A certificate or a session is not of its one length.",
	  "Check the launch session and the owner's certificate.", SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x06, "The owner's certificate is no PDH, or none on the curve of the platform's PDH.",
	  "Make the session with the PDH of this platform (`sevadm session new`).",
	  SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x07, "The policy asks for a newer API, for SEV-ES where that is off, or for a "
	  "key that the other guest does not share.", "Compare the policy with `sevadm status`.",
	  SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x09, OUT_ADDRESS, SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x0b, "The session is not for this guest on this platform: it was made with another "
	  "PDH, for another policy, or goes with another certificate of the owner's; or it was "
	  "damaged.", "Compare the policy, export the PDH again (`sevadm cert export`) and begin a "
	  "new session with it: a PDH is a new one after `pdh gen`, `pek gen`, a reset or a change "
	  "of owner.", SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x10, "The guest whose key is to be shared is gone.",
	  "Start the guest without a shared key.", SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x13, "Hardware.", COLD, SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x17, "No handle is free.", "End guests that are not needed.",
	  SEV_MODEL("LAUNCH_START") },
	{ 0x030, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x031, 0x01, NO_GUESTS, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x02, NOT_LAUNCHING, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x04, BAD_LENGTH, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x08, NO_ASID, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x09, BAD_ADDRESS, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x10, NO_HANDLE, SEV_MODEL("LAUNCH_UPDATE_DATA") },
	{ 0x031, 0x1a, OUT_PAGE, SEV_MODEL("LAUNCH_UPDATE_DATA") },

	{ 0x032, 0x01, NO_GUESTS, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x02, NOT_LAUNCHING, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x04, "The VMSA is not one page long.", BUG, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x08, NO_ASID, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x09, BAD_ADDRESS, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x10, NO_HANDLE, SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x15, "The guest's policy is not one of SEV-ES.", VMM,
	  SEV_MODEL("LAUNCH_UPDATE_VMSA") },
	{ 0x032, 0x1a, OUT_PAGE, SEV_MODEL("LAUNCH_UPDATE_VMSA") },

	{ 0x033, 0x01, NO_GUESTS, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x02, NOT_LAUNCHING, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x04, TOO_SHORT, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x09, OUT_ADDRESS, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x10, NO_HANDLE, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x13, "Hardware.", COLD, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x1a, OUT_PAGE, SEV_MODEL("LAUNCH_MEASURE") },
	{ 0x033, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x034, 0x01, NO_GUESTS, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x02, "The guest was not measured yet, or runs.", VMM,
	  SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x04, BAD_LENGTH, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x08, NO_ASID, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x09, BAD_ADDRESS, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x0b, "The secret was not packed for this guest: with other transport keys or another "
	  "measurement; or it was damaged.", "Pack it anew with the keys of this guest's session and "
	  "the measurement of this launch (`sevadm secret package`).",
	  SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x10, NO_HANDLE, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x13, "Hardware.", COLD, SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x15, "The packet says that it is compressed, which a simulated or an emulated host "
	  "does not undo.", "Pack it without.", SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x16, "A reserved flag of the packet is set.", "Pack it without.",
	  SEV_MODEL("LAUNCH_UPDATE_SECRET") },
	{ 0x034, 0x1a, OUT_PAGE, SEV_MODEL("LAUNCH_UPDATE_SECRET") },

	{ 0x035, 0x01, NO_GUESTS, SEV_MODEL("LAUNCH_FINISH") },
	{ 0x035, 0x02, "The guest was not measured yet, or runs already.", VMM,
	  SEV_MODEL("LAUNCH_FINISH") },
	{ 0x035, 0x08, NO_ASID, SEV_MODEL("LAUNCH_FINISH") },
	{ 0x035, 0x10, NO_HANDLE, SEV_MODEL("LAUNCH_FINISH") },

	{ 0x036, 0x01, NO_GUESTS, SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x02, "The guest was not measured yet.", "Ask once its launch has come that far.",
	  SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x04, TOO_SHORT, SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x09, OUT_ADDRESS, SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x10, NO_HANDLE, SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x13, "Hardware; or the guest came here by a migration, and nothing is known of its "
	  "launch.", "Look at where it was launched; else do not kexec, and reboot cold.",
	  SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x1a, OUT_PAGE, SEV_MODEL("ATTESTATION") },
	{ 0x036, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x040, 0x01, NO_GUESTS, SEV_MODEL("SEND_START") },
	{ 0x040, 0x02, "The guest does not run, or is being sent already.",
	  "Finish its launch first, or cancel the other migration.", SEV_MODEL("SEND_START") },
	{ 0x040, 0x04, TOO_SHORT, SEV_MODEL("SEND_START") },
	{ 0x040, 0x07, "The guest's policy forbids that it is sent.", "It cannot be migrated.",
	  SEV_MODEL("SEND_START") },
	{ 0x040, 0x09, OUT_ADDRESS, SEV_MODEL("SEND_START") },
	{ 0x040, 0x10, NO_HANDLE, SEV_MODEL("SEND_START") },
	{ 0x040, 0x13, NO_KEYS, STAND },
	{ 0x040, 0x1a, OUT_PAGE, SEV_MODEL("SEND_START") },
	{ 0x040, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x041, 0x01, NO_GUESTS, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x02, NOT_MIGRATING, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x04, TOO_SHORT, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x09, OUT_ADDRESS, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x10, NO_HANDLE, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x13, NO_KEYS, STAND },
	{ 0x041, 0x1a, OUT_PAGE, SEV_MODEL("SEND_UPDATE_DATA") },
	{ 0x041, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x042, 0x01, NO_GUESTS, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x02, NOT_MIGRATING, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x04, TOO_SHORT, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x09, OUT_ADDRESS, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x10, NO_HANDLE, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x13, NO_KEYS, STAND },
	{ 0x042, 0x1a, OUT_PAGE, SEV_MODEL("SEND_UPDATE_VMSA") },
	{ 0x042, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x043, 0x01, NO_GUESTS, SEV_MODEL("SEND_FINISH") },
	{ 0x043, 0x02, NOT_MIGRATING, SEV_MODEL("SEND_FINISH") },
	{ 0x043, 0x10, NO_HANDLE, SEV_MODEL("SEND_FINISH") },

	{ 0x044, 0x01, NO_GUESTS, SEV_MODEL("SEND_CANCEL") },
	{ 0x044, 0x02, "The guest is not being sent.", "Nothing to cancel.",
	  SEV_MODEL("SEND_CANCEL") },
	{ 0x044, 0x10, NO_HANDLE, SEV_MODEL("SEND_CANCEL") },

	{ 0x050, 0x01, SEV_DOWN, SEV_SPEC("RECEIVE_START") },
	{ 0x050, 0x04, "The sender's certificate or its session is not of its one length.",
	  "Check that both sides speak the same API.", SEV_MODEL("RECEIVE_START") },
	{ 0x050, 0x07, "The policy asks for a newer API, or for SEV-ES where that is off.",
	  "Compare the policy with `sevadm status` here.", SEV_MODEL("RECEIVE_START") },
	{ 0x050, 0x09, OUT_ADDRESS, SEV_MODEL("RECEIVE_START") },
	{ 0x050, 0x17, "No handle is free.", "End guests that are not needed.",
	  SEV_MODEL("RECEIVE_START") },
	{ 0x050, 0x5a, CMDBUF, CMDBUF_SOURCE },

	{ 0x051, 0x01, NO_GUESTS, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x02, NOT_MIGRATING, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x04, BAD_LENGTH, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x08, NO_ASID, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x09, BAD_ADDRESS, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x10, NO_HANDLE, SEV_MODEL("RECEIVE_UPDATE_DATA") },
	{ 0x051, 0x13, NO_KEYS, STAND },
	{ 0x051, 0x1a, OUT_PAGE, SEV_MODEL("RECEIVE_UPDATE_DATA") },

	{ 0x052, 0x01, NO_GUESTS, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x02, NOT_MIGRATING, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x04, BAD_LENGTH, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x08, NO_ASID, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x09, BAD_ADDRESS, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x10, NO_HANDLE, SEV_MODEL("RECEIVE_UPDATE_VMSA") },
	{ 0x052, 0x13, NO_KEYS, STAND },
	{ 0x052, 0x1a, OUT_PAGE, SEV_MODEL("RECEIVE_UPDATE_VMSA") },

	{ 0x053, 0x01, NO_GUESTS, SEV_MODEL("RECEIVE_FINISH") },
	{ 0x053, 0x02, NOT_MIGRATING, SEV_MODEL("RECEIVE_FINISH") },
	{ 0x053, 0x08, NO_ASID, SEV_MODEL("RECEIVE_FINISH") },
	{ 0x053, 0x10, NO_HANDLE, SEV_MODEL("RECEIVE_FINISH") },

	{ 0x060, 0x01, NO_GUESTS, SEV_MODEL("DBG_DECRYPT") },
	{ 0x060, 0x04, BAD_LENGTH, SEV_MODEL("DBG_DECRYPT") },
	{ 0x060, 0x07, "The guest's policy forbids debugging.", "Its memory cannot be read.",
	  SEV_MODEL("DBG_DECRYPT") },
	{ 0x060, 0x09, BAD_ADDRESS, SEV_MODEL("DBG_DECRYPT") },
	{ 0x060, 0x10, NO_HANDLE, SEV_MODEL("DBG_DECRYPT") },
	{ 0x060, 0x1a, OUT_PAGE, SEV_MODEL("DBG_DECRYPT") },

	{ 0x061, 0x01, NO_GUESTS, SEV_MODEL("DBG_ENCRYPT") },
	{ 0x061, 0x04, BAD_LENGTH, SEV_MODEL("DBG_ENCRYPT") },
	{ 0x061, 0x07, "The guest's policy forbids debugging.", "Its memory cannot be written.",
	  SEV_MODEL("DBG_ENCRYPT") },
	{ 0x061, 0x09, BAD_ADDRESS, SEV_MODEL("DBG_ENCRYPT") },
	{ 0x061, 0x10, NO_HANDLE, SEV_MODEL("DBG_ENCRYPT") },
	{ 0x061, 0x1a, OUT_PAGE, SEV_MODEL("DBG_ENCRYPT") },
};

const size_t advice_sev_count = sizeof(advice_sev) / sizeof(advice_sev[0]);
