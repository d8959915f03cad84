// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg_abi: requests to /dev/sev-debug that are malformed, case by case: sizes,
 * addresses, numbers, fields, pointers
 *
 * To be run as root, in the emulated host: a driver that lets one of these
 * through shuts the firmware down. Prints TAP; exits 1 if a case came out
 * otherwise than expected. With --compat it calls as a 32-bit program does.
 * What requests in order come to is in sevdbg_access.c.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_abi.c
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "sevdbg_kinds.h"

/* How many of the sizes from @first to @last do not end with @want; the first such in @odd. */
static unsigned int try_sizes(int want, int fd, const struct kind *k, __u32 first, __u32 last,
			      __u32 *odd)
{
	/* room for the largest structure that is taken, zero */
	static unsigned char room[2 * PAGE];
	unsigned int bad = 0;
	__u32 size = first;

	do {
		union request r = request_for(k);

		r.size = size;
		memset(room, 0, sizeof(room));
		memcpy(room, &r, k->size);
		if (call_device(fd, k->ioc, room) != want && !bad++)
			*odd = size;
	} while (size++ != last);
	return bad;
}

static void test_sizes(int fd)
{
	__u32 odd = 0;

	for (size_t i = 0; i < NR_KINDS; i++) {
		const struct kind *k = &kinds[i];
		unsigned int bad;
		union request r;

		bad = try_sizes(EINVAL, fd, k, 0, k->size - 1, &odd);
		bad += try_sizes(E2BIG, fd, k, PAGE + 1, PAGE + 64, &odd);
		bad += try_sizes(E2BIG, fd, k, 0x7fffffffU, 0x80000001U, &odd);
		bad += try_sizes(E2BIG, fd, k, 0xfffffff0U, 0xffffffffU, &odd);
		report(!bad, "%s: sizes that are none: %u of them taken (%u)", k->name, bad, odd);

		for (__u32 tail = 1; tail <= TAIL; tail += 9) {
			r = request_for(k);
			r.size = k->size + tail;
			r.bytes[k->size + tail - 1] = 0x80;
			expect_kind(E2BIG, fd, k, &r, "longer, with something in the tail");
		}
		if (k->writes)
			continue;
		bad = try_sizes(k->good, fd, k, k->size, k->size + TAIL, &odd);
		bad += try_sizes(k->good, fd, k, PAGE - 8, PAGE, &odd);
		report(!bad, "%s: longer, with an empty tail: %u refused (%u)", k->name, bad, odd);
	}
}

static void test_addresses(int fd)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		expect_kind(EFAULT, fd, &kinds[i], NULL, "no structure");
		expect_kind(EFAULT, fd, &kinds[i], (void *)-4096L, "structure at a kernel address");
	}
}

/* The number is all there is to a request: with a size or a direction it is another one. */
static void test_requests(int fd)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		const unsigned int type = SEV_DBG_IOC_TYPE;
		union request r = request_for(&kinds[i]);
		char what[64];

		snprintf(what, sizeof(what), "%s as _IOWR()", kinds[i].name);
		expect(ENOTTY, fd, _IOC(_IOC_READ | _IOC_WRITE, type, i, kinds[i].size), &r, what);
		snprintf(what, sizeof(what), "%s with a size", kinds[i].name);
		expect(ENOTTY, fd, _IOC(_IOC_NONE, type, i, kinds[i].size), &r, what);
		snprintf(what, sizeof(what), "%s of another type", kinds[i].name);
		expect(ENOTTY, fd, _IO('S', i), &r, what);
	}
	expect(ENOTTY, fd, _IO(SEV_DBG_IOC_TYPE, NR_KINDS), NULL, "unknown request number");
}

/* A word of the structure that has to be refused. */
static void refuse_word(int fd, unsigned long ioc, size_t offset, __u32 value, const char *what)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		union request r;

		if (kinds[i].ioc != ioc)
			continue;
		r = request_for(&kinds[i]);
		memcpy(r.bytes + offset, &value, sizeof(value));
		expect_kind(EINVAL, fd, &kinds[i], &r, what);
	}
}

static void test_fields(int fd)
{
	const size_t flags = offsetof(struct sev_dbg_cmd, flags);

	for (size_t i = 0; i < NR_KINDS; i++)
		for (unsigned int bit = 0; bit < 32; bit++)
			if (!(kinds[i].flags & 1U << bit))
				refuse_word(fd, kinds[i].ioc, flags, 1U << bit, "unknown flag");
	refuse_word(fd, SEV_DBG_DECOMMISSION, flags, SEV_DBG_D_RUNNING << 1, "flag 2");
	refuse_word(fd, SEV_DBG_SHUTDOWN, flags, SEV_DBG_C_LEGACY | SEV_DBG_C_STRICT,
		    "LEGACY and STRICT");
	refuse_word(fd, SEV_DBG_DF_FLUSH, flags, SEV_DBG_C_STRICT, "STRICT");
	refuse_word(fd, SEV_DBG_DF_FLUSH, flags, SEV_DBG_C_LIVE, "LIVE");
	refuse_word(fd, SEV_DBG_INIT, flags, SEV_DBG_C_LEGACY, "LEGACY");
	refuse_word(fd, SEV_DBG_DECOMMISSION, offsetof(struct sev_dbg_guest_cmd, rsvd), 1, "rsvd");
	refuse_word(fd, SEV_DBG_GUEST_STATUS, offsetof(struct sev_dbg_guest_status, rsvd), 1,
		    "rsvd");
	refuse_word(fd, SEV_DBG_WBINVD, offsetof(struct sev_dbg_wbinvd, rsvd), 1, "rsvd");
	refuse_word(fd, SEV_DBG_SHUTDOWN, offsetof(struct sev_dbg_cmd, rsvd), 1, "rsvd");
	refuse_word(fd, SEV_DBG_SHUTDOWN, offsetof(struct sev_dbg_cmd, trace_entry_size),
		    sizeof(struct sev_dbg_result), "entry size, but no trace");
	refuse_word(fd, SEV_DBG_GUEST_LIST, offsetof(struct sev_dbg_guest_list, entry_size), 4,
		    "entry size 4");
	refuse_word(fd, SEV_DBG_GUEST_LIST, offsetof(struct sev_dbg_guest_list, entry_size), 63,
		    "entry size 63");
	refuse_word(fd, SEV_DBG_GUEST_LIST, offsetof(struct sev_dbg_guest_list, entry_size),
		    PAGE + 1, "entry size 4097");
	refuse_word(fd, SEV_DBG_TRACE, offsetof(struct sev_dbg_trace, entry_size), 71,
		    "entry size 71");
	refuse_word(fd, SEV_DBG_TRACE, offsetof(struct sev_dbg_trace, entry_size), PAGE + 1,
		    "entry size 4097");
	refuse_word(fd, SEV_DBG_TRACE, offsetof(struct sev_dbg_trace, rsvd), 1, "rsvd");
}

static void shutdown_with_trace(int want, int fd, void *trace, __u32 entry_size, __u32 capacity,
				const char *what)
{
	struct sev_dbg_cmd c = {
		.size = sizeof(c),
		.trace = (uintptr_t)trace,
		.trace_entry_size = entry_size,
		.trace_capacity = capacity,
	};

	expect(want, fd, SEV_DBG_SHUTDOWN, &c, what);
}

/* SHUTDOWN, of all: had it been executed, it would show in the state afterwards. */
static void test_pointers(int fd)
{
	const __u32 entry = sizeof(struct sev_dbg_result);
	struct sev_dbg_guest_list l = {
		.size = sizeof(l),
		.entry_size = sizeof(struct sev_dbg_guest),
		.capacity = 8,
		.entries = (uintptr_t)-4096L,
	};
	struct sev_dbg_trace t = {
		.size = sizeof(t),
		.entry_size = sizeof(struct sev_dbg_trace_entry),
		.capacity = 8,
		.entries = (uintptr_t)-4096L,
	};
	struct sev_dbg_result results[4];
	struct sev_dbg_cmd *c;
	unsigned char *page;

	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_LOW, -1, 0);
	if (page == MAP_FAILED) {
		report(false, "mmap: %s", strerror(errno));
		return;
	}
	c = (struct sev_dbg_cmd *)page;
	c->size = sizeof(*c);
	mprotect(page, PAGE, PROT_READ);
	expect(EFAULT, fd, SEV_DBG_SHUTDOWN, page, "SHUTDOWN, structure that cannot be written");
	shutdown_with_trace(EFAULT, fd, page, entry, 8, "SHUTDOWN, trace that cannot be written");
	shutdown_with_trace(EFAULT, fd, (void *)-4096L, entry, 8,
			    "SHUTDOWN, trace at a kernel address");
	shutdown_with_trace(EFAULT, fd, (void *)8, entry, 1, "SHUTDOWN, trace at address 8");
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
	munmap(page + PAGE, PAGE);
	shutdown_with_trace(EFAULT, fd, page + PAGE - entry, entry, 2,
			    "SHUTDOWN, trace that runs out of the mapping");
	munmap(page, PAGE);
	shutdown_with_trace(EINVAL, fd, results, 8, 4, "SHUTDOWN, trace entries of 8 bytes");
	shutdown_with_trace(EINVAL, fd, results, PAGE + 1, 4,
			    "SHUTDOWN, trace entries of 4097 bytes");

	expect(EFAULT, fd, SEV_DBG_TRACE, &t, "TRACE, bad address");
	report(t.last && !t.count, "TRACE, bad address: %u written", t.count);
	if (!call_device(fd, SEV_DBG_GUEST_LIST, &l) && !l.total) {
		report(true, "GUEST_LIST, bad address # SKIP no guests");
		return;
	}
	expect(EFAULT, fd, SEV_DBG_GUEST_LIST, &l, "GUEST_LIST, bad address");
	report(l.total && !l.count, "GUEST_LIST, bad address: %u of %u written", l.count, l.total);
}

/* What a caller leaves in the fields that the kernel fills is not given back. */
static void test_info(int fd)
{
	struct sev_dbg_info i;

	memset(&i, 0xff, sizeof(i));
	i.size = sizeof(i);
	i.flags = 0;
	expect(0, fd, SEV_DBG_GET_INFO, &i, "GET_INFO");
	report(i.abi_version == SEV_DBG_ABI_VERSION && i.api_major && !i.rsvd &&
	       !(i.state & ~0x7ffU) && i.features == 0x3fU && i.leaked_pages != ~0ULL,
	       "GET_INFO: all fields are filled in: ABI %u, firmware API %u.%u build %u",
	       i.abi_version, i.api_major, i.api_minor, i.build);
}

static void test_all(int fd)
{
	test_info(fd);
	test_requests(fd);
	test_sizes(fd);
	test_addresses(fd);
	test_fields(fd);
	test_pointers(fd);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--compat")) {
			fprintf(stderr, "usage: sevdbg-abi [--compat]\n");
			return 64;
		}
		compat = true;
	}
	return run_low(test_all);
}
