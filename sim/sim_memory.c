// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory: DRAM of which only pages that were written have content, the RMP, the
 * simulated kernel's page allocator, and what the firmware sees of all this.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sim_internal.h"

/* Fixed places; page 0 is never handed out, so that 0 can mean none */
#define KERNEL_PAGES	256u
#define TABLE_PAGE	256u			/* the RMP */
/* 16 bytes for each page from address 0 on, the processor's own 16 KB, whole megabytes */
#define TABLE_PAGES	512u
#define BIOS_PAGE	(TABLE_PAGE + TABLE_PAGES)
#define BIOS_PAGES	16u
#define IOMMU_PAGE	(BIOS_PAGE + BIOS_PAGES)
#define IOMMU_UNITS	2u
#define IOMMU_UNIT_PAGES 8u			/* 4 event log, 3 PPR log, 1 completion store */
#define FIRST_PAGE	1024u

uint64_t sim_pa(uint32_t page)
{
	return SIM_PA_BASE + (uint64_t)page * SIM_PAGE;
}

static bool page_index(uint64_t pa, uint32_t *page)
{
	if (pa < SIM_PA_BASE || pa >= SIM_PA_BASE + (uint64_t)SIM_PAGES * SIM_PAGE)
		return false;
	*page = (uint32_t)((pa - SIM_PA_BASE) / SIM_PAGE);
	return true;
}

uint32_t sim_page_of(uint64_t pa)
{
	uint32_t page;

	return page_index(pa, &page) ? page : 0;
}

/* --- content ------------------------------------------------------------ */

static void content_drop(struct sim *s, uint32_t page)
{
	struct sim_page *p = &s->st->page[page];

	if (!p->slot)
		return;
	s->st->mem.slot_used[p->slot - 1] = 0;
	p->slot = 0;
}

static uint8_t *content_make(struct sim *s, uint32_t page)
{
	struct sim_memory *mem = &s->st->mem;
	uint32_t i, n;

	for (i = 0; i < SIM_SLOTS; i++) {
		n = (mem->slot_hint + i) % SIM_SLOTS;
		if (mem->slot_used[n])
			continue;
		/* on a full disk the mapping would be our end */
		if (fallocate(s->fd, FALLOC_FL_KEEP_SIZE,
			      (off_t)(offsetof(struct sim_state, content) + n * SIM_PAGE),
			      SIM_PAGE) && errno == ENOSPC)
			return NULL;
		mem->slot_used[n] = 1;
		mem->slot_hint = n;
		s->st->page[page].slot = (uint16_t)(n + 1);
		memset(s->st->content[n], 0, SIM_PAGE);
		return s->st->content[n];
	}
	return NULL;
}

static bool all_zero(const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len--)
		if (*p++)
			return false;
	return true;
}

/* Within one page */
static int content_write(struct sim *s, uint32_t page, size_t offset, const void *buf, size_t len)
{
	uint16_t slot = s->st->page[page].slot;
	uint8_t *to;

	if (!slot && all_zero(buf, len))
		return 0;
	if (slot && len == SIM_PAGE && all_zero(buf, len)) {
		content_drop(s, page);
		return 0;
	}
	to = slot ? s->st->content[slot - 1] : content_make(s, page);
	if (!to)
		return -1;
	memcpy(to + offset, buf, len);
	return 0;
}

static void content_read(struct sim *s, uint32_t page, size_t offset, void *buf, size_t len)
{
	uint16_t slot = s->st->page[page].slot;

	if (slot)
		memcpy(buf, s->st->content[slot - 1] + offset, len);
	else
		memset(buf, 0, len);
}

/* --- RMP ---------------------------------------------------------------- */

static void rmp_put(struct sim *s, uint32_t page, const struct psp_fw_rmp *entry)
{
	struct psp_fw_rmp *old = &s->st->rmp[page];
	struct sim_memory *mem = &s->st->mem;

	if (old->assigned) {
		mem->assigned--;
		if (old->asid)
			mem->asid_pages[old->asid]--;
	}
	*old = *entry;
	old->assigned = !!entry->assigned;
	if (old->asid > PSP_FW_MAX_ASID)
		old->asid = 0;
	if (old->assigned) {
		mem->assigned++;
		if (old->asid)
			mem->asid_pages[old->asid]++;
	}
}

bool sim_rmp_assigned(struct sim *s, uint32_t page)
{
	return s->st->rmp[page].assigned;
}

/* Do CPUs check writes against the RMP? */
bool sim_rmp_enforced(struct sim *s)
{
	uint32_t i;

	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].snp_en)
			return true;
	return false;
}

uint64_t sim_rmp_census(struct sim *s)
{
	uint64_t n = s->st->mem.assigned;
	uint32_t i;

	for (i = TABLE_PAGE; i < TABLE_PAGE + TABLE_PAGES; i++)
		n -= s->st->rmp[i].assigned;
	return n;
}

/* The instruction RMPUPDATE: not on what the firmware made immutable (APM vol. 3) */
static int rmpupdate(struct sim *s, uint32_t page, const struct psp_fw_rmp *entry)
{
	if (s->st->rmp[page].immutable)
		return -EFAULT;			/* FAIL_PERMISSION */
	rmp_put(s, page, entry);
	return 0;
}

int sim_rmp_private(struct sim *s, uint32_t page, uint64_t gpa, uint32_t asid, bool immutable)
{
	struct psp_fw_rmp entry;

	memset(&entry, 0, sizeof(entry));
	entry.assigned = 1;
	entry.immutable = immutable;
	entry.asid = asid;
	entry.gpa = gpa;
	return rmpupdate(s, page, &entry);
}

int sim_rmp_shared(struct sim *s, uint32_t page)
{
	struct psp_fw_rmp entry;

	memset(&entry, 0, sizeof(entry));
	return rmpupdate(s, page, &entry);
}

/* amd_iommu_snp_disable(): the logs and stores, Reclaim since SHUTDOWN_EX, become shared */
int sim_iommu_snp_disable(struct sim *s)
{
	uint32_t i;
	int ret;

	if (s->st->m.iommu_fails) {
		s->st->m.iommu_fails = 0;
		return -EINVAL;
	}
	for (i = 0; i < IOMMU_UNITS * IOMMU_UNIT_PAGES; i++) {
		ret = sim_rmp_shared(s, IOMMU_PAGE + i);
		if (ret)
			return ret;
	}
	return 0;
}

uint64_t sim_bios_range(uint32_t *pages)
{
	*pages = BIOS_PAGES;
	return sim_pa(BIOS_PAGE);
}

/* --- the kernel's allocator --------------------------------------------- */

static bool range_free(struct sim *s, uint32_t page, uint32_t pages)
{
	while (pages--)
		if (s->st->page[page++].use != SIM_PAGE_FREE)
			return false;
	return true;
}

uint32_t sim_alloc(struct sim *s, uint32_t pages)
{
	uint32_t align = 1, i, at, start, n;

	while (align < pages)
		align *= 2;
	if (!pages || align > SIM_PAGES / 4)
		return 0;
	start = s->st->mem.hint / align * align;
	for (n = 0; n < SIM_PAGES; n += align) {
		at = (start + n) % SIM_PAGES;
		if (at < FIRST_PAGE || !range_free(s, at, align))
			continue;
		for (i = 0; i < align; i++) {
			s->st->page[at + i].use = SIM_PAGE_USED;
			s->st->page[at + i].next = 0;
			if (sim_rmp_enforced(s) && sim_rmp_assigned(s, at + i))
				sim_die(s, "RMP violation: the kernel was given a free page that is still assigned (page frame %#llx)",
					(unsigned long long)(sim_pa(at + i) / SIM_PAGE));
		}
		if (align < 512)
			s->st->mem.hint = at + align;
		return at;
	}
	return 0;
}

void sim_free(struct sim *s, uint32_t page, uint32_t pages)
{
	uint32_t i, align = 1;

	while (align < pages)
		align *= 2;
	for (i = page; i < page + align; i++) {
		content_drop(s, i);
		s->st->page[i].use = SIM_PAGE_FREE;
		s->st->page[i].next = 0;
	}
	if (page < s->st->mem.hint)
		s->st->mem.hint = page;
}

void sim_leak(struct sim *s, uint32_t page, uint32_t pages)
{
	uint32_t i;

	sim_klog(s, "Leaking PFN range 0x%llx-0x%llx",
		 (unsigned long long)(sim_pa(page) / SIM_PAGE),
		 (unsigned long long)(sim_pa(page + pages) / SIM_PAGE));
	for (i = page; i < page + pages; i++) {
		if (s->st->page[i].use == SIM_PAGE_LEAKED)
			continue;
		s->st->page[i].use = SIM_PAGE_LEAKED;	/* in its list it stays */
		s->st->mem.leaked++;
	}
}

/* --- accesses ----------------------------------------------------------- */

static int memory_access(struct sim *s, uint64_t pa, void *buf, size_t len, bool write)
{
	uint8_t *p = buf;
	uint32_t page;
	size_t n;

	while (len) {
		size_t offset = pa % SIM_PAGE;

		n = SIM_PAGE - offset < len ? SIM_PAGE - offset : len;
		if (!page_index(pa, &page))
			return -1;
		if (!write)
			content_read(s, page, offset, p, n);
		else if (content_write(s, page, offset, p, n))
			return -1;
		pa += n;
		p += n;
		len -= n;
	}
	return 0;
}

void sim_kernel_write(struct sim *s, uint64_t pa, const void *buf, size_t len)
{
	uint32_t page = sim_page_of(pa);

	if (page && sim_rmp_enforced(s) && sim_rmp_assigned(s, page)) {
		sim_die(s, "RMP violation: the kernel wrote to an assigned page (page frame %#llx)",
			(unsigned long long)(pa / SIM_PAGE));
		return;
	}
	memory_access(s, pa, (void *)(uintptr_t)buf, len, true);
}

void sim_kernel_read(struct sim *s, uint64_t pa, void *buf, size_t len)
{
	if (memory_access(s, pa, buf, len, false))
		memset(buf, 0xff, len);
}

void sim_guest_memory(struct sim *s, uint32_t page, uint32_t at, void *buf, size_t len, bool write)
{
	if (memory_access(s, sim_pa(page) + at, buf, len, write) && !write)
		memset(buf, 0xff, len);
}

/* --- what the firmware sees --------------------------------------------- */

static int fw_mem_read(void *opaque, uint64_t pa, void *buf, size_t len)
{
	return memory_access(opaque, pa, buf, len, false);
}

static int fw_mem_write(void *opaque, uint64_t pa, const void *buf, size_t len)
{
	return memory_access(opaque, pa, (void *)(uintptr_t)buf, len, true);
}

static int fw_rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry)
{
	struct sim *s = opaque;
	uint32_t page;

	if (!page_index(pa, &page))
		return -1;
	*entry = s->st->rmp[page];
	return 0;
}

static int fw_rmp_set(void *opaque, uint64_t pa, const struct psp_fw_rmp *entry)
{
	struct sim *s = opaque;
	uint32_t page;

	if (!page_index(pa, &page))
		return -1;
	rmp_put(s, page, entry);
	return 0;
}

static int fw_rmp_init(void *opaque)
{
	struct sim *s = opaque;
	struct psp_fw_rmp entry;
	uint32_t i;

	memset(s->st->rmp, 0, sizeof(s->st->rmp));
	memset(s->st->mem.asid_pages, 0, sizeof(s->st->mem.asid_pages));
	s->st->mem.assigned = 0;
	memset(&entry, 0, sizeof(entry));
	entry.assigned = 1;
	entry.immutable = 1;
	for (i = TABLE_PAGE; i < TABLE_PAGE + TABLE_PAGES; i++)
		rmp_put(s, i, &entry);
	return 0;
}

static uint64_t fw_asid_pages(void *opaque, uint32_t asid)
{
	struct sim *s = opaque;

	return asid <= PSP_FW_MAX_ASID ? s->st->mem.asid_pages[asid] : 0;
}

static void fw_thread_regs(void *opaque, unsigned int thread, struct psp_fw_thread_regs *regs)
{
	struct sim *s = opaque;
	const struct sim_cpu *cpu = &s->st->m.cpu[thread];

	memset(regs, 0, sizeof(*regs));
	regs->mem_enc = !(s->st->m.bios & SIM_BIOS_SME_OFF);
	regs->snp_en = cpu->snp_en;
	regs->vmpl_en = cpu->snp_en;
	regs->mfdm = cpu->snp_en;
	regs->smm_lock = true;
	regs->hsave_pa = cpu->hsave_pa;
	if (s->st->m.bios & SIM_BIOS_SNP_OFF)
		return;
	regs->rmp_base = sim_pa(TABLE_PAGE);
	regs->rmp_end = sim_pa(TABLE_PAGE + (s->st->m.bios & SIM_BIOS_RMP_SMALL ?
					     TABLE_PAGES / 2 : TABLE_PAGES)) - 1;
}

static int fw_snp_disable(void *opaque)
{
	struct sim *s = opaque;
	uint32_t i;

	for (i = 0; i < s->st->m.cpus; i++)
		s->st->m.cpu[i].snp_en = 0;
	return 0;
}

static bool fw_iommu_pages(void *opaque, unsigned int idx, uint64_t *pa, uint64_t *npages)
{
	(void)opaque;
	if (idx >= IOMMU_UNITS)
		return false;
	*pa = sim_pa(IOMMU_PAGE + idx * IOMMU_UNIT_PAGES);
	*npages = IOMMU_UNIT_PAGES;
	return true;
}

const struct psp_fw_ops sim_fw_ops = {
	.mem_read = fw_mem_read,
	.mem_write = fw_mem_write,
	.rmp_get = fw_rmp_get,
	.rmp_set = fw_rmp_set,
	.rmp_init = fw_rmp_init,
	.asid_pages = fw_asid_pages,
	.thread_regs = fw_thread_regs,
	.snp_disable = fw_snp_disable,
	.iommu_pages = fw_iommu_pages,
};

/* --- power on and boot -------------------------------------------------- */

/* A new kernel: all memory is free but what is nobody's to give */
void sim_memory_boot(struct sim *s)
{
	struct sim_page *page = s->st->page;
	uint32_t i;

	for (i = 0; i < SIM_PAGES; i++) {
		content_drop(s, i);
		page[i].next = 0;
		page[i].use = i < FIRST_PAGE ? SIM_PAGE_RESERVED : SIM_PAGE_FREE;
	}
	for (i = 0; i < TABLE_PAGES; i++)
		page[TABLE_PAGE + i].use = SIM_PAGE_RMP_TABLE;
	for (i = 0; i < BIOS_PAGES; i++)
		page[BIOS_PAGE + i].use = SIM_PAGE_BIOS;
	for (i = 0; i < IOMMU_UNITS * IOMMU_UNIT_PAGES; i++)
		page[IOMMU_PAGE + i].use = SIM_PAGE_IOMMU;
	s->st->mem.hint = FIRST_PAGE;
	s->st->mem.leaked = 0;
}

/* Power on: the RMP, in DRAM, holds nothing */
void sim_memory_init(struct sim *s)
{
	memset(s->st->rmp, 0, sizeof(s->st->rmp));
	memset(&s->st->mem, 0, sizeof(s->st->mem));
	memset(s->st->page, 0, sizeof(s->st->page));
	sim_memory_boot(s);
}
