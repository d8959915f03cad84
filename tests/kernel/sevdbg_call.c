// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg-call [-f FD] CALL [WORD...]: one call of /dev/sev-debug, told in one
 * line for scripts
 *
 * CALL is one of the calls below; words are flags (legacy, strict, live,
 * tombstones, running), id=N, cpu=N, after=N. With -f the open file FD is used, as it was
 * inherited. SIGUSR1 is caught, and does nothing but interrupt. Exits 0 if the
 * call succeeded, 1 if not, 64 if it was none.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_call.c
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "sevdbg_test.h"

#define TRACE 64

struct args {
	int fd;
	unsigned long ioc;
	__u32 flags;
	__u64 id, after;
	__u32 cpu;
};

static int say_error(int ret)
{
	int error = ret ? errno : 0;

	printf("%s", error ? name_of(error) : "OK");
	return !!error;
}

static void say_result(const struct sev_dbg_result *r, __u32 reason)
{
	printf(" reason=%s cmd=0x%x err=%d status=0x%x ext=0x%llx count=%u", reason_name(reason),
	       r->cmd, r->err, r->status, (unsigned long long)r->fw_ext, r->count);
}

static int call_info(const struct args *a)
{
	struct sev_dbg_info i = { .size = sizeof(i), .flags = a->flags };
	int bad = say_error(ioctl(a->fd, a->ioc, &i));

	if (!bad)
		printf(" state=0x%x snp=%d sev=%d guests=%u+%u tombstones=%u+%u leaked=%llu",
		       i.state, (int)i.fw_snp_state, (int)i.fw_sev_state, i.nr_snp_guests,
		       i.nr_sev_guests, i.nr_snp_tombstones, i.nr_sev_tombstones,
		       (unsigned long long)i.leaked_pages);
	return bad;
}

/* One line each before that of the call: ID KIND FLAGS ASID HANDLE POLICY TGID */
static int call_list(const struct args *a)
{
	static struct sev_dbg_guest guests[1024];
	struct sev_dbg_guest_list l = {
		.size = sizeof(l),
		.flags = a->flags,
		.entry_size = sizeof(guests[0]),
		.capacity = sizeof(guests) / sizeof(guests[0]),
		.entries = (uintptr_t)guests,
	};
	int ret = ioctl(a->fd, a->ioc, &l), error = errno;

	for (__u32 i = 0; !ret && i < l.count; i++)
		printf("%llu %s 0x%x %u %u 0x%llx %d\n", (unsigned long long)guests[i].id,
		       guests[i].kind == SEV_DBG_KIND_SNP ? "snp" : "sev", guests[i].flags,
		       guests[i].asid, guests[i].handle, (unsigned long long)guests[i].policy,
		       guests[i].tgid);
	errno = error;
	ret = say_error(ret);
	printf(" count=%u total=%u", l.count, l.total);
	return ret;
}

static int call_guest_status(const struct args *a)
{
	struct sev_dbg_guest_status s = { .size = sizeof(s), .flags = a->flags, .id = a->id };
	int bad = say_error(ioctl(a->fd, a->ioc, &s));

	say_result(&s.result, s.reason);
	printf(" kind=%u state=%u asid=%u policy=0x%llx", s.kind, s.state, s.asid,
	       (unsigned long long)s.policy);
	return bad;
}

/* One line each before that of the call: SEQ COMMAND STATUS ERR TGID COMM */
static int call_trace(const struct args *a)
{
	static struct sev_dbg_trace_entry e[256];
	struct sev_dbg_trace t = {
		.size = sizeof(t),
		.flags = a->flags,
		.entry_size = sizeof(e[0]),
		.capacity = sizeof(e) / sizeof(e[0]),
		.after = a->after,
		.entries = (uintptr_t)e,
	};
	int ret = ioctl(a->fd, a->ioc, &t), error = errno;

	for (__u32 i = 0; !ret && i < t.count; i++)
		printf("%llu 0x%x 0x%x %d %d %s\n", (unsigned long long)e[i].seq, e[i].cmd,
		       e[i].status, e[i].err, e[i].tgid, e[i].comm);
	errno = error;
	ret = say_error(ret);
	printf(" count=%u first=%llu last=%llu running=0x%x", t.count,
	       (unsigned long long)t.first, (unsigned long long)t.last, t.running_cmd);
	return ret;
}

static int call_decommission(const struct args *a)
{
	struct sev_dbg_guest_cmd c = { .size = sizeof(c), .flags = a->flags, .id = a->id };
	int bad = say_error(ioctl(a->fd, a->ioc, &c));

	say_result(&c.result, c.reason);
	return bad;
}

static int call_wbinvd(const struct args *a)
{
	struct sev_dbg_wbinvd w = { .size = sizeof(w), .flags = a->flags, .cpu = a->cpu };
	cpu_set_t set;
	int bad;

	CPU_ZERO(&set);
	CPU_SET(a->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	bad = say_error(ioctl(a->fd, a->ioc, &w));
	printf(" cpu=%u", w.cpu);
	return bad;
}

static int call_wbinvd_all(const struct args *a)
{
	struct sev_dbg_wbinvd_all w = { .size = sizeof(w), .flags = a->flags };
	int bad = say_error(ioctl(a->fd, a->ioc, &w));

	printf(" cpus=%u/%u", w.nr_cpus, w.nr_present);
	return bad;
}

static int call_cmd(const struct args *a)
{
	static struct sev_dbg_result trace[TRACE];
	struct sev_dbg_cmd c = {
		.size = sizeof(c),
		.flags = a->flags,
		.trace_entry_size = sizeof(trace[0]),
		.trace_capacity = TRACE,
		.trace = (uintptr_t)trace,
	};
	int bad = say_error(ioctl(a->fd, a->ioc, &c));

	say_result(&c.result, c.reason);
	printf(" trace=");
	for (__u32 i = 0; i < c.trace_count; i++)
		printf("%s0x%x:0x%x:%u", i ? "," : "", trace[i].cmd, trace[i].status,
		       trace[i].count);
	return bad;
}

static const struct call {
	const char *name;
	unsigned long ioc;
	int mode;
	int (*run)(const struct args *a);
} calls[] = {
	{ "info", SEV_DBG_GET_INFO, O_RDONLY, call_info },
	{ "list", SEV_DBG_GUEST_LIST, O_RDONLY, call_list },
	{ "status", SEV_DBG_GUEST_STATUS, O_RDONLY, call_guest_status },
	{ "trace", SEV_DBG_TRACE, O_RDONLY, call_trace },
	{ "decommission", SEV_DBG_DECOMMISSION, O_RDWR, call_decommission },
	{ "wbinvd", SEV_DBG_WBINVD, O_RDWR, call_wbinvd },
	{ "wbinvd-all", SEV_DBG_WBINVD_ALL, O_RDWR, call_wbinvd_all },
	{ "df-flush", SEV_DBG_DF_FLUSH, O_RDWR, call_cmd },
	{ "shutdown", SEV_DBG_SHUTDOWN, O_RDWR, call_cmd },
	{ "init", SEV_DBG_INIT, O_RDWR, call_cmd },
};

static bool word(struct args *a, const char *w)
{
	static const struct { const char *name; __u32 flag; } flags[] = {
		{ "legacy", SEV_DBG_C_LEGACY }, { "strict", SEV_DBG_C_STRICT },
		{ "live", SEV_DBG_C_LIVE }, { "tombstones", SEV_DBG_C_TOMBSTONES },
		{ "running", SEV_DBG_D_RUNNING },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(w, flags[i].name)) {
			a->flags |= flags[i].flag;
			return true;
		}
	if (!strncmp(w, "id=", 3))
		a->id = strtoull(w + 3, NULL, 0);
	else if (!strncmp(w, "after=", 6))
		a->after = strtoull(w + 6, NULL, 0);
	else if (!strncmp(w, "cpu=", 4))
		a->cpu = (__u32)strtoul(w + 4, NULL, 0);
	else
		return false;
	return true;
}

static void nothing(int signal)
{
	(void)signal;
}

static int usage(void)
{
	fputs("usage: sevdbg-call [-f FD] CALL [WORD...]\n", stderr);
	return 64;
}

int main(int argc, char **argv)
{
	struct sigaction catch = { .sa_handler = nothing };
	struct args a = { .fd = -1 };
	const struct call *c;
	int ret;

	sigaction(SIGUSR1, &catch, NULL);
	if (argc > 2 && !strcmp(argv[1], "-f")) {
		a.fd = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return usage();
	for (c = calls; strcmp(c->name, argv[1]); c++)
		if (c == calls + sizeof(calls) / sizeof(calls[0]) - 1)
			return usage();
	for (int i = 2; i < argc; i++)
		if (!word(&a, argv[i]))
			return usage();
	a.ioc = c->ioc;
	if (a.fd < 0)
		a.fd = open_device(c->mode);
	ret = c->run(&a);
	putchar('\n');
	return ret;
}
