/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rmptest: lets a test execute the RMP instructions and the accesses that the RMP
 * checks, on 2 MB of its own.  For the emulated SNP host only.
 */
#ifndef RMPTEST_H
#define RMPTEST_H

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/types.h>

#define RMPTEST_ORDER	9
#define RMPTEST_PAGES	(1u << RMPTEST_ORDER)

/* What came of an instruction or an access */
struct rmptest_result {
	int trap;		/* vector of the exception, or -1 */
	u32 ret;		/* EAX */
	u64 flags;		/* rFLAGS after it */
};

/* As RMPUPDATE reads it and RMPREAD writes it */
struct rmptest_state {
	u64 gpa;
	u8 assigned, page_size, immutable, reserved;
	u32 asid;
} __packed;

extern struct page *rmptest_block;	/* physically contiguous, 2 MB aligned */
extern u8 *rmptest_small;		/* the same, mapped by 4 KB pages */

void rmptest_update(u64 spa, struct rmptest_state *state, u64 flags, struct rmptest_result *res);
void rmptest_psmash(u64 spa, u64 flags, struct rmptest_result *res);
void rmptest_read(u64 spa, struct rmptest_state *state, u64 flags, struct rmptest_result *res);

/* One byte; both set res->trap and nothing else */
void rmptest_load(const u8 *p, struct rmptest_result *res);
void rmptest_store(u8 *p, u8 val, struct rmptest_result *res);

/* A page table in page @table of the block: entry 0 maps page @target with @bits */
void rmptest_table(unsigned int table, unsigned int target, u64 bits);

/* Load or store through it */
int rmptest_walk(unsigned int table, bool store, struct rmptest_result *res);

/* A device writes a page of the block */
int rmptest_dma_init(void);
void rmptest_dma_exit(void);
int rmptest_dma(unsigned int page);

#endif
