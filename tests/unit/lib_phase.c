// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phases: one after the other, each begun and ended, from the calling thread; and what
 * is done of a long one is told while it goes on.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib_teardown_fixture.h"

static struct {
	pthread_t thread;
	char names[512];	/* of phases that ended; ! for those that failed */
	bool in_phase;
	uint32_t done, before_end;
	unsigned int told;
} seen;

static void on_phase(void *arg, const struct sevadm_phase *phase)
{
	size_t used = strlen(seen.names);

	ck_assert_ptr_eq(arg, &fake);
	ck_assert(pthread_equal(pthread_self(), seen.thread));
	ck_assert_uint_le(phase->done, phase->total);
	ck_assert(!phase->failed || phase->over);
	if (!seen.in_phase) {
		ck_assert_uint_eq(phase->done, 0);
		ck_assert(!phase->over);
		seen.done = 0;
		seen.told = 0;
	}
	ck_assert_uint_ge(phase->done, seen.done);
	if (!phase->over)
		seen.before_end = phase->done;
	seen.done = phase->done;
	seen.told++;
	seen.in_phase = !phase->over;
	if (phase->over)
		snprintf(seen.names + used, sizeof(seen.names) - used, "%s%s%s", used ? " " : "",
			 phase->failed ? "!" : "", phase->name);
}

static void watch(void)
{
	setup();
	memset(&seen, 0, sizeof(seen));
	seen.thread = pthread_self();
	sevadm_set_phase_observer(&fake.adm, on_phase, &fake);
}

static void unwatch(void)
{
	ck_assert(!seen.in_phase);
	cleanup();
}

START_TEST(teardown)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake_leak(&fake);
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_str_eq(seen.names, "ending guests SHUTDOWN WBINVD SNP_DF_FLUSH SNP_SHUTDOWN_EX "
			 "proof");
}
END_TEST

START_TEST(nothing_to_do)
{
	fake.sev_state = fake.snp_state = 0;
	fake.info.fw_sev_state = fake.info.fw_snp_state = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	ck_assert_str_eq(seen.names, "");
}
END_TEST

START_TEST(dry)
{
	options.dry = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	ck_assert_str_eq(seen.names, "");
}
END_TEST

START_TEST(refused)
{
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DF_FLUSH, .ret = -EIO,
						.status = 0x0e, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	ck_assert_str_eq(seen.names, "SHUTDOWN WBINVD !SNP_DF_FLUSH WBINVD SNP_DF_FLUSH "
			 "SNP_SHUTDOWN_EX proof");
}
END_TEST

static unsigned int ticks;

static void count_ticks(void *arg, const struct sevadm_phase *phase)
{
	on_phase(arg, phase);
	ticks += !strcmp(phase->name, "ending guests") && !phase->over;
}

/* A VMM that takes its time: it is told again and again */
START_TEST(ticks_while_waiting)
{
	ticks = 0;
	sevadm_set_phase_observer(&fake.adm, count_ticks, &fake);
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	options.stop_seconds = 3;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	ck_assert_uint_ge(ticks, 30);
	ck_assert_uint_le(ticks, 60);
}
END_TEST

static void slow_wbinvd(struct fake *f, unsigned long request, void *arg)
{
	(void)f;
	(void)arg;
	if (request == SEV_DBG_WBINVD)
		usleep(150000);
}

/* One worker after the other, each longer than a tick: not only the end is told */
START_TEST(wbinvd)
{
	const struct sevadm_wbinvd_options one = { .jobs = 1 };

	fake.on_submit = slow_wbinvd;
	ck_assert_int_eq(sevadm_wbinvd(&fake.adm, &one, false, &fake.run), 0);
	ck_assert_str_eq(seen.names, "WBINVD");
	ck_assert_uint_eq(seen.done, 4);
	ck_assert_uint_ge(seen.told, 5);
}
END_TEST

START_TEST(wbinvd_missed)
{
	const struct sevadm_wbinvd_options all = { 0 };

	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_WBINVD, .ret = -EINVAL,
						.times = 1 });
	ck_assert_int_ne(sevadm_wbinvd(&fake.adm, &all, false, &fake.run), 0);
	ck_assert_str_eq(seen.names, "!WBINVD");
	ck_assert_uint_eq(seen.done, 3);
}
END_TEST

START_TEST(decommission)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	ck_assert_int_eq(sevadm_decommission(&fake.adm, NULL, 0, true, false, &fake.run), 0);
	ck_assert_str_eq(seen.names, "SNP_DECOMMISSION");
	ck_assert_uint_eq(seen.before_end, 2);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_phase");

	tcase_add_checked_fixture(tc, watch, unwatch);
	tcase_add_loop_test(tc, teardown, 0, 2);
	tcase_add_test(tc, nothing_to_do);
	tcase_add_test(tc, dry);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, ticks_while_waiting);
	tcase_add_test(tc, wbinvd);
	tcase_add_test(tc, wbinvd_missed);
	tcase_add_test(tc, decommission);
	return lib_run(suite);
}
