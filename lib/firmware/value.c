// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers that are more than a status: what the kernel's own definitions say about their
 * parts, and nothing beyond.
 */
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"
#include "sevadm.h"

#define REGISTER	"command-response register"
#define EXITINFO2	"EXIT_INFO_2 of a guest's request"
#define FW_EXT		"command buffer registers after a refusal"

#define PSP_H		"include/linux/psp.h"
#define SEV_DEV_H	"drivers/crypto/ccp/sev-dev.h"
#define SEV_GUEST_H	"include/uapi/linux/sev-guest.h"
#define SEV_DEV_C	"drivers/crypto/ccp/sev-dev.c, __sev_do_cmd_locked()"

#define RESP		(1u << 31)
#define RECOVERY	(1u << 30)
#define RESERVED	(7u << 27)
#define COMMAND		(0x7ffu << 16)	/* SEV_CMDRESP_CMD: more bits than other mailboxes have */
#define STATUS		0xffffu
#define IOC		1u

static const char *name_of(uint32_t status)
{
	const struct status_row *row = status_find(status);

	return row ? row->name : NULL;
}

static struct sevadm_value_field status_field(const char *reading, const char *bits,
					      uint32_t status, const char *source)
{
	const struct status_row *row = status_find(status);

	return (struct sevadm_value_field){
		.reading = reading, .field = "status", .bits = bits, .value = status,
		.name = name_of(status), .is_status = true, .source = source,
		.meaning = row ? row->meaning : "A status that is not assigned.",
	};
}

/* What the driver wrote: the firmware has not answered */
static unsigned int request(uint32_t value, struct sevadm_value_field *f)
{
	*f++ = (struct sevadm_value_field){
		REGISTER, "interrupt", "0", value & IOC, NULL, false,
		value & IOC ? "The driver asked for an interrupt at the end." :
			      "The driver asked for no interrupt: it polls.", SEV_DEV_H };
	if (!(value & STATUS & ~IOC))
		return 1;
	*f = (struct sevadm_value_field){
		REGISTER, "other", "15:1", (value & STATUS) >> 1, NULL, false,
		"The driver writes 0 here.", SEV_DEV_C };
	return 2;
}

static unsigned int cmdresp(uint32_t value, struct sevadm_value_field *f)
{
	const struct sevadm_value_field *start = f;
	uint16_t command = (uint16_t)((value & COMMAND) >> 16);
	const struct command_row *row = command_find(command);

	*f++ = (struct sevadm_value_field){
		REGISTER, "response", "31", value >> 31, NULL, false,
		value & RESP ? "The firmware has answered." :
			       "The firmware has not answered: this is what the driver wrote.",
		PSP_H };
	if (value & RECOVERY)
		*f++ = (struct sevadm_value_field){
			REGISTER, "recovery", "30", 1, NULL, false,
			"In other mailboxes this bit is 0 before a command may be sent; whether it "
			"means anything in SEV's, nothing says.",
			PSP_H ", drivers/crypto/ccp/platform-access.c" };
	if (value & RESERVED)
		*f++ = (struct sevadm_value_field){
			REGISTER, "reserved", "29:27", value >> 27 & 7, NULL, false,
			"Nothing says what these bits mean.", PSP_H };
	*f++ = (struct sevadm_value_field){
		REGISTER, "command", "26:16", command, row ? row->name : NULL, false,
		!command ? "None." : row ? "The command that was asked for." :
					   "No firmware command that is known.", SEV_DEV_H };
	if (!(value & RESP))
		return (unsigned int)(f - start) + request(value, f);
	*f++ = status_field(REGISTER, "15:0", value & STATUS, PSP_H);
	return (unsigned int)(f - start);
}

static const char *vmm_error(uint32_t error, const char **name)
{
	switch (error) {
	case 0:
		return "The host had nothing against the request.";
	case 1:
		*name = "INVALID_LEN";
		return "The guest's buffer for certificates is too small; RBX tells how many pages "
		       "are needed.";
	case 2:
		*name = "BUSY";
		return "The host holds requests back: the guest tries again after a while.";
	case ~0u:
		*name = "GENERIC";
		return "The host's program that gives certificates failed; only KVM says so.";
	default:
		return "No error of the host that is known.";
	}
}

/* What the kernel of a guest sets before it asks, and what stays if nothing comes back */
static bool never_asked(uint64_t value, struct sevadm_value_field *f)
{
	if (value != 0xff && value != UINT64_MAX)
		return false;
	*f = (struct sevadm_value_field){
		EXITINFO2, "all", "63:0", value, NULL, false,
		"Nothing came back from the host: the guest's kernel sets this before it asks.",
		value == 0xff ? "drivers/virt/coco/sev-guest/sev-guest.c, snp_guest_ioctl()" :
				"arch/x86/coco/sev/core.c, snp_issue_guest_request()" };
	return true;
}

static unsigned int exitinfo2(uint64_t value, struct sevadm_value_field *f)
{
	uint32_t vmm = (uint32_t)(value >> 32), fw = (uint32_t)value;
	const char *name = NULL;

	if (never_asked(value, f))
		return 1;
	f[0] = (struct sevadm_value_field){
		EXITINFO2, "VMM error", "63:32", vmm, NULL, false, vmm_error(vmm, &name),
		vmm == ~0u ? "arch/x86/kvm/svm/sev.c of 7.3" : SEV_GUEST_H };
	f[0].name = name;
	f[1] = status_field(EXITINFO2, "31:0", fw, SEV_GUEST_H);
	if (vmm && !fw)
		f[1].meaning = "The firmware was not asked, or had nothing against the request.";
	return 2;
}

static unsigned int fw_ext(uint64_t value, struct sevadm_value_field *f)
{
	static const char meaning[] = "What firmware leaves here beside a refusal, no document "
				      "says: keep it for the report.";
	static const char alone[] = "The firmware left the registers as the driver wrote them.";

	f[0] = (struct sevadm_value_field){
		FW_EXT, "CMDBUFF_ADDR_Hi", "63:32", value >> 32, NULL, false,
		value ? meaning : alone, SEV_DEV_C };
	f[1] = (struct sevadm_value_field){
		FW_EXT, "CMDBUFF_ADDR_Lo", "31:0", value & 0xffffffff, NULL, false,
		"The lower half of it.", SEV_DEV_C };
	return 2;
}

unsigned int sevadm_explain_value(enum sevadm_reading as, uint64_t value,
				  struct sevadm_value_field fields[SEVADM_VALUE_FIELDS])
{
	switch (as) {
	case SEVADM_READ_CMDRESP:
		return value <= UINT32_MAX ? cmdresp((uint32_t)value, fields) : 0;
	case SEVADM_READ_EXITINFO2:
		return exitinfo2(value, fields);
	case SEVADM_READ_FW_EXT:
		return fw_ext(value, fields);
	}
	return 0;
}
