// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instructions, and loads and stores, with the exceptions that they raise.
 */
#include <linux/irqflags.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/extable.h>

#include "rmptest.h"

/*
 * EX_TYPE_FAULT leaves the vector in AX and goes to label 2.  The flags before the
 * instruction come from @fl, those after it go there: without IF, so interrupts have
 * to be off before.
 */
#define INSN(bytes, res, fl, spa, ptr)						\
	asm volatile("pushq %[f]\n\tpopfq\n"					\
		     "1:\t.byte " bytes "\n\t"					\
		     "pushfq\n\tpopq %[f]\n\t"					\
		     "movl $-1, %[t]\n\t"					\
		     "jmp 3f\n"							\
		     "2:\tmovl %%eax, %[t]\n"					\
		     "3:\n"							\
		     _ASM_EXTABLE_TYPE(1b, 2b, EX_TYPE_FAULT)			\
		     : [t] "=&r" ((res)->trap), [f] "+r" (fl), "+a" (spa)	\
		     : "c" (ptr)						\
		     : "memory", "cc")

void rmptest_update(u64 spa, struct rmptest_state *state, u64 flags, struct rmptest_result *res)
{
	unsigned long irq;

	local_irq_save(irq);
	INSN("0xf2, 0x0f, 0x01, 0xfe", res, flags, spa, state);
	local_irq_restore(irq);
	res->ret = (u32)spa;
	res->flags = flags;
}

void rmptest_psmash(u64 spa, u64 flags, struct rmptest_result *res)
{
	unsigned long irq;

	local_irq_save(irq);
	INSN("0xf3, 0x0f, 0x01, 0xff", res, flags, spa, NULL);
	local_irq_restore(irq);
	res->ret = (u32)spa;
	res->flags = flags;
}

void rmptest_read(u64 spa, struct rmptest_state *state, u64 flags, struct rmptest_result *res)
{
	unsigned long irq;

	local_irq_save(irq);
	INSN("0xf2, 0x0f, 0x01, 0xfd", res, flags, spa, state);
	local_irq_restore(irq);
	res->ret = (u32)spa;
	res->flags = flags;
}

void rmptest_load(const u8 *p, struct rmptest_result *res)
{
	u32 val = -1;

	asm volatile("1:\tmovb (%[p]), %b[t]\n\t"
		     "movl $-1, %%eax\n"
		     "2:\n"
		     _ASM_EXTABLE_TYPE(1b, 2b, EX_TYPE_FAULT)
		     : "+a" (val), [t] "=&q" (res->ret)
		     : [p] "r" (p)
		     : "memory");
	res->trap = (int)val;
}

void rmptest_store(u8 *p, u8 byte, struct rmptest_result *res)
{
	u32 val = -1;

	asm volatile("1:\tmovb %[b], (%[p])\n\t"
		     "movl $-1, %%eax\n"
		     "2:\n"
		     _ASM_EXTABLE_TYPE(1b, 2b, EX_TYPE_FAULT)
		     : "+a" (val)
		     : [p] "r" (p), [b] "q" (byte)
		     : "memory");
	res->trap = (int)val;
}
