// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad input to /dev/sev-debug of the simulated machine: refused as by the real
 * driver (experiment E10), and nothing changed.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim_test.h"

static void setup(void)
{
	sim_test_small(1, 1);
}

static int raw(unsigned long request, void *arg)
{
	return sim_node_ioctl(sim, dbg, request, arg);
}

START_TEST(bad_sizes)
{
	static const unsigned long requests[] = {
		SEV_DBG_GET_INFO, SEV_DBG_GUEST_LIST, SEV_DBG_DECOMMISSION, SEV_DBG_WBINVD,
		SEV_DBG_WBINVD_ALL, SEV_DBG_DF_FLUSH, SEV_DBG_SHUTDOWN, SEV_DBG_INIT,
	};
	static const uint32_t bad[] = { 0, 4, 16, 4097, 0xffffffff };
	uint32_t generation = describe()->generation;
	uint32_t buf[2048] = { 0 };
	size_t i, j;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			buf[0] = bad[j];
			ck_assert_int_eq(raw(requests[i], buf), -EINVAL);
		}
		ck_assert_int_eq(raw(requests[i], NULL), -EFAULT);
		/* longer, and something in what this kernel does not know */
		buf[0] = (uint32_t)(requests[i] >> 16 & 0x3fff) + 8;
		buf[buf[0] / 4 - 1] = 1;
		ck_assert_int_eq(raw(requests[i], buf), -E2BIG);
		memset(buf, 0, sizeof(buf));
		buf[0] = (uint32_t)(requests[i] >> 16 & 0x3fff);
		buf[1] = 0x80000000;		/* a flag that there is not */
		ck_assert_int_eq(raw(requests[i], buf), -EINVAL);
		memset(buf, 0, sizeof(buf));
	}
	ck_assert_int_eq(raw(0xb999, buf), -ENOTTY);
	ck_assert_uint_eq(describe()->generation, generation);
}
END_TEST

START_TEST(longer_with_zero_tail)
{
	struct { struct sev_dbg_info i; uint64_t more; } x = { .i = { .size = sizeof(x) } };

	ck_assert_int_eq(raw(SEV_DBG_GET_INFO, &x), 0);
	ck_assert_uint_eq(x.i.abi_version, SEV_DBG_ABI_VERSION);
	ck_assert_uint_eq(x.i.size, sizeof(x));
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

int main(void)
{
	Suite *s = suite_create("simulated /dev/sev-debug");
	TCase *t = tcase_create("bad input");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_add_test(t, bad_sizes);
	tcase_add_test(t, longer_with_zero_tail);
	tcase_add_test(t, bad_flags);
	tcase_add_test(t, bad_addresses);
	tcase_add_test(t, bad_read_only);
	tcase_add_test(t, bad_wbinvd);
	tcase_add_test(t, bad_decommission);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
