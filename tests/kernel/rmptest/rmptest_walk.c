// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accesses through a page table that lies in a page of the block: its upper levels
 * hang in a copy of the kernel's, in its half, where it has nothing: a fault at a
 * user address would be a bug of the kernel's own.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/slab.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>

#include "rmptest.h"

void rmptest_table(unsigned int table, unsigned int target, u64 bits)
{
	u64 *pte = (u64 *)(rmptest_small + table * PAGE_SIZE);

	memset(pte, 0, PAGE_SIZE);
	pte[0] = page_to_phys(rmptest_block + target) | bits;
}

/* Put @below in a new table of 512 entries at @slot */
static u64 *level(const u64 *from, unsigned int slot, u64 below)
{
	u64 *table = (u64 *)get_zeroed_page(GFP_KERNEL);

	if (!table)
		return NULL;
	if (from)
		memcpy(table, from, PAGE_SIZE);
	table[slot] = below | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY;
	return table;
}

static unsigned int free_slot(const u64 *pgd)
{
	unsigned int slot = PTRS_PER_PGD / 2;

	while (slot < PTRS_PER_PGD && pgd[slot])
		slot++;
	return slot;
}

static void access(const u64 *pgd, unsigned int slot, bool store, struct rmptest_result *res)
{
	u8 *addr = (u8 *)(~0ul << (PGDIR_SHIFT + 9) | (unsigned long)slot << PGDIR_SHIFT);
	unsigned long flags, cr3;

	local_irq_save(flags);
	cr3 = __native_read_cr3();
	native_write_cr3(__pa(pgd));
	if (store)
		rmptest_store(addr, 0x77, res);
	else
		rmptest_load(addr, res);
	native_write_cr3(cr3);
	local_irq_restore(flags);
}

int rmptest_walk(unsigned int table, bool store, struct rmptest_result *res)
{
	const u64 *kernel = __va(__native_read_cr3() & PAGE_MASK);
	u64 *pmd, *pud = NULL, *pgd = NULL;
	unsigned int slot = free_slot(kernel);
	int ret = -ENOMEM;

	if (pgtable_l5_enabled() || slot == PTRS_PER_PGD)
		return -EOPNOTSUPP;
	pmd = level(NULL, 0, page_to_phys(rmptest_block + table));
	if (pmd)
		pud = level(NULL, 0, __pa(pmd));
	if (pud)
		pgd = level(kernel, slot, __pa(pud));
	if (pgd) {
		access(pgd, slot, store, res);
		ret = 0;
	}
	free_page((unsigned long)pgd);
	free_page((unsigned long)pud);
	free_page((unsigned long)pmd);
	return ret;
}
