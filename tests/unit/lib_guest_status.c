// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's word on guests, set against the driver's list: agreement,
 * differences, races with guests that start and end, and patches that cannot ask.
 */
#include <errno.h>
#include <string.h>

#include "lib_fake.h"

static struct fake fake;
static struct sevadm_guests guests;

static void setup(void)
{
	fake_open(&fake);
}

static void teardown(void)
{
	sevadm_guests_free(&guests);
	fake_close(&fake);
}

/* Of the list as it is now; the steps of listing it are of no interest */
static int status_of_all(void)
{
	sevadm_guests_free(&guests);
	ck_assert_int_eq(sevadm_guests_get(&fake.adm, &guests, NULL), 0);
	fake.nr_calls = 0;
	return sevadm_guests_status(&fake.adm, &guests, &fake.run);
}

static size_t asked(void)
{
	return fake_count(&fake, SEV_DBG_GUEST_STATUS);
}

START_TEST(agreement)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake_vm(&fake, SEVADM_GUEST_SEV_ES);
	fake.guests[0].vcek_dis = 1;
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert_str_eq(fake_steps(&fake), "SNP_GUEST_STATUS=0 GUEST_STATUS=0 GUEST_STATUS=0");
	for (size_t i = 0; i < 3; i++) {
		const struct sevadm_guest *g = &guests.guests[i];

		ck_assert(g->fw.known && !g->differs[0]);
		ck_assert_int_eq(g->fw.kind, g->kind);
		ck_assert_uint_eq(g->fw.asid, g->asid);
		ck_assert_uint_eq(g->fw.policy, g->policy);
		ck_assert_str_eq(sevadm_guest_state_name(g->kind, g->fw.state), "RUNNING");
		ck_assert(fake.run.steps[i].has_guest);
		ck_assert_uint_eq(fake.run.steps[i].guest, i + 1);
		ck_assert_uint_eq(fake.run.steps[i].asid, i + 1);
	}
	ck_assert(guests.guests[0].fw.vcek_dis && !guests.guests[1].fw.vcek_dis);
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
	/* the driver is asked once what it can do, however many guests there are */
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_GET_INFO), 1);
	ck_assert_uint_eq(asked(), 3);
}
END_TEST

/* Which of the firmware's states go with which of the list's */
START_TEST(states)
{
	static const struct {
		enum sevadm_guest_kind kind;
		uint32_t state, flags;
		bool agrees;
	} all[] = {
		{ SEVADM_GUEST_SNP, 0, 0, true },
		{ SEVADM_GUEST_SNP, 1, SEV_DBG_G_LAUNCHED, true },
		{ SEVADM_GUEST_SNP, 2, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, true },
		{ SEVADM_GUEST_SNP, 1, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, false },
		{ SEVADM_GUEST_SNP, 0, SEV_DBG_G_LAUNCHED, false },
		{ SEVADM_GUEST_SNP, 2, 0, false },
		{ SEVADM_GUEST_SNP, 3, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, false },
		{ SEVADM_GUEST_SEV, 0, SEV_DBG_G_LAUNCHED, false },
		{ SEVADM_GUEST_SEV, 1, SEV_DBG_G_LAUNCHED, true },
		{ SEVADM_GUEST_SEV, 2, SEV_DBG_G_LAUNCHED, true },
		{ SEVADM_GUEST_SEV, 3, SEV_DBG_G_LAUNCHED, false },
		{ SEVADM_GUEST_SEV, 3, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, true },
		{ SEVADM_GUEST_SEV, 4, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, true },
		{ SEVADM_GUEST_SEV, 5, SEV_DBG_G_LAUNCHED, true },
		{ SEVADM_GUEST_SEV, 6, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, true },
		{ SEVADM_GUEST_SEV, 7, SEV_DBG_G_LAUNCHED | SEV_DBG_G_RUNNING, false },
		{ SEVADM_GUEST_SEV, 0xffffffff, SEV_DBG_G_LAUNCHED, false },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		teardown();
		setup();
		fake_vm(&fake, all[i].kind);
		fake.guests[0].state = all[i].state;
		fake.guests[0].g.flags = all[i].flags;
		ck_assert_int_eq(status_of_all(), 0);
		ck_assert_msg(!guests.guests[0].differs[0] == all[i].agrees, "row %zu", i);
		ck_assert_str_eq(guests.guests[0].differs, all[i].agrees ? "" : "state");
		ck_assert_uint_eq(fake.run.nr_warnings, !all[i].agrees);
	}
}
END_TEST

START_TEST(names_of_states)
{
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SNP, 0), "INIT");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SNP, 1), "LAUNCH");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SNP, 3), "?");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV, 0), "INVALID");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV, 1), "LUPDATE");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV_ES, 2), "LSECRET");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV_ES, 4), "SUPDATE");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV, 5), "RUPDATE");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV, 6), "SENT");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SEV, 7), "?");
	ck_assert_str_eq(sevadm_guest_state_name(SEVADM_GUEST_SNP, ~0U), "?");
}
END_TEST

START_TEST(everything_differs)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.guests[1].state = 0;
	fake.guests[1].asid = 0;
	fake.guests[1].policy = 0x30000;
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert_str_eq(guests.guests[0].differs, "");
	ck_assert_str_eq(guests.guests[1].differs, "state, ASID, policy");
	ck_assert_uint_eq(fake.run.nr_warnings, 1);
	ck_assert_str_eq(fake.run.warnings[0], "guest 2: the firmware says INIT, ASID 0, policy "
			 "0x30000; by the driver's list it is running, ASID 2, policy 0x0");
	ck_assert_uint_eq(asked(), 3);		/* that one twice */
}
END_TEST

/* The guest's launch goes on between the list and the question */
static void launched_meanwhile(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request != SEV_DBG_GUEST_STATUS)
		return;
	f->guests[0].state = 2;
	f->guests[0].g.flags |= SEV_DBG_G_RUNNING;
}

START_TEST(no_difference_but_time)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.guests[0].state = 1;
	fake.guests[0].g.flags = SEV_DBG_G_LAUNCHED | SEV_DBG_G_ACTIVE;
	fake.on_submit = launched_meanwhile;
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert_str_eq(guests.guests[0].differs, "");
	ck_assert_int_eq(guests.guests[0].state, SEVADM_GUEST_RUNNING);
	ck_assert_uint_eq(guests.guests[0].fw.state, 2);
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
	ck_assert_uint_eq(asked(), 2);
}
END_TEST

static void ends_at_once(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_GUEST_STATUS)
		f->guests[0].gone = true;
}

static void ends_after_its_answer(struct fake *f, unsigned long request, void *arg)
{
	static struct fake *seen;

	(void)arg;
	if (request == SEV_DBG_GUEST_STATUS)
		seen = f;
	else if (seen == f && request == SEV_DBG_GUEST_LIST)
		f->guests[0].gone = true;
}

START_TEST(ended_meanwhile)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.guests[0].state = 1;		/* differs, so that it is looked at again */
	fake.on_submit = _i ? ends_after_its_answer : ends_at_once;
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert(!guests.guests[0].fw.known && !guests.guests[0].differs[0]);
	ck_assert(guests.guests[1].fw.known);
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
	ck_assert_int_eq(sevadm_failure(&fake.adm)->kind, SEVADM_DONE);
}
END_TEST

START_TEST(tombstones)
{
	struct sevadm_guest_status status;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.guests[0].g.flags |= SEV_DBG_G_TOMBSTONE;
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert(!guests.guests[0].fw.known);
	ck_assert_uint_eq(asked(), 0);
	ck_assert_int_eq(sevadm_guest_status_get(&fake.adm, 1, &status, &fake.run), -ENOENT);
	fake_expect(&fake, SEVADM_FAILED, "gone from the firmware");
	ck_assert_uint_eq(asked(), 0);
}
END_TEST

START_TEST(refused)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){
		.request = SEV_DBG_GUEST_STATUS, .ret = -EIO, .status = 0x10, .times = 1,
		.fw_ext = 0x123456789a,
	});
	ck_assert_int_eq(status_of_all(), -EIO);
	fake_expect(&fake, SEVADM_REFUSED, "INVALID_GUEST (0x0010); the firmware left extended "
		    "error 0x123456789a");
	ck_assert_uint_eq(sevadm_failure(&fake.adm)->fw_ext, 0x123456789a);
	ck_assert_uint_eq(sevadm_failure(&fake.adm)->status, 0x10);
	ck_assert_uint_eq(fake.run.steps[0].fw_ext, 0x123456789a);
	ck_assert_uint_eq(fake.run.steps[1].fw_ext, 0);
	ck_assert(!guests.guests[0].fw.known);
	ck_assert(guests.guests[1].fw.known);
}
END_TEST

START_TEST(nobody_answers)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){
		.request = SEV_DBG_GUEST_STATUS, .ret = _i ? -EBUSY : -ETIMEDOUT, .times = 2,
		.status = SEVADM_NO_FW_CALL, .reason = _i ? SEV_DBG_R_PSP_DEAD : 0,
	});
	ck_assert_int_eq(status_of_all(), _i ? -EBUSY : -ETIMEDOUT);
	fake_expect(&fake, _i ? SEVADM_BUSY : SEVADM_FAILED, _i ? "gave the secure" : "in time");
	ck_assert_uint_eq(asked(), 1);
	ck_assert_str_eq(fake_steps(&fake), _i ? "SNP_GUEST_STATUS!EBUSY" :
						 "SNP_GUEST_STATUS!ETIMEDOUT");
}
END_TEST

/* What only asks is asked again after a signal */
START_TEST(interrupted)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){
		.request = SEV_DBG_GUEST_STATUS, .ret = -EINTR, .times = 2,
		.status = SEVADM_NO_FW_CALL,
	});
	ck_assert_int_eq(status_of_all(), 0);
	ck_assert(guests.guests[0].fw.known);
	ck_assert_uint_eq(asked(), 3);
}
END_TEST

START_TEST(older_patch)
{
	struct sevadm_guest_status status = { .known = true };

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.features = SEV_DBG_F_GUEST_LIST | SEV_DBG_F_STRICT | SEV_DBG_F_WBINVD_ALL;
	ck_assert_int_eq(_i ? sevadm_guest_status_get(&fake.adm, 1, &status, &fake.run) :
			      status_of_all(), -EOPNOTSUPP);
	fake_expect(&fake, SEVADM_ABSENT, "companion patch is older");
	fake_expect(&fake, SEVADM_ABSENT, "anew");
	ck_assert_uint_eq(asked(), 0);
	ck_assert_uint_eq(fake.run.nr_steps, 0);
	ck_assert(!_i || !status.known);
}
END_TEST

START_TEST(no_patch)
{
	struct sevadm_guest_status status;

	fake.dev.node_err[DEVICE_SEV_DEBUG] = -ENOENT;
	ck_assert_int_lt(_i ? sevadm_guest_status_get(&fake.adm, 1, &status, &fake.run) :
			      status_of_all(), 0);
	fake_expect(&fake, SEVADM_ABSENT, "open /dev/sev-debug");
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

START_TEST(one_by_id)
{
	struct sevadm_guest_status status;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV_ES);
	ck_assert_int_eq(sevadm_guest_status_get(&fake.adm, 2, &status, NULL), 0);
	ck_assert(status.known);
	ck_assert_int_eq(status.kind, SEVADM_GUEST_SEV_ES);
	ck_assert_uint_eq(status.state, 3);
	ck_assert_uint_eq(status.asid, 2);
	ck_assert_uint_eq(status.policy, 4);
	ck_assert_int_eq(sevadm_guest_status_get(&fake.adm, 3, &status, NULL), -ENOENT);
	ck_assert(!status.known);
	fake_expect(&fake, SEVADM_FAILED, "no guest 3");
}
END_TEST

/* A failure of a command that acts carries it as well; without one nothing is said */
START_TEST(extended_error_of_a_flush)
{
	fake_answer(&fake, (struct fake_reply){
		.request = SEV_DBG_DF_FLUSH, .ret = -EIO, .status = 0x13, .times = 1,
		.fw_ext = _i ? 0x80000000 : 0,
	});
	ck_assert_int_eq(sevadm_df_flush(&fake.adm, false, false, &fake.run), -EIO);
	ck_assert_str_eq(sevadm_failure(&fake.adm)->message, _i ?
			 "SNP_DF_FLUSH: firmware refused: HWERROR_PLATFORM (0x0013); the firmware "
			 "left extended error 0x80000000" :
			 "SNP_DF_FLUSH: firmware refused: HWERROR_PLATFORM (0x0013)");
	ck_assert_uint_eq(sevadm_failure(&fake.adm)->fw_ext, _i ? 0x80000000 : 0);
}
END_TEST

START_TEST(refusals_of_the_driver)
{
	fake_answer(&fake, (struct fake_reply){
		.request = _i ? SEV_DBG_SHUTDOWN : SEV_DBG_INIT, .times = 1,
		.ret = _i ? -EBUSY : -EOPNOTSUPP, .status = SEVADM_NO_FW_CALL,
		.reason = _i ? SEV_DBG_R_TIO : SEV_DBG_R_CTH,
	});
	ck_assert_int_lt(_i ? sevadm_shutdown(&fake.adm, SEVADM_SHUTDOWN_DRIVER, false, false,
					      &fake.run) :
			      sevadm_init(&fake.adm, false, &fake.run), 0);
	fake_expect(&fake, _i ? SEVADM_BUSY : SEVADM_FAILED, _i ? "SEV-TIO is up" :
		    "hide ciphertext");
	fake_expect(&fake, _i ? SEVADM_BUSY : SEVADM_FAILED, "kvm_amd");
}
END_TEST

START_TEST(state_bits)
{
	static const uint32_t bits[] = {
		0, SEV_DBG_S_TIO, SEV_DBG_S_CTH, SEV_DBG_S_X86_SHUTDOWN,
	};
	struct sevadm_status status;

	fake.info.state |= bits[_i];
	ck_assert_int_eq(sevadm_status_get(&fake.adm, &status, NULL), 0);
	ck_assert_int_eq(status.driver.tio, _i == 1);
	ck_assert_int_eq(status.driver.ciphertext_hiding, _i == 2);
	ck_assert_int_eq(status.driver.x86_shutdown, _i == 3);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_guest_status");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, agreement);
	tcase_add_test(tc, states);
	tcase_add_test(tc, names_of_states);
	tcase_add_test(tc, everything_differs);
	tcase_add_test(tc, no_difference_but_time);
	tcase_add_loop_test(tc, ended_meanwhile, 0, 2);
	tcase_add_test(tc, tombstones);
	tcase_add_test(tc, refused);
	tcase_add_loop_test(tc, nobody_answers, 0, 2);
	tcase_add_test(tc, interrupted);
	tcase_add_loop_test(tc, older_patch, 0, 2);
	tcase_add_loop_test(tc, no_patch, 0, 2);
	tcase_add_test(tc, one_by_id);
	tcase_add_loop_test(tc, extended_error_of_a_flush, 0, 2);
	tcase_add_loop_test(tc, refusals_of_the_driver, 0, 2);
	tcase_add_loop_test(tc, state_bits, 0, 4);
	return lib_run(suite);
}
