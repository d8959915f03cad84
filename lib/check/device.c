// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices and who may use them, modules and their parameters, the firmware.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"
#include "lib/util/text.h"

#define PCI_DIR	"/sys/bus/pci/devices"

static bool denied(int err)
{
	return err == -EACCES || err == -EPERM;
}

static int check_node(struct facts *f, const char *id, enum device_node node,
		      enum sevadm_verdict absent, const char *remedy)
{
	int err = f->adm->dev->node_err[node];
	const char *path = device_node_path(node);

	if (!err && f->adm->dev->write_err[node] && !for_kdump(f))
		return check_say(f, id, SEVADM_FAIL, "Run it as root, with CAP_SYS_ADMIN.",
				 "%s may be read only (%s)", path,
				 strerrorname_np(-f->adm->dev->write_err[node]));
	if (!err)
		return check_say(f, id, SEVADM_PASS, NULL, "%s can be opened", path);
	if (denied(err))
		return check_say(f, id, SEVADM_FAIL, "Run it as root, with CAP_SYS_ADMIN.",
				 "%s may not be opened (%s)", path, strerrorname_np(-err));
	return check_say(f, id, absent, remedy, "there is no %s (%s)", path, strerrorname_np(-err));
}

static int check_lockdown(struct facts *f)
{
	char mode[128], escaped[160];
	int err;

	switch (driver_lockdown(f->adm, mode, sizeof(mode), &err)) {
	case DRIVER_NO_LOCK:
		return check_say(f, "lockdown", SEVADM_PASS, NULL, "the kernel knows no lockdown");
	case DRIVER_UNLOCKED:
		return check_say(f, "lockdown", SEVADM_PASS, NULL, "the kernel is not locked down");
	case DRIVER_LOCK_UNKNOWN:
		return check_say(f, "lockdown", SEVADM_SKIP, NULL, "lockdown cannot be read (%s)",
				 err == ENOENT ? "securityfs is not mounted" : strerrorname_np(err));
	default:
		break;
	}
	text_escape(mode, escaped, sizeof(escaped));
	if (f->host.patch && !for_kdump(f))
		return check_say(f, "lockdown", SEVADM_FAIL, "Boot without lockdown; Secure Boot "
				 "turns it on.", "the kernel is locked down (%s), and the driver "
				 "then allows no changes through /dev/sev-debug", escaped);
	return check_say(f, "lockdown", SEVADM_WARN, "Load an image whose signature the kernel "
			 "knows.", "the kernel is locked down (%s): it takes signed images only for "
			 "kexec", escaped);
}

/* By its flags; SNP is among them only if the BIOS and this kernel have it, too */
static int check_cpu(struct facts *f)
{
	char info[8192], *flags;

	if (f->adm->host->ops->read(f->adm->host, "/proc/cpuinfo", info, sizeof(info)) < 0)
		return check_say(f, "cpu", SEVADM_SKIP, NULL, "/proc/cpuinfo cannot be read");
	flags = strstr(info, "\nflags");
	if (flags)
		flags[1 + strcspn(flags + 1, "\n")] = '\0';
	if (!strstr(info, "AuthenticAMD") || !flags)
		return check_say(f, "cpu", SEVADM_FAIL, "There is nothing here for this program to "
				 "do.", "this is no processor of AMD's");
	if (strstr(flags, " sev_snp"))
		return check_say(f, "cpu", SEVADM_PASS, NULL, "the processor has SEV-SNP, and the "
				 "kernel shows it");
	return check_say(f, "cpu", SEVADM_WARN, "If SNP is wanted, turn on SMEE, SEV-SNP and the "
			 "RMP's coverage in the BIOS.", "SEV-SNP is not among the processor's "
			 "flags: not in this processor, or not turned on");
}

int check_device(struct facts *f)
{
	int ret = check_cpu(f);

	if (ret)
		return ret;
	ret = check_node(f, "device.sev", DEVICE_SEV, for_kdump(f) ? SEVADM_WARN : SEVADM_FAIL,
			     f->klog.status_failed ?
			     "Another kernel left SNP up in the firmware, which no longer answers "
			     "this one: reboot cold." :
			     driver_module(f->adm, "ccp") != DRIVER_MODULE_NONE ?
			     "ccp is loaded, and made none: SEV is off in the BIOS, or another kernel "
			     "left SNP up in the firmware, which only a cold reboot mends; the kernel's "
			     "log tells." :
			     "Load ccp (`modprobe ccp`) on an AMD host with SEV turned on in the "
			     "BIOS.");

	if (!ret)
		ret = check_node(f, "device.sev-debug", DEVICE_SEV_DEBUG, for_kdump(f) ?
				 SEVADM_SKIP : SEVADM_WARN,
				 "Load a ccp module that carries sevadm's companion patch; without "
				 "it kvm_amd is unloaded instead, and the driver logs failures "
				 "only.");
	if (!ret && f->host.patch && !f->patch && !denied(f->adm->dev->node_err[DEVICE_SEV_DEBUG]))
		ret = check_say(f, "device.sev-debug.abi", SEVADM_FAIL, "Build the companion patch "
				"anew, from the sources of this program.",
				"/dev/sev-debug does not answer as this program expects");
	return ret ? ret : check_lockdown(f);
}

static int parameter(struct facts *f, const char *module, const char *name, char *value, size_t size)
{
	char path[96], text[64];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	if (host_read_line(f->adm->host, path, text, sizeof(text)))
		return -ENOENT;
	text_escape(text, value, size);
	return 0;
}

/* The parameters that change what a shutdown does, and what kvm_amd made of its own */
static int check_parameters(struct facts *f)
{
	static const struct {
		const char *module, *name, *usual, *why;
	} rows[] = {
		{ "ccp", "init_ex_path", "(null)", "INIT_EX keeps the platform's keys in that file, "
		  "and a shutdown writes to it no more" },
		{ "ccp", "psp_cmd_timeout", "100", "seconds after which the driver gives the secure "
		  "processor up for good" },
		{ "ccp", "psp_init_on_probe", "Y", "SEV comes up with the first guest only" },
		{ "kvm_amd", "sev_snp", "Y", "no SNP guest can be started" },
		{ "kvm_amd", "sev_es", "Y", "no SEV-ES and no SNP guest can be started" },
		{ "kvm_amd", "sev", "Y", "no SEV guest can be started" },
	};
	char value[128];
	int ret = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !ret; i++) {
		if (parameter(f, rows[i].module, rows[i].name, value, sizeof(value)) ||
		    !strcmp(value, rows[i].usual))
			continue;
		ret = check_say(f, "module.parameter", SEVADM_PASS, NULL, "%s.%s is %s: %s",
				rows[i].module, rows[i].name, value, rows[i].why);
	}
	return ret;
}

static int check_kvm(struct facts *f)
{
	enum driver_module kvm = driver_module(f->adm, "kvm_amd");
	const struct finding *obstacle = f->host.patch ? NULL :
					 driver_stock_obstacle(f->adm, &f->platforms);

	/* what is half up is told with the states */
	if (obstacle && !facts_half_up(f))
		return check_say(f, "module.kvm_amd", SEVADM_FAIL, obstacle->remedy, "%s",
				 obstacle->text);
	return check_say(f, "module.kvm_amd", SEVADM_PASS, NULL, kvm == DRIVER_MODULE_LIVE ?
			 "kvm_amd is loaded" : kvm == DRIVER_MODULE_BUILT_IN ?
			 "kvm_amd is built in" :
			 "kvm_amd is not loaded: nothing here can run a guest");
}

/* SNP of a driver before 6.16 stays up when kvm_amd goes */
static int check_keeper(struct facts *f)
{
	if (f->host.patch || for_kdump(f) || !f->snp_host || !driver_keeps_snp(f->adm))
		return 0;
	return check_say(f, "kernel.shutdown", SEVADM_WARN, "Take a kernel from 6.16 on, or one with "
			 "the companion patch, before guests are ended in vain.", "drivers of kernels "
			 "6.11 to 6.15 keep SNP up when kvm_amd is unloaded, unless they took the "
			 "change of 6.16 over, as 6.12.117 did");
}

int check_modules(struct facts *f)
{
	enum driver_module ccp = driver_module(f->adm, "ccp");
	int ret;

	if (ccp != DRIVER_MODULE_NONE)
		ret = check_say(f, "module.ccp", SEVADM_PASS, NULL, ccp == DRIVER_MODULE_LIVE ?
				"ccp is loaded" : "ccp is built in");
	else
		ret = check_say(f, "module.ccp", for_kdump(f) ? SEVADM_WARN : SEVADM_FAIL,
				"`modprobe ccp`.", "ccp is not loaded");
	if (!ret)
		ret = check_kvm(f);
	if (!ret)
		ret = check_keeper(f);
	return ret ? ret : check_parameters(f);
}

static int check_psp(struct facts *f)
{
	static const char remedy[] = "Reboot cold; kexec will not help, and nothing brings it back "
				     "before.";

	if (facts_psp_dead(f))
		return check_say(f, "psp.alive", SEVADM_FAIL, remedy, "a firmware command timed out "
				 "earlier, and the driver gave the secure processor up");
	if (f->sev_err == -EBUSY)
		return check_say(f, "psp.alive", SEVADM_FAIL, remedy, "the driver refuses every "
				 "firmware command (EBUSY): a command timed out earlier");
	/* a status that is no success is an answer, too */
	if (f->sev_err && !(f->sev_err == -EIO && f->sev_step.status != SEVADM_NO_FW_CALL))
		return check_say(f, "psp.alive", f->adm->dev->node_err[DEVICE_SEV] ? SEVADM_SKIP :
				 SEVADM_FAIL,
				 "See `sevadm status`.", "the secure processor was not asked: %s",
				 strerrorname_np(-f->sev_err));
	return check_say(f, "psp.alive", SEVADM_PASS, NULL, "the secure processor answers");
}

/*
 * sev-dev.c initialises SNP from 1.51 on; from 1.53 on SNP_SHUTDOWN_EX can give the IOMMU
 * back.  A host without SNP asks nothing of its firmware's version.
 */
static int check_version(struct facts *f)
{
	unsigned int api = (unsigned int)f->sev.api_major * 256 + f->sev.api_minor;
	bool old = f->snp_host && (api < 0x133 || (for_kexec(f) && api < 0x135));

	if (!f->sev.known)
		return check_say(f, "firmware.version", SEVADM_SKIP, NULL,
				 "the firmware did not tell its version");
	return check_say(f, "firmware.version", old ? SEVADM_FAIL : SEVADM_PASS,
			 "Update the firmware (package amd64-microcode or the board's BIOS).",
			 "the firmware's API is %u.%u%s", f->sev.api_major, f->sev.api_minor,
			 !old ? "" : api < 0x133 ? ": SNP needs 1.51" : ": a kexec needs 1.53, which "
			 "can give the IOMMU back");
}

static int say_state(struct facts *f, const char *id, const char *what, int err,
		     const struct sevadm_step *step, const char *name)
{
	if (!err)
		return check_say(f, id, SEVADM_PASS, NULL, "%s is %s", what, name);
	if (err == -EINVAL || err == -ENODEV)
		return check_say(f, id, SEVADM_SKIP, NULL, "the kernel does not ask for the state "
				 "of %s here (%s)", what, strerrorname_np(-err));
	if (err == -EIO && step->status != SEVADM_NO_FW_CALL)
		return check_say(f, id, facts_half_up(f) ? SEVADM_SKIP : SEVADM_FAIL,
				 "See `sevadm explain`.", "%s: firmware "
				 "refused: %s (0x%04x)", step->command,
				 sevadm_status_name(step->status), step->status);
	/* what is not known to be down must not be taken for it */
	return check_say(f, id, for_kexec(f) ? SEVADM_FAIL : SEVADM_SKIP, "See `sevadm status`.",
			 "the state of %s is not known (%s)", what, strerrorname_np(-err));
}

struct tio {
	struct host *host;
	unsigned int nr;
	char names[128];
};

/* What a device is connected to is empty while it is to nothing (ABI/testing/sysfs-bus-pci) */
static int look_at_device(void *arg, const char *name)
{
	struct tio *tio = arg;
	char path[128], tsm[32];
	size_t used = strlen(tio->names);

	snprintf(path, sizeof(path), PCI_DIR "/%.64s/tsm/connect", name);
	if (host_read_line(tio->host, path, tsm, sizeof(tsm)) || !tsm[0])
		return 0;
	tio->nr++;
	snprintf(tio->names + used, sizeof(tio->names) - used, "%s%.24s", used ? ", " : "", name);
	return 0;
}

/* A stock driver takes SEV-TIO down by itself, and does not tell whether it is up */
static int check_tio(struct facts *f)
{
	struct tio tio = { .host = f->adm->host };
	int ret = 0;

	f->adm->host->ops->list(f->adm->host, PCI_DIR, look_at_device, &tio);
	if (tio.nr)
		ret = check_say(f, "tio.devices", SEVADM_FAIL, "Disconnect each: write what its "
				"tsm/connect says into its tsm/disconnect.", "%u PCI device%s "
				"connected by SEV-TIO: %s", tio.nr, tio.nr == 1 ? " is" : "s are",
				tio.names);
	if (!ret && f->patch && f->info.state & SEV_DBG_S_TIO)
		ret = check_say(f, "tio", SEVADM_FAIL, "Unbind devices from SEV-TIO; then "
				"`modprobe -r kvm_amd`, for the driver takes SEV-TIO down first.",
				"SEV-TIO is up, and SNP does not go down under it");
	return ret;
}

int check_firmware(struct facts *f)
{
	int ret = check_psp(f);

	if (!ret)
		ret = check_version(f);
	if (!ret)
		ret = say_state(f, "sev.state", "SEV", f->sev_err, &f->sev_step,
				sevadm_sev_state_name(f->sev.state));
	if (!ret)
		ret = say_state(f, "snp.state", "SEV-SNP", f->snp_err, &f->snp_step,
				sevadm_snp_state_name(f->snp.state));
	if (!ret && !for_kdump(f))
		ret = check_tio(f);
	return ret;
}
