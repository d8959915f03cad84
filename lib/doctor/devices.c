// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices and who may use them, and what KVM offers to a VMM.
 */
#include <errno.h>
#include <string.h>

#include "lib/doctor/doctor.h"

#define CATEGORY	"devices"
#define KVM_API		12	/* never another (Documentation/virt/kvm/api.rst) */
/* KVM_CAP_VM_TYPES, from 6.10 on */
#define TYPE_SEV	(1U << 2)
#define TYPE_SEV_ES	(1U << 3)
#define TYPE_SNP	(1U << 4)
/* SEV_FEATURES of a VMSA (APM volume 2, appendix B) */
#define VMSA_SECURE_TSC	(1U << 9)

static bool denied(int err)
{
	return err == -EACCES || err == -EPERM;
}

/* @absent: for one that is not there, with its remedy */
static bool look(struct exam *e, struct sevadm_examined *x, const char *path,
		 enum sevadm_verdict absent, const char *remedy, struct host_node *node)
{
	int ret = e->adm->host->ops->node(e->adm->host, path, node);

	if (ret == -ENOENT)
		say(e, x, absent, remedy, "there is no %s", path);
	else if (ret)
		say(e, x, SEVADM_SKIP, NULL, "%s cannot be looked at (%s)", path, exam_why(ret));
	else if (!node->device)
		say(e, x, SEVADM_FAIL, "Remove it, and have udev make the node.", "%s is no device",
		    path);
	return !ret && node->device;
}

static const char *sev_remedy(const struct exam *e)
{
	if (driver_module(e->adm, "ccp") == DRIVER_MODULE_NONE)
		return "`modprobe ccp`.";
	if (e->klog.status_failed)
		return "Another kernel left SNP up in the firmware, which no longer answers this one: "
		       "reboot cold.";
	return "ccp is loaded, and made none: SMEE is off in the BIOS, or another kernel left SNP up in "
	       "the firmware, which only a cold reboot mends; the kernel's log tells.";
}

static void run_sev(struct exam *e, struct sevadm_examined *x)
{
	struct host_node node;

	if (!look(e, x, "/dev/sev", SEVADM_FAIL, sev_remedy(e), &node))
		return;
	if (denied(node.open_err))
		say(e, x, SEVADM_SKIP, "Run it as root.", "/dev/sev is there (%04o), and may not be "
		    "opened by this user (%s)", node.mode, strerrorname_np(-node.open_err));
	else if (node.open_err)
		say(e, x, SEVADM_FAIL, "See the kernel's log.", "/dev/sev is there (%04o), and cannot be "
		    "opened (%s)", node.mode, strerrorname_np(-node.open_err));
	else if (node.mode & 06)
		say(e, x, SEVADM_WARN, "Give it to root, and to the group of the VMMs at most.",
		    "/dev/sev is open to everybody (%04o)", node.mode);
	else
		say(e, x, SEVADM_PASS, NULL, "/dev/sev is there (%04o), and can be opened", node.mode);
}

static void run_sev_debug(struct exam *e, struct sevadm_examined *x)
{
	struct host_node node;
	int err;

	if (!look(e, x, "/dev/sev-debug", SEVADM_SKIP, NULL, &node))
		return;
	/* that takes CAP_SYS_ADMIN, which is given up by now: what counts is how it went before */
	err = e->adm->dev->node_err[DEVICE_SEV_DEBUG];
	if (denied(err))
		say(e, x, SEVADM_SKIP, "Run it as root.", "/dev/sev-debug is there, and may not be opened "
		    "by this user (%s)", strerrorname_np(-err));
	else
		say(e, x, err ? SEVADM_WARN : SEVADM_PASS, "See the kernel's log.",
		    "/dev/sev-debug, of sevadm's companion patch, is there%s",
		    err ? ", and cannot be opened" : "");
}

static void run_kvm(struct exam *e, struct sevadm_examined *x)
{
	struct host_node node;

	if (!look(e, x, "/dev/kvm", SEVADM_FAIL, "Load kvm_amd; turn SVM on in the BIOS if it refuses.",
		  &node))
		return;
	if (denied(node.open_err))
		say(e, x, SEVADM_SKIP, "Run it as root, or in the group of /dev/kvm.", "/dev/kvm is there "
		    "(%04o), and may not be opened by this user (%s)", node.mode,
		    strerrorname_np(-node.open_err));
	else if (node.open_err)
		say(e, x, SEVADM_FAIL, "Load kvm_amd.", "/dev/kvm is there, and cannot be opened (%s)",
		    strerrorname_np(-node.open_err));
	else
		say(e, x, SEVADM_PASS, NULL, "/dev/kvm is there (%04o), and can be opened", node.mode);
}

static int ask(struct exam *e, enum host_kvm what, uint64_t *value)
{
	return e->adm->host->ops->kvm(e->adm->host, what, value);
}

static void run_api(struct exam *e, struct sevadm_examined *x)
{
	uint64_t version;
	int ret = ask(e, HOST_KVM_API, &version);

	if (ret)
		say(e, x, SEVADM_FAIL, "See the kernel's log.", "KVM does not tell its version (%s)",
		    strerrorname_np(-ret));
	else
		say(e, x, version == KVM_API ? SEVADM_PASS : SEVADM_FAIL, "Take a kernel whose KVM has "
		    "version 12, as all have since 2007.", "KVM has version %llu of its interface",
		    (unsigned long long)version);
}

static void run_types(struct exam *e, struct sevadm_examined *x)
{
	uint64_t types, wanted = TYPE_SEV;
	int ret = ask(e, HOST_KVM_VM_TYPES, &types);

	if (e->out->feature >= SEVADM_FEATURE_SEV_ES)
		wanted |= TYPE_SEV_ES;
	if (e->out->feature >= SEVADM_FEATURE_SNP)
		wanted |= TYPE_SNP;
	if (ret)
		say(e, x, SEVADM_SKIP, NULL, "KVM does not tell which VMs it has (%s)",
		    strerrorname_np(-ret));
	else if (!host_kernel_at_least(e->adm->host, 6, 10) && !(types & wanted))
		say(e, x, SEVADM_SKIP, NULL, "KVM before 6.10 knows no types of SEV VMs: what its "
		    "module's parameters say is all there is");
	else if (~types & wanted)
		say(e, x, SEVADM_FAIL, "The parameters of kvm_amd tell which is off.", "KVM does not offer "
		    "VMs of%s%s%s", wanted & ~types & TYPE_SEV ? " SEV" : "",
		    wanted & ~types & TYPE_SEV_ES ? " SEV-ES" : "",
		    wanted & ~types & TYPE_SNP ? " SEV-SNP" : "");
	else
		say(e, x, SEVADM_PASS, NULL, "KVM offers VMs of SEV%s%s",
		    wanted & TYPE_SEV_ES ? ", SEV-ES" : "", wanted & TYPE_SNP ? ", SEV-SNP" : "");
}

static void run_vmsa(struct exam *e, struct sevadm_examined *x)
{
	uint64_t features;
	int ret = ask(e, HOST_KVM_VMSA_FEATURES, &features);

	if (ret)
		say(e, x, SEVADM_SKIP, NULL, "this KVM does not tell which SEV features a VMSA may have "
		    "(%s): 6.10 and later do", strerrorname_np(-ret));
	else
		say(e, x, SEVADM_PASS, NULL, "SEV features that a VMSA may have: 0x%llx",
		    (unsigned long long)features);
}

static void run_secure_tsc(struct exam *e, struct sevadm_examined *x)
{
	uint64_t features;
	int ret = ask(e, HOST_KVM_VMSA_FEATURES, &features);

	if (!ret && features & VMSA_SECURE_TSC)
		say(e, x, SEVADM_PASS, NULL, "KVM offers Secure TSC to guests");
	else
		say(e, x, SEVADM_SKIP, NULL, "KVM does not offer Secure TSC to guests: 6.18 and later do, on "
		    "processors that have it");
}

const struct exam_check device_checks[] = {
	{ "dev-sev", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_sev },
	{ "dev-sev-debug", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_sev_debug },
	{ "dev-kvm", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_kvm },
	{ "kvm-api", CATEGORY, "dev-kvm", SEVADM_FEATURE_SEV, run_api },
	{ "kvm-vm-types", CATEGORY, "kvm-api", SEVADM_FEATURE_SEV, run_types },
	{ "kvm-vmsa-features", CATEGORY, "kvm-api", SEVADM_FEATURE_SEV_ES, run_vmsa },
	{ "kvm-secure-tsc", CATEGORY, "kvm-vmsa-features", SEVADM_FEATURE_SNP, run_secure_tsc },
	{ 0 }
};
