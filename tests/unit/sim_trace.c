// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last firmware commands of the simulated driver: everybody's, in the order in which
 * they ended, as many as are kept.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/psp_fw.h"
#include "sim_test.h"

static struct sev_dbg_trace_entry e[300];
static struct sev_dbg_trace t;

static void setup(void)
{
	sim_test_small(1, 0);
}

/* Those after @after, @capacity of them at most, and no gap between */
static uint32_t trace(uint64_t after, uint32_t capacity)
{
	t = (struct sev_dbg_trace){
		.size = sizeof(t), .entry_size = sizeof(e[0]), .capacity = capacity,
		.after = after, .entries = (uintptr_t)e,
	};
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), 0);
	for (uint32_t i = 0; i < t.count; i++) {
		ck_assert_uint_gt(e[i].seq, after);
		ck_assert_uint_le(e[i].seq, t.last);
		ck_assert(!i || e[i].seq == e[i - 1].seq + 1);
	}
	return t.count;
}

static bool has(uint32_t cmd, int32_t tgid)
{
	for (uint32_t i = 0; i < t.count; i++)
		if (e[i].cmd == cmd && e[i].tgid == tgid)
			return true;
	return false;
}

START_TEST(of_everybody)
{
	uint32_t vmm = guest(0)->pid;
	uint64_t last;

	ck_assert(info()->features & SEV_DBG_F_TRACE);
	ck_assert_uint_gt(trace(0, 300), 10);
	/* the boot, and KVM's */
	ck_assert(has(PSP_CMD_SNP_INIT_EX, getpid()));
	ck_assert(has(PSP_CMD_SNP_GCTX_CREATE, (int32_t)vmm));
	ck_assert(has(PSP_CMD_SNP_LAUNCH_FINISH, (int32_t)vmm));
	ck_assert_uint_eq(e[0].seq, t.first);
	ck_assert_uint_eq(e[t.count - 1].seq, t.last);
	ck_assert_uint_eq(t.running_cmd, 0);
	last = t.last;
	/* it asks no firmware */
	ck_assert_uint_eq(trace(last, 300), 0);
	ck_assert_uint_eq(t.last, last);
	info();
	ck_assert_uint_gt(trace(last, 300), 1);
	ck_assert(has(PSP_CMD_PLATFORM_STATUS, getpid()));
	ck_assert_int_eq(e[0].cpu, 0);
	ck_assert_uint_gt(e[0].time_ns, 0);
	ck_assert_uint_gt(e[0].duration_ns, 0);
	ck_assert_uint_eq(e[0].rsvd, 0);
	ck_assert_str_ne((char *)e[0].comm, "");
}
END_TEST

START_TEST(how_it_ended)
{
	uint64_t last;

	trace(0, 0);
	last = t.last;
	act("fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234");
	DOES(df_flush(), -EIO, 0x13);
	ck_assert_uint_eq(trace(last, 300), 1);
	ck_assert_uint_eq(e[0].cmd, PSP_CMD_SNP_DF_FLUSH);
	ck_assert_int_eq(e[0].err, -EIO);
	ck_assert_uint_eq(e[0].status, 0x13);
	ck_assert_uint_eq(e[0].fw_ext, 0x1234);
	act("timeout=SNP_DF_FLUSH");
	ck_assert_int_eq(df_flush(), -ETIMEDOUT);
	ck_assert_uint_eq(trace(last + 1, 300), 1);
	ck_assert_int_eq(e[0].err, -ETIMEDOUT);
	ck_assert_uint_eq(e[0].status, SEV_DBG_NO_FW_CALL);
	ck_assert_uint_ge(e[0].duration_ns, 100000000000);
	/* given up: it can be read, and nothing is added to it */
	info();
	ck_assert_uint_eq(trace(last + 2, 300), 0);
}
END_TEST

START_TEST(as_many_as_fit)
{
	uint64_t first;

	ck_assert_uint_eq(trace(0, 0), 0);
	first = t.first;
	ck_assert_uint_eq(trace(0, 2), 2);
	ck_assert_uint_eq(e[0].seq, first);
	ck_assert_uint_eq(trace(first, 1), 1);
	ck_assert_uint_eq(e[0].seq, first + 1);
	ck_assert_uint_eq(trace(UINT64_MAX, 300), 0);
	ck_assert_uint_eq(trace(INT64_MAX, 300), 0);
	for (int i = 0; i < 300; i++)
		info();
	ck_assert_uint_eq(trace(first, 300), 256);
	ck_assert_uint_gt(e[0].seq, first + 1);		/* the gap */
	ck_assert_uint_eq(t.first, first);
	ck_assert_uint_eq(e[255].seq, t.last);
}
END_TEST

START_TEST(bad_input)
{
	struct {
		struct sev_dbg_trace_entry e;
		uint64_t more;
	} large[2] = { { .more = 1 }, { .more = 2 } };
	int node;

	t = (struct sev_dbg_trace){
		.size = sizeof(t), .entry_size = sizeof(large[0]), .capacity = 1,
		.entries = (uintptr_t)large,
	};
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), 0);
	ck_assert_uint_eq(t.count, 1);
	ck_assert_uint_eq(large[0].more, 0);
	ck_assert_uint_eq(large[1].more, 2);
	t.entries = 0x1000;
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), -EFAULT);
	ck_assert_uint_eq(t.count, 0);
	ck_assert_uint_gt(t.last, 0);
	t.entry_size = sizeof(e[0]) - 1;
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), -EINVAL);
	t.entry_size = 4097;
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), -EINVAL);
	t.entry_size = sizeof(e[0]);
	t.rsvd = 1;
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_TRACE, &t), -EINVAL);
	/* it takes no more than to read */
	node = dbg;
	dbg = sim_node_open(sim, "/dev/sev-debug", O_RDONLY);
	act("lockdown=confidentiality");
	ck_assert_uint_eq(trace(0, 1), 1);
	sim_node_close(sim, dbg);
	dbg = node;
}
END_TEST

/* kexec: another kernel, whose driver begins anew */
START_TEST(another_boot)
{
	uint64_t last;

	act("kill=%u", guest(0)->pid);
	DOES(shutdown_fw(0), 0, 0);
	for (int i = 0; i < 300; i++)
		info();
	trace(0, 0);
	last = t.last - t.first;
	act("kexec");
	dbg = sim_node_open(sim, "/dev/sev-debug", O_RDWR);
	ck_assert_uint_gt(trace(0, 300), 2);
	ck_assert_uint_lt(t.last - t.first, last);
	ck_assert_uint_eq(e[0].seq, t.first);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("the last firmware commands");
	TCase *tc = tcase_create("simulated");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, sim_test_remove);
	tcase_add_test(tc, of_everybody);
	tcase_add_test(tc, how_it_ended);
	tcase_add_test(tc, as_many_as_fit);
	tcase_add_test(tc, bad_input);
	tcase_add_test(tc, another_boot);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
