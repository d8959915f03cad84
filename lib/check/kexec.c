// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the next kernel meets: pages left in the RMP, an image, a way to get
 * there; and what a crash kernel would meet, or has met.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"

#define LOOK_SECONDS	30

int check_journal_last(struct facts *f, const char *pattern, char *said, size_t size)
{
	char grep[128];
	const char *const words[] = {
		"journalctl", "--dmesg", "--boot", "--quiet", "--no-pager", "--lines=1", grep, NULL,
	};
	struct host *host = f->adm->host;
	int ret;

	snprintf(grep, sizeof(grep), "--grep=%s", pattern);
	ret = host->ops->run(host, words, LOOK_SECONDS * 1000000000ULL, said, size);
	if (ret < 0)
		return ret;
	if (!ret && said[0])
		return 1;
	/* 1 without a word: it looked, and there is none */
	return ret <= 1 && !said[0] ? 0 : -EIO;
}

/*
 * The journal goes further back than the kernel's own log; if it has the boot's first
 * message, it has those that came after.  1, 0, or -errno where it does not tell.
 */
static int journal_has_leak(struct facts *f)
{
	char said[256];
	int ret = check_journal_last(f, "Leaking PFN range", said, sizeof(said));

	if (ret)
		return ret;
	ret = check_journal_last(f, "Linux version", said, sizeof(said));
	return ret == 1 ? 0 : ret ? ret : -ENODATA;
}

/* The kernel's own log does not tell, or not of the whole boot */
static int ask_journal(struct facts *f)
{
	enum sevadm_verdict unknown = for_kexec(f) ? SEVADM_FAIL : SEVADM_WARN;
	int leak = journal_has_leak(f);

	if (!leak)
		return check_say(f, "pages.leaked", SEVADM_PASS, NULL, "no page has leaked since boot, "
				 "by the journal");
	if (leak > 0)
		return check_say(f, "pages.leaked", unknown, "Do not kexec; reboot.", "pages have "
				 "leaked since boot, by the journal, and may still be assigned in the "
				 "RMP: one such page is enough to reset the machine in the middle of a "
				 "kexec");
	if (f->klog.err)
		return check_say(f, "pages.leaked", unknown, "Run it as root, with CAP_SYSLOG.",
				 "the kernel's log cannot be read (%s), and it alone tells of all "
				 "pages that leaked", strerrorname_np(-f->klog.err));
	return check_say(f, "pages.leaked", unknown, "Look for \"Leaking PFN range\" in what is kept "
			 "of this boot's messages; boot with a larger log_buf_len.", "no page has "
			 "leaked as far as the kernel's log goes back, which is not to the boot");
}

/* A page that KVM or the driver could not give back is assigned for ever */
int check_pages(struct facts *f)
{
	unsigned long long pages = f->patch ? f->info.leaked_pages : 0;
	enum sevadm_verdict bad = for_kexec(f) ? SEVADM_FAIL : SEVADM_WARN;

	if (!pages && !f->klog.leaks && (f->klog.err || !f->klog.whole))
		return ask_journal(f);
	if (!pages && !f->klog.leaks)
		return check_say(f, "pages.leaked", SEVADM_PASS, NULL, "no page has leaked since "
				 "boot");
	return check_say(f, "pages.leaked", bad, "Do not kexec; reboot.", "pages have leaked since "
			 "boot and may still be assigned in the RMP (the driver's guard kept %llu, "
			 "the kernel's log tells of %u ranges): one such page is enough to reset "
			 "the machine in the middle of a kexec", pages, f->klog.leaks);
}

static int read_number(struct facts *f, const char *path, int missing)
{
	char text[32];
	int value;

	if (host_read_line(f->adm->host, path, text, sizeof(text)) ||
	    sscanf(text, "%d", &value) != 1)
		return missing;
	return value;
}

static int check_image(struct facts *f)
{
	bool disabled = read_number(f, "/proc/sys/kernel/kexec_load_disabled", 0);
	int ret;

	if (disabled)
		ret = check_say(f, "kexec.allowed", SEVADM_WARN, "The sysctl "
				"kernel.kexec_load_disabled stays until the next boot.",
				"no kernel can be loaded for kexec any more");
	else
		ret = check_say(f, "kexec.allowed", SEVADM_PASS, NULL, "a kernel can be loaded for "
				"kexec");
	if (ret)
		return ret;
	if (read_number(f, "/sys/kernel/kexec_loaded", 0) == 1)
		return check_say(f, "kexec.loaded", SEVADM_PASS, NULL, "a kernel is loaded for "
				 "kexec");
	return check_say(f, "kexec.loaded", SEVADM_FAIL, disabled ?
			 "None can be loaded before the next boot: reboot." :
			 "Load one with `kexec -l`, or by `sevadm kexec --kernel=FILE`.",
			 "no kernel is loaded for kexec");
}

static int check_systemd(struct facts *f)
{
	if (host_has_systemd(f->adm->host))
		return check_say(f, "systemd", SEVADM_PASS, NULL, "systemd runs this host and ends "
				 "its services before a kexec");
	return check_say(f, "systemd", SEVADM_WARN, "End services yourself, then say `sevadm kexec "
			 "--now`.", "systemd does not run this host: nothing ends services before a "
			 "kexec");
}

/*
 * What the kernel leaves behind, by its version (arch/x86/virt/svm/sev.c, sev-dev.c).
 * Where it has the firmware end the RMP's checks it does so only with SVM off on every
 * CPU, which it is not while kvm_amd is loaded; and afterwards nothing tells which it was.
 */
static int check_rules(struct facts *f)
{
	if (host_kernel_at_least(f->adm->host, 7, 1))
		return check_say(f, "kernel.rmp", SEVADM_PASS, NULL, "this kernel has the firmware end "
				 "the checks of the RMP only while kvm_amd is not loaded, and nothing "
				 "tells afterwards whether it did: no page may stay assigned, so every "
				 "VM has to end, not only its guest");
	return check_say(f, "kernel.rmp", SEVADM_PASS, NULL, "this kernel leaves the RMP checked "
			 "after a shutdown: no page may stay assigned, so every VM has to end, not "
			 "only its guest");
}

int check_kexec(struct facts *f)
{
	int ret;

	if (!for_kexec(f))
		return 0;
	ret = check_image(f);
	if (!ret)
		ret = check_systemd(f);
	return ret ? ret : check_rules(f);
}

/* In the crash kernel: what did the one that crashed leave? */
static int check_left(struct facts *f)
{
	enum facts_snp snp = facts_snp(f);
	int ret;

	ret = check_say(f, "kdump.memory", SEVADM_PASS, NULL, "this is a crash kernel, and "
			"/proc/vmcore is the memory of the kernel that crashed");
	if (!ret)
		ret = check_say(f, "kdump.left", snp == FACTS_SNP_UP ? SEVADM_WARN :
				snp == FACTS_SNP_DOWN ? SEVADM_PASS : SEVADM_SKIP,
				"Save the dump, then reboot cold.", snp == FACTS_SNP_UP ?
				"the kernel that crashed left SNP up: the firmware refuses this "
				"kernel's pages" : snp == FACTS_SNP_DOWN ?
				"the kernel that crashed brought SNP down, or never had it up" :
				"whether the kernel that crashed left SNP up cannot be told");
	if (ret)
		return ret;
	if (f->klog.iommu_silent)
		return check_say(f, "kdump.iommu", SEVADM_FAIL, "Save the dump over a path that "
				 "needs no interrupts, or not at all; crash kernels from 6.18 on "
				 "take the IOMMU's buffers over.", "the IOMMU does not answer this "
				 "kernel: its registers are locked to the old one's buffers");
	return check_say(f, "kdump.iommu", SEVADM_PASS, NULL, "the IOMMU answers this kernel%s",
			 f->klog.iommu_reused ? ", with the old one's buffers" : "");
}

static int check_panic(struct facts *f)
{
	uint32_t alive = facts_guests_alive(f);

	if (facts_snp(f) == FACTS_SNP_DOWN)
		return check_say(f, "kdump.snp", SEVADM_PASS, NULL, "SNP is down: a crash kernel "
				 "finds nothing of it");
	if (facts_psp_dead(f) || f->sev_err == -EBUSY)
		return check_say(f, "kdump.snp", SEVADM_FAIL, "Reboot cold while it is in your hand.",
				 "the secure processor was given up, and SNP may be up: a panic cannot "
				 "bring it down");
	if (f->klog.status_failed)
		return check_say(f, "kdump.snp", SEVADM_FAIL, finding_second_kernel.remedy,
				 "SNP of another kernel is up: a panic cannot bring it down");
	if (facts_snp(f) == FACTS_SNP_UNKNOWN)
		return check_say(f, "kdump.snp", SEVADM_SKIP, NULL, "whether SNP is up, which a crash "
				 "kernel would meet, cannot be told");
	if (!alive)
		return check_say(f, "kdump.snp", SEVADM_PASS, NULL, "SNP is up without a guest: the "
				 "driver brings it down when the kernel panics");
	if (host_kernel_at_least(f->adm->host, 6, 18))
		return check_say(f, "kdump.snp", SEVADM_PASS, NULL, "SNP stays up when the kernel "
				 "panics, for %u guests are alive; a crash kernel from 6.18 on goes "
				 "on with the IOMMU's buffers", alive);
	return check_say(f, "kdump.snp", SEVADM_FAIL, "Take a kernel from 6.18 on as crash kernel.",
			 "%u guests are alive: SNP stays up when the kernel panics, and a crash "
			 "kernel of this version dies of the IOMMU or the timer, unless CPU 0 was "
			 "the one that panicked", alive);
}

int check_kdump(struct facts *f)
{
	int ret;

	if (!for_kdump(f))
		return 0;
	if (f->in_kdump)
		return check_left(f);
	if (read_number(f, "/sys/kernel/kexec_crash_loaded", 0) == 1)
		ret = check_say(f, "kdump.loaded", SEVADM_PASS, NULL, "a crash kernel is loaded");
	else
		ret = check_say(f, "kdump.loaded", SEVADM_FAIL, "Set it up with your distribution's "
				"kdump service.", "no crash kernel is loaded");
	return ret ? ret : check_panic(f);
}
