/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: sessions, secrets and attestation reports of SEV guests.  Their owner
 * is the library's part, which shares no code with the model: what the one seals the
 * other has to open.
 */
#include <check.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "psp_fw_machine.h"
#include "sevadm.h"

#define GODH	(MACHINE_PAGES + 0x10000)
#define SESSION	(MACHINE_PAGES + 0x11000)
#define GUEST	(MACHINE_PAGES + 0x20000)
#define BLOB	(MACHINE_PAGES + 0x30000)
#define HEADER	(MACHINE_PAGES + 0x31000)
#define PAYLOAD	(MACHINE_PAGES + 0x38000)
#define TARGET	(MACHINE_PAGES + 0x40000)
#define POLICY	1u

static struct machine *m;
static struct sevadm_session session;

static void cert_of(const uint8_t *data, struct sevadm_cert *cert)
{
	size_t nr;

	ck_assert_int_eq(sevadm_cert_parse(data, PSP_FW_CERT_LENGTH, cert, 1, &nr, NULL), 0);
}

/* The owner's part, for @policy */
static void begin(uint32_t policy)
{
	struct sevadm_cert pdh;

	cert_of(m->fw->keys.pdh, &pdh);
	ck_assert_int_eq(sevadm_session_new(&pdh, policy, &session), 0);
	memcpy(m->mem + GODH, session.godh, sizeof(session.godh));
	memcpy(m->mem + SESSION, session.blob, sizeof(session.blob));
}

static void lend(const struct psp_fw_crypto *crypto)
{
	m->crypto.p384_public = crypto->p384_public;
	m->crypto.p384_sign = crypto->p384_sign;
	m->crypto.p384_ecdh = crypto->p384_ecdh;
	m->crypto.aes128_ctr = crypto->aes128_ctr;
}

static void setup(void)
{
	struct psp_fw_config c = { .smt = true, .api_major = 1, .api_minor = 55, .build = 21 };

	m = machine_new(4, 2, &c);
	lend(&device_sim_crypto);
	up_sev(m);
	begin(POLICY);
}

static void teardown(void)
{
	machine_free(m);
}

static uint32_t start(uint32_t policy)
{
	uint8_t b[0x24] = { 0 };

	put32(b, 4, policy);
	put64(b, 8, GODH);
	put32(b, 0x10, PSP_FW_CERT_LENGTH);
	put64(b, 0x18, SESSION);
	put32(b, 0x20, 128);
	return machine_cmd(m, PSP_CMD_LAUNCH_START, b);
}

static const struct psp_fw_sev_guest *guest(void)
{
	return psp_fw_sev_guest_find(m->fw, 1);
}

/* The guest's memory, of which the digest is known here, into the launch */
static void update(uint8_t digest[32])
{
	uint8_t b[0x14] = { 0 };

	OK(cmd_activate(m, 1, 200));
	memset(m->mem + GUEST, 0x90, 0x2000);
	put32(b, 0, 1);
	put64(b, 8, GUEST);
	put32(b, 0x10, 0x2000);
	OK(machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_DATA, b));
	ck_assert_int_eq(EVP_Q_digest(NULL, "SHA256", NULL, m->mem + GUEST, 0x2000, digest,
				      NULL), 1);
}

static void measured(struct sevadm_measured_guest *g)
{
	*g = (struct sevadm_measured_guest){
		.policy = POLICY, .api_major = 1, .api_minor = 55, .build = 21,
	};
	OK(start(POLICY));
	update(g->digest);
	OK(cmd_launch_measure(m, 1, BLOB));
}

/* ------------------------------------------------------------------- sessions */

START_TEST(keys_of_a_session)
{
	OK(start(POLICY));
	ck_assert_mem_eq(guest()->tek, session.tek, 16);
	ck_assert_mem_eq(guest()->tik, session.tik, 16);
	ck_assert_ptr_null(psp_fw_check(m->fw));
}
END_TEST

/* Without a session nobody knows them, and they are others each time */
START_TEST(keys_without_a_session)
{
	uint32_t handle;

	OK(cmd_launch_start(m, POLICY, &handle));
	OK(cmd_launch_start(m, POLICY, &handle));
	ck_assert_uint_eq(guest()->has_keys, 1);
	ck_assert_mem_ne(guest()->tek, guest()[1].tek, 16);
	ck_assert_mem_ne(guest()->tik, guest()[1].tik, 16);
	ck_assert_mem_ne(guest()->tik, guest()->tek, 16);
}
END_TEST

/* A refusal makes no guest */
static void refused(uint32_t policy, uint32_t status)
{
	IS(start(policy), status);
	ck_assert_ptr_null(guest());
	ck_assert_uint_eq(m->fw->sev_guest_count, 0);
	ck_assert_uint_eq(m->fw->sev_state, PSP_INIT);
}

static void flipped(uint64_t pa, uint32_t status)
{
	m->mem[pa] ^= 1;
	refused(POLICY, status);
	m->mem[pa] ^= 1;
}

START_TEST(session_refused)
{
	for (uint64_t at = 0; at < 128; at += 15)	/* each part, first and last byte */
		flipped(SESSION + at, PSP_BAD_MEASUREMENT);
	flipped(SESSION + 127, PSP_BAD_MEASUREMENT);
	refused(POLICY | 2, PSP_BAD_MEASUREMENT);	/* another policy than it was made for */
	OK(start(POLICY));
}
END_TEST

START_TEST(owner_refused)
{
	flipped(GODH, PSP_INVALID_CERTIFICATE);		/* version */
	flipped(GODH + 8, PSP_INVALID_CERTIFICATE);	/* usage: a PEK */
	flipped(GODH + 0xc, PSP_INVALID_CERTIFICATE);	/* algorithm: of signatures */
	flipped(GODH + 0x10, PSP_INVALID_CERTIFICATE);	/* curve */
	flipped(GODH + 0x14, PSP_INVALID_CERTIFICATE);	/* no point of it */
	flipped(GODH + 0x5c, PSP_INVALID_CERTIFICATE);
	memset(m->mem + GODH + 0x14, 0, 144);
	refused(POLICY, PSP_INVALID_CERTIFICATE);
}
END_TEST

/* Made for a PDH that is not there any more, or for another platform's */
START_TEST(another_pdh)
{
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	refused(POLICY, PSP_BAD_MEASUREMENT);
	begin(POLICY);
	OK(start(POLICY));
}
END_TEST

/* The policy is looked at before what comes along; that before the session's word on it */
START_TEST(policy_of_the_session)
{
	const uint32_t newer = 56u << 24 | 1u << 16;

	refused(newer, PSP_POLICY_FAILURE);
	begin(newer);
	refused(newer, PSP_POLICY_FAILURE);
}
END_TEST

START_TEST(each_part_of_the_cryptography)
{
	const struct psp_fw_crypto whole = m->crypto;

	m->crypto.p384_ecdh = NULL;
	refused(POLICY, PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	m->crypto.aes128_ctr = NULL;
	refused(POLICY, PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	m->crypto.hmac_sha256 = NULL;
	refused(POLICY, PSP_HWERROR_PLATFORM);
	m->crypto = whole;
	OK(start(POLICY));
}
END_TEST

/* --------------------------------------------------------------- measurements */

START_TEST(measurement)
{
	struct sevadm_measured_guest g;
	const uint8_t *blob = m->mem + BLOB;

	measured(&g);
	ck_assert_int_eq(sevadm_measurement_verify(&g, session.tik, blob), 0);
	g.digest[31] ^= 1;
	ck_assert_int_eq(sevadm_measurement_verify(&g, session.tik, blob), -EBADMSG);
	g.digest[31] ^= 1;
	g.build++;
	ck_assert_int_eq(sevadm_measurement_verify(&g, session.tik, blob), -EBADMSG);
}
END_TEST

/* -------------------------------------------------------------------- secrets */

static const uint8_t words[32] = "what nobody but the guest knows";

static void package(void)
{
	struct sevadm_packet_keys keys = {
		.tek = session.tek, .tik = session.tik, .measurement = m->mem + BLOB,
	};

	ck_assert_int_eq(sevadm_secret_package(&keys, words, sizeof(words), m->mem + HEADER,
					       m->mem + PAYLOAD), 0);
}

static uint32_t inject(uint32_t len)
{
	uint8_t b[0x34] = { 0 };

	put32(b, 0, 1);
	put64(b, 8, HEADER);
	put32(b, 0x10, 52);
	put64(b, 0x18, TARGET);
	put32(b, 0x20, len);
	put64(b, 0x28, PAYLOAD);
	put32(b, 0x30, len);
	return machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_SECRET, b);
}

START_TEST(secret)
{
	struct sevadm_measured_guest g;

	measured(&g);
	package();
	ck_assert_mem_ne(m->mem + PAYLOAD, words, sizeof(words));
	OK(inject(sizeof(words)));
	ck_assert_mem_eq(m->mem + TARGET, words, sizeof(words));
	OK(inject(sizeof(words)));			/* as often as one likes */
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1));
	IS(inject(sizeof(words)), PSP_INVALID_GUEST_STATE);
}
END_TEST

START_TEST(secret_before_the_measurement)
{
	uint8_t digest[32];

	OK(start(POLICY));
	update(digest);
	package();
	IS(inject(sizeof(words)), PSP_INVALID_GUEST_STATE);
}
END_TEST

/* A refusal leaves the guest's memory as it was */
static void secret_refused(uint64_t pa, uint32_t status)
{
	m->mem[pa] ^= 1;
	IS(inject(sizeof(words)), status);
	ck_assert_uint_eq(m->mem[TARGET], 0);
	m->mem[pa] ^= 1;
}

START_TEST(secret_changed)
{
	struct sevadm_measured_guest g;

	measured(&g);
	package();
	secret_refused(HEADER, PSP_BAD_MEASUREMENT);		/* flags */
	secret_refused(HEADER + 4, PSP_BAD_MEASUREMENT);	/* IV */
	secret_refused(HEADER + 19, PSP_BAD_MEASUREMENT);
	secret_refused(HEADER + 20, PSP_BAD_MEASUREMENT);	/* MAC */
	secret_refused(HEADER + 51, PSP_BAD_MEASUREMENT);
	secret_refused(PAYLOAD, PSP_BAD_MEASUREMENT);
	secret_refused(PAYLOAD + 31, PSP_BAD_MEASUREMENT);
	IS(inject(16), PSP_BAD_MEASUREMENT);
	OK(inject(sizeof(words)));
}
END_TEST

/* Of the same owner and the same session, but for another launch */
START_TEST(secret_of_another_launch)
{
	struct sevadm_measured_guest g;

	measured(&g);
	package();
	m->mem[BLOB] ^= 1;
	OK(inject(sizeof(words)));	/* what was made with the true one */
	package();
	IS(inject(sizeof(words)), PSP_BAD_MEASUREMENT);
}
END_TEST

/* Flags that the owner meant: a good MAC over them */
static void with_flags(uint32_t flags, uint32_t status)
{
	uint8_t all[29 + sizeof(words) + 32] = { 1 };

	put32(m->mem, HEADER, flags);
	memcpy(all + 1, m->mem + HEADER, 20);
	put32(all, 21, sizeof(words));
	put32(all, 25, sizeof(words));
	memcpy(all + 29, m->mem + PAYLOAD, sizeof(words));
	memcpy(all + 29 + sizeof(words), m->mem + BLOB, 32);
	ck_assert_ptr_nonnull(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, session.tik, 16, all,
					sizeof(all), m->mem + HEADER + 20, 32, NULL));
	IS(inject(sizeof(words)), status);
}

START_TEST(secret_flags)
{
	struct sevadm_measured_guest g;

	measured(&g);
	package();
	with_flags(1, PSP_UNSUPPORTED);
	with_flags(2, PSP_INVALID_PARAM);
	with_flags(0, PSP_SUCCESS);
}
END_TEST

/* As long as it can be, and over pages */
START_TEST(secret_of_16_kb)
{
	struct sevadm_measured_guest g;
	struct sevadm_packet_keys keys = {
		.tek = session.tek, .tik = session.tik, .measurement = m->mem + BLOB,
	};
	static uint8_t data[0x4000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8));
	measured(&g);
	ck_assert_int_eq(sevadm_secret_package(&keys, data, sizeof(data), m->mem + HEADER,
					       m->mem + PAYLOAD), 0);
	OK(inject(sizeof(data)));
	ck_assert_mem_eq(m->mem + TARGET, data, sizeof(data));
}
END_TEST

START_TEST(secret_without_cryptography)
{
	struct sevadm_measured_guest g;

	measured(&g);
	package();
	m->crypto.aes128_ctr = NULL;
	IS(inject(sizeof(words)), PSP_HWERROR_PLATFORM);
}
END_TEST

/* -------------------------------------------------------------------- reports */

static uint32_t attest(uint8_t nonce)
{
	uint8_t b[0x24] = { 0 };

	put32(b, 0, 1);
	put64(b, 8, BLOB + 0x800);
	memset(b + 0x10, nonce, 16);
	put32(b, 0x20, 208);
	return machine_cmd(m, PSP_CMD_ATTESTATION, b);
}

static void expect_report(const struct sevadm_measured_guest *g, uint8_t nonce)
{
	struct sevadm_attestation report;
	struct sevadm_cert pek, pdh;
	uint8_t *data = m->mem + BLOB + 0x800;

	OK(attest(nonce));
	cert_of(m->fw->keys.pek, &pek);
	cert_of(m->fw->keys.pdh, &pdh);
	ck_assert_int_eq(sevadm_attestation_parse(data, 208, &report), 0);
	ck_assert_uint_eq(report.nonce[15], nonce);
	ck_assert_uint_eq(report.policy, POLICY);
	ck_assert_uint_eq(report.reserved, 0);
	ck_assert_mem_eq(report.digest, g->digest, 32);
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), 0);
	data[0x10] ^= 1;
	ck_assert_int_eq(sevadm_attestation_verify(&report, &pek), -EBADMSG);
}

START_TEST(attestation)
{
	struct sevadm_measured_guest g;

	OK(start(POLICY));
	IS(attest(1), PSP_INVALID_GUEST_STATE);
	update(g.digest);
	IS(attest(1), PSP_INVALID_GUEST_STATE);
	OK(cmd_launch_measure(m, 1, BLOB));
	expect_report(&g, 0x11);
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, 1));
	expect_report(&g, 0x22);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 1));
	expect_report(&g, 0x33);
	m->crypto.p384_sign = NULL;
	IS(attest(1), PSP_HWERROR_PLATFORM);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("sessions");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keys_of_a_session);
	tcase_add_test(t, keys_without_a_session);
	tcase_add_test(t, session_refused);
	tcase_add_test(t, owner_refused);
	tcase_add_test(t, another_pdh);
	tcase_add_test(t, policy_of_the_session);
	tcase_add_test(t, each_part_of_the_cryptography);
	tcase_add_test(t, measurement);
	tcase_add_test(t, secret);
	tcase_add_test(t, secret_before_the_measurement);
	tcase_add_test(t, secret_changed);
	tcase_add_test(t, secret_of_another_launch);
	tcase_add_test(t, secret_flags);
	tcase_add_test(t, secret_of_16_kb);
	tcase_add_test(t, secret_without_cryptography);
	tcase_add_test(t, attestation);
	return machine_suite("psp_fw sessions", t);
}
