// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a plan: its edges agree with the order in which a teardown is carried
 * out, on every kind of host, and none speaks of a step that is not there.
 */
#include <string.h>

#include "lib_teardown_fixture.h"

static bool has(size_t i, const char *command)
{
	return !strcmp(fake.run.plan[i].command, command);
}

/* How many edges lead from one command to another, told by @status (-1: by none) */
static unsigned int edges(const char *after, const char *step, int status)
{
	unsigned int n = 0;

	for (size_t i = 0; i < fake.run.nr_edges; i++) {
		const struct sevadm_plan_edge *edge = &fake.run.edges[i];

		if (has(edge->after, after) && has(edge->step, step)) {
			ck_assert_int_eq(edge->told_by ? (int)edge->status : -1, status);
			n++;
		}
	}
	return n;
}

static void check_sound(void)
{
	for (size_t i = 0; i < fake.run.nr_edges; i++) {
		const struct sevadm_plan_edge *edge = &fake.run.edges[i];
		bool there = !edge->told_by;

		/* the plan is carried out as it stands: nothing may wait for what comes later */
		ck_assert_uint_lt(edge->after, edge->step);
		ck_assert_uint_lt(edge->step, fake.run.nr_plan);
		ck_assert(edge->why[0]);
		ck_assert(edge->told_by || !edge->status);
		for (size_t j = edge->step; j < fake.run.nr_plan && edge->told_by; j++)
			there |= has(j, edge->told_by);
		ck_assert(there);
	}
}

static void plan(enum sevadm_guests_mode mode)
{
	options.dry = true;
	ck_assert_int_eq(tear_down(mode), 0);
	check_sound();
}

START_TEST(no_guests)
{
	plan(SEVADM_GUESTS_REFUSE);
	ck_assert_uint_eq(fake.run.nr_edges, 6);
	ck_assert_uint_eq(edges("SHUTDOWN", "WBINVD", 0x0e), 1);
	ck_assert_uint_eq(edges("WBINVD", "SNP_DF_FLUSH", 0x0e), 1);
	ck_assert_uint_eq(edges("SNP_DF_FLUSH", "SNP_SHUTDOWN_EX", 0x0f), 1);
	ck_assert_uint_eq(edges("SHUTDOWN", "SNP_SHUTDOWN_EX", 0x01), 1);
	ck_assert_uint_eq(edges("SHUTDOWN", "PLATFORM_STATUS", -1), 1);
	ck_assert_uint_eq(edges("SNP_SHUTDOWN_EX", "SNP_PLATFORM_STATUS", -1), 1);
}
END_TEST

START_TEST(decommission)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake_leak(&fake);
	plan(SEVADM_GUESTS_DECOMMISSION);
	ck_assert_uint_eq(edges("SIGSTOP", "SNP_DECOMMISSION", -1), 2);
	ck_assert_uint_eq(edges("SIGSTOP", "SHUTDOWN", -1), 1);
	ck_assert_uint_eq(edges("SNP_DECOMMISSION", "WBINVD", 0x0e), 2);
	ck_assert_uint_eq(edges("SNP_DECOMMISSION", "SNP_SHUTDOWN_EX", 0x0f), 2);
	ck_assert_uint_eq(edges("SNP_DECOMMISSION", "SHUTDOWN", 0), 0);
}
END_TEST

START_TEST(stop)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	options.wbinvd.broadcast = true;
	plan(SEVADM_GUESTS_STOP);
	ck_assert_uint_eq(edges("SIGTERM", "SNP_DECOMMISSION", -1), 1);
	ck_assert_uint_eq(edges("SIGTERM", "SHUTDOWN", -1), 1);
	ck_assert_uint_eq(edges("SIGTERM", "WBINVD_ALL", 0x0e), 1);
	ck_assert_uint_eq(edges("SIGTERM", "SNP_SHUTDOWN_EX", 0x0f), 1);
	ck_assert_uint_eq(edges("WBINVD_ALL", "SNP_DF_FLUSH", 0x0e), 1);
}
END_TEST

/* Where no flush follows, nobody answers WBINVD_REQUIRED */
START_TEST(sev_only)
{
	fake.info.state = 0;
	fake.info.fw_snp_state = SEV_DBG_FW_UNKNOWN;
	fake.snp_state = 0;
	plan(SEVADM_GUESTS_REFUSE);
	ck_assert_uint_eq(fake.run.nr_plan, 3);
	ck_assert_uint_eq(edges("SHUTDOWN", "WBINVD", -1), 1);
	ck_assert_uint_eq(edges("SHUTDOWN", "PLATFORM_STATUS", -1), 1);
	ck_assert_uint_eq(fake.run.nr_edges, 2);
}
END_TEST

START_TEST(down_already)
{
	fake.sev_state = fake.snp_state = 0;
	fake.info.fw_sev_state = fake.info.fw_snp_state = 0;
	plan(SEVADM_GUESTS_REFUSE);
	ck_assert_uint_eq(fake.run.nr_edges, 0);
}
END_TEST

/* What was done keeps to it: the first of a kind comes after the last it waits for */
START_TEST(carried_out)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	check_sound();
	ck_assert_uint_ge(fake.run.nr_edges, 10);
	for (size_t i = 0; i < fake.run.nr_edges; i++) {
		const struct sevadm_plan_edge *edge = &fake.run.edges[i];
		size_t last = 0, first = fake.run.nr_steps;

		for (size_t j = 0; j < fake.run.nr_steps; j++) {
			const char *command = fake.run.steps[j].command;

			if (!strcmp(command, fake.run.plan[edge->after].command))
				last = j;
			if (!strcmp(command, fake.run.plan[edge->step].command) &&
			    first == fake.run.nr_steps)
				first = j;
		}
		ck_assert_uint_lt(last, first);
	}
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_order");

	tcase_add_checked_fixture(tc, setup, cleanup);
	tcase_add_test(tc, no_guests);
	tcase_add_test(tc, decommission);
	tcase_add_test(tc, stop);
	tcase_add_test(tc, sev_only);
	tcase_add_test(tc, down_already);
	tcase_add_test(tc, carried_out);
	return lib_run(suite);
}
