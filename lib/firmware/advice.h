/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a status means from one command in particular, what to do about it, and who says
 * so.  Kept apart from the status table: the same number means different work after
 * different commands.
 *
 * A source names, of the following, what the row was written by:
 *
 *	SPEC	AMD 56860 or 55766, at that command, whose statuses firmware 1.55.25 of Genoa
 *		was seen to answer so
 *	MODEL	the same documents, at that command, as the firmware model (sim/psp_fw) has it
 *	STAND	the firmware model alone, which answers so for what it does not do
 *	or a file of the kernel and where there
 */
#ifndef FIRMWARE_ADVICE_H
#define FIRMWARE_ADVICE_H

#include <stddef.h>
#include <stdint.h>

#define SNP_SPEC(name)	"AMD 56860, " name "; firmware 1.55.25"
#define SNP_MODEL(name)	"AMD 56860, " name "; sevadm's firmware model"
#define SEV_SPEC(name)	"AMD 55766, " name "; firmware 1.55.25"
#define SEV_MODEL(name)	"AMD 55766, " name "; sevadm's firmware model"
#define STAND		"sevadm's firmware model"
#define CCP(where)	"drivers/crypto/ccp/sev-dev.c, " where
#define KVM(where)	"arch/x86/kvm/svm/sev.c, " where

#define COLD	"Do not kexec. Stop what can be stopped and reboot cold."
#define BUG	"A fault of the driver: report it."
#define VMM	"A fault of the program that runs the VM: end the guest and report it there."

/* The model keeps no keys: a simulated or an emulated host answers this */
#define NO_KEYS	"Hardware; or the host is a simulated or an emulated one, which keeps no keys " \
		"for this.", "On hardware do not kexec, and reboot cold; elsewhere do without."
/* [fw]: 0x40 and the status that the page of the command buffer itself would have got */
#define CMDBUF	"SNP is up, and the page of the command buffer was not given to the firmware.", BUG
#define CMDBUF_SOURCE CCP("sev_cmd_buf_writable()") "; firmware 1.55.25"

struct advice_row {
	uint16_t command;
	uint32_t status;
	const char *causes, *remedy, *source;
};

/* By command, then by status: below 0x080, and the rest */
extern const struct advice_row advice_sev[], advice_snp[];
extern const size_t advice_sev_count, advice_snp_count;

/* What the status means from this command in particular, or NULL */
const struct advice_row *advice_find(uint16_t command, uint32_t status);

#endif
