/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware model: keys that guests derive, and who may have which */
#include <check.h>
#include <string.h>

#include "lib/device/sim_crypto.h"
#include "psp_fw_message_fixture.h"

#define POLICY		(1u << 0)
#define IMAGE_ID	(1u << 1)
#define FAMILY_ID	(1u << 2)
#define MEASUREMENT	(1u << 3)
#define SVN		(1u << 4)
#define TCB		(1u << 5)
#define MITIGATIONS	(1u << 6)
#define VMRK		1u
#define SEL(k)		((uint32_t)(k) << 1)

#define COMMITTED	0x4803000000000007ull

/* A request as a guest makes it; version 2 if there are mitigations to be mixed */
struct key_req {
	uint64_t gctx;
	uint32_t root, vmpck, vmpl, svn;
	uint64_t fields, tcb, mitigations;
	uint8_t version;
};

static uint8_t key[32];

static void owner_setup(void)
{
	struct psp_fw_snp_guest *g;

	message_setup();
	g = &m->fw->snp_guest[0];
	m->fw->committed_tcb = COMMITTED;
	g->id_block = 1;
	g->guest_svn = 5;
	g->launch_mitigations = 0x6;
	memset(g->image_id, 0x1a, 16);
	memset(g->family_id, 0xf1, 16);
}

static uint32_t ask(const struct key_req *r)
{
	uint8_t version = r->version ? r->version : 1;

	message_new(&msg, r->vmpck, PSP_MSG_KEY_REQ, version, version == 2 ? 0x28 : 0x20);
	msg.sequence = m->fw->snp_guest[0].msg_count[r->vmpck] + 1;
	put32(msg.plain, 0, r->root);
	put64(msg.plain, 8, r->fields);
	put32(msg.plain, 0x10, r->vmpl);
	put32(msg.plain, 0x14, r->svn);
	put64(msg.plain, 0x18, r->tcb);
	put64(msg.plain, 0x20, r->mitigations);
	message_seal(&msg);
	OK(message_send(&msg));
	message_open(&msg);
	for (int i = 4; i < 0x20; i++)
		ck_assert_uint_eq(msg.plain[i], 0);
	memcpy(key, msg.plain + 0x20, 32);
	return get32(msg.plain, 0);
}

#define GIVES(...) IS(ask(&(struct key_req){ __VA_ARGS__ }), PSP_SUCCESS)

static void none(uint32_t status, const struct key_req *r)
{
	static const uint8_t zero[32];

	IS(ask(r), status);
	ck_assert_mem_eq(key, zero, 32);
}

#define REFUSES(status, ...) none(status, &(struct key_req){ __VA_ARGS__ })

/* Each field that is chosen makes another key; the same request gives the same one */
START_TEST(fields)
{
	uint8_t all[128][32];

	for (uint32_t i = 0; i < 128; i++) {
		GIVES(.fields = i, .version = 2, .svn = 3, .tcb = 0x7, .mitigations = 2);
		memcpy(all[i], key, 32);
		for (uint32_t j = 0; j < i; j++)
			ck_assert_mem_ne(all[j], key, 32);
		GIVES(.fields = i, .version = 2, .svn = 3, .tcb = 0x7, .mitigations = 2);
		ck_assert_mem_eq(all[i], key, 32);
	}
	GIVES(.fields = POLICY | IMAGE_ID);
	ck_assert_mem_eq(all[POLICY | IMAGE_ID], key, 32);
}
END_TEST

/* What a field says counts if it is chosen, and not otherwise */
START_TEST(values)
{
	struct psp_fw_snp_guest *g = &m->fw->snp_guest[0];
	uint8_t before[32];
	const struct { uint32_t field; uint8_t *at; } guests[] = {
		{ POLICY, (uint8_t *)&g->policy }, { IMAGE_ID, g->image_id },
		{ FAMILY_ID, g->family_id }, { MEASUREMENT, g->ld },
	};
	const struct { struct key_req a, b; } asked[] = {
		{ { .fields = SVN, .svn = 3 }, { .fields = SVN, .svn = 4 } },
		{ { .fields = TCB, .tcb = 7 }, { .fields = TCB, .tcb = 6 } },
		{ { .fields = MITIGATIONS, .mitigations = 2, .version = 2 },
		  { .fields = MITIGATIONS, .mitigations = 4, .version = 2 } },
	};

	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		GIVES(.fields = guests[i].field);
		memcpy(before, key, 32);
		*guests[i].at ^= 1;
		GIVES(.fields = guests[i].field);
		ck_assert_mem_ne(before, key, 32);
		GIVES(.fields = 0);
		memcpy(before, key, 32);
		*guests[i].at ^= 1;
		GIVES(.fields = 0);
		ck_assert_mem_eq(before, key, 32);
	}
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct key_req a = asked[i].a, b = asked[i].b;

		OK(ask(&a));
		memcpy(before, key, 32);
		OK(ask(&b));
		ck_assert_mem_ne(before, key, 32);
		a.fields = b.fields = 0;
		OK(ask(&a));
		memcpy(before, key, 32);
		OK(ask(&b));
		ck_assert_mem_eq(before, key, 32);
	}
	GIVES(.vmpl = 1);
	memcpy(before, key, 32);
	GIVES(.vmpl = 2);
	ck_assert_mem_ne(before, key, 32);
}
END_TEST

/* The chip's, the guest's, the VLEK's: others where these are others, and only there */
START_TEST(roots)
{
	uint8_t chip[32], guests[32], vlek[32];

	GIVES(.root = SEL(1));
	memcpy(chip, key, 32);
	GIVES(.root = 0);
	ck_assert_mem_eq(chip, key, 32);
	m->fw->reported_tcb ^= 1;		/* survives an update of the firmware */
	GIVES(.root = 0);
	ck_assert_mem_eq(chip, key, 32);
	m->fw->reported_tcb ^= 1;
	GIVES(.root = VMRK);
	memcpy(guests, key, 32);
	ck_assert_mem_ne(chip, guests, 32);
	m->fw->chip_id[0][3] ^= 1;
	GIVES(.root = VMRK);
	ck_assert_mem_eq(guests, key, 32);
	GIVES(.root = 0);
	ck_assert_mem_ne(chip, key, 32);
	m->fw->chip_id[0][3] ^= 1;
	m->fw->snp_guest[0].vmrk[3] ^= 1;
	GIVES(.root = VMRK);
	ck_assert_mem_ne(guests, key, 32);

	m->fw->vlek_loaded = 1;
	memset(m->fw->vlek, 0x42, 48);
	GIVES(.root = 0);
	memcpy(vlek, key, 32);
	ck_assert_mem_ne(chip, vlek, 32);
	GIVES(.root = SEL(2));
	ck_assert_mem_eq(vlek, key, 32);
	GIVES(.root = SEL(1));
	ck_assert_mem_eq(chip, key, 32);
	m->fw->chip_id[0][3] ^= 1;
	GIVES(.root = SEL(2));
	ck_assert_mem_eq(vlek, key, 32);
}
END_TEST

START_TEST(roots_refused)
{
	REFUSES(PSP_INVALID_KEY, .root = SEL(2));
	REFUSES(PSP_INVALID_PARAM, .root = SEL(3));
	REFUSES(PSP_INVALID_PARAM, .root = VMRK | SEL(1));
	REFUSES(PSP_INVALID_PARAM, .root = 8);
	m->fw->snp_guest[0].vcek_dis = 1;
	REFUSES(PSP_INVALID_KEY, .root = 0);
	REFUSES(PSP_INVALID_KEY, .root = SEL(1));
	GIVES(.root = VMRK);
	m->fw->snp_guest[0].vcek_dis = 0;
	m->fw->mask_chip_key = 1;
	REFUSES(PSP_INVALID_KEY, .root = 0);
	m->fw->vlek_loaded = 1;
	GIVES(.root = 0);
	REFUSES(PSP_INVALID_KEY, .root = SEL(1));
}
END_TEST

/* Nobody claims more than it is */
START_TEST(claims)
{
	GIVES(.fields = SVN, .svn = 5);
	REFUSES(PSP_INVALID_PARAM, .fields = SVN, .svn = 6);
	REFUSES(PSP_INVALID_PARAM, .svn = 6);
	GIVES(.fields = TCB, .tcb = COMMITTED);
	for (int byte = 0; byte < 8; byte++)
		REFUSES(PSP_INVALID_PARAM, .fields = TCB, .tcb = COMMITTED + (1ull << 8 * byte));
	GIVES(.fields = TCB, .tcb = 0x4702000000000007ull);
	/* each part counts, not the number */
	REFUSES(PSP_INVALID_PARAM, .fields = TCB, .tcb = 0x4703000000000008ull);
	GIVES(.version = 2, .fields = MITIGATIONS, .mitigations = 6);
	REFUSES(PSP_INVALID_PARAM, .version = 2, .fields = MITIGATIONS, .mitigations = 1);
	REFUSES(PSP_INVALID_PARAM, .version = 2, .mitigations = 8);
	REFUSES(PSP_INVALID_PARAM, .fields = MITIGATIONS);	/* of version 2 */
	REFUSES(PSP_INVALID_PARAM, .version = 2, .fields = 0x80);
	for (uint32_t vmpck = 0; vmpck < 4; vmpck++)
		for (uint32_t vmpl = 0; vmpl < 6; vmpl++) {
			const struct key_req r = { .vmpck = vmpck, .vmpl = vmpl };

			IS(ask(&r), vmpl < vmpck || vmpl > 3 ? PSP_INVALID_PARAM : PSP_SUCCESS);
		}
}
END_TEST

/* What Linux sends as version 2 ends where version 1 does; other lengths are none */
START_TEST(lengths)
{
	static const struct { uint8_t version; uint16_t length; uint32_t status; } sent[] = {
		{ 1, 0x20, 0 }, { 2, 0x28, 0 }, { 2, 0x20, 0 }, { 1, 0x28, PSP_INVALID_PARAM },
		{ 2, 0x24, PSP_INVALID_PARAM }, { 3, 0x28, PSP_INVALID_PARAM },
		{ 0, 0x20, PSP_INVALID_PARAM }, { 1, 0, PSP_INVALID_PARAM },
	};

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		message_new(&msg, 0, PSP_MSG_KEY_REQ, sent[i].version, sent[i].length);
		msg.sequence = m->fw->snp_guest[0].msg_count[0] + 1;
		message_seal(&msg);
		IS(message_send(&msg), sent[i].status);
	}
	message_new(&msg, 0, PSP_MSG_KEY_REQ, 1, 0x20);
	msg.sequence = m->fw->snp_guest[0].msg_count[0] + 1;
	msg.plain[4] = 1;				/* reserved */
	message_seal(&msg);
	OK(message_send(&msg));
	message_open(&msg);
	ck_assert_uint_eq(get32(msg.plain, 0), PSP_INVALID_PARAM);
}
END_TEST

START_TEST(hardware_fails)
{
	message_new(&msg, 0, PSP_MSG_KEY_REQ, 1, 0x20);
	message_seal(&msg);
	m->crypto.hmac_sha256 = NULL;
	IS(message_send(&msg), PSP_HWERROR_PLATFORM);
	m->crypto.hmac_sha256 = device_sim_crypto.hmac_sha256;
	OK(message_send(&msg));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("keys");

	tcase_add_checked_fixture(t, owner_setup, teardown);
	tcase_add_test(t, fields);
	tcase_add_test(t, values);
	tcase_add_test(t, roots);
	tcase_add_test(t, roots_refused);
	tcase_add_test(t, claims);
	tcase_add_test(t, lengths);
	tcase_add_test(t, hardware_fails);
	return machine_suite("psp_fw derived keys", t);
}
