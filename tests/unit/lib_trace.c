// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last firmware commands, and the state of a host for who asks again and again: what
 * a driver's answers come to, and what is not asked.
 */
#include <errno.h>
#include <string.h>

#include <linux/psp-sev.h>

#include "lib_fake.h"

static struct fake fake;
static struct sevadm_trace trace;
static struct sevadm_live live;

/* The driver's ring: of the commands @first to @last it keeps the last @kept */
static struct {
	int ret;
	uint64_t first, last, kept;
	uint32_t running, extra;
	uint64_t asked[4];
	size_t nr_asked;
} ring;

static const struct device_ops *fake_ops;

static int trace_answer(struct sev_dbg_trace *t)
{
	struct sev_dbg_trace_entry *e = (struct sev_dbg_trace_entry *)(uintptr_t)t->entries;
	uint64_t oldest = ring.last - ring.kept + 1;
	uint64_t seq = t->after + 1 > oldest ? t->after + 1 : oldest;

	ck_assert_uint_eq(t->size, sizeof(*t));
	ck_assert_uint_eq(t->entry_size, sizeof(*e));
	ck_assert_uint_ge(t->capacity, 256);
	ring.asked[ring.nr_asked++ % 4] = t->after;
	if (ring.ret)
		return ring.ret;
	t->first = ring.first;
	t->last = ring.last;
	t->running_cmd = ring.running;
	t->running_tgid = 77;
	t->running_since_ns = fake.now_ns - 5000;
	for (; seq <= ring.last; seq++)
		e[t->count++] = (struct sev_dbg_trace_entry){
			.seq = seq, .time_ns = 1000 + seq, .duration_ns = 30, .cmd = 0x86,
			.err = -EIO, .status = 0x0f, .fw_ext = 0x1234, .cpu = 3, .tgid = 42,
			.comm = "a\nb",
		};
	t->count += ring.extra;
	return 0;
}

static int submit(struct device *dev, unsigned long request, void *arg)
{
	if (request == SEV_DBG_TRACE)
		return trace_answer(arg);
	return fake_ops->submit(dev, request, arg);
}

static const struct device_ops traced_ops = { .name = "traced", .submit = submit };

static void setup(void)
{
	fake_open(&fake);
	fake_ops = fake.dev.ops;
	fake.dev.ops = &traced_ops;
	memset(&ring, 0, sizeof(ring));
	ring.first = 11;
	ring.last = 13;
	ring.kept = 3;
}

static void teardown(void)
{
	sevadm_trace_free(&trace);
	sevadm_live_free(&live);
	fake_close(&fake);
}

#define GETS(after)	ck_assert_int_eq(sevadm_trace_get(&fake.adm, after, &trace), 0)

START_TEST(entries)
{
	const struct sevadm_trace_entry *e;

	GETS(0);
	ck_assert_uint_eq(trace.nr_entries, 3);
	e = &trace.entries[2];
	ck_assert_uint_eq(e->seq, 13);
	ck_assert_uint_eq(e->time_ns, 1013);
	ck_assert_uint_eq(e->duration_ns, 30);
	ck_assert_str_eq(e->command, "SNP_SHUTDOWN_EX");
	ck_assert_uint_eq(e->id, 0x86);
	ck_assert_uint_eq(e->status, 0x0f);
	ck_assert_uint_eq(e->fw_ext, 0x1234);
	ck_assert_int_eq(e->err, EIO);
	ck_assert_uint_eq(e->cpu, 3);
	ck_assert_int_eq(e->pid, 42);
	ck_assert_str_eq(e->comm, "a\\x0ab");
	ck_assert_uint_eq(trace.last, 13);
	ck_assert_uint_eq(trace.lost, 0);
	ck_assert_ptr_null(trace.running);
}
END_TEST

static const struct {
	uint64_t first, last, kept, after;
	size_t entries;
	uint64_t lost;
} gaps[] = {
	{ 11, 13, 3, 11, 2, 0 },
	{ 11, 13, 3, 13, 0, 0 },
	{ 11, 600, 256, 0, 256, 334 },		/* since the driver was loaded */
	{ 11, 600, 256, 344, 256, 0 },
	{ 11, 600, 256, 340, 256, 4 },
	{ 1000011, 1000013, 3, 600, 3, 0 },	/* a driver loaded anew: no gap */
	{ 1000011, 1000600, 256, 600, 256, 334 },
	{ 0, 0, 0, 0, 0, 0 },			/* no command yet */
};

START_TEST(lost)
{
	ring.first = gaps[_i].first;
	ring.last = gaps[_i].last;
	ring.kept = gaps[_i].kept;
	GETS(gaps[_i].after);
	ck_assert_uint_eq(trace.nr_entries, gaps[_i].entries);
	ck_assert_uint_eq(trace.lost, gaps[_i].lost);
	ck_assert_uint_eq(trace.last, gaps[_i].last);
}
END_TEST

/* Numbers begin low after a boot: then all of them are new */
START_TEST(booted_anew)
{
	GETS(5000);
	ck_assert_uint_eq(ring.nr_asked, 2);
	ck_assert_uint_eq(ring.asked[0], 5000);
	ck_assert_uint_eq(ring.asked[1], 0);
	ck_assert_uint_eq(trace.nr_entries, 3);
}
END_TEST

START_TEST(running)
{
	ring.running = 0x85;
	GETS(13);
	ck_assert_str_eq(trace.running, "SNP_INIT_EX");
	ck_assert_uint_eq(trace.running_id, 0x85);
	ck_assert_int_eq(trace.running_pid, 77);
	ck_assert_uint_eq(trace.running_ns, 5000);
}
END_TEST

/* What a driver says is not believed where it would cost memory */
START_TEST(too_many)
{
	ring.extra = 5000;
	ck_assert_int_eq(sevadm_trace_get(&fake.adm, 0, &trace), -EPROTO);
	ck_assert_uint_eq(trace.nr_entries, 0);
	fake_expect(&fake, SEVADM_FAILED, "read the last firmware commands");
}
END_TEST

/* A driver that keeps none is no failure: what else there is can still be asked */
START_TEST(none_kept)
{
	static const int rets[] = { -ENOTTY, -ENOENT, -EINTR };

	ring.ret = rets[_i];
	fake.adm.flags = SEVADM_INTERRUPTIBLE;
	ck_assert_int_eq(sevadm_trace_get(&fake.adm, 0, &trace), rets[_i]);
	ck_assert_int_eq(fake.adm.failure.kind, SEVADM_DONE);
}
END_TEST

START_TEST(fails)
{
	ring.ret = -ENODEV;
	ck_assert_int_eq(sevadm_trace_get(&fake.adm, 0, &trace), -ENODEV);
	fake_expect(&fake, SEVADM_ABSENT, "read the last firmware commands");
}
END_TEST

/* ---------------------------------------------------------------------- live */

#define LIVE(flags)	sevadm_live_get(&fake.adm, flags, &live, &fake.run)

static void stock(void)
{
	fake.dev.node_err[DEVICE_SEV_DEBUG] = -ENOENT;
}

/* One request has both states: /dev/sev is not asked on top of that */
START_TEST(live_patched)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	ck_assert_int_eq(LIVE(0), 0);
	ck_assert_uint_eq(live.snp_state, 1);
	ck_assert_uint_eq(live.sev_state, 2);
	ck_assert(live.driver.known && live.driver.snp_init && live.guests.has_list);
	ck_assert_uint_eq(live.guests.nr_guests, 1);
	ck_assert_uint_eq(live.now_ns, fake.now_ns);
	ck_assert_uint_eq(fake_count(&fake, SEV_ISSUE_CMD), 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_GET_INFO), 1);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_GUEST_LIST) + 1, fake.nr_calls);
	ck_assert_uint_eq(fake.run.nr_steps, 0);
}
END_TEST

START_TEST(live_dead)
{
	fake.info.state |= SEV_DBG_S_PSP_DEAD;
	fake.info.fw_snp_state = fake.info.fw_sev_state = SEV_DBG_FW_UNKNOWN;
	ck_assert_int_eq(LIVE(0), 0);
	ck_assert(live.psp_dead);
	ck_assert_uint_eq(live.snp_state, SEVADM_NO_FW_CALL);
	ck_assert_uint_eq(fake_count(&fake, SEV_ISSUE_CMD), 0);
}
END_TEST

START_TEST(live_stock)
{
	stock();
	ck_assert_int_eq(LIVE(0), 0);
	ck_assert(!live.driver.known && !live.guests.has_list && !live.psp_dead);
	ck_assert_uint_eq(live.snp_state, 1);
	ck_assert_uint_eq(fake.nr_calls, 2);
	ck_assert_str_eq(fake_steps(&fake), "PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0");
}
END_TEST

/* It gave the secure processor up, or does so now: SNP is not asked, at the cost of a page */
START_TEST(live_stock_dead)
{
	stock();
	fake_answer(&fake, (struct fake_reply){ .request = SEV_ISSUE_CMD, .times = 9,
						.ret = _i ? -EBUSY : -ETIMEDOUT });
	ck_assert_int_eq(LIVE(0), 0);
	ck_assert(live.psp_dead);
	ck_assert_uint_eq(fake.nr_calls, 1);
	ck_assert_int_eq(LIVE(SEVADM_LIVE_QUIET), 0);
	ck_assert_uint_eq(fake.nr_calls, 1);
}
END_TEST

START_TEST(live_quiet)
{
	ck_assert_int_eq(LIVE(SEVADM_LIVE_QUIET), 0);
	ck_assert_uint_eq(fake.nr_calls, 0);
	ck_assert_str_eq(live.host.cpus_online, "0-3");
	ck_assert_uint_eq(live.snp_state, SEVADM_NO_FW_CALL);
}
END_TEST

START_TEST(live_gone)
{
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_GET_INFO, .ret = -ENODEV,
						.times = 1 });
	ck_assert_int_eq(LIVE(0), -ENODEV);
	fake_expect(&fake, SEVADM_ABSENT, "ask /dev/sev-debug");
}
END_TEST

START_TEST(live_no_node)
{
	fake.dev.node_err[_i ? DEVICE_SEV_DEBUG : DEVICE_SEV] = -EACCES;
	ck_assert_int_eq(LIVE(0), -EACCES);
	fake_expect(&fake, SEVADM_PERMISSION, _i ? "/dev/sev-debug" : "open /dev/sev:");
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

/* Who watches is not made to wait, if he wants to go */
START_TEST(live_interrupted)
{
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_GET_INFO, .ret = -EINTR,
						.times = 3 });
	fake.adm.flags = SEVADM_INTERRUPTIBLE;
	ck_assert_int_eq(LIVE(0), -EINTR);
	ck_assert_uint_eq(fake.nr_calls, 1);
}
END_TEST

int main(void)
{
	Suite *s;
	TCase *tc = lib_case(&s, "trace");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, entries);
	tcase_add_loop_test(tc, lost, 0, sizeof(gaps) / sizeof(gaps[0]));
	tcase_add_test(tc, booted_anew);
	tcase_add_test(tc, running);
	tcase_add_test(tc, too_many);
	tcase_add_loop_test(tc, none_kept, 0, 3);
	tcase_add_test(tc, fails);
	tcase_add_test(tc, live_patched);
	tcase_add_test(tc, live_dead);
	tcase_add_test(tc, live_stock);
	tcase_add_loop_test(tc, live_stock_dead, 0, 2);
	tcase_add_test(tc, live_quiet);
	tcase_add_test(tc, live_gone);
	tcase_add_loop_test(tc, live_no_node, 0, 2);
	tcase_add_test(tc, live_interrupted);
	return lib_run(s);
}
