// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the BIOS made of it, by model-specific registers: the firmware wants them alike on
 * every CPU.  A register that could not be read is not taken for 0.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doctor/doctor.h"

#define CATEGORY	"registers"
#define MSR_SYSCFG	0xc0010010U
#define MSR_RMP_BASE	0xc0010132U
#define MSR_RMP_END	0xc0010133U
#define MSR_RMP_CFG	0xc0010136U
#define SYSCFG_MEM	(1ULL << 23)	/* memory encryption */
#define SYSCFG_SNP	(1ULL << 24)
#define SYSCFG_VMPL	(1ULL << 25)
#define RMP_SEGMENTED	(1ULL << 0)
#define CPUID_SEGMENTED	(1U << 23)	/* EAX of 8000001F: there is such a thing */
#define RMP_ALIGN	(1ULL << 20)
#define RMP_BOOK	(16ULL << 10)	/* the processor's own, before the first entry */
#define RMP_ENTRY	16ULL

static void read_all(struct exam *e, uint32_t msr, struct exam_registers *r)
{
	struct host *host = e->adm->host;
	struct cpuset online;
	uint64_t value;
	bool first = true;

	*r = (struct exam_registers){ .all = ~0ULL };
	r->err = host_cpus(host, HOST_CPUS_ONLINE, &online);
	for (unsigned int cpu = 0; !r->err && cpu < CPUSET_MAX; cpu++) {
		if (!cpuset_has(&online, cpu))
			continue;
		r->err = host->ops->msr(host, cpu, msr, &value);
		if (r->err) {
			r->cpu = cpu;
			break;
		}
		if (first)
			r->first = value;
		if (!r->differ && value != r->first) {
			r->differ = true;
			r->cpu = cpu;
		}
		r->all &= value;
		r->any |= value;
		first = false;
	}
}

void exam_registers(struct exam *e)
{
	read_all(e, MSR_SYSCFG, &e->syscfg);
	/* who cannot read one cannot read the others */
	e->rmp_base = e->rmp_end = e->syscfg;
	if (e->syscfg.err || !(e->sev.eax & CPUID_SNP) || e->out->feature < SEVADM_FEATURE_SNP)
		return;
	read_all(e, MSR_RMP_BASE, &e->rmp_base);
	read_all(e, MSR_RMP_END, &e->rmp_end);
}

/* It could not be read, and why: true */
static bool unread(struct exam *e, struct sevadm_examined *x, const struct exam_registers *r,
		   const char *name)
{
	if (!r->err)
		return false;
	say(e, x, SEVADM_SKIP, r->err == -ENOENT ? "`modprobe msr`, and run it as root." :
	    r->err == -EIO ? NULL : "Run it as root, with CAP_SYS_RAWIO.",
	    "%s of CPU %u cannot be read (%s)", name, r->cpu, r->err == -ENOENT ?
	    "the module msr is not loaded" : r->err == -EIO ? "there is no such register" :
	    exam_why(r->err));
	return true;
}

static void run_syscfg(struct exam *e, struct sevadm_examined *x, uint64_t bit, const char *name,
		       const char *remedy)
{
	unsigned int at = (unsigned int)__builtin_ctzll(bit);

	if (unread(e, x, &e->syscfg, "SYSCFG (MSR C0010010)"))
		return;
	if (e->syscfg.all & bit)
		say(e, x, SEVADM_PASS, NULL, "%s is on (SYSCFG bit %u) on every CPU that is online",
		    name, at);
	else if (e->syscfg.any & bit)
		say(e, x, SEVADM_FAIL, "Reboot, and update the BIOS if it comes again: the firmware "
		    "wants all alike.", "%s is on (SYSCFG bit %u) on some CPUs only: CPU %u differs "
		    "from the first", name, at, e->syscfg.cpu);
	else
		say(e, x, SEVADM_FAIL, remedy, "%s is off (SYSCFG bit %u)", name, at);
}

static void run_mem_encrypt(struct exam *e, struct sevadm_examined *x)
{
	run_syscfg(e, x, SYSCFG_MEM, "memory encryption", "Turn SMEE on in the BIOS.");
}

/* From 7.1 on ccp sets these bits itself, when it brings SNP up, and clears them after */
static bool still_down(struct exam *e, struct sevadm_examined *x, uint64_t bit)
{
	if (e->syscfg.err || e->syscfg.any & bit || !host_kernel_at_least(e->adm->host, 7, 1) ||
	    (e->p.snp.known && e->p.snp.state))
		return false;
	say(e, x, SEVADM_SKIP, NULL, "off, and SNP is down: from 7.1 on the kernel turns it on when "
	    "SNP comes up");
	return true;
}

static const char snp_in_bios[] = "The kernel turns it on if the BIOS reserved an RMP for all memory and "
				  "the IOMMU translates: see what failed about these.";

static void run_snp(struct exam *e, struct sevadm_examined *x)
{
	if (!still_down(e, x, SYSCFG_SNP))
		run_syscfg(e, x, SYSCFG_SNP, "SEV-SNP", snp_in_bios);
}

static void run_vmpl(struct exam *e, struct sevadm_examined *x)
{
	if (!still_down(e, x, SYSCFG_VMPL))
		run_syscfg(e, x, SYSCFG_VMPL, "VMPL", snp_in_bios);
}

/* A table of segments, where the processor knows such and the BIOS made one (6.14) */
static bool segmented(struct exam *e)
{
	struct host *host = e->adm->host;
	uint64_t cfg = 0;

	return e->sev.eax & CPUID_SEGMENTED && !host->ops->msr(host, 0, MSR_RMP_CFG, &cfg) &&
	       cfg & RMP_SEGMENTED;
}

static void run_range(struct exam *e, struct sevadm_examined *x)
{
	uint64_t base = e->rmp_base.first, end = e->rmp_end.first;
	static const char remedy[] = "Turn on SEV-SNP support and the RMP's coverage of all memory in "
				     "the BIOS.";

	if (unread(e, x, &e->rmp_base, "RMP_BASE (MSR C0010132)") ||
	    unread(e, x, &e->rmp_end, "RMP_END (MSR C0010133)"))
		return;
	if (e->rmp_base.differ || e->rmp_end.differ)
		say(e, x, SEVADM_FAIL, "Update the BIOS.", "CPU %u has another RMP than the first",
		    e->rmp_base.differ ? e->rmp_base.cpu : e->rmp_end.cpu);
	else if (!base && !end)
		say(e, x, SEVADM_FAIL, remedy, "the BIOS reserved no memory for the RMP");
	else if (!end && !(base & (RMP_ALIGN - 1)) && segmented(e))
		say(e, x, SEVADM_PASS, NULL, "the RMP is one of segments, their table at 0x%llx",
		    (unsigned long long)base);
	else if (base & (RMP_ALIGN - 1) || (end + 1) & (RMP_ALIGN - 1) || end <= base)
		say(e, x, SEVADM_FAIL, "Update the BIOS.", "the RMP's range makes no sense: 0x%llx to "
		    "0x%llx, and it has to begin and end at whole megabytes",
		    (unsigned long long)base, (unsigned long long)end);
	else
		say(e, x, SEVADM_PASS, NULL, "the RMP is at 0x%llx to 0x%llx",
		    (unsigned long long)base, (unsigned long long)end);
}

/* End of the highest zone of memory, in pages, by /proc/zoneinfo; 0: not known */
static uint64_t last_page(struct exam *e)
{
	const size_t size = 4 << 20;
	char *text = malloc(size);
	uint64_t spanned = 0, start, last = 0;

	if (!text || e->adm->host->ops->read(e->adm->host, "/proc/zoneinfo", text, size) < 0) {
		e->oom |= !text;
		free(text);
		return 0;
	}
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " \t");
		if (!strncmp(line, "spanned ", 8))
			spanned = strtoull(line + 8, NULL, 10);
		if (strncmp(line, "start_pfn:", 10))
			continue;
		start = strtoull(line + 10, NULL, 10);
		if (spanned && start + spanned > last)
			last = start + spanned;
		spanned = 0;
	}
	free(text);
	return last;
}

/* As snp_probe_rmptable_info(): an entry for each page, and what the processor keeps there */
static void run_size(struct exam *e, struct sevadm_examined *x)
{
	uint64_t pages = last_page(e), have = e->rmp_end.first + 1 - e->rmp_base.first;
	uint64_t need = pages * RMP_ENTRY + RMP_BOOK;

	if (!e->rmp_end.first)
		say(e, x, SEVADM_SKIP, NULL, "how much a table of segments covers is not looked at");
	else if (!pages)
		say(e, x, SEVADM_SKIP, NULL, "/proc/zoneinfo does not tell how much memory there is");
	else if (have < need)
		say(e, x, SEVADM_FAIL, "Have the BIOS cover all memory by the RMP (\"SNP Memory Coverage\", "
		    "or its size by hand).", "the RMP has %llu KB, and memory up to 0x%llx needs %llu KB: "
		    "the kernel does not turn SNP on", (unsigned long long)have >> 10,
		    (unsigned long long)pages << 12, (unsigned long long)(need + 1023) >> 10);
	else
		say(e, x, SEVADM_PASS, NULL, "the RMP covers all memory, which ends at 0x%llx",
		    (unsigned long long)pages << 12);
}

const struct exam_check register_checks[] = {
	{ "syscfg-mem-encrypt", CATEGORY, "cpuid-sme", SEVADM_FEATURE_SEV, run_mem_encrypt },
	{ "rmp-range", CATEGORY, "cpuid-sev-snp", SEVADM_FEATURE_SNP, run_range },
	{ "rmp-size", CATEGORY, "rmp-range", SEVADM_FEATURE_SNP, run_size },
	{ "syscfg-snp", CATEGORY, "cpuid-sev-snp", SEVADM_FEATURE_SNP, run_snp },
	{ "syscfg-vmpl", CATEGORY, "cpuid-sev-snp", SEVADM_FEATURE_SNP, run_vmpl },
	{ 0 }
};
