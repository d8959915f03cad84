/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: SEV guests past their launch - attestation, migration,
 * debugging.  A test walks one command's checks in their order, see
 * psp_fw_snp_platform.c.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_machine.h"

#define PAGE	(MACHINE_PAGES + 0x10000)
#define NODBG	1u
#define NOSEND	8u

static struct machine *m;

static void setup(void)
{
	m = machine_new(4, 2, NULL);
}

static void teardown(void)
{
	machine_free(m);
}

/* The state of a guest that only migration could bring it to */
static void force(uint32_t handle, uint8_t state)
{
	m->fw->sev_guest[handle - 1].state = state;
}

static const struct psp_fw_sev_guest *guest(uint32_t handle)
{
	const struct psp_fw_sev_guest *g = psp_fw_sev_guest_find(m->fw, handle);

	ck_assert_ptr_nonnull(g);
	return g;
}

START_TEST(attestation)
{
	uint8_t b[0x24] = { 0 };

	up_sev(m);
	sev_running(m, 0, 200);
	put32(b, 0, 1);
	put64(b, 8, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_ATTESTATION, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 0x20), 208);
	IS(machine_cmd(m, PSP_CMD_ATTESTATION, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_ATTESTATION, b), PSP_HWERROR_PLATFORM);
}
END_TEST

/* SEND_START: 0x2, NOSEND 0x7, 0x4 with length 128 and the policy, 0x9, 0x13 */
START_TEST(send_start)
{
	uint8_t b[0x44] = { 0 };

	up_sev(m);
	sev_launching(m, NODBG, 200);
	sev_running(m, NOSEND, 201);
	put32(b, 0, 1);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_GUEST_STATE);
	put32(b, 0, 2);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_POLICY_FAILURE);
	OK(cmd_launch_measure(m, 1, PAGE));
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1));
	put32(b, 0, 1);
	put64(b, 8, PAGE);
	put64(b, 0x18, PAGE);
	put64(b, 0x28, PAGE);
	put64(b, 0x38, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 0x40), 128);
	ck_assert_uint_eq(get32(b, 4), NODBG);
	put32(b, 0x40, 127);
	put32(b, 0x10, 2084);
	put32(b, 0x20, 6252);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_LEN);
	put32(b, 0x10, 2084);
	put32(b, 0x20, 6251);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_LEN);
	put32(b, 0x20, 6252);
	put64(b, 0x38, PAGE);
	put64(b, 8, MACHINE_MEM);
	put32(b, 0x30, 0x1000);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	put64(b, 0x18, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_ADDRESS);
	put64(b, 0x18, PAGE);
	put64(b, 0x38, MACHINE_MEM);
	put32(b, 0x30, 0);
	/* certificates of no length */
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_ADDRESS);
	put32(b, 0x30, 0x1000);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_INVALID_ADDRESS);
	put64(b, 0x38, PAGE);
	IS(machine_cmd(m, PSP_CMD_SEND_START, b), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_RUNNING);
}
END_TEST

START_TEST(send_update)
{
	uint8_t b[0x34] = { 0 };

	up_sev(m);
	sev_running(m, 0, 200);
	put32(b, 0, 1);
	IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_DATA, b), PSP_INVALID_GUEST_STATE);
	IS(cmd_handle(m, PSP_CMD_SEND_FINISH, 1), PSP_INVALID_GUEST_STATE);
	IS(cmd_handle(m, PSP_CMD_SEND_CANCEL, 1), PSP_INVALID_GUEST_STATE);
	force(1, PSP_GSTATE_SUPDATE);
	put32(b, 0x20, 64);
	IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_DATA, b), PSP_INVALID_LEN);
	ck_assert_uint_eq(get32(b, 0x10), 52);
	ck_assert_uint_eq(get32(b, 0x30), 64);
	for (int i = 0; i < 3; i++) {
		static const uint32_t lengths[3][2] = { { 0, 0 }, { 40, 40 }, { 0x4010, 0x4010 } };

		put32(b, 0x20, lengths[i][0]);
		put32(b, 0x30, lengths[i][1]);
		IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_DATA, b), PSP_INVALID_LEN);
	}
	put32(b, 0x20, 64);
	put32(b, 0x30, 48);
	IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_DATA, b), PSP_INVALID_LEN);
	for (size_t off = 8; off <= 0x28; off += 0x10) {
		put64(b, 8, PAGE);
		put64(b, 0x18, PAGE);
		put64(b, 0x28, PAGE);
		put64(b, off, MACHINE_MEM);
		IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_VMSA, b), PSP_INVALID_ADDRESS);
	}
	put64(b, 0x28, PAGE);
	IS(machine_cmd(m, PSP_CMD_SEND_UPDATE_VMSA, b), PSP_HWERROR_PLATFORM);
	OK(cmd_handle(m, PSP_CMD_SEND_CANCEL, 1));
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_RUNNING);
	force(1, PSP_GSTATE_SUPDATE);
	OK(cmd_handle(m, PSP_CMD_SEND_FINISH, 1));
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_SENT);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	ck_assert_uint_eq(psp_fw_asid_sets(m->fw, 200)->dirty.w[0], 3);
}
END_TEST

START_TEST(receive)
{
	uint8_t b[0x34] = { 0 };

	IS(machine_cmd(m, PSP_CMD_RECEIVE_START, b), PSP_INVALID_PLATFORM_STATE);
	up_sev(m);
	put32(b, 4, 2u << 16);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_START, b), PSP_POLICY_FAILURE);
	put32(b, 4, 0);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_START, b), PSP_INVALID_LEN);
	put32(b, 0x10, 2084);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_START, b), PSP_INVALID_LEN);
	put32(b, 0x20, 128);
	put64(b, 8, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_START, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	OK(machine_cmd(m, PSP_CMD_RECEIVE_START, b));
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_RUPDATE);
	ck_assert_uint_eq(m->fw->sev_state, PSP_WORKING);

	memset(b, 0, sizeof(b));
	put32(b, 0, 1);
	IS(cmd_handle(m, PSP_CMD_RECEIVE_FINISH, 1), PSP_INACTIVE);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_DATA, b), PSP_INACTIVE);
	OK(cmd_activate(m, 1, 200));
	IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_DATA, b), PSP_INVALID_LEN);
	put32(b, 0x10, 52);
	put32(b, 0x20, 64);
	put32(b, 0x30, 64);
	put64(b, 8, PAGE);
	put64(b, 0x28, PAGE);
	for (size_t off = 8; off <= 0x28; off += 0x10) {
		put64(b, 8, PAGE);
		put64(b, 0x18, PAGE);
		put64(b, 0x28, PAGE);
		put64(b, off, MACHINE_MEM);
		IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_VMSA, b), PSP_INVALID_ADDRESS);
	}
	put64(b, 0x28, PAGE);
	put32(b, 0x10, 51);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_VMSA, b), PSP_INVALID_LEN);
	put32(b, 0x10, 52);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_VMSA, b), PSP_HWERROR_PLATFORM);
	OK(cmd_handle(m, PSP_CMD_RECEIVE_FINISH, 1));
	ck_assert_uint_eq(guest(1)->state, PSP_GSTATE_RUNNING);
	ck_assert_uint_eq(psp_fw_asid_sets(m->fw, 200)->in_use.w[0], 3);
	IS(machine_cmd(m, PSP_CMD_RECEIVE_UPDATE_DATA, b), PSP_INVALID_GUEST_STATE);
}
END_TEST

/* DBG_*: NODBG 0x7; memory is plain, so decrypting copies */
START_TEST(dbg)
{
	uint8_t b[0x1c] = { 0 };

	up_snp(m);
	up_sev(m);
	sev_running(m, NODBG, 200);
	sev_running(m, 0, 201);
	put32(b, 0, 1);
	put64(b, 8, PAGE + 8);
	put64(b, 0x10, PAGE + 0x1000);
	IS(machine_cmd(m, PSP_CMD_DBG_DECRYPT, b), PSP_POLICY_FAILURE);
	put32(b, 0, 2);
	IS(machine_cmd(m, PSP_CMD_DBG_DECRYPT, b), PSP_INVALID_LEN);
	put32(b, 0x18, 32);
	IS(machine_cmd(m, PSP_CMD_DBG_DECRYPT, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_DBG_ENCRYPT, b), PSP_INVALID_PAGE_STATE);
	machine_page(m, PAGE + 0x1000, PSP_PAGE_FIRMWARE);
	memset(m->mem + PAGE, 0x33, 48);
	OK(machine_cmd(m, PSP_CMD_DBG_DECRYPT, b));
	ck_assert_uint_eq(m->mem[PAGE + 0x101f], 0x33);
	ck_assert_uint_eq(m->mem[PAGE + 0x1020], 0);
}
END_TEST

START_TEST(copy)
{
	uint8_t b[0x18] = { 0 };
	uint32_t handle;

	up_sev(m);
	OK(cmd_launch_start(m, 0, &handle));
	put32(b, 0, handle);
	put64(b, 8, PAGE);
	put64(b, 0x10, PAGE + 0x4000);
	IS(machine_cmd(m, PSP_CMD_COPY, b), PSP_INACTIVE);
	OK(cmd_activate(m, handle, 200));
	IS(machine_cmd(m, PSP_CMD_COPY, b), PSP_INVALID_LEN);
	put32(b, 4, 0x2000);
	m->mem[PAGE + 0x1fff] = 0x55;
	OK(machine_cmd(m, PSP_CMD_COPY, b));
	ck_assert_uint_eq(m->mem[PAGE + 0x5fff], 0x55);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, attestation);
	tcase_add_test(t, send_start);
	tcase_add_test(t, send_update);
	tcase_add_test(t, receive);
	tcase_add_test(t, dbg);
	tcase_add_test(t, copy);
	return machine_suite("psp_fw SEV guests past launch", t);
}
