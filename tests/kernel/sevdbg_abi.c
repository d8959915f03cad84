// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg_abi: bad input to /dev/sev-debug, case by case
 *
 * To be run as root, in the emulated host: a driver that lets one of these
 * through shuts the firmware down. Prints TAP; exits 1 if a case came out
 * otherwise than expected. With --compat it calls as a 32-bit program does; with
 * --lockdown it raises the kernel's lockdown at the end, which lasts until reboot.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_abi.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "sevdbg_test.h"

#define PAGE 4096U
#define TAIL 64
#define MAP_LOW (MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT)

/* What the kernel gets, with room for a caller newer than it. */
union request {
	__u32 size;
	struct sev_dbg_info info;
	struct sev_dbg_guest_list list;
	struct sev_dbg_guest_cmd guest;
	struct sev_dbg_guest_status status;
	struct sev_dbg_wbinvd wbinvd;
	struct sev_dbg_wbinvd_all all;
	struct sev_dbg_cmd cmd;
	unsigned char bytes[sizeof(struct sev_dbg_guest_status) + TAIL];
};

struct kind {
	const char *name;
	unsigned long ioc;
	__u32 size;
	bool writes;
	__u32 flags;	/* those there are */
	int good;	/* what a request that is right ends with */
};

#define CMD_FLAGS (SEV_DBG_C_LEGACY | SEV_DBG_C_STRICT | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES)

/* In the order of the request numbers */
static const struct kind kinds[] = {
	{ "GET_INFO", SEV_DBG_GET_INFO, sizeof(struct sev_dbg_info), false, 0, 0 },
	{ "GUEST_LIST", SEV_DBG_GUEST_LIST, sizeof(struct sev_dbg_guest_list), false, 0, 0 },
	{ "DECOMMISSION", SEV_DBG_DECOMMISSION, sizeof(struct sev_dbg_guest_cmd), true,
	  SEV_DBG_D_RUNNING, ENOENT },
	{ "WBINVD", SEV_DBG_WBINVD, sizeof(struct sev_dbg_wbinvd), true, 0, 0 },
	{ "WBINVD_ALL", SEV_DBG_WBINVD_ALL, sizeof(struct sev_dbg_wbinvd_all), true, 0, 0 },
	{ "DF_FLUSH", SEV_DBG_DF_FLUSH, sizeof(struct sev_dbg_cmd), true, SEV_DBG_C_LEGACY, 0 },
	{ "SHUTDOWN", SEV_DBG_SHUTDOWN, sizeof(struct sev_dbg_cmd), true, CMD_FLAGS, 0 },
	{ "INIT", SEV_DBG_INIT, sizeof(struct sev_dbg_cmd), true, 0, 0 },
	{ "GUEST_STATUS", SEV_DBG_GUEST_STATUS, sizeof(struct sev_dbg_guest_status), false, 0,
	  ENOENT },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The same for one of the kinds, with its name in front. */
static void expect_kind(int want, int fd, const struct kind *k, void *arg, const char *what)
{
	char text[128];

	snprintf(text, sizeof(text), "%s, %s", k->name, what);
	expect(want, fd, k->ioc, arg, text);
}

/* A request that is right, and does nothing before KVM or the firmware is asked. */
static union request request_for(const struct kind *k)
{
	union request r = { 0 };

	r.size = k->size;
	if (k->ioc == SEV_DBG_GUEST_LIST)
		r.list.entry_size = sizeof(struct sev_dbg_guest);
	return r;
}

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

	if (!call_device(fd, SEV_DBG_GUEST_LIST, &l) && !l.total) {
		report(true, "GUEST_LIST, bad address # SKIP no guests");
		return;
	}
	expect(EFAULT, fd, SEV_DBG_GUEST_LIST, &l, "GUEST_LIST, bad address");
	report(l.total && !l.count, "GUEST_LIST, bad address: %u of %u written", l.count, l.total);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0)
		CPU_SET(cpu, &set);
	else
		for (int i = 0; i < CPU_SETSIZE; i++)
			CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		report(false, "sched_setaffinity: %s", strerror(errno));
}

static void wbinvd(int want, int fd, __u32 cpu, __u32 actual, const char *what)
{
	struct sev_dbg_wbinvd w = { .size = sizeof(w), .cpu = cpu, .duration_ns = 77 };

	expect(want, fd, SEV_DBG_WBINVD, &w, what);
	if (actual != 0xffffffffU)
		report(w.cpu == actual, "%s: ran on CPU %u", what, w.cpu);
	else
		report(w.cpu < (__u32)sysconf(_SC_NPROCESSORS_CONF), "%s: ran on CPU %u", what, w.cpu);
	report(!w.duration_ns == !!want, "%s: duration %llu ns", what,
	       (unsigned long long)w.duration_ns);
}

static void test_wbinvd(int fd)
{
	struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (online > 1) {
		wbinvd(EINVAL, fd, 0, 0xffffffffU, "WBINVD, not pinned");
		pin(1);
		wbinvd(EINVAL, fd, 0, 1, "WBINVD, pinned to 1, 0 expected");
	}
	pin(0);
	wbinvd(EINVAL, fd, 0xffffffffU, 0, "WBINVD, CPU 0xffffffff expected");
	wbinvd(0, fd, 0, 0, "WBINVD, pinned");
	pin(-1);
	expect(0, fd, SEV_DBG_WBINVD_ALL, &all, "WBINVD_ALL");
	report(all.nr_cpus == online && all.nr_present >= all.nr_cpus && all.duration_ns,
	       "WBINVD_ALL: %u of %u CPUs in %llu ns", all.nr_cpus, all.nr_present,
	       (unsigned long long)all.duration_ns);
}

static void decommission(int want, __u32 reason, int fd, __u64 id, const char *what)
{
	struct sev_dbg_guest_cmd c = { .size = sizeof(c), .id = id };

	expect(want, fd, SEV_DBG_DECOMMISSION, &c, what);
	report(c.result.status == SEV_DBG_NO_FW_CALL && c.result.err == -want && !c.result.cmd &&
	       c.reason == reason, "%s: reason %u, the firmware was not called", what, c.reason);
}

/* The firmware's word on a guest, beside what the list has of it. */
static void guest_status(int fd, const struct sev_dbg_guest *g)
{
	struct sev_dbg_guest_status s = { .size = sizeof(s), .id = g->id, .kind = 77, .vcek_dis = 77 };
	bool snp = g->kind == SEV_DBG_KIND_SNP;
	__u32 running = snp ? 2 : 3;

	if (g->flags & SEV_DBG_G_TOMBSTONE) {
		expect(ENOENT, fd, SEV_DBG_GUEST_STATUS, &s, "GUEST_STATUS, tombstone");
		return;
	}
	expect(0, fd, SEV_DBG_GUEST_STATUS, &s, "GUEST_STATUS");
	report(s.result.cmd == (snp ? 0x92 : 0x23) && !s.result.status && !s.result.err &&
	       s.result.count == 1 && s.result.duration_ns && !s.result.fw_ext && !s.reason,
	       "GUEST_STATUS: command %#x, status %#x", s.result.cmd, s.result.status);
	report(s.kind == g->kind && s.id == g->id && s.asid == g->asid && s.policy == g->policy &&
	       s.vcek_dis <= 1 && !s.rsvd, "GUEST_STATUS: kind %u ASID %u policy %#llx", s.kind,
	       s.asid, (unsigned long long)s.policy);
	report((s.state == running) == !!(g->flags & SEV_DBG_G_RUNNING),
	       "GUEST_STATUS: state %u", s.state);
}

/* What is refused of the guests that there are, if there are any. */
static void test_guests(int fd)
{
	static struct sev_dbg_guest guests[64];
	struct sev_dbg_guest_list l = {
		.size = sizeof(l),
		.entry_size = sizeof(guests[0]),
		.capacity = 64,
		.entries = (uintptr_t)guests,
	};
	struct sev_dbg_cmd c = { .size = sizeof(c) };

	decommission(ENOENT, 0, fd, ~0ULL, "DECOMMISSION, no such guest");
	expect(0, fd, SEV_DBG_GUEST_LIST, &l, "GUEST_LIST");
	for (__u32 i = 0; i < l.count; i++) {
		const struct sev_dbg_guest *g = &guests[i];

		guest_status(fd, g);
		if (g->kind == SEV_DBG_KIND_SEV)
			decommission(EOPNOTSUPP, 0, fd, g->id, "DECOMMISSION, SEV guest");
		else if (g->flags & SEV_DBG_G_TOMBSTONE)
			decommission(EALREADY, 0, fd, g->id, "DECOMMISSION, tombstone");
		else if (g->flags & SEV_DBG_G_RUNNING)
			decommission(EBUSY, SEV_DBG_R_RUNNING, fd, g->id,
				     "DECOMMISSION, launch finished");
	}
	if (!l.count)
		return;
	expect(EBUSY, fd, SEV_DBG_SHUTDOWN, &c, "SHUTDOWN, with guests");
	report(c.reason == SEV_DBG_R_GUESTS || c.reason == SEV_DBG_R_TOMBSTONES,
	       "SHUTDOWN, with guests: reason %u", c.reason);
	report(c.result.status == SEV_DBG_NO_FW_CALL && !c.result.cmd && !c.result.count &&
	       c.result.err == -EBUSY, "SHUTDOWN, with guests: the firmware was not called");
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
	       !(i.state & ~0x7ffU) && i.features == 0x1fU && i.leaked_pages != ~0ULL,
	       "GET_INFO: all fields are filled in: ABI %u, firmware API %u.%u build %u",
	       i.abi_version, i.api_major, i.api_minor, i.build);
}

static void test_read_only(void)
{
	int fd = open_device(O_RDONLY);

	for (size_t i = 0; i < NR_KINDS; i++) {
		union request r = request_for(&kinds[i]);

		expect_kind(kinds[i].writes ? EBADF : kinds[i].good, fd, &kinds[i], &r, "read-only file");
	}
	close(fd);
}

/* CAP_SYS_ADMIN out of the effective set, or back in. */
static void effective_admin(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		report(false, "capget: %s", strerror(errno));
	if (on)
		data[0].effective |= 1U << CAP_SYS_ADMIN;
	else
		data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data))
		report(false, "capset: %s", strerror(errno));
}

static void test_no_capability(int fd)
{
	int other;

	effective_admin(false);
	for (size_t i = 0; i < NR_KINDS; i++) {
		union request r = request_for(&kinds[i]);

		expect_kind(kinds[i].writes ? EPERM : kinds[i].good, fd, &kinds[i], &r,
			    "without CAP_SYS_ADMIN");
	}
	other = open(DEVICE, O_RDONLY | O_CLOEXEC);
	report(other < 0 && errno == EPERM, "open without CAP_SYS_ADMIN: EPERM");
	effective_admin(true);
}

/* In a child, as there is no way back from another user. */
static void test_other_user(void)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (setgid(65534) || setuid(65534))
			_exit(2);
		_exit(open(DEVICE, O_RDONLY) >= 0 || errno != EACCES);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = -1;
	report(status == 0, "open as another user: EACCES");
}

static void test_lockdown(int fd)
{
	int lock = open("/sys/kernel/security/lockdown", O_WRONLY | O_CLOEXEC);

	if (lock < 0 || write(lock, "integrity", 9) != 9) {
		report(false, "lockdown: %s", strerror(errno));
	} else {
		for (size_t i = 0; i < NR_KINDS; i++) {
			bool harmless = !kinds[i].writes || kinds[i].ioc == SEV_DBG_WBINVD ||
					kinds[i].ioc == SEV_DBG_WBINVD_ALL;
			union request r = request_for(&kinds[i]);

			pin(0);
			expect_kind(harmless ? kinds[i].good : EPERM, fd, &kinds[i], &r, "locked down");
		}
	}
	if (lock >= 0)
		close(lock);
}

static void *test_all(void *with_lockdown)
{
	struct state before, after;
	int fd = open_device(O_RDWR);

	get_state(fd, &before);
	test_info(fd);
	test_requests(fd);
	test_sizes(fd);
	test_addresses(fd);
	test_fields(fd);
	test_pointers(fd);
	test_wbinvd(fd);
	test_guests(fd);
	test_read_only();
	test_no_capability(fd);
	test_other_user();
	if (with_lockdown)
		test_lockdown(fd);

	get_state(fd, &after);
	report(!memcmp(&before, &after, sizeof(before)), "nothing changed");
	close(fd);
	return NULL;
}

/* On a stack that a 32-bit program could have */
static void test_low(void *with_lockdown)
{
	const size_t size = 256 * PAGE;
	void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_LOW, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	if (stack == MAP_FAILED || pthread_attr_init(&attr) ||
	    pthread_attr_setstack(&attr, stack, size) ||
	    pthread_create(&thread, &attr, test_all, with_lockdown) ||
	    pthread_join(thread, NULL))
		report(false, "no thread below 4 GB");
}

int main(int argc, char **argv)
{
	bool lockdown = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--lockdown")) {
			lockdown = true;
		} else if (!strcmp(argv[i], "--compat")) {
			compat = true;
		} else {
			fprintf(stderr, "usage: sevdbg-abi [--compat] [--lockdown]\n");
			return 64;
		}
	}
	test_low(lockdown ? &lockdown : NULL);
	return report_end();
}
