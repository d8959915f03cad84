// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/advice.h"
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"

static const struct reason_row {
	uint32_t reason;
	enum sevadm_class kind;
	const char *text, *remedy;
} reasons[] = {
	{ SEV_DBG_R_GUESTS, SEVADM_BUSY, "guests are alive",
	  "See `sevadm guests`, and end them." },
	{ SEV_DBG_R_TOMBSTONES, SEVADM_BUSY, "KVM still holds guests that were decommissioned",
	  "End their VMM processes; `sevadm guests` names them." },
	{ SEV_DBG_R_TRACK_LOST, SEVADM_BUSY, "the driver's list of guests is incomplete",
	  "End every VM of this host, or let `sevadm teardown --guests=stop` do it." },
	{ SEV_DBG_R_BUFFERS, SEVADM_BUSY, "the firmware still owns buffers of SEV",
	  "Run `sevadm shutdown --legacy` first." },
	{ SEV_DBG_R_TIO, SEVADM_BUSY, "SEV-TIO is up, or would come up with SNP",
	  "Let the driver do it: unloading kvm_amd takes SEV-TIO down first, loading it brings both "
	  "up." },
	{ SEV_DBG_R_INIT_LOCKED, SEVADM_BUSY, "INIT is locked out since the last shutdown",
	  "Reload kvm_amd: `modprobe -r kvm_amd && modprobe kvm_amd`." },
	{ SEV_DBG_R_SVM_ON, SEVADM_BUSY, "KVM is live, and INIT would pull VM_HSAVE_PA from under it",
	  "Reload kvm_amd: it brings SEV and SNP up by itself." },
	{ SEV_DBG_R_PSP_DEAD, SEVADM_BUSY, "a command timed out earlier, the driver gave the secure "
	  "processor up", "Reboot cold; kexec will not help." },
	{ SEV_DBG_R_CPUS_OFFLINE, SEVADM_FAILED, "a CPU is offline",
	  "Bring every present CPU online." },
	{ SEV_DBG_R_RUNNING, SEVADM_BUSY, "the guest's launch is finished",
	  "End its VMM, or say --running." },
	{ SEV_DBG_R_IOMMU, SEVADM_FAILED, "SNP is down in the firmware, but the IOMMU's pages could "
	  "not be freed", "Try `sevadm shutdown --strict`; if they stay, do not kexec; reboot." },
	{ SEV_DBG_R_CTH, SEVADM_FAILED, "SNP can hide ciphertext here, and only kvm_amd knows "
	  "whether and for how many ASIDs it shall", "Load kvm_amd: it brings SEV and SNP up by itself." },
};

static const struct reason_row *reason_find(uint32_t reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].reason == reason)
			return &reasons[i];
	return NULL;
}

const char *core_reason_text(uint32_t reason)
{
	const struct reason_row *row = reason_find(reason);

	return row ? row->text : NULL;
}

static enum sevadm_class class_of(int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
	case EBADF:
	case EROFS:
		return SEVADM_PERMISSION;
	case ENODEV:
	case ENXIO:
	case ENOTTY:
		return SEVADM_ABSENT;
	case EBUSY:
	case EAGAIN:
		return SEVADM_BUSY;
	default:
		return SEVADM_FAILED;
	}
}

/* Only the first: was it recorded? */
__attribute__((format(printf, 5, 0)))
static bool record(struct sevadm *adm, enum sevadm_class class, int err, const char *remedy,
		   const char *format, va_list ap)
{
	struct sevadm_failure *f = &adm->failure;

	if (f->kind != SEVADM_DONE)
		return false;
	/* what a replay could not answer failed for that reason, whatever it looked like */
	if (sevadm_replay_check(adm))
		return false;
	f->kind = class;
	f->err = err;
	f->status = SEVADM_NO_FW_CALL;
	f->fw_ext = 0;
	vsnprintf(f->message, sizeof(f->message), format, ap);
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	return true;
}

int core_fail(struct sevadm *adm, enum sevadm_class class, int err, const char *remedy,
	      const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	record(adm, class, err, remedy, format, ap);
	va_end(ap);
	return err ? -err : -EIO;
}

int core_fail_refused(struct sevadm *adm, const struct sevadm_step *step, const char *remedy,
		      const char *format, ...)
{
	struct sevadm_failure *f = &adm->failure;
	bool first;
	va_list ap;

	va_start(ap, format);
	first = record(adm, SEVADM_REFUSED, EIO, remedy, format, ap);
	va_end(ap);
	if (!first)
		return -EIO;
	f->status = step->status;
	f->fw_ext = step->fw_ext;
	if (f->fw_ext) {
		size_t used = strlen(f->message);

		snprintf(f->message + used, sizeof(f->message) - used,
			 "; the firmware left extended error 0x%llx",
			 (unsigned long long)f->fw_ext);
	}
	return -EIO;
}

static const char *remedy_of(int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
		return "Run it as root, with CAP_SYS_ADMIN; under lockdown the driver allows no "
		       "changes.";
	case ENOTTY:
		return "The kernel's companion patch is older than this program: build it anew.";
	case E2BIG:
		return "The kernel's companion patch is older than this program: build it anew.";
	case ETIMEDOUT:
		return "The secure processor does not answer any more: reboot cold.";
	default:
		return "";
	}
}

int core_fail_errno(struct sevadm *adm, int err, const char *what)
{
	return core_fail(adm, class_of(err), err, remedy_of(err), "%s: %s (%s)", what,
			 strerror(err), strerrorname_np(err));
}

int core_fail_readonly(struct sevadm *adm, bool dry)
{
	if (dry || adm->flags & SEVADM_WRITE)
		return 0;
	return core_fail(adm, SEVADM_USAGE, EBADF, "Open it with SEVADM_WRITE.",
			 "the host was opened to look at only, and nothing was changed");
}

int core_fail_node(struct sevadm *adm, enum device_node node)
{
	int err = -adm->dev->node_err[node];
	const char *remedy = remedy_of(err);
	enum sevadm_class class = class_of(err);

	if (err == ENOENT || err == ENODEV || err == ENXIO) {
		struct driver_log log = { 0 };

		if (node == DEVICE_SEV)
			driver_log_read(adm, &log);
		if (log.status_failed)
			return core_fail(adm, SEVADM_ABSENT, err, finding_second_kernel.remedy, "%s",
					 finding_second_kernel.text);
		class = SEVADM_ABSENT;
		remedy = node == DEVICE_SEV ?
			 "Load ccp (`modprobe ccp`) on an AMD host with SEV turned on in the BIOS." :
			 node == DEVICE_SEV_DEBUG ?
			 "Load a ccp module that carries sevadm's companion patch." :
			 "It is there inside a SEV-SNP guest, once `modprobe sev-guest` was done.";
	}
	return core_fail(adm, class, err, remedy, "open %s: %s (%s)", device_node_path(node),
			 strerror(err), strerrorname_np(err));
}

int core_fail_psp_dead(struct sevadm *adm)
{
	const struct reason_row *row = reason_find(SEV_DBG_R_PSP_DEAD);

	return core_fail(adm, row->kind, EBUSY, row->remedy, "%s", row->text);
}

static int fail_refused(struct sevadm *adm, const struct sevadm_step *step, uint16_t command)
{
	const struct advice_row *advice = advice_find(command, step->status);
	const struct status_row *row = status_find(step->status);
	const char *remedy = advice ? advice->remedy : row ? row->remedy :
			     "This status is unassigned: report it.";

	return core_fail_refused(adm, step, remedy, "%s: firmware refused: %s (0x%04x)",
				 step->command, row ? row->name : "?", step->status);
}

int core_fail_step(struct sevadm *adm, const struct sevadm_step *step, uint32_t reason,
		   uint16_t command)
{
	const struct reason_row *row = reason_find(reason);
	int err = step->err;

	if (err == EIO && step->has_status && step->status && step->status != SEVADM_NO_FW_CALL)
		return fail_refused(adm, step, command);
	if (err == ETIMEDOUT)
		return core_fail(adm, SEVADM_FAILED, err, remedy_of(err),
				 "%s: the firmware did not answer in time (ETIMEDOUT)",
				 step->command);
	if (row)
		return core_fail(adm, row->kind, err, row->remedy,
				 "%s: the driver refused: %s (%s)", step->command, row->text,
				 strerrorname_np(err));
	return core_fail(adm, class_of(err), err, remedy_of(err), "%s: the driver refused: %s (%s)",
			 step->command, strerror(err), strerrorname_np(err));
}
