// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/firmware/status.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define REPORT "Keep the output of this command and the kernel log, and report it."
#define SPEC "AMD 56860, status codes"
#define UAPI "include/uapi/linux/psp-sev.h"
#define UAPI7 UAPI " of 7.3"
#define COLD "Do not kexec. Stop what can be stopped and reboot cold."

/* AMD 56860 status codes; 0x28 and above as in include/uapi/linux/psp-sev.h of 7.x */
static const struct status_row rows[] = {
	{ 0x00, "SUCCESS", "The command did what was asked.", "", "Nothing to do.", SPEC, true },
	{ 0x01, "INVALID_PLATFORM_STATE",
	  "SEV or SEV-SNP is not in the state that the command needs.",
	  "The platform is already down, or not yet up; for SNP_SHUTDOWN_EX, SEV is still up.",
	  "See `sevadm status`; bring the platform to the state the command needs.", SPEC, false },
	{ 0x02, "INVALID_GUEST_STATE", "The guest is not in the state that the command needs.",
	  "Launch commands out of order.", "End the guest and launch it again.", SPEC, false },
	{ 0x03, "INVALID_CONFIG", "The hardware, its registers or the RMP are set up wrongly.",
	  "A CPU offline or without SNP_EN, VM_HSAVE_PA not zero under a live KVM, or firmware "
	  "(BIOS) settings of SME, SNP, TSEG or RMP.",
	  "Bring every CPU online, unload kvm_amd, check the BIOS settings.", SPEC, false },
	{ 0x04, "INVALID_LEN", "A buffer is too small, or not of the exact length.",
	  "A caller built for another version; the length needed is returned.",
	  "Ask again with the length returned.", SPEC, false },
	{ 0x05, "ALREADY_OWNED", "The platform is owned externally already.",
	  "An OCA certificate was imported before.",
	  "Reset the platform to self-owned first, if its owner agrees.", SPEC, false },
	{ 0x06, "INVALID_CERTIFICATE", "A certificate is malformed or of the wrong kind.",
	  "A file of another platform, or damaged.", "Check the certificate's origin.",
	  SPEC, false },
	{ 0x07, "POLICY_FAILURE", "The guest's policy forbids it.",
	  "The policy asks for a newer API, a single socket, no SMT or no debugging.",
	  "Compare the policy with `sevadm status`.", SPEC, false },
	{ 0x08, "INACTIVE", "The guest has no ASID.", "ACTIVATE was not done, or was undone.",
	  "Activate the guest, or end it.", SPEC, false },
	{ 0x09, "INVALID_ADDRESS", "An address is out of range, misaligned or forbidden.",
	  "Reserved bits, or an address in the TMR, SMM or beyond memory; for a guest context: it "
	  "is gone already.", "A driver's fault unless the guest ended meanwhile: list again.",
	  SPEC, false },
	{ 0x0a, "BAD_SIGNATURE", "A signature does not verify.",
	  "A wrong key, or data changed on the way.", "Check origin and key.", SPEC, false },
	{ 0x0b, "BAD_MEASUREMENT", "A measurement or authentication tag does not match.",
	  "Data changed, or a wrong key.", "Do not use the data.", SPEC, false },
	{ 0x0c, "ASID_OWNED", "The ASID belongs to another guest.",
	  "An ASID was used again before DEACTIVATE or DECOMMISSION.",
	  "End the other guest.", SPEC, false },
	{ 0x0d, "INVALID_ASID", "The ASID is 0, too large, or in the wrong range.",
	  "SEV-ES and SNP guests need an ASID below the first of plain SEV.",
	  "Check the BIOS setting of the minimum SEV ASID.", SPEC, false },
	{ 0x0e, "WBINVD_REQUIRED",
	  "A core has not executed WBINVD since a guest on it was decommissioned.",
	  "A CPU was offline, or a WBINVD came before the decommission.",
	  "Bring every present CPU online, run `sevadm wbinvd`, then `sevadm df-flush`.",
	  SPEC, false },
	{ 0x0f, "DFFLUSH_REQUIRED", "An ASID is not clean on every core complex.",
	  "No SNP_DF_FLUSH since the last guest ended; straight after a good one: a guest is still "
	  "activated.",
	  "Run `sevadm wbinvd` and `sevadm df-flush`; if it stays, end the guests that "
	  "`sevadm guests` shows.", SPEC, false },
	{ 0x10, "INVALID_GUEST", "There is no such guest: a bad handle, or not a context page.",
	  "The guest was decommissioned already.", "List the guests again.", SPEC, false },
	{ 0x11, "INVALID_COMMAND", "The firmware does not know this command.",
	  "Firmware older than the command.", "Update the firmware.", SPEC, true },
	{ 0x12, "ACTIVE", "The guest still has an ASID.", "DEACTIVATE was not done.",
	  "Deactivate the guest first.", SPEC, false },
	{ 0x13, "HWERROR_PLATFORM", "A hardware error; the platform is still safe.",
	  "A fault in the secure processor or the data fabric.", COLD, SPEC, true },
	{ 0x14, "HWERROR_UNSAFE", "A hardware error; protected data may be at risk.",
	  "A fault in the secure processor or the data fabric.", COLD, SPEC, true },
	{ 0x15, "UNSUPPORTED", "The firmware or this processor cannot do that.",
	  "A feature of a later generation.", "Update the firmware, or do without.", SPEC, false },
	{ 0x16, "INVALID_PARAM", "A reserved bit is set, or a length field is wrong.",
	  "Driver and firmware of different versions.", REPORT, SPEC, false },
	{ 0x17, "RESOURCE_LIMIT", "The firmware has run out of something, such as handles.",
	  "Too many guests.", "End guests that are not needed.", SPEC, false },
	{ 0x18, "SECURE_DATA_INVALID", "The firmware's persistent state is corrupt.",
	  "The SPI part or the INIT_EX file was damaged; INIT is tried once more by the driver.",
	  "Try again once; if it stays, restore or delete the INIT_EX file.", SPEC, false },
	{ 0x19, "INVALID_PAGE_SIZE", "A page has the wrong size in the RMP.",
	  "A 2 MB page where a 4 KB page is needed, or the reverse.", REPORT, SPEC, false },
	{ 0x1a, "INVALID_PAGE_STATE", "A page has the wrong state in the RMP.",
	  "The driver believes that SNP is down while the firmware has it up, or a driver's "
	  "fault.",
	  "Compare driver and firmware in `sevadm status`; a strict shutdown brings them together.",
	  SPEC, false },
	{ 0x1b, "INVALID_MDATA_ENTRY", "A metadata entry is not valid.",
	  "A page swapped in twice, or with another guest's metadata.", REPORT, SPEC, false },
	{ 0x1c, "INVALID_PAGE_OWNER", "The page belongs to another guest.",
	  "An ASID in the RMP that is not this guest's.", REPORT, SPEC, false },
	{ 0x1d, "AEAD_OFLOW", "A message counter is exhausted.",
	  "A guest has sent 2^64 requests, or its counter was tampered with.", "End the guest.",
	  SPEC, false },
	{ 0x1f, "RB_MODE_EXITED", "The firmware left ring buffer mode.",
	  "A command came by mailbox meanwhile.", "Enter the mode again.", SPEC, false },
	{ 0x20, "RMP_INIT_REQUIRED", "The RMP has to be initialised first.",
	  "SNP_INIT without INIT_RMP after a reset.", "Initialise with INIT_RMP.", SPEC, false },
	{ 0x21, "BAD_SVN", "A security version is lower than allowed.",
	  "An image or VLEK older than what is committed.", "Use a newer one.", SPEC, false },
	{ 0x22, "BAD_VERSION", "A version is lower than allowed.",
	  "A firmware image older than what is committed.", "Use a newer one.", SPEC, false },
	{ 0x23, "SHUTDOWN_REQUIRED", "The platform must be shut down first.",
	  "A firmware update that cannot be done live.", "Run `sevadm teardown`, then try again.",
	  SPEC, false },
	{ 0x24, "UPDATE_FAILED", "The update failed and was rolled back.",
	  "The new image refused to take over.", "Stay with the old image; report it.",
	  SPEC, false },
	{ 0x25, "RESTORE_REQUIRED", "The committed image has to be restored.",
	  "An update broke off.", "Download the committed image again.", SPEC, false },
	{ 0x26, "RMP_INITIALIZATION_FAILED", "The RMP could not be initialised.",
	  "A listed range of reserved memory is in a state that forbids it.",
	  "Shut SNP down cleanly first, else reboot cold.", SPEC, false },
	{ 0x27, "INVALID_KEY", "A key is not valid.", "A key of the wrong kind or length.",
	  "Check the key.", SPEC, false },
	{ 0x28, "SHUTDOWN_INCOMPLETE", "SNP was shut down half way.",
	  "Clearing SNP_EN on the cores failed.", COLD, UAPI7, false },
	{ 0x30, "INCORRECT_BUFFER_LENGTH", "A SEV-TIO buffer has the wrong length.",
	  "Driver and firmware of different versions.", REPORT, UAPI7, false },
	{ 0x31, "EXPAND_BUFFER_LENGTH_REQUEST", "SEV-TIO needs a larger buffer.",
	  "A long SPDM message.", "The driver asks again by itself.", UAPI7, false },
	{ 0x32, "SPDM_REQUEST", "SEV-TIO has an SPDM request for the device.",
	  "Part of a normal exchange.", "The driver goes on by itself.", UAPI7, false },
	{ 0x33, "SPDM_ERROR", "The device answered with an SPDM error.", "The device refused.",
	  "Look at the device.", UAPI7, false },
	{ 0x35, "ERR_IN_DEV_CONN", "The connection to a SEV-TIO device failed.",
	  "The device or the link.", "Disconnect the device and connect it again.", UAPI7, false },
	{ 0x36, "INVALID_DEV_CTX", "There is no such SEV-TIO device context.", "", REPORT,
	  UAPI7, false },
	{ 0x37, "INVALID_TDI_CTX", "There is no such SEV-TIO interface context.", "", REPORT,
	  UAPI7, false },
	{ 0x38, "INVALID_TDI", "There is no such SEV-TIO interface.", "", REPORT, UAPI7, false },
	{ 0x39, "RECLAIM_REQUIRED", "Pages have to be reclaimed first.", "", REPORT, UAPI7, false },
	{ 0x3a, "IN_USE", "The resource is in use.", "A SEV-TIO device is bound to a guest.",
	  "Unbind the device.", UAPI7, false },
	{ 0x3b, "INVALID_DEV_STATE", "The SEV-TIO device is in the wrong state.", "", REPORT,
	  UAPI7, false },
	{ 0x3c, "INVALID_TDI_STATE", "The SEV-TIO interface is in the wrong state.", "", REPORT,
	  UAPI7, false },
	{ 0x3d, "DEV_CERT_CHANGED", "The device's certificate changed.",
	  "The device was replaced or updated.", "Verify the device again.", UAPI7, false },
	{ 0x3e, "RESYNC_REQ", "The device's session has to be synchronised again.", "", REPORT,
	  UAPI7, false },
	{ 0x3f, "RESPONSE_TOO_LARGE", "The device's answer does not fit.", "", REPORT,
	  UAPI7, false },
	{ 0x5a, "CMDBUF_INVALID_PAGE_STATE",
	  "The command buffer itself has the wrong page state in the RMP (0x40 + 0x1a).",
	  "A fault of the driver.", REPORT, "firmware 1.55.25", false },
	{ 0xffffffff, "NO_FW_CALL", "The firmware was not called.",
	  "The driver refused before it got that far.", "See the errno beside it.", UAPI, true },
};

static const struct {
	const char *name;
	uint32_t status;
} aliases[] = {
	/* spellings of include/uapi/linux/psp-sev.h that differ from the documents */
	{ "INAVLID_CONFIG", 0x03 },
	{ "INVALID_LENGTH", 0x04 },
	{ "HWSEV_RET_PLATFORM", 0x13 },
	{ "HWSEV_RET_UNSAFE", 0x14 },
	{ "EXIT_RING_BUFFER", 0x1f },
	{ "WBINVD_REQ", 0x0e },
	{ "DFFLUSH_REQ", 0x0f },
};

const struct status_row *status_find(uint32_t status)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return &rows[i];
	return NULL;
}

const struct status_row *status_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

const struct status_row *status_find_name(const char *name)
{
	char upper[64];
	size_t n = strlen(name);

	if (n >= sizeof(upper))
		return NULL;
	for (size_t i = 0; i <= n; i++)
		upper[i] = (char)toupper((unsigned char)(name[i] == '-' ? '_' : name[i]));
	name = upper;
	if (!strncmp(name, "SEV_RET_", 8))
		name += 8;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].name, name))
			return status_find(aliases[i].status);
	return NULL;
}
