// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/rmptest: write a command, read what came of it.  Numbers are in hex;
 * addresses are physical, with a + from the start of the block.
 *
 *   update SPA GPA ASSIGNED SIZE IMMUTABLE ASID    RMPUPDATE
 *   update-at PAGE OFFSET SPA    its operand lies there (in 4 KB pages, read-only)
 *   psmash SPA
 *   read SPA                     RMPREAD
 *   flags F                      rFLAGS before the next instructions
 *   load PAGE, store PAGE BYTE [CPU]    through a 4 KB mapping
 *   large PAGE BYTE              store through the kernel's large mapping
 *   table PAGE TARGET BITS       see rmptest_table()
 *   walk PAGE r|w
 *   dma PAGE                     a device writes there
 *   peek PAGE                    first byte
 *   base                         where the block is
 *
 * mmap() gives the pages to user mode.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "rmptest.h"

struct page *rmptest_block;
u8 *rmptest_small;

static DEFINE_MUTEX(lock);
static char answer[160];
static u64 flags = 2;

static void say_result(const struct rmptest_result *res)
{
	if (res->trap >= 0)
		snprintf(answer, sizeof(answer), "trap %d\n", res->trap);
	else
		snprintf(answer, sizeof(answer), "%u flags %llx\n", res->ret,
			 res->flags & 0x8d5);
}

static void say_access(int err, const struct rmptest_result *res)
{
	if (err)
		snprintf(answer, sizeof(answer), "error %d\n", err);
	else if (res->trap >= 0)
		snprintf(answer, sizeof(answer), "trap %d\n", res->trap);
	else
		snprintf(answer, sizeof(answer), "ok\n");
}

/* Hex number, or + and one: from the block on */
static bool number(char **line, u64 *val)
{
	char *word = strsep(line, " \n");
	bool rel = word && *word == '+';

	if (!word || kstrtou64(word + rel, 16, val))
		return false;
	if (rel)
		*val += page_to_phys(rmptest_block);
	return true;
}

static bool page_number(char **line, u64 *val)
{
	return number(line, val) && *val < RMPTEST_PAGES;
}

static bool do_update(char *line)
{
	struct rmptest_state state = { };
	struct rmptest_result res;
	u64 spa, v[5];

	if (!number(&line, &spa))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(v); i++)
		if (!number(&line, &v[i]))
			return false;
	state.gpa = v[0];
	state.assigned = v[1];
	state.page_size = v[2];
	state.immutable = v[3];
	state.asid = v[4];
	rmptest_update(spa, &state, flags, &res);
	say_result(&res);
	return true;
}

static bool do_update_at(char *line)
{
	struct rmptest_result res;
	u64 page, off, spa;

	if (!page_number(&line, &page) || !number(&line, &off) || !number(&line, &spa))
		return false;
	rmptest_update(spa, (struct rmptest_state *)(rmptest_small + page * PAGE_SIZE + off),
		       flags, &res);
	say_result(&res);
	return true;
}

static bool do_psmash(char *line)
{
	struct rmptest_result res;
	u64 spa;

	if (!number(&line, &spa))
		return false;
	rmptest_psmash(spa, flags, &res);
	say_result(&res);
	return true;
}

static bool do_read(char *line)
{
	struct rmptest_state st;
	struct rmptest_result res;
	u64 spa;

	if (!number(&line, &spa))
		return false;
	memset(&st, 0xee, sizeof(st));
	rmptest_read(spa, &st, flags, &res);
	say_result(&res);
	if (res.trap < 0 && !res.ret)
		snprintf(answer, sizeof(answer), "0 gpa %llx %x %x %x %x asid %x\n", st.gpa,
			 st.assigned, st.page_size, st.immutable, st.reserved, st.asid);
	return true;
}

static bool do_load(char *line)
{
	struct rmptest_result res;
	u64 page;

	if (!page_number(&line, &page))
		return false;
	rmptest_load(rmptest_small + page * PAGE_SIZE, &res);
	say_access(0, &res);
	return true;
}

struct store_args {
	u8 *addr;
	u8 byte;
	struct rmptest_result res;
};

static void store_here(void *arg)
{
	struct store_args *a = arg;

	rmptest_store(a->addr, a->byte, &a->res);
}

static bool do_store(char *line)
{
	struct store_args a;
	u64 page, byte, cpu;
	int err = 0;

	if (!page_number(&line, &page) || !number(&line, &byte))
		return false;
	a.addr = rmptest_small + page * PAGE_SIZE;
	a.byte = byte;
	if (number(&line, &cpu))
		err = smp_call_function_single(cpu, store_here, &a, 1);
	else
		store_here(&a);
	say_access(err, &a.res);
	return true;
}

static bool do_large(char *line)
{
	struct rmptest_result res;
	u64 page, byte;

	if (!page_number(&line, &page) || !number(&line, &byte))
		return false;
	rmptest_store(page_address(rmptest_block + page), byte, &res);
	say_access(0, &res);
	return true;
}

static bool do_table(char *line)
{
	u64 page, target, bits;

	if (!page_number(&line, &page) || !page_number(&line, &target) || !number(&line, &bits))
		return false;
	rmptest_table(page, target, bits);
	strscpy(answer, "ok\n", sizeof(answer));
	return true;
}

static bool do_walk(char *line)
{
	struct rmptest_result res;
	u64 page;
	int err;

	if (!page_number(&line, &page) || !line)
		return false;
	err = rmptest_walk(page, *line == 'w', &res);
	say_access(err, &res);
	return true;
}

static bool do_dma(char *line)
{
	u64 page;
	int err;

	if (!page_number(&line, &page))
		return false;
	err = rmptest_dma(page);
	say_access(err, &(struct rmptest_result) { .trap = -1 });
	return true;
}

static bool do_peek(char *line)
{
	u64 page;

	if (!page_number(&line, &page))
		return false;
	snprintf(answer, sizeof(answer), "%x\n", READ_ONCE(rmptest_small[page * PAGE_SIZE]));
	return true;
}

static bool do_flags(char *line)
{
	u64 val;

	if (!number(&line, &val))
		return false;
	flags = (val & 0x8d5) | 2;
	strscpy(answer, "ok\n", sizeof(answer));
	return true;
}

static bool do_base(char *line)
{
	snprintf(answer, sizeof(answer), "%llx\n", (u64)page_to_phys(rmptest_block));
	return true;
}

static const struct {
	const char *name;
	bool (*run)(char *line);
} commands[] = {
	{ "update", do_update },
	{ "update-at", do_update_at },
	{ "psmash", do_psmash },
	{ "read", do_read },
	{ "load", do_load },
	{ "store", do_store },
	{ "large", do_large },
	{ "table", do_table },
	{ "walk", do_walk },
	{ "dma", do_dma },
	{ "peek", do_peek },
	{ "flags", do_flags },
	{ "base", do_base },
};

static bool run(char *line)
{
	const char *name = strsep(&line, " \n");

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(line);
	return false;
}

static ssize_t rmptest_fop_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char line[160];
	bool ok;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	mutex_lock(&lock);
	ok = run(line);
	mutex_unlock(&lock);
	return ok ? len : -EINVAL;
}

static ssize_t rmptest_fop_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&lock);
	ret = simple_read_from_buffer(buf, len, pos, answer, strlen(answer));
	mutex_unlock(&lock);
	return ret;
}

static int rmptest_fop_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long len = vma->vm_end - vma->vm_start;

	if (vma->vm_pgoff >= RMPTEST_PAGES || len > (RMPTEST_PAGES - vma->vm_pgoff) << PAGE_SHIFT)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(rmptest_block) + vma->vm_pgoff, len,
			       vma->vm_page_prot);
}

static const struct file_operations rmptest_fops = {
	.owner = THIS_MODULE,
	.read = rmptest_fop_read,
	.write = rmptest_fop_write,
	.mmap = rmptest_fop_mmap,
};

static struct miscdevice rmptest_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "rmptest",
	.fops = &rmptest_fops,
};

static u8 *map_small(void)
{
	struct page **pages = kvmalloc_array(RMPTEST_PAGES, sizeof(*pages), GFP_KERNEL);
	u8 *ret = NULL;

	if (pages) {
		for (unsigned int i = 0; i < RMPTEST_PAGES; i++)
			pages[i] = rmptest_block + i;
		ret = vmap(pages, RMPTEST_PAGES, VM_MAP, PAGE_KERNEL);
	}
	kvfree(pages);
	return ret;
}

static int __init rmptest_init(void)
{
	int ret = -ENOMEM;

	rmptest_block = alloc_pages(GFP_KERNEL | __GFP_ZERO, RMPTEST_ORDER);
	if (!rmptest_block)
		return ret;
	rmptest_small = map_small();
	if (!rmptest_small)
		goto free;
	ret = rmptest_dma_init();
	if (ret)
		goto unmap;
	ret = misc_register(&rmptest_misc);
	if (!ret)
		return 0;
	rmptest_dma_exit();
unmap:
	vunmap(rmptest_small);
free:
	__free_pages(rmptest_block, RMPTEST_ORDER);
	return ret;
}

/* The pages are not given back: the test may have left some assigned */
static void __exit rmptest_exit(void)
{
	misc_deregister(&rmptest_misc);
	rmptest_dma_exit();
	vunmap(rmptest_small);
}

module_init(rmptest_init);
module_exit(rmptest_exit);
MODULE_DESCRIPTION("RMP instructions and checked accesses, for tests");
MODULE_LICENSE("GPL");
