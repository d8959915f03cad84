// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel: what it is, how it was built and booted, what it made of the processor, its
 * modules, and the CPUs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doctor/doctor.h"
#include "lib/util/text.h"

#define CATEGORY "kernel"

/* A word of its own in @text, up to @end or the next blank */
static const char *word_in(const char *text, const char *word, const char *end)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || strchr(" \t\n", at[-1])) && (!at[len] || strchr(end, at[len])))
			return at;
	return NULL;
}

/* Is it among the flags that the kernel shows? */
static bool has_flag(const struct exam *e, const char *flag)
{
	const char *flags = strstr(e->cpuinfo, "\nflags");
	char line[8192];

	if (!flags)
		return false;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(flags + 1, "\n"), flags + 1);
	return word_in(line, flag, " \t");
}

static void run_version(struct exam *e, struct sevadm_examined *x)
{
	static const struct {
		enum sevadm_feature feature;
		const char *name;
		unsigned int major, minor;
	} least[] = {
		{ SEVADM_FEATURE_SNP, "SEV-SNP", 6, 11 }, { SEVADM_FEATURE_SEV_ES, "SEV-ES", 5, 11 },
		{ SEVADM_FEATURE_SEV, "SEV", 4, 16 },
	};
	char release[512];

	text_escape(e->host.kernel, release, sizeof(release));
	for (size_t i = 0; i < sizeof(least) / sizeof(least[0]); i++) {
		bool enough = host_kernel_at_least(e->adm->host, least[i].major, least[i].minor);

		if (least[i].feature != e->out->feature)
			continue;
		say(e, x, enough ? SEVADM_PASS : SEVADM_FAIL, "Take a newer kernel.",
		    "Linux %s: hosts of %s guests are in it from %u.%u on", release, least[i].name,
		    least[i].major, least[i].minor);
	}
}

/* Set to y or m in a kernel's configuration: 1, 0 (it is not), or -errno where there is none */
static int configured(const char *config, const char *name)
{
	const char *at = word_in(config, name, "=");

	return at && (at[strlen(name) + 1] == 'y' || at[strlen(name) + 1] == 'm');
}

static void run_config(struct exam *e, struct sevadm_examined *x)
{
	static const char *const names[] = {
		"CONFIG_KVM_AMD", "CONFIG_KVM_AMD_SEV", "CONFIG_CRYPTO_DEV_SP_PSP",
		"CONFIG_AMD_MEM_ENCRYPT",
	};
	const size_t size = 2 << 20;
	char path[256], missing[160] = "", *config = malloc(size);
	ssize_t n;

	snprintf(path, sizeof(path), "/boot/config-%.128s", e->host.kernel);
	n = config ? e->adm->host->ops->read(e->adm->host, path, config, size) : -ENOMEM;
	e->oom |= !config;
	for (size_t i = 0; n >= 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (!configured(config, names[i]))
			snprintf(missing + strlen(missing), sizeof(missing) - strlen(missing),
				 "%s%s", *missing ? ", " : "", names[i]);
	if (n < 0)
		say(e, x, SEVADM_SKIP, NULL, "its configuration cannot be read from /boot (%s)",
		    exam_why((int)n));
	else if (*missing)
		say(e, x, SEVADM_FAIL, "Take a kernel that is built with them.",
		    "the kernel is built without %s", missing);
	else
		say(e, x, SEVADM_PASS, NULL, "the kernel is built for hosts of SEV guests");
	free(config);
}

/* A parameter of a module's that was given there and turns something off */
static bool off_by(const struct exam *e, const char *name)
{
	const char *at = word_in(e->cmdline, name, "=");

	if (!at || !at[strlen(name)])
		return false;
	at += strlen(name) + 1;
	return (*at && strchr("0nN", *at)) || !strncmp(at, "off", 3);
}

static bool sev_nosnp(const struct exam *e)
{
	const char *at = word_in(e->cmdline, "sev", "=");

	return at && memmem(at, strcspn(at, " \n"), "nosnp", 5);
}

static void add_word(char *list, size_t size, const char *word)
{
	size_t used = strlen(list);

	snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
}

static void run_cmdline(struct exam *e, struct sevadm_examined *x)
{
	enum sevadm_feature feature = e->out->feature;
	char bad[160] = "";

	if (!e->has_cmdline) {
		say(e, x, SEVADM_SKIP, NULL, "/proc/cmdline cannot be read");
		return;
	}
	if (off_by(e, "kvm_amd.sev"))
		add_word(bad, sizeof(bad), "kvm_amd.sev");
	if (feature >= SEVADM_FEATURE_SEV_ES && off_by(e, "kvm_amd.sev_es"))
		add_word(bad, sizeof(bad), "kvm_amd.sev_es");
	if (feature >= SEVADM_FEATURE_SNP && off_by(e, "kvm_amd.sev_snp"))
		add_word(bad, sizeof(bad), "kvm_amd.sev_snp");
	if (feature >= SEVADM_FEATURE_SNP && sev_nosnp(e))
		add_word(bad, sizeof(bad), "sev=nosnp");
	if (off_by(e, "mem_encrypt"))
		say(e, x, *bad ? SEVADM_FAIL : SEVADM_PASS, "Boot without these words.",
		    "%s%smem_encrypt=off, by which the kernel's own memory alone is meant",
		    bad, *bad ? " on the kernel's command line; " : "");
	else if (*bad)
		say(e, x, SEVADM_FAIL, "Boot without it.", "the kernel's command line turns off what "
		    "is asked for: %s", bad);
	else
		say(e, x, SEVADM_PASS, NULL, "nothing on the kernel's command line turns it off");
}

/* The kernel takes a flag back that the BIOS does not let it use */
static void run_flags(struct exam *e, struct sevadm_examined *x)
{
	static const struct {
		enum sevadm_feature feature;
		uint32_t bit;
		const char *flag;
	} rows[] = {
		{ SEVADM_FEATURE_SEV, CPUID_SEV, "sev" },
		{ SEVADM_FEATURE_SEV_ES, CPUID_SEV_ES, "sev_es" },
		{ SEVADM_FEATURE_SNP, CPUID_SNP, "sev_snp" },
	};
	char missing[64] = "";

	if (!strstr(e->cpuinfo, "\nflags")) {
		say(e, x, SEVADM_SKIP, NULL, "/proc/cpuinfo cannot be read, or has no flags");
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].feature <= e->out->feature && e->sev.eax & rows[i].bit &&
		    !has_flag(e, rows[i].flag))
			add_word(missing, sizeof(missing), rows[i].flag);
	if (*missing)
		say(e, x, SEVADM_FAIL, "See the registers, which tell why as root, and the kernel's log: "
		    "SMEE, SNP support and the RMP's coverage in the BIOS.", "CPUID has them, and the "
		    "kernel does not use them: %s", missing);
	else
		say(e, x, SEVADM_PASS, NULL, "the kernel uses what CPUID has");
}

static int count(void *arg, const char *name)
{
	(void)name;
	++*(unsigned int *)arg;
	return 0;
}

/* iommu_snp_enable() of the kernel refuses a host whose devices go past the IOMMU */
static void run_iommu(struct exam *e, struct sevadm_examined *x)
{
	const char *pt = strstr(e->cmdline, "iommu=pt") ? "iommu=pt" :
			 strstr(e->cmdline, "iommu.passthrough=1") ? "iommu.passthrough=1" : NULL;
	bool off = strstr(e->cmdline, "amd_iommu=off") || word_in(e->cmdline, "iommu=off", " \t\n,");
	unsigned int iommus = 0;
	int ret = e->adm->host->ops->list(e->adm->host, "/sys/class/iommu", count, &iommus);

	if (off)
		say(e, x, SEVADM_FAIL, "Boot without it.", "the IOMMU is off by the kernel's command "
		    "line, and SNP needs it");
	else if (pt)
		say(e, x, SEVADM_FAIL, "Boot without it: SNP needs devices' accesses translated.",
		    "the IOMMU passes devices through (%s on the kernel's command line), and SNP "
		    "does not come up so", pt);
	else if (ret || !iommus)
		say(e, x, SEVADM_FAIL, "Turn the IOMMU on in the BIOS.", "there is no IOMMU, and SNP "
		    "needs it");
	else if (!e->has_cmdline)
		say(e, x, SEVADM_SKIP, NULL, "whether the IOMMU translates is not known: "
		    "/proc/cmdline cannot be read");
	else
		say(e, x, SEVADM_PASS, NULL, "there is an IOMMU, and nothing on the command line passes "
		    "devices through");
}

/* SNP_INIT wants every core */
static void run_cpus(struct exam *e, struct sevadm_examined *x)
{
	bool up = e->p.snp.known && e->p.snp.state;

	if (e->host.nr_online == e->host.nr_present)
		say(e, x, SEVADM_PASS, NULL, "all CPUs are online: %s", e->host.cpus_online);
	else
		say(e, x, up ? SEVADM_WARN : SEVADM_FAIL, up ?
		    "Bring them online before SNP has to come up again." :
		    "Bring them online, and load kvm_amd anew.", "CPU %s is offline%s",
		    e->host.cpus_offline, up ? "; SNP came up all the same" :
		    ", and the firmware wants every core when SNP comes up");
}

static void run_kdump(struct exam *e, struct sevadm_examined *x)
{
	char loaded[8] = "";

	if (host_read_line(e->adm->host, "/sys/kernel/kexec_crash_loaded", loaded, sizeof(loaded)))
		say(e, x, SEVADM_SKIP, NULL, "this kernel has no kdump");
	else if (*loaded != '1')
		say(e, x, SEVADM_SKIP, NULL, "no crash kernel is loaded");
	else if (!host_kernel_at_least(e->adm->host, 6, 18))
		say(e, x, SEVADM_WARN, "Take a kernel from 6.18 on; see `sevadm check kdump`.",
		    "a crash kernel is loaded, which does not come up after a crash with SNP guests: "
		    "kernels before 6.18 do not take the locked IOMMU over");
	else
		say(e, x, SEVADM_PASS, NULL, "a crash kernel is loaded");
}

static void run_module(struct exam *e, struct sevadm_examined *x, const char *name,
		       const char *remedy)
{
	enum driver_module module = driver_module(e->adm, name);

	say(e, x, module == DRIVER_MODULE_NONE ? SEVADM_FAIL : SEVADM_PASS, remedy, "%s is %s", name,
	    module == DRIVER_MODULE_NONE ? "not loaded" : module == DRIVER_MODULE_LIVE ? "loaded" :
	    "built in");
}

static void run_ccp(struct exam *e, struct sevadm_examined *x)
{
	run_module(e, x, "ccp", "`modprobe ccp`.");
}

static void run_kvm_amd(struct exam *e, struct sevadm_examined *x)
{
	run_module(e, x, "kvm_amd", "`modprobe kvm_amd`; turn SVM on in the BIOS if it refuses.");
}

/* What kvm_amd made of it when it was loaded */
static void run_parameter(struct exam *e, struct sevadm_examined *x, const char *name)
{
	char path[96], value[16], escaped[64];
	int ret;

	snprintf(path, sizeof(path), "/sys/module/kvm_amd/parameters/%s", name);
	ret = host_read_line(e->adm->host, path, value, sizeof(value));
	text_escape(ret ? "" : value, escaped, sizeof(escaped));
	if (ret == -ENOENT)
		say(e, x, SEVADM_FAIL, "Take a kernel built with KVM_AMD_SEV, and new enough.",
		    "this kvm_amd has no parameter %s", name);
	else if (ret)
		say(e, x, SEVADM_SKIP, NULL, "%s cannot be read (%s)", path, exam_why(ret));
	else if (*value == 'Y' || *value == '1')
		say(e, x, SEVADM_PASS, NULL, "kvm_amd.%s is on", name);
	else
		say(e, x, SEVADM_FAIL, "What else failed here tells why, and the kernel's log; a module's "
		    "parameter is looked for in /etc/modprobe.d, too.", "kvm_amd.%s is off (%s): no "
		    "such guest can be started", name, escaped);
}

static void run_kvm_sev(struct exam *e, struct sevadm_examined *x)
{
	run_parameter(e, x, "sev");
}

static void run_kvm_sev_es(struct exam *e, struct sevadm_examined *x)
{
	run_parameter(e, x, "sev_es");
}

static void run_kvm_sev_snp(struct exam *e, struct sevadm_examined *x)
{
	run_parameter(e, x, "sev_snp");
}

const struct exam_check kernel_checks[] = {
	{ "kernel-version", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_version },
	{ "kernel-config", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_config },
	{ "kernel-cmdline", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_cmdline },
	{ "kernel-cpu-flags", CATEGORY, "cpuid-sev", SEVADM_FEATURE_SEV, run_flags },
	{ "cpus-online", CATEGORY, NULL, SEVADM_FEATURE_SNP, run_cpus },
	{ "iommu", CATEGORY, NULL, SEVADM_FEATURE_SNP, run_iommu },
	{ "kdump", CATEGORY, NULL, SEVADM_FEATURE_SNP, run_kdump },
	{ "module-ccp", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_ccp },
	{ "module-kvm-amd", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_kvm_amd },
	{ "kvm-amd-sev", CATEGORY, "module-kvm-amd", SEVADM_FEATURE_SEV, run_kvm_sev },
	{ "kvm-amd-sev-es", CATEGORY, "kvm-amd-sev", SEVADM_FEATURE_SEV_ES, run_kvm_sev_es },
	{ "kvm-amd-sev-snp", CATEGORY, "kvm-amd-sev-es", SEVADM_FEATURE_SNP, run_kvm_sev_snp },
	{ 0 }
};
