// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-debug of the simulated machine: bad input, refused as by the real
 * driver (experiment E10) with nothing changed; and how refusals and failures
 * are told, to the caller and in the kernel's log.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim_test.h"

static void setup(void)
{
	sim_test_small(1, 1);
}

static void setup_one(void)
{
	sim_test_small(1, 0);
}

static void setup_none(void)
{
	sim_test_small(0, 0);
}

static int raw(unsigned long request, void *arg)
{
	return sim_node_ioctl(sim, dbg, request, arg);
}

static const struct {
	unsigned long ioc;
	uint32_t size;
} requests[] = {
	{ SEV_DBG_GET_INFO, sizeof(struct sev_dbg_info) },
	{ SEV_DBG_GUEST_LIST, sizeof(struct sev_dbg_guest_list) },
	{ SEV_DBG_DECOMMISSION, sizeof(struct sev_dbg_guest_cmd) },
	{ SEV_DBG_WBINVD, sizeof(struct sev_dbg_wbinvd) },
	{ SEV_DBG_WBINVD_ALL, sizeof(struct sev_dbg_wbinvd_all) },
	{ SEV_DBG_DF_FLUSH, sizeof(struct sev_dbg_cmd) },
	{ SEV_DBG_SHUTDOWN, sizeof(struct sev_dbg_cmd) },
	{ SEV_DBG_INIT, sizeof(struct sev_dbg_cmd) },
	{ SEV_DBG_GUEST_STATUS, sizeof(struct sev_dbg_guest_status) },
	{ SEV_DBG_TRACE, sizeof(struct sev_dbg_trace) },
};

#define REQUESTS	(sizeof(requests) / sizeof(requests[0]))

/* The number is all there is to a request: with a size or a direction it is another one */
START_TEST(bad_requests)
{
	uint32_t generation = describe()->generation, buf[2048] = { 0 };
	size_t i;

	ck_assert_uint_eq(SEV_DBG_GET_INFO, 0xb900);
	ck_assert_uint_eq(SEV_DBG_INIT, 0xb907);
	for (i = 0; i < REQUESTS; i++) {
		buf[0] = requests[i].size;
		ck_assert_int_eq(raw(_IOC(_IOC_READ | _IOC_WRITE, SEV_DBG_IOC_TYPE, i,
					  requests[i].size), buf), -ENOTTY);
		ck_assert_int_eq(raw(_IOC(_IOC_NONE, SEV_DBG_IOC_TYPE, i, requests[i].size), buf),
				 -ENOTTY);
		ck_assert_int_eq(raw(_IOC(_IOC_WRITE, SEV_DBG_IOC_TYPE, i, 0), buf), -ENOTTY);
	}
	ck_assert_int_eq(raw(_IO(SEV_DBG_IOC_TYPE, REQUESTS), buf), -ENOTTY);
	ck_assert_int_eq(raw(_IO(SEV_DBG_IOC_TYPE, 0x99), buf), -ENOTTY);
	ck_assert_int_eq(raw(_IO('S', 0), buf), -ENOTTY);
	ck_assert_uint_eq(describe()->generation, generation);
}
END_TEST

START_TEST(bad_sizes)
{
	static const uint32_t bad[] = { 0, 4, 16 };
	static const uint32_t long_ones[] = { 4097, 0xffffffff };
	uint32_t generation = describe()->generation;
	uint32_t buf[2048] = { 0 };
	size_t i, j;

	for (i = 0; i < REQUESTS; i++) {
		for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			buf[0] = bad[j];
			ck_assert_int_eq(raw(requests[i].ioc, buf), -EINVAL);
		}
		for (j = 0; j < sizeof(long_ones) / sizeof(long_ones[0]); j++) {
			buf[0] = long_ones[j];
			ck_assert_int_eq(raw(requests[i].ioc, buf), -E2BIG);
		}
		buf[0] = requests[i].size - 1;	/* shorter than in version 1 */
		ck_assert_int_eq(raw(requests[i].ioc, buf), -EINVAL);
		ck_assert_int_eq(raw(requests[i].ioc, NULL), -EFAULT);
		/* longer, and something in what this kernel does not know */
		buf[0] = requests[i].size + 8;
		buf[buf[0] / 4 - 1] = 1;
		ck_assert_int_eq(raw(requests[i].ioc, buf), -E2BIG);
		memset(buf, 0, sizeof(buf));
		buf[0] = requests[i].size;
		buf[1] = 0x80000000;		/* a flag that there is not */
		ck_assert_int_eq(raw(requests[i].ioc, buf), -EINVAL);
		memset(buf, 0, sizeof(buf));
	}
	ck_assert_uint_eq(describe()->generation, generation);
}
END_TEST

START_TEST(longer_with_zero_tail)
{
	struct { struct sev_dbg_info i; uint64_t more; } x = { .i = { .size = sizeof(x), .rsvd = 5 } };

	ck_assert_int_eq(raw(SEV_DBG_GET_INFO, &x), 0);
	ck_assert_uint_eq(x.i.abi_version, SEV_DBG_ABI_VERSION);
	ck_assert_uint_eq(x.i.size, sizeof(x));
	ck_assert_uint_eq(x.i.rsvd, 0);
}
END_TEST

START_TEST(bad_flags)
{
	struct sev_dbg_cmd c = { .size = sizeof(c),
				 .flags = SEV_DBG_C_STRICT | SEV_DBG_C_LEGACY };

	ck_assert_int_eq(raw(SEV_DBG_SHUTDOWN, &c), -EINVAL);
	c.flags = SEV_DBG_C_STRICT;
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EINVAL);
	ck_assert_int_eq(raw(SEV_DBG_INIT, &c), -EINVAL);
	c.flags = 0;
	c.trace_entry_size = 4;
	c.trace = (uintptr_t)&c;
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EINVAL);
	c.trace = 0;
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EINVAL);
}
END_TEST

START_TEST(bad_addresses)
{
	struct sev_dbg_guest_list l = {
		.size = sizeof(l), .entry_size = sizeof(struct sev_dbg_guest), .capacity = 1,
		.entries = 0x1000,
	};
	struct sev_dbg_cmd c = {
		.size = sizeof(c), .trace_entry_size = sizeof(struct sev_dbg_result),
		.trace_capacity = 4, .trace = 0x1000,
	};
	uint32_t generation = describe()->generation;
	void *readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_int_eq(raw(SEV_DBG_GUEST_LIST, &l), -EFAULT);
	ck_assert_uint_eq(l.count, 0);
	ck_assert_uint_eq(l.total, 2);
	l.entry_size = 4;
	ck_assert_int_eq(raw(SEV_DBG_GUEST_LIST, &l), -EINVAL);
	/* the trace is looked at before anything is done */
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EFAULT);
	c.trace = (uintptr_t)readonly;
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EFAULT);
	ck_assert_uint_eq(describe()->generation, generation);
	ck_assert_int_eq(raw(SEV_DBG_GET_INFO, (void *)0x1000), -EFAULT);
}
END_TEST

START_TEST(bad_read_only)
{
	struct sev_dbg_cmd c = { .size = sizeof(c) };
	struct sev_dbg_guest_cmd g = { .size = sizeof(g), .id = 1 };
	struct sev_dbg_wbinvd w = { .size = sizeof(w) };
	struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };
	int node = dbg;

	dbg = sim_node_open(sim, "/dev/sev-debug", O_RDONLY);
	ck_assert_int_eq(raw(SEV_DBG_DF_FLUSH, &c), -EBADF);
	ck_assert_int_eq(raw(SEV_DBG_SHUTDOWN, &c), -EBADF);
	ck_assert_int_eq(raw(SEV_DBG_INIT, &c), -EBADF);
	ck_assert_int_eq(raw(SEV_DBG_DECOMMISSION, &g), -EBADF);
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EBADF);
	ck_assert_int_eq(raw(SEV_DBG_WBINVD_ALL, &all), -EBADF);
	ck_assert_uint_eq(info()->nr_snp_guests, 1);
	sim_node_close(sim, dbg);
	ck_assert_int_eq(raw(SEV_DBG_GET_INFO, &c), -EBADF);
	dbg = node;
	act("access=ro");
	ck_assert_int_eq(sim_node_open(sim, "/dev/sev-debug", O_RDWR), -EACCES);
	ck_assert_int_ge(sim_node_open(sim, "/dev/sev-debug", O_RDONLY), 0);
	act("access=none");
	ck_assert_int_eq(sim_node_open(sim, "/dev/sev", O_RDONLY), -EACCES);
}
END_TEST

START_TEST(bad_wbinvd)
{
	struct sev_dbg_wbinvd w = { .size = sizeof(w), .cpu = 0 };

	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EINVAL);	/* not pinned */
	ck_assert_uint_eq(w.cpu, 0);
	ck_assert_int_eq(sim_thread_pin(sim, 1), 0);
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EINVAL);
	ck_assert_uint_eq(w.cpu, 1);
	w.cpu = 0xffffffff;
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EINVAL);
	ck_assert_uint_eq(w.cpu, 1);
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), 0);
	ck_assert_uint_gt(w.duration_ns, 0);
	act("offline=1");			/* taken away: the thread runs elsewhere */
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EINVAL);
	ck_assert_uint_eq(w.cpu, 0);
	ck_assert_int_eq(sim_thread_pin(sim, 1), -EINVAL);
	ck_assert_int_eq(sim_thread_pin(sim, 4), -EINVAL);
	act("vanish=3");
	ck_assert_int_eq(sim_thread_pin(sim, 3), 0);
	w.cpu = 3;
	ck_assert_int_eq(raw(SEV_DBG_WBINVD, &w), -EINVAL);
	ck_assert_uint_eq(w.cpu, 0);
	act("online=1,3");
	act("allow=0-2");
	ck_assert_int_eq(sim_thread_pin(sim, 3), -EINVAL);
	ck_assert_int_eq(sim_thread_pin(sim, 2), 0);
}
END_TEST

START_TEST(bad_decommission)
{
	uint64_t sev = id_of((pid_t)guest(1)->pid);

	ck_assert_int_eq(decommission(77, SEV_DBG_D_RUNNING), -ENOENT);
	REFUSED(decommission(1, 0), SEV_DBG_R_RUNNING);
	ck_assert_int_eq(decommission(sev, SEV_DBG_D_RUNNING), -EOPNOTSUPP);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	ck_assert_int_eq(decommission(1, SEV_DBG_D_RUNNING), -EALREADY);
	REFUSED(shutdown_fw(0), SEV_DBG_R_GUESTS);
	REFUSED(shutdown_fw(SEV_DBG_C_LIVE), SEV_DBG_R_TOMBSTONES);
	/* SEV's SHUTDOWN does not mind tombstones of SNP */
	DOES(shutdown_fw(SEV_DBG_C_LEGACY | SEV_DBG_C_LIVE), 0, 0);
}
END_TEST

#define LOGGED(line)	ck_assert_pstr_eq(logged("/dev/sev-debug"), line)

START_TEST(audit)
{
	uint32_t pid = guest(0)->pid;
	char line[120];

	REFUSED(decommission(1, 0), SEV_DBG_R_RUNNING);
	REFUSED(shutdown_fw(SEV_DBG_C_STRICT), SEV_DBG_R_GUESTS);
	wbinvd_all();
	df_flush();
	ck_assert_ptr_null(logged("/dev/sev-debug"));
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	snprintf(line, sizeof(line), "ccp: SNP_DECOMMISSION of guest 1 of qemu-system-x86[%u]"
		 " through /dev/sev-debug", pid);
	LOGGED(line);
	DOES(shutdown_fw(SEV_DBG_C_LEGACY), 0, 0);
	LOGGED("ccp: SHUTDOWN (LEGACY) through /dev/sev-debug");
	DOES(shutdown_fw(SEV_DBG_C_STRICT | GUESTS), -EIO, 0xf);
	LOGGED("ccp: SHUTDOWN (STRICT, LIVE, TOMBSTONES) through /dev/sev-debug");
	act("kill=%u", pid);
	DOES(shutdown_fw(0), 0, 0);
	LOGGED("ccp: SHUTDOWN (full) through /dev/sev-debug");
	REFUSED(init_fw(), SEV_DBG_R_INIT_LOCKED);
	LOGGED("ccp: SHUTDOWN (full) through /dev/sev-debug");
	act("unload");
	DOES(init_fw(), 0, 0);
	LOGGED("ccp: INIT through /dev/sev-debug");
}
END_TEST

/* However many guests were ended, what came before is still to be read */
START_TEST(audit_of_many)
{
	unsigned int i;

	DOES(shutdown_fw(SEV_DBG_C_LEGACY), 0, 0);
	for (i = 0; i < 80; i++) {
		act("start=snp:1");
		DOES(decommission(i + 1, SEV_DBG_D_RUNNING), 0, 0);
	}
	ck_assert_ptr_nonnull(logged("SHUTDOWN (LEGACY)"));
	ck_assert_ptr_nonnull(logged("guest 10 of"));
	ck_assert_ptr_null(logged("guest 11 of"));
}
END_TEST

/* FACTORY_RESET left the TMR behind: STRICT says so, and is not an answer of the firmware */
START_TEST(refused_for_buffers)
{
	struct sev_dbg_cmd c = { .size = sizeof(c), .flags = SEV_DBG_C_STRICT };
	struct __attribute__((packed)) { uint32_t cmd; uint64_t data; uint32_t error; } reset = { 0 };
	int sev = sim_node_open(sim, "/dev/sev", O_RDWR);

	DOES(shutdown_fw(SEV_DBG_C_LEGACY), 0, 0);
	act("fail=INIT:HWERROR_PLATFORM");
	ck_assert_int_lt(try_act("start=snp"), 0);
	ck_assert(!(info()->state & SEV_DBG_S_BUFFERS));	/* of an INIT that failed */
	act("end=%lld", (long long)act("start=snp"));
	ck_assert_int_eq(sim_node_ioctl(sim, sev, 0xc0105300, &reset), 0);
	sim_node_close(sim, sev);
	ck_assert(info()->state & SEV_DBG_S_BUFFERS);
	REFUSED(shutdown_fw(SEV_DBG_C_STRICT), SEV_DBG_R_BUFFERS);
	ck_assert_str_eq(did, "SNP_PAGE_RECLAIM=0 PLATFORM_STATUS=0");
	LOGGED("ccp: SHUTDOWN (LEGACY) through /dev/sev-debug");
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_SHUTDOWN, &c), -EBUSY);
	ck_assert_uint_eq(c.result.cmd, 0);
	ck_assert_uint_eq(c.result.count, 0);
	ck_assert_int_eq(c.result.err, -EBUSY);
	DOES(shutdown_fw(SEV_DBG_C_LEGACY), 0, SEV_DBG_NO_FW_CALL);
	wbinvd_all();
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(SEV_DBG_C_STRICT), 0, 0);
}
END_TEST

/* Not being able to ask is no reason of its own, nor "I/O error" for everything */
START_TEST(unknown_state)
{
	act("fail=PLATFORM_STATUS:UNSUPPORTED");
	DOES(shutdown_fw(SEV_DBG_C_STRICT), -EIO, 0x15);
	ck_assert_uint_eq(reason, SEV_DBG_R_NONE);
	act("timeout=PLATFORM_STATUS");
	DOES(shutdown_fw(SEV_DBG_C_STRICT), -ETIMEDOUT, SEV_DBG_NO_FW_CALL);
	ck_assert_ptr_null(logged("/dev/sev-debug"));
	REFUSED(shutdown_fw(SEV_DBG_C_STRICT), SEV_DBG_R_PSP_DEAD);
}
END_TEST

/* The question itself may be what the PSP dies of: said at once, not next time */
START_TEST(dies_of_get_info)
{
	struct sev_dbg_info *i;

	act(_i ? "timeout=PLATFORM_STATUS" : "timeout=SNP_PLATFORM_STATUS");
	i = info();
	ck_assert(i->state & SEV_DBG_S_PSP_DEAD);
	ck_assert_uint_eq(i->fw_sev_state, SEV_DBG_FW_UNKNOWN);
	ck_assert_uint_eq(i->fw_snp_state, _i ? 1 : SEV_DBG_FW_UNKNOWN);
}
END_TEST

/* A page that does not come back is the firmware's refusal, not a bad pointer of the caller's */
START_TEST(page_is_not_given_back)
{
	act("fail=SNP_PAGE_RECLAIM:INVALID_ADDRESS");
	ck_assert_int_eq(shutdown_fw(SEV_DBG_C_STRICT | GUESTS), -EIO);	/* asks PLATFORM_STATUS first */
	ck_assert_uint_eq(status, 9);
	ck_assert_uint_eq(reason, SEV_DBG_R_NONE);
	ck_assert_uint_eq(describe()->leaked_pages, 1);
	/* the command buffer was it: what is nested needs the other one, and now has none */
	ck_assert_uint_eq(info()->leaked_pages, 2);
	ck_assert_uint_eq(info()->fw_sev_state, SEV_DBG_FW_UNKNOWN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated /dev/sev-debug");
	TCase *t = tcase_create("bad input");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_add_test(t, bad_requests);
	tcase_add_test(t, bad_sizes);
	tcase_add_test(t, longer_with_zero_tail);
	tcase_add_test(t, bad_flags);
	tcase_add_test(t, bad_addresses);
	tcase_add_test(t, bad_read_only);
	tcase_add_test(t, bad_wbinvd);
	tcase_add_test(t, bad_decommission);
	suite_add_tcase(s, t);
	t = tcase_create("audit");
	tcase_add_checked_fixture(t, setup_one, sim_test_remove);
	tcase_add_test(t, audit);
	suite_add_tcase(s, t);
	t = tcase_create("failures");
	tcase_add_checked_fixture(t, setup_none, sim_test_remove);
	tcase_add_test(t, audit_of_many);
	tcase_add_test(t, refused_for_buffers);
	tcase_add_test(t, unknown_state);
	tcase_add_loop_test(t, dies_of_get_info, 0, 2);
	tcase_add_test(t, page_is_not_given_back);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
