/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: firmware images, TCB, VLEK.  A test walks one command's checks
 * in their order, see psp_fw_snp_platform.c.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_machine.h"

#define PAGE	(MACHINE_PAGES + 0x10000)

static struct machine *m;

static void setup(void)
{
	m = machine_new(4, 2, NULL);
}

static void again(const struct psp_fw_config *c)
{
	machine_free(m);
	m = machine_new(4, 2, c);
}

static void teardown(void)
{
	machine_free(m);
}

/* SNP_CONFIG: reserved 0x16; TCB above installed 0x16; no platform state */
START_TEST(snp_config)
{
	struct psp_fw_config c = { .current_tcb = 0x0700000000000203 };
	uint8_t b[0x40] = { 0 };

	again(&c);
	put64(b, 0, 0x0600000000000203);
	put32(b, 8, 4);
	IS(machine_cmd(m, PSP_CMD_SNP_CONFIG, b), PSP_INVALID_PARAM);
	put32(b, 8, 3);
	b[0x20] = 1;
	IS(machine_cmd(m, PSP_CMD_SNP_CONFIG, b), PSP_INVALID_PARAM);
	b[0x20] = 0;
	put64(b, 0, 0x0600000000000204);		/* one component is newer */
	IS(machine_cmd(m, PSP_CMD_SNP_CONFIG, b), PSP_INVALID_PARAM);
	ck_assert_uint_eq(m->fw->reported_tcb, c.current_tcb);
	put64(b, 0, 0x0600000000000203);
	OK(machine_cmd(m, PSP_CMD_SNP_CONFIG, b));
	ck_assert_uint_eq(m->fw->reported_tcb, 0x0600000000000203);
	OK(cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, PAGE));
	ck_assert_uint_eq(get32(m->mem, PAGE + 8), 3);
	ck_assert_uint_eq(get64(m->mem, PAGE + 0x18), 0x0600000000000203);
	put64(b, 0, 0);					/* the current one again */
	OK(machine_cmd(m, PSP_CMD_SNP_CONFIG, b));
	ck_assert_uint_eq(m->fw->reported_tcb, c.current_tcb);
	put64(b, 0, 0x0600000000000203);
	OK(machine_cmd(m, PSP_CMD_SNP_CONFIG, b));
	psp_fw_reset(m->fw);
	ck_assert_uint_eq(m->fw->reported_tcb, c.current_tcb);
}
END_TEST

/* SNP_COMMIT: length 0x16; any state */
START_TEST(snp_commit)
{
	uint8_t b[4];

	m->fw->current_tcb = 0x300;
	put32(b, 0, 8);
	IS(machine_cmd(m, PSP_CMD_SNP_COMMIT, b), PSP_INVALID_PARAM);
	ck_assert_uint_eq(m->fw->committed_tcb, 0);
	put32(b, 0, 4);
	OK(machine_cmd(m, PSP_CMD_SNP_COMMIT, b));
	ck_assert_uint_eq(m->fw->committed_tcb, 0x300);
}
END_TEST

/* SNP_VLEK_LOAD: 0x16; TCB not the reported one 0x21; the key itself: no cryptography, 0x13 */
START_TEST(snp_vlek_load)
{
	struct psp_fw_config c = { .current_tcb = 0x0700000000000203 };
	uint8_t b[0x10] = { 0 };

	again(&c);
	put32(b, 0, 8);
	put64(b, 8, PAGE);
	IS(machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b), PSP_INVALID_PARAM);
	put32(b, 0, 16);
	for (int i = 4; i < 8; i++) {
		b[i] = 1;
		IS(machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b), PSP_INVALID_PARAM);
		b[i] = 0;
	}
	IS(machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b), PSP_BAD_SVN);
	put64(m->mem, PAGE + 0x190, c.current_tcb);
	IS(machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(m->fw->vlek_loaded, 0);
	put64(b, 8, MACHINE_MEM);
	IS(machine_cmd(m, PSP_CMD_SNP_VLEK_LOAD, b), PSP_INVALID_ADDRESS);
}
END_TEST

/* DOWNLOAD_FIRMWARE: both UNINIT else 0x1; alignment 0x9; then the image 0xA, 0x21, 0x22 */
START_TEST(download_firmware)
{
	struct psp_fw_config c = { .api_major = 1, .api_minor = 55, .build = 21, .svn = 4 };
	uint8_t b[0xc] = { 0 };

	again(&c);
	up_snp(m);
	put64(b, 0, PAGE + 16);
	put32(b, 8, 0x4000);
	m->image_bad = true;
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_INVALID_PLATFORM_STATE);
	OK(cmd_snp_shutdown_ex(m, 8, 1));
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_INVALID_ADDRESS);
	put64(b, 0, PAGE + 32);
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_SIGNATURE);
	m->image_bad = false;
	memcpy(m->image, (uint8_t[]) { 1, 55, 20, 3 }, 4);
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_SVN);
	m->image[3] = 4;
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_VERSION);
	memcpy(m->image, (uint8_t[]) { 1, 56, 1, 4 }, 4);
	OK(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b));
	ck_assert_uint_eq(m->fw->api_minor, 56);
	memcpy(m->image, (uint8_t[]) { 1, 55, 21, 4 }, 4);	/* the way back is closed */
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_VERSION);
	memcpy(m->image, (uint8_t[]) { 1, 56, 0, 4 }, 4);
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_VERSION);
	memcpy(m->image, (uint8_t[]) { 2, 0, 7, 5 }, 4);
	OK(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b));
	ck_assert_uint_eq(m->fw->api_major, 2);
	ck_assert_uint_eq(m->fw->build, 7);
	memcpy(m->image, (uint8_t[]) { 1, 99, 0, 5 }, 4);
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_VERSION);
	m->image[3] = 4;
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_BAD_SVN);
	m->crypto.image_version = NULL;
	IS(machine_cmd(m, PSP_CMD_DOWNLOAD_FIRMWARE, b), PSP_HWERROR_PLATFORM);
}
END_TEST

/* DOWNLOAD_FIRMWARE_EX: SEV UNINIT else 0x1; reserved 0x16; alignment 0x9 */
START_TEST(download_firmware_ex)
{
	uint8_t b[0x18] = { 0 };

	up_snp(m);
	up_sev(m);
	put32(b, 4, 1);
	put64(b, 8, PAGE + 16);
	put32(b, 0x10, 0x4000);
	IS(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b), PSP_INVALID_PLATFORM_STATE);
	OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
	put32(b, 0, 0x18);
	IS(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b), PSP_INVALID_PARAM);
	put32(b, 4, 0);
	put32(b, 0x14, 2);
	IS(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b), PSP_INVALID_PARAM);
	put32(b, 0x14, 0);
	IS(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b), PSP_INVALID_ADDRESS);
	put64(b, 8, PAGE);
	memcpy(m->image, (uint8_t[]) { 1, 56, 1, 0 }, 4);
	OK(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b));	/* with SNP up */
	ck_assert_uint_eq(m->fw->api_minor, 56);
	memcpy(m->image, (uint8_t[]) { 1, 55, 0, 0 }, 4);	/* not committed: back again */
	OK(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b));
	memcpy(m->image, (uint8_t[]) { 1, 56, 1, 0 }, 4);
	put32(b, 0x14, 1);
	OK(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b));
	ck_assert_uint_eq(m->fw->committed_version[1], 56);
	m->image[2] = 0;			/* an older build of it */
	IS(machine_cmd(m, PSP_CMD_SNP_DOWNLOAD_FIRMWARE_EX, b), PSP_BAD_VERSION);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("commands");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, snp_config);
	tcase_add_test(t, snp_commit);
	tcase_add_test(t, snp_vlek_load);
	tcase_add_test(t, download_firmware);
	tcase_add_test(t, download_firmware_ex);
	return machine_suite("psp_fw images and keys", t);
}
