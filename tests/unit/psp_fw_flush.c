/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: flush bookkeeping.  Tests are named by the event of which they
 * show the effect; where a row says two things there are two tests.
 */
#include <check.h>
#include <stdlib.h>

#include "psp_fw_machine.h"

#define GCTX	MACHINE_PAGES
#define GCTX2	(MACHINE_PAGES + 0x1000)

static struct machine *m;

static void setup(void)
{
	m = machine_new(8, 4, NULL);	/* two complexes: threads 0..3 and 4..7 */
}

static void teardown(void)
{
	machine_free(m);
}

static uint64_t clean(uint32_t asid)
{
	return psp_fw_asid_sets(m->fw, asid)->clean.w[0];
}

static uint64_t dirty(uint32_t asid)
{
	return psp_fw_asid_sets(m->fw, asid)->dirty.w[0];
}

static uint64_t allocated(uint32_t asid)
{
	return psp_fw_asid_sets(m->fw, asid)->allocated.w[0];
}

static uint64_t in_use(uint32_t asid)
{
	return psp_fw_asid_sets(m->fw, asid)->in_use.w[0];
}

static unsigned int done(void)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < m->fw->nr_threads; i++)
		bits |= (unsigned int)psp_fw_wbinvd_done(m->fw, i) << i;
	return bits;
}

/* A guest on @asid that is gone, its complexes dirty, all marks cleared */
static void make_dirty(uint32_t asid)
{
	up_snp(m);
	snp_running(m, GCTX, asid);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	ck_assert_uint_eq(dirty(asid), 3);
	ck_assert_uint_eq(done(), 0);
}

/* SNP_INIT*: all ASIDs dirty on all CCXs; WBINVD_DONE cleared everywhere */
START_TEST(snp_init_dirties_every_asid)
{
	machine_wbinvd(m);
	if (_i)
		OK(machine_cmd(m, PSP_CMD_SNP_INIT, NULL));
	else
		OK(cmd_snp_init_ex(m, 1, 0));
	for (uint32_t asid = 1; asid <= m->fw->nr_asids; asid++) {
		ck_assert_uint_eq(dirty(asid), 3);
		ck_assert_uint_eq(clean(asid) | allocated(asid) | in_use(asid), 0);
	}
	ck_assert_uint_eq(done(), 0);
}
END_TEST

/* SEV INIT while SNP UNINIT: the same */
START_TEST(sev_init_while_snp_uninit_dirties_every_asid)
{
	for (int i = 0; i < 8; i++)
		m->regs[i].snp_en = false;
	machine_wbinvd(m);
	OK(cmd_init(m, 0, 0, 0));
	ck_assert_uint_eq(dirty(1), 3);
	ck_assert_uint_eq(dirty(m->fw->nr_asids), 3);
	ck_assert_uint_eq(done(), 0);
}
END_TEST

START_TEST(sev_init_while_snp_init_dirties_nothing)
{
	up_snp(m);
	OK(cmd_init(m, 0, 0, 0));
	ck_assert_uint_eq(dirty(1), 0);
	ck_assert_uint_eq(clean(1), 3);
	ck_assert_uint_eq(done(), 0xff);
}
END_TEST

/* WBINVD on a thread: its DONE = 1 */
START_TEST(wbinvd_marks_its_thread_only)
{
	OK(cmd_snp_init_ex(m, 1, 0));
	psp_fw_wbinvd(m->fw, 5);
	ck_assert_uint_eq(done(), 1 << 5);
	psp_fw_wbinvd(m->fw, 8);		/* no such thread */
	psp_fw_wbinvd(m->fw, UINT32_MAX);
	ck_assert_uint_eq(done(), 1 << 5);
}
END_TEST

START_TEST(wbinvd_of_every_thread_is_wanted_siblings_too)
{
	make_dirty(1);
	for (unsigned int i = 0; i < 7; i++)
		psp_fw_wbinvd(m->fw, i);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	psp_fw_wbinvd(m->fw, 7);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
}
END_TEST

START_TEST(wbinvd_of_a_disabled_thread_is_not_wanted)
{
	const bool off[8] = { [3] = true };
	const struct psp_fw_config c = { .thread_disabled = off, .smt = true };

	machine_free(m);
	m = machine_new(8, 4, &c);
	OK(cmd_snp_init_ex(m, 1, 0));
	for (unsigned int i = 0; i < 8; i++)
		if (i != 3)
			psp_fw_wbinvd(m->fw, i);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	ck_assert_uint_eq(done(), 0xf7);
}
END_TEST

/* ACTIVATE: needs clean everywhere: any dirty -> 0xF */
START_TEST(activate_of_a_dirty_asid)
{
	OK(cmd_snp_init_ex(m, 1, 0));
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX));
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX, 1), PSP_DFFLUSH_REQUIRED);
	for (unsigned int i = 0; i < 4; i++)	/* one complex of two is not enough */
		psp_fw_wbinvd(m->fw, i);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	ck_assert_uint_eq(clean(1), 1);
	ck_assert_uint_eq(dirty(1), 2);
	IS(cmd_snp_activate(m, GCTX, 1), PSP_DFFLUSH_REQUIRED);
	ck_assert_uint_eq(clean(1), 1);
}
END_TEST

/* ... not all clean -> 0xC; clean -> allocated (pending) */
START_TEST(activate_takes_every_complex_as_allocated)
{
	up_snp(m);
	snp_launching(m, GCTX, 5);
	ck_assert_uint_eq(allocated(5), 3);
	ck_assert_uint_eq(clean(5) | dirty(5) | in_use(5), 0);
	machine_page(m, GCTX2, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX2));
	OK(cmd_snp_launch_start(m, GCTX2, SNP_POLICY));
	IS(cmd_snp_activate(m, GCTX2, 5), PSP_ASID_OWNED);
}
END_TEST

static void activate_ex_machine(void)
{
	static uint32_t apic[8];
	const struct psp_fw_config c = { .thread_apic = apic, .smt = true };

	for (uint32_t i = 0; i < 8; i++)
		apic[i] = 0x10 + i;
	machine_free(m);
	m = machine_new(8, 4, &c);
	up_snp(m);
	machine_page(m, GCTX, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, GCTX));
	OK(cmd_snp_launch_start(m, GCTX, SNP_POLICY));
}

static uint32_t activate_ex(uint64_t gctx, uint32_t asid, uint32_t count, uint32_t apic)
{
	uint8_t b[0x20] = { 0 };

	put32(b, 0, sizeof(b));
	put64(b, 8, gctx);
	put32(b, 0x10, asid);
	put32(b, 0x14, count);
	put64(b, 0x18, MACHINE_LIST);
	put32(m->mem, MACHINE_LIST, apic);
	return machine_cmd(m, PSP_CMD_SNP_ACTIVATE_EX, b);
}

/* ACTIVATE_EX: only the CCXs of the given APIC ids; adds CCXs; other ASID -> 0x12 */
START_TEST(activate_ex_takes_complexes_one_after_another)
{
	activate_ex_machine();
	OK(activate_ex(GCTX, 7, 1, 0x15));
	ck_assert_uint_eq(allocated(7), 2);
	ck_assert_uint_eq(clean(7), 1);
	OK(activate_ex(GCTX, 7, 1, 0x16));	/* the same complex */
	ck_assert_uint_eq(allocated(7), 2);
	IS(activate_ex(GCTX, 8, 1, 0x10), PSP_ACTIVE);
	OK(activate_ex(GCTX, 7, 1, 0x10));
	ck_assert_uint_eq(allocated(7), 3);
	OK(cmd_snp_launch_finish(m, GCTX));
	ck_assert_uint_eq(in_use(7), 3);
}
END_TEST

START_TEST(activate_ex_dirties_only_what_it_took)
{
	activate_ex_machine();
	OK(activate_ex(GCTX, 7, 1, 0x15));
	OK(cmd_snp_launch_finish(m, GCTX));
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	ck_assert_uint_eq(dirty(7), 2);
	ck_assert_uint_eq(done(), 0x0f);	/* the other complex keeps its marks */
}
END_TEST

/* LAUNCH_FINISH: allocated -> in_use */
START_TEST(launch_finish_snp)
{
	up_snp(m);
	snp_running(m, GCTX, 5);
	ck_assert_uint_eq(in_use(5), 3);
	ck_assert_uint_eq(clean(5) | dirty(5) | allocated(5), 0);
}
END_TEST

START_TEST(launch_finish_sev)
{
	up_sev(m);
	sev_running(m, 0, 200);
	ck_assert_uint_eq(in_use(200), 3);
	ck_assert_uint_eq(clean(200) | dirty(200) | allocated(200), 0);
}
END_TEST

/* SNP_DECOMMISSION, DEACTIVATE: allocated -> clean, no flush needed */
START_TEST(decommission_before_finish_leaves_the_asid_clean)
{
	up_snp(m);
	snp_launching(m, GCTX, 5);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	ck_assert_uint_eq(clean(5), 3);
	ck_assert_uint_eq(done(), 0xff);
	OK(cmd_snp_shutdown_ex(m, 8, 1));
}
END_TEST

START_TEST(deactivate_before_finish_leaves_the_asid_clean)
{
	uint32_t handle;

	up_sev(m);
	handle = sev_launching(m, 0, 200);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, handle));
	ck_assert_uint_eq(clean(200), 3);
	ck_assert_uint_eq(done(), 0xff);
}
END_TEST

START_TEST(decommission_before_finish_dirties_when_switched_so)
{
	const struct psp_fw_config c = { .switches = PSP_FW_LAUNCH_DIRTIES, .smt = true };

	machine_free(m);
	m = machine_new(8, 4, &c);
	up_snp(m);
	snp_launching(m, GCTX, 5);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	ck_assert_uint_eq(dirty(5), 3);
	ck_assert_uint_eq(done(), 0);
}
END_TEST

/* ... in_use -> dirty, DONE cleared on every core of those CCXs */
START_TEST(decommission_after_finish_dirties)
{
	make_dirty(5);
	ck_assert_uint_eq(clean(5) | allocated(5) | in_use(5), 0);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
}
END_TEST

START_TEST(deactivate_after_finish_dirties)
{
	uint32_t handle;

	up_sev(m);
	handle = sev_running(m, 0, 200);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, handle));
	ck_assert_uint_eq(dirty(200), 3);
	ck_assert_uint_eq(done(), 0);
}
END_TEST

START_TEST(wbinvd_before_decommission_does_not_count)
{
	up_snp(m);
	snp_running(m, GCTX, 5);
	machine_wbinvd(m);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
}
END_TEST

/* SEV SHUTDOWN: per SEV guest the same as DEACTIVATE */
START_TEST(sev_shutdown_dirties_the_asids_of_its_guests)
{
	up_snp(m);
	up_sev(m);
	sev_running(m, 0, 200);
	sev_launching(m, 0, 201);
	snp_running(m, GCTX, 5);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	ck_assert_uint_eq(dirty(200), 3);
	ck_assert_uint_eq(clean(201), 3);	/* its launch never finished */
	ck_assert_uint_eq(in_use(5), 3);	/* not a SEV guest */
	ck_assert_uint_eq(clean(300), 3);
	ck_assert_uint_eq(done(), 0);
}
END_TEST

START_TEST(sev_shutdown_without_guests_dirties_nothing)
{
	up_snp(m);
	up_sev(m);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	ck_assert_uint_eq(clean(200), 3);
	ck_assert_uint_eq(done(), 0xff);
}
END_TEST

/* DF_FLUSH (either): dirty -> clean per complex, also when the command then fails */
START_TEST(df_flush_cleans_what_it_can_before_it_fails)
{
	make_dirty(5);
	for (unsigned int i = 4; i < 8; i++)
		psp_fw_wbinvd(m->fw, i);
	psp_fw_wbinvd(m->fw, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	ck_assert_uint_eq(clean(5), 2);
	ck_assert_uint_eq(dirty(5), 1);
	for (unsigned int i = 1; i < 4; i++)
		psp_fw_wbinvd(m->fw, i);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	ck_assert_uint_eq(clean(5), 3);
}
END_TEST

START_TEST(df_flush_all_or_nothing_when_switched_so)
{
	const struct psp_fw_config c = { .switches = PSP_FW_FLUSH_ALL_OR_NOTHING, .smt = true };

	machine_free(m);
	m = machine_new(8, 4, &c);
	make_dirty(5);
	for (unsigned int i = 4; i < 8; i++)
		psp_fw_wbinvd(m->fw, i);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	ck_assert_uint_eq(dirty(5), 3);
}
END_TEST

START_TEST(df_flush_with_nothing_dirty_succeeds_and_marks_stay)
{
	up_snp(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	ck_assert_uint_eq(done(), 0xff);
}
END_TEST

START_TEST(df_flush_of_sev_and_snp_are_the_same)
{
	make_dirty(5);
	up_sev(m);		/* ends with a DF_FLUSH after WBINVD */
	ck_assert_uint_eq(clean(5), 3);
}
END_TEST

START_TEST(df_flush_leaves_guests_alone)
{
	up_snp(m);
	snp_running(m, GCTX, 5);
	snp_launching(m, GCTX2, 6);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	ck_assert_uint_eq(in_use(5), 3);
	ck_assert_uint_eq(allocated(6), 3);
}
END_TEST

START_TEST(df_flush_makes_the_tmr_usable)
{
	OK(cmd_snp_init_ex(m, 1, 0));
	ck_assert_uint_eq(m->fw->flushed, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	ck_assert_uint_eq(m->fw->flushed, 0);
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	ck_assert_uint_eq(m->fw->flushed, 1);
}
END_TEST

/* SNP_SHUTDOWN*: needs clean == all CCXs for every ASID, else 0xF */
START_TEST(snp_shutdown_wants_every_asid_clean)
{
	make_dirty(m->fw->nr_asids < 99 ? m->fw->nr_asids : 99);
	IS(machine_cmd(m, PSP_CMD_SNP_SHUTDOWN, NULL), PSP_DFFLUSH_REQUIRED);
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_DFFLUSH_REQUIRED);
	machine_wbinvd(m);
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_DFFLUSH_REQUIRED);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(cmd_snp_shutdown_ex(m, 8, 1));
}
END_TEST

START_TEST(snp_shutdown_with_a_guest_activated_after_a_good_flush)
{
	up_snp(m);
	if (_i)
		snp_running(m, GCTX, 5);
	else
		snp_launching(m, GCTX, 5);
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_DFFLUSH_REQUIRED);
}
END_TEST

START_TEST(snp_shutdown_with_a_sev_guest_of_before)
{
	up_snp(m);
	up_sev(m);
	sev_running(m, 0, 200);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_DFFLUSH_REQUIRED);
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(cmd_snp_shutdown_ex(m, 8, 1));
}
END_TEST

/* The mailing-list experiment: 0xF, 0xE, 0xE, then 0 and 0 */
START_TEST(mailing_list_experiment)
{
	up_snp(m);
	up_sev(m);
	snp_running(m, GCTX, 1);
	snp_running(m, GCTX2, 2);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	machine_wbinvd(m);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX2));
	IS(cmd_snp_shutdown_ex(m, 8, 1), PSP_DFFLUSH_REQUIRED);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(cmd_snp_shutdown_ex(m, 8, 1));
}
END_TEST

/* 2,048 threads in 256 complexes: the widest machine, last of everything */
START_TEST(widest_machine)
{
	struct psp_fw_config c = { .nr_threads = PSP_FW_MAX_THREADS, .sockets = 2, .smt = true };
	uint16_t ccx[PSP_FW_MAX_THREADS];
	struct psp_fw *fw = malloc(sizeof(*fw));

	ck_assert_ptr_nonnull(fw);
	for (int i = 0; i < PSP_FW_MAX_THREADS; i++)
		ccx[i] = (uint16_t)(i / 8);
	c.thread_ccx = ccx;
	c.generation = PSP_FW_TURIN;
	ck_assert_ptr_null(psp_fw_init(fw, &m->ops, m, &c));
	fw->snp_state = PSP_INIT;		/* only marks are looked at here */
	for (uint32_t a = 1; a <= fw->nr_asids; a++)
		fw->asid[a].dirty = fw->ccx_all;
	for (unsigned int i = 0; i < PSP_FW_MAX_THREADS - 1; i++)
		psp_fw_wbinvd(fw, i);
	IS(psp_fw_exec(fw, PSP_CMD_SNP_DF_FLUSH, 0), PSP_WBINVD_REQUIRED);
	ck_assert(psp_fw_ccxs_has(&psp_fw_asid_sets(fw, 1006)->dirty, 255));
	ck_assert(psp_fw_ccxs_has(&psp_fw_asid_sets(fw, 1006)->clean, 254));
	ck_assert(!psp_fw_ccxs_has(&psp_fw_asid_sets(fw, 1006)->clean, 256));
	psp_fw_wbinvd(fw, PSP_FW_MAX_THREADS - 1);
	OK(psp_fw_exec(fw, PSP_CMD_SNP_DF_FLUSH, 0));
	ck_assert_ptr_null(psp_fw_asid_sets(fw, 0));
	ck_assert_ptr_null(psp_fw_asid_sets(fw, 1007));
	free(fw);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("rows");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, snp_init_dirties_every_asid, 0, 2);
	tcase_add_test(t, sev_init_while_snp_uninit_dirties_every_asid);
	tcase_add_test(t, sev_init_while_snp_init_dirties_nothing);
	tcase_add_test(t, wbinvd_marks_its_thread_only);
	tcase_add_test(t, wbinvd_of_every_thread_is_wanted_siblings_too);
	tcase_add_test(t, wbinvd_of_a_disabled_thread_is_not_wanted);
	tcase_add_test(t, activate_of_a_dirty_asid);
	tcase_add_test(t, activate_takes_every_complex_as_allocated);
	tcase_add_test(t, activate_ex_takes_complexes_one_after_another);
	tcase_add_test(t, activate_ex_dirties_only_what_it_took);
	tcase_add_test(t, launch_finish_snp);
	tcase_add_test(t, launch_finish_sev);
	tcase_add_test(t, decommission_before_finish_leaves_the_asid_clean);
	tcase_add_test(t, deactivate_before_finish_leaves_the_asid_clean);
	tcase_add_test(t, decommission_before_finish_dirties_when_switched_so);
	tcase_add_test(t, decommission_after_finish_dirties);
	tcase_add_test(t, deactivate_after_finish_dirties);
	tcase_add_test(t, wbinvd_before_decommission_does_not_count);
	tcase_add_test(t, sev_shutdown_dirties_the_asids_of_its_guests);
	tcase_add_test(t, sev_shutdown_without_guests_dirties_nothing);
	tcase_add_test(t, df_flush_cleans_what_it_can_before_it_fails);
	tcase_add_test(t, df_flush_all_or_nothing_when_switched_so);
	tcase_add_test(t, df_flush_with_nothing_dirty_succeeds_and_marks_stay);
	tcase_add_test(t, df_flush_of_sev_and_snp_are_the_same);
	tcase_add_test(t, df_flush_leaves_guests_alone);
	tcase_add_test(t, df_flush_makes_the_tmr_usable);
	tcase_add_test(t, snp_shutdown_wants_every_asid_clean);
	tcase_add_loop_test(t, snp_shutdown_with_a_guest_activated_after_a_good_flush, 0, 2);
	tcase_add_test(t, snp_shutdown_with_a_sev_guest_of_before);
	tcase_add_test(t, mailing_list_experiment);
	tcase_add_test(t, widest_machine);
	return machine_suite("psp_fw flush bookkeeping", t);
}
