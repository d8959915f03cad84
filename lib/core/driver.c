// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the drivers tell by other ways than the devices: their messages, their modules;
 * and the states of a host that follow, each in one sentence, whoever meets it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/messages.h"

const struct finding finding_half_up = {
	"SNP is up in the firmware and the driver does not know: a load of kvm_amd failed half "
	"way, probably with a CPU offline",
	"`sevadm recover` brings SNP down; then reload kvm_amd.",
};
const struct finding finding_half_up_stock = {
	"SNP is up in the firmware and the driver does not know: a load of kvm_amd failed half "
	"way, probably with a CPU offline",
	"Without the companion patch nothing brings it down: reboot cold.",
};
const struct finding finding_iommu = {
	"SNP is down, but the IOMMU still holds pages that it could not give back",
	"`sevadm recover` tries again; if they stay, do not kexec; reboot.",
};
const struct finding finding_iommu_stock = {
	"SNP is down, but the IOMMU still holds pages that it could not give back",
	"Do not kexec; reboot.",
};
const struct finding finding_second_kernel = {
	"another kernel left SNP up in the firmware, which no longer answers this one: there is no "
	"/dev/sev",
	"Reboot cold; nothing else brings SNP down.",
};
static const struct finding kvm_gone = {
	"SEV or SNP is up in the firmware, and kvm_amd, whose end brings it down, is not loaded",
	"Load kvm_amd (`sevadm recover --reload`) and try again; if SNP does not come up then, only "
	"a cold reboot brings it down.",
};
const struct finding finding_kept = {
	"kvm_amd is unloaded, and SEV or SNP is up in the firmware: the driver of this kernel keeps "
	"them up until ccp goes",
	"Do not kexec; reboot, or take a kernel from 6.16 on, or the companion patch.",
};
static const struct finding kvm_built_in = {
	"SEV or SNP is up in the firmware, and kvm_amd is built in: without /dev/sev-debug only its "
	"end brings them down",
	"Load a ccp module that carries sevadm's companion patch.",
};
static const struct finding kvm_without_sev = {
	"SEV or SNP is up in the firmware, and kvm_amd, whose end brings it down, was loaded without "
	"finding SEV",
	"Have it loaded anew (`sevadm recover --reload`) and run the same command again; if it does "
	"not find SEV then either, reboot cold.",
};
static const struct finding locked_down = {
	"the kernel is locked down, and the driver then allows no changes through /dev/sev-debug",
	"Boot without lockdown; Secure Boot turns it on.",
};

/* ----------------------------------------------------------------- the kernel's log */

static int look_at_line(void *arg, uint64_t seq, const char *text)
{
	struct driver_log *k = arg;
	struct message message;

	if (!seq)
		k->whole = true;
	if (!message_find(text, &message))
		return 0;
	switch (message.row->id) {
	case MESSAGE_PSP_DEAD:
		k->psp_dead = true;
		break;
	case MESSAGE_STATUS_FAILED:
		k->status_failed = true;
		break;
	case MESSAGE_IOMMU_SILENT:
		k->iommu_silent = true;
		break;
	case MESSAGE_IOMMU_REUSED:
		k->iommu_reused = true;
		break;
	case MESSAGE_SNP_UP:
		/* it has the IOMMU's pages again, and may give them back */
		k->iommu_failed = false;
		break;
	case MESSAGE_IOMMU_FAILED:
		k->iommu_failed = true;
		break;
	case MESSAGE_RMP:
		k->rmp = true;
		break;
	case MESSAGE_LEAK:
		k->leaks++;
		break;
	case MESSAGE_UNRELEASED:
		k->unreleased++;
		break;
	default:
		break;
	}
	return 0;
}

void driver_log_read(struct sevadm *adm, struct driver_log *log)
{
	*log = (struct driver_log){ 0 };
	log->err = adm->host->ops->kmsg(adm->host, look_at_line, log);
}

/* --------------------------------------------------------------------------- modules */

/* Built into the kernel a module has parameters, and no state */
enum driver_module driver_module(struct sevadm *adm, const char *name)
{
	char path[64], value[32];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	if (!host_read_line(adm->host, path, value, sizeof(value)))
		return strcmp(value, "live") ? DRIVER_MODULE_NONE : DRIVER_MODULE_LIVE;
	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", name,
		 strcmp(name, "ccp") ? "sev" : "psp_init_on_probe");
	return host_read_line(adm->host, path, value, sizeof(value)) ? DRIVER_MODULE_NONE :
	       DRIVER_MODULE_BUILT_IN;
}

/* An INIT failed when it was loaded: it does not shut down then what it could not use */
static bool found_sev(struct sevadm *adm)
{
	char value[8];

	return host_read_line(adm->host, "/sys/module/kvm_amd/parameters/sev", value,
			      sizeof(value)) || strcmp(value, "N");
}

const struct finding *driver_stock_obstacle(struct sevadm *adm, const struct platforms *p)
{
	if (platforms_half_up(p))
		return &finding_half_up_stock;
	if (!p->sev.state && !p->snp.state)
		return NULL;
	switch (driver_module(adm, "kvm_amd")) {
	case DRIVER_MODULE_NONE:
		return driver_keeps_snp(adm) ? &finding_kept : &kvm_gone;
	case DRIVER_MODULE_BUILT_IN:
		return &kvm_built_in;
	default:
		return found_sev(adm) ? NULL : &kvm_without_sev;
	}
}

/*
 * From 6.16 on it is kvm_amd whose end shuts down; before, ccp's.  6.12.117 is known to have
 * taken that over, when in between is not.
 */
bool driver_keeps_snp(struct sevadm *adm)
{
	unsigned int major, minor, patch;
	char release[128];

	if (!host_kernel_at_least(adm->host, 6, 11) || host_kernel_at_least(adm->host, 6, 16))
		return false;
	host_kernel_release(adm->host, release, sizeof(release));
	return sscanf(release, "%u.%u.%u", &major, &minor, &patch) != 3 || minor != 12 ||
	       patch < 117;
}

/* -------------------------------------------------------------------------- lockdown */

static int any_name(void *arg, const char *name)
{
	(void)name;
	*(bool *)arg = true;
	return 1;
}

enum driver_lockdown driver_lockdown(struct sevadm *adm, char *mode, size_t size, int *err)
{
	static const char dir[] = "/sys/kernel/security";
	char path[64];
	bool any = false;

	mode[0] = '\0';
	snprintf(path, sizeof(path), "%s/lockdown", dir);
	*err = -host_read_line(adm->host, path, mode, size);
	if (!*err)
		return strstr(mode, "[none]") ? DRIVER_UNLOCKED : DRIVER_LOCKED;
	if (*err != ENOENT)
		return DRIVER_LOCK_UNKNOWN;
	/* there, and nothing in it: securityfs is not mounted */
	if (adm->host->ops->list(adm->host, dir, any_name, &any) >= 0 && !any)
		return DRIVER_LOCK_UNKNOWN;
	return DRIVER_NO_LOCK;
}

int core_fail_locked(struct sevadm *adm)
{
	char mode[128];
	int err;

	if (driver_lockdown(adm, mode, sizeof(mode), &err) != DRIVER_LOCKED)
		return 0;
	return core_fail(adm, SEVADM_PERMISSION, EPERM, locked_down.remedy, "%s (%s)",
			 locked_down.text, mode);
}

int core_fail_finding(struct sevadm *adm, const struct finding *finding)
{
	return core_fail(adm, SEVADM_FAILED, EIO, finding->remedy, "%s", finding->text);
}

struct lines {
	int (*fn)(void *arg, const char *line);
	void *arg;
};

static int pass_line(void *arg, uint64_t seq, const char *text)
{
	const struct lines *lines = arg;

	(void)seq;
	return lines->fn(lines->arg, text);
}

int sevadm_log_read(struct sevadm *adm, int (*fn)(void *arg, const char *line), void *arg)
{
	struct lines lines = { fn, arg };
	int ret = adm->host->ops->kmsg(adm->host, pass_line, &lines);

	if (ret >= 0)
		return ret;
	if (ret == -EACCES || ret == -EPERM)
		return core_fail(adm, SEVADM_PERMISSION, -ret, "Run it as root, with CAP_SYSLOG.",
				 "read the kernel's log: %s (%s)", strerror(-ret),
				 strerrorname_np(-ret));
	return core_fail_errno(adm, -ret, "read the kernel's log");
}
