// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an administrator does about a status, command by command.  Kept apart
 * from the status table: the same number means different work after different
 * commands.
 */
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"

#include <stddef.h>

#define COLD "Do not kexec. Stop what can be stopped and reboot cold."

static const struct advice_row rows[] = {
	{ FW_CMD_SNP_DECOMMISSION, 0x01, "SNP is down already.",
	  "Nothing to do: no guest context is left." },
	{ FW_CMD_SNP_DECOMMISSION, 0x09, "The guest's context is gone: the VM ended meanwhile.",
	  "Nothing to do; list the guests again." },
	{ FW_CMD_SNP_DECOMMISSION, 0x10, "The guest's context is gone: the VM ended meanwhile.",
	  "Nothing to do; list the guests again." },
	{ FW_CMD_SNP_DECOMMISSION, 0x12, "The ASID is still marked, which must not happen for an "
	  "SNP guest.", COLD },
	{ FW_CMD_SNP_DECOMMISSION, 0x14, "Hardware.", COLD },
	{ FW_CMD_SNP_DECOMMISSION, 0x16, "A fault of the driver or its patch.",
	  "Keep the trace and report it." },
	{ FW_CMD_SNP_DECOMMISSION, 0x1a, "A fault of the driver or its patch.",
	  "Keep the trace and report it." },
	{ FW_CMD_SHUTDOWN, 0x14, "Hardware.", COLD },
	{ FW_CMD_DF_FLUSH, 0x0e, "A CPU has not executed WBINVD since a guest ended: it is offline, "
	  "or the WBINVD came first.",
	  "Bring every present CPU online, SMT siblings too, run `sevadm wbinvd` and flush again." },
	{ FW_CMD_SNP_DF_FLUSH, 0x0e, "A CPU has not executed WBINVD since a guest was "
	  "decommissioned: it is offline, or the WBINVD came before the decommission.",
	  "Bring every present CPU online, SMT siblings too, run `sevadm wbinvd` and flush again. "
	  "If it stays with every CPU online, another guest keeps ending, or the hardware fails." },
	{ FW_CMD_SNP_DF_FLUSH, 0x01, "SNP is down already.", "Nothing to do." },
	{ FW_CMD_SNP_DF_FLUSH, 0x13, "Hardware.", COLD },
	{ FW_CMD_SNP_DF_FLUSH, 0x14, "Hardware.", COLD },
	{ FW_CMD_DF_FLUSH, 0x13, "Hardware.", COLD },
	{ FW_CMD_DF_FLUSH, 0x14, "Hardware.", COLD },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x01, "SEV is still up: SNP goes down only after it.",
	  "Run `sevadm shutdown --legacy` first, or `sevadm teardown`." },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x0f, "No SNP_DF_FLUSH since the last guest ended; straight after "
	  "a good one: a guest is still activated.",
	  "Run `sevadm wbinvd` and `sevadm df-flush`, then shut down again. If it stays, end the "
	  "guests that `sevadm guests` shows; if there are none, a context leaked: reboot." },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x16, "Length or flags, or an x86 shutdown that this firmware "
	  "cannot do.", "A fault of the driver: report it." },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x28, "Clearing SNP_EN on the cores failed.", COLD },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x13, "Hardware.", COLD },
	{ FW_CMD_SNP_SHUTDOWN_EX, 0x14, "Hardware.", COLD },
	{ FW_CMD_INIT, 0x01, "The cores run with SNP enabled and the RMP is not initialised.",
	  "Bring SNP up first: reload kvm_amd." },
	{ FW_CMD_INIT_EX, 0x01, "The cores run with SNP enabled and the RMP is not initialised.",
	  "Bring SNP up first: reload kvm_amd." },
	{ FW_CMD_INIT, 0x13, "Memory encryption is off.", "Turn SME or SEV on in the BIOS." },
	{ FW_CMD_INIT_EX, 0x13, "Memory encryption is off.", "Turn SME or SEV on in the BIOS." },
	{ FW_CMD_SNP_INIT_EX, 0x01, "SNP is up in the firmware, or SEV is.",
	  "Run `sevadm shutdown --legacy`, then `sevadm shutdown --strict`, then reload kvm_amd." },
	{ FW_CMD_SNP_INIT_EX, 0x03, "A CPU is offline, KVM is live (VM_HSAVE_PA is not zero), or "
	  "MFDM, SMMLock, TSEG or the RMP registers differ.",
	  "Bring every CPU online and reload kvm_amd; if it stays, check the BIOS settings." },
	{ FW_CMD_SNP_INIT_EX, 0x20, "The RMP has to be initialised.", "A fault of the driver: "
	  "report it." },
	{ FW_CMD_SNP_INIT_EX, 0x26, "A listed range of memory is in a state that forbids it.",
	  "Shut SNP down cleanly first, else reboot cold." },
	{ FW_CMD_SNP_PLATFORM_STATUS, 0x1a, "The driver believes that SNP is down, the firmware has "
	  "it up: a kvm_amd load failed half way, for example with a CPU offline.",
	  "Bring every CPU online, then `sevadm wbinvd`, `sevadm df-flush`, `sevadm shutdown "
	  "--strict` and reload kvm_amd." },
};

const struct advice_row *advice_find(uint16_t command, uint32_t status)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].command == command && rows[i].status == status)
			return &rows[i];
	return NULL;
}
