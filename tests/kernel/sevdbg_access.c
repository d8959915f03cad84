// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg_access: requests to /dev/sev-debug that are in order: who may make them,
 * from which CPU, and what they come to with the guests that there are
 *
 * To be run as root, in the emulated host: a driver that lets through what it has
 * to refuse shuts the firmware down. Prints TAP; exits 1 if a case came out
 * otherwise than expected. With --compat it calls as a 32-bit program does; with
 * --lockdown it raises the kernel's lockdown at the end, which lasts until reboot.
 * Malformed requests are in sevdbg_abi.c.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_access.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "sevdbg_kinds.h"

static bool lockdown;

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

static void test_all(int fd)
{
	test_wbinvd(fd);
	test_guests(fd);
	test_read_only();
	test_no_capability(fd);
	test_other_user();
	if (lockdown)
		test_lockdown(fd);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--lockdown")) {
			lockdown = true;
		} else if (!strcmp(argv[i], "--compat")) {
			compat = true;
		} else {
			fprintf(stderr, "usage: sevdbg-access [--compat] [--lockdown]\n");
			return 64;
		}
	}
	return run_low(test_all);
}
