// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices and who may use them, modules and their parameters, the firmware.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"
#include "lib/util/text.h"

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
	int ret = host_read_line(f->adm->host, "/sys/kernel/security/lockdown", mode, sizeof(mode));

	if (ret == -ENOENT)
		return check_say(f, "lockdown", SEVADM_PASS, NULL, "the kernel knows no lockdown");
	if (ret)
		return check_say(f, "lockdown", SEVADM_SKIP, NULL, "lockdown cannot be read (%s)",
				 strerrorname_np(-ret));
	if (strstr(mode, "[none]"))
		return check_say(f, "lockdown", SEVADM_PASS, NULL, "the kernel is not locked down");
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

static bool module_live(struct facts *f, const char *name)
{
	char path[64], state[32];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !host_read_line(f->adm->host, path, state, sizeof(state)) && !strcmp(state, "live");
}

/* Built into the kernel: it has parameters there, and no state */
static bool module_built_in(struct facts *f, const char *name)
{
	char path[64], state[32];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", name,
		 strcmp(name, "ccp") ? "sev" : "psp_init_on_probe");
	return !host_read_line(f->adm->host, path, state, sizeof(state));
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

/*
 * An INIT failed when it was loaded: it does not shut down then what it could not use.
 * What is half up is worse, and told with the states.
 */
static int check_kvm(struct facts *f)
{
	char sev[8];

	if (f->patch || parameter(f, "kvm_amd", "sev", sev, sizeof(sev)) || strcmp(sev, "N") ||
	    facts_half_up(f) || !(f->sev.state || facts_snp_up(f)))
		return check_say(f, "module.kvm_amd", SEVADM_PASS, NULL, "kvm_amd is loaded");
	return check_say(f, "module.kvm_amd", SEVADM_FAIL, "`sevadm recover --reload` loads it anew; "
			 "if it does not find SEV then either, reboot cold.", "SEV or SNP is up in the "
			 "firmware, and kvm_amd, whose end brings it down, was loaded without finding "
			 "SEV");
}

int check_modules(struct facts *f)
{
	bool ccp = module_live(f, "ccp"), kvm = module_live(f, "kvm_amd");
	int ret;

	if (ccp || module_built_in(f, "ccp"))
		ret = check_say(f, "module.ccp", SEVADM_PASS, NULL, ccp ? "ccp is loaded" :
				"ccp is built in");
	else
		ret = check_say(f, "module.ccp", for_kdump(f) ? SEVADM_WARN : SEVADM_FAIL,
				"`modprobe ccp`.", "ccp is not loaded");
	if (ret)
		return ret;
	if (kvm)
		ret = check_kvm(f);
	else if (module_built_in(f, "kvm_amd"))
		ret = check_say(f, "module.kvm_amd", f->patch ? SEVADM_PASS : SEVADM_FAIL,
				"Load a ccp module that carries sevadm's companion patch.",
				"kvm_amd is built in%s", f->patch ? "" :
				", and without /dev/sev-debug only its unloading brings SNP down");
	else
		ret = check_say(f, "module.kvm_amd", SEVADM_PASS, NULL,
				"kvm_amd is not loaded: nothing here can run a guest");
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

/* SNP_SHUTDOWN_EX came with 1.53; SNP_INIT_EX is asked for from 1.51 on (sev-dev.c) */
static int check_version(struct facts *f)
{
	unsigned int api = (unsigned int)f->sev.api_major * 256 + f->sev.api_minor;
	bool old = api < 0x133 || (for_kexec(f) && api < 0x135);

	if (!f->sev.known)
		return check_say(f, "firmware.version", SEVADM_SKIP, NULL,
				 "the firmware did not tell its version");
	return check_say(f, "firmware.version", old ? SEVADM_FAIL : SEVADM_PASS,
			 "Update the firmware (package amd64-microcode or the board's BIOS).",
			 "the firmware's API is %u.%u%s", f->sev.api_major, f->sev.api_minor,
			 api < 0x133 ? ": SNP needs 1.51" : old ? ": a kexec needs 1.53, which can "
			 "give the IOMMU back" : "");
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
	if (!ret && f->patch && f->info.state & SEV_DBG_S_TIO)
		ret = check_say(f, "tio", SEVADM_FAIL, "Unbind devices from SEV-TIO; then "
				"`modprobe -r kvm_amd`, for the driver takes SEV-TIO down first.",
				"SEV-TIO is up, and SNP does not go down under it");
	return ret;
}
