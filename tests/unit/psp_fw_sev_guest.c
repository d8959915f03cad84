/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SEV and SEV-ES guests.  A test walks one command's checks in
 * their order, see psp_fw_snp_platform.c.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_machine.h"

#define PAGE	(MACHINE_PAGES + 0x10000)
#define NODBG	1u
#define NOKS	2u
#define ES	4u

static struct machine *m;

static void setup(void)
{
	m = machine_new(4, 2, NULL);
}

static void teardown(void)
{
	machine_free(m);
}

static const struct psp_fw_sev_guest *guest(uint32_t handle)
{
	const struct psp_fw_sev_guest *g = psp_fw_sev_guest_find(m->fw, handle);

	ck_assert_ptr_nonnull(g);
	return g;
}

static int random_fixed(void *opaque, void *buf, size_t len)
{
	(void)opaque;
	memset(buf, 0x42, len);
	return 0;
}

static uint32_t launch_update(uint32_t cmd, uint32_t handle, uint64_t pa, uint32_t len)
{
	uint8_t b[0x14] = { 0 };

	put32(b, 0, handle);
	put64(b, 8, pa);
	put32(b, 0x10, len);
	return machine_cmd(m, cmd, b);
}

/* Every guest command: WORKING else 0x1, then handle 0x10 */
START_TEST(working_else_invalid_platform_state)
{
	static const uint32_t ids[] = {
		PSP_CMD_DECOMMISSION, PSP_CMD_ACTIVATE, PSP_CMD_DEACTIVATE, PSP_CMD_COPY,
		PSP_CMD_LAUNCH_UPDATE_DATA, PSP_CMD_LAUNCH_UPDATE_VMSA, PSP_CMD_LAUNCH_MEASURE,
		PSP_CMD_LAUNCH_UPDATE_SECRET, PSP_CMD_LAUNCH_FINISH, PSP_CMD_ATTESTATION,
		PSP_CMD_SEND_START, PSP_CMD_SEND_UPDATE_DATA, PSP_CMD_SEND_UPDATE_VMSA,
		PSP_CMD_SEND_FINISH, PSP_CMD_SEND_CANCEL, PSP_CMD_RECEIVE_UPDATE_DATA,
		PSP_CMD_RECEIVE_UPDATE_VMSA, PSP_CMD_RECEIVE_FINISH, PSP_CMD_DBG_DECRYPT,
		PSP_CMD_DBG_ENCRYPT,
	};
	uint8_t b[0x60] = { 0 };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		IS(machine_cmd(m, ids[i], b), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		IS(machine_cmd(m, ids[i], b), PSP_INVALID_PLATFORM_STATE);
	sev_launching(m, 0, 200);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		put32(b, 0, 0);
		IS(machine_cmd(m, ids[i], b), PSP_INVALID_GUEST);
		put32(b, 0, 2);
		IS(machine_cmd(m, ids[i], b), PSP_INVALID_GUEST);
		put32(b, 0, PSP_FW_MAX_SEV_GUESTS + 1);
		IS(machine_cmd(m, ids[i], b), PSP_INVALID_GUEST);
	}
}
END_TEST

/* LAUNCH_START: INIT, WORKING -> WORKING; handle in the buffer */
START_TEST(launch_start)
{
	uint32_t handle;

	IS(cmd_launch_start(m, 0, &handle), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	IS(cmd_launch_start(m, 2u << 16, &handle), PSP_POLICY_FAILURE);
	IS(cmd_launch_start(m, 1u << 16 | 56u << 24, &handle), PSP_POLICY_FAILURE);
	ck_assert_uint_eq(m->fw->sev_state, PSP_INIT);
	OK(cmd_launch_start(m, 1u << 16 | 55u << 24, &handle));
	ck_assert_uint_eq(handle, 1);
	ck_assert_uint_eq(m->fw->sev_state, PSP_WORKING);
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_LUPDATE);
	OK(cmd_launch_start(m, ES, &handle));
	ck_assert_uint_eq(handle, 2);
	ck_assert_uint_eq(m->fw->sev_guest_count, 2);
}
END_TEST

START_TEST(launch_start_es_without_tmr)
{
	uint32_t handle;

	for (int i = 0; i < 4; i++)
		m->regs[i].snp_en = false;
	OK(cmd_init(m, 0, 0, 0));
	IS(cmd_launch_start(m, ES, &handle), PSP_POLICY_FAILURE);
	OK(cmd_launch_start(m, 0, &handle));
}
END_TEST

START_TEST(launch_start_shared_key)
{
	uint8_t b[0x24] = { 0 };

	up_sev(m);
	put32(b, 0, 1);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_INVALID_GUEST);
	sev_launching(m, NOKS, 200);
	sev_launching(m, NODBG, 201);
	put32(b, 0, 1);
	put32(b, 4, NOKS);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_POLICY_FAILURE);
	put32(b, 0, 2);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_POLICY_FAILURE);	/* another policy */
	put32(b, 4, NODBG);
	OK(machine_cmd(m, PSP_CMD_LAUNCH_START, b));
	ck_assert_uint_eq(get32(b, 0), 3);
}
END_TEST

START_TEST(launch_start_session)
{
	uint8_t b[0x24] = { 0 };

	up_sev(m);
	put32(b, 0x10, 2084);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_INVALID_LEN);
	put32(b, 0x20, 128);
	put64(b, 8, PAGE);
	put64(b, 0x18, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_INVALID_ADDRESS);
	put64(b, 0x18, PAGE);
	/* its transport keys would have to be unwrapped (psp_fw_session.c) */
	IS(machine_cmd(m, PSP_CMD_LAUNCH_START, b), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(m->fw->sev_guest_count, 0);
}
END_TEST

START_TEST(handles_run_out_and_are_used_again)
{
	uint32_t handle;

	up_sev(m);
	for (uint32_t i = 1; i <= PSP_FW_MAX_SEV_GUESTS; i++) {
		OK(cmd_launch_start(m, 0, &handle));
		ck_assert_uint_eq(handle, i);
	}
	IS(cmd_launch_start(m, 0, &handle), PSP_RESOURCE_LIMIT);
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 7));
	OK(cmd_launch_start(m, 0, &handle));
	ck_assert_uint_eq(handle, 7);
}
END_TEST

/* DECOMMISSION: with ASID 0x12; WORKING -> INIT when the last is gone */
START_TEST(decommission)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	sev_launching(m, 0, 201);
	IS(cmd_handle(m, PSP_CMD_DECOMMISSION, 1), PSP_ACTIVE);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 1));
	ck_assert_uint_eq(m->fw->sev_state, PSP_WORKING);
	IS(cmd_handle(m, PSP_CMD_DECOMMISSION, 1), PSP_INVALID_GUEST);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 2));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 2));
	ck_assert_uint_eq(m->fw->sev_state, PSP_INIT);
	ck_assert_uint_eq(m->fw->sev_guest_count, 0);
}
END_TEST

/* DEACTIVATE: inactive 0x8 */
START_TEST(deactivate)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	IS(cmd_handle(m, PSP_CMD_DEACTIVATE, 1), PSP_INACTIVE);
}
END_TEST

/* ACTIVATE: 0xD, 0xC, 0x12, 0xF, 0xD (range) */
START_TEST(activate)
{
	uint32_t a, b, es;

	up_sev(m);
	a = sev_launching(m, 0, 200);
	IS(cmd_activate(m, a, 0), PSP_INVALID_ASID);
	IS(cmd_activate(m, a, m->fw->nr_asids + 1), PSP_INVALID_ASID);
	OK(cmd_launch_start(m, 0, &b));
	IS(cmd_activate(m, b, 200), PSP_ASID_OWNED);
	IS(cmd_activate(m, a, 200), PSP_ASID_OWNED);
	IS(cmd_activate(m, a, 5), PSP_ACTIVE);
	IS(cmd_activate(m, b, 99), PSP_INVALID_ASID);		/* of SEV-ES */
	OK(cmd_activate(m, b, 100));
	OK(cmd_launch_start(m, ES, &es));
	IS(cmd_activate(m, es, 101), PSP_INVALID_ASID);
	OK(cmd_activate(m, es, 99));
	OK(cmd_launch_measure(m, a, PAGE));
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, a));
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, a));
	IS(cmd_activate(m, a, 200), PSP_DFFLUSH_REQUIRED);
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_DF_FLUSH, NULL));
	OK(cmd_activate(m, a, 200));
	/* a guest past its launch is runnable at once */
	ck_assert_uint_eq(psp_fw_asid_sets(m->fw, 200)->in_use.w[0], 3);
}
END_TEST

/* GUEST_STATUS: INIT/WORKING; bad handle -> SUCCESS with state 0 */
START_TEST(guest_status)
{
	uint8_t b[0xd];

	memset(b, 0xee, sizeof(b));
	put32(b, 0, 1);
	IS(machine_cmd(m, PSP_CMD_GUEST_STATUS, b), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	OK(machine_cmd(m, PSP_CMD_GUEST_STATUS, b));
	ck_assert_uint_eq(b[0xc], PSP_GSTATE_INVALID);
	ck_assert_uint_eq(get32(b, 4), 0);
	sev_running(m, NODBG, 200);
	OK(machine_cmd(m, PSP_CMD_GUEST_STATUS, b));
	ck_assert_uint_eq(get32(b, 4), NODBG);
	ck_assert_uint_eq(get32(b, 8), 200);
	ck_assert_uint_eq(b[0xc], PSP_GSTATE_RUNNING);
}
END_TEST

/* LAUNCH_UPDATE_DATA: 0x2, 0x8, 0x4, 0x9, 0x1A */
START_TEST(launch_update_data)
{
	uint32_t handle;

	up_snp(m);
	up_sev(m);
	OK(cmd_launch_start(m, 0, &handle));
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE + 1, 0), PSP_INACTIVE);
	OK(cmd_activate(m, handle, 200));
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE + 1, 0), PSP_INVALID_LEN);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE + 1, 24), PSP_INVALID_LEN);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE + 1, 32), PSP_INVALID_ADDRESS);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE, 0x2000),
	   PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE, PSP_PAGE_FIRMWARE);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE, 0x2000),
	   PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE + 0x1000, PSP_PAGE_FIRMWARE);
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE, 0x2000));
	machine_page(m, MACHINE_LIST, PSP_PAGE_FIRMWARE);
	OK(cmd_launch_measure(m, handle, MACHINE_LIST));
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, handle, PAGE + 1, 0),
	   PSP_INVALID_GUEST_STATE);
}
END_TEST

START_TEST(launch_update_vmsa)
{
	uint32_t handle;

	up_sev(m);
	handle = sev_launching(m, 0, 200);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, handle, PAGE, 4096), PSP_UNSUPPORTED);
	handle = sev_launching(m, ES, 5);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, handle, PAGE + 16, 16), PSP_INVALID_LEN);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, handle, PAGE + 16, 4096),
	   PSP_INVALID_ADDRESS);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, handle, MACHINE_MEM, 4096),
	   PSP_INVALID_ADDRESS);
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, handle, PAGE, 4096));
}
END_TEST

/* A VMSA is part of what is measured */
START_TEST(launch_update_vmsa_is_measured)
{
	uint8_t digest[2][48];

	m->crypto.random = random_fixed;
	for (int i = 0; i < 2; i++) {
		psp_fw_reset(m->fw);
		up_sev(m);
		sev_launching(m, ES, 5);
		m->mem[PAGE + 7] = (uint8_t)i;
		OK(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, 1, PAGE, 4096));
		OK(cmd_launch_measure(m, 1, MACHINE_LIST));
		memcpy(digest[i], m->mem + MACHINE_LIST, 48);
	}
	ck_assert_mem_ne(digest[0], digest[1], 32);
}
END_TEST

/* 56860's reading: every page that a command wrote comes back in Reclaim */
START_TEST(output_pages_go_to_reclaim_when_switched_so)
{
	const struct psp_fw_config c = { .switches = PSP_FW_OUTPUT_RECLAIM, .smt = true };
	uint8_t b[0x1c] = { 0 };

	machine_free(m);
	m = machine_new(4, 2, &c);
	up_snp(m);
	up_sev(m);
	sev_launching(m, ES, 5);
	for (uint64_t pa = PAGE; pa < PAGE + 0x5000; pa += 0x1000)
		machine_page(m, pa, PSP_PAGE_FIRMWARE);
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE, 0x2000));
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, 1, PAGE + 0x2000, 4096));
	OK(cmd_launch_measure(m, 1, PAGE + 0x3000));
	put32(b, 0, 1);
	put64(b, 8, MACHINE_LIST);
	put64(b, 0x10, PAGE + 0x4000);
	put32(b, 0x18, 16);
	OK(machine_cmd(m, PSP_CMD_DBG_DECRYPT, b));
	for (uint64_t pa = PAGE; pa < PAGE + 0x5000; pa += 0x1000)
		ck_assert_int_eq(machine_state(m, pa), PSP_PAGE_RECLAIM);
	IS(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE, 16), PSP_INVALID_GUEST_STATE);
}
END_TEST

/* A used handle begins anew: no digest, key or ASID of the guest before */
START_TEST(handle_begins_anew)
{
	uint32_t handle;

	up_sev(m);
	sev_running(m, 0, 200);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, 1));
	m->crypto.random = NULL;
	OK(cmd_launch_start(m, 0, &handle));
	ck_assert_uint_eq(guest(1)->asid, 0);
	ck_assert_uint_eq(guest(1)->has_keys, 0);
	ck_assert_uint_eq(guest(1)->digest.b[0], 0);
	ck_assert_uint_eq(guest(1)->measure[0] | guest(1)->measure[47], 0);
}
END_TEST

/* Each part that LAUNCH_MEASURE needs may be missing */
START_TEST(launch_measure_needs_every_part)
{
	const struct psp_fw_crypto whole = m->crypto;

	up_sev(m);
	sev_launching(m, 0, 200);
	m->crypto.random = NULL;
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	m->crypto.sha256_final = NULL;
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	m->crypto.hmac_sha256 = NULL;
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	m->crypto.sha256_update = NULL;		/* lost during the launch */
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE, 16));
	m->crypto = whole;
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
}
END_TEST

/* LAUNCH_MEASURE: 0x2; 0x4 with length 48; 0x9 */
START_TEST(launch_measure)
{
	uint8_t b[0x14] = { 0 };

	up_sev(m);
	sev_launching(m, 0, 200);
	put32(b, 0, 1);
	put64(b, 8, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_MEASURE, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 0x10), 48);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_MEASURE, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	OK(machine_cmd(m, PSP_CMD_LAUNCH_MEASURE, b));
	ck_assert_mem_eq(m->mem + PAGE, guest(1)->measure, 48);
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_LSECRET);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_MEASURE, b), PSP_INVALID_GUEST_STATE);
}
END_TEST

/* HMAC-SHA-256 of 04 01 37 15, policy, SHA-256 of 8 KB, nonce; by another program */
START_TEST(launch_measure_value)
{
	static const uint8_t want[32] = {
		0x49, 0x18, 0x62, 0x22, 0x1a, 0x61, 0x8c, 0xe4,
		0xa8, 0x77, 0x13, 0xce, 0xde, 0xfe, 0x0e, 0x72,
		0xdb, 0x40, 0xb8, 0x13, 0x51, 0xa6, 0xe0, 0x75,
		0x35, 0x47, 0xa1, 0x79, 0xa1, 0xdb, 0xe3, 0x24,
	};
	const struct psp_fw_config c = { .api_major = 1, .api_minor = 55, .build = 21,
					 .smt = true };

	machine_free(m);
	m = machine_new(4, 2, &c);
	m->crypto.random = random_fixed;
	up_sev(m);
	sev_launching(m, NODBG, 200);
	for (size_t i = 0; i < 0x2000; i++)
		m->mem[PAGE + i] = (uint8_t)(i * 7 + (i >> 8));
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE, 0x1010));
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE + 0x1010, 0xff0));
	OK(cmd_launch_measure(m, 1, MACHINE_LIST));
	ck_assert_mem_eq(m->mem + MACHINE_LIST, want, 32);
	ck_assert_uint_eq(m->mem[MACHINE_LIST + 47], 0x42);
}
END_TEST

static int random_fails(void *opaque, void *buf, size_t len)
{
	(void)opaque;
	(void)buf;
	(void)len;
	return -1;
}

START_TEST(launch_measure_without_a_nonce)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	m->crypto.random = random_fails;
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_LUPDATE);
}
END_TEST

START_TEST(launch_without_cryptography)
{
	m->ops.crypto = NULL;
	up_sev(m);
	sev_launching(m, ES, 5);
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_DATA, 1, PAGE, 4096));
	OK(launch_update(PSP_CMD_LAUNCH_UPDATE_VMSA, 1, PAGE, 4096));
	IS(cmd_launch_measure(m, 1, PAGE), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_LUPDATE);
}
END_TEST

/* LAUNCH_UPDATE_SECRET: 0x2, 0x8, 0x4, 0x9, then 0x13 without keys */
START_TEST(launch_update_secret)
{
	uint8_t b[0x34] = { 0 };

	up_sev(m);
	sev_launching(m, 0, 200);
	put32(b, 0, 1);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_GUEST_STATE);
	OK(cmd_launch_measure(m, 1, PAGE));
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INACTIVE);
	OK(cmd_activate(m, 1, 200));
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_LEN);
	put32(b, 0x10, 52);
	put32(b, 0x20, 64);
	put32(b, 0x30, 48);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_LEN);
	put32(b, 0x30, 64);
	put64(b, 8, PAGE);
	put64(b, 0x28, PAGE);
	put64(b, 0x18, PAGE + 8);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_ADDRESS);
	for (size_t off = 8; off <= 0x28; off += 0x10) {
		put64(b, 8, PAGE);
		put64(b, 0x18, PAGE);
		put64(b, 0x28, PAGE);
		put64(b, off, MACHINE_MEM);
		IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_ADDRESS);
	}
	put64(b, 0x28, PAGE);
	for (int i = 0; i < 3; i++) {
		static const uint32_t lengths[3] = { 0, 40, 0x4010 };

		put32(b, 0x20, lengths[i]);
		put32(b, 0x30, lengths[i]);
		IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_LEN);
	}
	put32(b, 0x20, 64);
	put32(b, 0x30, 64);
	put32(b, 0x10, 48);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_INVALID_LEN);
	put32(b, 0x10, 52);
	IS(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b), PSP_HWERROR_PLATFORM);
}
END_TEST

/* LAUNCH_FINISH: 0x2, 0x8 */
START_TEST(launch_finish)
{
	up_sev(m);
	sev_launching(m, 0, 200);
	IS(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1), PSP_INVALID_GUEST_STATE);
	OK(cmd_launch_measure(m, 1, PAGE));
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	IS(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1), PSP_INACTIVE);
	OK(cmd_activate(m, 1, 201));
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1));
	IS(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1), PSP_INVALID_GUEST_STATE);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, working_else_invalid_platform_state);
	tcase_add_test(t, launch_start);
	tcase_add_test(t, launch_start_es_without_tmr);
	tcase_add_test(t, launch_start_shared_key);
	tcase_add_test(t, launch_start_session);
	tcase_add_test(t, handles_run_out_and_are_used_again);
	tcase_add_test(t, decommission);
	tcase_add_test(t, deactivate);
	tcase_add_test(t, activate);
	tcase_add_test(t, guest_status);
	tcase_add_test(t, launch_update_data);
	tcase_add_test(t, launch_update_vmsa);
	tcase_add_test(t, launch_update_vmsa_is_measured);
	tcase_add_test(t, output_pages_go_to_reclaim_when_switched_so);
	tcase_add_test(t, handle_begins_anew);
	tcase_add_test(t, launch_measure_needs_every_part);
	tcase_add_test(t, launch_measure);
	tcase_add_test(t, launch_measure_value);
	tcase_add_test(t, launch_measure_without_a_nonce);
	tcase_add_test(t, launch_without_cryptography);
	tcase_add_test(t, launch_update_secret);
	tcase_add_test(t, launch_finish);
	return machine_suite("psp_fw SEV guests", t);
}
