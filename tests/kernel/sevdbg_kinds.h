/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every request of /dev/sev-debug as a table, for tests that go through all of
 * them, and how such a test runs: as a 64-bit or a 32-bit caller, and nothing may
 * have changed when it is done
 */
#ifndef SEVDBG_KINDS_H
#define SEVDBG_KINDS_H

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

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
	struct sev_dbg_trace trace;
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
	{ "TRACE", SEV_DBG_TRACE, sizeof(struct sev_dbg_trace), false, 0, 0 },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* As expect(), for one of the kinds, with its name in front. */
static inline void expect_kind(int want, int fd, const struct kind *k, void *arg, const char *what)
{
	char text[128];

	snprintf(text, sizeof(text), "%s, %s", k->name, what);
	expect(want, fd, k->ioc, arg, text);
}

/* A request that is right, and does nothing before KVM or the firmware is asked. */
static inline union request request_for(const struct kind *k)
{
	union request r = { 0 };

	r.size = k->size;
	if (k->ioc == SEV_DBG_GUEST_LIST)
		r.list.entry_size = sizeof(struct sev_dbg_guest);
	if (k->ioc == SEV_DBG_TRACE)
		r.trace.entry_size = sizeof(struct sev_dbg_trace_entry);
	return r;
}

/* What a program tests with the device open, and between what nothing may change */
typedef void (*tests_fn)(int fd);

static inline void *run_tests(void *tests)
{
	struct state before, after;
	int fd = open_device(O_RDWR);

	get_state(fd, &before);
	(*(tests_fn *)tests)(fd);
	get_state(fd, &after);
	report(!memcmp(&before, &after, sizeof(before)), "nothing changed");
	close(fd);
	return NULL;
}

/* On a stack that a 32-bit program could have; returns the program's exit status */
static inline int run_low(tests_fn tests)
{
	const size_t size = 256 * PAGE;
	void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_LOW, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	if (stack == MAP_FAILED || pthread_attr_init(&attr) ||
	    pthread_attr_setstack(&attr, stack, size) ||
	    pthread_create(&thread, &attr, run_tests, &tests) ||
	    pthread_join(thread, NULL))
		report(false, "no thread below 4 GB");
	return report_end();
}

#endif
