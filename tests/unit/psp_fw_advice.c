/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model and `sevadm explain` tell the same story.  Every command is issued with
 * buffers that are right, nearly right and wrong, in every state that matters; that each
 * answer has a row is what machine_cmd() checks, in this test and in the others.  Here, too:
 * that what is said to be the model's alone is answered by the model.
 */
#include <string.h>

#include "lib/firmware/advice.h"
#include "lib/firmware/command.h"
#include "psp_fw_snp_fixture.h"

#define MACHINES	320
#define COMMANDS	2000	/* to each */
#define IDS		0x100

static uint8_t seen[IDS][0x60];
static uint32_t random_state;

/* xorshift: the same numbers in each run */
static uint32_t any(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % below;
}

/* Numbers that mean something somewhere: handles, ASIDs, lengths, flags, types */
static uint32_t number(void)
{
	static const uint32_t numbers[] = {
		0, 0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 0xb, 16, 17, 32, 36, 48, 52, 64, 100, 128,
		150, 200, 208, 0x100, 300, 1000, 2084, 4096, 6252, 0x8000, 1u << 16, 3u << 16,
		1u << 20, 2u << 20, 1u << 31, UINT32_MAX,
	};

	return numbers[any(sizeof(numbers) / sizeof(numbers[0]))];
}

/* Addresses of pages in every state, of buffers, of none */
static uint64_t address(void)
{
	static const uint64_t addresses[] = {
		0, GCTX, GCTX, GCTX2, GCTX2, GCTX + 0x2000, GCTX + 0x3000, PAGE, PAGE + 0x1000,
		PAGE + 0x2000, PAGE + 0x3000, PAGE + 0x4000, PAGE + 0x5000, PAGE + 0x5010,
		PAGE + 0x5008, PAGE + 0x5ff8, PAGE | 1, LARGE, LARGE | 1, MACHINE_LIST, MACHINE_NV,
		MACHINE_TMR, MACHINE_RMP,
		MACHINE_UNCOVERED, MACHINE_MEM, MACHINE_MEM, 1ull << 52,
	};

	return addresses[any(sizeof(addresses) / sizeof(addresses[0]))];
}

/* As most buffers of guests' commands are: an address, a length or flags, an address... */
static void fill_in_order(uint8_t *b, int len)
{
	put32(b, 0, any(10));
	put32(b, 4, any(4) ? 0 : number());
	for (int at = 8; at + 8 <= len; at += 16) {
		put64(b, (size_t)at, address());
		if (at + 12 <= len)
			put32(b, (size_t)at + 8, number());
	}
}

/* The same, nothing wrong with its addresses, and with lengths that some command wants */
static void fill_well(uint8_t *b, int len)
{
	static const uint32_t lengths[][4] = {
		{ 2084, 2084, 128, 128 },	/* certificates, sessions */
		{ 2084, 6252, 2084, 128 },	/* and chains */
		{ 2084, 128, 16, 16 },
		{ 52, 16, 16, 16 },		/* header of a packet, and its content */
	};
	static const uint64_t addresses[] = { PAGE + 0x5000, MACHINE_LIST, MACHINE_NV };

	const uint32_t *length = lengths[any(4)];
	int at = 0;

	switch (any(3)) {
	case 0:		/* a handle, then addresses and lengths */
		put32(b, 0, any(10));
		at = 8;
		break;
	case 1:		/* a context, then addresses */
		put64(b, 0, GCTX + any(2) * 0x1000);
		for (at = 8; at + 8 <= len; at += 8)
			put64(b, (size_t)at, any(2) ? addresses[any(3)] : any(4));
		return;
	}
	for (; at + 8 <= len && at < 64; at += 16) {
		put64(b, (size_t)at, addresses[any(3)]);
		if (at + 12 <= len)
			put32(b, (size_t)at + 8, *length++);
	}
}

/* As many of the SNP ones are: the context, then the rest */
static void fill_context(uint8_t *b, int len)
{
	put64(b, 0, any(4) ? GCTX + any(4) * 0x1000 : address());
	for (int at = 8; at + 4 <= len; at += 8)
		if (at + 8 <= len && any(2))
			put64(b, (size_t)at, address());
		else if (any(2))
			put32(b, (size_t)at, number());
}

static void fill_length(uint8_t *b, int len)
{
	put32(b, 0, any(8) ? (uint32_t)len : number());
	for (int at = 8; at + 8 <= len; at += 8) {
		put64(b, (size_t)at, any(2) ? address() : number());
		if (!any(3))
			put32(b, (size_t)at + 4, number());
	}
}

static void fill(uint8_t *b, int len)
{
	memset(b, 0, 0x60);
	switch (len >= 4 ? any(6) : 6) {
	case 0:
		fill_in_order(b, len);
		break;
	case 1:
		if (len >= 8)
			fill_context(b, len);
		break;
	case 2:
		fill_length(b, len);
		break;
	case 3:
		for (int at = 0; at + 4 <= len; at += 4)
			put32(b, (size_t)at, number());
		break;
	default:
		if (len > 8)
			fill_well(b, len);
		break;
	}
}

/* SNP guests in each state, and pages that commands may be about */
static void arrange_snp(void)
{
	up_snp(m);
	snp_running(m, GCTX, 10);
	snp_launching(m, GCTX2, 11);
	created(GCTX + 0x2000);
	machine_page(m, GCTX + 0x3000, PSP_PAGE_FIRMWARE);
	machine_guest_page(m, PAGE, PSP_PAGE_PRE_GUEST, 10, 0x5000);
	machine_guest_page(m, PAGE + 0x1000, PSP_PAGE_PRE_GUEST, 11, 0x6000);
	machine_guest_page(m, PAGE + 0x2000, PSP_PAGE_GUEST_VALID, 11, 0x7000);
	machine_guest_page(m, PAGE + 0x3000, PSP_PAGE_GUEST_VALID, 12, 0x8000);
	machine_page(m, PAGE + 0x4000, PSP_PAGE_METADATA);
	machine_page(m, PAGE + 0x5000, PSP_PAGE_FIRMWARE);
	for (uint64_t off = 0; off < 2ull << 20; off += 0x1000)
		machine_guest_page(m, LARGE + off, PSP_PAGE_PRE_GUEST, off == 0x3000 ? 11 : 10,
				   off);
}

/* SEV guests in each state; handles are counted from 1 */
static void arrange_sev(void)
{
	static const struct {
		uint32_t policy;
		uint8_t state;
	} guests[] = {
		{ 0, PSP_GSTATE_LUPDATE }, { 4, PSP_GSTATE_LUPDATE }, { 1, PSP_GSTATE_LSECRET },
		{ 0, PSP_GSTATE_RUNNING }, { 8, PSP_GSTATE_RUNNING }, { 0, PSP_GSTATE_SUPDATE },
		{ 0, PSP_GSTATE_RUPDATE }, { 0, PSP_GSTATE_LUPDATE },
	};

	up_sev(m);
	for (uint32_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		uint32_t asid = (guests[i].policy & 4 ? 50 : 200) + i;

		if (guests[i].state == PSP_GSTATE_RUNNING || guests[i].state == PSP_GSTATE_SUPDATE)
			sev_running(m, guests[i].policy, asid);
		else
			sev_launching(m, guests[i].policy, asid);
		m->fw->sev_guest[i].state = guests[i].state;
	}
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, 8));
}

static void arrange(unsigned int how)
{
	again(NULL);
	/* the header of a message that a guest may send */
	put32(m->mem, MACHINE_LIST + 0x20, 1);
	put32(m->mem, MACHINE_LIST + 0x30, 1 | 1 << 8 | 0x60 << 16);
	put32(m->mem, MACHINE_LIST + 0x34, PSP_MSG_REPORT_REQ | 1 << 8 | 0x60 << 16);
	m->ops.crypto = how & 4 ? NULL : &m->crypto;
	if (how & 1)
		arrange_snp();
	m->ops.crypto = &m->crypto;
	if ((how & 2) && (how & 8))
		up_sev(m);
	else if (how & 2)
		arrange_sev();
	m->ops.crypto = how & 4 ? NULL : &m->crypto;
}

/* After these there is little left to be asked about */
static bool ends_all(uint16_t id)
{
	return id == PSP_CMD_SHUTDOWN || id == PSP_CMD_SNP_SHUTDOWN ||
	       id == PSP_CMD_SNP_SHUTDOWN_EX || id == PSP_CMD_DECOMMISSION ||
	       id == PSP_CMD_LAUNCH_FINISH || id == PSP_CMD_DEACTIVATE ||
	       id == PSP_CMD_SNP_DECOMMISSION;
}

static uint16_t some_command(void)
{
	uint16_t id;

	do {
		id = (uint16_t)any(IDS);
	} while (!command_find(id) || psp_fw_command_length(id) < 0);
	return id;
}

static void issue(uint16_t id)
{
	int len = psp_fw_command_length(id);
	uint8_t b[0x60];
	uint32_t status;

	if (ends_all(id) && any(100))
		return;
	fill(b, len);
	m->raw_buffer = !any(8);
	status = machine_cmd(m, id, b);
	m->raw_buffer = false;
	ck_assert_uint_lt(status, sizeof(seen[0]));
	seen[id][status] = 1;
}

/* What nothing but the model is said to answer */
static void expect_answered(const struct advice_row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(rows[i].source, STAND))
			ck_assert_msg(seen[rows[i].command][rows[i].status],
				      "%s never answered 0x%x", command_name(rows[i].command),
				      rows[i].status);
}

START_TEST(every_answer_has_a_row)
{
	unsigned int answers = 0;

	random_state = 0x5e7ad;
	for (unsigned int i = 0; i < MACHINES; i++) {
		arrange(i % 16);
		for (unsigned int j = 0; j < COMMANDS; j++)
			issue(some_command());
	}
	for (size_t i = 0; i < IDS; i++)
		for (size_t j = 1; j < sizeof(seen[0]); j++)
			answers += seen[i][j];
	/* more than half of the rows: it was no walk along the first checks */
	ck_assert_uint_gt(2 * answers, advice_sev_count + advice_snp_count);
	expect_answered(advice_sev, advice_sev_count);
	expect_answered(advice_snp, advice_snp_count);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_answer_has_a_row);
	return machine_suite("psp_fw_advice", tc);
}
