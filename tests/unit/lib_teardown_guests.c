// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A teardown and those around it: VMMs that do not end, guests that come meanwhile, a
 * list that is incomplete, an operator who stops it, CPUs out of reach.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/psp-sev.h>

#include "lib/firmware/command.h"
#include "lib_teardown_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---------------------------------------------------------------------- VMMs */

START_TEST(stubborn)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	options.stop_seconds = 7;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SIGTERM SIGKILL " DOWN);
	ck_assert_int_eq(fake.run.steps[2].pid, 102);
	ck_assert_uint_ge(fake.now_ns, 1000000000000 + 7000000000);
	ck_assert_uint_lt(fake.now_ns, 1000000000000 + 8000000000);
}
END_TEST

/* A signal that nobody meant for us does not shorten the wait, nor end it */
START_TEST(wait_interrupted)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	fake.interrupted = 3;
	options.stop_seconds = 7;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SIGKILL " DOWN);
	ck_assert_uint_eq(fake.interrupted, 0);
	ck_assert_uint_ge(fake.now_ns, 1000000000000 + 7000000000);
	ck_assert_uint_lt(fake.now_ns, 1000000000000 + 8000000000);
}
END_TEST

/* The operator's ends it: no SIGKILL follows, and nobody is taken to have ended */
START_TEST(wait_cancelled)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	fake.interrupted = 1;
	fake.ask_when_interrupted = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -ECANCELED);
	expect_steps("SIGTERM");
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

START_TEST(immortal)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->immortal = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	expect_steps("SIGTERM SIGKILL");
	fake_expect(&fake, SEVADM_BUSY, "have not ended 10 seconds after SIGKILL");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* The process is gone, and KVM does not let its guest go */
START_TEST(lingering)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->lingers = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "KVM still holds it");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

START_TEST(unstoppable)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP)->unstoppable = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "a thread of qemu[102] did not stop within 5 seconds");
	ck_assert_uint_eq(changes(), 0);
	ck_assert_msg(!frozen(), "the other one was left behind");
}
END_TEST

/* Who was stopped before is not set going by us */
START_TEST(stopped_before)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stopped = true;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION, .ret = -EPERM,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EPERM);
	ck_assert(fake.vmms[0].stopped);
	ck_assert(!fake.vmms[1].stopped);
}
END_TEST

/* A guest that nobody explains may be run by a process that was handed its VM */
START_TEST(handed_on)
{
	struct host_vm *vm;

	fake_leak(&fake);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	vm = &fake.adm.vms.list[0];
	vm->gmems = 1;
	vm->vms = 2;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "may be run by qemu[102]");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* A SEV guest's memory has no descriptor of its own: any VM too many is suspect */
START_TEST(handed_on_sev)
{
	struct host_vm *vm;

	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake.guests[0].g.tgid = 9999;
	vm = &fake.adm.vms.list[0];
	vm->sev = false;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "may be run by qemu[101]");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].stopped && !fake.vmms[0].ended);
}
END_TEST

/* Somebody else's stopped VM is neither touched nor spoken of */
START_TEST(stopped_by_others)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stopped = true;
	fake.guests[0].gone = true;
	fake.adm.vms.list[0].sev = false;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_DECOMMISSION : SEVADM_GUESTS_REFUSE), 0);
	ck_assert(fake.vmms[0].stopped);
	ck_assert(!warned("stopped"));
}
END_TEST

START_TEST(hidden)
{
	fake_leak(&fake);
	fake.adm.vms.hidden = 3;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "3 processes could not be looked into");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* The pid was used again: the process is younger than the guest */
START_TEST(pid_used_again)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.adm.vms.list[0].start_ns = fake.now_ns;
	fake.adm.vms.list[0].sev = false;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SNP_DECOMMISSION=0 " DOWN);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

/* ------------------------------------------------------------- guests that come meanwhile */

static void guest_comes(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_DECOMMISSION && f->nr_guests == 1)
		fake_leak(f);
}

/* A guest that was not there when the operator decided is not taken along */
START_TEST(newcomer)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.on_submit = guest_comes;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "id 2");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), 1);
}
END_TEST

/* -------------------------------------------------------------- an incomplete list */

static uint32_t flags_seen[8];
static size_t nr_flags;

static void note_flags(struct fake *f, unsigned long request, void *arg)
{
	(void)f;
	if (request == SEV_DBG_SHUTDOWN && nr_flags < COUNT(flags_seen))
		flags_seen[nr_flags++] = ((struct sev_dbg_cmd *)arg)->flags;
}

/* Made between the look at the processes and the list: nobody's, by that list alone */
START_TEST(made_just_now)
{
	enum sevadm_guests_mode modes[] = { SEVADM_GUESTS_STOP, SEVADM_GUESTS_DECOMMISSION };

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	fake.guests[fake.nr_guests - 1].g.created_boot_ns = fake.now_ns - 10;
	fake.adm.surveyed_ns = fake.now_ns - 20;
	options.leaked = _i == 2;
	ck_assert_int_eq(tear_down(_i == 2 ? SEVADM_GUESTS_REFUSE : modes[_i]), -EBUSY);
	if (_i < 2)
		fake_expect(&fake, SEVADM_BUSY, "was started just now");
	ck_assert_uint_eq(changes(), 0);
	expect_steps("");
}
END_TEST

START_TEST(recover_made_just_now)
{
	fake_leak(&fake);
	fake.guests[fake.nr_guests - 1].g.created_boot_ns = fake.now_ns - 10;
	fake.adm.surveyed_ns = fake.now_ns - 20;
	ck_assert_int_eq(sevadm_recover(&fake.adm, false, false, &fake.run), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "was started just now");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

START_TEST(live_flag)
{
	static const struct {
		enum sevadm_guest_kind kind;
		bool live;
	} rows[] = {
		{ SEVADM_GUEST_SNP, false }, { SEVADM_GUEST_SEV, true },
		{ SEVADM_GUEST_SEV_ES, true },
	};

	nr_flags = 0;
	fake_vm(&fake, rows[_i].kind);
	fake.on_submit = note_flags;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_uint_eq(nr_flags, 2);
	ck_assert(flags_seen[0] & SEV_DBG_C_LEGACY);
	ck_assert_int_eq(!!(flags_seen[0] & SEV_DBG_C_LIVE), rows[_i].live);
	ck_assert(flags_seen[1] & SEV_DBG_C_STRICT);
	ck_assert(!(flags_seen[1] & SEV_DBG_C_LIVE));
}
END_TEST

START_TEST(track_lost)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "list of guests is incomplete");
	ck_assert_uint_eq(changes(), 0);
	ck_assert_uint_eq(frozen(), 0);
}
END_TEST

START_TEST(track_lost_stop)
{
	nr_flags = 0;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = note_flags;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	ck_assert_uint_eq(nr_flags, 2);
	ck_assert(flags_seen[0] & SEV_DBG_C_LIVE);
	ck_assert(flags_seen[1] & SEV_DBG_C_LIVE);
}
END_TEST

static const struct {
	uint32_t number;
	int ret;
	const char *said;
} counts[] = {
	{ 1, -EBUSY, "does not tell how many guests" },
	{ 9, -EIO, "does not tell how many guests" },
};

static int silent;

static void count_fails(struct fake *f, unsigned long request, void *arg)
{
	const struct sev_issue_cmd *cmd = arg;

	if (request == SEV_ISSUE_CMD && cmd->cmd == counts[silent].number && !f->nr_replies)
		fake_answer(f, (struct fake_reply){ .request = SEV_ISSUE_CMD,
						    .flags = counts[silent].number,
						    .ret = counts[silent].ret, .status = 0x1a,
						    .times = 100 });
}

/* With an incomplete list, a firmware that does not tell its counts is no comfort */
START_TEST(track_lost_unknown)
{
	silent = _i;
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = count_fails;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, counts[_i].said);
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

static void one_more(struct fake *f, unsigned long request, void *arg)
{
	/* the list does not have it, but the firmware counts it */
	if (request == SEV_DBG_GUEST_LIST)
		f->guests[0].gone = true;
	else if (request == SEV_ISSUE_CMD)
		f->guests[0].gone = false;
	(void)arg;
}

START_TEST(track_lost_counted)
{
	fake_leak(&fake);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = one_more;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "still counts 1 guests");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* ---------------------------------------------------------------------- cancelled */

START_TEST(cancelled)
{
	int ret;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.cancel_after = (unsigned int)_i + 1;
	ret = tear_down(SEVADM_GUESTS_DECOMMISSION);
	/* SIGSTOP SIGSTOP DECOMMISSION DECOMMISSION SHUTDOWN WBINVD*4 SNP_DF_FLUSH SNP_SHUTDOWN_EX */
	if (_i >= 10) {
		/* there was nothing left to stop */
		ck_assert_int_eq(ret, 0);
		return;
	}
	ck_assert_int_eq(ret, -ECANCELED);
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
	fake_expect(&fake, SEVADM_FAILED, "run the same command again");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), _i < 2 ? 0 : _i == 2 ? 1 : 2);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), _i >= 4);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), _i >= 5 ? 4 : 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DF_FLUSH), _i >= 9);
	/* only those stand still whose guests are gone */
	ck_assert_uint_eq(frozen(), _i < 2 ? 0 : _i == 2 ? 1 : 2);
}
END_TEST

START_TEST(cancelled_and_again)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.cancel_after = (unsigned int)_i + 1;
	tear_down(SEVADM_GUESTS_DECOMMISSION);
	/* the next run of the program: another handle, the same host */
	sevadm_run_free(&fake.run);
	fake.adm.failure = (struct sevadm_failure){ 0 };
	fake.adm.cancelled = false;
	fake.cancel_after = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_uint_eq(fake.snp_state, 0);
	ck_assert_uint_eq(fake.sev_state, 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), 2);
}
END_TEST

/* ---------------------------------------------------------------- CPUs out of reach */

static int outside(struct fake *f, unsigned int cpu)
{
	(void)f;
	return cpu == 3 ? -EINVAL : 0;
}

/* Found out before anything is done to a guest */
START_TEST(out_of_reach)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.on_pin = outside;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 3");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
	fake.adm.failure = (struct sevadm_failure){ 0 };
	options.wbinvd.broadcast = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SHUTDOWN=0 WBINVD_ALL SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_teardown_guests");

	tcase_add_checked_fixture(tc, setup, cleanup);
	tcase_add_test(tc, stubborn);
	tcase_add_test(tc, wait_interrupted);
	tcase_add_test(tc, wait_cancelled);
	tcase_add_test(tc, immortal);
	tcase_add_test(tc, lingering);
	tcase_add_test(tc, unstoppable);
	tcase_add_test(tc, stopped_before);
	tcase_add_test(tc, handed_on);
	tcase_add_loop_test(tc, handed_on_sev, 0, 2);
	tcase_add_loop_test(tc, stopped_by_others, 0, 2);
	tcase_add_loop_test(tc, hidden, 0, 2);
	tcase_add_test(tc, pid_used_again);
	tcase_add_test(tc, newcomer);
	tcase_add_loop_test(tc, made_just_now, 0, 3);
	tcase_add_test(tc, recover_made_just_now);
	tcase_add_loop_test(tc, live_flag, 0, 3);
	tcase_add_test(tc, track_lost);
	tcase_add_test(tc, track_lost_stop);
	tcase_add_loop_test(tc, track_lost_unknown, 0, COUNT(counts));
	tcase_add_test(tc, track_lost_counted);
	tcase_add_loop_test(tc, cancelled, 0, 12);
	tcase_add_loop_test(tc, cancelled_and_again, 0, 12);
	tcase_add_test(tc, out_of_reach);
	return lib_run(suite);
}
