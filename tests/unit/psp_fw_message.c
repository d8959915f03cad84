/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: messages of SNP guests and the reports that they get.  Messages are
 * sealed and opened here by libcrypto alone, signatures checked by the same.
 */
#include <check.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "psp_fw_message_fixture.h"
#include "report_signed.h"

/* ------------------------------------------------------------------- messages */

static void sealed(void)
{
	message_new(&msg, 0, PSP_MSG_REPORT_REQ, 1, 0x60);
	message_seal(&msg);
}

START_TEST(secrets_page)
{
	const uint8_t *page = m->mem + SECRETS;

	ck_assert_uint_eq(get32(page, 0), 3);
	ck_assert_uint_eq(get32(page, 8), 0xa00f11);
	ck_assert_mem_eq(page + 0x20, guest(GCTX)->vmpck, 128);
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < i; j++)
			ck_assert_mem_ne(guest(GCTX)->vmpck[i], guest(GCTX)->vmpck[j], 32);
	ck_assert_mem_ne(guest(GCTX)->vmpck, guest(GCTX2)->vmpck, 128);
	ck_assert_mem_ne(guest(GCTX)->report_id, guest(GCTX2)->report_id, 32);
}
END_TEST

/* Each key has its own counter, which moves on with each answer and not otherwise */
START_TEST(sequence)
{
	for (uint64_t seq = 1; seq < 7; seq += 2)
		for (uint32_t vmpck = 0; vmpck < 4; vmpck++) {
			message_new(&msg, vmpck, PSP_MSG_REPORT_REQ, 1, 0x60);
			put32(msg.plain, 0x40, 3);
			msg.sequence = seq - 1;
			message_seal(&msg);
			IS(message_send(&msg), PSP_INVALID_PARAM);
			msg.sequence = seq + 1;
			message_seal(&msg);
			IS(message_send(&msg), PSP_INVALID_PARAM);
			msg.sequence = seq;
			message_seal(&msg);
			OK(message_send(&msg));
			ck_assert_uint_eq(get64(m->mem + ANSWER, 0x20), seq + 1);
			message_open(&msg);
			ck_assert_uint_eq(get32(msg.plain, 0), 0);
			IS(message_send(&msg), PSP_INVALID_PARAM);	/* once only */
			ck_assert_uint_eq(guest(GCTX)->msg_count[vmpck], seq + 1);
		}
}
END_TEST

START_TEST(sequence_ends)
{
	m->fw->snp_guest[0].msg_count[0] = UINT64_MAX - 2;
	message_new(&msg, 0, PSP_MSG_REPORT_REQ, 1, 0x60);
	msg.sequence = UINT64_MAX - 1;
	message_seal(&msg);
	OK(message_send(&msg));				/* the answer has the last number */
	message_open(&msg);
	IS(message_send(&msg), PSP_AEAD_OFLOW);
	m->fw->snp_guest[0].msg_count[0] = UINT64_MAX - 1;
	IS(message_send(&msg), PSP_AEAD_OFLOW);
}
END_TEST

/* A bit of the tag, of the nonce, of the header, of the text */
START_TEST(authentic)
{
	static const size_t inside[] = { 0, 15, 0x38, 0x5f, 0x60, 0xbf };

	sealed();
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		m->mem[REQUEST + inside[i]] ^= 4;
		IS(message_send(&msg), PSP_BAD_MEASUREMENT);
		m->mem[REQUEST + inside[i]] ^= 4;
	}
	put64(m->mem, REQUEST + 0x20, 2);
	IS(message_send(&msg), PSP_INVALID_PARAM);
	put64(m->mem, REQUEST + 0x20, 1);
	m->mem[REQUEST + 0x3c] = 1;		/* another key of the same guest */
	IS(message_send(&msg), PSP_BAD_MEASUREMENT);
	m->mem[REQUEST + 0x3c] = 0;
	msg.gctx = GCTX2;			/* another guest */
	IS(message_send(&msg), PSP_BAD_MEASUREMENT);
	msg.gctx = GCTX;
	ck_assert_uint_eq(guest(GCTX)->msg_count[0], 0);
	OK(message_send(&msg));
}
END_TEST

static const struct { uint8_t type, version; uint16_t length; } unknown[] = {
	{ 0, 1, 0x60 }, { PSP_MSG_CPUID_REQ, 1, 0x60 }, { PSP_MSG_REPORT_REQ + 1, 1, 0x60 },
	{ PSP_MSG_EXPORT_REQ, 1, 0x60 }, { PSP_MSG_VMRK_REQ, 1, 0x60 }, { 0xff, 1, 0x60 },
	{ PSP_MSG_REPORT_REQ, 0, 0x60 }, { PSP_MSG_REPORT_REQ, 2, 0x60 },
	{ PSP_MSG_REPORT_REQ, 1, 0x5f }, { PSP_MSG_REPORT_REQ, 1, 0x61 },
	{ PSP_MSG_REPORT_REQ, 1, 0 }, { PSP_MSG_REPORT_REQ, 1, 0xfa1 },
};

START_TEST(not_known)
{
	message_new(&msg, 0, unknown[_i].type, unknown[_i].version, unknown[_i].length);
	message_seal(&msg);
	IS(message_send(&msg), PSP_INVALID_PARAM);
	ck_assert_uint_eq(guest(GCTX)->msg_count[0], 0);
}
END_TEST

/* A request that ends with its page, and an answer that would not */
START_TEST(pages)
{
	sealed();
	memmove(m->mem + REQUEST + 0xf40, m->mem + REQUEST, 0xc0);
	msg.request = REQUEST + 0xf40;
	msg.answer = ANSWER + 0xb00;
	IS(message_send(&msg), PSP_INVALID_PARAM);
	msg.answer = ANSWER + 0xae0;
	OK(message_send(&msg));
	message_open(&msg);
	ck_assert_uint_eq(get32(msg.plain, 4), PSP_FW_SNP_REPORT_LENGTH);
}
END_TEST

static int fails(void *opaque, void *buf, size_t len)
{
	(void)opaque;
	(void)buf;
	(void)len;
	return -1;
}

START_TEST(hardware_fails)
{
	sealed();
	m->crypto.aes_gcm_seal = NULL;
	IS(message_send(&msg), PSP_HWERROR_PLATFORM);
	m->crypto.aes_gcm_seal = device_sim_crypto.aes_gcm_seal;
	m->crypto.p384_sign = NULL;
	IS(message_send(&msg), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(guest(GCTX)->msg_count[0], 0);
	m->crypto.random = fails;
	created(GCTX2 + 0x1000);
	IS(cmd_snp_launch_start(m, GCTX2 + 0x1000, SNP_POLICY), PSP_HWERROR_PLATFORM);
	ck_assert_uint_eq(guest(GCTX2 + 0x1000)->state, PSP_SNP_GSTATE_INIT);
}
END_TEST

/* -------------------------------------------------------------------- reports */

/* The report of a request for it, with its status */
static const uint8_t *report(uint32_t vmpl, uint32_t sel, uint32_t status)
{
	message_new(&msg, 0, PSP_MSG_REPORT_REQ, 1, 0x60);
	memset(msg.plain, 0xda, 64);
	put32(msg.plain, 0x40, vmpl);
	put32(msg.plain, 0x44, sel);
	msg.sequence = guest(GCTX)->msg_count[0] + 1;
	message_seal(&msg);
	OK(message_send(&msg));
	message_open(&msg);
	ck_assert_uint_eq(get32(msg.plain, 0), status);
	ck_assert_uint_eq(get32(msg.plain, 4), status ? 0 : PSP_FW_SNP_REPORT_LENGTH);
	for (size_t i = 8; i < (status ? 0x4c0 : 0x20); i++)
		ck_assert_uint_eq(msg.plain[i], 0);
	return msg.plain + 0x20;
}

static void expect_vcek(const uint8_t *r)
{
	uint8_t d[48], point[144];

	ck_assert_int_eq(psp_fw_vcek(m->fw, get64(r, 0x180), d, point), 0);
	ck_assert(report_signed(r, point));
	ck_assert_int_eq(psp_fw_vcek(m->fw, get64(r, 0x180) + 1, d, point), 0);
	ck_assert(!report_signed(r, point));
}

/* What a guest without an id block is told, field by field */
START_TEST(report_fields)
{
	const struct psp_fw_snp_guest *g = guest(GCTX);
	uint8_t ones[32];
	const uint8_t *r;

	memset(ones, 0xff, sizeof(ones));
	m->fw->committed_tcb = 0x7300000000000002;
	m->fw->committed_version[0] = 1;
	m->fw->committed_version[1] = 54;
	m->fw->committed_version[2] = 9;
	m->fw->reported_tcb = 0x7200000000000001;
	m->fw->snp_guest[0].launch_tcb = 0x7100000000000003;
	r = report(2, 0, 0);
	ck_assert_uint_eq(get32(r, 0), 3);
	ck_assert_uint_eq(get32(r, 4), 0);
	ck_assert_uint_eq(get64(r, 8), SNP_POLICY);
	ck_assert_uint_eq(get32(r, 0x30), 2);
	ck_assert_uint_eq(get32(r, 0x34), 1);
	ck_assert_uint_eq(get64(r, 0x38), m->fw->current_tcb);
	ck_assert_uint_eq(get64(r, 0x40), 0x5);		/* SMT, ECC */
	ck_assert_uint_eq(get64(r, 0x48), 0);
	for (int i = 0x50; i < 0x90; i++)
		ck_assert_uint_eq(r[i], 0xda);
	ck_assert_mem_eq(r + 0x90, g->ld, 48);
	ck_assert_mem_eq(r + 0xc0, g->host_data, 32);
	ck_assert_mem_eq(r + 0x140, g->report_id, 32);
	ck_assert_mem_eq(r + 0x160, ones, 32);
	ck_assert_uint_eq(get64(r, 0x180), 0x7200000000000001);
	ck_assert_uint_eq(get32(r, 0x188), 0x010119);	/* family 19h, model 1, stepping 1 */
	ck_assert_mem_eq(r + 0x1a0, m->fw->chip_id[0], 64);
	ck_assert_uint_eq(get64(r, 0x1e0), 0x7300000000000002);
	ck_assert_uint_eq(get32(r, 0x1e8), 0x013700);
	ck_assert_uint_eq(get32(r, 0x1ec), 0x013609);
	ck_assert_uint_eq(get64(r, 0x1f0), 0x7100000000000003);
	for (int i = 0x1f8; i < 0x2a0; i++)
		ck_assert_uint_eq(r[i], 0);
	for (int i = 0x330; i < 0x4a0; i++)
		ck_assert_uint_eq(r[i], 0);
	expect_vcek(r);
}
END_TEST

/* What an id block said, and SNP_LAUNCH_FINISH */
START_TEST(report_owner)
{
	struct psp_fw_snp_guest *g = &m->fw->snp_guest[0];
	const uint8_t *r;

	g->id_block = 1;
	g->guest_svn = 0x1234567;
	g->author_en = 1;
	memset(g->family_id, 0xf1, 16);
	memset(g->image_id, 0x1a, 16);
	memset(g->id_key_digest, 0x1d, 48);
	memset(g->author_key_digest, 0xa7, 48);
	memset(g->host_data, 0x4d, 32);
	g->ma_en = 1;
	g->ma_gctx = GCTX2;
	r = report(0, 0, 0);
	ck_assert_uint_eq(get32(r, 4), 0x1234567);
	ck_assert_mem_eq(r + 0x10, g->family_id, 16);
	ck_assert_mem_eq(r + 0x20, g->image_id, 16);
	ck_assert_uint_eq(get32(r, 0x48), 1);
	ck_assert_mem_eq(r + 0xc0, g->host_data, 32);
	ck_assert_mem_eq(r + 0xe0, g->id_key_digest, 48);
	ck_assert_mem_eq(r + 0x110, g->author_key_digest, 48);
	ck_assert_mem_eq(r + 0x160, guest(GCTX2)->report_id, 32);
	expect_vcek(r);
}
END_TEST

/* Versions by that of the API */
START_TEST(report_versions)
{
	static const struct { uint8_t minor; uint32_t version; } by[] = {
		{ 51, 2 }, { 54, 2 }, { 55, 3 }, { 57, 3 }, { 58, 5 }, { 60, 5 },
	};

	m->fw->mitigations = 0x70;
	m->fw->snp_guest[0].launch_mitigations = 0x30;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		const uint8_t *r;

		m->fw->api_minor = by[i].minor;
		r = report(0, 0, 0);
		ck_assert_uint_eq(get32(r, 0), by[i].version);
		ck_assert_uint_eq(get32(r, 0x188), by[i].version >= 3 ? 0x010119 : 0);
		ck_assert_uint_eq(get64(r, 0x1f8), by[i].version >= 5 ? 0x30 : 0);
		ck_assert_uint_eq(get64(r, 0x200), by[i].version >= 5 ? 0x70 : 0);
		expect_vcek(r);
	}
}
END_TEST

/* A sender speaks for its own level and those with less privilege */
START_TEST(report_levels)
{
	for (uint32_t vmpck = 0; vmpck < 4; vmpck++)
		for (uint32_t vmpl = 0; vmpl < 6; vmpl++) {
			bool may = vmpl >= vmpck && vmpl < 4;

			message_new(&msg, vmpck, PSP_MSG_REPORT_REQ, 1, 0x60);
			msg.sequence = guest(GCTX)->msg_count[vmpck] + 1;
			put32(msg.plain, 0x40, vmpl);
			message_seal(&msg);
			OK(message_send(&msg));
			message_open(&msg);
			ck_assert_uint_eq(get32(msg.plain, 0), may ? 0 : PSP_INVALID_PARAM);
			ck_assert_uint_eq(get32(msg.plain, 0x50), may ? vmpl : 0);
		}
}
END_TEST

START_TEST(report_reserved)
{
	for (size_t at = 0x44; at < 0x60; at++) {
		message_new(&msg, 0, PSP_MSG_REPORT_REQ, 1, 0x60);
		msg.sequence = guest(GCTX)->msg_count[0] + 1;
		msg.plain[at] = 4;
		message_seal(&msg);
		OK(message_send(&msg));
		message_open(&msg);
		ck_assert_uint_eq(get32(msg.plain, 0), PSP_INVALID_PARAM);
	}
}
END_TEST

START_TEST(report_masked)
{
	uint8_t none[512] = { 0 };
	const uint8_t *r;

	m->fw->mask_chip_id = 1;
	r = report(0, 0, 0);
	ck_assert_mem_eq(r + 0x1a0, none, 64);
	expect_vcek(r);
	m->fw->mask_chip_key = 1;
	r = report(0, 0, 0);
	ck_assert_uint_eq(get32(r, 0x48), 2 | 7 << 2);
	ck_assert_mem_eq(r + 0x2a0, none, 512);
}
END_TEST

/* Keys: 0 the VLEK if there is one, 1 the VCEK, 2 the VLEK; what there is not is 0x27 */
START_TEST(report_keys)
{
	uint8_t plain[384], d[48], point[144];
	const uint8_t *r;

	report(0, 3, PSP_INVALID_PARAM);
	report(0, 2, PSP_INVALID_KEY);
	expect_vcek(report(0, 1, 0));
	memset(plain, 0x42, sizeof(plain));
	ck_assert_int_eq(psp_fw_vlek(m->fw, plain, d, point), 0);
	memcpy(m->fw->vlek, d, sizeof(d));
	m->fw->vlek_loaded = 1;
	for (uint32_t sel = 0; sel <= 2; sel += 2) {
		r = report(0, sel, 0);
		ck_assert_uint_eq(get32(r, 0x48), 1 << 2);
		ck_assert(report_signed(r, point));
	}
	expect_vcek(report(0, 1, 0));
	m->fw->snp_guest[0].vcek_dis = 1;
	report(0, 1, PSP_INVALID_KEY);
	ck_assert(report_signed(report(0, 0, 0), point));
	m->fw->vlek_loaded = 0;
	report(0, 0, PSP_INVALID_KEY);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("messages");

	tcase_add_checked_fixture(t, message_setup, teardown);
	tcase_add_test(t, secrets_page);
	tcase_add_test(t, sequence);
	tcase_add_test(t, sequence_ends);
	tcase_add_test(t, authentic);
	tcase_add_loop_test(t, not_known, 0, (int)(sizeof(unknown) / sizeof(unknown[0])));
	tcase_add_test(t, pages);
	tcase_add_test(t, hardware_fails);
	tcase_add_test(t, report_fields);
	tcase_add_test(t, report_owner);
	tcase_add_test(t, report_versions);
	tcase_add_test(t, report_levels);
	tcase_add_test(t, report_reserved);
	tcase_add_test(t, report_masked);
	tcase_add_test(t, report_keys);
	return machine_suite("psp_fw messages", t);
}
