/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: the state as something that other processes map, damage and
 * mark: psp_fw_check(), psp_fw_attach(), concurrent psp_fw_wbinvd().
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "psp_fw_machine.h"

#define GCTX	MACHINE_PAGES

static struct machine *m;
static struct psp_fw *good;

/* Two SNP guests, two SEV guests, everything in use */
static void setup(void)
{
	m = machine_new(8, 4, NULL);
	up_snp(m);
	up_sev(m);
	snp_running(m, GCTX, 5);
	snp_launching(m, GCTX + 0x1000, 6);
	sev_running(m, 0, 200);
	sev_launching(m, 4, 7);
	good = malloc(sizeof(*good));
	ck_assert_ptr_nonnull(good);
	*good = *m->fw;
}

static void teardown(void)
{
	*m->fw = *good;
	free(good);
	machine_free(m);
}

/* Damage one thing at a time; each must be found, and named as what it is */
#define BROKEN(statement, why) do { \
	*m->fw = *good; \
	statement; \
	ck_assert_pstr_eq(psp_fw_check(m->fw), why); \
} while (0)

START_TEST(check_accepts_a_state_in_use)
{
	ck_assert_pstr_eq(psp_fw_check(m->fw), NULL);
}
END_TEST

START_TEST(check_shape)
{
	struct psp_fw *fw = m->fw;

	BROKEN(fw->magic++, "not a firmware state of this version");
	BROKEN(fw->size--, "not a firmware state of this version");
	BROKEN(fw->nr_threads = 0, "number of threads out of range");
	BROKEN(fw->nr_threads = PSP_FW_MAX_THREADS + 1, "number of threads out of range");
	BROKEN(fw->nr_asids = 0, "number of ASIDs out of range");
	BROKEN(fw->nr_asids = PSP_FW_MAX_ASID + 1, "number of ASIDs out of range");
	BROKEN(fw->sockets = 0, "sockets or generation out of range");
	BROKEN(fw->sockets = 3, "sockets or generation out of range");
	BROKEN(fw->generation = 3, "sockets or generation out of range");
	BROKEN(fw->switches = 1u << 31, "unknown switch");
	BROKEN(fw->conditions = 4, "unknown switch");
	BROKEN(fw->smt = 2, "unknown switch");
	BROKEN(fw->thread_ccx[7] = PSP_FW_MAX_CCX, "core complex out of range");
	BROKEN(fw->thread_ccx[7] = 3, "core complexes disagree with threads");
	BROKEN(fw->thread_enabled[0] = 0, "core complexes disagree with threads");
	BROKEN(fw->thread_enabled[0] |= 1u << 8, "mark of a thread that does not exist");
	BROKEN(fw->thread_enabled[31] = 1, "mark of a thread that does not exist");
	BROKEN(fw->wbinvd_done[0] |= 1u << 8, "mark of a thread that does not exist");
	BROKEN(fw->ccx_all.w[3] = 1, "core complexes disagree with threads");
}
END_TEST

START_TEST(check_platform)
{
	struct psp_fw *fw = m->fw;

	BROKEN(fw->sev_state = 3, "platform state out of range");
	BROKEN(fw->snp_state = 2, "platform state out of range");
	BROKEN(fw->es = 2, "flag out of range");
	BROKEN(fw->owned = 0xff, "flag out of range");
	BROKEN(fw->rmp_initialized = 0, "SNP is up without an RMP");
	BROKEN(fw->rmp_end = fw->rmp_base, "RMP of no length");
	BROKEN(fw->nv_len = 1, "length of the non-volatile area");
	BROKEN(fw->tmr_address = 1ull << 52, "address out of range");
	BROKEN(fw->keys.pek_key[47] = 1, "keys of a platform without");
	BROKEN(fw->keys.present = 1, "certificates of the platform are none");
	BROKEN(fw->sev_state = PSP_UNINIT, "SEV buffers while SEV is down");
	BROKEN(fw->sev_state = PSP_INIT, "SEV platform state disagrees with its guests");
	BROKEN(fw->snp_state = PSP_UNINIT, "SNP guest while SNP is down");
}
END_TEST

START_TEST(check_sev_guests)
{
	struct psp_fw *fw = m->fw;

	BROKEN(fw->sev_guest_count++, "number of SEV guests is wrong");
	BROKEN(fw->sev_guest[0].state = 7, "SEV guest state out of range");
	BROKEN(fw->sev_guest[0].state = 0, "ASID without a SEV guest");
	BROKEN(fw->sev_guest[1023].state = 1, "number of SEV guests is wrong");
	BROKEN(fw->sev_guest[0].asid = PSP_FW_MAX_ASID + 1, "ASID out of range");
	BROKEN(fw->sev_guest[0].asid = UINT32_MAX, "ASID out of range");
	BROKEN(fw->sev_guest[0].asid = 0, "ASID taken disagrees with its guest");
	BROKEN(fw->sev_guest[0].asid = 5, "ASID of two guests");
	BROKEN(fw->sev_guest[0].asid = 300, "ASID taken disagrees with its guest");
	BROKEN(fw->sev_guest[1].state = PSP_GSTATE_RUNNING,
	       "ASID runnable disagrees with its guest");
	BROKEN(fw->sev_guest[0].has_keys = 2, "SEV guest state out of range");
}
END_TEST

START_TEST(check_snp_guests)
{
	struct psp_fw *fw = m->fw;

	BROKEN(fw->snp_guest_count--, "number of SNP guests is wrong");
	BROKEN(fw->snp_guest[0].state = 3, "SNP guest state out of range");
	BROKEN(fw->snp_guest[0].state = PSP_SNP_GSTATE_INIT,
	       "SNP guest activated before its launch");
	BROKEN(fw->snp_guest[0].state = PSP_SNP_GSTATE_LAUNCH,
	       "ASID runnable disagrees with its guest");
	BROKEN(fw->snp_guest[0].gctx = 0, "SNP guest without a context");
	BROKEN(fw->snp_guest[0].gctx++, "address of a context is wrong");
	BROKEN(fw->snp_guest[0].gctx = 1ull << 60, "address of a context is wrong");
	BROKEN(fw->snp_guest[1].gctx = GCTX, "address of a context is wrong");
	BROKEN(fw->snp_guest[0].asid = 0x80000000, "ASID out of range");
	BROKEN(fw->snp_guest[0].asid = 6, "ASID taken disagrees with its guest");
	BROKEN(fw->snp_guest[1023].state = 1, "SNP guest without a context");
	BROKEN(fw->snp_guest[0].ma_en = 2, "SNP guest state out of range");
}
END_TEST

START_TEST(check_asid_sets)
{
	struct psp_fw *fw = m->fw;

	BROKEN(fw->asid[9].dirty.w[0] |= 1, "core complex in two sets of an ASID");
	BROKEN(fw->asid[9].clean.w[0] |= 1 << 5, "core complex that does not exist");
	BROKEN(fw->asid[9].dirty.w[3] = 1, "core complex that does not exist");
	BROKEN(fw->asid[9].clean.w[0] = 0, "core complex in no set of an ASID");
	BROKEN((fw->asid[9].clean.w[0] = 0, fw->asid[9].in_use.w[0] = 3),
	       "ASID taken disagrees with its guest");
	BROKEN((fw->asid[5].clean.w[0] = 3, fw->asid[5].in_use.w[0] = 0),
	       "ASID taken disagrees with its guest");
}
END_TEST

/* 256 guests with one ASID: a counter must not wrap to "none" */
START_TEST(check_many_guests_on_one_asid)
{
	for (int i = 0; i < 256; i++)
		m->fw->sev_guest[i + 2] = (struct psp_fw_sev_guest) { .state = 1, .asid = 300 };
	m->fw->sev_guest_count += 256;
	ck_assert_pstr_eq(psp_fw_check(m->fw), "ASID of two guests");
}
END_TEST

/*
 * Any bytes at all: either refused, or every command runs without going out of
 * bounds (run with sanitizers).  Flips a few bits of a good state each time.
 */
START_TEST(whatever_passes_the_check_can_be_used)
{
	unsigned int seed = 12345, passed = 0;
	uint8_t b[0x60];

	for (int round = 0; round < 400; round++) {
		*m->fw = *good;
		for (int i = 0; i < 3; i++) {
			size_t at = offsetof(struct psp_fw, magic) +
				    (size_t)rand_r(&seed) %
				    (sizeof(*m->fw) - offsetof(struct psp_fw, magic));

			((uint8_t *)m->fw)[at] ^= (uint8_t)(1 << rand_r(&seed) % 8);
		}
		if (psp_fw_check(m->fw))
			continue;
		passed++;
		for (uint32_t id = 0; id < 0xd0; id++) {
			for (size_t i = 0; i < sizeof(b); i++)
				b[i] = (uint8_t)(rand_r(&seed) % 4);
			machine_cmd(m, id, b);
			ck_assert_pstr_eq(psp_fw_check(m->fw), NULL);
		}
	}
	ck_assert_uint_gt(passed, 0);
}
END_TEST

/* Another process maps the state and goes on, with its own callbacks */
START_TEST(attach)
{
	struct psp_fw *copy = malloc(sizeof(*copy));
	struct psp_fw_ops ops = m->ops;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, m->fw, sizeof(*copy));
	copy->ops = NULL;
	copy->opaque = NULL;
	ck_assert_pstr_eq(psp_fw_check(copy), NULL);
	psp_fw_attach(copy, &ops, m);
	put64(m->mem, MACHINE_CMDBUF, GCTX);
	OK(psp_fw_exec(copy, PSP_CMD_SNP_DECOMMISSION, MACHINE_CMDBUF));
	ck_assert_uint_eq(copy->snp_guest_count, 1);
	ck_assert_uint_eq(m->fw->snp_guest_count, 2);
	free(copy);
}
END_TEST

/* A state with nothing in it that any copy must not share */
START_TEST(deterministic)
{
	struct machine *other = machine_new(8, 4, NULL);

	other->fw->ops = m->fw->ops;
	other->fw->opaque = m->fw->opaque;
	psp_fw_reset(m->fw);
	ck_assert_mem_eq(other->fw, m->fw, offsetof(struct psp_fw, pek_generation));
	machine_free(other);
}
END_TEST

static void *mark(void *arg)
{
	const unsigned int *first = arg;

	for (int round = 0; round < 2000; round++)
		for (unsigned int t = *first; t < 64; t += 4)
			psp_fw_wbinvd(m->fw, t);
	return NULL;
}

/* Marks of four vCPU threads that share words; none gets lost while commands run */
START_TEST(wbinvd_from_other_threads)
{
	static const unsigned int first[4] = { 0, 1, 2, 3 };
	struct machine *old = m;
	pthread_t threads[4];

	m = machine_new(64, 8, NULL);
	up_snp(m);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, mark, (void *)&first[i]), 0);
	for (uint32_t i = 0; i < 200; i++) {
		snp_running(m, GCTX, i % 50 + 1);
		OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
		while (machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL) != PSP_SUCCESS)
			machine_wbinvd(m);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	snp_running(m, GCTX, 99);
	OK(cmd_address(m, PSP_CMD_SNP_DECOMMISSION, GCTX));
	IS(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL), PSP_WBINVD_REQUIRED);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, mark, (void *)&first[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	machine_free(m);
	m = old;
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("state");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, check_accepts_a_state_in_use);
	tcase_add_test(t, check_shape);
	tcase_add_test(t, check_platform);
	tcase_add_test(t, check_sev_guests);
	tcase_add_test(t, check_snp_guests);
	tcase_add_test(t, check_asid_sets);
	tcase_add_test(t, check_many_guests_on_one_asid);
	tcase_add_test(t, whatever_passes_the_check_can_be_used);
	tcase_add_test(t, attach);
	tcase_add_test(t, deterministic);
	tcase_add_test(t, wbinvd_from_other_threads);
	return machine_suite("psp_fw state", t);
}
